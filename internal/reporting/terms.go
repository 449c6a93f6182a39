package reporting

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Shift says what happens to a deadline that falls on a day off.
type Shift string

// The shifts. The work plan says 每月25日前 and no more, so none is the default.
const (
	ShiftNone     Shift = "none"
	ShiftNext     Shift = "next"     // to the next workday
	ShiftPrevious Shift = "previous" // to the workday before
)

// Terms are the office's rules of time and measure.
type Terms struct {
	Zone           *time.Location
	Workdays       *Workdays
	DeadlineDay    int           // 25
	DeadlineTime   time.Duration // since midnight; 23:59:59
	Shift          Shift
	FreezeWorkdays int             // after the deadline's day
	FreezeTime     time.Duration   // 17:00
	Pace           string          // "month" (month/12) or "day"
	Target         decimal.Decimal // 万元 a year, the whole city
}

// DefaultTerms are those of the work plan in Asia/Shanghai: the 25th included,
// freeze three workdays later at 17:00, 300亿元 a year.
func DefaultTerms(zone *time.Location) Terms {
	return Terms{
		Zone: zone, Workdays: NewWorkdays(),
		DeadlineDay: 25, DeadlineTime: 24*time.Hour - time.Second, Shift: ShiftNone,
		FreezeWorkdays: 3, FreezeTime: 17 * time.Hour,
		Pace: "month", Target: decimal.NewFromInt(3_000_000),
	}
}

// DeadlineDate is midnight of the day by whose end the month is due, after the shift.
func (t Terms) DeadlineDate(p Period) time.Time {
	d := p.Day(t.DeadlineDay, t.Zone)
	if t.Workdays.IsWorkday(d) {
		return d
	}
	switch t.Shift {
	case ShiftNext:
		return t.Workdays.Add(d, 1)
	case ShiftPrevious:
		return t.Workdays.Add(d, -1)
	}
	return d
}

// Deadline is the last second that is on time.
func (t Terms) Deadline(p Period) time.Time { return clockOn(t.DeadlineDate(p), t.DeadlineTime) }

// Freeze is when the month's figures stand: what arrives later is a correction.
func (t Terms) Freeze(p Period) time.Time {
	return clockOn(t.Workdays.Add(t.DeadlineDate(p), t.FreezeWorkdays), t.FreezeTime)
}

// PaceOf is the share of the year that should be done by the end of the
// month (序时进度), in percent, exact: 3月 is 25.
func (t Terms) PaceOf(p Period) decimal.Decimal {
	if t.Pace == "day" {
		end := p.Add(1).Day(1, time.UTC).AddDate(0, 0, -1)
		year := time.Date(p.Year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
		return decimal.NewFromInt(int64(end.YearDay())*100).DivRound(decimal.NewFromInt(int64(year)), 8)
	}
	return decimal.NewFromInt(int64(p.Month)*100).DivRound(decimal.NewFromInt(12), 8)
}

// CurrentPeriod is the month that is being collected at now: its own month
// until the freeze of the month before has passed, the month before until then.
func (t Terms) CurrentPeriod(now time.Time) Period {
	p := PeriodOf(now.In(t.Zone))
	if prev := p.Add(-1); !now.After(t.Freeze(prev)) {
		return prev
	}
	return p
}

// UnknownYears lists the years whose notice of holidays is not known and that
// the month's dates, or those of the weeks after now, fall into: without it only
// weekends are off. The next year's notice comes in November.
func (t Terms) UnknownYears(p Period, now time.Time) []int {
	var out []int
	for _, year := range []int{p.Year, t.Freeze(p).Year(), now.In(t.Zone).AddDate(0, 0, 31).Year()} {
		if !t.Workdays.Knows(year) && !slices.Contains(out, year) {
			out = append(out, year)
		}
	}
	return out
}

func clockOn(day time.Time, since time.Duration) time.Time {
	h, m, s := int(since/time.Hour), int(since/time.Minute)%60, int(since/time.Second)%60
	return time.Date(day.Year(), day.Month(), day.Day(), h, m, s, 0, day.Location())
}
