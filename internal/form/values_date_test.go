package form

import (
	"testing"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Each line of domain 1.6.3, and what else clerks write.
func TestDateTexts(t *testing.T) {
	for _, c := range []struct {
		text, want, code string
		severity         reporting.Severity
	}{
		{"2021年3月1日", "2021-03-01", "", ""},
		{"2021-03-01", "2021-03-01", "", ""},
		{"2021/3/1", "2021-03-01", "", ""},
		{"2021.3.1", "2021-03-01", "", ""},
		{"20210301", "2021-03-01", "", ""},
		{"２０２１年５月２５日", "2021-05-25", "", ""},
		{"2021 年 3 月 1 日", "2021-03-01", "", ""},
		{"2021年3月1号", "2021-03-01", "", ""},
		{"2021-03-01 00:00:00", "2021-03-01", "", ""},
		{"2021-03-01T00:00:00.000", "2021-03-01", "", ""},
		{"21年3月1日", "2021-03-01", "", ""},
		{"21.3.1", "2021-03-01", "", ""},
		{"3/25/2021", "2021-03-25", "", ""},
		{"3/4/2021", "", "date-doubtful", e},
		{"2021年3月", "2021-03", "", ""},
		{"2021.3", "2021-03", "", ""},
		{"2021.03", "2021-03", "", ""},
		{"2021.10", "2021-10", "", ""},
		{"2021.1", "2021-01", "january-or-october", n},
		{"2021-03", "2021-03", "", ""},
		{"2021/3", "2021-03", "", ""},
		{"2021/3月", "2021-03", "", ""},
		{"202103", "2021-03", "", ""},
		{"21年3月", "2021-03", "", ""},
		{"21.3", "2021-03", "", ""},
		{"2021年3月份", "2021-03", "", ""},
		{"二〇二一年三月", "2021-03", "", ""},
		{"二零二一年十二月二十五日", "2021-12-25", "", ""},
		{"3月", "2021-03", "", ""},
		{"3月份", "2021-03", "", ""},
		{"三月", "2021-03", "", ""},
		{"十一月", "2021-11", "", ""},
		{"元月", "2021-01", "", ""},
		{"5月25日", "2021-05-25", "", ""},
		{"今年5月", "2021-05", "", ""},
		{"次年3月", "2022-03", "", ""},
		{"明年3月底", "2022-03", "", ""},
		{"去年12月", "2020-12", "", ""},
		{"3月底", "2021-03", "", ""},
		{"3月末", "2021-03", "", ""},
		{"3月上旬", "2021-03", "", ""},
		{"3月中旬", "2021-03", "", ""},
		{"2021年6月下旬", "2021-06", "", ""},
		{"3月初", "2021-03", "", ""},
		{"2021年4月底前", "2021-04", "", ""},
		{"6月底前完成", "2021-06", "", ""},
		{"2021年6月前", "2021-06", "before-date", n},
		{"2021年6月30日前", "2021-06-30", "", ""},
		{"2021年底", "2021-12", "", ""},
		{"年底前", "2021-12", "", ""},
		{"年底", "2021-12", "", ""},
		{"今年年底", "2021-12", "", ""},
		{"明年年底前", "2022-12", "", ""},
		{"2021年末", "2021-12", "", ""},
		{"2021年年底", "2021-12", "", ""},
		{"2021年12月底前", "2021-12", "", ""},
		{"2021年", "2021", "", ""},
		{"2021", "2021", "", ""},
		{"2021年内", "2021", "", ""},
		{"年内", "2021", "", ""},
		{"2021年度", "2021", "", ""},
		{"2021年初", "2021", "vague-date", n},
		{"一季度", "2021-Q1", "", ""},
		{"2021年二季度", "2021-Q2", "", ""},
		{"2021年第三季度", "2021-Q3", "", ""},
		{"4季度", "2021-Q4", "", ""},
		{"2021Q2", "2021-Q2", "", ""},
		{"二季度末", "2021-Q2", "", ""},
		{"明年一季度", "2022-Q1", "", ""},
		{"上半年", "2021-H1", "", ""},
		{"2021年下半年", "2021-H2", "", ""},
		{"本月底", "2021-03", "relative-date", n},
		{"下月底前", "2021-04", "relative-date", n},
		{"计划2021年5月", "2021-05", "", ""},
		{"预计5月底", "2021-05", "", ""},
		{"拟于2021年5月开工", "2021-05", "", ""},
		{"2021年5月竣工", "2021-05", "", ""},
		{"2021年3月（已开工）", "2021-03", "annotated", n},
		{"2025年4月22日（补充协议）", "2025-04-22", "annotated", n},
		{"44280", "2021-03-25", "serial-date", n},
		{"36525", "", "not-a-date", e},
		{"2021年3月（调整为6月）", "", "two-dates", e},
		{"2021年3月（6月30日）", "", "two-dates", e},
		{"2020-2022", "", "two-dates", e},
		{"2020～2022年", "", "two-dates", e},
		{"2019.6-2022.12", "", "two-dates", e},
		{"2021年3月-5月", "", "two-dates", e},
		{"3-5月", "", "two-dates", e},
		{"2021年3月或4月", "", "two-dates", e},
		{"2021-03-01\n2021-05-01", "", "two-dates", e},
		{"2021.1\n2", "", "two-dates", e},
		{"2021年2月30日", "", "impossible-date", e},
		{"2021年6月31日", "", "impossible-date", e},
		{"2021年13月", "", "impossible-date", e},
		{"2021.0.1", "", "impossible-date", e},
		{"20211301", "", "impossible-date", e},
		{"1021年3月", "", "impossible-date", e},
		{"3.25", "", "not-a-date", e},
		{"3/25", "", "not-a-date", e},
		{"Mar-21", "", "not-a-date", e},
		{"3", "", "not-a-date", e},
		{"春节前", "", "not-a-date", e},
		{"征迁完成后3个月", "", "not-a-date", e},
		{"已开工", "", "state-not-date", n},
		{"已竣工", "", "state-not-date", n},
		{"未开工", "", "state-not-date", n},
		{"长期坚持", "", "state-not-date", n},
		{"视拆迁进度", "", "not-a-date", e},
		{"待定", "", "", ""},
		{"—", "", "", ""},
	} {
		if want := c.want; want != "" {
			c.want = `"` + want + `"`
		}
		// A plan's date: no year in it is ever in the past or the future by itself.
		valueCase{reporting.FPlanStart, text(c.text), march, c.want, c.code, c.severity}.run(t)
	}
}

func TestDateNumbers(t *testing.T) {
	for _, c := range []struct {
		number       float64
		format, want string
		code         string
		severity     reporting.Severity
	}{
		{44280, "yyyy/m/d", "2021-03-25", "", ""},
		{44280, `yyyy"年"m"月"`, "2021-03", "", ""},
		{44280, `yyyy"年"m"月"d"日"`, "2021-03-25", "", ""},
		{44280, `[$-804]yyyy"年"m"月";@`, "2021-03", "", ""},
		{44280, `yyyy\.mm`, "2021-03", "", ""},
		{44280, "yyyy-mm", "2021-03", "", ""},
		{44280, "yyyy年m月", "2021-03", "", ""},
		{44280, "mmm-yy", "2021-03", "", ""},
		{44280, "yyyy", "2021", "", ""},
		{44280, `m"月"d"日"`, "2021-03-25", "", ""},
		{44280.4, "yyyy/m/d h:mm", "2021-03-25", "", ""},
		{44280, "", "2021-03-25", "", ""},
		{44280, "0", "2021-03-25", "", ""},
		{36526, "", "2000-01-01", "", ""},
		{54789, "", "2050-01-01", "", ""},
		{36525, "", "", "not-a-date", e},
		{60000, "", "", "not-a-date", e},
		{100, "yyyy/m/d", "", "impossible-date", e},
		{0, "yyyy/m/d", "", "not-a-date", n},
		{0, "", "", "not-a-date", n},
		{-5, "", "", "not-a-date", e},
		{2021, "", "2021", "", ""},
		{202103, "", "2021-03", "", ""},
		{20210325, "", "2021-03-25", "", ""},
		{20211325, "", "", "impossible-date", e},
		{2021.3, "", "2021-03", "", ""},
		{2021.03, "", "2021-03", "", ""},
		{2021.12, "", "2021-12", "", ""},
		{2021.1, "", "", "january-or-october", e},
		{2021.1, "0.0", "", "january-or-october", e},
		{2021.1, "0.00", "2021-10", "", ""},
		{2021.2, "0.00", "", "impossible-date", e},
		{2021.13, "", "", "impossible-date", e},
		{2021.345, "", "", "not-a-date", e},
		{21.3, "", "2021-03", "", ""},
		{3.25, "", "", "not-a-date", e},
		{3, "", "", "not-a-date", e},
		{1e300, "", "", "not-a-date", e},
		{0.5, "h:mm", "", "not-a-date", e},
	} {
		if want := c.want; want != "" {
			c.want = `"` + want + `"`
		}
		valueCase{reporting.FPlanStart, num(c.number, c.format), march, c.want, c.code, c.severity}.run(t)
	}
	vc := march
	vc.Date1904 = true
	valueCase{reporting.FPlanStart, num(42818, "yyyy/m/d"), vc, `"2021-03-25"`, "", ""}.run(t)
	vc.Header = "计划开工月份"
	valueCase{reporting.FPlanStart, num(5, ""), vc, `"2021-05"`, "", ""}.run(t)
	valueCase{reporting.FPlanStart, sheet.Cell{Kind: sheet.Bool, Number: 1}, march, "", "not-a-date", e}.run(t)
	c := text("2021-09-01T00:00:00.000")
	c.Format = `yyyy"年"m"月"`
	valueCase{reporting.FCatchUpAt, c, march, `"2021-09"`, "", ""}.run(t)
}

// A month without a year takes the reporting year only where that can be.
func TestDatesWithoutYear(t *testing.T) {
	unknown := valueContext{}
	for _, s := range []string{"3月", "年底前", "一季度", "上半年", "下月", "明年3月"} {
		valueCase{reporting.FPlanFinish, text(s), unknown, "", "year-unknown", e}.run(t)
	}
	valueCase{reporting.FPlanFinish, text("2021年底"), unknown, `"2021-12"`, "", ""}.run(t)
	for _, f := range []reporting.Field{reporting.FActualStart, reporting.FActualFinish, reporting.FRaisedAt, reporting.FClosedAt} {
		valueCase{f, text("2月"), march, `"2021-02"`, "", ""}.run(t)
		valueCase{f, text("12月"), march, "", "year-unknown", e}.run(t)
		valueCase{f, text("计划2021年5月"), march, "", "planned-not-actual", e}.run(t)
		valueCase{f, text("已于2021年2月开工"), march, `"2021-02"`, "", ""}.run(t)
	}
	valueCase{reporting.FCatchUpAt, text("1月底"), march, "", "year-unknown", e}.run(t)
	valueCase{reporting.FDeadline, text("1月底"), march, `"2021-01"`, "year-doubtful", w}.run(t)
	valueCase{reporting.FDeadline, text("9月底"), march, `"2021-09"`, "", ""}.run(t)
}
