package form

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// FuzzRead reads what strangers might send, from the cases as seeds. Whatever
// comes out keeps the contract: fields of the table's kind, each traced to a
// cell of its row, findings that say something.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/[0-9]*.txt")
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Add("序号|项目名称|总投资|形象进度\n序号|项目名称|总投资|形象进度\n1|<|^|^\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 20_000 {
			return
		}
		m, k := strangers(text)
		r := Read(m, k)
		for _, table := range r.Tables {
			checkTable(t, table)
		}
		for _, finding := range r.Findings {
			if finding.Message == "" || finding.Code == "" || finding.Severity == "" || len(finding.Path) == 0 {
				t.Errorf("finding %+v says too little", finding)
			}
		}
	})
}

func checkTable(t *testing.T, table reporting.Table) {
	if !slices.Contains(reporting.Kinds, table.Kind) || table.Nil && len(table.Rows) > 0 {
		t.Errorf("table %q, nil %v, has %d rows", table.Kind, table.Nil, len(table.Rows))
	}
	last := 0
	for _, row := range table.Rows {
		if row.Row <= last {
			t.Errorf("row %d comes after row %d", row.Row, last)
		}
		last = row.Row
		for f, v := range row.Fields {
			if !slices.Contains(reporting.Fields[table.Kind], f) {
				t.Errorf("%q is no field of %s", f, table.Kind)
			}
			if v.String() == "" {
				t.Errorf("row %d: %s is empty", row.Row, f)
			}
			if row.Cells[f] == "" && f != reporting.FCategory && f != reporting.FParentName {
				t.Errorf("row %d: %s comes from nowhere", row.Row, f)
			}
		}
	}
}

// strangers makes documents of any text: lines as rows, a blank line begins the
// next sheet.
func strangers(text string) (Material, Knowledge) {
	m := Material{File: "a.eml", Letter: &Head{Subject: "3月报表"}}
	d := Document{Path: []string{"a.eml", "a.xlsx"}}
	g := sheet.Grid{Name: "Sheet1"}
	row := 0
	for line := range strings.Lines(text) {
		switch line = strings.TrimRight(line, "\r\n"); {
		case line == "" || strings.HasPrefix(line, "--"):
			d.Book.Grids = append(d.Book.Grids, g)
			g, row = sheet.Grid{Name: strings.Trim(line, "- ")}, 0
		case strings.HasPrefix(line, "P "):
			d.Book.Paragraphs = append(d.Book.Paragraphs, sheet.Paragraph{Text: line[2:], Tables: len(d.Book.Grids)})
		default:
			row++
			parseRow(&g, row, line)
		}
	}
	d.Book.Grids = append(d.Book.Grids, g)
	m.Documents = []Document{d, {Path: []string{"a.eml"}, Body: true, Book: d.Book}}
	return m, Knowledge{}
}
