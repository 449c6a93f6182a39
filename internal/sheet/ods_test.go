package sheet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shape spells a book without what a copy in another format may say otherwise:
// how a format is spelled, and the values of formulas, which it computes anew.
func shape(b *Book) string {
	var s strings.Builder
	for _, g := range b.Grids {
		fmt.Fprintf(&s, "sheet %q hidden=%v columns=%v merges=%v\n", g.Name, g.Hidden, g.HiddenCols, len(g.Merges))
		for _, r := range g.Rows {
			for _, c := range r.Cells {
				if c.Kind != Empty && !c.Formula {
					fmt.Fprintf(&s, "%s\t%d %q date=%v percent=%v hidden=%v\n", CellName(c.Col, r.Index), c.Kind, c.Text, c.Kind == Number && IsDate(c.Format), c.Kind == Number && IsPercent(c.Format), r.Hidden)
				}
			}
		}
	}
	return s.String()
}

// TestODS reads workbooks that LibreOffice saved as .ods, and holds them
// against the .xlsx that they were.
func TestODS(t *testing.T) {
	names, _ := filepath.Glob("testdata/ods/*.ods")
	if len(names) < 2 {
		t.Fatalf("%d files", len(names))
	}
	for _, name := range names {
		var books [2]string
		for i, n := range []string{name, "testdata/xlsx/" + strings.TrimSuffix(filepath.Base(name), ".ods") + ".xlsx"} {
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Open(n, data, Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			books[i] = shape(b)
		}
		if books[0] != books[1] {
			t.Errorf("%s reads as\n%s\nthe workbook as\n%s", name, books[0], books[1])
		}
	}
}

// odsOf is a spreadsheet of one sheet.
func odsOf(rows string, parts ...string) []byte {
	return zipOf(append([]string{
		"mimetype", "application/vnd.oasis.opendocument.spreadsheet",
		"content.xml", `<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s" xmlns:number="n" xmlns:calcext="c"><office:automatic-styles>
<number:date-style style:name="N1"><number:year number:style="long"/><number:text>年</number:text><number:month/><number:text>月</number:text></number:date-style>
<number:percentage-style style:name="N2"><number:number number:decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>
<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/><style:style style:name="ce2" style:family="table-cell" style:parent-style-name="ce3"/><style:style style:name="ce3" style:family="table-cell" style:data-style-name="N2"/>
<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="一" table:style-name="ta1"><table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse" table:default-cell-style-name="ce2"/>` + rows + `</table:table></office:spreadsheet></office:body></office:document-content>`,
	}, parts...)...)
}

// TestODSCells reads each kind of cell.
func TestODSCells(t *testing.T) {
	book, err := Open("", odsOf(`<table:table-header-rows><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table-header-rows>
<table:table-row table:visibility="collapse"><table:table-cell table:style-name="ce1" office:value-type="date" office:date-value="2021-03-01" table:number-columns-spanned="2"><text:p>2021年3月</text:p></table:table-cell><table:covered-table-cell><text:p>under</text:p></table:covered-table-cell><table:table-cell office:value-type="percentage" office:value="0.856"/></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string" table:number-columns-repeated="2">
 <text:p>a<text:s text:c="2"/>b <text:span>c</text:span></text:p>
 <text:p>第二行</text:p><office:annotation><text:p>note</text:p></office:annotation></table:table-cell><table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"/><table:table-cell office:value-type="time" office:time-value="PT12H00M00S"/><table:table-cell table:formula="of:=A1"/></table:table-row>
<table:table-row table:number-rows-repeated="1048571"><table:table-cell table:style-name="ce1"/></table:table-row>`), Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `ods
grid "一" 0 hidden
merge A3:B3
hidden column C
hidden row 3
A3 number "44256" yyyy"年"m"月"
B3 text "under"
C3 number "0.856" 0.0%
A4 text "a  b c\n第二行"
B4 text "a  b c\n第二行"
C4 fault "#DIV/0!" 0.0% formula
D4 bool "1"
E4 number "0.5"
F4 empty "" formula
A5 text "a  b c\n第二行"
B5 text "a  b c\n第二行"
C5 fault "#DIV/0!" 0.0% formula
D5 bool "1"
E5 number "0.5"
F5 empty "" formula
`
	if got := spell(book, nil); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestODSRefused: what is wrong with a file is told, and nothing grows from a
// small one.
func TestODSRefused(t *testing.T) {
	for _, c := range []struct{ name, rows, code string }{
		{"a number that is none", `<table:table-row><table:table-cell office:value-type="float" office:value="x"/></table:table-row>`, "damaged"},
		{"no such kind", `<table:table-row><table:table-cell office:value-type="q"/></table:table-row>`, "damaged"},
		{"too many rows", `<table:table-row table:number-rows-repeated="1000000"/><table:table-row table:number-rows-repeated="1000000"/>`, "damaged"},
		{"a value a million times", `<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" office:value="1"/></table:table-row>`, "too-large"},
		{"a value in all columns", `<table:table-row><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/></table:table-row>`, "too-large"},
		{"cut", `<table:table-row>`, "damaged"},
	} {
		_, err := Open("", odsOf(c.rows), Limits{}, nil)
		if e, ok := err.(*Error); !ok || e.Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	locked := odsOf("", "META-INF/manifest.xml", `<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>`)
	if _, err := Open("", locked, Limits{}, nil); !strings.HasPrefix(fmt.Sprint(err), "encrypted") {
		t.Errorf("a locked file: %v", err)
	}
	text := zipOf("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<a/>")
	if _, err := Open("", text, Limits{}, nil); !strings.HasPrefix(fmt.Sprint(err), "unsupported") {
		t.Errorf("a text: %v", err)
	}
}
