package reporting

import (
	"slices"
	"testing"
	"time"
)

const minutes = "2006-01-02 15:04"

func TestDeadlineAndFreeze(t *testing.T) {
	for _, c := range []struct {
		period           Period
		shift            Shift
		deadline, freeze string
	}{
		{Period{2021, 3}, ShiftNone, "2021-03-25 23:59", "2021-03-30 17:00"},     // Thursday; Friday, Monday, Tuesday
		{Period{2021, 4}, ShiftNone, "2021-04-25 23:59", "2021-04-28 17:00"},     // a worked Sunday
		{Period{2021, 9}, ShiftNone, "2021-09-25 23:59", "2021-09-28 17:00"},     // Saturday; the 26th is worked
		{Period{2021, 9}, ShiftNext, "2021-09-26 23:59", "2021-09-29 17:00"},     //
		{Period{2021, 9}, ShiftPrevious, "2021-09-24 23:59", "2021-09-28 17:00"}, //
		{Period{2023, 1}, ShiftNone, "2023-01-25 23:59", "2023-01-30 17:00"},     // in Spring Festival; 28, 29 and 30 are worked
		{Period{2023, 1}, ShiftNext, "2023-01-28 23:59", "2023-01-31 17:00"},
	} {
		terms := DefaultTerms(shanghai)
		terms.Shift = c.shift
		if got := terms.Deadline(c.period).Format(minutes); got != c.deadline {
			t.Errorf("%s %s: deadline %s, want %s", c.period, c.shift, got, c.deadline)
		}
		if got := terms.Freeze(c.period).Format(minutes); got != c.freeze {
			t.Errorf("%s %s: freeze %s, want %s", c.period, c.shift, got, c.freeze)
		}
	}
	terms := DefaultTerms(shanghai)
	terms.DeadlineDay, terms.DeadlineTime = 31, 24*time.Hour
	if got := terms.Deadline(Period{2021, 2}).Format(minutes); got != "2021-03-01 00:00" {
		t.Errorf("the 31st of February, to the day's end, is %s", got)
	}
}

func TestPace(t *testing.T) {
	terms := DefaultTerms(shanghai)
	for p, want := range map[Period]string{{2021, 3}: "25", {2021, 1}: "8.33333333", {2021, 12}: "100", {2021, 8}: "66.66666667"} {
		if got := terms.PaceOf(p).String(); got != want {
			t.Errorf("pace of %s = %s, want %s", p, got, want)
		}
	}
	terms.Pace = "day"
	for p, want := range map[Period]string{{2021, 3}: "24.65753425", {2024, 2}: "16.39344262", {2021, 12}: "100", {2024, 12}: "100"} {
		if got := terms.PaceOf(p).String(); got != want {
			t.Errorf("pace by days of %s = %s, want %s", p, got, want)
		}
	}
}

func TestCurrentPeriod(t *testing.T) {
	terms := DefaultTerms(shanghai)
	for now, want := range map[string]string{
		"2021-03-24 10:00": "2021-03",
		"2021-03-30 17:00": "2021-03", // the freeze itself
		"2021-03-31 08:00": "2021-03", // its own month
		"2021-04-01 00:00": "2021-04",
		"2021-12-31 12:00": "2021-12",
		"2022-01-01 12:00": "2022-01",
	} {
		at, err := time.ParseInLocation(minutes, now, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := terms.CurrentPeriod(at.UTC()).String(); got != want {
			t.Errorf("at %s %s is collected, want %s", now, got, want)
		}
	}
	terms.DeadlineDay = 31 // freezes in the next month
	at := time.Date(2021, 4, 2, 9, 0, 0, 0, shanghai)
	if got := terms.CurrentPeriod(at).String(); got != "2021-03" {
		t.Errorf("before the freeze of March %s is collected", got)
	}
}

func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		n    int
		want string
	}{{1, "2021-02"}, {-1, "2020-12"}, {-13, "2019-12"}, {12, "2022-01"}, {0, "2021-01"}} {
		if got := (Period{2021, 1}).Add(c.n).String(); got != c.want {
			t.Errorf("2021-01 + %d = %s, want %s", c.n, got, c.want)
		}
	}
	for _, bad := range []string{"2021-13", "2021-3", "21-03", "2021-03-01", "2021/03", ""} {
		if p, err := ParsePeriod(bad); err == nil {
			t.Errorf("ParsePeriod(%q) = %v", bad, p)
		}
	}
	var p Period
	if err := p.UnmarshalText([]byte("2021-11")); err != nil || p != (Period{2021, 11}) || p.Quarter() != 4 || p.Chinese() != "2021年11月" {
		t.Errorf("2021-11 is %v, quarter %d, %s: %v", p, p.Quarter(), p.Chinese(), err)
	}
	if b, _ := (Period{}).MarshalText(); len(b) != 0 {
		t.Errorf("a month that is not known is %q", b)
	}
}

func TestUnknownYears(t *testing.T) {
	terms := DefaultTerms(shanghai)
	for _, c := range []struct {
		p    Period
		now  string
		want []int
	}{
		{Period{2026, 11}, "2026-11-25", nil},
		{Period{2026, 11}, "2026-12-01", []int{2027}},
		{Period{2026, 12}, "2026-12-28", []int{2027}},
		{Period{2027, 1}, "2027-01-10", []int{2027}},
		{Period{2020, 12}, "2021-01-10", []int{2020}},
	} {
		if got := terms.UnknownYears(c.p, day(t, c.now)); !slices.Equal(got, c.want) {
			t.Errorf("%s at %s: %v, want %v", c.p, c.now, got, c.want)
		}
	}
}
