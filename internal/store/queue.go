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
	if err := t.putBytes("raw", it.Key, it.Raw); err != nil {
		return false, err
	}
	if it.Plain != nil {
		if err := t.putBytes("plain", it.Key, it.Plain); err != nil {
			return false, err
		}
	}
	return true, t.PutItem(it)
}

// Item finds an item by its key, without its bytes.
func (t *Tx) Item(key string) (outbox.Item, bool, error) { return load[outbox.Item](t, "outbox", key) }

// RawOut is the bytes of an item.
func (t *Tx) RawOut(key string) ([]byte, error) { return t.bytesOf("raw", key) }

// PutItem writes an item's new state and keeps the indexes in step.
func (t *Tx) PutItem(it outbox.Item) error {
	old, ok, err := t.Item(it.Key)
	if err != nil {
		return err
	}
	if ok {
		if err := t.remove("states", stateKey(old)); err != nil {
			return err
		}
	}
	if err := t.put("states", stateKey(it), nil); err != nil {
		return err
	}
	return save(t, "outbox", it.Key, it)
}

// Items lists items whose key begins with prefix.
func (t *Tx) Items(prefix string) ([]outbox.Item, error) {
	return list[outbox.Item](t, "outbox", prefix)
}

// HasItem reports whether some item's key begins with prefix.
func (t *Tx) HasItem(prefix string) (has bool) {
	t.scan("outbox", prefix, "", func(string, []byte) bool { has = true; return false })
	return has
}

// ItemsIn lists the items of a state, the newest first, at most so many of
// them; more says that there are others. Queued ones are new by their next attempt.
func (t *Tx) ItemsIn(state outbox.State, most int) (items []outbox.Item, more bool, err error) {
	prefix := string(state) + "/"
	t.back("states", prefix, func(at string, _ []byte) bool {
		if more = len(items) == most; more {
			return false
		}
		_, key, _ := strings.Cut(strings.TrimPrefix(at, prefix), "/")
		it, ok, e := t.Item(key)
		if e != nil || !ok {
			err = fmt.Errorf("outbox item %q: %w", key, e)
			return false
		}
		items = append(items, it)
		return true
	})
	return items, more, err
}

// CountItems counts the letters out in a state by their index.
func (t *Tx) CountItems(state outbox.State) int {
	n := 0
	t.scan("states", string(state)+"/", "", func(string, []byte) bool { n++; return true })
	return n
}

// QueuedBefore lists the queued items whose next attempt is before at and whose
// key begins with prefix.
func (t *Tx) QueuedBefore(at time.Time, prefix string) (out []outbox.Item, err error) {
	t.dueBefore(at, func(key string) bool {
		if strings.HasPrefix(key, prefix) {
			var it outbox.Item
			it, _, err = t.Item(key)
			out = append(out, it)
		}
		return err == nil
	})
	return out, err
}

// dueBefore calls fn with the keys of the queued items whose next attempt is
// before at, in that order.
func (t *Tx) dueBefore(at time.Time, fn func(key string) bool) {
	prefix := string(outbox.Queued) + "/"
	t.scan("states", prefix, "", func(k string, _ []byte) bool {
		when, key, _ := strings.Cut(strings.TrimPrefix(k, prefix), "/")
		return unstamp(when).Before(at) && fn(key)
	})
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

// Due lists the queued items whose next attempt has come, without their bytes:
// a bulletin's copies for a province would fill the memory.
func (q Queue) Due(now time.Time) ([]outbox.Item, error) {
	var out []outbox.Item
	err := q.Store.View(func(t *Tx) error {
		var keys []string
		t.dueBefore(now.Add(1), func(key string) bool { keys = append(keys, key); return true })
		for _, key := range keys {
			it, ok, err := t.Item(key)
			if err != nil || !ok {
				return fmt.Errorf("outbox item %q: %w", key, err)
			}
			out = append(out, it)
		}
		return nil
	})
	return out, err
}

// Bytes reads an item's bytes.
func (q Queue) Bytes(key string) (raw, plain []byte, err error) {
	err = q.Store.View(func(t *Tx) error {
		var err2 error
		raw, err = t.bytesOf("raw", key)
		plain, err2 = t.bytesOf("plain", key)
		return errors.Join(err, err2)
	})
	return raw, plain, err
}

// Next is when the first queued item is due; zero where none is queued.
func (q Queue) Next() (time.Time, error) {
	var next time.Time
	err := q.Store.View(func(t *Tx) error {
		prefix := string(outbox.Queued) + "/"
		t.scan("states", prefix, "", func(key string, _ []byte) bool {
			at, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), "/")
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
		prefix := string(outbox.Sent) + "/"
		t.scan("states", prefix, prefix+stamp(from), func(key string, _ []byte) bool {
			at, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), "/")
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
	t.dueBefore(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), func(key string) bool {
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
