package mailbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
)

// TestGuest reads as 163.com demands it and leaves no trace.
func TestGuest(t *testing.T) {
	p := start(t, postoffice.Options{RequireID: true, Folders: []string{"垃圾邮件", "订阅邮件/城建"}})
	deliver(t, p, "INBOX", letter("one", 10), day)
	deliver(t, p, "INBOX", letter("two", 70000), day.Add(time.Hour))
	deliver(t, p, "垃圾邮件", letter("spam", 10), day)
	deliver(t, p, "订阅邮件/城建", letter("deep", 10), day)
	c := dial(t, at(p.IMAPAddr()))
	got, mark := fetch(t, c, "INBOX", Mark{})
	if subjects(got) != "one two" {
		t.Fatalf("fetched %q", subjects(got))
	}
	if string(got[1].Raw) != letter("two", 70000) {
		t.Error("the bytes differ")
	}
	if m := got[1]; !m.Arrived.Equal(day.Add(time.Hour)) || m.Size != int64(len(m.Raw)) || m.Folder != "INBOX" || m.UID != 2 || m.Validity != mark.Validity || m.TooLarge {
		t.Errorf("got %+v", m)
	}
	for folder, want := range map[string]string{"垃圾邮件": "spam", "订阅邮件/城建": "deep"} {
		if got, _ := fetch(t, c, folder, Mark{}); subjects(got) != want {
			t.Errorf("%s: fetched %q", folder, subjects(got))
		}
	}
	if flags := p.Flags("INBOX"); len(flags) != 2 || len(flags[0])+len(flags[1]) != 0 {
		t.Errorf("flags %q", flags)
	}
	if n, err := c.Count(t.Context(), "INBOX"); n != 2 || err != nil {
		t.Errorf("%d letters, %v", n, err)
	}
}

// TestMark: what was taken in is not met again – also where the range above
// the mark is empty and n:* would give the last letter –, and all is where the
// folder was made anew.
func TestMark(t *testing.T) {
	p := start(t, postoffice.Options{Folders: []string{"城建项目"}})
	c := dial(t, at(p.IMAPAddr()))
	const folder = "城建项目"
	if got, _ := fetch(t, c, folder, Mark{}); len(got) != 0 {
		t.Errorf("an empty folder gives %q", subjects(got))
	}
	deliver(t, p, folder, letter("one", 10), day)
	deliver(t, p, folder, letter("two", 10), day)
	_, mark := fetch(t, c, folder, Mark{})
	got, again := fetch(t, c, folder, mark)
	if len(got) != 0 || again != mark {
		t.Errorf("met again %q, mark %v and %v", subjects(got), mark, again)
	}
	deliver(t, p, folder, letter("three", 10), day)
	if got, mark = fetch(t, c, folder, mark); subjects(got) != "three" {
		t.Errorf("new is %q", subjects(got))
	}
	if err := p.Renumber(folder, []byte(letter("one", 10)), []byte(letter("four", 10))); err != nil {
		t.Fatal(err)
	}
	got, anew := fetch(t, c, folder, mark)
	if subjects(got) != "one four" || anew.Validity == mark.Validity || anew.UID != 2 {
		t.Errorf("after a change of UIDVALIDITY: %q, mark %v and %v", subjects(got), mark, anew)
	}
	// The same validity with lower UIDs is a mailbox that was put back.
	if got, back := fetch(t, c, folder, Mark{anew.Validity, 99}); subjects(got) != "one four" || back != anew {
		t.Errorf("after the UIDs fell: %q, %v", subjects(got), back)
	}
}

// TestSince passes over what arrived before, and asks for no body of it.
func TestSince(t *testing.T) {
	p := start(t, postoffice.Options{})
	deliver(t, p, "INBOX", letter("old", 10), day.Add(-time.Second))
	deliver(t, p, "INBOX", letter("new", 10), day)
	deliver(t, p, "INBOX", letter("older", 10), day.AddDate(-1, 0, 0))
	var got []Message
	mark, err := dial(t, at(p.IMAPAddr())).Fetch(t.Context(), "INBOX", Mark{}, day, func(m Message) error { got = append(got, m); return nil })
	if err != nil || subjects(got) != "new" || mark.UID != 3 {
		t.Errorf("got %q, mark %v, %v", subjects(got), mark, err)
	}
}

