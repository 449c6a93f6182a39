package bulletin

import (
	"slices"
	"strconv"

	"tongbao/internal/reporting"
)

// Figure is one of the bulletin's figures: what it is called, and how it is
// made. Key is its name in the contract's JSON; the ledger's go by issues_new
// and so on.
type Figure struct {
	Key     string
	Title   string
	Unity   string // 万元, %, 个, 位, 个百分点
	Formula string
	Kind    reporting.Kind // of the tables that it is made of; "" is none

	of     func(Figures) string // of a unit's or the city's sums
	fields []reporting.Field
	only   func(Figures) bool // of one project's: what is counted; nil counts all
	city   bool               // the city alone has it
	unit   bool               // units alone have it
}

func is(n *int) bool { return n != nil && *n > 0 }

func planned(f Figures) bool { return f.planned.IsPositive() }

// explained are all figures in the order in which they are told.
var explained = slices.Concat(ofProgress(amounts), ofProgress(counts), ledgers)

var amounts = []Figure{
	{Key: "total_invest", Title: "总投资", Unity: "万元", Formula: "各项目总投资之和", of: func(f Figures) string { return f.TotalInvest.String() }, fields: []reporting.Field{reporting.FTotalInvest}},
	{Key: "year_plan", Title: "年度计划投资", Unity: "万元", Formula: "各项目年度计划投资之和", of: func(f Figures) string { return f.YearPlan.String() }, fields: []reporting.Field{reporting.FYearPlan}},
	{Key: "month_done", Title: "本月完成投资", Unity: "万元", Formula: "各项目本月完成投资之和", of: func(f Figures) string { return f.MonthDone.String() }, fields: []reporting.Field{reporting.FMonthDone}},
	{Key: "ytd_done", Title: "累计完成投资", Unity: "万元", Formula: "各项目年初至今累计完成投资之和", of: func(f Figures) string { return f.YTDDone.String() }, fields: []reporting.Field{reporting.FYTDDone}},
	{Key: "ytd_pct", Title: "占年度计划", Unity: "%", Formula: "有年度计划的项目：累计完成投资之和÷年度计划投资之和，保留2位小数",
		of: func(f Figures) string { return shown(f.YTDPct) }, fields: []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, only: planned},
	{Key: "month_pct", Title: "当月进度", Unity: "%", Formula: "有年度计划的项目：本月完成投资之和÷年度计划投资之和，保留2位小数",
		of: func(f Figures) string { return shown(f.MonthPct) }, fields: []reporting.Field{reporting.FMonthDone, reporting.FYearPlan}, only: planned},
	{Key: "gap_pp", Title: "与序时进度比", Unity: "个百分点", Formula: "占年度计划（公布精度）减序时进度",
		of: func(f Figures) string { return shown(f.GapPP) }, fields: []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, only: planned},
	{Key: "rank", Title: "序位", Unity: "位", Formula: "同组中按占年度计划（公布精度）由高到低排列，相同的并列，其后跳号",
		fields: []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, only: planned, unit: true},
	{Key: "previous_rank", Title: "上月序位", Unity: "位", Formula: "上月通报公布的序位", unit: true},
	{Key: "target", Title: "全市年度目标", Unity: "万元", Formula: "配置中的 reporting.target", city: true},
	{Key: "target_pct", Title: "完成全市年度目标", Unity: "%", Formula: "全市累计完成投资÷全市年度目标，保留2位小数", fields: []reporting.Field{reporting.FYTDDone}, city: true},
	{Key: "month_on_month_pct", Title: "本月完成投资环比", Unity: "%", Formula: "本月完成投资÷上月通报的本月完成投资减1，保留2位小数", fields: []reporting.Field{reporting.FMonthDone}, city: true},
	{Key: "pace_pct", Title: "序时进度", Unity: "%", Formula: "按 reporting.pace：月份÷12，或已过天数÷全年天数", city: true},
}

