package years

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"tongbao/internal/reporting"
)

// column is a column of a unit's form. In its header {m} is the month and {u}
// the unit of money; above is the header that stands over it, "" where it has
// but one.
type column struct {
	field       reporting.Field
	above, head string
}

// names are the ways in which forms name a column.
var names = map[reporting.Kind]map[reporting.Field][]string{
	reporting.Progress: {
		reporting.FSeq: {"序号", "序 号"}, reporting.FProjectName: {"项目名称", "工程名称", "建设项目名称"}, reporting.FCategory: {"项目类别", "类别"},
		reporting.FNature: {"建设性质"}, reporting.FLocation: {"建设地点", "项目地点"}, reporting.FContent: {"建设规模及内容", "建设内容及规模"},
		reporting.FTotalInvest: {"总投资{u}", "项目总投资{u}", "计划总投资{u}"}, reporting.FDoneToLastYear: {"至2020年底累计完成投资{u}", "上年底累计完成投资{u}"},
		reporting.FYearPlan: {"2021年计划投资{u}", "年度计划投资{u}", "2021年度投资计划{u}"}, reporting.FMonthDone: {"{m}月完成投资{u}", "本月完成投资{u}"},
		reporting.FYTDDone: {"1-{m}月累计完成投资{u}", "年初至今累计完成投资{u}", "本年累计完成投资{u}"}, reporting.FYTDPct: {"占年度计划（%）", "年度计划完成率（%）"},
		reporting.FAllDone: {"开工以来累计完成投资{u}", "自开工累计完成投资{u}"}, reporting.FAllPct: {"占总投资（%）"},
		reporting.FProgressText: {"形象进度", "目前形象进度", "工程形象进度"}, reporting.FNextPlan: {"下一步计划", "下一步工作计划"},
		reporting.FPlanStart: {"计划开工时间"}, reporting.FActualStart: {"实际开工时间"}, reporting.FPlanFinish: {"计划竣工时间"}, reporting.FActualFinish: {"实际竣工时间"},
		reporting.FIsStarted: {"是否开工"}, reporting.FIsFinished: {"是否竣工"}, reporting.FInStats: {"是否入统", "是否纳统"}, reporting.FProblemText: {"存在问题", "存在的困难和问题"},
		reporting.FRespUnit: {"责任单位"}, reporting.FOwnerUnit: {"建设单位", "实施主体"}, reporting.FLeader: {"责任领导", "挂点领导"},
		reporting.FPerson: {"责任人"}, reporting.FPhone: {"联系电话"}, reporting.FRemark: {"备注"},
	},
	reporting.Issues: {
		reporting.FSeq: {"序号"}, reporting.FProjectName: {"项目名称", "涉及项目"}, reporting.FProblem: {"存在问题", "问题描述"}, reporting.FCategory: {"问题类别", "问题类型"},
		reporting.FRaisedAt: {"提出时间", "登记时间"}, reporting.FCoordUnit: {"责任单位", "需协调单位"}, reporting.FLeader: {"责任领导"}, reporting.FPerson: {"责任人"},
		reporting.FMeasure: {"整改措施", "解决措施"}, reporting.FDeadline: {"整改时限", "完成时限"}, reporting.FProgress: {"整改进展", "办理进展"},
		reporting.FStatus: {"销号状态", "是否销号"}, reporting.FClosedAt: {"销号时间"},
	},
	reporting.Lagging: {
		reporting.FSeq: {"序号"}, reporting.FProjectName: {"项目名称", "滞后项目名称"}, reporting.FRespUnit: {"责任单位"}, reporting.FYearPlan: {"年度计划投资{u}"},
		reporting.FYTDDone: {"累计完成投资{u}"}, reporting.FGap: {"滞后幅度", "与序时差距"}, reporting.FPlanProgress: {"计划进度"}, reporting.FActualProgress: {"实际进度"},
		reporting.FReason: {"滞后原因", "原因分析"}, reporting.FMeasure: {"整改措施", "赶工措施"}, reporting.FCatchUpAt: {"预计赶上时间"}, reporting.FLeader: {"责任领导"},
	},
}

