package bulletin

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/reporting"
)

// TestIssues judges a ledger of March against that of February. The bulletin's
// day is the 30th.
func TestIssues(t *testing.T) {
	in := month("修水县", "永修县", "德安县")
	in.PreviousIssues["修水县"] = version(t, reporting.Issues,
		"甲路 problem=征地补偿未到位 status=open", "乙路 problem=缺资金 status=open", "丙路 problem=杆线未迁 status=partial",
		"丁路 problem=砂石紧张 status=closed", "戊路 problem=未批先占 status=open")
	in.Versions["修水县"][reporting.Issues] = version(t, reporting.Issues,
		"甲路 problem=征地补偿未到位，正在协商 status=open deadline=2021-03-29", // known, reworded; a day late
		"乙路 problem=缺资金 status=done",                              // closed this month
		"丙路 problem=杆线未迁 status=partial deadline=2021-03",         // open to the month's end: in time
		"丁路 problem=砂石紧张 status=closed",                           // closed before
		"己路 problem=图纸未定 status=open raised=2021-03-05",           // new
		"庚路 problem=规划调整 status=open raised=2020-11",              // was forgotten in February: not new
		"辛路 problem=施工许可 status=closed closed=2021-03-20",         // new and closed in one month
		// 戊路 is gone: neither open nor closed
	)
	in.Versions["永修县"][reporting.Issues] = version(t, reporting.Issues, // its first ledger
		"壬路 problem=阻工 raised=2021-03", "癸路 problem=阻工 raised=2021-02-27 deadline=2021-03-30", "子路 problem=其它事 status=closed closed=2021-02-20")
	l := Compute(in).Issues
	if got, want := fmt.Sprint(l.Total, l.New, l.Closed, l.Open, l.Overdue, l.Gone), "10 3 2 6 1 1"; got != want {
		t.Errorf("total, new, closed, open, overdue, gone: %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(l.Units), "[{修水县 7 2 2 4 1 1} {永修县 3 1 0 2 0 0}]"; got != want {
		t.Errorf("units %s, want %s", got, want)
	}
	var states []string
	for _, i := range l.Items {
		states = append(states, i.Project+i.State())
	}
	want := []string{"甲路超期未办结", "丙路部分解决", "己路本月新增", "庚路推进中", "壬路本月新增", "癸路推进中", "乙路已办结", "丁路已销号", "辛路已销号", "子路已销号"}
	if !slices.Equal(states, want) {
		t.Errorf("states\n%q, want\n%q", states, want)
	}
	if len(l.GoneItems) != 1 || l.GoneItems[0].Project != "戊路" {
		t.Errorf("gone: %v", l.GoneItems)
	}
	var kinds []string
	for _, c := range l.Categories { // of the open: 甲 壬 癸 征迁, 丙 管线, 己 设计变更, 庚 用地
		kinds = append(kinds, fmt.Sprint(c.Name, c.Count))
	}
	if want := []string{"征迁3", "管线1", "用地1", "设计变更1"}; !slices.Equal(kinds, want) {
		t.Errorf("kinds %q, want %q", kinds, want)
	}
	b := Compute(in)
	if n := unit(t, b, "修水县").IssuesOpen; count(n) != "4" || b.City.IssuesOpen != 6 || unit(t, b, "德安县").IssuesOpen != nil {
		t.Errorf("修水县 has %s open, the city %d", count(n), b.City.IssuesOpen)
	}
}

// TestLagging: the list's figures are those of the progress table where the
// project is in it; else the row's own.
func TestLagging(t *testing.T) {
	in := month("修水县", "永修县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress,
		"甲路 plan=1000 ytd=100", "乙路 plan=100 ytd=20", "丙路 plan=100 ytd=50", "丁路 plan=100 ytd=50", "戊路 plan=100 ytd=50", "己路 plan=100 ytd=50")
	in.Versions["修水县"][reporting.Lagging] = version(t, reporting.Lagging,
		"乙路 plan=999 ytd=1 reason=砂石供应不足，征迁也慢", // 20/100, gap -5
		"甲路 reason=房屋征收未完成",                    // 100/1000 = 10%, gap -15
		"别路 pct=8.333 reason=天晓得",              // its own, rounded: gap -16.67
		"无名 cause=资金不足")                        // no figure
	b := Compute(in)
	var got []string
	for _, l := range b.Lagging.Items {
		got = append(got, fmt.Sprint(l.Project, " ", text(l.YTDPct), " ", text(l.GapPP), " ", l.ReasonType))
	}
	if want := []string{"别路 8.33 -16.67 其他", "甲路 10 -15 征迁", "乙路 20 -5 用材", "无名 - - 资金"}; !slices.Equal(got, want) {
		t.Errorf("lagging\n%q, want\n%q", got, want)
	}
	// 4 rows of 6 projects: 66.67%
	if b.Lagging.Count != 4 || b.Lagging.Units != 1 || text(b.Lagging.Pct) != "66.67" || b.City.Lagging != 4 {
		t.Errorf("%d rows of %d units, %s%%", b.Lagging.Count, b.Lagging.Units, text(b.Lagging.Pct))
	}
	in.Versions["永修县"][reporting.Lagging] = version(t, reporting.Lagging, "庚路 reason=缺资金")
	if b := Compute(in); b.Lagging.Count != 5 || b.Lagging.Pct != nil {
		t.Errorf("a list without its progress table: %d rows, %s%%", b.Lagging.Count, text(b.Lagging.Pct))
	}
}

// TestSubmissions puts each unit on exactly one list.
func TestSubmissions(t *testing.T) {
	states := map[string][3]reporting.State{
		"甲县": {reporting.OnTime, reporting.OnTime, reporting.NilIn},
		"乙县": {reporting.OnTime, reporting.Late, reporting.NilLate},
		"丙县": {reporting.OnTime, reporting.Missing, reporting.Missing},
		"丁县": {reporting.Missing, reporting.Missing, reporting.Missing},
		"戊县": {reporting.Rejected, reporting.Missing, reporting.Missing},
		"己县": {reporting.OnTime, reporting.Due, reporting.Due},
		"庚县": {reporting.Exempt, reporting.Exempt, reporting.Exempt},
		"辛县": {reporting.OnTime, reporting.Exempt, reporting.OnTime},
		"壬县": {reporting.OnTime, reporting.OnTime, reporting.Rejected},
	}
	names := slices.SortedFunc(maps.Keys(states), func(a, b string) int {
		return strings.Index("甲乙丙丁戊己庚辛壬", a[:3]) - strings.Index("甲乙丙丁戊己庚辛壬", b[:3])
	})
	in := month(append(names, "癸县", "市城管局")...)
	for name, three := range states {
		in.Standings[name] = map[reporting.Kind]reporting.Standing{}
		for i, k := range reporting.Kinds {
			in.Standings[name][k] = reporting.Standing{State: three[i], Version: 1}
		}
	}
	again := in.Standings["甲县"][reporting.Progress]
	again.Version = 2
	in.Standings["甲县"][reporting.Progress] = again
	in.Submitters[len(in.Submitters)-1].Tables = nil // owes nothing, is nowhere; 癸县 has no standing at all
	s := Compute(in).Submissions
	for _, c := range []struct {
		name string
		got  []string
		want []string
	}{
		{"on time", s.OnTime, []string{"甲县", "辛县"}}, {"late", s.Late, []string{"乙县"}}, {"incomplete", s.Incomplete, []string{"丙县", "壬县"}},
		{"missing", s.Missing, []string{"丁县", "癸县"}}, {"returned", s.Returned, []string{"戊县"}}, {"due", s.Due, []string{"己县"}},
		{"exempt", s.Exempt, []string{"庚县"}}, {"nil", s.Nil, []string{"甲县", "乙县"}}, {"corrected", s.Corrected, []string{"甲县"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if s.Owed != 9 || len(s.Units) != 10 {
		t.Errorf("%d of %d owe something, want 9 of 10", s.Owed, len(s.Units))
	}
	if got := s.Units[2]; !slices.Equal(got.Lacks, []string{"问题台账", "滞后清单"}) || got.Result != ResultIncomplete {
		t.Errorf("丙县: %+v", got)
	}
}

// TestHostile: packages nested without end and ledgers of one project all
// over are computed in bounded work.
func TestHostile(t *testing.T) {
	in := month("修水县")
	var chain, one, other []string
	for i := range 5000 {
		chain = append(chain, fmt.Sprintf("p%d of=p%d", i, i-1))
		one = append(one, fmt.Sprintf("甲路 problem=%s%d", strings.Repeat("征", 300), i))
		other = append(other, fmt.Sprintf("甲路 problem=%d%s", i, strings.Repeat("地", 300)))
	}
	chain[0], chain[4999] = "p0 plan=100", "p4999 of=p4998 ytd=7"
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, chain...)
	in.Versions["修水县"][reporting.Issues] = version(t, reporting.Issues, one...)
	in.PreviousIssues["修水县"] = version(t, reporting.Issues, other...)
	b := Compute(in)
	if b.City.Projects != 1 || b.City.YTDDone.String() != "7" || text(b.City.YTDPct) != "7" || b.Issues.New != 5000 || b.Issues.Gone != 5000 {
		t.Errorf("%d projects, %s done, %s%%; %d issues new, %d gone", b.City.Projects, b.City.YTDDone, text(b.City.YTDPct), b.Issues.New, b.Issues.Gone)
	}
}

// contract is the shape that scripts rely on. What is added to it is no fault.
const contract = `{"period": "2021-03", "pace_pct": 25.0,
 "city": {"projects": 210, "total_invest": 0, "year_plan": 0, "month_done": 0, "ytd_done": 0, "ytd_pct": 0, "target_pct": 0},
 "submitters": [{"name": "修水县", "group": "counties", "rank": 1, "projects": 20, "total_invest": 0, "year_plan": 0,
   "month_done": 0, "ytd_done": 0, "ytd_pct": 31.25, "gap_pp": 6.25, "started": 0, "in_stats": 0,
   "lagging": 2, "issues_open": 3, "reported": true}],
 "issues": {"new": 4, "closed": 2, "open": 9, "overdue": 1}}`

// TestContract: every key of the contract is there, with a value of its type.
func TestContract(t *testing.T) {
	in := month("修水县", "永修县")
	in.Versions["修水县"] = map[reporting.Kind]*reporting.Version{
		reporting.Progress: version(t, reporting.Progress, "甲 total=200 plan=16 month=1 ytd=5 started=yes stats=no"),
		reporting.Issues:   version(t, reporting.Issues, "甲 problem=缺资金"),
		reporting.Lagging:  version(t, reporting.Lagging, "甲 reason=缺资金"),
	}
	raw, err := json.Marshal(Compute(in))
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(contract), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	holds(t, "", want, got)

	units := got.(map[string]any)["submitters"].([]any)
	// 5/16 = 31.25%, 6.25 above the pace
	if u := units[0].(map[string]any); u["ytd_pct"] != 31.25 || u["gap_pp"] != 6.25 || u["rank"] != 1.0 || u["group"] != "counties" {
		t.Errorf("修水县: %v", u)
	}
	// What is not known is absent, never 0: a unit that did not report has two names and a no.
	if u := units[1].(map[string]any); len(u) != 3 || u["reported"] != false || u["name"] != "永修县" {
		t.Errorf("永修县: %v", u)
	}
}

// holds reports whether got has all that want has.
func holds(t *testing.T, path string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %T", path, got)
			return
		}
		for k, v := range w {
			if _, ok := g[k]; !ok {
				t.Errorf("%s.%s is not there", path, k)
				continue
			}
			holds(t, path+"."+k, v, g[k])
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) == 0 {
			t.Errorf("%s is %v", path, got)
			return
		}
		holds(t, path+"[0]", w[0], g[0])
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
			t.Errorf("%s is a %T, want a %T", path, got, want)
		}
	}
}

