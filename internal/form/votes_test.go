package form

import (
	"fmt"
	"strings"
	"testing"

	"tongbao/internal/sheet"
)

// ballot is a table of lines with cells apart by commas.
func ballot(lines ...string) (g sheet.Grid) {
	for i, l := range lines {
		r := sheet.Row{Index: i + 1}
		for col, s := range strings.Split(l, ",") {
			if s != "" {
				r.Cells = append(r.Cells, sheet.Cell{Col: col, Text: s})
			}
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

func TestReadVotes(t *testing.T) {
	votes, err := ReadVotes(ballot("2021年一季度观摩投票", "序号,项目名称,第 1 名,第二名票数,第３名", "1,滨江路,6,3,1", "2,体育中心,4,,", ",合计,10,3,1"))
	if got := fmt.Sprint(votes); err != nil || got != "[{滨江路 [6 3 1]} {体育中心 [4 0 0]}]" {
		t.Errorf("votes = %s: %v", got, err)
	}
	for why, lines := range map[string][]string{
		"没有找到表头":       {"甲,乙", "滨江路,3"},
		"缺“第1名”":       {"名称,第2名", "滨江路,3"},
		"写了两次":         {"名称,第1名", "滨江路,3", "滨江 路,2"},
		"看不懂列名":        {"名称,第1名,第一名", "滨江路,3,3"},
		"“3.5”不是票数":    {"名称,第1名", "滨江路,3.5"},
		"“-1”不是票数":     {"名称,第1名", "滨江路,-1"},
		"没有名称":         {"名称,第1名", ",3"},
		"没有参评":         {"名称,第1名"},
		"没有票数":         {"名称,第1名,第2名", "滨江路,0,2"},
		"多于总票数":        {"名称,第1名,第2名", "滨江路,3,2", "体育中心,1,3"},
		"“滨江路”共得5票，多于": {"名称,第1名,第2名", "滨江路,3,2", "体育中心,1,1"},
	} {
		if _, err := ReadVotes(ballot(lines...)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v: %v, want %s", lines, err, why)
		}
	}
}
