package store

import (
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// Heading is a publication without its figures, which for a province fill
// megabytes.
type Heading struct {
	Period   reporting.Period `json:"period"`
	Edition  Edition          `json:"edition"`
	At       time.Time        `json:"at"`
	Rule     string           `json:"rule,omitempty"`
	Code     string           `json:"code,omitempty"`
	OldCodes []string         `json:"old_codes,omitempty"`
	Held     time.Time        `json:"held,omitzero"`
	HeldWhy  string           `json:"held_why,omitempty"`
	Number   string           `json:"number"`
	Reported int              `json:"reported"` // units
	Units    int              `json:"units"`
}

// Rank is how a month's bulletin ranks one unit.
type Rank struct {
	YTDPct *bulletin.Number `json:"ytd_pct,omitempty"`
	Rank   int              `json:"rank,omitempty"`
}

// putHeading writes the publication's heading, and how a bulletin that went
// out ranks each unit.
func (t *Tx) putHeading(p Publication) error {
	if p.Edition == Release {
		for _, u := range p.Bulletin.Units {
			if u.Figures == nil {
				continue
			}
			if err := save(t, "ranks", p.Period.String()+"/"+u.Name, Rank{u.YTDPct, u.Rank}); err != nil {
				return err
			}
		}
	}
	h := Heading{Period: p.Period, Edition: p.Edition, At: p.At, Rule: p.Rule,
		Code: p.Code, OldCodes: p.OldCodes, Held: p.Held, HeldWhy: p.HeldWhy,
		Number: p.Bulletin.Number, Reported: p.Bulletin.City.Reported, Units: len(p.Bulletin.Units)}
	if p.Quarter != nil {
		h.Reported = p.Quarter.City.Reported
	}
	return save(t, "headings", p.Period.String()+"/"+string(p.Edition), h)
}

// Heading finds an edition's heading.
func (t *Tx) Heading(p reporting.Period, e Edition) (Heading, bool, error) {
	return load[Heading](t, "headings", p.String()+"/"+string(e))
}

// Headings lists all editions, oldest period first.
func (t *Tx) Headings() ([]Heading, error) { return list[Heading](t, "headings", "") }

// Rank is how the month's bulletin that went out ranks a unit; false where it
// does not.
func (t *Tx) Rank(p reporting.Period, unit string) (Rank, bool, error) {
	return load[Rank](t, "ranks", p.String()+"/"+unit)
}
