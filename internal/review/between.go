package review

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// The checks between the tables of one submitter and month. Each is said on
// the table that is to be mended.
var betweenChecks = []func(*desk){
	laggingUnlisted, laggingUnknown, laggingUnexplained, issuesUnknown, nilIssues, nilIssuesOpen, nilProgress,
}

// others are the rows of the submitter's other tables of this kind and month;
// false where no such table is at hand.
func (d *desk) others(k reporting.Kind) (rows []reporting.Row, found bool) {
	for _, t := range d.c.Tables {
		period := t.Period
		if period.IsZero() {
			period = d.c.Period
		}
		if t.Kind != k || period != d.period || t.Submitter != d.t.Submitter {
			continue
		}
		rows, found = append(rows, t.Rows...), true
	}
	return rows, found
}

// progressRoll is the projects of the progress tables, read off once for the
// checks that ask it.
func (d *desk) progressRoll(progress []reporting.Row) *roll {
	if d.roll == nil {
		d.roll = rollOf(progress)
	}
	return d.roll
}

// beside is a desk with the submitter's first table of this kind and month on
// it, for the units of its columns; with no table where there is none.
func (d *desk) beside(k reporting.Kind) *desk {
	for _, t := range d.c.Tables {
		if t.Kind == k && t.Period == d.period && t.Submitter == d.t.Submitter {
			return &desk{t: t, th: d.th}
		}
	}
	return &desk{th: d.th}
}

// roll is the projects that are known by name. What a list calls a little
// otherwise (甘棠湖路东延 for 甘棠湖路东延工程) is one of them where it can be only one; a
// name that is on the roll as written is never taken for another one's.
type roll struct {
	keys     map[string]bool
	order    []string
	fuzzy    map[string]string // what was found for a name that is not on it
	compared int
}

// maxCompared bounds how many names are compared character by character;
// beyond, only equal names are the same.
const maxCompared = 30_000

func rollOf(rows []reporting.Row) *roll {
	n := &roll{keys: map[string]bool{}, fuzzy: map[string]string{}}
	for _, r := range rows {
		for _, f := range []reporting.Field{reporting.FProjectName, reporting.FParentName} {
			if k := reporting.NameKey(r.Text(f)); k != "" && !n.keys[k] {
				n.keys[k] = true
				n.order = append(n.order, k)
			}
		}
	}
	return n
}

// key is the key of the project that a name means; known is whether it is on
// the roll.
func (n *roll) key(name string) (key string, known bool) {
	k := reporting.NameKey(name)
	if n.keys[k] {
		return k, true
	}
	if is, ok := n.fuzzy[k]; ok {
		return is, n.keys[is]
	}
	found := k
	for _, o := range n.order {
		if n.compared++; n.compared > maxCompared {
			break
		}
		if !sameName(o, k) {
			continue
		}
		if found != k {
			found = k // it may be several: then it is none
			break
		}
		found = o
	}
	n.fuzzy[k] = found
	return found, n.keys[found]
}

// keysOf are the projects that the rows name.
func (n *roll) keysOf(rows []reporting.Row) map[string]bool {
	out := map[string]bool{}
	for _, r := range rows {
		for _, f := range []reporting.Field{reporting.FProjectName, reporting.FParentName} {
			if k, _ := n.key(r.Text(f)); k != "" {
				out[k] = true
			}
		}
	}
	return out
}

