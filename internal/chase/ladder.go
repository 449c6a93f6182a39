// Package chase says who is to be reminded or chased at a moment, for which
// tables, and which step of the ladder is due. It is pure: it takes now, keeps
// nothing and sends nothing. That a step goes out once is the outbox's
// business, by its key.
package chase

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// The kinds of steps. A reminder and a step of the day expire at the deadline;
// a chaser expires at the freeze.
const (
	Reminder = "reminder" // 报送提醒, before the deadline's day
	Today    = "today"    // on the deadline's day
	Chaser   = "chaser"   // 催报, after the deadline
)

// Step is one rung: so many workdays from the deadline's day (before it where
// negative, that day itself, worked or not, where 0), at a time of day.
type Step struct {
	Name     string        `json:"name"`               // in keys; unique in a ladder: "remind", "day", "last-call", "chase-1", "chase-2"
	Workdays int           `json:"workdays"`           //
	Time     time.Duration `json:"-"`                  // since midnight in the office's zone
	Kind     string        `json:"kind"`               // Reminder, Today or Chaser
	Everyone bool          `json:"everyone,omitempty"` // goes also to a submitter of whom everything has come
	Letter   bool          `json:"letter,omitempty"`   // a formal letter (信函格式) is attached
	Superior bool          `json:"superior,omitempty"` // the submitter's Copies get the letter too
	Copies   []string      `json:"copies,omitempty"`   // who else gets it, whosever letter it is
	Template string        `json:"template"`           // of the letter, below letters/: "reminder", "today", "chaser", "chaser2", "step-…"
}

// Ladder is the steps of one month, in any order.
type Ladder []Step

// DefaultLadder is that of domain.md 2.6.1. What has come in full is left
// alone from the first step on, so no step is for Everyone: a clerk who has
// reported and is reminded thinks that the letter was lost.
func DefaultLadder() Ladder {
	return Ladder{
		{Name: "remind", Workdays: -3, Time: 9 * time.Hour, Kind: Reminder, Template: "reminder"},
		{Name: "day", Workdays: 0, Time: 9 * time.Hour, Kind: Today, Template: "today"},
		{Name: "last-call", Workdays: 0, Time: 17 * time.Hour, Kind: Today, Template: "today"},
		{Name: "chase-1", Workdays: 1, Time: 9 * time.Hour, Kind: Chaser, Template: "chaser"},
		{Name: "chase-2", Workdays: 2, Time: 9 * time.Hour, Kind: Chaser, Letter: true, Superior: true, Template: "chaser2"},
	}
}

// Case is one submitter and one month as they stand at now.
type Case struct {
	Submitter reporting.Submitter
	Period    reporting.Period
	Deadline  time.Time // its own, extensions included: the last second that is on time
	Standings map[reporting.Kind]reporting.Standing
	Paused    bool // the office wants it left alone
}

// Call is a step that is due for a case.
type Call struct {
	Submitter string           `json:"submitter"`
	Period    reporting.Period `json:"period"`
	Step      Step             `json:"step"`
	Nth       int              `json:"nth,omitempty"` // a chaser's number in the ladder, from 1
	At        time.Time        `json:"at"`            // when it was to go, quiet hours and days off passed over
	Expires   time.Time        `json:"expires"`       // from then on it is not to be sent
	Deadline  time.Time        `json:"deadline"`
	Missing   []reporting.Kind `json:"missing"` // to be sent in, what was rejected included
	Arrived   []reporting.Kind `json:"arrived,omitempty"`
	Rejected  []reporting.Kind `json:"rejected,omitempty"` // those of Missing of which something came that could not be used
	Superior  bool             `json:"superior,omitempty"`
}

// Key is the call's key in the outbox for one recipient:
// chase/2021-04/修水县/2021-04-25/chase-1/xs@example.com.
func (c Call) Key(address string) string {
	return Prefix(c.Period, c.Submitter) + c.Deadline.Format(time.DateOnly) + "/" + c.Step.Name + "/" + strings.ToLower(address)
}

// Title names the step as a letter to the office does: a configuration's own
// name for it is no word of the office.
func (c Call) Title() string {
	switch c.Step.Kind {
	case Reminder:
		return "截止前提醒"
	case Today:
		return "当日提醒"
	}
	return fmt.Sprintf("第%d次催报", max(1, c.Nth))
}

