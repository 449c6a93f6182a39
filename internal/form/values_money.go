package form

import (
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// mostMoney is more than any county's table can hold: 100 million 万元, a
// trillion yuan. What is beyond is a phone number, a code, or in yuan.
var mostMoney = decimal.New(100_000_000_0000, -4)

const writeNumber = "请只填一个阿拉伯数字，单位用表头的单位，其余说明写到备注栏。"

// readMoney reads an amount into 万元, exact in decimals.
func readMoney(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	if c.Kind == sheet.Bool {
		return left("not-a-number", shown(c), "不是金额，“%s”未采用；%s", f.Title(), writeNumber)
	}
	column, known := columnWorth(vc.Unit)
	if !known {
		return left("unit-unknown", shown(c), "所在列的单位“%s”不是金额单位，“%s”未采用；请在表头写明万元或亿元。", vc.Unit, f.Title())
	}
	if c.Kind == sheet.Number {
		return moneyNumber(f, c, column, vc)
	}
	if states(c.Text, "placeholder-amount") {
		return nothing
	}
	return moneyText(f, c.Text, column, vc)
}

// columnWorth is the worth in 万元 of a column's unit; none is 万元.
func columnWorth(unit string) (decimal.Decimal, bool) {
	if unit == "" {
		return one, true
	}
	w := unitWorth(unit)
	if w == nil {
		w = unitWorth(wordOf(unit))
	}
	if w != nil {
		return *w, true
	}
	return decimal.Zero, false
}

// states reports whether a text is one of a section's words, a remark in
// brackets aside, and holds no digit.
func states(text, section string) bool {
	w := wordOf(text)
	if wordsFor(section).has(w) {
		return true
	}
	body, _, found := strings.Cut(w, "(")
	return found && strings.HasSuffix(w, ")") && !strings.ContainsAny(w, "0123456789") && wordsFor(section).has(body)
}

func moneyNumber(f reporting.Field, c sheet.Cell, column decimal.Decimal, vc valueContext) reading {
	n, ok := exact(c.Number)
	if !ok {
		return left("out-of-range", c.Text, "不可能是金额，“%s”未采用；%s", f.Title(), writeNumber)
	}
	format := meaningOf(c.Format)
	if format.date != noDate || format.time {
		date, ok := renderDate(c.Number, c.Format, vc.Date1904)
		if !ok {
			date = c.Text
		}
		return left("date-in-number", date, "是日期，“%s”应填金额，未采用；请把单元格格式改为“常规”后重新填写数字。", f.Title())
	}
	if format.percent && !n.IsZero() {
		return left("percent-in-amount", n.Shift(2).String()+"%", "是百分比，“%s”应填金额，未采用；%s", f.Title(), writeNumber)
	}
	unit := format.unit
	switch {
	case n.IsZero():
		return is(reporting.Number(n))
	case format.scaled:
		return left("scaled-format", c.Text, "的单元格格式把数字缩小后显示，看到的与存下的不是一个数，“%s”未采用；请把单元格格式改为“常规”，按表头单位填写。", f.Title())
	case format.foreign:
		return left("foreign-currency", c.Text, "的单元格格式是外币，“%s”未采用；请折合成人民币，按表头单位填写。", f.Title())
	}
	if worth := unitWorth(unit); worth != nil && !worth.Equal(column) {
		return moneyValue(f, c.Text+unit, n.Mul(*worth), func(v reporting.Value) reading {
			return warned(v, "unit-in-cell", c.Text+unit, "的单元格格式带单位“%s”，与该列单位不同，已按%s万元采用，请核对。", unit, v)
		})
	}
	if column.Equal(one) {
		return moneyValue(f, c.Text, n, is)
	}
	return moneyValue(f, c.Text, n.Mul(column), is)
}

var one = decimal.NewFromInt(1)

// moneyValue bounds an amount in 万元.
func moneyValue(f reporting.Field, text string, n decimal.Decimal, use func(reporting.Value) reading) reading {
	if n.Abs().GreaterThanOrEqual(mostMoney) {
		return left("out-of-range", text, "折合超过1万亿元，“%s”未采用；请检查是否填成了电话、代码，或者单位写错。", f.Title())
	}
	return use(reporting.Number(n))
}

func moneyText(f reporting.Field, text string, column decimal.Decimal, vc valueContext) reading {
	if wordsFor("currency").in(strings.ToLower(tidy(text))) != "" {
		return left("foreign-currency", text, "是外币，“%s”未采用；请折合成人民币，按表头单位填写。", f.Title())
	}
	a, ok := parseAmount(text)
	if !ok {
		return notMoney(f, text)
	}
	if a.unit == "%" {
		return left("percent-in-amount", text, "是百分比，“%s”应填金额，未采用；%s", f.Title(), writeNumber)
	}
	worth := column
	if a.worth != nil {
		worth = *a.worth
	}
	return moneyValue(f, text, a.n.Mul(worth), func(v reporting.Value) reading {
		switch {
		case a.approx != "":
			return warned(v, "approximate", text, "不是确数，“%s”暂按%s万元采用；请填确数。", f.Title(), v)
		case a.extra != "":
			return noted(v, "annotated", text, "里有说明文字，“%s”按%s万元采用；请把说明写到备注栏。", f.Title(), v)
		case a.spaced:
			return warned(v, "spaced-number", text, "数字中间有空格，“%s”按%s万元采用，请核对；填写数字时不要加空格。", f.Title(), v)
		case a.worth != nil && !a.worth.Equal(column) && a.worth.LessThan(decimal.NewFromInt(1)):
			return warned(v, "unit-in-cell", text, "自带单位，与该列单位不同，“%s”按%s万元采用，请核对；请按表头单位填写。", f.Title(), v)
		case a.worth != nil && (a.composite || !a.worth.Equal(column)):
			return noted(v, "unit-in-cell", text, "自带单位，“%s”按%s万元采用；请按表头单位填写数字。", f.Title(), v)
		}
		return is(v)
	})
}

// notMoney says why a text is no amount that one may take.
func notMoney(f reporting.Field, text string) reading {
	s := tidy(text)
	runs := len(digitRun.FindAllString(s, 3))
	switch {
	case sumInCell.MatchString(s):
		return left("sum-in-cell", text, "是算式，“%s”未采用；请填算好的一个数。", f.Title())
	case runs > 1:
		return left("two-numbers", text, "里不止一个数，不能替你选，“%s”未采用；%s", f.Title(), writeNumber)
	case runs == 0 && numberInWords(s):
		return left("number-in-words", text, "是汉字数字，“%s”未采用；请改用阿拉伯数字填写。", f.Title())
	}
	return left("not-a-number", text, "读不成金额，“%s”未采用；%s", f.Title(), writeNumber)
}

// numberInWords reports Chinese digits or words such as 八成.
func numberInWords(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return chineseDigit(r) >= 0 }) || wordsFor("number-word").in(s) != ""
}
