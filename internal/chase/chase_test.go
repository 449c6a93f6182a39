package chase

import (
	"slices"
	"testing"
	"time"

	"tongbao/internal/reporting"
)

var (
	zone    = time.FixedZone("CST", 8*3600)
	xiushui = reporting.Submitter{Name: "修水县", Group: reporting.Counties, Addresses: []string{"xs@example.com"}, Tables: reporting.Kinds}
)

const minutes = "2006-01-02 15:04"

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation(minutes, s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func stand(states ...reporting.State) map[reporting.Kind]reporting.Standing {
	m := map[reporting.Kind]reporting.Standing{}
	for i, s := range states {
		m[reporting.Kinds[i]] = reporting.Standing{State: s}
	}
	return m
}

// TestLadder walks through months: March 2021 (due on a Thursday), April 2021
// (on a worked Sunday) and September 2021 (on a Saturday, the 26th is worked).
func TestLadder(t *testing.T) {
	terms := reporting.DefaultTerms(zone)
	for _, c := range []struct {
		now, step, expires string // step "" is nothing
	}{
		{"2021-03-22 08:59", "", ""},
		{"2021-03-22 09:00", "remind", "2021-03-25 09:00"},
		{"2021-03-22 22:00", "", ""},                       // quiet
		{"2021-03-23 06:59", "", ""},                       // quiet
		{"2021-03-23 07:00", "remind", "2021-03-25 09:00"}, // after an outage
		{"2021-03-25 08:59", "remind", "2021-03-25 09:00"},
		{"2021-03-25 09:00", "day", "2021-03-25 17:00"},
		{"2021-03-25 17:00", "last-call", "2021-03-25 23:59"},
		{"2021-03-26 00:00", "", ""},
		{"2021-03-26 07:30", "", ""}, // the last call has expired, the first chaser has not come
		{"2021-03-26 09:00", "chase-1", "2021-03-29 09:00"},
		{"2021-03-27 10:00", "", ""},                        // a Saturday
		{"2021-03-29 08:00", "chase-1", "2021-03-29 09:00"}, //
		{"2021-03-29 09:00", "chase-2", "2021-03-30 17:00"},
		{"2021-03-30 16:59", "chase-2", "2021-03-30 17:00"},
		{"2021-03-30 17:00", "", ""}, // frozen

		{"2021-04-21 09:00", "remind", "2021-04-25 09:00"}, // 22, 23, 25 are the three days before
		{"2021-04-24 10:00", "", ""},
		{"2021-04-25 09:00", "day", "2021-04-25 17:00"}, // a Sunday that is worked
		{"2021-04-26 09:00", "chase-1", "2021-04-27 09:00"},
		{"2021-04-27 09:00", "chase-2", "2021-04-28 17:00"},

		{"2021-09-17 09:00", "", ""},
		{"2021-09-22 09:00", "remind", "2021-09-25 09:00"}, // 19 to 21 is the Mid-Autumn Festival
		{"2021-09-25 09:00", "", ""},                       // the day itself is off
		{"2021-09-25 17:00", "", ""},
		{"2021-09-26 09:00", "chase-1", "2021-09-27 09:00"},
	} {
		now := at(t, c.now)
		p := reporting.PeriodOf(now)
		call, ok := Due(now, DefaultLadder(), terms, DefaultQuiet(), Case{Submitter: xiushui, Period: p, Deadline: terms.Deadline(p)})
		got, expires := "", ""
		if ok {
			got, expires = call.Step.Name, call.Expires.Format(minutes)
		}
		if got != c.step || expires != c.expires {
			t.Errorf("at %s: %q until %s, want %q until %s", c.now, got, expires, c.step, c.expires)
		}
	}
}

func TestDayOffIfAsked(t *testing.T) {
	terms := reporting.DefaultTerms(zone)
	p := reporting.Period{Year: 2021, Month: 9}
	c := Case{Submitter: xiushui, Period: p, Deadline: terms.Deadline(p)}
	q := DefaultQuiet()
	q.DaysOff = false
	if call, ok := Due(at(t, "2021-09-25 09:00"), DefaultLadder(), terms, q, c); !ok || call.Step.Name != "day" {
		t.Errorf("who asks for letters on days off gets %q, %v", call.Step.Name, ok)
	}
	if got := Next(at(t, "2021-09-22 12:00"), DefaultLadder(), terms, DefaultQuiet(), c); !got.Equal(at(t, "2021-09-26 09:00")) {
		t.Errorf("after the reminder comes %v, want the first chaser: the day itself is off", got)
	}
}

func TestExtension(t *testing.T) {
	terms := reporting.DefaultTerms(zone)
	p := reporting.Period{Year: 2021, Month: 3}
	c := Case{Submitter: xiushui, Period: p, Deadline: at(t, "2021-03-26 12:00")}
	for now, want := range map[string]string{
		"2021-03-26 09:00": "day",
		"2021-03-26 11:59": "day",
		"2021-03-26 12:00": "", // 17:00 is past its own deadline
		"2021-03-26 17:00": "",
		"2021-03-29 09:00": "chase-1",
		"2021-03-30 09:00": "chase-2",
		"2021-03-30 17:00": "",
	} {
		call, ok := Due(at(t, now), DefaultLadder(), terms, DefaultQuiet(), c)
		if ok != (want != "") || call.Step.Name != want {
			t.Errorf("at %s: %q, want %q", now, call.Step.Name, want)
		}
		if ok && call.Key("XS@example.com") != "chase/2021-03/修水县/2021-03-26/"+want+"/xs@example.com" {
			t.Errorf("key %q", call.Key("XS@example.com"))
		}
	}
}

func TestOnlyWhatIsMissing(t *testing.T) {
	terms := reporting.DefaultTerms(zone)
	p := reporting.Period{Year: 2021, Month: 3}
	now := at(t, "2021-03-29 09:00")
	three := reporting.Kinds
	for _, c := range []struct {
		name                       string
		tables                     []reporting.Kind
		standings                  map[reporting.Kind]reporting.Standing
		paused                     bool
		missing, arrived, rejected []reporting.Kind
	}{
		{name: "nothing known", tables: three, missing: three},
		{name: "all in", tables: three, standings: stand("on-time", "late", "nil-late")},
		{name: "all nil", tables: three, standings: stand("nil", "nil", "nil")},
		{name: "one missing", tables: three, standings: stand("on-time", "missing", "nil"), missing: three[1:2], arrived: []reporting.Kind{three[0], three[2]}},
		{name: "one rejected", tables: three, standings: stand("rejected", "nil", "on-time"), missing: three[:1], arrived: three[1:], rejected: three[:1]},
		{name: "one exempt", tables: three, standings: stand("missing", "exempt", "exempt"), missing: three[:1]},
		{name: "all exempt", tables: three, standings: stand("exempt", "exempt", "exempt")},
		{name: "owes one", tables: three[:1], standings: stand("missing", "missing", "missing"), missing: three[:1]},
		{name: "owes one, and it is in", tables: three[:1], standings: stand("on-time", "missing", "missing")},
		{name: "owes nothing"},
		{name: "paused", tables: three, paused: true},
	} {
		s := xiushui
		s.Tables = c.tables
		call, ok := Due(now, DefaultLadder(), terms, DefaultQuiet(), Case{Submitter: s, Period: p, Deadline: terms.Deadline(p), Standings: c.standings, Paused: c.paused})
		if ok != (len(c.missing) > 0) || !slices.Equal(call.Missing, c.missing) || !slices.Equal(call.Arrived, c.arrived) || !slices.Equal(call.Rejected, c.rejected) {
			t.Errorf("%s: %v missing %v arrived %v rejected %v", c.name, ok, call.Missing, call.Arrived, call.Rejected)
		}
		if ok && (!call.Superior || !call.Step.Letter) {
			t.Errorf("%s: the last step has no letter or copies no superior", c.name)
		}
		next := Next(at(t, "2021-03-01 00:00"), DefaultLadder(), terms, DefaultQuiet(), Case{Submitter: s, Period: p, Deadline: terms.Deadline(p), Standings: c.standings, Paused: c.paused})
		if next.IsZero() == ok {
			t.Errorf("%s: next is %v", c.name, next)
		}
	}
}

func TestEveryone(t *testing.T) {
	terms := reporting.DefaultTerms(zone)
	p := reporting.Period{Year: 2021, Month: 3}
	l := DefaultLadder()
	l[0].Everyone = true
	c := Case{Submitter: xiushui, Period: p, Deadline: terms.Deadline(p), Standings: stand("on-time", "on-time", "nil")}
	if call, ok := Due(at(t, "2021-03-22 09:00"), l, terms, DefaultQuiet(), c); !ok || len(call.Missing) != 0 || len(call.Arrived) != 3 {
		t.Errorf("who reported early gets %v %v", ok, call)
	}
	if _, ok := Due(at(t, "2021-03-25 09:00"), l, terms, DefaultQuiet(), c); ok {
		t.Error("a step that is not for everyone goes to who has reported")
	}
	c.Standings = stand("exempt", "exempt", "exempt")
	if _, ok := Due(at(t, "2021-03-22 09:00"), l, terms, DefaultQuiet(), c); ok {
		t.Error("who is exempt from everything is written to")
	}
}

func TestQuiet(t *testing.T) {
	terms := reporting.DefaultTerms(zone)
	night := DefaultQuiet()
	noon := Quiet{From: 12 * time.Hour, To: 14 * time.Hour}
	for _, c := range []struct {
		q        Quiet
		at, want string
	}{
		{night, "2021-03-25 09:00", "2021-03-25 09:00"},
		{night, "2021-03-25 21:59", "2021-03-25 21:59"},
		{night, "2021-03-25 22:00", "2021-03-26 07:00"},
		{night, "2021-03-26 22:00", "2021-03-29 07:00"}, // into a weekend
		{night, "2021-04-30 23:00", "2021-05-06 07:00"}, // into Labour Day
		{night, "2021-03-26 06:59", "2021-03-26 07:00"},
		{night, "2021-03-26 07:00", "2021-03-26 07:00"},
		{noon, "2021-03-27 12:00", "2021-03-27 14:00"},
		{noon, "2021-03-27 14:00", "2021-03-27 14:00"},
		{Quiet{}, "2021-03-27 03:00", "2021-03-27 03:00"},
	} {
		if got := c.q.next(at(t, c.at).UTC(), terms).Format(minutes); got != c.want {
			t.Errorf("%v: from %s on the first moment is %s, want %s", c.q, c.at, got, c.want)
		}
	}
}

func TestSpaced(t *testing.T) {
	sent := []time.Time{at(t, "2021-03-24 09:00"), at(t, "2021-03-25 09:00"), at(t, "2021-03-25 17:00")}
	for _, c := range []struct{ at, want string }{
		{"2021-03-25 20:00", "2021-03-26 09:00"},
		{"2021-03-26 08:59", "2021-03-26 09:00"},
		{"2021-03-26 09:00", "2021-03-26 09:00"},
		{"2021-03-27 09:00", "2021-03-27 09:00"},
	} {
		if got := Spaced(at(t, c.at), sent, MaxPerDay).Format(minutes); got != c.want {
			t.Errorf("Spaced(%s) = %s, want %s", c.at, got, c.want)
		}
	}
	if now := at(t, "2021-03-25 18:00"); !Spaced(now, sent[2:], MaxPerDay).Equal(now) || !Spaced(now, sent, 0).Equal(now) {
		t.Error("one letter, or no bound, holds the next back")
	}
}
