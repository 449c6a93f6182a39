package chase

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tongbao/internal/reporting"
)

// month is a month that never happened: when each table came, when the machine
// was down, what the office asked for.
type month struct {
	terms    reporting.Terms
	ladder   Ladder
	quiet    Quiet
	c        Case
	arrivals map[reporting.Kind]time.Time // zero: never
	rejected map[reporting.Kind]time.Time // from then on, until it arrives
	exempt   map[reporting.Kind]time.Time // from then on
	down     [][2]time.Time
}

func randomMonth(r *rand.Rand) *month {
	m := &month{terms: reporting.DefaultTerms(zone), ladder: DefaultLadder(), quiet: DefaultQuiet(),
		arrivals: map[reporting.Kind]time.Time{}, rejected: map[reporting.Kind]time.Time{}, exempt: map[reporting.Kind]time.Time{}}
	m.terms.Shift = []reporting.Shift{reporting.ShiftNone, reporting.ShiftNext, reporting.ShiftPrevious}[r.IntN(3)]
	p := reporting.Period{Year: 2021 + r.IntN(6), Month: time.Month(1 + r.IntN(12))}
	m.c = Case{Submitter: xiushui, Period: p, Deadline: m.terms.Deadline(p)}
	m.c.Submitter.Tables = reporting.Kinds[:1+r.IntN(3)]
	if r.IntN(4) == 0 { // an extension, sometimes past the freeze
		m.c.Deadline = m.c.Deadline.AddDate(0, 0, 1+r.IntN(5)).Add(-time.Duration(r.IntN(15)) * time.Hour)
	}
	switch r.IntN(4) {
	case 0:
		m.quiet = Quiet{}
	case 1:
		m.quiet = Quiet{From: time.Duration(18+r.IntN(6)) * time.Hour, To: time.Duration(r.IntN(11)) * time.Hour, DaysOff: r.IntN(2) == 0}
	}
	if r.IntN(3) == 0 { // the office's own ladder
		m.ladder = nil
		for i := range 1 + r.IntN(6) {
			days := r.IntN(8) - 4
			kind := Reminder
			if days > 0 {
				kind = Chaser
			} else if days == 0 {
				kind = Today
			}
			m.ladder = append(m.ladder, Step{Name: string(rune('a' + i)), Workdays: days, Time: time.Duration(r.IntN(24*4)) * 15 * time.Minute, Kind: kind})
		}
	}
	around := func() time.Time { return m.c.Deadline.Add(time.Duration(r.IntN(16*24)-10*24) * time.Hour) }
	for _, k := range reporting.Kinds {
		if r.IntN(2) == 0 {
			m.arrivals[k] = around()
		}
		if r.IntN(4) == 0 {
			m.rejected[k] = around()
		}
		if r.IntN(8) == 0 {
			m.exempt[k] = around()
		}
	}
	for range r.IntN(4) {
		from := around()
		m.down = append(m.down, [2]time.Time{from, from.Add(time.Duration(r.IntN(72)) * time.Hour)})
	}
	return m
}

// at gives the standings at now as the office would see them.
func (m *month) at(now time.Time) Case {
	c := m.c
	c.Standings = map[reporting.Kind]reporting.Standing{}
	for _, k := range reporting.Kinds {
		since := func(times map[reporting.Kind]time.Time) bool {
			t, ok := times[k]
			return ok && !t.After(now)
		}
		state := reporting.Due
		switch {
		case since(m.arrivals) && m.arrivals[k].After(c.Deadline):
			state = reporting.Late
		case since(m.arrivals):
			state = reporting.OnTime
		case since(m.exempt):
			state = reporting.Exempt
		case since(m.rejected):
			state = reporting.Rejected
		case now.After(c.Deadline):
			state = reporting.Missing
		}
		c.Standings[k] = reporting.Standing{State: state}
	}
	return c
}

// owed is the oracle's own view of what is to be asked for at now.
func (m *month) owed(now time.Time) (missing, rejected []reporting.Kind) {
	for _, k := range m.c.Submitter.Tables {
		a, came := m.arrivals[k]
		e, exempt := m.exempt[k]
		if came && !a.After(now) || exempt && !e.After(now) {
			continue
		}
		missing = append(missing, k)
		if r, ok := m.rejected[k]; ok && !r.After(now) {
			rejected = append(rejected, k)
		}
	}
	return missing, rejected
}

// time0 is when the step comes by the rules: so many workdays counted one by
// one on a calendar.
func (m *month) time0(s Step) time.Time {
	d := m.c.Deadline
	n := s.Workdays
	for n != 0 {
		way := 1
		if n < 0 {
			way = -1
		}
		d = d.AddDate(0, 0, way)
		if m.terms.Workdays.IsWorkday(d) {
			n -= way
		}
	}
	y, mo, day := d.Date()
	return time.Date(y, mo, day, 0, 0, 0, 0, zone).Add(s.Time)
}

