package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// ErrUnclear says that an imported file needs a flag of the operator.
var ErrUnclear = errors.New("说明不足")

// Import is a letter or loose file that the operator brings in as if it had
// arrived by mail. A loose file needs what cannot be told from it.
type Import struct {
	Name      string
	Submitter string           // whose it is, "" where the file or its sender says
	Period    reporting.Period // of the tables; zero where the file says
	Received  time.Time        // zero: a letter's own time of arrival, for a file now
	By        string           // who brings it in
	Raw       []byte
}

// Imported is inspect's reading with what was stored of each table.
type Imported struct {
	File      string                `json:"file"`
	Letter    *reporting.LetterHead `json:"letter,omitempty"`
	Submitter string                `json:"submitter,omitempty"`
	Period    reporting.Period      `json:"period,omitzero"`
	Tables    []ImportedTable       `json:"tables"`
	Findings  []reporting.Finding   `json:"findings"`
	Ignored   []reporting.Ignored   `json:"ignored"`
	ID        string                `json:"id"`
	State     store.LetterState     `json:"state"`
	Reason    string                `json:"reason,omitempty"`
}

// ImportedTable is a table and whether it was stored.
type ImportedTable struct {
	reporting.Table
	Stored bool   `json:"stored"`
	Reason string `json:"reason,omitempty"`
}

// Import takes a file in. ErrUnclear names the flag that is missing.
func (o *Office) Import(ctx context.Context, in Import, now time.Time) (Imported, error) {
	if in.Submitter != "" {
		if _, ok := o.Rules.Register.ByName(in.Submitter); !ok {
			return Imported{}, fmt.Errorf("%w：%s", ErrUnclear, o.Rules.Register.Unknown(in.Submitter))
		}
	}
	seen, err := o.Inspect(ctx, in.Name, in.Raw)
	if err != nil {
		return Imported{}, err
	}
	reading, opened := seen.Reading, seen.Opened
	if in.Period.IsZero() && reading.Letter == nil && reading.Period.IsZero() {
		return Imported{}, fmt.Errorf("%w：%s 看不出是哪个月份，请加 --period 2021-03", ErrUnclear, in.Name)
	}
	if in.Submitter == "" && reading.Letter == nil {
		// The operator hands the file over; what it says of itself counts.
		if in.Submitter = reading.Submitter; in.Submitter == "" {
			return Imported{}, fmt.Errorf("%w：%s 看不出是哪个单位，请加 --submitter 单位名", ErrUnclear, in.Name)
		}
	}
	if in.Received.IsZero() {
		if in.Received = now; opened.Header != nil && !opened.Header.Received.IsZero() {
			in.Received = opened.Header.Received
		}
	}
	if reading, err = o.foresee(in, opened); err != nil {
		return Imported{}, err
	}
	a := store.Arrival{Name: in.Name, Via: "import", By: in.By, Arrived: in.Received, Submitter: in.Submitter, Period: in.Period}
	before := a
	_, before.Content = identify(a, in.Raw, o.Rules.Terms.Zone)
	known, err := o.known(before)
	if err != nil {
		return Imported{}, err
	}
	l, err := o.Receive(ctx, a, in.Raw, now)
	if err != nil {
		return Imported{}, err
	}
	out := o.imported(reading, l)
	if known.ID != "" {
		for i := range out.Tables {
			out.Tables[i].Stored, out.Tables[i].Reason = false, "这个文件已经收过，信件号 "+known.ID
		}
	}
	return out, nil
}

// foresee understands a file as taking it in will: with what is known of its
// submitter.
func (o *Office) foresee(in Import, opened clerk.Opened) (reporting.Reading, error) {
	h := hints{period: in.Period, arrived: in.Received.In(o.Rules.Terms.Zone)}
	sender, ok := o.Rules.Register.ByName(in.Submitter)
	if in.Submitter == "" && opened.Header != nil {
		sender, ok = o.Rules.Register.ByAddress(opened.Header.From)
	}
	if ok {
		h.submitter, h.tables = sender.Name, sender.Tables
		err := o.Store.View(func(t *store.Tx) (err error) { h.senses, err = t.Senses(sender.Name); return err })
		if err != nil {
			return reporting.Reading{}, err
		}
	}
	return o.understand(in.Name, opened, h)
}

