package reporting

import (
	"fmt"
	"time"
)

// Quarter is a quarter of a year, 1 to 4. Its zero value means "not known".
type Quarter struct {
	Year int
	N    int
}

// QuarterOf is the quarter in which the month lies.
func QuarterOf(p Period) Quarter { return Quarter{p.Year, p.Quarter()} }

// ParseQuarter reads "2021-Q1".
func ParseQuarter(s string) (Quarter, error) {
	if len(s) == 7 && s[4:6] == "-Q" && s[6] >= '1' && s[6] <= '4' {
		if t, err := time.Parse("2006", s[:4]); err == nil {
			return Quarter{t.Year(), int(s[6] - '0')}, nil
		}
	}
	return Quarter{}, fmt.Errorf("quarter %q is not of the form 2021-Q1", s)
}

// IsZero reports whether the quarter is not known.
func (q Quarter) IsZero() bool { return q == Quarter{} }

// String gives "2021-Q1", or "" where the quarter is not known.
func (q Quarter) String() string {
	if q.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-Q%d", q.Year, q.N)
}

// Chinese gives "2021年一季度".
func (q Quarter) Chinese() string { return fmt.Sprintf("%d年%s", q.Year, q.Short()) }

// Short gives "一季度".
func (q Quarter) Short() string {
	if q.N < 1 || q.N > 4 {
		return ""
	}
	return []string{"一", "二", "三", "四"}[q.N-1] + "季度"
}

// First is the quarter's first month.
func (q Quarter) First() Period { return Period{q.Year, time.Month(3*q.N - 2)} }

// Last is the quarter's last month.
func (q Quarter) Last() Period { return Period{q.Year, time.Month(3 * q.N)} }

// Months are the quarter's three months.
func (q Quarter) Months() []Period {
	return []Period{q.First(), q.First().Add(1), q.Last()}
}

// Add moves n quarters on, or back where n is negative.
func (q Quarter) Add(n int) Quarter { return QuarterOf(q.Last().Add(3 * n)) }

// Before reports whether q is an earlier quarter than r.
func (q Quarter) Before(r Quarter) bool { return q.Year < r.Year || q.Year == r.Year && q.N < r.N }

// MarshalText writes "2021-Q1"; a quarter that is not known is "".
func (q Quarter) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (q *Quarter) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*q = Quarter{}
		return nil
	}
	*q, err = ParseQuarter(string(b))
	return err
}
