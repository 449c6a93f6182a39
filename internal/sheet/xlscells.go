package sheet

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// xlsSheet is a worksheet while it is read. Its cells may stand in any order.
type xlsSheet struct {
	*xlsBook
	b       *biff
	grid    Grid
	rows    map[int]*Row // by index
	last    *Row         // that got a cell
	hidden  map[int]bool // rows
	cols    columns
	pending *pendingText
}

// pendingText is a formula whose text stands in a STRING record behind it.
type pendingText struct {
	row  int
	cell Cell
}

// grid reads the records of a worksheet up to its EOF.
func (w *xlsBook) grid(b *biff) (*Grid, error) {
	s := &xlsSheet{xlsBook: w, b: b, rows: map[int]*Row{}, hidden: map[int]bool{}, cols: newColumns(w.lim)}
	for {
		r, err := b.next()
		if err != nil {
			return nil, err
		}
		if s.pending != nil && !between(r.kind) {
			// The text is not there: a formula without a value.
			if err := s.put(s.pending.row, s.pending.cell); err != nil {
				return nil, err
			}
			s.pending = nil
		}
		switch {
		case r.kind == recEOF:
			return s.finish()
		case isBOF(r.kind): // an embedded chart
			err = skipSubstream(b)
		default:
			err = s.record(r)
		}
		if err != nil {
			return nil, err
		}
	}
}

// between reports the records that may stand between a formula and its text.
func between(kind int) bool {
	switch kind {
	case recString, recString2, recSharedFmla, recArray, recArray2, recTable, recTable2, recContinue:
		return true
	}
	return false
}

// finish puts rows and cells in order. Two values in one cell are damage.
func (s *xlsSheet) finish() (*Grid, error) {
	g := &s.grid
	for index, r := range s.rows {
		r.Hidden = s.hidden[index]
		slices.SortStableFunc(r.Cells, byColumn)
		r.Cells = slices.Compact(r.Cells)
		for i := 1; i < len(r.Cells); i++ {
			if r.Cells[i].Col == r.Cells[i-1].Col {
				return nil, damaged("two values in %s", CellName(r.Cells[i].Col, index))
			}
		}
		g.Rows = append(g.Rows, *r)
	}
	slices.SortFunc(g.Rows, func(a, b Row) int { return cmp.Compare(a.Index, b.Index) })
	g.HiddenCols, g.Date1904 = s.cols.list(), s.date1904
	return g, nil
}

func byColumn(a, b Cell) int { return cmp.Compare(a.Col, b.Col) }

func (s *xlsSheet) record(r biffRecord) error {
	switch r.kind {
	case recInteger2, recNumber2, recLabel2, recBoolErr2:
		if s.version == 2 {
			return s.cell2(r)
		}
	case recNumber, recLabel, recRString, recLabelSST, recRK, recBoolErr:
		return s.cell(r)
	case recFormula, recFormula3, recFormula4:
		return s.formula(r)
	case recString, recString2:
		return s.string(r)
	case recMulRK:
		return s.mulRK(r)
	case recMerged:
		return s.merged(r)
	case recRow:
		if r.data[12]&0x20 != 0 {
			s.hidden[le16(r.data)+1] = true
		}
	case recColInfo:
		return s.colInfo(r)
	case recMulBlank:
		if len(r.data) < 6 || le16(r.data[len(r.data)-2:]) != le16(r.data[2:])+(len(r.data)-6)/2-1 {
			return damaged("a MULBLANK record of %d bytes", len(r.data))
		}
	default:
		if s.alone {
			return s.global(s.b, r)
		}
	}
	return nil
}

// place is where a cell stands and which number format it has.
func (s *xlsSheet) place(r biffRecord) (row int, c Cell, err error) {
	if len(r.data) < 8 {
		return 0, c, damaged("the record %#04x at %d has %d bytes", r.kind, r.at, len(r.data))
	}
	row, c.Col = le16(r.data)+1, le16(r.data[2:])
	c.Format, err = s.style(le16(r.data[4:]))
	return row, c, err
}

// cell reads the records that hold one value.
func (s *xlsSheet) cell(r biffRecord) error {
	row, c, err := s.place(r)
	if err != nil {
		return err
	}
	d := r.data[6:]
	switch r.kind {
	case recNumber:
		err = c.setFloat(float64At(d))
	case recRK:
		err = c.setFloat(rk(le32(d)))
	case recBoolErr:
		err = c.setBoolErr(d[0], d[1])
	case recLabelSST:
		i := le32(d)
		if int64(i) >= int64(len(s.strings)) {
			return damaged("%s has the shared string %d of %d", CellName(c.Col, row), i, len(s.strings))
		}
		err = s.setText(&c, s.strings[i])
	default:
		parts, e := s.b.continued(biffRecord{data: d})
		if e != nil {
			return e
		}
		var text string
		if text, err = s.text(parts, 2); err == nil {
			err = s.setText(&c, text)
		}
	}
	if err != nil {
		return err
	}
	return s.put(row, c)
}

