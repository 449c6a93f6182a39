package bulletin

import (
	"tongbao/internal/reporting"
)

// Term is a value of a table that a figure was made of.
type Term struct {
	Project string          `json:"project"`
	Field   reporting.Field `json:"field"`
	Title   string          `json:"title"`
	Value   string          `json:"value"`
	Row     int             `json:"row"`            // index into the table's rows, from 0; -1 where it is not known
	Part    bool            `json:"part,omitempty"` // of a package whose own row has no figure
}

// Explain lists the values of a unit's table that a figure was made of, as
// Compute takes them: of a progress table a package's own, else those of its
// parts; of a list or ledger the rows that were counted. The table is one of
// the figure's kind; for issues_gone it is last month's ledger.
func (b Bulletin) Explain(unit, key string, t reporting.Table) []Term {
	f, ok := FigureOf(key, false)
	if !ok {
		f, ok = FigureOf(key, true)
	}
	rows := placesOf(t)
	switch {
	case !ok:
		return nil
	case f.Kind == reporting.Progress:
		return b.explainProgress(f, t, rows)
	case f.Kind == reporting.Lagging:
		return b.explainLagging(t)
	case f.Kind == reporting.Issues:
		return b.explainIssues(unit, key, t, rows)
	}
	return nil
}

// places finds a row of a table again by its number and a name in it: rows of
// joined sheets may share a number.
type places struct {
	rows []reporting.Row
	at   map[int][]int
}

func placesOf(t reporting.Table) places {
	p := places{t.Rows, map[int][]int{}}
	for i, r := range t.Rows {
		p.at[r.Row] = append(p.at[r.Row], i)
	}
	return p
}

func (p places) find(number int, same func(reporting.Row) bool) int {
	for _, i := range p.at[number] {
		if same(p.rows[i]) {
			return i
		}
	}
	return -1
}

func (b Bulletin) explainProgress(f Figure, t reporting.Table, rows places) (out []Term) {
	m := measure{pace: b.PacePct, limits: b.Thresholds, period: b.Period, keepPhones: b.KeepPhones}
	cols := columnsOf(t)
	add := func(field reporting.Field) func(*project, bool) {
		return func(q *project, part bool) {
			out = append(out, Term{Project: q.name(), Field: field, Title: field.Title(), Value: valueOf(q.row, field), Part: part,
				Row: rows.find(q.row.Row, func(r reporting.Row) bool {
					return r.Text(reporting.FProjectName) == q.row.Text(reporting.FProjectName)
				})})
		}
	}
	for _, p := range tree(t) {
		if f.only != nil && !f.only(m.project(p, cols)) {
			continue
		}
		if f.Key == "parts" {
			p.lowest(add(reporting.FProjectName))
			continue
		}
		before := len(out)
		for _, field := range f.fields {
			p.terms(field, false, add(field))
		}
		if len(out) == before && f.only != nil && !p.orphans { // counted for what it does not tell
			add(reporting.FProjectName)(p, false)
		}
	}
	return out
}

// valueOf is a field as the explanation prints it.
func valueOf(r reporting.Row, f reporting.Field) string {
	if yes, ok := r.Bool(f); ok {
		return map[bool]string{true: "是", false: "否"}[yes]
	}
	if f == reporting.FNature {
		return NatureTitle(natureOf(r))
	}
	return r.Text(f)
}

// terms calls fn with the rows that amount and is take the field from.
func (p *project) terms(f reporting.Field, part bool, fn func(*project, bool)) {
	if !p.orphans && has(p.row, f) {
		fn(p, part)
		return
	}
	for _, q := range p.parts {
		q.terms(f, true, fn)
	}
}

// has reports whether the row tells the field itself.
func has(r reporting.Row, f reporting.Field) (ok bool) {
	switch f {
	case reporting.FTotalInvest, reporting.FYearPlan, reporting.FMonthDone, reporting.FYTDDone:
		_, ok = r.Decimal(f)
	case reporting.FIsStarted, reporting.FIsFinished, reporting.FInStats:
		_, ok = r.Bool(f)
	default:
		ok = r.Text(f) != ""
	}
	return ok
}

// lowest calls fn with the parts that leaves counts.
func (p *project) lowest(fn func(*project, bool)) {
	if len(p.parts) == 0 {
		fn(p, false)
	}
	for _, q := range p.parts {
		q.lowest(fn)
	}
}

func (b Bulletin) explainLagging(t reporting.Table) (out []Term) {
	for i, r := range t.Rows {
		name := r.Text(reporting.FProjectName)
		out = append(out, Term{Project: name, Field: reporting.FProjectName, Title: reporting.FProjectName.Title(), Value: hush(b.KeepPhones, name), Row: i})
	}
	return out
}

// explainIssues lists the issues of the unit that the figure counts.
func (b Bulletin) explainIssues(unit, key string, t reporting.Table, rows places) (out []Term) {
	items, counts := b.Issues.Items, map[string]func(Issue) bool{
		"issues_total": func(Issue) bool { return true }, "issues_new": func(i Issue) bool { return i.New }, "issues_closed": func(i Issue) bool { return i.Closed },
		"issues_open": func(i Issue) bool { return i.Open }, "issues_overdue": func(i Issue) bool { return i.Overdue },
		"issues_gone": func(Issue) bool { return true },
	}[key]
	if key == "issues_gone" {
		items = b.Issues.GoneItems
	}
	for _, i := range items {
		if i.Unit != unit || !counts(i) {
			continue
		}
		out = append(out, Term{Project: i.Project, Field: reporting.FProblem, Title: reporting.FProblem.Title(), Value: i.Problem,
			Row: rows.find(i.Row, func(r reporting.Row) bool {
				return hush(b.KeepPhones, r.Text(reporting.FProblem)) == i.Problem && hush(b.KeepPhones, r.Text(reporting.FProjectName)) == i.Project
			})})
	}
	return out
}
