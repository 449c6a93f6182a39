package office

import (
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// MonthOfYear is how one month stood for one submitter, and what its bulletin
// said.
type MonthOfYear struct {
	Period reporting.Period `json:"period"`
	SubmitterStatus
	YTDPct *bulletin.Number `json:"ytd_pct,omitempty"` // as published
	Rank   int              `json:"rank,omitempty"`    // as published
}

// Year tells a submitter's months of a year, up to the one that is being
// collected.
func (o *Office) Year(submitter string, year int, now time.Time) (out []MonthOfYear, err error) {
	sub, ok := o.Rules.Register.ByName(submitter)
	if !ok {
		return nil, o.unknown(submitter)
	}
	now = now.In(o.Rules.Terms.Zone)
	last := o.Rules.Terms.CurrentPeriod(now)
	err = o.Store.View(func(t *store.Tx) error {
		for p := (reporting.Period{Year: year, Month: time.January}); p.Year == year && !last.Before(p); p = p.Add(1) {
			m := MonthOfYear{Period: p}
			if m.SubmitterStatus, err = o.submitterStatus(t, p, sub, now); err != nil {
				return err
			}
			rank, _, err := t.Rank(p, sub.Name)
			if err != nil {
				return err
			}
			m.YTDPct, m.Rank = rank.YTDPct, rank.Rank
			out = append(out, m)
		}
		return nil
	})
	return out, err
}

// PublishedBulletin is a bulletin that went out, without its figures.
type PublishedBulletin struct {
	Period   reporting.Period `json:"period"`
	Edition  store.Edition    `json:"edition"`
	At       time.Time        `json:"at"`
	Number   string           `json:"number"`
	Reported int              `json:"reported"` // units
	Units    int              `json:"units"`
	State    string           `json:"state,omitempty"`  // of a draft: waiting, held, released
	Reason   string           `json:"reason,omitempty"` // why it was sent back
}

// Kind is which product of a quarter it is, "" for a month's bulletin.
func (p PublishedBulletin) Kind() string { return p.Edition.Quarter() }

// Occasion is what it is of: 2021-03, or 2021-Q1.
func (p PublishedBulletin) Occasion() string { return occasionOf(p.Period, p.Edition) }

// Name is 2021年3月, or 2021年一季度排位通报.
func (p PublishedBulletin) Name() string {
	if p.Kind() != "" {
		return editionWords(p.Period, p.Edition)
	}
	return p.Period.Chinese()
}

// Published lists the bulletins that went out, in order.
func (o *Office) Published() (out []PublishedBulletin, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		all, err := t.Headings()
		for _, p := range all {
			line := PublishedBulletin{Period: p.Period, Edition: p.Edition, At: p.At.In(o.Rules.Terms.Zone), Number: p.Number,
				Reported: p.Reported, Units: p.Units, Reason: p.HeldWhy}
			if p.Edition.Quarter() != "" {
				line.Units = len(o.Rules.Register.All())
			}
			if p.Edition.IsDraft() {
				switch _, done, e := t.Heading(p.Period, p.Edition.Final()); {
				case e != nil:
					return e
				case done:
					line.State = "released"
				case !p.Held.IsZero():
					line.State = "held"
				default:
					line.State = "waiting"
				}
			}
			out = append(out, line)
		}
		return err
	})
	return out, err
}

// Bulletin is a month's bulletin as it was published, else as it would be now.
func (o *Office) Bulletin(p reporting.Period, now time.Time) (b bulletin.Bulletin, published bool, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		pub, ok, err := standing(t, p)
		if err != nil {
			return err
		}
		if ok {
			b, published = pub.Bulletin, pub.Edition == store.Release
			return nil
		}
		b, _, err = o.compute(t, p, now)
		return err
	})
	return b, published, err
}
