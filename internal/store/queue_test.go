package store

import (
	"errors"
	"testing"
	"time"

	"tongbao/internal/outbox"
)

// TestKnownKeys puts one key through the outbox's states: only one that was
// withdrawn before it was sent may be written anew.
func TestKnownKeys(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2021, 3, 26, 9, 0, 0, 0, time.UTC)
	enqueue := func(raw string) (fresh bool) {
		t.Helper()
		err := s.Update(now, func(tx *Tx) (err error) {
			fresh, err = tx.Enqueue(outbox.Item{Key: "chase/k", Raw: []byte(raw), Created: now})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	if !enqueue("first") || enqueue("second") {
		t.Fatal("a new key must be taken, and a known one not")
	}
	withdraw := func(tx *Tx) error {
		_, err := tx.Withdraw("chase/", "a letter arrived", func(outbox.Item) bool { return true })
		return err
	}
	if err := s.Update(now, withdraw); err != nil {
		t.Fatal(err)
	}
	q := Queue{s}
	if due, err := q.Due(now); err != nil || len(due) != 0 {
		t.Fatalf("withdrawn, and due: %v %v", due, err)
	}
	if err := q.Put(outbox.Item{Key: "chase/k", State: outbox.Queued}); !errors.Is(err, outbox.ErrGone) {
		t.Errorf("claiming a withdrawn letter gives %v", err)
	}
	if !enqueue("anew") {
		t.Fatal("what was withdrawn may be written anew")
	}
	due, err := q.Due(now)
	if err != nil || len(due) != 1 || due[0].Raw != nil {
		t.Fatalf("due: %v %v", due, err)
	}
	if raw, _, err := q.Bytes("chase/k"); err != nil || string(raw) != "anew" {
		t.Fatalf("its bytes are %q: %v", raw, err)
	}
	due[0].State, due[0].Done = outbox.Sent, now
	if err := q.Put(due[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(now, withdraw); err != nil {
		t.Fatal(err)
	}
	if enqueue("again") {
		t.Error("a sent key was taken again")
	}
}
