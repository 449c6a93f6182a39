// Package office is the one room that acts: it reads letters, decides with
// the thinking rooms, and writes what came of it in one transaction. It owns
// no clock: every act takes now.
package office

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/chase"
	"tongbao/internal/clerk"
	"tongbao/internal/notice"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
	"tongbao/internal/store"
	"tongbao/templates"
)

// Opener opens strangers' files; clerk.Clerk does it in a child process.
type Opener interface {
	Open(ctx context.Context, name string, raw []byte) (clerk.Opened, error)
	OpenSmall(ctx context.Context, name string, raw []byte, most int) (clerk.Opened, bool, error)
	Mark(ctx context.Context, name string, raw []byte, marks []clerk.Mark) ([]clerk.Marked, error)
}

// Rules is what the configuration says; it can be changed as a whole.
type Rules struct {
	Register  *reporting.Register
	Terms     reporting.Terms
	Ladder    chase.Ladder
	Quiet     chase.Quiet
	Chasing   bool                                    // reminders and chasers go out
	Aliases   map[reporting.Field][]string            // the office's further header words
	Columns   map[string]map[reporting.Field][]string // the submitters' own, by name
	Checks    review.Thresholds                       // zero fields take review's defaults
	Prefilled bool                                    // reminders before the deadline bring last month's projects to fill in
	Bulletins []BulletinRule
	Lights    bulletin.Thresholds
	Scoring   bulletin.Scoring // of the quarter

	Room       Room // for letters that count for nobody; zero is no bound
	KeepPhones bool // telephone numbers stay in what goes to others than whose they are

	Addresses    []string      // the office's own people: alarms, lists, drafts
	Own          []string      // the mailbox's own addresses: never answered
	AnswerWithin time.Duration // only letters that arrived this recently get receipts
	ReceiptsHour int           // receipts to one sender within an hour
	Verify       string        // "off", "record", "require": letters of registered addresses
}

// BulletinRule is one bulletin and its bell.
type BulletinRule struct {
	Name       string
	Bell       Bell
	Kind       string   // "" is the month's; else a quarter's product, see bulletin.QuarterKinds
	Recipients []string // of the draft
	Approvers  []string // whose 同意 releases it; in lower case
	Release    string   // automatic, on-approval, office-only
	Paper      press.Office
}

// Bell is when a bulletin is due.
type Bell interface {
	Next(after time.Time) time.Time
}

// Office acts on a store by its rules.
type Office struct {
	Store     *store.Store
	Opener    Opener
	Verifier  Verifier // nil verifies nothing
	Desk      notice.Desk
	Press     press.Office
	Templates *templates.Set
	Rules     Rules
	Log       *slog.Logger

	mailboxRead time.Time // see MailboxRead
	lastTaken   time.Time // of the letters that were recorded: see stampAnew
}

// submitterOf is whom a sender's address counts for: the register first, then
// what the office assigned. Only an address decides.
func (o *Office) submitterOf(t *store.Tx, address string) (reporting.Submitter, bool) {
	if s, ok := o.Rules.Register.ByAddress(address); ok {
		return s, true
	}
	if name := t.Assigned(strings.ToLower(address)); name != "" {
		return o.Rules.Register.ByName(name)
	}
	return reporting.Submitter{}, false
}

// deadlineOf is the submitter's own deadline, extensions included.
func (o *Office) deadlineOf(t *store.Tx, p reporting.Period, submitter string) time.Time {
	if d := t.Extension(p, submitter); !d.IsZero() {
		return d.In(o.Rules.Terms.Zone)
	}
	return o.Rules.Terms.Deadline(p)
}

// standings is how the submitter's owed tables stand at now. With a bound,
// only what arrived by then is known, as at the freeze.
func (o *Office) standings(t *store.Tx, p reporting.Period, s reporting.Submitter, now, until time.Time) (map[reporting.Kind]reporting.Standing, error) {
	deadline := o.deadlineOf(t, p, s.Name)
	rejected := t.Rejections(p, s.Name) > 0
	out := map[reporting.Kind]reporting.Standing{}
	for _, k := range s.Tables {
		versions, err := t.Heads(p, s.Name, k)
		if err != nil {
			return nil, err
		}
		if !until.IsZero() {
			versions = slices.DeleteFunc(versions, func(v reporting.Head) bool { return v.Received.After(until) })
		}
		out[k] = reporting.Stand(versions, deadline, now, t.IsExempt(p, s.Name, k), rejected)
	}
	return out, nil
}
