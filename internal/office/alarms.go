package office

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/notice"
	"tongbao/internal/outbox"
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

// TellFailed tells the office of a letter that could not be delivered, once.
// Of a failing alarm nobody is told: that would go the same way.
func (o *Office) TellFailed(it outbox.Item, now time.Time) error {
	if it.Kind == "alarm" {
		return nil
	}
	text := fmt.Sprintf("发往 %s 的邮件《%s》没有送达：%s。请核对该地址；改正后可用 tongbao outbox retry 重发。",
		it.To, it.Subject, cmp.Or(it.Means, it.LastError))
	return o.alarm("undelivered/"+it.Key, "邮件未送达："+it.To, text, now)
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

// noteBounces records the addresses that a bounce names and tells the office
// once, unless the letter is of the past.
func (o *Office) noteBounces(t *store.Tx, l store.Letter, opened clerk.Opened, answer bool) error {
	for _, b := range opened.Header.Bounced {
		address := strings.ToLower(b.Address)
		fresh, err := t.Bounce(store.Bounced{Address: address, At: l.Arrived, Text: b.Text})
		if err != nil {
			return err
		}
		if !fresh || !answer {
			continue
		}
		text := fmt.Sprintf("发往 %s 的邮件被退回：%s。请核对该单位的联系邮箱并修改配置。", address, b.Text)
		if err := o.alarmIn(t, "bounce/"+address, "邮件被退回："+address, text); err != nil {
			return err
		}
	}
	return nil
}

// ReceiveTooLarge records a letter that is over the limit: it stays on the
// server, only its first bytes are kept, and its sender is told.
func (o *Office) ReceiveTooLarge(ctx context.Context, a store.Arrival, size int64, head []byte, now time.Time) error {
	a.TooLarge = size
	if len(head) == 0 {
		head = fmt.Appendf(nil, "X-Tongbao-Too-Large: %s/%d/%d\r\n\r\n", a.Folder, a.Validity, a.UID)
	}
	_, err := o.Receive(ctx, a, head, now)
	return err
}

// listHour is when the office gets the day's list of waiting letters.
const listHour = 9

// Lists queues the day's list of letters that wait for the office, on workdays
// at nine, where any do. It returns when to look again.
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
	var missing bool
	err := o.Store.View(func(t *store.Tx) (err error) {
		letters, err = t.Quarantine()
		for _, to := range o.Rules.Addresses {
			known, _ := t.Known(digestKey(now, to))
			missing = missing || !known
		}
		return err
	})
	if err != nil || len(letters) == 0 || !missing {
		return next, err
	}
	return next, o.Store.Update(now, func(t *store.Tx) error {
		for _, to := range o.Rules.Addresses {
			if err := o.queueDigest(t, digestKey(now, to), to, letters, false); err != nil {
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
func (o *Office) queueDigest(t *store.Tx, key, to string, letters []store.Letter, urgent bool) error {
	if known, err := t.Known(key); err != nil || known {
		return err
	}
	d := notice.Digest{Key: key, To: to, Urgent: urgent}
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
