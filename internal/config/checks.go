package config

import "github.com/shopspring/decimal"

// Checks are from where on a difference in a table is worth a finding.
type Checks struct {
	PercentPoints decimal.Decimal `yaml:"percent_points"` // between a reported percentage and the computed one
	OverPlan      decimal.Decimal `yaml:"over_plan"`      // year to date over the year's plan
	OverTotal     decimal.Decimal `yaml:"over_total"`     // all done over the total investment
	Step          decimal.Decimal `yaml:"step"`           // 万元 between two ways to one sum…
	StepShare     decimal.Decimal `yaml:"step_share"`     // …or this share of it, whichever is more
	TotalPerRow   decimal.Decimal `yaml:"total_per_row"`  // 万元 a row that rounding may cost a total
	StatsFrom     decimal.Decimal `yaml:"stats_from"`     // 万元 from which a project belongs into the statistics
	SmallUnit     decimal.Decimal `yaml:"small_unit"`     // 万元: a column all below may be 亿元
	LargeUnit     decimal.Decimal `yaml:"large_unit"`     // 万元: what is above may be 元
	ColumnRows    int             `yaml:"column_rows"`    // rows before a whole column is doubted
	Behind        decimal.Decimal `yaml:"behind"`         // percentage points behind the pace: belongs on the lagging list
}

func defaultChecks() Checks {
	n := decimal.RequireFromString
	return Checks{
		PercentPoints: n("0.5"), OverPlan: n("1.2"), OverTotal: n("1.1"), Step: n("1"), StepShare: n("0.005"), TotalPerRow: n("0.5"),
		StatsFrom: n("500"), SmallUnit: n("100"), LargeUnit: n("10000000"), ColumnRows: 3, Behind: n("10"),
	}
}

func (c *Config) checkChecks(r *reader) {
	k := c.Checks
	for _, x := range []struct {
		key  string
		is   decimal.Decimal
		over int64 // what it must exceed
		hint string
	}{
		{"percent_points", k.PercentPoints, 0, "单位为百分点，如 0.5"}, {"over_plan", k.OverPlan, 1, "写倍数，如 1.2"}, {"over_total", k.OverTotal, 1, "写倍数，如 1.1"},
		{"step", k.Step, 0, "单位为万元，如 1"}, {"step_share", k.StepShare, 0, "写小数，0.5% 写 0.005"}, {"total_per_row", k.TotalPerRow, 0, "单位为万元，如 0.5"},
		{"stats_from", k.StatsFrom, 0, "单位为万元，如 500"}, {"small_unit", k.SmallUnit, 0, "单位为万元，如 100"},
		{"behind", k.Behind, 0, "单位为百分点，如 10"},
	} {
		key := "checks." + x.key
		if !x.is.GreaterThan(decimal.NewFromInt(x.over)) {
			r.fault(r.at(key), key, "应大于 "+decimal.NewFromInt(x.over).String(), x.hint)
		}
	}
	if !k.StepShare.LessThan(decimal.NewFromInt(1)) {
		r.fault(r.at("checks.step_share"), "checks.step_share", "应小于 1", "写小数，0.5% 写 0.005")
	}
	if !k.LargeUnit.GreaterThan(k.SmallUnit) {
		r.fault(r.at("checks.large_unit"), "checks.large_unit", "应大于 small_unit", "单位为万元，1000亿元写 10000000")
	}
	if k.ColumnRows < 2 {
		r.fault(r.at("checks.column_rows"), "checks.column_rows", "应为 2 以上", "整列几行以上才疑心单位，如 3")
	}
}
