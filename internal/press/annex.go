package press

import (
	"fmt"

	"tongbao/internal/docx"
)

// annex is one of the bulletin's annexes.
type annex struct {
	title   string
	lists   []list
	upright []docx.Block // instead of lists: a form on an upright page
}

// annexes are the five of every month; one without content says so.
func annexes(p paper) []annex {
	b := p.Bulletin
	sums := issueSums(b)
	sums.heading = "（一）分单位情况"
	open := openIssues(b)
	open.heading = "（二）尚未解决的问题"
	late, issues := []list{laggards(b)}, []list{sums, open}
	if orders := orderList(p); len(orders.lines) > 0 {
		late[0].heading, orders.heading = "（一）各单位上报的项目", "（二）督办函"
		late = append(late, orders)
	}
	if papers := assignmentList(p); len(papers.lines) > 0 {
		papers.heading = "（三）问题交办单"
		issues = append(issues, papers)
	}
	return []annex{
		{title: "各县（市、区）投资完成情况排名表", lists: rankings(b)},
		{title: "中心城区重大城建项目进展表", lists: []list{centrals(b)}},
		{title: "进度滞后项目清单", lists: late},
		{title: "问题台账汇总", lists: issues},
		{title: "信息报送情况表", lists: []list{submissions(b)}},
	}
}

// cellSpace keeps a cell of several lines off the table's lines.
const cellSpace docx.Twips = 30

// annexSection begins a new page: 附件1 at the top left, the title centred on
// the third line. A single annex has no number: n is 0.
func annexSection(n int, a annex) docx.Section {
	s := sideways()
	if len(a.upright) > 0 {
		s = upright()
		s.Grid = docx.Grid{} // a form's lines are its own
	}
	mark := "附件"
	if n > 0 {
		mark += fmt.Sprint(n)
	}
	s.Blocks = []docx.Block{
		docx.Paragraph{Line: lineHeight, Align: docx.Left, Runs: set(mark, hei, size3)},
		docx.Paragraph{Line: lineHeight + 60, Align: docx.Center, Outline: 1, KeepNext: true, Before: 120, After: 40, Runs: set(a.title, song, size2)},
	}
	for i, l := range a.lists {
		s.Blocks = append(s.Blocks, tableBlocks(l.narrow(maxLines), s.Width-s.Left-s.Right, i > 0)...)
	}
	s.Blocks = append(s.Blocks, a.upright...)
	return s
}

// tableBlocks are a list's heading, its unit of measure, its table and notes.
func tableBlocks(l list, wide docx.Twips, gap bool) (out []docx.Block) {
	before := 0
	if gap {
		before = 240
	}
	if l.heading != "" {
		out = append(out, docx.Paragraph{Line: 400, Before: before, Align: docx.Left, KeepNext: true, Runs: set(l.heading, kai, size4)})
	}
	if l.measure != "" {
		out = append(out, docx.Paragraph{Line: 340, Align: docx.Right, KeepNext: true, Runs: set(l.measure, fang, size5)})
	}
	out = append(out, table(l, wide))
	for _, n := range l.notes {
		out = append(out, docx.Paragraph{Line: 300, Align: docx.Left, Runs: set(n, fang, sizeS5)})
	}
	return out
}

func table(l list, wide docx.Twips) docx.Table {
	t := docx.Table{Header: 1, CellMargin: 70, Border: docx.Border{Size: 4}}
	total := 0
	for _, c := range l.columns {
		total += c.width
	}
	left := wide
	for i, c := range l.columns {
		w := wide * c.width / total
		if i == len(l.columns)-1 {
			w = left
		}
		left -= w
		t.Columns = append(t.Columns, w)
	}
	size := size5
	if len(l.columns) > 6 {
		size = sizeS5
	}
	head := docx.Row{Height: 480}
	for i, c := range l.columns {
		cell := docx.Cell{Fill: "F2F2F2"}
		for _, s := range headLines(c.title, t.Columns[i]-2*t.CellMargin, size) {
			cell.Paragraphs = append(cell.Paragraphs, docx.Paragraph{Align: docx.Center, Line: size * 13, Runs: set(s, hei, size)})
		}
		head.Cells = append(head.Cells, cell)
	}
	t.Rows = append(t.Rows, head)
	for _, x := range l.lines {
		t.Rows = append(t.Rows, row(l, x, size))
	}
	return t
}

// breaks are where long column heads may be broken: after a word, and not
// where the line happens to be full.
var breaks = map[string][]string{
	"与序时比（±百分点）": {"与序时比", "（±百分点）"}, "年度计划投资": {"年度计划", "投资"}, "占年度计划": {"占年度", "计划"}, "预计赶上时间": {"预计赶上", "时间"},
	"计划新开工": {"计划", "新开工"}, "上月序位": {"上月", "序位"}, "累计完成": {"累计", "完成"}, "本月完成": {"本月", "完成"}, "计划开工时间": {"计划开工", "时间"},
	"上月未销号本月未列": {"上月未销号", "本月未列"},
}

// headLines are a column's head as it is printed in so many twips of width.
func headLines(title string, wide docx.Twips, size int) []string {
	if lines := breaks[title]; lines != nil && width(title)*size/10 > wide {
		return lines
	}
	return []string{title}
}

func row(l list, x line, size int) docx.Row {
	r := docx.Row{Height: 350}
	cell := func(s string, a docx.Align, span int) {
		runs := set(s, fang, size)
		for i := range runs {
			runs[i].Bold = x.total
		}
		r.Cells = append(r.Cells, docx.Cell{Span: span, Paragraphs: []docx.Paragraph{{Align: a, Line: size * 13, Before: cellSpace, After: cellSpace, Runs: runs}}})
	}
	for i, v := range x.cells {
		c := l.columns[i]
		align := docx.Center
		if c.kind == words {
			align = docx.Left
		}
		s := c.kind.show(v)
		if x.total && v == "" {
			s = ""
		}
		cell(clip(s, 200), align, 1)
	}
	if n := len(l.columns) - len(x.cells); n > 0 {
		cell(x.remark, docx.Center, n)
	}
	return r
}
