package press

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/reporting"
)

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
	title := heading(p) + "附表"
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

// chart adds a sheet with the counties' completion against the pace, as a
// chart that Excel draws from the figures beside it.
func (w *workbook) chart(p paper) (*sheet, error) {
	units := p.Ranked(reporting.Counties)
	if len(units) == 0 {
		return nil, nil
	}
	name := w.name("完成率图")
	if _, err := w.file.NewSheet(name); err != nil {
		return nil, err
	}
	if err := w.pages(name, true, 0); err != nil {
		return nil, err
	}
	rows := [][]any{{"地区", "占年度计划", "序时进度"}}
	for _, u := range units {
		rows = append(rows, []any{u.Name, pct.value(u.YTDPct), pct.value(p.PacePct)})
	}
	last := len(rows)
	for i, r := range rows {
		if err := w.file.SetSheetRow(name, cellName(1, i+1), &r); err != nil {
			return nil, err
		}
	}
	for _, x := range []struct {
		from, to string
		style    int
	}{{"A1", "C1", w.styles.head}, {"A2", cellName(1, last), w.styles.body[label]}, {"B2", cellName(3, last), w.styles.body[pct]}} {
		if err := w.file.SetCellStyle(name, x.from, x.to, x.style); err != nil {
			return nil, err
		}
	}
	if err := w.file.SetSheetDimension(name, "A1:"+cellName(3, last+2)); err != nil {
		return nil, err
	}
	if err := w.file.SetColWidth(name, "A", "C", 14); err != nil {
		return nil, err
	}
	if err := w.file.SetCellValue(name, cellName(1, last+2), snapshotLine(p.Bulletin)); err != nil {
		return nil, err
	}
	series := func(column string) []excelize.ChartSeries {
		cells := func(c string) string {
			return fmt.Sprintf("'%s'!$%s$2:$%s$%d", strings.ReplaceAll(name, "'", "''"), c, c, last)
		}
		return []excelize.ChartSeries{{Name: fmt.Sprintf("'%s'!$%s$1", name, column), Categories: cells("A"), Values: cells(column)}}
	}
	bars := &excelize.Chart{Type: excelize.Col, Series: series("B"), Legend: excelize.ChartLegend{Position: "bottom"},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: p.Period.Chinese() + "份各县（市、区）投资完成率与序时进度"}}},
		XAxis:     excelize.ChartAxis{Font: excelize.Font{Color: "000000", Size: 9}},
		YAxis:     excelize.ChartAxis{Font: excelize.Font{Color: "000000", Size: 9}, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "0%"}, MajorGridLines: true},
		Dimension: excelize.ChartDimension{Width: 860, Height: 420}}
	line := &excelize.Chart{Type: excelize.Line, Series: series("C")}
	if err := w.file.AddChart(name, "E2", bars, line); err != nil {
		return nil, err
	}
	return &sheet{name: name, title: "投资完成率与序时进度对比图", about: fmt.Sprintf("%d个地方", len(units))}, nil
}
