package office

import (
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Due is one reminder or chaser that is due, and what became of it.
type Due struct {
	chase.Call
	To  []string `json:"to"`
	New int      `json:"new"` // letters that were queued for it; 0 where all were known
}

// cases are the months that may be chased at now: the one that is being
// collected and the month of now.
func (o *Office) cases(t *store.Tx, now time.Time) ([]chase.Case, error) {
	var out []chase.Case
	first := o.Rules.Terms.CurrentPeriod(now)
	periods := []reporting.Period{first}
	if p := reporting.PeriodOf(now); p != first {
		periods = append(periods, p)
	}
	for _, p := range periods {
		for _, s := range o.Rules.Register.All() {
			if len(s.Addresses) == 0 {
				continue
			}
			standings, err := o.standings(t, p, s, now, time.Time{})
			if err != nil {
				return nil, err
			}
			paused, err := o.paused(t, s.Name, p)
			if err != nil {
				return nil, err
			}
			out = append(out, chase.Case{Submitter: s, Period: p, Deadline: o.deadlineOf(t, p, s.Name), Standings: standings, Paused: paused})
		}
	}
	return out, nil
}

// paused reports whether a letter waits in quarantine that may be the
// submitter's: nobody is chased before the office has looked at it.
func (o *Office) paused(t *store.Tx, submitter string, p reporting.Period) (bool, error) {
	letters, err := t.Quarantine()
	if err != nil {
		return false, err
	}
	for _, l := range letters {
		if l.Guess != nil && l.Guess.Submitter == submitter && (l.Guess.Period == p || l.Guess.Period.IsZero()) && len(l.Guess.Kinds) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Chase queues the reminders and chasers that are due at now. With dry it
// queues nothing and only tells. A key that is known is not queued again.
func (o *Office) Chase(now time.Time, dry bool) ([]Due, error) {
	if !o.Rules.Chasing {
		return nil, nil
	}
	now = now.In(o.Rules.Terms.Zone)
	var out []Due
	work := func(t *store.Tx) error {
		cases, err := o.cases(t, now)
		if err != nil {
			return err
		}
		for _, c := range cases {
			call, ok := chase.Due(now, o.Rules.Ladder, o.Rules.Terms, o.Rules.Quiet, c)
			if !ok {
				continue
			}
			d := Due{Call: call, To: recipients(c.Submitter, call)}
			if !dry {
				if err := o.queueCall(t, &d, c.Submitter, now); err != nil {
					return err
				}
			}
			out = append(out, d)
		}
		return nil
	}
	if dry {
		return out, o.Store.View(work)
	}
	// Most ticks have nothing due; those need no write transaction.
	if !o.somethingDue(now) {
		return nil, nil
	}
	return out, o.Store.Update(now, work)
}

// somethingDue looks whether any call is due whose letters are not all known.
func (o *Office) somethingDue(now time.Time) bool {
	due := false
	err := o.Store.View(func(t *store.Tx) error {
		cases, err := o.cases(t, now)
		if err != nil {
			return err
		}
		for _, c := range cases {
			call, ok := chase.Due(now, o.Rules.Ladder, o.Rules.Terms, o.Rules.Quiet, c)
			if !ok {
				continue
			}
			for _, to := range recipients(c.Submitter, call) {
				if known, _ := t.Known(call.Key(to)); !known {
					due = true
				}
			}
		}
		return nil
	})
	return due || err != nil
}

// recipients are the submitter's addresses, and its superior's at the last step.
func recipients(s reporting.Submitter, c chase.Call) []string {
	to := append([]string{}, s.Addresses...)
	if c.Superior {
		to = append(to, s.Copies...)
	}
	return to
}

// queueCall puts one letter to each recipient into the outbox.
func (o *Office) queueCall(t *store.Tx, d *Due, s reporting.Submitter, now time.Time) error {
	for _, to := range d.To {
		if known, err := t.Known(d.Call.Key(to)); err != nil {
			return err
		} else if known {
			continue
		}
		it, err := o.writeCall(d.Call, s, to, now)
		if err != nil {
			return err
		}
		if _, err := t.Enqueue(it); err != nil {
			return err
		}
		d.New++
		o.Log.Info("chaser queued", "submitter", s.Name, "period", d.Period, "step", d.Step.Name, "to", to)
	}
	return nil
}

// NextChase is when the next call may be due; zero where none is.
func (o *Office) NextChase(now time.Time) (time.Time, error) {
	if !o.Rules.Chasing {
		return time.Time{}, nil
	}
	now = now.In(o.Rules.Terms.Zone)
	var next time.Time
	err := o.Store.View(func(t *store.Tx) error {
		cases, err := o.cases(t, now)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if n := chase.Next(now, o.Rules.Ladder, o.Rules.Terms, o.Rules.Quiet, c); !n.IsZero() && (next.IsZero() || n.Before(next)) {
				next = n
			}
		}
		return nil
	})
	return next, err
}
