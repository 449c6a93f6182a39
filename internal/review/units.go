package review

import (
	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// unitsPlausible is V16: amounts have the size that projects have. A whole
// column of 万元 below 100 is probably 亿元, one above 1000亿元 probably 元; and
// a year's amount of a hundred times the whole investment is in another unit.
func unitsPlausible(d *desk) {
	for _, f := range []reporting.Field{reporting.FTotalInvest, reporting.FYearPlan} {
		columnSize(d, f)
	}
	if d.doubted[reporting.FTotalInvest] || d.doubted[reporting.FYearPlan] {
		return
	}
	var cells []cell
	for _, r := range d.t.Rows {
		total, ok := r.Decimal(reporting.FTotalInvest)
		if !ok || !total.IsPositive() {
			continue
		}
		for _, f := range []reporting.Field{reporting.FYearPlan, reporting.FYTDDone} {
			if v, ok := r.Decimal(f); ok && v.GreaterThan(total) && v.GreaterThan(total.Mul(hundred)) {
				cells = append(cells, cell{cellOf(r, reporting.FTotalInvest), f, v, total})
				break
			}
		}
	}
	d.sayCells(reporting.FTotalInvest, "unit-doubtful", reporting.Warning, cells, func(c cell) string {
		return "总投资" + c.was.String() + "万元，而“" + c.field.Title() + "”为" + c.is.String() +
			"万元，相差百倍以上，疑似单位写错（如亿元写成万元），请核对两栏的单位。"
	})
}

// columnSize doubts the unit of a whole column.
func columnSize(d *desk, f reporting.Field) {
	unit := d.unitOf(f)
	var largest, smallest decimal.Decimal
	n, at := 0, ""
	for _, r := range d.t.Rows {
		v, ok := r.Decimal(f)
		if !ok || !v.IsPositive() {
			continue
		}
		if n++; n == 1 || v.LessThan(smallest) {
			smallest = v
		}
		if v.GreaterThan(largest) {
			largest, at = v, cellOf(r, f)
		}
	}
	switch {
	case n == 0:
	case largest.GreaterThan(d.th.LargeUnit):
		d.doubted[f] = n >= d.th.UnitRows && smallest.GreaterThan(d.th.LargeUnit.Div(hundred))
		d.say(at, "unit-doubtful", reporting.Warning,
			"“%s”达%s万元（超过%s亿元），疑似以元填报，请核对单位。", f.Title(), largest, d.th.LargeUnit.Div(tenThousand))
	case n >= d.th.UnitRows && largest.LessThan(d.th.SmallUnit) && (unit == "万元" || unit == ""):
		d.doubted[f] = true
		d.say(d.columnOf(f), "unit-doubtful", reporting.Warning,
			"“%s”整列最大只有%s万元，疑似以亿元填报而未注明，请核对单位。", f.Title(), largest)
	}
}

var tenThousand = decimal.NewFromInt(10000)