// Prefix begins all keys of a submitter's month, for taking back what is queued.
func Prefix(p reporting.Period, submitter string) string {
	return "chase/" + p.String() + "/" + submitter + "/"
}

// rung is a step with its times for one case.
type rung struct {
	Step
	nth     int       // of a chaser
	at      time.Time // by the ladder
	expires time.Time // when the next one comes, at the deadline or at the freeze
}

// rungs gives the ladder its times, in order. A rung that expires before it
// comes stays in the list: it still ends the one before.
func (l Ladder) rungs(t reporting.Terms, c Case) []rung {
	day := c.Deadline.In(t.Zone)
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, t.Zone)
	out := make([]rung, 0, len(l))
	for _, s := range l {
		out = append(out, rung{Step: s, at: clock(t.Workdays.Add(day, s.Workdays), s.Time)})
	}
	slices.SortStableFunc(out, func(a, b rung) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	freeze := t.Freeze(c.Period)
	chasers := 0
	for i := range out {
		end := freeze
		if out[i].Kind != Chaser {
			end = c.Deadline
		} else {
			chasers++
			out[i].nth = chasers
		}
		if i+1 < len(out) && out[i+1].at.Before(end) {
			end = out[i+1].at
		}
		out[i].expires = end
	}
	return out
}

// Due is the step that is due at now: the latest whose time has come, unless
// it has expired, or now is a quiet moment. It says the same for as long as
// the step stands; the key tells the caller whether it went already.
func Due(now time.Time, l Ladder, t reporting.Terms, q Quiet, c Case) (Call, bool) {
	call := open(c)
	if c.Paused || len(c.Submitter.Tables) == 0 || q.quiet(now, t) {
		return Call{}, false
	}
	rungs := l.rungs(t, c)
	for i := len(rungs) - 1; i >= 0; i-- {
		r := rungs[i]
		if r.at.After(now) {
			continue
		}
		if !now.Before(r.expires) || !call.wanted(r.Step) {
			return Call{}, false
		}
		return call.on(r, q.next(r.at, t), t, c), true
	}
	return Call{}, false
}

// Next is the first moment after now at which Due says yes to another step
// than it may at now, standings unchanged; zero means never.
func Next(now time.Time, l Ladder, t reporting.Terms, q Quiet, c Case) time.Time {
	call, _ := Coming(now, l, t, q, c)
	return call.At
}

// Coming is the call that Next is the moment of; its At is that moment.
func Coming(now time.Time, l Ladder, t reporting.Terms, q Quiet, c Case) (Call, bool) {
	call := open(c)
	if c.Paused || len(c.Submitter.Tables) == 0 {
		return Call{}, false
	}
	for _, r := range l.rungs(t, c) {
		from := r.at
		if from.Before(now) { // it stands, and may only be waiting for the morning
			from = now
		}
		at := q.next(from, t)
		if at.After(now) && at.Before(r.expires) && call.wanted(r.Step) {
			return call.on(r, at, t, c), true
		}
	}
	return Call{}, false
}

// on is the call for a rung that goes at a moment.
func (c Call) on(r rung, at time.Time, t reporting.Terms, of Case) Call {
	c.Step, c.Nth, c.At, c.Expires = r.Step, r.nth, at, r.expires
	c.Superior, c.Deadline = r.Superior, of.Deadline.In(t.Zone)
	return c
}

// Missing is what the case still owes.
func Missing(c Case) []reporting.Kind { return open(c).Missing }

// open sorts what the case owes into what has come and what has not. A table
// of which nothing is known has not come; an exempt one is in neither list.
func open(c Case) Call {
	call := Call{Submitter: c.Submitter.Name, Period: c.Period}
	for _, k := range reporting.Kinds {
		if !c.Submitter.Owes(k) {
			continue
		}
		switch s := c.Standings[k].State; {
		case s == reporting.Exempt:
		case s.Arrived():
			call.Arrived = append(call.Arrived, k)
		default:
			call.Missing = append(call.Missing, k)
			if s == reporting.Rejected {
				call.Rejected = append(call.Rejected, k)
			}
		}
	}
	return call
}

// wanted reports whether the step has anything to say to the case. A submitter
// that is exempt from everything is never written to.
func (c Call) wanted(s Step) bool {
	return len(c.Missing) > 0 || s.Everyone && len(c.Arrived) > 0
}
