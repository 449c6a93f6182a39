package templates

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// functions are what templates may call. Amounts come in 万元 and percentages
// in percent, exact; each is rounded here, once, half away from zero.
var functions = map[string]any{
	"yi":     yi,     // 万元 as 亿元 with 2 decimals: 12.34
	"wan":    wan,    // 万元, whole: 123400
	"wan2":   wan2,   // 万元 with 2 decimals: 123400.00
	"pct":    pct,    // a percentage with 2 decimals, without its sign: 31.25
	"pp":     pp,     // the size of a difference of percentages: 6.25个百分点
	"signed": signed, // the difference with its sign: +6.25
	"abs":    func(v any) (decimal.Decimal, error) { d, err := exact(v); return d.Abs(), err },
	"neg":    func(v any) (bool, error) { d, err := exact(v); return d.IsNegative(), err },
	"zero":   func(v any) (bool, error) { d, err := exact(v); return d.IsZero(), err },
	"known":  known, // not absent
	"join":   func(list []string) string { return strings.Join(list, "、") },
	"sep":    func(i int) string { return map[bool]string{true: "、"}[i > 0] },
	"semi":   func(i int) string { return map[bool]string{true: "；"}[i > 0] },
	"day":    func(t time.Time) string { return t.Format("1月2日") },
	"date":   func(t time.Time) string { return t.Format("2006年1月2日") },
	"moment": func(t time.Time) string { return t.Format("2006年1月2日15:04") },
	"cn":     Numeral,
	"add":    func(a, b int) int { return a + b },
	"sub":    func(a, b int) int { return a - b },
	"clip":   clip,
}

// known reports whether a value is there: a figure that could not be computed
// is a nil pointer, which a template cannot tell from any other by itself.
func known(v any) bool {
	r := reflect.ValueOf(v)
	return r.IsValid() && (r.Kind() != reflect.Pointer || !r.IsNil())
}

// exact takes a decimal, or what embeds one, by value or pointer, or an int.
func exact(v any) (decimal.Decimal, error) {
	switch n := v.(type) {
	case interface {
		Shift(int32) decimal.Decimal
	}:
		if known(v) {
			return n.Shift(0), nil
		}
	case int:
		return decimal.NewFromInt(int64(n)), nil
	}
	return decimal.Decimal{}, fmt.Errorf("%T (%v) is no number", v, v)
}

func fixed(v any, shift, places int32) (string, error) {
	d, err := exact(v)
	if err != nil {
		return "", err
	}
	return d.Shift(shift).StringFixed(places), nil
}

func yi(v any) (string, error)   { return fixed(v, -4, 2) }
func wan(v any) (string, error)  { return fixed(v, 0, 0) }
func wan2(v any) (string, error) { return fixed(v, 0, 2) }
func pct(v any) (string, error)  { return fixed(v, 0, 2) }

func pp(v any) (string, error) {
	d, err := exact(v)
	if err != nil {
		return "", err
	}
	return d.Abs().StringFixed(2) + "个百分点", nil
}

func signed(v any) (string, error) {
	d, err := exact(v)
	if err != nil {
		return "", err
	}
	if d.Round(2).IsPositive() {
		return "+" + d.StringFixed(2), nil
	}
	return d.StringFixed(2), nil
}

// Numeral is a Chinese numeral for 0 to 99: 一, 十, 十二, 二十.
func Numeral(n int) string {
	digits := []rune("〇一二三四五六七八九")
	switch {
	case n < 0 || n > 99:
		return fmt.Sprint(n)
	case n < 10:
		return string(digits[n])
	}
	s := "十"
	if n >= 20 {
		s = string(digits[n/10]) + s
	}
	if n%10 > 0 {
		s += string(digits[n%10])
	}
	return s
}

// clip cuts a text at n characters and shows that it did.
func clip(n int, s string) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:max(0, n-1)]) + "…"
}
