package form

import (
	"testing"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Each line of domain 1.6.1, and what else clerks write.
func TestMoneyTexts(t *testing.T) {
	for _, c := range []struct {
		text, want, code string
		severity         reporting.Severity
	}{
		{"3000", "3000", "", ""},
		{"3,000", "3000", "", ""},
		{"3，000", "3000", "", ""},
		{"1,234,567.89", "1234567.89", "", ""},
		{"３０００", "3000", "", ""},
		{"3000.00 ", "3000", "", ""},
		{"3000。", "3000", "", ""},
		{"¥3000", "3000", "", ""},
		{"￥３，０００．５０", "3000.5", "", ""},
		{"人民币3000万元整", "3000", "", ""},
		{"0", "0", "", ""},
		{"0.00", "0", "", ""},
		{".5", "0.5", "", ""},
		{"-1200", "-1200", "", ""},
		{"－1200", "-1200", "", ""},
		{"负1200", "-1200", "", ""},
		{"1.2E+04", "12000", "", ""},
		{"3 000", "3000", "spaced-number", w},
		{"约3000", "3000", "approximate", w},
		{"近3000", "3000", "approximate", w},
		{"3000左右", "3000", "approximate", w},
		{"3000余", "3000", "approximate", w},
		{"3000多", "3000", "approximate", w},
		{"3000余万元", "3000", "approximate", w},
		{"＞3000", "3000", "approximate", w},
		{"≥3000", "3000", "approximate", w},
		{"3000以上", "3000", "approximate", w},
		{"约1.2亿元", "12000", "approximate", w},
		{"3000（约）", "3000", "approximate", w},
		{"1.2亿", "12000", "unit-in-cell", n},
		{"1.2亿元", "12000", "unit-in-cell", n},
		{"1.2億元", "12000", "unit-in-cell", n},
		{"1亿2000万元", "12000", "unit-in-cell", n},
		{"3千万", "3000", "unit-in-cell", n},
		{"3000万", "3000", "", ""},
		{"3000万元", "3000", "", ""},
		{"3000（万元）", "3000", "", ""},
		{"3000w", "3000", "", ""},
		{"12000元", "1.2", "unit-in-cell", w},
		{"24000000元", "2400", "unit-in-cell", w},
		{"24,000千元", "2400", "unit-in-cell", w},
		{"3000（含征迁1000）", "3000", "annotated", n},
		{"3000其中专项债2000", "3000", "annotated", n},
		{"3000，其中：专项债2000万元", "3000", "annotated", n},
		{"8600(不含征地费)", "8600", "annotated", n},
		{"1.2亿（其中债券0.5亿）", "12000", "annotated", n},
		{"一期1.2亿，二期3亿", "", "two-numbers", e},
		{"一期1.2亿", "", "not-a-number", e},
		{"1200+300", "", "sum-in-cell", e},
		{"1200＋300=1500", "", "sum-in-cell", e},
		{"1200*2", "", "sum-in-cell", e},
		{"1200/300", "", "two-numbers", e},
		{"1200-1500", "", "two-numbers", e},
		{"1200～1500", "", "two-numbers", e},
		{"500\n200", "", "two-numbers", e},
		{"3000 4000", "", "two-numbers", e},
		{"12,34", "", "not-a-number", e},
		{"3000,000", "", "not-a-number", e},
		{"1.234,5", "", "not-a-number", e},
		{"3000（调整为2500）", "", "two-numbers", e},
		{"3000（原计划）", "", "not-a-number", e},
		{"(3000)", "", "not-a-number", e},
		{"3千", "", "not-a-number", e},
		{"3000²", "", "not-a-number", e},
		{"①3000", "", "not-a-number", e},
		{"3OOO", "", "not-a-number", e},
		{"3000亩", "", "not-a-number", e},
		{"3000元/亩", "", "not-a-number", e},
		{"07928123456", "", "not-a-number", e},
		{"13900001234", "", "out-of-range", e},
		{"1E+99", "", "out-of-range", e},
		{"1e999999999", "", "two-numbers", e},
		{"2021年3月", "", "two-numbers", e},
		{"2021-03", "", "two-numbers", e},
		{"85%", "", "percent-in-amount", e},
		{"5000万美元", "", "foreign-currency", e},
		{"$5000", "", "foreign-currency", e},
		{"5000USD", "", "foreign-currency", e},
		{"三千五百", "", "number-in-words", e},
		{"叁仟万元", "", "number-in-words", e},
		{"正在测算", "", "not-a-number", e},
		{"见附件", "", "not-a-number", e},
		{"未开工", "", "", ""},
		{"尚未开工。", "", "", ""},
		{"未开工（征迁中）", "", "", ""},
		{"前期", "", "", ""},
		{"'3000", "3000", "", ""},
		{`="3000"`, "3000", "", ""},
	} {
		valueCase{reporting.FTotalInvest, text(c.text), march, c.want, c.code, c.severity}.run(t)
	}
}

func TestMoneyNumbers(t *testing.T) {
	for _, c := range []struct {
		number             float64
		format, unit, want string
		code               string
		severity           reporting.Severity
	}{
		{3000, "", "万元", "3000", "", ""},
		{3000, "", "", "3000", "", ""},
		{0.1 + 0.2, "", "万元", "0.3", "", ""},
		{12345.678, "#,##0", "万元", "12345.678", "", ""},
		{0.5201, "", "亿元", "5201", "", ""},
		{1.15, "0.00", "亿元", "11500", "", ""},
		{24000000, "#,##0.00", "元", "2400", "", ""},
		{12345, "", "元", "1.2345", "", ""},
		{2400, "", "千元", "240", "", ""},
		{-1200, "", "万元", "-1200", "", ""},
		{0, "0%", "万元", "0", "", ""},
		{44280, "", "万元", "44280", "", ""},
		{44280, "yyyy/m/d", "万元", "", "date-in-number", e},
		{44280, `m"月"d"日"`, "万元", "", "date-in-number", e},
		{0.5, "h:mm", "万元", "", "date-in-number", e},
		{0.85, "0%", "万元", "", "percent-in-amount", e},
		{3000, "_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "万元", "3000", "", ""},
		{3000, "0.00_);[Red]\\(0.00\\)", "万元", "3000", "", ""},
		{3000, "[$¥-804]#,##0.00", "万元", "3000", "", ""},
		{3000, "G/通用格式", "万元", "3000", "", ""},
		{3000, `0"万元"`, "万元", "3000", "", ""},
		{1.2, `0.00"亿元"`, "万元", "12000", "unit-in-cell", w},
		{1.2, `0.00"亿元"`, "亿元", "12000", "", ""},
		{24000000, `0!.0000,"万元"`, "万元", "", "scaled-format", e},
		{24000000, `0\.0,`, "万元", "", "scaled-format", e},
		{24000000, `#,##0,`, "万元", "", "scaled-format", e},
		{3000, "[$$-409]#,##0.00", "万元", "", "foreign-currency", e},
		{3000, "[$€-2] #,##0", "万元", "", "foreign-currency", e},
		{13900001234, "", "万元", "", "out-of-range", e},
		{1e300, "", "万元", "", "out-of-range", e},
		{1200000000, "", "元", "120000", "", ""},
		{3000, "", "%", "", "unit-unknown", e},
		{3000, "", "个", "", "unit-unknown", e},
	} {
		vc := march
		vc.Unit = c.unit
		valueCase{reporting.FTotalInvest, num(c.number, c.format), vc, c.want, c.code, c.severity}.run(t)
	}
	valueCase{reporting.FTotalInvest, sheet.Cell{Kind: sheet.Bool, Number: 1}, march, "", "not-a-number", e}.run(t)
}

// The unit in the cell goes before the column's.
func TestMoneyUnitInCell(t *testing.T) {
	vc := march
	vc.Unit = "亿元"
	valueCase{reporting.FTotalInvest, text("3000万"), vc, "3000", "unit-in-cell", n}.run(t)
	valueCase{reporting.FTotalInvest, text("0.52亿"), vc, "5200", "", ""}.run(t)
	valueCase{reporting.FTotalInvest, text("0.52"), vc, "5200", "", ""}.run(t)
	vc.Unit = "元"
	valueCase{reporting.FTotalInvest, text("3000万元"), vc, "3000", "unit-in-cell", n}.run(t)
	valueCase{reporting.FTotalInvest, text("3,000,000"), vc, "300", "", ""}.run(t)
}
