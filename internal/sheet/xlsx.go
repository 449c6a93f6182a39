package sheet

import (
	"path"
	"strconv"
	"strings"
)

// workbook is what the parts of an xlsx file say.
type workbook struct {
	*archive
	lim      Limits
	cells    int // that may still be read
	widths   int // that the rows may still have together
	shared   []string
	formats  []string // by cell style
	date1904 bool
	value    []byte // of the cell at hand
	width    int    // cells of the row before
}

type sheetRef struct {
	name, id string
	hidden   bool
}

// widthPerCell bounds the sum of the rows' widths against the cells that a file
// may have, for those who lay rows out: few cells far right cost them much.
const widthPerCell = 4

func openXLSX(a *archive, name string, lim Limits) (*Book, error) {
	book, _, err := readXLSX(a, name, lim)
	return book, err
}

// readXLSX reads a workbook, and says which part each of its grids came from.
func readXLSX(a *archive, name string, lim Limits) (book *Book, parts []string, err error) {
	book = &Book{Format: "xlsx"}
	grids, parts, err := eachRow(a, name, lim, func(g *Grid, row Row) {
		g.Rows = append(g.Rows, row)
	})
	if err != nil {
		return nil, nil, err
	}
	for _, g := range grids {
		book.Grids = append(book.Grids, *g)
	}
	return book, parts, nil
}

// eachRow reads all sheets of a workbook, row by row, and says which part each
// of them came from.
func eachRow(a *archive, name string, lim Limits, each func(*Grid, Row)) (grids []*Grid, parts []string, err error) {
	w := &workbook{archive: a, lim: lim, cells: lim.Cells, widths: widthPerCell * lim.Cells}
	rels, err := w.relations(name)
	if err != nil {
		return nil, nil, err
	}
	refs, err := w.contents(name)
	if err != nil {
		return nil, nil, err
	}
	if part := ofKind(rels, "/sharedStrings"); part != "" {
		if err := w.sharedStrings(part); err != nil {
			return nil, nil, err
		}
	}
	if part := ofKind(rels, "/styles"); part != "" {
		if err := w.styles(part); err != nil {
			return nil, nil, err
		}
	}
	for _, ref := range refs {
		r, ok := rels[ref.id]
		if !ok {
			return nil, nil, &Error{Code: "damaged", Detail: "the workbook does not say where it is", Sheet: ref.name}
		}
		if !strings.HasSuffix(r.kind, "/worksheet") {
			continue // a chart or a macro sheet
		}
		g := &Grid{Name: ref.name, Hidden: ref.hidden, Date1904: w.date1904}
		if err := w.grid(r.target, g, each); err != nil {
			e := partError(r.target, err).(*Error)
			e.Sheet = ref.name
			return nil, nil, e
		}
		grids, parts = append(grids, g), append(parts, r.target)
	}
	return grids, parts, w.finish()
}

// contents reads the workbook part.
func (w *workbook) contents(name string) ([]sheetRef, error) {
	var refs []sheetRef
	err := w.walk(name, "workbook", func(x *xmlScanner) error {
		switch {
		case string(x.name) == "workbookPr" && x.depth() == 2:
			w.date1904 = x.flag("date1904")
		case string(x.name) == "sheet" && x.depth() == 3:
			state := x.attr("state")
			refs = append(refs, sheetRef{x.attr("name"), x.attr("id"), state == "hidden" || state == "veryHidden"})
			if len(refs) > w.lim.Sheets {
				return &Error{Code: "too-large", Detail: "sheets"}
			}
		}
		return nil
	})
	return refs, err
}

func (w *workbook) sharedStrings(name string) error {
	size := 0
	return w.walk(name, "sst", func(x *xmlScanner) error {
		if string(x.name) != "si" || x.depth() != 2 {
			return nil
		}
		text, err := richText(x, w.lim.Text)
		if err != nil {
			return err
		}
		if size += len(text) + 16; size > 128<<20 {
			return &Error{Code: "too-large", Detail: "shared strings"}
		}
		w.shared = append(w.shared, text)
		return nil
	})
}

// escapedLength is how much longer a text may be as it is written: Excel has
// _x000D_ for one character.
const escapedLength = 8

