package sheet

import (
	"strconv"
	"strings"
)

// ods is what an OpenDocument spreadsheet says (ISO/IEC 26300-1), as
// LibreOffice and WPS on Linux write it.
type ods struct {
	lim     Limits
	book    *Book
	cells   int                 // that may still be read
	widths  int                 // that the rows may still have together
	styles  map[string]odsStyle // by name
	formats map[string]string   // a number style's code by its name
	style   string              // at hand
}

type odsStyle struct {
	data, parent string
	hidden       bool // of a table
}

func openODS(a *archive, lim Limits) (*Book, error) {
	kind, err := a.part("mimetype")
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(kind), "application/vnd.oasis.opendocument.spreadsheet") {
		return nil, &Error{Code: "unsupported", Detail: "an OpenDocument file that is no spreadsheet"}
	}
	if a.has("META-INF/manifest.xml") {
		err := a.walk("META-INF/manifest.xml", "manifest", func(x *xmlScanner) error {
			if string(x.name) == "encryption-data" {
				return &Error{Code: "encrypted", Detail: "the OpenDocument file has a password"}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	o := &ods{lim: lim, book: &Book{Format: "ods"}, cells: lim.Cells, widths: widthPerCell * lim.Cells, styles: map[string]odsStyle{}, formats: map[string]string{}}
	if a.has("styles.xml") {
		if err := a.walk("styles.xml", "document-styles", o.part); err != nil {
			return nil, err
		}
	}
	if err := a.walk("content.xml", "document-content", o.part); err != nil {
		return nil, err
	}
	return o.book, a.finish()
}

// part reads the styles and the tables of one part.
func (o *ods) part(x *xmlScanner) error {
	switch name := string(x.name); name {
	case "number-style", "percentage-style", "date-style", "time-style", "currency-style", "text-style":
		return o.format(x)
	case "style", "default-style":
		o.style = x.attr("family") + " " + x.attr("name")
		o.styles[o.style] = odsStyle{data: x.attr("data-style-name"), parent: x.attr("parent-style-name")}
		if len(o.styles) > 65_536 {
			return &Error{Code: "too-large", Detail: "styles"}
		}
	case "table-properties":
		s := o.styles[o.style]
		s.hidden = x.attr("display") == "false"
		o.styles[o.style] = s
	case "table":
		if x.depth() != 4 {
			return x.skip()
		}
		if len(o.book.Grids) >= o.lim.Sheets {
			return &Error{Code: "too-large", Detail: "sheets"}
		}
		g, err := o.table(x)
		if err != nil {
			e := partError("content.xml", err).(*Error)
			e.Sheet = g.Name
			return e
		}
		o.book.Grids = append(o.book.Grids, g)
	}
	return nil
}

// formatOf is the number format of a cell style, through its parents.
func (o *ods) formatOf(style string) string {
	for range 16 {
		s, ok := o.styles["table-cell "+style]
		if !ok {
			return ""
		}
		if s.data != "" {
			return o.formats[s.data]
		}
		style = s.parent
	}
	return ""
}

// odsCode spells what stands in a number style as Excel's codes do.
var odsCode = map[string][2]string{ // short, long
	"year": {"yy", "yyyy"}, "month": {"m", "mm"}, "day": {"d", "dd"}, "hours": {"h", "hh"}, "minutes": {"m", "mm"}, "seconds": {"s", "ss"},
	"day-of-week": {"ddd", "dddd"}, "am-pm": {"AM/PM", "AM/PM"}, "text-content": {"@", "@"}, "fraction": {"# ?/?", "# ?/?"},
}

// format reads a number style.
func (o *ods) format(x *xmlScanner) error {
	name := x.attr("name")
	var code strings.Builder
	err := children(x, func() error {
		switch tag := string(x.name); tag {
		case "number", "scientific-number":
			if x.attr("grouping") == "true" {
				code.WriteString("#,##")
			}
			code.WriteByte('0')
			if n := count(x.attr("decimal-places"), 0, 30); n > 0 {
				code.WriteString("." + strings.Repeat("0", n))
			}
			if tag == "scientific-number" {
				code.WriteString("E+00")
			}
		case "text", "currency-symbol":
			text, err := odsText(x, o.lim.Text)
			if err != nil {
				return err
			}
			if strings.Trim(text, "-/: .,()%") == "" {
				code.WriteString(text)
			} else {
				code.WriteString(`"` + strings.ReplaceAll(text, `"`, "") + `"`)
			}
		case "map", "text-properties":
			return x.skip()
		default:
			c := odsCode[tag]
			switch {
			case tag == "month" && x.attr("textual") == "true":
				code.WriteString("mmm")
			case x.attr("style") == "long":
				code.WriteString(c[1])
			default:
				code.WriteString(c[0])
			}
		}
		return nil
	})
	if o.formats[name] = code.String(); o.formats[name] == "0" || isGeneral(o.formats[name]) {
		o.formats[name] = "" // what the standard cell has
	}
	return err
}

// odsTable is a sheet while it is read.
type odsTable struct {
	g       Grid
	row     int // last one read
	col     int // columns declared
	hidden  columns
	columns []odsColumns
}

// odsColumns is the default style of some columns.
type odsColumns struct {
	lo, hi int
	style  string
}

func (o *ods) table(x *xmlScanner) (Grid, error) {
	t := &odsTable{g: Grid{Name: x.attr("name"), Hidden: o.styles["table "+x.attr("style-name")].hidden}, hidden: newColumns(o.lim)}
	err := children(x, func() error {
		switch string(x.name) {
		case "table-column":
			n := count(x.attr("number-columns-repeated"), 1, sheetCols)
			if v := x.attr("visibility"); v == "collapse" || v == "filter" {
				t.hidden.add(t.col, t.col+n-1)
			}
			if s := x.attr("default-cell-style-name"); s != "" && len(t.columns) < sheetCols {
				t.columns = append(t.columns, odsColumns{t.col, t.col + n - 1, s})
			}
			t.col += n
		case "table-row":
			return o.row(x, t)
		case "table-header-rows", "table-row-group", "table-rows", "table-columns", "table-column-group", "table-header-columns":
		default: // pictures, names, filters
			return x.skip()
		}
		return nil
	})
	t.g.HiddenCols = t.hidden.list()
	return t.g, err
}

func (o *ods) row(x *xmlScanner, t *odsTable) error {
	repeat := count(x.attr("number-rows-repeated"), 1, sheetRows)
	v := x.attr("visibility")
	row := Row{Index: t.row + 1, Hidden: v == "collapse" || v == "filter"}
	style := x.attr("default-cell-style-name")
	col := 0
	err := children(x, func() error {
		switch string(x.name) {
		case "table-cell", "covered-table-cell":
			return o.cell(x, t, &row, &col, style)
		}
		return x.skip()
	})
	if err != nil {
		return err
	}
	if t.row += repeat; t.row > sheetRows || col > sheetCols {
		return damaged("row %d, column %d", t.row, col)
	}
	if len(row.Cells) == 0 {
		return nil
	}
	if len(t.g.Rows)+repeat > o.lim.Rows {
		return &Error{Code: "too-large", Detail: "rows"}
	}
	o.cells -= len(row.Cells) * repeat
	if o.widths -= (row.Cells[len(row.Cells)-1].Col + 1) * repeat; o.cells < 0 || o.widths < 0 {
		return &Error{Code: "too-large", Detail: "cells"}
	}
	for range repeat {
		t.g.Rows = append(t.g.Rows, row)
		row.Index++
	}
	return nil
}

// cell reads a cell and moves col behind it and those like it.
func (o *ods) cell(x *xmlScanner, t *odsTable, row *Row, col *int, style string) error {
	c := Cell{Col: *col, Formula: x.attr("formula") != ""}
	repeat := count(x.attr("number-columns-repeated"), 1, sheetCols)
	if own := x.attr("style-name"); own != "" {
		style = own
	}
	for i := 0; style == "" && i < len(t.columns); i++ {
		if s := t.columns[i]; s.lo <= c.Col && c.Col <= s.hi {
			style = s.style
		}
	}
	c.Format = o.formatOf(style)
	m := Span{row.Index, c.Col, row.Index + count(x.attr("number-rows-spanned"), 1, sheetRows) - 1, c.Col + count(x.attr("number-columns-spanned"), 1, sheetCols) - 1}
	if m.Bottom > m.Top || m.Right > m.Left {
		if len(t.g.Merges) >= o.lim.Merges {
			return &Error{Code: "too-large", Detail: "merged areas"}
		}
		t.g.Merges = append(t.g.Merges, m)
	}
	*col += repeat
	if err := o.value(x, &c); err != nil {
		return err
	}
	if c.Kind == Empty && !c.Formula {
		return nil
	}
	if *col > o.lim.Columns {
		return &Error{Code: "too-large", Detail: "columns"}
	}
	for range repeat {
		row.Cells = append(row.Cells, c)
		c.Col++
	}
	return nil
}

// value fills in what the cell at hand holds and reads it to its end.
func (o *ods) value(x *xmlScanner, c *Cell) error {
	kind, value, date, span, truth := x.attr("value-type"), x.attr("value"), x.attr("date-value"), x.attr("time-value"), x.attr("boolean-value")
	fixed, fault := x.attr("string-value"), false
	for i := range x.attrs {
		a := &x.attrs[i]
		fault = fault || string(a.prefix) == "calcext" && string(a.name) == "value-type" && string(a.value) == "error"
	}
	text, err := odsText(x, o.lim.Text)
	if err != nil {
		return err
	}
	switch kind {
	case "float", "currency", "percentage":
		if kind == "percentage" && !IsPercent(c.Format) {
			c.Format = "0.00%"
		}
		return c.setNumber(value)
	case "date":
		c.setDate(date, false)
	case "time":
		days, ok := odsTime(span)
		if !ok {
			return damaged("the time %q", span)
		}
		c.Kind = Number
		c.Number, c.Text = decimal15(days)
	case "boolean":
		return c.setBool(truth)
	case "string", "":
		if fault {
			c.Kind, c.Text = Fault, text
			break
		}
		if kind == "" && text == "" {
			break // nothing, or a formula without a value
		}
		if text == "" {
			text = fixed
		}
		c.setText(text)
	default:
		return damaged("the kind %q", kind)
	}
	return nil
}

// odsTime reads a duration such as PT10H30M00S in days.
func odsTime(s string) (float64, bool) {
	rest, ok := strings.CutPrefix(s, "PT")
	total := 0.0
	for _, unit := range []struct {
		name    string
		seconds float64
	}{{"H", 3600}, {"M", 60}, {"S", 1}} {
		n, after, found := strings.Cut(rest, unit.name)
		if !found {
			continue
		}
		f, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return 0, false
		}
		total, rest = total+f*unit.seconds, after
	}
	return total / 86400, ok && rest == ""
}

// odsText reads the element at hand to its end: paragraphs are lines.
func odsText(x *xmlScanner, most int) (string, error) {
	var out strings.Builder
	first, paragraphs := x.depth(), 0
	within := 0 // the depth of the paragraph; between them is nothing but layout
	if name := string(x.name); name != "table-cell" && name != "covered-table-cell" {
		within = first
	}
	for x.depth() >= first {
		t, err := x.next()
		if err != nil {
			return "", err
		}
		switch t {
		case xmlEnd:
			if x.depth() < within && within > first {
				within = 0
			}
		case xmlText:
			if within > 0 {
				out.Write(x.text)
			}
		case xmlStart:
			switch string(x.name) {
			case "p", "h":
				if paragraphs++; paragraphs > 1 {
					out.WriteByte('\n')
				}
				within = x.depth()
			case "s":
				out.WriteString(strings.Repeat(" ", count(x.attr("c"), 1, 1000)))
			case "tab":
				out.WriteByte('\t')
			case "line-break":
				out.WriteByte('\n')
			case "annotation", "note", "ruby-text", "shape", "frame", "custom-shape", "detective":
				if err := x.skip(); err != nil {
					return "", err
				}
			}
		}
		if out.Len() > most {
			return "", &Error{Code: "too-large", Detail: "a cell's text"}
		}
	}
	return out.String(), nil
}