// imported joins what was understood with what was stored.
func (o *Office) imported(r reporting.Reading, l store.Letter) Imported {
	out := Imported{File: r.File, Letter: r.Letter, Submitter: cmp.Or(l.Sender, r.Submitter), Period: r.Period, Findings: r.Findings, Ignored: r.Ignored,
		Tables: []ImportedTable{}, ID: l.ID, State: l.State, Reason: l.Reason}
	for i, t := range r.Tables {
		it := ImportedTable{Table: t, Reason: l.Reason}
		if i < len(l.Tables) {
			s := l.Tables[i]
			it.Stored, it.Reason = s.Version > 0, s.Reason
			it.Submitter, it.Period = s.Submitter, s.Period
		}
		out.Tables = append(out.Tables, it)
	}
	return out
}

// outboxStates are all states, in the order of a letter's life.
var outboxStates = []outbox.State{outbox.Queued, outbox.Sent, outbox.Failed, outbox.Withdrawn, outbox.Dropped, outbox.Expired}

// Outbox lists the letters out in a state, the newest first: at most so many of
// each state; more says that there are others. State "all" is every one, and ""
// those that are not done: queued and failed ones.
func (o *Office) Outbox(state string, most int) (items []outbox.Item, more bool, err error) {
	items = []outbox.Item{}
	states := []outbox.State{outbox.State(state)}
	switch state {
	case "all":
		states = outboxStates
	case "":
		states = []outbox.State{outbox.Queued, outbox.Failed}
	}
	err = o.Store.View(func(t *store.Tx) error {
		for _, s := range states {
			list, rest, err := t.ItemsIn(s, most)
			if err != nil {
				return err
			}
			items, more = append(items, list...), more || rest
		}
		return nil
	})
	return items, more, err
}

// RetryItem puts a failed letter out back into the queue.
func (o *Office) RetryItem(key, by string, now time.Time) error {
	return o.changeItem(key, by, "outbox-retry", now, func(it *outbox.Item) error {
		if it.State != outbox.Failed && it.State != outbox.Queued {
			return wrong("%s 不是待发或发送失败的信，不能重发", key)
		}
		it.State, it.Attempts, it.Next, it.Expires = outbox.Queued, 0, now, time.Time{}
		return nil
	})
}

// DropItem takes a letter out of the queue for good.
func (o *Office) DropItem(key, by string, now time.Time) error {
	return o.changeItem(key, by, "outbox-drop", now, func(it *outbox.Item) error {
		if it.State == outbox.Sent {
			return wrong("%s 已经发出，撤不下来了", key)
		}
		it.State, it.Done, it.LastError = outbox.Dropped, now, Who(by)+"撤下"
		return nil
	})
}

// changeItem journals a person's change of a letter out and makes it. The item
// is read again in the transaction: it may have been sent meanwhile.
func (o *Office) changeItem(key, by, action string, now time.Time, change func(*outbox.Item) error) error {
	item := func(t *store.Tx) (outbox.Item, error) {
		it, ok, err := t.Item(key)
		if err == nil && !ok {
			err = wrong("发件箱里没有 %s，见 tongbao outbox list --state all", key)
		}
		if err == nil {
			err = change(&it)
		}
		return it, err
	}
	err := o.Store.View(func(t *store.Tx) error { _, err := item(t); return err })
	if err != nil {
		return err
	}
	if err := o.Store.Journal(store.Entry{At: now, By: by, Action: action, Key: key}); err != nil {
		return err
	}
	return o.Store.Update(now, func(t *store.Tx) error {
		it, err := item(t)
		if err != nil {
			return err
		}
		return t.PutItem(it)
	})
}
