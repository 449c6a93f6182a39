package bulletin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// first is the first quarter of these units, which sent the rows of March in
// every month but those that are left out.
func first(t *testing.T, without []int, rows map[string][]string, units ...string) QuarterInput {
	t.Helper()
	q := reporting.Quarter{Year: 2021, N: 1}
	out := QuarterInput{Quarter: q, Kind: QuarterRanking, Scoring: DefaultScoring(), Tables: map[string]reporting.Table{}}
	for _, p := range q.Months() {
		in := month(units...)
		in.Period = p
		for i := range in.Submitters {
			in.Submitters[i].Tables = []reporting.Kind{reporting.Progress}
		}
		if !slices.Contains(without, int(p.Month)) {
			for unit, lines := range rows {
				in.Versions[unit] = map[reporting.Kind]*reporting.Version{reporting.Progress: version(t, reporting.Progress, lines...)}
				in.Standings[unit] = map[reporting.Kind]reporting.Standing{reporting.Progress: {State: reporting.OnTime, Version: 1}}
				out.Tables[unit] = in.Versions[unit][reporting.Progress].Table
			}
		}
		out.Base, out.Submitters = Compute(in), in.Submitters
		out.Months = append(out.Months, MonthOf(out.Base))
	}
	return out
}

// TestMissingMonth: a month without data leaves out what needs it, and costs
// nobody points for reports.
func TestMissingMonth(t *testing.T) {
	rows := map[string][]string{"修水县": {"甲路 plan=100 month=10 ytd=30 nature=renewed"}}
	q := ComputeQuarter(first(t, []int{2}, rows, "修水县", "武宁县"))
	if got := fmt.Sprint(q.Lacking()); got != "[2021-02]" {
		t.Errorf("lacking: %s", got)
	}
	if q.City.QuarterDone != nil || q.Analysis.Forecast != nil || q.City.BeforePct != nil {
		t.Errorf("a sum of two months: %v, %v, %v", q.City.QuarterDone, q.Analysis.Forecast, q.City.BeforePct)
	}
	s := q.Units[0]
	if s.Name != "修水县" || s.Rank != 1 || s.QuarterDone != nil || s.Months != 2 || s.Missing != 0 || s.Item("report").Points.String() != "10" {
		t.Errorf("修水县: %+v", s)
	}
	if s = q.Units[1]; s.Rank != 0 || s.Total != nil || s.Unranked != "本季度未报送进度表" || s.Missing != 2 {
		t.Errorf("武宁县, which never reported: %+v", s)
	}
	// The last month is what the year's figures are of.
	q = ComputeQuarter(first(t, []int{3}, rows, "修水县"))
	if s = q.Units[0]; s.Rank != 0 || s.Unranked != "季末月份未报送进度表" || s.YTDPct != nil {
		t.Errorf("without March: %+v", s)
	}
	if q = ComputeQuarter(first(t, []int{1, 2, 3}, rows, "修水县")); len(q.Lacking()) != 3 || q.Units[0].Total != nil || len(q.Speakers) != 0 {
		t.Errorf("without anything: %+v", q)
	}
}

// TestSpeakers: who shares the last rank speaks with it; nobody is last where
// all share one rank; who sent nothing speaks, too.
func TestSpeakers(t *testing.T) {
	row := func(ytd int) []string { return []string{fmt.Sprintf("甲路 plan=100 month=10 ytd=%d", ytd)} }
	in := first(t, nil, map[string][]string{"甲县": row(30), "乙县": row(10), "丙县": row(10), "丁开区": row(5)}, "甲县", "乙县", "丙县", "戊县", "丁开区")
	in.Scoring.SpeakFirst = 1
	var got []string
	for _, s := range ComputeQuarter(in).Speakers {
		got = append(got, s.Unit+" "+s.Why)
	}
	if want := "甲县 first, 乙县 last, 丙县 last, 戊县 silent"; strings.Join(got, ", ") != want {
		t.Errorf("speakers %q, want %s", got, want)
	}
	in = first(t, nil, map[string][]string{"甲县": row(10), "乙县": row(10)}, "甲县", "乙县")
	if s := ComputeQuarter(in).Speakers; len(s) != 0 {
		t.Errorf("all are equal, and %v speaks", s)
	}
}

