package years

import (
	"fmt"
	"math"
	"strings"

	"tongbao/internal/reporting"
)

// set is what a unit reports for a month before it is written: its tables,
// each a list of entries.
type set struct {
	unit    *unit
	month   int // whose figures they are
	titled  int // the month in the titles
	tables  map[reporting.Kind][]*entry
	counts  int // what the title promises
	nothing map[reporting.Kind]bool
}

// entry is one row: money, date, bool, float64 (percent) and string by field.
type entry struct {
	id     string // the project's name, the issue's text, "合计", or the category
	role   role
	p      *project
	part   bool // of a package
	values map[reporting.Field]any
	number int // of a category row: how many projects it promises
}

type role uint8

const (
	item role = iota
	group
	sum
)

func (e *entry) money(f reporting.Field) money { m, _ := e.values[f].(money); return m }
func (e *entry) text(f reporting.Field) string { s, _ := e.values[f].(string); return s }

// clone copies a set, so that it can be sent again.
func (m *set) clone() *set {
	c := *m
	c.tables, c.nothing = map[reporting.Kind][]*entry{}, m.nothing
	for k, list := range m.tables {
		for _, e := range list {
			x := *e
			x.values = map[reporting.Field]any{}
			for f, v := range e.values {
				x.values[f] = v
			}
			c.tables[k] = append(c.tables[k], &x)
		}
	}
	return &c
}

// find is the entry of a table with the id, nil where there is none.
func (m *set) find(k reporting.Kind, id string) *entry {
	if m == nil {
		return nil
	}
	for _, e := range m.tables[k] {
		if e.id == id {
			return e
		}
	}
	return nil
}

// report makes the month's tables.
func (u *unit) report(month int) *set {
	m := &set{unit: u, month: month, titled: month, tables: map[reporting.Kind][]*entry{}, nothing: map[reporting.Kind]bool{}}
	for _, p := range u.ordered(month) {
		if month < p.joins || u.drops && p.finished(month-1) {
			continue
		}
		m.tables[reporting.Progress] = append(m.tables[reporting.Progress], u.progress(p, month))
		if !u.Owes(reporting.Issues) {
			continue
		}
		for _, i := range p.issues {
			if i.raised <= month && (i.closed >= month || i.shownAfterClosed) {
				m.tables[reporting.Issues] = append(m.tables[reporting.Issues], u.issue(i, month))
			}
		}
		if p.parent == nil && u.lags(p, month) {
			m.tables[reporting.Lagging] = append(m.tables[reporting.Lagging], u.lagging(p, month))
		}
	}
	return m
}

// ordered are the projects as the form lists them: by category where it has
// category rows.
func (u *unit) ordered(month int) []*project {
	if k := month % len(u.projects); u.turns && !u.groups && u.projects[k].parent == nil {
		return append(append([]*project{}, u.projects[k:]...), u.projects[:k]...)
	}
	if !u.groups {
		return u.projects
	}
	var out []*project
	for _, n := range []string{"续建", "新建", "前期"} {
		for _, p := range u.projects {
			if p.nature == n {
				out = append(out, p)
			}
		}
	}
	return out
}

// progress is a project's row in the progress table.
func (u *unit) progress(p *project, month int) *entry {
	v := map[reporting.Field]any{
		reporting.FProjectName: u.typed(p.name, month), reporting.FCategory: p.class, reporting.FNature: p.nature, reporting.FLocation: p.place, reporting.FContent: p.content,
		reporting.FTotalInvest: p.total, reporting.FDoneToLastYear: p.before, reporting.FYearPlan: p.plan[month],
		reporting.FMonthDone: p.done[month], reporting.FYTDDone: p.ytd(month), reporting.FAllDone: p.before + p.ytd(month),
		reporting.FProgressText: u.progressText(p, month), reporting.FNextPlan: u.nextPlan(p, month),
		reporting.FPlanStart: p.planStart, reporting.FPlanFinish: p.planFinish,
		reporting.FIsStarted: p.started(month), reporting.FIsFinished: p.finished(month), reporting.FInStats: !p.stats.none() && !p.stats.after(date{year, month}),
		reporting.FRespUnit: p.resp, reporting.FOwnerUnit: p.owner, reporting.FLeader: p.leader, reporting.FPerson: p.person, reporting.FPhone: "13900001234",
	}
	if p.started(month) {
		v[reporting.FActualStart] = p.start
	}
	if p.finished(month) {
		v[reporting.FActualFinish] = p.finish
	}
	for _, i := range p.issues {
		if i.raised <= month && i.closed > month {
			v[reporting.FProblemText] = i.text
		}
	}
	if p.adjusted > 0 && month >= p.adjusted {
		v[reporting.FRemark] = fmt.Sprintf("年度计划经研究由%s万元调整为%s万元", plain(p.plan[1]), plain(p.plan[month]))
	}
	if p.cut == month {
		v[reporting.FMonthDone], v[reporting.FRemark] = money(0), fmt.Sprintf("经财政评审核减%s万元", plain(-p.done[month]))
	}
	return &entry{id: p.name, p: p, part: p.parent != nil, values: v}
}

