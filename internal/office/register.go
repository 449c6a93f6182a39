package office

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tongbao/internal/register"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// enrol brings the register in step with what counts of a submitter's table for
// a month. It is called wherever that may have changed, in the transaction that
// changes it, and reads only the submitter's own records and the month's
// versions.
func (o *Office) enrol(t *store.Tx, p reporting.Period, submitter string, k reporting.Kind) error {
	if k != reporting.Progress && k != reporting.Issues {
		return nil
	}
	versions, err := t.Versions(p, submitter, k)
	if err != nil {
		return err
	}
	counts := reporting.Counting(versions, time.Time{})
	old, had, err := t.Roll(submitter, k, p)
	if err != nil {
		return err
	}
	if !had && counts == nil || had && counts != nil && old.Version == counts.N {
		return nil
	}
	roll := reporting.Roll{Submitter: submitter, Period: p, Kind: k}
	if counts == nil {
		counts = &reporting.Version{Submitter: submitter, Period: p, Kind: k} // as if it had no rows
	}
	roll.Version, roll.Letter = counts.N, counts.Letter
	if k == reporting.Progress {
		err = enrolProjects(t, old, &roll, *counts)
	} else {
		err = enrolProblems(t, old, &roll, *counts)
	}
	if err != nil {
		return fmt.Errorf("enrol %s of %s for %s: %w", k, submitter, p, err)
	}
	return nil
}

