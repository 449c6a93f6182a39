package form

import (
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// weights say how much a column tells about which table it stands in.
var weights = map[reporting.Kind]map[reporting.Field]int{
	reporting.Progress: {
		reporting.FTotalInvest: 3, reporting.FYearPlan: 2, reporting.FMonthPlan: 3, reporting.FMonthDone: 4, reporting.FYTDDone: 2,
		reporting.FYTDPct: 1, reporting.FAllDone: 4, reporting.FAllPct: 3, reporting.FProgressText: 3, reporting.FYearGoal: 2,
		reporting.FNextPlan: 2, reporting.FIsStarted: 4, reporting.FIsFinished: 3, reporting.FInStats: 4, reporting.FStatsCode: 3,
		reporting.FStatsInvest: 3, reporting.FNature: 2, reporting.FContent: 2, reporting.FPlanStart: 3, reporting.FActualStart: 3,
		reporting.FPlanFinish: 1, reporting.FActualFinish: 2, reporting.FDoneToLastYear: 4, reporting.FLocation: 2, reporting.FPeriod: 2,
		reporting.FProjectCode: 2, reporting.FFundSource: 2, reporting.FFundArrivedMonth: 2, reporting.FFundArrivedYTD: 2,
		reporting.FOwnerUnit: 1, reporting.FContractor: 2, reporting.FLight: 1,
	},
	reporting.Issues: {
		reporting.FProblem: 4, reporting.FCategory: 1, reporting.FSource: 3, reporting.FRaisedAt: 3, reporting.FLevel: 4,
		reporting.FCoordUnit: 1, reporting.FMeasure: 1, reporting.FDeadline: 3, reporting.FProgress: 1, reporting.FStatus: 3,
		reporting.FClosedAt: 4, reporting.FImpact: 3,
	},
	reporting.Lagging: {
		reporting.FReason: 5, reporting.FReasonType: 4, reporting.FCatchUpAt: 3, reporting.FGap: 4, reporting.FPlanProgress: 3,
		reporting.FActualProgress: 2, reporting.FSeqPct: 3, reporting.FMeasure: 1, reporting.FYearPlan: 2, reporting.FYTDDone: 2,
		reporting.FYTDPct: 1,
	},
}

// kindWords are what titles, sheets and files call the tables by.
var kindWords = map[reporting.Kind][]string{
	reporting.Lagging:  {"滞后", "慢序时", "未达序时", "未按序时", "进度缓慢", "欠序时"},
	reporting.Issues:   {"问题台账", "问题清单", "问题表", "困难问题", "需协调", "问题汇总", "台账", "问题"},
	reporting.Progress: {"进度表", "进展表", "进展情况", "进度情况", "调度表", "月报", "推进表", "推进情况", "投资完成", "城建项目表", "项目表", "进度"},
}

// kindIn is which table a title or name speaks of, "" where none or unclear.
// 进度滞后 is the lagging list's, so that one is asked first.
func kindIn(text string) reporting.Kind {
	t := fold(text)
	for _, k := range []reporting.Kind{reporting.Lagging, reporting.Issues, reporting.Progress} {
		if hasAny(t, kindWords[k]...) {
			return k
		}
	}
	return ""
}

// kindHints are the names that a table has besides its columns, and how far
// each counts: the title most, the file's name least.
func kindHints(b block, path []string, sheetName string) map[reporting.Kind]int {
	out := map[reporting.Kind]int{}
	for i := len(b.above) - 1; i >= 0; i-- {
		if k := kindIn(b.above[i]); k != "" {
			out[k] += 3
			break
		}
	}
	if k := kindIn(sheetName); k != "" {
		out[k] += 2
	}
	if k := kindIn(path[len(path)-1]); k != "" {
		out[k]++
	}
	return out
}

// layout is a block understood as one kind of table.
type layout struct {
	kind    reporting.Kind
	columns []column // that have a field or still ask for one
	others  []column // that have none
	off     []column // that speak of other months
	score   int
	// partName is the second column under one merged 项目名称: the packages
	// stand in the first and their parts in it. 0 where there is none.
	partName int
}

// sameHead reports whether the column stands right of the name column under
// the same merged header cell.
func sameHead(b block, c column, have []column) bool {
	for _, o := range have {
		if o.field == c.field && o.col == c.col-1 && o.String() == c.String() {
			m := b.v.merge(b.top, c.col)
			return m != nil && m.Left <= o.col
		}
	}
	return false
}

// layoutOf assigns the block's columns for one kind: one field a column, one
// column a field, the surest first.
func (l *lexicon) layoutOf(b block, heads []parsed, kind reporting.Kind, p reporting.Period) layout {
	out := layout{kind: kind, columns: make([]column, 0, len(heads))}
	all := make([]column, 0, len(heads))
	for _, h := range heads {
		all = append(all, l.understand(h, kind, p))
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if d := all[j].score - all[i].score; d != 0 {
			return d
		}
		return len(all[i].also) - len(all[j].also) // 责任人 before 联系人及电话
	})
	taken := map[reporting.Field]bool{}
	for _, i := range order {
		c := all[i]
		switch {
		case offMonth(c, p):
			out.off = append(out.off, c)
		case c.field == reporting.FProjectName && taken[c.field] && sameHead(b, c, out.columns):
			out.partName = c.col
		case c.also == reporting.FPhone && taken[c.field] && !taken[c.also]:
			c.field, c.also, c.numbered = reporting.FPhone, "", true
			taken[c.field] = true
			out.columns = append(out.columns, c)
		case c.field != "" && taken[c.field]:
			out.others = append(out.others, c)
		case c.field != "" || c.asks != "":
			if c.field != "" {
				taken[c.field] = true
			}
			if c.also != "" && taken[c.also] {
				c.also = ""
			} else if c.also != "" {
				taken[c.also] = true
			}
			out.columns = append(out.columns, c)
		default:
			if kind != reporting.Progress && c.listed == "" && l.isHeaderWord(l.word(c.leaf(), p)) {
				c.listed = knownColumn // another table's
			}
			out.others = append(out.others, c)
		}
	}
	for _, set := range [][]column{out.columns, out.others, out.off} {
		slices.SortFunc(set, func(a, b column) int { return a.col - b.col })
	}
	for f := range taken {
		out.score += weights[kind][f]
	}
	return out
}

