package main

import (
	"fmt"
	"io"
	"strings"

	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/register"
	"tongbao/internal/reporting"
)

// dash stands for what is not known.
func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func printProjects(w io.Writer, l frontdesk.Listing) {
	rows := [][]string{paintFor(w).head([]string{"编号", "单位", "项目名称", "阶段", "总投资", "年度计划", "责任领导", "责任单位", "实施主体", "月份"})}
	for _, p := range l.Projects {
		months := p.First.String()
		if p.Last != p.First {
			months += "～" + p.Last.String()
		}
		text := func(f reporting.Field, n int) string { return dash(plain(f.Word(p.Known[f]), n)) }
		rows = append(rows, []string{p.ID, p.Submitter, plain(p.Name, 30), dash(p.Stage.Title()), text(reporting.FTotalInvest, 14), text(reporting.FYearPlan, 14),
			text(reporting.FLeader, 10), text(reporting.FRespUnit, 16), text(reporting.FOwnerUnit, 16), months})
	}
	columns(w, rows)
	fmt.Fprintf(w, "共 %d 个项目（金额单位：万元）\n", len(l.Projects))
	printDoubts(w, l.Doubts)
}

func printDoubts(w io.Writer, doubts []reporting.Doubt) {
	if len(doubts) == 0 {
		return
	}
	fmt.Fprintf(w, "\n待确认 %d 处（是同一项目：tongbao projects merge 原编号 新编号；不是：tongbao projects apart 原编号 新编号）：\n", len(doubts))
	for _, d := range doubts {
		fmt.Fprintf(w, "  %s %s“%s”（%s，%s）\n      疑似 %s“%s”：%s\n", d.ID, d.Submitter, plain(d.Name, 40), d.Period.Chinese(), d.Cell,
			strings.Join(d.Others, "、"), plain(d.Known, 40), d.Why)
	}
}

func printProject(w io.Writer, p office.Project) {
	fmt.Fprintf(w, "%s　%s　%s　阶段：%s\n", p.ID, p.Submitter, plain(p.Name, 60), dash(p.Stage.Title()))
	for _, line := range [][]reporting.Field{
		{reporting.FLeader, reporting.FRespUnit, reporting.FOwnerUnit, reporting.FPlanStart, reporting.FPlanFinish},
		{reporting.FLocation, reporting.FCategory, reporting.FNature, reporting.FProjectCode},
		{reporting.FTotalInvest, reporting.FYearPlan, reporting.FActualStart, reporting.FActualFinish, reporting.FYearGoal},
	} {
		var parts []string
		for _, f := range line {
			if s := f.Word(p.Known[f]); s != "" {
				parts = append(parts, f.Title()+"："+plain(s, 40))
			}
		}
		if len(parts) > 0 {
			fmt.Fprintln(w, strings.Join(parts, "　"))
		}
	}
	for _, a := range p.Names {
		if len(p.Names) > 1 {
			fmt.Fprintf(w, "曾用名：%s（%s～%s）\n", plain(a.Name, 60), a.First, a.Last)
		}
	}
	for _, m := range p.Merged {
		fmt.Fprintf(w, "已并入：%s“%s”\n", m.ID, plain(m.Name, 60))
	}
	printDoubts(w, p.Doubts)
	figures := []reporting.Field{reporting.FTotalInvest, reporting.FYearPlan, reporting.FMonthDone, reporting.FYTDDone, reporting.FAllDone}
	head := []string{"月份", "版本", "阶段"}
	for _, f := range figures {
		head = append(head, f.Title())
	}
	rows := [][]string{paintFor(w).head(append(head, "来源"))}
	for _, m := range p.Months {
		for _, v := range m.Versions {
			row := []string{m.Period.String(), fmt.Sprintf("第%d版", v.Version), "（未计）"}
			switch {
			case v.Counts:
				row[2] = dash(m.Stage.Title())
			case v.Excluded != "":
				row[2] = "（排除）"
			}
			for _, f := range figures {
				x, ok := v.Value(f)
				if !ok {
					row = append(row, "—")
					continue
				}
				row = append(row, fmt.Sprintf("%s [%s]", x.Value, x.Cell))
			}
			rows = append(rows, append(row, fmt.Sprintf("信 %s %s 第%d行", v.Letter, place(v.Path, v.Sheet, v.Number), v.Row)))
		}
	}
	fmt.Fprintln(w)
	columns(w, rows)
}

