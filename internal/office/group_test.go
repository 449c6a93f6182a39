package office_test

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tongbao/internal/clerk"
	"tongbao/internal/letter"
	"tongbao/internal/office"
	"tongbao/internal/store"
)

// mailed is a letter of the mailbox with a progress table of one project.
func mailed(t *testing.T, uid uint32, from, who string, month, done int) *office.Incoming {
	t.Helper()
	arrived := on(3, 24, 9, int(uid))
	raw, err := letter.Compose(letter.Draft{From: mail.Address{Address: from}, To: ours, Subject: fmt.Sprintf("%s%d月报表", who, month), Date: arrived,
		MessageID: fmt.Sprintf("%d@example.com", uid), Text: "见附件",
		Attachments: []letter.Attachment{{Name: "a.csv", Type: "text/csv", Data: []byte(progress(who, month, fmt.Sprintf("滨江路,城南,市政公司,12000,5000,300,%d", done)))}}})
	if err != nil {
		t.Fatal(err)
	}
	return &office.Incoming{Raw: raw, Arrival: store.Arrival{Via: "mail", Folder: "INBOX", Validity: 1, UID: uid, Arrived: arrived}}
}

// keepAndOpen brings a group to where it can be recorded.
func keepAndOpen(t *testing.T, o *office.Office, group []*office.Incoming) {
	t.Helper()
	err := o.Keep(t.Context(), group, map[string]bool{}, on(3, 24, 12, 0))
	if err == nil {
		err = o.Open(t.Context(), group)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// recordAll records a group as the daemon does, and returns how many letters
// each transaction took.
func recordAll(t *testing.T, o *office.Office, group []*office.Incoming, between func()) (counts []int) {
	t.Helper()
	var own office.Watch
	for len(group) > 0 {
		ready, err := o.Ready(t.Context(), group, office.Prepared{}, on(3, 24, 12, 0))
		if err != nil {
			t.Fatal(err)
		}
		if between != nil {
			between()
		}
		n, err := o.Record(t.Context(), ready, &own, on(3, 24, 12, 0))
		if err != nil {
			t.Fatal(err)
		}
		counts, group = append(counts, n), group[n:]
	}
	return counts
}

// told is what the store says of the letters: state and versions of the tables.
func told(t *testing.T, o *office.Office, group []*office.Incoming) (out []string) {
	t.Helper()
	for _, in := range group {
		err := o.Store.View(func(tx *store.Tx) error {
			l, _, err := tx.Letter(in.ID)
			line := string(l.State)
			for _, s := range l.Tables {
				line += fmt.Sprintf(" %s %d %s", s.Submitter, s.Version, s.Reason)
			}
			out = append(out, line)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func markOf(t *testing.T, o *office.Office) (m store.Mark) {
	t.Helper()
	if err := o.Store.View(func(tx *store.Tx) (err error) { m, err = tx.Mark("INBOX"); return err }); err != nil {
		t.Fatal(err)
	}
	return m
}

// rebuilt is an office on the letters and the journal of another.
func rebuilt(t *testing.T, o *office.Office) *office.Office {
	t.Helper()
	dir := o.Store.Dir()
	if err := o.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "tongbao.db")); err != nil {
		t.Fatal(err)
	}
	st, err := store.OpenAnew(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	again := *o
	again.Store = st
	if err := again.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	return &again
}

const (
	xiushui  = "xs@xiushui.example.com"
	yongxiu  = "yx@yongxiu.example.com"
	stranger = "who@elsewhere.example.com"
)

// TestGroup records letters of different senders in one transaction, no two of
// one sender, whatever its address, in their order, with the mark.
func TestGroup(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	group := []*office.Incoming{mailed(t, 1, xiushui, "修水县", 3, 900), mailed(t, 2, stranger, "武宁县", 3, 1), mailed(t, 3, yongxiu, "永修县", 3, 800),
		mailed(t, 4, xiushui, "修水县", 3, 950), mailed(t, 5, yongxiu, "永修县", 3, 800), mailed(t, 4, xiushui, "修水县", 3, 950)}
	group[5].UID = 6 // delivered twice
	keepAndOpen(t, o, group)
	if counts := recordAll(t, o, group, nil); !slices.Equal(counts, []int{3, 3}) {
		t.Errorf("the transactions took %v letters", counts)
	}
	want := []string{"taken 修水县 1 ", "quarantined", "taken 永修县 1 ", "taken 修水县 2 ", "repeated 永修县 0 与已收到的第1版内容相同", "taken 修水县 2 "}
	if got := told(t, o, group); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if m := markOf(t, o); m.UID != 6 {
		t.Errorf("the mark is at %d", m.UID)
	}
	if n := len(items(t, o, "receipt/")); n != 4 {
		t.Errorf("%d receipts", n)
	}
	if again := rebuilt(t, o); !slices.Equal(told(t, again, group), want) {
		t.Errorf("rebuilt: %q", told(t, again, group))
	}
}

// TestGroupAndPerson lets the office assign an address while letters are under
// way: what was read before is read again, the letters are apart now, and a
// rebuild comes to the same.
func TestGroupAndPerson(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	first := mailed(t, 1, stranger, "修水县", 3, 700)
	keepAndOpen(t, o, []*office.Incoming{first})
	recordAll(t, o, []*office.Incoming{first}, nil)
	group := []*office.Incoming{mailed(t, 2, xiushui, "修水县", 3, 900), mailed(t, 3, stranger, "修水县", 3, 950), mailed(t, 4, yongxiu, "永修县", 3, 800)}
	keepAndOpen(t, o, group)
	assigned := false
	counts := recordAll(t, o, group, func() {
		if !assigned {
			assigned = true
			if _, err := o.Assign(t.Context(), first.ID, "修水县", true, "office", on(3, 24, 12, 0)); err != nil {
				t.Fatal(err)
			}
		}
	})
	if !slices.Equal(counts, []int{1, 2}) {
		t.Errorf("the transactions took %v letters", counts)
	}
	group = append([]*office.Incoming{first}, group...)
	want := []string{"taken 修水县 1 ", "taken 修水县 2 ", "taken 修水县 3 ", "taken 永修县 1 "}
	if got := told(t, o, group); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if again := rebuilt(t, o); !slices.Equal(told(t, again, group), want) {
		t.Errorf("rebuilt: %q", told(t, again, group))
	}
}

// TestGroupsInOrder: a letter that is stamped anew, because something was
// decided since it was kept, stays before those that were kept after that.
func TestGroupsInOrder(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	a, b := mailed(t, 1, xiushui, "修水县", 3, 900), mailed(t, 2, xiushui, "修水县", 3, 950)
	keepAndOpen(t, o, []*office.Incoming{a})
	if err := o.Extend(month(3), "修水县", on(3, 31, 18, 0), "office", on(3, 24, 12, 0)); err != nil {
		t.Fatal(err)
	}
	keepAndOpen(t, o, []*office.Incoming{b})
	imported := mailed(t, 3, yongxiu, "永修县", 3, 800)
	recordAll(t, o, []*office.Incoming{a}, nil)
	if _, err := o.Receive(t.Context(), store.Arrival{Via: "import", Name: "c.eml", Arrived: on(3, 24, 12, 0)}, imported.Raw, on(3, 24, 12, 0)); err != nil {
		t.Fatal(err)
	}
	recordAll(t, o, []*office.Incoming{b}, nil)
	want := []string{"taken 修水县 1 ", "taken 修水县 2 "}
	if got := told(t, o, []*office.Incoming{a, b}); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if again := rebuilt(t, o); !slices.Equal(told(t, again, []*office.Incoming{a, b}), want) {
		t.Errorf("rebuilt: %q", told(t, again, []*office.Incoming{a, b}))
	}
}

// TestGroupFails: where a group cannot be recorded each letter is by itself,
// and the one to blame keeps neither those before it from being recorded nor
// repeats them.
func TestGroupFails(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	group := []*office.Incoming{mailed(t, 1, xiushui, "修水县", 3, 900), mailed(t, 2, yongxiu, "永修县", 3, 800), mailed(t, 3, stranger, "武宁县", 3, 1)}
	keepAndOpen(t, o, group)
	commits := 0
	store.Step = func(point string) error {
		if point == "before commit" {
			if commits++; commits == 1 || commits == 3 {
				return errors.New("no space left")
			}
		}
		return nil
	}
	defer func() { store.Step = nil }()
	ready, err := o.Ready(t.Context(), group, office.Prepared{}, on(3, 24, 12, 0))
	if err == nil {
		_, err = o.Record(t.Context(), ready, &office.Watch{}, on(3, 24, 12, 0))
	}
	if err == nil {
		t.Error("no error is told")
	}
	if got := told(t, o, group); got[0] != "taken 修水县 1 " || got[1] != "" || got[2] != "" || markOf(t, o).UID != 1 {
		t.Errorf("%q, mark %v", got, markOf(t, o))
	}
	group = []*office.Incoming{mailed(t, 2, yongxiu, "永修县", 3, 800), mailed(t, 3, stranger, "武宁县", 3, 1)} // they come again
	keepAndOpen(t, o, group)
	recordAll(t, o, group, nil)
	if got := told(t, o, group); got[0] != "taken 永修县 1 " || got[1] != "quarantined" || markOf(t, o).UID != 3 {
		t.Errorf("%q, mark %v", got, markOf(t, o))
	}
	if n := len(items(t, o, "receipt/")); n != 2 {
		t.Errorf("%d receipts", n)
	}
}

// TestPoison: a letter over which the program itself fails is recorded as
// unreadable, its sender is told, and the others of its group are read.
func TestPoison(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	group := []*office.Incoming{mailed(t, 1, xiushui, "修水县", 3, 900), mailed(t, 2, yongxiu, "永修县", 3, 800)}
	keepAndOpen(t, o, group)
	office.BeforeReading(func(name string) {
		if name == group[0].Name {
			panic("index out of range")
		}
	})
	defer office.BeforeReading(nil)
	recordAll(t, o, group, nil)
	if got := told(t, o, group); got[0] != "rejected" || got[1] != "taken 永修县 1 " || markOf(t, o).UID != 2 {
		t.Errorf("%q, mark %v", got, markOf(t, o))
	}
	if n := len(items(t, o, "receipt/")); n != 2 {
		t.Errorf("%d answers", n)
	}
}

// small tells of no letter but alone.
type small struct {
	inProcess
	alone []string
}

func (s *small) Open(ctx context.Context, name string, raw []byte) (clerk.Opened, error) {
	s.alone = append(s.alone, name)
	return s.inProcess.Open(ctx, name, raw)
}

func (s *small) OpenSmall(ctx context.Context, name string, raw []byte, most int) (clerk.Opened, bool, error) {
	if out, err := s.inProcess.Open(ctx, name, raw); err != nil || out.Header.From != xiushui {
		return out, true, err
	}
	return clerk.Opened{Large: true}, false, nil
}

// TestLargeWaits: a letter of which there is much to tell is opened when its
// turn comes, and comes in its order.
func TestLargeWaits(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	opener := &small{}
	o.Opener = opener
	group := []*office.Incoming{mailed(t, 1, yongxiu, "永修县", 3, 800), mailed(t, 2, xiushui, "修水县", 3, 900), mailed(t, 3, stranger, "武宁县", 3, 1)}
	keepAndOpen(t, o, group)
	if len(opener.alone) != 0 {
		t.Errorf("%v were opened too soon", opener.alone)
	}
	if counts := recordAll(t, o, group, nil); !slices.Equal(counts, []int{1, 1, 1}) {
		t.Errorf("the transactions took %v letters", counts)
	}
	if got := told(t, o, group); got[1] != "taken 修水县 1 " || !slices.Equal(opener.alone, []string{group[1].Name}) {
		t.Errorf("%q, alone %q", got, opener.alone)
	}
}

// TestKeptBefore: of a letter that a process kept which died before it was
// recorded, the sidecar says when it was taken in at last.
func TestKeptBefore(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	keepAndOpen(t, o, []*office.Incoming{mailed(t, 1, xiushui, "修水县", 3, 900)})
	if err := o.Extend(month(3), "修水县", on(3, 31, 18, 0), "office", on(3, 24, 12, 0)); err != nil {
		t.Fatal(err)
	}
	in := mailed(t, 1, xiushui, "修水县", 3, 900)
	keepAndOpen(t, o, []*office.Incoming{in})
	recordAll(t, o, []*office.Incoming{in}, nil)
	kept, err := o.Store.Kept()
	if err != nil || len(kept) != 1 || kept[0].After != in.After || !kept[0].Taken.Equal(in.Taken) || in.After == 0 {
		t.Errorf("kept %+v: %v; taken %v after %d", kept, err, in.Taken, in.After)
	}
}

// TestReadBeside reads letters while others are recorded: not those of the same
// sender, and none beside one whose sender is not known yet. What was read so is
// not read again, unless somebody else changed the store.
func TestReadBeside(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	opener := &small{}
	o.Opener = opener
	now := on(3, 24, 12, 0)
	group := []*office.Incoming{mailed(t, 1, yongxiu, "永修县", 3, 800), mailed(t, 2, stranger, "武宁县", 3, 1), mailed(t, 3, yongxiu, "永修县", 3, 850),
		mailed(t, 4, xiushui, "修水县", 3, 900), mailed(t, 5, yongxiu, "永修县", 3, 870)}
	keepAndOpen(t, o, group)
	read := 0
	office.BeforeReading(func(string) { read++ })
	defer office.BeforeReading(nil)
	ready := func(list []*office.Incoming, beside office.Prepared, want int) office.Prepared {
		t.Helper()
		p, err := o.Ready(t.Context(), list, beside, now)
		if err != nil || len(p.Letters) != want {
			t.Fatalf("%d letters are ready, want %d: %v", len(p.Letters), want, err)
		}
		return p
	}
	var own office.Watch
	record := func(p office.Prepared, want int) {
		t.Helper()
		before := read
		if n, err := o.Record(t.Context(), p, &own, now); err != nil || n != len(p.Letters) || read-before != want {
			t.Fatalf("%d letters were recorded, %d were read again, want %d: %v", n, read-before, want, err)
		}
	}
	first := ready(group[:1], office.Prepared{}, 1)
	second := ready(group[1:], first, 1) // the third is of the first one's sender
	record(first, 0)
	record(second, 0)
	third := ready(group[2:], second, 1)
	ready(group[2:], first, 0)
	ready(group[3:], third, 0) // a large one has the office for itself
	if err := o.Extend(month(3), "修水县", on(3, 31, 18, 0), "office", now); err != nil {
		t.Fatal(err)
	}
	record(third, 1)
	large := ready(group[3:], office.Prepared{}, 1)
	ready(group[4:], large, 0)
	record(large, 0)
	record(ready(group[4:], office.Prepared{}, 1), 0)
	want := []string{"taken 永修县 1 ", "quarantined", "taken 永修县 2 ", "taken 修水县 1 ", "taken 永修县 3 "}
	if got := told(t, o, group); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
