package daemon_test

import (
	"slices"
	"strings"
	"testing"

	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
)

// through lets the daemon's mailbox be read through a faulty server.
func (w *world) through(script func(n int) postoffice.Fault) *postoffice.Faulty {
	w.t.Helper()
	f, err := postoffice.NewFaulty(w.post.IMAPAddr(), script)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { f.Close() })
	host, port, _ := strings.Cut(f.Addr(), ":")
	w.cfg.Mailbox.Host, w.cfg.Mailbox.Port = host, 0
	for _, c := range port {
		w.cfg.Mailbox.Port = w.cfg.Mailbox.Port*10 + int(c-'0')
	}
	return f
}

// refusing says no to the body of one letter, and to its header where header is.
func refusing(uid string, header bool) func(int) postoffice.Fault {
	return func(int) postoffice.Fault {
		return postoffice.Fault{Answer: func(line string) (string, bool) {
			tag, rest, _ := strings.Cut(line, " ")
			no := strings.HasPrefix(rest, "UID FETCH "+uid+" ") && (strings.Contains(rest, "BODY.PEEK[]") || header && strings.Contains(rest, "BODY.PEEK[HEADER]"))
			return tag + " NO read error\r\n", no
		}}
	}
}

// TestRefusedLetter: a letter whose body the server refuses for good is passed
// over after some tries. Those behind it count, its sender is asked for it
// again, and the office is told.
func TestRefusedLetter(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	w.through(refusing("1", false))
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "u1"), at(3, 24, 10, 0))
	w.deliver(letter("yongxiu@yongxiu.example.com", "永修县", 3, at(3, 24, 10, 0), "u2"), at(3, 24, 10, 1))
	w.start(at(3, 24, 10, 5))
	w.until(at(3, 24, 10, 20))
	if got := w.status("2021-03"); got.Letters != 0 || got.Intake == nil || got.Intake.LastError == "" {
		t.Errorf("at first it is tried again, and the status says why: %+v", got.Intake)
	}
	w.until(at(3, 24, 18, 0))
	st := w.status("2021-03")
	if got := st.Submitters[1].Tables[reporting.Progress].State; got != reporting.OnTime {
		t.Errorf("the letter behind it: %q", got)
	}
	if got := st.Submitters[0].Tables[reporting.Progress].State; got != reporting.Rejected {
		t.Errorf("the refused letter: %q", got)
	}
	if st.Letters != 2 || st.Intake == nil || st.Intake.LastError != "" {
		t.Errorf("%d letters, intake %+v", st.Letters, st.Intake)
	}
	office, sender := w.sent("读不出来"), w.sent("修水县")
	if len(office) != 1 || !strings.HasPrefix(office[0], "office@") {
		t.Errorf("the office was told %q", office)
	}
	if !slices.ContainsFunc(sender, func(s string) bool { return strings.HasPrefix(s, "xiushui@") }) {
		t.Errorf("its sender was told %q", sender)
	}
	w.rebuild()
	if got := w.status("2021-03"); got.Letters != 2 || got.Submitters[0].Tables[reporting.Progress].State != reporting.Rejected {
		t.Errorf("after a rebuild: %d letters, %+v", got.Letters, got.Submitters[0])
	}
}

// TestLetterThatKills: a letter at which the server ends the connection is
// passed over, too, though later: it may be the network.
func TestLetterThatKills(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	killing := func(int) postoffice.Fault {
		return postoffice.Fault{Answer: func(line string) (string, bool) {
			return "* BYE internal error\r\n", strings.Contains(line, "UID FETCH 1 ") && strings.Contains(line, "BODY.PEEK")
		}}
	}
	w.through(killing)
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "k1"), at(3, 24, 10, 0))
	w.deliver(letter("yongxiu@yongxiu.example.com", "永修县", 3, at(3, 24, 10, 0), "k2"), at(3, 24, 10, 1))
	w.start(at(3, 24, 10, 5))
	w.until(at(3, 24, 11, 30))
	if got := w.status("2021-03").Letters; got != 0 {
		t.Errorf("%d letters after an hour", got)
	}
	w.until(at(3, 25, 18, 0))
	st := w.status("2021-03")
	if got := st.Submitters[1].Tables[reporting.Progress].State; got != reporting.OnTime {
		t.Errorf("the letter behind it: %q", got)
	}
	if len(st.Quarantine) != 1 { // nothing is known of it
		t.Errorf("quarantine: %+v", st.Quarantine)
	}
	if office := w.sent("读不出来"); len(office) != 1 {
		t.Errorf("the office was told %q", office)
	}
}

// TestMailboxGoesWrong: UIDVALIDITY changes, letters are lost, doubled and
// numbered anew: each counts once, and the lost one's tables stay.
func TestMailboxGoesWrong(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	one := letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "m1")
	two := letter("yongxiu@yongxiu.example.com", "永修县", 3, at(3, 24, 10, 0), "m2")
	w.deliver(one, at(3, 24, 10, 0))
	w.start(at(3, 24, 11, 0))
	w.until(at(3, 24, 12, 0))
	crlf := func(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }
	for i, letters := range [][][]byte{{crlf(two), crlf(one), crlf(one)}, {crlf(two)}, {}, {crlf(one), crlf(two), crlf(two)}} {
		if err := w.post.Renumber("INBOX", letters...); err != nil {
			t.Fatal(err)
		}
		w.until(at(3, 24, 15+2*i, 0))
	}
	st := w.status("2021-03")
	for _, s := range st.Submitters {
		if got := s.Tables[reporting.Progress]; got.State != reporting.OnTime || got.Version != 1 {
			t.Errorf("%s: %+v", s.Name, got)
		}
	}
	if got := w.sent("3月城建报表"); st.Letters != 2 || len(got) > 2 {
		t.Errorf("%d letters, answers %q", st.Letters, got)
	}
}
