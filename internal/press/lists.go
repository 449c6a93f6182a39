package press

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// list is a table as every form prints it.
type list struct {
	heading string // （一）县（市、区）; "" where the title says it
	measure string // 单位：亿元
	columns []column
	lines   []line
	notes   []string // below the table
}

// column is one column. Width is in the workbook's characters; paper shares
// its width out by it. A column that is only in the workbook has wide set.
type column struct {
	title string
	width int
	kind  kind
	wide  bool
}

// line is one row: a value for each column, or a few and then a remark over
// the rest. A total is set in bold.
type line struct {
	cells  []any
	remark string
	total  bool
}

// narrow is the list as paper prints it, without the columns that are only in
// the workbook and with at most n lines.
func (l list) narrow(n int) list {
	out := list{heading: l.heading, measure: l.measure, notes: l.notes}
	var keep []int
	for i, c := range l.columns {
		if !c.wide {
			out.columns = append(out.columns, c)
			keep = append(keep, i)
		}
	}
	for i, x := range l.lines {
		if i == n {
			out.notes = append([]string{fmt.Sprintf("共%d条，此处列前%d条，其余见附表（Excel）。", len(l.lines), n)}, out.notes...)
			break
		}
		out.lines = append(out.lines, x.only(keep))
	}
	return out
}

// full is the list as the workbook prints it: without the additional columns
// that nobody filled in.
func (l list) full() list {
	var keep []int
	out := list{heading: l.heading, measure: l.measure, notes: l.notes}
	for i, c := range l.columns {
		filled := !c.wide
		for _, x := range l.lines {
			filled = filled || !x.total && i < len(x.cells) && c.kind.show(x.cells[i]) != absent
		}
		if filled {
			out.columns = append(out.columns, c)
			keep = append(keep, i)
		}
	}
	for _, x := range l.lines {
		out.lines = append(out.lines, x.only(keep))
	}
	return out
}

// only is the line with these cells.
func (x line) only(keep []int) line {
	out := line{remark: x.remark, total: x.total}
	for _, k := range keep {
		if k < len(x.cells) {
			out.cells = append(out.cells, x.cells[k])
		}
	}
	return out
}

