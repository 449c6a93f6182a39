package office

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/notice"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Due is one reminder or chaser that is due, and what becomes of it.
type Due struct {
	chase.Call
	Why string     `json:"why"` // Chinese
	To  []Receiver `json:"to"`
	New int        `json:"new"` // letters that were queued for it; 0 where all were known

	submitter reporting.Submitter
}

// Receiver is one recipient of a call.
type Receiver struct {
	Address string       `json:"address"`
	Copy    bool         `json:"copy,omitempty"`  // not the submitter's own
	State   outbox.State `json:"state,omitempty"` // of its letter, "" where it is still to be written
	Held    time.Time    `json:"held,omitzero"`   // it got two letters of the ladder within a day: not before then

	key string
}

// waits reports whether the receiver's letter is still to be written.
func (r Receiver) waits() bool { return r.State == "" || r.State == outbox.Withdrawn }

// Chasing is what would go out at a moment, and why or why not.
type Chasing struct {
	At      time.Time `json:"at"`
	Enabled bool      `json:"enabled"`
	Due     []Due     `json:"due"`
	Waiting []Pending `json:"waiting"`
}

// Pending is a submitter that owes tables and is sent nothing now.
type Pending struct {
	Submitter string           `json:"submitter"`
	Period    reporting.Period `json:"period"`
	Missing   []reporting.Kind `json:"missing"`
	Why       string           `json:"why"`             // Chinese
	Step      string           `json:"step,omitempty"`  // that comes next
	Title     string           `json:"title,omitempty"` // of the step, Chinese
	Next      time.Time        `json:"next,omitzero"`   // when it does
	Paused    bool             `json:"paused,omitzero"` // a letter that may be its own waits for the office
}

// cases are the months that may be chased at now, without standings: the one
// that is being collected, the month of now, and the one before for whom the
// office gave more time.
func (o *Office) cases(t *store.Tx, now time.Time) []chase.Case {
	var out []chase.Case
	first := o.Rules.Terms.CurrentPeriod(now)
	periods := []reporting.Period{first.Add(-1), first}
	if p := reporting.PeriodOf(now); p != first {
		periods = append(periods, p)
	}
	for _, p := range periods {
		for _, s := range o.Rules.Register.All() {
			c := chase.Case{Submitter: s, Period: p, Deadline: o.deadlineOf(t, p, s.Name)}
			if len(s.Addresses) == 0 || p.Before(first) && now.After(c.Deadline) {
				continue
			}
			out = append(out, c)
		}
	}
	return out
}

// stand fills in what came of a case's tables, and whether it is left alone.
func (o *Office) stand(t *store.Tx, c *chase.Case, waiting []store.Letter, now time.Time) (err error) {
	c.Paused = mayBeOf(waiting, c.Submitter.Name, c.Period)
	c.Standings, err = o.standings(t, c.Period, c.Submitter, now, time.Time{})
	return err
}

// mayBeOf reports whether a letter waits in quarantine that may be the
// submitter's: nobody is chased before the office has looked at it.
func mayBeOf(waiting []store.Letter, submitter string, p reporting.Period) bool {
	return slices.ContainsFunc(waiting, func(l store.Letter) bool {
		return l.Guess != nil && l.Guess.Submitter == submitter && (l.Guess.Period == p || l.Guess.Period.IsZero()) && len(l.Guess.Kinds) > 0
	})
}

// due lists the calls that are due at now. What came is looked up only for
// those cases that have a step at now: most ticks have none, and each look
// reads a month's tables. With all the calls whose letters are known are
// listed, too.
func (o *Office) due(t *store.Tx, now time.Time, all bool) ([]Due, error) {
	var out []Due
	var waiting []store.Letter
	var times map[string][]time.Time // nil until it is needed
	r := o.Rules
	first, err := o.firstLook(t)
	if err != nil {
		return nil, err
	}
	for _, c := range o.cases(t, now) {
		call, ok := chase.Due(now, r.Ladder, r.Terms, r.Quiet, c) // as if nothing had come
		if !ok {
			continue
		}
		to, open, err := receivers(t, c.Submitter, call)
		if err != nil {
			return nil, err
		}
		if !open && !all || open && first.forgoes(call) {
			continue
		}
		if times == nil {
			if waiting, err = t.Quarantine(); err != nil {
				return nil, err
			}
			if times, err = o.ladderLetters(t, now); err != nil {
				return nil, err
			}
		}
		if err := o.stand(t, &c, waiting, now); err != nil {
			return nil, err
		}
		if call, ok = chase.Due(now, r.Ladder, r.Terms, r.Quiet, c); !ok || open && first.forgoes(call) {
			continue
		}
		d := Due{Call: call, To: to, submitter: c.Submitter}
		for i := range d.To {
			x := &d.To[i]
			if !x.waits() {
				continue
			}
			if free := chase.Spaced(now, times[x.Address], chase.MaxPerDay); free.After(now) {
				x.Held = free
				continue
			}
			times[x.Address] = append(times[x.Address], now) // those of this very turn count, too
		}
		d.Why = o.why(d)
		out = append(out, d)
	}
	return out, nil
}

