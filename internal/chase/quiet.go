package chase

import (
	"time"

	"tongbao/internal/reporting"
)

// Quiet says when nothing is sent. The zero value is never quiet.
type Quiet struct {
	// From and To bound the quiet hours of each day, since midnight, To not
	// included; they may span midnight (22h to 7h). Equal means none.
	From, To time.Duration
	DaysOff  bool                // quiet on days off
	Workdays *reporting.Workdays // nil is that of the terms
}

// DefaultQuiet is domain.md 2.6.1: not from 22:00 to 07:00, not on days off.
func DefaultQuiet() Quiet { return Quiet{From: 22 * time.Hour, To: 7 * time.Hour, DaysOff: true} }

// quiet reports whether nothing is sent at now.
func (q Quiet) quiet(now time.Time, t reporting.Terms) bool { return !q.next(now, t).Equal(now) }

// At reports whether nothing is sent at now.
func (q Quiet) At(now time.Time, t reporting.Terms) bool { return q.quiet(now, t) }

// End is when letters may go again; now itself where it is no quiet moment.
func (q Quiet) End(now time.Time, t reporting.Terms) time.Time { return q.next(now, t) }

// next is the first moment not before at that is not quiet.
func (q Quiet) next(at time.Time, t reporting.Terms) time.Time {
	at = at.In(t.Zone)
	days := q.Workdays
	if days == nil {
		days = t.Workdays
	}
	for range 400 { // a calendar with a year of days off is a mistake, not a reason to hang
		midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
		if q.DaysOff && !days.IsWorkday(at) {
			at = midnight.AddDate(0, 0, 1)
			continue
		}
		from, to := clock(midnight, q.From), clock(midnight, q.To)
		switch {
		case q.From < q.To && !at.Before(from) && at.Before(to): // 12:00 to 14:00
			at = to
		case q.From > q.To && at.Before(to): // the end of the night
			at = to
		case q.From > q.To && !at.Before(from): // its beginning
			at = midnight.AddDate(0, 0, 1)
		default:
			return at
		}
	}
	return at
}

// MaxPerDay is how many letters of the ladder one address gets in 24 hours.
const MaxPerDay = 2

// Spaced is the first moment not before at when an address that got letters of
// the ladder at the times in sent (in order) may get another: at most most of
// them in any 24 hours.
func Spaced(at time.Time, sent []time.Time, most int) time.Time {
	if most <= 0 || len(sent) < most {
		return at
	}
	if free := sent[len(sent)-most].Add(24 * time.Hour); free.After(at) {
		return free
	}
	return at
}

// clock is the time of day on day's date, by the wall.
func clock(day time.Time, since time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, int(since/time.Second), int(since%time.Second), day.Location())
}
