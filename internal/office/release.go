package office

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// The ways in which a bulletin is released.
const (
	automatic  = "automatic"   // at its bell, to the office and the submitters
	officeOnly = "office-only" // to the office alone, which prints and sends it itself
	onApproval = "on-approval" // as a draft to the office; to the submitters once an approver agrees
)

// ruleOf is the configuration's bulletin that an edition was issued by; the
// first one of its kind where it has been renamed since.
func (o *Office) ruleOf(pub store.Publication) BulletinRule {
	kind := pub.Edition.Quarter()
	for _, r := range o.Rules.Bulletins {
		if r.Name == pub.Rule && r.Kind == kind {
			return r
		}
	}
	for _, r := range o.Rules.Bulletins {
		if r.Kind == kind {
			return r
		}
	}
	return BulletinRule{Name: pub.Rule, Kind: kind, Recipients: o.Rules.Addresses, Paper: o.Press}
}

// editionWords names an edition as letters and pages do.
func editionWords(p reporting.Period, e store.Edition) string {
	if kind := e.Quarter(); kind != "" {
		return reporting.QuarterOf(p).Chinese() + bulletin.QuarterTitle(kind)
	}
	if e = e.Final(); e == store.Release {
		return p.Chinese() + "份通报"
	}
	return p.Chinese() + "份更正通报"
}

// issue records an edition and queues its letters as its rule says: as it
// stands, or as a draft with a code that releases it. It is in the journal
// before it takes effect.
func (o *Office) issue(t *store.Tx, pub store.Publication, rule BulletinRule, by string, now time.Time) (store.Publication, error) {
	pub.At, pub.Rule = now, rule.Name
	e := store.Entry{At: now, By: by, Action: "publish", Period: pub.Period, Edition: pub.Edition, Number: pub.Bulletin.Number, Reason: rule.Name}
	code := ""
	if rule.Release == onApproval {
		e.Edition = pub.Edition.Draft()
		code = newCode()
		e.Code = hashed(code)
	}
	if err := o.Store.Journal(e); err != nil {
		return pub, err
	}
	pub, err := record(t, pub, e)
	if err != nil {
		return pub, err
	}
	switch rule.Release {
	case automatic:
		return pub, o.sendReleased(t, pub, rule, now)
	case onApproval:
		return pub, o.sendDraft(t, pub, rule, code, now)
	}
	return pub, o.sendDraft(t, pub, rule, "", now)
}

// record keeps an edition as the journal's entry tells it. A draft that takes
// another's place knows the old codes, so that who uses one can be told.
func record(t *store.Tx, pub store.Publication, e store.Entry) (store.Publication, error) {
	pub.Edition, pub.Code, pub.At, pub.Rule = e.Edition, e.Code, e.At, e.Reason
	if e.Edition.IsDraft() {
		old, ok, err := t.Publication(e.Period, e.Edition)
		if err != nil {
			return pub, err
		}
		if ok {
			pub.OldCodes = append(slices.Clone(old.OldCodes), old.Code)
		}
	}
	return pub, t.Publish(pub)
}

// newCode is a one-time code: 8 characters that cannot be mistaken for one
// another, 39 bits.
func newCode() string {
	var b [8]byte
	rand.Read(b[:]) //nolint:errcheck // never fails
	for i := range b {
		b[i] = codeAlphabet[int(b[i])%len(codeAlphabet)]
	}
	return string(b[:])
}

const codeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // 32: no bias