func enrolProjects(t *store.Tx, old reporting.Roll, roll *reporting.Roll, v reporting.Version) error {
	known, err := t.Projects(roll.Submitter)
	if err != nil {
		return err
	}
	m := register.Resolve(register.Table{Submitter: roll.Submitter, Period: roll.Period, Letter: v.Letter, Rows: v.Table.Rows},
		register.Book{Projects: known, Taken: t.Taken})
	roll.Rows = m.Rows
	if err := t.PutRoll(*roll); err != nil {
		return err
	}
	records := map[string]*reporting.ProjectRecord{}
	for _, list := range [][]reporting.ProjectRecord{known, m.Fresh} {
		for i := range list {
			records[list[i].ID] = &list[i]
		}
	}
	was := idsOf(old)
	for _, id := range was {
		// What the month's older version alone called it, it was never called.
		r := records[id]
		r.Names = slices.DeleteFunc(r.Names, func(a reporting.Alias) bool {
			return !a.Told && a.First == roll.Period && a.Last == roll.Period
		})
	}
	for _, row := range v.Table.Rows {
		if id := m.Rows[row.Row]; id != "" {
			register.Learn(records[id], row, roll.Period)
		}
	}
	for _, id := range idsOf(*roll) {
		if err := t.PutProject(*records[id]); err != nil {
			return err
		}
	}
	for _, d := range m.Doubts {
		d.At = v.Received
		if err := ask(t, d); err != nil {
			return err
		}
	}
	is := idsOf(*roll)
	for _, id := range was {
		if !slices.Contains(is, id) {
			if err := remake(t, *records[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// idsOf lists a roll's ids once each, in the order of its rows.
func idsOf(r reporting.Roll) []string {
	var rows []int
	for row := range r.Rows {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	out := make([]string, 0, len(rows))
	seen := map[string]bool{}
	for _, row := range rows {
		if id := r.Rows[row]; !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// ask puts a question to the office, unless it was answered before.
func ask(t *store.Tx, d reporting.Doubt) error {
	d.Others = slices.DeleteFunc(slices.Clone(d.Others), func(id string) bool { return t.Apart(d.ID, id) })
	if len(d.Others) == 0 {
		return nil
	}
	return t.PutDoubt(d)
}

// remake makes a project's record anew of all months that name it. One that no
// month names is taken out, unless the office said that another is it.
func remake(t *store.Tx, was reporting.ProjectRecord) error {
	p := reporting.ProjectRecord{ID: was.ID, Submitter: was.Submitter, Twin: was.Twin}
	for _, a := range was.Names {
		if a.Told {
			p.Names = append(p.Names, a)
		}
	}
	rolls, err := t.Rolls(was.Submitter, reporting.Progress)
	if err != nil {
		return err
	}
	for _, roll := range rolls {
		rows, err := rowsOf(t, roll, p.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			register.Learn(&p, r, roll.Period)
		}
	}
	if p.Last.IsZero() {
		if err := t.DropDoubt(p.Submitter, p.ID); err != nil {
			return err
		}
		if len(p.Names) == 0 {
			return t.DropProject(p)
		}
		p.Name, p.Known = was.Name, was.Known
	}
	return t.PutProject(p)
}

// rowsOf are the rows of a month that are the record's.
func rowsOf(t *store.Tx, roll reporting.Roll, id string) ([]reporting.Row, error) {
	if !slices.Contains(idsOf(roll), id) {
		return nil, nil
	}
	v, ok, err := t.Version(roll.Period, roll.Submitter, roll.Kind, roll.Version)
	if err != nil || !ok {
		return nil, cmp.Or(err, fmt.Errorf("no version %d of %s, %s, %s", roll.Version, roll.Kind, roll.Submitter, roll.Period))
	}
	return slices.DeleteFunc(slices.Clone(v.Table.Rows), func(r reporting.Row) bool { return roll.Rows[r.Row] != id }), nil
}

// How long a ledger may still name an issue: months after it was closed, and
// after it vanished.
const (
	liveClosed   = 3
	liveVanished = 12
)

func enrolProblems(t *store.Tx, old reporting.Roll, roll *reporting.Roll, v reporting.Version) error {
	live, err := t.LiveProblems(roll.Submitter)
	if err != nil {
		return err
	}
	was := idsOf(old)
	for _, id := range was {
		if slices.ContainsFunc(live, func(p reporting.ProblemRecord) bool { return p.ID == id }) {
			continue
		}
		p, ok, err := t.Problem(id)
		if err != nil || !ok {
			return orUnknown(err, "problem", id)
		}
		live = append(live, p)
	}
	names, err := projectNames(t, roll.Submitter)
	if err != nil {
		return err
	}
	e := register.ResolveProblems(register.Ledger{Submitter: roll.Submitter, Period: roll.Period, Version: v.N, Letter: v.Letter, Rows: v.Table.Rows},
		live, func(name string) string { return names[reporting.NameKey(name)] }, t.Taken)
	roll.Rows = e.Rows
	if err := t.PutRoll(*roll); err != nil {
		return err
	}
	is := map[string]bool{}
	for _, p := range e.Records {
		is[p.ID] = true
		if err := t.PutProblem(p, isLive(p, roll.Period)); err != nil {
			return err
		}
	}
	for _, p := range live {
		if is[p.ID] {
			continue
		}
		if slices.Contains(was, p.ID) {
			if err := forget(t, p, roll.Period); err != nil {
				return err
			}
		} else if !isLive(p, roll.Period) {
			if err := t.PutProblem(p, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func isLive(p reporting.ProblemRecord, now reporting.Period) bool {
	last := p.Months[len(p.Months)-1]
	months := liveVanished
	if last.Closed() {
		months = liveClosed
	}
	return !last.Period.Add(months).Before(now)
}

// forget takes a month out of an issue's record and lets the month before speak again.
func forget(t *store.Tx, p reporting.ProblemRecord, period reporting.Period) error {
	if !register.Forget(&p, period) {
		return t.DropProblem(p)
	}
	last := p.Months[len(p.Months)-1]
	v, ok, err := t.Version(last.Period, p.Submitter, reporting.Issues, last.Version)
	if err != nil {
		return err
	}
	for _, r := range v.Table.Rows {
		if ok && r.Row == last.Row {
			register.LearnProblem(&p, r, register.Ledger{Period: last.Period, Version: last.Version, Letter: last.Letter})
		}
	}
	return t.PutProblem(p, isLive(p, period))
}

// projectNames finds a project's id by the key of any of its names; names that
// several projects have are nobody's.
func projectNames(t *store.Tx, submitter string) (map[string]string, error) {
	projects, err := t.Projects(submitter)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, p := range projects {
		if p.Into != "" {
			continue
		}
		for _, a := range p.Names {
			k := reporting.NameKey(a.Name)
			if id, ok := out[k]; ok && id != p.ID {
				out[k] = ""
			} else {
				out[k] = p.ID
			}
		}
	}
	return out, nil
}

// FillRegister enters what a database of before the register holds, month by
// month; where there is nothing to do it does nothing.
func (o *Office) FillRegister() error {
	var places []store.VersionPlace
	err := o.Store.View(func(t *store.Tx) error {
		if t.RegisterStale() {
			places = t.VersionPlaces()
		}
		return nil
	})
	if err != nil || places == nil {
		return err
	}
	o.Log.Info("entering earlier months into the register", "tables", len(places))
	// Progress tables first within each month: a ledger names their projects.
	slices.SortStableFunc(places, func(a, b store.VersionPlace) int {
		if a.Period != b.Period || a.Submitter != b.Submitter {
			return 0
		}
		return slices.Index(reporting.Kinds, a.Kind) - slices.Index(reporting.Kinds, b.Kind)
	})
	for _, x := range places {
		if err := o.Store.Update(x.Period.Day(1, o.Rules.Terms.Zone), func(t *store.Tx) error { return o.enrol(t, x.Period, x.Submitter, x.Kind) }); err != nil {
			return err
		}
	}
	return o.Store.Update(time.Time{}, (*store.Tx).SetRegisterFilled)
}
