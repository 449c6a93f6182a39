package office

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/store"
)

// Incoming is a letter on its way in. A mailbox is read in groups: they are
// kept together, opened side by side and recorded in one transaction, because
// each of these waits for the disk or for another process.
type Incoming struct {
	store.Arrival
	Raw    []byte       // the header at most where the letter is too large or unreadable
	Letter store.Letter // what became of it

	copied bool // its content was taken in, or stands before it
	silent bool // nobody is answered
	large  bool // it is opened when its turn comes, alone
	opened clerk.Opened
	back   returned
}

// largestSmall is how much may be told of a letter that is opened beside others,
// in bytes: a month's three workbooks are a tenth of it.
const largestSmall = 1 << 20

// Keep gives the letters their ids and puts those that are new into letters/,
// synced, before anybody judges them. Before are the contents that were kept
// in this reading of the mailbox and are not recorded yet; those of the group
// are added.
func (o *Office) Keep(ctx context.Context, group []*Incoming, before map[string]bool, now time.Time) error {
	var fresh []*Incoming
	for _, in := range group {
		if (in.TooLarge > 0 || in.Unreadable != "") && len(in.Raw) == 0 {
			in.Raw = fmt.Appendf(nil, "X-Tongbao-Left-On-Server: %s/%d/%d\r\n\r\n", in.Folder, in.Validity, in.UID)
		}
		in.ID, in.Content = identify(in.Arrival, in.Raw, o.Rules.Terms.Zone)
		if in.Name == "" {
			in.Name = in.ID + ".eml"
		}
		known, err := o.known(in.Arrival)
		if err != nil {
			return err
		}
		if in.copied = known.ID != "" || before[in.Content]; in.copied {
			continue
		}
		before[in.Content] = true
		if in.Taken, in.After, err = o.Store.Stamp(now); err != nil {
			return err
		}
		fresh = append(fresh, in)
	}
	if len(fresh) == 0 {
		return nil
	}
	err := atOnce(fresh, func(in *Incoming) (err error) { in.Proof, err = o.prove(ctx, in.Arrival, in.Raw); return err })
	if err != nil {
		return err
	}
	kept := make([]store.Arriving, len(fresh))
	for i, in := range fresh {
		kept[i] = store.Arriving{Arrival: in.Arrival, Raw: in.Raw}
	}
	return o.Store.KeepAll(kept)
}

// Open has the clerk open the letters, as many at a time as there are
// processors. One of which there is much to tell is left for its turn, so that
// a group of them does not fill the memory. It neither reads nor changes the store.
func (o *Office) Open(ctx context.Context, group []*Incoming) error {
	return atOnce(group, func(in *Incoming) (err error) {
		switch {
		case in.copied:
		case len(group) == 1:
			in.opened, err = o.open(ctx, in.Arrival, in.Raw)
		default:
			var small bool
			in.opened, small, err = o.openSmall(ctx, in.Arrival, in.Raw)
			in.large = !small
		}
		return err
	})
}

