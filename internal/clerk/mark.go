package clerk

import (
	"context"
	"fmt"
	"os"
	"slices"

	"tongbao/internal/sheet"
)

// Mark is what is to be written into a copy of a sender's workbook: a sentence
// at a cell "H12", a row "12" or, with "", a sheet.
type Mark struct {
	Path                        []string // from the letter to the file, as Finding has it
	Sheet, Cell, Severity, Text string
}

// Marked is the copy of one workbook. Ext is how its name is to end, with the dot.
type Marked struct {
	Path []string
	Ext  string
	Data []byte
}

// Text is what stands in a cell, "H12", of the document's sheet or table; ""
// where nothing does.
func (d Document) Text(name string, number int, cell string) string {
	for _, g := range d.Book.Grids {
		if g.Name != name || number > 0 && g.Number != number {
			continue
		}
		for _, r := range g.Rows {
			for _, c := range r.Cells {
				if sheet.CellName(c.Col, r.Index) == cell {
					return c.Text
				}
			}
		}
	}
	return ""
}

// maxMarked bounds the copies that one letter gives, in bytes.
const maxMarked = 16 << 20

// Mark opens a letter or file again, within the same bounds, and gives marked
// copies of the workbooks that marks name. Of a file of another kind, or one
// that it died of, there is none; an error means that no child could be started
// or that the context ended.
func (c *Clerk) Mark(ctx context.Context, name string, raw []byte, marks []Mark) ([]Marked, error) {
	if len(marks) == 0 {
		return nil, nil
	}
	opened, err := c.run(ctx, request{Name: name, Options: c.o, Marks: marks}, raw)
	return opened.Marked, err
}

// mark makes the copy of one file.
func (d *desk) mark(path []string, data []byte) {
	var notes []sheet.Note
	for _, m := range d.marks {
		if slices.Equal(m.Path, path) {
			notes = append(notes, sheet.Note{Sheet: m.Sheet, Cell: m.Cell, Severity: m.Severity, Text: m.Text})
		}
	}
	if len(notes) == 0 {
		return
	}
	out, ext, err := sheet.Mark(data, notes, d.o.Sheet, d.o.Passwords)
	if err != nil {
		fmt.Fprintf(os.Stderr, "clerk: marking %q: %v\n", path, err)
		return
	}
	size := len(out)
	for _, m := range d.out.Marked {
		size += len(m.Data)
	}
	if size <= maxMarked {
		d.out.Marked = append(d.out.Marked, Marked{path, ext, out})
	}
}