var counts = []Figure{
	{Key: "projects", Title: "项目数", Unity: "个", Formula: "进度表的项目，打包项目按主项目计一个", of: func(f Figures) string { return strconv.Itoa(f.Projects) },
		fields: []reporting.Field{reporting.FProjectName}, only: func(f Figures) bool { return f.Projects > 0 }},
	{Key: "parts", Title: "拆分口径项目数", Unity: "个", Formula: "打包项目按最末一级子项目计", of: func(f Figures) string { return strconv.Itoa(f.Parts) }, fields: []reporting.Field{reporting.FProjectName}},
	{Key: "unplanned", Title: "没有年度计划投资的项目", Unity: "个", Formula: "年度计划投资为空或为零的项目，不计入占年度计划的比例", of: func(f Figures) string { return strconv.Itoa(f.Unplanned) },
		fields: []reporting.Field{reporting.FYearPlan}, only: func(f Figures) bool { return f.Unplanned > 0 }},
	{Key: "started", Title: "已开工项目", Unity: "个", Formula: "“是否开工”为是的项目；进度表没有这一列的，没有这项数据", of: func(f Figures) string { return counted(f.Started) },
		fields: []reporting.Field{reporting.FIsStarted}, only: func(f Figures) bool { return is(f.Started) }},
	{Key: "in_stats", Title: "已入统项目", Unity: "个", Formula: "“是否入统”为是的项目；进度表没有这一列的，没有这项数据", of: func(f Figures) string { return counted(f.InStats) },
		fields: []reporting.Field{reporting.FInStats}, only: func(f Figures) bool { return is(f.InStats) }},
	{Key: "new_planned", Title: "计划新开工项目", Unity: "个", Formula: "建设性质为新建的项目（填报了“是否开工”的进度表）", of: func(f Figures) string { return counted(f.NewPlanned) },
		fields: []reporting.Field{reporting.FNature}, only: func(f Figures) bool { return is(f.NewPlanned) }},
	{Key: "new_started", Title: "已开工的新开工项目", Unity: "个", Formula: "建设性质为新建、“是否开工”为是的项目", of: func(f Figures) string { return counted(f.NewStarted) },
		fields: []reporting.Field{reporting.FNature, reporting.FIsStarted}, only: func(f Figures) bool { return is(f.NewStarted) }},
	{Key: "start_rate_new", Title: "开工率", Unity: "%", Formula: "已开工的新建项目÷计划新开工项目，保留2位小数", of: func(f Figures) string { return shown(f.StartRate) },
		fields: []reporting.Field{reporting.FNature, reporting.FIsStarted}, only: func(f Figures) bool { return is(f.NewPlanned) }},
	{Key: "stats_due", Title: "应入统项目", Unity: "个", Formula: "已开工、总投资500万元以上（或没有填报）的项目，以及已开工且已入统的项目", of: func(f Figures) string { return counted(f.StatsDue) },
		fields: []reporting.Field{reporting.FIsStarted, reporting.FTotalInvest, reporting.FInStats}, only: func(f Figures) bool { return is(f.StatsDue) }},
	{Key: "stats_done", Title: "应入统项目中已入统", Unity: "个", Formula: "“是否开工”“是否入统”均为是的项目", of: func(f Figures) string { return counted(f.StatsDone) },
		fields: []reporting.Field{reporting.FIsStarted, reporting.FInStats}, only: func(f Figures) bool { return is(f.StatsDone) }},
	{Key: "stats_rate", Title: "入统率", Unity: "%", Formula: "应入统项目中已入统的÷应入统项目，保留2位小数", of: func(f Figures) string { return shown(f.StatsRate) },
		fields: []reporting.Field{reporting.FIsStarted, reporting.FTotalInvest, reporting.FInStats}, only: func(f Figures) bool { return is(f.StatsDue) }},
	{Key: "finish_planned", Title: "年内计划竣工项目", Unity: "个", Formula: "建设性质为竣工，或计划竣工时间在本年的项目", of: func(f Figures) string { return counted(f.FinishPlan) },
		fields: []reporting.Field{reporting.FNature, reporting.FPlanFinish}, only: func(f Figures) bool { return is(f.FinishPlan) }},
	{Key: "finished", Title: "已竣工项目", Unity: "个", Formula: "年内计划竣工的项目中，“是否竣工”为是，或实际竣工时间不晚于本月的", of: func(f Figures) string { return counted(f.Finished) },
		fields: []reporting.Field{reporting.FIsFinished, reporting.FActualFinish}, only: func(f Figures) bool { return is(f.Finished) }},
	{Key: "red", Title: "亮红灯项目", Unity: "个", Formula: "占年度计划低于序时进度超过红灯线的项目", of: func(f Figures) string { return strconv.Itoa(f.Red) },
		fields: []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, only: func(f Figures) bool { return f.Red > 0 }},
	{Key: "yellow", Title: "亮黄灯项目", Unity: "个", Formula: "占年度计划低于序时进度达到黄灯线，或应开工未开工、应竣工未竣工的项目", of: func(f Figures) string { return strconv.Itoa(f.Yellow) },
		fields: []reporting.Field{reporting.FYTDDone, reporting.FYearPlan, reporting.FPlanStart, reporting.FIsStarted, reporting.FPlanFinish, reporting.FIsFinished}, only: func(f Figures) bool { return f.Yellow > 0 }},
	{Key: "reported", Title: "报送进度表", Formula: "冻结前收到可用的进度表"},
}

