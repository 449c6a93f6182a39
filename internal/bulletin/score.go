package bulletin

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// Scoring is how a quarter's points are given. The weights are the full points
// of each item; what is deducted is in points of the item 信息报送.
type Scoring struct {
	Invest   Number `json:"invest"`   // 投资完成
	Start    Number `json:"start"`    // 开工
	Finish   Number `json:"finish"`   // 竣工
	Stats    Number `json:"stats"`    // 入统
	Report   Number `json:"report"`   // 信息报送
	Late     Number `json:"late"`     // a month that came late
	Missing  Number `json:"missing"`  // a month that did not come, or not wholly
	Returned Number `json:"returned"` // a month that was sent again
	PerPoint Number `json:"per_point"`
	// ExcessMost and BonusMost bound what is given for being ahead of the pace,
	// and all that is given besides the items.
	ExcessMost Number `json:"excess_most"`
	BonusMost  Number `json:"bonus_most"`
	SpeakFirst int    `json:"speak_first"` // how many of the first tell of their experience
	SpeakLast  int    `json:"speak_last"`  // how many of the last declare what they will do
}

// DefaultScoring is 投资完成 50、开工 15、竣工 10、入统 15、信息报送 10, with up to 5 points
// besides, 2 of them for being ahead of the pace.
func DefaultScoring() Scoring {
	n := func(s string) Number { return Number{decimal.RequireFromString(s)} }
	return Scoring{Invest: n("50"), Start: n("15"), Finish: n("10"), Stats: n("15"), Report: n("10"), Late: n("1"), Missing: n("3"), Returned: n("0.5"),
		PerPoint: n("0.1"), ExcessMost: n("2"), BonusMost: n("5"), SpeakLast: 1}
}

// Score is one unit's points, with all that they are made of.
type Score struct {
	Name         string          `json:"name"`
	Group        reporting.Group `json:"group"`
	Order        int             `json:"order"`          // in the office's list, from 0
	Rank         int             `json:"rank,omitempty"` // within the group; 0 is none
	PreviousRank int             `json:"previous_rank,omitempty"`
	Unranked     string          `json:"unranked,omitempty"` // Chinese: why it has no rank
	Total        *Number         `json:"total,omitempty"`
	Items        []Item          `json:"items"`
	Sum          *Number         `json:"sum,omitempty"`    // of the items
	Scaled       *Number         `json:"scaled,omitempty"` // Sum as of all items; absent where every item counted
	Excess       *Number         `json:"excess,omitempty"` // for being ahead of the pace
	Awards       []Award         `json:"awards,omitempty"` // of the office: given, or taken where negative
	Bonus        *Number         `json:"bonus,omitempty"`  // Excess and what was given, bounded
	Taken        *Number         `json:"taken,omitempty"`  // what was taken

	QuarterDone *Number `json:"quarter_done,omitempty"` // absent where a month is missing
	YearPlan    *Number `json:"year_plan,omitempty"`
	YTDDone     *Number `json:"ytd_done,omitempty"`
	YTDPct      *Number `json:"ytd_pct,omitempty"`
	GapPP       *Number `json:"gap_pp,omitempty"`
	NewPlanned  *int    `json:"new_planned,omitempty"`
	NewStarted  *int    `json:"new_started,omitempty"`
	FinishPlan  *int    `json:"finish_planned,omitempty"`
	Finished    *int    `json:"finished,omitempty"`
	StatsDue    *int    `json:"stats_due,omitempty"`
	StatsDone   *int    `json:"stats_done,omitempty"`
	Months      int     `json:"months"` // of the quarter in which anybody reported
	Late        int     `json:"late"`
	Missing     int     `json:"missing"`
	Returned    int     `json:"returned"`
	Came        int     `json:"came"` // months whose progress table came
}

// Moved is how many places the unit went up since last quarter; false where
// either rank is not known.
func (s Score) Moved() (int, bool) { return s.PreviousRank - s.Rank, s.PreviousRank > 0 && s.Rank > 0 }

// Item finds an item by its key.
func (s Score) Item(key string) *Item {
	for i := range s.Items {
		if s.Items[i].Key == key {
			return &s.Items[i]
		}
	}
	return nil
}

// Item is one item of a score.
type Item struct {
	Key    string  `json:"key"` // invest, start, finish, stats, report
	Full   Number  `json:"full"`
	Pct    *Number `json:"pct,omitempty"`    // the rate that it follows
	Points *Number `json:"points,omitempty"` // absent: the unit has no such task, and the item does not count
	Untold bool    `json:"untold,omitempty"` // the unit's table does not tell: no points
}

// ItemTitle is an item's Chinese name.
func ItemTitle(key string) string {
	return map[string]string{"invest": "投资完成", "start": "开工", "finish": "竣工", "stats": "入统", "report": "信息报送"}[key]
}

