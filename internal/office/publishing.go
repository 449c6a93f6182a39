package office

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Target is the month that a bell publishes: the newest one whose deadline has
// passed when the bell rings. Its freeze may still be to come; then the bell
// waits for it.
func Target(terms reporting.Terms, bell time.Time) reporting.Period {
	p := reporting.PeriodOf(bell.In(terms.Zone))
	for terms.Deadline(p).After(bell) {
		p = p.Add(-1)
	}
	return p
}

// Bells serves the bulletins' bells that have rung by now: the latest one of
// each that was missed, once. It returns when to look again; zero is never.
func (o *Office) Bells(now time.Time) (next time.Time, err error) {
	for _, rule := range o.Rules.Bulletins {
		at, err := o.serveBell(rule, now)
		if err != nil {
			return next, fmt.Errorf("bulletin %q: %w", rule.Name, err)
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}

func (o *Office) serveBell(rule BulletinRule, now time.Time) (time.Time, error) {
	job := "bulletin/" + rule.Name
	var last time.Time
	err := o.Store.View(func(t *store.Tx) (err error) { last, err = t.Job(job); return err })
	if err != nil {
		return time.Time{}, err
	}
	if last.IsZero() { // a first start missed nothing
		if err := o.Store.Update(now, func(t *store.Tx) error { return t.SetJob(job, now) }); err != nil {
			return time.Time{}, err
		}
		return rule.Bell.Next(now), nil
	}
	back := false
	if last.After(now) {
		// The clock was wrong when the bell was served, and is set back now: what
		// was published is known, and waiting for that day could take years. A
		// first start was before any bell, and still missed nothing.
		rung, _ := latest(rule.Bell, now, last)
		if back = !rung.IsZero(); back {
			last = now.AddDate(-1, 0, 0)
		} else {
			last = now
		}
	}
	rung, next := latest(rule.Bell, last, now)
	if rung.IsZero() {
		return next, nil
	}
	p, edition, freeze := o.bellTarget(rule, rung)
	if now.Before(freeze) {
		return freeze, nil // the bell waits
	}
	err = o.Store.Update(now, func(t *store.Tx) error {
		_, done, err := t.Publication(p, edition)
		if err == nil && !done { // a draft that was sent back is made again by a person
			_, done, err = t.Publication(p, edition.Draft())
		}
		if err != nil || done {
			if err != nil {
				return err
			}
			return t.SetJob(job, rung)
		}
		if back && rule.Kind == "" { // of a month before the first start nothing is to be told
			pub, err := o.snapshotOf(t, p, edition, now)
			if err != nil || len(pub.Inputs) == 0 {
				return errors.Join(err, t.SetJob(job, rung))
			}
		}
		publish := o.publish
		if rule.Kind != "" {
			publish = o.publishQuarter
		}
		if err := publish(t, p, rule, now); err != nil {
			return err
		}
		return t.SetJob(job, rung)
	})
	return next, err
}

// latest is the last time in (after, now] at which the bell rang, zero where
// it did not, and when it rings next. A bell is not followed for more than a
// year back.
func latest(bell Bell, after, now time.Time) (rung, next time.Time) {
	if year := now.AddDate(-1, 0, 0); after.Before(year) {
		after = year
	}
	for next = bell.Next(after); !next.IsZero() && !next.After(now); next = bell.Next(next) {
		rung = next
	}
	return rung, next
}

// Compute makes a month's bulletin of what counted at its freeze, or counts
// now where the freeze is still to come. One that was published stands as it
// was: what came or was decided later is a correction of it.
func (o *Office) Compute(p reporting.Period, now time.Time) (b bulletin.Bulletin, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		if pub, ok, err := standing(t, p); err != nil || ok {
			b = pub.Bulletin
			return err
		}
		b, _, err = o.compute(t, p, now)
		return err
	})
	return b, err
}