// optional are the columns that a form may do without, each left out by one
// form in three.
var optional = map[reporting.Field]bool{
	reporting.FCategory: true, reporting.FLocation: true, reporting.FContent: true, reporting.FDoneToLastYear: true, reporting.FAllDone: true, reporting.FAllPct: true,
	reporting.FNextPlan: true, reporting.FPlanStart: true, reporting.FActualStart: true, reporting.FPlanFinish: true, reporting.FActualFinish: true,
	reporting.FIsStarted: true, reporting.FIsFinished: true, reporting.FInStats: true, reporting.FProblemText: true, reporting.FOwnerUnit: true,
	reporting.FPerson: true, reporting.FPhone: true, reporting.FRaisedAt: true, reporting.FClosedAt: true, reporting.FGap: true, reporting.FLeader: true,
}

// above are the headers that stand over columns in forms of two rows.
var above = map[reporting.Field]string{
	reporting.FMonthDone: "2021年投资完成情况", reporting.FYTDDone: "2021年投资完成情况", reporting.FYTDPct: "2021年投资完成情况",
	reporting.FAllDone: "开工累计", reporting.FAllPct: "开工累计",
	reporting.FRespUnit: "责任分工", reporting.FOwnerUnit: "责任分工", reporting.FLeader: "责任分工", reporting.FPerson: "责任分工", reporting.FPhone: "责任分工",
}

// forms are the unit's three forms.
func (u *unit) forms(r *rand.Rand) map[reporting.Kind][]column {
	out := map[reporting.Kind][]column{}
	full, layered := r.IntN(4) == 0, r.IntN(2) == 0
	for _, k := range u.Tables {
		for _, f := range reporting.Fields[k] {
			ways := names[k][f]
			if len(ways) == 0 || optional[f] && !full && r.IntN(3) == 0 {
				continue
			}
			if f == reporting.FAllPct && !slices.ContainsFunc(out[k], func(c column) bool { return c.field == reporting.FAllDone }) {
				continue // a share of nothing that stands beside it
			}
			c := column{field: f, head: ways[r.IntN(len(ways))]}
			if k == reporting.Progress && layered {
				c.above = above[f]
			}
			out[k] = append(out[k], c)
		}
	}
	return out
}

// header spells a column's header for a month.
func (u *unit) header(c column, month int) string {
	money := ""
	if strings.Contains(c.head, "{u}") {
		money = "（万元）"
		if u.allYi || u.yi && c.field == reporting.FTotalInvest {
			money = "（亿元）"
		}
		if u.unitLine && (!u.yi || c.field != reporting.FTotalInvest) {
			money = ""
		}
	}
	return strings.NewReplacer("{m}", fmt.Sprint(month), "{u}", money).Replace(c.head)
}

// title is a table's title for the month.
func (u *unit) title(k reporting.Kind, m *set) string {
	what := map[reporting.Kind]string{reporting.Progress: "城建项目进度表", reporting.Issues: "城建项目问题台账", reporting.Lagging: "进度滞后的项目清单"}[k]
	count := ""
	if k == reporting.Progress && u.titleCount {
		count = fmt.Sprintf("（共%d个项目）", m.counts)
	}
	switch u.habits.title {
	case 0:
		return fmt.Sprintf("%s2021年%s（%d月）%s", u.Name, what, m.titled, count)
	case 1:
		return fmt.Sprintf("%s%s（截至2021年%d月25日）%s", u.Name, what, m.titled, count)
	case 2:
		return fmt.Sprintf("%s2021年%d月%s%s", u.Name, m.titled, what, count)
	}
	return fmt.Sprintf("2021年%d月份%s%s%s", m.titled, u.Name, what, count)
}
