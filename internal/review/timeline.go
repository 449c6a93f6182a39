package review

import (
	"strconv"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// timeline is V17: what is to end ends after it begins, and what has happened
// has happened by the end of the reporting month. Dates are compared as the
// spans that they may mean, so that 2021-03 is neither before nor after
// 2021-03-25.
func timeline(d *desk, r reporting.Row) {
	for _, p := range [][2]reporting.Field{
		{reporting.FPlanStart, reporting.FPlanFinish},
		{reporting.FActualStart, reporting.FActualFinish},
		{reporting.FRaisedAt, reporting.FClosedAt},
	} {
		from, _, ok1 := span(r.Text(p[0]))
		_, to, ok2 := span(r.Text(p[1]))
		if ok1 && ok2 && from.After(to) {
			d.say(cellOf(r, p[1]), "dates-reversed", reporting.Warning,
				"“%s”（%s）早于“%s”（%s，%s），请核对。",
				p[1].Title(), r.Text(p[1]), p[0].Title(), r.Text(p[0]), cellOf(r, p[0]))
		}
	}
	if d.period.IsZero() {
		return
	}
	end := d.period.Add(1).Day(1, time.UTC)
	for _, f := range []reporting.Field{reporting.FActualStart, reporting.FActualFinish, reporting.FRaisedAt, reporting.FClosedAt} {
		if from, _, ok := span(r.Text(f)); ok && !from.Before(end) {
			d.say(cellOf(r, f), "date-in-future", reporting.Warning,
				"“%s”为%s，晚于报送月份%s，尚未发生的时间请填入计划栏，或改正年份。",
				f.Title(), r.Text(f), d.period.Chinese())
		}
	}
}

// span is the first and the last day that a date of any precision may mean.
func span(s string) (from, to time.Time, ok bool) {
	if s == "" { // as most dates of a table are
		return from, to, false
	}
	if year, rest, found := strings.Cut(s, "-"); found && len(rest) == 2 && (rest[0] == 'Q' || rest[0] == 'H') {
		y, err := strconv.Atoi(year)
		n, months := int(rest[1]-'0'), 3
		if rest[0] == 'H' {
			months = 6
		}
		if err != nil || n < 1 || n > 12/months {
			return from, to, false
		}
		from = time.Date(y, time.Month((n-1)*months+1), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, months, -1), true
	}
	for _, l := range precisions {
		if len(s) != len(l.layout) {
			continue
		}
		t, err := time.Parse(l.layout, s)
		if err != nil {
			break
		}
		if l.years+l.months == 0 {
			return t, t, true
		}
		return t, t.AddDate(l.years, l.months, -1), true
	}
	return from, to, false
}

// precisions are how dates are written, and how long what they name lasts
// where that is more than a day.
var precisions = []struct {
	layout        string
	years, months int
}{{"2006-01-02", 0, 0}, {"2006-01", 0, 1}, {"2006", 1, 0}}
