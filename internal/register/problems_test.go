package register

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

func entry(n int, spec string) reporting.Row {
	r := reporting.Row{Row: n, Fields: map[reporting.Field]reporting.Value{}}
	for i, f := range []reporting.Field{reporting.FProjectName, reporting.FProblem, reporting.FStatus, reporting.FDeadline, reporting.FRaisedAt, reporting.FLevel} {
		if s := strings.Split(spec+"||||||", "|")[i]; s != "" {
			r.Fields[f] = reporting.Text(s)
		}
	}
	return r
}

func ledger(live []reporting.ProblemRecord, p reporting.Period, specs ...string) []reporting.ProblemRecord {
	l := Ledger{Submitter: "修水县", Period: p, Version: 1}
	for i, s := range specs {
		l.Rows = append(l.Rows, entry(i+3, s))
	}
	e := ResolveProblems(l, live, func(string) string { return "" }, func(id string) bool {
		return slices.ContainsFunc(live, func(p reporting.ProblemRecord) bool { return p.ID == id })
	})
	out := slices.Clone(live)
	for _, r := range e.Records {
		if i := slices.IndexFunc(out, func(p reporting.ProblemRecord) bool { return p.ID == r.ID }); i >= 0 {
			out[i] = r
		} else {
			out = append(out, r)
		}
	}
	return out
}

// TestProblems follows issues over four months: told anew with other numbers,
// closed, opened again, overdue, gone, and one that is like another.
func TestProblems(t *testing.T) {
	all := ledger(nil, march, "滨江路|征地拆迁尚余3户未签约，影响施工|open|2021-03|2021-01", "污水厂|资金缺口约2000万元|open|2021-06", "老街|电力杆线未迁改|open|2021-05")
	all = ledger(all, april, "滨江路|征地拆迁尚余1户未签约，影响施工|open|2021-03|2021-01|需市级协调", "污水厂|资金缺口约2000万元|closed|2021-06", "滨江路|砂石料供应不足||2021-08")
	may := april.Add(1)
	all = ledger(all, may, "滨江路工程|征地拆迁尚余1户未签约|done", "污水厂|资金缺口约2000万元|open|2021-06")
	if len(all) != 4 {
		t.Fatalf("%d issues, want 4: %+v", len(all), all)
	}
	ledgers := map[reporting.Period]bool{march: true, april: true, may: true}
	day := time.Date(2021, 4, 28, 17, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		i      int
		p      reporting.Period
		want   ProblemState
		age    int
		flags  string
		absent bool
	}{
		{0, march, NewProblem, 2, "overdue", false},
		{0, april, OpenProblem, 3, "overdue escalated", false},
		{0, may, ClosedProblem, 4, "", false},
		{0, may.Add(1), SettledProblem, 5, "", false},
		{1, april, ClosedProblem, 1, "", false},
		{1, may, OpenProblem, 2, "reopened", false},
		{1, may.Add(1), OpenProblem, 3, "unreported", false},
		{2, april, VanishedProblem, 1, "", false},
		{2, may, VanishedProblem, 2, "", false},
		{3, march, "", 0, "", true},
		{3, april, NewProblem, 0, "", false},
	} {
		s, ok := Judge(all[c.i], c.p, ledgers, day)
		if ok == c.absent {
			t.Errorf("issue %d in %s is there: %v", c.i, c.p, ok)
			continue
		}
		var flags []string
		for name, is := range map[string]bool{"overdue": s.Overdue, "escalated": s.Escalated, "reopened": s.Reopened, "unreported": s.Unreported} {
			if is {
				flags = append(flags, name)
			}
		}
		slices.Sort(flags)
		want := strings.Fields(c.flags)
		slices.Sort(want)
		if ok && (s.State != c.want || s.Age != c.age || !slices.Equal(flags, want)) {
			t.Errorf("issue %d in %s: %s, %d months, %v; want %s, %d, %v", c.i, c.p, s.State, s.Age, flags, c.want, c.age, want)
		}
	}
}

// TestHalfAlike: what reads half the same is new and says which one it may be;
// another project's issue of the same words is another.
func TestHalfAlike(t *testing.T) {
	all := ledger(nil, march, "滨江路|征地拆迁尚余3户未签约|open")
	all = ledger(all, april, "滨江路|征地拆迁尚余3户，补偿标准有争议，群众阻工|open", "老街|征地拆迁尚余3户未签约|open")
	if len(all) != 3 || all[1].Maybe != all[0].ID || all[2].Maybe != "" {
		t.Errorf("issues: %+v", all)
	}
}

// TestCorrected: a correction of the month replaces what the month said.
func TestCorrected(t *testing.T) {
	all := ledger(nil, march, "滨江路|征地拆迁尚余3户未签约|open")
	all = ledger(all, march, "滨江路|征地拆迁尚余3户未签约|done")
	if len(all) != 1 || len(all[0].Months) != 1 || !all[0].Months[0].Closed() {
		t.Errorf("issues: %+v", all)
	}
	if p := all[0]; Forget(&p, march) {
		t.Error("an issue without months stays")
	}
}

// TestChanges compares two versions: a value changed, one filled in, one gone,
// a name spelt anew, a row added, a row taken out.
func TestChanges(t *testing.T) {
	table := func(specs ...string) reporting.Table {
		return reporting.Table{Kind: reporting.Progress, Rows: rows(specs...)}
	}
	a := table("滨江路道路改造||城南|甲公司|12000", "污水厂||||500", "老街整治工程||||80")
	b := table("污水厂|||水务|", "滨江路道路改造||城南|甲公司|13000.0", "老街整治||||80", "新公园")
	got := Changes(a, b)
	var said []string
	for _, c := range got {
		text := func(v *reporting.Value) string {
			if v == nil {
				return "—"
			}
			return v.String()
		}
		said = append(said, strings.Join([]string{c.What, c.Name, string(c.Field), text(c.Old), text(c.New), c.OldCell, c.NewCell}, " "))
	}
	want := []string{
		"changed 污水厂 total_invest 500 — 6 ",
		"changed 污水厂 owner_unit — 水务  5",
		"changed 滨江路道路改造 total_invest 12000 13000 5 6",
		"changed 老街整治 project_name 老街整治工程 老街整治 B7 B7",
		"added 新公园  — —  B8",
	}
	if !slices.Equal(said, want) {
		t.Errorf("changes:\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	if got := Changes(b, a); got[len(got)-1].What != Removed || got[len(got)-1].Name != "新公园" {
		t.Errorf("backwards: %+v", got)
	}
	same := rows("滨江路||||12000")
	same[0].Fields[reporting.FTotalInvest] = reporting.Number(decimal.RequireFromString("12000.00"))
	if got := Changes(table("滨江路||||12000"), reporting.Table{Kind: reporting.Progress, Rows: same}); len(got) != 0 {
		t.Errorf("12000 and 12000.00 differ: %+v", got)
	}
}
