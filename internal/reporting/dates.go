package reporting

import (
	"strconv"
	"time"
)

// LastDay is the last day that a date of the contract's precisions covers:
// 2021-03 is 2021-03-31, 2021-Q2 is 2021-06-30. False where it is no date.
func LastDay(s string) (string, bool) {
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
