package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// pair is a project this month and last month.
type pair struct{ is, was reporting.Row }

// comparePrevious holds a table against the one that counted for the month
// before. Only the progress table's figures run on from month to month.
func comparePrevious(d *desk, before reporting.Table) {
	if d.t.Kind == reporting.Issues {
		issuesGone(d, before)
	}
	if d.t.Kind != reporting.Progress || len(before.Rows) == 0 {
		return
	}
	pairs, vanished := matched(d.t.Rows, before.Rows)
	vanished = renamed(d, &pairs, vanished)
	projectsGone(d, len(pairs), vanished)
	if sentAgain(d, pairs) {
		return // every row would say so again
	}
	unitJumped(d, pairs)
	if d.period.Month != 1 { // in January the year's figures begin anew
		if !ytdUnchanged(d, pairs) { // every row would say so again
			yearRunsOn(d, pairs)
		}
		planChanged(d, pairs)
	}
	backwards(d, pairs, reporting.FAllDone)
	textUnchanged(d, pairs)
}

// rowKey tells a table's rows apart: the project's name and its package's.
func rowKey(r reporting.Row) string {
	return reporting.NameKey(nameOf(r)) + "\n" + reporting.NameKey(r.Text(reporting.FParentName))
}

// matched pairs the rows of the same name, those of one name in their order.
// What of last month found no partner is left over.
func matched(is, was []reporting.Row) (pairs []pair, left []reporting.Row) {
	waiting := map[string][]reporting.Row{}
	for _, r := range is {
		waiting[rowKey(r)] = append(waiting[rowKey(r)], r)
	}
	for _, r := range was {
		k := rowKey(r)
		if k == "\n" {
			continue
		}
		if w := waiting[k]; len(w) > 0 {
			pairs, waiting[k] = append(pairs, pair{w[0], r}), w[1:]
		} else {
			left = append(left, r)
		}
	}
	return pairs, left
}

// maxRenamed bounds how many rows without a partner are compared with each other.
const maxRenamed = 150

// renamed is V13: a project that vanished and one that is new are probably
// one, where the names are alike and the total investment or the code is the
// same. It takes them from the vanished and pairs them.
func renamed(d *desk, pairs *[]pair, vanished []reporting.Row) (left []reporting.Row) {
	known := map[int]bool{}
	for _, p := range *pairs {
		known[p.is.Row] = true
	}
	var fresh []reporting.Row
	for _, r := range d.t.Rows {
		if !known[r.Row] && nameOf(r) != "" {
			fresh = append(fresh, r)
		}
	}
	if len(fresh) > maxRenamed || len(vanished) > maxRenamed {
		return vanished
	}
	for _, was := range vanished {
		i := slices.IndexFunc(fresh, func(is reporting.Row) bool { return sameProject(is, was) })
		if i < 0 {
			left = append(left, was)
			continue
		}
		*pairs = append(*pairs, pair{fresh[i], was})
		d.say(cellOf(fresh[i], reporting.FProjectName), "project-renamed", reporting.Notice,
			"“%s”上月填报为“%s”，按同一项目比对。如非同一项目或确已更名，请在备注中说明。", cut(nameOf(fresh[i]), 40), cut(nameOf(was), 40))
		fresh = slices.Delete(fresh, i, i+1)
	}
	return left
}

// sameProject: by its code, else a like name and the same total investment.
func sameProject(is, was reporting.Row) bool {
	if a, b := is.Text(reporting.FProjectCode), was.Text(reporting.FProjectCode); a != "" && b != "" {
		return reporting.NameKey(a) == reporting.NameKey(b)
	}
	a, ok1 := is.Decimal(reporting.FTotalInvest)
	b, ok2 := was.Decimal(reporting.FTotalInvest)
	return ok1 && ok2 && a.Equal(b) && sameName(reporting.NameKey(nameOf(is)), reporting.NameKey(nameOf(was)))
}

