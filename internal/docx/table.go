package docx

func (t Table) write(w *writer) {
	total := 0
	for _, c := range t.Columns {
		total += c
	}
	w.put(`<w:tbl><w:tblPr>`)
	w.put(`<w:tblW w:w="%d" w:type="dxa"/>`, total)
	w.put(`<w:tblInd w:w="%d" w:type="dxa"/>`, t.Indent)
	w.put(`<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="%d" w:type="dxa"/><w:right w:w="%d" w:type="dxa"/></w:tblCellMar></w:tblPr>`, t.CellMargin, t.CellMargin)
	w.put(`<w:tblGrid>`)
	for _, c := range t.Columns {
		w.put(`<w:gridCol w:w="%d"/>`, c)
	}
	w.put(`</w:tblGrid>`)
	for i, r := range t.Rows {
		w.put(`<w:tr><w:trPr><w:cantSplit/>`)
		if r.Height > 0 {
			rule := "atLeast"
			if r.Exact {
				rule = "exact"
			}
			w.put(`<w:trHeight w:val="%d" w:hRule="%s"/>`, r.Height, rule)
		}
		if i < t.Header {
			w.put(`<w:tblHeader/>`)
		}
		w.put(`</w:trPr>`)
		col := 0
		for _, c := range r.Cells {
			span := max(1, c.Span)
			width := 0
			for _, x := range t.Columns[min(col, len(t.Columns)):min(col+span, len(t.Columns))] {
				width += x
			}
			col += span
			w.cell(t, c, width)
		}
		w.put(`</w:tr>`)
	}
	w.put(`</w:tbl>`)
}

func (w *writer) cell(t Table, c Cell, width Twips) {
	w.put(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
	if c.Span > 1 {
		w.put(`<w:gridSpan w:val="%d"/>`, c.Span)
	}
	switch c.Down {
	case 1:
		w.put(`<w:vMerge w:val="restart"/>`)
	case 2:
		w.put(`<w:vMerge/>`)
	}
	w.put(`<w:tcBorders>`)
	for _, x := range []struct {
		side string
		own  *Border
	}{{"top", c.Top}, {"left", c.LeftLine}, {"bottom", c.Bottom}, {"right", c.RightLine}} {
		b := t.Border
		if x.own != nil {
			b = *x.own
		}
		if b.Size == 0 {
			w.put(`<w:%s w:val="nil"/>`, x.side)
			continue
		}
		w.border(x.side, b)
	}
	w.put(`</w:tcBorders>`)
	if c.Fill != "" {
		w.put(`<w:shd w:val="clear" w:color="auto" w:fill="%s"/>`, c.Fill)
	}
	w.put(`<w:vAlign w:val="center"/></w:tcPr>`)
	if len(c.Paragraphs) == 0 {
		w.paragraph(Paragraph{OffGrid: true}, nil)
	}
	for _, p := range c.Paragraphs {
		p.OffGrid = true // the grid would double the height of small lines
		w.paragraph(p, nil)
	}
	w.put(`</w:tc>`)
}
