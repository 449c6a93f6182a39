package reporting

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

//go:embed holidays.txt
var builtinHolidays string

// Workdays knows which days are worked: Monday to Friday, less the public
// holidays, plus the make-up days of the State Council's yearly notices.
type Workdays struct {
	days  map[int]bool // 20210403: worked or not; days that follow the week are not in it
	years map[int]bool
}

// NewWorkdays holds the notices for 2021 to 2026.
func NewWorkdays() *Workdays {
	w := &Workdays{days: map[int]bool{}, years: map[int]bool{}}
	if err := w.Load(strings.NewReader(builtinHolidays)); err != nil {
		panic(fmt.Sprintf("built-in holidays: %v", err)) // a test reads them
	}
	return w
}

// Load adds years from a file in one of two forms: lines such as
// "2027 OFF 01-01..03, 02-05..11" and "2027 WORK 02-14 02-20", or a year's JSON
// as the data set holiday-cn has it. A range includes both ends and may cross a
// month. What is named later wins, so that a corrected notice can stand in the
// operator's file. The error names the line, or the day, that is wrong.
func (w *Workdays) Load(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxHolidays+1))
	if err != nil {
		return err
	}
	if len(data) > maxHolidays {
		return fmt.Errorf("a file of holidays has at most %d bytes", maxHolidays)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // Notepad's mark
	if t := bytes.TrimSpace(data); len(t) > 0 && (t[0] == '{' || t[0] == '[') {
		return w.loadJSON(t)
	}
	return w.loadLines(data)
}

const maxHolidays = 1 << 20

// holidayYear is a year of holiday-cn. Days of late December may stand in the
// next year's file; weekends that only join a holiday stand in none.
type holidayYear struct {
	Year int `json:"year"`
	Days []struct {
		Date     string `json:"date"` // 2027-01-01
		IsOffDay *bool  `json:"isOffDay"`
	} `json:"days"`
}

// loadJSON adds one year of holiday-cn, or a list of them.
func (w *Workdays) loadJSON(data []byte) error {
	var years []holidayYear
	var err error
	if data[0] == '[' {
		err = json.Unmarshal(data, &years)
	} else {
		years = make([]holidayYear, 1)
		err = json.Unmarshal(data, &years[0])
	}
	if err != nil {
		return fmt.Errorf("JSON of holidays: %w", err)
	}
	for _, y := range years {
		if y.Year < 1900 || y.Year > 9999 || len(y.Days) == 0 {
			return fmt.Errorf("JSON of holidays: no year with days (year %d, %d days)", y.Year, len(y.Days))
		}
		for _, d := range y.Days {
			day, err := time.Parse(time.DateOnly, d.Date)
			if err != nil || d.IsOffDay == nil || day.Year() < y.Year-1 || day.Year() > y.Year+1 {
				return fmt.Errorf("JSON of holidays: %q is no day of %d that is off or not", d.Date, y.Year)
			}
			w.days[dayNumber(day)] = !*d.IsOffDay
		}
		w.years[y.Year] = true
	}
	return nil
}

func (w *Workdays) loadLines(data []byte) error {
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		line := strings.TrimSpace(text)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '，' })
		if len(f) < 3 {
			return fmt.Errorf("line %d: %q is not of the form \"2021 OFF 01-01..03\"", n, line)
		}
		year, err := strconv.Atoi(f[0])
		if err != nil || year < 1900 || year > 9999 {
			return fmt.Errorf("line %d: %q is no year", n, f[0])
		}
		if f[1] != "OFF" && f[1] != "WORK" {
			return fmt.Errorf("line %d: %q is neither OFF nor WORK", n, f[1])
		}
		for _, span := range f[2:] {
			if err := w.addSpan(year, span, f[1] == "WORK"); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		w.years[year] = true
	}
	return nil
}

// addSpan marks "01-31", "01-01..03" or "01-31..02-06".
func (w *Workdays) addSpan(year int, span string, worked bool) error {
	from, to, ranged := strings.Cut(span, "..")
	first, err := time.Parse("2006-01-02", fmt.Sprintf("%04d-%s", year, from))
	if err != nil {
		return fmt.Errorf("%q is no day", span)
	}
	last := first
	if ranged {
		if !strings.Contains(to, "-") {
			to = from[:3] + to
		}
		if last, err = time.Parse("2006-01-02", fmt.Sprintf("%04d-%s", year, to)); err != nil || last.Before(first) {
			return fmt.Errorf("%q is no span of days", span)
		}
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		w.days[dayNumber(d)] = worked
	}
	return nil
}

// Knows reports whether the year's notice is known; without it only weekends are off.
func (w *Workdays) Knows(year int) bool { return w.years[year] }

// IsWorkday reports whether the day of t, in t's zone, is worked.
func (w *Workdays) IsWorkday(t time.Time) bool {
	if worked, named := w.days[dayNumber(t)]; named {
		return worked
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Add moves n workdays on, or back where n is negative, and keeps the time of
// day. Zero stays on t's day, worked or not.
func (w *Workdays) Add(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		t = t.AddDate(0, 0, step)
		if w.IsWorkday(t) {
			n--
		}
	}
	return t
}

// dayNumber is the day of t as a number that reads as its date: 20210403.
func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return y*10000 + int(m)*100 + d
}