// atOnce does something with each letter, side by side.
func atOnce(group []*Incoming, do func(*Incoming) error) error {
	if len(group) == 1 {
		return do(group[0])
	}
	errs := make([]error, len(group))
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i, in := range group {
		turns <- struct{}{}
		wait.Go(func() {
			errs[i] = do(in)
			<-turns
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// largestGroup is how many letters are recorded in one transaction. A person's
// act waits no longer than for that.
const largestGroup = 16

// Prepared are letters that are ready to be recorded.
type Prepared struct {
	Letters []*Incoming
	senders map[string]bool
	changes int // of the store, before they were read
}

// Ready reads as many letters at the head of the list, which were kept and
// opened, as are recorded together, and makes what goes back with their answers.
// It changes nothing, and people may act meanwhile. Those beside them, if any,
// are recorded meanwhile: a letter of one of their senders waits, so that there
// may be none that is ready.
func (o *Office) Ready(ctx context.Context, list []*Incoming, beside Prepared, now time.Time) (ready Prepared, err error) {
	if ready.changes, err = o.Store.Changes(); err != nil {
		return ready, err
	}
	var n int
	if n, ready.senders, err = o.apart(list, beside.senders); err != nil {
		return ready, err
	}
	ready.Letters = list[:n]
	return ready, atOnce(ready.Letters, func(in *Incoming) error { return o.prepare(ctx, in, now) })
}

// anybody stands among the senders where no letter is to be read beside theirs.
const anybody = "*"

// apart is how many letters at the head of the list are recorded together: no
// two of one sender, and none of those that are met. What a letter is held
// against are the earlier ones of its own sender, so that they can be read side
// by side and nothing depends on how a mailbox is cut into groups.
func (o *Office) apart(list []*Incoming, met map[string]bool) (n int, senders map[string]bool, err error) {
	senders = map[string]bool{}
	if met[anybody] {
		return 0, senders, nil
	}
	return n, senders, o.Store.View(func(t *store.Tx) error {
		for ; n < min(len(list), largestGroup); n++ {
			in := list[n]
			if in.copied {
				continue
			}
			if in.large && n > 0 { // its sender is not known before its turn
				return nil
			}
			who := ""
			if in.opened.Header != nil {
				who = strings.ToLower(in.opened.Header.From)
			}
			alone := in.large || o.isApprover(who) // his word goes into the journal: what follows comes after it
			if alone && (n > 0 || len(met) > 0) {
				return nil
			}
			if s, ok := o.submitterOf(t, who); ok {
				who = "/" + s.Name
			}
			if who != "" && (met[who] || senders[who]) {
				return nil
			}
			senders[who] = true
			if alone {
				n++
				senders[anybody] = true
				return nil
			}
		}
		return nil
	})
}

// Watch tells what a reading of the mailbox recorded itself from what others
// changed meanwhile. The zero value has recorded nothing.
type Watch struct {
	since int // the store's change that may have been another's
	last  int // the store's last change, when the reading recorded last
}

// Record takes in letters of different senders in one transaction, with the
// mailbox's mark, and returns how many these were. Where others have changed the
// store since they were read, by a person's act, they are read again.
func (o *Office) Record(ctx context.Context, ready Prepared, w *Watch, now time.Time) (n int, err error) {
	changes, err := o.Store.Changes()
	if err != nil {
		return 0, err
	}
	if changes != w.last {
		w.since = changes
	}
	if ready.changes < w.since {
		for _, in := range ready.Letters {
			in.back = returned{}
		}
		if ready, err = o.Ready(ctx, ready.Letters, Prepared{}, now); err != nil {
			return 0, err
		}
	}
	if err := o.stampAnew(ctx, ready.Letters, now); err != nil {
		return 0, err
	}
	if err := o.record(ctx, ready.Letters, now); err != nil {
		return 0, err
	}
	w.last, err = o.Store.Changes()
	return len(ready.Letters), err
}

// record takes in letters in one transaction. Where that fails each has one of
// its own, so that only the one to blame comes again, and those behind it.
func (o *Office) record(ctx context.Context, group []*Incoming, now time.Time) error {
	err := o.Store.Update(now, func(t *store.Tx) error {
		for _, in := range group {
			if err := o.conclusion(t, in, now); err != nil {
				return fmt.Errorf("take in letter %q: %w", in.ID, err)
			}
		}
		return nil
	})
	if err != nil && len(group) > 1 && ctx.Err() == nil {
		for _, in := range group {
			if err := o.record(ctx, []*Incoming{in}, now); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, in := range group {
		in.opened, in.back = clerk.Opened{}, returned{} // they are large
		l := in.Letter
		if in.copied {
			o.Log.Debug("letter is known", "letter", l.ID, "folder", in.Folder, "uid", in.UID)
			continue
		}
		o.lastTaken = in.Taken
		o.Log.Info("letter taken in", "letter", l.ID, "from", l.From, "state", l.State, "submitter", l.Sender, "tables", len(l.Tables), "reason", l.Reason)
	}
	return nil
}

// stampAnew puts letters behind what was decided and taken in since they were
// kept: a rebuild must meet all of it in the order in which it took effect. An
// address that was assigned meanwhile has its letter verified, too.
func (o *Office) stampAnew(ctx context.Context, group []*Incoming, now time.Time) error {
	written, err := o.Store.Written()
	if err != nil {
		return err
	}
	last := o.lastTaken
	for _, in := range group {
		if in.copied {
			continue
		}
		if in.After >= written && in.Taken.After(last) {
			last = in.Taken
			continue
		}
		if in.Taken, in.After, err = o.Store.Stamp(now); err != nil {
			return err
		}
		last = in.Taken
		if in.Proof == nil {
			if in.Proof, err = o.prove(ctx, in.Arrival, in.Raw); err != nil {
				return err
			}
		}
		if err := o.Store.Stamped(in.Arrival); err != nil {
			return err
		}
	}
	return nil
}

// start is the letter before anything was decided about it.
func (in *Incoming) start() store.Letter {
	l := store.Letter{Arrival: in.Arrival}
	if h := in.opened.Header; h != nil {
		l.From, l.FromName, l.Subject, l.MessageID = strings.ToLower(h.From), h.FromName, h.Subject, h.MessageID
		l.References = h.References
	}
	return l
}

// answered reports whether the letter came recently enough for an answer.
func (o *Office) answered(in *Incoming, now time.Time) bool {
	return !in.silent && now.Sub(in.Arrived) <= o.Rules.AnswerWithin
}

// prepare reads a letter and makes what goes back with its answer.
func (o *Office) prepare(ctx context.Context, in *Incoming, now time.Time) (err error) {
	if in.copied {
		return nil
	}
	if in.large {
		if in.opened, err = o.open(ctx, in.Arrival, in.Raw); err != nil {
			return err
		}
	}
	if !o.answered(in, now) {
		in.back.read, err = o.understood(in.start(), in.opened, "")
		return err
	}
	if in.back, err = o.mark(ctx, in.start(), in.opened, in.Raw, ""); err != nil {
		return fmt.Errorf("mark letter %q: %w", in.ID, err)
	}
	return nil
}

// conclusion decides one letter and records it.
func (o *Office) conclusion(t *store.Tx, in *Incoming, now time.Time) error {
	id := t.ByContent(in.Content)
	if in.copied = in.copied || id != "" && !in.silent; in.copied {
		l, ok, err := t.Letter(id)
		if err != nil || !ok {
			return orUnknown(err, "letter with the content", in.Content)
		}
		in.Letter = l
		return mark(t, in.Arrival)
	}
	l := in.start()
	if !in.silent && in.Unreadable != "" {
		if err := o.tellUnreadable(t, l); err != nil {
			return err
		}
	}
	verdict, err := o.approve(t, &l, in.opened, !in.silent)
	if err == nil && !verdict {
		err = o.decide(t, &l, in.opened, "", o.answered(in, now), in.back)
	}
	if err != nil {
		return err
	}
	in.Letter = l
	if err := t.PutLetter(l); err != nil {
		return err
	}
	return mark(t, in.Arrival)
}
