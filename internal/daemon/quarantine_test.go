package daemon_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// TestQuarantine lets a stranger's address send a county's tables: they count
// for nobody and are not answered, the county is not chased meanwhile, the
// office is told, and after the assignment they count as of their arrival.
func TestQuarantine(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	w.deliver(letter("stranger@qq.example.com", "修水县", 3, at(3, 24, 10, 0), "q1"), at(3, 24, 10, 1))
	w.until(at(3, 26, 10, 0))
	st := w.status("2021-03")
	if len(st.Quarantine) != 1 || st.Quarantine[0].Guess == nil || st.Quarantine[0].Guess.Submitter != "修水县" {
		t.Fatalf("quarantine: %+v", st.Quarantine)
	}
	if got := st.Submitters[0].Tables[reporting.Progress].State; got != reporting.Missing {
		t.Errorf("a stranger's table counts: %q", got)
	}
	for _, s := range w.sent("") {
		if strings.HasPrefix(s, "stranger@") {
			t.Errorf("the stranger is answered: %q", s)
		}
	}
	chased := func(who string) bool {
		return slices.ContainsFunc(w.sent("催报"), func(s string) bool { return strings.HasPrefix(s, who+"@") })
	}
	if chased("xiushui") || !chased("yongxiu") {
		t.Errorf("while the letter waits, 永修县 alone is chased, not %q", w.sent("催报"))
	}
	if !slices.ContainsFunc(w.sent("认领"), func(s string) bool { return strings.HasPrefix(s, "office@") }) {
		t.Errorf("the office was not told: %q", w.sent("office@"))
	}
	if _, err := w.house.Office.Assign(context.Background(), st.Quarantine[0].ID, "修水县", true, "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	st = w.status("2021-03")
	if got := st.Submitters[0].Tables[reporting.Progress].State; got != reporting.OnTime || len(st.Quarantine) != 0 {
		t.Errorf("after the assignment: %q, %d wait", got, len(st.Quarantine))
	}
	// The address was remembered.
	w.deliver(letter("stranger@qq.example.com", "修水县", 4, at(4, 22, 10, 0), "q2"), at(4, 22, 10, 1))
	w.until(at(4, 22, 14, 0))
	if got := w.status("2021-04").Submitters[0].Tables[reporting.Progress].State; got != reporting.OnTime {
		t.Errorf("the remembered address's next letter: %q", got)
	}
}

// TestNobodyElseDecides: a registered address that sends another's tables, and
// automatic mail of a registered address.
func TestNobodyElseDecides(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	w.deliver(letter("xiushui@xiushui.example.com", "永修县", 3, at(3, 24, 10, 0), "f1"), at(3, 24, 10, 1))
	auto := strings.Replace(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 11, 0), "f2"), "MIME-Version", "Auto-Submitted: auto-replied\nMIME-Version", 1)
	w.deliver(auto, at(3, 24, 11, 1))
	w.start(at(3, 24, 12, 0))
	w.until(at(3, 24, 18, 0))
	st := w.status("2021-03")
	for _, s := range st.Submitters {
		if got := s.Tables[reporting.Progress].State; got != reporting.Due {
			t.Errorf("%s is %q", s.Name, got)
		}
	}
	if len(st.Quarantine) != 1 || !strings.Contains(st.Quarantine[0].Reason, "永修县") {
		t.Errorf("quarantine: %+v", st.Quarantine)
	}
	if got := w.sent("修水县3月城建报表"); len(got) != 0 {
		t.Errorf("automatic mail was answered: %q", got)
	}
}

// rebuild stops the daemon, makes the database again and goes on.
func (w *world) rebuild() {
	w.t.Helper()
	now := w.clock.Now()
	w.stop()
	if err := os.Remove(filepath.Join(w.cfg.Data, "tongbao.db")); err != nil {
		w.t.Fatal(err)
	}
	house, err := daemon.Open(w.cfg, daemon.Options{Anew: true, Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := house.Office.Rebuild(context.Background(), func(int, int) {}); err != nil {
		w.t.Fatal(err)
	}
	if err := house.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.start(now)
}

// TestRebuild makes the database again from letters and journal: the status is
// the same, byte for byte, and nothing is sent.
func TestRebuild(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 15, 8, 0))
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "r1"), at(3, 24, 10, 1))
	w.deliver(letter("stranger@qq.example.com", "永修县", 3, at(3, 24, 11, 0), "r2"), at(3, 24, 11, 1))
	w.until(at(3, 25, 9, 30))
	id := w.status("2021-03").Quarantine[0].ID
	if _, err := w.house.Office.Assign(context.Background(), id, "永修县", false, "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := w.house.Office.Exempt(reporting.Period{Year: 2021, Month: 4}, "修水县", reporting.Lagging, "无在建项目", "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.until(at(4, 1, 12, 0))
	tell := func() string {
		var out []string
		for _, p := range []string{"2021-03", "2021-04"} {
			st := w.status(p)
			st.Intake = nil
			raw, err := json.MarshalIndent(st, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(raw))
			b, err := w.house.Office.Compute(st.Period, w.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			raw, err = json.MarshalIndent(b, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(raw))
		}
		return strings.Join(out, "\n")
	}
	want, sent := tell(), len(w.post.Sent())
	w.rebuild()
	now := w.clock.Now()
	if got := tell(); got != want {
		t.Errorf("after the rebuild:\n%s\nwant\n%s", got, want)
	}
	w.until(now.AddDate(0, 0, 5))
	if got := len(w.post.Sent()); got != sent {
		t.Errorf("the rebuild sent %d letters", got-sent)
	}
}

// TestSecondDaemon is refused the data directory, with the first one's process id.
func TestSecondDaemon(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 15, 8, 0))
	if s, err := store.Open(w.cfg.Data); err == nil {
		s.Close()
		t.Fatal("two processes may have the data directory open")
	} else if !strings.Contains(err.Error(), "in use by process ") {
		t.Errorf("the second is told %q", err)
	}
}
