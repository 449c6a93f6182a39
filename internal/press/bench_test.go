package press

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// large is a month of 13 counties with 500 projects each.
func large() bulletin.Bulletin {
	units := reporting.JiujiangCounties()
	m := newMonth(march, units...)
	for i, u := range units {
		var rows, late, issues []reporting.Row
		for j := range 500 {
			plan := 1000 + (i*37+j*11)%9000
			name := fmt.Sprintf("%s第%d号道路及雨污分流管网改造工程", u.Name, j+1)
			rows = append(rows, fields(6+j, reporting.FProjectName, name, reporting.FCategory, "道路桥梁", reporting.FNature, []string{"renewed", "new", "finish"}[j%3],
				reporting.FTotalInvest, plan*3, reporting.FYearPlan, plan, reporting.FMonthDone, float64(plan)/17, reporting.FYTDDone, float64(plan*(5+(i+j)%40))/100,
				reporting.FIsStarted, j%4 != 0, reporting.FInStats, j%5 != 0, reporting.FPlanStart, "2021-03", reporting.FProgressText, "完成基础施工，正在进行主体施工，累计完成形象进度的三成。",
				reporting.FRespUnit, u.Name+"住建局", reporting.FLeader, "某某"))
			if j%10 == 0 {
				late = append(late, fields(5+j, reporting.FProjectName, name, reporting.FReason, "征地拆迁未完成，涉及12户", reporting.FMeasure, "倒排工期", reporting.FCatchUpAt, "2021-06"))
				issues = append(issues, fields(5+j, reporting.FProjectName, name, reporting.FProblem, "征地拆迁未完成", reporting.FCoordUnit, "市自然资源局", reporting.FRaisedAt, "2021-03", reporting.FStatus, "open"))
			}
		}
		m.sent(u.Name, reporting.Progress, reporting.OnTime, rows...)
		m.sent(u.Name, reporting.Lagging, reporting.OnTime, late...)
		m.sent(u.Name, reporting.Issues, reporting.OnTime, issues...)
	}
	return bulletin.Compute(m.in)
}

// BenchmarkForms sets the large month in Word, Excel and as a letter with its
// charts; BenchmarkCells has excelize write the annex's cells and no more. The
// first may take twice the second's time (docs/BENCHMARKS.md).
func BenchmarkForms(b *testing.B) {
	month := large()
	set, err := templates.Load("")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var most uint64
	for b.Loop() {
		if _, err := Word(month, office, set); err != nil {
			b.Fatal(err)
		}
		if _, err := Workbook(month, office); err != nil {
			b.Fatal(err)
		}
		if _, _, _, err := Mail(month, office, set, ""); err != nil {
			b.Fatal(err)
		}
		if _, err := Pictures(month, office); err != nil {
			b.Fatal(err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapSys+m.StackSys)
	}
	b.ReportMetric(float64(most)/(1<<20), "MiB-from-system")
}

// cellsOf are the annex's sheets as bare values.
func cellsOf(b *testing.B, month bulletin.Bulletin) map[string][][]any {
	out := map[string][][]any{}
	n := 0
	for _, s := range sheetsOf(newPaper(month, office)) {
		for _, l := range s.lists {
			l = l.full()
			for _, x := range l.lines {
				row := make([]any, len(x.cells))
				for i, v := range x.cells {
					row[i] = l.columns[i].kind.value(v)
				}
				out[s.name] = append(out[s.name], row)
				n += len(row)
			}
		}
	}
	b.ReportMetric(float64(n), "cells")
	return out
}

func BenchmarkCells(b *testing.B) {
	cells := cellsOf(b, large())
	b.ReportAllocs()
	for b.Loop() {
		f := excelize.NewFile()
		for name, rows := range cells {
			if _, err := f.NewSheet(name); err != nil {
				b.Fatal(err)
			}
			for i, r := range rows {
				if err := f.SetSheetRow(name, cellName(1, i+1), &r); err != nil {
					b.Fatal(err)
				}
			}
		}
		if _, err := f.WriteToBuffer(); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