// richText reads <si> or <is> to its end: the runs joined, readings (rPh) left out.
func richText(x *xmlScanner, most int) (string, error) {
	var out []byte
	first, text := x.depth(), 0
	for {
		t, err := x.next()
		if err != nil {
			return "", err
		}
		switch t {
		case xmlStart:
			switch string(x.name) {
			case "rPh", "rPr", "phoneticPr":
				if err := x.skip(); err != nil {
					return "", err
				}
			case "t":
				text = x.depth()
			}
		case xmlEnd:
			if x.depth() < first {
				s := unescapeX(string(out))
				if len(s) > most {
					return "", &Error{Code: "too-large", Detail: "a cell's text"}
				}
				return s, nil
			}
			if x.depth() < text {
				text = 0
			}
		case xmlText:
			if text == 0 {
				continue
			}
			if out = append(out, x.text...); len(out) > escapedLength*most {
				return "", &Error{Code: "too-large", Detail: "a cell's text"}
			}
		}
	}
}

// unescapeX decodes _x000D_ and its like (ECMA-376 part 1, 22.9.2.19, ST_Xstring);
// a line's end is \n, other control characters are dropped.
func unescapeX(s string) string {
	if strings.Contains(s, "_x") {
		var b strings.Builder
		for i := 0; i < len(s); {
			r, n := escaped(s[i:])
			if n == 0 {
				b.WriteByte(s[i])
				i++
				continue
			}
			i += n
			if r >= 0xd800 && r < 0xdc00 {
				if low, m := escaped(s[i:]); low >= 0xdc00 && low < 0xe000 {
					r, i = 0x10000+(r-0xd800)<<10+(low-0xdc00), i+m
				}
			}
			if r >= 0x20 || r == '\t' || r == '\n' || r == '\r' {
				b.WriteRune(r)
			}
		}
		s = b.String()
	}
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return s
}

// escaped reads _xHHHH_ at the beginning of s; n is 0 where there is none.
func escaped(s string) (r rune, n int) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, 0
	}
	v, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(v), 7
}

// styles reads which number format each cell style has.
func (w *workbook) styles(name string) error {
	custom := map[int]string{}
	part := ""
	return w.walk(name, "styleSheet", func(x *xmlScanner) error {
		if x.depth() == 2 {
			part = string(x.name)
			return nil
		}
		if x.depth() != 3 {
			return nil
		}
		switch tag := string(x.name); {
		case part == "numFmts" && tag == "numFmt":
			id, err := strconv.Atoi(x.attr("numFmtId"))
			if err != nil {
				return damaged("number format %q", x.attr("numFmtId"))
			}
			custom[id] = x.attr("formatCode")
		case part == "cellXfs" && tag == "xf":
			id := 0
			if v := x.attr("numFmtId"); v != "" {
				var err error
				if id, err = strconv.Atoi(v); err != nil {
					return damaged("number format %q", v)
				}
			}
			code, ok := custom[id]
			if !ok {
				code = builtinFormat(id)
			}
			if isGeneral(code) {
				code = ""
			}
			w.formats = append(w.formats, code)
		}
		return nil
	})
}

// mainPart finds the part that a package is about, and its root's name.
func mainPart(a *archive) (name, root string, err error) {
	if a.has("_rels/.rels") {
		rels, err := a.relations("")
		if err != nil {
			return "", "", err
		}
		name = ofKind(rels, "/officeDocument")
	}
	if name == "" || !a.has(name) {
		// QUIRK: report generators leave the package's relations out.
		for _, n := range []string{"xl/workbook.xml", "word/document.xml", "xl/workbook.bin"} {
			if a.has(n) {
				name = n
				break
			}
		}
	}
	switch base := path.Base(name); {
	case name == "":
		return "", "", nil
	case strings.HasSuffix(base, ".bin"):
		return name, "bin", nil
	case strings.HasPrefix(name, "word/"):
		return name, "document", nil
	case strings.HasPrefix(name, "xl/"):
		return name, "workbook", nil
	case strings.HasPrefix(name, "ppt/"), strings.HasPrefix(name, "visio/"):
		return name, "", nil
	case strings.Contains(base, "workbook"):
		return name, "workbook", nil
	case strings.Contains(base, "document"):
		return name, "document", nil
	}
	return name, "", nil
}
