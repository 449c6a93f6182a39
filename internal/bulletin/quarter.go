package bulletin

import (
	"slices"
	"time"

	"tongbao/internal/reporting"
)

// The quarter's products (一季一排位、一季一分析、一季一开工、一季一观摩、一季一发言).
const (
	QuarterRanking  = "quarter-ranking"
	QuarterAnalysis = "quarter-analysis"
	QuarterStarts   = "quarter-starts"
	QuarterVisits   = "quarter-visits"
	QuarterSpeakers = "quarter-speakers"
)

// QuarterKinds lists the products in the order of the work plan's five ones.
var QuarterKinds = []string{QuarterRanking, QuarterAnalysis, QuarterStarts, QuarterVisits, QuarterSpeakers}

// QuarterTitle is a product's name, "" where there is no such one.
func QuarterTitle(kind string) string {
	return map[string]string{QuarterRanking: "排位通报", QuarterAnalysis: "分析报告", QuarterStarts: "集中开工项目清单",
		QuarterVisits: "观摩评分通报", QuarterSpeakers: "发言名单"}[kind]
}

// Quarterly is a quarter's frozen snapshot. All products of the quarter are
// made of it; Kind is the one that it was frozen for. Amounts are exact 万元,
// percentages and points are rounded to 2 decimals. A figure that could not be
// computed is absent.
type Quarterly struct {
	Kind       string            `json:"kind"`
	Quarter    reporting.Quarter `json:"period"`
	Number     string            `json:"number"`
	AsOf       time.Time         `json:"as_of"`
	Base       reporting.Period  `json:"base"` // the month whose tables the year's figures are of
	PacePct    Number            `json:"pace_pct"`
	Thresholds Thresholds        `json:"thresholds"`
	Scoring    Scoring           `json:"scoring"`
	Months     []Month           `json:"months"` // of the year up to the base, in order
	City       QuarterCity       `json:"city"`
	Units      []Score           `json:"submitters"` // counties and zones: by group, rank, then the office's order
	Analysis   Analysis          `json:"analysis"`
	Starts     Starts            `json:"starts"`
	Visits     Visits            `json:"visits"`
	Speakers   []Speaker         `json:"speakers"`
}

// Month is what one month's bulletin says, as far as a quarter asks for it.
type Month struct {
	Period    reporting.Period `json:"period"`
	Number    string           `json:"number"` // of its bulletin's snapshot
	PacePct   Number           `json:"pace_pct"`
	Reported  int              `json:"reported"` // units; 0 is a month without data
	MonthDone Number           `json:"month_done"`
	YTDDone   Number           `json:"ytd_done"`
	YearPlan  Number           `json:"year_plan"`
	YTDPct    *Number          `json:"ytd_pct,omitempty"`
	MonthPct  *Number          `json:"month_pct,omitempty"`
	GapPP     *Number          `json:"gap_pp,omitempty"`
	Silent    []string         `json:"silent"` // units whose progress table was owed and did not come
	New       int              `json:"issues_new"`
	Closed    int              `json:"issues_closed"`

	done  map[string]Number // of the units that reported
	sent  map[string]Sent
	again map[string]bool // sent a table again
	any   bool            // something came from anybody
}

// Empty reports whether no progress table came in the month.
func (m Month) Empty() bool { return m.Reported == 0 }

// MonthOf reduces a month's bulletin to what a quarter needs of it.
func MonthOf(b Bulletin) Month {
	m := Month{Period: b.Period, Number: b.Number, PacePct: b.PacePct, Reported: b.City.Reported, MonthDone: b.City.MonthDone, YTDDone: b.City.YTDDone,
		YearPlan: b.City.YearPlan, YTDPct: b.City.YTDPct, MonthPct: b.City.MonthPct, GapPP: b.City.GapPP, Silent: []string{},
		New: b.Issues.New, Closed: b.Issues.Closed, done: map[string]Number{}, sent: map[string]Sent{}, again: map[string]bool{}}
	for _, u := range b.Units {
		if u.Reported {
			m.done[u.Name] = u.MonthDone
		}
		m.any = m.any || len(u.Sources) > 0
	}
	for _, s := range b.Submissions.Units {
		m.sent[s.Unit] = s
		if _, came := m.done[s.Unit]; !came && owesProgress(s) {
			m.Silent = append(m.Silent, s.Unit)
		}
	}
	for _, name := range b.Submissions.Corrected {
		m.again[name] = true
	}
	return m
}

func owesProgress(s Sent) bool {
	st, ok := s.Tables[reporting.Progress]
	return ok && st.State != reporting.Exempt
}

