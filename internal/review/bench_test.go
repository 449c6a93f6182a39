package review

import (
	"fmt"
	"testing"

	"tongbao/internal/reporting"

	"github.com/shopspring/decimal"
)

// BenchmarkCheck reviews tables of growing length against last month's and a
// lagging list; ns/row must not grow with the table.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1000, 4000, 16000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			make := func(k reporting.Kind, p reporting.Period, every int) reporting.Table {
				t := reporting.Table{Kind: k, Period: p, Title: "修水县城建项目进度表（共9个项目）"}
				for i := range n / every {
					amount := decimal.NewFromInt(int64(100 + i%900))
					t.Rows = append(t.Rows, reporting.Row{Row: i + 5, Fields: map[reporting.Field]reporting.Value{
						reporting.FProjectName: reporting.Text(fmt.Sprintf("第%d号路%s改造提升工程", i*every, p)), reporting.FTotalInvest: reporting.Number(amount.Mul(hundred)),
						reporting.FYearPlan: reporting.Number(amount), reporting.FMonthDone: reporting.Number(amount), reporting.FYTDDone: reporting.Number(amount),
						reporting.FProgressText: reporting.Text("路基"), reporting.FCategory: reporting.Text(fmt.Sprintf("第%d类", i/50)),
					}})
					if i%50 == 49 {
						t.Totals = append(t.Totals, reporting.Total{Row: i + 5, Label: "小计（50个）", Fields: t.Rows[i].Fields})
					}
				}
				return t
			}
			before := make(reporting.Progress, march.Add(-1), 1)
			tables := []reporting.Table{make(reporting.Progress, march, 1), make(reporting.Lagging, march, 7)}
			c := Context{Terms: terms, Tables: tables, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
			for b.Loop() {
				for _, t := range tables {
					Check(t, c)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
		})
	}
}
