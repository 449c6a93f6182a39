package bulletin

import (
	"tongbao/internal/reporting"
)

// Submissions is who sent what and when. A unit stands in exactly one of
// OnTime, Late, Incomplete, Missing, Returned, Due and Exempt.
type Submissions struct {
	Owed       int      `json:"owed"`       // units that owe at least one table
	OnTime     []string `json:"on_time"`    // all tables in time
	Late       []string `json:"late"`       // all came, at least one late
	Incomplete []string `json:"incomplete"` // some came
	Missing    []string `json:"missing"`    // nothing came
	Returned   []string `json:"returned"`   // something came, and nothing of it could be used
	Due        []string `json:"due"`        // not complete, and the deadline has not passed
	Exempt     []string `json:"exempt"`
	Nil        []string `json:"nil"`       // sent at least one nil report
	Corrected  []string `json:"corrected"` // sent at least one table again
	Units      []Sent   `json:"units"`     // all, in the office's order
}

// Sent is one unit's line.
type Sent struct {
	Unit   string                                `json:"unit"`
	Group  reporting.Group                       `json:"group"`
	Tables map[reporting.Kind]reporting.Standing `json:"tables"`
	Result string                                `json:"result"`
	Lacks  []string                              `json:"lacks,omitempty"` // short names of tables
}

// The results of units, as they are printed.
const (
	ResultOnTime     = "按时报送"
	ResultLate       = "迟报"
	ResultIncomplete = "报送不全"
	ResultMissing    = "未报送"
	ResultReturned   = "退改未补正"
	ResultDue        = "未到期"
	ResultExempt     = "免报"
)

func submissions(in Input) Submissions {
	s := Submissions{OnTime: []string{}, Late: []string{}, Incomplete: []string{}, Missing: []string{}, Returned: []string{},
		Due: []string{}, Exempt: []string{}, Nil: []string{}, Corrected: []string{}, Units: []Sent{}}
	lists := map[string]*[]string{ResultOnTime: &s.OnTime, ResultLate: &s.Late, ResultIncomplete: &s.Incomplete,
		ResultMissing: &s.Missing, ResultReturned: &s.Returned, ResultDue: &s.Due, ResultExempt: &s.Exempt}
	for _, sub := range in.Submitters {
		if len(sub.Tables) == 0 {
			continue
		}
		sent, empty, again := judge(sub, in.Standings[sub.Name])
		if sent.Result != ResultExempt {
			s.Owed++
		}
		if empty {
			s.Nil = append(s.Nil, sub.Name)
		}
		if again {
			s.Corrected = append(s.Corrected, sub.Name)
		}
		*lists[sent.Result] = append(*lists[sent.Result], sub.Name)
		s.Units = append(s.Units, sent)
	}
	return s
}

// judge sums up a unit's tables. A table without a standing is missing.
func judge(sub reporting.Submitter, standings map[reporting.Kind]reporting.Standing) (sent Sent, empty, again bool) {
	sent = Sent{Unit: sub.Name, Group: sub.Group, Tables: map[reporting.Kind]reporting.Standing{}}
	var owed, arrived, late, rejected, due int
	for _, k := range reporting.Kinds {
		if !sub.Owes(k) {
			continue
		}
		st, ok := standings[k]
		if !ok {
			st.State = reporting.Missing
		}
		sent.Tables[k] = st
		if st.State == reporting.Exempt {
			continue
		}
		owed++
		empty = empty || st.State == reporting.NilIn || st.State == reporting.NilLate
		again = again || st.Version > 1
		switch {
		case st.State.InTime():
			arrived++
		case st.State.Arrived():
			arrived++
			late++
		default:
			sent.Lacks = append(sent.Lacks, k.Short())
			switch st.State {
			case reporting.Rejected:
				rejected++
			case reporting.Due:
				due++
			}
		}
	}
	switch {
	case owed == 0:
		sent.Result = ResultExempt
	case arrived == owed && late == 0:
		sent.Result = ResultOnTime
	case arrived == owed:
		sent.Result = ResultLate
	case due > 0:
		sent.Result = ResultDue
	case arrived > 0:
		sent.Result = ResultIncomplete
	case rejected > 0:
		sent.Result = ResultReturned
	default:
		sent.Result = ResultMissing
	}
	return sent, empty, again
}