// TestManyLetters crosses windows of UIDs, and stops where the caller does.
func TestManyLetters(t *testing.T) {
	p := start(t, postoffice.Options{})
	const n = 2*window + 3
	for i := range n {
		deliver(t, p, "INBOX", letter(number(i), 10), day)
	}
	c := dial(t, at(p.IMAPAddr()))
	stop := errors.New("stop")
	var got []Message
	take := func(m Message) error {
		if len(got) == window+7 {
			return stop
		}
		got = append(got, m)
		return nil
	}
	mark, err := c.Fetch(t.Context(), "INBOX", Mark{}, time.Time{}, take)
	if !errors.Is(err, stop) || mark.UID != window+7 {
		t.Fatalf("stopped at %v with %v", mark, err)
	}
	rest, mark := fetch(t, c, "INBOX", mark)
	got = append(got, rest...)
	if len(got) != n || mark.UID != n {
		t.Fatalf("%d letters, mark %v", len(got), mark)
	}
	for i, m := range got {
		if subjects(got[i:i+1]) != number(i) || m.UID != uint32(i+1) {
			t.Fatalf("letter %d is %d %q", i, m.UID, subjects(got[i:i+1]))
		}
	}
}

// TestTooLarge: a letter that is over the limit is handed over with its header
// alone, and the next one comes as usual.
func TestTooLarge(t *testing.T) {
	p := start(t, postoffice.Options{})
	deliver(t, p, "INBOX", letter("large", 5000), day)
	deliver(t, p, "INBOX", letter("small", 10), day)
	config := at(p.IMAPAddr())
	config.MaxLetter = 4000
	got, _ := fetch(t, dial(t, config), "INBOX", Mark{})
	if subjects(got) != "large small" || !got[0].TooLarge || got[1].TooLarge {
		t.Fatalf("got %q, %+v", subjects(got), got)
	}
	if m := got[0]; m.Size < 5000 || string(m.Raw) != "From: a@example.com\r\nSubject: large\r\n\r\n" {
		t.Errorf("%d bytes, header %q", m.Size, m.Raw)
	}
}

// TestUnderstatedSize: a server that tells a small size and sends a large
// letter does not block the mailbox, nor fill the memory.
func TestUnderstatedSize(t *testing.T) {
	for _, c := range []struct {
		size int
		goes bool // the connection is given up
	}{{6000, false}, {20000, true}, {1 << 62, true}} {
		s := oddServer(t, answer{"UID FETCH 1 (UID BODY.PEEK[])", fmt.Sprintf("* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n$ OK done\r\n", c.size, strings.Repeat("x", min(c.size, 20000)))},
			answer{"UID FETCH 1 (UID BODY.PEEK[HEADER])", "* 1 FETCH (UID 1 BODY[HEADER] {4}\r\na: b)\r\n$ OK done\r\n"})
		config := at(s.addr)
		config.MaxLetter = 4000
		var got []Message
		mark, err := dial(t, config).Fetch(t.Context(), "INBOX", Mark{}, time.Time{}, func(m Message) error { got = append(got, m); return nil })
		if len(got) != 1 || !got[0].TooLarge || got[0].Size != int64(c.size) {
			t.Fatalf("%d: got %+v, %v", c.size, got, err)
		}
		if c.goes {
			if err == nil {
				t.Errorf("%d: no error", c.size)
			}
			continue
		}
		if err != nil || mark.UID != 2 || string(got[0].Raw) != "a: b" {
			t.Errorf("%d: mark %v, header %q, %v", c.size, mark, got[0].Raw, err)
		}
	}
}

// TestCutLiteralIsNoLetter cuts the connection at many places inside a letter:
// not one truncated letter may be taken for a whole one, and the mark stays.
func TestCutLiteralIsNoLetter(t *testing.T) {
	p := start(t, postoffice.Options{})
	raw := letter("one", 20000)
	deliver(t, p, "INBOX", raw, day)
	mark := fmt.Sprintf("{%d}", len(raw))
	places := []int{0, 1, 2, 10, 17, 4095, 4096, 4097, len(raw) / 2, len(raw) - 18, len(raw) - 2, len(raw) - 1,
		len(raw), len(raw) + 1, len(raw) + 2} // after the literal: before ")", before the line's end
	for range 30 {
		places = append(places, rand.N(len(raw)))
	}
	for _, n := range places {
		c := dial(t, at(cutter(t, p.IMAPAddr(), mark, n)))
		var got []Message
		to, err := c.Fetch(t.Context(), "INBOX", Mark{}, time.Time{}, func(m Message) error { got = append(got, m); return nil })
		if err == nil || len(got) > 0 || to.UID != 0 {
			t.Errorf("cut after %d of %d bytes: %d letters, mark %v, %v", n, len(raw), len(got), to, err)
		}
	}
	if got, _ := fetch(t, dial(t, at(p.IMAPAddr())), "INBOX", Mark{}); len(got) != 1 || string(got[0].Raw) != raw {
		t.Error("without a cut it is not whole either")
	}
}