// rankings are a table for each group that has units, with the city's sum
// below the last one. Central units are listed and not ranked.
func rankings(b bulletin.Bulletin) (out []list) {
	var groups []reporting.Group
	for _, g := range reporting.Groups {
		if len(b.UnitsOf(g)) > 0 {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 {
		l := ranking(b, reporting.Counties)
		l.lines = []line{{cells: []any{absent}, remark: "没有报送单位"}}
		return []list{l}
	}
	for i, g := range groups {
		l := ranking(b, g)
		if len(groups) > 1 {
			l.heading = "（" + []string{"一", "二", "三"}[i] + "）" + g.Title()
		}
		if i == len(groups)-1 {
			if b.City.Reported > 0 && len(groups) > 1 {
				l.lines = append(l.lines, line{cells: append([]any{"", "全市"}, sums(b.City.Figures)...), total: true})
			}
			l.notes = append(l.notes, rankingNotes(b)...)
		}
		out = append(out, l)
	}
	return out
}

func ranking(b bulletin.Bulletin, g reporting.Group) list {
	place, last := "序位", true
	if g == reporting.Central {
		place, last = "序号", false
	}
	l := list{measure: "单位：个、亿元、%", columns: []column{
		{place, 6, label, false}, {"地区", 16, label, false}, {"项目数", 8, count, false}, {"年度计划投资", 11, yi, false},
		{"本月完成", 10, yi, false}, {"累计完成", 10, yi, false}, {"占年度计划", 11, pct, false}, {"与序时比（±百分点）", 15, pp, false},
		{"计划新开工", 8, count, false}, {"已开工", 8, count, false}, {"开工率", 10, pct, false}, {"已入统", 8, count, false}, {"入统率", 10, pct, false},
	}}
	if g == reporting.Central {
		l.columns[1].title = "责任单位"
	}
	if last {
		l.columns = append(l.columns, column{"上月序位", 7, label, false}, column{"升降", 7, label, false})
	}
	for i, u := range b.UnitsOf(g) {
		x := line{cells: []any{absent, u.Name}}
		switch {
		case !last:
			x.cells[0] = i + 1
		case u.Rank > 0:
			x.cells[0] = u.Rank
		}
		if !u.Reported {
			x.remark = silence(b, u.Name)
			l.lines = append(l.lines, x)
			continue
		}
		x.cells = append(x.cells, sums(*u.Figures)...)
		if last {
			x.cells = append(x.cells, placeBefore(u), moved(u))
		}
		l.lines = append(l.lines, x)
	}
	if sum, ok := b.GroupOf(g); ok {
		l.lines = append(l.lines, line{cells: append([]any{"", "合计"}, sums(sum.Figures)...), total: true})
	}
	return l
}

// silence says why a unit has no figures.
func silence(b bulletin.Bulletin, unit string) string {
	for _, s := range b.Submissions.Units {
		if s.Unit != unit {
			continue
		}
		st, owed := s.Tables[reporting.Progress]
		switch {
		case !owed:
			return "不报进度表"
		case st.State == reporting.Exempt:
			return "免报"
		case st.State.Arrived():
			return "报送文字材料，无数据"
		case st.State == reporting.Due:
			return "尚未报送"
		case st.State == reporting.Rejected:
			return "退改未补正"
		}
	}
	return "未报送"
}

// sums are a unit's or a group's figures in the order of the ranking's columns.
func sums(f bulletin.Figures) []any {
	return []any{f.Projects, f.YearPlan, f.MonthDone, f.YTDDone, f.YTDPct, f.GapPP, f.NewPlanned, f.NewStarted, f.StartRate, f.StatsDone, f.StatsRate}
}

func placeBefore(u bulletin.Unit) any {
	if u.PreviousRank > 0 {
		return u.PreviousRank
	}
	return absent
}

// moved tells by words, for an arrow alone is lost in a copy.
func moved(u bulletin.Unit) string {
	n, ok := u.Moved()
	switch {
	case !ok:
		return absent
	case n > 0:
		return fmt.Sprintf("升%d", n)
	case n < 0:
		return fmt.Sprintf("降%d", -n)
	}
	return "持平"
}

func rankingNotes(b bulletin.Bulletin) []string {
	return []string{
		fmt.Sprintf("注：1.序时进度为%s%%。占年度计划=累计完成÷年度计划，没有年度计划投资的项目不计入；按公布精度排位，相同的序位并列。", pct.show(b.PacePct)),
		"2.开工率=已开工新项目÷计划新开工项目；“已入统”“入统率”以已开工且达到入统条件的项目计；进度表没有相应列的，填“—”。",
		"3.没有报送可用进度表的单位不参与排位和合计。因四舍五入，分项合计与总数略有差异。",
	}
}

// projectColumns are a project's, for the central units' table and the
// workbook's.
var projectColumns = []column{
	{"序号", 6, label, false}, {"责任单位", 16, words, false}, {"项目名称", 28, words, false}, {"所属项目", 16, words, true},
	{"项目类别", 11, words, true}, {"建设性质", 8, label, true}, {"总投资", 12, wan, true}, {"年度计划投资", 12, wan, false}, {"本月完成", 11, wan, false},
	{"累计完成", 11, wan, false}, {"占年度计划", 9, pct, false}, {"与序时比（±百分点）", 14, pp, false}, {"进度评价", 7, label, false}, {"是否开工", 6, label, true},
	{"是否竣工", 6, label, true}, {"是否入统", 6, label, true}, {"形象进度", 30, words, false}, {"责任领导", 10, words, true},
}

func projectLine(n int, unit string, p bulletin.Project) line {
	nature := absent
	if p.Nature != "" {
		nature = bulletin.NatureTitle(p.Nature)
	}
	return line{cells: []any{n, cmp.Or(unit, p.RespUnit), p.Name, p.Parent, p.Category, nature, p.TotalInvest, p.YearPlan, p.MonthDone, p.YTDDone,
		p.YTDPct, p.GapPP, p.Light.Title(), p.Started, p.Finished, p.InStats, p.Progress, p.Leader}}
}

// projects is one unit's list.
func projects(b bulletin.Bulletin, u bulletin.Unit) list {
	l := list{measure: "单位：万元、%", columns: slices.Clone(projectColumns)}
	l.columns[1].wide = true // dropped where the table has no such column
	for i, p := range u.Projects {
		l.lines = append(l.lines, projectLine(i+1, "", p))
	}
	if u.Reported {
		f := u.Figures
		l.lines = append(l.lines, line{cells: []any{"", "", fmt.Sprintf("合计（%d个）", f.Projects), "", "", "", f.TotalInvest, f.YearPlan, f.MonthDone, f.YTDDone,
			f.YTDPct, f.GapPP, f.Light.Title(), "", "", "", "", ""}, total: true})
		l.notes = []string{"注：打包项目只按主项目计入合计；主项目没有填的金额，按其子项目之和计。" + lightNote(b)}
	} else {
		l.lines = append(l.lines, line{cells: []any{absent}, remark: silence(b, u.Name)})
	}
	return l
}

// lightNote says where the lights are parted.
func lightNote(b bulletin.Bulletin) string {
	yellow, red := b.Thresholds.Yellow.String(), b.Thresholds.Red.String()
	return "进度评价：达到序时进度为绿，低于序时进度不到" + yellow + "个百分点为关注，" + yellow + "至" + red + "个百分点为黄，超过" + red + "个百分点为红；应开工未开工、应竣工未竣工的，至少为黄。"
}

// centrals lists the projects of the central units, without the parts of packages.
func centrals(b bulletin.Bulletin) list {
	l := list{measure: "单位：万元、%", columns: projectColumns}
	for _, u := range b.UnitsOf(reporting.Central) {
		if !u.Reported {
			l.lines = append(l.lines, line{cells: []any{absent, u.Name}, remark: silence(b, u.Name)})
			continue
		}
		n := 0
		for _, p := range u.Projects {
			if p.Parent == "" {
				n++
				l.lines = append(l.lines, projectLine(n, u.Name, p))
			}
		}
	}
	if len(l.lines) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: "没有中心城区责任单位报送的项目"}}
	}
	l.notes = []string{"注：" + lightNote(b)}
	return l
}

