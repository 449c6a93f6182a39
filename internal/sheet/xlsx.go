package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// workbook is what the parts of an xlsx file say.
type workbook struct {
	files    map[string]*zip.File
	lim      Limits
	left     int64 // bytes that may still be unpacked
	cells    int   // that may still be read
	shared   []string
	formats  []string // by cell style
	date1904 bool
}

func openXLSX(z *zip.Reader, lim Limits) (*Book, error) {
	w := &workbook{files: map[string]*zip.File{}, lim: lim, left: lim.Unpacked, cells: lim.Cells}
	for _, f := range z.File {
		w.files[strings.ToLower(path.Clean(strings.ReplaceAll(f.Name, `\`, "/")))] = f
	}
	rels, err := w.relations("xl/_rels/workbook.xml.rels")
	if err != nil {
		return nil, err
	}
	type sheetRef struct {
		name, id string
		hidden   bool
	}
	var refs []sheetRef
	err = w.walk("xl/workbook.xml", func(_ *xml.Decoder, s xml.StartElement) error {
		switch s.Name.Local {
		case "workbookPr":
			v := attr(s, "date1904")
			w.date1904 = v == "1" || v == "true"
		case "sheet":
			refs = append(refs, sheetRef{attr(s, "name"), attr(s, "id"), attr(s, "state") == "hidden" || attr(s, "state") == "veryHidden"})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(refs) > lim.Sheets {
		return nil, &Error{Code: "too-large", Detail: "sheets"}
	}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/sharedStrings") {
			if err := w.sharedStrings(r.target); err != nil {
				return nil, err
			}
		}
		if strings.HasSuffix(r.kind, "/styles") {
			if err := w.styles(r.target); err != nil {
				return nil, err
			}
		}
	}
	book := &Book{Format: "xlsx"}
	for _, ref := range refs {
		r, ok := rels[ref.id]
		if !ok || !strings.HasSuffix(r.kind, "/worksheet") {
			continue
		}
		g, err := w.grid(r.target)
		if err != nil {
			var e *Error
			if asError(err, &e) {
				e.Sheet = ref.name
			}
			return nil, err
		}
		g.Name, g.Hidden, g.Date1904 = ref.name, ref.hidden, w.date1904
		book.Grids = append(book.Grids, *g)
	}
	return book, nil
}

func asError(err error, e **Error) bool {
	x, ok := err.(*Error)
	*e = x
	return ok
}

type relation struct{ kind, target string }

func (w *workbook) relations(name string) (map[string]relation, error) {
	out := map[string]relation{}
	err := w.walk(name, func(_ *xml.Decoder, s xml.StartElement) error {
		if s.Name.Local != "Relationship" {
			return nil
		}
		target := attr(s, "Target")
		if strings.HasPrefix(target, "/") {
			target = strings.TrimPrefix(target, "/")
		} else {
			target = path.Join("xl", target)
		}
		out[attr(s, "Id")] = relation{attr(s, "Type"), strings.ToLower(target)}
		return nil
	})
	return out, err
}

func attr(s xml.StartElement, name string) string {
	for _, a := range s.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// walk reads a part to its end and calls fn at each start of an element.
func (w *workbook) walk(name string, fn func(*xml.Decoder, xml.StartElement) error) error {
	f := w.files[strings.ToLower(name)]
	if f == nil {
		return damaged("part %s is missing", name)
	}
	data, err := entry(f, &w.left)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	roots := 0
	depth := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			if depth != 0 || roots != 1 {
				return damaged("%s: cut short", name)
			}
			return nil
		}
		if err != nil {
			return damaged("%s: %v", name, err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return damaged("%s: has a DOCTYPE", name)
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			before := d.InputOffset()
			if err := fn(d, t); err != nil {
				return err
			}
			// fn may have read the element to its end.
			if d.InputOffset() == before || !consumed(t) {
				depth++
			}
		case xml.EndElement:
			depth--
		}
	}
}

// consumed names the elements that the callbacks read to their end.
func consumed(s xml.StartElement) bool {
	switch s.Name.Local {
	case "si", "row":
		return true
	}
	return false
}

func (w *workbook) sharedStrings(name string) error {
	size := 0
	return w.walk(name, func(d *xml.Decoder, s xml.StartElement) error {
		if s.Name.Local != "si" {
			return nil
		}
		text, err := richText(d, w.lim.Text)
		if err != nil {
			return damaged("%s: %v", name, err)
		}
		if size += len(text) + 16; size > 128<<20 {
			return &Error{Code: "too-large", Detail: "shared strings"}
		}
		w.shared = append(w.shared, text)
		return nil
	})
}

// richText reads <si> or <is> to its end: the runs joined, readings (rPh) left out.
func richText(d *xml.Decoder, most int) (string, error) {
	var b strings.Builder
	depth, phonetic, inText := 1, 0, false
	for depth > 0 {
		tok, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Local == "rPh" {
				phonetic = depth
			}
			inText = t.Name.Local == "t"
		case xml.EndElement:
			if phonetic == depth {
				phonetic = 0
			}
			depth--
			inText = false
		case xml.CharData:
			if inText && phonetic == 0 {
				if b.Len()+len(t) > most {
					return "", fmt.Errorf("a text of more than %d bytes", most)
				}
				b.Write(t)
			}
		}
	}
	return unescapeX(b.String()), nil
}

var xEscape = regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)

// unescapeX decodes _x000D_ and its like; a line's end is \n.
func unescapeX(s string) string {
	if strings.Contains(s, "_x") {
		s = xEscape.ReplaceAllStringFunc(s, func(m string) string {
			n, _ := strconv.ParseUint(m[2:6], 16, 16)
			if n >= 0xd800 && n < 0xe000 {
				return ""
			}
			return string(rune(n))
		})
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

func (w *workbook) styles(name string) error {
	custom := map[int]string{}
	inCell := false
	return w.walk(name, func(_ *xml.Decoder, s xml.StartElement) error {
		switch s.Name.Local {
		case "numFmt":
			id, _ := strconv.Atoi(attr(s, "numFmtId"))
			custom[id] = attr(s, "formatCode")
		case "cellXfs":
			inCell = true
		case "cellStyles", "cellStyleXfs", "dxfs":
			inCell = false
		case "xf":
			if !inCell {
				return nil
			}
			id, _ := strconv.Atoi(attr(s, "numFmtId"))
			code, ok := custom[id]
			if !ok {
				code = builtinFormat(id)
			}
			w.formats = append(w.formats, code)
		}
		return nil
	})
}

// grid reads one sheet.
func (w *workbook) grid(name string) (*Grid, error) {
	g := &Grid{}
	next := 1
	err := w.walk(name, func(d *xml.Decoder, s xml.StartElement) error {
		switch s.Name.Local {
		case "row":
			row, err := w.row(d, s, next)
			if err != nil {
				return err
			}
			if row.Index < next {
				return damaged("row %d comes after row %d", row.Index, next-1)
			}
			next = row.Index + 1
			if len(row.Cells) == 0 {
				return nil
			}
			if len(g.Rows) >= w.lim.Rows {
				return &Error{Code: "too-large", Detail: "rows"}
			}
			g.Rows = append(g.Rows, row)
		case "mergeCell":
			if len(g.Merges) >= w.lim.Merges {
				return &Error{Code: "too-large", Detail: "merged areas"}
			}
			if m, ok := parseSpan(attr(s, "ref")); ok {
				g.Merges = append(g.Merges, m)
			}
		case "col":
			if v := attr(s, "hidden"); v == "1" || v == "true" {
				lo, _ := strconv.Atoi(attr(s, "min"))
				hi, _ := strconv.Atoi(attr(s, "max"))
				for c := lo; c <= hi && c <= w.lim.Columns; c++ {
					g.HiddenCols = append(g.HiddenCols, c-1)
				}
			}
		}
		return nil
	})
	return g, err
}

func (w *workbook) row(d *xml.Decoder, s xml.StartElement, next int) (Row, error) {
	row := Row{Index: next}
	if r := attr(s, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < 1 || n > 1<<20 {
			return row, damaged("row number %q", r)
		}
		row.Index = n
	}
	h := attr(s, "hidden")
	row.Hidden = h == "1" || h == "true"
	col := 0
	for {
		tok, err := d.Token()
		if err != nil {
			return row, damaged("row %d: %v", row.Index, err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := d.Skip(); err != nil {
					return row, damaged("row %d: %v", row.Index, err)
				}
				continue
			}
			c, at, err := w.cell(d, t, col, row.Index)
			if err != nil {
				return row, err
			}
			if at < col {
				return row, damaged("row %d: cells are not in order", row.Index)
			}
			col = at + 1
			if c.Kind == Empty && !c.Formula {
				continue
			}
			if at >= w.lim.Columns {
				return row, &Error{Code: "too-large", Detail: "columns"}
			}
			if w.cells--; w.cells < 0 {
				return row, &Error{Code: "too-large", Detail: "cells"}
			}
			row.Cells = append(row.Cells, c)
		case xml.EndElement:
			return row, nil
		}
	}
}

func (w *workbook) cell(d *xml.Decoder, s xml.StartElement, next, row int) (Cell, int, error) {
	at := next
	if ref := attr(s, "r"); ref != "" {
		c, r, ok := parseRef(ref)
		if !ok || r != row {
			return Cell{}, 0, damaged("cell %q in row %d", ref, row)
		}
		at = c
	}
	c := Cell{Col: at}
	kind := attr(s, "t")
	if i, err := strconv.Atoi(attr(s, "s")); err == nil && i >= 0 && i < len(w.formats) {
		c.Format = w.formats[i]
	}
	var value strings.Builder
	has, inline := false, ""
	for depth, inV := 1, false; depth > 0; {
		tok, err := d.Token()
		if err != nil {
			return c, at, damaged("cell %s: %v", CellName(at, row), err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local == "is" {
				if inline, err = richText(d, w.lim.Text); err != nil {
					return c, at, damaged("cell %s: %v", CellName(at, row), err)
				}
				has = true
				continue
			}
			depth++
			inV = t.Name.Local == "v"
			has = has || inV
			c.Formula = c.Formula || t.Name.Local == "f"
		case xml.EndElement:
			depth--
			inV = false
		case xml.CharData:
			if inV {
				value.Write(t)
			}
		}
	}
	if !has {
		return c, at, nil
	}
	return w.typed(c, kind, value.String(), inline, row)
}

func (w *workbook) typed(c Cell, kind, v, inline string, row int) (Cell, int, error) {
	bad := func() (Cell, int, error) {
		return c, c.Col, damaged("cell %s: %q is no %s", CellName(c.Col, row), v, kind)
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || i < 0 || i >= len(w.shared) {
			return bad()
		}
		c.Text = w.shared[i]
		c.Kind = Text
	case "inlineStr":
		c.Kind, c.Text = Text, inline
	case "str":
		c.Kind, c.Text = Text, unescapeX(v)
	case "b":
		c.Kind, c.Text = Bool, v
		if v == "1" || v == "true" {
			c.Number = 1
		}
	case "e":
		c.Kind, c.Text = Fault, v
	case "d":
		c.Kind, c.Text = Text, v
	default:
		if v = strings.TrimSpace(v); v == "" {
			return c, c.Col, nil
		}
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return bad()
		}
		c.Kind = Number
		c.Number, c.Text = decimal15(f)
	}
	if c.Kind == Text && c.Text == "" {
		c.Kind = Empty
		c.Formula = false
	}
	return c, c.Col, nil
}

// decimal15 rounds to the 15 digits that Excel shows and spells the number
// without an exponent.
func decimal15(f float64) (float64, string) {
	g, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		g = f
	}
	return g, strconv.FormatFloat(g, 'f', -1, 64)
}

func parseRef(ref string) (col, row int, ok bool) {
	i := 0
	for i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 4 {
		col = col*26 + int(ref[i]-'A') + 1
		i++
	}
	row, err := strconv.Atoi(ref[i:])
	return col - 1, row, err == nil && i > 0 && i <= 3 && row > 0
}

func parseSpan(ref string) (Span, bool) {
	a, b, found := strings.Cut(ref, ":")
	if !found {
		return Span{}, false
	}
	c1, r1, ok1 := parseRef(strings.ReplaceAll(a, "$", ""))
	c2, r2, ok2 := parseRef(strings.ReplaceAll(b, "$", ""))
	return Span{r1, c1, r2, c2}, ok1 && ok2 && r2 >= r1 && c2 >= c1
}
