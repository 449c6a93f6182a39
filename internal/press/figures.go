package press

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
)

// kind says how a column's values are printed.
type kind uint8

const (
	words kind = iota // left
	label             // a short text in the middle
	count             // a whole number
	yi                // 万元 as 亿元, 2 decimals
	wan               // 万元, whole on paper and to the cent in the workbook
	pct               // percent, 2 decimals
	pp                // percentage points with their sign
	pts               // points, 2 decimals
)

// absent is printed where there is no figure: never 0.
const absent = "—"

// show is the value as it is printed: rounded once, half away from zero, as
// the templates' functions of the same names do.
func (k kind) show(v any) string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return absent
		}
		return v
	case int:
		return strconv.Itoa(v)
	case *int:
		if v != nil {
			return strconv.Itoa(*v)
		}
	case bulletin.Number:
		return k.number(v.Decimal)
	case *bulletin.Number:
		if v != nil {
			return k.number(v.Decimal)
		}
	case *bool:
		if v != nil {
			return map[bool]string{true: "是", false: "否"}[*v]
		}
	}
	return absent
}

func (k kind) number(d decimal.Decimal) string {
	switch k {
	case yi:
		return d.Shift(-4).StringFixed(2)
	case wan:
		return d.StringFixed(0)
	case pp:
		if d.Round(2).IsPositive() {
			return "+" + d.StringFixed(2)
		}
	}
	return d.StringFixed(2)
}

// value is what a workbook's cell holds: a number where there is one, rounded
// as it is shown, else the text.
func (k kind) value(v any) any {
	var d decimal.Decimal
	switch v := v.(type) {
	case int:
		return v
	case *int:
		if v == nil {
			return absent
		}
		return *v
	case bulletin.Number:
		d = v.Decimal
	case *bulletin.Number:
		if v == nil {
			return absent
		}
		d = v.Decimal
	default:
		return k.show(v)
	}
	switch k {
	case yi:
		d = d.Shift(-4).Round(2)
	case wan:
		d = d.Round(4)
	case pct:
		d = d.Round(2).Shift(-2)
	default:
		d = d.Round(2)
	}
	f, _ := d.Float64()
	return f
}

// dated prints a date in the precision that the table gives: 2021-03-25 is
// 2021年3月25日, 2021-Q2 is 2021年第二季度. What is no date stays as it is.
func dated(s string) string {
	for _, f := range []struct{ layout, shown string }{
		{"2006-01-02", "2006年1月2日"}, {"2006-01", "2006年1月"}, {"2006", "2006年"},
	} {
		if t, err := time.Parse(f.layout, s); err == nil {
			return t.Format(f.shown)
		}
	}
	if len(s) == 7 {
		part := map[string]string{"-Q1": "第一季度", "-Q2": "第二季度", "-Q3": "第三季度", "-Q4": "第四季度", "-H1": "上半年", "-H2": "下半年"}[s[4:]]
		if t, err := time.Parse("2006", s[:4]); err == nil && part != "" {
			return t.Format("2006年") + part
		}
	}
	return s
}
