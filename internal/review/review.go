// Package review asks of a table that was read whether it can be true: its
// figures against each other, its totals against its rows, its dates against
// the calendar, and, where the month before is at hand, against that. It is
// pure, changes nothing and decides nothing: what it doubts is a finding that
// the submitter or the office looks at. The rules V1 to V17 are numbered as in
// the office's list of checks.
package review

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// Context is what a table is held against. Everything may be missing: a check
// that lacks what it needs stays quiet.
type Context struct {
	Terms  reporting.Terms
	Period reporting.Period // used where the table does not say its own
	Now    time.Time
	// Tables are this letter's and this month's other tables of the submitter.
	Tables []reporting.Table
	// Previous are the tables that counted for the month before.
	Previous map[reporting.Kind]*reporting.Table
	// Earlier is the table of this kind and month that counted until now.
	Earlier *reporting.Table
	// Known is what reading has found already: it is not said twice, and a sum
	// over a cell that could not be read is not trusted.
	Known []reporting.Finding
	// Thresholds; what is zero takes the default.
	Thresholds Thresholds
}

// Thresholds are from where on a difference is worth a finding.
type Thresholds struct {
	Slack         decimal.Decimal // 万元 that any two amounts may differ by
	PercentPoints decimal.Decimal // V4: between the reported and the computed percentage
	OverPlan      decimal.Decimal // V5: year to date over plan
	OverTotal     decimal.Decimal // V6: all done over total investment
	Step          decimal.Decimal // V2, V6: 万元 between two ways to one sum…
	StepShare     decimal.Decimal // …or this share of it, whichever is more
	TotalPerRow   decimal.Decimal // V7: 万元 a row that rounding may cost
	StatsFrom     decimal.Decimal // V11: 万元 from which a project belongs into the statistics
	SmallUnit     decimal.Decimal // V16: a column of 万元 all below this may be 亿元
	LargeUnit     decimal.Decimal // V16: a value above this may be 元
	UnitRows      int             // V15, V16: rows before a whole column is doubted
	Behind        decimal.Decimal // percentage points behind the pace from where a project belongs on the lagging list
}

// DefaultThresholds are those of the office's list of checks.
func DefaultThresholds() Thresholds {
	n := func(s string) decimal.Decimal { return decimal.RequireFromString(s) }
	return Thresholds{
		Slack: n("0.01"), PercentPoints: n("0.5"), OverPlan: n("1.2"), OverTotal: n("1.1"),
		Step: n("1"), StepShare: n("0.005"), TotalPerRow: n("0.5"), StatsFrom: n("500"),
		SmallUnit: n("100"), LargeUnit: n("10000000"), UnitRows: 3, Behind: n("10"),
	}
}

var defaults = DefaultThresholds()

func (t Thresholds) orDefault() Thresholds {
	d := defaults
	for _, p := range []struct{ is, or *decimal.Decimal }{
		{&t.Slack, &d.Slack}, {&t.PercentPoints, &d.PercentPoints}, {&t.OverPlan, &d.OverPlan},
		{&t.OverTotal, &d.OverTotal}, {&t.Step, &d.Step}, {&t.StepShare, &d.StepShare},
		{&t.TotalPerRow, &d.TotalPerRow}, {&t.StatsFrom, &d.StatsFrom},
		{&t.SmallUnit, &d.SmallUnit}, {&t.LargeUnit, &d.LargeUnit}, {&t.Behind, &d.Behind},
	} {
		if p.is.IsZero() {
			*p.is = *p.or
		}
	}
	if t.UnitRows == 0 {
		t.UnitRows = d.UnitRows
	}
	return t
}

// Check holds the table against itself and the context. The findings carry the
// table's Path, Sheet and Number and stand in the order of the checks.
func Check(t reporting.Table, c Context) []reporting.Finding {
	d := &desk{t: t, c: c, th: c.Thresholds.orDefault(), said: map[string]bool{}, hit: map[string]bool{}, unreadable: map[reporting.Field]bool{}, doubted: map[reporting.Field]bool{}}
	if d.period = t.Period; d.period.IsZero() {
		d.period = c.Period
	}
	for _, f := range c.Known {
		if d.mine(f) {
			d.said[f.Code+" "+f.Cell] = true
			// A doubt about a whole column leaves its values in.
			d.hit[f.Cell] = d.hit[f.Cell] || f.Severity == reporting.Error || strings.ContainsAny(f.Cell, "0123456789")
		}
	}
	if t.Nil || len(t.Rows) == 0 {
		for _, check := range betweenChecks {
			check(d)
		}
		return d.findings // the others ask of rows
	}
	unitsPlausible(d) // first: where a column's unit is in doubt, its rows are not held against it
	for _, r := range t.Rows {
		for _, check := range rowChecks {
			check(d, r)
		}
	}
	for _, check := range tableChecks {
		check(d)
	}
	for _, check := range betweenChecks {
		check(d)
	}
	sentOld(d)
	if before := c.Previous[t.Kind]; before != nil && len(before.Rows) > 0 && before.Period == d.period.Add(-1) {
		comparePrevious(d, *before)
	}
	return bounded(d.findings)
}

