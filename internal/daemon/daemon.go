package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/courier"
	"tongbao/internal/mailbox"
	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/schedule"
	"tongbao/internal/store"
)

// Daemon reads the mailbox, chases, publishes and sends, one after the other
// in each turn. Only its clock knows what time it is.
type Daemon struct {
	house *House
	clock schedule.Clock
	log   *slog.Logger
	queue store.Queue
	mail  *courier.Courier
	box   intake
	wake  chan struct{}

	paused time.Time // the account takes no letters before then
	last   time.Time // of the last turn; zero before the first
	swept  time.Time // when strangers' letters were looked through
	taken  int       // letters since then

	// Locks are taken in this order. A question holds rules alone, so that the
	// pages answer while a long mailbox is read or a slow server is written to.
	turn  sync.Mutex   // one turn, or one change of the configuration, at a time
	acts  sync.Mutex   // one act upon the office at a time: the turn's or a person's
	rules sync.RWMutex // the office's rules are read; only Reload changes them
}

// New makes a daemon of an open house.
func New(h *House, clock schedule.Clock, log *slog.Logger) (*Daemon, error) {
	d := &Daemon{house: h, clock: clock, log: log, queue: store.Queue{Store: h.store}, wake: make(chan struct{}, 1)}
	return d, d.connect(h.Config)
}

// connect makes the mailbox's and the courier's ends of a configuration.
func (d *Daemon) connect(cfg *config.Config) error {
	mc, err := mailboxConfig(cfg)
	if err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	cc, err := courierConfig(cfg)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	d.box.close()
	mc.PassOver = func(m mailbox.Message) (bool, bool) { return d.box.passOver(m) }
	d.box = intake{config: mc, folders: cfg.Mailbox.Folders, since: cfg.Mailbox.Since}
	if d.mail != nil {
		d.mail.Close()
	}
	d.mail, d.paused = courier.New(cc), time.Time{} // another password may be the mend
	return nil
}

// Wake ends the sleep between turns: something was queued by a person.
func (d *Daemon) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Reload puts another configuration in force, all of it or none.
func (d *Daemon) Reload(cfg *config.Config) error {
	if cfg.Data != d.house.Config.Data {
		return fmt.Errorf("data: moving the data directory needs a restart")
	}
	d.turn.Lock()
	defer d.turn.Unlock()
	d.box.unwatch() // before people are kept waiting: the server may be slow
	defer d.Wake()
	d.acts.Lock()
	defer d.acts.Unlock()
	trial := *d.house.Office
	if err := configure(&trial, cfg); err != nil {
		return err
	}
	if err := d.connect(cfg); err != nil {
		return err
	}
	d.rules.Lock()
	*d.house.Office = trial
	d.house.Config = cfg
	d.rules.Unlock()
	return nil
}

// Locked lets a verb work on the office between two acts of the turn: a
// question (GET) reads a snapshot of the store at once, anything else waits
// for the act under way and wakes the daemon.
func (d *Daemon) Locked(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			d.rules.RLock()
			defer d.rules.RUnlock()
			h.ServeHTTP(w, r)
			return
		}
		d.acts.Lock()
		defer d.acts.Unlock()
		h.ServeHTTP(w, r)
		d.Wake()
	})
}

// act does one thing upon the office while no person does.
func (d *Daemon) act(what string, do func(*office.Office) error) {
	d.acts.Lock()
	defer d.acts.Unlock()
	if err := do(d.house.Office); err != nil {
		d.log.Error(what+" failed", "err", err)
	}
}

// Alive returns once no act is under way and the store has answered. An act
// that never ends keeps it waiting.
func (d *Daemon) Alive() error {
	d.acts.Lock()
	defer d.acts.Unlock()
	_, err := d.house.Office.Intake()
	return err
}

// Ready reports whether letters are being taken in: nil once the mailbox could
// be read, and as long as it can.
func (d *Daemon) Ready() error {
	d.rules.RLock()
	defer d.rules.RUnlock()
	in, err := d.house.Office.Intake()
	switch {
	case err != nil:
		return err
	case d.house.Config.Mailbox.Host == "":
		return nil
	case in.LastError != "":
		return errors.New("the mailbox cannot be read")
	case in.LastOK.IsZero():
		return errors.New("the mailbox has not been read yet")
	}
	return nil
}