// Award is what the office gives or, where Points are negative, takes.
type Award struct {
	Unit   string `json:"unit"`
	Points Number `json:"points"`
	Reason string `json:"reason"`
}

// ranked are the groups that are ranked by points; central units are not.
var ranked = []reporting.Group{reporting.Counties, reporting.Zones}

func scores(in QuarterInput) []Score {
	out := []Score{}
	for i, s := range in.Submitters {
		if slices.Contains(ranked, s.Group) {
			x := in.score(s)
			x.Order = i
			out = append(out, x)
		}
	}
	for i := range out {
		s := &out[i]
		if s.Total == nil {
			continue
		}
		s.Rank = 1
		for _, o := range out {
			if o.Group == s.Group && o.Total != nil && o.Total.GreaterThan(s.Total.Decimal) {
				s.Rank++
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Score) int {
		return cmp.Or(groupIndex(a.Group)-groupIndex(b.Group), place(a)-place(b))
	})
	return out
}

// place puts those without a rank last.
func place(s Score) int {
	if s.Rank == 0 {
		return 1 << 30
	}
	return s.Rank
}

func (in QuarterInput) score(sub reporting.Submitter) Score {
	s := Score{Name: sub.Name, Group: sub.Group, Items: []Item{}, QuarterDone: in.doneIn(in.Quarter, sub.Name)}
	if in.Previous != nil && in.Previous.Quarter == in.Quarter.Add(-1) {
		for _, u := range in.Previous.Units {
			if u.Name == s.Name && u.Group == s.Group {
				s.PreviousRank = u.Rank
			}
		}
	}
	in.submissions(&s)
	u, known := in.Base.Unit(sub.Name)
	switch {
	case in.Base.Period != in.Quarter.Last():
		s.Unranked = "季度尚未结束"
	case !sub.Owes(reporting.Progress):
		s.Unranked = "不报进度表"
	case !known || !u.Reported:
		if s.Unranked = "季末月份未报送进度表"; s.Came == 0 {
			s.Unranked = "本季度未报送进度表"
		}
	case u.YTDPct == nil:
		s.Unranked = "没有年度计划投资"
	}
	if known && u.Reported {
		f := u.Figures
		s.YearPlan, s.YTDDone, s.YTDPct, s.GapPP = &f.YearPlan, &f.YTDDone, f.YTDPct, f.GapPP
		s.NewPlanned, s.NewStarted, s.FinishPlan, s.Finished, s.StatsDue, s.StatsDone = f.NewPlanned, f.NewStarted, f.FinishPlan, f.Finished, f.StatsDue, f.StatsDone
	}
	if s.Unranked == "" {
		in.give(&s)
	}
	return s
}

// submissions counts the quarter's months by how they came. A month in which
// nothing came from anybody is one before the office had the program: it counts
// for nobody.
func (in QuarterInput) submissions(s *Score) {
	for _, p := range in.Quarter.Months() {
		m := in.month(p)
		if !m.any {
			continue
		}
		if _, ok := m.done[s.Name]; ok {
			s.Came++
		}
		sent, owed := m.sent[s.Name]
		if !owed || sent.Result == ResultExempt || sent.Result == ResultDue {
			continue
		}
		s.Months++
		switch sent.Result {
		case ResultLate:
			s.Late++
		case ResultIncomplete, ResultMissing, ResultReturned:
			s.Missing++
		}
		if m.again[s.Name] {
			s.Returned++
		}
	}
}

// give reckons the points. Each item is rounded as it is printed, so that the
// sum can be checked by hand. An item without a task is taken out of the full
// points, and the rest is scaled up.
func (in QuarterInput) give(s *Score) {
	w := in.Scoring
	pace := in.Base.PacePct
	item := func(key string, full Number, pct *Number, untold bool, of decimal.Decimal) {
		if !full.IsPositive() {
			return
		}
		it := Item{Key: key, Full: full, Pct: pct, Untold: untold}
		switch {
		case untold:
			it.Points = &Number{}
		case pct != nil:
			share := decimal.Min(decimal.Max(pct.Decimal, decimal.Zero), of)
			it.Points = &Number{full.Mul(share).DivRound(of, percentDigits)}
		}
		s.Items = append(s.Items, it)
	}
	rate := func(part, whole *int) *Number {
		if part == nil || whole == nil {
			return nil
		}
		return ratio(*part, *whole)
	}
	item("invest", w.Invest, s.YTDPct, false, pace.Decimal)
	item("start", w.Start, rate(s.NewStarted, s.NewPlanned), s.NewPlanned == nil, hundred)
	item("finish", w.Finish, rate(s.Finished, s.FinishPlan), s.FinishPlan == nil, hundred)
	item("stats", w.Stats, rate(s.StatsDone, s.StatsDue), s.StatsDue == nil, hundred)
	if w.Report.IsPositive() {
		n := func(n int) decimal.Decimal { return decimal.NewFromInt(int64(n)) }
		less := w.Late.Mul(n(s.Late)).Add(w.Missing.Mul(n(s.Missing))).Add(w.Returned.Mul(n(s.Returned)))
		s.Items = append(s.Items, Item{Key: "report", Full: w.Report, Points: &Number{decimal.Max(w.Report.Sub(less), decimal.Zero).Round(percentDigits)}})
	}
	var sum, full, counted decimal.Decimal
	for _, it := range s.Items {
		if full = full.Add(it.Full.Decimal); it.Points != nil {
			sum, counted = sum.Add(it.Points.Decimal), counted.Add(it.Full.Decimal)
		}
	}
	s.Sum = &Number{sum}
	if counted.IsPositive() && !counted.Equal(full) {
		sum = sum.Mul(full).DivRound(counted, percentDigits)
		s.Scaled = &Number{sum}
	}
	bonus, taken := in.besides(s)
	s.Bonus, s.Taken = &Number{bonus}, &Number{taken}
	s.Total = &Number{decimal.Max(sum.Add(bonus).Sub(taken), decimal.Zero)}
}

// besides is what is given and taken beside the items. Each whole percentage
// point ahead of the pace gives its points.
func (in QuarterInput) besides(s *Score) (bonus, taken decimal.Decimal) {
	w := in.Scoring
	if s.GapPP != nil && s.GapPP.IsPositive() {
		bonus = decimal.Min(s.GapPP.Floor().Mul(w.PerPoint.Decimal), w.ExcessMost.Decimal).Round(percentDigits)
	}
	s.Excess = &Number{bonus}
	for _, a := range in.Awards {
		if a.Unit != s.Name {
			continue
		}
		s.Awards = append(s.Awards, a)
		if a.Points.IsNegative() {
			taken = taken.Sub(a.Points.Decimal)
		} else {
			bonus = bonus.Add(a.Points.Decimal)
		}
	}
	return decimal.Min(bonus, w.BonusMost.Decimal), taken
}

// Ranked lists a group's units that have a rank, in order.
func (q Quarterly) Ranked(g reporting.Group) (out []Score) {
	for _, s := range q.Units {
		if s.Group == g && s.Rank > 0 {
			out = append(out, s)
		}
	}
	return out
}

// Listed are the units in the office's order, in which sentences name them.
func (q Quarterly) Listed() []Score {
	out := slices.Clone(q.Units)
	slices.SortStableFunc(out, func(a, b Score) int { return a.Order - b.Order })
	return out
}

// UnitsOf lists a group's units in the order of its table.
func (q Quarterly) UnitsOf(g reporting.Group) (out []Score) {
	for _, s := range q.Units {
		if s.Group == g {
			out = append(out, s)
		}
	}
	return out
}

// Speaker is who speaks at the quarter's meeting, and why.
type Speaker struct {
	Unit  string          `json:"unit"`
	Group reporting.Group `json:"group"`
	Kind  string          `json:"kind"` // experience (经验交流), declaration (表态发言)
	Why   string          `json:"why"`  // first, last, silent
	Rank  int             `json:"rank,omitempty"`
	Of    int             `json:"of,omitempty"` // units that were ranked with it
	Total *Number         `json:"total,omitempty"`
}

// speakers are the first and the last of the counties' and zones' rankings, who
// shares their ranks included, and those that sent nothing in the whole quarter.
// Nobody is both: in a short ranking the last come first.
func speakers(q Quarterly) []Speaker {
	out := []Speaker{}
	for _, g := range ranked {
		units := q.Ranked(g)
		if len(units) < 2 {
			units = nil
		}
		first, last := 0, len(units)
		if n := min(q.Scoring.SpeakLast, len(units)); n > 0 {
			for last = len(units) - n; last > 0 && units[last-1].Rank == units[last].Rank; last-- {
			}
		}
		if n := min(q.Scoring.SpeakFirst, last); n > 0 {
			for first = n; first < last && units[first].Rank == units[first-1].Rank; first++ {
			}
		}
		add := func(s Score, kind, why string) {
			out = append(out, Speaker{Unit: s.Name, Group: g, Kind: kind, Why: why, Rank: s.Rank, Of: len(q.Ranked(g)), Total: s.Total})
		}
		for _, s := range units[:first] {
			add(s, "experience", "first")
		}
		if last > 0 { // else all share one rank: nobody is last
			for _, s := range units[last:] {
				add(s, "declaration", "last")
			}
		}
		for _, s := range q.UnitsOf(g) {
			if s.Rank == 0 && s.Came == 0 && s.Months > 0 {
				out = append(out, Speaker{Unit: s.Name, Group: g, Kind: "declaration", Why: "silent"})
			}
		}
	}
	return out
}
