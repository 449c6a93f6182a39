package office

import (
	"fmt"
	"slices"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// occasion is how a verb names what an edition is of: 2021-03, or 2021-Q1
// --kind quarter-ranking.
func occasion(p reporting.Period, e store.Edition) string {
	if kind := e.Quarter(); kind != "" {
		return occasionOf(p, e) + " --kind " + kind
	}
	return p.String()
}

// occasionOf is the month or the quarter that an edition is of.
func occasionOf(p reporting.Period, e store.Edition) string {
	if e.Quarter() != "" {
		return reporting.QuarterOf(p).String()
	}
	return p.String()
}

// bellTarget is what a bell publishes: the newest month whose deadline has passed, or
// of a quarter's product the newest quarter that is over by then; the list of
// what is to start is of the quarter in which the bell rings. Freeze is from
// when on it can be computed.
func (o *Office) bellTarget(rule BulletinRule, rung time.Time) (p reporting.Period, e store.Edition, freeze time.Time) {
	p = Target(o.Rules.Terms, rung)
	switch rule.Kind {
	case "":
		return p, store.Release, o.Rules.Terms.Freeze(p)
	case bulletin.QuarterStarts:
		// The newest tables are of p, which may lie before the quarter.
		return reporting.QuarterOf(reporting.PeriodOf(rung.In(o.Rules.Terms.Zone))).Last(), store.Edition(rule.Kind), o.Rules.Terms.Freeze(p)
	}
	q := reporting.QuarterOf(p)
	if p != q.Last() {
		q = q.Add(-1)
	}
	return q.Last(), store.Edition(rule.Kind), o.Rules.Terms.Freeze(q.Last())
}

// publishQuarter records a quarter's product and queues its letters as its
// rule says.
func (o *Office) publishQuarter(t *store.Tx, p reporting.Period, rule BulletinRule, now time.Time) error {
	q := reporting.QuarterOf(p)
	pub, err := o.quarterly(t, q, store.Edition(rule.Kind), now)
	if err != nil {
		return err
	}
	if why := nothingIn(*pub.Quarter, pub.Inputs); why != "" {
		o.Log.Warn("nothing to publish", "quarter", q, "kind", rule.Kind)
		name := q.Chinese() + bulletin.QuarterTitle(rule.Kind)
		return o.alarmIn(t, "empty/"+q.String()+"/"+rule.Kind, "没有生成"+name, name+"没有生成："+why+"。补录后运行 tongbao bulletin draft --period "+occasion(p, pub.Edition)+" 生成送审稿。")
	}
	_, err = o.issueQuarter(t, pub, rule, "daemon", now)
	return err
}

func (o *Office) issueQuarter(t *store.Tx, pub store.Publication, rule BulletinRule, by string, now time.Time) (store.Publication, error) {
	faults, err := press.QuarterStyle(*pub.Quarter, o.paperOf(rule, false, now), o.Templates)
	if err != nil {
		return pub, err
	}
	for _, f := range faults {
		o.Log.Warn("bulletin breaks a rule of style", "period", pub.Quarter.Quarter, "fault", f)
	}
	return o.issue(t, pub, rule, by, now)
}

// nothingIn says why a product would say nothing, "" where it says something.
func nothingIn(q bulletin.Quarterly, inputs []store.Input) string {
	switch {
	case q.Kind == bulletin.QuarterVisits && len(q.Visits.Entries) == 0:
		return "还没有录入" + q.Quarter.Chinese() + "的观摩投票（tongbao votes）"
	case q.Kind != bulletin.QuarterVisits && len(inputs) == 0:
		return q.Base.Chinese() + "份没有可用的报表"
	}
	return ""
}

// quarterly computes a quarter's product at now: of the months' bulletins as
// they went out last, else of what counted at their freezes.
func (o *Office) quarterly(t *store.Tx, q reporting.Quarter, e store.Edition, now time.Time) (store.Publication, error) {
	kind := e.Quarter()
	now = now.In(o.Rules.Terms.Zone)
	base := q.Last()
	if kind == bulletin.QuarterStarts {
		var err error
		if base, err = o.newest(t, q, now); err != nil {
			return store.Publication{}, err
		}
	}
	asOf := o.Rules.Terms.Freeze(base)
	if now.Before(asOf) {
		asOf = now
	}
	in := bulletin.QuarterInput{Quarter: q, Kind: kind, AsOf: asOf, Number: q.String() + "-" + now.Format("0102150405"), Submitters: o.Rules.Register.All(),
		Scoring: o.Rules.Scoring, Tables: map[string]reporting.Table{}}
	pub := store.Publication{Period: q.Last(), Edition: e.Final(), Bulletin: bulletin.Bulletin{Period: q.Last(), Number: in.Number, AsOf: asOf}}
	for _, p := range quarterMonths(q, base) {
		b, inputs, err := o.monthly(t, p, now)
		if err != nil {
			return pub, err
		}
		if in.Months = append(in.Months, bulletin.MonthOf(b)); p == base {
			in.Base, pub.Inputs = b, inputs
		}
	}
	for _, i := range pub.Inputs {
		if i.Kind != reporting.Progress {
			continue
		}
		v, ok, err := t.Version(base, i.Submitter, i.Kind, i.Version)
		if err != nil || !ok {
			return pub, orUnknown(err, "version", i.Submitter)
		}
		in.Tables[i.Submitter] = v.Table
	}
	if _, err := t.Note(votesNote(q.Last()), &in.Votes); err != nil {
		return pub, err
	}
	if _, err := t.Note(awardsNote(q.Last()), &in.Awards); err != nil {
		return pub, err
	}
	before := q.Add(-1).Last()
	for _, e := range []store.Edition{bulletin.QuarterRanking, store.Edition(bulletin.QuarterRanking).Draft()} {
		last, ok, err := t.Publication(before, e)
		if err != nil {
			return pub, err
		}
		if ok && last.Held.IsZero() {
			in.Previous = last.Quarter
			break
		}
	}
	out := bulletin.ComputeQuarter(in)
	pub.Quarter = &out
	return pub, nil
}

// newest is the last month up to a quarter's end that is frozen and has
// tables: where the quarter has just begun, it lies before. A quarter further
// back nothing is looked for.
func (o *Office) newest(t *store.Tx, q reporting.Quarter, now time.Time) (reporting.Period, error) {
	first := q.Last()
	for o.Rules.Terms.Freeze(first).After(now) {
		first = first.Add(-1)
	}
	for p := first; !p.Before(q.Add(-1).First()); p = p.Add(-1) {
		for _, s := range o.Rules.Register.All() {
			versions, err := t.Versions(p, s.Name, reporting.Progress)
			if err != nil {
				return p, err
			}
			if reporting.Counting(versions, o.Rules.Terms.Freeze(p)) != nil {
				return p, nil
			}
		}
	}
	return first, nil
}

// quarterMonths are the months that a quarter's figures ask for, in order: of
// the same quarter a year ago, of the quarter before, and of the year up to the
// base.
func quarterMonths(q reporting.Quarter, base reporting.Period) (out []reporting.Period) {
	for _, other := range []reporting.Quarter{q.Add(-4), q.Add(-1), q} {
		out = append(out, other.Months()...)
	}
	for p := (reporting.Period{Year: base.Year, Month: time.January}); !base.Before(p); p = p.Add(1) {
		out = append(out, p)
	}
	out = append(out, base)
	slices.SortFunc(out, func(a, b reporting.Period) int { return 12*(a.Year-b.Year) + int(a.Month-b.Month) })
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(p reporting.Period) bool { return base.Before(p) })
}