// laggingUnlisted is 应列未列: a project far behind the pace is on the list of
// those that lag. Said on the list; a nil report says that there are none.
func laggingUnlisted(d *desk) {
	progress, ok := d.others(reporting.Progress)
	if d.t.Kind != reporting.Lagging || !ok || d.period.IsZero() {
		return
	}
	// The lists of one month may be several; what stands on any of them is listed.
	rows, _ := d.others(reporting.Lagging)
	known := d.progressRoll(progress)
	listed := known.keysOf(append(rows, d.t.Rows...))
	for _, r := range progress { // a package is listed by its parts, too
		if listed[reporting.NameKey(nameOf(r))] {
			listed[reporting.NameKey(r.Text(reporting.FParentName))] = true
		}
	}
	pace, units := d.c.Terms.PaceOf(d.period), d.beside(reporting.Progress)
	var missing []string
	for _, p := range tops(progress) {
		if p.row == nil {
			continue
		}
		done, due, behind := d.behind(p, pace, units)
		if !behind || listed[reporting.NameKey(nameOf(*p.row))] {
			continue
		}
		missing = append(missing, fmt.Sprintf("“%s”（进度表%s，完成%s%%，应达%s%%）",
			cut(nameOf(*p.row), 30), cellOf(*p.row, reporting.FYTDDone), done.Round(2), due.Round(2)))
	}
	switch {
	case len(missing) == 0:
	case d.t.Nil:
		d.say("", "nil-doubtful", reporting.Warning,
			"报送的是“无滞后项目”，而进度表中有%d个项目低于序时进度%s个百分点以上：%s。请核对是否漏列。",
			len(missing), d.th.Behind, someOf(missing))
	default:
		d.say("", "lagging-unlisted", reporting.Warning,
			"进度表中有%d个项目低于序时进度%s个百分点以上，未列入滞后清单：%s。请核对是否漏列。",
			len(missing), d.th.Behind, someOf(missing))
	}
}

// maxTold is how many projects a sentence names where the clerk must find each.
const maxTold = 10

func someOf(list []string) string {
	if len(list) > maxTold {
		return strings.Join(list[:maxTold], "、") + "等"
	}
	return strings.Join(list, "、")
}

// behind reports whether a project's year lags the pace by more than the
// threshold, with what it has done and what is due, both in percent of the
// plan. What is finished, prepared, stopped or to begin later does not lag. The
// progress table's desk tells the units of its columns.
func (d *desk) behind(p top, pace decimal.Decimal, units *desk) (done, due decimal.Decimal, yes bool) {
	r := *p.row
	if d.finished(r) {
		return done, due, false
	}
	if n := r.Text(reporting.FNature); n == "prep" || n == "paused" {
		return done, due, false
	}
	plan := p.amount(reporting.FYearPlan)
	if _, ok := r.Decimal(reporting.FYTDDone); !ok && len(p.parts) == 0 || !plan.IsPositive() {
		return done, due, false
	}
	due = d.ownPace(r, pace)
	ytd := p.amount(reporting.FYTDDone)
	done = ytd.Mul(hundred).DivRound(plan, 8)
	_, most := units.ratio(reporting.FYTDDone, ytd, reporting.FYearPlan, plan)
	return done, due, due.Sub(decimal.Max(done, most)).GreaterThan(d.th.Behind)
}

// ownPace is the pace of a project that is to begin within the year: even from
// the month of its planned start on, as the office's handbook proposes for new
// projects. A start that is named by quarter or year may be its last month.
func (d *desk) ownPace(r reporting.Row, pace decimal.Decimal) decimal.Decimal {
	_, to, ok := span(r.Text(reporting.FPlanStart))
	switch {
	case !ok || to.Year() < d.period.Year:
		return pace
	case to.Year() > d.period.Year || to.Month() > d.period.Month:
		return decimal.Zero
	}
	done, all := int64(d.period.Month-to.Month())+1, int64(12-to.Month())+1
	return decimal.Min(pace, decimal.NewFromInt(done*100).DivRound(decimal.NewFromInt(all), 8))
}

// laggingUnknown: a project on the lagging list stands in the progress table.
func laggingUnknown(d *desk) {
	if d.t.Kind == reporting.Lagging {
		d.unknownProjects("not-in-progress", "滞后清单所列项目“%s”在进度表中找不到，请核对名称或补入进度表。")
	}
}

// issuesUnknown: an issue's project stands in the progress table. An issue
// without a project concerns several.
func issuesUnknown(d *desk) {
	if d.t.Kind == reporting.Issues {
		d.unknownProjects("issue-project-unknown", "问题涉及的项目“%s”在进度表中找不到，请核对名称或补入进度表。")
	}
}

