package reporting

import "testing"

func TestJoin(t *testing.T) {
	part := func(sheet string, path []string, rows ...Row) Table {
		return Table{Path: path, Sheet: sheet, Kind: Progress, Rows: rows, Totals: []Total{{Row: 9, Cells: map[Field]string{FYearPlan: "D9"}}}}
	}
	row := func(n int, cell string, aside bool) Row {
		return Row{Row: n, Cells: map[Field]string{FProjectName: cell}, Aside: aside}
	}
	parts := []Table{
		part("续建", []string{"a.eml", "1.xlsx"}, row(4, "B4", false), row(5, "B5", true)),
		part("新建", []string{"a.eml", "1.xlsx"}, row(4, "B4", false)),
		part("Sheet1", []string{"a.eml", "2.xlsx"}, row(4, "B4", false)),
	}
	got := Join(parts)
	want := []struct {
		row         int
		cell        string
		file, sheet string
		at          int
	}{{4, "B4", "1.xlsx", "续建", 4}, {13, "新建!B4", "1.xlsx", "新建", 4}, {22, "[2.xlsx]Sheet1!B4", "2.xlsx", "Sheet1", 4}}
	if len(got.Rows) != len(want) {
		t.Fatalf("got %d rows, want %d", len(got.Rows), len(want))
	}
	for i, w := range want {
		r := got.Rows[i]
		path, sheet, _, at := got.Stands(r.Row)
		if r.Row != w.row || r.Cells[FProjectName] != w.cell || path[1] != w.file || sheet != w.sheet || at != w.at {
			t.Errorf("row %d: got %d %v at %v %s %d, want %v", i, r.Row, r.Cells, path, sheet, at, w)
		}
	}
	if got.Totals[1].Row != 18 || got.Totals[1].Cells[FYearPlan] != "新建!D9" {
		t.Errorf("total of the second part: %+v", got.Totals[1])
	}
	if parts[1].Rows[0].Row != 4 || parts[1].Rows[0].Cells[FProjectName] != "B4" || len(parts[0].Rows) != 2 {
		t.Error("the parts themselves were changed")
	}
}
