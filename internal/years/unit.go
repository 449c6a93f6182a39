package years

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"tongbao/internal/reporting"
)

// unit is a submitter with its projects, its form and its habits.
type unit struct {
	reporting.Submitter
	projects []*project
	form     map[reporting.Kind][]column
	habits
	last *set // what it sent for the month before

	faulty  int            // the last month in which a fault was planted
	whole   int            // the last month in which one of a whole table was
	touched map[string]int // by entry, the last month in which one was planted on it
}

// habits are how a unit's clerk fills in the forms.
type habits struct {
	cents      bool // amounts have decimals
	yi         bool // 总投资 in 亿元, to two decimals, while the rest is 万元
	allYi      bool // all amounts in 亿元, to four decimals
	coarse     bool // and to two
	unitLine   bool // the unit stands above the table, not in its header
	title      int
	date       int // how dates are written
	percent    int
	totalLast  bool
	noTotal    bool
	groups     bool // category rows with their counts and subtotals
	numbered   bool // a row of column numbers under the header
	titleCount bool // the title promises 共N个项目
	oneBook    bool
	formulas   bool
	textual    bool // amounts are typed as text with separators
	shortNames bool // the lists leave 项目 and 工程 off a project's name
	keepClosed bool // closed issues stay on the ledger
	nothing    int  // how nil reports are written
	turns      bool // the rows stand in another order each month
	retypes    bool // names have other brackets and spaces each month
	drops      bool // a finished project leaves the table
}

func newUnit(s reporting.Submitter, r *rand.Rand) *unit {
	u := &unit{Submitter: s, touched: map[string]int{}}
	yes := func(n int) bool { return r.IntN(n) == 0 }
	u.habits = habits{cents: yes(3), title: r.IntN(4), date: r.IntN(4), percent: r.IntN(3), totalLast: yes(2), noTotal: yes(8), groups: yes(2),
		numbered: yes(3), titleCount: yes(3), oneBook: yes(2), formulas: yes(2), textual: yes(5), shortNames: yes(4), keepClosed: yes(2), nothing: r.IntN(4),
		unitLine: yes(2), turns: yes(3), retypes: yes(3), drops: yes(5)}
	switch r.IntN(6) {
	case 0:
		u.yi = true
	case 1:
		u.allYi, u.cents, u.coarse = true, false, yes(2)
	}
	if u.coarse {
		u.percent %= 2 // a bare 1.28 beside two digits of 亿元 may be 128%: reading asks, and rightly
	}
	u.form = u.forms(r)
	n := 10 + r.IntN(14)
	if s.Group == reporting.Central {
		n = 6 + r.IntN(5)
	}
	taken := map[string]bool{}
	for len(u.projects) < n {
		p := newProject(u, places[r.IntN(len(places))], works[r.IntN(len(works))], r)
		if taken[p.name] {
			continue
		}
		taken[p.name] = true
		u.projects = append(u.projects, p)
		if yes(12) {
			u.second(p, r)
		}
	}
	if yes(3) {
		u.bundle(r)
	}
	for _, p := range u.projects {
		u.trouble(p, r)
	}
	return u
}

// second adds the second stage of a project, whose name is nearly the same.
func (u *unit) second(p *project, r *rand.Rand) {
	w := works[0]
	for _, x := range works {
		if x.class == p.class {
			w = x
		}
	}
	q := newProject(u, p.place, w, r)
	q.name = p.name + "（二期）"
	p.name += "（一期）"
	u.projects = append(u.projects, q)
}

// bundle makes a package of three parts: its own row has their sums.
func (u *unit) bundle(r *rand.Rand) {
	whole := &project{name: bundled, class: "道路桥梁", nature: "续建", place: u.short() + "城区", content: "整治背街小巷3条",
		resp: u.department(r), owner: u.short() + "城管局", leader: person(r), person: person(r), joins: 1,
		planStart: date{2020, 8}, start: date{2020, 8}, planFinish: date{year + 1, 6}}
	parts := []*project{}
	for _, name := range []string{"书院巷", "考棚巷", "三眼井巷"} {
		p := newProject(u, name, works[0], r)
		p.done, p.adjusted, p.finish, p.clearing, p.joins = [13]money{}, 0, date{}, 0, 1
		p.total += wan(3000)
		p.planStart, p.start, p.planFinish, p.nature, p.stats = whole.planStart, whole.start, whole.planFinish, "续建", whole.start
		p.before = wan(300)
		for m := range p.plan {
			p.plan[m] = wan(1200)
		}
		for m := 1; m <= 12; m++ {
			p.done[m] = wan(90 + r.IntN(20))
			whole.done[m] += p.done[m]
			whole.plan[m] += p.plan[m]
		}
		whole.total, whole.before = whole.total+p.total, whole.before+p.before
		p.name, p.parent = name+"改造", whole
		parts = append(parts, p)
	}
	whole.stats = whole.start
	u.projects = append(append(u.projects, whole), parts...)
}

// trouble gives a project its issues: who is behind has one, others may.
func (u *unit) trouble(p *project, r *rand.Rand) {
	first := 0
	for m := p.joins; m <= 12; m++ {
		if u.lags(p, m) {
			first = m
			break
		}
	}
	if p.parent != nil || first == 0 && r.IntN(4) > 0 {
		return
	}
	raised := p.joins + r.IntN(3)
	if first > 0 {
		raised = max(p.joins, first-r.IntN(2))
	}
	t := troubles[r.IntN(len(troubles))]
	i := &issue{project: p, class: t.class, text: fmt.Sprintf(t.text, 2+r.IntN(60)), measure: t.measure, dept: u.short() + t.dept,
		raised: raised, closed: raised + 2 + r.IntN(9), shownAfterClosed: u.keepClosed, progressBy: []string{"正在协调", "已召开专题会议", "正在推进", t.done}}
	if !p.finish.none() {
		i.closed = min(i.closed, p.finish.month)
	}
	i.deadline = date{year, 0}.add(i.closed)
	if raised <= 12 && i.closed >= raised {
		p.issues = append(p.issues, i)
	}
}

// lags reports whether the unit lists the project: it is five points behind.
func (u *unit) lags(p *project, month int) bool {
	return month >= p.joins && !p.finished(month) && p.gap(month, u.has(reporting.Progress, reporting.FPlanStart)) <= -5
}

func (u *unit) has(k reporting.Kind, f reporting.Field) bool {
	for _, c := range u.form[k] {
		if c.field == f {
			return true
		}
	}
	return false
}

// short is the unit's name as it stands in names of departments.
func (u *unit) short() string { return strings.TrimPrefix(u.Name, "九江市") }

func (u *unit) department(r *rand.Rand) string {
	return u.short() + []string{"住建局", "城管局", "交通运输局", "水利局", "教体局"}[r.IntN(5)]
}

// round brings an amount to the precision in which the unit reports.
func (u *unit) round(m money) money {
	if u.cents {
		return m
	}
	return (m + 50) / 100 * 100
}

// room reports whether a fault may be planted in the month, so that what comes
// of another one cannot be taken for it.
func (u *unit) room(f Fault, month int) bool {
	if u.whole >= month-1 && u.whole > 0 {
		return false
	}
	return !f.whole() || u.faulty == 0 || u.faulty < month-1
}

// mark remembers what was planted.
func (u *unit) mark(f Fault, month int, entry string) {
	u.faulty = month
	u.touched[entry] = month
	if f.whole() {
		u.whole = month
	}
}