// Snapshot is the number by which a bulletin's forms can be told to belong together.
func snapshot(p reporting.Period, asOf time.Time) string {
	return p.String() + "-" + asOf.Format("0102150405")
}

// compute makes a month's bulletin of what counted at its freeze, with what
// has become of the month before since its own bulletin.
func (o *Office) compute(t *store.Tx, p reporting.Period, now time.Time) (bulletin.Bulletin, []store.Input, error) {
	asOf := o.Rules.Terms.Freeze(p)
	if now.Before(asOf) {
		asOf = now
	}
	b, inputs, err := o.computeAt(t, p, now, asOf)
	if err != nil {
		return b, inputs, err
	}
	before, ok, err := t.Publication(p.Add(-1), store.Release)
	if err != nil || !ok {
		return b, inputs, err
	}
	fresh, its, err := o.computeAt(t, p.Add(-1), now, asOf)
	if err == nil && !slices.Equal(before.Inputs, its) {
		b.Corrections = bulletin.Differences(before.Bulletin, fresh)
	}
	return b, inputs, err
}

// computeAt makes a month's bulletin of the versions that had come by counted.
// What is late or overdue is judged as of the freeze, so that a correction
// differs by the versions alone.
func (o *Office) computeAt(t *store.Tx, p reporting.Period, now, counted time.Time) (bulletin.Bulletin, []store.Input, error) {
	now = now.In(o.Rules.Terms.Zone)
	asOf := o.Rules.Terms.Freeze(p)
	if now.Before(asOf) {
		asOf = now
	}
	in := bulletin.Input{
		Period: p, Terms: o.Rules.Terms, AsOf: asOf, Number: snapshot(p, now), Submitters: o.Rules.Register.All(),
		Versions:       map[string]map[reporting.Kind]*reporting.Version{},
		Standings:      map[string]map[reporting.Kind]reporting.Standing{},
		PreviousIssues: map[string]*reporting.Version{}, Thresholds: o.Rules.Lights, KeepPhones: o.Rules.KeepPhones,
	}
	var inputs []store.Input
	for _, s := range in.Submitters {
		in.Versions[s.Name] = map[reporting.Kind]*reporting.Version{}
		for _, k := range reporting.Kinds {
			versions, err := t.Versions(p, s.Name, k)
			if err != nil {
				return bulletin.Bulletin{}, nil, err
			}
			if v := reporting.Counting(versions, counted); v != nil {
				in.Versions[s.Name][k] = v
				inputs = append(inputs, store.Input{Submitter: s.Name, Kind: k, Version: v.N, Letter: v.Letter})
			}
		}
		standings, err := o.standings(t, p, s, asOf, asOf)
		if err != nil {
			return bulletin.Bulletin{}, nil, err
		}
		in.Standings[s.Name] = standings
		before, err := t.Versions(p.Add(-1), s.Name, reporting.Issues)
		if err != nil {
			return bulletin.Bulletin{}, nil, err
		}
		in.PreviousIssues[s.Name] = reporting.Counting(before, time.Time{})
	}
	if before, ok, err := standing(t, p.Add(-1)); err != nil {
		return bulletin.Bulletin{}, nil, err
	} else if ok {
		in.Previous = &before.Bulletin
	}
	return bulletin.Compute(in), inputs, nil
}

// Forms are a bulletin on paper.
type Forms struct {
	Word, Workbook         []byte
	Subject, HTML, Text    string
	WordName, WorkbookName string
	Pictures               []press.Picture // that the HTML names
	Package                []byte          // of a draft: 问题交办单 and 督办函 as a zip
	PackageName            string
}

// SelfContained is the HTML with its pictures in it, as a file to look at.
func (f Forms) SelfContained() string { return press.SelfContained(f.HTML, f.Pictures) }

// Print sets a bulletin in all its forms, marked as a draft (送审稿) until it
// is released. Recipient names the submitter whose copy it is, "" where it is
// the office's.
func (o *Office) Print(b bulletin.Bulletin, recipient string, released bool) (Forms, error) {
	paper := o.Press
	paper.Released = released
	return o.printOn(paper, b, recipient)
}