func printProblems(w io.Writer, p office.Problems) {
	fmt.Fprintf(w, "%s问题台账　未销号 %d　本月新增 %d　本月销号 %d　超期 %d　提请上级 %d　未销号而消失 %d\n", p.Period.Chinese(),
		p.Sum.Open, p.Sum.New, p.Sum.Closed, p.Sum.Overdue, p.Sum.Escalated, p.Sum.Vanished)
	paint := paintFor(w)
	for _, x := range []struct {
		title string
		sums  []office.ProblemSum
	}{{"按类别", p.Kinds}, {"按部门", p.Departments}} {
		if len(x.sums) == 0 {
			continue
		}
		rows := [][]string{paint.head([]string{x.title, "未销号", "新增", "销号", "超期", "提请上级", "消失"})}
		for _, s := range x.sums {
			rows = append(rows, []string{plain(s.Name, 30), count(s.Open), count(s.New), count(s.Closed), paint.some(s.Overdue, paint.red), count(s.Escalated), count(s.Vanished)})
		}
		fmt.Fprintln(w)
		columns(w, rows)
	}
	if len(p.Problems) == 0 {
		return
	}
	fmt.Fprintln(w)
	rows := [][]string{paint.head([]string{"编号", "单位", "项目", "问题", "类别", "部门", "时限", "历时", "状态"})}
	for _, x := range p.Problems {
		state := x.Words()
		if x.Maybe != "" {
			state += "（或即 " + x.Maybe + "）"
		}
		rows = append(rows, []string{x.ID, x.Submitter, dash(plain(x.Project, 20)), plain(x.Problem, 30), x.Kind, plain(strings.Join(x.Departments, "、"), 20),
			dash(x.Standing.Month.Deadline), fmt.Sprintf("%d个月", x.Standing.Age), state})
	}
	columns(w, rows)
}

func valueText(v *reporting.Value) string {
	if v == nil {
		return "（空）"
	}
	return plain(v.String(), 60)
}

func printChanges(w io.Writer, changes []register.Change) {
	if len(changes) == 0 {
		fmt.Fprintln(w, "    没有不同")
	}
	for _, c := range changes {
		switch c.What {
		case register.Added:
			fmt.Fprintf(w, "    增加 %s %s\n", c.NewCell, plain(c.Name, 40))
		case register.Removed:
			fmt.Fprintf(w, "    删去 %s %s\n", c.OldCell, plain(c.Name, 40))
		default:
			cell := c.NewCell
			if cell == "" || c.OldCell != "" && c.OldCell != c.NewCell {
				cell = dash(c.OldCell) + "→" + dash(c.NewCell)
			}
			fmt.Fprintf(w, "    %s %s　%s：%s → %s\n", cell, plain(c.Name, 40), c.Title, valueText(c.Old), valueText(c.New))
		}
	}
}

func printDiff(w io.Writer, d office.Diff) {
	fmt.Fprintf(w, "%s%s　冻结 %s\n", d.Submitter, d.Period.Chinese(), clock(d.Freeze))
	if len(d.Tables) == 0 {
		fmt.Fprintln(w, "没有收到报表")
	}
	for _, t := range d.Tables {
		fmt.Fprintln(w, t.Kind.Title())
		for _, v := range t.Versions {
			var marks []string
			for _, x := range []struct {
				is   bool
				word string
			}{{v.Counts, "计入"}, {v.Published, "通报所用"}, {v.Late, "冻结后到达"}, {v.Unusable, "不可用"}, {v.Excluded != "", "排除：" + plain(v.Excluded, 60)}} {
				if x.is {
					marks = append(marks, x.word)
				}
			}
			fmt.Fprintf(w, "  第%d版　%s　%d行　信 %s　%s　%s\n", v.Version, clock(v.Received), v.Rows, v.Letter, place(v.Path, v.Sheet, 0), strings.Join(marks, "，"))
		}
		for _, s := range t.Steps {
			fmt.Fprintf(w, "  第%d版 → 第%d版：%d处\n", s.From, s.To, len(s.Changes))
			printChanges(w, s.Changes)
		}
	}
}

func printCorrections(w io.Writer, list []office.Correction) {
	if len(list) == 0 {
		fmt.Fprintln(w, "没有更正：现在的数据与通报所用的相同，或该月还没有通报")
	}
	version := func(n int) string {
		if n == 0 {
			return "无"
		}
		return fmt.Sprintf("第%d版", n)
	}
	for _, c := range list {
		fmt.Fprintf(w, "%s%s%s：通报所用%s，现为%s，%d处不同\n", c.Submitter, c.Period.Chinese(), c.Kind.Short(), version(c.From), version(c.To), len(c.Changes))
		printChanges(w, c.Changes)
	}
}

func printAudit(w io.Writer, acts []office.Act) {
	rows := [][]string{paintFor(w).head([]string{"时间", "谁", "事项"})}
	for _, a := range acts {
		rows = append(rows, []string{clock(a.At), plain(office.Who(a.By), 30), plain(a.Text, 200)})
	}
	columns(w, rows)
}
