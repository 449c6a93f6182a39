package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tongbao/internal/outbox"
	"tongbao/internal/store"
)

// Rebuild makes the database again from letters/ and the journal, in the order
// in which they came to the office, into a store that is still empty. It sends
// nothing and answers nobody; keys that were sent are known again.
func (o *Office) Rebuild(ctx context.Context, progress func(done, all int)) error {
	kept, err := o.Store.Kept()
	if err != nil {
		return err
	}
	entries, err := o.Store.Entries()
	if err != nil {
		return err
	}
	inOrder(kept, entries)
	for i, a := range kept {
		for len(entries) > 0 && entries[0].Offset < a.After {
			if err := o.replay(ctx, entries[0]); err != nil {
				return err
			}
			entries = entries[1:]
		}
		if a.Gone != nil {
			if err := o.Store.Update(a.Taken, func(t *store.Tx) error { return t.PutLetter(a.Letter()) }); err != nil {
				return err
			}
			progress(i+1, len(kept))
			continue
		}
		raw, err := o.Store.Raw(a.ID)
		if err != nil {
			return err
		}
		in := &Incoming{Arrival: a, Raw: raw, silent: true}
		if err := o.Open(ctx, []*Incoming{in}); err != nil {
			return err
		}
		if err := o.record(ctx, []*Incoming{in}, a.Taken); err != nil {
			return err
		}
		progress(i+1, len(kept))
	}
	for _, e := range entries {
		if err := o.replay(ctx, e); err != nil {
			return err
		}
	}
	return o.Store.Rebuilt()
}

// inOrder puts letters into the order in which they were taken in. What was
// kept before that was noted is put where it arrived.
func inOrder(kept []store.Arrival, entries []store.Entry) {
	for i := range kept {
		a := &kept[i]
		if !a.Taken.IsZero() {
			continue
		}
		a.Taken = a.Arrived
		for _, e := range entries {
			if a.After = e.Offset; !e.At.Before(a.Arrived) {
				break
			}
			a.After++
		}
	}
	slices.SortStableFunc(kept, func(a, b store.Arrival) int {
		return cmp.Or(cmp.Compare(a.After, b.After), a.Taken.Compare(b.Taken))
	})
}

// replay carries one line of the journal out again.
func (o *Office) replay(ctx context.Context, e store.Entry) error {
	switch e.Action {
	case "assign":
		return o.replayAssign(ctx, e)
	case "sent":
		return o.Store.Update(e.At, func(t *store.Tx) error {
			return t.PutItem(outbox.Item{Key: e.Key, Kind: kindOf(e.Key), MessageID: e.MessageID, State: outbox.Sent, Created: e.At, Done: e.At})
		})
	case "publish":
		return o.Store.Update(e.At, func(t *store.Tx) error {
			pub, err := o.snapshotOf(t, e.Period, e.Edition.Final(), e.At)
			if err != nil {
				return err
			}
			if !e.Edition.IsCorrection() {
				if err := t.SetJob("bulletin/"+e.Reason, e.At); err != nil {
					return err
				}
			}
			_, err = record(t, pub, e)
			return err
		})
	case "release":
		return o.Store.Update(e.At, func(t *store.Tx) error { _, err := applyRelease(t, e); return err })
	case "hold":
		return o.Store.Update(e.At, func(t *store.Tx) error { _, err := applyHold(t, e); return err })
	}
	return o.apply(e)
}

func (o *Office) replayAssign(ctx context.Context, e store.Entry) error {
	var (
		l  store.Letter
		ok bool
	)
	err := o.Store.View(func(t *store.Tx) (err error) { l, ok, err = t.Letter(e.Letter); return err })
	if err != nil || !ok {
		return fmt.Errorf("replay assignment: %w", orUnknown(err, "letter", e.Letter))
	}
	raw, err := o.Store.Raw(e.Letter)
	if err != nil {
		return err
	}
	opened, err := o.open(ctx, l.Arrival, raw)
	if err != nil {
		return err
	}
	if _, err := o.applyAssign(l, opened, e, e.At, false, returned{}); err != nil {
		return err
	}
	return o.takeRest(ctx, e, e.At, false)
}

// kindOf is the first word of a key.
func kindOf(key string) string {
	for i := range key {
		if key[i] == '/' {
			return key[:i]
		}
	}
	return key
}
