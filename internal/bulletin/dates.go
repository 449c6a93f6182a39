package bulletin

import (
	"fmt"

	"tongbao/internal/reporting"
)

func lastDay(s string) (string, bool) { return reporting.LastDay(s) }

// within reports whether the date names a span that lies in the month.
func within(s string, p reporting.Period) bool { return len(s) >= 7 && s[:7] == p.String() }

// early reports whether the date ends before the month begins.
func early(s string, p reporting.Period) bool {
	last, ok := lastDay(s)
	return ok && last < p.String()
}

func (m measure) year() string { return fmt.Sprintf("%04d", m.period.Year) }

// end is the last day of the month.
func (m measure) end() string {
	last, _ := lastDay(m.period.String())
	return last
}

// hush takes telephone numbers out of a stranger's text, unless they are to be kept.
func hush(keep bool, s string) string {
	if keep {
		return s
	}
	return reporting.StripPhones(s)
}
