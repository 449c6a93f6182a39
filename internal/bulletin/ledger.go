package bulletin

import (
	"slices"
	"strings"

	"tongbao/internal/reporting"
)

// Ledger is what the units' issue ledgers come to.
//
// The rule. An issue is open unless its status is done or closed. It is
// overdue when it is open and the last day of its deadline lies before the
// bulletin's day. It is closed this month when it is done or closed, and last
// month's ledger of the unit still had it open; where that ledger has it not,
// its closing date must lie in the month or be missing. It is new when last
// month's ledger has it not and it was not raised before that month; where
// there is no such ledger, when it was raised in this month. Two rows are the
// same issue when project and problem read the same, or the project does and
// the problem nearly. What last month's ledger had open and this month's has
// not is neither closed nor open: it is listed as gone.
type Ledger struct {
	Total      int         `json:"total"` // rows
	New        int         `json:"new"`
	Closed     int         `json:"closed"`
	Open       int         `json:"open"`
	Overdue    int         `json:"overdue"`
	Gone       int         `json:"gone"`
	Categories []Category  `json:"categories"` // of the open ones
	Units      []UnitIssue `json:"units"`      // in the office's order; those that sent a ledger
	Items      []Issue     `json:"items"`      // all rows: open and overdue first
	GoneItems  []Issue     `json:"gone_items"`
}

// Category is one kind of open issues with some of the projects that have it.
type Category struct {
	Tally
	Projects []Named `json:"projects"` // at most 3
}

// UnitIssue is one unit's ledger in counts.
type UnitIssue struct {
	Unit    string `json:"unit"`
	Total   int    `json:"total"`
	New     int    `json:"new"`
	Closed  int    `json:"closed"`
	Open    int    `json:"open"`
	Overdue int    `json:"overdue"`
	Gone    int    `json:"gone"`
}

// Issue is one row of a ledger.
type Issue struct {
	Unit      string `json:"unit"`
	Row       int    `json:"row"`
	Project   string `json:"project,omitempty"`
	Problem   string `json:"problem"`
	Category  string `json:"category"`
	CoordUnit string `json:"coord_unit,omitempty"`
	Measure   string `json:"measure,omitempty"`
	Progress  string `json:"progress,omitempty"`
	RaisedAt  string `json:"raised_at,omitempty"`
	Deadline  string `json:"deadline,omitempty"`
	Status    string `json:"status,omitempty"`
	ClosedAt  string `json:"closed_at,omitempty"`
	New       bool   `json:"new,omitempty"`
	Open      bool   `json:"open"`
	Overdue   bool   `json:"overdue,omitempty"`
	Closed    bool   `json:"closed_this_month,omitempty"`
}

// State is the issue's state as the bulletin prints it.
func (i Issue) State() string {
	switch {
	case i.Overdue:
		return "超期未办结"
	case i.Status == "partial":
		return "部分解决"
	case i.Open && i.New:
		return "本月新增"
	case i.Open:
		return "推进中"
	case i.Status == "closed":
		return "已销号"
	}
	return "已办结"
}

