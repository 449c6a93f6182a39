package daemon_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
)

// TestMonth lets one county report and the other not, and follows the month
// from the reminder to the bulletin.
func TestMonth(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 15, 8, 0))
	w.until(at(3, 24, 10, 0))
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "a1"), at(3, 24, 10, 1))
	w.until(at(4, 1, 12, 0))

	if got := w.sent("报送提醒"); len(got) < 3 || !strings.Contains(strings.Join(got, "\n"), "xiushui@") {
		t.Errorf("reminders: %q", got)
	}
	if got := w.sent("Re: 修水县3月城建报表"); len(got) != 1 {
		t.Errorf("receipts: %q, all: %q", got, w.sent(""))
	}
	for _, s := range w.sent("催报") {
		if strings.HasPrefix(s, "xiushui@") {
			t.Errorf("who submitted is chased: %q", s)
		}
	}
	if got := w.sent("催报"); len(got) != 2 {
		t.Errorf("chasers: %q, want two to 永修县", got)
	}
	st := w.status("2021-03")
	for _, k := range reporting.Kinds {
		if got := st.Submitters[0].Tables[k].State; got != reporting.OnTime {
			t.Errorf("修水县 %s is %q", k, got)
		}
		if got := st.Submitters[1].Tables[k].State; got != reporting.Missing {
			t.Errorf("永修县 %s is %q", k, got)
		}
	}
	if got := w.bulletins(); !slices.Equal(got, []string{"2021-03"}) {
		t.Errorf("bulletins %q", got)
	}
	if flags := w.post.Flags("INBOX"); len(flags) != 1 || len(flags[0]) != 0 {
		t.Errorf("the mailbox was changed: flags %v", flags)
	}
}

// bulletins lists the months of which the office got a bulletin, in order.
func (w *world) bulletins() []string {
	var out []string
	for _, s := range w.sent("全市城建项目推进情况") {
		if !strings.HasPrefix(s, "office@") {
			continue
		}
		for m := 1; m <= 12; m++ {
			if strings.Contains(s, fmt.Sprintf("2021年%d月", m)) {
				out = append(out, fmt.Sprintf("2021-%02d", m))
			}
		}
	}
	return out
}

// TestBells rings early, late, and while the daemon is down; each time the
// right month is published once.
func TestBells(t *testing.T) {
	for _, c := range []struct {
		name, schedule string
		down           [2]time.Time // the daemon is not there
		want           []string
		before         time.Time // nothing is published before
	}{
		{name: "the first of the month", schedule: "0 9 1 * *", want: []string{"2021-03", "2021-04"}, before: at(4, 1, 9, 0)},
		{name: "early: before the freeze", schedule: "0 9 28 * *", want: []string{"2021-03", "2021-04"}, before: at(3, 30, 17, 0)},
		{name: "on the day after the deadline", schedule: "30 0 26 * *", want: []string{"2021-03", "2021-04"}, before: at(3, 30, 17, 0)},
		{name: "late", schedule: "0 9 20 * *", want: []string{"2021-03", "2021-04"}, before: at(4, 20, 9, 0)},
		{name: "missed", schedule: "0 9 1 * *", down: [2]time.Time{at(3, 31, 8, 0), at(4, 6, 8, 0)}, want: []string{"2021-03", "2021-04"}, before: at(4, 6, 8, 0)},
		{name: "missed while it waited for the freeze", schedule: "0 9 28 * *", down: [2]time.Time{at(3, 28, 12, 0), at(4, 6, 8, 0)}, want: []string{"2021-03", "2021-04"}, before: at(4, 6, 8, 0)},
		{name: "down for two bells", schedule: "0 9 1 * *", down: [2]time.Time{at(3, 31, 8, 0), at(5, 6, 8, 0)}, want: []string{"2021-04"}, before: at(5, 6, 8, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fmt.Sprintf("\nreminders: {enabled: false}\nbulletins: [{schedule: %q, recipients: [office@tongbao.example.com]}]\n", c.schedule), postoffice.Options{})
			april := at(4, 24, 10, 1)
			second := letter("xiushui@xiushui.example.com", "修水县", 4, april, "a2")
			w.start(at(3, 15, 8, 0))
			w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "a1"), at(3, 24, 10, 1))
			if !c.down[0].IsZero() {
				w.until(c.down[0])
				w.stop()
				if c.down[1].After(april) {
					w.deliver(second, april)
				}
				w.start(c.down[1])
				w.until(c.down[1].Add(time.Minute))
			}
			if w.clock.Now().Before(april) {
				w.until(april)
				w.deliver(second, april)
			}
			w.until(at(5, 25, 12, 0))
			if got := w.bulletins(); !slices.Equal(got, c.want) {
				t.Errorf("published %q, want %q", got, c.want)
			}
			for _, l := range w.post.Sent() {
				if strings.Contains(subject(l.Raw), "送审") && l.At.Before(c.before) {
					t.Errorf("published at %v, before %v", l.At, c.before)
				}
			}
		})
	}
}

