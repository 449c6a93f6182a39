package sheet

// format reads a number format that the file spells out. Those of BIFF2 to 4
// are counted, those of later ones have a number.
func (w *xlsBook) format(r biffRecord) error {
	d, id := r.data, len(w.formats)
	width := 1
	if r.kind == recFormat {
		if len(d) < 2 {
			return damaged("a FORMAT record of %d bytes", len(d))
		}
		if w.version >= 5 {
			id = le16(d)
		}
		d = d[2:]
	}
	if w.version == 8 {
		width = 2
	}
	code, err := w.text([][]byte{d}, width)
	if err != nil {
		return err
	}
	if isGeneral(code) {
		code = ""
	}
	w.formats[id] = code
	return nil
}

// xf reads which number format a cell style has.
func (w *xlsBook) xf(r biffRecord) error {
	if len(r.data) < 4 {
		return damaged("an XF record of %d bytes", len(r.data))
	}
	id := int(r.data[1])
	if r.kind == recXF {
		id = le16(r.data[2:])
	}
	w.xfs = append(w.xfs, id)
	return nil
}

// style is the number format of a cell style, as Cell.Format has it.
// QUIRK: simple exporters write no styles at all.
func (w *xlsBook) style(xf int) (string, error) {
	if w.version < 5 {
		xf &= 0x0fff
	}
	if len(w.xfs) == 0 {
		return "", nil
	}
	if xf >= len(w.xfs) {
		return "", damaged("the style %d of %d", xf, len(w.xfs))
	}
	code, ok := w.formats[w.xfs[xf]]
	if !ok && w.version >= 5 {
		code = builtinFormat(w.xfs[xf])
	}
	return code, nil
}

// style2 is the number format in the second byte of a BIFF2 cell's attributes.
func (w *xlsBook) style2(attribute byte) string { return w.formats[int(attribute&0x3f)] }