func hashed(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// sendDraft queues the draft to the office's people. Only approvers get the code.
func (o *Office) sendDraft(t *store.Tx, pub store.Publication, rule BulletinRule, code string, now time.Time) error {
	forms, err := o.formsOf(pub, rule, "", false, now)
	if err != nil {
		return err
	}
	if !pub.Edition.IsCorrection() && pub.Quarter == nil {
		if forms.Package, err = o.packed(pub); err != nil {
			return err
		}
		forms.PackageName = pub.Period.Chinese() + "份问题交办单和督办函（送审稿）.zip"
	}
	edition := pub.Edition.Final().Draft()
	if n := len(pub.OldCodes); n > 0 {
		edition += store.Edition(fmt.Sprintf("-%d", n+1))
	}
	to := slices.Clone(rule.Recipients)
	if code != "" {
		for _, a := range rule.Approvers {
			if !slices.Contains(to, a) {
				to = append(to, a)
			}
		}
	}
	for _, a := range to {
		its := ""
		if slices.Contains(rule.Approvers, a) {
			its = code
		}
		if err := o.queueCover(t, pub, forms, edition, a, "", its, now); err != nil {
			return err
		}
	}
	o.Log.Info("draft sent to the office", "period", pub.Period, "edition", pub.Edition, "number", pub.Bulletin.Number, "release", rule.Release)
	return nil
}

// sendReleased queues an edition as it stands to the office and to every
// submitter, each copy beginning with its own figures.
func (o *Office) sendReleased(t *store.Tx, pub store.Publication, rule BulletinRule, now time.Time) error {
	forms, err := o.formsOf(pub, rule, "", true, now)
	if err != nil {
		return err
	}
	for _, to := range rule.Recipients {
		if err := o.queueCover(t, pub, forms, pub.Edition, to, "", "", now); err != nil {
			return err
		}
	}
	for _, s := range o.Rules.Register.All() {
		if len(s.Addresses) == 0 {
			continue
		}
		own, err := o.copyFor(pub, rule, forms, s.Name, now)
		if err != nil {
			return err
		}
		for _, to := range s.Addresses {
			if err := o.queueCover(t, pub, own, pub.Edition, to, s.Name, "", now); err != nil {
				return err
			}
		}
	}
	o.Log.Info("bulletin published", "period", pub.Period, "edition", pub.Edition, "number", pub.Bulletin.Number, "release", rule.Release)
	return nil
}

// paperOf is how an edition is printed. One that is released is signed by it.
func (o *Office) paperOf(rule BulletinRule, released bool, now time.Time) press.Office {
	paper := rule.Paper
	if paper.Released = released; released && paper.Dated == "" {
		paper.Dated = now.In(o.Rules.Terms.Zone).Format("2006年1月2日")
	}
	return paper
}

// formsOf prints an edition in all its forms.
func (o *Office) formsOf(pub store.Publication, rule BulletinRule, recipient string, released bool, now time.Time) (Forms, error) {
	paper := o.paperOf(rule, released, now)
	if pub.Quarter != nil {
		return o.printQuarter(*pub.Quarter, paper, recipient)
	}
	if pub.Edition.IsCorrection() {
		return o.printCorrection(pub, paper, recipient)
	}
	return o.printOn(paper, pub.Bulletin, recipient)
}

// copyFor is a submitter's copy: the same files, a letter of its own.
func (o *Office) copyFor(pub store.Publication, rule BulletinRule, forms Forms, submitter string, now time.Time) (own Forms, err error) {
	paper := o.paperOf(rule, true, now)
	own = forms
	if pub.Quarter != nil {
		own.Subject, own.HTML, own.Text, err = press.QuarterMail(*pub.Quarter, paper, o.Templates, submitter)
		return own, err
	}
	if pub.Edition.IsCorrection() {
		own.Subject, own.HTML, own.Text, err = press.CorrectionMail(correctionOf(pub), paper, o.Templates, submitter)
		return own, err
	}
	own.Subject, own.HTML, own.Text, err = press.Mail(pub.Bulletin, paper, o.Templates, submitter)
	return own, err
}

// pending finds the month's draft that waits: the bulletin's own, else the
// newest correction's. The error says in Chinese why there is none.
func pending(t *store.Tx, p reporting.Period) (store.Publication, error) {
	var last store.Publication
	for n, e := 0, store.Release; ; n, e = n+1, store.Correction(n+1) {
		draft, drafted, err := t.Publication(p, e.Draft())
		if err != nil {
			return draft, err
		}
		done, ok, err := t.Publication(p, e)
		if err != nil {
			return draft, err
		}
		switch {
		case drafted && !ok:
			return draft, nil
		case ok:
			last = done
			continue
		case last.Edition != "":
			return last, wrong("%s已于%s%s，不能再次外发", editionWords(p, last.Edition), last.At.Format("2006年1月2日15:04"), "定稿")
		}
		return draft, wrong("%s份还没有送审稿；到期后自动生成", p.Chinese())
	}
}

// awaited is pending for who decides on it. Where the rule sends a bulletin to
// the office alone, nothing ever waits, and the answer says what there is to do.
func (o *Office) awaited(t *store.Tx, p reporting.Period) (store.Publication, error) {
	pub, err := pending(t, p)
	if err != nil && pub.Edition != "" && o.ruleOf(pub).Release == officeOnly {
		return pub, wrong("%s已于%s定稿。它按 release: office-only 只发办公室，不送审，也不由系统外发：签发后由办公室自行印发；有误的，用 tongbao bulletin correct 更正。要由系统外发，请把 release 改为 on-approval，自下一期起执行",
			editionWords(p, pub.Edition), o.when(pub.At))
	}
	return pub, err
}

// Pending is the month's draft that waits to be released.
func (o *Office) Pending(p reporting.Period) (pub store.Publication, err error) {
	err = o.Store.View(func(t *store.Tx) error { pub, err = pending(t, p); return err })
	return pub, err
}

// Release sends the month's draft to the submitters as it is: the figures of
// the snapshot, whatever came since.
func (o *Office) Release(p reporting.Period, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		draft, err := o.awaited(t, p)
		if err != nil {
			return err
		}
		pub, err = o.release(t, draft, by, "", now)
		return err
	})
	return pub, err
}

