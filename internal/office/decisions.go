package office

import (
	"cmp"
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
		return store.Letter{}, o.unknown(as)
	}
	l, err := o.waiting(id)
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
	var back returned
	if answer {
		if back, err = o.mark(ctx, l, opened, raw, as); err != nil {
			return l, err
		}
	}
	fresh, err := o.applyAssign(l, opened, e, now, answer, back)
	if err != nil {
		return fresh, err
	}
	return fresh, o.takeRest(ctx, e, now, true)
}

// assigned begins the reason of a letter that the office assigned.
const assigned = "办公室认领给"

func (o *Office) applyAssign(l store.Letter, opened clerk.Opened, e store.Entry, now time.Time, answer bool, back returned) (store.Letter, error) {
	fresh := store.Letter{Arrival: l.Arrival, From: l.From, FromName: l.FromName, Subject: l.Subject, MessageID: l.MessageID, References: l.References}
	err := o.Store.Update(now, func(t *store.Tx) error {
		if e.Address != "" {
			if err := t.Remember(e.Address, e.Submitter); err != nil {
				return err
			}
		}
		if err := o.decide(t, &fresh, opened, e.Submitter, answer, back); err != nil {
			return err
		}
		fresh.Reason = strings.TrimSpace(fresh.Reason + " " + assigned + e.Submitter)
		return t.PutLetter(fresh)
	})
	if err != nil {
		return fresh, fmt.Errorf("assign letter %q: %w", l.ID, err)
	}
	return fresh, nil
}

// Drop puts a letter in quarantine aside.
func (o *Office) Drop(id, reason, by string, now time.Time) error {
	if _, err := o.waiting(id); err != nil {
		return err
	}
	return o.journalled(store.Entry{At: now, By: by, Action: "drop", Letter: id, Reason: reason})
}

// waiting finds a letter that waits for the office.
func (o *Office) waiting(id string) (l store.Letter, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		var ok bool
		l, ok, err = t.Letter(id)
		if err == nil && (!ok || l.State != store.Quarantined) {
			err = wrong("待认领的信件里没有 %s，待认领的见 tongbao status", id)
		}
		return err
	})
	return l, err
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
	if strings.TrimSpace(reason) == "" {
		return wrong("请写明排除的原因：--reason 原因")
	}
	return o.decideVersion(store.Entry{At: now, By: by, Action: "exclude", Period: p, Submitter: submitter, Kind: k, Version: n, Reason: reason})
}

// Include lets an excluded version count again.
func (o *Office) Include(p reporting.Period, submitter string, k reporting.Kind, n int, reason, by string, now time.Time) error {
	return o.decideVersion(store.Entry{At: now, By: by, Action: "include", Period: p, Submitter: submitter, Kind: k, Version: n, Reason: reason})
}

// decideVersion checks that the version is there and that the decision changes
// something: what is in the journal can be carried out.
func (o *Office) decideVersion(e store.Entry) error {
	err := o.Store.View(func(t *store.Tx) error {
		v, ok, err := t.Version(e.Period, e.Submitter, e.Kind, e.Version)
		switch {
		case err != nil:
			return err
		case !ok:
			return wrong("%s%s的%s没有第%d版", e.Submitter, e.Period.Chinese(), e.Kind.Title(), e.Version)
		case e.Action == "exclude" && v.Excluded != "":
			return wrong("%s%s的%s第%d版已经排除：%s", e.Submitter, e.Period.Chinese(), e.Kind.Title(), e.Version, v.Excluded)
		case e.Action == "include" && v.Excluded == "":
			return wrong("%s%s的%s第%d版没有被排除", e.Submitter, e.Period.Chinese(), e.Kind.Title(), e.Version)
		}
		e.Letter = v.Letter
		return nil
	})
	if err != nil {
		return err
	}
	return o.decideFor(e)
}

func (o *Office) decideFor(e store.Entry) error {
	if _, ok := o.Rules.Register.ByName(e.Submitter); !ok {
		return o.unknown(e.Submitter)
	}
	return o.journalled(e)
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
			if err := o.applyExclusion(t, e); err != nil || e.Action == "exclude" {
				return err
			}
		case "merge":
			return applyMerge(t, e)
		case "split":
			return applySplit(t, e)
		case "apart":
			return applyApart(t, e)
		case "votes":
			return t.SetNote(votesNote(e.Period), e.Votes)
		case "award":
			return applyAward(t, e)
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
	v, ok, err := t.Version(e.Period, e.Submitter, e.Kind, e.Version)
	if err != nil || !ok {
		return orUnknown(err, "version", fmt.Sprintf("%s/%s/%s/%d", e.Period, e.Submitter, e.Kind, e.Version))
	}
	v.Excluded = ""
	if e.Action == "exclude" {
		v.Excluded = cmp.Or(e.Reason, "办公室排除")
	}
	if err := t.PutVersion(v); err != nil {
		return err
	}
	return o.enrol(t, e.Period, e.Submitter, e.Kind)
}

func orUnknown(err error, what, id string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("no %s %q", what, id)
}
