package form

import (
	"testing"

	"tongbao/internal/reporting"
)

func TestCheckAliases(t *testing.T) {
	f := func(field, word string) map[reporting.Field][]string {
		return map[reporting.Field][]string{reporting.Field(field): {word}}
	}
	for _, c := range []struct {
		own map[reporting.Field][]string
		bad bool
	}{
		{f("ytd_done", "今年干了多少"), false},
		{f("all_done", "累计完成投资"), false}, // open by itself: the office may settle it
		{f("year_plan", "年度计划投资"), false},
		{f("year_plan", "形象进度"), true},
		{f("year_plan", "（万元）"), true},
		{f("resp_unit", "整改措施"), true}, // fits the progress table's list no better than the lagging one's
		{map[reporting.Field][]string{"ytd_done": {"甲栏"}, "all_done": {"甲栏（万元）"}}, true},
	} {
		if got := CheckAliases(c.own); len(got) > 0 != c.bad {
			t.Errorf("%v: %v", c.own, got)
		}
	}
}
