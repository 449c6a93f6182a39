package years

import (
	"math/rand/v2"

	"tongbao/internal/reporting"
)

// Fault is a kind of fault that can be planted. Its name is of this package
// alone: what a check calls its finding is the check's business.
type Fault string

// The faults of single rows, after the audit's rules V1 to V17.
const (
	MonthOverYTD     Fault = "V1 month over the year's sum"
	YTDBack          Fault = "V2 sum below last month's"
	YTDJump          Fault = "V2 sum is not last month's and the month"
	PlanChanged      Fault = "V3 plan changed without a word"
	PctWrong         Fault = "V4 share of the plan does not fit"
	OverPlan         Fault = "V5 far over the plan"
	AllOverTotal     Fault = "V6 more done than the project costs"
	AllNotSum        Fault = "V6 parts do not make the whole"
	FinishedWillOpen Fault = "V9 finished and will begin next month"
	IdleDone         Fault = "V10 not begun and money spent"
	NotInStats       Fault = "V11 begun and not in statistics"
	Vanished         Fault = "V12 project gone"
	Renamed          Fault = "V13 project renamed"
	TextCopied       Fault = "V14 words of last month"
	TotalTimes       Fault = "V16 total times ten thousand"
	FinishFirst      Fault = "V17 planned finish before planned start"
	FinishAhead      Fault = "V17 finished in the future"
)

// The faults of whole tables, and between tables.
const (
	TotalWrong    Fault = "V7 total is not the sum"
	SubtotalWrong Fault = "V7 subtotal is not the sum"
	GroupCount    Fault = "V8 category's count"
	TitleCount    Fault = "V8 title's count"
	AllZero       Fault = "V15 nothing done in any project"
	MonthsCopied  Fault = "V15 every month's figure is last month's"
	YTDCopied     Fault = "figures copied unchanged"
	Resent        Fault = "last month's table under a new title"
	InYi          Fault = "V16 column in 亿元 under 万元"
	InYuan        Fault = "V16 column in 元 under 万元"
	NotListed     Fault = "应列未列"
	ListedUnknown Fault = "on the list and not in the progress table"
	NoReason      Fault = "lagging without issue and reason"
	IssueUnknown  Fault = "issue of an unknown project"
	NilLagging    Fault = "nil lagging list against the figures"
	NilIssues     Fault = "nil ledger with last month's issues open"
)

// planting tells how a fault is planted. It picks a place in the set, changes
// it and says where; false where the set has no place for it.
type planting struct {
	fault Fault
	whole bool // so large that nothing else may stand beside it
	plant func(*set, *rand.Rand) (planted, bool)
}

// Faults lists all kinds in the order of the rules.
func Faults() []Fault {
	var out []Fault
	for _, p := range plantings {
		out = append(out, p.fault)
	}
	return out
}

var plantings = []planting{
	{MonthOverYTD, false, monthOverYTD}, {YTDBack, false, ytdBack}, {YTDJump, false, ytdJump}, {PlanChanged, false, planChanged},
	{PctWrong, false, pctWrong}, {OverPlan, false, overPlan}, {AllOverTotal, false, allOverTotal}, {AllNotSum, false, allNotSum},
	{TotalWrong, true, totalWrong}, {SubtotalWrong, true, subtotalWrong}, {GroupCount, true, groupCount}, {TitleCount, true, titleCount},
	{FinishedWillOpen, false, finishedWillOpen}, {IdleDone, false, idleDone}, {NotInStats, false, notInStats}, {Vanished, true, vanished},
	{Renamed, true, renamed}, {TextCopied, false, textCopied}, {AllZero, true, allZero}, {MonthsCopied, true, monthsCopied},
	{YTDCopied, true, ytdCopied}, {Resent, true, resent}, {InYi, true, inYi}, {InYuan, true, inYuan}, {TotalTimes, false, totalTimes},
	{FinishFirst, false, finishFirst}, {FinishAhead, false, finishAhead},
	{NotListed, true, notListed}, {ListedUnknown, true, listedUnknown}, {NoReason, true, noReason}, {IssueUnknown, true, issueUnknown},
	{NilLagging, true, nilLagging}, {NilIssues, true, nilIssues},
}

func (f Fault) planting() planting {
	for _, p := range plantings {
		if p.fault == f {
			return p
		}
	}
	panic("years: no such fault: " + string(f))
}

func (f Fault) whole() bool { return f.planting().whole }

// task is a fault that is to be planted, not before a month.
type task struct {
	fault Fault
	from  int
}

// tasks are two of every kind, spread over the year.
func tasks(r *rand.Rand) []*task {
	var out []*task
	for _, p := range plantings {
		out = append(out, &task{p.fault, 2 + r.IntN(4)}, &task{p.fault, 2 + r.IntN(7)})
	}
	return out
}

// planted is a fault in a set that is not yet written.
type planted struct {
	fault  Fault
	table  reporting.Kind
	entry  string            // its row, "" for a whole table
	fields []reporting.Field // a finding may stand on any of these; none: on the row
	late   func()            // what is only done after the sums are made
}

// fine are the faults that two digits of 亿元 swallow.
var fine = map[Fault]bool{MonthOverYTD: true, YTDBack: true, YTDJump: true, PlanChanged: true, PctWrong: true, OverPlan: true, AllOverTotal: true, AllNotSum: true,
	IdleDone: true, TextCopied: true, TotalWrong: true, SubtotalWrong: true, AllZero: true, MonthsCopied: true, YTDCopied: true, Resent: true, TotalTimes: true,
	NotListed: true, NilLagging: true}

func (m *set) plant(f Fault, r *rand.Rand) (planted, bool) {
	if m.unit.coarse && fine[f] {
		return planted{}, false
	}
	p, ok := f.planting().plant(m, r)
	p.fault = f
	return p, ok
}

// resolve gives the plant its cells.
func (p planted) resolve(u *unit, m *set, at addresses) Plant {
	x := Plant{Fault: p.fault, Submitter: u.Name, Period: reporting.Period{Year: year, Month: monthOf(m)}, Table: p.table, Project: p.entry}
	a, ok := at[p.table][p.entry]
	if !ok { // a row that is no longer there, or a whole table
		a = at[p.table]["title"]
		x.File, x.Sheet = a.file, a.sheet
		return x
	}
	x.File, x.Sheet, x.Row = a.file, a.sheet, a.row
	for _, f := range p.fields {
		if c, ok := a.cells[f]; ok {
			x.Cells = append(x.Cells, c)
		}
	}
	return x
}