func (d *desk) unknownProjects(code, text string) {
	progress, ok := d.others(reporting.Progress)
	if !ok || len(progress) == 0 {
		return
	}
	known := d.progressRoll(progress)
	var rows []reporting.Row
	var missing []string
	for _, r := range d.t.Rows {
		if _, ok := known.key(nameOf(r)); !ok && nameOf(r) != "" {
			rows = append(rows, r)
			missing = append(missing, nameOf(r))
		}
	}
	if len(rows) <= maxSingly {
		for _, r := range rows {
			d.say(cellOf(r, reporting.FProjectName), code, reporting.Notice, text, cut(nameOf(r), 40))
		}
		return
	}
	d.say(d.columnOf(reporting.FProjectName), code, reporting.Notice,
		"共%d个项目在进度表中找不到：%s。请核对名称或补入进度表。", len(rows), listNames(missing))
}

// laggingUnexplained: a lagging project has a reason, on the list or as an
// issue in the ledger.
func laggingUnexplained(d *desk) {
	if d.t.Kind != reporting.Lagging {
		return
	}
	ledger, _ := d.others(reporting.Issues)
	progress, _ := d.others(reporting.Progress)
	known := rollOf(append(progress, ledger...))
	issues := known.keysOf(ledger)
	var rows []reporting.Row
	var missing []string
	for _, r := range d.t.Rows {
		key, _ := known.key(nameOf(r))
		if r.Text(reporting.FReason) != "" || r.Text(reporting.FReasonType) != "" || d.hit[cellOf(r, reporting.FReason)] || issues[key] {
			continue
		}
		rows = append(rows, r)
		missing = append(missing, nameOf(r))
	}
	if len(rows) <= maxSingly {
		for _, r := range rows {
			d.say(cellOf(r, reporting.FReason), "reason-missing", reporting.Warning,
				"“%s”列为进度滞后，未填滞后原因，问题台账中也没有对应问题，请补填。", cut(nameOf(r), 40))
		}
		return
	}
	d.say(d.columnOf(reporting.FReason), "reason-missing", reporting.Warning,
		"共%d个滞后项目未填滞后原因，问题台账中也没有对应问题：%s。请补填。", len(rows), listNames(missing))
}

// nilIssues: who reports no issues has none written into the progress table.
func nilIssues(d *desk) {
	if d.t.Kind != reporting.Issues || !d.t.Nil {
		return
	}
	progress, _ := d.others(reporting.Progress)
	var with []string
	for _, r := range progress {
		for _, f := range []reporting.Field{reporting.FProblemText, reporting.FNeedHelp} {
			if s := r.Text(f); s != "" && !nothing(s) {
				with = append(with, nameOf(r))
				break
			}
		}
	}
	if len(with) > 0 {
		d.say("", "nil-doubtful", reporting.Warning,
			"报送的是“无问题”，而进度表中%d个项目填有存在问题或需协调事项：%s。请核对是否漏列。", len(with), listNames(with))
	}
}

// nilIssuesOpen: who reports no issues has none open from the month before.
func nilIssuesOpen(d *desk) {
	before := d.c.Previous[reporting.Issues]
	if d.t.Kind != reporting.Issues || !d.t.Nil || before == nil || before.Period != d.period.Add(-1) {
		return
	}
	var open []string
	for _, r := range before.Rows {
		if s := r.Text(reporting.FStatus); s != "done" && s != "closed" {
			open = append(open, cmp.Or(nameOf(r), r.Text(reporting.FProblem)))
		}
	}
	if len(open) > 0 {
		d.say("", "issues-missing", reporting.Warning,
			"报送的是“无问题”，而上月台账中还有%d个未销号问题：%s。已解决的请保留该行并填写销号状态，未解决的请补列。", len(open), listNames(open))
	}
}

// nilProgress: who had projects last month has them still.
func nilProgress(d *desk) {
	before := d.c.Previous[reporting.Progress]
	if d.t.Kind == reporting.Progress && d.t.Nil && before != nil && before.Period == d.period.Add(-1) && len(before.Rows) > 0 {
		d.say("", "nil-doubtful", reporting.Warning, "报送的进度表没有项目，而上月有%d个项目。请核对是否报错表。", len(before.Rows))
	}
}

// nothing reports whether a text says only that there is nothing.
func nothing(s string) bool {
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "。.；;")
	switch s {
	case "无", "没有", "暂无", "否", "无问题", "暂无问题", "无困难", "正常", "无需协调", "不需要", "/", "—", "-":
		return true
	}
	return false
}
