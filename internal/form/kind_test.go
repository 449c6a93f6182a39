package form

import (
	"testing"

	"tongbao/internal/sheet"
)

// TestTitle: the line that names the table is its title, with what stands in
// brackets below it.
func TestTitle(t *testing.T) {
	header := []string{"序号", "项目名称", "总投资（万元）", "年度计划投资", "本月完成投资", "形象进度"}
	row := []string{"1", "滨湖路改造工程", "3000", "1000", "50", "路基施工"}
	for _, c := range []struct {
		rows        [][]string
		title, cell string
	}{
		{[][]string{{"附件1"}, {"修水县2021年城建项目进度表（3月）"}, {"填报单位：修水县", "", "单位：万元"}}, "修水县2021年城建项目进度表（3月）", "A2"},
		{[][]string{{"修水县2021年3月城建项目进度表"}, {"（共十大类 25个子项目）"}}, "修水县2021年3月城建项目进度表（共十大类 25个子项目）", "A1"},
		{nil, "", ""},
	} {
		g := sheet.Grid{Name: "Sheet1"}
		for i, line := range append(c.rows, header, row) {
			r := sheet.Row{Index: i + 1}
			for col, text := range line {
				if text != "" {
					r.Cells = append(r.Cells, sheet.Cell{Col: col, Kind: sheet.Text, Text: text})
				}
			}
			g.Rows = append(g.Rows, r)
			if len(line) == 1 {
				g.Merges = append(g.Merges, sheet.Span{Top: i + 1, Left: 0, Bottom: i + 1, Right: 5})
			}
		}
		got := Read(Material{File: "a.xlsx", Documents: []Document{{Path: []string{"a.xlsx"}, Book: sheet.Book{Format: "xlsx", Grids: []sheet.Grid{g}}}}}, Knowledge{})
		if len(got.Tables) != 1 || got.Tables[0].Title != c.title || got.Tables[0].TitleCell != c.cell {
			t.Errorf("%v: title %q in %q", c.rows, got.Tables[0].Title, got.Tables[0].TitleCell)
		}
	}
}
