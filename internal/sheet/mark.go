package sheet

import (
	"archive/zip"
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Note is what somebody should look at in a sheet: "H12", a row "12", a column
// "H", or "" for the whole sheet. A sheet without a name is the first that can
// be seen.
type Note struct {
	Sheet, Cell string
	Severity    string // "error", "warning" or "notice": the cell's colour
	Text        string
}

// Bounds of what is marked in one sheet and said of one cell.
const (
	maxSpots    = 2000
	maxNoteText = 1500 // characters
)

// Mark makes a copy of a workbook in which the cells of the notes are filled
// and commented, as .xlsx or .xlsm. Of an xlsx nothing else is touched: parts
// that need no change are the same bytes. An xls or et is written anew with its
// values, number formats, merges and widths. Other files are an *Error with
// the code "unsupported".
func Mark(data []byte, notes []Note, lim Limits, passwords []string) (out []byte, ext string, err error) {
	lim = lim.OrDefault()
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		c, err := newCompound(data)
		if err != nil {
			return nil, "", err
		}
		if c.has("encryptedpackage") && !c.has("workbook") && !c.has("book") {
			if data, err = decrypted(c, lim, passwords); err != nil {
				return nil, "", err
			}
		}
	}
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		book, err := Open("", data, lim, passwords)
		if err != nil {
			return nil, "", err
		}
		if book.Format != "xls" {
			return nil, "", &Error{Code: "unsupported", Detail: "marking a file of the kind " + book.Format}
		}
		if data, err = copyBook(book); err != nil {
			return nil, "", err
		}
	}
	return markXLSX(data, notes, lim)
}

// spot is a cell to be marked.
type spot struct {
	col, row int // 0-based, 1-based
	severity string
	text     string
}

var gravity = map[string]int{"error": 3, "warning": 2, "notice": 1}

// spots are the cells of a grid that the notes speak of, row by row. In a merged
// area it is the cell that shows; several notes of one cell are one.
func spots(book *Book, grid int, notes []Note) []spot {
	g := &book.Grids[grid]
	first := slices.IndexFunc(book.Grids, func(g Grid) bool { return !g.Hidden })
	at := map[[2]int]*spot{}
	for _, n := range notes {
		if n.Sheet != g.Name && (n.Sheet != "" || grid != max(0, first)) {
			continue
		}
		col, row := g.pointed(n.Cell)
		for _, m := range g.Merges {
			if m.Top <= row && row <= m.Bottom && m.Left <= col && col <= m.Right {
				col, row = m.Left, m.Top
				break
			}
		}
		key := [2]int{col, row}
		s := at[key]
		if s == nil {
			if len(at) >= maxSpots {
				continue
			}
			s = &spot{col: col, row: row, severity: n.Severity}
			at[key] = s
		}
		if gravity[n.Severity] > gravity[s.severity] {
			s.severity = n.Severity
		}
		if s.text != "" {
			s.text += "\n"
		}
		s.text += n.Text
		if utf8.RuneCountInString(s.text) > maxNoteText {
			s.text = string([]rune(s.text)[:maxNoteText]) + "…"
		}
	}
	var out []spot
	for _, s := range at {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b spot) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col)) })
	return out
}

// pointed is the cell that a note points at: of a row, a column or a whole
// sheet the first in which something stands.
func (g *Grid) pointed(cell string) (col, row int) {
	if col, row, ok := parseRef(cell); ok {
		return col, row
	}
	want, err := strconv.Atoi(cell)
	letters := cell != "" && err != nil
	column, _, isColumn := parseRef(cell + "1")
	for _, r := range g.Rows {
		for _, c := range r.Cells {
			switch {
			case c.Kind == Empty || strings.TrimSpace(c.Text) == "":
			case cell == "", err == nil && r.Index == want, letters && isColumn && c.Col == column:
				return c.Col, r.Index
			}
		}
	}
	if err == nil && want >= 1 && want <= sheetRows {
		return 0, want
	}
	return 0, 1
}

// parcel is an xlsx file while parts of it are changed.
type parcel struct {
	*archive
	zip     *zip.Reader
	changed map[string][]byte // by part name
	marked  map[string]bool   // parts with a byte order mark, by name
	added   []addedPart
	styler  *styler
}