// laggards is the list of lagging projects.
func laggards(b bulletin.Bulletin) list {
	l := list{measure: "单位：万元、%", columns: []column{
		{"序号", 6, label, false}, {"单位", 12, label, false}, {"项目名称", 30, words, false}, {"责任单位", 16, words, true}, {"年度计划投资", 12, wan, false},
		{"累计完成", 12, wan, false}, {"占年度计划", 10, pct, false}, {"与序时比（±百分点）", 16, pp, false}, {"计划进度", 24, words, true}, {"实际进度", 24, words, true},
		{"原因类别", 13, label, false}, {"滞后原因", 30, words, false}, {"整改措施", 30, words, false}, {"预计赶上时间", 15, label, false}, {"责任领导", 12, words, true},
	}}
	for i, x := range b.Lagging.Items {
		l.lines = append(l.lines, line{cells: []any{i + 1, x.Unit, x.Project, x.RespUnit, x.YearPlan, x.YTDDone, x.YTDPct, x.GapPP, x.Planned, x.Actual,
			x.ReasonType, x.Reason, x.Measure, dated(x.CatchUpAt), x.Leader}})
	}
	if len(l.lines) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: "各单位没有上报进度滞后项目"}}
	}
	l.notes = []string{"注：本表按各单位上报的进度滞后项目清单汇总，金额和比例以其进度表为准；进度表中没有的，以清单填报数为准。"}
	return l
}

// issueSums counts the ledgers by unit.
func issueSums(b bulletin.Bulletin) list {
	l := list{measure: "单位：个", columns: []column{
		{"单位", 18, label, false}, {"台账问题", 12, count, false}, {"本月新增", 12, count, false}, {"本月办结销号", 14, count, false},
		{"尚未解决", 12, count, false}, {"其中：超期", 12, count, false}, {"上月未销号本月未列", 16, count, false},
	}}
	for _, u := range b.Issues.Units {
		l.lines = append(l.lines, line{cells: []any{u.Unit, u.Total, u.New, u.Closed, u.Open, u.Overdue, u.Gone}})
	}
	i := b.Issues
	l.lines = append(l.lines, line{cells: []any{"合计", i.Total, i.New, i.Closed, i.Open, i.Overdue, i.Gone}, total: true})
	return l
}

var issueColumns = []column{
	{"序号", 6, label, false}, {"单位", 12, label, false}, {"项目名称", 26, words, false}, {"问题描述", 38, words, false}, {"问题类别", 12, label, false},
	{"需协调单位", 18, words, false}, {"整改措施", 30, words, true}, {"整改进展", 30, words, true}, {"提出时间", 15, label, true}, {"整改时限", 18, label, false}, {"状态", 13, label, false},
	{"销号时间", 15, label, true},
}

