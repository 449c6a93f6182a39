package bulletin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

var (
	zone  = time.FixedZone("CST", 8*3600)
	march = reporting.Period{Year: 2021, Month: 3}
)

// columnNames are the words of the tests' tables: "甲路 plan=500 ytd=30".
var columnNames = map[string]reporting.Field{
	"total": reporting.FTotalInvest, "plan": reporting.FYearPlan, "month": reporting.FMonthDone, "ytd": reporting.FYTDDone,
	"of": reporting.FParentName, "nature": reporting.FNature, "started": reporting.FIsStarted, "stats": reporting.FInStats,
	"finished": reporting.FIsFinished, "start": reporting.FPlanStart, "finish": reporting.FPlanFinish, "done": reporting.FActualFinish,
	"pct": reporting.FYTDPct, "reason": reporting.FReason, "cause": reporting.FReasonType,
	"problem": reporting.FProblem, "status": reporting.FStatus, "raised": reporting.FRaisedAt, "deadline": reporting.FDeadline,
	"closed": reporting.FClosedAt, "person": reporting.FPerson,
}

// version is a table of these rows, from row 5 on. A row begins with the
// project's name. Columns are those that any row has.
func version(t *testing.T, k reporting.Kind, rows ...string) *reporting.Version {
	t.Helper()
	v := &reporting.Version{Kind: k, Period: march, N: 1, Letter: "l", Table: reporting.Table{Kind: k, Period: march, Nil: len(rows) == 0}}
	for i, line := range rows {
		words := strings.Fields(line)
		r := reporting.Row{Row: i + 5, Fields: map[reporting.Field]reporting.Value{reporting.FProjectName: reporting.Text(words[0])}}
		for _, w := range words[1:] {
			name, text, _ := strings.Cut(w, "=")
			f, ok := columnNames[name]
			if !ok {
				t.Fatalf("%q is no column", w)
			}
			switch f.Type() {
			case reporting.TypeMoney, reporting.TypePercent:
				r.Fields[f] = reporting.Number(decimal.RequireFromString(text))
			case reporting.TypeFlag:
				r.Fields[f] = reporting.Flag(text == "yes")
			default:
				r.Fields[f] = reporting.Text(text)
			}
		}
		v.Table.Rows = append(v.Table.Rows, r)
	}
	return v
}

// month is the input of March 2021 with these units: "修水县" is a county,
// "经开区" a zone, what ends in 局 a central unit.
func month(units ...string) Input {
	in := Input{Period: march, Terms: reporting.DefaultTerms(zone), AsOf: time.Date(2021, 3, 30, 17, 0, 0, 0, zone), Number: "3",
		Versions: map[string]map[reporting.Kind]*reporting.Version{}, Standings: map[string]map[reporting.Kind]reporting.Standing{},
		PreviousIssues: map[string]*reporting.Version{}}
	for _, name := range units {
		g := reporting.Counties
		if strings.HasSuffix(name, "开区") || strings.HasSuffix(name, "新区") {
			g = reporting.Zones
		} else if strings.HasSuffix(name, "局") {
			g = reporting.Central
		}
		in.Submitters = append(in.Submitters, reporting.Submitter{Name: name, Group: g, Tables: reporting.Kinds})
		in.Versions[name] = map[reporting.Kind]*reporting.Version{}
	}
	return in
}

// text spells a figure, "-" where it is absent.
func text[T fmt.Stringer](n *T) string {
	if n == nil {
		return "-"
	}
	return (*n).String()
}

func count(n *int) string {
	if n == nil {
		return "-"
	}
	return strconv.Itoa(*n)
}