// monthly is a month's bulletin as it went out last, corrections included; a
// month without one is computed of what counted at its freeze.
func (o *Office) monthly(t *store.Tx, p reporting.Period, now time.Time) (bulletin.Bulletin, []store.Input, error) {
	pub, went, err := standing(t, p) // a draft that was sent back is none
	for n, more := 1, went; more && err == nil; n++ {
		var next store.Publication
		if next, more, err = t.Publication(p, store.Correction(n)); more {
			pub = next
		}
	}
	if err != nil || went {
		return pub.Bulletin, pub.Inputs, err
	}
	counted := o.Rules.Terms.Freeze(p)
	if now.Before(counted) {
		counted = now
	}
	return o.computeAt(t, p, now, counted)
}

// Quarterly is a quarter's product as it went out or waits for its release,
// else as it would be now. Published is whether it went out.
func (o *Office) Quarterly(q reporting.Quarter, kind string, now time.Time) (out bulletin.Quarterly, published bool, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		pub, ok, err := standingQuarter(t, q, kind)
		if err == nil && !ok {
			pub, err = o.quarterly(t, q, store.Edition(kind), now)
		}
		if err == nil {
			out, published = *pub.Quarter, ok && !pub.Edition.IsDraft()
		}
		return err
	})
	return out, published, err
}

