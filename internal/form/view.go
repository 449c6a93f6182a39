package form

import (
	"slices"
	"sort"
	"strings"

	"tongbao/internal/sheet"
)

// view is a grid in which merged areas can be looked into.
type view struct {
	*sheet.Grid
	merges map[int][]*sheet.Span // by row index: those that cover cells of it, from left to right
	width  int                   // columns in use
}

// newView prepares a grid. Ok is false where its merged areas are more than
// any form has. Of two that overlap, which no program makes, the first counts.
func newView(g *sheet.Grid) (v *view, ok bool) {
	v = &view{Grid: g, merges: map[int][]*sheet.Span{}}
	for _, r := range g.Rows {
		if n := len(r.Cells); n > 0 {
			v.width = max(v.width, r.Cells[n-1].Col+1)
		}
	}
	pairs, shared := 0, true
	for i := range g.Merges {
		m := &g.Merges[i]
		from := sort.Search(len(g.Rows), func(i int) bool { return g.Rows[i].Index >= m.Top })
		for ; from < len(g.Rows) && g.Rows[from].Index <= m.Bottom; from++ {
			if pairs++; pairs > maxPairs {
				return v, false
			}
			index := g.Rows[from].Index
			list := v.merges[index]
			at := leftOf(list, m.Left)
			if at > 0 && list[at-1].Right >= m.Left || at < len(list) && list[at].Left <= m.Right {
				continue
			}
			v.merges[index] = slices.Insert(list, at, m)
			if covered := coveredBy(v.Rows[from], m, v.own(m.Top, m.Left)); covered != nil {
				if shared { // the grid is the caller's
					own := *g
					own.Rows, shared = slices.Clone(g.Rows), false
					v.Grid = &own
				}
				v.Rows[from].Cells = covered
			}
		}
	}
	return v, true
}

// coveredBy are a row's cells without those that a merged area hides under
// another value; nil where it hides none. QUIRK: a brush that copies formats,
// and WPS where it merges what is alike, leave values under the area that
// nobody sees.
func coveredBy(r sheet.Row, m *sheet.Span, anchor sheet.Cell) []sheet.Cell {
	hides := func(c sheet.Cell) bool {
		return c.Col >= m.Left && c.Col <= m.Right && (r.Index != m.Top || c.Col != m.Left) && !blank(c) && fold(c.Text) != fold(anchor.Text)
	}
	if blank(anchor) || !slices.ContainsFunc(r.Cells, hides) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.Cells), hides)
}

// leftOf is the position of the first area in a row that begins at a column or
// right of it.
func leftOf(list []*sheet.Span, col int) int {
	return sort.Search(len(list), func(i int) bool { return list[i].Left >= col })
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
	if col < len(r.Cells) && col >= 0 && r.Cells[col].Col == col {
		return r.Cells[col] // no cell before it is missing
	}
	i, ok := slices.BinarySearchFunc(r.Cells, col, func(c sheet.Cell, col int) int { return c.Col - col })
	if ok {
		return r.Cells[i]
	}
	return sheet.Cell{Col: col}
}

// merge is the merged area that covers the cell, nil where none does.
func (v *view) merge(row, col int) *sheet.Span {
	list := v.merges[row]
	at := leftOf(list, col+1) - 1
	if at < 0 || list[at].Right < col {
		return nil
	}
	return list[at]
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
	from, _ := slices.BinarySearchFunc(r.Cells, left, func(c sheet.Cell, col int) int { return c.Col - col })
	to := from
	for to < len(r.Cells) && r.Cells[to].Col <= right && !blank(r.Cells[to]) {
		to++
	}
	if to == len(r.Cells) || r.Cells[to].Col > right {
		return r.Cells[from:to:to] // as they stand
	}
	out := append(make([]sheet.Cell, 0, len(r.Cells)-from), r.Cells[from:to]...)
	for _, c := range r.Cells[to:] {
		if c.Col > right {
			break
		}
		if !blank(c) {
			out = append(out, c)
		}
	}
	return out
}

// visible reports whether some character of a text can be seen.
func visible(s string) bool {
	for _, r := range s {
		if r > ' ' && r < 0x7f && r != ':' && r != '*' || r >= 0x4e00 && r <= 0x9fff {
			return true
		}
	}
	return fold(s) != ""
}
