package clerk

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/form"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
	"tongbao/internal/sheet"
)

// monthlyWorkbook has a title, a header and rows with sheet-wide borders.
func monthlyWorkbook(b *testing.B, title string, header []string, rows int, row func(i int) []any) []byte {
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	border := []excelize.Border{{Type: "left", Style: 1, Color: "000000"}, {Type: "right", Style: 1, Color: "000000"}, {Type: "top", Style: 1, Color: "000000"}, {Type: "bottom", Style: 1, Color: "000000"}}
	style := func(format int) int {
		id, err := f.NewStyle(&excelize.Style{NumFmt: format, Border: border, Alignment: &excelize.Alignment{WrapText: true}})
		must(err)
		return id
	}
	plain, money := style(0), style(2)
	must(f.SetCellValue("Sheet1", "A1", title))
	must(f.MergeCell("Sheet1", "A1", sheet.CellName(len(header)-1, 1)))
	set := func(col, row, style int, v any) {
		name := sheet.CellName(col, row)
		must(f.SetCellValue("Sheet1", name, v))
		must(f.SetCellStyle("Sheet1", name, name, style))
	}
	for col, h := range header {
		set(col, 2, plain, h)
	}
	for i := range rows {
		for col, v := range row(i) {
			s := plain
			if _, ok := v.(float64); ok {
				s = money
			}
			set(col, i+3, s, v)
		}
	}
	var buf bytes.Buffer
	must(f.Write(&buf))
	return buf.Bytes()
}

// countyLetter is a county's monthly letter: the three tables, a workbook each.
func countyLetter(b *testing.B) (raw []byte, books [][]byte) {
	name := func(i int) string {
		return fmt.Sprintf("%s%d号路网改造提升工程", [...]string{"城东", "城西", "城南", "城北"}[i%4], i+1)
	}
	progress := []string{"序号", "项目名称", "建设地点", "建设性质", "建设规模及内容", "责任单位", "责任领导", "计划总投资（万元）", "2021年计划投资（万元）", "本月完成投资（万元）", "1-3月累计完成投资（万元）", "开工以来累计完成投资（万元）", "年度投资完成率", "形象进度", "计划开工时间", "计划竣工时间", "实际开工时间", "是否开工", "是否竣工", "是否入统", "项目阶段", "存在问题", "联系人", "备注"}
	books = append(books, monthlyWorkbook(b, "修水县2021年3月城建项目进度表", progress, 40, func(i int) []any {
		plan, done := float64(1000+i*130), float64(200+i*17)
		return []any{i + 1, name(i), "义宁镇", "新建", fmt.Sprintf("道路%d.4公里，管网%d.1公里及附属设施", i%7+1, i%5+1), "县住建局", "张某", plan * 3, plan, float64(40 + i), done, done + 300, done / plan, fmt.Sprintf("完成路基工程的%d%%，正在铺设第%d段管网", 20+i, i+1), fmt.Sprintf("2020年%d月", i%6+5), "2021年12月", fmt.Sprintf("2020.10.%d", i%20+10), "是", "否", "是", "在建", "无", fmt.Sprintf("139000000%02d", i), "省重点"}
	}))
	books = append(books, monthlyWorkbook(b, "修水县2021年3月城建项目问题台账", []string{"序号", "项目名称", "存在问题", "问题类别", "解决措施", "责任单位", "责任人", "完成时限", "是否销号", "备注"}, 12, func(i int) []any {
		return []any{i + 1, name(i * 3), fmt.Sprintf("涉及%d户房屋征收协议未签订，影响管网施工", i+3), "征地拆迁", "由镇政府牵头，4月底前完成协议签订", "义宁镇", "李某", "2021年4月30日", "否", ""}
	}))
	books = append(books, monthlyWorkbook(b, "修水县2021年3月城建项目进度滞后清单", []string{"序号", "项目名称", "计划总投资（万元）", "2021年计划投资（万元）", "1-3月累计完成投资（万元）", "滞后原因", "整改措施", "责任单位", "责任人", "整改时限"}, 8, func(i int) []any {
		return []any{i + 1, name(i * 5), float64(3*1000 + i*1950), float64(1000 + i*650), float64(200 + i*85), "征地进度慢", "倒排工期", "县住建局", "王某", "2021年4月30日"}
	}))
	var w bytes.Buffer
	w.WriteString("From: =?utf-8?b?5L+u5rC0?= <xiushui@county.example.com>\r\nTo: <bao@city.example.com>\r\nSubject: =?utf-8?b?5L+u5rC05Y6/M+aciOaKpeihqA==?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n附上3月份三张表，请查收。\r\n")
	for i, data := range books {
		fmt.Fprintf(&w, "--b\r\nContent-Type: application/octet-stream; name=\"%d.xlsx\"\r\nContent-Transfer-Encoding: base64\r\n\r\n", i+1)
		text := base64.StdEncoding.EncodeToString(data)
		for len(text) > 76 {
			w.WriteString(text[:76] + "\r\n")
			text = text[76:]
		}
		w.WriteString(text + "\r\n")
	}
	w.WriteString("--b--\r\n")
	return w.Bytes(), books
}

