package bulletin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// fundsOf lists the classes that a source of money belongs to.
func fundsOf(s string) (out []string) {
	if strings.TrimSpace(s) == "" {
		return []string{untoldFunds}
	}
	for _, c := range fundClasses {
		if slices.ContainsFunc(strings.Fields(c.words), func(w string) bool { return strings.Contains(s, w) }) {
			out = append(out, c.title)
		}
	}
	if out == nil {
		return []string{otherFunds}
	}
	return out
}

// Starts is which projects are to start in the quarter (一季一开工), by the plan
// that their tables tell.
type Starts struct {
	Planned []Start `json:"planned"` // by group and unit, then the earliest first
	Overdue []Start `json:"overdue"` // due before the quarter, and told not to have started
	Vague   []Start `json:"vague"`   // the plan names a half-year or a year that the quarter lies in
	Paused  int     `json:"paused"`  // would be on a list, but stand still by decision
	Started int     `json:"started"` // of Planned
	Total   Number  `json:"total_invest"`
	Plan    Number  `json:"year_plan"`
	// Untold are units whose progress table has no planned start at all.
	Untold []string `json:"untold"`
}

// Start is one project of the list.
type Start struct {
	Unit        string          `json:"unit"`
	Group       reporting.Group `json:"group"`
	Project     string          `json:"project"`
	Content     string          `json:"content,omitempty"`
	TotalInvest *Number         `json:"total_invest,omitempty"`
	YearPlan    *Number         `json:"year_plan,omitempty"`
	Due         string          `json:"due"` // as the table tells it, in the contract's form
	Started     *bool           `json:"started,omitempty"`
	RespUnit    string          `json:"resp_unit,omitempty"`
	Leader      string          `json:"leader,omitempty"`
}

func starts(in QuarterInput) Starts {
	s := Starts{Planned: []Start{}, Overdue: []Start{}, Vague: []Start{}, Untold: []string{}}
	for _, u := range in.Base.Units {
		t, ok := in.Tables[u.Name]
		if !ok || !u.Reported {
			continue
		}
		told := false
		for _, p := range tree(t) {
			if !p.orphans && s.take(in, u, p) {
				told = true
			}
		}
		if !told && len(t.Rows) > 0 {
			s.Untold = append(s.Untold, u.Name)
		}
	}
	for _, list := range [][]Start{s.Planned, s.Overdue, s.Vague} {
		slices.SortStableFunc(list, func(a, b Start) int {
			if a.Group != b.Group {
				return groupIndex(a.Group) - groupIndex(b.Group)
			}
			if a.Unit != b.Unit {
				return 0
			}
			x, _ := lastDay(a.Due)
			y, _ := lastDay(b.Due)
			return strings.Compare(x, y)
		})
	}
	return s
}

// take puts a project on the list that it belongs on. True: its start is told.
func (s *Starts) take(in QuarterInput, u Unit, p *project) bool {
	due := p.row.Text(reporting.FPlanStart)
	last, ok := lastDay(due)
	if !ok {
		return false
	}
	first := in.Quarter.First().String() + "-01"
	end, _ := lastDay(in.Quarter.String())
	exact := len(due) >= 7 && !strings.Contains(due, "-H")
	here := last >= first && last <= end
	started := p.is(reporting.FIsStarted)
	var to *[]Start
	switch {
	case exact && here:
		to = &s.Planned
	case last < first && started == no && p.row.Text(reporting.FActualStart) == "":
		to = &s.Overdue
	case !exact && spans(due, in.Quarter) && started != yes:
		to = &s.Vague
	default:
		return true
	}
	if natureOf(p.row) == "paused" {
		s.Paused++
		return true
	}
	r := p.row
	text := func(f reporting.Field) string { return hush(in.Base.KeepPhones, r.Text(f)) }
	x := Start{Unit: u.Name, Group: u.Group, Project: text(reporting.FProjectName), Content: text(reporting.FContent), Due: due, Started: flag(started),
		RespUnit: text(reporting.FRespUnit), Leader: text(reporting.FLeader)}
	amount := func(f reporting.Field) *Number {
		if d, ok := p.amount(f); ok {
			return &Number{d}
		}
		return nil
	}
	x.TotalInvest, x.YearPlan = amount(reporting.FTotalInvest), amount(reporting.FYearPlan)
	*to = append(*to, x)
	if to == &s.Planned {
		plus := func(to *Number, n *Number) {
			if n != nil {
				to.Decimal = to.Add(n.Decimal)
			}
		}
		plus(&s.Total, x.TotalInvest)
		plus(&s.Plan, x.YearPlan)
		if started == yes {
			s.Started++
		}
	}
	return true
}

// spans reports whether the quarter lies in the half-year or year that a date names.
func spans(due string, q reporting.Quarter) bool {
	year := fmt.Sprintf("%04d", q.Year)
	return due == year || due == fmt.Sprintf("%s-H%d", year, (q.N+1)/2)
}

// Visits is the ranking by votes (一季一观摩): the first place gives 100 points,
// each further one 3 less; the sum is divided by the number of ballots. The
// same points, as printed, share a rank, and the next one skips.
type Visits struct {
	Ballots int     `json:"ballots"` // votes for the first place
	Entries []Visit `json:"entries"`
}

// Visit is one candidate.
type Visit struct {
	reporting.Vote
	Points Number `json:"points"`
	Rank   int    `json:"rank"`
}

// PlacePoints is what the nth place gives, n from 1; never less than 0.
func PlacePoints(n int) int { return max(0, 103-3*n) }

// VisitsOf ranks the candidates by their votes.
func VisitsOf(votes []reporting.Vote) Visits {
	v := Visits{Entries: []Visit{}}
	for _, x := range votes {
		if len(x.Counts) > 0 {
			v.Ballots += x.Counts[0]
		}
	}
	if v.Ballots == 0 {
		return v
	}
	for _, x := range votes {
		sum := 0
		for i, n := range x.Counts {
			sum += n * PlacePoints(i+1)
		}
		v.Entries = append(v.Entries, Visit{Vote: x, Points: Number{decimal.NewFromInt(int64(sum)).DivRound(decimal.NewFromInt(int64(v.Ballots)), percentDigits)}})
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		e.Rank = 1
		for _, o := range v.Entries {
			if o.Points.GreaterThan(e.Points.Decimal) {
				e.Rank++
			}
		}
	}
	slices.SortStableFunc(v.Entries, func(a, b Visit) int { return a.Rank - b.Rank })
	return v
}
