package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/clerk"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Receive takes one letter in: keeps it, has it opened and understood, and
// records in one transaction what came of it – the letter, versions, findings,
// the answer in the outbox, and the mailbox's mark. A letter that is known by
// its content moves the mark and nothing else. What is wrong with the letter
// is never an error; an error means that the letter must be met again.
func (o *Office) Receive(ctx context.Context, a store.Arrival, raw []byte, now time.Time) (store.Letter, error) {
	in := &Incoming{Arrival: a, Raw: raw}
	group := []*Incoming{in}
	if err := o.Keep(ctx, group, map[string]bool{}, now); err != nil {
		return store.Letter{}, err
	}
	if err := o.Open(ctx, group); err != nil {
		return store.Letter{}, err
	}
	ready, err := o.Ready(ctx, group, Prepared{}, now)
	if err != nil {
		return store.Letter{}, err
	}
	_, err = o.Record(ctx, ready, &Watch{}, now)
	return in.Letter, err
}

// known finds a letter that was taken in before, here or in another folder.
func (o *Office) known(a store.Arrival) (l store.Letter, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		if id := t.ByContent(a.Content); id != "" {
			l, _, err = t.Letter(id)
		}
		return err
	})
	return l, err
}

// mark moves the mailbox's mark over the letter.
func mark(t *store.Tx, a store.Arrival) error {
	if a.Via != "mail" {
		return nil
	}
	m, err := t.Mark(a.Folder)
	if err != nil || m.Validity == a.Validity && m.UID >= a.UID {
		return err
	}
	return t.SetMark(a.Folder, store.Mark{Validity: a.Validity, UID: a.UID})
}

// open has a kept letter opened.
func (o *Office) open(ctx context.Context, a store.Arrival, raw []byte) (clerk.Opened, error) {
	opened, err := o.Opener.Open(ctx, a.Name, raw)
	if err != nil {
		return opened, fmt.Errorf("open letter %q: %w", a.ID, err)
	}
	return asLeft(a, opened), nil
}

// openSmall opens a letter beside others, unless there is much to tell of it.
func (o *Office) openSmall(ctx context.Context, a store.Arrival, raw []byte) (opened clerk.Opened, small bool, err error) {
	if opened, small, err = o.Opener.OpenSmall(ctx, a.Name, raw, largestSmall); err != nil {
		return opened, small, fmt.Errorf("open letter %q: %w", a.ID, err)
	}
	return asLeft(a, opened), small, nil
}

// asLeft says of a letter that was left on the server, and of which only the
// header is there, why nothing came of it.
func asLeft(a store.Arrival, opened clerk.Opened) clerk.Opened {
	if a.TooLarge > 0 {
		opened.Documents = nil
		opened.Findings = []clerk.Finding{{Path: []string{a.Name}, Code: "letter-too-large", Severity: string(reporting.Error),
			Message: fmt.Sprintf("邮件共%.0fMB，超过收件上限，附件没有读取。请只附当月的 Excel 表格，分几封发送。", float64(a.TooLarge)/(1<<20))}}
	}
	if a.Unreadable != "" {
		opened.Documents = nil
		opened.Findings = []clerk.Finding{{Path: []string{a.Name}, Code: "letter-unreadable", Severity: string(reporting.Error),
			Message: "邮件到了收报邮箱，但邮箱服务器多次读不出它的内容，附件没有收到。请重新发送一次。"}}
	}
	return opened
}

// decide fills in what becomes of a letter and stores its tables. As names the
// submitter that the office assigned it to, "" where nobody did; back goes with
// the answer.
func (o *Office) decide(t *store.Tx, l *store.Letter, opened clerk.Opened, as string, answer bool, back returned) error {
	if o.isAutomatic(*l, opened) {
		l.State, l.Reason = store.Automatic, opened.Header.Automatic
		return o.noteBounces(t, *l, opened, answer)
	}
	if err := t.Unbounce(l.From); err != nil { // who writes is there
		return err
	}
	if back.read == nil {
		back.read = &understood{}
		var err error
		if back.read.sender, back.read.registered, back.read.reading, err = o.read(t, *l, opened, as); err != nil {
			return err
		}
	}
	sender, registered, reading := back.read.sender, back.read.registered, back.read.reading
	l.Ignored = reading.Ignored
	if registered && answer && slices.ContainsFunc(reading.Findings, func(f reporting.Finding) bool { return f.Code == "classified" }) {
		text := fmt.Sprintf("%s（%s）的来信《%s》写有密级字样，程序没有读取。公网邮箱不得传输涉密信息，请立即核实处理。", sender.Name, l.From, l.Subject)
		if err := o.alarmIn(t, "classified/"+l.ID, "来信疑似涉密："+sender.Name, text); err != nil {
			return err
		}
	}
	if !registered {
		o.quarantine(l, reading)
		return o.letWait(t, *l, answer)
	}
	if as == "" && mustWait(*l) {
		o.quarantine(l, reading)
		l.Reason = unproved + proofOf(*l).Why
		l.Guess.Submitter = cmp.Or(l.Guess.Submitter, sender.Name)
		return o.letWait(t, *l, answer)
	}
	l.Sender = sender.Name
	if err := o.storeTables(t, l, sender, reading, as != ""); err != nil {
		return err
	}
	o.noteForged(l)
	question, err := o.passOn(t, l, sender, reading, opened, answer)
	if err != nil || question {
		return err
	}
	if err := o.conclude(t, l, sender, reading); err != nil {
		return err
	}
	if l.State == store.Quarantined {
		if err := o.letWait(t, *l, answer); err != nil {
			return err
		}
	}
	if answer {
		return o.answer(t, *l, sender, reading, back)
	}
	return nil
}

