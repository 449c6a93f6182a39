package daemon_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/clerk"
	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// TestSamplesComeBackMarked reads letters and workbooks as counties send them.
// Every workbook in which something was found comes back, differs in fills and
// comments alone, and reads the same, to us and to LibreOffice.
func TestSamplesComeBackMarked(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice opens each copy in the plain run")
	}
	cfg := config.Default()
	for _, s := range reporting.JiujiangCounties() {
		cfg.Submitters = append(cfg.Submitters, config.Submitter{Name: s.Name, Group: string(s.Group), Tables: []string{"progress", "issues", "lagging"}})
	}
	house, err := daemon.OpenWithout(&cfg, daemon.Options{Log: slog.New(slog.DiscardHandler), Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	var files []string
	for _, glob := range []string{"../sheet/testdata/xlsx/*.xlsx", "../sheet/testdata/mark/*.xlsx", "../sheet/testdata/xls/0[1-37]-*", "../letter/testdata/00[1-6]-sample-*.eml"} {
		found, err := filepath.Glob(glob)
		if err != nil || len(found) == 0 {
			t.Fatal(glob, err)
		}
		files = append(files, slices.DeleteFunc(found, func(s string) bool { return strings.HasSuffix(s, ".want") })...)
	}
	var books []returnedBook
	found := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		seen, err := house.Office.Inspect(t.Context(), name, raw)
		if err != nil {
			t.Fatal(err)
		}
		var marks []clerk.Mark
		for _, f := range seen.Reading.Findings {
			marks = append(marks, clerk.Mark{Path: f.Path, Sheet: f.Sheet, Cell: f.Cell, Severity: string(f.Severity), Text: f.Message})
		}
		with := len(marks)
		for _, d := range seen.Opened.Documents { // one in which nothing was found is marked all the same, to have it opened
			if !slices.ContainsFunc(marks, func(m clerk.Mark) bool { return slices.Equal(m.Path, d.Path) }) {
				marks = append(marks, clerk.Mark{Path: d.Path, Cell: "B2", Severity: "notice", Text: "提示：请核对。"})
			}
		}
		marked, err := house.Office.Opener.Mark(t.Context(), name, raw, marks)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range seen.Opened.Documents {
			if slices.ContainsFunc(marks[:with], func(m clerk.Mark) bool { return slices.Equal(m.Path, d.Path) }) {
				found++
			}
			any := slices.ContainsFunc(marks, func(m clerk.Mark) bool { return slices.Equal(m.Path, d.Path) })
			if !any || d.Body || d.Book.Format != "xlsx" && d.Book.Format != "xls" {
				continue
			}
			i := slices.IndexFunc(marked, func(m clerk.Marked) bool { return slices.Equal(m.Path, d.Path) })
			if i < 0 {
				t.Errorf("%v did not come back", d.Path)
				continue
			}
			back := returnedBook{d.Path, d.Book.Format, original(t, raw, d.Path), marked[i].Data}
			if len(back.original) == 0 {
				t.Fatalf("%v is not to be found", d.Path)
			}
			books = append(books, back)
			if d.Book.Format == "xlsx" && bytes.HasPrefix(back.original, []byte("PK")) {
				onlyMarked(t, back)
			}
			if dir := os.Getenv("TONGBAO_KEEP"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(strings.Join(d.Path, "+"), ".", "_")+".xlsx"), marked[i].Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			again, err := sheet.Open("a.xlsx", marked[i].Data, sheet.Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(plainly(*again), plainly(d.Book)) {
				t.Errorf("%v reads differently", d.Path)
			}
		}
	}
	if len(books) < 16 || found < 9 {
		t.Errorf("only %d workbooks came back, %d with findings", len(books), found)
	}
	officeReads(t, books)
}

// plainly is a book as what its cells say, how they look and how they are
// merged: a copy of an xls has values in the places of formulas.
func plainly(b sheet.Book) (out []sheet.Grid) {
	for _, g := range b.Grids {
		g.Widths = nil
		if len(g.HiddenCols) == 0 {
			g.HiddenCols = nil
		}
		g.Rows = slices.Clone(g.Rows)
		for i := range g.Rows {
			g.Rows[i].Cells = slices.Clone(g.Rows[i].Cells)
			for j := range g.Rows[i].Cells {
				c := &g.Rows[i].Cells[j]
				if c.Formula = false; c.Kind == sheet.Fault {
					c.Kind = sheet.Text
				}
			}
		}
		out = append(out, g)
	}
	return out
}