// TestFigures computes a small month by hand. The pace of March is 3/12 = 25%.
func TestFigures(t *testing.T) {
	in := month("修水县", "永修县", "市城管局", "德安县")
	in.Terms.Target = decimal.NewFromInt(20000)
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress,
		"甲路 total=12000.5 plan=5000 month=400.25 ytd=1500 started=yes stats=yes nature=renewed",
		"乙路 total=3000 plan=1000 month=100 ytd=375.5 started=yes stats=no nature=new",
		"丙路 total=800 month=10 ytd=30 started=no stats=no nature=new",         // no plan: not in the percentage
		"丁路 total=300 plan=400 month=0 ytd=0 started=yes stats=no nature=new", // below 500: not due in the statistics
	)
	in.Versions["永修县"][reporting.Progress] = version(t, reporting.Progress,
		"戊路 total=9000 plan=3000 month=200 ytd=500", "己路 total=1000 plan=600 month=40 ytd=200")
	in.Versions["市城管局"][reporting.Progress] = version(t, reporting.Progress, "庚路 total=700 plan=0 month=5 ytd=5")
	b := Compute(in)

	if b.PacePct.String() != "25" {
		t.Errorf("the pace is %s", b.PacePct)
	}
	for _, c := range []struct {
		who string
		f   *Figures
		// sums; percentage, gap, share of the month; counts
		want string
	}{
		// plan 5000+1000+400 = 6400; ytd 1500+375.5+30+0 = 1905.5; of the planned
		// 1875.5/6400 = 29.3046…%; gap 29.30-25; month of the planned
		// (400.25+100+0)/6400 = 7.8164…%. Started 甲 乙 丁; in statistics 甲;
		// due in statistics 甲 乙; new 乙 丙 丁, of these started 乙 丁.
		{"修水县", unit(t, b, "修水县").Figures, "4 16100.5 6400 510.25 1905.5 | 29.3 4.3 7.82 green | 1 3 1 3 2 66.67 2 1 50"},
		// 700/3600 = 19.444…%; 19.44-25 = -5.56; 240/3600 = 6.666…%
		{"永修县", unit(t, b, "永修县").Figures, "2 10000 3600 240 700 | 19.44 -5.56 6.67 watch | 0 - - - - - - - -"},
		// a plan of nought is no plan
		{"市城管局", unit(t, b, "市城管局").Figures, "1 700 0 5 5 | - - -  | 1 - - - - - - - -"},
		// all groups: (1875.5+700)/(6400+3600) = 25.755%, rounded once; -> 25.76 (half up)
		// month (500.25+240)/10000 = 7.4025%
		{"the city", &b.City.Figures, "7 26800.5 10000 755.25 2610.5 | 25.76 0.76 7.4 green | 2 3 1 3 2 66.67 2 1 50"},
	} {
		f := c.f
		got := fmt.Sprintf("%d %s %s %s %s | %s %s %s %s | %d %s %s %s %s %s %s %s %s", f.Projects, f.TotalInvest, f.YearPlan, f.MonthDone, f.YTDDone,
			text(f.YTDPct), text(f.GapPP), text(f.MonthPct), f.Light,
			f.Unplanned, count(f.Started), count(f.InStats), count(f.NewPlanned), count(f.NewStarted), text(f.StartRate), count(f.StatsDue), count(f.StatsDone), text(f.StatsRate))
		if got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.who, got, c.want)
		}
	}
	// 2610.5/20000 = 13.0525%: over everything that was done, planned or not
	if got := text(b.City.TargetPct); got != "13.05" {
		t.Errorf("of the target %s%%, want 13.05", got)
	}
	if b.City.Reported != 3 || unit(t, b, "德安县").Figures != nil {
		t.Errorf("%d units reported, 德安县 has %v", b.City.Reported, unit(t, b, "德安县").Figures)
	}
	if got := fmt.Sprint(b.Unregistered); got != "[{修水县 乙路 }]" {
		t.Errorf("应统未统: %s", got)
	}
	var natures []string
	for _, n := range b.Natures {
		natures = append(natures, fmt.Sprint(n.Title(), n.Projects, " ", n.YTDDone))
	}
	if want := []string{"续建1 1500", "新建3 405.5", "未注明性质3 705"}; !slices.Equal(natures, want) {
		t.Errorf("natures %q, want %q", natures, want)
	}
}

