package sheet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// countyWorkbook is a county's monthly workbook, another for each seed: up to 40
// rows and 24 columns under a merged title and a header of two rows, with shared
// texts, amounts, percentages, dates, sums with their values, borders, widths.
func countyWorkbook(b testing.TB, seed uint64) []byte {
	rnd := rand.New(rand.NewPCG(seed, 7))
	rows, cols := 8+rnd.IntN(33), 12+rnd.IntN(13)
	if seed%4 == 0 {
		rows, cols = 40, 24
	}
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	border := []excelize.Border{{Type: "left", Style: 1, Color: "000000"}, {Type: "right", Style: 1, Color: "000000"}, {Type: "top", Style: 1, Color: "000000"}, {Type: "bottom", Style: 1, Color: "000000"}}
	style := func(format int) int {
		id, err := f.NewStyle(&excelize.Style{NumFmt: format, Border: border, Font: &excelize.Font{Family: "仿宋_GB2312", Size: 11}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
		must(err)
		return id
	}
	plain, money, percent, date := style(0), style(2), style(10), style(57)
	set := func(col, row, style int, v any) {
		name := CellName(col, row)
		must(f.SetCellValue("Sheet1", name, v))
		must(f.SetCellStyle("Sheet1", name, name, style))
	}
	last := ColumnName(cols - 1)
	set(0, 1, plain, fmt.Sprintf("修水县2021年%d月城建项目进度表", 1+seed%12))
	must(f.MergeCell("Sheet1", "A1", last+"1"))
	for col := range cols {
		set(col, 2, plain, [...]string{"序号", "项目名称", "责任单位", "投资情况（万元）", "", "", "形象进度", "开工时间", "备注"}[min(col, 8)])
		set(col, 3, plain, fmt.Sprintf("第%d栏（万元）", col))
	}
	must(f.MergeCell("Sheet1", "D2", "F2"))
	for _, col := range []string{"A", "B", "C", "G", "H", "I"} {
		must(f.MergeCell("Sheet1", col+"2", col+"3"))
	}
	must(f.SetColWidth("Sheet1", "B", "C", 24))
	for row := 4; row < 4+rows; row++ {
		must(f.SetRowHeight("Sheet1", row, 36))
		for col := range cols {
			switch {
			case col == 0:
				set(col, row, plain, row-3)
			case col == 1:
				set(col, row, plain, fmt.Sprintf("%s路网改造提升工程（%d期）", [...]string{"城东", "城西", "城南", "城北", "老城区"}[rnd.IntN(5)], row))
			case col == 2:
				set(col, row, plain, [...]string{"县住建局", "县城管局", "县交通局", "县城投公司"}[rnd.IntN(4)])
			case col%6 == 0:
				set(col, row, plain, [...]string{"完成主体工程量的六成", "正在办理前期手续", "已完工，待验收", "征地拆迁完成，正进场施工，累计完成管网铺设1.2公里"}[rnd.IntN(4)])
			case col%6 == 1:
				set(col, row, date, 44000+rnd.IntN(400))
			case col%6 == 2:
				set(col, row, percent, float64(rnd.IntN(10000))/10000)
			case col%6 == 4 && rnd.IntN(3) == 0:
				set(col, row, plain, nil) // a blank with a border
			default:
				set(col, row, money, float64(rnd.IntN(5_000_000))/100)
			}
		}
	}
	sum := 4 + rows
	set(1, sum, plain, "合计")
	for col := 3; col < 6; col++ {
		set(col, sum, money, float64(rnd.IntN(50_000_000))/100)
	}
	var buf bytes.Buffer
	must(f.Write(&buf))
	return withFormulas(buf.Bytes(), sum)
}

// withFormulas gives the sums their formulas: excelize drops a cell's value
// when it sets one, Excel and WPS write both.
func withFormulas(data []byte, sum int) []byte {
	return repack(data, func(name string, part []byte) []byte {
		if name != "xl/worksheets/sheet1.xml" {
			return part
		}
		for col := 3; col < 6; col++ {
			at := bytes.Index(part, fmt.Appendf(nil, `<c r="%s"`, CellName(col, sum)))
			at += bytes.Index(part[at:], []byte("<v>"))
			part = insert(part, at, fmt.Sprintf("<f>SUM(%s:%s)</f>", CellName(col, 4), CellName(col, sum-1)))
		}
		return part
	})
}

// cost is what running took: processor time, which other programs on the
// machine do not lengthen, and bytes allocated.
type cost struct {
	time  time.Duration
	bytes uint64
}

func (c *cost) add(run func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processorTime()
	run()
	c.time += processorTime() - start
	runtime.ReadMemStats(&after)
	c.bytes += after.TotalAlloc - before.TotalAlloc
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// oneThread lets a benchmark run in one thread.
func oneThread(b *testing.B) {
	n := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(n) })
}

// BenchmarkThousandWorkbooks reads a thousand counties' workbooks in one thread,
// in turn with excelize. Ours checks every byte and yields values, formats,
// merges and what is hidden; excelize yields raw values.
func BenchmarkThousandWorkbooks(b *testing.B) {
	oneThread(b)
	books := make([][]byte, 1000)
	for i := range books {
		books[i] = countyWorkbook(b, uint64(i))
	}
	var ours, theirs cost
	for b.Loop() {
		for part := range 20 {
			batch := books[part*50 : part*50+50]
			cells, same := 0, 0
			ours.add(func() { cells = readOurs(b, batch) })
			theirs.add(func() { same = readTheirs(b, batch) })
			if cells != same {
				b.Fatalf("%d cells, excelize has %d", cells, same)
			}
		}
	}
	report(b, ours, theirs)
}

// report prints both costs and their ratios.
func report(b *testing.B, ours, theirs cost) {
	b.ReportMetric(0, "ns/op")
	n := float64(b.N)
	b.ReportMetric(float64(ours.time.Milliseconds())/n, "ours-ms")
	b.ReportMetric(float64(theirs.time.Milliseconds())/n, "excelize-ms")
	b.ReportMetric(float64(ours.time)/float64(theirs.time), "time-ratio")
	b.ReportMetric(float64(ours.bytes)/float64(theirs.bytes), "memory-ratio")
}

func readOurs(b *testing.B, books [][]byte) (cells int) {
	for _, data := range books {
		book, err := Open("a.xlsx", data, Limits{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range book.Grids[0].Rows {
			cells += len(row.Cells)
		}
	}
	return cells
}

func readTheirs(b *testing.B, books [][]byte) (cells int) {
	for _, data := range books {
		f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true})
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		for _, row := range rows {
			for _, v := range row {
				if v != "" {
					cells++
				}
			}
		}
	}
	return cells
}
