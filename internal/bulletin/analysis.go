package bulletin

import (
	"slices"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// Analysis is what a quarter's report is made of.
type Analysis struct {
	Natures []Nature `json:"natures"` // of the projects: 续建, 新建 …
	Groups  []Group  `json:"groups"`
	Sizes   []Slice  `json:"sizes"` // by total investment
	Funds   []Slice  `json:"funds"` // by what the tables say of the money's source; a project may be in several

	Red       int      `json:"red"`
	Yellow    int      `json:"yellow"`
	Shortfall Number   `json:"shortfall"` // of the projects in red and yellow: what should be done by the pace, less what is
	Risks     []Risk   `json:"risks"`     // these, the largest shortfall first
	Behind    []Behind `json:"behind"`    // by unit, the largest first
	Lagging   Lagging  `json:"lagging"`   // the units' own lists of the last month

	Issues   QuarterIssues `json:"issues"`
	Forecast *Forecast     `json:"forecast,omitempty"` // absent where a month of the quarter has no data
}

// Slice is what some of the projects come to. Only whole projects count.
type Slice struct {
	Title       string  `json:"title"`
	Projects    int     `json:"projects"`
	TotalInvest Number  `json:"total_invest"`
	YearPlan    Number  `json:"year_plan"`
	YTDDone     Number  `json:"ytd_done"`
	YTDPct      *Number `json:"ytd_pct,omitempty"` // over those that have a plan

	planned, done decimal.Decimal
}

// Risk is a project in red or yellow whose money is behind the pace.
type Risk struct {
	Unit      string `json:"unit"`
	Project   string `json:"project"`
	RespUnit  string `json:"resp_unit,omitempty"`
	YearPlan  Number `json:"year_plan"`
	YTDDone   Number `json:"ytd_done"`
	YTDPct    Number `json:"ytd_pct"`
	GapPP     Number `json:"gap_pp"`
	Shortfall Number `json:"shortfall"`
	Light     Light  `json:"light"`
}

// Behind is one unit's shortfall over its risks.
type Behind struct {
	Unit      string `json:"unit"`
	Projects  int    `json:"projects"`
	Shortfall Number `json:"shortfall"`
}

// QuarterIssues is the ledgers' course over the quarter's months.
type QuarterIssues struct {
	Known      bool       `json:"known"` // a ledger came in the last month
	New        int        `json:"new"`
	Closed     int        `json:"closed"`
	Open       int        `json:"open"` // at the end
	Overdue    int        `json:"overdue"`
	Rate       *Number    `json:"closed_pct,omitempty"` // closed ÷ (closed + open at the end)
	Categories []Category `json:"categories"`           // of the open ones
}

// Forecast is what the year comes to where each month to come brings what the
// quarter's three months brought in the mean, in the least and in the best of
// them.
type Forecast struct {
	Remaining int      `json:"remaining"` // months to come
	Mean      Number   `json:"mean"`      // of the three months
	Least     Number   `json:"least"`
	Most      Number   `json:"most"`
	Done      Number   `json:"done"` // of the year, by the mean
	Low       Number   `json:"low"`
	High      Number   `json:"high"`
	PlanPct   *Number  `json:"plan_pct,omitempty"`
	PlanLow   *Number  `json:"plan_low_pct,omitempty"`
	PlanHigh  *Number  `json:"plan_high_pct,omitempty"`
	TargetPct *Number  `json:"target_pct,omitempty"`
	Need      *Number  `json:"need,omitempty"` // a month, to reach the year's plan; absent where it is reached, or the year is over
	Silent    []string `json:"silent"`         // units that a month of the quarter is without
}

func analysis(in QuarterInput) Analysis {
	b := in.Base
	a := Analysis{Natures: b.Natures, Groups: b.Groups, Red: b.City.Red, Yellow: b.City.Yellow, Risks: []Risk{}, Behind: []Behind{}, Lagging: b.Lagging}
	a.Sizes = sizes(b)
	a.Funds = funds(in)
	a.risks(b)
	a.Issues = in.issues()
	a.Forecast = in.forecast()
	return a
}

// sizeClasses are by total investment in 万元, the largest first.
var sizeClasses = []struct {
	title string
	from  int64
}{{"十亿元及以上", 100_000}, {"一亿元至十亿元", 10_000}, {"五千万元至一亿元", 5_000}, {"五千万元以下", 0}}

const untoldSize = "未填报总投资"

func sizes(b Bulletin) []Slice {
	titles := []string{}
	for _, c := range sizeClasses {
		titles = append(titles, c.title)
	}
	return sliced(b, append(titles, untoldSize), func(_ string, p Project) []string {
		if p.TotalInvest == nil || !p.TotalInvest.IsPositive() {
			return []string{untoldSize}
		}
		for _, c := range sizeClasses {
			if !p.TotalInvest.LessThan(decimal.NewFromInt(c.from)) {
				return []string{c.title}
			}
		}
		return nil
	})
}

// sliced sums the whole projects by the titles that each belongs to; titles
// without projects are left out.
func sliced(b Bulletin, titles []string, of func(unit string, p Project) []string) []Slice {
	by := map[string]*Slice{}
	for _, u := range b.Units {
		for _, p := range u.Projects {
			if p.Parent != "" {
				continue
			}
			for _, title := range of(u.Name, p) {
				if by[title] == nil {
					by[title] = &Slice{Title: title}
				}
				by[title].add(p)
			}
		}
	}
	out := []Slice{}
	for _, title := range titles {
		if s := by[title]; s != nil {
			s.YTDPct = percent(s.done, s.planned)
			out = append(out, *s)
		}
	}
	return out
}

func (s *Slice) add(p Project) {
	s.Projects++
	plus := func(to *Number, n *Number) {
		if n != nil {
			to.Decimal = to.Add(n.Decimal)
		}
	}
	plus(&s.TotalInvest, p.TotalInvest)
	plus(&s.YearPlan, p.YearPlan)
	plus(&s.YTDDone, p.YTDDone)
	if p.YearPlan != nil && p.YearPlan.IsPositive() {
		s.planned = s.planned.Add(p.YearPlan.Decimal)
		if p.YTDDone != nil {
			s.done = s.done.Add(p.YTDDone.Decimal)
		}
	}
}

// risks are the whole projects in red or yellow that are behind in money. One
// that is yellow for a late start alone has no shortfall.
func (a *Analysis) risks(b Bulletin) {
	for _, u := range b.Units {
		own := Behind{Unit: u.Name}
		for _, p := range u.Projects {
			if p.Parent != "" || p.Light != Red && p.Light != Yellow || p.GapPP == nil || !p.GapPP.IsNegative() {
				continue
			}
			var done decimal.Decimal
			if p.YTDDone != nil {
				done = p.YTDDone.Decimal
			}
			less := b.PacePct.Mul(p.YearPlan.Decimal).Shift(-2).Sub(done)
			own.Projects++
			own.Shortfall.Decimal = own.Shortfall.Add(less)
			a.Risks = append(a.Risks, Risk{u.Name, p.Name, p.RespUnit, *p.YearPlan, Number{done}, *p.YTDPct, *p.GapPP, Number{less}, p.Light})
		}
		if own.Projects > 0 {
			a.Behind = append(a.Behind, own)
			a.Shortfall.Decimal = a.Shortfall.Add(own.Shortfall.Decimal)
		}
	}
	slices.SortStableFunc(a.Risks, func(x, y Risk) int { return y.Shortfall.Cmp(x.Shortfall.Decimal) })
	slices.SortStableFunc(a.Behind, func(x, y Behind) int { return y.Shortfall.Cmp(x.Shortfall.Decimal) })
}

func (in QuarterInput) issues() QuarterIssues {
	l := in.Base.Issues
	q := QuarterIssues{Known: len(l.Units) > 0, Open: l.Open, Overdue: l.Overdue, Categories: l.Categories}
	if q.Categories == nil {
		q.Categories = []Category{}
	}
	for _, p := range in.Quarter.Months() {
		m := in.month(p)
		q.New, q.Closed = q.New+m.New, q.Closed+m.Closed
	}
	q.Rate = ratio(q.Closed, q.Closed+q.Open)
	return q
}

func (in QuarterInput) forecast() *Forecast {
	b := in.Base
	if b.Period != in.Quarter.Last() {
		return nil
	}
	f := &Forecast{Remaining: 12 - int(b.Period.Month), Silent: []string{}}
	var sum decimal.Decimal
	for i, p := range in.Quarter.Months() {
		m := in.month(p)
		if m.Empty() {
			return nil
		}
		sum = sum.Add(m.MonthDone.Decimal)
		if i == 0 || m.MonthDone.LessThan(f.Least.Decimal) {
			f.Least = m.MonthDone
		}
		if i == 0 || m.MonthDone.GreaterThan(f.Most.Decimal) {
			f.Most = m.MonthDone
		}
		for _, s := range m.Silent {
			if !slices.Contains(f.Silent, s) {
				f.Silent = append(f.Silent, s)
			}
		}
	}
	left := decimal.NewFromInt(int64(f.Remaining))
	end := func(month decimal.Decimal) Number {
		return Number{b.City.YTDDone.Add(month.Mul(left)).Round(4)}
	}
	three := decimal.NewFromInt(3)
	f.Mean = Number{sum.DivRound(three, 4)}
	// The mean is not rounded before it is multiplied.
	f.Done = Number{b.City.YTDDone.Add(sum.Mul(left).DivRound(three, 4))}
	f.Low, f.High = end(f.Least.Decimal), end(f.Most.Decimal)
	plan := b.City.YearPlan.Decimal
	f.PlanPct, f.PlanLow, f.PlanHigh = percent(f.Done.Decimal, plan), percent(f.Low.Decimal, plan), percent(f.High.Decimal, plan)
	f.TargetPct = percent(f.Done.Decimal, b.City.Target.Decimal)
	if need := plan.Sub(b.City.YTDDone.Decimal); f.Remaining > 0 && need.IsPositive() {
		f.Need = &Number{need.DivRound(left, 4)}
	}
	return f
}

// fundClasses are the sources of money with the words that tell them, in the
// order in which they are printed.
var fundClasses = []struct{ title, words string }{
	{"上级资金", "中央 国家 省级 省资金 省补 上级"},
	{"专项债券", "专项债 债券"},
	{"财政资金", "财政 本级 市级资金 县级资金 区级资金 政府投资"},
	{"银行贷款", "贷款 融资 银行"},
	{"社会资本", "社会 PPP 招商"},
	{"自筹资金", "自筹 企业"},
}

const (
	otherFunds  = "其他来源"
	untoldFunds = "未填报资金来源"
)

// funds sums the projects by the words of their source of money.
func funds(in QuarterInput) []Slice {
	source := map[string]map[int]string{}
	for unit, t := range in.Tables {
		source[unit] = map[int]string{}
		for _, r := range t.Rows {
			source[unit][r.Row] = r.Text(reporting.FFundSource)
		}
	}
	titles := []string{}
	for _, c := range fundClasses {
		titles = append(titles, c.title)
	}
	return sliced(in.Base, append(titles, otherFunds, untoldFunds), func(unit string, p Project) []string {
		return fundsOf(source[unit][p.Row])
	})
}

// FundsTold reports whether any project's table tells its source of money.
func (a Analysis) FundsTold() bool {
	return slices.ContainsFunc(a.Funds, func(s Slice) bool { return s.Title != untoldFunds })
}
