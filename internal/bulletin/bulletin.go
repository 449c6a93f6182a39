// Package bulletin computes the month's figures, ranks and lists from the
// versions that count. It is a pure function of its input: the same versions
// give the same bulletin, and each figure says which versions it came from.
package bulletin

import (
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// Input is all that a month's bulletin is computed from.
type Input struct {
	Period     reporting.Period
	Terms      reporting.Terms
	AsOf       time.Time // the freeze, or now where it is still to come
	Number     string    // the snapshot's number
	Submitters []reporting.Submitter
	// Versions are those that count, by submitter and table.
	Versions  map[string]map[reporting.Kind]*reporting.Version
	Standings map[string]map[reporting.Kind]reporting.Standing
	// PreviousIssues are last month's ledgers: what is new, closed or gone is told by them.
	PreviousIssues map[string]*reporting.Version
	Previous       *Bulletin  // last month's; nil where there is none
	Thresholds     Thresholds // zero is the default
	KeepPhones     bool       // telephone numbers stay in the texts
}

// Thresholds part the lights, in percentage points behind the pace.
type Thresholds struct {
	Yellow Number `json:"yellow_pp"` // from here on yellow; less is 关注
	Red    Number `json:"red_pp"`    // more than this is red
}

// DefaultThresholds are 10 and 30 percentage points.
func DefaultThresholds() Thresholds {
	return Thresholds{Number{decimal.NewFromInt(10)}, Number{decimal.NewFromInt(30)}}
}

// Light says how far a project or unit is behind the pace. It is printed as a word.
type Light string

// The lights.
const (
	Green  Light = "green"  // at the pace or ahead
	Watch  Light = "watch"  // a little behind
	Yellow Light = "yellow" //
	Red    Light = "red"    //
)

// Title is the light's Chinese word.
func (l Light) Title() string {
	return map[Light]string{Green: "绿", Watch: "关注", Yellow: "黄", Red: "红"}[l]
}

// Bulletin is a month's frozen snapshot; all printed forms are made of it
// alone. Amounts are exact 万元, percentages are rounded to 2 decimals. A
// figure that could not be computed is absent.
type Bulletin struct {
	Period       reporting.Period `json:"period"`
	Number       string           `json:"number"`
	AsOf         time.Time        `json:"as_of"`
	Deadline     time.Time        `json:"deadline"` // by which the data were due
	PacePct      Number           `json:"pace_pct"`
	PaceByDay    bool             `json:"pace_by_day,omitempty"`
	Thresholds   Thresholds       `json:"thresholds"`
	KeepPhones   bool             `json:"keep_phones,omitempty"` // the texts have telephone numbers in them
	City         City             `json:"city"`
	Units        []Unit           `json:"submitters"` // by group, rank, then the office's order; unreported ones last
	Groups       []Group          `json:"groups"`
	Natures      []Nature         `json:"natures"`
	LateStarts   []Named          `json:"late_starts"`  // due to have started, and told not to have
	Unregistered []Named          `json:"unregistered"` // 应统未统: started, large enough, and told not to be in statistics
	Lagging      Lagging          `json:"lagging"`
	Issues       Ledger           `json:"issues"`
	Submissions  Submissions      `json:"submissions"`
	// Curve is the year so far, this month last: what earlier bulletins of the
	// year said. Months without one are not there.
	Curve []Point `json:"curve,omitempty"`
	// Corrections are what later versions changed of last month's bulletin.
	Corrections []Difference `json:"corrections,omitempty"`
}

// Point is one month of the year's curve: the city's sums of its bulletin.
type Point struct {
	Month     int    `json:"month"`
	MonthDone Number `json:"month_done"`
	YTDDone   Number `json:"ytd_done"`
	YearPlan  Number `json:"year_plan"`
}

// Figures are sums over a unit's projects, or several units'. A packaged
// project counts once, by its own row; an amount that its row lacks is the sum
// of its parts.
type Figures struct {
	Projects    int    `json:"projects"`
	Parts       int    `json:"parts"`     // projects where packages are counted by their parts (拆分口径)
	Unplanned   int    `json:"unplanned"` // projects without a plan for the year, not in YTDPct
	TotalInvest Number `json:"total_invest"`
	YearPlan    Number `json:"year_plan"`
	MonthDone   Number `json:"month_done"`
	YTDDone     Number `json:"ytd_done"`
	// YTDPct is Σ ytd_done ÷ Σ year_plan over the projects that have a plan.
	YTDPct   *Number `json:"ytd_pct,omitempty"`
	MonthPct *Number `json:"month_pct,omitempty"` // 当月进度: the month's share of the plan
	GapPP    *Number `json:"gap_pp,omitempty"`    // YTDPct less the pace, both as printed
	Light    Light   `json:"light,omitempty"`

	Started    *int    `json:"started,omitempty"`        // by the column 是否开工
	InStats    *int    `json:"in_stats,omitempty"`       // by the column 是否入统
	NewPlanned *int    `json:"new_planned,omitempty"`    // projects of nature new, of units with that column
	NewStarted *int    `json:"new_started,omitempty"`    // of these
	StartRate  *Number `json:"start_rate_new,omitempty"` // NewStarted ÷ NewPlanned (算法甲)
	StatsDue   *int    `json:"stats_due,omitempty"`      // started and large enough for the statistics, of units with both columns
	StatsDone  *int    `json:"stats_done,omitempty"`     // of these, in statistics
	StatsRate  *Number `json:"stats_rate,omitempty"`
	FinishPlan *int    `json:"finish_planned,omitempty"` // due to be finished this year, of units that tell
	Finished   *int    `json:"finished,omitempty"`       // of these

	Red    int `json:"red"`
	Yellow int `json:"yellow"`

	planned, plannedDone, plannedMonth decimal.Decimal // over the projects that have a plan
}

// City is the sum over all groups.
type City struct {
	Figures
	Reported     int     `json:"reported"` // units
	Lagging      int     `json:"lagging"`
	IssuesOpen   int     `json:"issues_open"`
	Target       Number  `json:"target"`
	TargetPct    *Number `json:"target_pct,omitempty"`
	MonthOnMonth *Number `json:"month_on_month_pct,omitempty"` // 环比 of what was done in the month
}

// Group is one group's sum, printed below its ranking.
type Group struct {
	Name  reporting.Group `json:"group"`
	Units int             `json:"units"`
	Figures
}

// Unit is one submitter. Where it did not report, Figures is nil.
type Unit struct {
	Name         string          `json:"name"`
	Group        reporting.Group `json:"group"`
	Reported     bool            `json:"reported"`
	Rank         int             `json:"rank,omitempty"`          // within the group; 0 is none
	PreviousRank int             `json:"previous_rank,omitempty"` //
	*Figures
	Lagging    *int      `json:"lagging,omitempty"`     // rows of the unit's own list
	IssuesOpen *int      `json:"issues_open,omitempty"` // of its own ledger
	Sources    []Source  `json:"sources,omitempty"`
	Projects   []Project `json:"project_list,omitempty"`
}

// Source is a version that the unit's figures were computed from.
type Source struct {
	Kind     reporting.Kind `json:"kind"`
	Version  int            `json:"version"`
	Letter   string         `json:"letter"`
	Received time.Time      `json:"received"`
}

// Moved is how many places the unit went up since last month; false where
// either rank is not known.
func (u Unit) Moved() (int, bool) { return u.PreviousRank - u.Rank, u.PreviousRank > 0 && u.Rank > 0 }

// Project is one row of a progress table.
type Project struct {
	Row         int     `json:"row"`
	Name        string  `json:"name"`
	Parent      string  `json:"parent,omitempty"`
	Category    string  `json:"category,omitempty"`
	Nature      string  `json:"nature,omitempty"`
	TotalInvest *Number `json:"total_invest,omitempty"`
	YearPlan    *Number `json:"year_plan,omitempty"`
	MonthDone   *Number `json:"month_done,omitempty"`
	YTDDone     *Number `json:"ytd_done,omitempty"`
	YTDPct      *Number `json:"ytd_pct,omitempty"`
	GapPP       *Number `json:"gap_pp,omitempty"`
	Light       Light   `json:"light,omitempty"` // of whole projects only
	Started     *bool   `json:"started,omitempty"`
	Finished    *bool   `json:"finished,omitempty"`
	InStats     *bool   `json:"in_stats,omitempty"`
	Progress    string  `json:"progress,omitempty"`
	RespUnit    string  `json:"resp_unit,omitempty"`
	Leader      string  `json:"leader,omitempty"`
}

// Nature is what the projects of one nature come to.
type Nature struct {
	Nature string `json:"nature"` // "" is not told
	Figures
}

// Title is the nature's Chinese name.
func (n Nature) Title() string { return NatureTitle(n.Nature) }

// NatureTitle is the Chinese name of a project's nature.
func NatureTitle(nature string) string {
	for _, x := range natures {
		if x.key == nature {
			return x.title
		}
	}
	return "未注明"
}

var natures = []struct{ key, title string }{
	{"renewed", "续建"}, {"new", "新建"}, {"expand", "改扩建"}, {"finish", "竣工"}, {"prep", "前期"}, {"paused", "停缓建"}, {"", "未注明性质"},
}

// Named is a project that a list names.
type Named struct {
	Unit    string `json:"unit"`
	Project string `json:"project"`
	Due     string `json:"due,omitempty"` // as the table tells it
}
