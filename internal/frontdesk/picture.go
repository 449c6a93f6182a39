package frontdesk

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// functions are what the pages may call.
var functions = template.FuncMap{
	"state":       func(s reporting.State) string { return stateWords[s] },
	"kind":        func(k reporting.Kind) string { return k.Short() },
	"table":       func(k reporting.Kind) string { return k.Title() },
	"field":       func(f reporting.Field) string { return f.Title() },
	"text":        func(p reporting.ProjectRecord, f reporting.Field) string { return f.Word(p.Known[f]) },
	"outboxState": func(s outbox.State) string { return outboxWords[s] },
	"who":         office.Who,
	"edition":     editionWords,
	"seq":         func(i int) int { return i + 1 },
}

var stateWords = map[reporting.State]string{
	reporting.OnTime: "按时", reporting.Late: "迟报", reporting.NilIn: "零报告", reporting.NilLate: "零报告（迟）", reporting.Missing: "未报",
	reporting.Due: "待报", reporting.Exempt: "免报", reporting.Rejected: "退改",
}

var outboxWords = map[outbox.State]string{
	outbox.Queued: "待发", outbox.Sent: "已发", outbox.Failed: "发送失败", outbox.Expired: "过期未发", outbox.Withdrawn: "已撤回", outbox.Dropped: "不再发送",
}

// editionWords names an edition.
func editionWords(e store.Edition) string {
	if kind := e.Quarter(); kind != "" {
		if e.IsDraft() {
			return "送审稿"
		}
		return "正式"
	}
	word := "正式"
	if e.IsCorrection() {
		word = "更正" + strings.Trim(strings.TrimPrefix(string(e.Final()), "correction-"), "-")
	}
	if e.IsDraft() && e.IsCorrection() {
		return word + "送审稿"
	}
	if e.IsDraft() {
		return "送审稿"
	}
	return word
}

// chart is the months of a year as bars in an SVG, and a line above them for
// the plan. All sizes are its own units; the page scales it.
type chart struct {
	Title string
	Bars  []bar
	Plan  *line
	Ticks []tick
}

type bar struct {
	X, Y, W, H float64
	Label      string // below
	Value      string // above
}

type line struct {
	Y     float64
	Label string
}

type tick struct {
	Y     float64
	Label string
}

const (
	chartLeft, chartTop, chartHeight, chartStep = 70.0, 20.0, 160.0, 46.0
)

// bars scales values to a chart; nil where there is nothing to show. Plan is
// zero where there is none.
func bars(title string, labels []string, values []decimal.NullDecimal, plan decimal.Decimal, unit string) *chart {
	most := plan
	any := false
	for _, v := range values {
		if v.Valid {
			any = true
			most = decimal.Max(most, v.Decimal)
		}
	}
	if !any || !most.IsPositive() {
		return nil
	}
	height := func(v decimal.Decimal) float64 {
		f, _ := v.DivRound(most, 6).Float64()
		return max(0, f) * chartHeight
	}
	c := &chart{Title: title}
	for i, v := range values {
		b := bar{X: chartLeft + float64(i)*chartStep, W: chartStep * 0.6, Y: chartTop + chartHeight, Label: labels[i]}
		if v.Valid {
			b.H = height(v.Decimal)
			b.Y -= b.H
			b.Value = v.Decimal.Round(1).String() + unit
		}
		c.Bars = append(c.Bars, b)
	}
	if plan.IsPositive() {
		c.Plan = &line{Y: chartTop + chartHeight - height(plan), Label: "年度计划 " + plan.Round(1).String() + unit}
	}
	for i := range 3 {
		v := most.Mul(decimal.NewFromInt(int64(i))).DivRound(decimal.NewFromInt(2), 1)
		c.Ticks = append(c.Ticks, tick{Y: chartTop + chartHeight - height(v), Label: v.String() + unit})
	}
	return c
}

// Width is how wide the chart is.
func (c *chart) Width() float64 { return max(360, chartLeft+float64(len(c.Bars))*chartStep+20) }

// Height is how high it is, labels included.
func (c *chart) Height() float64 { return chartTop + chartHeight + 30 }

// Base is where the bars stand.
func (c *chart) Base() float64 { return chartTop + chartHeight }

// Left is where the bars begin.
func (c *chart) Left() float64 { return chartLeft }

// projectChart shows what was done since the year's beginning, month by month,
// below the year's plan, for the newest year that the project has.
func projectChart(p office.Project) *chart {
	if len(p.Months) == 0 {
		return nil
	}
	year := p.Months[0].Period.Year
	for _, m := range p.Months {
		year = max(year, m.Period.Year)
	}
	var labels []string
	var values []decimal.NullDecimal
	var plan decimal.Decimal
	months := slices.Clone(p.Months)
	slices.SortFunc(months, func(a, b office.ProjectMonth) int { return int(a.Period.Month) - int(b.Period.Month) })
	for _, m := range months {
		if m.Period.Year != year || len(m.Versions) == 0 {
			continue
		}
		v := m.Versions[0]
		labels = append(labels, fmt.Sprintf("%d月", m.Period.Month))
		values = append(values, figure(v, reporting.FYTDDone))
		if n := figure(v, reporting.FYearPlan); n.Valid {
			plan = n.Decimal
		}
	}
	return bars(fmt.Sprintf("%d年累计完成投资（万元）", year), labels, values, plan, "")
}

func figure(v office.ProjectVersion, f reporting.Field) (n decimal.NullDecimal) {
	if x, ok := v.Value(f); ok {
		n.Decimal, n.Valid = x.Value.Decimal()
	}
	return n
}

// yearChart shows a submitter's completion in percent as published.
func yearChart(year []office.MonthOfYear) *chart {
	var labels []string
	var values []decimal.NullDecimal
	for _, m := range year {
		var n decimal.NullDecimal
		if m.YTDPct != nil {
			n = decimal.NullDecimal{Decimal: m.YTDPct.Decimal, Valid: true}
		}
		labels = append(labels, fmt.Sprintf("%d月", m.Period.Month))
		values = append(values, n)
	}
	return bars("通报的年度计划完成率（%）", labels, values, decimal.Zero, "")
}
