package office

import (
	"slices"

	"tongbao/internal/reporting"
)

// partsOf are the positions of the tables that make one submission with this
// one: a letter may bring a table on several sheets or in several files.
func partsOf(tables []reporting.Table, i int) []int {
	t := tables[i]
	if t.Nil || t.Aside != "" || len(t.Rows) == 0 {
		return []int{i}
	}
	var out []int
	for j, o := range tables {
		if o.Kind == t.Kind && o.Period == t.Period && o.Submitter == t.Submitter && !o.Nil && o.Aside == "" && len(o.Rows) > 0 {
			out = append(out, j)
		}
	}
	return out
}

// countingOf are the tables of a letter, and of their rows, those that count.
func countingOf(tables []reporting.Table) []reporting.Table {
	var out []reporting.Table
	for _, t := range tables {
		if t.Aside == "" {
			t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r reporting.Row) bool { return r.Aside })
			out = append(out, t)
		}
	}
	return out
}

// share is what of an older table one of several parts is held against: the
// projects that it names, and for the last part those that no part names too,
// so that a project that is gone is said to be so once.
func share(old *reporting.Table, tables []reporting.Table, parts []int, i int) *reporting.Table {
	if old == nil {
		return nil
	}
	owner := map[string]int{}
	for _, j := range parts {
		for _, r := range tables[j].Rows {
			owner[reporting.NameKey(r.Text(reporting.FProjectName))] = j
		}
	}
	out := *old
	out.Rows = slices.DeleteFunc(slices.Clone(old.Rows), func(r reporting.Row) bool {
		j, ok := owner[reporting.NameKey(r.Text(reporting.FProjectName))]
		return ok && j != i || !ok && i != parts[len(parts)-1]
	})
	out.Totals = nil
	return &out
}
