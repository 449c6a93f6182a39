package form

import (
	"slices"
	"testing"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// TestNilIn reads what letters say instead of a table, and does not read it
// into what they say besides.
func TestNilIn(t *testing.T) {
	l, i := reporting.Lagging, reporting.Issues
	for _, c := range []struct {
		text string
		want []reporting.Kind
	}{
		{"我县3月份无滞后项目。", []reporting.Kind{l}},
		{"本月暂无进度滞后的项目，特此报告", []reporting.Kind{l}},
		{"我区没有进度滞后项目", []reporting.Kind{l}},
		{"三、进度滞后的项目清单：无。", []reporting.Kind{l}},
		{"进度滞后项目清单为零报告。", []reporting.Kind{l}},
		{"本月无滞后项目，无需协调解决的问题。", []reporting.Kind{l, i}},
		{"二、问题台账：无", []reporting.Kind{i}},
		{"本月未发现需协调解决的问题", []reporting.Kind{i}},
		{"附件：进度滞后的项目清单", nil},
		{"如无滞后项目，请报零报告。", nil},
		{"请各县于25日前报送，无滞后项目的也要说明。", nil},
		{"因征地无法推进，滞后项目见附件。", nil},
		{"我县三张表见附件，请查收。", nil},
		{"滞后项目3个，详见清单。", nil},
	} {
		if got := nilIn([]sheet.Paragraph{{Text: c.text}}); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}

// TestNames finds submitters by whole names only.
func TestNames(t *testing.T) {
	register := reporting.NewRegister(append(reporting.JiujiangCounties(),
		reporting.Submitter{Name: "庐山西海风景名胜区", Group: reporting.Zones, Aliases: []string{"庐山西海"}},
		reporting.Submitter{Name: "九江市城发集团", Group: reporting.Central},
	))
	n := newNames(register)
	for text, want := range map[string][]string{
		"永修县住建局":       {"永修县"},
		"修水":           {"修水县"},
		"永修水务局":        {"永修县"},
		"庐山":           nil,
		"庐山市2021年":     {"庐山市"},
		"庐山西海管委会":      {"庐山西海风景名胜区"},
		"庐山管理局":        nil,
		"庐山区":          {"濂溪区"},
		"星子县":          {"庐山市"},
		"共青城市":         {"共青城市"},
		"浔阳区、濂溪区":      {"浔阳区", "濂溪区"},
		"市城发集团":        {"九江市城发集团"},
		"柴桑区城发集团":      {"柴桑区"},
		"九江市2021年城建项目": nil,
		"浔阳江畔景观提升工程进度表": nil,
	} {
		if got, _ := n.in(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestMonths reads months out of titles, lines and file names.
func TestMonths(t *testing.T) {
	for text, want := range map[string]month{
		"修水县2021年城建项目进度表（3月）":    {2021, 3},
		"修水县2021年1—3月城建项目进度表":    {2021, 3},
		"2021年3月城建项目进度表（截至4月2日）": {2021, 3},
		"2021年11月份":                 {2021, 11},
		"二〇二一年十二月":                  {2021, 12},
		"2021年第一季度城建项目进度表":          {2021, 3},
		"城建项目进度表（截至2021年3月25日）":     {2021, 3},
		"城建项目进度表2021.03":            {2021, 3},
		"元月份进度表":                    {0, 1},
		"2021年城建项目进度表（共十大类 25个子项目）": {2021, 0},
	} {
		if got := inTitle(text); got != want {
			t.Errorf("title %q: %v, want %v", text, got, want)
		}
	}
	for name, want := range map[string]month{
		"湖口县城建项目进度表3.25.xls":     {0, 3},
		"进度表20210325.xlsx":       {2021, 3},
		"进度表20210405（定稿）.xlsx":   {2021, 3},
		"进度表0325终.xlsx":          {0, 3},
		"附件1.2 进度表.xlsx":         {0, 0},
		"2021-03进度表.xlsx":        {2021, 3},
		"修水县3月城建项目进度表（2）副本.xlsx": {0, 3},
		"Sheet1": {0, 0},
	} {
		if got := inName(name); got != want {
			t.Errorf("name %q: %v, want %v", name, got, want)
		}
	}
	for line, want := range map[string]month{
		"填报日期：2021年3月24日":        {2021, 3},
		"填报日期：2021-04-02":        {2021, 3},
		"填报时间:2021.1.5":          {2020, 12},
		"截至2021年4月5日":            {2021, 4},
		"2021年3月25日":             {2021, 3},
		"填报单位：修水县 电话13900000001": {0, 0},
	} {
		if got := inLines([]string{line}); got != want {
			t.Errorf("line %q: %v, want %v", line, got, want)
		}
	}
}
