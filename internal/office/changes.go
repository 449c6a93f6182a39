package office

import (
	"time"

	"tongbao/internal/register"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Diff is what changed between the versions of a submitter's tables for a month.
type Diff struct {
	Submitter string           `json:"submitter"`
	Period    reporting.Period `json:"period"`
	Freeze    time.Time        `json:"freeze"`
	Tables    []TableDiff      `json:"tables"`
}

// TableDiff is one table's versions and the steps between them.
type TableDiff struct {
	Kind     reporting.Kind `json:"kind"`
	Versions []VersionLine  `json:"versions"`
	Steps    []Step         `json:"steps"`
}

// VersionLine is a version without its rows.
type VersionLine struct {
	Version   int       `json:"version"`
	Letter    string    `json:"letter"`
	Received  time.Time `json:"received"`
	Path      []string  `json:"path"`
	Sheet     string    `json:"sheet,omitempty"`
	Rows      int       `json:"rows"`
	Nil       bool      `json:"nil,omitempty"`
	Counts    bool      `json:"counts"`              // now
	Published bool      `json:"published,omitempty"` // the bulletin was computed from it
	Late      bool      `json:"late,omitempty"`      // came after the freeze
	Unusable  bool      `json:"unusable,omitempty"`
	Excluded  string    `json:"excluded,omitempty"`
}

// Step is what changed from one version to another.
type Step struct {
	From    int               `json:"from"`
	To      int               `json:"to"`
	Changes []register.Change `json:"changes"`
}

// Diff compares the versions of a month one after the other; with from and to,
// these two alone. A table of which one version came has no steps.
func (o *Office) Diff(submitter string, p reporting.Period, kind reporting.Kind, from, to int) (Diff, error) {
	out := Diff{Submitter: submitter, Period: p, Freeze: o.Rules.Terms.Freeze(p), Tables: []TableDiff{}}
	if _, ok := o.Rules.Register.ByName(submitter); !ok {
		return out, o.unknown(submitter)
	}
	err := o.Store.View(func(t *store.Tx) error {
		published, err := publishedVersions(t, p)
		if err != nil {
			return err
		}
		for _, k := range reporting.Kinds {
			if kind != "" && k != kind {
				continue
			}
			versions, err := t.Versions(p, submitter, k)
			if err != nil {
				return err
			}
			if len(versions) == 0 {
				continue
			}
			d := o.tableDiff(k, versions, published[place{submitter, k}])
			if d.Steps, err = steps(versions, from, to); err != nil {
				return err
			}
			out.Tables = append(out.Tables, d)
		}
		return nil
	})
	return out, err
}

func (o *Office) tableDiff(k reporting.Kind, versions []reporting.Version, published int) TableDiff {
	d := TableDiff{Kind: k}
	counts := reporting.Counting(versions, time.Time{})
	for _, v := range versions {
		d.Versions = append(d.Versions, VersionLine{Version: v.N, Letter: v.Letter, Received: v.Received, Path: v.Table.Path, Sheet: v.Table.Sheet,
			Rows: len(v.Table.Rows), Nil: v.Table.Nil, Counts: counts != nil && counts.N == v.N, Published: published == v.N,
			Late: v.Received.After(o.Rules.Terms.Freeze(v.Period)), Unusable: v.Unusable, Excluded: v.Excluded})
	}
	return d
}

func steps(versions []reporting.Version, from, to int) ([]Step, error) {
	find := func(n int) *reporting.Version {
		for i := range versions {
			if versions[i].N == n {
				return &versions[i]
			}
		}
		return nil
	}
	out := []Step{}
	if from != 0 || to != 0 {
		a, b := find(from), find(to)
		if a == nil || b == nil {
			return nil, wrong("没有第%d版或第%d版，现有%d版", from, to, len(versions))
		}
		return append(out, Step{from, to, register.Changes(a.Table, b.Table)}), nil
	}
	for i := 1; i < len(versions); i++ {
		out = append(out, Step{versions[i-1].N, versions[i].N, register.Changes(versions[i-1].Table, versions[i].Table)})
	}
	return out, nil
}

type place struct {
	submitter string
	kind      reporting.Kind
}

// publishedVersions are the versions that the month's bulletin was computed from.
func publishedVersions(t *store.Tx, p reporting.Period) (map[place]int, error) {
	pub, ok, err := t.Publication(p, store.Release)
	if err != nil || !ok {
		return nil, err
	}
	out := map[place]int{}
	for _, in := range pub.Inputs {
		out[place{in.Submitter, in.Kind}] = in.Version
	}
	return out, nil
}

// Correction is what counts now instead of what a month's bulletin was
// computed from (更正). The bulletin stands; the next one can tell of it.
type Correction struct {
	Period    reporting.Period  `json:"period"`
	Submitter string            `json:"submitter"`
	Kind      reporting.Kind    `json:"kind"`
	From      int               `json:"from,omitempty"` // the bulletin's version, 0 where it had none
	To        int               `json:"to,omitempty"`   // what counts now, 0 where nothing does
	Letter    string            `json:"letter,omitempty"`
	Received  time.Time         `json:"received,omitzero"`
	Changes   []register.Change `json:"changes"`
}

// Corrections compares a published month with what counts now, submitter by
// submitter; a month that is not published has none.
func (o *Office) Corrections(p reporting.Period) (out []Correction, err error) {
	out = []Correction{}
	err = o.Store.View(func(t *store.Tx) error {
		list, err := o.corrections(t, p)
		out = append(out, list...)
		return err
	})
	return out, err
}

func (o *Office) corrections(t *store.Tx, p reporting.Period) (out []Correction, err error) {
	published, err := publishedVersions(t, p)
	if err != nil || published == nil {
		return nil, err
	}
	for _, s := range o.Rules.Register.All() {
		for _, k := range reporting.Kinds {
			versions, err := t.Versions(p, s.Name, k)
			if err != nil {
				return nil, err
			}
			c := Correction{Period: p, Submitter: s.Name, Kind: k, From: published[place{s.Name, k}]}
			var was, is reporting.Table
			if v := reporting.Counting(versions, time.Time{}); v != nil {
				c.To, c.Letter, c.Received, is = v.N, v.Letter, v.Received, v.Table
			}
			if c.From == c.To {
				continue
			}
			for _, v := range versions {
				if v.N == c.From {
					was = v.Table
				}
			}
			was.Kind, is.Kind = k, k
			c.Changes = register.Changes(was, is)
			out = append(out, c)
		}
	}
	return out, nil
}
