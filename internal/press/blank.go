package press

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/reporting"
)

// blankForm is a form while it is written.
type blankForm struct {
	file   *excelize.File
	p      Prefill
	styles map[blankStyle]int
}

// blankStyle is how a cell of a form looks, and whether it can be written in.
type blankStyle struct {
	format, align string
	bold, head    bool
	given         bool // it is filled in already
	lined, locked bool
	size          float64
	family        string
}

func (w *blankForm) style(s blankStyle) (int, error) {
	if id, ok := w.styles[s]; ok {
		return id, nil
	}
	if s.size == 0 {
		s.size = 10
	}
	if s.family == "" {
		s.family = "宋体"
	}
	st := excelize.Style{Font: &excelize.Font{Family: s.family, Size: s.size, Bold: s.bold},
		Alignment: &excelize.Alignment{Horizontal: s.align, Vertical: "center", WrapText: s.lined}, Protection: &excelize.Protection{Locked: s.locked}}
	if s.format != "" {
		st.CustomNumFmt = &s.format
	}
	if s.head {
		st.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7EDF5"}}
	} else if s.given {
		st.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F5F5F5"}}
	}
	if s.lined {
		for _, side := range []string{"left", "top", "right", "bottom"} {
			st.Border = append(st.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	id, err := w.file.NewStyle(&st)
	w.styles[s] = id
	return id, err
}

// The rows of a form.
const (
	formTitle  = 1
	formLine   = 2 // 填报单位, 填报日期, 单位
	formHeader = 3
)

// table writes one sheet.
func (w *blankForm) table(k reporting.Kind) error {
	sheet, rows := k.Short(), w.p.rows(k)
	var last []reporting.Row
	for _, r := range rows {
		last = append(last, r.row)
	}
	columns := w.p.columns(k, last)
	first := formHeader + 1
	if k == reporting.Progress {
		first++ // the totals stand above the projects
	}
	end := first + len(rows) + spareRows - 1
	for _, step := range []func() error{
		func() error { return w.above(k, sheet, columns) },
		func() error { return w.header(sheet, columns) },
		func() error { return w.totals(k, sheet, columns, first, end) },
		func() error { return w.body(sheet, columns, rows, first, end) },
		func() error { return w.below(k, sheet, len(columns), end+1) },
		func() error { return w.lists(sheet, columns, first, end) },
		func() error { return w.paper(sheet, columns) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// put writes a value and its style over a part of a row.
func (w *blankForm) put(sheet string, from, to, row int, v any, s blankStyle) error {
	id, err := w.style(s)
	if err != nil {
		return err
	}
	a, b := cellName(from, row), cellName(to, row)
	if err := w.file.SetCellStyle(sheet, a, b, id); err != nil {
		return err
	}
	if from < to {
		if err := w.file.MergeCell(sheet, a, b); err != nil {
			return err
		}
	}
	if v == nil {
		return nil
	}
	return w.file.SetCellValue(sheet, a, v)
}

// above writes the title, and the line with who reports, when, and the unit.
func (w *blankForm) above(k reporting.Kind, sheet string, columns []formColumn) error {
	p, n := w.p, len(columns)
	title := fmt.Sprintf("%s%d年%s（%d月）", p.Submitter.Name, p.Period.Year, k.Title(), int(p.Period.Month))
	if err := w.put(sheet, 1, n, formTitle, title, blankStyle{align: "center", locked: true, size: 18, family: song}); err != nil {
		return err
	}
	who := p.Submitter.Name
	if p.Submitter.Group != reporting.Central {
		who += "“城建项目大会战”指挥部办公室"
	}
	unit := "单位：万元、%"
	if k == reporting.Issues {
		unit = ""
	}
	half := n * 2 / 5
	if err := w.put(sheet, 1, half, formLine, "填报单位（盖章）："+who, blankStyle{align: "left", locked: true}); err != nil {
		return err
	}
	if err := w.put(sheet, half+1, n-3, formLine, "填报日期：", blankStyle{align: "left", format: "@"}); err != nil {
		return err
	}
	if err := w.put(sheet, n-2, n, formLine, unit, blankStyle{align: "right", locked: true}); err != nil {
		return err
	}
	if err := w.file.SetRowHeight(sheet, formTitle, 34); err != nil {
		return err
	}
	return w.file.SetRowHeight(sheet, formLine, 20)
}

func (w *blankForm) header(sheet string, columns []formColumn) error {
	for i, c := range columns {
		if err := w.put(sheet, i+1, i+1, formHeader, c.head, blankStyle{align: "center", head: true, lined: true, locked: true, family: "黑体"}); err != nil {
			return err
		}
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := w.file.SetColWidth(sheet, name, name, c.width); err != nil {
			return err
		}
	}
	return w.file.SetRowHeight(sheet, formHeader, 44)
}

// totals writes 合计, in which parts are left out: their package counts.
func (w *blankForm) totals(k reporting.Kind, sheet string, columns []formColumn, first, end int) error {
	if k != reporting.Progress {
		return nil
	}
	row := first - 1
	for i, c := range columns {
		s := blankStyle{align: "right", bold: true, head: true, lined: true, locked: true, format: formatOf(c)}
		var v any
		if c.field == reporting.FProjectName {
			s.align, v = "center", "合计"
		}
		if err := w.put(sheet, i+1, i+1, row, v, s); err != nil {
			return err
		}
		formula := ""
		switch {
		case c.field == reporting.FYTDPct:
			formula = w.ratio(columns, reporting.FYTDDone, reporting.FYearPlan, row)
		case c.field == reporting.FAllPct:
			formula = w.ratio(columns, reporting.FAllDone, reporting.FTotalInvest, row)
		case c.field.Type() == reporting.TypeMoney:
			formula = fmt.Sprintf(`SUM(%[3]s%[1]d:%[3]s%[2]d)-SUMIF($A$%[1]d:$A$%[2]d,"*.*",%[3]s%[1]d:%[3]s%[2]d)`, first, end, letterOf(i))
		}
		if formula != "" {
			if err := w.file.SetCellFormula(sheet, cellName(i+1, row), formula); err != nil {
				return err
			}
		}
	}
	return w.file.SetRowHeight(sheet, row, 22)
}

func letterOf(i int) string { return strings.TrimRight(cellName(i+1, 1), "1") }

// ratio is the formula of a share; "" where one of its amounts has no column.
func (w *blankForm) ratio(columns []formColumn, part, whole reporting.Field, row int) string {
	a, b := "", ""
	for i, c := range columns {
		switch c.field {
		case part:
			a = cellName(i+1, row)
		case whole:
			b = cellName(i+1, row)
		}
	}
	if a == "" || b == "" {
		return ""
	}
	return fmt.Sprintf(`IF(AND(ISNUMBER(%s),N(%s)>0),%s/%s,"")`, a, b, a, b)
}

func formatOf(c formColumn) string {
	switch c.field.Type() {
	case reporting.TypeMoney:
		return "#,##0.00"
	case reporting.TypePercent:
		return "0.00%"
	}
	return "@" // also of the number: 1.10 is no 1.1
}

func (w *blankForm) body(sheet string, columns []formColumn, rows []formRow, first, end int) error {
	for row := first; row <= end; row++ {
		height := 22.0
		for i, c := range columns {
			s := blankStyle{align: "left", lined: true, format: formatOf(c)}
			switch c.field.Type() {
			case reporting.TypeMoney, reporting.TypePercent:
				s.align = "right"
			case reporting.TypeFlag, reporting.TypeNature, reporting.TypeStatus, reporting.TypeDate:
				s.align = "center"
			}
			if c.field == reporting.FSeq {
				s.align = "center"
			}
			var v any
			if row-first < len(rows) {
				v = w.p.value(c.field, rows[row-first])
				s.given = v != nil
				if text, ok := v.(string); ok {
					height = max(height, 14*(1+float64(2*utf8.RuneCountInString(text))/c.width))
				}
			}
			if err := w.put(sheet, i+1, i+1, row, v, s); err != nil {
				return err
			}
			if formula := w.share(columns, c.field, row); formula != "" {
				if err := w.file.SetCellFormula(sheet, cellName(i+1, row), formula); err != nil {
					return err
				}
			}
		}
		if err := w.file.SetRowHeight(sheet, row, min(height, 300)); err != nil {
			return err
		}
	}
	return nil
}

// share is the formula of a row's share, "" for other fields.
func (w *blankForm) share(columns []formColumn, f reporting.Field, row int) string {
	switch f {
	case reporting.FYTDPct:
		return w.ratio(columns, reporting.FYTDDone, reporting.FYearPlan, row)
	case reporting.FAllPct:
		return w.ratio(columns, reporting.FAllDone, reporting.FTotalInvest, row)
	}
	return ""
}

// below writes who signs, and how the form is filled in.
func (w *blankForm) below(k reporting.Kind, sheet string, n, row int) error {
	third := max(1, n/3)
	for i, s := range []string{"填报人：", "审核人：", "联系电话："} {
		to := (i + 1) * third
		if i == 2 {
			to = n
		}
		if err := w.put(sheet, i*third+1, to, row, s, blankStyle{align: "left", format: "@"}); err != nil {
			return err
		}
	}
	note := "填表说明：1.灰底单元格按上月所报预填，有变动的直接修改；白底单元格为本月应填内容。2.新增项目填在空行，不够可插入行；子项目按1.1、1.2编号，列在所属项目之下。3.表头和合计不需改动。"
	switch k {
	case reporting.Issues:
		note = "填表说明：1.灰底单元格为上月未销号的问题，请逐条填写进展和销号状态。2.新增问题填在空行。3.本月无问题的，删去预填各行，在“项目名称”栏填“无”。"
	case reporting.Lagging:
		note = "填表说明：1.灰底单元格为上月列入清单的项目，已赶上进度的请删去该行。2.新增项目填在空行。3.本月无滞后项目的，删去预填各行，在“项目名称”栏填“无”。"
	}
	if err := w.put(sheet, 1, n, row+1, note, blankStyle{align: "left", locked: true, size: 9}); err != nil {
		return err
	}
	return w.file.SetRowHeight(sheet, row, 22)
}

// lists offers what can be chosen.
func (w *blankForm) lists(sheet string, columns []formColumn, first, end int) error {
	for i, c := range columns {
		if len(c.list) == 0 {
			continue
		}
		v := excelize.NewDataValidation(true)
		v.Sqref = cellName(i+1, first) + ":" + cellName(i+1, end)
		if err := v.SetDropList(c.list); err != nil {
			return err
		}
		v.SetError(excelize.DataValidationErrorStyleWarning, c.head, "请从列表中选择："+strings.Join(c.list, "、"))
		if err := w.file.AddDataValidation(sheet, v); err != nil {
			return err
		}
	}
	return nil
}

// paper lays the sheet on A4, keeps its header in sight and locks it.
func (w *blankForm) paper(sheet string, columns []formColumn) error {
	if err := (&workbook{file: w.file}).pages(sheet, true, formHeader); err != nil {
		return err
	}
	split := 0
	for i, c := range columns {
		if c.field == reporting.FProjectName {
			split = i + 1
		}
	}
	if err := w.file.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: split, YSplit: formHeader, TopLeftCell: cellName(split+1, formHeader+1), ActivePane: "bottomRight"}); err != nil {
		return err
	}
	return w.file.ProtectSheet(sheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatCells: true, FormatColumns: true,
		FormatRows: true, InsertRows: true, DeleteRows: true, InsertHyperlinks: true, Sort: true, AutoFilter: true, EditObjects: true, EditScenarios: true})
}
