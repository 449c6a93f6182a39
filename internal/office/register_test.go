package office_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/office"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// TestMain lets the test binary stand in for the program as the clerk's child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "clerk" {
		if err := clerk.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var shanghai = time.FixedZone("CST", 8*3600)

func at(month, day, hour int) time.Time {
	return time.Date(2021, time.Month(month), day, hour, 0, 0, 0, shanghai)
}

func month(n int) reporting.Period { return reporting.Period{Year: 2021, Month: time.Month(n)} }

const settings = `
data: %q
office: {addresses: [office@tongbao.example.com]}
submitters:
  - {name: 修水县, addresses: [xs@xiushui.example.com]}
  - {name: 永修县, addresses: [yx@yongxiu.example.com]}
`

// desk is an office with a store of its own.
type desk struct {
	t   *testing.T
	cfg *config.Config
	*daemon.House
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	dir := t.TempDir()
	path := dir + "/config.yaml"
	if err := os.WriteFile(path, fmt.Appendf(nil, settings, dir+"/data"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, cfg: cfg}
	d.open()
	t.Cleanup(func() { d.Close() })
	return d
}

func (d *desk) open() {
	d.t.Helper()
	house, err := daemon.Open(d.cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		d.t.Fatal(err)
	}
	d.House = house
}

// take imports a csv as a submitter's, as if it had arrived then.
func (d *desk) take(who, name, csv string, arrived time.Time) office.Imported {
	d.t.Helper()
	in, err := d.Office.Import(context.Background(), office.Import{Name: name, Submitter: who, Received: arrived, Raw: []byte(csv)}, arrived)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, x := range in.Tables {
		if !x.Stored {
			d.t.Fatalf("%s: not stored: %s %+v", name, x.Reason, in.Findings)
		}
	}
	return in
}

// progress is a progress table; a row is "name,place,owner,total,plan,month,year".
func progress(who string, m int, rows ...string) string {
	out := fmt.Sprintf("%s2021年城建项目进度表（%d月）,,,,,,,\n单位：万元,,,,,,,\n序号,项目名称,建设地点,实施主体,总投资,2021年计划投资,%d月完成投资,1-%d月累计完成投资\n", who, m, m, m)
	for i, r := range rows {
		out += fmt.Sprintf("%d,%s\n", i+1, r)
	}
	return out
}

// issues is a ledger; a row is "project,problem,unit,deadline,status".
func issues(who string, m int, rows ...string) string {
	out := fmt.Sprintf("%s2021年城建项目问题台账（%d月）,,,,,\n序号,项目名称,存在问题,责任单位,整改时限,销号状态\n", who, m)
	for i, r := range rows {
		out += fmt.Sprintf("%d,%s\n", i+1, r)
	}
	return out
}

func (d *desk) projects(who string) (projects []reporting.ProjectRecord, doubts []reporting.Doubt) {
	d.t.Helper()
	err := d.Office.Store.View(func(t *store.Tx) (err error) {
		if projects, err = t.Projects(who); err != nil {
			return err
		}
		doubts, err = t.Doubts(who)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return projects, doubts
}

// names are the projects that stand, with their months and names.
func (d *desk) names(who string) []string {
	projects, _ := d.projects(who)
	var out []string
	for _, p := range projects {
		if p.Into == "" {
			s := fmt.Sprintf("%s %s..%s", p.Name, p.First, p.Last)
			if len(p.Names) > 1 {
				s += fmt.Sprintf(" %d names", len(p.Names))
			}
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

func (d *desk) want(who string, want ...string) {
	d.t.Helper()
	slices.Sort(want)
	if got := d.names(who); !slices.Equal(got, want) {
		d.t.Errorf("projects:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRegister follows projects over three months: a sure renaming, a doubtful
// one, its answer, and a table that is excluded and counts again.
func TestRegister(t *testing.T) {
	d := openDesk(t)
	who := "修水县"
	d.take(who, "3.csv", progress(who, 3, "滨江路道路改造工程,城南,市政公司,12000,5000,300,1000", "老城区雨污分流,老城区,水务公司,8000,3000,200,400"), at(3, 24, 10))
	d.take(who, "4.csv", progress(who, 4, "滨江路道路改造项目,城南,市政公司,12000,5000,300,1300", "老城区雨污分流整治,老城区,水务集团,9000,3000,200,600"), at(4, 24, 10))
	d.want(who, "滨江路道路改造项目 2021-03..2021-04 2 names", "老城区雨污分流 2021-03..2021-03", "老城区雨污分流整治 2021-04..2021-04")
	projects, doubts := d.projects(who)
	if len(doubts) != 1 || doubts[0].Name != "老城区雨污分流整治" || doubts[0].Known != "老城区雨污分流" || doubts[0].Cell != "B5" {
		t.Fatalf("doubts: %+v", doubts)
	}
	// The same name in another month is asked no more; and two counties' projects never meet.
	d.take(who, "5.csv", progress(who, 5, "老城区雨污分流整治,老城区,水务集团,9000,3000,200,800"), at(5, 24, 10))
	d.take("永修县", "5.csv", progress("永修县", 5, "滨江路道路改造工程,城南,市政公司,12000,5000,300,1000"), at(5, 24, 10))
	if _, doubts = d.projects(who); len(doubts) != 1 {
		t.Errorf("asked again: %+v", doubts)
	}
	other := func(name string) string {
		i := slices.IndexFunc(projects, func(p reporting.ProjectRecord) bool { return p.Name == name })
		return projects[i].ID
	}
	old, fresh := other("老城区雨污分流"), other("老城区雨污分流整治")
	if err := d.Office.Merge(old, fresh, "", "operator", at(5, 25, 9)); err != nil {
		t.Fatal(err)
	}
	merged := []string{"滨江路道路改造项目 2021-03..2021-04 2 names", "老城区雨污分流整治 2021-03..2021-05 2 names"}
	d.want(who, merged...)
	if _, doubts = d.projects(who); len(doubts) != 0 {
		t.Errorf("answered, and still asked: %+v", doubts)
	}

	// Without May the project ends in April; without April and May it keeps the
	// name that the office gave it, so that they come back to it.
	version := func(m int, exclude bool) {
		t.Helper()
		var err error
		if exclude {
			err = d.Office.Exclude(month(m), who, reporting.Progress, 1, "误报", "operator", at(5, 26, m))
		} else {
			err = d.Office.Include(month(m), who, reporting.Progress, 1, "", "operator", at(5, 27, m))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	version(5, true)
	version(4, true)
	d.want(who, "滨江路道路改造工程 2021-03..2021-03", "老城区雨污分流 2021-03..2021-03 2 names")
	version(4, false)
	version(5, false)
	d.want(who, merged...)

	// Split again: what was merged comes back under its old id.
	id, err := d.Office.Split(old, reporting.Period{}, "老城区雨污分流整治", "不是同一项目", "operator", at(5, 28, 9))
	if err != nil || id != fresh {
		t.Errorf("split gives %s, %v; want %s", id, err, fresh)
	}
	d.want(who, "滨江路道路改造项目 2021-03..2021-04 2 names", "老城区雨污分流 2021-03..2021-03", "老城区雨污分流整治 2021-04..2021-05")
	version(5, true)
	version(5, false)
	if _, doubts = d.projects(who); len(doubts) != 0 {
		t.Errorf("the office answered, and is asked again: %+v", doubts)
	}
}

// TestRefusals: what cannot be carried out is refused before it is in the journal.
func TestRefusals(t *testing.T) {
	d := openDesk(t)
	d.take("修水县", "3.csv", progress("修水县", 3, "滨江路,城南,市政公司,12000,5000,300,1000", "老城区,老城区,水务公司,8000,3000,200,400"), at(3, 24, 10))
	d.take("永修县", "3.csv", progress("永修县", 3, "新公园,城南,市政公司,12000,5000,300,1000"), at(3, 24, 10))
	projects, _ := d.projects("修水县")
	foreign, _ := d.projects("永修县")
	a, b, c := projects[0].ID, projects[1].ID, foreign[0].ID
	now := at(3, 25, 9)
	_, split := d.Office.Split(a, month(3), "", "", "operator", now)
	_, nothing := d.Office.Split(a, reporting.Period{}, "", "", "operator", now)
	for what, err := range map[string]error{
		"merge of two rows of one month": d.Office.Merge(a, b, "", "operator", now),
		"merge with another county's":    d.Office.Merge(a, c, "", "operator", now),
		"merge with itself":              d.Office.Merge(a, a, "", "operator", now),
		"merge with nobody":              d.Office.Merge(a, "P000", "", "operator", now),
		"split of all months":            split,
		"split of nothing":               nothing,
		"exclude without a reason":       d.Office.Exclude(month(3), "修水县", reporting.Progress, 1, " ", "operator", now),
		"exclude of no version":          d.Office.Exclude(month(3), "修水县", reporting.Progress, 2, "误报", "operator", now),
		"include of what counts":         d.Office.Include(month(3), "修水县", reporting.Progress, 1, "", "operator", now),
		"drop of no letter":              d.Office.Drop("nobody", "", "operator", now),
	} {
		if _, ok := err.(office.ErrWrong); !ok {
			t.Errorf("%s: %v", what, err)
		}
	}
	entries, err := d.Office.Store.Entries()
	if err != nil || len(entries) != 0 {
		t.Errorf("the journal has %d entries: %v", len(entries), err)
	}
}

// TestCorrectedMonth: the second version of a month takes the first one's place
// in the register, with the name that was misspelt and the row that was wrong.
func TestCorrectedMonth(t *testing.T) {
	d := openDesk(t)
	who := "修水县"
	d.take(who, "a.csv", progress(who, 3, "滨江路改造,城南,市政公司,12000,5000,300,1000", "误填的一行,城北,水务公司,1,1,0,0"), at(3, 24, 10))
	d.take(who, "i.csv", issues(who, 3, "滨江路改造,征地拆迁尚余3户未签约,自然资源局,2021年3月,推进中"), at(3, 24, 10))
	d.take(who, "b.csv", progress(who, 3, "滨江路改造,城南,市政公司,12000,5000,400,1100", "污水处理厂提标,城东,水务公司,900,600,0,0"), at(3, 25, 10))
	d.want(who, "滨江路改造 2021-03..2021-03", "污水处理厂提标 2021-03..2021-03")
	d.take(who, "j.csv", issues(who, 3, "污水处理厂提标,资金缺口500万元,财政局,2021年6月,推进中"), at(3, 25, 11))
	var problems []reporting.ProblemRecord
	err := d.Office.Store.View(func(t *store.Tx) (err error) { problems, err = t.Problems(who); return err })
	if err != nil || len(problems) != 1 || problems[0].Problem != "资金缺口500万元" || problems[0].ProjectID == "" || problems[0].Months[0].Version != 2 {
		t.Errorf("problems: %+v, %v", problems, err)
	}
}