var ledgers = []Figure{
	{Key: "lagging", Title: "上报的滞后项目", Unity: "个", Formula: "进度滞后项目清单的行数", Kind: reporting.Lagging},
	{Key: "issues_total", Title: "上报问题", Unity: "个", Formula: "问题台账的行数", Kind: reporting.Issues},
	{Key: "issues_new", Title: "本月新增问题", Unity: "个", Formula: "上月台账没有、提出时间不早于上月的；没有上月台账的，为提出时间在本月的", Kind: reporting.Issues},
	{Key: "issues_closed", Title: "本月办结销号问题", Unity: "个", Formula: "状态为已办结、已销号，上月台账尚未办结的；上月台账没有的，为销号时间在本月或没有填的", Kind: reporting.Issues},
	{Key: "issues_open", Title: "尚未解决的问题", Unity: "个", Formula: "状态不是已办结、已销号的问题", Kind: reporting.Issues},
	{Key: "issues_overdue", Title: "超过整改时限的问题", Unity: "个", Formula: "尚未解决、整改时限早于数据时点的问题", Kind: reporting.Issues},
	{Key: "issues_gone", Title: "上月未销号、本月没有列出的问题", Unity: "个", Formula: "上月台账尚未解决，本月台账没有的问题（取自上月台账）", Kind: reporting.Issues},
}

// ofProgress says of figures that are made of fields which table has them.
func ofProgress(list []Figure) []Figure {
	for i := range list {
		if f := &list[i]; len(f.fields) > 0 || f.Key == "reported" {
			f.Kind = reporting.Progress
		}
	}
	return list
}

// FigureOf finds a figure by its key; false where neither the city, where
// whole is set, nor a unit has one of that name.
func FigureOf(key string, whole bool) (Figure, bool) {
	for _, f := range FiguresFor(whole) {
		if f.Key == key {
			return f, true
		}
	}
	return Figure{}, false
}

// FiguresFor are the figures that the city has, or a unit.
func FiguresFor(whole bool) (out []Figure) {
	for _, f := range explained {
		if whole && !f.unit || !whole && !f.city {
			out = append(out, f)
		}
	}
	return out
}

// Printed is a unit's figure, or the city's (Whole), as the bulletin has it;
// "" where it is absent, false where there is no such unit.
func (b Bulletin) Printed(unit, key string) (value string, ok bool) {
	whole := unit == Whole
	sums, u := &b.City.Figures, Unit{}
	if !whole {
		if u, ok = b.Unit(unit); !ok {
			return "", false
		}
		sums = u.Figures
	}
	f, _ := FigureOf(key, whole)
	switch {
	case f.of != nil && sums != nil:
		return f.of(*sums), true
	case f.Kind == reporting.Issues:
		return b.ledgerOf(unit, key), true
	case whole:
		return b.cityOnly(key), true
	}
	switch key {
	case "rank":
		return rankText(u.Rank), true
	case "previous_rank":
		return rankText(u.PreviousRank), true
	case "lagging":
		return counted(u.Lagging), true
	case "reported":
		return map[bool]string{true: "是", false: "否"}[u.Reported], true
	}
	return "", true
}

func (b Bulletin) cityOnly(key string) string {
	switch key {
	case "target":
		return b.City.Target.String()
	case "target_pct":
		return shown(b.City.TargetPct)
	case "month_on_month_pct":
		return shown(b.City.MonthOnMonth)
	case "pace_pct":
		return shown(&b.PacePct)
	case "lagging":
		return strconv.Itoa(b.City.Lagging)
	case "reported":
		return strconv.Itoa(b.City.Reported)
	}
	return ""
}

func rankText(rank int) string {
	if rank == 0 {
		return ""
	}
	return strconv.Itoa(rank)
}

// ledgerOf is a figure of a unit's ledger, or of all; "" where none came.
func (b Bulletin) ledgerOf(unit, key string) string {
	sum := UnitIssue{Total: b.Issues.Total, New: b.Issues.New, Closed: b.Issues.Closed, Open: b.Issues.Open, Overdue: b.Issues.Overdue, Gone: b.Issues.Gone}
	if unit != Whole {
		i := slices.IndexFunc(b.Issues.Units, func(u UnitIssue) bool { return u.Unit == unit })
		if i < 0 {
			return ""
		}
		sum = b.Issues.Units[i]
	}
	return strconv.Itoa(map[string]int{"issues_total": sum.Total, "issues_new": sum.New, "issues_closed": sum.Closed,
		"issues_open": sum.Open, "issues_overdue": sum.Overdue, "issues_gone": sum.Gone}[key])
}
