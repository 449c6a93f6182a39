package press

import (
	"strings"
	"testing"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// TestStyle: each rule finds what breaks it, and passes over what does not.
func TestStyle(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"截止3月25日，累计完成投资1.00亿元。", "截至"},
		{"项目 12 个。", "不空格"},
		{"占年度计划的12.5%。", "2位小数"},
		{"占年度计划的12%。", "2位小数"},
		{"完成投资3亿元。", "亿元统一"},
		{"与序时进度比为-3.20个百分点。", "绝对值"},
		{"修水县排名倒数第一。", "末位"},
		{"完成投资近3.21亿元。", "概数"},
		{`按照"双向告知"要求。`, "引号"},
		{"项目,共三个。", "全角"},
		{"于2021年03月05日印发。", "虚位"},
		{"修水县，，永修县。", "重复"},
		{"项目１２个。", "半角"},
		{"完成<no value>亿元。", "没有印"},
		{"（一）、从各地看。", "序数"},
		{"没有句号", "没有句号"},
		{"截至3月25日，累计完成投资1.00亿元，占年度计划的122.60%，低于序时进度3.20个百分点，完成全市年度目标（300亿元）的0.33%。", ""},
		{"竣工验收截止时间另行通知。", ""},
		{"2021年3月5日，修水县（30.00%）、永修县（29.00%）排名靠后。", ""},
	} {
		got := strings.Join(Prose{Sections: []Section{{"一、总体情况", []string{c.text}}}}.style(), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: told %q, want %q", c.text, got, c.want)
		}
	}
}

// TestOwnStyle: our own sentences keep the rules, whatever the month was like.
func TestOwnStyle(t *testing.T) {
	nobody := newMonth(march, county("濂溪区"), county("修水县"))
	nobody.silent(county("濂溪区"))
	ahead := newMonth(march, county("濂溪区"))
	ahead.sent("濂溪区", reporting.Progress, reporting.OnTime, fields(6, reporting.FProjectName, "滨江路", reporting.FNature, "new", reporting.FTotalInvest, 2000,
		reporting.FYearPlan, 1000, reporting.FYTDDone, 1226, reporting.FMonthDone, 1, reporting.FIsStarted, true, reporting.FInStats, true))
	ahead.sent("濂溪区", reporting.Issues, reporting.NilIn)
	ahead.sent("濂溪区", reporting.Lagging, reporting.NilIn)
	for name, b := range map[string]bulletin.Bulletin{"city": city(), "small": small(), "large": large(), "nobody": bulletin.Compute(nobody.in),
		"ahead": bulletin.Compute(ahead.in), "hostile": hostileMonth(), "nothing": bulletin.Compute(newMonth(march).in)} {
		faults, err := Style(b, office, builtIn(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults {
			t.Errorf("%s: %s", name, fault)
		}
	}
}
