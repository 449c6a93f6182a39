package register

import "tongbao/internal/reporting"

// Learn adds what a month's row says to a project's record. An older month
// only adds its name.
func Learn(p *reporting.ProjectRecord, r reporting.Row, period reporting.Period) {
	name, parent := nameOf(r), parentOf(r)
	found := false
	for i := range p.Names {
		a := &p.Names[i]
		if reporting.NameKey(a.Name) != reporting.NameKey(name) || reporting.NameKey(a.Parent) != reporting.NameKey(parent) {
			continue
		}
		found = true
		if period.Before(a.First) {
			a.First = period
		}
		if a.Last.Before(period) {
			a.Last = period
		}
	}
	if !found {
		p.Names = append(p.Names, reporting.Alias{Name: name, Parent: parent, First: period, Last: period})
	}
	if p.First.IsZero() || period.Before(p.First) {
		p.First = period
	}
	if period.Before(p.Last) {
		return
	}
	p.Last, p.Name = period, name
	p.Known = map[reporting.Field]reporting.Value{}
	for _, f := range reporting.RegisterFields {
		if v, ok := r.Fields[f]; ok {
			p.Known[f] = v
		}
	}
	if s := reporting.StageOf(r, period); s != "" {
		p.Stage = s
	}
}
