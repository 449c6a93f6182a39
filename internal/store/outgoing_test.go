package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tongbao/internal/outbox"
)

func item(key string) outbox.Item {
	return outbox.Item{Key: key, To: "a@example.com", MessageID: "<1@example.com>", Raw: []byte("raw of " + key), Created: noon}
}

func enqueue(t *testing.T, s *Store, it outbox.Item) (fresh bool) {
	t.Helper()
	update(t, s, func(tx *Tx) (err error) { fresh, err = tx.Enqueue(it); return err })
	return fresh
}

func due(t *testing.T, s *Store, now time.Time) (keys []string) {
	t.Helper()
	items, err := Queue{s}.Due(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if raw, _, err := (Queue{s}).Bytes(it.Key); err != nil || string(raw) != "raw of "+it.Key {
			t.Errorf("the bytes of %s are %q: %v", it.Key, raw, err)
		}
		keys = append(keys, it.Key)
	}
	return keys
}

// TestKeysOnce: a known key is never queued again, whatever became of it, but
// for what was withdrawn; and its bytes stay those of the first.
func TestKeysOnce(t *testing.T) {
	for state, again := range map[outbox.State]bool{
		outbox.Queued: false, outbox.Sent: false, outbox.Failed: false, outbox.Dropped: false, outbox.Expired: false, outbox.Withdrawn: true,
	} {
		s := openStore(t, t.TempDir())
		if !enqueue(t, s, item("receipt/1/a")) {
			t.Fatal("a new key is known")
		}
		it := item("receipt/1/a")
		it.State, it.Done, it.Next = state, noon, noon
		update(t, s, func(tx *Tx) error { return tx.PutItem(it) })
		other := item("receipt/1/a")
		other.Raw = []byte("other bytes")
		if fresh := enqueue(t, s, other); fresh != again {
			t.Errorf("a key that is %s is queued again: %v", state, fresh)
		}
		view(t, s, func(tx *Tx) error {
			raw, err := tx.RawOut("receipt/1/a")
			if string(raw) == "other bytes" != again {
				t.Errorf("a key that is %s has the bytes %q", state, raw)
			}
			return err
		})
	}
}

// TestQueue takes items through their states; the indexes follow.
func TestQueue(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	q := Queue{s}
	if next, err := q.Next(); err != nil || !next.IsZero() {
		t.Errorf("an empty queue is due at %v: %v", next, err)
	}
	later := item("chase/2021-03/修水县/1/a")
	later.NotBefore = noon.Add(time.Hour)
	enqueue(t, s, item("receipt/1/a"))
	enqueue(t, s, item("receipt/2/a"))
	enqueue(t, s, later)
	if got := due(t, s, noon); !slices.Equal(got, []string{"receipt/1/a", "receipt/2/a"}) {
		t.Errorf("due at noon: %q", got)
	}
	if got := due(t, s, noon.Add(-time.Second)); got != nil {
		t.Errorf("due before: %q", got)
	}

	tried := item("receipt/1/a") // refused for now
	tried.State, tried.Attempts, tried.Next = outbox.Queued, 1, noon.Add(30*time.Minute)
	if err := q.Put(tried); err != nil {
		t.Fatal(err)
	}
	sent := item("receipt/2/a")
	sent.State, sent.Done = outbox.Sent, noon.Add(time.Minute)
	if err := q.Put(sent); err != nil {
		t.Fatal(err)
	}
	if got := due(t, s, noon.Add(29*time.Minute)); got != nil {
		t.Errorf("due before the next attempt: %q", got)
	}
	if next, err := q.Next(); err != nil || !next.Equal(noon.Add(30*time.Minute)) {
		t.Errorf("the next is due at %v: %v", next, err)
	}
	if at, err := q.SentSince(noon); err != nil || len(at) != 1 || !at[0].Equal(noon.Add(time.Minute)) {
		t.Errorf("sent since noon: %v, %v", at, err)
	}
	if at, err := q.SentSince(noon.Add(2 * time.Minute)); err != nil || len(at) != 0 {
		t.Errorf("sent since two past: %v, %v", at, err)
	}
	entries, err := s.Entries()
	if err != nil || len(entries) != 1 || entries[0].Action != "sent" || entries[0].Key != "receipt/2/a" || entries[0].MessageID != "<1@example.com>" {
		t.Errorf("the journal has %v: %v", entries, err)
	}
	s.Close()
	s = openStore(t, dir)
	if got := due(t, s, noon.Add(time.Hour)); !slices.Equal(got, []string{"receipt/1/a", "chase/2021-03/修水县/1/a"}) {
		t.Errorf("due an hour later, after opening anew: %q", got)
	}
}

// TestWithdraw: what became pointless is taken back while it waits; an attempt
// under way does not put it back, and tells the truth if it was sent.
func TestWithdraw(t *testing.T) {
	s := openStore(t, t.TempDir())
	q := Queue{s}
	for _, k := range []string{"chase/2021-03/修水县/1/a", "chase/2021-03/修水县/2/a", "chase/2021-03/永修县/1/a"} {
		enqueue(t, s, item(k))
	}
	update(t, s, func(tx *Tx) error {
		n, err := tx.Withdraw("chase/2021-03/修水县/", "已报送", func(it outbox.Item) bool { return true })
		if n != 2 {
			t.Errorf("%d withdrawn, want 2", n)
		}
		return err
	})
	if got := due(t, s, noon); !slices.Equal(got, []string{"chase/2021-03/永修县/1/a"}) {
		t.Errorf("due: %q", got)
	}
	under := item("chase/2021-03/修水县/1/a")
	under.State, under.Next = outbox.Queued, noon.Add(time.Minute)
	if err := q.Put(under); !errors.Is(err, outbox.ErrGone) {
		t.Errorf("a withdrawn item is put back: %v", err)
	}
	under.State, under.Done = outbox.Sent, noon
	if err := q.Put(under); err != nil {
		t.Errorf("a withdrawn item was sent after all: %v", err)
	}
	if enqueue(t, s, item("chase/2021-03/修水县/1/a")) {
		t.Error("what was sent after all is queued again")
	}
	view(t, s, func(tx *Tx) error {
		if n := tx.CountItems(outbox.Withdrawn); n != 1 {
			t.Errorf("%d are withdrawn, want 1", n)
		}
		return nil
	})
}

// TestSetBack: what a wrong clock put off goes now, and nothing else.
func TestSetBack(t *testing.T) {
	s := openStore(t, t.TempDir())
	soon, far, ahead := item("receipt/1/a"), item("receipt/2/a"), item("receipt/3/a")
	soon.Next, far.Next = noon.Add(time.Hour), noon.AddDate(0, 2, 0)
	ahead.Created, ahead.Next = noon.AddDate(0, 0, 1), noon.AddDate(0, 0, 1)
	for _, it := range []outbox.Item{soon, far, ahead} {
		enqueue(t, s, it)
	}
	update(t, s, func(tx *Tx) error {
		tx.Now = noon
		n, err := tx.SetBack()
		if n != 2 {
			t.Errorf("%d were set back, want 2", n)
		}
		return err
	})
	if got := due(t, s, noon); len(got) != 2 {
		t.Errorf("due at noon: %q", got)
	}
}
