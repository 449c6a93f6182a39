package sheet

import (
	"math"
	"strconv"
	"strings"
)

// The size of a sheet: Excel has no more.
const (
	sheetRows = 1 << 20
	sheetCols = 1 << 14
)

// grid reads one sheet's part. Each row that holds something goes to each; the
// merged areas and the hidden columns are known at the end.
func (w *workbook) grid(name string, g *Grid, each func(*Grid, Row)) error {
	next, count := 1, 0
	hidden := newColumns(w.lim)
	seen := false
	err := w.walk(name, "worksheet", func(x *xmlScanner) error {
		switch tag := string(x.name); {
		case x.depth() == 2 && tag == "sheetData":
			if seen {
				return damaged("its data are there twice")
			}
			seen = true
		case x.depth() == 3 && tag == "row":
			row, err := w.row(x, next)
			if err != nil {
				return err
			}
			next = row.Index + 1
			if len(row.Cells) == 0 {
				return nil
			}
			if count++; count > w.lim.Rows {
				return &Error{Code: "too-large", Detail: "rows"}
			}
			each(g, row)
		case x.depth() == 3 && tag == "mergeCell":
			return w.merge(g, x.attr("ref"))
		case x.depth() == 3 && tag == "col":
			return w.column(x, hidden)
		}
		return nil
	})
	g.HiddenCols = hidden.list()
	return err
}

func (w *workbook) merge(g *Grid, ref string) error {
	m, ok := parseSpan(ref)
	if !ok {
		return damaged("the merged area %q", ref)
	}
	if m.Bottom == m.Top && m.Right == m.Left {
		return nil
	}
	if len(g.Merges) >= w.lim.Merges {
		return &Error{Code: "too-large", Detail: "merged areas"}
	}
	g.Merges = append(g.Merges, m)
	return nil
}

func (w *workbook) column(x *xmlScanner, hidden columns) error {
	width := x.attr("width")
	if f, err := strconv.ParseFloat(width, 64); !x.flag("hidden") && (width == "" || err != nil || f != 0) {
		return nil
	}
	lo, err1 := strconv.Atoi(x.attr("min"))
	hi, err2 := strconv.Atoi(x.attr("max"))
	if err1 != nil || err2 != nil || lo < 1 || hi < lo {
		return damaged("columns %q to %q", x.attr("min"), x.attr("max"))
	}
	hidden.add(lo-1, hi-1)
	return nil
}

// columns marks columns, up to those that a sheet may have.
type columns []bool

func newColumns(lim Limits) columns { return make(columns, lim.Columns) }

func (c columns) add(lo, hi int) {
	for i := max(lo, 0); i <= hi && i < len(c); i++ {
		c[i] = true
	}
}

func (c columns) list() (out []int) {
	for i, yes := range c {
		if yes {
			out = append(out, i)
		}
	}
	return out
}

// row reads a <row> to its end; next is the least number that it may have.
func (w *workbook) row(x *xmlScanner, next int) (Row, error) {
	row := Row{Index: next}
	for i := range x.attrs {
		a := &x.attrs[i]
		if len(a.prefix) > 0 {
			continue
		}
		switch string(a.name) {
		case "r":
			n, err := strconv.Atoi(string(a.value))
			if err != nil || n < next {
				return row, damaged("row %q comes after row %d", a.value, next-1)
			}
			row.Index = n
		case "hidden":
			row.Hidden = row.Hidden || x.flag("hidden")
		case "ht":
			row.Hidden = row.Hidden || isZero(a.value)
		}
	}
	if row.Index > sheetRows {
		return row, damaged("row %d", row.Index)
	}
	depth, next := x.depth(), 0
	for {
		t, err := x.next()
		if err != nil {
			return row, err
		}
		switch {
		case t == xmlEnd && x.depth() < depth:
			if len(row.Cells) > 0 {
				w.width = len(row.Cells)
			}
			return row, nil
		case t == xmlStart && (string(x.name) != "c" || x.depth() != depth+1):
			if err := x.skip(); err != nil {
				return row, err
			}
		case t == xmlStart:
			c, err := w.cell(x, next, row.Index)
			if err != nil {
				return row, err
			}
			next = c.Col + 1
			if c.Kind == Empty && !c.Formula {
				continue
			}
			if c.Col >= w.lim.Columns {
				return row, &Error{Code: "too-large", Detail: "columns"}
			}
			if w.cells--; w.cells < 0 {
				return row, &Error{Code: "too-large", Detail: "cells"}
			}
			last := -1
			if n := len(row.Cells); n > 0 {
				last = row.Cells[n-1].Col
			}
			if w.widths -= c.Col - last; w.widths < 0 {
				return row, &Error{Code: "too-large", Detail: "rows so wide"}
			}
			if row.Cells == nil {
				row.Cells = make([]Cell, 0, w.width)
			}
			row.Cells = append(row.Cells, c)
		}
	}
}

// isZero reports a number that is 0.
func isZero(v []byte) bool {
	if len(v) > 0 && v[0] >= '1' && v[0] <= '9' {
		return false
	}
	f, err := strconv.ParseFloat(string(v), 64)
	return err == nil && f == 0
}