// offMonth reports whether the column is another month's than the table's.
func offMonth(c column, p reporting.Period) bool {
	if c.month == 0 || p.IsZero() || c.month == int(p.Month) {
		return false
	}
	switch c.field {
	case reporting.FMonthPlan, reporting.FMonthDone, reporting.FYTDDone, reporting.FYTDPct, reporting.FFundArrivedMonth, reporting.FFundArrivedYTD, reporting.FAllDone, reporting.FAllPct:
		return true
	case "":
		return c.asks == "cum" || c.asks == "mcum" || c.asks == "pct" || c.asks == "plan"
	}
	return false
}

func (l *layout) has(f reporting.Field) bool { return l.column(f) != nil }

// column is the field's column, nil where it has none.
func (l *layout) column(f reporting.Field) *column {
	for i := range l.columns {
		if l.columns[i].field == f || l.columns[i].also == f {
			return &l.columns[i]
		}
	}
	return nil
}

// minimal reports whether the columns make a table of the kind: what its rows
// are called by, and two more of which one says something.
func (l *layout) minimal() bool {
	if !l.has(reporting.FProjectName) && !(l.kind == reporting.Issues && l.has(reporting.FProblem)) {
		return false
	}
	if l.kind == reporting.Issues && !l.has(reporting.FProblem) || l.kind == reporting.Lagging && !l.has(reporting.FReason) && !l.has(reporting.FGap) && !l.has(reporting.FCatchUpAt) && !l.has(reporting.FActualProgress) {
		return false
	}
	return len(l.columns) >= 3 && l.score >= 2
}

// kindOf decides which table the block is. A close call that no title settles
// is doubtful, and the caller says so.
func (l *lexicon) kindOf(b block, path []string, sheetName string, p reporting.Period) (best layout, doubtful, ok bool) {
	hints := kindHints(b, path, sheetName)
	heads := make([]parsed, len(b.heads))
	for i, h := range b.heads {
		heads[i] = l.parse(h, p)
	}
	second := -1
	for _, k := range reporting.Kinds {
		lay := l.layoutOf(b, heads, k, p)
		if !lay.minimal() {
			continue
		}
		lay.score += hints[k]
		if k == reporting.Progress && lay.has(reporting.FYearPlan) && lay.has(reporting.FProgressText) && (lay.has(reporting.FTotalInvest) || lay.has(reporting.FMonthDone)) {
			lay.score += 3 // a progress table may tell why it lags: 形象进度 beside 滞后原因
		}
		switch {
		case !ok || lay.score > best.score:
			if ok {
				second = best.score
			}
			best, ok = lay, true
		case lay.score > second:
			second = lay.score
		}
	}
	return best, ok && second >= 0 && best.score-second < 2 && hints[best.kind] == 0, ok
}

// titleOf is the line above the table that names it, "" where none does.
func titleOf(above []string) string {
	for i := len(above) - 1; i >= 0; i-- {
		t := fold(above[i])
		if strings.Contains(t, "单位:") || strings.HasPrefix(t, "填报") {
			continue
		}
		if kindIn(t) != "" || hasAny(t, "表", "台账", "清单", "情况") {
			return strings.TrimSpace(above[i])
		}
	}
	return ""
}

var underTitle = compile(`^\(.*\)$`)

// titleAt is the block's title and its cell, "" where it stands in no cell.
//
// QUIRK: some forms break the title, and put （共十大类 25个子项目） or the day on
// a line of its own below it; that line belongs to the title.
func titleAt(b block) (title, cell string) {
	title = titleOf(b.above)
	if title == "" {
		return "", ""
	}
	for _, r := range b.v.Rows[:min(b.first, len(b.v.Rows))] {
		for _, c := range solid(r, 0, b.v.width) {
			if r.Index < b.top && c.Kind == sheet.Text && strings.TrimSpace(c.Text) == title {
				cell = sheet.CellName(c.Col, r.Index)
			}
		}
	}
	for i, line := range b.above {
		if next := i + 1; strings.TrimSpace(line) == title && next < len(b.above) && underTitle.MatchString(fold(b.above[next])) {
			return title + strings.TrimSpace(b.above[next]), cell
		}
	}
	return title, cell
}
