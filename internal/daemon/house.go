// Package daemon wires the rooms together, rings their bells in turn and
// shuts them down in reverse order.
package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/mail"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/attachment"
	"tongbao/internal/bulletin"
	"tongbao/internal/chase"
	"tongbao/internal/clerk"
	"tongbao/internal/config"
	"tongbao/internal/courier"
	"tongbao/internal/form"
	"tongbao/internal/letter"
	"tongbao/internal/mailbox"
	"tongbao/internal/notice"
	"tongbao/internal/office"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
	"tongbao/internal/sheet"
	"tongbao/internal/store"
	"tongbao/templates"
)

// Options are what a process brings along; the zero value is a daemon's.
type Options struct {
	Log     *slog.Logger
	Command []string // starts the clerk's child; default: this binary with "clerk"
	Env     []string // of the child
	// LookupTXT asks the DNS for DKIM keys; nil asks nobody.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	Anew      bool // the database is to be made again: see store.OpenAnew
}

// House is the office with its store and its clerk, opened by one process.
type House struct {
	Config *config.Config
	Office *office.Office
	clerk  *clerk.Clerk
	store  *store.Store
}

// Open opens the data directory and everything that works on it.
func Open(cfg *config.Config, o Options) (*House, error) {
	if err := mayWrite(cfg.Data); err != nil {
		return nil, err
	}
	h, err := OpenWithout(cfg, o)
	if err != nil {
		return nil, err
	}
	open := store.Open
	if o.Anew {
		open = store.OpenAnew
	}
	st, err := open(cfg.Data)
	if err != nil {
		h.clerk.Close()
		return nil, err
	}
	h.store, h.Office.Store = st, st
	if err := h.Office.FillRegister(); err != nil {
		h.Close() //nolint:errcheck // the first error tells
		return nil, err
	}
	return h, nil
}

// OpenWithout wires an office without a store, which can inspect only.
func OpenWithout(cfg *config.Config, o Options) (*House, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	of := &office.Office{Log: o.Log.With("component", "office"), Verifier: &verifier{letter.Verifier{LookupTXT: o.LookupTXT}}}
	if err := configure(of, cfg); err != nil {
		return nil, err
	}
	l := cfg.Limits
	c := clerk.New(clerk.Options{
		Log: o.Log.With("component", "clerk"), Command: o.Command, Env: o.Env, Wall: l.Time, CPU: l.Time, Children: min(runtime.GOMAXPROCS(0), 4), Data: uint64(l.Memory), Passwords: l.Passwords,
		Sheet:      sheet.Limits{Unpacked: int64(l.Unpacked), Rows: l.Rows, Columns: l.Columns},
		Letter:     letter.Limits{Parts: l.Parts},
		Attachment: attachment.Limits{Depth: l.Depth, Entries: l.Entries, Unpacked: int64(l.Unpacked)},
	})
	of.Opener = c
	return &House{Config: cfg, Office: of, clerk: c}, nil
}

// Close ends the clerk's child and closes the store.
func (h *House) Close() error {
	err := h.clerk.Close()
	if h.store != nil {
		if e := h.store.Close(); err == nil {
			err = e
		}
	}
	return err
}

