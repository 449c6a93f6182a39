package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// Entry is one line of the journal: what a person decided, or a key that was
// sent. With letters/ it is enough to make the database again.
type Entry struct {
	At        time.Time        `json:"at"`
	By        string           `json:"by"`     // "daemon", "operator", an address
	Action    string           `json:"action"` // assign, drop, exempt, extend, exclude, include, merge, split, apart, votes, award, publish, release, hold, sent, outbox-retry, outbox-drop
	Letter    string           `json:"letter,omitempty"`
	Submitter string           `json:"submitter,omitempty"`
	Address   string           `json:"address,omitempty"` // assign: remembered
	Period    reporting.Period `json:"period,omitzero"`
	Kind      reporting.Kind   `json:"kind,omitempty"`
	Version   int              `json:"version,omitempty"`
	Until     time.Time        `json:"until,omitzero"`
	Edition   Edition          `json:"edition,omitempty"`
	AsOf      time.Time        `json:"as_of,omitzero"`
	Number    string           `json:"number,omitempty"`
	Code      string           `json:"code,omitempty"` // publish: of a draft, the SHA-256 of what releases it
	Key       string           `json:"key,omitempty"`
	MessageID string           `json:"message_id,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Project   string           `json:"project,omitempty"` // merge, split, apart: the id that stays
	Other     string           `json:"other,omitempty"`   // the other id
	Name      string           `json:"name,omitempty"`    // split: the months under this name
	Votes     []reporting.Vote `json:"votes,omitempty"`   // votes: of the quarter that ends with Period
	Points    *bulletin.Number `json:"points,omitempty"`  // award: to Submitter, for the quarter that ends with Period
	Offset    int64            `json:"-"`                 // where the line begins, of an entry that was read
}

type journal struct {
	mu    sync.Mutex
	f     *os.File
	taken time.Time    // of the last letter
	spans []span       // see EntriesSince
	read  atomic.Int64 // bytes that EntriesSince has read
}

// openJournal opens the journal for appending. A last line that a crash cut
// short was never acknowledged and is cut off, so that the next one stands on
// a line of its own. So is a last line that is none: a power loss may leave a
// line's end on the disk, and zeros in the place of its beginning.
func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open journal: %w", err)
	}
	tail := make([]byte, min(size, 1<<20))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		f.Close()
		return nil, fmt.Errorf("read journal: %w", err)
	}
	if whole := size - int64(len(tail)) + int64(wholeLines(tail)); whole < size {
		if err := errors.Join(f.Truncate(whole), f.Sync()); err != nil {
			f.Close()
			return nil, fmt.Errorf("mend journal: %w", err)
		}
	}
	return &journal{f: f}, nil
}

// wholeLines is how much of the journal's end is lines: all but a last one
// that has no end or is no entry.
func wholeLines(tail []byte) int {
	whole := bytes.LastIndexByte(tail, '\n') + 1
	if whole == 0 {
		return 0
	}
	last := bytes.LastIndexByte(tail[:whole-1], '\n') + 1
	if !json.Valid(tail[last:whole]) {
		return last
	}
	return whole
}

func (j *journal) close() error { return j.f.Close() }

// Journal appends an entry and syncs it. A decision is in the journal before
// it takes effect.
func (s *Store) Journal(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("journal %s: %w", e.Action, err)
	}
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	before, err := s.journal.f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("journal %s: %w", e.Action, err)
	}
	err = step("journal write", func() error { _, err := s.journal.f.Write(append(line, '\n')); return err })
	if err == nil {
		err = step("journal sync", s.journal.f.Sync)
	}
	if err != nil {
		// A line that a full disk cut short must not swallow the next one, and
		// one that was not acknowledged is written again.
		return fmt.Errorf("journal %s: %w", e.Action, errors.Join(err, s.journal.f.Truncate(before)))
	}
	return nil
}

// Stamp is when and after how much of the journal a letter is taken in. No two
// letters have one stamp: those of one turn stay in their order.
func (s *Store) Stamp(now time.Time) (taken time.Time, after int64, err error) {
	j := s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if after, err = j.f.Seek(0, io.SeekEnd); err != nil {
		return now, 0, fmt.Errorf("measure journal: %w", err)
	}
	if !now.After(j.taken) {
		now = j.taken.Add(1)
	}
	j.taken = now
	return now, after, nil
}

// Written is how long the journal is, in bytes.
func (s *Store) Written() (int64, error) {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	n, err := s.journal.f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, fmt.Errorf("measure journal: %w", err)
	}
	return n, nil
}

// Entries reads the whole journal.
func (s *Store) Entries() ([]Entry, error) {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	data, err := os.ReadFile(s.journal.f.Name())
	if err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	var out []Entry
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 1<<20)
	at := int64(0)
	for n := 1; sc.Scan(); n++ {
		e := Entry{Offset: at}
		at += int64(len(sc.Bytes())) + 1
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("journal line %d: %w", n, err)
		}
		out = append(out, e)
	}
	return out, sc.Err()
}
