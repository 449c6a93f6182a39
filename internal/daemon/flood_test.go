package daemon_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// eml lists the letters whose bytes are kept.
func eml(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "letters", "*", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, n := range names {
		info, err := os.Stat(n)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(n), ".eml")] = info.Size()
	}
	return out
}

// TestFlood pours strangers' letters and automatic mail into the mailbox: what
// is kept of them stays within its room, what goes is recorded, the office is
// told once a day, nothing of a registered sender goes, and a rebuild and a
// backup find all as it was.
func TestFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("a flood under the race detector takes a minute; the plain run takes it all")
	}
	w := newWorld(t, `
reminders: {enabled: false}
keep: {strangers: {letters: 20, bytes: 1MB, age: 240h}}
`, postoffice.Options{})
	var all [][]byte
	bring := func(raw string, arrived time.Time) {
		all = append(all, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
		w.deliver(raw, arrived)
	}
	bring(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 2, 10, 0), "own1"), at(3, 2, 10, 0))
	// A registered address whose tables are another's waits, and never goes.
	bring(letter("xiushui@xiushui.example.com", "永修县", 3, at(3, 2, 11, 0), "own2"), at(3, 2, 11, 0))
	// So does what its programs send.
	auto := func(from, id string, sent time.Time) string {
		return strings.Replace(letter(from, "修水县", 3, sent, id), "MIME-Version", "Auto-Submitted: auto-replied\nMIME-Version", 1)
	}
	bring(auto("xiushui@xiushui.example.com", "own3", at(3, 2, 12, 0)), at(3, 2, 12, 0))
	// One that may be a report, of an address that is not registered yet.
	bring(letter("clerk@qq.example.com", "永修县", 3, at(3, 3, 10, 0), "may"), at(3, 3, 10, 0))
	n := 0
	flood := func(day, letters int) {
		for i := range letters {
			n++
			sent := at(3, day, 11, 0).Add(time.Duration(i) * time.Second)
			id := fmt.Sprintf("flood%d", n)
			raw := fmt.Sprintf("From: <spam%d@elsewhere.example.com>\nTo: <%s>\nSubject: win %d\nDate: %s\nMessage-ID: <%s@elsewhere.example.com>\nContent-Type: text/plain\n\n%s\n",
				i%3, box, n, sent.Format(time.RFC1123Z), id, strings.Repeat("buy now\n", 2000))
			if i%4 == 0 {
				raw = auto("robot@elsewhere.example.com", id, sent)
			}
			bring(raw, sent)
		}
	}
	flood(3, 60)
	w.start(at(3, 4, 8, 0))
	w.until(at(3, 4, 12, 0))
	flood(4, 540) // more than one sweep within a pass
	w.until(at(3, 5, 12, 0))
	kept := eml(t, w.cfg.Data)
	var bytes int64
	for _, size := range kept {
		bytes += size
	}
	if len(kept) > 20+3 || len(kept) < 20 || bytes > 1<<20+50_000 {
		t.Errorf("%d letters of %d bytes are kept", len(kept), bytes)
	}
	st := w.status("2021-03")
	if st.Letters != 4+600 {
		t.Errorf("%d letters are known", st.Letters)
	}
	waiting := func() (from []string) {
		for _, q := range w.status("2021-03").Quarantine {
			from = append(from, q.From)
		}
		slices.Sort(from)
		return slices.Compact(from)
	}
	if got := waiting(); !slices.Contains(got, "clerk@qq.example.com") || !slices.Contains(got, "xiushui@xiushui.example.com") {
		t.Errorf("there wait %q", got)
	}
	if got := w.sent("已清理"); len(got) != 1 || !strings.HasPrefix(got[0], "office@") {
		t.Errorf("the office was told %q", got)
	}
	gone := 0
	sides, _ := filepath.Glob(filepath.Join(w.cfg.Data, "letters", "*", "*.json"))
	for _, name := range sides {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var a store.Arrival
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		if g := a.Gone; g != nil {
			gone++
			if g.At.IsZero() || g.From == "" || g.Subject == "" || len(g.Sum) != 64 || g.Bytes == 0 || g.Reason == "" || strings.Contains(g.From, "xiushui") {
				t.Errorf("%s says %+v", name, g)
			}
		}
	}
	if gone != 604-len(kept) {
		t.Errorf("%d letters are recorded as gone, %d are kept", gone, len(kept))
	}

	// A mailbox that is read anew brings none of them back.
	if err := w.post.Renumber("INBOX", all...); err != nil {
		t.Fatal(err)
	}
	w.until(at(3, 6, 12, 0))
	if got := w.status("2021-03").Letters; got != 604 || len(eml(t, w.cfg.Data)) != len(kept) {
		t.Errorf("after the mailbox was read anew: %d letters, %d kept", got, len(eml(t, w.cfg.Data)))
	}

	tell := func() string {
		st := w.status("2021-03")
		st.Intake = nil
		states := map[store.LetterState]int{}
		err := w.house.Office.Store.View(func(tx *store.Tx) error {
			return tx.LettersSince(time.Time{}, func(l store.Letter) error { states[l.State]++; return nil })
		})
		out, e := json.Marshal(st)
		if err != nil || e != nil {
			t.Fatal(err, e)
		}
		return fmt.Sprint(string(out), states)
	}
	before := tell()
	file, err := os.Create(filepath.Join(t.TempDir(), "b.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := w.house.Office.Store.Backup(file); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(file, filepath.Join(t.TempDir(), "r")); err != nil {
		t.Error(err)
	}
	w.rebuild()
	if got := tell(); got != before {
		t.Errorf("after a rebuild:\n%s\nwant\n%s", got, before)
	}
	// Age: what is left of the strangers goes, what is ours stays.
	w.until(at(3, 20, 12, 0))
	if got := waiting(); !slices.Equal(got, []string{"xiushui@xiushui.example.com"}) || len(eml(t, w.cfg.Data)) != 3 {
		t.Errorf("after the age there wait %q, %d letters are kept", got, len(eml(t, w.cfg.Data)))
	}
	if got := w.status("2021-03").Submitters[0].Tables[reporting.Progress].State; got != reporting.OnTime {
		t.Errorf("the registered sender's table is %q", got)
	}
}
