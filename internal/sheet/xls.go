package sheet

import (
	"errors"
	"slices"
)

// xlsBook is what the globals of a BIFF stream say: the content of .xls and,
// with the same records, of WPS's .et.
type xlsBook struct {
	lim      Limits
	version  int // of BIFF: 2, 3, 4, 5 or 8
	cells    int // that may still be read
	codePage int
	strings  []string
	xfs      []int          // number format by cell style
	formats  map[int]string // number formats that the file spells out
	date1904 bool
	sheets   []xlsRef
	alone    bool // the stream is one sheet without globals
	computed bool // some formula has a value
	empties  int  // formulas whose value is "nothing"
}

type xlsRef struct {
	name   string
	offset int
	kind   int // 0 is a worksheet
	hidden bool
}

// xlsPart is a substream, from its BOF to behind its EOF.
type xlsPart struct{ from, to int }

// openXLS reads a BIFF stream: a compound file's, or a file that is one.
func openXLS(stream []byte, lim Limits, passwords []string) (*Book, error) {
	stream, err := decryptXLS(stream, passwords)
	if err != nil {
		return nil, err
	}
	w := &xlsBook{lim: lim, cells: lim.Cells, formats: map[int]string{}}
	b := &biff{data: stream}
	first, err := b.next()
	if err != nil {
		return nil, err
	}
	version, kind := first.bof()
	w.version = version
	book := &Book{Format: "xls"}
	switch {
	case version == 0:
		return nil, damaged("the stream begins with the record %#04x", first.kind)
	case kind == biffSheet:
		// A stream that is one sheet: all of BIFF2 to 4, and simple exporters.
		w.alone = true
		g, err := w.grid(b)
		if err != nil {
			return nil, err
		}
		g.Number = 1
		book.Grids = append(book.Grids, *g)
	case kind == biffGlobals && version >= 5:
		if err := w.globals(b); err != nil {
			return nil, err
		}
		if book.Grids, err = w.worksheets(b); err != nil {
			return nil, err
		}
	default:
		return nil, &Error{Code: "unsupported", Detail: "a BIFF stream that is neither a workbook nor a sheet"}
	}
	w.emptyFormulas(book)
	return book, nil
}

// globals reads the records up to the globals' EOF.
func (w *xlsBook) globals(b *biff) error {
	for {
		r, err := b.next()
		if err != nil {
			return err
		}
		switch {
		case r.kind == recEOF:
			return nil
		case isBOF(r.kind):
			return damaged("the globals have no EOF record")
		case r.kind == recBoundSheet:
			err = w.boundSheet(r)
		default:
			err = w.global(b, r)
		}
		if err != nil {
			return err
		}
	}
}

// global reads a record that says something for all sheets.
func (w *xlsBook) global(b *biff, r biffRecord) error {
	switch r.kind {
	case recCodePage:
		if len(r.data) < 2 {
			return damaged("the code page")
		}
		w.codePage = le16(r.data)
	case recDate1904:
		w.date1904 = len(r.data) >= 2 && le16(r.data) != 0
	case recFormat, recFormat2:
		return w.format(r)
	case recXF, recXF3, recXF4:
		return w.xf(r)
	case recSST:
		if w.strings != nil {
			return damaged("the shared strings are there twice")
		}
		parts, err := b.continued(r)
		if err != nil {
			return err
		}
		w.strings = []string{}
		return w.sharedStrings(parts)
	}
	return nil
}

func (w *xlsBook) boundSheet(r biffRecord) error {
	if len(r.data) < 7 {
		return damaged("a BOUNDSHEET record of %d bytes", len(r.data))
	}
	if len(w.sheets) >= w.lim.Sheets {
		return &Error{Code: "too-large", Detail: "sheets"}
	}
	name, err := w.text([][]byte{r.data[6:]}, 1)
	if err != nil {
		return err
	}
	w.sheets = append(w.sheets, xlsRef{cleanText(name), int(le32(r.data)), int(r.data[5]), r.data[4]&3 != 0})
	return nil
}

