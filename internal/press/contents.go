package press

// contents writes the first sheet: what the others hold, with links.
func (w *workbook) contents(p paper, sheets []sheet) error {
	f, s := w.file, w.styles
	if err := w.pages(contents, false, 0); err != nil {
		return err
	}
	for i, width := range []float64{8, 26, 52} {
		column := string(rune('A' + i))
		if err := f.SetColWidth(contents, column, column, width); err != nil {
			return err
		}
	}
	title := w.title
	if !p.Office.Released {
		title += "（" + draftMark + "）"
	}
	rows := [][]any{{title}, {snapshotLine(p.Bulletin)}, {"序号", "工作表", "内容"}}
	for i, x := range sheets {
		rows = append(rows, []any{i + 1, x.name, x.title + "（" + x.about + "）"})
	}
	for i, r := range rows {
		if err := f.SetSheetRow(contents, cellName(1, i+1), &r); err != nil {
			return err
		}
	}
	last := len(rows)
	for _, x := range []struct {
		from, to string
		style    int
	}{{"A1", "C1", s.title}, {"A2", "C2", s.note}, {"A3", "C3", s.head}, {"A4", cellName(3, last), s.plain}, {"B4", cellName(2, last), s.link}} {
		if err := f.SetCellStyle(contents, x.from, x.to, x.style); err != nil {
			return err
		}
	}
	for _, row := range []string{"1", "2"} {
		if err := f.MergeCell(contents, "A"+row, "C"+row); err != nil {
			return err
		}
	}
	if err := f.SetSheetDimension(contents, "A1:"+cellName(3, last)); err != nil {
		return err
	}
	if err := f.SetRowHeight(contents, 1, 32); err != nil {
		return err
	}
	for i, x := range sheets {
		if err := f.SetCellHyperLink(contents, cellName(2, i+4), "'"+x.name+"'!A1", "Location"); err != nil {
			return err
		}
	}
	return nil
}
