package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// Arrival is how a letter came; it is kept beside the raw bytes.
type Arrival struct {
	ID       string    `json:"id"`
	Content  string    `json:"content"` // hash that all copies of the letter share
	Name     string    `json:"name"`    // the file's name: <id>.eml, or that of an imported file
	Via      string    `json:"via"`     // "mail" or "import"
	Folder   string    `json:"folder,omitempty"`
	Validity uint32    `json:"uidvalidity,omitempty"`
	UID      uint32    `json:"uid,omitempty"`
	Arrived  time.Time `json:"arrived"`
	// What the operator said of an imported file, and who that was.
	By        string           `json:"by,omitempty"`
	Submitter string           `json:"submitter,omitempty"`
	Period    reporting.Period `json:"period,omitzero"`
	// Taken is when the letter was taken in, and After how long the journal was
	// by then: a rebuild takes letters and decisions in the order in which they
	// came to the office, not in that of the mail.
	Taken time.Time `json:"taken,omitzero"`
	After int64     `json:"after,omitempty"`
	// TooLarge: the letter was left on the server, only its header is kept.
	TooLarge int64 `json:"too_large,omitempty"`
	// Unreadable: the server never gave the letter, only its header is kept, if
	// that; it says why.
	Unreadable string `json:"unreadable,omitempty"`
	// Proof is what was known of its sender when it was taken in; nil where
	// nobody asked. It is kept, because keys in the DNS come and go.
	Proof *Proof `json:"proof,omitempty"`
	// Gone is what is left of a letter whose bytes were let go.
	Gone *Gone `json:"gone,omitempty"`
}

// Proof says whether a letter comes from the address that it names.
type Proof struct {
	Verdict  string `json:"verdict"`            // "pass", "fail" (it looks forged), "none"
	From     string `json:"from,omitempty"`     // the address that it is about
	By       string `json:"by,omitempty"`       // the provider's name, or "dkim"
	Why      string `json:"why,omitempty"`      // as the standards put it
	Required bool   `json:"required,omitempty"` // without a pass the letter waits
}

// LetterState is what became of a letter.
type LetterState string

// The states of letters.
const (
	Taken       LetterState = "taken"       // its tables were stored
	Repeated    LetterState = "repeated"    // its tables were stored before
	Rejected    LetterState = "rejected"    // nothing in it could be used
	Quarantined LetterState = "quarantined" // waits for the office
	Automatic   LetterState = "automatic"   // auto-replies, bounces, lists
	Idle        LetterState = "idle"        // of a registered sender, with nothing in it that was owed
	Dropped     LetterState = "dropped"     // the office put it aside
)

// Letter is one letter in.
type Letter struct {
	Arrival
	From       string              `json:"from"`
	FromName   string              `json:"from_name,omitempty"`
	Subject    string              `json:"subject"`
	MessageID  string              `json:"message_id,omitempty"`
	References []string            `json:"references,omitempty"`
	State      LetterState         `json:"state"`
	Reason     string              `json:"reason,omitempty"` // Chinese, for the office
	Sender     string              `json:"sender,omitempty"` // the submitter that it counts for
	For        []string            `json:"for,omitempty"`    // months, as 2021-03
	Guess      *Guess              `json:"guess,omitempty"`  // of a quarantined letter
	Tables     []Stored            `json:"tables,omitempty"` // what became of each table
	Findings   []reporting.Finding `json:"findings,omitempty"`
	Ignored    []reporting.Ignored `json:"ignored,omitempty"`
}

// Guess is what the material of an unknown sender's letter says of itself.
type Guess struct {
	Submitter string           `json:"submitter,omitempty"`
	Period    reporting.Period `json:"period,omitzero"`
	Kinds     []reporting.Kind `json:"kinds,omitempty"`
}

// Stored is what became of one table of a letter.
type Stored struct {
	Kind      reporting.Kind   `json:"kind"`
	Submitter string           `json:"submitter"`
	Period    reporting.Period `json:"period"`
	Version   int              `json:"version,omitempty"` // 0: not stored
	Reason    string           `json:"reason,omitempty"`  // why not
	Rows      int              `json:"rows"`
	Nil       bool             `json:"nil,omitempty"`
}

// Letter finds a letter by its id.
func (t *Tx) Letter(id string) (Letter, bool, error) { return load[Letter](t, "letters", id) }

// ByContent finds the id of the letter with this content, "" where there is none.
func (t *Tx) ByContent(hash string) string { return string(t.get("contents", hash)) }

// PutLetter records what became of a letter.
func (t *Tx) PutLetter(l Letter) error {
	fresh := !t.has("letters", l.ID)
	if err := save(t, "letters", l.ID, l); err != nil {
		return err
	}
	if err := t.indexLetter(l, fresh); err != nil {
		return err
	}
	if l.Content != "" {
		if err := t.put("contents", l.Content, []byte(l.ID)); err != nil {
			return err
		}
	}
	if err := t.putStranger(l); err != nil {
		return err
	}
	if l.State == Quarantined {
		return t.put("quarantine", l.ID, nil)
	}
	return t.remove("quarantine", l.ID)
}

// Quarantine lists the letters that wait for the office, oldest first.
func (t *Tx) Quarantine() ([]Letter, error) {
	var (
		out  []Letter
		fail error
	)
	t.scan("quarantine", "", "", func(id string, _ []byte) bool {
		l, ok, err := t.Letter(id)
		if err != nil || !ok {
			fail = errors.Join(err, fmt.Errorf("quarantine names letter %q", id))
			return false
		}
		out = append(out, l)
		return true
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].Arrived.Before(out[j].Arrived) })
	return out, fail
}

