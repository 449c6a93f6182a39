package reporting

import "strings"

// ProblemRecord is one issue of the ledgers (问题台账) across months.
type ProblemRecord struct {
	ID        string         `json:"id"`
	Submitter string         `json:"submitter"`
	Project   string         `json:"project,omitempty"`    // its name, as the newest ledger writes it
	ProjectID string         `json:"project_id,omitempty"` // where the register knows one of that name
	Problem   string         `json:"problem"`
	Category  string         `json:"category"` // the submitter's word for its kind
	CoordUnit string         `json:"coord_unit,omitempty"`
	Measure   string         `json:"measure,omitempty"`
	RaisedAt  string         `json:"raised_at,omitempty"`
	Maybe     string         `json:"maybe,omitempty"` // the id of one that it may be, where that is not certain
	Months    []ProblemMonth `json:"months"`          // in order
}

// ProblemMonth is what one month's ledger says of an issue.
type ProblemMonth struct {
	Period   Period `json:"period"`
	Version  int    `json:"version"`
	Letter   string `json:"letter"`
	Row      int    `json:"row"`
	Cell     string `json:"cell,omitempty"` // of the problem's text
	Status   string `json:"status,omitempty"`
	Level    string `json:"level,omitempty"`
	Deadline string `json:"deadline,omitempty"`
	Progress string `json:"progress,omitempty"`
	ClosedAt string `json:"closed_at,omitempty"`
}

// Closed reports whether the month's ledger says that the issue is settled
// (已办结, 已销号).
func (m ProblemMonth) Closed() bool { return m.Status == "done" || m.Status == "closed" }

// Escalated reports whether the month's ledger asks the city or somebody above
// it (1.9: 协调层级, 转上级).
func (m ProblemMonth) Escalated() bool {
	for _, s := range []string{m.Level, m.Status} {
		if strings.Contains(s, "不需") || strings.Contains(s, "无需") {
			continue
		}
		for _, w := range []string{"市级", "省级", "市里", "转上级", "上级协调", "市指挥部", "市领导"} {
			if strings.Contains(s, w) {
				return true
			}
		}
	}
	return false
}
