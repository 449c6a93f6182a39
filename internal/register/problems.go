package register

import (
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// Ledger is an issue ledger that is held against the issues that are known.
type Ledger struct {
	Submitter string
	Period    reporting.Period
	Version   int
	Letter    string
	Rows      []reporting.Row
}

// Entries is what a ledger's rows are.
type Entries struct {
	Rows    map[int]string            // problem ids by row
	Records []reporting.ProblemRecord // all that the ledger names, with its month in them
}

// The resemblance of two texts from which on they are one issue (1.9.3), and
// from which on they may be.
const (
	sameText  = 0.8
	maybeText = 0.5
)

// ResolveProblems says which issue each row is: of the same project, the one
// that reads the same, else one that reads nearly the same (at least 80% of the
// pairs of neighbouring characters), or goes on where the other ends. What
// reads half the same is new, and says which one it may be. Projects finds the
// id of a project's name, "" where it is not known.
func ResolveProblems(l Ledger, live []reporting.ProblemRecord, projects func(name string) string, taken func(id string) bool) Entries {
	out := Entries{Rows: map[int]string{}}
	byProject := map[string][]int{}
	for k, p := range live {
		for _, key := range subjects(p.ProjectID, p.Project) {
			byProject[key] = append(byProject[key], k)
		}
	}
	used, is := make([]bool, len(live)), make([]int, len(l.Rows))
	maybe := map[int]int{}
	compared := 0
	// Rows that read the same come first: a new row must not take an old one's place.
	for _, least := range []float64{1, sameText, maybeText} {
		for i, r := range l.Rows {
			if is[i] != 0 || idleEntry(r) {
				continue
			}
			text := reporting.NameKey(r.Text(reporting.FProblem))
			best, share := -1, 0.0
			for _, key := range subjects(projects(nameOf(r)), nameOf(r)) {
				for _, k := range byProject[key] {
					if compared++; used[k] || compared > maxCompared {
						continue
					}
					if s := alikeText(text, reporting.NameKey(live[k].Problem)); s >= least && s > share {
						best, share = k, s
					}
				}
			}
			switch {
			case best < 0:
			case least == maybeText:
				maybe[i] = best
			default:
				is[i], used[best] = best+1, true
			}
		}
	}
	fresh := map[string]bool{}
	for i, r := range l.Rows {
		if idleEntry(r) {
			continue
		}
		var p reporting.ProblemRecord
		if is[i] > 0 {
			p = live[is[i]-1]
		} else {
			p.ID = NewID("W", func(id string) bool { return fresh[id] || taken(id) }, l.Submitter, reporting.NameKey(nameOf(r)), reporting.NameKey(r.Text(reporting.FProblem)), l.Period.String())
			p.Submitter = l.Submitter
			fresh[p.ID] = true
			if k, ok := maybe[i]; ok && !used[k] {
				p.Maybe = live[k].ID
			}
		}
		p.ProjectID = projects(nameOf(r))
		LearnProblem(&p, r, l)
		out.Rows[r.Row] = p.ID
		out.Records = append(out.Records, p)
	}
	return out
}

// idleEntry: a row that names no problem and no project tells nothing.
func idleEntry(r reporting.Row) bool {
	return reporting.NameKey(r.Text(reporting.FProblem)) == "" && reporting.NameKey(nameOf(r)) == ""
}

// subjects are the keys under which an issue's project is found.
func subjects(id, name string) []string {
	if id != "" {
		return []string{"id " + id, "name " + stem(reporting.NameKey(name))}
	}
	return []string{"name " + stem(reporting.NameKey(name))}
}

func alikeText(a, b string) float64 {
	if a == b {
		return 1
	}
	if a == "" || b == "" {
		return 0
	}
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		return 0.99
	}
	return resemblance(a, b)
}

// LearnProblem adds what a month's row says of an issue. What the newest month
// says is what the record says.
func LearnProblem(p *reporting.ProblemRecord, r reporting.Row, l Ledger) {
	text := r.Text
	m := reporting.ProblemMonth{Period: l.Period, Version: l.Version, Letter: l.Letter, Row: r.Row, Cell: r.Place(reporting.FProblem),
		Status: text(reporting.FStatus), Level: text(reporting.FLevel), Deadline: text(reporting.FDeadline),
		Progress: text(reporting.FProgress), ClosedAt: text(reporting.FClosedAt)}
	at := 0
	for at < len(p.Months) && p.Months[at].Period.Before(l.Period) {
		at++
	}
	months := append([]reporting.ProblemMonth{}, p.Months[:at]...)
	months = append(months, m)
	if at < len(p.Months) && p.Months[at].Period == l.Period {
		at++
	}
	p.Months = append(months, p.Months[at:]...)
	if p.Months[len(p.Months)-1].Period != l.Period {
		return
	}
	p.Project, p.Problem, p.Category = nameOf(r), text(reporting.FProblem), text(reporting.FCategory)
	p.CoordUnit, p.Measure = text(reporting.FCoordUnit), text(reporting.FMeasure)
	if s := text(reporting.FRaisedAt); s != "" {
		p.RaisedAt = s
	}
}

