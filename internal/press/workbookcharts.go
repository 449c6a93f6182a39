package press

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/reporting"
)

// graph is a sheet with figures and the chart that Excel draws from them.
type graph struct {
	sheet
	head  []any
	rows  [][]any
	kind  kind // of all columns but the first
	axis  string
	chart excelize.ChartType // of the first figures; the second are a line
}

// charts adds the sheets with charts: the counties' completion against the
// pace, and the year's curve against the plan.
func (w *workbook) charts(p paper) (out []sheet, err error) {
	var graphs []graph
	if units := p.Ranked(reporting.Counties); len(units) > 0 {
		g := graph{sheet: sheet{name: w.name("完成率图"), title: p.Period.Chinese() + "份各县（市、区）投资完成率与序时进度", about: fmt.Sprintf("%d个地方", len(units))},
			head: []any{"地区", "占年度计划", "序时进度"}, kind: pct, axis: "0%", chart: excelize.Col}
		for _, u := range units {
			g.rows = append(g.rows, []any{tidy(u.Name), pct.value(u.YTDPct), pct.value(p.PacePct)})
		}
		graphs = append(graphs, g)
	}
	if len(p.Curve) > 0 {
		g := graph{sheet: sheet{name: w.name("年度曲线图"), title: fmt.Sprintf("%d年全市累计完成投资与年度计划（亿元）", p.Period.Year), about: fmt.Sprintf("%d个月", len(p.Curve))},
			head: []any{"月份", "累计完成投资（亿元）", "年度计划按月均摊（亿元）"}, kind: yi, axis: "#,##0", chart: excelize.Line}
		for _, r := range curveRows(p) {
			row := []any{r.label, nil, yi.value(r.plan)}
			if r.done != nil { // an empty cell is a gap, a dash would be drawn as nought
				row[1] = yi.value(*r.done)
			}
			g.rows = append(g.rows, row)
		}
		graphs = append(graphs, g)
	}
	for _, g := range graphs {
		if err := w.graph(p, g); err != nil {
			return nil, fmt.Errorf("sheet %q: %w", g.name, err)
		}
		out = append(out, g.sheet)
	}
	return out, nil
}

func (w *workbook) graph(p paper, g graph) error {
	f, last := w.file, len(g.rows)+1
	if _, err := f.NewSheet(g.name); err != nil {
		return err
	}
	if err := w.pages(g.name, true, 0); err != nil {
		return err
	}
	for i, r := range append([][]any{g.head}, g.rows...) {
		if err := f.SetSheetRow(g.name, cellName(1, i+1), &r); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		from, to string
		style    int
	}{{"A1", "C1", w.styles.head}, {"A2", cellName(1, last), w.styles.body[label]}, {"B2", cellName(3, last), w.styles.body[g.kind]}} {
		if err := f.SetCellStyle(g.name, x.from, x.to, x.style); err != nil {
			return err
		}
	}
	if err := f.SetSheetDimension(g.name, "A1:"+cellName(3, last+2)); err != nil {
		return err
	}
	if err := f.SetColWidth(g.name, "A", "C", 14); err != nil {
		return err
	}
	if err := f.SetCellValue(g.name, cellName(1, last+2), snapshotLine(p.Bulletin)); err != nil {
		return err
	}
	series := func(column string) []excelize.ChartSeries {
		cells := func(c string) string {
			return fmt.Sprintf("'%s'!$%s$2:$%s$%d", strings.ReplaceAll(g.name, "'", "''"), c, c, last)
		}
		return []excelize.ChartSeries{{Name: fmt.Sprintf("'%s'!$%s$1", g.name, column), Categories: cells("A"), Values: cells(column)}}
	}
	font := excelize.Font{Color: "000000", Size: 9}
	first := &excelize.Chart{Type: g.chart, Series: series("B"), Legend: excelize.ChartLegend{Position: "bottom"}, ShowBlanksAs: "gap",
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: g.title}}},
		XAxis:     excelize.ChartAxis{Font: font},
		YAxis:     excelize.ChartAxis{Font: font, NumFmt: excelize.ChartNumFmt{CustomNumFmt: g.axis}, MajorGridLines: true},
		Dimension: excelize.ChartDimension{Width: 860, Height: 420}}
	return f.AddChart(g.name, "E2", first, &excelize.Chart{Type: excelize.Line, Series: series("C")})
}