// TestFirstStart meets a mailbox with three years of letters: what since
// allows is read, and the past is not answered.
func TestFirstStart(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	n := 0
	for year := 2019; year <= 2021; year++ {
		for month := 1; month <= 12; month++ {
			sent := time.Date(year, time.Month(month), 24, 10, 0, 0, 0, shanghai)
			if sent.After(at(5, 24, 12, 0)) {
				break
			}
			n++
			w.deliver(letter("xiushui@xiushui.example.com", "修水县", month, sent, fmt.Sprintf("old%d", n)), sent)
		}
	}
	w.start(at(5, 25, 8, 0))
	w.until(at(5, 25, 20, 0))
	if got := w.sent(""); len(got) != 1 || !strings.Contains(got[0], "修水县5月") {
		t.Errorf("answered %q, want the letter of 24 May alone", got)
	}
	for p, want := range map[string]reporting.State{"2021-02": reporting.Missing, "2021-03": reporting.OnTime, "2021-04": reporting.OnTime, "2021-05": reporting.OnTime} {
		if got := w.status(p).Submitters[0].Tables[reporting.Progress].State; got != want {
			t.Errorf("%s is %q, want %q", p, got, want)
		}
	}
}

// TestWrongPassword does not insist, says so in the status, and goes on by
// itself once the password is right.
func TestWrongPassword(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.post.RefuseLogin(true)
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "a1"), at(3, 24, 10, 1))
	w.start(at(3, 25, 8, 0))
	w.until(at(3, 25, 20, 0))
	if n := w.post.Logins(); n > 12*4+1 {
		t.Errorf("%d logins in twelve hours", n)
	}
	in := w.status("2021-03").Intake
	if in == nil || in.LastError == "" || in.NextTry.IsZero() {
		t.Errorf("the status says %+v", in)
	}
	if strings.Contains(in.LastError, "secret") {
		t.Error("the password is shown")
	}
	if got := w.sent("催报"); len(got) != 0 {
		t.Errorf("chased although the mailbox could not be read: %q", got)
	}
	w.post.RefuseLogin(false)
	w.until(at(3, 26, 8, 30))
	if got := w.status("2021-03").Submitters[0].Tables[reporting.Progress].State; got != reporting.OnTime {
		t.Errorf("after the mend it is %q", got)
	}
	if in := w.status("2021-03").Intake; in.LastError != "" {
		t.Errorf("the trouble stays: %+v", in)
	}
}

// TestNoFolder: where none of the folders is there, nobody is chased, and the
// status says so; where one is, the others' absence is shown and no more.
func TestNoFolder(t *testing.T) {
	for folders, want := range map[string]int{"[nowhere]": 0, "[nowhere, INBOX]": 4} {
		w := newWorld(t, "", postoffice.Options{})
		w.cfg.Mailbox.Folders = strings.Split(strings.Trim(folders, "[]"), ", ")
		w.start(at(3, 25, 20, 0))
		w.until(at(3, 29, 12, 0))
		if got := len(w.sent("催报")); got != want {
			t.Errorf("%s: %d chasers, want %d", folders, got, want)
		}
		if in := w.status("2021-03").Intake; in == nil || !strings.Contains(in.LastError, "nowhere") {
			t.Errorf("%s: the status says %+v", folders, in)
		}
	}
}