// ladderLetters is when each address got letters of the ladder within the day
// before now, in order; those that wait to be sent count as of now.
func (o *Office) ladderLetters(t *store.Tx, now time.Time) (map[string][]time.Time, error) {
	out := map[string][]time.Time{}
	first := o.Rules.Terms.CurrentPeriod(now)
	for _, p := range []reporting.Period{first.Add(-1), first, first.Add(1)} {
		items, err := t.Items("chase/" + p.String() + "/")
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			switch {
			case it.State == outbox.Queued:
				out[it.To] = append(out[it.To], now)
			case it.State == outbox.Sent && now.Sub(it.Done) < 24*time.Hour && !it.Done.After(now): // after now: the clock was set back
				out[it.To] = append(out[it.To], it.Done)
			}
		}
	}
	for _, times := range out {
		slices.SortFunc(times, time.Time.Compare)
	}
	return out, nil
}

// receivers are the submitter's addresses, and the copies of the step; open
// says that some letter is still to be written.
func receivers(t *store.Tx, s reporting.Submitter, c chase.Call) (to []Receiver, open bool, err error) {
	add := func(address string, isCopy bool) error {
		address = strings.ToLower(address)
		if slices.ContainsFunc(to, func(r Receiver) bool { return r.Address == address }) {
			return nil
		}
		r := Receiver{Address: address, Copy: isCopy, key: c.Key(address)}
		it, ok, err := t.Item(r.key)
		if ok {
			r.State = it.State
		}
		open = open || r.waits()
		to = append(to, r)
		return err
	}
	for _, a := range s.Addresses {
		err = firstOf(err, add(a, false))
	}
	if c.Superior {
		for _, a := range s.Copies {
			err = firstOf(err, add(a, true))
		}
	}
	for _, a := range c.Step.Copies {
		err = firstOf(err, add(a, true))
	}
	return to, open, err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// Chase queues the reminders and chasers that are due at now. A key that is
// known is not queued again.
func (o *Office) Chase(now time.Time) ([]Due, error) {
	if !o.Rules.Chasing {
		return nil, nil
	}
	now = now.In(o.Rules.Terms.Zone)
	var out []Due
	// Most ticks have nothing due; those need no write transaction.
	err := o.Store.View(func(t *store.Tx) (err error) { out, err = o.due(t, now, false); return err })
	if err != nil || !slices.ContainsFunc(out, func(d Due) bool { return slices.ContainsFunc(d.To, Receiver.ready) }) {
		return nil, err
	}
	forms, err := o.prefill(out) // before the transaction: it takes its time
	if err != nil {
		return nil, err
	}
	err = o.Store.Update(now, func(t *store.Tx) error {
		if out, err = o.due(t, now, false); err != nil {
			return err
		}
		for i := range out {
			if err := o.queueCall(t, &out[i], forms, now); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// ready reports whether the receiver's letter is to be written now.
func (r Receiver) ready() bool { return r.waits() && r.Held.IsZero() }

// queueCall puts one letter to each recipient into the outbox.
func (o *Office) queueCall(t *store.Tx, d *Due, forms map[string][]notice.Attachment, now time.Time) error {
	for _, to := range d.To {
		if !to.ready() {
			continue
		}
		files := forms[d.Key("")]
		if to.Copy {
			files = forms[copyKey(*d)]
		}
		it, err := o.writeCall(d.Call, d.submitter, to, files, now)
		if err != nil {
			return err
		}
		if _, err := t.Enqueue(it); err != nil {
			return err
		}
		d.New++
		o.Log.Info("chaser queued", "submitter", d.Submitter, "period", d.Period, "step", d.Step.Name, "to", to.Address)
	}
	return nil
}

// NextChase is when the next call may be due; zero where none is.
func (o *Office) NextChase(now time.Time) (time.Time, error) {
	if !o.Rules.Chasing {
		return time.Time{}, nil
	}
	now = now.In(o.Rules.Terms.Zone)
	var next time.Time
	sooner := func(at time.Time) {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	err := o.Store.View(func(t *store.Tx) error {
		for _, c := range o.cases(t, now) { // as if nothing had come: a turn too many costs little
			sooner(chase.Next(now, o.Rules.Ladder, o.Rules.Terms, o.Rules.Quiet, c))
		}
		due, err := o.due(t, now, false)
		for _, d := range due {
			for _, to := range d.To {
				sooner(to.Held)
			}
		}
		return err
	})
	return next, err
}

// KeepQuiet puts off what is queued of the ladder while now is a quiet moment:
// a letter that was refused in the evening is not to be tried again at night.
func (o *Office) KeepQuiet(now time.Time) error {
	now = now.In(o.Rules.Terms.Zone)
	until := o.Rules.Quiet.End(now, o.Rules.Terms)
	if until.Equal(now) {
		return nil
	}
	var early []outbox.Item
	err := o.Store.View(func(t *store.Tx) error {
		first := o.Rules.Terms.CurrentPeriod(now)
		queued, err := t.QueuedBefore(until, "chase/")
		for _, it := range queued {
			if it.Period >= first.Add(-1).String() && it.Period <= first.Add(1).String() {
				early = append(early, it)
			}
		}
		return err
	})
	if err != nil || len(early) == 0 {
		return err
	}
	return o.Store.Update(now, func(t *store.Tx) error {
		for _, it := range early {
			it.Next = until
			if err := t.PutItem(it); err != nil {
				return err
			}
		}
		return nil
	})
}

// Chasing tells what would go out at now and why, and queues nothing.
func (o *Office) Chasing(now time.Time) (Chasing, error) {
	now = now.In(o.Rules.Terms.Zone)
	out := Chasing{At: now, Enabled: o.Rules.Chasing, Due: []Due{}, Waiting: []Pending{}}
	r := o.Rules
	err := o.Store.View(func(t *store.Tx) error {
		due, err := o.due(t, now, true)
		if err != nil {
			return err
		}
		out.Due = append(out.Due, due...)
		waiting, err := t.Quarantine()
		if err != nil {
			return err
		}
		first, err := o.firstLook(t)
		if err != nil {
			return err
		}
		for _, c := range o.cases(t, now) {
			if err := o.stand(t, &c, waiting, now); err != nil {
				return err
			}
			call, ok := chase.Due(now, r.Ladder, r.Terms, r.Quiet, c)
			if len(chase.Missing(c)) == 0 || ok && slices.ContainsFunc(due, func(d Due) bool { return d.Call.Key("") == call.Key("") }) {
				continue
			}
			p := o.pending(c, now)
			if ok {
				p.Why = fmt.Sprintf("%s在首次读完邮箱（%s）之前或刚过时已到时间，不补发", call.Title(), time.Time(first).In(now.Location()).Format("1月2日15:04"))
			}
			out.Waiting = append(out.Waiting, p)
		}
		return nil
	})
	return out, err
}

// pending says why a case that owes tables is sent nothing now.
func (o *Office) pending(c chase.Case, now time.Time) Pending {
	r := o.Rules
	p := Pending{Submitter: c.Submitter.Name, Period: c.Period, Missing: chase.Missing(c), Paused: c.Paused}
	if c.Paused {
		p.Why = "有来信待认领，疑似该单位报送，认领前不催报"
		return p
	}
	call, ok := chase.Coming(now, r.Ladder, r.Terms, r.Quiet, c)
	if ok {
		p.Step, p.Title, p.Next = call.Step.Name, call.Title(), call.At
	}
	switch {
	case ok && r.Quiet.At(now, r.Terms):
		p.Why = "现在是夜间或休息日，不发信"
	case ok:
		p.Why = "下一步还没有到时间"
	default:
		p.Why = "各步已过，或已到冻结时间"
	}
	return p
}

// why says why a call goes out, or what holds it back.
func (o *Office) why(d Due) string {
	var missing, rejected []string
	for _, k := range d.Missing {
		missing = append(missing, k.Short())
	}
	for _, k := range d.Rejected {
		rejected = append(rejected, k.Short())
	}
	s := fmt.Sprintf("截止%s，", d.Deadline.Format("1月2日15:04"))
	if !o.Rules.Terms.Deadline(d.Period).Equal(d.Deadline) {
		s = "已延期，" + s
	}
	switch {
	case len(missing) == 0:
		s += "已报齐，该步对所有单位发"
	case len(rejected) > 0:
		s += "缺" + strings.Join(missing, "、") + "，其中" + strings.Join(rejected, "、") + "来件未能采用"
	default:
		s += "缺" + strings.Join(missing, "、")
	}
	s += fmt.Sprintf("；%s自%s起应发", d.Title(), d.At.Format("1月2日15:04"))
	done, held := 0, false
	for _, to := range d.To {
		if !to.waits() {
			done++
		}
		held = held || !to.Held.IsZero()
	}
	switch {
	case done == len(d.To):
		s += "，已发或已在发件箱，不再发"
	case held:
		s += fmt.Sprintf("，有地址24小时内已收到%d封，推迟", chase.MaxPerDay)
	case done > 0:
		s += fmt.Sprintf("，%d个地址已发", done)
	}
	return s
}
