package form

import (
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

var dateShape = regexp.MustCompile(`^(?:19|20)\d{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|-Q[1-4]|-H[12])?$`)

// FuzzValue holds that no cell panics, that values survive JSON, that dates
// have one of the contract's shapes, and that a money cell with digits is
// never passed over in silence.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"3000", "1.2亿", "—", "/元", "3000（含征迁1000）", "2021年3月底前", "85%", "是", "#REF!", "1e9", "2021.1", "二〇二一年", "☑是□否", `="1"`, "0\"万\"", "(((", "年"} {
		f.Add(s, 0.0, "", uint8(1), uint8(0), false, 0.0)
		f.Add("", 44280.5, s, uint8(2), uint8(0), true, 25.0)
	}
	fields := []reporting.Field{reporting.FTotalInvest, reporting.FYTDPct, reporting.FSeqPct, reporting.FPlanStart, reporting.FRaisedAt, reporting.FCatchUpAt, reporting.FIsStarted, reporting.FInStats, reporting.FNature, reporting.FStatus, reporting.FSeq, reporting.FPhone, reporting.FGap, reporting.FRemark}
	f.Fuzz(func(t *testing.T, s string, number float64, format string, kind, unit uint8, flag bool, ratio float64) {
		c := sheet.Cell{Kind: sheet.Kind(kind % 5), Text: s, Number: number, Format: format, Formula: flag}
		if c.Kind == sheet.Number {
			c.Text = "0"
			if !math.IsNaN(number) && !math.IsInf(number, 0) {
				c.Text = decimal.NewFromFloat(number).String()
			}
		}
		vc := valueContext{Unit: []string{"万元", "亿元", "元", "", "%"}[unit%5], Header: format, Date1904: flag}
		if flag {
			vc.Period = reporting.Period{Year: 2021, Month: time.March}
		}
		if d, ok := exact(ratio); ok && ratio != 0 {
			vc.Ratio = &d
		}
		for _, field := range fields {
			checkValue(t, field, c, vc)
		}
	})
}

func checkValue(t *testing.T, field reporting.Field, c sheet.Cell, vc valueContext) {
	v, ok, d := readValue(field, c, vc)
	if d != nil && (d.Code == "" || d.Message == "" || d.Severity == "") {
		t.Errorf("%s %q: a doubt without words: %+v", field, c.Text, d)
	}
	if !ok {
		quiet := d == nil && c.Kind == sheet.Text && field.Type() == reporting.TypeMoney
		if quiet && strings.ContainsAny(c.Text, "0123456789") && !isPlaceholder(c.Text) {
			t.Errorf("%s %q: digits passed over in silence", field, c.Text)
		}
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%s %q: %v", field, c.Text, err)
	}
	var back reporting.Value
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatalf("%s %q: %s does not come back: %v", field, c.Text, raw, err)
	}
	number, isNumber := v.Decimal()
	_, isFlag := v.Bool()
	again, _ := back.Decimal()
	if v.String() == "" || isNumber && !again.Equal(number) {
		t.Errorf("%s %q: %s came back as %s", field, c.Text, v, back)
	}
	switch field.Type() {
	case reporting.TypeMoney, reporting.TypePercent:
		if !isNumber || number.Abs().GreaterThan(mostMoney) {
			t.Errorf("%s %q: %s is no amount", field, c.Text, raw)
		}
	case reporting.TypeDate:
		if !dateShape.MatchString(v.String()) {
			t.Errorf("%s %q %v %q: %s is no date", field, c.Text, c.Number, c.Format, raw)
		}
	case reporting.TypeFlag:
		if !isFlag {
			t.Errorf("%s %q: %s is no flag", field, c.Text, raw)
		}
	default:
		if isNumber || isFlag || strings.TrimSpace(v.String()) != v.String() {
			t.Errorf("%s %q: %q is no trimmed text", field, c.Text, raw)
		}
	}
}
