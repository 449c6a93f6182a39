package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/clerk"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Assign takes a letter out of quarantine and counts it for a submitter, as
// if it had come from a registered address. With remember the address counts
// for the submitter from now on. The decision is in the journal first.
func (o *Office) Assign(ctx context.Context, id, as string, remember bool, by string, now time.Time) (store.Letter, error) {
	if _, ok := o.Rules.Register.ByName(as); !ok {
		return store.Letter{}, fmt.Errorf("没有名为“%s”的报送单位", as)
	}
	var l store.Letter
	err := o.Store.View(func(t *store.Tx) error {
		var ok bool
		var err error
		l, ok, err = t.Letter(id)
		if err == nil && (!ok || l.State != store.Quarantined) {
			err = fmt.Errorf("待认领的信件里没有 %q", id)
		}
		return err
	})
	if err != nil {
		return l, err
	}
	raw, err := o.Store.Raw(id)
	if err != nil {
		return l, err
	}
	opened, err := o.open(ctx, l.Arrival, raw)
	if err != nil {
		return l, err
	}
	e := store.Entry{At: now, By: by, Action: "assign", Letter: id, Submitter: as}
	if remember {
		e.Address = l.From
	}
	if err := o.Store.Journal(e); err != nil {
		return l, err
	}
	answer := now.Sub(l.Arrived) <= o.Rules.AnswerWithin
	return o.applyAssign(l, opened, e, now, answer)
}

func (o *Office) applyAssign(l store.Letter, opened clerk.Opened, e store.Entry, now time.Time, answer bool) (store.Letter, error) {
	fresh := store.Letter{Arrival: l.Arrival, From: l.From, FromName: l.FromName, Subject: l.Subject, MessageID: l.MessageID, References: l.References}
	err := o.Store.Update(now, func(t *store.Tx) error {
		if e.Address != "" {
			if err := t.Remember(e.Address, e.Submitter); err != nil {
				return err
			}
		}
		if err := o.decide(t, &fresh, opened, e.Submitter, answer); err != nil {
			return err
		}
		fresh.Reason = strings.TrimSpace(fresh.Reason + " 办公室认领给" + e.Submitter)
		return t.PutLetter(fresh)
	})
	if err != nil {
		return fresh, fmt.Errorf("assign letter %q: %w", l.ID, err)
	}
	return fresh, nil
}

// Drop puts a letter in quarantine aside.
func (o *Office) Drop(id, reason, by string, now time.Time) error {
	e := store.Entry{At: now, By: by, Action: "drop", Letter: id, Reason: reason}
	if err := o.Store.Journal(e); err != nil {
		return err
	}
	return o.apply(e)
}

// Extend gives a submitter until the given time for a month and takes queued
// chasers back.
func (o *Office) Extend(p reporting.Period, submitter string, until time.Time, by string, now time.Time) error {
	return o.decideFor(store.Entry{At: now, By: by, Action: "extend", Period: p, Submitter: submitter, Until: until})
}

// Exempt frees a submitter from a table for a month.
func (o *Office) Exempt(p reporting.Period, submitter string, k reporting.Kind, reason, by string, now time.Time) error {
	return o.decideFor(store.Entry{At: now, By: by, Action: "exempt", Period: p, Submitter: submitter, Kind: k, Reason: reason})
}

// Exclude leaves a version out of all sums, with a reason; Include takes it back.
func (o *Office) Exclude(p reporting.Period, submitter string, k reporting.Kind, n int, reason, by string, now time.Time) error {
	return o.decideFor(store.Entry{At: now, By: by, Action: "exclude", Period: p, Submitter: submitter, Kind: k, Version: n, Reason: reason})
}

// Include lets an excluded version count again.
func (o *Office) Include(p reporting.Period, submitter string, k reporting.Kind, n int, by string, now time.Time) error {
	return o.decideFor(store.Entry{At: now, By: by, Action: "include", Period: p, Submitter: submitter, Kind: k, Version: n})
}

func (o *Office) decideFor(e store.Entry) error {
	if _, ok := o.Rules.Register.ByName(e.Submitter); !ok {
		return fmt.Errorf("没有名为“%s”的报送单位", e.Submitter)
	}
	if err := o.Store.Journal(e); err != nil {
		return err
	}
	return o.apply(e)
}

// apply carries a decision of the journal out.
func (o *Office) apply(e store.Entry) error {
	err := o.Store.Update(e.At, func(t *store.Tx) error {
		switch e.Action {
		case "drop":
			l, ok, err := t.Letter(e.Letter)
			if err != nil || !ok {
				return orUnknown(err, "letter", e.Letter)
			}
			l.State, l.Reason = store.Dropped, e.Reason
			return t.PutLetter(l)
		case "extend":
			if err := t.Extend(e.Period, e.Submitter, e.Until); err != nil {
				return err
			}
		case "exempt":
			if err := t.Exempt(e.Period, e.Submitter, e.Kind, e.Reason); err != nil {
				return err
			}
		case "exclude", "include":
			return o.applyExclusion(t, e)
		default:
			return nil
		}
		prefix := chase.Prefix(e.Period, e.Submitter)
		_, err := t.Withdraw(prefix, e.Action, func(outbox.Item) bool { return true })
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", e.Action, err)
	}
	return nil
}

func (o *Office) applyExclusion(t *store.Tx, e store.Entry) error {
	versions, err := t.Versions(e.Period, e.Submitter, e.Kind)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.N == e.Version {
			v.Excluded = e.Reason
			if e.Action == "exclude" && v.Excluded == "" {
				v.Excluded = "办公室排除"
			}
			return t.PutVersion(v)
		}
	}
	return fmt.Errorf("%s %s has no version %d of %s", e.Submitter, e.Period, e.Version, e.Kind)
}

func orUnknown(err error, what, id string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("no %s %q", what, id)
}
