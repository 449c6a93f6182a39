package bulletin

import (
	"slices"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// Compute makes the month's bulletin. A unit that did not send a progress
// table is not reported and has no part in the sums of projects; its ledger
// and its list, where they came, count as what they are.
func Compute(in Input) Bulletin {
	b := Bulletin{
		Period: in.Period, Number: in.Number, AsOf: in.AsOf, Deadline: in.Terms.Deadline(in.Period),
		PacePct: Number{in.Terms.PaceOf(in.Period).Round(percentDigits)}, PaceByDay: in.Terms.Pace == "day",
		Thresholds: in.Thresholds, KeepPhones: in.KeepPhones, LateStarts: []Named{}, Unregistered: []Named{},
	}
	if b.Thresholds == (Thresholds{}) {
		b.Thresholds = DefaultThresholds()
	}
	m := measure{pace: b.PacePct, limits: b.Thresholds, period: in.Period, keepPhones: b.KeepPhones}
	sums := newSums(m)
	for _, s := range in.Submitters {
		u := Unit{Name: s.Name, Group: s.Group}
		versions := in.Versions[s.Name]
		for _, k := range reporting.Kinds {
			if v := versions[k]; v != nil {
				u.Sources = append(u.Sources, Source{k, v.N, v.Letter, v.Received})
			}
		}
		if v := versions[reporting.Progress]; v != nil && v.Table.Prose == "" {
			sums.take(&b, &u, v.Table)
		}
		b.Units = append(b.Units, u)
	}
	b.Lagging = laggards(in, &b)
	b.Issues = ledger(in, &b)
	sums.finish(&b, in)
	rank(b.Units)
	remember(&b, in.Previous)
	b.Curve = curve(b, in.Previous)
	order(b.Units)
	b.Submissions = submissions(in)
	return b
}

// sums gathers what is added up over units.
type sums struct {
	measure
	city    Figures
	units   map[reporting.Group]int
	groups  map[reporting.Group]*Figures
	natures map[string]*Figures
}

func newSums(m measure) *sums {
	return &sums{measure: m, units: map[reporting.Group]int{}, groups: map[reporting.Group]*Figures{}, natures: map[string]*Figures{}}
}

// take adds a unit's progress table.
func (s *sums) take(b *Bulletin, u *Unit, t reporting.Table) {
	f := &Figures{}
	cols := columnsOf(t)
	whole := tree(t)
	cols.open(f)
	for _, p := range whole {
		one := s.project(p, cols)
		f.add(one)
		n := natureOf(p.row)
		if s.natures[n] == nil {
			s.natures[n] = &Figures{}
		}
		s.natures[n].add(one)
		p.flatten(&u.Projects, s.measure, cols)
		if p.orphans {
			continue
		}
		if due, late := s.lateStart(p, cols); late {
			b.LateStarts = append(b.LateStarts, Named{u.Name, p.name(), due})
		}
		if cols.started && cols.inStats && p.statsDue() && p.is(reporting.FInStats) == no {
			b.Unregistered = append(b.Unregistered, Named{Unit: u.Name, Project: p.name()})
		}
	}
	u.Reported, u.Figures = true, f
	if s.groups[u.Group] == nil {
		s.groups[u.Group] = &Figures{}
	}
	s.groups[u.Group].add(*f)
	s.units[u.Group]++
	s.city.add(*f)
	f.round(s.measure)
}

// finish rounds the sums and sets them into the bulletin.
func (s *sums) finish(b *Bulletin, in Input) {
	s.city.round(s.measure)
	b.City = City{Figures: s.city, Target: Number{in.Terms.Target}}
	b.City.TargetPct = percent(b.City.YTDDone.Decimal, in.Terms.Target)
	b.City.Lagging, b.City.IssuesOpen = b.Lagging.Count, b.Issues.Open
	for _, u := range b.Units {
		if u.Reported {
			b.City.Reported++
		}
	}
	for _, g := range reporting.Groups {
		if f := s.groups[g]; f != nil {
			f.round(s.measure)
			b.Groups = append(b.Groups, Group{Name: g, Units: s.units[g], Figures: *f})
		}
	}
	for _, n := range natures {
		if f := s.natures[n.key]; f != nil {
			f.round(s.measure)
			b.Natures = append(b.Natures, Nature{n.key, *f})
		}
	}
}

// remember compares with last month's bulletin.
func remember(b *Bulletin, last *Bulletin) {
	if last == nil || last.Period != b.Period.Add(-1) {
		return
	}
	if p := percent(b.City.MonthDone.Decimal, last.City.MonthDone.Decimal); p != nil {
		b.City.MonthOnMonth = &Number{p.Sub(hundred)}
	}
	for i := range b.Units {
		for _, u := range last.Units {
			if u.Name == b.Units[i].Name && u.Group == b.Units[i].Group {
				b.Units[i].PreviousRank = u.Rank
			}
		}
	}
}

// curve is last month's with this month at its end, within a year.
func curve(b Bulletin, last *Bulletin) (out []Point) {
	add := func(b Bulletin) {
		if b.City.Reported > 0 {
			out = append(out, Point{int(b.Period.Month), b.City.MonthDone, b.City.YTDDone, b.City.YearPlan})
		}
	}
	if last != nil && last.Period == b.Period.Add(-1) && last.Period.Year == b.Period.Year {
		if out = slices.Clone(last.Curve); len(out) == 0 { // a bulletin from before there were curves
			add(*last)
		}
	}
	add(b)
	return out
}

// rank numbers the units of each group by their published percentage: the
// same figure is the same rank, and the next one skips (1, 2, 2, 4). Units
// without a plan or a report have none.
func rank(units []Unit) {
	for i := range units {
		u := &units[i]
		if !u.Reported || u.YTDPct == nil {
			continue
		}
		u.Rank = 1
		for _, o := range units {
			if o.Group == u.Group && o.Reported && o.YTDPct != nil && o.YTDPct.GreaterThan(u.YTDPct.Decimal) {
				u.Rank++
			}
		}
	}
}

// order puts the units as tables print them: by group and rank, the same rank
// in the office's order, then those without a plan, then the unreported.
func order(units []Unit) {
	class := func(u Unit) int {
		switch {
		case u.Rank > 0:
			return 0
		case u.Reported:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(units, func(a, b Unit) int {
		if a.Group != b.Group {
			return groupIndex(a.Group) - groupIndex(b.Group)
		}
		if c := class(a) - class(b); c != 0 {
			return c
		}
		return a.Rank - b.Rank
	})
}

func groupIndex(g reporting.Group) int {
	if i := slices.Index(reporting.Groups, g); i >= 0 {
		return i
	}
	return len(reporting.Groups)
}

// measure is what percentages are held against.
type measure struct {
	pace   Number
	limits Thresholds
	period reporting.Period

	keepPhones bool
}

// text is what the row says in the field.
func (m measure) text(r reporting.Row, f reporting.Field) string {
	return hush(m.keepPhones, r.Text(f))
}

// gap is the distance to the pace, both as printed, so that a reader can check
// it with the figures beside it.
func (m measure) gap(pct *Number) *Number {
	if pct == nil {
		return nil
	}
	return &Number{pct.Sub(m.pace.Decimal)}
}

func (m measure) light(gap *Number) Light {
	switch {
	case gap == nil:
		return ""
	case !gap.IsNegative():
		return Green
	case gap.Neg().LessThan(m.limits.Yellow.Decimal):
		return Watch
	case gap.Neg().LessThanOrEqual(m.limits.Red.Decimal):
		return Yellow
	}
	return Red
}

// add adds g to f; counts that neither has stay absent.
func (f *Figures) add(g Figures) {
	f.Projects += g.Projects
	f.Parts += g.Parts
	f.Unplanned += g.Unplanned
	f.Red += g.Red
	f.Yellow += g.Yellow
	for _, x := range []struct {
		to   *decimal.Decimal
		from decimal.Decimal
	}{
		{&f.TotalInvest.Decimal, g.TotalInvest.Decimal}, {&f.YearPlan.Decimal, g.YearPlan.Decimal},
		{&f.MonthDone.Decimal, g.MonthDone.Decimal}, {&f.YTDDone.Decimal, g.YTDDone.Decimal},
		{&f.planned, g.planned}, {&f.plannedDone, g.plannedDone}, {&f.plannedMonth, g.plannedMonth},
	} {
		*x.to = x.to.Add(x.from)
	}
	for _, x := range []struct {
		to   **int
		from *int
	}{
		{&f.Started, g.Started}, {&f.InStats, g.InStats}, {&f.NewPlanned, g.NewPlanned}, {&f.NewStarted, g.NewStarted},
		{&f.StatsDue, g.StatsDue}, {&f.StatsDone, g.StatsDone}, {&f.FinishPlan, g.FinishPlan}, {&f.Finished, g.Finished},
	} {
		sumInto(x.to, x.from)
	}
}

func sumInto(to **int, n *int) {
	if n == nil {
		return
	}
	sum := *n
	if *to != nil {
		sum += **to
	}
	*to = &sum
}

// round computes the ratios of finished sums.
func (f *Figures) round(m measure) {
	f.YTDPct = percent(f.plannedDone, f.planned)
	f.MonthPct = percent(f.plannedMonth, f.planned)
	f.GapPP = m.gap(f.YTDPct)
	f.Light = m.light(f.GapPP)
	rate := func(part, whole *int) *Number {
		if part == nil || whole == nil {
			return nil
		}
		return ratio(*part, *whole)
	}
	f.StartRate = rate(f.NewStarted, f.NewPlanned)
	f.StatsRate = rate(f.StatsDone, f.StatsDue)
}