func (o *Office) printOn(paper press.Office, b bulletin.Bulletin, recipient string) (f Forms, err error) {
	if f.Word, err = press.Word(b, paper, o.Templates); err != nil {
		return f, fmt.Errorf("set bulletin %s in Word: %w", b.Period, err)
	}
	if f.Workbook, err = press.Workbook(b, paper); err != nil {
		return f, fmt.Errorf("set bulletin %s in Excel: %w", b.Period, err)
	}
	f.WordName, f.WorkbookName = press.FileNames(b, paper)
	if f.Pictures, err = press.Pictures(b, paper); err != nil {
		return f, err
	}
	f.Subject, f.HTML, f.Text, err = press.Mail(b, paper, o.Templates, recipient)
	return f, err
}

// Orders sets what a month's bulletin leads to, as drafts to be signed: the
// lists of issues for the departments (问题交办单) and the letters about lagging
// projects (督办函), by file name.
func (o *Office) Orders(b bulletin.Bulletin) (map[string][]byte, error) {
	papers, err := press.Orders(b, o.Press, o.Templates)
	if err != nil {
		return nil, fmt.Errorf("set the orders of %s: %w", b.Period, err)
	}
	files := map[string][]byte{}
	for _, p := range papers {
		files[p.Name] = p.Word
	}
	return files, nil
}

// packed is what a month's bulletin leads to, as a zip; nil where it is nothing.
func (o *Office) packed(pub store.Publication) ([]byte, error) {
	files, err := o.Orders(pub.Bulletin)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("pack the orders of %s: %w", pub.Period, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack the orders of %s: %w", pub.Period, err)
	}
	return b.Bytes(), nil
}

// publish records the month's bulletin and queues its letters as its rule says.
func (o *Office) publish(t *store.Tx, p reporting.Period, rule BulletinRule, now time.Time) error {
	pub, err := o.snapshotOf(t, p, store.Release, now)
	if err != nil {
		return err
	}
	if len(pub.Inputs) == 0 {
		// As in the first month of use: a bulletin of nothing says nothing.
		o.Log.Warn("nothing to publish", "period", p)
		return o.alarmIn(t, "empty/"+p.String(), "没有可通报的数据："+p.Chinese()+"份",
			p.Chinese()+"份到冻结时没有收到任何可用的报表，没有生成通报。如报表是从别处收到的，请用 tongbao import 补录后再用 tongbao bulletin 生成。")
	}
	faults, err := press.Style(pub.Bulletin, o.paperOf(rule, false, now), o.Templates)
	if err != nil {
		return err
	}
	for _, f := range faults {
		o.Log.Warn("bulletin breaks a rule of style", "period", p, "fault", f)
	}
	_, err = o.issue(t, pub, rule, "daemon", now)
	return err
}

// queueCover queues an edition's letter to one recipient. Code releases a
// draft; it goes to approvers alone.
func (o *Office) queueCover(t *store.Tx, pub store.Publication, f Forms, e store.Edition, to, submitter, code string, now time.Time) error {
	key := "bulletin/" + occasionOf(pub.Period, e) + "/" + string(e) + "/" + to
	if known, err := t.Known(key); err != nil || known {
		return err
	}
	c := coverOf(key, to, submitter, pub, f)
	if rule := o.ruleOf(pub); rule.Release == onApproval && pub.Edition.IsDraft() {
		c.Code, c.Command = code, "tongbao bulletin release --period "+occasion(pub.Period, pub.Edition)
	}
	if pub.Quarter != nil {
		c.What = editionWords(pub.Period, pub.Edition)
	}
	c.Draft = strings.Contains(string(e), "draft")
	it, err := o.Desk.Cover(now, c)
	if err != nil {
		return err
	}
	_, err = t.Enqueue(it)
	return err
}