// standingQuarter is standing for a quarter's product.
func standingQuarter(t *store.Tx, q reporting.Quarter, kind string) (pub store.Publication, ok bool, err error) {
	e := store.Edition(kind)
	if pub, ok, err = t.Publication(q.Last(), e); err != nil || ok {
		return pub, ok, err
	}
	pub, ok, err = t.Publication(q.Last(), e.Draft())
	return pub, ok && pub.Held.IsZero(), err
}

// PrintQuarter sets a quarter's product in all its forms; see Print.
func (o *Office) PrintQuarter(q bulletin.Quarterly, recipient string, released bool) (Forms, error) {
	paper := o.ruleOf(store.Publication{Edition: store.Edition(q.Kind)}).Paper
	paper.Released = released
	return o.printQuarter(q, paper, recipient)
}

func (o *Office) printQuarter(q bulletin.Quarterly, paper press.Office, recipient string) (f Forms, err error) {
	if f.Word, err = press.QuarterWord(q, paper, o.Templates); err != nil {
		return f, fmt.Errorf("set %s of %s in Word: %w", q.Kind, q.Quarter, err)
	}
	if f.Workbook, err = press.QuarterWorkbook(q, paper); err != nil {
		return f, fmt.Errorf("set %s of %s in Excel: %w", q.Kind, q.Quarter, err)
	}
	f.WordName, f.WorkbookName = press.QuarterFileNames(q, paper)
	if f.Pictures, err = press.QuarterPictures(q, paper); err != nil {
		return f, err
	}
	f.Subject, f.HTML, f.Text, err = press.QuarterMail(q, paper, o.Templates, recipient)
	return f, err
}

// pendingQuarter is pending for a quarter's product.
func pendingQuarter(t *store.Tx, q reporting.Quarter, kind string) (store.Publication, error) {
	e := store.Edition(kind)
	done, ok, err := t.Publication(q.Last(), e)
	if err != nil {
		return done, err
	}
	if ok {
		return done, wrong("%s已于%s定稿，不能再次外发", editionWords(q.Last(), e), done.At.Format("2006年1月2日15:04"))
	}
	draft, ok, err := t.Publication(q.Last(), e.Draft())
	if err == nil && !ok {
		err = wrong("%s还没有送审稿；到期后自动生成，也可运行 tongbao bulletin draft --period %s", editionWords(q.Last(), e), occasion(q.Last(), e))
	}
	return draft, err
}

// ReleaseQuarter is Release for a quarter's product.
func (o *Office) ReleaseQuarter(q reporting.Quarter, kind, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		draft, err := pendingQuarter(t, q, kind)
		if err != nil {
			return err
		}
		pub, err = o.release(t, draft, by, "", now)
		return err
	})
	return pub, err
}

// HoldQuarter is Hold for a quarter's product.
func (o *Office) HoldQuarter(q reporting.Quarter, kind, reason, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		draft, err := pendingQuarter(t, q, kind)
		if err != nil {
			return err
		}
		pub, err = o.hold(t, draft, reason, by, "", now)
		return err
	})
	return pub, err
}

// DraftQuarter computes a quarter's product and sends it to the office as its
// rule says: the first time, where its bell had nothing to publish, or anew.
func (o *Office) DraftQuarter(q reporting.Quarter, kind, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		e := store.Edition(kind)
		if done, ok, err := t.Publication(q.Last(), e); err != nil || ok {
			if err == nil {
				err = wrong("%s已于%s定稿", editionWords(q.Last(), e), o.when(done.At))
			}
			return err
		}
		if !slices.ContainsFunc(o.Rules.Bulletins, func(r BulletinRule) bool { return r.Kind == kind }) {
			return wrong("配置的 bulletins 里没有 kind: %s，不知道发给谁", kind)
		}
		if freeze := o.Rules.Terms.Freeze(q.Last()); kind != bulletin.QuarterStarts && now.Before(freeze) {
			return wrong("%s的数据到%s冻结，此后才能送审", q.Chinese(), o.when(freeze))
		}
		fresh, err := o.quarterly(t, q, e, now)
		if err != nil {
			return err
		}
		if why := nothingIn(*fresh.Quarter, fresh.Inputs); why != "" {
			return wrong("%s", why)
		}
		pub, err = o.issueQuarter(t, fresh, o.ruleOf(fresh), by, now)
		return err
	})
	return pub, err
}
