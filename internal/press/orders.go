package press

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/internal/docx"
	"tongbao/templates"
)

// Paper is one Word file that goes with the bulletin.
type Paper struct {
	Name string // file name
	Word []byte
}

// Bounds of what goes with one bulletin: beyond, the rest of the departments
// share one list, and a submitter's laggards one letter.
const (
	maxAssignments = 200
	maxOrders      = 400
)

// Orders sets what a month's bulletin leads to: for each department the list
// of open issues that it is to resolve (问题交办单), and for each responsible
// unit a letter about its lagging projects with a return slip (督办函). All are
// drafts for the office to sign: none has a number, and none is sent by itself.
func Orders(b bulletin.Bulletin, o Office, t *templates.Set) ([]Paper, error) {
	o.Layout, o.Released, o.CopyTo, o.Issue, o.Head = Formal, false, "", "", ""
	p := newPaper(b, o)
	names := map[string]int{}
	var out []Paper
	add := func(kind, to, template string, data any, list []annex) error {
		text, err := reportProse(t, template, data)
		if err != nil {
			return err
		}
		raw, err := setWord(p, text, list)
		base := "城建项目" + b.Period.Chinese() + "份" + kind + "（" + clip(to, 40) + "）"
		if names[base]++; names[base] > 1 {
			base += fmt.Sprint(names[base])
		}
		out = append(out, Paper{fileName(o, base, ".docx"), raw})
		return err
	}
	for _, a := range p.assignments() {
		if err := add("问题交办单", cmp.Or(a.Department, "交办单位未明确"), "assignment", a, []annex{{title: "问题交办清单", lists: []list{a.list()}}}); err != nil {
			return nil, err
		}
	}
	for _, d := range p.orders() {
		list := []annex{{title: "进度滞后项目清单", lists: []list{d.list()}}, {title: "督办事项回执", upright: d.slip()}}
		if err := add("督办函", d.To, "order", d, list); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// assignment is the data of the template bulletin/assignment.
type assignment struct {
	paper
	Department string // "" where the ledgers name none
	Items      []bulletin.Issue
}

// To is whom the list goes to; a blank to be filled in where nobody is named.
func (a assignment) To() string {
	return cmp.Or(a.Department, "（交办单位未明确，由办公室填写）")
}

// Known reports whether the ledgers name one department.
func (a assignment) Known() bool { return a.Department != "" && a.Department != otherDepartments }

// Count is how many issues there are.
func (a assignment) Count() int { return len(a.Items) }

// Overdue is how many of them are past their deadline.
func (a assignment) Overdue() (n int) {
	for _, i := range a.Items {
		if i.Overdue {
			n++
		}
	}
	return n
}

const otherDepartments = "其他各有关单位"

// assignments are the open issues by the department that leads: the one with
// the most first, those that name none last.
func (p paper) assignments() (out []assignment) {
	at := map[string]int{}
	for _, i := range p.Issues.Items {
		if !i.Open {
			continue
		}
		d := lead(i.CoordUnit)
		n, ok := at[d]
		if !ok {
			n = len(out)
			at[d] = n
			out = append(out, assignment{paper: p, Department: d})
		}
		out[n].Items = append(out[n].Items, i)
	}
	slices.SortStableFunc(out, func(x, y assignment) int {
		switch {
		case x.Department == "" || y.Department == "":
			return strings.Compare(y.Department, x.Department)
		case len(x.Items) != len(y.Items):
			return len(y.Items) - len(x.Items)
		}
		return strings.Compare(x.Department, y.Department)
	})
	if len(out) > maxAssignments {
		rest := assignment{paper: p, Department: otherDepartments}
		for _, a := range out[maxAssignments-1:] {
			rest.Items = append(rest.Items, a.Items...)
		}
		out = append(out[:maxAssignments-1], rest)
	}
	return out
}

// list is the table of 问题交办单: the last two columns are for the department
// and the office.
func (a assignment) list() list {
	l := list{columns: []column{{"编号", 7, label, false}, {"问题", 30, words, false}, {"涉及项目", 18, words, false}, {"提出单位", 12, label, false},
		{"类别", 9, label, false}, {"交办单位", 12, label, false}, {"协办单位", 12, label, false}, {"办理要求", 20, words, false},
		{"办结时限", 20, label, false}, {"反馈情况", 14, label, false}, {"销号意见", 11, label, false}}}
	for n, i := range a.Items {
		first := lead(i.CoordUnit)
		limit := dated(i.Deadline)
		if i.Overdue {
			limit += "（已超期）"
		}
		l.lines = append(l.lines, line{cells: []any{n + 1, i.Problem, i.Project, i.Unit, i.Category, cmp.Or(first, "未明确"), helpers(i.CoordUnit), i.Measure, limit, empty, empty}})
	}
	l.notes = []string{"注：“办理要求”为提出单位台账中的整改措施，由办公室核定；编号为本单内的序号。"}
	return l
}

// empty is a cell to be filled in by hand.
const empty = "　"

// helpers are the departments that a cell names after the first one.
func helpers(units string) string {
	for _, mark := range []string{"牵头单位：", "牵头单位:", "牵头：", "牵头:"} {
		units = strings.TrimPrefix(units, mark)
	}
	return strings.TrimLeft(strings.TrimPrefix(units, lead(units)), "、，,；;/ ")
}

// order is the data of the template bulletin/order.
type order struct {
	paper
	To    string
	Items []bulletin.Laggard // the farthest behind first
}

// First is the project that the title names.
func (d order) First() bulletin.Laggard { return d.Items[0] }

// Count is how many projects the letter is about.
func (d order) Count() int { return len(d.Items) }

// Farthest is the project that is the farthest behind the pace; nil where no
// figure says that any is.
func (d order) Farthest() *bulletin.Laggard {
	if x := d.Items[0]; x.YTDPct != nil && x.GapPP != nil && x.GapPP.IsNegative() {
		return &x
	}
	return nil
}

// CatchUp is when the projects are to have caught up where all name the same
// date, as a reader reads it.
func (d order) CatchUp() string {
	for _, x := range d.Items {
		if x.CatchUpAt != d.Items[0].CatchUpAt {
			return ""
		}
	}
	s := d.Items[0].CatchUpAt
	if shown := dated(s); shown != s {
		return shown + map[bool]string{true: "底"}[strings.HasSuffix(shown, "月")]
	}
	return ""
}

// orders are the lagging projects by submitter and responsible unit, in the
// order of the bulletin's list.
func (p paper) orders() []order {
	group := func(by func(bulletin.Laggard) string) (out []order) {
		at := map[string]int{}
		for _, l := range p.Lagging.Items {
			key := l.Unit + "\n" + by(l)
			n, ok := at[key]
			if !ok {
				n = len(out)
				at[key] = n
				out = append(out, order{paper: p, To: addressee(l.Unit, by(l))})
			}
			out[n].Items = append(out[n].Items, l)
		}
		return out
	}
	out := group(func(l bulletin.Laggard) string { return l.RespUnit })
	if len(out) > maxOrders {
		out = group(func(bulletin.Laggard) string { return "" })
	}
	return out
}

// addressee is whom a letter goes to. A responsible unit that does not say
// which place it belongs to stands behind the submitter.
func addressee(unit, resp string) string {
	switch {
	case resp == "":
		return unit
	case strings.HasPrefix(resp, unit), strings.HasPrefix(resp, "市"), strings.HasPrefix(resp, "省"), strings.Contains(resp, "市城") && strings.Contains(resp, "集团"):
		return resp
	}
	return unit + "（" + resp + "）"
}

func (d order) list() list {
	l := list{measure: "单位：万元、%", columns: []column{{"序号", 6, label, false}, {"项目名称", 26, words, false}, {"责任单位", 16, words, false},
		{"年度计划投资", 12, wan, false}, {"累计完成", 11, wan, false}, {"完成率", 9, pct, false}, {"与序时比（±百分点）", 15, pp, false},
		{"滞后原因", 28, words, false}, {"整改措施", 26, words, false}, {"预计赶上时间", 14, label, false}}}
	for i, x := range d.Items {
		l.lines = append(l.lines, line{cells: []any{i + 1, x.Project, cmp.Or(x.RespUnit, x.Unit), x.YearPlan, x.YTDDone, x.YTDPct, x.GapPP, x.Reason, x.Measure, dated(x.CatchUpAt)}})
	}
	l.notes = []string{"注：“—”表示报表中没有填写；与序时比为负数的，为低于序时进度。"}
	return l
}

// maxSlip is how many projects have a line of their own on a return slip.
const maxSlip = 12

// slip is the return slip (督办事项回执): what is known is filled in, the rest
// is left for the unit, and the number for the office.
func (d order) slip() []docx.Block {
	columns := []docx.Twips{1900, 2900, 1900, textWidth - 6700}
	t := docx.Table{Columns: columns, CellMargin: 90, Border: docx.Border{Size: 4}}
	cell := func(s, font string, a docx.Align, span int) docx.Cell {
		return docx.Cell{Span: span, Paragraphs: []docx.Paragraph{{Align: a, Line: 400, Before: 40, After: 40, Runs: set(s, font, size4)}}}
	}
	row := func(height docx.Twips, cells ...docx.Cell) {
		t.Rows = append(t.Rows, docx.Row{Height: height, Cells: cells})
	}
	wide := func(title, s string, height docx.Twips) {
		row(height, cell(title, hei, docx.Center, 1), cell(s, fang, docx.Left, 3))
	}
	wide("督办编号", "（由办公室编号）", 560)
	matter := clip(d.First().Project, maxProject)
	if n := d.Count(); n > 1 {
		matter = fmt.Sprintf("%s等%d个项目", matter, n)
	}
	wide("督办事项", matter+"进度滞后", 700)
	row(560, cell("承办单位", hei, docx.Center, 1), cell(d.To, fang, docx.Left, 1), cell("收到日期", hei, docx.Center, 1), cell(empty, fang, docx.Left, 1))
	row(560, cell("承办领导", hei, docx.Center, 1), cell(empty, fang, docx.Left, 1), cell("联系电话", hei, docx.Center, 1), cell(empty, fang, docx.Left, 1))
	row(560, cell("项目", hei, docx.Center, 1), cell("整改措施（逐条）", hei, docx.Center, 1), cell("责任人", hei, docx.Center, 1), cell("完成时限", hei, docx.Center, 1))
	for i, x := range d.Items {
		if i == maxSlip {
			wide("其余项目", fmt.Sprintf("附件1第%d项至第%d项另附页填写。", i+1, len(d.Items)), 560)
			break
		}
		row(800, cell(clip(x.Project, maxProject), fang, docx.Left, 1), cell(empty, fang, docx.Left, 1), cell(empty, fang, docx.Left, 1), cell(empty, fang, docx.Left, 1))
	}
	wide("目前进展", empty, 900)
	wide("预计赶上时间", empty, 560)
	wide("需协调事项", empty, 900)
	opinion := cell(empty, fang, docx.Left, 3)
	opinion.Paragraphs = append(opinion.Paragraphs, docx.Paragraph{Align: docx.Right, Line: 400, RightChars: 300, Runs: set("（盖章）", fang, size4)},
		docx.Paragraph{Align: docx.Right, Line: 400, RightChars: 100, Runs: set("年　　月　　日", fang, size4)})
	row(1500, cell("承办单位意见", hei, docx.Center, 1), opinion)
	return []docx.Block{t}
}
