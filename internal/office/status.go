package office

import (
	"fmt"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Status is who sent what for a month; its JSON is the contract's.
type Status struct {
	Period     reporting.Period  `json:"period"`
	Deadline   time.Time         `json:"deadline"`
	Freeze     time.Time         `json:"freeze"`
	Submitters []SubmitterStatus `json:"submitters"`
	Quarantine []Waiting         `json:"quarantine"`
	Letters    int               `json:"letters"` // taken in, of all months
	Bounced    []store.Bounced   `json:"bounced,omitempty"`
	Outbox     map[string]int    `json:"outbox,omitempty"` // items of the month by state, and all that are queued or failed
	Intake     *Intake           `json:"intake,omitempty"`
	Paused     *Paused           `json:"paused,omitempty"` // nothing goes out
	Forged     []Suspect         `json:"forged,omitempty"` // counted letters of the month that look forged
	Doubts     int               `json:"doubts,omitempty"` // questions to the office about projects
	Warnings   []string          `json:"warnings,omitempty"`
}

// SubmitterStatus is one submitter's tables.
type SubmitterStatus struct {
	Name     string                                `json:"name"`
	Group    reporting.Group                       `json:"group"`
	Deadline time.Time                             `json:"deadline,omitzero"` // where it was extended
	Chased   int                                   `json:"chased,omitempty"`  // chasers that were sent
	Tables   map[reporting.Kind]reporting.Standing `json:"tables"`
}

// Waiting is one letter in quarantine.
type Waiting struct {
	ID      string       `json:"id"`
	From    string       `json:"from"`
	Subject string       `json:"subject"`
	Arrived time.Time    `json:"arrived"`
	Reason  string       `json:"reason"`
	Guess   *store.Guess `json:"guess,omitempty"`
}

// Quarantine lists the letters that wait for the office, oldest first.
func (o *Office) Quarantine() (out []Waiting, err error) {
	err = o.Store.View(func(t *store.Tx) error { out, err = quarantined(t); return err })
	return out, err
}

func quarantined(t *store.Tx) (out []Waiting, err error) {
	letters, err := t.Quarantine()
	for _, l := range letters {
		out = append(out, Waiting{ID: l.ID, From: l.From, Subject: l.Subject, Arrived: l.Arrived, Reason: l.Reason, Guess: l.Guess})
	}
	return out, err
}

// Status tells how a month stands at now; the zero period is the current one.
func (o *Office) Status(p reporting.Period, now time.Time) (Status, error) {
	now = now.In(o.Rules.Terms.Zone)
	if p.IsZero() {
		p = o.Rules.Terms.CurrentPeriod(now)
	}
	s := Status{Period: p, Deadline: o.Rules.Terms.Deadline(p), Freeze: o.Rules.Terms.Freeze(p), Submitters: []SubmitterStatus{}, Quarantine: []Waiting{}}
	for _, year := range o.Rules.Terms.UnknownYears(p, now) {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d年的放假安排未知，只按周一至周五计工作日；请放入当年的节假日文件（reporting.holidays）", year))
	}
	err := o.Store.View(func(t *store.Tx) (err error) {
		for _, sub := range o.Rules.Register.All() {
			st, err := o.submitterStatus(t, p, sub, now)
			if err != nil {
				return err
			}
			s.Submitters = append(s.Submitters, st)
		}
		if s.Forged, err = o.suspects(t, p); err != nil {
			return err
		}
		return o.statusOfAll(t, &s, now)
	})
	return s, err
}

// submitterStatus is how one submitter's tables stand for a month.
func (o *Office) submitterStatus(t *store.Tx, p reporting.Period, sub reporting.Submitter, now time.Time) (SubmitterStatus, error) {
	standings, err := o.standings(t, p, sub, now, time.Time{})
	if err != nil {
		return SubmitterStatus{}, err
	}
	st := SubmitterStatus{Name: sub.Name, Group: sub.Group, Deadline: t.Extension(p, sub.Name), Tables: standings}
	items, err := t.Items(chase.Prefix(p, sub.Name))
	if err != nil {
		return SubmitterStatus{}, err
	}
	for _, it := range items {
		if it.State == outbox.Sent {
			st.Chased++
		}
	}
	return st, nil
}

// statusOfAll adds what belongs to no month.
func (o *Office) statusOfAll(t *store.Tx, s *Status, now time.Time) error {
	waiting, err := quarantined(t)
	if err != nil {
		return err
	}
	s.Quarantine = append(s.Quarantine, waiting...)
	s.Letters = t.CountLetters()
	doubts, err := t.Doubts("")
	if err != nil {
		return err
	}
	s.Doubts = len(doubts)
	if s.Bounced, err = t.Bounces(); err != nil {
		return err
	}
	s.Outbox = map[string]int{}
	for _, state := range []outbox.State{outbox.Queued, outbox.Failed} {
		if n := t.CountItems(state); n > 0 {
			s.Outbox[string(state)] = n
		}
	}
	var pause Paused
	if ok, err := t.Note("paused", &pause); err != nil {
		return err
	} else if ok && pause.Until.After(now) {
		s.Paused = &pause
	}
	in, ok, err := o.intake(t)
	if ok {
		if o.mailboxRead.After(in.LastOK) {
			in.LastOK = o.mailboxRead
		}
		s.Intake = &in
	}
	return err
}

// Intake is how reading the mailbox goes.
type Intake struct {
	Since     time.Time `json:"since,omitzero"`   // of the trouble
	First     time.Time `json:"first,omitzero"`   // when all folders were read for the first time; zero where that was not noted
	LastOK    time.Time `json:"last_ok,omitzero"` // when all folders were read last
	LastError string    `json:"last_error,omitempty"`
	NextTry   time.Time `json:"next_try,omitzero"`
}

// MailboxRead tells the office that all folders were read at now. It is kept in
// memory alone; the daemon calls it between verbs.
func (o *Office) MailboxRead(now time.Time) { o.mailboxRead = now }

// NoteIntake records how reading the mailbox went.
func (o *Office) NoteIntake(in Intake, now time.Time) error {
	return o.Store.Update(now, func(t *store.Tx) error { return t.SetNote("intake", in) })
}

func (o *Office) intake(t *store.Tx) (in Intake, ok bool, err error) {
	ok, err = t.Note("intake", &in)
	return in, ok, err
}
