package form

import (
	"strings"
	"testing"

	"tongbao/internal/reporting"
)

var inMarch = reporting.Period{Year: 2021, Month: 3}

// TestEveryWord holds each listed word, written as forms write it, against the
// key that it stands under: no word stands under two, and none is shadowed by
// a rule.
func TestEveryWord(t *testing.T) {
	written := strings.NewReplacer("{Y}年度", "2021年度", "{Y}年", "2021年", "{Y-1}年", "2020年", "{m}月", "3月", "{1-m}月", "1—3月", "{m+1}月", "4月")
	for _, kind := range reporting.Kinds {
		raw, err := wordFiles.ReadFile("words/" + string(kind) + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			key, list, ok := strings.Cut(strings.TrimSpace(line), ":")
			if !ok || strings.HasPrefix(key, "#") {
				continue
			}
			for alias := range strings.FieldsSeq(list) {
				for _, header := range []string{written.Replace(alias), " " + written.Replace(alias) + "\n（万元）", "*" + written.Replace(alias) + "："} {
					c := builtin().understand(builtin().parse(head{levels: []string{header}}, inMarch), kind, inMarch)
					got := string(c.field)
					if c.also != "" {
						got += "+" + string(c.also)
					}
					if c.asks != "" {
						got = "?" + c.asks
					}
					if got != key {
						t.Errorf("%s: %q is %q, and stands under %q", kind, header, got, key)
					}
				}
			}
		}
	}
}

// TestComposedHeaders reads parents and children.
func TestComposedHeaders(t *testing.T) {
	for _, c := range []struct {
		header string // layers between "|"
		want   string // field, or ?ask, or "" for none
		unit   string
	}{
		{"1-3月完成投资(万元)|完成投资", "ytd_done", "万元"},
		{"1-3月完成投资(万元)|占年度计划(%)", "ytd_pct", "%"},
		{"1-3月完成投资|到位资金", "fund_arrived_ytd", ""},
		{"开工累计|完成投资", "all_done", ""},
		{"开工以来|占总投资(%)", "all_pct", "%"},
		{"开工以来|到位资金", "", ""},
		{"2021年投资情况|年计划", "year_plan", ""},
		{"2021年投资情况|本月完成", "month_done", ""},
		{"2021年投资情况|累计完成", "ytd_done", ""},
		{"2021年投资情况|完成比例", "ytd_pct", ""},
		{"投资完成情况|计划", "year_plan", ""},
		{"投资完成情况|完成", "?cum", ""},
		{"投资完成情况|完成率", "?pct", ""},
		{"本月完成投资(亿元)|合计", "month_done", "亿元"},
		{"本月完成投资|中央投资", "", ""},
		{"本月完成投资|省投资", "", ""},
		{"资金来源|专项债", "", ""},
		{"开竣工时间|开工时间", "?start", ""},
		{"开竣工时间|开工|计划", "plan_start", ""},
		{"开竣工时间|竣工|实际", "actual_finish", ""},
		{"计划|开工时间", "plan_start", ""},
		{"五个一责任|责任领导", "leader", ""},
		{"前期手续办理情况|施工许可", "", ""},
		{"入统情况|是否入统", "in_stats", ""},
		{"形象进度|年度目标", "year_goal", ""},
		{"形象进度|下月计划", "next_plan", ""},
		{"完成投资|本月", "month_done", ""},
		{"完成投资|1-3月", "ytd_done", ""},
		{"3月|累计", "ytd_done", ""},
		{"2021年3月|完成投资", "month_done", ""},
		{"2021年1至3月|完成投资", "ytd_done", ""},
		{"2021年3月份完成投资", "month_done", ""},
		{"2021年元至三月累计完成投资", "ytd_done", ""},
		{"截至2020年底\n累计完成投资（万元）", "done_to_last_year", "万元"},
		{"上月累计完成投资", "", ""},
		{"剩余投资", "", ""},
		{"去年同期完成投资", "", ""},
		{"年度計劃投資（萬元）", "year_plan", "万元"},
		{"责任单位联系电话", "", ""},
		{"总投资（亿元）", "total_invest", "亿元"},
		{"总投资:万元", "total_invest", "万元"},
	} {
		got := builtin().understand(builtin().parse(head{levels: strings.Split(c.header, "|")}, inMarch), reporting.Progress, inMarch)
		name := string(got.field)
		if got.asks != "" {
			name = "?" + got.asks
		}
		if name != c.want || got.unit != c.unit {
			t.Errorf("%q is %q in %q, want %q in %q", c.header, name, got.unit, c.want, c.unit)
		}
	}
}

// TestNoGuessOverWeight keeps two columns apart that differ by a character
// that matters.
func TestNoGuessOverWeight(t *testing.T) {
	for key, want := range map[string]reporting.Field{
		"形象进渡":   reporting.FProgressText,
		"形像进度表":  "",
		"计划动工时间": "",
		"本季完成投资": "",
		"责任单们":   "",
	} {
		if m := builtin().guess(guessKey{reporting.Progress, key}); m.field != want {
			t.Errorf("%q is taken for %q, want %q", key, m.field, want)
		}
	}
}
