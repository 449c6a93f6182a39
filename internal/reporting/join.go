package reporting

import (
	"maps"
	"slices"
)

// Part is where further rows of a joined table stand: those with Row > After,
// in this sheet's row Row - After.
type Part struct {
	Path   []string `json:"path"`
	Sheet  string   `json:"sheet,omitempty"`
	Number int      `json:"table,omitempty"`
	After  int      `json:"after"`
}

// Join makes one table of the parts of a submission: a sheet for the renewed
// projects and one for the new, or a file for each page. The first part keeps
// its rows' numbers; those of the others are moved behind it, so that a row's
// number is its own, and their cells are written as Excel refers to another
// sheet (新建!H12). Rows that are put aside are left out. The parts themselves
// stay as they are.
func Join(parts []Table) Table {
	out := parts[0]
	out.Rows, out.Totals = slices.DeleteFunc(slices.Clone(out.Rows), aside), slices.Clone(out.Totals)
	out.Columns, out.Senses = slices.Clone(out.Columns), slices.Clone(out.Senses)
	last := lastRow(parts[0])
	for _, p := range parts[1:] {
		at := Part{Path: p.Path, Sheet: p.Sheet, Number: p.Number, After: last}
		out.Parts = append(out.Parts, at)
		from := at.from(parts[0])
		for _, r := range p.Rows {
			if !r.Aside {
				r.Row, r.Cells = r.Row+at.After, refer(from, r.Cells)
				out.Rows = append(out.Rows, r)
			}
		}
		for _, t := range p.Totals {
			t.Row, t.Cells = t.Row+at.After, refer(from, t.Cells)
			out.Totals = append(out.Totals, t)
		}
		for _, s := range p.Senses {
			if !slices.ContainsFunc(out.Senses, func(o Sense) bool { return o.Word == s.Word }) {
				out.Senses = append(out.Senses, s)
			}
		}
		for _, c := range p.Columns {
			if !slices.ContainsFunc(out.Columns, func(o Column) bool { return o.Field == c.Field }) {
				out.Columns = append(out.Columns, c)
			}
		}
		last += lastRow(p)
	}
	return out
}

func aside(r Row) bool { return r.Aside }

func lastRow(t Table) int {
	n := 0
	for _, r := range t.Rows {
		n = max(n, r.Row)
	}
	for _, r := range t.Totals {
		n = max(n, r.Row)
	}
	return n
}

// from is how a cell of the part is referred to from the first part.
func (p Part) from(first Table) string {
	if slices.Equal(p.Path, first.Path) && p.Sheet != "" {
		return p.Sheet + "!"
	}
	file := ""
	if n := len(p.Path); n > 0 {
		file = "[" + p.Path[n-1] + "]"
	}
	if p.Sheet != "" {
		return file + p.Sheet + "!"
	}
	return file
}

func refer(from string, cells map[Field]string) map[Field]string {
	out := maps.Clone(cells)
	for f, c := range out {
		out[f] = from + c
	}
	return out
}

// Stands is where a row of the table stands: path, sheet, number of the table
// in its file, and the row there.
func (t Table) Stands(row int) (path []string, sheet string, number, at int) {
	path, sheet, number, at = t.Path, t.Sheet, t.Number, row
	for _, p := range t.Parts {
		if row > p.After {
			path, sheet, number, at = p.Path, p.Sheet, p.Number, row-p.After
		}
	}
	return path, sheet, number, at
}
