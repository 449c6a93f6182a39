package form

import (
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

var (
	hundred     = decimal.NewFromInt(100)
	mostPercent = decimal.NewFromInt(10_000)
	// small is the most that a share written as a fraction may be; between it
	// and fewPercent only the header's % sign settles what a number means.
	small      = decimal.RequireFromString("1.5")
	fewPercent = decimal.NewFromInt(5)
	halfPoint  = decimal.RequireFromString("0.5")
	tenth      = decimal.RequireFromString("0.1")
)

const writePercent = "请填百分数，例如 85%。"

// readPercent reads a percentage in percent: 85% is 85.
func readPercent(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	if f == reporting.FSeqPct && vc.Ratio == nil && !vc.Period.IsZero() {
		// The pace that the calendar asks for settles the scale of 0.25 or 25.
		pace := decimal.NewFromInt(int64(vc.Period.Month)).Mul(hundred).DivRound(decimal.NewFromInt(12), 4)
		vc.Ratio = &pace
	}
	switch c.Kind {
	case sheet.Bool:
		return left("not-a-percent", shown(c), "不是百分比，“%s”未采用；%s", f.Title(), writePercent)
	case sheet.Number:
		return percentNumber(f, c, vc)
	}
	return percentText(f, c.Text, vc)
}

func percentNumber(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	n, ok := exact(c.Number)
	if !ok {
		return left("out-of-range", c.Text, "不可能是百分比，“%s”未采用；%s", f.Title(), writePercent)
	}
	format := meaningOf(c.Format)
	if format.date != noDate || format.time {
		return left("date-in-number", c.Text, "是日期格式，“%s”应填百分比，未采用；%s", f.Title(), writePercent)
	}
	if !format.percent {
		return bareNumber(f, n, c.Text, vc)
	}
	whole := n.Mul(hundred)
	if whole.Abs().LessThan(decimal.NewFromInt(1000)) {
		return is(reporting.Number(whole))
	}
	text := whole.String() + "%"
	switch {
	case near(whole, vc.Ratio):
		return is(reporting.Number(whole))
	case near(n, vc.Ratio):
		return warned(reporting.Number(n), "percent-scale", text, "比反算的%s%%大一百倍，“%s”按%s%%采用，请核对；百分比格式的单元格里填 %s%%，不要填 %s。", percentOf(vc.Ratio), f.Title(), n, n, n)
	}
	return left("percent-scale", text, "不像是“%s”，未采用；%s", f.Title(), writePercent)
}

// bareNumber settles a number without a percent sign: 0.85 may be 85% or
// 0.85%. Only what the row's amounts say, or a size that leaves no choice,
// decides.
func bareNumber(f reporting.Field, n decimal.Decimal, text string, vc valueContext) reading {
	whole := n.Mul(hundred)
	switch {
	case n.IsZero():
		return is(reporting.Number(n))
	case n.Abs().GreaterThan(mostPercent):
		return left("out-of-range", text, "不可能是百分比，“%s”未采用；%s", f.Title(), writePercent)
	case n.Abs().GreaterThan(decimal.NewFromInt(20)):
		return is(reporting.Number(n))
	}
	asIs, asShare := near(n, vc.Ratio), near(whole, vc.Ratio)
	if asIs && asShare {
		d, e := n.Sub(*vc.Ratio).Abs(), whole.Sub(*vc.Ratio).Abs()
		asIs, asShare = d.LessThanOrEqual(e.Mul(tenth)), e.LessThanOrEqual(d.Mul(tenth))
	}
	signed := strings.ContainsAny(vc.Header+vc.Unit, "%％") || strings.Contains(vc.Header, "百分")
	switch {
	case asIs:
		return is(reporting.Number(n))
	case asShare && n.Abs().LessThanOrEqual(small):
		return is(reporting.Number(whole))
	case asShare:
		return warned(reporting.Number(whole), "percent-scale", text, "没有百分号，按本行金额反算约为%s%%，“%s”按%s%%采用，请核对；%s", percentOf(vc.Ratio), f.Title(), whole, writePercent)
	case n.Abs().GreaterThan(fewPercent), n.Abs().GreaterThan(small) && signed:
		return is(reporting.Number(n))
	case n.Abs().LessThanOrEqual(small) && sameSize(whole, vc.Ratio) && !sameSize(n, vc.Ratio):
		return warned(reporting.Number(whole), "percent-scale", text, "没有百分号，“%s”按%s%%采用，但按本行金额反算为%s%%，请核对；%s", f.Title(), whole, percentOf(vc.Ratio), writePercent)
	case sameSize(n, vc.Ratio) && !sameSize(whole, vc.Ratio):
		return warned(reporting.Number(n), "percent-scale", text, "没有百分号，“%s”按%s%%采用，但按本行金额反算为%s%%，请核对；%s", f.Title(), n, percentOf(vc.Ratio), writePercent)
	}
	return left("percent-ambiguous", text, "可能是%s%%，也可能是%s%%，“%s”未采用；请写明百分号，例如 %s%%。", n, whole, f.Title(), whole)
}

// near reports whether two percentages differ by half a point at most, the
// difference from which on a reported percentage is called wrong.
func near(n decimal.Decimal, ratio *decimal.Decimal) bool {
	return ratio != nil && n.Sub(*ratio).Abs().LessThanOrEqual(halfPoint)
}

// sameSize reports whether two percentages are of one size, within the half.
func sameSize(n decimal.Decimal, ratio *decimal.Decimal) bool {
	if ratio == nil || ratio.IsZero() || n.Sign() != ratio.Sign() {
		return false
	}
	three, two := decimal.NewFromInt(3), decimal.NewFromInt(2)
	a, b := n.Abs(), ratio.Abs()
	return a.Mul(two).LessThanOrEqual(b.Mul(three)) && b.Mul(two).LessThanOrEqual(a.Mul(three))
}

func percentOf(d *decimal.Decimal) string { return d.Round(2).String() }

func percentText(f reporting.Field, text string, vc valueContext) reading {
	if states(text, "placeholder-amount") {
		return nothing
	}
	if wordsFor("complete").has(wordOf(text)) {
		if near(hundred, vc.Ratio) {
			return warned(reporting.Number(hundred), "not-a-percent", text, "不是百分数，按本行金额反算，“%s”按100%%采用，请核对；%s", f.Title(), writePercent)
		}
		return left("not-a-percent", text, "不是百分数，“%s”未采用；%s", f.Title(), writePercent)
	}
	s := tidy(text)
	lead := wordsFor("percent-before").before(s)
	a, ok := parseAmount(strings.TrimPrefix(s, lead))
	bound := strings.HasPrefix(a.approx, "以") || wordsFor("approx-before").has(a.approx) && strings.ContainsAny(a.approx, "超过逾突破不低足少至最><≥≤=")
	switch {
	case !ok || a.worth != nil || a.spaced || bound:
		return notPercent(f, text)
	case a.unit == "" && (a.approx != "" || a.extra != "" || lead != ""):
		return left("not-a-percent", text, "没有百分号，“%s”未采用；%s", f.Title(), writePercent)
	case a.unit == "":
		return bareNumber(f, a.n, text, vc)
	case a.n.Abs().GreaterThan(mostPercent):
		return left("out-of-range", text, "不可能是百分比，“%s”未采用；%s", f.Title(), writePercent)
	}
	v := reporting.Number(a.n)
	switch {
	case a.approx != "":
		return warned(v, "approximate", text, "不是确数，“%s”暂按%s%%采用；请填确数。", f.Title(), v)
	case a.extra != "" || lead != "":
		return noted(v, "annotated", text, "里有说明文字，“%s”按%s%%采用；请只填百分数。", f.Title(), v)
	}
	return is(v)
}

// notPercent says why a text is no percentage that one may take.
func notPercent(f reporting.Field, text string) reading {
	s := tidy(text)
	switch {
	case len(digitRun.FindAllString(s, 3)) > 1:
		return left("two-numbers", text, "里不止一个数，不能替你选，“%s”未采用；%s", f.Title(), writePercent)
	case !strings.ContainsAny(s, "0123456789") && numberInWords(s):
		return left("number-in-words", text, "不是阿拉伯数字写的百分比，“%s”未采用；%s", f.Title(), writePercent)
	}
	return left("not-a-percent", text, "读不成百分比，“%s”未采用；%s", f.Title(), writePercent)
}
