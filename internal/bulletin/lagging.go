package bulletin

import (
	"cmp"
	"slices"

	"tongbao/internal/reporting"
)

// Lagging is what the units put on their lists of lagging projects.
type Lagging struct {
	Count   int       `json:"count"`
	Pct     *Number   `json:"pct,omitempty"` // of all projects; absent where a list came without its progress table
	Units   int       `json:"units"`         // that named any
	Reasons []Tally   `json:"reasons"`
	Items   []Laggard `json:"items"` // the farthest behind first, those without a figure last
}

// Tally counts one kind of thing.
type Tally struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Laggard is a row of a lagging list.
type Laggard struct {
	Unit       string  `json:"unit"`
	Row        int     `json:"row"`
	Project    string  `json:"project"`
	RespUnit   string  `json:"resp_unit,omitempty"`
	YearPlan   *Number `json:"year_plan,omitempty"`
	YTDDone    *Number `json:"ytd_done,omitempty"`
	YTDPct     *Number `json:"ytd_pct,omitempty"`
	GapPP      *Number `json:"gap_pp,omitempty"` // against the city's pace; negative is behind
	Planned    string  `json:"plan_progress,omitempty"`
	Actual     string  `json:"actual_progress,omitempty"`
	Reason     string  `json:"reason,omitempty"`
	ReasonType string  `json:"reason_type"`
	Measure    string  `json:"measure,omitempty"`
	CatchUpAt  string  `json:"catch_up_at,omitempty"`
	Leader     string  `json:"leader,omitempty"`
	Person     string  `json:"person,omitempty"`
}

// laggards reads the units' lists. A row's figures are those of the project in
// the unit's progress table where it is found there by its name, so that the
// bulletin does not print two figures for one project; else the row's own.
func laggards(in Input, b *Bulletin) Lagging {
	out := Lagging{Reasons: []Tally{}, Items: []Laggard{}}
	m := measure{pace: b.PacePct, limits: b.Thresholds, period: in.Period, keepPhones: b.KeepPhones}
	reasons := map[string]int{}
	complete := true
	for i := range b.Units {
		u := &b.Units[i]
		v := in.Versions[u.Name][reporting.Lagging]
		if v == nil {
			continue
		}
		n := len(v.Table.Rows)
		u.Lagging = &n
		if n == 0 {
			continue
		}
		out.Count += n
		out.Units++
		complete = complete && u.Reported
		known := map[string]*Project{}
		for j := range u.Projects {
			if p := &u.Projects[j]; known[plain(p.Name)] == nil {
				known[plain(p.Name)] = p
			}
		}
		for _, r := range v.Table.Rows {
			l := laggard(m, u.Name, r, known)
			reasons[l.ReasonType]++
			out.Items = append(out.Items, l)
		}
	}
	if complete {
		projects := 0
		for _, u := range b.Units {
			if u.Reported {
				projects += u.Figures.Projects
			}
		}
		out.Pct = ratio(out.Count, projects)
	}
	slices.SortStableFunc(out.Items, func(x, y Laggard) int {
		switch {
		case x.GapPP == nil && y.GapPP == nil:
			return 0
		case x.GapPP == nil:
			return 1
		case y.GapPP == nil:
			return -1
		}
		return x.GapPP.Cmp(y.GapPP.Decimal)
	})
	out.Reasons = tallies(reasons)
	return out
}

func laggard(m measure, unit string, r reporting.Row, known map[string]*Project) Laggard {
	text := func(f reporting.Field) string { return m.text(r, f) }
	l := Laggard{
		Unit: unit, Row: r.Row, Project: text(reporting.FProjectName), RespUnit: text(reporting.FRespUnit),
		Planned: text(reporting.FPlanProgress), Actual: text(reporting.FActualProgress), Reason: text(reporting.FReason),
		ReasonType: classify(r.Text(reporting.FReasonType), r.Text(reporting.FReason)),
		Measure:    text(reporting.FMeasure), CatchUpAt: text(reporting.FCatchUpAt),
		Leader: text(reporting.FLeader), Person: text(reporting.FPerson),
	}
	number := func(f reporting.Field) *Number {
		if d, ok := r.Decimal(f); ok {
			return &Number{d}
		}
		return nil
	}
	l.YearPlan, l.YTDDone = number(reporting.FYearPlan), number(reporting.FYTDDone)
	if p := known[plain(l.Project)]; p != nil {
		l.YearPlan, l.YTDDone = p.YearPlan, p.YTDDone
		l.RespUnit = cmp.Or(l.RespUnit, p.RespUnit)
		l.YTDPct = p.YTDPct
	} else if l.YearPlan != nil && l.YTDDone != nil {
		l.YTDPct = percent(l.YTDDone.Decimal, l.YearPlan.Decimal)
	}
	if l.YTDPct == nil {
		if l.YTDPct = number(reporting.FYTDPct); l.YTDPct != nil {
			l.YTDPct = &Number{l.YTDPct.Round(percentDigits)}
		}
	}
	l.GapPP = m.gap(l.YTDPct)
	return l
}

func classify(told, text string) string { return reporting.Cause(told, text) }

// tallies orders counts: the largest first, the same in the order of the
// kinds, 其他 and 未说明 last.
func tallies(counts map[string]int) []Tally {
	out := []Tally{}
	for _, name := range reporting.Causes() {
		if n := counts[name]; n > 0 {
			out = append(out, Tally{name, n})
		}
	}
	slices.SortStableFunc(out, func(a, b Tally) int { return b.Count - a.Count })
	for _, name := range []string{reporting.OtherCause, reporting.NoCause} {
		if n := counts[name]; n > 0 {
			out = append(out, Tally{name, n})
		}
	}
	return out
}
