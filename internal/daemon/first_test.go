package daemon_test

import (
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
)

// ladderLetters counts what went to a submitter's address of the ladder.
func (w *world) ladderLetters(to string) (n int) {
	for _, kind := range []string{"提醒", "催报"} {
		for _, s := range w.sent(kind) {
			if strings.HasPrefix(s, to) {
				n++
			}
		}
	}
	return n
}

// TestFirstChase: a start on the evening of the 25th, or after a chaser's hour,
// sends nothing whose time had come before the mailbox was read for the first
// time. The office is shown that, and the next step is sent.
func TestFirstChase(t *testing.T) {
	for _, x := range []struct {
		name         string
		start        time.Time
		quiet, after time.Time // no letter of the ladder until, one by then
	}{
		{"on the evening of the 25th", at(3, 25, 18, 0), at(3, 26, 8, 30), at(3, 26, 12, 0)},
		{"minutes before the last call", at(3, 25, 16, 40), at(3, 26, 8, 30), at(3, 26, 12, 0)},
		{"after the first chaser's hour", at(3, 26, 9, 10), at(3, 29, 8, 30), at(3, 29, 12, 0)},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := newWorld(t, "", postoffice.Options{})
			w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "f1"), at(3, 24, 10, 1))
			w.start(x.start)
			w.until(x.start.Add(30 * time.Minute))
			ch, err := w.house.Office.Chasing(w.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			told := false
			for _, p := range ch.Waiting {
				told = told || p.Submitter == "永修县" && (strings.Contains(p.Why, "不补发") || strings.Contains(p.Why, "还没有到时间") || strings.Contains(p.Why, "夜间"))
			}
			if len(ch.Due) != 0 || !told {
				t.Errorf("the office is shown %+v", ch)
			}
			w.until(x.quiet)
			if n := w.ladderLetters("yongxiu@"); n != 0 {
				t.Errorf("%d letters of the ladder went out before the office could look", n)
			}
			w.until(x.after)
			if n := w.ladderLetters("yongxiu@"); n != 1 {
				t.Errorf("%d letters of the ladder by %s, want 1", n, x.after)
			}
			if n := w.ladderLetters("xiushui@"); n != 0 {
				t.Errorf("%d letters of the ladder to who has sent a progress table long ago", n)
			}
		})
	}
}

// TestOutageChase: an outage of a mailbox that is known sends the latest step,
// as a first start does not.
func TestOutageChase(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 20, 8, 0))
	w.until(at(3, 24, 12, 0))
	before := w.ladderLetters("yongxiu@")
	w.stop()
	w.start(at(3, 26, 10, 0))
	w.until(at(3, 26, 12, 0))
	if n := w.ladderLetters("yongxiu@"); n != before+1 {
		t.Errorf("after an outage %d letters of the ladder, want 1", n-before)
	}
}