// projectsGone is V12: what stood in last month's table and was not finished
// stands in this month's.
func projectsGone(d *desk, found int, vanished []reporting.Row) {
	var names []string
	for _, r := range vanished {
		if finished, _ := r.Bool(reporting.FIsFinished); finished || r.Text(reporting.FActualFinish) != "" {
			continue
		}
		names = append(names, nameOf(r))
	}
	switch {
	case len(names) == 0:
	case found == 0:
		d.say("", "projects-missing", reporting.Warning,
			"本表与上月进度表没有一个同名项目（上月%d个：%s），请核对是否报错表。", len(names), listNames(names))
	default:
		d.say("", "projects-missing", reporting.Warning,
			"上月在表的%d个项目本月未填报：%s。请补报；已竣工、调出或更名的，请在备注中说明。", len(names), listNames(names))
	}
}

// sentAgain is the second half of V15: a table whose figures of the month are
// all those of last month is probably last month's table.
func sentAgain(d *desk, pairs []pair) bool {
	same, any, whole := 0, false, true
	for _, p := range pairs {
		a, ok1 := p.is.Decimal(reporting.FMonthDone)
		b, ok2 := p.was.Decimal(reporting.FMonthDone)
		if !ok1 || !ok2 {
			continue
		}
		if !a.Equal(b) {
			return false
		}
		same++
		any = any || a.IsPositive()
		x, ok1 := p.is.Decimal(reporting.FYTDDone)
		y, ok2 := p.was.Decimal(reporting.FYTDDone)
		whole = whole && ok1 == ok2 && x.Equal(y)
	}
	if same < d.th.UnitRows || !any {
		return false
	}
	what := "本月完成投资"
	if whole {
		what = "本月完成投资和年初至今累计"
	}
	d.say(d.columnOf(reporting.FMonthDone), "last-month-again", reporting.Warning,
		"全表%d个项目的%s与上月完全相同，疑似误发上月的表，请核对后重报。", same, what)
	return whole
}

// nearDeadline is how many days around a deadline a table is for its month.
const nearDeadline = 10

// sentOld: a table under last month's title with the very figures that were
// reported then, around the day on which this month's is due, is the old file
// sent by mistake. Without a word nobody would know that this month's is missing.
func sentOld(d *desk) {
	was := d.c.Earlier
	if was == nil || d.t.Kind != reporting.Progress || d.c.Now.IsZero() || d.c.Terms.Workdays == nil || d.period.IsZero() {
		return
	}
	due := d.c.Terms.Deadline(d.period.Add(1))
	if days := due.Sub(d.c.Now).Hours() / 24; days > nearDeadline || days < -nearDeadline || len(was.Rows) != len(d.t.Rows) {
		return
	}
	pairs, left := matched(d.t.Rows, was.Rows)
	if len(left) > 0 || len(pairs) < d.th.UnitRows {
		return
	}
	same := 0
	for _, p := range pairs {
		for _, f := range []reporting.Field{reporting.FYearPlan, reporting.FMonthDone, reporting.FYTDDone} {
			a, ok1 := p.is.Decimal(f)
			b, ok2 := p.was.Decimal(f)
			if ok1 != ok2 || !a.Equal(b) {
				return
			}
			if a.IsPositive() {
				same++
			}
		}
	}
	if same < d.th.UnitRows {
		return
	}
	d.say(d.t.TitleCell, "last-month-again", reporting.Warning,
		"本表写的是%s，各项数字与已报的%s进度表完全相同，疑似误发上月的表。%s的表请另行报送。",
		d.period.Chinese(), d.period.Chinese(), d.period.Add(1).Chinese())
}

// ytdUnchanged: a column of sums that is last month's throughout, though
// something was done, was copied and not carried on.
func ytdUnchanged(d *desk, pairs []pair) bool {
	n := 0
	for _, p := range pairs {
		month, ok1 := p.is.Decimal(reporting.FMonthDone)
		is, ok2 := p.is.Decimal(reporting.FYTDDone)
		was, ok3 := p.was.Decimal(reporting.FYTDDone)
		if !ok1 || !ok2 || !ok3 || !month.IsPositive() {
			continue
		}
		if !is.Equal(was) {
			return false
		}
		n++
	}
	if n < d.th.UnitRows {
		return false
	}
	d.say(d.columnOf(reporting.FYTDDone), "ytd-unchanged", reporting.Warning,
		"%d个项目本月有完成投资，而全列的年初至今累计完成投资与上月完全相同，疑似照抄上月、没有累加本月数，请改正。", n)
	return true
}

