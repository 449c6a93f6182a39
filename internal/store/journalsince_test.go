package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// TestEntriesSince: what is asked of the journal's end reads its end alone,
// once it has been measured, and what a clock that was set back wrote is found.
func TestEntriesSince(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	j, err := openJournal(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	// Written without a sync each: ten entries an hour for a hundred days.
	line := func(n int, at time.Time) {
		if _, err := fmt.Fprintf(j.f, `{"at":%q,"by":"daemon","action":"sent","key":"receipt/%06d/a@example.com"}`+"\n", at.Format(time.RFC3339Nano), n); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for h := range 2400 {
		for range 10 {
			at := noon.Add(time.Duration(h) * time.Hour)
			if h == 200 { // the clock was a year ahead for an hour
				at = at.AddDate(1, 0, 0)
			}
			line(n, at)
			n++
		}
	}
	last := noon.Add(2399 * time.Hour)
	count := func(since time.Time) (found int) {
		t.Helper()
		before := int64(-1)
		err := s.EntriesSince(since, func(e Entry) error {
			if e.Offset <= before || e.At.Before(since) {
				t.Fatalf("entry at %d of %v after %d, since %v", e.Offset, e.At, before, since)
			}
			before = e.Offset
			found++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if got := count(time.Time{}); got != n {
		t.Errorf("%d entries in all, want %d", got, n)
	}
	if got := count(last); got != 20 {
		t.Errorf("%d entries of the last hour, want its 10 and those of the clock that was ahead", got)
	}
	read := s.journal.read.Load()
	if got := count(last.AddDate(0, 0, -1)); got != 260 {
		t.Errorf("%d entries of the last day, want 260", got)
	}
	if took := s.journal.read.Load() - read; took > 5*spanSize {
		t.Errorf("the last day took %d bytes to read, of %d", took, read/3)
	}
	if err := s.Journal(Entry{At: last.Add(time.Hour), By: "operator", Action: "extend"}); err != nil {
		t.Fatal(err)
	}
	if got := count(last.Add(time.Minute)); got != 11 {
		t.Errorf("%d entries, want the new one and those of the clock that was ahead", got)
	}
}
