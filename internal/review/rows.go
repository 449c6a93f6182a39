package review

import (
	"regexp"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

var hundred = decimal.NewFromInt(100)

// negativeAmounts: an amount below zero may be a true reduction (核减), and is
// more often a slip.
func negativeAmounts(d *desk, r reporting.Row) {
	for _, f := range d.moneyFields() {
		if v, ok := r.Decimal(f); ok && v.IsNegative() && !amountExplained(r) {
			d.say(cellOf(r, f), "negative", reporting.Warning,
				"“%s”为负数（%s万元）。如系核减请在备注中说明，否则请改正。", f.Title(), v)
		}
	}
}

var (
	planReason   = regexp.MustCompile(`调整|调增|调减|追加|核增|核减|压减`)
	amountReason = regexp.MustCompile(`核增|核减|冲减|扣减|审减|补报|补录|补计|更正|口径|决算|结算`)
)

// amountExplained reports whether the remarks say why an amount does not
// follow from last month's, as the findings ask for.
func amountExplained(r reporting.Row) bool {
	return amountReason.MatchString(r.Text(reporting.FRemark))
}

// planExplained reports whether the remarks say why the plan is another.
func planExplained(r reporting.Row) bool { return planReason.MatchString(r.Text(reporting.FRemark)) }

// monthWithinYear is V1: what was done this month is part of what was done
// since January.
func monthWithinYear(d *desk, r reporting.Row) {
	month, ok1 := r.Decimal(reporting.FMonthDone)
	year, ok2 := r.Decimal(reporting.FYTDDone)
	if !ok1 || !ok2 || month.LessThanOrEqual(year.Add(d.th.Slack)) {
		return
	}
	d.say(cellOf(r, reporting.FMonthDone), "month-exceeds-ytd", reporting.Warning,
		"本月完成投资%s万元，大于年初至今累计完成投资%s万元（%s）。累计数应包含本月数，请核对两栏。",
		month, year, cellOf(r, reporting.FYTDDone))
}

// percentAgrees is V4: a reported percentage agrees with the amounts beside it.
func percentAgrees(d *desk, r reporting.Row) {
	percentOf(d, r, reporting.FYTDPct, reporting.FYTDDone, reporting.FYearPlan)
	percentOf(d, r, reporting.FAllPct, reporting.FAllDone, reporting.FTotalInvest)
}

func percentOf(d *desk, r reporting.Row, pct, part, whole reporting.Field) {
	told, ok1 := r.Decimal(pct)
	done, ok2 := r.Decimal(part)
	plan, ok3 := r.Decimal(whole)
	if !ok1 || !ok2 || !ok3 || !plan.IsPositive() || d.doubted[whole] {
		return
	}
	low, high := d.ratio(part, done, whole, plan)
	if told.GreaterThanOrEqual(low.Sub(d.th.PercentPoints)) && told.LessThanOrEqual(high.Add(d.th.PercentPoints)) {
		return
	}
	want := done.Mul(hundred).DivRound(plan, 8)
	d.say(cellOf(r, pct), "percent-mismatch", reporting.Warning,
		"填报的“%s”为%s%%，按“%s”%s万元÷“%s”%s万元计算应为%s%%，相差超过%s个百分点。请核对；汇总以计算数为准。",
		pct.Title(), told, part.Title(), done, whole.Title(), plan, want.Round(2), d.th.PercentPoints)
}

// ratio is between which percentages the share of two amounts lies, for what
// was rounded when they were written.
func (d *desk) ratio(part reporting.Field, done decimal.Decimal, whole reporting.Field, plan decimal.Decimal) (low, high decimal.Decimal) {
	e, g := d.written(part, done), d.written(whole, plan)
	if e.IsZero() && g.IsZero() {
		low = done.Mul(hundred).DivRound(plan, 8)
		return low, low
	}
	low = done.Sub(e).Mul(hundred).DivRound(plan.Add(g), 8)
	if plan.LessThanOrEqual(g) { // 0.00 of 亿元 may be anything
		return low, decimal.NewFromInt(1 << 40)
	}
	return low, done.Add(e).Mul(hundred).DivRound(plan.Sub(g), 8)
}

// written is what rounding may have cost an amount when it was written in
// 亿元; amounts in 万元 are taken as they stand.
func (d *desk) written(f reporting.Field, v decimal.Decimal) decimal.Decimal {
	if d.unitOf(f) != "亿元" {
		return decimal.Zero
	}
	return d.rounding(v)
}

// withinPlan is V5: more than the year's plan may be done, and is worth a look
// where it is a lot more.
func withinPlan(d *desk, r reporting.Row) {
	done, ok1 := r.Decimal(reporting.FYTDDone)
	plan, ok2 := r.Decimal(reporting.FYearPlan)
	if !ok1 || !ok2 || !plan.IsPositive() || done.LessThanOrEqual(plan.Mul(d.th.OverPlan)) || d.doubted[reporting.FYearPlan] {
		return
	}
	d.say(cellOf(r, reporting.FYTDDone), "over-plan", reporting.Notice,
		"年初至今累计完成投资%s万元，超过年度计划投资%s万元的%s倍。确系超额完成的无须修改，请核实。",
		done, plan, d.th.OverPlan)
}

// withinTotal is the first half of V6: what was done since the start stays
// within the total investment.
func withinTotal(d *desk, r reporting.Row) {
	done, ok1 := r.Decimal(reporting.FAllDone)
	total, ok2 := r.Decimal(reporting.FTotalInvest)
	if !ok1 || !ok2 || !total.IsPositive() || done.LessThanOrEqual(total.Add(d.written(reporting.FTotalInvest, total)).Mul(d.th.OverTotal)) || d.doubted[reporting.FTotalInvest] {
		return
	}
	d.say(cellOf(r, reporting.FAllDone), "over-total", reporting.Warning,
		"开工以来累计完成投资%s万元，超过总投资%s万元的%s倍。请核对金额和单位；概算已调整的，请更新总投资。",
		done, total, d.th.OverTotal)
}

// partsAddUp is the second half of V6: done until last year and done this year
// make what was done since the start.
func partsAddUp(d *desk, r reporting.Row) {
	before, ok1 := r.Decimal(reporting.FDoneToLastYear)
	year, ok2 := r.Decimal(reporting.FYTDDone)
	all, ok3 := r.Decimal(reporting.FAllDone)
	if !ok1 || !ok2 || !ok3 {
		return
	}
	slack := decimal.Sum(d.th.Step, d.written(reporting.FDoneToLastYear, before), d.written(reporting.FYTDDone, year), d.written(reporting.FAllDone, all))
	if close2(before.Add(year), all, slack, d.th.StepShare) {
		return
	}
	d.say(cellOf(r, reporting.FAllDone), "all-done-mismatch", reporting.Warning,
		"开工以来累计完成投资%s万元，与上年底累计%s万元、本年累计%s万元之和%s万元不符，请核对。",
		all, before, year, before.Add(year))
}

// finished reports whether the row says so: by 是否竣工, else by a date of
// completion that lies within the month or before it.
func (d *desk) finished(r reporting.Row) bool {
	if yes, told := r.Bool(reporting.FIsFinished); told {
		return yes
	}
	from, _, ok := span(r.Text(reporting.FActualFinish))
	return ok && (d.period.IsZero() || from.Before(d.period.Add(1).Day(1, time.UTC)))
}

var aboutToStart = regexp.MustCompile(`(计划|拟|准备|力争|争取|确保|预计|即将|尽快|月底?前?|全面)?(开工|动工|进场施工|破土)`)

// finishedYetStarting is V9: a finished project plans no start.
func finishedYetStarting(d *desk, r reporting.Row) {
	plan := r.Text(reporting.FNextPlan)
	if !d.finished(r) || !aboutToStart.MatchString(plan) || strings.Contains(plan, "开工以来") {
		return
	}
	d.say(cellOf(r, reporting.FNextPlan), "finished-yet-starting", reporting.Warning,
		"项目填报为已竣工，下一步计划却写有开工内容（“%s”），两栏矛盾，请核对。", cut(plan, 30))
}

// clearing is what may be paid for before a project starts: the ground, and the
// papers. That 前期手续 are under way says of no money what it was for.
var clearing = regexp.MustCompile(`征|拆|迁|清表|三通一平|前期(工作|手续|设计|勘察)?(经费|费|投资)|(设计|勘察|土地|用地|购地|供地)费|土地(款|出让金)`)

// notStartedYetSpending is V10: a project that has not started has nothing done
// this month, but for the clearing of the ground.
func notStartedYetSpending(d *desk, r reporting.Row) {
	started, told := r.Bool(reporting.FIsStarted)
	month, ok := r.Decimal(reporting.FMonthDone)
	if !told || started || !ok || !month.IsPositive() {
		return
	}
	for _, f := range []reporting.Field{reporting.FProgressText, reporting.FRemark, reporting.FProjectName} {
		if clearing.MatchString(r.Text(f)) {
			return
		}
	}
	d.say(cellOf(r, reporting.FMonthDone), "not-started-yet-spending", reporting.Warning,
		"项目填报为未开工，本月却完成投资%s万元。如为征迁等前期费用请在备注中说明，否则请核对“是否开工”（%s）。",
		month, cellOf(r, reporting.FIsStarted))
}

// startedNotInStats is V11 (应统未统): a started project from 500万元 on belongs
// into the statistics of fixed-asset investment.
func startedNotInStats(d *desk, r reporting.Row) {
	started, ok1 := r.Bool(reporting.FIsStarted)
	listed, ok2 := r.Bool(reporting.FInStats)
	total, ok3 := r.Decimal(reporting.FTotalInvest)
	if !ok1 || !started || !ok2 || listed || !ok3 || total.LessThan(d.th.StatsFrom) {
		return
	}
	d.say(cellOf(r, reporting.FInStats), "not-in-stats", reporting.Notice,
		"项目已开工，总投资%s万元，达到固定资产投资统计起点（%s万元）而未入统，请按“双向告知”要求抓紧办理。",
		total, d.th.StatsFrom)
}

// cut shortens a quotation to n characters.
func cut(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), ""))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "……"
}
