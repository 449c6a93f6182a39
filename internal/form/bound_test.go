package form

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

func textCell(col int, s string) sheet.Cell { return sheet.Cell{Col: col, Kind: sheet.Text, Text: s} }
func numberCell(col int, n float64) sheet.Cell {
	return sheet.Cell{Col: col, Kind: sheet.Number, Text: fmt.Sprint(n), Number: n}
}

// large is a sound progress table of so many rows and columns.
func large(rows, columns int) sheet.Grid {
	g := sheet.Grid{Name: "Sheet1"}
	titles := []string{"序号", "项目名称", "建设性质", "总投资(万元)", "年度计划投资", "本月完成投资", "1-3月累计完成投资", "占年度计划比例(%)", "形象进度", "责任单位", "责任人", "联系电话", "备注"}
	head := sheet.Row{Index: 1}
	for c := range columns {
		t := fmt.Sprintf("其他指标%d", c)
		if c < len(titles) {
			t = titles[c]
		}
		head.Cells = append(head.Cells, textCell(c, t))
	}
	g.Rows = append(g.Rows, head)
	for i := range rows {
		r := sheet.Row{Index: i + 2}
		for c := range columns {
			switch c {
			case 0:
				r.Cells = append(r.Cells, numberCell(c, float64(i+1)))
			case 1:
				r.Cells = append(r.Cells, textCell(c, fmt.Sprintf("城东第%d污水处理厂建设工程项目", i)))
			case 2:
				r.Cells = append(r.Cells, textCell(c, "续建"))
			case 3, 4, 5, 6:
				r.Cells = append(r.Cells, numberCell(c, float64(10000-c*1000+i%10)))
			case 7:
				r.Cells = append(r.Cells, textCell(c, "66.67%"))
			case 8:
				r.Cells = append(r.Cells, textCell(c, fmt.Sprintf("已完成主体结构%d层，正在进行装饰装修施工。", i%30)))
			case 9, 10:
				r.Cells = append(r.Cells, textCell(c, "县住房和城乡建设局"))
			case 11:
				r.Cells = append(r.Cells, textCell(c, "13900000001"))
			default:
				r.Cells = append(r.Cells, textCell(c, "按计划推进"))
			}
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

func material(grids ...sheet.Grid) Material {
	return Material{File: "a.xlsx", Documents: []Document{{Path: []string{"a.xlsx"}, Book: sheet.Book{Format: "xlsx", Grids: grids}}}}
}

// filled is a grid with one text in each cell, made of its number.
func filled(rows, columns int, text func(row, col int) string) sheet.Grid {
	g := sheet.Grid{Name: "x"}
	for i := range rows {
		r := sheet.Row{Index: i + 1}
		for c := range columns {
			r.Cells = append(r.Cells, textCell(c, text(i, c)))
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

// hostile are grids that would cost a careless reader its time, each with the
// finding that says what was not read; "" where all of it was.
func hostile() map[string]struct {
	m    Material
	want string
} {
	type one = struct {
		m    Material
		want string
	}
	head := []string{"序号", "项目名称", "总投资", "年度计划投资", "形象进度"}
	header := func(row, col int) string { return head[col%len(head)] }
	merged := func(g sheet.Grid, n int, of func(i int) sheet.Span) sheet.Grid {
		for i := range n {
			g.Merges = append(g.Merges, of(i))
		}
		return g
	}
	many := sheet.Grid{Name: "x"}
	for i := range 700 { // each another header
		many.Rows = append(many.Rows, sheet.Row{Index: 3*i + 1, Cells: []sheet.Cell{textCell(i, "项目名称"), textCell(i+1, "总投资"), textCell(i+2, "形象进度")}},
			sheet.Row{Index: 3*i + 2, Cells: []sheet.Cell{textCell(i, "污水处理厂"), numberCell(i+1, 5)}})
	}
	small := []sheet.Grid{large(3, 13), large(3, 13), large(3, 13), large(3, 13)}
	var sheets []sheet.Grid
	for range 60 {
		sheets = append(sheets, small...)
	}
	long := make([]sheet.Paragraph, 3000)
	for i := range long {
		long[i].Text = strings.Repeat("我县无问题但是无", 40)
	}
	wall, spans := strings.Repeat("项目名称", 2000), strings.Repeat("1-", 500)+"月其中（"
	talk := material()
	talk.Documents[0].Book.Paragraphs = long
	return map[string]one{
		"words of names":    {material(filled(2_000, 40, func(r, c int) string { return fmt.Sprintf("项目名称（%d）甲", r*40+c) })), ""},
		"different headers": {material(filled(1500, 40, func(r, c int) string { return fmt.Sprintf("项目（%d－%d月丙）", r, c) })), "too-many-tables"},
		"headers only":      {material(filled(200, 500, header)), ""},
		"many tables":       {material(many), "too-many-tables"},
		"many sheets":       {material(sheets...), "too-many-tables"},
		"unknown columns": {material(filled(600, 100, func(r, c int) string {
			if r%30 == 0 && c < 5 {
				return head[c]
			}
			return fmt.Sprintf("形象进%d度%d", r, c)
		})), ""},
		"one area over all":   {material(merged(large(3_000, 13), 1, func(int) sheet.Span { return sheet.Span{Top: 2, Left: 1, Bottom: 3_001, Right: 1} })), ""},
		"areas over areas":    {material(merged(large(3_000, 13), 20_000, func(i int) sheet.Span { return sheet.Span{Top: 1, Left: i % 50, Bottom: 3_000, Right: 1000} })), "too-many-merges"},
		"areas beside areas":  {material(merged(filled(300, 1000, header), 20_000, func(i int) sheet.Span { return sheet.Span{Top: 1, Left: i % 1000, Bottom: 20, Right: i % 1000} })), ""},
		"long texts":          {material(filled(500, 100, func(r, c int) string { return wall })), "table-too-large"},
		"spans and marks":     {material(filled(500, 40, func(r, c int) string { return spans })), ""},
		"a wall of talk":      {talk, "text-too-long"},
		"tables side by side": {material(filled(800, 100, func(r, c int) string { return header(0, c) + strings.Repeat("/", r%2*50) })), ""},
	}
}

// TestHostile holds that what is not read has a finding, and that a sound sheet
// behind it is read.
func TestHostile(t *testing.T) {
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			m := c.m
			sound := large(3, 13)
			m.Documents = append(slices.Clone(m.Documents), Document{Path: []string{"b.xlsx"}, Book: sheet.Book{Grids: []sheet.Grid{sound}}})
			began := time.Now()
			r := Read(m, Knowledge{})
			t.Logf("%v, %d tables, %d findings", time.Since(began), len(r.Tables), len(r.Findings))
			found := slices.ContainsFunc(r.Findings, func(f reporting.Finding) bool { return f.Code == c.want })
			behind := slices.ContainsFunc(r.Tables, func(t reporting.Table) bool { return t.Path[0] == "b.xlsx" })
			if c.want != "too-many-tables" && !behind {
				t.Error("the sound table behind it is not read")
			}
			if c.want != "" && !found {
				t.Errorf("no finding %s", c.want)
			}
		})
	}
}

// TestFindingsEnd has more mistakes than are listed: the last one says so.
func TestFindingsEnd(t *testing.T) {
	g := large(3000, 13)
	for i := range g.Rows[1:] {
		g.Rows[i+1].Cells[3] = textCell(3, "约几千")
	}
	r := Read(material(g), Knowledge{})
	n := 0
	for _, f := range r.Findings {
		if f.Code == "too-many-findings" {
			n++
		}
	}
	if n != 1 || len(r.Findings) > maxFindings+20 {
		t.Errorf("%d findings, %d of them say that there are more", len(r.Findings), n)
	}
}

// TestMaybeName holds that the quick look passes over no word that the slow
// one knows for a name.
func TestMaybeName(t *testing.T) {
	lex := builtin().with(map[reporting.Field][]string{reporting.FProjectName: {"标段"}})
	n := 0
	for _, d := range lex.kinds {
		for key := range d {
			for _, form := range []string{"%s", "%s（万元）", "2021年3月%s", "（1）%s", "%s(甲(乙))", "%s（截至2021年3月底止）", "%s的", " %s：", "本月%s，", "%s(1=2+3)"} {
				text := fmt.Sprintf(form, key)
				if lex.isNameWord(word(text, reporting.Period{})) {
					if n++; !lex.maybeName(text) {
						t.Errorf("%q is passed over", text)
					}
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d names", n)
	}
	if lex.maybeName("城东污水处理厂建设工程项目") {
		t.Error("a project's name is taken apart")
	}
}

// BenchmarkRead reads tables of 20,000 and of 10,000 rows: twice the rows cost
// twice the time.
func BenchmarkRead(b *testing.B) {
	for _, rows := range []int{10_000, 20_000} {
		m := material(large(rows, 40))
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			for b.Loop() {
				Read(m, Knowledge{})
			}
		})
	}
}
