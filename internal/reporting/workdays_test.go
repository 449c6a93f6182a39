package reporting

import (
	"os"
	"strings"
	"testing"
	"time"
)

var shanghai = time.FixedZone("CST", 8*3600)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(time.DateOnly, s, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestTwentyFifths holds every 25th of 2021 to 2026 against the list that was
// made from the State Council's notices by hand.
func TestTwentyFifths(t *testing.T) {
	raw, err := os.ReadFile("testdata/25ths.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) == 4 && f[0] != "#" && strings.HasPrefix(f[0], "20") {
			listed[f[0]] = f
		}
	}
	if len(listed) != 23 {
		t.Fatalf("%d days are listed, want 23", len(listed))
	}
	w := NewWorkdays()
	for p := (Period{2021, 1}); p.Before(Period{2027, 1}); p = p.Add(1) {
		d := p.Day(25, shanghai)
		name := d.Format(time.DateOnly)
		f, special := listed[name]
		if want := !special || f[1] == "work"; w.IsWorkday(d) != want {
			t.Errorf("IsWorkday(%s) = %v", name, !want)
		}
		if weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday; weekend && !special {
			t.Errorf("%s is a weekend and not listed", name)
		}
		if !special || f[1] == "work" {
			continue
		}
		for shift, want := range map[Shift]string{ShiftNone: name, ShiftPrevious: f[2], ShiftNext: f[3]} {
			terms := DefaultTerms(shanghai)
			terms.Shift = shift
			if got := terms.DeadlineDate(p).Format(time.DateOnly); got != want {
				t.Errorf("%s shifted %s = %s, want %s", name, shift, got, want)
			}
		}
	}
}

// TestYearlyTotals counts the days off that the notices name on weekdays and
// the weekends worked: each make-up day was taken from a weekend.
func TestYearlyTotals(t *testing.T) {
	w := NewWorkdays()
	for year, want := range map[int]int{2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		n := 0
		for d := time.Date(year, 1, 1, 0, 0, 0, 0, shanghai); d.Year() == year; d = d.AddDate(0, 0, 1) {
			if w.IsWorkday(d) {
				n++
			}
		}
		if n != want {
			t.Errorf("%d has %d workdays, want %d", year, n, want)
		}
		if !w.Knows(year) {
			t.Errorf("%d is not known", year)
		}
	}
	if w.Knows(2027) || w.Knows(2020) {
		t.Error("a year without a notice is known")
	}
}

func TestAdd(t *testing.T) {
	w := NewWorkdays()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2021-04-23", 1, "2021-04-25"},  // Friday to the make-up Sunday
		{"2021-04-23", 2, "2021-04-26"},  //
		{"2021-04-26", -1, "2021-04-25"}, //
		{"2021-04-30", 1, "2021-05-06"},  // over Labour Day
		{"2021-05-06", -1, "2021-04-30"}, //
		{"2023-01-20", 1, "2023-01-28"},  // over Spring Festival to a make-up Saturday
		{"2022-12-30", 1, "2023-01-03"},  // New Year's days of two notices
		{"2021-07-25", 0, "2021-07-25"},  // zero stays on a day off
		{"2021-07-25", 3, "2021-07-28"},
		{"2021-07-25", -3, "2021-07-21"},
	} {
		at := day(t, c.from).Add(9*time.Hour + 30*time.Minute)
		got := w.Add(at, c.n)
		if got.Format("2006-01-02 15:04") != c.want+" 09:30" {
			t.Errorf("Add(%s, %d) = %s, want %s 09:30", c.from, c.n, got.Format("2006-01-02 15:04"), c.want)
		}
	}
}