// silent reports whether nothing may go out at now.
func (m *month) silent(now time.Time) bool {
	if m.quiet.DaysOff && !m.terms.Workdays.IsWorkday(now) {
		return true
	}
	h := time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute
	if m.quiet.From == m.quiet.To {
		return false
	}
	if m.quiet.From > m.quiet.To {
		return h >= m.quiet.From || h < m.quiet.To
	}
	return h >= m.quiet.From && h < m.quiet.To
}

func (m *month) isDown(now time.Time) bool {
	return slices.ContainsFunc(m.down, func(d [2]time.Time) bool { return !now.Before(d[0]) && now.Before(d[1]) })
}

// expected is the step that the rules want at now: the latest that has come,
// if it makes sense still.
func (m *month) expected(now time.Time) string {
	var last time.Time
	step := Step{}
	for _, s := range m.ladder {
		if t := m.time0(s); !t.After(now) && !t.Before(last) {
			last, step = t, s
		}
	}
	missing, _ := m.owed(now)
	switch {
	case step.Name == "" || m.silent(now) || len(missing) == 0:
		return ""
	case step.Kind == Chaser && !now.Before(m.terms.Freeze(m.c.Period)):
		return ""
	case step.Kind != Chaser && !now.Before(m.c.Deadline):
		return ""
	}
	return step.Name
}

// TestOracle lives through random months hour by hour, with outages, and
// compares what went out with what the rules say, letter by letter.
func TestOracle(t *testing.T) {
	months := 3000
	if testing.Short() {
		months = 600
	}
	letters := 0
	for seed := range uint64(months) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := randomMonth(r)
		sent := map[string]bool{}
		now := m.c.Deadline.AddDate(0, 0, -14).Truncate(time.Hour).Add(time.Duration(r.IntN(60)) * time.Minute)
		for end := m.c.Deadline.AddDate(0, 0, 12); now.Before(end); now = now.Add(time.Hour) {
			if m.isDown(now) {
				continue
			}
			want := m.expected(now)
			call, ok := Due(now, m.ladder, m.terms, m.quiet, m.at(now))
			if ok != (want != "") || call.Step.Name != want {
				t.Fatalf("month %d (%s, due %s) at %s: %q, want %q", seed, m.c.Period, m.c.Deadline.Format(minutes), now.Format(minutes), call.Step.Name, want)
			}
			if !ok || sent[call.Key("xs@example.com")] {
				continue
			}
			sent[call.Key("xs@example.com")] = true
			letters++
			missing, rejected := m.owed(now)
			if !slices.Equal(call.Missing, missing) || !slices.Equal(call.Rejected, rejected) {
				t.Fatalf("month %d at %s: asks for %v (rejected %v), want %v (%v)", seed, now.Format(minutes), call.Missing, call.Rejected, missing, rejected)
			}
			if call.At.After(now) || !call.Expires.After(now) || m.silent(call.At) {
				t.Fatalf("month %d at %s: was to go at %s and expires at %s", seed, now.Format(minutes), call.At, call.Expires)
			}
		}
	}
	t.Logf("%d months, %d letters", months, letters)
	if letters < months {
		t.Errorf("only %d letters in %d months: the months are too quiet to prove anything", letters, months)
	}
}

// TestNextAgreesWithDue asks at random moments: between now and Next, Due says
// nothing new; at Next it does; where there is no Next, it never does.
func TestNextAgreesWithDue(t *testing.T) {
	const months = 4000
	found := 0
	for seed := range uint64(months) {
		r := rand.New(rand.NewPCG(seed, 2))
		m := randomMonth(r)
		moment := func() time.Time {
			return m.c.Deadline.AddDate(0, 0, -16).Add(time.Duration(r.IntN(30*24*60)) * time.Minute)
		}
		now := moment()
		c := m.at(moment())
		ask := func(at time.Time) string {
			call, _ := Due(at, m.ladder, m.terms, m.quiet, c)
			return call.Step.Name
		}
		before := ask(now)
		next := Next(now, m.ladder, m.terms, m.quiet, c)
		end := m.c.Deadline.AddDate(0, 0, 30)
		if !next.IsZero() {
			found++
			end = next
			if got := ask(next); got == "" || got == before || !next.After(now) {
				t.Fatalf("month %d: next of %s is %s, but then Due says %q (before: %q)", seed, now, next, got, before)
			}
		}
		probes := []time.Time{end.Add(-time.Nanosecond), now.Add(time.Nanosecond)}
		for _, s := range m.ladder {
			for _, d := range []time.Duration{-time.Nanosecond, 0, time.Nanosecond, m.quiet.To - s.Time, 24*time.Hour + m.quiet.To - s.Time} {
				probes = append(probes, m.time0(s).Add(d))
			}
		}
		for range 40 {
			probes = append(probes, now.Add(time.Duration(r.Int64N(int64(max(end.Sub(now), 1))))))
		}
		seen := map[string]bool{before: true, "": true}
		for _, p := range probes {
			if p.After(now) && p.Before(end) && !seen[ask(p)] {
				t.Fatalf("month %d: next of %s is %s, but Due says %q at %s", seed, now, next, ask(p), p)
			}
		}
	}
	t.Logf("%d months, %d with a next step", months, found)
}