// cell reads a <c> to its end; next is the least column that it may have.
func (w *workbook) cell(x *xmlScanner, next, row int) (Cell, error) {
	c := Cell{Col: next}
	kind := ""
	for i := range x.attrs {
		a := &x.attrs[i]
		if len(a.prefix) > 0 {
			continue
		}
		switch string(a.name) {
		case "r":
			col, r, ok := parseRef(string(a.value))
			if !ok || r != row || col < next {
				return c, damaged("the cell %q in row %d after column %d", a.value, row, next)
			}
			c.Col = col
		case "s":
			if len(a.value) == 0 {
				continue // QUIRK: a report generator writes s=""
			}
			n, err := strconv.Atoi(string(a.value))
			if err != nil || n < 0 || n >= len(w.formats) && len(w.formats) > 0 {
				return c, damaged("the style %q in row %d", a.value, row)
			}
			if len(w.formats) > 0 {
				c.Format = w.formats[n]
			}
		case "t":
			kind = string(a.value)
		}
	}
	if c.Col >= sheetCols {
		return c, damaged("row %d is wider than a sheet", row)
	}
	if x.empty { // a blank, as most cells of many sheets are
		_, err := x.next()
		return c, err
	}
	w.value = w.value[:0]
	has, inValue, inline := false, false, ""
	for depth := x.depth(); x.depth() >= depth; {
		t, err := x.next()
		switch {
		case err != nil:
			return c, err
		case t == xmlStart && x.depth() == depth+1 && string(x.name) == "is":
			if inline, err = richText(x, w.lim.Text); err != nil {
				return c, err
			}
			has = true
		case t == xmlStart && x.depth() == depth+1:
			inValue = string(x.name) == "v"
			has = has || inValue
			c.Formula = c.Formula || string(x.name) == "f"
		case t == xmlEnd:
			inValue = false
		case t == xmlText && inValue:
			w.value = append(w.value, x.text...)
		}
	}
	if !has {
		return c, nil
	}
	if len(w.value) > escapedLength*w.lim.Text {
		return c, &Error{Code: "too-large", Detail: "a cell's text"}
	}
	if err := w.typed(&c, kind, string(w.value), inline); err != nil {
		return c, damaged("the cell %s: %v", CellName(c.Col, row), err)
	}
	if len(c.Text) > w.lim.Text {
		return c, &Error{Code: "too-large", Detail: "a cell's text"}
	}
	return c, nil
}

// typed fills in what a cell of a kind (ECMA-376 part 1, 18.18.11) holds.
func (w *workbook) typed(c *Cell, kind, v, inline string) error {
	switch kind {
	case "s":
		if v = strings.TrimSpace(v); v == "" {
			c.setText("") // QUIRK: report generators write an empty <v>
			return nil
		}
		i, err := strconv.Atoi(v)
		if err != nil || i < 0 || i >= len(w.shared) {
			return damaged("the shared string %q", v)
		}
		c.setText(w.shared[i])
	case "inlineStr":
		if inline == "" {
			inline = unescapeX(v) // QUIRK: a planning program writes <v>
		}
		c.setText(inline)
	case "str":
		c.setText(unescapeX(v))
	case "b":
		return c.setBool(strings.TrimSpace(v))
	case "e":
		c.Kind, c.Text = Fault, v
	case "d":
		c.setDate(v, w.date1904)
	case "", "n":
		if v = strings.TrimSpace(v); v != "" {
			return c.setNumber(v)
		}
	default:
		return damaged("the kind %q", kind)
	}
	return nil
}

func (c *Cell) setText(s string) {
	if s != "" {
		c.Kind, c.Text = Text, s
		return
	}
	c.Formula = false // its value is there: nothing
}

func (c *Cell) setBool(v string) error {
	switch strings.ToLower(v) {
	case "1", "true":
		c.Kind, c.Number, c.Text = Bool, 1, "1"
	case "0", "false":
		c.Kind, c.Text = Bool, "0"
	default:
		return damaged("the truth value %q", v)
	}
	return nil
}

func (c *Cell) setNumber(v string) error {
	n, text, ok := parseNumber(v)
	if !ok {
		return damaged("the number %q", v)
	}
	c.Kind, c.Number, c.Text = Number, n, text
	return nil
}

// parseNumber takes a decimal number as files write it.
func parseNumber(v string) (n float64, text string, ok bool) {
	plain := len(v) > 0 && len(v) <= 15 && (v[0] != '0' || len(v) == 1)
	for i := 0; i < len(v); i++ {
		d := v[i] >= '0' && v[i] <= '9'
		plain = plain && d
		if !d && !strings.ContainsRune("+-.eE", rune(v[i])) {
			return 0, "", false
		}
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(n, 0) {
		return 0, "", false
	}
	if plain {
		return n, v, true
	}
	n, text = decimal15(n)
	return n, text, true
}

// decimal15 rounds to the 15 digits that Excel shows and spells the number
// without an exponent.
func decimal15(f float64) (float64, string) {
	g, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		g = f
	}
	if g == 0 {
		g = 0 // no -0
	}
	return g, strconv.FormatFloat(g, 'f', -1, 64)
}

// parseRef reads an address: "H12" is column 7, row 12.
func parseRef(ref string) (col, row int, ok bool) {
	i := 0
	for i < len(ref) && i < 4 {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		col = col*26 + int(c-'A') + 1
		i++
	}
	if i == 0 || i > 3 || i == len(ref) || len(ref)-i > 7 {
		return 0, 0, false
	}
	for ; i < len(ref); i++ {
		if ref[i] < '0' || ref[i] > '9' {
			return 0, 0, false
		}
		row = row*10 + int(ref[i]-'0')
	}
	return col - 1, row, row >= 1 && row <= sheetRows && col <= sheetCols
}