// configure makes an office's rules, desk and templates of a configuration.
// On an error the office is as it was.
func configure(of *office.Office, cfg *config.Config) error {
	terms, err := cfg.Terms()
	if err != nil {
		return err
	}
	set, err := templates.Load(cfg.Templates)
	if err != nil {
		return err
	}
	if err := notice.Check(set); err != nil {
		return err
	}
	if err := press.Check(set); err != nil {
		return err
	}
	for _, s := range cfg.Reminders.Steps {
		if !set.Has(s.Template) {
			return fmt.Errorf("reminders.steps: step %q wants the template %q, which is not in %q in both forms (letters/%[2]s.txt.tmpl and .html.tmpl)", s.Name, s.Template, cfg.Templates)
		}
	}
	rules := office.Rules{
		Register: cfg.Register(), Terms: terms, Ladder: ladder(cfg), Chasing: cfg.Reminders.Enabled, Prefilled: cfg.Reminders.Prefilled, KeepPhones: !cfg.Privacy.StripPhone,
		Room: office.Room{Letters: cfg.Keep.Strangers.Letters, Bytes: int64(cfg.Keep.Strangers.Bytes), Age: cfg.Keep.Strangers.Age},
		Quiet: chase.Quiet{From: time.Duration(cfg.Reminders.Quiet.From), To: time.Duration(cfg.Reminders.Quiet.To),
			DaysOff: !cfg.Reminders.Quiet.DaysOff},
		Addresses: cfg.Office.Addresses, Own: own(cfg),
		AnswerWithin: cfg.Mailbox.AnswerWithin, ReceiptsHour: cfg.Limits.Receipts, Verify: cfg.Senders.Verify,
	}
	rules.Checks = thresholds(cfg.Checks)
	if rules.Aliases, rules.Columns, err = headerWords(cfg); err != nil {
		return err
	}
	rules.Lights = bulletin.Thresholds{Yellow: bulletin.Number{Decimal: cfg.Reporting.Lights.Yellow}, Red: bulletin.Number{Decimal: cfg.Reporting.Lights.Red}}
	rules.Scoring = scoring(cfg.Quarter)
	paper := press.Office{Name: cfg.Office.Name, City: cfg.Office.City, Contact: cfg.Office.Contact, Phone: cfg.Office.Phone}
	for _, b := range cfg.Bulletins {
		bell, err := b.Bell(terms.Zone)
		if err != nil {
			return fmt.Errorf("bulletin %q: %w", b.Name, err)
		}
		kind := b.Kind
		if b.MonthBulletin() {
			kind = ""
		}
		rules.Bulletins = append(rules.Bulletins, office.BulletinRule{Name: b.Name, Kind: kind, Bell: bell, Recipients: b.Recipients, Approvers: folded(b.Approvers), Release: b.Release,
			Paper: printing(paper, b)})
	}
	from := cfg.SMTP.From
	if from == "" {
		from = "tongbao@localhost"
	}
	name := cfg.SMTP.FromName
	if name == "" {
		name = cfg.Office.Name
	}
	of.Rules, of.Press, of.Templates = rules, paper, set
	if v, ok := of.Verifier.(*verifier); ok {
		of.Verifier = &verifier{letter.Verifier{LookupTXT: v.LookupTXT, Authserv: cfg.Senders.Authserv}}
	}
	for _, b := range slices.Backward(rules.Bulletins) { // what is printed by hand looks like what the month's first bell prints
		if b.Kind == "" {
			of.Press = b.Paper
		}
	}
	of.Desk = notice.Desk{From: mail.Address{Name: name, Address: from}, Office: paper, Templates: set, Zone: terms.Zone}
	return nil
}

// folded are addresses as letters are known by.
func folded(list []string) (out []string) {
	for _, a := range list {
		out = append(out, strings.ToLower(strings.TrimSpace(a)))
	}
	return out
}

// printing is how the office has one of its bulletins printed.
func printing(o press.Office, b config.Bulletin) press.Office {
	o.Layout, o.Head, o.Issue, o.Dated, o.Report, o.CopyTo = press.Layout(b.Layout), b.Head, b.Issue, b.Dated, b.Report, b.CopyTo
	o.NoPictures = b.Pictures != nil && !*b.Pictures
	return o
}

func ladder(cfg *config.Config) chase.Ladder {
	if len(cfg.Reminders.Steps) == 0 {
		return chase.DefaultLadder()
	}
	var l chase.Ladder
	for _, s := range cfg.Reminders.Steps {
		l = append(l, chase.Step{Name: s.Name, Workdays: s.Workdays, Time: time.Duration(s.Time), Kind: s.Kind,
			Everyone: s.Everyone, Letter: *s.Letter, Superior: *s.Superior, Copies: s.Copies, Template: s.Template})
	}
	return l
}