// typed is a project's name as the clerk types it in the month.
func (u *unit) typed(name string, month int) string {
	if !u.retypes || month%3 == 0 {
		return name
	}
	if month%3 == 1 {
		return strings.NewReplacer("（", "(", "）", ")").Replace(name)
	}
	return strings.NewReplacer("（", " （", "工程", " 工程").Replace(name)
}

// progressText says how far a project is.
func (u *unit) progressText(p *project, month int) string {
	switch {
	case p.finished(month):
		return "已完工，正在办理竣工验收及结算"
	case !p.started(month) && p.done[month] > 0:
		return fmt.Sprintf("完成征迁补偿%s万元，施工招标准备中", plain(p.done[month]))
	case !p.started(month):
		return []string{"正在办理前期手续", "完成可研批复，开展初步设计", "施工图审查阶段", "正在开展招投标"}[month%4]
	}
	var stages []string
	for _, w := range works {
		if w.class == p.class {
			stages = w.stages
		}
	}
	share := float64(p.before+p.ytd(month)) / float64(max(p.total, 1))
	s := stages[min(int(share*float64(len(stages))), len(stages)-1)]
	return fmt.Sprintf("%s施工，%d月完成%s万元，累计完成工程量%.1f%%", s, month, plain(max(p.done[month], 0)), share*100)
}

func (u *unit) nextPlan(p *project, month int) string {
	switch {
	case p.finished(month):
		return "办理竣工决算，移交管养单位"
	case p.started(month):
		return "按计划推进施工，确保完成年度任务"
	case p.planStart.year == year:
		return fmt.Sprintf("力争%d月开工建设", max(p.planStart.month, min(month+1, 12)))
	}
	return "加快前期手续办理"
}

// issue is a row of the ledger.
func (u *unit) issue(i *issue, month int) *entry {
	v := map[reporting.Field]any{
		reporting.FProjectName: u.listed(i.project.name), reporting.FProblem: i.text, reporting.FCategory: i.class, reporting.FRaisedAt: date{year, i.raised},
		reporting.FCoordUnit: i.dept, reporting.FLeader: i.project.leader, reporting.FPerson: i.project.person, reporting.FMeasure: i.measure,
		reporting.FDeadline: i.deadline, reporting.FProgress: i.progressBy[min(month-i.raised, 2)], reporting.FStatus: "推进中",
	}
	if month >= i.closed {
		v[reporting.FStatus], v[reporting.FProgress], v[reporting.FClosedAt] = "已销号", i.progressBy[3], date{year, i.closed}
	}
	return &entry{id: i.text, p: i.project, values: v}
}

// lagging is a row of the lagging list.
func (u *unit) lagging(p *project, month int) *entry {
	gap := p.gap(month, u.has(reporting.Progress, reporting.FPlanStart))
	reason := "建设资金未按期到位，施工力量投入不足"
	if len(p.issues) > 0 {
		reason = p.issues[0].text
	}
	v := map[reporting.Field]any{
		reporting.FProjectName: u.listed(p.name), reporting.FRespUnit: p.resp, reporting.FYearPlan: p.plan[month], reporting.FYTDDone: p.ytd(month),
		reporting.FGap: fmt.Sprintf("%.1f个百分点", math.Abs(gap)), reporting.FPlanProgress: fmt.Sprintf("完成年度计划的%d%%", month*100/12),
		reporting.FActualProgress: fmt.Sprintf("完成年度计划的%.1f%%", 100*float64(p.ytd(month))/float64(p.plan[month])),
		reporting.FReason:         reason, reporting.FMeasure: "增加人员设备，倒排工期，挂图作战", reporting.FCatchUpAt: date{year, month}.add(2), reporting.FLeader: p.leader,
	}
	return &entry{id: p.name, p: p, values: v}
}

// listed is a project's name as the unit's lists have it.
func (u *unit) listed(name string) string {
	if u.shortNames {
		return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "项目"), "工程"), "建设")
	}
	return name
}
