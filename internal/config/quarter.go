package config

import (
	"github.com/shopspring/decimal"
)

// monthly is the kind of a month's bulletin.
const monthly = "monthly"

// MonthBulletin reports whether the bulletin is a month's, not a quarter's.
func (b Bulletin) MonthBulletin() bool { return b.Kind == monthly }

// Quarter is how a quarter's points are given, and who speaks.
type Quarter struct {
	Weights struct {
		Invest decimal.Decimal `yaml:"invest"`
		Start  decimal.Decimal `yaml:"start"`
		Finish decimal.Decimal `yaml:"finish"`
		Stats  decimal.Decimal `yaml:"stats"`
		Report decimal.Decimal `yaml:"report"`
	} `yaml:"weights"`
	Deduct struct {
		Late     decimal.Decimal `yaml:"late"`
		Missing  decimal.Decimal `yaml:"missing"`
		Returned decimal.Decimal `yaml:"returned"`
	} `yaml:"deduct"` // of the item 信息报送, each time
	Excess struct {
		Point decimal.Decimal `yaml:"point"` // for each whole percentage point ahead of the pace
		Most  decimal.Decimal `yaml:"most"`
	} `yaml:"excess"`
	Bonus    decimal.Decimal `yaml:"bonus"` // at most, of all kinds
	Speakers struct {
		First int `yaml:"first"`
		Last  int `yaml:"last"`
	} `yaml:"speakers"`
}

// defaultQuarter is 50, 15, 10, 15 and 10 points, and up to 5 besides.
func defaultQuarter() (q Quarter) {
	n := decimal.RequireFromString
	q.Weights.Invest, q.Weights.Start, q.Weights.Finish, q.Weights.Stats, q.Weights.Report = n("50"), n("15"), n("10"), n("15"), n("10")
	q.Deduct.Late, q.Deduct.Missing, q.Deduct.Returned = n("1"), n("3"), n("0.5")
	q.Excess.Point, q.Excess.Most, q.Bonus = n("0.1"), n("2"), n("5")
	q.Speakers.Last = 1
	return q
}

// checkQuarter wants points that can be given.
func (c *Config) checkQuarter(r *reader) {
	q := c.Quarter
	sum := decimal.Zero
	for key, d := range map[string]decimal.Decimal{
		"quarter.weights.invest": q.Weights.Invest, "quarter.weights.start": q.Weights.Start, "quarter.weights.finish": q.Weights.Finish,
		"quarter.weights.stats": q.Weights.Stats, "quarter.weights.report": q.Weights.Report,
		"quarter.deduct.late": q.Deduct.Late, "quarter.deduct.missing": q.Deduct.Missing, "quarter.deduct.returned": q.Deduct.Returned,
		"quarter.excess.point": q.Excess.Point, "quarter.excess.most": q.Excess.Most, "quarter.bonus": q.Bonus,
	} {
		if d.IsNegative() || !d.Equal(d.Round(2)) {
			r.fault(r.at(key), key, "应不小于 0，最多2位小数", "")
		}
	}
	for _, w := range []decimal.Decimal{q.Weights.Invest, q.Weights.Start, q.Weights.Finish, q.Weights.Stats, q.Weights.Report} {
		sum = sum.Add(w)
	}
	if !sum.IsPositive() {
		r.fault(r.at("quarter.weights"), "quarter.weights", "各项满分都是 0，无从排位", "如 {invest: 50, start: 15, finish: 10, stats: 15, report: 10}")
	}
	for key, n := range map[string]int{"quarter.speakers.first": q.Speakers.First, "quarter.speakers.last": q.Speakers.Last} {
		if n < 0 || n > 20 {
			r.fault(r.at(key), key, "应为 0 至 20", "")
		}
	}
}