func unit(t *testing.T, b Bulletin, name string) Unit {
	t.Helper()
	u, ok := b.Unit(name)
	if !ok {
		t.Fatalf("no unit %s", name)
	}
	return u
}

// TestExact: sums are exact and rounded once: three thirds that are rounded
// one by one would lose.
func TestExact(t *testing.T) {
	in := month("修水县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress,
		"甲 plan=0.1 ytd=0.0001", "乙 plan=0.2 ytd=0.0001", "丙 plan=2.7 ytd=0.0001")
	b := Compute(in)
	// 0.1+0.2+2.7 = 3; 0.0003/3 = 0.01%
	if got := fmt.Sprintf("%s %s %s", b.City.YearPlan, b.City.YTDDone, text(b.City.YTDPct)); got != "3 0.0003 0.01" {
		t.Errorf("sums %s", got)
	}
}

// TestRanking: rounded first and ranked then, ties share and skip, each group
// by itself, those without a plan and the unreported last and without a rank.
func TestRanking(t *testing.T) {
	in := month("甲县", "乙县", "丙县", "丁县", "戊县", "己县", "经开区", "新区", "市城管局")
	for name, row := range map[string]string{
		"甲县":   "x plan=30000 ytd=8999", // 29.99666… -> 30.00
		"乙县":   "x plan=100 ytd=31",
		"丙县":   "x plan=100 ytd=30", // 30.00, the same as 甲县
		"丁县":   "x plan=100 ytd=29.99",
		"戊县":   "x ytd=50", // no plan
		"经开区":  "x plan=100 ytd=10",
		"新区":   "x plan=100 ytd=90",
		"市城管局": "x plan=100 ytd=122.6", // more than all is told as it is
	} {
		in.Versions[name][reporting.Progress] = version(t, reporting.Progress, row)
	}
	in.Versions["己县"][reporting.Lagging] = version(t, reporting.Lagging) // a nil list alone is no progress table
	var got []string
	b := Compute(in)
	for _, u := range b.Units {
		pct := "-"
		if u.Figures != nil {
			pct = text(u.YTDPct)
		}
		got = append(got, fmt.Sprintf("%s %d %s", u.Name, u.Rank, pct))
	}
	want := []string{"乙县 1 31", "甲县 2 30", "丙县 2 30", "丁县 4 29.99", "戊县 0 -", "己县 0 -", "新区 1 90", "经开区 2 10", "市城管局 1 122.6"}
	if !slices.Equal(got, want) {
		t.Errorf("order\n%q, want\n%q", got, want)
	}
	if len(b.Unreported(reporting.Counties)) != 1 || unit(t, b, "己县").Reported || !unit(t, b, "戊县").Reported {
		t.Error("己县 alone did not report")
	}
	if got := count(unit(t, b, "己县").Lagging); got != "0" {
		t.Errorf("己县's nil list has %s rows", got)
	}
}