// Run takes turns until the context ends. A turn's troubles are logged and
// tried again; nothing but the end of the context ends it.
func (d *Daemon) Run(ctx context.Context) error {
	defer d.close()
	for ctx.Err() == nil {
		next := d.Turn(ctx)
		if err := d.rest(ctx, next); err != nil {
			break
		}
	}
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (d *Daemon) close() {
	d.box.close()
	d.mail.Close()
}

// rest sleeps until the next turn, or until a letter comes where the server
// tells so.
func (d *Daemon) rest(ctx context.Context, next time.Time) error {
	defer d.watch(ctx)()
	return d.clock.Sleep(ctx, next, d.wake)
}

// watch begins to watch the mailbox where that is wanted. The configuration may
// be changed meanwhile, which ends it; so does the returned function.
func (d *Daemon) watch(ctx context.Context) (stop func()) {
	d.turn.Lock()
	defer d.turn.Unlock()
	if !d.house.Config.Mailbox.Idle || d.clock != schedule.Wall {
		return func() {}
	}
	return d.box.watch(ctx, d.Wake)
}

// Turn does all that is due now, once: letters in before anything is said
// about them, then chasers, bulletins, and the outbox. It returns when the
// next turn is due.
func (d *Daemon) Turn(ctx context.Context) time.Time {
	d.turn.Lock()
	defer d.turn.Unlock()
	now := d.clock.Now()
	d.lookAtClock(now)
	next := now.Add(d.pollEvery(now))
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	// Who may have written must not be chased: without having read the mailbox
	// nobody is.
	left := d.roomLeft(now)
	if !left {
		sooner(now.Add(diskWait))
	}
	if left && d.readMailbox(ctx, now) {
		d.act("chasing", func(of *office.Office) error {
			_, err := of.Chase(now)
			at, e := of.NextChase(now)
			sooner(at)
			return errors.Join(err, e)
		})
		d.act("publishing", func(of *office.Office) error {
			at, err := of.Bells(now)
			sooner(at)
			return err
		})
		d.act("listing the quarantine", func(of *office.Office) error {
			at, err := of.Lists(now)
			sooner(at)
			return err
		})
	}
	if d.box.disk {
		sooner(d.box.notYet)
	}
	d.sweep(0, now)
	d.act("intake alarm", func(of *office.Office) error { return of.WatchIntake(now, d.house.Config.Mailbox.AlarmAfter) })
	d.act("keeping quiet", func(of *office.Office) error { return of.KeepQuiet(d.clock.Now()) })
	sooner(d.backUp(now))
	sooner(d.send(ctx))
	if ctx.Err() != nil {
		return now
	}
	if !next.After(now) {
		next = now.Add(time.Second)
	}
	return next
}

// lookAtClock forgets what was put off by a clock that ran ahead and is set
// back, also while the daemon was down.
func (d *Daemon) lookAtClock(now time.Time) {
	last := d.last
	if d.last = now; !last.IsZero() && !now.Before(last) {
		return
	}
	if !last.IsZero() {
		d.log.Warn("the clock was set back", "from", last, "to", now)
		d.paused, d.box.notYet = time.Time{}, time.Time{}
	}
	d.act("setting the outbox back", func(of *office.Office) error {
		return of.Store.Update(now, func(t *store.Tx) error { _, err := t.SetBack(); return err })
	})
}

// pollEvery is the time between two looks into the mailbox.
func (d *Daemon) pollEvery(now time.Time) time.Duration {
	m := d.house.Config.Mailbox
	if h := now.In(d.house.Office.Rules.Terms.Zone).Hour(); h >= 22 || h < 7 {
		return m.NightPoll
	}
	return m.Poll
}

// send drains the outbox and returns when it wants to again.
func (d *Daemon) send(ctx context.Context) time.Time {
	if d.house.Config.SMTP.Host == "" {
		return time.Time{}
	}
	if d.clock.Now().Before(d.paused) {
		return d.paused
	}
	r := d.house.Config.SMTP.Rates
	next, err := outbox.Drain(ctx, d.clock.Now, d.queue, d.mail, outbox.Rates{Minute: r.Minute, Quarter: r.Quarter, Day: r.Day}, d.report)
	if err != nil && ctx.Err() == nil {
		d.log.Error("sending failed", "err", err)
	}
	if pause := (*outbox.Pause)(nil); errors.As(err, &pause) {
		d.paused = pause.Until
		if err := d.house.Office.TellPaused(pause, d.clock.Now()); err != nil {
			d.log.Error("telling of the pause failed", "err", err)
		}
	} else if err := d.house.Office.Resumed(d.clock.Now()); err != nil {
		d.log.Error("noting the end of the pause failed", "err", err)
	}
	return next
}

// report logs what became of a letter out.
func (d *Daemon) report(it outbox.Item) {
	if it.State == outbox.Sent {
		d.log.Info("letter sent", "key", it.Key, "message_id", it.MessageID)
		return
	}
	d.log.Warn("letter not sent", "key", it.Key, "state", it.State, "attempts", it.Attempts, "next", it.Next, "err", it.LastError)
	if it.State == outbox.Failed {
		if err := d.house.Office.TellFailed(it, d.clock.Now()); err != nil {
			d.log.Error("telling of a failed letter failed", "key", it.Key, "err", err)
		}
	}
}

// intake is the mailbox's end: a kept connection and its back-off.
type intake struct {
	config  mailbox.Config
	folders []string
	since   time.Time
	client  *mailbox.Client
	fails   int
	notYet  time.Time         // no attempt before
	disk    bool              // this machine's disk was to blame
	stuck   map[string]*stuck // letters that could not be fetched
	stop    func()            // ends the watching, and waits until it has ended; nil before the first
}

// unwatch ends the watching, if any, so that the connection is free.
func (i *intake) unwatch() {
	if i.stop != nil {
		i.stop()
	}
}

func (i *intake) close() {
	i.unwatch()
	if i.client != nil {
		i.client.Close()
		i.client = nil
	}
}

// watch waits with IDLE in the first folder and calls wake when something
// comes. The returned function ends it and waits until it has ended.
func (i *intake) watch(ctx context.Context, wake func()) (stop func()) {
	if i.client == nil || !i.client.CanIdle() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	client, folder := i.client, i.folders[0]
	go func() {
		defer close(done)
		if err := client.Idle(ctx, folder, 20*time.Minute); err == nil && ctx.Err() == nil {
			wake()
		}
	}()
	i.stop = func() { cancel(); <-done }
	return i.stop
}
