package bulletin

import (
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// project is a row with the parts of its package. Orphans are the parts of a
// package that has no row of its own: their amounts count, as one package's,
// and no project is counted for them.
type project struct {
	row     reporting.Row
	parts   []*project
	orphans bool

	// What was asked of it before: packages may be nested as deep as a
	// stranger likes, and each level asks all below it.
	sums    map[reporting.Field]*decimal.Decimal
	answers map[reporting.Field]answer
}

func (p *project) name() string { return p.row.Text(reporting.FProjectName) }

// tree puts the parts of packages below them. A part belongs to the last row
// before it that has its package's name, else to the first one after it.
func tree(t reporting.Table) []*project {
	nodes := make([]*project, len(t.Rows))
	rows := map[string][]int{}
	for i, r := range t.Rows {
		nodes[i] = &project{row: r}
		n := plain(nodes[i].name())
		rows[n] = append(rows[n], i)
	}
	parent := make([]int, len(nodes))
	for i, n := range nodes {
		parent[i] = -1
		if name := plain(n.row.Text(reporting.FParentName)); name != "" {
			parent[i] = owner(rows[name], i)
		}
	}
	var out []*project
	lost := map[string]*project{}
	for i, n := range nodes {
		name := plain(n.row.Text(reporting.FParentName))
		switch {
		case name == "":
			out = append(out, n)
		case parent[i] < 0 || circular(parent, i):
			if lost[name] == nil {
				lost[name] = &project{orphans: true}
				out = append(out, lost[name])
			}
			lost[name].parts = append(lost[name].parts, n)
		default:
			nodes[parent[i]].parts = append(nodes[parent[i]].parts, n)
		}
	}
	return out
}

// owner picks the nearest of the rows that have the package's name.
func owner(rows []int, of int) int {
	best := -1
	for _, r := range rows {
		if r < of || r > of && best < 0 {
			best = r
		}
	}
	return best
}

// circular reports whether a part's packages lead into a circle: nobody is
// the whole then.
func circular(parent []int, i int) bool {
	for slow, fast := i, i; ; {
		for range 2 {
			if fast = parent[fast]; fast < 0 {
				return false
			}
		}
		if slow = parent[slow]; slow == fast {
			return true
		}
	}
}

// plain makes names comparable: white space never tells projects apart.
func plain(s string) string { return strings.Join(strings.Fields(s), "") }

// amount is the project's own figure, else the sum of its parts' where any has one.
func (p *project) amount(f reporting.Field) (sum decimal.Decimal, ok bool) {
	if !p.orphans {
		if d, ok := p.row.Decimal(f); ok {
			return d, true
		}
	}
	if known, asked := p.sums[f]; asked {
		if known == nil {
			return sum, false
		}
		return *known, true
	}
	for _, q := range p.parts {
		if d, has := q.amount(f); has {
			sum, ok = sum.Add(d), true
		}
	}
	if p.sums == nil {
		p.sums = map[reporting.Field]*decimal.Decimal{}
	}
	if p.sums[f] = nil; ok {
		p.sums[f] = &sum
	}
	return sum, ok
}

type answer uint8

const (
	unknown answer = iota
	no
	yes
)

// is the project's own answer, else yes where any part says so, else no where
// all parts say so.
func (p *project) is(f reporting.Field) answer {
	if b, ok := p.row.Bool(f); ok && !p.orphans {
		if b {
			return yes
		}
		return no
	}
	if a, asked := p.answers[f]; asked {
		return a
	}
	if p.answers == nil {
		p.answers = map[reporting.Field]answer{}
	}
	p.answers[f] = p.ofParts(f)
	return p.answers[f]
}

func (p *project) ofParts(f reporting.Field) answer {
	out := unknown
	for i, q := range p.parts {
		switch a := q.is(f); {
		case a == yes:
			return yes
		case a == unknown:
			out = unknown
		case i == 0 || out == no:
			out = a
		}
	}
	return out
}

// columns is which of the columns that not every table has are there.
type columns struct{ started, inStats, finish bool }

func columnsOf(t reporting.Table) columns {
	has := map[reporting.Field]bool{}
	for _, c := range t.Columns {
		has[c.Field] = true
	}
	if len(t.Columns) == 0 { // a table that came without its columns: what its rows have
		for _, r := range t.Rows {
			for f := range r.Fields {
				has[f] = true
			}
		}
	}
	return columns{has[reporting.FIsStarted], has[reporting.FInStats],
		has[reporting.FIsFinished] || has[reporting.FActualFinish]}
}

// open makes the counts that the table can tell, so that none is 0, not absent.
func (c columns) open(f *Figures) {
	zero := func(to ...**int) {
		for _, p := range to {
			*p = new(int)
		}
	}
	if c.started {
		zero(&f.Started, &f.NewPlanned, &f.NewStarted)
	}
	if c.inStats {
		zero(&f.InStats)
	}
	if c.started && c.inStats {
		zero(&f.StatsDue, &f.StatsDone)
	}
	if c.finish {
		zero(&f.FinishPlan, &f.Finished)
	}
}

// project is one project's figures.
func (m measure) project(p *project, c columns) Figures {
	var f Figures
	total, _ := p.amount(reporting.FTotalInvest)
	plan, _ := p.amount(reporting.FYearPlan)
	month, _ := p.amount(reporting.FMonthDone)
	done, _ := p.amount(reporting.FYTDDone)
	f.TotalInvest, f.YearPlan, f.MonthDone, f.YTDDone = Number{total}, Number{plan}, Number{month}, Number{done}
	if plan.IsPositive() {
		f.planned, f.plannedDone, f.plannedMonth = plan, done, month
	}
	f.Parts = max(1, p.leaves())
	if p.orphans {
		return f
	}
	f.Projects = 1
	if !plan.IsPositive() {
		f.Unplanned = 1
	}
	switch m.lightOf(p, c) {
	case Red:
		f.Red = 1
	case Yellow:
		f.Yellow = 1
	}
	c.open(&f)
	started, inStats := p.is(reporting.FIsStarted) == yes, p.is(reporting.FInStats) == yes
	count := func(to *int, when bool) {
		if to != nil && when {
			*to++
		}
	}
	count(f.Started, started)
	count(f.InStats, inStats)
	count(f.NewPlanned, natureOf(p.row) == "new")
	count(f.NewStarted, natureOf(p.row) == "new" && started)
	count(f.StatsDue, p.statsDue())
	count(f.StatsDone, started && inStats)
	count(f.FinishPlan, m.toFinish(p))
	count(f.Finished, m.toFinish(p) && m.finished(p) == yes)
	return f
}

// statsFrom is the total investment in 万元 from which a project belongs into
// the statistics of fixed-asset investment (固定资产投资统计起点).
var statsFrom = decimal.NewFromInt(500)

// statsDue: started, and not known to be too small for the statistics; what is
// in them is not.
func (p *project) statsDue() bool {
	total, ok := p.amount(reporting.FTotalInvest)
	return p.is(reporting.FIsStarted) == yes && (!ok || !total.LessThan(statsFrom) || p.is(reporting.FInStats) == yes)
}

// leaves is how many parts the project has at the lowest level.
func (p *project) leaves() (n int) {
	for _, q := range p.parts {
		n += max(1, q.leaves())
	}
	return n
}

func natureOf(r reporting.Row) string {
	n := r.Text(reporting.FNature)
	for _, x := range natures {
		if x.key == n {
			return n
		}
	}
	return ""
}

// toFinish: due to be finished in the bulletin's year, by its date or nature.
func (m measure) toFinish(p *project) bool {
	if natureOf(p.row) == "finish" {
		return true
	}
	d := p.row.Text(reporting.FPlanFinish)
	return len(d) >= 4 && d[:4] == m.year()
}

// finished follows the column 是否竣工, else a date of completion that lies
// not after the month.
func (m measure) finished(p *project) answer {
	if a := p.is(reporting.FIsFinished); a != unknown {
		return a
	}
	if d := p.row.Text(reporting.FActualFinish); d != "" {
		if last, ok := lastDay(d); ok && last <= m.end() {
			return yes
		}
		return no
	}
	return unknown
}

// lateStart: told not to have started, and due to by the end of the month.
// What stands still by decision (停缓建) is not late.
func (m measure) lateStart(p *project, c columns) (due string, late bool) {
	due = p.row.Text(reporting.FPlanStart)
	last, ok := lastDay(due)
	if !ok || !c.started || natureOf(p.row) == "paused" || p.row.Text(reporting.FActualStart) != "" {
		return "", false
	}
	return due, p.is(reporting.FIsStarted) == no && last <= m.end()
}

// lateFinish: told not to be finished, and due to by the end of the month.
func (m measure) lateFinish(p *project) bool {
	last, ok := lastDay(p.row.Text(reporting.FPlanFinish))
	return ok && natureOf(p.row) != "paused" && m.finished(p) == no && last <= m.end()
}

// pctOf is the project's share of its plan.
func pctOf(p *project) *Number {
	plan, _ := p.amount(reporting.FYearPlan)
	done, _ := p.amount(reporting.FYTDDone)
	return percent(done, plan)
}

// lightOf is the project's light; a start or a completion that is late is
// yellow at least.
func (m measure) lightOf(p *project, c columns) Light {
	l := m.light(m.gap(pctOf(p)))
	if _, late := m.lateStart(p, c); (late || m.lateFinish(p)) && l != Red {
		return Yellow
	}
	return l
}

// flatten lists the project and its parts as the workbook prints them.
func (p *project) flatten(to *[]Project, m measure, c columns) {
	if !p.orphans {
		*to = append(*to, m.print(p, c))
	}
	for _, q := range p.parts {
		q.flatten(to, m, c)
	}
}

func (m measure) print(p *project, c columns) Project {
	r := p.row
	out := Project{
		Row: r.Row, Name: m.text(r, reporting.FProjectName), Parent: m.text(r, reporting.FParentName), Category: m.text(r, reporting.FCategory),
		Nature: natureOf(r), Progress: m.text(r, reporting.FProgressText),
		RespUnit: m.text(r, reporting.FRespUnit), Leader: m.text(r, reporting.FLeader),
		YTDPct: pctOf(p), Started: flag(p.is(reporting.FIsStarted)), InStats: flag(p.is(reporting.FInStats)), Finished: flag(m.finished(p)),
	}
	out.GapPP = m.gap(out.YTDPct)
	if out.Parent == "" {
		out.Light = m.lightOf(p, c)
	}
	for _, x := range []struct {
		to **Number
		f  reporting.Field
	}{
		{&out.TotalInvest, reporting.FTotalInvest}, {&out.YearPlan, reporting.FYearPlan},
		{&out.MonthDone, reporting.FMonthDone}, {&out.YTDDone, reporting.FYTDDone},
	} {
		if d, ok := p.amount(x.f); ok {
			*x.to = &Number{d}
		}
	}
	return out
}

func flag(a answer) *bool {
	if a == unknown {
		return nil
	}
	b := a == yes
	return &b
}