// cell2 reads a cell of BIFF2: three bytes of attributes stand for the style.
func (s *xlsSheet) cell2(r biffRecord) error {
	if len(r.data) < 8 {
		return damaged("the record %#04x at %d has %d bytes", r.kind, r.at, len(r.data))
	}
	row, c, d := le16(r.data)+1, Cell{Col: le16(r.data[2:])}, r.data[7:]
	c.Format = s.style2(r.data[5])
	var err error
	switch r.kind {
	case recInteger2:
		err = c.setFloat(float64(le16(d)))
	case recNumber2:
		err = c.setFloat(float64At(d))
	case recBoolErr2:
		err = c.setBoolErr(d[0], d[1])
	case recLabel2:
		var text string
		if text, err = s.text([][]byte{d}, 1); err == nil {
			err = s.setText(&c, text)
		}
	}
	if err != nil {
		return err
	}
	return s.put(row, c)
}

func (s *xlsSheet) mulRK(r biffRecord) error {
	n := (len(r.data) - 6) / 6
	if n < 1 || (len(r.data)-6)%6 != 0 {
		return damaged("a MULRK record of %d bytes", len(r.data))
	}
	row, first := le16(r.data)+1, le16(r.data[2:])
	if last := le16(r.data[len(r.data)-2:]); last != first+n-1 {
		return damaged("a MULRK record of %d cells from column %d to %d", n, first, last)
	}
	for i := range n {
		d := r.data[4+6*i:]
		format, err := s.style(le16(d))
		if err != nil {
			return err
		}
		c := Cell{Col: first + i, Format: format}
		if err := c.setFloat(rk(le32(d[2:]))); err != nil {
			return err
		}
		if err := s.put(row, c); err != nil {
			return err
		}
	}
	return nil
}

// setText is Cell.setText with a bound.
func (s *xlsSheet) setText(c *Cell, text string) error {
	if len(text) > s.lim.Text {
		return &Error{Code: "too-large", Detail: "a cell's text"}
	}
	c.setText(cleanText(text))
	return nil
}

func (c *Cell) setFloat(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return damaged("a number that is none in column %s", ColumnName(c.Col))
	}
	c.Kind = Number
	c.Number, c.Text = decimal15(f)
	return nil
}

// xlsFaults are the error values by their codes ([MS-XLS] 2.5.10).
var xlsFaults = map[byte]string{0: "#NULL!", 7: "#DIV/0!", 0x0f: "#VALUE!", 0x17: "#REF!", 0x1d: "#NAME?", 0x24: "#NUM!", 0x2a: "#N/A", 0x2b: "#GETTING_DATA"}

func (c *Cell) setBoolErr(value, isErr byte) error {
	if isErr == 0 && value <= 1 {
		c.Kind, c.Number, c.Text = Bool, float64(value), string('0'+rune(value))
		return nil
	}
	text, ok := xlsFaults[value]
	if isErr != 1 || !ok {
		return damaged("a truth or error value %d of kind %d", value, isErr)
	}
	c.Kind, c.Text = Fault, text
	return nil
}

func float64At(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

// rk unpacks a number of four bytes ([MS-XLS] 2.5.217).
func rk(v uint32) float64 {
	f := float64(int32(v) >> 2)
	if v&2 == 0 {
		f = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}

// put adds a cell that holds something.
func (s *xlsSheet) put(row int, c Cell) error {
	rows := 1 << 16
	if s.version < 8 {
		rows = 1 << 14
	}
	if row > rows || c.Col > 255 {
		return damaged("the cell %s is outside of a sheet", CellName(c.Col, row))
	}
	if c.Kind == Empty && !c.Formula {
		return nil
	}
	if c.Col >= s.lim.Columns {
		return &Error{Code: "too-large", Detail: "columns"}
	}
	r := s.last
	if r == nil || r.Index != row {
		if r = s.rows[row]; r == nil {
			if len(s.rows) >= s.lim.Rows {
				return &Error{Code: "too-large", Detail: "rows"}
			}
			r = &Row{Index: row}
			s.rows[row] = r
		}
		s.last = r
	}
	if s.cells--; s.cells < 0 {
		return &Error{Code: "too-large", Detail: "cells"}
	}
	r.Cells = append(r.Cells, c)
	return nil
}

func (s *xlsSheet) merged(r biffRecord) error {
	if len(r.data) < 2 || len(r.data) != 2+8*le16(r.data) {
		return damaged("a MERGEDCELLS record of %d bytes", len(r.data))
	}
	for i := range le16(r.data) {
		d := r.data[2+8*i:]
		m := Span{Top: le16(d) + 1, Bottom: le16(d[2:]) + 1, Left: le16(d[4:]), Right: le16(d[6:])}
		if m.Bottom < m.Top || m.Right < m.Left || m.Right > 255 {
			return damaged("the merged area %s:%s", CellName(m.Left, m.Top), CellName(m.Right, m.Bottom))
		}
		if m.Bottom == m.Top && m.Right == m.Left {
			continue
		}
		if len(s.grid.Merges) >= s.lim.Merges {
			return &Error{Code: "too-large", Detail: "merged areas"}
		}
		s.grid.Merges = append(s.grid.Merges, m)
	}
	return nil
}

// colInfo marks hidden columns; a width of 0 hides, too.
func (s *xlsSheet) colInfo(r biffRecord) error {
	if len(r.data) < 10 {
		return damaged("a COLINFO record of %d bytes", len(r.data))
	}
	if r.data[8]&1 != 0 || le16(r.data[4:]) == 0 {
		s.cols.add(le16(r.data), le16(r.data[2:]))
	}
	if w := (Width{le16(r.data), le16(r.data[2:]), float64(le16(r.data[4:])) / 256}); w.First <= w.Last && w.Chars > 0 && len(s.grid.Widths) < 256 {
		s.grid.Widths = append(s.grid.Widths, w)
	}
	return nil
}
