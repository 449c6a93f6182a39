package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// filled is a store with a letter, a decision and an item out.
func filled(t *testing.T, dir string) *Store {
	t.Helper()
	s := openStore(t, dir)
	a := Arrival{ID: "20210324T120000-ab", Content: "hash", Arrived: noon}
	if err := s.Keep(a, []byte("a letter")); err != nil {
		t.Fatal(err)
	}
	if err := s.Journal(Entry{Action: "extend", Submitter: "修水县"}); err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx *Tx) error { return tx.PutLetter(Letter{Arrival: a, Subject: "3月材料", State: Taken}) })
	enqueue(t, s, item("receipt/1/a"))
	return s
}

// TestBackup takes a backup of a store in use and reads it back.
func TestBackup(t *testing.T) {
	s := filled(t, t.TempDir())
	var tar bytes.Buffer
	if err := s.Backup(&tar); err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx *Tx) error { return tx.SetMark("INBOX", Mark{1, 1}) }) // after the backup
	dir := filepath.Join(t.TempDir(), "restored")
	if err := Restore(bytes.NewReader(tar.Bytes()), dir); err != nil {
		t.Fatal(err)
	}
	if err := Restore(bytes.NewReader(tar.Bytes()), dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over what is there: %v", err)
	}
	r := openStore(t, dir)
	view(t, r, func(tx *Tx) error {
		l, ok, err := tx.Letter("20210324T120000-ab")
		if !ok || l.Subject != "3月材料" {
			t.Errorf("the letter is %v", l)
		}
		if m, _ := tx.Mark("INBOX"); m != (Mark{}) {
			t.Errorf("the backup holds what came after it: %v", m)
		}
		return err
	})
	if raw, err := r.Raw("20210324T120000-ab"); err != nil || string(raw) != "a letter" {
		t.Errorf("the letter reads %q: %v", raw, err)
	}
	if got := actions(t, r); len(got) != 1 || got[0] != "extend " {
		t.Errorf("the journal is %q", got)
	}
	if got := due(t, r, noon); len(got) != 1 {
		t.Errorf("due: %q", got)
	}
}

// TestCutBackup: a backup that lost its end is no backup.
func TestCutBackup(t *testing.T) {
	s := filled(t, t.TempDir())
	var tar bytes.Buffer
	if err := s.Backup(&tar); err != nil {
		t.Fatal(err)
	}
	for n := 512; n < tar.Len()-1024; n += tar.Len() / 20 / 512 * 512 {
		if err := Restore(bytes.NewReader(tar.Bytes()[:n]), filepath.Join(t.TempDir(), "r")); err == nil {
			t.Errorf("%d bytes of %d are restored", n, tar.Len())
		}
	}
}

// TestDamagedBackup: one bit of a letter is enough.
func TestDamagedBackup(t *testing.T) {
	s := filled(t, t.TempDir())
	var tar bytes.Buffer
	if err := s.Backup(&tar); err != nil {
		t.Fatal(err)
	}
	raw := bytes.Replace(tar.Bytes(), []byte("a letter"), []byte("b letter"), 1)
	if err := Restore(bytes.NewReader(raw), filepath.Join(t.TempDir(), "r")); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged backup: %v", err)
	}
}

// TestVerify: a letter that the database names and nobody has is missed.
func TestVerify(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir).Close()
	if err := Verify(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "letters", "2021-03", "20210324T120000-ab.eml")); err != nil {
		t.Fatal(err)
	}
	if err := Verify(dir); err == nil {
		t.Error("a missing letter is not missed")
	}
}