// CountLetters is how many letters were taken in.
func (t *Tx) CountLetters() int {
	n, _ := strconv.Atoi(string(t.get("meta", "letters")))
	return n
}

// LettersFrom calls fn with the ids of an address's letters that arrived
// between two moments, in order, while fn wants more.
func (t *Tx) LettersFrom(address string, from, until time.Time, fn func(id string) bool) {
	prefix := senderKey(address)
	t.scan("senders", prefix, prefix+stamp(from), func(key string, _ []byte) bool {
		at, id, _ := strings.Cut(strings.TrimPrefix(key, prefix), "/")
		return at <= stamp(until) && fn(id)
	})
}

// LettersTaken lists letters in the order in which they were taken in: at most
// so many that were at or after from or, where a place is given, after those
// before it. The place that it returns is where the next ones begin.
func (t *Tx) LettersTaken(from time.Time, place string, most int) (out []Letter, next string, err error) {
	if next = place; place == "" {
		place = stamp(from)
	} else {
		place += "\x00" // the key after it
	}
	t.scan("taken", "", place, func(key string, _ []byte) bool {
		_, id, _ := strings.Cut(key, "/")
		l, ok, e := t.Letter(id)
		if next = key; ok {
			out = append(out, l)
		}
		err = e
		return e == nil && len(out) < most
	})
	return out, next, err
}

// Forged lists the letters that count and look forged, of those that arrived
// on the day of from or later.
func (t *Tx) Forged(from time.Time) (out []Letter, err error) {
	t.scan("forged", "", from.Format("20060102"), func(id string, _ []byte) bool {
		l, ok, e := t.Letter(id)
		if ok {
			out = append(out, l)
		}
		err = e
		return e == nil
	})
	return out, err
}

// LettersSince calls fn for each letter that arrived at or after from, in order.
func (t *Tx) LettersSince(from time.Time, fn func(Letter) error) error {
	var fail error
	t.scan("arrivals", "", stamp(from), func(key string, _ []byte) bool {
		_, id, _ := strings.Cut(key, "/")
		l, ok, err := t.Letter(id)
		if err == nil && ok {
			err = fn(l)
		}
		fail = err
		return err == nil
	})
	return fail
}

// Keep writes a letter's bytes and its arrival to letters/ before anybody
// judges it: beside, synced, renamed, the directory synced. The sidecar goes
// first, so that where the letter is, its arrival is too. Of a letter that is
// kept already the arrival alone is written anew.
func (s *Store) Keep(a Arrival, raw []byte) error {
	return s.KeepAll([]Arriving{{a, raw}})
}

// makeMonth makes a month's directory, whose name must last before the first
// letter in it does. One that this process did not make may be the work of one
// that died before the sync.
func (s *Store) makeMonth(dir string) error {
	if _, made := s.months.Load(dir); made {
		if _, err := os.Stat(dir); err == nil {
			return nil
		}
	}
	err := step("letters mkdir", func() error { return os.MkdirAll(dir, 0o700) })
	if err == nil {
		err = syncDir(filepath.Dir(dir))
	}
	if err == nil {
		s.months.Store(dir, true)
	}
	return err
}

// letterDir is the directory of a letter's month; ids begin with the day.
func (s *Store) letterDir(id string) string {
	month := "unknown"
	if len(id) >= 8 {
		month = id[:4] + "-" + id[4:6]
	}
	return filepath.Join(s.dir, "letters", month)
}

// writeBeside writes a file under another name, syncs it and renames it.
func writeBeside(path string, data []byte) error {
	what, beside := strings.TrimPrefix(filepath.Ext(path), "."), path+".new"
	err := step(what+" write", func() error {
		f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		if err == nil {
			err = step(what+" sync", f.Sync)
		}
		return errors.Join(err, f.Close())
	})
	if err == nil {
		err = step(what+" rename", func() error { return os.Rename(beside, path) })
	}
	if err != nil {
		os.Remove(beside)
	}
	return err
}

// Raw reads a letter's bytes as they came.
func (s *Store) Raw(id string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(s.letterDir(id), id+".eml"))
	if err != nil {
		return nil, fmt.Errorf("read letter %q: %w", id, err)
	}
	return raw, nil
}

// Kept lists the arrivals of all letters in letters/ by time of arrival, also of
// those whose bytes were let go.
func (s *Store) Kept() ([]Arrival, error) {
	var out []Arrival
	err := filepath.WalkDir(filepath.Join(s.dir, "letters"), func(path string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || ext != ".eml" && ext != ".json" {
			return err
		}
		side, err := os.ReadFile(strings.TrimSuffix(path, ext) + ".json")
		if err != nil {
			return fmt.Errorf("letter %q has no sidecar: %w", path, err)
		}
		var a Arrival
		if err := json.Unmarshal(side, &a); err != nil {
			return fmt.Errorf("sidecar of letter %q: %w", path, err)
		}
		// Of a letter that was let go the sidecar counts, of all others the letter.
		if (a.Gone != nil) == (ext == ".json") {
			out = append(out, a)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	sort.Slice(out, func(i, j int) bool {
		if !out[i].Arrived.Equal(out[j].Arrived) {
			return out[i].Arrived.Before(out[j].Arrived)
		}
		return out[i].ID < out[j].ID
	})
	return out, nil
}
