package office

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// printCorrection sets a correction in its forms: Word and the letter. The
// figures of old and new are all in both.
func (o *Office) printCorrection(pub store.Publication, paper press.Office, recipient string) (f Forms, err error) {
	c := correctionOf(pub)
	if f.Word, f.WordName, err = press.CorrectionWord(c, paper, o.Templates); err != nil {
		return f, fmt.Errorf("set correction %s: %w", pub.Period, err)
	}
	f.Subject, f.HTML, f.Text, err = press.CorrectionMail(c, paper, o.Templates, recipient)
	return f, err
}

// correctionOf is a correction as press prints it.
func correctionOf(pub store.Publication) press.Correction {
	return press.Correction{Bulletin: pub.Bulletin, Differences: pub.Differences, Edition: cmp.Or(string(pub.Edition.Final()), "correction")}
}

// correct computes a month's correction: what the figures are by all that
// counts now, against the last that was sent of them.
func (o *Office) correct(t *store.Tx, p reporting.Period, e store.Edition, now time.Time) (store.Publication, error) {
	was, err := lastIssued(t, p)
	if err != nil {
		return was, err
	}
	b, inputs, err := o.computeAt(t, p, now, now)
	if err != nil {
		return was, err
	}
	var d []bulletin.Difference
	if !slices.Equal(was.Inputs, inputs) { // a threshold that was set anew corrects nothing
		d = bulletin.Differences(was.Bulletin, b)
	}
	return store.Publication{Period: p, Edition: e, Inputs: inputs, Bulletin: b, Differences: d}, nil
}

// lastIssued is the newest edition of a month that was released.
func lastIssued(t *store.Tx, p reporting.Period) (last store.Publication, err error) {
	for n, e := 1, store.Release; ; n, e = n+1, store.Correction(n) {
		pub, ok, err := t.Publication(p, e)
		if err != nil {
			return last, err
		}
		if !ok {
			if n == 1 {
				return last, wrong("%s份通报还没有发出，无须更正；送审稿有误的，退回后重新送审", p.Chinese())
			}
			return last, nil
		}
		last = pub
	}
}

// Correct makes and sends the month's next correction (更正通报): as its
// bulletin's rule says, a draft first.
func (o *Office) Correct(p reporting.Period, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		last, err := lastIssued(t, p)
		if err != nil {
			return err
		}
		var next store.Edition
		for n := 1; ; n++ {
			if next = store.Correction(n); last.Edition == store.Release || last.Edition == store.Correction(n-1) {
				break
			}
		}
		if d, ok, err := t.Publication(p, next.Draft()); err != nil || ok && d.Held.IsZero() {
			if err != nil {
				return err
			}
			return wrong("%s的送审稿正在等待核签（%s），退回后才能重做", editionWords(p, next), o.when(d.At))
		}
		fresh, err := o.correct(t, p, next, now)
		if err != nil {
			return err
		}
		if len(fresh.Differences) == 0 {
			return wrong("%s份通报的数字没有变化，无须更正", p.Chinese())
		}
		pub, err = o.issue(t, fresh, o.ruleOf(last), by, now)
		return err
	})
	return pub, err
}

// Corrected lists a month's corrections that went out, in order.
func (o *Office) Corrected(p reporting.Period) (out []store.Publication, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		for n := 1; ; n++ {
			pub, ok, err := t.Publication(p, store.Correction(n))
			if err != nil || !ok {
				return err
			}
			out = append(out, pub)
		}
	})
	return out, err
}
