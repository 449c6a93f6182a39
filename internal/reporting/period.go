package reporting

import (
	"fmt"
	"time"
)

// Period is a reporting month. Its zero value means "not known".
type Period struct {
	Year  int
	Month time.Month
}

// PeriodOf is the month in which t lies, in t's own zone.
func PeriodOf(t time.Time) Period { return Period{t.Year(), t.Month()} }

// ParsePeriod reads "2021-03".
func ParsePeriod(s string) (Period, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Period{}, fmt.Errorf("period %q is not of the form 2021-03", s)
	}
	return PeriodOf(t), nil
}

// IsZero reports whether the month is not known.
func (p Period) IsZero() bool { return p == Period{} }

// String gives "2021-03", or "" where the month is not known.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", p.Year, int(p.Month))
}

// Chinese gives "2021年3月".
func (p Period) Chinese() string { return fmt.Sprintf("%d年%d月", p.Year, int(p.Month)) }

// Add moves n months on, or back where n is negative.
func (p Period) Add(n int) Period {
	m := p.Year*12 + int(p.Month) - 1 + n
	return Period{m / 12, time.Month(m%12 + 1)}
}

// Before reports whether p is an earlier month than q.
func (p Period) Before(q Period) bool {
	return p.Year < q.Year || p.Year == q.Year && p.Month < q.Month
}

// Quarter is 1 to 4.
func (p Period) Quarter() int { return (int(p.Month)-1)/3 + 1 }

// Day gives midnight of the month's day d in loc; a day past the month's end is its last.
func (p Period) Day(d int, loc *time.Location) time.Time {
	last := time.Date(p.Year, p.Month+1, 0, 0, 0, 0, 0, loc).Day()
	return time.Date(p.Year, p.Month, min(d, last), 0, 0, 0, 0, loc)
}

// MarshalText writes "2021-03"; a month that is not known is "".
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (p *Period) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*p = Period{}
		return nil
	}
	*p, err = ParsePeriod(string(b))
	return err
}