func TestLoad(t *testing.T) {
	w := NewWorkdays()
	err := w.Load(strings.NewReader("\ufeff# 下一年\n2027 OFF 01-01..03，02-05..11\n2027 WORK 02-14 02-20\r\n2026 OFF 02-14\n"))
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]bool{"2027-01-01": false, "2027-02-11": false, "2027-02-12": true, "2027-02-14": true, "2027-02-21": false, "2026-02-14": false} {
		if w.IsWorkday(day(t, d)) != want {
			t.Errorf("IsWorkday(%s) = %v", d, !want)
		}
	}
	if !w.Knows(2027) {
		t.Error("the loaded year is not known")
	}
	for _, bad := range []string{"2027 OFF", "27 OFF 01-01", "2027 FREI 01-01", "2027 OFF 1-1", "2027 OFF 02-30", "2027 OFF 01-05..03", "2027 OFF 01-05..x", "2027 OFF ..", "OFF 2027 01-01"} {
		if err := NewWorkdays().Load(strings.NewReader(bad)); err == nil {
			t.Errorf("Load(%q) says nothing", bad)
		}
	}
}

// TestNotices holds the built-in days against a second copy of the State
// Council's notices, day by day: what one of them names is so, and every other
// day follows the week.
func TestNotices(t *testing.T) {
	raw, err := os.ReadFile("testdata/notices.txt")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{} // worked or not
	lines := 0
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(strings.ReplaceAll(line, ",", " "))
		if len(f) < 3 || f[0] == "#" {
			continue
		}
		lines++
		for _, span := range f[2:] {
			from, to, ranged := strings.Cut(span, "..")
			if !ranged {
				to = from
			}
			if len(to) == 2 {
				to = from[:3] + to
			}
			for d, end := day(t, f[0]+"-"+from), day(t, f[0]+"-"+to); !d.After(end); d = d.AddDate(0, 0, 1) {
				named[d.Format(time.DateOnly)] = f[1] == "WORK"
			}
		}
	}
	if lines != 12 {
		t.Fatalf("%d lines, want two for each of six years", lines)
	}
	w := NewWorkdays()
	for d := day(t, "2021-01-01"); d.Year() < 2027; d = d.AddDate(0, 0, 1) {
		want, ok := named[d.Format(time.DateOnly)]
		if !ok {
			want = d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		}
		if w.IsWorkday(d) != want {
			t.Errorf("IsWorkday(%s, %s) = %v", d.Format(time.DateOnly), d.Weekday(), !want)
		}
	}
	worked := 0
	for name, work := range named {
		if wd := day(t, name).Weekday(); work && wd != time.Saturday && wd != time.Sunday {
			t.Errorf("%s is a make-up day and no weekend", name)
		}
		if work {
			worked++
		}
	}
	t.Logf("%d days named, %d of them worked", len(named), worked)
}

// TestLoadJSON reads a year as the data set holiday-cn has it, and refuses what
// is none.
func TestLoadJSON(t *testing.T) {
	w := NewWorkdays()
	err := w.Load(strings.NewReader("\ufeff" + `{"$schema": "https://example.com/schema.json", "$id": "x", "year": 2028, "papers": ["https://example.com/a"],
 "days": [
  {"name": "元旦", "date": "2027-12-31", "isOffDay": true},
  {"name": "元旦", "date": "2028-01-01", "isOffDay": true},
  {"name": "春节", "date": "2028-02-13", "isOffDay": false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]bool{"2027-12-31": false, "2028-01-01": false, "2028-02-13": true, "2028-01-03": true, "2028-01-02": false} {
		if w.IsWorkday(day(t, d)) != want {
			t.Errorf("IsWorkday(%s) = %v", d, !want)
		}
	}
	if !w.Knows(2028) || w.Knows(2027) {
		t.Error("the year of the file is known, and no other")
	}
	for _, bad := range []string{`{`, `{}`, `{"year": 2028}`, `{"year": 2028, "days": [{"date": "2028-02-30", "isOffDay": true}]}`,
		`{"year": 2028, "days": [{"date": "2028-01-01"}]}`, `{"year": 2028, "days": [{"date": "2021-01-01", "isOffDay": true}]}`, `[{"year": 2028, "days": []}]`} {
		if err := NewWorkdays().Load(strings.NewReader(bad)); err == nil {
			t.Errorf("Load(%s) says nothing", bad)
		}
	}
}
