package office

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/notice"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Intake tells how reading the mailbox goes, the zero value where nothing was noted.
func (o *Office) Intake() (in Intake, err error) {
	err = o.Store.View(func(t *store.Tx) error { in, _, err = o.intake(t); return err })
	return in, err
}

// WatchIntake tells the office once that the mailbox could not be read for as
// long as after.
func (o *Office) WatchIntake(now time.Time, after time.Duration) error {
	in, err := o.Intake()
	if err != nil || in.Since.IsZero() || now.Sub(in.Since) < after {
		return err
	}
	text := fmt.Sprintf("自%s起收不到邮箱里的来信，原因：%s。其间不会催报。请检查网络和授权码，必要时运行 tongbao doctor。",
		in.Since.In(o.Rules.Terms.Zone).Format("2006年1月2日15:04"), in.LastError)
	return o.alarm("intake/"+in.Since.UTC().Format("20060102T150405"), "收件中断", text, now)
}

// alarm queues a letter to the office's own people, once per occasion.
func (o *Office) alarm(occasion, subject, text string, now time.Time) error {
	var missing bool
	err := o.Store.View(func(t *store.Tx) error {
		for _, to := range o.Rules.Addresses {
			known, err := t.Known("alarm/" + occasion + "/" + to)
			missing = missing || !known
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !missing {
		return err
	}
	return o.Store.Update(now, func(t *store.Tx) error { return o.alarmIn(t, occasion, subject, text) })
}

// TellFailed tells the office of a letter that could not be delivered. An
// address that is not there is told once, as a bounce of it is; of what befell
// many letters the day's first is told. Of a failing alarm nobody is told:
// that would go the same way.
func (o *Office) TellFailed(it outbox.Item, now time.Time) error {
	if it.Kind == "alarm" {
		return nil
	}
	why := cmp.Or(it.Means, it.LastError)
	switch it.Fault {
	case outbox.FaultAddress:
		return o.Store.Update(now, func(t *store.Tx) error {
			return o.noteBounce(t, store.Bounced{Address: strings.ToLower(it.To), At: now, Text: why}, true)
		})
	case outbox.FaultPolicy:
		text := fmt.Sprintf("发往 %s 的邮件《%s》没有送达：%s。请核对该地址；改正后可用 tongbao outbox retry 重发。", it.To, it.Subject, why)
		return o.alarm("undelivered/"+o.dayOf(now)+"/"+it.To, "邮件未送达："+it.To, text, now)
	}
	text := fmt.Sprintf("发往 %s 的邮件《%s》没有送达：%s。\n今天如另有同样原因未送达的，不再逐封告知，请用 tongbao outbox list --state failed 查看，改正后用 tongbao outbox retry 重发。", it.To, it.Subject, why)
	return o.alarm("undelivered/"+o.dayOf(now)+"/"+cmp.Or(it.Fault, "other"), "邮件未送达："+it.To, text, now)
}

func (o *Office) dayOf(now time.Time) string { return now.In(o.Rules.Terms.Zone).Format(time.DateOnly) }

// Paused is why no letters go out.
type Paused struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	Means string    `json:"means,omitempty"` // Chinese, where it is known
	Error string    `json:"error"`
}

// TellPaused notes that the account or the server takes no letters, for the
// status, and tells the office once a day for each reason that a person has to
// mend. That letter waits like all others until the pause is over; before that
// the status has it.
func (o *Office) TellPaused(p *outbox.Pause, now time.Time) error {
	note := Paused{Since: now, Until: p.Until, Means: p.Verdict.Means, Error: p.Cause.Error()}
	if err := o.Store.Update(now, func(t *store.Tx) error { return t.SetNote("paused", note) }); err != nil || !p.Verdict.Alarm {
		return err
	}
	why := cmp.Or(p.Verdict.Means, p.Cause.Error())
	text := fmt.Sprintf("自%s起暂停发信，%s后自动再试，原因：%s。\n服务器的答复：%s\n其间回执、催报和通报都在发件箱里等待，不会丢失。请处理上述原因，必要时运行 tongbao doctor。",
		note.Since.In(o.Rules.Terms.Zone).Format("2006年1月2日15:04"), note.Until.In(o.Rules.Terms.Zone).Format("1月2日15:04"), why, note.Error)
	sum := sha256.Sum256([]byte(why))
	return o.alarm("paused/"+o.dayOf(now)+"/"+hex.EncodeToString(sum[:6]), "发信暂停："+why, text, now)
}

// Resumed notes that letters go out again before the pause was to end: a
// restart or another configuration ended it.
func (o *Office) Resumed(now time.Time) error {
	var p Paused
	err := o.Store.View(func(t *store.Tx) error { _, err := t.Note("paused", &p); return err })
	if err != nil || !p.Until.After(now) {
		return err
	}
	return o.Store.Update(now, func(t *store.Tx) error { return t.SetNote("paused", Paused{}) })
}

func (o *Office) alarmIn(t *store.Tx, occasion, subject, text string) error {
	for _, to := range o.Rules.Addresses {
		key := "alarm/" + occasion + "/" + to
		if known, err := t.Known(key); err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		it, err := o.Desk.Alarm(t.Now, notice.Alarm{Key: key, To: to, Subject: subject, Text: text})
		if err != nil {
			return err
		}
		if _, err := t.Enqueue(it); err != nil {
			return err
		}
	}
	return nil
}

// noteBounces records the addresses that a bounce names, of those that we
// write to, and tells the office once of each, unless the letter is of the past: anybody can send a letter that
// looks like a bounce and names the whole world.
func (o *Office) noteBounces(t *store.Tx, l store.Letter, opened clerk.Opened, answer bool) error {
	for _, b := range opened.Header.Bounced {
		address := strings.ToLower(b.Address)
		if !o.writesTo(t, address) {
			o.Log.Warn("bounce of an address that is not ours to write to", "letter", l.ID, "address", address)
			continue
		}
		if err := o.noteBounce(t, store.Bounced{Address: address, At: l.Arrived, Text: b.Text}, answer); err != nil {
			return err
		}
	}
	return nil
}

// noteBounce records a failed address and, where it is news, tells the office.
func (o *Office) noteBounce(t *store.Tx, b store.Bounced, tell bool) error {
	fresh, err := t.Bounce(b)
	if err != nil || !fresh || !tell {
		return err
	}
	text := fmt.Sprintf("发往 %s 的邮件被退回：%s。请核对该单位的联系邮箱并修改配置。", b.Address, cmp.Or(strings.TrimRight(b.Text, "。. "), "原因不明"))
	return o.alarmIn(t, "bounce/"+o.dayOf(b.At)+"/"+b.Address, "邮件被退回："+b.Address, text)
}

// writesTo reports whether letters of ours go to an address.
func (o *Office) writesTo(t *store.Tx, address string) bool {
	if _, ok := o.Rules.Register.ByAddress(address); ok || t.Assigned(address) != "" {
		return true
	}
	is := func(a string) bool { return strings.EqualFold(a, address) }
	for _, s := range o.Rules.Register.All() {
		if slices.ContainsFunc(s.Copies, is) {
			return true
		}
	}
	for _, s := range o.Rules.Ladder {
		if slices.ContainsFunc(s.Copies, is) {
			return true
		}
	}
	for _, b := range o.Rules.Bulletins {
		if slices.ContainsFunc(b.Recipients, is) {
			return true
		}
	}
	return slices.ContainsFunc(o.Rules.Addresses, is)
}

// listHour is when the office gets the day's list of waiting letters.
const listHour = 9

// Lists queues the day's list of what waits for the office – letters, and
// questions about projects – on workdays at nine, where anything does. It
// returns when to look again.
func (o *Office) Lists(now time.Time) (time.Time, error) {
	now = now.In(o.Rules.Terms.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), listHour, 0, 0, 0, now.Location())
	next := day
	if !now.Before(day) {
		next = day.AddDate(0, 0, 1)
	}
	if now.Before(day) || now.Sub(day) > 12*time.Hour || !o.Rules.Terms.Workdays.IsWorkday(now) || len(o.Rules.Addresses) == 0 {
		return next, nil
	}
	var letters []store.Letter
	var doubts []reporting.Doubt
	var missing bool
	err := o.Store.View(func(t *store.Tx) (err error) {
		for _, to := range o.Rules.Addresses {
			known, err := t.Known(digestKey(now, to))
			if missing = missing || !known; err != nil {
				return err
			}
		}
		if !missing { // as on most ticks of a day
			return nil
		}
		if letters, err = t.Quarantine(); err != nil {
			return err
		}
		doubts, err = t.Doubts("")
		return err
	})
	// A question about a project is told with the letters, and by itself in the
	// days after it arose.
	fresh := slices.ContainsFunc(doubts, func(d reporting.Doubt) bool { return now.Sub(d.At) <= o.Rules.AnswerWithin })
	if err != nil || len(letters) == 0 && !fresh || !missing {
		return next, err
	}
	var d notice.Digest
	for _, x := range doubts {
		d.Questions = append(d.Questions, notice.Question(x))
	}
	return next, o.Store.Update(now, func(t *store.Tx) error {
		for _, to := range o.Rules.Addresses {
			if err := o.queueDigest(t, digestKey(now, to), to, d, letters); err != nil {
				return err
			}
		}
		return nil
	})
}

func digestKey(now time.Time, to string) string {
	return "digest/" + now.Format(time.DateOnly) + "/" + to
}

// queueDigest queues a list of waiting letters to one of the office's people.
func (o *Office) queueDigest(t *store.Tx, key, to string, d notice.Digest, letters []store.Letter) error {
	if known, err := t.Known(key); err != nil || known {
		return err
	}
	d.Key, d.To = key, to
	for _, l := range letters {
		w := notice.Waiting{ID: l.ID, From: l.From, Subject: l.Subject, Arrived: l.Arrived, Reason: l.Reason}
		if l.Guess != nil {
			w.Submitter, w.Period, w.Kinds = l.Guess.Submitter, l.Guess.Period, l.Guess.Kinds
		}
		d.Letters = append(d.Letters, w)
	}
	it, err := o.Desk.Digest(t.Now, d)
	if err != nil {
		return err
	}
	_, err = t.Enqueue(it)
	return err
}