func (o *Office) release(t *store.Tx, draft store.Publication, by, letter string, now time.Time) (store.Publication, error) {
	if !draft.Held.IsZero() {
		return draft, wrong("%s的送审稿已于%s退回，请先重新送审：tongbao bulletin draft --period %s",
			editionWords(draft.Period, draft.Edition), o.when(draft.Held), occasion(draft.Period, draft.Edition))
	}
	e := store.Entry{At: now, By: by, Action: "release", Period: draft.Period, Edition: draft.Edition.Final(), Number: draft.Bulletin.Number, Letter: letter}
	if err := o.Store.Journal(e); err != nil {
		return draft, err
	}
	pub, err := applyRelease(t, e)
	if err != nil {
		return pub, err
	}
	return pub, o.sendReleased(t, pub, o.ruleOf(pub), now)
}

// applyRelease makes the draft's snapshot the released edition.
func applyRelease(t *store.Tx, e store.Entry) (store.Publication, error) {
	pub, ok, err := t.Publication(e.Period, e.Edition.Draft())
	if err != nil || !ok {
		return pub, orUnknown(err, "draft", e.Period.String()+"/"+string(e.Edition.Draft()))
	}
	pub.Edition, pub.At, pub.Code, pub.OldCodes = e.Edition, e.At, "", nil
	return pub, t.Publish(pub)
}

// Hold sends the month's draft back (退回): it is not released, and a new one
// is computed when somebody asks for it.
func (o *Office) Hold(p reporting.Period, reason, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		draft, err := o.awaited(t, p)
		if err != nil {
			return err
		}
		pub, err = o.hold(t, draft, reason, by, "", now)
		return err
	})
	return pub, err
}

func (o *Office) hold(t *store.Tx, draft store.Publication, reason, by, letter string, now time.Time) (store.Publication, error) {
	if !draft.Held.IsZero() {
		return draft, wrong("%s的送审稿已于%s退回", editionWords(draft.Period, draft.Edition), o.when(draft.Held))
	}
	e := store.Entry{At: now, By: by, Action: "hold", Period: draft.Period, Edition: draft.Edition, Number: draft.Bulletin.Number, Letter: letter, Reason: reason}
	if err := o.Store.Journal(e); err != nil {
		return draft, err
	}
	return applyHold(t, e)
}

func applyHold(t *store.Tx, e store.Entry) (store.Publication, error) {
	pub, ok, err := t.Publication(e.Period, e.Edition)
	if err != nil || !ok {
		return pub, orUnknown(err, "draft", e.Period.String()+"/"+string(e.Edition))
	}
	pub.Held, pub.HeldWhy = e.At, e.Reason
	return pub, t.Publish(pub)
}

// Redraft computes a draft anew, of what counts at the freeze by what was
// decided since, and sends it to the office. The old one's code no longer holds.
func (o *Office) Redraft(p reporting.Period, by string, now time.Time) (pub store.Publication, err error) {
	err = o.Store.Update(now, func(t *store.Tx) error {
		old, err := o.awaited(t, p)
		if err != nil {
			return err
		}
		fresh, err := o.snapshotOf(t, p, old.Edition.Final(), now)
		if err != nil {
			return err
		}
		pub, err = o.issue(t, fresh, o.ruleOf(old), by, now)
		return err
	})
	return pub, err
}

// snapshotOf computes an edition at now.
func (o *Office) snapshotOf(t *store.Tx, p reporting.Period, e store.Edition, now time.Time) (store.Publication, error) {
	if e.Quarter() != "" {
		return o.quarterly(t, reporting.QuarterOf(p), e, now)
	}
	if e.IsCorrection() {
		return o.correct(t, p, e, now)
	}
	b, inputs, err := o.compute(t, p, now)
	return store.Publication{Period: p, Edition: e, Inputs: inputs, Bulletin: b}, err
}

// standing is what went out for a month, else the draft that waits for its
// release: such figures do not change any more.
func standing(t *store.Tx, p reporting.Period) (pub store.Publication, ok bool, err error) {
	if pub, ok, err = t.Publication(p, store.Release); err != nil || ok {
		return pub, ok, err
	}
	pub, ok, err = t.Publication(p, store.Draft)
	return pub, ok && pub.Held.IsZero(), err
}

func (o *Office) when(at time.Time) string {
	return at.In(o.Rules.Terms.Zone).Format("2006年1月2日15:04")
}
