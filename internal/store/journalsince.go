package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// span is a stretch of whole lines of the journal, and the latest time in it.
// A clock that was set back leaves later times before earlier ones.
type span struct {
	from, to int64
	last     time.Time
}

// spanSize is about how long a span is: what a question about the last month
// reads too much at most.
const spanSize = 64 << 10

// EntriesSince calls fn for each entry of the journal at or after since, in
// the journal's order, and reads no other than those that were written near
// them. The first call reads the journal once.
func (s *Store) EntriesSince(since time.Time, fn func(Entry) error) error {
	spans, err := s.journal.measure()
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	for _, sp := range spans {
		if sp.last.Before(since) {
			continue
		}
		err := s.journal.lines(sp.from, sp.to, func(at int64, line []byte) error {
			e := Entry{Offset: at}
			if err := json.Unmarshal(line, &e); err != nil {
				return fmt.Errorf("journal at %d: %w", at, err)
			}
			if e.At.Before(since) {
				return nil
			}
			return fn(e)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// measure cuts what the journal has grown since it was last asked into spans.
// The last span is what is too short for one, and is measured again.
func (j *journal) measure() ([]span, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	end, err := j.f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	next := span{}
	if n := len(j.spans); n > 0 {
		next.from = j.spans[n-1].to
	}
	next.to = next.from
	err = j.lines(next.from, end, func(at int64, line []byte) error {
		if when := lineTime(line); when.After(next.last) {
			next.last = when
		}
		if next.to = at + int64(len(line)) + 1; next.to-next.from >= spanSize {
			j.spans = append(j.spans, next)
			next = span{from: next.to, to: next.to}
		}
		return nil
	})
	return append(j.spans[:len(j.spans):len(j.spans)], next), err
}

// lines calls fn with the lines of a stretch, without their ends.
func (j *journal) lines(from, to int64, fn func(at int64, line []byte) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(j.f, from, to-from), spanSize)
	at := from
	for at < to {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) == 0 {
			break
		}
		j.read.Add(int64(len(line)))
		if err := fn(at, bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return err
		}
		at += int64(len(line))
	}
	return nil
}

// lineTime is an entry's time; each line begins with it.
func lineTime(line []byte) time.Time {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"at":"`)); ok {
		if when, _, ok := bytes.Cut(rest, []byte(`"`)); ok {
			if t, err := time.Parse(time.RFC3339Nano, string(when)); err == nil {
				return t
			}
		}
	}
	var e Entry
	if json.Unmarshal(line, &e) != nil {
		return time.Unix(1<<40, 0) // whoever reads it is told
	}
	return e.At
}