// own are the addresses that the program writes from: never answered.
func own(cfg *config.Config) []string {
	var out []string
	for _, a := range []string{cfg.Mailbox.User, cfg.SMTP.User, cfg.SMTP.From} {
		if a != "" {
			out = append(out, a)
		}
	}
	return out
}

func mailboxConfig(cfg *config.Config) (mailbox.Config, error) {
	m := cfg.Mailbox
	roots, err := trust(m.CAFile, m.Host)
	return mailbox.Config{Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, Password: m.Password.Read,
		ID: m.ID, MaxLetter: int64(cfg.Limits.Letter), TLS: roots}, err
}

func courierConfig(cfg *config.Config) (courier.Config, error) {
	s := cfg.SMTP
	roots, err := trust(s.CAFile, s.Host)
	return courier.Config{Host: s.Host, Port: s.Port, Security: s.Security, User: s.User, Password: s.Password.Read,
		Hello: s.Hello, TLS: roots}, err
}

// trust is the TLS configuration that trusts the file's certificates besides
// the system's; nil where no file is named.
func trust(file, host string) (*tls.Config, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read certificates: %q holds none", file)
	}
	return &tls.Config{RootCAs: pool, ServerName: host, MinVersion: tls.VersionTLS12}, nil
}

// thresholds are the configuration's checks as review takes them.
func thresholds(c config.Checks) review.Thresholds {
	return review.Thresholds{
		PercentPoints: c.PercentPoints, OverPlan: c.OverPlan, OverTotal: c.OverTotal, Step: c.Step, StepShare: c.StepShare, TotalPerRow: c.TotalPerRow,
		StatsFrom: c.StatsFrom, SmallUnit: c.SmallUnit, LargeUnit: c.LargeUnit, UnitRows: c.ColumnRows, Behind: c.Behind,
	}
}

// scoring are the quarter's points as bulletin takes them.
func scoring(q config.Quarter) bulletin.Scoring {
	n := func(d decimal.Decimal) bulletin.Number { return bulletin.Number{Decimal: d} }
	return bulletin.Scoring{
		Invest: n(q.Weights.Invest), Start: n(q.Weights.Start), Finish: n(q.Weights.Finish), Stats: n(q.Weights.Stats), Report: n(q.Weights.Report),
		Late: n(q.Deduct.Late), Missing: n(q.Deduct.Missing), Returned: n(q.Deduct.Returned),
		PerPoint: n(q.Excess.Point), ExcessMost: n(q.Excess.Most), BonusMost: n(q.Bonus), SpeakFirst: q.Speakers.First, SpeakLast: q.Speakers.Last,
	}
}

// headerWords are the further header words of the office and, by name, of its
// submitters. One that contradicts what the forms say by themselves is refused.
func headerWords(cfg *config.Config) (office map[reporting.Field][]string, own map[string]map[reporting.Field][]string, err error) {
	var faults []error
	fields := func(at string, words map[string][]string) map[reporting.Field][]string {
		out := map[reporting.Field][]string{}
		for field, w := range words {
			out[reporting.Field(field)] = w
		}
		wrong := form.CheckAliases(out)
		for _, alias := range slices.Sorted(maps.Keys(wrong)) {
			faults = append(faults, fmt.Errorf("%s: %s：%s。请删去，或改用表中没有的列名", at, alias, wrong[alias]))
		}
		return out
	}
	office, own = fields("reporting.aliases", cfg.Reporting.Aliases), map[string]map[reporting.Field][]string{}
	for _, s := range cfg.Submitters {
		if len(s.Columns) > 0 {
			own[s.Name] = fields("submitters（"+s.Name+"）.columns", s.Columns)
		}
	}
	return office, own, errors.Join(faults...)
}
