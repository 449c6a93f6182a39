package bulletin

import (
	"fmt"
	"regexp"

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

// phones are numbers that must not go round in a bulletin: mobile ones, and
// those with an area code.
var phones = regexp.MustCompile(`(^|[^0-9A-Za-z-])(\+?86[- ]?)?(1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[1-9][0-9]{1,2}[-—－ ]?[2-9][0-9]{6,7})($|[^0-9A-Za-z-])`)

// hush takes phone numbers out of a stranger's text.
func hush(s string) string {
	for range 8 { // a number's last character is the next one's first
		next := phones.ReplaceAllString(s, "$1（电话略）$4")
		if next == s {
			break
		}
		s = next
	}
	return s
}
