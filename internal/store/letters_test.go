package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestKeep: a letter and its arrival are files before anybody judges it, and
// nothing half-written bears their names.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	raw := []byte("From: a@example.com\r\n\r\n\xb1\xed\x00")
	a := Arrival{ID: "20210324T120000-ab", Name: "x.eml", Via: "mail", Folder: "INBOX", Validity: 7, UID: 9, Arrived: noon}
	if err := s.Keep(a, raw); err != nil {
		t.Fatal(err)
	}
	month := filepath.Join(dir, "letters", "2021-03")
	if got, err := os.ReadFile(filepath.Join(month, a.ID+".eml")); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("the letter is %q: %v", got, err)
	}
	var side Arrival
	data, err := os.ReadFile(filepath.Join(month, a.ID+".json"))
	if err != nil || json.Unmarshal(data, &side) != nil || side.UID != 9 || !side.Arrived.Equal(noon) {
		t.Errorf("the sidecar is %s: %v", data, err)
	}
	if got, err := s.Raw(a.ID); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("read back: %q, %v", got, err)
	}
	if _, err := s.Raw("20210324T130000-cd"); err == nil {
		t.Error("a letter that never came can be read")
	}

	again := a // met twice: what is kept stays
	again.UID = 100
	if err := s.Keep(again, raw); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(month)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d files in the month: %v, %v", len(entries), entries, err)
	}
	view(t, s, func(tx *Tx) error {
		if _, ok, err := tx.Letter(a.ID); ok || err != nil {
			t.Errorf("the letter is judged: %v", err)
		}
		return nil
	})
}

// TestKeepAfterCrash: a crash leaves the sidecar alone, or a file beside; the
// letter is not taken for kept, and comes again.
func TestKeepAfterCrash(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	a := Arrival{ID: "20210324T120000-ab", Arrived: noon}
	month := filepath.Join(dir, "letters", "2021-03")
	if err := os.MkdirAll(month, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{".json": `{"id":"20210324T120000-ab"}`, ".eml.new": "half a let", ".json.new": `{"i`} {
		if err := os.WriteFile(filepath.Join(month, a.ID+name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := s.Kept(); err != nil || len(kept) != 0 {
		t.Errorf("kept: %v, %v", kept, err)
	}
	if err := s.Keep(a, []byte("the whole letter")); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Kept()
	if err != nil || len(kept) != 1 || !kept[0].Arrived.Equal(noon) {
		t.Errorf("kept: %v, %v", kept, err)
	}
	if raw, err := s.Raw(a.ID); err != nil || string(raw) != "the whole letter" {
		t.Errorf("read back %q: %v", raw, err)
	}
}

// TestKept lists by arrival, over months.
func TestKept(t *testing.T) {
	s := openStore(t, t.TempDir())
	for i, id := range []string{"20210401T000000-a", "20210301T000000-b", "20210315T000000-d", "20210315T000000-c"} {
		at := []time.Time{noon.AddDate(0, 1, 0), noon.AddDate(0, 0, -20), noon, noon}[i]
		if err := s.Keep(Arrival{ID: id, Arrived: at}, []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := s.Kept()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, a := range kept {
		ids = append(ids, a.ID)
	}
	if want := []string{"20210301T000000-b", "20210315T000000-c", "20210315T000000-d", "20210401T000000-a"}; !slices.Equal(ids, want) {
		t.Errorf("kept %q, want %q", ids, want)
	}
}

// TestLetters: what became of letters is found by id, content and time; the
// quarantine follows the state.
func TestLetters(t *testing.T) {
	s := openStore(t, t.TempDir())
	put := func(id string, at time.Time, state LetterState) {
		update(t, s, func(tx *Tx) error {
			return tx.PutLetter(Letter{Arrival: Arrival{ID: id, Content: "hash-" + id, Arrived: at}, State: state})
		})
	}
	put("c", noon.Add(time.Hour), Taken)
	put("a", noon.Add(2*time.Hour), Quarantined)
	put("b", noon, Quarantined)
	names := func() (waiting, since []string, n int) {
		view(t, s, func(tx *Tx) error {
			if id := tx.ByContent("hash-c"); id != "c" {
				t.Errorf("by content: %q", id)
			}
			if id := tx.ByContent("other"); id != "" {
				t.Errorf("by an unknown content: %q", id)
			}
			q, err := tx.Quarantine()
			for _, l := range q {
				waiting = append(waiting, l.ID)
			}
			if err != nil {
				return err
			}
			n = tx.CountLetters()
			return tx.LettersSince(noon.Add(time.Hour), func(l Letter) error { since = append(since, l.ID); return nil })
		})
		return waiting, since, n
	}
	waiting, since, n := names()
	if !slices.Equal(waiting, []string{"b", "a"}) || !slices.Equal(since, []string{"c", "a"}) || n != 3 {
		t.Errorf("waiting %q, since one o'clock %q, %d letters", waiting, since, n)
	}
	put("b", noon, Taken) // assigned by the office
	if waiting, _, n := names(); !slices.Equal(waiting, []string{"a"}) || n != 3 {
		t.Errorf("after b was assigned: waiting %q, %d letters", waiting, n)
	}
	fault := fmt.Errorf("fault")
	if err := s.View(func(tx *Tx) error { return tx.LettersSince(time.Time{}, func(Letter) error { return fault }) }); err != fault {
		t.Errorf("the reader's error is %v", err)
	}
}
