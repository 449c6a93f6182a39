package form

import (
	"slices"
	"sort"
	"strings"

	"tongbao/internal/sheet"
)

// maxFilled bounds how many (row, merge) pairs a grid may have.
const maxFilled = 100_000

// view is a grid in which merged areas can be looked into.
type view struct {
	*sheet.Grid
	merges map[int][]*sheet.Span // by row index: those that cover cells of it
	width  int                   // columns in use
}

func newView(g *sheet.Grid) *view {
	v := &view{Grid: g, merges: map[int][]*sheet.Span{}}
	for _, r := range g.Rows {
		if n := len(r.Cells); n > 0 {
			v.width = max(v.width, r.Cells[n-1].Col+1)
		}
	}
	filled := 0
	for i := range g.Merges {
		m := &g.Merges[i]
		from := sort.Search(len(g.Rows), func(i int) bool { return g.Rows[i].Index >= m.Top })
		for ; from < len(g.Rows) && g.Rows[from].Index <= m.Bottom; from++ {
			if filled++; filled > maxFilled {
				return v
			}
			v.merges[g.Rows[from].Index] = append(v.merges[g.Rows[from].Index], m)
		}
	}
	return v
}

// at is the position in Rows of the row with this index, or -1.
func (v *view) at(row int) int {
	i := sort.Search(len(v.Rows), func(i int) bool { return v.Rows[i].Index >= row })
	if i < len(v.Rows) && v.Rows[i].Index == row {
		return i
	}
	return -1
}

// own is the cell that stands there itself; an empty one where none does.
func (v *view) own(row, col int) sheet.Cell {
	if i := v.at(row); i >= 0 {
		return cellIn(v.Rows[i], col)
	}
	return sheet.Cell{Col: col}
}

func cellIn(r sheet.Row, col int) sheet.Cell {
	i, ok := slices.BinarySearchFunc(r.Cells, col, func(c sheet.Cell, col int) int { return c.Col - col })
	if ok {
		return r.Cells[i]
	}
	return sheet.Cell{Col: col}
}

// merge is the merged area that covers the cell, nil where none does.
func (v *view) merge(row, col int) *sheet.Span {
	for _, m := range v.merges[row] {
		if m.Left <= col && col <= m.Right && m.Top <= row && row <= m.Bottom {
			return m
		}
	}
	return nil
}

// filled is the cell with merged areas filled by their top left cell.
func (v *view) filled(row, col int) sheet.Cell {
	c := v.own(row, col)
	if !blank(c) {
		return c
	}
	if m := v.merge(row, col); m != nil {
		c = v.own(m.Top, m.Left)
		c.Col = col
	}
	return c
}

// text is the filled cell as text, outer white space removed.
func (v *view) text(row, col int) string { return strings.TrimSpace(v.filled(row, col).Text) }

// blank reports whether nothing that can be seen stands in the cell.
func blank(c sheet.Cell) bool {
	return c.Kind == sheet.Empty || c.Kind == sheet.Text && !visible(c.Text)
}

// solid lists the cells of a row within the columns that hold something.
func solid(r sheet.Row, left, right int) []sheet.Cell {
	var out []sheet.Cell
	for _, c := range r.Cells {
		if c.Col >= left && c.Col <= right && !blank(c) {
			out = append(out, c)
		}
	}
	return out
}

// visible reports whether some character of a text can be seen.
func visible(s string) bool {
	for _, r := range s {
		if r > ' ' && r < 0x7f && !strings.ContainsRune(":*", r) || r >= 0x4e00 && r <= 0x9fff {
			return true
		}
	}
	return fold(s) != ""
}
