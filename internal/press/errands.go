package press

import (
	"cmp"
	"fmt"
	"strings"

	"tongbao/internal/bulletin"
)

// Errand is one of the papers that a bulletin leads to, as the bulletin lists
// it: a 问题交办单 or a 督办函 (see Orders).
type Errand struct {
	To      string // "" where the ledgers name no department
	Count   int    // issues, or lagging projects
	Overdue int    // of the issues
	About   string // the first projects by name
}

// Assigned are the departments that get a 问题交办单, in the order of Orders:
// the one with the most issues first. What no department is named for is
// Unassigned.
func (p paper) Assigned() (out []Errand) {
	for _, a := range p.assignments() {
		if a.Department != "" {
			out = append(out, a.errand())
		}
	}
	return out
}

// Unassigned is how many open issues name no department.
func (p paper) Unassigned() int {
	for _, a := range p.assignments() {
		if a.Department == "" {
			return a.Count()
		}
	}
	return 0
}

// Urged are the units that get a 督办函, the one with the project that is the
// farthest behind first.
func (p paper) Urged() (out []Errand) {
	for _, d := range p.orders() {
		var names []string
		for _, x := range d.Items {
			names = append(names, x.Project)
		}
		out = append(out, Errand{To: clip(d.To, maxProject), Count: d.Count(), About: about(names)})
	}
	return out
}

// Errands lists at most n of them in a sentence: 市财政局3个问题、市水利局1个问题,
// with 等12家单位 behind it where there are more.
func (p paper) Errands(list []Errand, n int, measure string) string {
	var names []string
	for _, e := range list {
		names = append(names, fmt.Sprintf("%s%d%s", e.To, e.Count, measure))
	}
	return enumerate(names, n, "家单位")
}

func (a assignment) errand() Errand {
	var names []string
	for _, i := range a.Items {
		names = append(names, cmp.Or(i.Project, i.Problem))
	}
	return Errand{To: clip(a.Department, maxProject), Count: a.Count(), Overdue: a.Overdue(), About: about(names)}
}

// about names the first things that a paper is about.
func about(names []string) string {
	const most = 3
	var out []string
	seen := map[string]bool{}
	for _, n := range names {
		if n = clip(n, maxProject); !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	if len(out) > most {
		return strings.Join(out[:most], "、") + "等"
	}
	return strings.Join(out, "、")
}

// assignmentList lists the papers for departments; no lines where there are none.
func assignmentList(p paper) list {
	l := list{heading: "问题交办单", measure: "单位：个", columns: []column{{"序号", 6, label, false}, {"交办单位", 24, label, false}, {"交办问题", 12, count, false},
		{"其中：超期", 12, count, false}, {"主要涉及", 46, words, false}}}
	total, overdue := 0, 0
	for i, a := range p.assignments() {
		e := a.errand()
		l.lines = append(l.lines, line{cells: []any{i + 1, cmp.Or(e.To, "（未明确，由办公室明确后交办）"), e.Count, e.Overdue, e.About}})
		total, overdue = total+e.Count, overdue+e.Overdue
	}
	if len(l.lines) > 0 {
		l.lines = append(l.lines, line{cells: []any{"", "合计", total, overdue, ""}, total: true})
		l.notes = []string{"注：问题交办单另行制发；按台账填报的需协调单位列，一个问题涉及多个单位的，交排在首位的牵头办理。"}
	}
	return l
}

// orderList lists the letters about lagging projects; no lines where there are none.
func orderList(p paper) list {
	l := list{heading: "督办函", measure: "单位：个", columns: []column{{"序号", 6, label, false}, {"送达单位", 32, label, false}, {"滞后项目", 12, count, false}, {"主要涉及", 50, words, false}}}
	total := 0
	for i, e := range p.Urged() {
		l.lines = append(l.lines, line{cells: []any{i + 1, e.To, e.Count, e.About}})
		total += e.Count
	}
	if len(l.lines) > 0 {
		l.lines = append(l.lines, line{cells: []any{"", "合计", total, ""}, total: true})
		l.notes = []string{"注：督办函另行制发，各附《督办事项回执》。"}
	}
	return l
}

// named lists all the projects that a sentence of the bulletin names some of:
// due to have started (应开未开), or to be in the statistics (应统未统).
func named(heading string, all []bulletin.Named, none string) list {
	l := list{heading: heading, columns: []column{{"序号", 6, label, false}, {"单位", 20, label, false}, {"项目名称", 56, words, false}, {"计划开工时间", 20, label, true}}}
	for i, x := range all {
		l.lines = append(l.lines, line{cells: []any{i + 1, x.Unit, x.Project, dated(x.Due)}})
	}
	if len(all) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: none}}
	}
	return l
}
