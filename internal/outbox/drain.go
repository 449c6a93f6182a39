package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrGone is what Put says of an item that is to stay queued and no longer is:
// it was withdrawn since Due listed it.
var ErrGone = errors.New("item is no longer queued")

// Queue keeps the items. An item is sent by whoever could Put it back as
// queued, with one more attempt: a letter that was withdrawn or sent meanwhile
// must make that Put fail with ErrGone.
type Queue interface {
	// Due lists the queued items whose Next is not after now, without their bytes.
	Due(now time.Time) ([]Item, error)
	// Bytes reads an item's bytes, which Item.Raw and Item.Plain are to be.
	Bytes(key string) (raw, plain []byte, err error)
	// Next is when the first queued item is due; zero where none is queued.
	Next() (time.Time, error)
	// Put writes an item's new state, but not its bytes, in one transaction.
	Put(Item) error
	// SentSince lists when items were sent at or after t, in order.
	SentSince(t time.Time) ([]time.Time, error)
}

// Courier takes one letter to one recipient. An error that is a Refusal is the
// server's word; any other is the network's, and the outcome may be unknown.
// Where the courier has a Close() error too, it is called for a new connection.
type Courier interface {
	Send(ctx context.Context, from, to string, raw []byte) error
}

// Rates is how many letters go out at most in any minute, quarter of an hour
// and day. A zero is the default, 4, 30 and 120: NetEase's limits for a free
// mailbox are not published, and these stay below what was met.
type Rates struct{ Minute, Quarter, Day int }

// Drain sends what is due, as far as the rates allow. It never sleeps: next is when it is to be called again unless something is
// queued before, zero where nothing is queued. The error is a *Pause where the
// account or the server takes no letters at all (until next, Drain is not to
// be called), ctx's where it was told to stop, and else the queue's. Report
// hears of each item's new state; it may be nil.
//
// Each attempt is written down before it is made, so that a crash in between
// repeats the letter, byte for byte, and never forgets it.
func Drain(ctx context.Context, now func() time.Time, q Queue, c Courier, r Rates, report func(Item)) (next time.Time, err error) {
	start := now()
	sent, err := q.SentSince(start.Add(-24 * hour))
	if err != nil {
		return start.Add(time.Minute), fmt.Errorf("list sent letters: %w", err)
	}
	for len(sent) > 0 && sent[len(sent)-1].After(start) { // the clock was set back: these would count for as long as it was ahead
		sent = sent[:len(sent)-1]
	}
	due, err := q.Due(start)
	if err != nil {
		return start.Add(time.Minute), fmt.Errorf("list due letters: %w", err)
	}
	slices.SortStableFunc(due, func(a, b Item) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Key, b.Key)) })
	d := &drain{now: now, queue: q, courier: c, rates: r.orDefault(), sent: sent, used: slices.Clone(sent), report: report}
	err = d.all(ctx, due)
	var pause *Pause
	if errors.As(err, &pause) {
		return pause.Until, err
	}
	if err != nil {
		return now().Add(time.Minute), err
	}
	if next, err = q.Next(); err != nil || next.IsZero() {
		return next, err
	}
	if free := d.rates.free(d.used, now()); free.After(next) {
		next = free
	}
	if d.until.After(next) {
		next = d.until
	}
	return next, nil
}

// drain is one call of Drain.
type drain struct {
	now     func() time.Time
	queue   Queue
	courier Courier
	rates   Rates
	sent    []time.Time // when letters went out, in order
	used    []time.Time // when letters were sent or tried, in order
	until   time.Time   // the network is down: nothing is tried before then
	report  func(Item)
}

