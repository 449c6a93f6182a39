package sheet

import "strings"

// openSpreadsheetML reads an XML spreadsheet of Excel 2002 and 2003, as office
// systems still export it.
func openSpreadsheetML(data []byte, lim Limits) (*Book, error) {
	if int64(len(data)) > lim.Unpacked {
		return nil, &Error{Code: "too-large", Detail: "an XML spreadsheet"}
	}
	tags := xmlTags
	x, err := newXMLScanner(data, &tags)
	if err != nil {
		return nil, partError("XML", err)
	}
	r := &xmlBook{
		x: x, lim: lim, cells: lim.Cells, widths: widthPerCell * lim.Cells,
		book: &Book{Format: "xml"}, formats: map[string]string{}, parents: map[string]string{},
	}
	for {
		t, err := x.next()
		switch {
		case err != nil:
			return nil, partError("XML", err)
		case t == xmlEOF:
			return r.book, nil
		case t != xmlStart:
		case x.depth() == 1 && string(x.name) != "Workbook":
			return nil, &Error{Code: "not-a-table", Detail: "XML that is no spreadsheet"}
		case x.depth() > 1:
			if err := r.part(); err != nil {
				return nil, partError("XML", err)
			}
		}
	}
}

type xmlBook struct {
	x        *xmlScanner
	lim      Limits
	book     *Book
	cells    int               // that may still be read
	widths   int               // that the rows may still have together
	formats  map[string]string // by style
	parents  map[string]string // of styles without a format of their own
	date1904 bool
}

// part reads one of the workbook's parts to its end.
func (r *xmlBook) part() error {
	switch string(r.x.name) {
	case "Styles":
		return r.styles()
	case "ExcelWorkbook":
		return children(r.x, func() error {
			r.date1904 = r.date1904 || string(r.x.name) == "Date1904"
			return nil
		})
	case "Worksheet":
		g := &Grid{Name: r.x.attr("Name"), Date1904: r.date1904}
		if len(r.book.Grids) >= r.lim.Sheets {
			return &Error{Code: "too-large", Detail: "sheets"}
		}
		if err := r.sheet(g); err != nil {
			e := partError("XML", err).(*Error)
			e.Sheet = g.Name
			return e
		}
		r.book.Grids = append(r.book.Grids, *g)
		return nil
	}
	return r.x.skip()
}

func (r *xmlBook) styles() error {
	id := ""
	return children(r.x, func() error {
		switch string(r.x.name) {
		case "Style":
			id = r.x.attr("ID")
			r.parents[id] = r.x.attr("Parent")
		case "NumberFormat":
			r.formats[id] = namedFormat(r.x.attr("Format"))
		}
		return nil
	})
}

// format is a style's number format, or that of the style it builds on.
func (r *xmlBook) format(style string) string {
	for range 16 {
		if f, ok := r.formats[style]; ok || style == "" {
			return f
		}
		style = r.parents[style]
	}
	return ""
}

func (r *xmlBook) sheet(g *Grid) error {
	seen := false
	return children(r.x, func() error {
		switch string(r.x.name) {
		case "Table":
			if seen {
				return damaged("its table is there twice")
			}
			seen = true
			return r.table(g)
		case "WorksheetOptions":
			return r.options(g)
		}
		return r.x.skip()
	})
}

func (r *xmlBook) options(g *Grid) error {
	return children(r.x, func() error {
		if string(r.x.name) != "Visible" {
			return nil
		}
		text, err := r.text()
		g.Hidden = strings.HasPrefix(strings.TrimSpace(text), "Sheet") && !strings.HasSuffix(strings.TrimSpace(text), "Visible")
		return err
	})
}

// xmlTable is where the reading of a table stands.
type xmlTable struct {
	g       *Grid
	row     int // the last one
	col     int // the last column element
	hidden  columns
	taken   columnsTaken
	styles  map[int]string // by column
	rowSpan int
	style   string // of the row, or of the table
	whole   string // of the table
}

func (r *xmlBook) table(g *Grid) error {
	t := &xmlTable{g: g, col: -1, hidden: newColumns(r.lim), styles: map[int]string{}, whole: r.x.attr("StyleID")}
	err := children(r.x, func() error {
		switch string(r.x.name) {
		case "Column":
			return r.column(t)
		case "Row":
			return r.row(t)
		}
		return r.x.skip()
	})
	g.HiddenCols = t.hidden.list()
	return err
}

// index reads an ss:Index: 1-based, beyond the last one; next without it.
func (r *xmlBook) index(next, most int) (int, error) {
	v := r.x.attr("Index")
	if v == "" {
		return next, nil
	}
	n := count(v, 0, most+1)
	if n < next || n > most {
		return 0, damaged("the index %q where %d comes next", v, next)
	}
	return n, nil
}

