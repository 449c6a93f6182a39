package office

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Verifier finds out whether a letter comes from whom it names.
type Verifier interface {
	Sender(raw []byte) string
	Verify(ctx context.Context, raw []byte) store.Proof
}

// unproved begins the reason of a registered address's letter that waits
// because nobody vouches for it.
const unproved = "发件地址已登记，但无法核实来信确由该地址发出，请电话核实后认领 "

// prove asks who vouches for a letter from an address that counts for
// somebody. Strangers' letters count for nobody either way, and asking the DNS
// about them would let anyone keep us busy. Letters that an operator imports
// are the operator's word. It is asked once: the answer is kept beside the letter.
func (o *Office) prove(ctx context.Context, a store.Arrival, raw []byte) (*store.Proof, error) {
	if o.Verifier == nil || a.Via != "mail" {
		return nil, nil
	}
	asked, err := o.asksProof(o.Verifier.Sender(raw))
	if err != nil || !asked {
		return nil, err
	}
	p := o.Verifier.Verify(ctx, raw)
	if ctx.Err() != nil {
		return nil, ctx.Err() // an answer that was cut off is none
	}
	p.Required = o.Rules.Verify == "require"
	return &p, nil
}

// asksProof reports whether a letter from the address may decide something: a
// submitter's where the office wants to know, and the office's own people's always.
func (o *Office) asksProof(from string) (bool, error) {
	if from == "" {
		return false, nil
	}
	if slices.ContainsFunc(o.Rules.Addresses, func(a string) bool { return strings.EqualFold(a, from) }) {
		return true, nil
	}
	if o.isApprover(from) {
		return true, nil
	}
	registered := false
	err := o.Store.View(func(t *store.Tx) error { _, registered = o.submitterOf(t, from); return nil })
	return registered && o.Rules.Verify != "" && o.Rules.Verify != "off", err
}

// proofOf is what is known of the sender that the letter was read to have.
func proofOf(l store.Letter) store.Proof {
	if l.Proof == nil {
		return store.Proof{Verdict: "none"}
	}
	if l.Proof.From != l.From {
		return store.Proof{Verdict: "none", Required: l.Proof.Required, Why: "several senders"}
	}
	return *l.Proof
}

// mustWait reports whether a registered address's letter waits for the office
// because nobody vouches for it.
func mustWait(l store.Letter) bool {
	p := proofOf(l)
	return p.Required && p.Verdict != "pass"
}

// noteForged adds the office's finding to a letter that counts and looks
// forged. Its sender does not get it: the receipt goes to the registered
// address, whose owner sees there that somebody wrote in his name.
func (o *Office) noteForged(l *store.Letter) {
	if p := proofOf(*l); p.Verdict == "fail" {
		l.Findings = append(l.Findings, reporting.Finding{Path: []string{l.Name}, Code: "sender-unproved", Severity: reporting.Warning,
			Message: fmt.Sprintf("来信可能不是由%s发出的（%s），表已计入，请向该单位核实。", l.From, p.Why)})
		o.Log.Warn("letter looks forged", "letter", l.ID, "from", l.From, "why", p.Why)
	}
}

// Suspect is a letter that counts although it looks forged.
type Suspect struct {
	ID        string    `json:"id"`
	Submitter string    `json:"submitter"`
	From      string    `json:"from"`
	Subject   string    `json:"subject"`
	Arrived   time.Time `json:"arrived"`
	Why       string    `json:"why"`
}

// suspects lists a month's letters that count and look forged.
func (o *Office) suspects(t *store.Tx, p reporting.Period) (out []Suspect, err error) {
	since := o.Rules.Terms.Deadline(p).AddDate(0, -1, 0)
	letters, err := t.Forged(since)
	slices.SortStableFunc(letters, func(a, b store.Letter) int { return a.Arrived.Compare(b.Arrived) })
	for _, l := range letters {
		if !l.Arrived.Before(since) && proofOf(l).Verdict == "fail" && (slices.Contains(l.For, p.String()) || len(l.For) == 0) {
			out = append(out, Suspect{ID: l.ID, Submitter: l.Sender, From: l.From, Subject: l.Subject, Arrived: l.Arrived, Why: l.Proof.Why})
		}
	}
	return out, err
}