// Forget takes a month out of an issue's record; false where nothing is left.
func Forget(p *reporting.ProblemRecord, period reporting.Period) bool {
	var left []reporting.ProblemMonth
	for _, m := range p.Months {
		if m.Period != period {
			left = append(left, m)
		}
	}
	p.Months = left
	return len(left) > 0
}

// ProblemState is how an issue stands in a month.
type ProblemState string

// The states.
const (
	NewProblem      ProblemState = "new"      // 本月新增
	OpenProblem     ProblemState = "open"     // 推进中
	ClosedProblem   ProblemState = "closed"   // 本月销号
	VanishedProblem ProblemState = "vanished" // 未销号而消失 (疑似漏报)
	SettledProblem  ProblemState = "settled"  // closed in a month before
)

// Title is the state in Chinese.
func (s ProblemState) Title() string {
	return map[ProblemState]string{NewProblem: "本月新增", OpenProblem: "推进中", ClosedProblem: "本月销号",
		VanishedProblem: "未销号而消失", SettledProblem: "已销号"}[s]
}

// Standing is an issue in one month. Age is in months, 0 in the month in which
// it was raised.
type Standing struct {
	State      ProblemState           `json:"state"`
	Overdue    bool                   `json:"overdue,omitempty"`    // open past its deadline
	Escalated  bool                   `json:"escalated,omitempty"`  // asks the city
	Reopened   bool                   `json:"reopened,omitempty"`   // was closed before
	Unreported bool                   `json:"unreported,omitempty"` // the month brought no ledger: as of the last one
	Age        int                    `json:"age_months"`
	Month      reporting.ProblemMonth `json:"month"` // the last entry by then
}

// Judge says how an issue stands in a month; false where it is not known by
// then. Ledgers are the months of which the submitter's ledger counts; asOf is
// the day on which deadlines are measured.
func Judge(p reporting.ProblemRecord, period reporting.Period, ledgers map[reporting.Period]bool, asOf time.Time) (Standing, bool) {
	var is, before *reporting.ProblemMonth
	for i := range p.Months {
		switch m := &p.Months[i]; {
		case m.Period == period:
			is = m
		case m.Period.Before(period):
			before = m
		}
	}
	var s Standing
	switch {
	case is == nil && before == nil:
		return s, false
	case is == nil && before.Closed():
		s.State, s.Month = SettledProblem, *before
	case is == nil:
		s.State, s.Month = VanishedProblem, *before
		gone := false
		for q := before.Period.Add(1); !period.Before(q); q = q.Add(1) {
			gone = gone || ledgers[q]
		}
		if !gone {
			s.State, s.Unreported = OpenProblem, true
		}
	case is.Closed() && before != nil && before.Closed():
		s.State, s.Month = SettledProblem, *is
	case is.Closed():
		s.State, s.Month = ClosedProblem, *is
	case before == nil:
		s.State, s.Month = NewProblem, *is
	default:
		s.State, s.Month, s.Reopened = OpenProblem, *is, before.Closed()
	}
	if open := s.State != ClosedProblem && s.State != SettledProblem; open {
		last, ok := reporting.LastDay(s.Month.Deadline)
		s.Overdue = ok && last < asOf.Format(time.DateOnly)
	}
	s.Escalated = s.Month.Escalated()
	s.Age = age(p, period)
	return s, true
}

// age counts from the month in which the issue was raised, as the ledger says,
// else from the first ledger that names it.
func age(p reporting.ProblemRecord, period reporting.Period) int {
	from := p.Months[0].Period
	if len(p.RaisedAt) >= 7 {
		if q, err := reporting.ParsePeriod(p.RaisedAt[:7]); err == nil && !from.Before(q) {
			from = q
		}
	}
	return max(0, (period.Year-from.Year)*12+int(period.Month)-int(from.Month))
}