func (r *xmlBook) column(t *xmlTable) error {
	at, err := r.index(t.col+2, sheetCols)
	if err != nil {
		return err
	}
	last := at - 1 + count(r.x.attr("Span"), 0, sheetCols)
	if r.x.flag("Hidden") || r.x.attr("Width") == "0" {
		t.hidden.add(at-1, last)
	}
	if s := r.x.attr("StyleID"); s != "" {
		for c := at - 1; c <= last && c < r.lim.Columns; c++ {
			t.styles[c] = s
		}
	}
	t.col = last
	return r.x.skip()
}

func (r *xmlBook) row(t *xmlTable) error {
	at, err := r.index(t.row+t.rowSpan+1, sheetRows)
	if err != nil {
		return err
	}
	t.row, t.rowSpan = at, count(r.x.attr("Span"), 0, sheetRows)
	if at > sheetRows {
		return &Error{Code: "too-large", Detail: "rows"}
	}
	row := Row{Index: at, Hidden: r.x.flag("Hidden") || r.x.attr("Height") == "0"}
	t.style = r.x.attr("StyleID")
	next := 1
	err = children(r.x, func() error {
		if string(r.x.name) != "Cell" {
			return r.x.skip()
		}
		return r.cell(t, &row, &next)
	})
	if err != nil || len(row.Cells) == 0 {
		return err
	}
	r.widths -= row.Cells[len(row.Cells)-1].Col
	if len(t.g.Rows) >= r.lim.Rows || r.widths < 0 {
		return &Error{Code: "too-large", Detail: "rows"}
	}
	t.g.Rows = append(t.g.Rows, row)
	return nil
}

// cell reads a <Cell> to its end and moves next behind it.
func (r *xmlBook) cell(t *xmlTable, row *Row, next *int) error {
	x := r.x
	at, err := r.index(*next, sheetCols)
	if err != nil {
		return err
	}
	placed := x.attr("Index") != ""
	p := pageCell{row: row.Index, col: at - 1, cols: 1 + count(x.attr("MergeAcross"), 0, sheetCols), rows: 1 + count(x.attr("MergeDown"), 0, sheetRows)}
	if *next = at + p.cols; *next > sheetCols+1 || p.row+p.rows-1 > sheetRows {
		return damaged("a cell beyond the sheet")
	}
	c := Cell{Col: p.col, Formula: x.attr("Formula") != ""}
	style := x.attr("StyleID")
	for _, s := range []string{t.style, t.styles[p.col], t.whole, "Default"} {
		if style == "" {
			style = s
		}
	}
	c.Format = r.format(style)
	err = children(x, func() error {
		if string(x.name) == "Data" {
			return r.data(&c)
		}
		return x.skip() // a comment has Data of its own
	})
	if err != nil {
		return err
	}
	covered := t.taken.free(p.row, p.col) != p.col
	if covered && c.Kind != Empty && !placed {
		return damaged("a cell under the merged area above %s", CellName(p.col, p.row))
	}
	if (p.cols > 1 || p.rows > 1) && !covered {
		if len(t.g.Merges) >= r.lim.Merges {
			return &Error{Code: "too-large", Detail: "merged areas"}
		}
		t.g.Merges = append(t.g.Merges, Span{p.row, p.col, p.row + p.rows - 1, p.col + p.cols - 1})
		if p.rows > 1 {
			t.taken.take(p)
		}
	}
	if c.Kind == Empty && !c.Formula {
		return nil
	}
	if r.cells--; r.cells < 0 || c.Col >= r.lim.Columns {
		return &Error{Code: "too-large", Detail: "cells"}
	}
	row.Cells = append(row.Cells, c)
	return nil
}

// data reads a <Data> into its cell.
func (r *xmlBook) data(c *Cell) error {
	kind := r.x.attr("Type")
	v, err := r.text()
	if err != nil {
		return err
	}
	switch trimmed := strings.TrimSpace(v); kind {
	case "String":
		c.setText(strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\r", "\n"))
	case "Number":
		if trimmed != "" {
			return c.setNumber(trimmed)
		}
	case "DateTime":
		if trimmed != "" {
			c.setDate(trimmed, r.date1904)
		}
	case "Boolean":
		return c.setBool(trimmed)
	case "Error":
		c.Kind, c.Text = Fault, trimmed
	default:
		return damaged("data of the type %q", kind)
	}
	return nil
}

// text reads the element at hand to its end and joins its texts.
func (r *xmlBook) text() (string, error) {
	var b strings.Builder
	for depth := r.x.depth(); r.x.depth() >= depth; {
		t, err := r.x.next()
		if err != nil {
			return "", err
		}
		if t == xmlText {
			if b.Len()+len(r.x.text) > r.lim.Text {
				return "", &Error{Code: "too-large", Detail: "a cell's text"}
			}
			b.Write(r.x.text)
		}
	}
	return b.String(), nil
}
