package clerk

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"tongbao/internal/sheet"
)

// The rows of an answer's tables come in a frame behind it, in the order of
// its documents and grids: a sheet may have a million cells, and as JSON they
// cost more than reading them did. The parent trusts the frame as little as it
// trusts the file: every count is held against the bytes that are there.
//
//	grid:   rows, each
//	row:    index, hidden, cells, each
//	cell:   column, kind and marks, text, number where marked, format
//	format: 0 where it is General, else the place of one that came before, or
//	        one more than there were and the format itself
//
// Numbers are varints, texts have their length before them.

// marks beside a cell's kind, which takes the low bits.
const (
	kindBits  = 0x0f
	isFormula = 0x10
	hasNumber = 0x20
)

// The fewest bytes that a row and a cell take.
const (
	leastRow  = 3
	leastCell = 4
)

var (
	errNoNumber = errors.New("a cell's number is none")
	errRows     = errors.New("the frame of rows is damaged")
)

// takeRows takes the rows out of the documents and returns their frame.
func takeRows(docs []Document) (frame []byte, err error) {
	formats := map[string]uint64{}
	for i := range docs {
		for j := range docs[i].Book.Grids {
			g := &docs[i].Book.Grids[j]
			frame = binary.AppendUvarint(frame, uint64(len(g.Rows)))
			for _, r := range g.Rows {
				frame = binary.AppendUvarint(frame, uint64(r.Index))
				frame = binary.AppendUvarint(frame, bit(r.Hidden, 1))
				frame = binary.AppendUvarint(frame, uint64(len(r.Cells)))
				for _, c := range r.Cells {
					if noNumber(c.Number) {
						return nil, errNoNumber
					}
					frame = appendCell(frame, c, formats)
				}
			}
			g.Rows = nil
		}
	}
	return frame, nil
}

// noNumber reports what no cell holds.
func noNumber(n float64) bool { return math.IsNaN(n) || math.IsInf(n, 0) }

func bit(is bool, mark uint64) uint64 {
	if is {
		return mark
	}
	return 0
}

func appendCell(frame []byte, c sheet.Cell, formats map[string]uint64) []byte {
	frame = binary.AppendUvarint(frame, uint64(c.Col))
	frame = binary.AppendUvarint(frame, uint64(c.Kind)|bit(c.Formula, isFormula)|bit(c.Number != 0, hasNumber))
	frame = appendText(frame, c.Text)
	if c.Number != 0 {
		frame = binary.BigEndian.AppendUint64(frame, math.Float64bits(c.Number))
	}
	if c.Format == "" {
		return binary.AppendUvarint(frame, 0)
	}
	place, known := formats[c.Format]
	if known {
		return binary.AppendUvarint(frame, place)
	}
	place = uint64(len(formats)) + 1
	formats[c.Format] = place
	return appendText(binary.AppendUvarint(frame, place), c.Format)
}

func appendText(frame []byte, s string) []byte {
	return append(binary.AppendUvarint(frame, uint64(len(s))), s...)
}

// putRows puts a frame's rows back into the documents.
func putRows(docs []Document, frame []byte) error {
	f := rowFrame{rest: string(frame)} // cells' texts are parts of it
	for i := range docs {
		for j := range docs[i].Book.Grids {
			g := &docs[i].Book.Grids[j]
			for range f.count(leastRow) {
				r := sheet.Row{Index: f.number(), Hidden: f.number() == 1}
				if n := f.count(leastCell); n > 0 {
					r.Cells = make([]sheet.Cell, n)
				}
				for k := range r.Cells {
					r.Cells[k] = f.cell()
				}
				if f.damaged {
					return errRows
				}
				g.Rows = append(g.Rows, r)
			}
		}
	}
	if f.damaged || f.rest != "" {
		return errRows
	}
	return nil
}

// rowFrame is a frame of rows while it is read. Once it is damaged, all that
// follows is zero.
type rowFrame struct {
	rest    string
	formats []string
	damaged bool
}

func (f *rowFrame) broken() {
	f.damaged, f.rest = true, ""
}

// number is no more than fits where it goes.
func (f *rowFrame) number() int {
	n, shift := uint64(0), 0
	for i := 0; i < len(f.rest) && i < binary.MaxVarintLen32; i++ {
		n |= uint64(f.rest[i]&0x7f) << shift
		if f.rest[i] < 0x80 {
			f.rest = f.rest[i+1:]
			return int(n)
		}
		shift += 7
	}
	f.broken()
	return 0
}

// count is how many of something follow that takes so many bytes at least.
func (f *rowFrame) count(least int) int {
	n := f.number()
	if n > len(f.rest)/least {
		f.broken()
		return 0
	}
	return n
}

func (f *rowFrame) text() (s string) {
	n := f.count(1)
	s, f.rest = f.rest[:n], f.rest[n:]
	return strings.ToValidUTF8(s, "\ufffd")
}

func (f *rowFrame) cell() (c sheet.Cell) {
	c.Col = f.number()
	marks := f.number()
	if c.Kind = sheet.Kind(marks & kindBits); c.Kind > sheet.Fault {
		f.broken()
	}
	c.Formula, c.Text = marks&isFormula != 0, f.text()
	if marks&hasNumber != 0 {
		if len(f.rest) < 8 {
			f.broken()
			return c
		}
		c.Number = math.Float64frombits(binary.BigEndian.Uint64([]byte(f.rest[:8])))
		if f.rest = f.rest[8:]; noNumber(c.Number) {
			f.broken()
		}
	}
	switch n := f.number(); {
	case n == 0:
	case n <= len(f.formats):
		c.Format = f.formats[n-1]
	case n == len(f.formats)+1:
		c.Format = f.text()
		f.formats = append(f.formats, c.Format)
	default:
		f.broken()
	}
	return c
}