// monthAllZero is the first half of V15: a month in which nothing was done
// anywhere.
func monthAllZero(d *desk) {
	n := 0
	for _, r := range d.t.Rows {
		v, ok := r.Decimal(reporting.FMonthDone)
		if ok && !v.IsZero() {
			return
		}
		if ok {
			n++
		}
	}
	if n >= d.th.UnitRows && !d.unread(reporting.FMonthDone) {
		d.say(d.columnOf(reporting.FMonthDone), "month-all-zero", reporting.Warning,
			"全表%d个项目的本月完成投资均为0，请核对是否漏填或误发上月的表。", n)
	}
}

// jumped reports whether one amount is ten thousand times the other: 万元 and
// 元, or 亿元 and 万元, were mixed up.
func jumped(p pair, f reporting.Field) bool {
	a, ok1 := p.is.Decimal(f)
	b, ok2 := p.was.Decimal(f)
	if !ok1 || !ok2 || !a.IsPositive() || !b.IsPositive() {
		return false
	}
	return a.Equal(b.Mul(tenThousand)) || b.Equal(a.Mul(tenThousand))
}

// unitJumped is V16 against last month (1.8): a change by exactly 10⁴ is a
// change of the unit.
func unitJumped(d *desk, pairs []pair) {
	for _, f := range []reporting.Field{reporting.FTotalInvest, reporting.FYearPlan} {
		if d.doubted[f] {
			continue // said already
		}
		var cells []cell
		for _, p := range pairs {
			if jumped(p, f) {
				a, _ := p.is.Decimal(f)
				b, _ := p.was.Decimal(f)
				cells = append(cells, cell{cellOf(p.is, f), f, a, b})
			}
		}
		d.sayCells(f, "unit-jumped", reporting.Warning, cells, func(c cell) string {
			return fmt.Sprintf("“%s”上月为%s万元，本月为%s万元，恰好相差一万倍，疑似单位写错，请核对。", f.Title(), c.was, c.is)
		})
	}
}

// backwards is the first half of V2: what was done in all never becomes less.
func backwards(d *desk, pairs []pair, f reporting.Field) {
	var cells []cell
	for _, p := range pairs {
		a, ok1 := p.is.Decimal(f)
		b, ok2 := p.was.Decimal(f)
		if ok1 && ok2 && a.LessThan(b.Sub(d.th.Slack)) && !jumped(p, reporting.FTotalInvest) && !amountExplained(p.is) {
			cells = append(cells, cell{cellOf(p.is, f), f, a, b})
		}
	}
	d.sayCells(f, "goes-backwards", reporting.Warning, cells, func(c cell) string {
		return fmt.Sprintf("“%s”为%s万元，小于上月的%s万元，累计数倒退。口径有调整或核减的请在备注中说明，否则请改正。", f.Title(), c.is, c.was)
	})
}

// yearRunsOn is V2: the year's sum grows by what was done this month.
func yearRunsOn(d *desk, pairs []pair) {
	backwards(d, pairs, reporting.FYTDDone)
	var cells []cell
	for _, p := range pairs {
		is, ok1 := p.is.Decimal(reporting.FYTDDone)
		was, ok2 := p.was.Decimal(reporting.FYTDDone)
		month, ok3 := p.is.Decimal(reporting.FMonthDone)
		slack := decimal.Sum(d.th.Step, d.written(reporting.FYTDDone, is), d.written(reporting.FYTDDone, was), d.written(reporting.FMonthDone, month))
		if !ok1 || !ok2 || !ok3 || is.LessThan(was) || jumped(p, reporting.FTotalInvest) || amountExplained(p.is) ||
			close2(is.Sub(was), month, slack, d.th.StepShare) {
			continue
		}
		cells = append(cells, cell{cellOf(p.is, reporting.FYTDDone), reporting.FMonthDone, is.Sub(was), month})
	}
	d.sayCells(reporting.FYTDDone, "step-mismatch", reporting.Warning, cells, func(c cell) string {
		return fmt.Sprintf("年初至今累计完成投资比上月增加%s万元，与本月完成投资%s万元不符，请核对；补报以前月份的请在备注中说明。", c.is, c.was)
	})
}