// TestOddServers: what servers say that is not as it should be.
func TestOddServers(t *testing.T) {
	list := "UID FETCH 1:2 (UID INTERNALDATE RFC822.SIZE)"
	one := "UID FETCH 1 (UID INTERNALDATE RFC822.SIZE)"
	body := "UID FETCH 1 (UID BODY.PEEK[])"
	for _, c := range []struct {
		name    string
		answers []answer
		want    string // the letters' bytes, or
		err     string // in the error
	}{
		{"as usual", nil, "hello", ""},
		{"no UIDNEXT", []answer{{"EXAMINE", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n$ OK open\r\n"}, {"FETCH 1 (UID)", "* 1 FETCH (UID 2)\r\n$ OK done\r\n"}}, "hello", ""},
		{"no UIDVALIDITY", []answer{{"EXAMINE", "* 1 EXISTS\r\n* OK [UIDNEXT 3] ok\r\n$ OK open\r\n"}}, "", "UIDVALIDITY"},
		{"lines that nobody knows", []answer{{list, "* XAPPLEPUSHSERVICE \"x\" {3}\r\na\r\n (y)\r\n* 3 RECENT\r\n* 1 FETCH (INTERNALDATE \"24-Mar-2021 10:05:00 +0800\" RFC822.SIZE 5 UID 1)\r\n* SEARCH\r\n$ OK done\r\n"}}, "hello", ""},
		{"a letter beyond the range", []answer{{list, "* 2 FETCH (UID 9 INTERNALDATE \"24-Mar-2021 10:05:00 +0800\" RFC822.SIZE 5)\r\n$ OK done\r\n"}}, "", ""},
		{"no INTERNALDATE", []answer{{list, "* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n$ OK done\r\n"}}, "hello", ""},
		{"flags in between", []answer{{body, "* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n$ OK done\r\n"}}, "hello", ""},
		{"a quoted body", []answer{{body, "* 1 FETCH (UID 1 BODY[] \"hello\")\r\n$ OK done\r\n"}}, "hello", ""},
		{"no body", []answer{{body, "* 1 FETCH (UID 1 BODY[] NIL)\r\n$ OK done\r\n"}}, "", ""},
		{"a letter that has gone", []answer{{body, "$ OK done\r\n"}, {one, "$ OK done\r\n"}}, "-", ""},
		{"UID after the literal", []answer{{body, "* 1 FETCH (BODY[] {5}\r\nhello UID 1)\r\n$ OK done\r\n"}}, "", "does not send"},
		{"a refused body", []answer{{body, "$ NO busy\r\n"}}, "", "busy"},
		{"a literal and then a refusal", []answer{{body, "* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n$ NO read error\r\n"}}, "", "read error"},
		{"the end in a list", []answer{{list, "* 1 FETCH (UID 1 INTERNALDATE"}, {list, "hang up"}}, "", "list letters"},
		{"a line without end", []answer{{list, "* 1 FETCH (UID 1 " + strings.Repeat("x", 2*longestLine)}}, "", "too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := at(oddServer(t, c.answers...).addr)
			config.Timeout = 500 * time.Millisecond
			var got []Message
			mark, err := dial(t, config).Fetch(t.Context(), "INBOX", Mark{}, time.Time{}, func(m Message) error { got = append(got, m); return nil })
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) || len(got) > 0 || mark.UID != 0 {
					t.Errorf("%d letters, mark %v, %v", len(got), mark, err)
				}
				return
			}
			if err != nil || mark != (Mark{7, 2}) {
				t.Fatalf("mark %v, %v", mark, err)
			}
			if c.want == "-" || c.name == "a letter beyond the range" {
				if len(got) > 0 {
					t.Errorf("got %+v", got)
				}
				return
			}
			if len(got) != 1 || string(got[0].Raw) != c.want || got[0].Arrived.IsZero() {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestHighUIDs: Coremail's begin beyond 1.3 billion, and a first start must
// not walk there in steps of 500. Letters that a server lists out of order are
// handed over in order.
func TestHighUIDs(t *testing.T) {
	item := func(uid string) string {
		return "* 1 FETCH (UID " + uid + " INTERNALDATE \"24-Mar-2021 10:05:00 +0800\" RFC822.SIZE 5)\r\n"
	}
	s := oddServer(t, answer{"EXAMINE", "* 2 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 4294967295] ok\r\n$ OK open\r\n"},
		answer{"UID FETCH 1321000000 (UID BODY", "* 1 FETCH (UID 1321000000 BODY[] {5}\r\nfirst)\r\n$ OK done\r\n"},
		answer{"UID FETCH 1321000009 (UID BODY", "* 1 FETCH (UID 1321000009 BODY[] {6}\r\nsecond)\r\n$ OK done\r\n"},
		// A server that answers every range with all that it has is bounded by us.
		answer{"UID FETCH ", item("1321000009") + item("1321000000") + "$ OK done\r\n"})
	got, mark := fetch(t, dial(t, at(s.addr)), "INBOX", Mark{})
	if len(got) != 2 || string(got[0].Raw) != "first" || string(got[1].Raw) != "second" || mark.UID != 4294967294 {
		t.Errorf("got %+v, mark %v", got, mark)
	}
	if n := strings.Count(s.heard(), "RFC822.SIZE"); n > 20 {
		t.Errorf("asked for %d ranges", n)
	}
}

// TestDeadConnection: whoever says nothing, or a byte now and then, is left.
func TestDeadConnection(t *testing.T) {
	s := oddServer(t, answer{"EXAMINE", "* 1 EXISTS\r\n"})
	config := at(s.addr)
	config.Timeout = 100 * time.Millisecond
	if _, err := dial(t, config).Count(t.Context(), "INBOX"); err == nil {
		t.Error("a silent server was waited for")
	}
	ctx, cancel := context.WithCancel(t.Context())
	config.Timeout = time.Hour
	c := dial(t, config)
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := c.Count(ctx, "INBOX"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context's end: %v", err)
	}
}

// TestKeptConnection: a connection that ended while it rested is made anew, with ID.
func TestKeptConnection(t *testing.T) {
	p := start(t, postoffice.Options{RequireID: true})
	c := dial(t, at(p.IMAPAddr()))
	_, mark := fetch(t, c, "INBOX", Mark{})
	deliver(t, p, "INBOX", letter("one", 10), day)
	p.Disconnect()
	if got, _ := fetch(t, c, "INBOX", mark); subjects(got) != "one" {
		t.Errorf("got %q", subjects(got))
	}
	if p.Logins() != 2 {
		t.Errorf("%d logins", p.Logins())
	}
	p.RefuseLogin(true)
	p.Disconnect()
	if _, err := c.Count(t.Context(), "INBOX"); !errors.Is(err, ErrLogin) {
		t.Errorf("a password that is refused at a new connection: %v", err)
	}
}

// TestRestingConnection: between commands nothing is to be heard, and that is
// no reason to give the connection up.
func TestRestingConnection(t *testing.T) {
	p := start(t, postoffice.Options{})
	config := at(p.IMAPAddr())
	config.Timeout = 150 * time.Millisecond
	c := dial(t, config)
	fetch(t, c, "INBOX", Mark{})
	select {
	case <-c.imap.Closed():
		t.Error("the connection was given up")
	case <-time.After(400 * time.Millisecond):
	}
	fetch(t, c, "INBOX", Mark{})
	if p.Logins() != 1 {
		t.Errorf("%d logins", p.Logins())
	}
}

// TestFolders: a folder that is not there is named, with those that are.
func TestFolders(t *testing.T) {
	p := start(t, postoffice.Options{Folders: []string{"垃圾邮件", "A&B"}})
	c := dial(t, at(p.IMAPAddr()))
	names, err := c.Folders(t.Context())
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"A&B", "INBOX", "垃圾邮件"}) {
		t.Errorf("folders %q, %v", names, err)
	}
	if _, err := c.Count(t.Context(), "A&B"); err != nil {
		t.Error(err)
	}
	if _, err := c.Count(t.Context(), "inbox"); err != nil {
		t.Error(err)
	}
	_, err = c.Count(t.Context(), "广告邮件")
	if !errors.Is(err, ErrNoFolder) || !strings.Contains(err.Error(), "广告邮件") || !strings.Contains(err.Error(), "垃圾邮件") {
		t.Errorf("a folder that is not there: %v", err)
	}
	// A busy server says no as well; that is no missing folder.
	s := oddServer(t, answer{"EXAMINE", "$ NO System busy!\r\n"}, answer{"LIST", "* LIST () \"/\" INBOX\r\n$ OK done\r\n"})
	if _, err := dial(t, at(s.addr)).Count(t.Context(), "INBOX"); err == nil || errors.Is(err, ErrNoFolder) {
		t.Errorf("a busy server: %v", err)
	}
}

// TestIdle wakes when a letter comes, and at once where one came before.
func TestIdle(t *testing.T) {
	p := start(t, postoffice.Options{})
	c := dial(t, at(p.IMAPAddr()))
	if !c.CanIdle() {
		t.Fatal("the server cannot idle")
	}
	_, mark := fetch(t, c, "INBOX", Mark{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Idle(ctx, "INBOX", time.Hour); err != nil {
		t.Errorf("after the context's end: %v", err)
	}
	if err := c.Idle(t.Context(), "INBOX", time.Millisecond); err != nil {
		t.Errorf("after the time: %v", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { p.Deliver("INBOX", []byte(letter("one", 10)), day) })
	if err := c.Idle(t.Context(), "INBOX", time.Hour); err != nil {
		t.Error(err)
	}
	got, mark := fetch(t, c, "INBOX", mark)
	if subjects(got) != "one" {
		t.Errorf("got %q", subjects(got))
	}
	deliver(t, p, "INBOX", letter("two", 10), day)
	if err := c.Idle(t.Context(), "INBOX", time.Hour); err != nil {
		t.Error(err)
	}
	if got, _ := fetch(t, c, "INBOX", mark); subjects(got) != "two" {
		t.Errorf("got %q", subjects(got))
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := c.Idle(ctx, "INBOX", time.Hour); err != nil {
		t.Error(err)
	}
	fetch(t, c, "INBOX", mark)
	if p.Logins() != 1 {
		t.Errorf("%d logins: the end of waiting ended the connection", p.Logins())
	}
}

// TestQuietLook counts what a look that finds nothing says to the server: one
// EXAMINE for each folder on the kept connection, however many letters lie
// there, and no other command before it waits.
func TestQuietLook(t *testing.T) {
	p := start(t, postoffice.Options{Folders: []string{"Archive"}})
	for i := range 700 {
		deliver(t, p, "INBOX", letter(fmt.Sprintf("in %d", i), 10), day)
	}
	deliver(t, p, "Archive", letter("old", 10), day)
	c := dial(t, at(p.IMAPAddr()))
	_, inbox := fetch(t, c, "INBOX", Mark{})
	_, archive := fetch(t, c, "Archive", Mark{})
	before := p.Commands()
	for range 3 {
		if got, _ := fetch(t, c, "Archive", archive); len(got) > 0 {
			t.Errorf("met again %q", subjects(got))
		}
		if got, _ := fetch(t, c, "INBOX", inbox); len(got) > 0 {
			t.Errorf("met again %q", subjects(got))
		}
		if err := c.Idle(t.Context(), "INBOX", time.Millisecond); err != nil {
			t.Error(err)
		}
	}
	after := p.Commands()
	for command, n := range map[string]int{"EXAMINE": 6, "IDLE": 3, "": 3} { // a bare DONE ends IDLE
		if after[command]-before[command] != n {
			t.Errorf("%d times %q, want %d", after[command]-before[command], command, n)
		}
		delete(after, command)
		delete(before, command)
	}
	if !maps.Equal(before, after) {
		t.Errorf("other commands: %v, then %v", before, after)
	}
	// What came between the look and the waiting ends the waiting at once.
	fetch(t, c, "INBOX", inbox)
	deliver(t, p, "INBOX", letter("new", 10), day)
	if err := c.Idle(t.Context(), "INBOX", time.Hour); err != nil {
		t.Error(err)
	}
	if got, _ := fetch(t, c, "INBOX", inbox); subjects(got) != "new" {
		t.Errorf("got %q", subjects(got))
	}
	// A folder that was opened long ago is looked at again.
	c.since = c.since.Add(-time.Minute)
	before = p.Commands()
	if err := c.Idle(t.Context(), "INBOX", time.Millisecond); err != nil {
		t.Error(err)
	}
	if after := p.Commands(); after["EXAMINE"] != before["EXAMINE"]+1 {
		t.Error("a folder that was opened long ago is taken as it was")
	}
}