// TestPackages: a packaged project counts once, by its own row; an amount
// that its row lacks is the sum of its parts.
func TestPackages(t *testing.T) {
	for _, c := range []struct {
		name, want string // projects, parts, total, plan, ytd
		rows       []string
	}{
		{"own figures", "1 2 1000 500 100", []string{"片区 total=1000 plan=500 ytd=100", "一 of=片区 total=700 plan=300 ytd=80", "二 of=片区 total=900 plan=900 ytd=90"}},
		{"one figure is missing", "1 2 1000 500 170", []string{"片区 total=1000 plan=500", "一 of=片区 plan=300 ytd=80", "二 of=片区 plan=900 ytd=90"}},
		{"the parts stand first", "1 2 1000 500 170", []string{"一 of=片区 ytd=80", "二 of=片区 ytd=90", "片区 total=1000 plan=500"}},
		{"nought is a figure", "1 1 0 500 0", []string{"片区 plan=500 ytd=0", "一 of=片区 ytd=80"}},
		{"no row of its own", "1 3 400 10 172", []string{"一 of=片区 ytd=80 total=150", "二 of=片区 ytd=90 total=250", "单独 plan=10 ytd=2"}},
		{"parts of parts", "1 2 9 500 3", []string{"片区 plan=500", "一 of=片区 total=9", "一甲 of=一 ytd=1 total=100", "一乙 of=一 ytd=2"}},
		{"six levels", "1 1 0 7 5", []string{"a plan=7", "b of=a", "c of=b", "d of=c", "e of=d", "f of=e", "g of=f ytd=5 plan=99"}},
		{"a circle", "1 3 0 1 7", []string{"单独 plan=1", "a of=b ytd=3", "b of=a ytd=4"}},
		{"its own part", "0 1 0 0 3", []string{"a of=a ytd=3"}},
		{"two packages of one name", "2 2 0 30 3", []string{"片区 plan=10", "一 of=片区 ytd=1", "片区 plan=20", "二 of=片区 ytd=2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := month("修水县")
			in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, c.rows...)
			f := Compute(in).City
			if got := fmt.Sprint(f.Projects, " ", f.Parts, " ", f.TotalInvest, " ", f.YearPlan, " ", f.YTDDone); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestLights at and around the thresholds of 10 and 30 points behind the pace of 75%.
func TestLights(t *testing.T) {
	for ytd, want := range map[string]Light{
		"75": Green, "120": Green, "74.99": Watch, "65.01": Watch, "65": Yellow, "45": Yellow, "44.99": Red, "0": Red,
		"74.996": Green, // 75.00 as printed
	} {
		in := month("修水县")
		in.Period = march.Add(6)
		in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, "甲 plan=100 ytd="+ytd)
		if u := unit(t, Compute(in), "修水县"); u.Light != want || u.Projects[0].Light != want {
			t.Errorf("%s%% is %s, want %s", ytd, u.Light, want)
		}
	}
	in := month("修水县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress,
		"应开未开 plan=100 ytd=30 started=no start=2021-03",
		"下月开工 plan=100 ytd=30 started=no start=2021-04",
		"已经开工 plan=100 ytd=30 started=yes start=2021-01",
		"缓建 plan=100 ytd=30 started=no start=2021-01 nature=paused",
		"远远落后 plan=100 ytd=0 started=yes start=2021-01",
	)
	in.Thresholds = Thresholds{Number{decimal.NewFromInt(5)}, Number{decimal.NewFromInt(20)}} // 25-0 > 20: red
	b := Compute(in)
	var lights []string
	for _, p := range unit(t, b, "修水县").Projects {
		lights = append(lights, p.Name+string(p.Light))
	}
	if want := []string{"应开未开yellow", "下月开工green", "已经开工green", "缓建green", "远远落后red"}; !slices.Equal(lights, want) {
		t.Errorf("lights %q, want %q", lights, want)
	}
	if fmt.Sprint(b.LateStarts) != "[{修水县 应开未开 2021-03}]" || b.City.Yellow != 1 || b.City.Red != 1 {
		t.Errorf("late starts %v, %d yellow, %d red", b.LateStarts, b.City.Yellow, b.City.Red)
	}
}

// TestMonthOnMonth: 环比 and the ranks of last month; another month's bulletin
// is none to compare with.
func TestMonthOnMonth(t *testing.T) {
	in := month("修水县", "永修县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, "甲 plan=100 month=30 ytd=40")
	in.Versions["永修县"][reporting.Progress] = version(t, reporting.Progress, "乙 plan=100 month=15 ytd=20")
	last := &Bulletin{Period: march.Add(-1), Units: []Unit{{Name: "修水县", Group: reporting.Counties, Rank: 2}, {Name: "永修县", Group: reporting.Counties, Rank: 1}}}
	last.City.MonthDone = Number{decimal.NewFromInt(36)}
	in.Previous = last
	b := Compute(in)
	// 45/36 = 125%: a quarter more
	if got := text(b.City.MonthOnMonth); got != "25" {
		t.Errorf("month on month %s%%, want 25", got)
	}
	if n, ok := unit(t, b, "修水县").Moved(); n != 1 || !ok {
		t.Errorf("修水县 moved up %d: %v", n, ok)
	}
	if n, ok := unit(t, b, "永修县").Moved(); n != -1 || !ok {
		t.Errorf("永修县 moved up %d: %v", n, ok)
	}
	last.City.MonthDone = Number{}
	if b := Compute(in); b.City.MonthOnMonth != nil {
		t.Errorf("against nothing it is %s", b.City.MonthOnMonth)
	}
	last.Period = march.Add(-2)
	if b := Compute(in); b.City.MonthOnMonth != nil || unit(t, b, "修水县").PreviousRank != 0 {
		t.Error("the bulletin of two months ago is compared with")
	}
}

// TestPace: the gap is told against the pace as it is printed.
func TestPace(t *testing.T) {
	in := month("修水县")
	in.Period = march.Add(-2)
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, "甲 plan=100 ytd=10")
	// 1/12 = 8.333…%, printed 8.33; 10-8.33 = 1.67
	if b := Compute(in); b.PacePct.String() != "8.33" || text(b.City.GapPP) != "1.67" {
		t.Errorf("pace %s, gap %s", b.PacePct, text(b.City.GapPP))
	}
	in.Terms.Pace = "day"
	// 31/365 = 8.4931…%
	if b := Compute(in); b.PacePct.String() != "8.49" || !b.PaceByDay || text(b.City.GapPP) != "1.51" {
		t.Errorf("pace by days %s, gap %s", b.PacePct, text(b.City.GapPP))
	}
}

// TestFinishes: due to be finished this year by date or nature; finished by
// the column, else by a date that has passed.
func TestFinishes(t *testing.T) {
	in := month("修水县", "永修县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress,
		"甲 finish=2021-12 finished=no", "乙 finish=2021 finished=yes", "丙 nature=finish done=2021-03-10",
		"丁 nature=finish done=2021-04", "戊 finish=2022-01 finished=yes")
	in.Versions["永修县"][reporting.Progress] = version(t, reporting.Progress, "己 finish=2021-06") // tells nothing of finished ones
	b := Compute(in)
	if count(b.City.FinishPlan) != "4" || count(b.City.Finished) != "2" {
		t.Errorf("%s of %s finished, want 2 of 4", count(b.City.Finished), count(b.City.FinishPlan))
	}
	if u := unit(t, b, "永修县"); u.FinishPlan != nil {
		t.Errorf("永修县 tells %d", *u.FinishPlan)
	}
}

// TestReproducible: the same input gives the same bytes, and reads back.
func TestReproducible(t *testing.T) {
	in := month("修水县", "永修县", "德安县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, "甲 plan=100 month=30 ytd=40", "乙 plan=10 of=甲")
	in.Versions["修水县"][reporting.Issues] = version(t, reporting.Issues, "甲 problem=征迁受阻", "乙 problem=缺资金", "丙 problem=管线")
	in.Versions["永修县"][reporting.Lagging] = version(t, reporting.Lagging, "丁 reason=缺资金", "戊 reason=砂石", "己 reason=图纸")
	first, err := json.Marshal(Compute(in))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := json.Marshal(Compute(in))
		if err != nil || string(again) != string(first) {
			t.Fatalf("the second is\n%s, the first was\n%s: %v", again, first, err)
		}
	}
	var back Bulletin
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(first) {
		t.Errorf("read back it is\n%s, was\n%s: %v", again, first, err)
	}
}