// all sends the due items in order until the rates, the network or the account
// end the round.
func (d *drain) all(ctx context.Context, due []Item) error {
	seen := map[string]bool{}
	for i, it := range due {
		now := d.now()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case it.State != Queued || seen[it.Key]:
			continue
		case !it.Expires.IsZero() && !now.Before(it.Expires):
			it.State, it.Done = Expired, now
			if err := d.put(it); err != nil {
				return err
			}
			continue
		case now.Before(it.NotBefore):
			it.Next = it.NotBefore
			if err := d.put(it); err != nil {
				return err
			}
			continue
		case d.until.After(now) || d.rates.free(d.used, now).After(now):
			continue // what has expired is still to be cleared away
		}
		seen[it.Key] = true
		err := d.one(ctx, it)
		var pause *Pause
		if errors.As(err, &pause) {
			return errors.Join(pause, d.hold(due[i+1:], pause))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// one makes one attempt at one item.
func (d *drain) one(ctx context.Context, it Item) error {
	claim := it
	claim.Attempts++
	wait, ok := Backoff(claim.Attempts)
	if !ok {
		wait = retries[len(retries)-1]
	}
	claim.Next = d.now().Add(wait)
	if err := d.queue.Put(claim); errors.Is(err, ErrGone) {
		return nil
	} else if err != nil {
		return fmt.Errorf("claim letter %q: %w", it.Key, err)
	}
	var err error
	if it.Raw, it.Plain, err = d.queue.Bytes(it.Key); err != nil {
		return fmt.Errorf("read letter %q: %w", it.Key, err)
	}
	claim.Plain = it.Plain // refused asks whether there is one
	raw := it.Raw
	if it.Plainly && it.Plain != nil {
		raw = it.Plain
	}
	err = d.send(ctx, it, raw)
	if err == nil {
		d.sent = append(d.sent, d.now())
		claim.State, claim.Done, claim.Next = Sent, d.now(), time.Time{}
		claim.LastError, claim.Means, claim.Strikes = "", "", 0
		return d.put(claim)
	}
	if ctx.Err() != nil {
		return ctx.Err() // the claim stands, and the letter goes again
	}
	return d.refused(it, claim, err)
}

// send gives the letter to the courier, and once more on a new connection
// where that is what the refusal asks for.
func (d *drain) send(ctx context.Context, it Item, raw []byte) error {
	d.used = append(d.used, d.now())
	err := d.courier.Send(ctx, it.From, it.To, raw)
	if err == nil || Judge(err).Action != Reconnect {
		return err
	}
	if c, ok := d.courier.(interface{ Close() error }); ok {
		c.Close() // an error of closing what is given up says nothing
	}
	d.used = append(d.used, d.now())
	return d.courier.Send(ctx, it.From, it.To, raw)
}

// refused writes down what became of a letter that was not taken: before is
// the item as it was due, it the item with the attempt counted.
func (d *drain) refused(before, it Item, cause error) error {
	now, v := d.now(), Judge(cause)
	it.LastError = cause.Error()
	if v.Means == "" || v.Means != it.Means {
		it.Strikes = 0
	}
	it.Means, it.Strikes = v.Means, it.Strikes+1

	switch d.settle(v, it) {
	case Halt:
		// Not counted: it is not the letter's fault. It goes after the others
		// when the pause is over, so that it cannot stand in their way.
		until := v.until(now)
		it.Attempts, it.Halted, it.Next = before.Attempts, now, until.Add(time.Minute)
		return errors.Join(&Pause{Until: until, Verdict: v, Cause: cause}, d.put(it))
	case Retry:
		wait, _ := v.wait(it.Attempts, it.Strikes)
		it.Next = now.Add(wait)
	case Plain:
		it.Plainly, it.Next = true, now.Add(time.Minute)
	case GiveUp:
		it.State, it.Done, it.Next, it.Fault = Failed, now, time.Time{}, cmp.Or(v.Fault, FaultTime)
	}
	var no Refusal
	if !errors.As(cause, &no) {
		d.until = now.Add(time.Minute) // the others would fare no better
	}
	return d.put(it)
}

// settle is the action that is left to a refused item: ladders end, a plain
// form is tried once, and a halt for which only this letter can be the reason,
// because others went out since it caused one, is the end of this letter.
func (d *drain) settle(v Verdict, it Item) Action {
	action := v.Action
	if action == Reconnect { // refused on the new connection too
		if action = Retry; v.Alarm {
			action = Halt
		}
	}
	if action == Retry {
		if _, ok := v.wait(it.Attempts, it.Strikes); !ok {
			action = cmp.Or(v.Then, GiveUp)
		}
	}
	if action == Plain && (it.Plainly || it.Plain == nil) {
		action = GiveUp
	}
	if action == Halt && v.Own && it.Strikes > 1 && len(d.sent) > 0 && d.sent[len(d.sent)-1].After(it.Halted) {
		action = GiveUp
	}
	return action
}

// hold puts off what else is due until the pause is over, so that a restart
// does not knock on a closed door.
func (d *drain) hold(rest []Item, p *Pause) error {
	for _, it := range rest {
		if it.State != Queued || !it.Next.Before(p.Until) {
			continue
		}
		it.Next = p.Until
		if err := d.queue.Put(it); err != nil && !errors.Is(err, ErrGone) {
			return fmt.Errorf("put off letter %q: %w", it.Key, err)
		}
	}
	return nil
}

// put writes an item's new state and reports it.
func (d *drain) put(it Item) error {
	if err := d.queue.Put(it); errors.Is(err, ErrGone) {
		return nil
	} else if err != nil {
		return fmt.Errorf("write letter %q: %w", it.Key, err)
	}
	if d.report != nil {
		d.report(it)
	}
	return nil
}

func (r Rates) orDefault() Rates {
	return Rates{cmp.Or(r.Minute, 4), cmp.Or(r.Quarter, 30), cmp.Or(r.Day, 120)}
}

// free is when the next letter may go after those at the times in used.
func (r Rates) free(used []time.Time, now time.Time) time.Time {
	free := now
	for _, w := range []struct {
		most int
		span time.Duration
	}{{r.Minute, time.Minute}, {r.Quarter, quarter}, {r.Day, 24 * hour}} {
		if w.most > 0 && len(used) >= w.most {
			if t := used[len(used)-w.most].Add(w.span); t.After(free) {
				free = t
			}
		}
	}
	return free
}
