package daemon_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// toOffice lists the subjects of what the office got about waiting letters.
func (w *world) toOffice() (urgent, lists []string) {
	for _, s := range w.sent("待认领") {
		if strings.Contains(s, "疑似") {
			urgent = append(urgent, s)
		} else {
			lists = append(lists, s)
		}
	}
	return urgent, lists
}

// TestWaitingLetter: a letter that may be of a county that is being chased is
// told at once, takes the queued chaser back, and pauses the chasing until the
// office has put it aside; the day's list comes once a day.
func TestWaitingLetter(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	// Days before the deadline it waits for the day's list.
	w.deliver(letter("early@qq.example.com", "永修县", 4, at(3, 24, 9, 30), "w0"), at(3, 24, 9, 31))
	w.until(at(3, 26, 9, 30))
	if urgent, lists := w.toOffice(); len(urgent) != 0 || len(lists) != 3 {
		t.Errorf("before: %d urgent, %d lists: %q", len(urgent), len(lists), lists)
	}
	chased := func() int {
		n := 0
		for _, s := range w.sent("催报") {
			if strings.HasPrefix(s, "xiushui@") {
				n++
			}
		}
		return n
	}
	before := chased()
	if before == 0 {
		t.Fatal("nobody was chased")
	}
	w.deliver(letter("stranger@qq.example.com", "修水县", 3, at(3, 26, 10, 0), "w1"), at(3, 26, 10, 1))
	w.until(at(3, 26, 12, 0))
	urgent, lists := w.toOffice()
	if len(urgent) != 1 || !strings.Contains(urgent[0], "修水县") || len(lists) != 3 {
		t.Errorf("urgent %q, lists %q", urgent, lists)
	}
	w.until(at(3, 29, 12, 0)) // Monday: the second step has passed, and the list is due again
	if n := chased(); n != before {
		t.Errorf("%d chasers went to 修水县 while its letter may wait", n-before)
	}
	if urgent, lists := w.toOffice(); len(urgent) != 1 || len(lists) != 4 {
		t.Errorf("%d urgent, %d lists", len(urgent), len(lists))
	}
	id := ""
	for _, q := range w.status("2021-03").Quarantine {
		if q.From == "stranger@qq.example.com" {
			id = q.ID
		}
	}
	if err := w.house.Office.Drop(id, "与报送无关", "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.until(at(3, 30, 12, 0))
	if n := chased(); n == before {
		t.Error("the chasing does not go on after the office has looked")
	}
}

// TestWaitingTakesBack: a chaser that is still queued when such a letter comes
// is withdrawn.
func TestWaitingTakesBack(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	w.until(at(3, 25, 20, 0))
	key := "chase/2021-03/修水县/2021-03-25/chase-1/xiushui@xiushui.example.com"
	o := w.house.Office
	err := o.Store.Update(w.clock.Now(), func(tx *store.Tx) error {
		_, err := tx.Enqueue(outbox.Item{Key: key, Kind: "chase", NotBefore: at(3, 26, 18, 0), Created: w.clock.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte(strings.ReplaceAll(letter("stranger@qq.example.com", "修水县", 3, at(3, 26, 8, 0), "w2"), "\n", "\r\n"))
	if _, err := o.Receive(context.Background(), store.Arrival{Via: "import", Name: "w2.eml", Arrived: at(3, 26, 8, 1)}, raw, at(3, 26, 8, 2)); err != nil {
		t.Fatal(err)
	}
	err = o.Store.View(func(tx *store.Tx) error {
		it, ok, err := tx.Item(key)
		if !ok || it.State != outbox.Withdrawn {
			t.Errorf("the queued chaser is %q", it.State)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRemember: once an address is assigned for good, its other waiting letters
// count, too, but not one that names another county; a rebuild comes to the same.
func TestRemember(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	for i, l := range []struct {
		who   string
		month int
	}{{"修水县", 3}, {"修水县", 2}, {"永修县", 3}} {
		w.deliver(letter("stranger@qq.example.com", l.who, l.month, at(3, 24, 10+i, 0), "m"+l.who+string(rune('0'+i))), at(3, 24, 10+i, 1))
	}
	w.start(at(3, 24, 14, 0))
	w.until(at(3, 24, 15, 0))
	waiting := w.status("2021-03").Quarantine
	if len(waiting) != 3 {
		t.Fatalf("%d letters wait", len(waiting))
	}
	if _, err := w.house.Office.Assign(context.Background(), waiting[0].ID, "修水县", true, "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		if q := w.status("2021-03").Quarantine; len(q) != 1 || q[0].Guess.Submitter != "永修县" {
			t.Errorf("%s %d letters wait: %+v", when, len(q), q)
		}
		for _, p := range []string{"2021-02", "2021-03"} {
			if got := w.status(p).Submitters[0].Tables[reporting.Progress]; !got.State.Arrived() || got.Version != 1 {
				t.Errorf("%s: %s is %+v", when, p, got)
			}
		}
	}
	check("after the assignment")
	acts, err := w.house.Office.Audit(at(3, 24, 0, 0))
	if err != nil || slices.ContainsFunc(acts, func(a office.Act) bool { return a.Action == "receive" && !strings.Contains(a.Text, "待认领") }) {
		t.Errorf("audit: %+v, %v", acts, err)
	}
	w.rebuild()
	check("after the rebuild")
}
