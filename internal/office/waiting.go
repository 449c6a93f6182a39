package office

import (
	"context"
	"slices"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/notice"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// letWait does what a letter that waits for the office brings about at once.
// Where it may be of somebody who is being chased for the very tables, what is
// queued for them is taken back, and the office is told without waiting for
// the day's list. Nobody is told of letters of the past.
func (o *Office) letWait(t *store.Tx, l store.Letter, tell bool) error {
	if l.Guess == nil {
		return nil
	}
	s, ok := o.Rules.Register.ByName(l.Guess.Submitter)
	if !ok {
		return nil
	}
	p := l.Guess.Period
	if p.IsZero() {
		p = o.Rules.Terms.CurrentPeriod(l.Arrived.In(o.Rules.Terms.Zone))
	}
	chased, err := o.chased(t, s, p, l.Guess.Kinds)
	if err != nil || !chased {
		return err
	}
	if _, err := t.Withdraw(chase.Prefix(p, s.Name), "letter "+l.ID+" waits", func(outbox.Item) bool { return true }); err != nil {
		return err
	}
	for _, to := range o.Rules.Addresses {
		if !tell {
			break
		}
		if err := o.queueDigest(t, "digest/urgent/"+l.ID+"/"+to, to, notice.Digest{Urgent: true}, []store.Letter{l}); err != nil {
			return err
		}
	}
	return nil
}

// chased reports whether the submitter still owes one of the tables for the
// month, and letters of the ladder have gone to it, or its deadline has passed.
func (o *Office) chased(t *store.Tx, s reporting.Submitter, p reporting.Period, kinds []reporting.Kind) (bool, error) {
	if !o.Rules.Chasing || t.Now.After(o.Rules.Terms.Freeze(p)) {
		return false, nil
	}
	standings, err := o.standings(t, p, s, t.Now, time.Time{})
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(kinds, func(k reporting.Kind) bool {
		st, owed := standings[k]
		return owed && !st.State.Arrived() && st.State != reporting.Exempt
	}) {
		return false, nil
	}
	items, err := t.Items(chase.Prefix(p, s.Name))
	return len(items) > 0 || t.Now.After(o.deadlineOf(t, p, s.Name)), err
}

// takeRest counts the other letters that wait from an address for the
// submitter that the address was assigned to, unless they name another. It
// follows from the assignment, so it is not journalled by itself.
func (o *Office) takeRest(ctx context.Context, e store.Entry, now time.Time, answer bool) error {
	if e.Address == "" {
		return nil
	}
	var rest []store.Letter
	err := o.Store.View(func(t *store.Tx) error {
		waiting, err := t.Quarantine()
		for _, l := range waiting {
			if l.From == e.Address && !mustWait(l) && l.Guess != nil && (l.Guess.Submitter == "" || l.Guess.Submitter == e.Submitter) {
				rest = append(rest, l)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range rest {
		raw, err := o.Store.Raw(l.ID)
		if err != nil {
			return err
		}
		opened, err := o.open(ctx, l.Arrival, raw)
		if err != nil {
			return err
		}
		var back returned
		told := answer && now.Sub(l.Arrived) <= o.Rules.AnswerWithin
		if told {
			if back, err = o.mark(ctx, l, opened, raw, e.Submitter); err != nil {
				return err
			}
		}
		if _, err := o.applyAssign(l, opened, e, now, told, back); err != nil {
			return err
		}
	}
	return nil
}