type addedPart struct {
	name string
	data []byte
}

func markXLSX(data []byte, notes []Note, lim Limits) (out []byte, ext string, err error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, "", damaged("zip: %v", err)
	}
	a, err := newArchive(z, lim)
	if err != nil {
		return nil, "", err
	}
	name, kind, err := mainPart(a)
	if err != nil {
		return nil, "", err
	}
	if kind != "workbook" {
		return nil, "", &Error{Code: "unsupported", Detail: "marking a zip that is no workbook"}
	}
	book, parts, err := readXLSX(a, name, lim)
	if err != nil {
		return nil, "", err
	}
	if a, err = newArchive(z, lim); err != nil { // the parts are read once more
		return nil, "", err
	}
	p := &parcel{archive: a, zip: z, changed: map[string][]byte{}, marked: map[string]bool{}}
	if p.styler, err = p.openStyles(name); err != nil {
		return nil, "", err
	}
	for i := range book.Grids {
		marks := spots(book, i, notes)
		if len(marks) == 0 {
			continue
		}
		if err := p.sheet(parts[i], i, marks); err != nil {
			return nil, "", err
		}
	}
	if err := p.closeStyles(); err != nil {
		return nil, "", err
	}
	ext = ".xlsx"
	if a.has("xl/vbaproject.bin") {
		ext = ".xlsm"
	}
	out, err = p.write()
	return out, ext, err
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// source is a part's text. One that is not UTF-8 cannot be changed in place.
func (p *parcel) source(name string) (*xmlScanner, error) {
	data := p.changed[name]
	if data == nil {
		var err error
		if data, err = p.part(name); err != nil {
			return nil, err
		}
	}
	x, err := newXMLScanner(data, &p.tags)
	if err != nil {
		return nil, partError(name, err)
	}
	p.marked[name] = bytes.HasPrefix(data, byteOrderMark)
	if len(bytes.TrimPrefix(data, byteOrderMark)) != len(x.src) {
		return nil, &Error{Code: "unsupported", Detail: name + " is not UTF-8"}
	}
	return x, nil
}

// edit is a change in a part's text: so many bytes are cut, and a text is put there.
type edit struct {
	at, cut int
	put     string
}

// apply makes the changes, which do not overlap.
func (p *parcel) apply(name string, src []byte, edits []edit) {
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	var b bytes.Buffer
	if p.marked[name] {
		b.Write(byteOrderMark)
	}
	last := 0
	for _, e := range edits {
		b.Write(src[last:e.at])
		b.WriteString(e.put)
		last = e.at + e.cut
	}
	b.Write(src[last:])
	p.changed[name] = b.Bytes()
}

func (p *parcel) add(name string, data []byte) {
	p.added = append(p.added, addedPart{name, data})
}

// free is a part's name that is not taken: base + number + ext.
func (p *parcel) free(base, ext string) string {
	for n := 1; ; n++ {
		name := base + strconv.Itoa(n) + ext
		if !p.has(name) && !slices.ContainsFunc(p.added, func(a addedPart) bool { return strings.EqualFold(a.name, name) }) {
			return name
		}
	}
}

// write spells the package: the parts in their order, the unchanged ones byte
// for byte as they were packed, then the new ones.
func (p *parcel) write() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range p.zip.File {
		data, ok := p.changed[partName(f.Name)]
		if !ok || strings.HasSuffix(f.Name, "/") {
			if err := w.Copy(f); err != nil {
				return nil, damaged("%s: %v", f.Name, err)
			}
			continue
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: f.Modified})
		if err != nil {
			return nil, damaged("%s: %v", f.Name, err)
		}
		if _, err := to.Write(data); err != nil {
			return nil, damaged("%s: %v", f.Name, err)
		}
	}
	for _, a := range p.added {
		to, err := w.Create(a.name)
		if err != nil {
			return nil, damaged("%s: %v", a.name, err)
		}
		if _, err := to.Write(a.data); err != nil {
			return nil, damaged("%s: %v", a.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, damaged("zip: %v", err)
	}
	return b.Bytes(), nil
}