func ledger(in Input, b *Bulletin) Ledger {
	l := Ledger{Units: []UnitIssue{}, Items: []Issue{}, GoneItems: []Issue{}}
	for i := range b.Units {
		u := &b.Units[i]
		v := in.Versions[u.Name][reporting.Issues]
		if v == nil {
			continue
		}
		sum := l.take(in, u.Name, v.Table, in.PreviousIssues[u.Name])
		u.IssuesOpen = &sum.Open
		l.Units = append(l.Units, sum)
		l.Total, l.New, l.Closed = l.Total+sum.Total, l.New+sum.New, l.Closed+sum.Closed
		l.Open, l.Overdue, l.Gone = l.Open+sum.Open, l.Overdue+sum.Overdue, l.Gone+sum.Gone
	}
	class := func(i Issue) int {
		switch {
		case i.Overdue:
			return 0
		case i.Open:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(l.Items, func(x, y Issue) int { return class(x) - class(y) })
	l.Categories = categories(l.Items)
	return l
}

// take judges one unit's ledger.
func (l *Ledger) take(in Input, unit string, t reporting.Table, last *reporting.Version) UnitIssue {
	sum := UnitIssue{Unit: unit, Total: len(t.Rows)}
	var before *memory
	if last != nil {
		before = remembering(last.Table.Rows)
	}
	for _, r := range t.Rows {
		i := issueOf(unit, r, in.KeepPhones)
		old, known := before.find(r)
		i.New = isNew(i, in.Period, last != nil, known)
		i.Overdue = i.Open && overdue(i.Deadline, in)
		i.Closed = !i.Open && closedNow(i, in.Period, old, known)
		for n, is := range map[*int]bool{&sum.New: i.New, &sum.Open: i.Open, &sum.Overdue: i.Overdue, &sum.Closed: i.Closed} {
			if is {
				*n++
			}
		}
		l.Items = append(l.Items, i)
	}
	for _, r := range before.rest() {
		if i := issueOf(unit, r, in.KeepPhones); i.Open {
			sum.Gone++
			l.GoneItems = append(l.GoneItems, i)
		}
	}
	return sum
}

func issueOf(unit string, r reporting.Row, keepPhones bool) Issue {
	text := func(f reporting.Field) string { return hush(keepPhones, r.Text(f)) }
	s := r.Text(reporting.FStatus)
	return Issue{
		Unit: unit, Row: r.Row, Project: text(reporting.FProjectName), Problem: text(reporting.FProblem),
		Category:  classify(r.Text(reporting.FCategory), r.Text(reporting.FProblem)),
		CoordUnit: text(reporting.FCoordUnit), Measure: text(reporting.FMeasure), Progress: text(reporting.FProgress),
		RaisedAt: text(reporting.FRaisedAt), Deadline: text(reporting.FDeadline), ClosedAt: text(reporting.FClosedAt),
		Status: hush(keepPhones, s), Open: !finishedStatus(s),
	}
}

func finishedStatus(s string) bool { return s == "done" || s == "closed" }

func isNew(i Issue, p reporting.Period, hasLast, known bool) bool {
	switch {
	case known:
		return false
	case hasLast:
		return !early(i.RaisedAt, p.Add(-1))
	}
	return within(i.RaisedAt, p)
}

func closedNow(i Issue, p reporting.Period, old reporting.Row, known bool) bool {
	if known {
		return !finishedStatus(old.Text(reporting.FStatus))
	}
	return i.ClosedAt == "" || within(i.ClosedAt, p)
}

func overdue(deadline string, in Input) bool {
	last, ok := lastDay(deadline)
	return ok && last < in.AsOf.In(in.Terms.Zone).Format("2006-01-02")
}

// memory finds last month's rows again; each is found once.
type memory struct {
	rows  []reporting.Row
	taken []bool
	same  map[string][]int // by project and problem
	near  map[string][]int // by project

	compared int
}

func remembering(rows []reporting.Row) *memory {
	m := &memory{rows: rows, taken: make([]bool, len(rows)), same: map[string][]int{}, near: map[string][]int{}}
	for i, r := range rows {
		p, q := keys(r)
		m.same[p+"\n"+q] = append(m.same[p+"\n"+q], i)
		m.near[p] = append(m.near[p], i)
	}
	return m
}

func keys(r reporting.Row) (project, problem string) {
	return plain(r.Text(reporting.FProjectName)), plain(r.Text(reporting.FProblem))
}

// maxCompared bounds how many pairs of a ledger's rows are compared word by
// word; beyond, only equal ones are the same issue.
const maxCompared = 20_000

func (m *memory) find(r reporting.Row) (reporting.Row, bool) {
	if m == nil {
		return reporting.Row{}, false
	}
	p, q := keys(r)
	for _, i := range m.same[p+"\n"+q] {
		if !m.taken[i] {
			m.taken[i] = true
			return m.rows[i], true
		}
	}
	for _, i := range m.near[p] {
		if m.taken[i] {
			continue
		}
		if m.compared++; m.compared > maxCompared {
			break
		}
		if _, other := keys(m.rows[i]); alike(q, other) {
			m.taken[i] = true
			return m.rows[i], true
		}
	}
	return reporting.Row{}, false
}

// rest is what was not found again.
func (m *memory) rest() (out []reporting.Row) {
	if m == nil {
		return nil
	}
	for i, r := range m.rows {
		if !m.taken[i] {
			out = append(out, r)
		}
	}
	return out
}

// alike: at least 80% of the pairs of neighbouring characters are the same
// (Dice), or one text goes on where the other ends.
func alike(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		return true
	}
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 400)], y[:min(len(y), 400)]
	pairs := map[[2]rune]int{}
	for i := 0; i+1 < len(x); i++ {
		pairs[[2]rune{x[i], x[i+1]}]++
	}
	common := 0
	for i := 0; i+1 < len(y); i++ {
		if k := [2]rune{y[i], y[i+1]}; pairs[k] > 0 {
			pairs[k]--
			common++
		}
	}
	total := len(x) + len(y) - 2
	return total > 0 && 10*2*common >= 8*total
}

// categories counts the open issues by kind.
func categories(items []Issue) []Category {
	counts := map[string]int{}
	examples := map[string][]Named{}
	for _, i := range items {
		if !i.Open {
			continue
		}
		counts[i.Category]++
		n := Named{Unit: i.Unit, Project: i.Project}
		if e := examples[i.Category]; len(e) < 3 && i.Project != "" && !slices.Contains(e, n) {
			examples[i.Category] = append(e, n)
		}
	}
	out := []Category{}
	for _, t := range tallies(counts) {
		out = append(out, Category{t, append([]Named{}, examples[t.Name]...)})
	}
	return out
}