func issueLine(n int, i bulletin.Issue, state string) line {
	return line{cells: []any{n, i.Unit, i.Project, i.Problem, i.Category, i.CoordUnit, i.Measure, i.Progress, dated(i.RaisedAt), dated(i.Deadline), state, dated(i.ClosedAt)}}
}

// openIssues lists what is not solved, and what disappeared from the ledgers.
func openIssues(b bulletin.Bulletin) list {
	l := list{columns: issueColumns}
	for _, i := range b.Issues.Items {
		if i.Open {
			l.lines = append(l.lines, issueLine(len(l.lines)+1, i, i.State()))
		}
	}
	for _, i := range b.Issues.GoneItems {
		l.lines = append(l.lines, issueLine(len(l.lines)+1, i, "本月未列"))
	}
	if len(l.lines) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: "没有尚未解决的问题"}}
	}
	return l
}

// issuesByDepartment lists all issues by the department that is to solve them:
// the ones with the most open issues first, those without a department last.
func issuesByDepartment(b bulletin.Bulletin) list {
	l := list{columns: append([]column{{"牵头单位", 18, label, false}}, issueColumns...)}
	items := slices.Clone(b.Issues.Items)
	open := map[string]int{}
	for _, i := range items {
		if i.Open {
			open[lead(i.CoordUnit)]++
		}
	}
	slices.SortStableFunc(items, func(x, y bulletin.Issue) int {
		m, n := lead(x.CoordUnit), lead(y.CoordUnit)
		switch {
		case m == n:
			return 0
		case m == "" || n == "":
			return strings.Compare(n, m)
		case open[m] != open[n]:
			return open[n] - open[m]
		}
		return strings.Compare(m, n)
	})
	add := func(i bulletin.Issue, state string) {
		x := issueLine(len(l.lines)+1, i, state)
		x.cells = append([]any{cmp.Or(lead(i.CoordUnit), "未填")}, x.cells...)
		l.lines = append(l.lines, x)
	}
	for _, i := range items {
		add(i, i.State())
	}
	for _, i := range b.Issues.GoneItems {
		add(i, "本月未列")
	}
	if len(l.lines) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: "各单位没有上报问题"}}
	}
	return l
}

// lead is the first of the departments that a cell names.
func lead(units string) string {
	for _, mark := range []string{"牵头单位：", "牵头单位:", "牵头：", "牵头:"} {
		units = strings.TrimPrefix(units, mark)
	}
	if i := strings.IndexAny(units, "、，,；;/ （("); i >= 0 {
		units = units[:i]
	}
	return units
}

// submissions says of each unit what came when.
func submissions(b bulletin.Bulletin) list {
	l := list{columns: []column{{"序号", 6, label, false}, {"单位", 20, label, false}}}
	for _, k := range reporting.Kinds {
		l.columns = append(l.columns, column{k.Short(), 34, label, false})
	}
	l.columns = append(l.columns, column{"报送结果", 13, label, false}, column{"备注", 24, words, false})
	for i, s := range b.Submissions.Units {
		x := line{cells: []any{i + 1, s.Unit}}
		again := 0
		for _, k := range reporting.Kinds {
			st, owed := s.Tables[k]
			if !owed {
				x.cells = append(x.cells, absent)
				continue
			}
			again = max(again, st.Version)
			x.cells = append(x.cells, standing(b, st))
		}
		var remarks []string
		if len(s.Lacks) > 0 {
			remarks = append(remarks, "缺"+strings.Join(s.Lacks, "、"))
		}
		if again > 1 {
			remarks = append(remarks, "有更正重报")
		}
		x.cells = append(x.cells, s.Result, strings.Join(remarks, "；"))
		l.lines = append(l.lines, x)
	}
	if len(l.lines) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: "没有应报送的单位"}}
	}
	return l
}

func standing(b bulletin.Bulletin, s reporting.Standing) string {
	word := map[reporting.State]string{reporting.OnTime: "按时", reporting.Late: "迟报", reporting.NilIn: "按时（零报告）", reporting.NilLate: "迟报（零报告）",
		reporting.Missing: "未报", reporting.Due: "未到期", reporting.Exempt: "免报", reporting.Rejected: "退改"}[s.State]
	if s.Received.IsZero() || !s.State.Arrived() {
		return cmp.Or(word, absent)
	}
	at := s.Received.In(b.AsOf.Location()).Format("1月2日15:04")
	if s.Version > 1 { // the word is the first version's, the time the last one's
		return word + "，" + at + "更正"
	}
	return at + word
}
