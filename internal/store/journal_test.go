package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func actions(t *testing.T, s *Store) (out []string) {
	t.Helper()
	entries, err := s.Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Action+" "+e.Reason)
	}
	return out
}

// TestJournal: entries stand on lines of their own, in order, and are there
// as soon as they are acknowledged.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	first := Entry{At: noon, By: "operator", Action: "exempt", Submitter: "修水县", Period: march, Kind: "lagging", Reason: "两\n行"}
	for _, e := range []Entry{first, {At: noon, Action: "sent", Key: "receipt/1/a@example.com"}} {
		if err := s.Journal(e); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
		if err != nil || !strings.HasSuffix(string(raw), "}\n") || !strings.Contains(string(raw), e.Action) {
			t.Errorf("after %s the file is %q: %v", e.Action, raw, err)
		}
	}
	entries, err := s.Entries()
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries: %v", len(entries), err)
	}
	if got := entries[0]; !got.At.Equal(noon) || got.Period != march || got.Reason != first.Reason || got.Submitter != "修水县" {
		t.Errorf("read back %+v", got)
	}
	s.Close()
	if got := actions(t, openStore(t, dir)); !slices.Equal(got, []string{"exempt 两\n行", "sent "}) {
		t.Errorf("after opening anew: %q", got)
	}
}

// TestTornJournal: a last line that a crash cut short was never acknowledged;
// it goes, and the next entry stands on a line of its own.
func TestTornJournal(t *testing.T) {
	for _, torn := range []string{`{"at":"2021-03-24T12:00:00+08:00","act`, "{", "\x00\x00\x00", `{"action":"whole, but its newline"}`} {
		dir := t.TempDir()
		s := openStore(t, dir)
		if err := s.Journal(Entry{Action: "extend"}); err != nil {
			t.Fatal(err)
		}
		s.Close()
		path := filepath.Join(dir, "journal.jsonl")
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(torn); err != nil {
			t.Fatal(err)
		}
		f.Close()
		s = openStore(t, dir)
		if err := s.Journal(Entry{Action: "exempt"}); err != nil {
			t.Fatal(err)
		}
		if got := actions(t, s); !slices.Equal(got, []string{"extend ", "exempt "}) {
			t.Errorf("after %q: %q", torn, got)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "journal.jsonl"), []byte("{ only a torn line"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenAnew(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := actions(t, s); len(got) != 0 {
		t.Errorf("of a torn line alone %q is left", got)
	}
}

// TestSpoiledJournal: a line in the middle that is none is an error with its number, never passed over.
func TestSpoiledJournal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "journal.jsonl"), []byte("{\"action\":\"a\"}\n???\n{\"action\":\"b\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := OpenAnew(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Entries(); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a spoiled line: %v", err)
	}
}
