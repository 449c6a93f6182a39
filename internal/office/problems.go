package office

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"tongbao/internal/register"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Problems is the issue history as it stands in one month.
type Problems struct {
	Period      reporting.Period `json:"period"`
	AsOf        time.Time        `json:"as_of"` // the day on which deadlines are measured
	Sum         ProblemSum       `json:"sum"`
	Kinds       []ProblemSum     `json:"kinds"`       // by kind (1.9.2)
	Departments []ProblemSum     `json:"departments"` // by who must act; an issue of several is counted with each
	Problems    []Problem        `json:"problems"`
}

// ProblemSum counts issues. Open ones are new or carried on, vanished ones
// included: what is no longer listed is not solved by that.
type ProblemSum struct {
	Name      string `json:"name,omitempty"`
	Open      int    `json:"open"`
	New       int    `json:"new"`
	Closed    int    `json:"closed"` // in this month
	Overdue   int    `json:"overdue"`
	Escalated int    `json:"escalated"`
	Vanished  int    `json:"vanished"`
}

// Problem is one issue and how it stands.
type Problem struct {
	reporting.ProblemRecord
	Kind        string            `json:"kind"`
	Departments []string          `json:"departments"`
	Standing    register.Standing `json:"standing"`
}

// Words are the issue's states as a person reads them.
func (p Problem) Words() string {
	s := p.Standing
	words := []string{s.State.Title()}
	if s.Reopened {
		words[0] = "销号后又列"
	}
	for _, x := range []struct {
		is   bool
		word string
	}{{s.Overdue, "超期"}, {s.Escalated, "提请上级"}, {s.Unreported, "本月未报台账"}} {
		if x.is {
			words = append(words, x.word)
		}
	}
	return strings.Join(words, "、")
}

// ProblemQuery narrows the issues down; what is zero narrows nothing. State is
// new, open, closed, overdue, escalated, vanished or all; "" is all but those
// that were closed in a month before.
type ProblemQuery struct {
	Period                             reporting.Period
	Submitter, Kind, Department, State string
}

// Problems tells how the issues stand in a month; the zero period is the
// current one.
func (o *Office) Problems(q ProblemQuery, now time.Time) (Problems, error) {
	now = now.In(o.Rules.Terms.Zone)
	if q.Period.IsZero() {
		q.Period = o.Rules.Terms.CurrentPeriod(now)
	}
	out := Problems{Period: q.Period, AsOf: o.Rules.Terms.Freeze(q.Period), Problems: []Problem{}}
	if now.Before(out.AsOf) {
		out.AsOf = now
	}
	kinds, departments := map[string]*ProblemSum{}, map[string]*ProblemSum{}
	err := o.Store.View(func(t *store.Tx) error {
		for _, s := range o.Rules.Register.All() {
			if q.Submitter != "" && s.Name != q.Submitter {
				continue
			}
			ledgers := t.RollMonths(s.Name, reporting.Issues)
			read := t.FreshProblems
			if q.State == "all" || !recent(q.Period, ledgers) {
				read = t.Problems
			}
			records, err := read(s.Name)
			if err != nil {
				return err
			}
			var own []Problem
			for _, r := range records {
				p := Problem{ProblemRecord: r, Kind: reporting.Cause(r.Category, r.Problem), Departments: Departments(r.CoordUnit)}
				var ok bool
				if p.Standing, ok = register.Judge(r, q.Period, ledgers, out.AsOf); ok && q.wants(p) {
					own = append(own, p)
				}
			}
			slices.SortStableFunc(own, func(a, b Problem) int {
				return cmp.Or(b.Standing.Age-a.Standing.Age, cmp.Compare(a.Project, b.Project))
			})
			out.Problems = append(out.Problems, own...)
		}
		return nil
	})
	for _, p := range out.Problems {
		out.Sum.add(p)
		sumOf(kinds, p.Kind).add(p)
		for _, d := range p.Departments {
			sumOf(departments, d).add(p)
		}
	}
	out.Kinds, out.Departments = sums(kinds), sums(departments)
	return out, err
}

// recent reports whether all issues but those that were settled before the
// month are fresh: the others were closed more than liveClosed months before
// the newest ledger.
func recent(p reporting.Period, ledgers map[reporting.Period]bool) bool {
	for l := range ledgers {
		if p.Before(l.Add(-liveClosed)) {
			return false
		}
	}
	return true
}

func (q ProblemQuery) wants(p Problem) bool {
	if q.Kind != "" && p.Kind != q.Kind || q.Department != "" && !slices.Contains(p.Departments, q.Department) {
		return false
	}
	s := p.Standing
	switch q.State {
	case "":
		return s.State != register.SettledProblem
	case "all":
		return true
	case "overdue":
		return s.Overdue
	case "escalated":
		return s.Escalated
	case "open":
		return s.State == register.NewProblem || s.State == register.OpenProblem || s.State == register.VanishedProblem
	}
	return string(s.State) == q.State
}

func sumOf(m map[string]*ProblemSum, name string) *ProblemSum {
	if m[name] == nil {
		m[name] = &ProblemSum{Name: name}
	}
	return m[name]
}

func (s *ProblemSum) add(p Problem) {
	st := p.Standing
	for n, is := range map[*int]bool{
		&s.Open: st.State == register.NewProblem || st.State == register.OpenProblem || st.State == register.VanishedProblem,
		&s.New:  st.State == register.NewProblem, &s.Closed: st.State == register.ClosedProblem,
		&s.Overdue: st.Overdue, &s.Escalated: st.Escalated, &s.Vanished: st.State == register.VanishedProblem,
	} {
		if is {
			*n++
		}
	}
}

// sums lists counts, the most open ones first.
func sums(m map[string]*ProblemSum) []ProblemSum {
	out := []ProblemSum{}
	for _, s := range m {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b ProblemSum) int {
		return cmp.Or(b.Open-a.Open, b.Closed-a.Closed, cmp.Compare(a.Name, b.Name))
	})
	return out
}

var (
	betweenUnits = regexp.MustCompile(`[、，,；;/\n\r]+| +`)
	unitRole     = regexp.MustCompile(`^(牵头单位|牵头|责任单位|主责单位|配合单位|配合|协助单位|协调单位)[:：]`)
)

// noDepartment stands for issues that name nobody.
const noDepartment = "未写明"

// Departments are the units that a cell names (1.6.6): the first is the one
// that leads.
func Departments(cell string) []string {
	var out []string
	for _, s := range betweenUnits.Split(cell, -1) {
		s = strings.TrimSpace(unitRole.ReplaceAllString(strings.TrimSpace(s), ""))
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if out == nil {
		return []string{noDepartment}
	}
	return out
}
