package daemon

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"tongbao/internal/mailbox"
	"tongbao/internal/office"
	"tongbao/internal/store"
)

// waits is the ladder on which a failing mailbox is tried again.
var waits = []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}

// loginWait follows a refused password: 163 locks who insists.
const loginWait = 15 * time.Minute

// noteEvery is how often a mailbox that is read without trouble is noted in the
// store: each note costs a sync of the disk.
const noteEvery = 6 * time.Hour

// readMailbox takes in what is new in all folders. It reports whether every
// folder was read to its end.
func (d *Daemon) readMailbox(ctx context.Context, now time.Time) bool {
	if d.house.Config.Mailbox.Host == "" {
		return true
	}
	if now.Before(d.box.notYet) {
		return false
	}
	err := d.readFolders(ctx, now)
	if ctx.Err() != nil {
		return false
	}
	in := d.lastIntake()
	missing := errors.Is(err, mailbox.ErrNoFolder)
	switch {
	case err == nil || missing:
		// The folders that are there were read to their ends.
		d.box.fails, d.box.notYet, d.box.disk = 0, time.Time{}, false
		fresh := office.Intake{LastOK: now, First: in.First}
		if in.LastOK.IsZero() {
			fresh.First = now
			d.log.Info("the mailbox was read to its end for the first time; what was due before is not sent", "at", now)
		}
		if missing {
			fresh.LastError = err.Error()
		}
		d.rules.Lock()
		d.house.Office.MailboxRead(now)
		d.rules.Unlock()
		if in.LastError == fresh.LastError && now.Sub(in.LastOK) < noteEvery {
			return true // a quiet tick writes nothing
		}
		in = fresh
		err = nil
	default:
		d.box.close()
		wait := waits[min(d.box.fails, len(waits)-1)]
		if errors.Is(err, mailbox.ErrLogin) {
			wait = loginWait
		}
		if d.box.disk = ofTheDisk(err); d.box.disk { // the server has nothing to do with it
			wait = diskWait
		}
		// Jitter keeps many daemons from knocking at the same second.
		d.box.fails, d.box.notYet = d.box.fails+1, now.Add(wait+rand.N(wait/4))
		if in.Since.IsZero() {
			in.Since = now
		}
		in.LastError, in.NextTry = err.Error(), d.box.notYet
		d.log.Error("reading the mailbox failed", "err", err, "next_try", d.box.notYet)
	}
	d.act("noting the intake", func(of *office.Office) error { return of.NoteIntake(in, now) })
	return err == nil
}

// A letter that cannot be fetched is tried again for some time: the server may
// be busy. Where the connection broke, that is the network's doing more often.
const (
	refusedTries, refusedFor = 5, 30 * time.Minute
	brokenTries, brokenFor   = 12, 2 * time.Hour
)

// stuck is a letter that could not be fetched.
type stuck struct {
	tries int
	since time.Time
	err   *mailbox.LetterError
	over  bool // it is passed over
	bare  bool // not even its header is asked for
}

func stuckKey(m mailbox.Message) string { return fmt.Sprintf("%d/%d/%s", m.Validity, m.UID, m.Folder) }

// note counts a failed attempt at a letter and decides whether to give it up.
func (i *intake) note(err *mailbox.LetterError, now time.Time) {
	key := stuckKey(err.Message)
	s := i.stuck[key]
	if s == nil {
		if i.stuck == nil {
			i.stuck = map[string]*stuck{}
		}
		s = &stuck{since: now, err: err}
		i.stuck[key] = s
	}
	if s.over { // asking for the header failed, too
		s.bare = true
		return
	}
	s.tries, s.err = s.tries+1, err
	tries, long := brokenTries, brokenFor
	if err.Refused {
		tries, long = refusedTries, refusedFor
	}
	s.over = s.tries >= tries && now.Sub(s.since) >= long
	s.bare = !err.Refused
}

func (i *intake) passOver(m mailbox.Message) (pass, header bool) {
	s := i.stuck[stuckKey(m)]
	return s != nil && s.over, s != nil && !s.bare
}

// why is what the server said of a letter that was given up.
func (i *intake) why(m mailbox.Message) string {
	if s := i.stuck[stuckKey(m)]; s != nil {
		return s.err.Err.Error()
	}
	return ""
}

func (d *Daemon) lastIntake() office.Intake {
	in, err := d.house.Office.Intake()
	if err != nil {
		d.log.Error("reading the intake's note failed", "err", err)
	}
	return in
}

// readFolders reads each folder from its mark on. A folder that is not there
// does not keep the others from being read.
func (d *Daemon) readFolders(ctx context.Context, now time.Time) error {
	if d.box.client == nil {
		d.log.Debug("connecting to the mailbox", "host", d.box.config.Host)
		client, err := mailbox.Dial(ctx, d.box.config)
		if err != nil {
			return err
		}
		d.box.client = client
	}
	var missing, waits error
	gone := 0
	for _, folder := range d.box.folders {
		err := d.readFolder(ctx, folder, now)
		if errors.Is(err, mailbox.ErrNoFolder) {
			missing = errors.Join(missing, err)
			gone++
			continue
		}
		if one := (*mailbox.LetterError)(nil); errors.As(err, &one) && one.Refused {
			waits = errors.Join(waits, err) // the others can be read
			continue
		}
		if err != nil {
			return err
		}
	}
	if waits != nil {
		return waits
	}
	if gone == len(d.box.folders) {
		return fmt.Errorf("no folder could be read: %v", missing) // and so nobody may be chased
	}
	return missing
}

func (d *Daemon) readFolder(ctx context.Context, folder string, now time.Time) error {
	var from store.Mark
	err := d.house.store.View(func(t *store.Tx) (err error) { from, err = t.Mark(folder); return err })
	if err != nil {
		return err
	}
	p := d.newPass(ctx)
	to, err := d.box.client.Fetch(ctx, folder, mailbox.Mark(from), d.box.since, p.put)
	// What was fetched is taken in, also where the connection broke.
	if end := p.end(); end != nil && !errors.Is(err, end) { // an error of its own may be Fetch's as well
		err = errors.Join(end, err)
	}
	if one := (*mailbox.LetterError)(nil); errors.As(err, &one) {
		d.box.note(one, now)
	}
	if err != nil {
		return fmt.Errorf("read folder %q: %w", folder, err)
	}
	// Letters moved the mark themselves; what was passed over did not.
	err = d.house.store.View(func(t *store.Tx) (err error) { from, err = t.Mark(folder); return err })
	if err != nil || store.Mark(to) == from {
		return err
	}
	return d.house.store.Update(now, func(t *store.Tx) error { return t.SetMark(folder, store.Mark(to)) })
}