// TestAbsent: where no table has the column, the counts are absent, in the
// city too; where one has it and nobody is, they are 0.
func TestAbsent(t *testing.T) {
	in := month("修水县", "永修县")
	in.Versions["修水县"][reporting.Progress] = version(t, reporting.Progress, "甲 plan=16 ytd=5")
	if raw, _ := json.Marshal(Compute(in)); strings.Contains(string(raw), `"started"`) || strings.Contains(string(raw), `"in_stats"`) {
		t.Errorf("nobody told: %s", raw)
	}
	in.Versions["永修县"][reporting.Progress] = version(t, reporting.Progress, "乙 plan=16 ytd=5 started=no")
	b := Compute(in)
	if count(b.City.Started) != "0" || b.City.InStats != nil || unit(t, b, "修水县").Started != nil {
		t.Errorf("the city has %s started", count(b.City.Started))
	}
	if b.City.StartRate != nil {
		t.Errorf("of no new projects %s%% have started", b.City.StartRate)
	}
}

// TestPhones: numbers of people do not go round in a bulletin.
func TestPhones(t *testing.T) {
	in := month("修水县")
	in.Versions["修水县"][reporting.Lagging] = version(t, reporting.Lagging, "甲路 person=张三13900001808 reason=找13900009491或0792-8123456问")
	raw, err := json.Marshal(Compute(in))
	if err != nil || strings.Contains(string(raw), "1390000") || strings.Contains(string(raw), "8123456") {
		t.Errorf("%s: %v", raw, err)
	}
}

// TestLeading: the first and the last of a ranking, with who shares the last place of these.
func TestLeading(t *testing.T) {
	names := []string{"甲县", "乙县", "丙县", "丁县", "戊县", "己县", "庚县"}
	in := month(names...)
	for i, n := range names {
		in.Versions[n][reporting.Progress] = version(t, reporting.Progress, "x plan=100 ytd="+[]string{"50", "40", "30", "30", "20", "10", "5"}[i])
	}
	b := Compute(in)
	of := func(us []Unit) (s string) {
		for _, u := range us {
			s += u.Name[:3]
		}
		return s
	}
	for got, want := range map[string]string{
		of(b.Leading(reporting.Counties, 3)): "甲乙丙丁", of(b.Trailing(reporting.Counties, 3)): "戊己庚", of(b.Leading(reporting.Counties, 4)): "",
		of(b.Ahead(reporting.Counties)): "甲乙丙丁", // the pace is 25
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