// worksheets reads the sheets in their order. Every BOUNDSHEET must lead to a
// substream of its own, and every substream must have a BOUNDSHEET.
func (w *xlsBook) worksheets(b *biff) (grids []Grid, err error) {
	taken := []xlsPart{{0, b.pos}}
	for _, ref := range w.sheets {
		if ref.kind == 6 {
			continue // a Visual Basic module, which BIFF5 keeps elsewhere
		}
		g, err := w.worksheet(b, ref)
		if err != nil {
			var e *Error
			if errors.As(err, &e) && e.Sheet == "" {
				e.Sheet = ref.name
			}
			return nil, err
		}
		taken = append(taken, xlsPart{ref.offset, b.pos})
		if g != nil {
			grids = append(grids, *g)
		}
		// Overlapping sheets could cost their number times the stream.
		if err := apart(taken); err != nil {
			return nil, err
		}
	}
	return grids, nobodys(b.data, taken)
}

func apart(taken []xlsPart) error {
	last := taken[len(taken)-1]
	for _, p := range taken[:len(taken)-1] {
		if last.from < p.to && p.from < last.to {
			return damaged("two sheets at %d in the stream", last.from)
		}
	}
	return nil
}

// nobodys looks for a sheet right behind another that no BOUNDSHEET names: it
// was lost.
func nobodys(stream []byte, taken []xlsPart) error {
	slices.SortFunc(taken, func(a, b xlsPart) int { return a.from - b.from })
	for i, p := range taken {
		if i+1 < len(taken) && taken[i+1].from == p.to {
			continue
		}
		b := &biff{data: stream, pos: p.to}
		if r, err := b.next(); err == nil && isBOF(r.kind) {
			if v, kind := r.bof(); v != 0 && kind == biffSheet {
				return damaged("no BOUNDSHEET record names the sheet at %d", p.to)
			}
		}
	}
	return nil
}

// worksheet reads one substream; nil where it is a chart or a macro sheet.
func (w *xlsBook) worksheet(b *biff, ref xlsRef) (*Grid, error) {
	b.pos = ref.offset
	r, err := b.next()
	if err != nil {
		return nil, err
	}
	version, kind := r.bof()
	if version == 0 {
		return nil, damaged("no sheet begins at %d", ref.offset)
	}
	// QUIRK: SheetJS writes BIFF5 with sheets that call themselves BIFF8.
	if version != w.version && (w.version != 5 || version != 8) {
		return nil, damaged("a sheet of BIFF%d in a workbook of BIFF%d", version, w.version)
	}
	if kind != biffSheet || ref.kind != 0 {
		return nil, skipSubstream(b)
	}
	g, err := w.grid(b)
	if err != nil {
		return nil, err
	}
	g.Name, g.Hidden = ref.name, ref.hidden
	return g, nil
}

// skipSubstream reads on to the EOF of the substream whose BOF was read.
func skipSubstream(b *biff) error {
	for depth := 1; depth > 0; {
		r, err := b.next()
		if err != nil {
			return err
		}
		switch {
		case isBOF(r.kind):
			depth++
		case r.kind == recEOF:
			depth--
		}
	}
	return nil
}

// emptyFormulas decides what the formulas are whose cached value is "nothing":
// an empty text where the workbook has been computed.
// QUIRK: xlwt writes that for every formula, since it computes none.
func (w *xlsBook) emptyFormulas(book *Book) {
	if w.empties == 0 {
		return
	}
	for i := range book.Grids {
		g := &book.Grids[i]
		for j := range g.Rows {
			g.Rows[j].Cells = w.settle(g.Rows[j].Cells)
		}
		g.Rows = slices.DeleteFunc(g.Rows, func(r Row) bool { return len(r.Cells) == 0 })
	}
}

func (w *xlsBook) settle(cells []Cell) []Cell {
	if w.computed {
		return slices.DeleteFunc(cells, func(c Cell) bool { return c.Kind == Empty && c.Text == emptyValue })
	}
	for i := range cells {
		if cells[i].Kind == Empty {
			cells[i].Text = ""
		}
	}
	return cells
}

// emptyValue marks an Empty cell until emptyFormulas is through.
const emptyValue = "\x00"