// QuarterCity is the whole city at the quarter's end.
type QuarterCity struct {
	Projects    int     `json:"projects"`
	TotalInvest Number  `json:"total_invest"`
	YearPlan    Number  `json:"year_plan"`
	YTDDone     Number  `json:"ytd_done"`
	YTDPct      *Number `json:"ytd_pct,omitempty"`
	GapPP       *Number `json:"gap_pp,omitempty"`
	Target      Number  `json:"target"`
	TargetPct   *Number `json:"target_pct,omitempty"`
	Reported    int     `json:"reported"`
	// QuarterDone is the sum of what was done in the quarter's months; absent
	// where one of them has no data. So are the two it is compared with: the
	// quarter before and the same one of last year.
	QuarterDone *Number `json:"quarter_done,omitempty"`
	BeforePct   *Number `json:"quarter_on_quarter_pct,omitempty"`
	LastYearPct *Number `json:"year_on_year_pct,omitempty"`
}

// QuarterInput is all that a quarter's snapshot is computed from.
type QuarterInput struct {
	Quarter    reporting.Quarter
	Kind       string
	AsOf       time.Time
	Number     string
	Base       Bulletin // of the quarter's last month; for a quarter that has just begun, of the newest
	Submitters []reporting.Submitter
	Months     []Month // of the year up to the base, of the quarter before and of the same quarter last year
	Tables     map[string]reporting.Table
	Scoring    Scoring
	Previous   *Quarterly // the last quarter's ranking; nil where there is none
	Votes      []reporting.Vote
	Awards     []Award
}

// ComputeQuarter makes a quarter's snapshot of its months' bulletins.
func ComputeQuarter(in QuarterInput) Quarterly {
	b := in.Base
	q := Quarterly{Kind: in.Kind, Quarter: in.Quarter, Number: in.Number, AsOf: in.AsOf, Base: b.Period, PacePct: b.PacePct,
		Thresholds: b.Thresholds, Scoring: in.Scoring, Months: []Month{}}
	for _, m := range in.Months {
		if m.Period.Year == b.Period.Year && !b.Period.Before(m.Period) {
			q.Months = append(q.Months, m)
		}
	}
	c := b.City
	q.City = QuarterCity{Projects: c.Projects, TotalInvest: c.TotalInvest, YearPlan: c.YearPlan, YTDDone: c.YTDDone, YTDPct: c.YTDPct, GapPP: c.GapPP,
		Target: c.Target, TargetPct: c.TargetPct, Reported: c.Reported, QuarterDone: in.doneIn(in.Quarter, "")}
	growth := func(other reporting.Quarter) *Number {
		was := in.doneIn(other, "")
		if was == nil || q.City.QuarterDone == nil {
			return nil
		}
		p := percent(q.City.QuarterDone.Decimal, was.Decimal)
		if p == nil {
			return nil
		}
		return &Number{p.Sub(hundred)}
	}
	q.City.BeforePct, q.City.LastYearPct = growth(in.Quarter.Add(-1)), growth(in.Quarter.Add(-4))
	q.Units = scores(in)
	q.Analysis = analysis(in)
	q.Starts = starts(in)
	q.Visits = VisitsOf(in.Votes)
	q.Speakers = speakers(q)
	return q
}

// month finds a month; one that is not known has no data.
func (in QuarterInput) month(p reporting.Period) Month {
	i := slices.IndexFunc(in.Months, func(m Month) bool { return m.Period == p })
	if i < 0 {
		return Month{Period: p}
	}
	return in.Months[i]
}

// doneIn is what a unit, or the city where unit is "", did in a quarter: the
// sum of its months. Nil where a month has no data of it.
func (in QuarterInput) doneIn(q reporting.Quarter, unit string) *Number {
	var sum Number
	for _, p := range q.Months() {
		m := in.month(p)
		done := m.MonthDone
		if unit != "" {
			d, ok := m.done[unit]
			if !ok {
				return nil
			}
			done = d
		}
		if m.Empty() {
			return nil
		}
		sum.Decimal = sum.Add(done.Decimal)
	}
	return &sum
}

// Lacking lists the quarter's months that have no data.
func (q Quarterly) Lacking() (out []reporting.Period) {
	for _, p := range q.Quarter.Months() {
		if m, ok := q.At(p); !ok || m.Empty() {
			out = append(out, p)
		}
	}
	return out
}

// At finds a month of the year.
func (q Quarterly) At(p reporting.Period) (Month, bool) {
	i := slices.IndexFunc(q.Months, func(m Month) bool { return m.Period == p })
	if i < 0 {
		return Month{}, false
	}
	return q.Months[i], true
}
