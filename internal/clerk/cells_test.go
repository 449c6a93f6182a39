package clerk

import (
	"math"
	"reflect"
	"testing"

	"tongbao/internal/sheet"
)

// tables are documents with cells of every kind, and grids and rows without any.
func tables() []Document {
	cell := func(col int, kind sheet.Kind, text string, n float64, format string, formula bool) sheet.Cell {
		return sheet.Cell{Col: col, Kind: kind, Text: text, Number: n, Format: format, Formula: formula}
	}
	return []Document{
		{Path: []string{"a.eml"}},
		{Path: []string{"a.eml", "1.xlsx"}, Book: sheet.Book{Grids: []sheet.Grid{
			{Name: "进度表", Merges: []sheet.Span{{Top: 1, Bottom: 1, Right: 9}}, Rows: []sheet.Row{
				{Index: 1, Cells: []sheet.Cell{cell(0, sheet.Text, "修水县2021年3月", 0, "", false), cell(300, sheet.Number, "0.25", 0.25, "0.00%", true)}},
				{Index: 1_048_576, Hidden: true, Cells: []sheet.Cell{cell(2, sheet.Number, "-1200", -1200, "#,##0.00", false), cell(3, sheet.Number, "1", 1, "0.00%", false)}},
				{Index: 1_048_577},
			}},
			{Name: "空"},
		}}},
		{Path: []string{"a.eml", "2.et"}, Book: sheet.Book{Grids: []sheet.Grid{{Rows: []sheet.Row{
			{Index: 7, Cells: []sheet.Cell{cell(0, sheet.Bool, "", 1, "", false), cell(1, sheet.Fault, "#REF!", 0, "#,##0.00", true), cell(2, sheet.Empty, "", 0, "", true)}},
		}}}}},
	}
}

func TestRowsInTheirFrame(t *testing.T) {
	docs := tables()
	frame, err := takeRows(docs)
	if err != nil {
		t.Fatal(err)
	}
	if docs[1].Book.Grids[0].Rows != nil {
		t.Error("the rows are still in the answer")
	}
	if err := putRows(docs, frame); err != nil {
		t.Fatal(err)
	}
	if want := tables(); !reflect.DeepEqual(docs, want) {
		t.Errorf("got %+v\nwant %+v", docs, want)
	}
	for n := range frame { // a frame that ends early is none
		docs := tables()
		takeRows(docs) //nolint:errcheck // done above
		if err := putRows(docs, frame[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes were taken for the whole", n, len(frame))
		}
	}
	docs = tables()
	docs[2].Book.Grids[0].Rows[0].Cells[0].Number = math.NaN()
	if _, err := takeRows(docs); err == nil {
		t.Error("a number that is none was told")
	}
}

// A child may be anybody's: what it says must neither panic nor take more
// memory than its size is good for.
func FuzzPutRows(f *testing.F) {
	frame, err := takeRows(tables())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frame)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, frame []byte) {
		docs := tables()
		takeRows(docs) //nolint:errcheck // done above
		if putRows(docs, frame) != nil {
			return
		}
		cells := 0
		for _, d := range docs {
			for _, g := range d.Book.Grids {
				for _, r := range g.Rows {
					cells += len(r.Cells)
				}
			}
		}
		if cells*leastCell > len(frame) {
			t.Errorf("%d cells of %d bytes", cells, len(frame))
		}
		if _, err := takeRows(docs); err != nil {
			t.Error(err)
		}
	})
}
