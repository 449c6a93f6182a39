package bulletin

import (
	"strconv"
)

// Difference is a figure that a later version of a table changed after its
// bulletin went out (更正): as it was published, and as it is now. A figure
// that is not there is "".
type Difference struct {
	Unit  string `json:"unit"`  // "全市" for the city
	Key   string `json:"key"`   // ytd_done, rank …
	Title string `json:"title"` // 累计完成投资
	Unity string `json:"unity"` // 万元, %, 个, 位, 个百分点
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// Whole is the name by which the city's figures go.
const Whole = "全市"

// figure is one printed figure of a unit or the city.
type figure struct {
	key, title, unity string
	value             string
}

// Differences are the figures in which a month's bulletin differs from what
// it would be now: the city's first, then the units' in the order of the
// later bulletin.
func Differences(was, is Bulletin) (out []Difference) {
	out = compare(out, Whole, cityFigures(was), cityFigures(is))
	for _, u := range is.Units {
		before, _ := was.Unit(u.Name)
		out = compare(out, u.Name, unitFigures(before), unitFigures(u))
	}
	for _, u := range was.Units {
		if _, ok := is.Unit(u.Name); !ok {
			out = compare(out, u.Name, unitFigures(u), nil)
		}
	}
	return out
}

func compare(out []Difference, unit string, was, is []figure) []Difference {
	find := func(list []figure, key string) string {
		for _, f := range list {
			if f.key == key {
				return f.value
			}
		}
		return ""
	}
	all := is
	if len(was) > len(is) {
		all = was
	}
	for _, f := range all {
		if a, b := find(was, f.key), find(is, f.key); a != b {
			out = append(out, Difference{Unit: unit, Key: f.key, Title: f.title, Unity: f.unity, Old: a, New: b})
		}
	}
	return out
}

func figuresOf(f Figures) []figure {
	return []figure{
		{"projects", "项目数", "个", strconv.Itoa(f.Projects)},
		{"total_invest", "总投资", "万元", f.TotalInvest.String()},
		{"year_plan", "年度计划投资", "万元", f.YearPlan.String()},
		{"month_done", "本月完成投资", "万元", f.MonthDone.String()},
		{"ytd_done", "累计完成投资", "万元", f.YTDDone.String()},
		{"ytd_pct", "占年度计划", "%", shown(f.YTDPct)},
		{"gap_pp", "与序时进度比", "个百分点", shown(f.GapPP)},
		{"started", "已开工项目", "个", counted(f.Started)},
		{"in_stats", "已入统项目", "个", counted(f.InStats)},
		{"start_rate_new", "开工率", "%", shown(f.StartRate)},
		{"stats_rate", "入统率", "%", shown(f.StatsRate)},
	}
}

func cityFigures(b Bulletin) []figure {
	return append(figuresOf(b.City.Figures),
		figure{"target_pct", "完成全市年度目标", "%", shown(b.City.TargetPct)},
		figure{"reported", "已报送进度表的单位", "家", strconv.Itoa(b.City.Reported)},
		figure{"lagging", "上报的滞后项目", "个", strconv.Itoa(b.City.Lagging)},
		figure{"issues_open", "尚未解决的问题", "个", strconv.Itoa(b.City.IssuesOpen)})
}

func unitFigures(u Unit) (out []figure) {
	if u.Figures != nil {
		out = figuresOf(*u.Figures)
		if u.Rank > 0 {
			out = append(out, figure{"rank", "序位", "位", strconv.Itoa(u.Rank)})
		} else {
			out = append(out, figure{"rank", "序位", "位", ""})
		}
	}
	return append(out, figure{"lagging", "上报的滞后项目", "个", counted(u.Lagging)}, figure{"issues_open", "尚未解决的问题", "个", counted(u.IssuesOpen)})
}

// shown is a percentage as it is printed.
func shown(n *Number) string {
	if n == nil {
		return ""
	}
	return n.StringFixed(percentDigits)
}

func counted(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