// BenchmarkCountyLetter takes a county's letter with three workbooks from raw
// bytes to rows and findings, in one thread, in turn with what reading the
// grids of its workbooks takes. The child that the daemon has it opened in is
// left out.
func BenchmarkCountyLetter(b *testing.B) {
	n := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(n) })
	raw, books := countyLetter(b)
	register := reporting.NewRegister([]reporting.Submitter{{Name: "修水县", Group: reporting.Counties, Tables: reporting.Kinds}})
	terms := reporting.DefaultTerms(time.UTC) // of the configuration, made once as the daemon does
	now := time.Date(2021, 3, 25, 9, 0, 0, 0, time.UTC)
	var whole, opening, understanding, grids time.Duration
	for b.Loop() {
		for range 20 {
			start := processorTime()
			o := here("a.eml", raw, Options{})
			opened := processorTime()
			rows, findings := understood(o, register, terms, now)
			end := processorTime()
			if rows != 60 {
				b.Fatalf("%d rows, %v", rows, findings)
			}
			opening, understanding, whole = opening+opened-start, understanding+end-opened, whole+end-start
			start = processorTime()
			for _, data := range books {
				if _, err := sheet.Open("a.xlsx", data, sheet.Limits{}, nil); err != nil {
					b.Fatal(err)
				}
			}
			grids += processorTime() - start
		}
	}
	b.ReportMetric(0, "ns/op")
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(20*b.N) }
	b.ReportMetric(each(grids), "grids-µs")
	b.ReportMetric(each(opening), "open-µs")
	b.ReportMetric(each(understanding), "understand-µs")
	b.ReportMetric(float64(whole)/float64(grids), "letter/grids")
}

// understood is what form and review make of an opened letter.
func understood(o Opened, register *reporting.Register, terms reporting.Terms, now time.Time) (rows int, findings []reporting.Finding) {
	m := form.Material{File: "a.eml", Letter: &form.Head{From: o.Header.From, FromName: o.Header.FromName, Subject: o.Header.Subject, Received: now}}
	for _, d := range o.Documents {
		m.Documents = append(m.Documents, form.Document(d))
	}
	reading := form.Read(m, form.Knowledge{Register: register, Submitter: "修水县", Now: now, Zone: time.UTC})
	findings = reading.Findings
	for _, t := range reading.Tables {
		rows += len(t.Rows)
		c := review.Context{Terms: terms, Period: t.Period, Now: now, Tables: reading.Tables, Known: findings}
		findings = append(findings, review.Check(t, c)...)
	}
	return rows, findings
}

// processorTime is not lengthened by other programs on the machine.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
