package sheet

import "math"

// What stands in the eight bytes of a formula's value that is no number.
const (
	cachedText  = 0
	cachedBool  = 1
	cachedError = 2
	cachedEmpty = 3
)

// formula reads a formula's cached value; the formula itself is not read.
func (s *xlsSheet) formula(r biffRecord) error {
	value, size := 6, 16 // where the value begins, and what the record has at least
	if s.version == 2 {
		value, size = 7, 16
	}
	if len(r.data) < size {
		return damaged("a FORMULA record of %d bytes", len(r.data))
	}
	row, c := le16(r.data)+1, Cell{Col: le16(r.data[2:]), Formula: true}
	var err error
	if s.version == 2 {
		c.Format = s.style2(r.data[5])
	} else if c.Format, err = s.style(le16(r.data[4:])); err != nil {
		return err
	}
	v, flags := r.data[value:value+8], int(r.data[value+8])
	if v[6] != 0xff || v[7] != 0xff {
		f := float64At(v)
		if uncomputed(f, flags) {
			return s.put(row, c)
		}
		s.computed = true
		if err := c.setFloat(f); err != nil {
			return err
		}
		return s.put(row, c)
	}
	switch v[0] {
	case cachedText:
		s.pending = &pendingText{row, c}
		return nil
	case cachedBool:
		s.computed = true
		err = c.setBoolErr(v[2], 0)
	case cachedError:
		s.computed = true
		err = c.setBoolErr(v[2], 1)
	case cachedEmpty:
		c.Text = emptyValue
		s.empties++
	default:
		return damaged("a formula's value of kind %d", v[0])
	}
	if err != nil {
		return err
	}
	return s.put(row, c)
}

// uncomputed reports a number that only stands in for a value.
// QUIRK: POI writes 0 and jxl a number of its own, both with the flag that
// asks for computing on load.
func uncomputed(f float64, flags int) bool {
	const onLoad = 2
	return flags&onLoad != 0 && (f == 0 || math.Float64bits(f) == 0xfce0000000004010)
}

// string reads the text of the formula before it.
func (s *xlsSheet) string(r biffRecord) error {
	if s.pending == nil {
		return nil
	}
	row, c := s.pending.row, s.pending.cell
	s.pending = nil
	parts, err := s.b.continued(r)
	if err != nil {
		return err
	}
	width := 2
	if r.kind == recString2 {
		width = 1
	}
	text, err := s.text(parts, width)
	if err != nil {
		return err
	}
	s.computed = true
	if err := s.setText(&c, text); err != nil {
		return err
	}
	return s.put(row, c)
}
