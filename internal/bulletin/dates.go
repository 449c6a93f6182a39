package bulletin

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"tongbao/internal/reporting"
)

// lastDay is the last day that a date of the contract's precisions covers:
// 2021-03 is 2021-03-31, 2021-Q2 is 2021-06-30. False where it is no date.
func lastDay(s string) (string, bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Format(time.DateOnly), true
	}
	if len(s) < 4 {
		return "", false
	}
	year, err := strconv.Atoi(s[:4])
	if err != nil {
		return "", false
	}
	month := 0
	switch rest := s[4:]; {
	case rest == "":
		month = 12
	case len(rest) == 3 && rest[:2] == "-Q" && rest[2] >= '1' && rest[2] <= '4':
		month = 3 * int(rest[2]-'0')
	case rest == "-H1", rest == "-H2":
		month = 6 * int(rest[2]-'0')
	default:
		t, err := time.Parse("2006-01", s)
		if err != nil {
			return "", false
		}
		month = int(t.Month())
	}
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), true
}

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
