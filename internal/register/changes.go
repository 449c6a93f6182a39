package register

import "tongbao/internal/reporting"

// Change is what differs between two versions of a table: a field of a row, or
// a whole row that was added or taken out.
type Change struct {
	What    string           `json:"what"` // "changed", "added", "removed"
	Name    string           `json:"name"` // the project, or the problem where no project is named
	Field   reporting.Field  `json:"field,omitempty"`
	Title   string           `json:"title,omitempty"` // the field's Chinese name
	Old     *reporting.Value `json:"old,omitempty"`   // absent: nothing stood there
	New     *reporting.Value `json:"new,omitempty"`
	OldCell string           `json:"old_cell,omitempty"` // of a removed row its number
	NewCell string           `json:"new_cell,omitempty"`
}

// The kinds of changes.
const (
	Changed = "changed"
	Added   = "added"
	Removed = "removed"
)

// Changes compares two versions of a table cell by cell, in the order of the
// newer one; what was taken out comes last. Rows are the same by project (and
// package, and problem), those of one name in their order, else by a like name.
// The running number of a row tells nothing.
func Changes(old, new reporting.Table) []Change {
	partner := partners(old.Rows, new.Rows)
	out := []Change{}
	kept := map[int]bool{}
	for j, r := range new.Rows {
		i := partner[j]
		if i < 0 {
			out = append(out, Change{What: Added, Name: rowName(r), NewCell: r.Place(rowField(new.Kind))})
			continue
		}
		kept[i] = true
		for _, f := range reporting.Fields[new.Kind] {
			if f != reporting.FSeq {
				out = appendChange(out, old.Rows[i], r, f)
			}
		}
	}
	for i, r := range old.Rows {
		if !kept[i] {
			out = append(out, Change{What: Removed, Name: rowName(r), OldCell: r.Place(rowField(old.Kind))})
		}
	}
	return out
}

func appendChange(out []Change, was, is reporting.Row, f reporting.Field) []Change {
	a, had := was.Fields[f]
	b, has := is.Fields[f]
	if had == has && (!had || sameValue(a, b)) {
		return out
	}
	c := Change{What: Changed, Name: rowName(is), Field: f, Title: f.Title()}
	if had {
		c.Old, c.OldCell = &a, was.Place(f)
	}
	if has {
		c.New, c.NewCell = &b, is.Place(f)
	}
	return append(out, c)
}

func sameValue(a, b reporting.Value) bool {
	x, isNumber := a.Decimal()
	if y, ok := b.Decimal(); isNumber && ok {
		return x.Equal(y)
	}
	return a.String() == b.String()
}

func rowField(k reporting.Kind) reporting.Field {
	if k == reporting.Issues {
		return reporting.FProblem
	}
	return reporting.FProjectName
}

func rowName(r reporting.Row) string {
	if n := nameOf(r); n != "" {
		return n
	}
	return r.Text(reporting.FProblem)
}

// partners finds for each newer row the older one, -1 where there is none.
func partners(old, new []reporting.Row) []int {
	key := func(r reporting.Row) string {
		return reporting.NameKey(nameOf(r)) + "\n" + reporting.NameKey(parentOf(r)) + "\n" + reporting.NameKey(r.Text(reporting.FProblem))
	}
	waiting := map[string][]int{}
	for i, r := range old {
		waiting[key(r)] = append(waiting[key(r)], i)
	}
	out, used := make([]int, len(new)), make([]bool, len(old))
	for j, r := range new {
		out[j] = -1
		if w := waiting[key(r)]; len(w) > 0 {
			out[j], used[w[0]], waiting[key(r)] = w[0], true, w[1:]
		}
	}
	compared := 0
	for j, r := range new {
		for i, o := range old {
			if out[j] >= 0 || used[i] {
				continue
			}
			if compared++; compared > maxCompared {
				return out
			}
			if likeRows(o, r) {
				out[j], used[i] = i, true
			}
		}
	}
	return out
}

// likeRows: within one month a like name is one project that was spelt anew,
// and a like text one issue.
func likeRows(a, b reporting.Row) bool {
	x, y := stem(reporting.NameKey(nameOf(a))), stem(reporting.NameKey(nameOf(b)))
	if x != y && !near(x, y, strict) {
		return false
	}
	p, q := reporting.NameKey(a.Text(reporting.FProblem)), reporting.NameKey(b.Text(reporting.FProblem))
	return p == q || alikeText(p, q) >= maybeText
}
