package sheet

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// TestReadsAsExcelize holds our reader against excelize, cell by cell, on the
// sound workbooks in testdata, and on those below TONGBAO_CORPORA.
func TestReadsAsExcelize(t *testing.T) {
	strange := map[string]string{ // where excelize is the one to blame
		"date_iso.xlsx":          "a time alone stays a text",
		"empty_s_attribute.xlsx": "reads nothing",
		"test-row-styles.xlsx":   "takes the state \"show\" for hidden",
	}
	names, _ := filepath.Glob("testdata/xlsx/*.xlsx")
	if len(names) < 8 {
		t.Fatalf("only %d workbooks", len(names))
	}
	if root := os.Getenv("TONGBAO_CORPORA"); root != "" {
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if e := filepath.Ext(path); e == ".xlsx" || e == ".xlsm" {
				names = append(names, path)
			}
			return err
		})
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if why := strange[filepath.Base(name)]; why != "" {
				t.Skip(why)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, data, strings.HasPrefix(name, "testdata/"))
		})
	}
}

func compare(t *testing.T, data []byte, must bool) {
	t.Helper()
	book, err := Open("a.xlsx", data, Limits{}, nil)
	if err != nil {
		if must {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	opts := excelize.Options{RawCellValue: true}
	if bytes.HasPrefix(data, []byte("\xd0\xcf")) {
		opts.Password = "VelvetSweatshop"
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), opts)
	if err != nil {
		if must {
			t.Fatal(err)
		}
		t.Skip("excelize: ", err)
	}
	defer f.Close()
	if n := len(book.Grids); n != len(f.GetSheetList()) && must {
		t.Errorf("%d grids, excelize has %q", n, f.GetSheetList())
	}
	cells := 0
	for i := range book.Grids {
		g := &book.Grids[i]
		rows, err := f.GetRows(g.Name, opts)
		if err != nil {
			t.Logf("excelize: %v", err)
			continue
		}
		cells += compareCells(t, f, g, rows)
		compareFrame(t, f, g)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d cells alike", cells)
}

// compareCells compares values and number formats both ways.
func compareCells(t *testing.T, f *excelize.File, g *Grid, rows [][]string) int {
	ours := map[string]Cell{}
	for _, r := range g.Rows {
		for _, c := range r.Cells {
			ours[CellName(c.Col, r.Index)] = c
			if c.Kind != Empty && (r.Index > len(rows) || c.Col >= len(rows[r.Index-1])) {
				t.Errorf("%s!%s: %+v, excelize has nothing", g.Name, CellName(c.Col, r.Index), c)
			}
		}
	}
	n := 0
	for i, row := range rows {
		for col, want := range row {
			name := CellName(col, i+1)
			c := ours[name]
			if want == "" && c.Kind == Empty {
				continue
			}
			if n++; !alike(c, want) {
				t.Errorf("%s!%s: %+v, excelize has %q", g.Name, name, c, want)
			}
			if n < 3000 {
				compareFormat(t, f, g, name, c)
			}
		}
	}
	return n
}

func alike(c Cell, want string) bool {
	switch c.Kind {
	case Number:
		if n, err := strconv.ParseFloat(want, 64); err == nil {
			m, text := decimal15(n)
			return m == c.Number && text == c.Text
		}
		// a date that the file writes as ISO 8601
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
			if _, err := time.Parse(layout, want); err == nil {
				return IsDate(c.Format)
			}
		}
		return false
	case Bool:
		return c.Text == want || c.Text == "1" && strings.EqualFold(want, "true") || c.Text == "0" && strings.EqualFold(want, "false")
	}
	return c.Text == want || c.Text == unescapeX(want)
}

func compareFormat(t *testing.T, f *excelize.File, g *Grid, name string, c Cell) {
	id, err := f.GetCellStyle(g.Name, name)
	if err != nil {
		return
	}
	style, err := f.GetStyle(id)
	if err != nil || c.Kind != Number {
		return
	}
	want := builtinFormat(style.NumFmt)
	if style.CustomNumFmt != nil {
		want = *style.CustomNumFmt
	}
	if isGeneral(want) {
		want = ""
	}
	if c.Format != want {
		t.Errorf("%s!%s has the format %q, excelize %q (%d)", g.Name, name, c.Format, want, style.NumFmt)
	}
}

// compareFrame compares merged areas and what is hidden.
func compareFrame(t *testing.T, f *excelize.File, g *Grid) {
	merged, err := f.GetMergeCells(g.Name)
	if err == nil && len(g.Merges) < 1000 {
		var ours, theirs []string
		for _, m := range g.Merges {
			ours = append(ours, CellName(m.Left, m.Top)+":"+CellName(m.Right, m.Bottom))
		}
		for _, m := range merged {
			if a, b := m.GetStartAxis(), m.GetEndAxis(); a != b {
				theirs = append(theirs, a+":"+b)
			}
		}
		if fmt.Sprint(ours) != fmt.Sprint(theirs) {
			t.Errorf("%s: merges %q, excelize %q", g.Name, ours, theirs)
		}
	}
	if visible, err := f.GetSheetVisible(g.Name); err == nil && visible == g.Hidden {
		t.Errorf("%s: hidden %v", g.Name, g.Hidden)
	}
	for i, r := range g.Rows {
		if visible, err := f.GetRowVisible(g.Name, r.Index); i < 300 && err == nil && visible == r.Hidden {
			if h, _ := f.GetRowHeight(g.Name, r.Index); h != 0 {
				t.Errorf("%s: row %d hidden %v", g.Name, r.Index, r.Hidden)
			}
		}
	}
	hidden := map[int]bool{}
	for _, c := range g.HiddenCols {
		hidden[c] = true
	}
	for c := range 60 {
		visible, err := f.GetColVisible(g.Name, ColumnName(c))
		if w, _ := f.GetColWidth(g.Name, ColumnName(c)); err == nil && visible == hidden[c] && w != 0 {
			t.Errorf("%s: column %s hidden %v", g.Name, ColumnName(c), hidden[c])
		}
	}
}

// TestReadsWhatExcelizeWrites makes workbooks of every kind of cell.
func TestReadsWhatExcelizeWrites(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	set := func(cell string, v any) {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "修水县2021年3月城建项目进度表")
	set("B2", 0.8563)
	set("C2", 44280)
	set("D2", true)
	set("E2", -1234567.891)
	set("F2", 1e-7)
	set("G2", "行一\n行二 & <三> \"四\" _x0041_")
	set("H2", time.Date(2021, 3, 25, 10, 5, 0, 0, time.UTC))
	set("XY3", "far right")
	f.SetCellFormula("Sheet1", "A5", "SUM(B2:E2)")
	f.SetCellRichText("Sheet1", "A6", []excelize.RichTextRun{{Text: "粗"}, {Text: "体", Font: &excelize.Font{Bold: true}}})
	for i, id := range []int{9, 10, 14, 22, 27, 31, 43, 49, 57, 58} {
		style, err := f.NewStyle(&excelize.Style{NumFmt: id})
		if err != nil {
			t.Fatal(err)
		}
		cell := CellName(i, 10)
		set(cell, 44280.5)
		f.SetCellStyle("Sheet1", cell, cell, style)
	}
	custom := `yyyy"年"m"月"`
	style, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &custom})
	set("A11", 44280)
	f.SetCellStyle("Sheet1", "A11", "Z40", style)
	f.MergeCell("Sheet1", "A1", "H1")
	f.SetRowVisible("Sheet1", 10, false)
	f.SetColVisible("Sheet1", "C:D", false)
	f.NewSheet("隐藏")
	f.SetSheetVisible("隐藏", false)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	compare(t, b.Bytes(), true)
	book, err := Open("", b.Bytes(), Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range book.Grids[0].Rows {
		if c := r.Cells[0]; r.Index == 5 && (c.Kind != Empty || !c.Formula) {
			t.Errorf("a formula without a value is %+v", c)
		}
	}
}
