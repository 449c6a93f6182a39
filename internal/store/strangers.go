package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// Gone is what is left of a letter whose bytes were let go: who wrote it, when,
// what about, and what it was. It stands in the letter's sidecar.
type Gone struct {
	At        time.Time   `json:"at"`
	Was       LetterState `json:"was"`
	Reason    string      `json:"reason"` // Chinese, for the office
	From      string      `json:"from,omitempty"`
	Subject   string      `json:"subject,omitempty"`
	MessageID string      `json:"message_id,omitempty"`
	Bytes     int64       `json:"bytes"`
	Sum       string      `json:"sha256,omitempty"` // of the bytes
}

// Letter is all that the store has of a letter that was let go.
func (a Arrival) Letter() Letter {
	g := a.Gone
	return Letter{Arrival: a, From: g.From, Subject: g.Subject, MessageID: g.MessageID, State: Dropped, Reason: g.Reason}
}

// putStranger keeps the index of letters that count for nobody in step.
func (t *Tx) putStranger(l Letter) error {
	key := stamp(l.Arrived) + "/" + l.ID
	if l.Gone == nil && (l.State == Quarantined || l.State == Automatic || l.State == Dropped) {
		return t.put("strangers", key, nil)
	}
	if t.get("strangers", key) == nil {
		return nil
	}
	return t.remove("strangers", key)
}

// Strangers lists the kept letters that count for nobody, oldest first.
func (t *Tx) Strangers() (out []Letter, err error) {
	t.scan("strangers", "", "", func(key string, _ []byte) bool {
		_, id, _ := strings.Cut(key, "/")
		l, ok, e := t.Letter(id)
		if err = e; e == nil && ok {
			out = append(out, l)
		}
		return err == nil
	})
	return out, err
}

// indexStrangers makes the index of the letters that are there.
func indexStrangers(tx *bbolt.Tx) error {
	if err := makeBuckets(tx); err != nil {
		return err
	}
	t := &Tx{kv: boltTx{tx, new(atomic.Int64)}}
	return t.LettersSince(time.Time{}, t.putStranger)
}

// Size is how many bytes a kept letter has, 0 where it is not there.
func (s *Store) Size(id string) int64 {
	info, err := os.Stat(filepath.Join(s.letterDir(id), id+".eml"))
	if err != nil {
		return 0
	}
	return info.Size()
}

// LetGo lets the bytes of letters go, of which Gone says what is left. That is
// on the disk before the bytes leave it, and the database learns of it last: a
// crash in between repeats the work.
func (s *Store) LetGo(letters []Letter, now time.Time) error {
	s.letting.Lock()
	defer s.letting.Unlock()
	dirs := map[string]bool{}
	for _, l := range letters {
		side, err := json.MarshalIndent(l.Arrival, "", "  ")
		if err == nil {
			err = writeBeside(filepath.Join(s.letterDir(l.ID), l.ID+".json"), side)
		}
		if err != nil {
			return fmt.Errorf("let letter %q go: %w", l.ID, err)
		}
		dirs[s.letterDir(l.ID)] = true
	}
	for range 2 { // the sidecars' names, then the letters' absence
		for dir := range dirs {
			if err := syncDir(dir); err != nil {
				return fmt.Errorf("let letters go: %w", err)
			}
		}
		for _, l := range letters {
			err := step("eml remove", func() error { return os.Remove(filepath.Join(s.letterDir(l.ID), l.ID+".eml")) })
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("let letter %q go: %w", l.ID, err)
			}
		}
	}
	return s.Update(now, func(t *Tx) error {
		for _, l := range letters {
			if err := t.PutLetter(l); err != nil {
				return err
			}
		}
		return nil
	})
}