// TestStarts: by the plan's precision, what is told of the start, and whether
// the project stands still by decision.
func TestStarts(t *testing.T) {
	in := first(t, nil, map[string][]string{"修水县": {
		"甲路 start=2021-02-18 started=no total=100", "乙路 start=2021-01 started=yes total=50 plan=20", "丙路 start=2021-Q1 started=no",
		"丁路 start=2020-11 started=no", "戊路 start=2020-11 started=yes", "己路 start=2021 started=no", "庚路 start=2021-H1 started=no",
		"辛路 start=2021-03 started=no nature=paused", "壬路 start=2021-04 started=no", "癸路 start=2022 started=no", "子路 start=2020 started=no", "丑路 start=2021-H2 started=no",
	}, "武宁县": {"甲路 total=10"}}, "修水县", "武宁县", "德安县")
	s := ComputeQuarter(in).Starts
	names := func(list []Start) (out string) {
		for _, x := range list {
			out += x.Project + " "
		}
		return out
	}
	if got := names(s.Planned); got != "乙路 甲路 丙路 " || s.Started != 1 || s.Total.String() != "150" || s.Plan.String() != "20" {
		t.Errorf("to start: %s (%d started, %s, %s)", got, s.Started, s.Total, s.Plan)
	}
	if got := names(s.Overdue); got != "丁路 子路 " {
		t.Errorf("late: %s", got)
	}
	if got := names(s.Vague); got != "庚路 己路 " || s.Paused != 1 {
		t.Errorf("half-years and years: %s, paused %d", got, s.Paused)
	}
	if fmt.Sprint(s.Untold) != "[武宁县]" {
		t.Errorf("tell nothing of it: %v", s.Untold)
	}
}

// TestFunds: a project counts with each source that its table names; what
// nobody tells is no kind of its own.
func TestFunds(t *testing.T) {
	for in, want := range map[string]string{"": "未填报资金来源", "专项债、银行贷款": "专项债券 银行贷款", "区级财政": "财政资金", "捐赠": "其他来源", "中央预算内投资+企业自筹": "上级资金 自筹资金"} {
		if got := strings.Join(fundsOf(in), " "); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
}

// TestGrowth: against the quarter before and the same of last year, where all
// their months have data.
func TestGrowth(t *testing.T) {
	in := first(t, nil, map[string][]string{"修水县": {"甲路 plan=100 month=10 ytd=30"}}, "修水县")
	for i := range 3 {
		m := in.Months[i]
		m.Period, m.MonthDone = reporting.Period{Year: 2020, Month: 10}.Add(i), Number{decimal.NewFromInt(8)}
		in.Months = append(in.Months, m)
	}
	m := in.Months[0]
	m.Period = reporting.Period{Year: 2020, Month: 1}
	q := ComputeQuarter(QuarterInput{Quarter: in.Quarter, Base: in.Base, Months: append(in.Months, m), Submitters: in.Submitters, Scoring: in.Scoring})
	if q.City.QuarterDone.String() != "30" || q.City.BeforePct.String() != "25" || q.City.LastYearPct != nil || len(q.Months) != 3 {
		t.Errorf("30 after 24: %v, %v, %v of %d months", q.City.QuarterDone, q.City.BeforePct, q.City.LastYearPct, len(q.Months))
	}
	// Yearly nothing is left to forecast.
	in.Quarter = reporting.Quarter{Year: 2021, N: 4}
	in.Base.Period = in.Quarter.Last()
	for i := range 3 {
		in.Months[i].Period = in.Quarter.Months()[i]
	}
	if f := ComputeQuarter(in).Analysis.Forecast; f == nil || f.Remaining != 0 || !f.Done.Equal(in.Base.City.YTDDone.Decimal) || f.Need != nil {
		t.Errorf("at the year's end: %+v", f)
	}
}
