package office

import (
	"cmp"
	"slices"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// EachProject calls fn for each project of the register that stands, by
// submitter in the office's order. It holds no transaction while fn runs.
func (o *Office) EachProject(submitter string, fn func(reporting.ProjectRecord) error) error {
	for _, s := range o.Rules.Register.All() {
		if submitter != "" && s.Name != submitter {
			continue
		}
		var projects []reporting.ProjectRecord
		err := o.Store.View(func(t *store.Tx) (err error) { projects, err = t.Projects(s.Name); return err })
		if err != nil {
			return err
		}
		slices.SortStableFunc(projects, func(a, b reporting.ProjectRecord) int { return cmp.Compare(a.Name, b.Name) })
		for _, p := range projects {
			if p.Into != "" {
				continue
			}
			if err := fn(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// Doubts lists what the office is asked about projects.
func (o *Office) Doubts(submitter string) (out []reporting.Doubt, err error) {
	out = []reporting.Doubt{}
	err = o.Store.View(func(t *store.Tx) error {
		doubts, err := t.Doubts(submitter)
		out = append(out, doubts...)
		return err
	})
	return out, err
}

// Project is one project with its months in a row.
type Project struct {
	reporting.ProjectRecord
	Merged []reporting.ProjectRecord `json:"merged,omitempty"` // what the office said is this one
	Doubts []reporting.Doubt         `json:"doubts,omitempty"` // open questions about it
	Months []ProjectMonth            `json:"months"`
}

// ProjectMonth is what the versions of one month say of a project.
type ProjectMonth struct {
	Period   reporting.Period `json:"period"`
	Stage    reporting.Stage  `json:"stage,omitempty"`
	Versions []ProjectVersion `json:"versions"` // the one that counts first, then the others, newest first
}

// ProjectVersion is a project's row in one version of a month's table.
type ProjectVersion struct {
	Version  int       `json:"version"`
	Counts   bool      `json:"counts"`
	Excluded string    `json:"excluded,omitempty"`
	Received time.Time `json:"received"`
	Letter   string    `json:"letter"`
	Path     []string  `json:"path"`
	Sheet    string    `json:"sheet,omitempty"`
	Number   int       `json:"table,omitempty"`
	Row      int       `json:"row"`
	Figures  []Figure  `json:"figures"`
}

// Figure is a value and the cell that it was read from.
type Figure struct {
	Field reporting.Field `json:"field"`
	Title string          `json:"title"`
	Value reporting.Value `json:"value"`
	Cell  string          `json:"cell"`
}

// Value finds a field among the figures.
func (v ProjectVersion) Value(f reporting.Field) (Figure, bool) {
	i := slices.IndexFunc(v.Figures, func(x Figure) bool { return x.Field == f })
	if i < 0 {
		return Figure{}, false
	}
	return v.Figures[i], true
}

// Project tells all that is known of a project; the id of one that was merged
// into another tells that one.
func (o *Office) Project(id string) (out Project, err error) {
	err = o.Store.View(func(t *store.Tx) error {
		p, ok, err := t.Project(id)
		for hops := 0; err == nil && ok && p.Into != "" && hops < 10; hops++ {
			p, ok, err = t.Project(p.Into)
		}
		if err != nil {
			return err
		}
		if !ok {
			return wrong("项目库里没有编号 %s", id)
		}
		out.ProjectRecord = p
		all, err := t.Projects(p.Submitter)
		if err != nil {
			return err
		}
		for _, q := range all {
			if q.Into == p.ID {
				out.Merged = append(out.Merged, q)
			}
		}
		doubts, err := t.Doubts(p.Submitter)
		if err != nil {
			return err
		}
		for _, d := range doubts {
			if d.ID == p.ID || slices.Contains(d.Others, p.ID) {
				out.Doubts = append(out.Doubts, d)
			}
		}
		rolls, err := t.Rolls(p.Submitter, reporting.Progress)
		if err != nil {
			return err
		}
		out.Months = []ProjectMonth{}
		for _, r := range rolls {
			m, ok, err := projectMonth(t, r, p)
			if err != nil {
				return err
			}
			if ok {
				out.Months = append(out.Months, m)
			}
		}
		return nil
	})
	return out, err
}

func projectMonth(t *store.Tx, roll reporting.Roll, p reporting.ProjectRecord) (ProjectMonth, bool, error) {
	m := ProjectMonth{Period: roll.Period}
	if !slices.Contains(idsOf(roll), p.ID) {
		return m, false, nil
	}
	versions, err := t.Versions(roll.Period, roll.Submitter, roll.Kind)
	if err != nil {
		return m, false, err
	}
	named := map[string]bool{}
	for _, a := range p.Names {
		named[reporting.NameKey(a.Name)+"\n"+reporting.NameKey(a.Parent)] = true
	}
	slices.SortStableFunc(versions, func(a, b reporting.Version) int {
		if counts := b.N == roll.Version; counts != (a.N == roll.Version) {
			if counts {
				return 1
			}
			return -1
		}
		return b.N - a.N
	})
	for _, v := range versions {
		for _, r := range v.Table.Rows {
			// Of versions that do not count no roll says whose their rows are: names do.
			counts := v.N == roll.Version
			is := roll.Rows[r.Row] == p.ID
			if !counts {
				is = named[reporting.NameKey(r.Text(reporting.FProjectName))+"\n"+reporting.NameKey(r.Text(reporting.FParentName))]
			}
			if !is {
				continue
			}
			if counts {
				m.Stage = reporting.StageOf(r, roll.Period)
			}
			m.Versions = append(m.Versions, versionOf(v, r, counts))
		}
	}
	return m, true, nil
}

func versionOf(v reporting.Version, r reporting.Row, counts bool) ProjectVersion {
	out := ProjectVersion{Version: v.N, Counts: counts, Excluded: v.Excluded, Received: v.Received, Letter: v.Letter, Figures: []Figure{}}
	out.Path, out.Sheet, out.Number, out.Row = v.Table.Stands(r.Row)
	for _, f := range reporting.Fields[v.Kind] {
		if x, ok := r.Fields[f]; ok {
			out.Figures = append(out.Figures, Figure{f, f.Title(), x, r.Place(f)})
		}
	}
	return out
}
