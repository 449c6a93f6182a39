package sheet

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// countyWorkbook is a county's monthly workbook: 40 projects, 24 columns, half
// of them numbers.
func countyWorkbook(b *testing.B) []byte {
	f := excelize.NewFile()
	defer f.Close()
	money, err := f.NewStyle(&excelize.Style{NumFmt: 2})
	if err != nil {
		b.Fatal(err)
	}
	f.SetCellValue("Sheet1", "A1", "修水县2021年3月城建项目进度表")
	f.MergeCell("Sheet1", "A1", "X1")
	for row := 2; row <= 41; row++ {
		for col := range 24 {
			name := CellName(col, row)
			switch {
			case row == 2:
				f.SetCellValue("Sheet1", name, fmt.Sprintf("第%d列（万元）", col))
			case col%2 == 0:
				f.SetCellValue("Sheet1", name, float64(row*col)*12.34)
				f.SetCellStyle("Sheet1", name, name, money)
			default:
				f.SetCellValue("Sheet1", name, fmt.Sprintf("第%d行第%d列的形象进度", row, col))
			}
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkOpen reads a county's workbook: ours checks every byte and yields
// values, formats, merges and what is hidden; excelize yields raw values.
func BenchmarkOpen(b *testing.B) {
	data := countyWorkbook(b)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			book, err := Open("a.xlsx", data, Limits{}, nil)
			if err != nil || len(book.Grids[0].Rows) != 41 {
				b.Fatal(err)
			}
		}
	})
	b.Run("excelize", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
			if err != nil {
				b.Fatal(err)
			}
			rows, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
			if err != nil || len(rows) != 41 {
				b.Fatal(err)
			}
			f.Close()
		}
	})
}