// maxAlike is how many findings of one code a table gets; a column that was
// filled in by a wrong formula must not bury the rest.
const maxAlike = 40

// bounded keeps the first findings of each code and says how many more there are.
func bounded(all []reporting.Finding) []reporting.Finding {
	count := map[string]int{}
	for _, f := range all {
		count[f.Code]++
	}
	seen := map[string]int{}
	var out []reporting.Finding
	for _, f := range all {
		switch seen[f.Code]++; {
		case count[f.Code] <= maxAlike || seen[f.Code] < maxAlike:
			out = append(out, f)
		case seen[f.Code] == maxAlike:
			more := f
			more.Cell = ""
			more.Message = fmt.Sprintf("自%s起还有%d处同类疑点，不再逐一列出，请全列核对。如：%s", f.Cell, count[f.Code]-maxAlike+1, f.Message)
			out = append(out, more)
		}
	}
	return out
}

// The checks of one row, and those of a whole table.
var (
	rowChecks = []func(*desk, reporting.Row){
		negativeAmounts, monthWithinYear, percentAgrees, withinPlan, withinTotal, partsAddUp,
		finishedYetStarting, notStartedYetSpending, startedNotInStats, timeline,
	}
	tableChecks = []func(*desk){totalsAddUp, countsAgree, titleCounts, monthAllZero}
)

// desk collects the findings on one table.
type desk struct {
	t        reporting.Table
	c        Context
	th       Thresholds
	period   reporting.Period
	said     map[string]bool
	findings []reporting.Finding

	hit        map[string]bool          // cells, rows and columns that reading has found something on
	unreadable map[reporting.Field]bool // columns with a cell that could not be read
	doubted    map[reporting.Field]bool // columns that seem to be in another unit

	roll *roll // see progressRoll
	all  []top // see tops
}

// mine reports whether f is a finding on the table under review.
func (d *desk) mine(f reporting.Finding) bool {
	return f.Sheet == d.t.Sheet && f.Number == d.t.Number && strings.Join(f.Path, "\x00") == strings.Join(d.t.Path, "\x00")
}

// say adds a finding, once per code and cell.
func (d *desk) say(cell, code string, s reporting.Severity, format string, args ...any) {
	if key := code + " " + cell; cell != "" && d.said[key] {
		return
	} else {
		d.said[key] = true
	}
	d.findings = append(d.findings, reporting.Finding{
		Path: d.t.Path, Sheet: d.t.Sheet, Number: d.t.Number, Cell: cell,
		Code: code, Severity: s, Message: fmt.Sprintf(format, args...),
	})
}

// cellOf is where the row's field stands; the row as a whole where that is not known.
func cellOf(r reporting.Row, f reporting.Field) string {
	if c := r.Cells[f]; c != "" {
		return c
	}
	return strconv.Itoa(r.Row)
}

// columnOf is the letter of the field's column, "" where it is not known.
func (d *desk) columnOf(f reporting.Field) string {
	for _, c := range d.t.Columns {
		if c.Field == f {
			return c.Letter
		}
	}
	for _, r := range d.t.Rows {
		if c := strings.TrimRight(r.Cells[f], "0123456789"); c != "" {
			return c
		}
	}
	return ""
}

// unitOf is the unit that the field's column was read in, "" where it is not known.
func (d *desk) unitOf(f reporting.Field) string {
	for _, c := range d.t.Columns {
		if c.Field == f {
			return c.Unit
		}
	}
	return ""
}

// moneyFields are the table's amounts in the order of the form.
func (d *desk) moneyFields() []reporting.Field { return amounts[d.t.Kind] }

var amounts = func() map[reporting.Kind][]reporting.Field {
	out := map[reporting.Kind][]reporting.Field{}
	for _, k := range reporting.Kinds {
		for _, f := range reporting.Fields[k] {
			if f.Type() == reporting.TypeMoney {
				out[k] = append(out[k], f)
			}
		}
	}
	return out
}()

// close2 reports whether a and b differ by no more than the larger of slack
// and the share of b.
func close2(a, b, slack, share decimal.Decimal) bool {
	return a.Sub(b).Abs().LessThanOrEqual(decimal.Max(slack, b.Abs().Mul(share)))
}