// isAutomatic reports whether nobody wrote the letter, or we did.
func (o *Office) isAutomatic(l store.Letter, opened clerk.Opened) bool {
	return opened.Header != nil && (opened.Header.Automatic != "" || slices.Contains(o.Rules.Own, l.From))
}

// read understands a letter with what is known of its sender. Registered says
// that somebody's address, the office or the operator decided whose it is.
func (o *Office) read(t *store.Tx, l store.Letter, opened clerk.Opened, as string) (sender reporting.Submitter, registered bool, r reporting.Reading, err error) {
	sender, registered = o.submitterOf(t, l.From)
	if name := cmp.Or(as, l.Submitter); name != "" {
		sender, registered = o.Rules.Register.ByName(name)
	}
	h := hints{period: l.Period, arrived: l.Arrived.In(o.Rules.Terms.Zone)}
	if registered {
		h.submitter, h.tables, h.prose = sender.Name, sender.Tables, sender.MayTell()
		if h.senses, err = t.Senses(sender.Name); err != nil {
			return sender, registered, r, err
		}
		h.standing = func(p reporting.Period) ([]reporting.Table, error) { return o.standingTables(t, sender, p) }
	}
	r, err = o.understand(l.Name, opened, h)
	return sender, registered, r, err
}

// standingTables are the tables of a month that count by now.
func (o *Office) standingTables(t *store.Tx, s reporting.Submitter, p reporting.Period) ([]reporting.Table, error) {
	var out []reporting.Table
	for _, k := range s.Tables {
		versions, err := t.Versions(p, s.Name, k)
		if err != nil {
			return nil, err
		}
		if v := reporting.Counting(versions, time.Time{}); v != nil {
			out = append(out, v.Table)
		}
	}
	return out, nil
}

// quarantine keeps an unknown sender's letter for the office, with a guess.
func (o *Office) quarantine(l *store.Letter, reading reporting.Reading) {
	l.State = store.Quarantined
	l.Reason = "发件地址未登记"
	l.Guess = &store.Guess{Submitter: reading.Submitter, Period: reading.Period}
	for _, table := range reading.Tables {
		if !slices.Contains(l.Guess.Kinds, table.Kind) {
			l.Guess.Kinds = append(l.Guess.Kinds, table.Kind)
		}
	}
	l.Findings = reading.Findings
}

// conclude says what became of a registered sender's letter.
func (o *Office) conclude(t *store.Tx, l *store.Letter, sender reporting.Submitter, reading reporting.Reading) error {
	var stored, usable, foreign int
	for _, s := range l.Tables {
		if s.Version > 0 {
			stored++
			if s.Reason == "" {
				usable++
			}
		}
		if strings.HasPrefix(s.Reason, "表内单位是") {
			foreign++
			l.Reason = s.Reason
			l.Guess = &store.Guess{Submitter: strings.TrimPrefix(strings.Split(s.Reason, "，")[0], "表内单位是"), Period: s.Period, Kinds: []reporting.Kind{s.Kind}}
		}
	}
	switch {
	case foreign > 0:
		// The address says one submitter, the table another: never guessed.
		l.State = store.Quarantined
	case usable > 0:
		l.State = store.Taken
	case len(l.Tables) > 0 && stored == 0 && allRepeated(l.Tables, reading.Tables):
		l.State = store.Repeated
		l.Reason = l.Tables[slices.IndexFunc(reading.Tables, func(t reporting.Table) bool { return t.Aside == "" })].Reason
	case len(l.Tables) > 0 || hasError(reading.Findings) || len(reading.Findings) > 0 && len(reading.Ignored) > 0:
		l.State = store.Rejected
		if len(l.Tables) > 0 {
			l.Reason = l.Tables[0].Reason
		}
	default:
		l.State = store.Idle
	}
	if l.State == store.Rejected {
		p := reading.Period
		if p.IsZero() {
			p = o.Rules.Terms.CurrentPeriod(l.Arrived.In(o.Rules.Terms.Zone))
			l.For = append(l.For, p.String())
		}
		if err := t.Reject(p, sender.Name, l.ID); err != nil {
			return err
		}
	}
	return o.withdrawChasers(t, *l)
}

func allRepeated(tables []store.Stored, read []reporting.Table) bool {
	for i, s := range tables {
		if read[i].Aside == "" && !strings.HasPrefix(s.Reason, "与已收到的第") {
			return false
		}
	}
	return true
}

func hasError(findings []reporting.Finding) bool {
	return slices.ContainsFunc(findings, func(f reporting.Finding) bool { return f.Severity == reporting.Error })
}

// withdrawChasers takes back what is queued for the months that the letter
// brought something for: what such a chaser says is no longer true.
func (o *Office) withdrawChasers(t *store.Tx, l store.Letter) error {
	for _, s := range l.Tables {
		if s.Version == 0 || s.Reason != "" {
			continue
		}
		prefix := chase.Prefix(s.Period, s.Submitter)
		if _, err := t.Withdraw(prefix, "letter "+l.ID+" arrived", func(outbox.Item) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

// answer queues the receipt or the return.
func (o *Office) answer(t *store.Tx, l store.Letter, sender reporting.Submitter, reading reporting.Reading, back returned) error {
	if l.State == store.Idle || l.From == "" {
		return nil
	}
	return o.queueReceipt(t, l, sender, reading, back)
}