// planChanged is V3: the year's plan stands, unless somebody says why.
func planChanged(d *desk, pairs []pair) {
	var cells []cell
	for _, p := range pairs {
		a, ok1 := p.is.Decimal(reporting.FYearPlan)
		b, ok2 := p.was.Decimal(reporting.FYearPlan)
		if !ok1 || !ok2 || a.Sub(b).Abs().LessThanOrEqual(d.th.Slack) || jumped(p, reporting.FYearPlan) ||
			planExplained(p.is) {
			continue
		}
		cells = append(cells, cell{cellOf(p.is, reporting.FYearPlan), reporting.FYearPlan, a, b})
	}
	d.sayCells(reporting.FYearPlan, "plan-changed", reporting.Notice, cells, func(c cell) string {
		return fmt.Sprintf("年度计划投资由上月的%s万元变为%s万元，计划调整请在备注中说明依据。", c.was, c.is)
	})
}

// textUnchanged is V14: where money was spent something was built, and last
// month's words do not tell it.
func textUnchanged(d *desk, pairs []pair) {
	var cells []cell
	for _, p := range pairs {
		month, ok := p.is.Decimal(reporting.FMonthDone)
		text := reporting.NameKey(p.is.Text(reporting.FProgressText))
		if !ok || !month.IsPositive() || text == "" || text != reporting.NameKey(p.was.Text(reporting.FProgressText)) {
			continue
		}
		cells = append(cells, cell{at: cellOf(p.is, reporting.FProgressText), field: reporting.FProgressText, is: month})
	}
	d.sayCells(reporting.FProgressText, "progress-unchanged", reporting.Notice, cells, func(c cell) string {
		return fmt.Sprintf("本月完成投资%s万元，形象进度文字却与上月完全相同，请更新。", c.is)
	})
}

// issuesGone: an open issue that is no longer in the ledger is not solved by that.
func issuesGone(d *desk, before reporting.Table) {
	type key struct{ project, problem string }
	of := func(r reporting.Row) key {
		return key{reporting.NameKey(nameOf(r)), reporting.NameKey(r.Text(reporting.FProblem))}
	}
	known, projects := map[key]bool{}, map[string]bool{}
	for _, r := range d.t.Rows {
		known[of(r)] = true
		projects[reporting.NameKey(nameOf(r))] = true
	}
	var names []string
	for _, r := range before.Rows {
		s := r.Text(reporting.FStatus)
		// An issue that was worded anew is not told from a new one here: one of
		// the same project is enough.
		if k := of(r); s == "done" || s == "closed" || known[k] || k.project != "" && projects[k.project] {
			continue
		}
		if n := nameOf(r); n != "" {
			names = append(names, n)
		} else {
			names = append(names, r.Text(reporting.FProblem))
		}
	}
	if len(names) > 0 {
		d.say("", "issues-missing", reporting.Warning,
			"上月台账中%d个未销号问题本月未列：%s。已解决的请保留该行并填写销号状态，未解决的请补列。", len(names), listNames(names))
	}
}

// cell is a place with what is there and what it was held against.
type cell struct {
	at      string
	field   reporting.Field
	is, was decimal.Decimal
}

// maxSingly is how many cells of one kind are named one by one; more are one
// finding on the column.
const maxSingly = 5

// sayCells says the same of several cells: each by itself where they are few,
// else once for the column, with their number, the first of them and an example.
func (d *desk) sayCells(column reporting.Field, code string, s reporting.Severity, cells []cell, text func(cell) string) {
	if len(cells) <= maxSingly {
		for _, c := range cells {
			d.say(c.at, code, s, "%s", text(c))
		}
		return
	}
	var first []string
	for _, c := range cells[:maxSingly] {
		first = append(first, c.at)
	}
	d.say(d.columnOf(column), code, s, "共%d处（%s等）有同样的疑点。如%s：%s", len(cells), strings.Join(first, "、"), cells[0].at, text(cells[0]))
}
