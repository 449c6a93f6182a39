package office

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/form"
	"tongbao/internal/notice"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// passOn tells the office of a submitter's letter that only a person can
// answer: one that asks for more time, whatever else it brings, one that reports
// in words, and one that brings nothing and is no mere courtesy. It reports whether the letter needs
// no return: a question that gets a complaint about its format for an answer
// is worse than none.
func (o *Office) passOn(t *store.Tx, l *store.Letter, sender reporting.Submitter, reading reporting.Reading, opened clerk.Opened, answer bool) (passed bool, err error) {
	m, k := o.material(l.Name, opened, hints{submitter: sender.Name, tables: sender.Tables, arrived: l.Arrived.In(o.Rules.Terms.Zone)})
	said := form.Hear(m, k)
	question := said.Text != "" && !said.Courtesy && len(l.Tables) == 0 && !broughtFiles(reading)
	prose, version := proseIn(l, reading.Tables)
	if !said.Extension && !question && version == 0 {
		return false, nil
	}
	if question {
		l.State, l.Reason = store.Idle, "不是报表，已转办公室"
	}
	if said.Extension {
		l.Reason = strings.TrimSpace(l.Reason + " 申请延期，已转办公室")
	}
	if !answer {
		return question, nil
	}
	if o.recentAbout(t, l.From, "passed/") >= o.Rules.ReceiptsHour {
		o.Log.Warn("letter not passed on: too many of one sender", "letter", l.ID, "from", l.From)
		return question, nil
	}
	p := reading.Period
	if p.IsZero() {
		p = o.Rules.Terms.CurrentPeriod(l.Arrived.In(o.Rules.Terms.Zone))
	}
	for _, to := range o.Rules.Addresses {
		key := "passed/" + l.ID + "/" + to
		it, err := o.Desk.Passed(t.Now, notice.Passed{Key: key, To: to, ID: l.ID, From: l.From, Subject: l.Subject, Arrived: l.Arrived,
			Submitter: sender, Period: p, Text: cmp.Or(prose, said.Text), Version: version, Extension: said.Extension, Until: said.Until})
		if err != nil {
			return question, err
		}
		if _, err := t.Enqueue(it); err != nil {
			return question, err
		}
	}
	return question, nil
}

// proseIn is a letter's report in words and its version, 0 where there is
// none or it came before.
func proseIn(l *store.Letter, tables []reporting.Table) (string, int) {
	for i, t := range tables {
		if t.Prose != "" {
			return t.Prose, l.Tables[i].Version
		}
	}
	return "", 0
}

// broughtFiles reports whether a letter brought files that were meant as
// reports. A picture of the screen in a letter without tables is part of a
// question.
func broughtFiles(r reporting.Reading) bool {
	return slices.ContainsFunc(r.Findings, func(f reporting.Finding) bool {
		return len(f.Path) > 1 && !picture(f) || f.Code == "huge-attachment-link" || f.Code == "letter-too-large"
	}) || slices.ContainsFunc(r.Ignored, func(i reporting.Ignored) bool {
		return len(i.Path) > 1 && !strings.HasPrefix(i.Reason, "正文中的图片")
	})
}

// picture reports whether a finding is about a picture, and not about a scan of
// several pages.
func picture(f reporting.Finding) bool {
	name := strings.ToLower(f.Path[len(f.Path)-1])
	return f.Code == "scan" && !strings.HasSuffix(name, ".pdf") && !strings.HasSuffix(name, ".ofd")
}

// recentAbout counts the letters out of a kind that an address's letters caused
// within the hour before now, as far as there is leave for.
func (o *Office) recentAbout(t *store.Tx, from, kind string) int {
	n := 0
	// Later ones are of a clock that is behind.
	t.LettersFrom(from, t.Now.Add(-time.Hour), t.Now.Add(time.Hour), func(id string) bool {
		if t.HasItem(kind + id + "/") {
			n++
		}
		return n < o.Rules.ReceiptsHour // more are told no more of
	})
	return n
}
