package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tongbao/internal/outbox"
)

// Known reports whether a letter out of this key was sent, waits, failed, has
// expired or was dropped by a person. One that was withdrawn before it was sent
// is not known: the office may write it anew, with what is true by then.
func (t *Tx) Known(key string) (bool, error) {
	it, ok, err := t.Item(key)
	return ok && it.State != outbox.Withdrawn, err
}

// Enqueue puts a letter out into the outbox, unless its key is known: a known
// key is never sent again. It reports whether the item is new.
func (t *Tx) Enqueue(it outbox.Item) (bool, error) {
	if known, err := t.Known(it.Key); err != nil || known {
		return false, err
	}
	if it.State == "" {
		it.State = outbox.Queued
	}
	if it.Next.IsZero() {
		it.Next = it.NotBefore
	}
	if it.Next.IsZero() {
		it.Next = it.Created
	}
	if err := t.put("raw", it.Key, it.Raw); err != nil {
		return false, err
	}
	if it.Plain != nil {
		if err := t.put("plain", it.Key, it.Plain); err != nil {
			return false, err
		}
	}
	return true, t.PutItem(it)
}

// Item finds an item by its key, without its bytes.
func (t *Tx) Item(key string) (outbox.Item, bool, error) { return load[outbox.Item](t, "outbox", key) }

// RawOut is the bytes of an item.
func (t *Tx) RawOut(key string) []byte { return t.get("raw", key) }

// PutItem writes an item's new state and keeps the indexes in step.
func (t *Tx) PutItem(it outbox.Item) error {
	old, ok, err := t.Item(it.Key)
	if err != nil {
		return err
	}
	if ok {
		if err := t.remove("due", stamp(old.Next)+"/"+it.Key); err != nil {
			return err
		}
		if old.State == outbox.Sent {
			if err := t.remove("sent", stamp(old.Done)+"/"+it.Key); err != nil {
				return err
			}
		}
	}
	switch it.State {
	case outbox.Queued:
		err = t.put("due", stamp(it.Next)+"/"+it.Key, nil)
	case outbox.Sent:
		err = t.put("sent", stamp(it.Done)+"/"+it.Key, nil)
	}
	if err != nil {
		return err
	}
	return save(t, "outbox", it.Key, it)
}

// Items lists items whose key begins with prefix.
func (t *Tx) Items(prefix string) ([]outbox.Item, error) {
	return list[outbox.Item](t, "outbox", prefix)
}

// Withdraw takes queued items back whose key begins with prefix and that
// fn names, and returns how many.
func (t *Tx) Withdraw(prefix string, why string, fn func(outbox.Item) bool) (int, error) {
	items, err := t.Items(prefix)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, it := range items {
		if it.State != outbox.Queued || !fn(it) {
			continue
		}
		it.State, it.Done, it.LastError = outbox.Withdrawn, t.Now, why
		if err := t.PutItem(it); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Queue is the outbox's view of the store. Each Put is a transaction; a sent
// key is in the journal before the database knows.
type Queue struct {
	Store *Store
}

// Due lists the queued items whose next attempt has come, with their bytes.
func (q Queue) Due(now time.Time) ([]outbox.Item, error) {
	var out []outbox.Item
	err := q.Store.View(func(t *Tx) error {
		var keys []string
		t.scan("due", "", "", func(key string, _ []byte) bool {
			at, item, _ := strings.Cut(key, "/")
			if unstamp(at).After(now) {
				return false
			}
			keys = append(keys, item)
			return true
		})
		for _, key := range keys {
			it, ok, err := t.Item(key)
			if err != nil || !ok {
				return fmt.Errorf("outbox item %q: %w", key, err)
			}
			it.Raw, it.Plain = t.get("raw", key), t.get("plain", key)
			out = append(out, it)
		}
		return nil
	})
	return out, err
}

// Next is when the first queued item is due; zero where none is queued.
func (q Queue) Next() (time.Time, error) {
	var next time.Time
	err := q.Store.View(func(t *Tx) error {
		t.scan("due", "", "", func(key string, _ []byte) bool {
			at, _, _ := strings.Cut(key, "/")
			next = unstamp(at)
			return false
		})
		return nil
	})
	return next, err
}

// Put writes an item's new state in one transaction. An item that is no
// longer queued in the store (withdrawn meanwhile) stays so unless it was sent;
// then the error is outbox.ErrGone.
func (q Queue) Put(it outbox.Item) error {
	if it.State == outbox.Sent {
		if err := q.Store.Journal(Entry{At: it.Done, By: "daemon", Action: "sent", Key: it.Key, MessageID: it.MessageID}); err != nil {
			return err
		}
	}
	return q.Store.Update(it.Done, func(t *Tx) error {
		old, ok, err := t.Item(it.Key)
		if err != nil {
			return err
		}
		if ok && old.State != outbox.Queued && it.State == outbox.Queued {
			return outbox.ErrGone
		}
		return t.PutItem(it)
	})
}

// SentSince lists when items were sent at or after t, in order.
func (q Queue) SentSince(from time.Time) ([]time.Time, error) {
	var out []time.Time
	err := q.Store.View(func(t *Tx) error {
		t.scan("sent", "", stamp(from), func(key string, _ []byte) bool {
			at, _, _ := strings.Cut(key, "/")
			out = append(out, unstamp(at))
			return true
		})
		return nil
	})
	return out, err
}

// SetBack lets queued items go now whose times a wrong clock made, which is set
// back: they were written after now, or wait longer than anything does that
// only a holiday holds up. It returns how many.
func (t *Tx) SetBack() (n int, err error) {
	longest := t.Now.AddDate(0, 0, 15)
	var items []outbox.Item
	t.scan("due", "", "", func(key string, _ []byte) bool {
		_, key, _ = strings.Cut(key, "/")
		var it outbox.Item
		it, _, err = t.Item(key)
		if err == nil && (it.Created.After(t.Now) || it.Next.After(longest)) && it.Next.After(t.Now) {
			items = append(items, it)
		}
		return err == nil
	})
	for _, it := range items {
		it.Next = t.Now
		if err = errors.Join(err, t.PutItem(it)); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}
