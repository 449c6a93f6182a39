package sheet

import "strings"

// page turns running text with tables, as Word and HTML have it, into
// paragraphs and grids.
type page struct {
	book   *Book
	lim    Limits
	cells  int // that may still be read
	widths int // that the rows may still have together
}

func newPage(format string, lim Limits) *page {
	return &page{book: &Book{Format: format}, lim: lim, cells: lim.Cells, widths: widthPerCell * lim.Cells}
}

// block is a piece of running text, or a table.
type block struct {
	text  string
	table *pageTable
}

// pageTable is a table before it is known whether it holds data or only lays
// out what is in it.
type pageTable struct {
	cells      []pageCell // by rows, from left to right
	count      int        // cells, with those that are left out because nothing is in them
	hidden     map[int]bool
	hiddenCols []int
	concealed  bool
}

type pageCell struct {
	row, rows int // 1-based; how many it covers
	col, cols int // 0-based
	blocks    []block
	value     Cell // its format; its kind, where that is known beside the text
}

// paragraphs bounds the running text that is kept of one file.
const paragraphs = 20_000

// flow lays out blocks in their order.
func (p *page) flow(blocks []block) error {
	for _, b := range blocks {
		if b.table != nil {
			if err := p.table(b.table); err != nil {
				return err
			}
			continue
		}
		for line := range strings.Lines(b.text) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if len(p.book.Paragraphs) >= paragraphs {
				return &Error{Code: "too-large", Detail: "paragraphs"}
			}
			p.book.Paragraphs = append(p.book.Paragraphs, Paragraph{Text: line, Tables: len(p.book.Grids)})
		}
	}
	return nil
}

// table makes a grid of a table that holds data; of one that is there for the
// layout, its cells' contents are running text.
func (p *page) table(t *pageTable) error {
	if t.isLayout() {
		for _, c := range t.cells {
			if err := p.flow(c.blocks); err != nil {
				return err
			}
		}
		return nil
	}
	g := Grid{Number: len(p.book.Grids) + 1, HiddenCols: t.hiddenCols, Hidden: t.concealed}
	for _, c := range t.cells {
		if c.rows > 1 || c.cols > 1 {
			if len(g.Merges) >= p.lim.Merges {
				return &Error{Code: "too-large", Detail: "merged areas"}
			}
			g.Merges = append(g.Merges, Span{c.row, c.col, c.row + c.rows - 1, c.col + c.cols - 1})
		}
		if err := p.place(&g, c, t.hidden[c.row]); err != nil {
			return err
		}
	}
	if len(g.Rows) == 0 {
		return nil
	}
	if len(p.book.Grids) >= p.lim.Sheets {
		return &Error{Code: "too-large", Detail: "tables"}
	}
	p.book.Grids = append(p.book.Grids, g)
	return nil
}

// place puts a cell into its row, where it holds something.
func (p *page) place(g *Grid, c pageCell, hidden bool) error {
	value := c.value
	value.Col = c.col
	if value.Kind == Empty {
		text := joined(c.blocks)
		if len(text) > p.lim.Text {
			return &Error{Code: "too-large", Detail: "a cell's text"}
		}
		if text == "" {
			return nil
		}
		value.Kind, value.Text = Text, text
	}
	if c.col >= p.lim.Columns {
		return &Error{Code: "too-large", Detail: "columns"}
	}
	if p.cells--; p.cells < 0 {
		return &Error{Code: "too-large", Detail: "cells"}
	}
	last := -1
	if n := len(g.Rows); n == 0 || g.Rows[n-1].Index != c.row {
		if n >= p.lim.Rows {
			return &Error{Code: "too-large", Detail: "rows"}
		}
		g.Rows = append(g.Rows, Row{Index: c.row, Hidden: hidden})
	} else {
		cells := g.Rows[n-1].Cells
		last = cells[len(cells)-1].Col
	}
	if p.widths -= c.col - last; p.widths < 0 {
		return &Error{Code: "too-large", Detail: "rows so wide"}
	}
	row := &g.Rows[len(g.Rows)-1]
	row.Cells = append(row.Cells, value)
	return nil
}

// isLayout reports a table without data of its own: one that holds other tables
// and has fewer than two rows with three texts, or a box round a single text.
func (t *pageTable) isLayout() bool {
	nested, full := false, 0
	texts := map[int]int{}
	for _, c := range t.cells {
		own := false
		for _, b := range c.blocks {
			nested = nested || b.table != nil
			own = own || b.table == nil && strings.TrimSpace(b.text) != ""
		}
		if own {
			if texts[c.row]++; texts[c.row] == 3 {
				full++
			}
		}
	}
	return t.count == 1 || nested && full < 2
}

// joined is a cell's text: its paragraphs as lines, and the rows of a table
// within it.
func joined(blocks []block) string {
	if len(blocks) == 1 && blocks[0].table == nil {
		return strings.TrimSpace(blocks[0].text)
	}
	var b strings.Builder
	for _, k := range blocks {
		if k.table == nil {
			b.WriteString(k.text)
			b.WriteByte('\n')
			continue
		}
		row := 0
		for _, c := range k.table.cells {
			if c.row != row && row > 0 {
				b.WriteByte('\n')
			} else if row > 0 {
				b.WriteByte(' ')
			}
			row = c.row
			b.WriteString(joined(c.blocks))
		}
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}

// columnsTaken knows which columns cells from above still cover.
type columnsTaken []int // by column, the last row covered

// free is the first column from col on that row has for itself.
func (t columnsTaken) free(row, col int) int {
	for col < len(t) && t[col] >= row {
		col++
	}
	return col
}

func (t *columnsTaken) take(c pageCell) {
	for len(*t) < c.col+c.cols {
		*t = append(*t, 0)
	}
	for col := c.col; col < c.col+c.cols; col++ {
		(*t)[col] = c.row + c.rows - 1
	}
}
