package sheet

import (
	"bytes"
	"encoding/base64"
	_ "image/png"
	"testing"

	"github.com/xuri/excelize/v2"
)

// richWorkbook has all that marking must keep: formulas, validations, a chart,
// a picture, names, conditional formats, protection, comments of the clerk's own.
func richWorkbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const s = "进度表"
	must(f.SetSheetName("Sheet1", s))
	for i, row := range [][]any{{"修水县2021年城建项目进度表（3月）"}, {"序号", "项目名称", "总投资", "年计划", "本月", "累计"}, {1, "滨湖路", 1000, 500, 10, 30}, {2, "南门公园", 2000, 800, 20, 60},
		{3, "水厂", 3000, 900, 30, 90}, {"合计"}} {
		must(f.SetSheetRow(s, CellName(0, i+1), &row))
	}
	must(f.MergeCell(s, "A1", "F1"))
	must(f.SetCellFormula(s, "C6", "SUM(C3:C5)"))
	v := excelize.NewDataValidation(true)
	v.Sqref = "G3:G5"
	must(v.SetDropList([]string{"是", "否"}))
	must(f.AddDataValidation(s, v))
	red, err := f.NewConditionalStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}}})
	must(err)
	must(f.SetConditionalFormat(s, "F3:F5", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Value: "50", Format: &red}}))
	must(f.AddChart(s, "H2", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: s + "!$C$2", Categories: s + "!$B$3:$B$5", Values: s + "!$C$3:$C$5"}}}))
	png, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	must(err)
	must(f.AddPictureFromBytes(s, "H20", &excelize.Picture{Extension: ".png", File: png}))
	must(f.SetDefinedName(&excelize.DefinedName{Name: "计划", RefersTo: s + "!$D$3:$D$5"}))
	must(f.AddComment(s, excelize.Comment{Cell: "A4", Author: "县", Text: "县里自己的批注"}))
	must(f.AddComment(s, excelize.Comment{Cell: "C5", Author: "县", Text: "另一条"}))
	must(f.SetPanes(s, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 2, TopLeftCell: "C3", ActivePane: "bottomRight"}))
	must(f.AutoFilter(s, "A2:F5", nil))
	must(f.SetColOutlineLevel(s, "D", 1))
	_, err = f.NewSheet("台账")
	must(err)
	must(f.SetSheetRow("台账", "A1", &[]any{"序号", "项目名称", "问题", "措施", "时限"}))
	must(f.SetSheetRow("台账", "A2", &[]any{1, "滨湖路", "征迁", "加快", "6月底"}))
	must(f.ProtectSheet("台账", &excelize.SheetProtectionOptions{SelectLockedCells: true}))
	must(f.AddTable("台账", &excelize.Table{Range: "A1:E2", Name: "台账表"}))
	out, err := f.WriteToBuffer()
	must(err)
	return bytes.Clone(out.Bytes())
}
