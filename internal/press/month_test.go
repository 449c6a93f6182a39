package press

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

var (
	zone   = time.FixedZone("CST", 8*3600)
	march  = reporting.Period{Year: 2021, Month: 3}
	office = Office{Name: "九江市“城建项目大会战”指挥部办公室", City: "九江市", Contact: "办公室", Phone: "13900000001"}
)

func builtIn(t *testing.T) *templates.Set {
	t.Helper()
	s, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fields makes a row: a text, a decimal as "=12.5", a bool.
func fields(n int, pairs ...any) reporting.Row {
	r := reporting.Row{Row: n, Fields: map[reporting.Field]reporting.Value{}}
	for i := 0; i < len(pairs); i += 2 {
		f := pairs[i].(reporting.Field)
		switch v := pairs[i+1].(type) {
		case string:
			r.Fields[f] = reporting.Text(v)
		case float64:
			r.Fields[f] = reporting.Number(decimal.NewFromFloat(v))
		case int:
			r.Fields[f] = reporting.Number(decimal.NewFromInt(int64(v)))
		case bool:
			r.Fields[f] = reporting.Flag(v)
		case nil:
		}
	}
	return r
}

// month collects the versions of a month.
type month struct {
	in bulletin.Input
}

func newMonth(p reporting.Period, submitters ...reporting.Submitter) *month {
	terms := reporting.DefaultTerms(zone)
	return &month{bulletin.Input{
		Period: p, Terms: terms, AsOf: terms.Freeze(p), Number: p.String() + "-0330170000", Submitters: submitters,
		Versions:       map[string]map[reporting.Kind]*reporting.Version{},
		Standings:      map[string]map[reporting.Kind]reporting.Standing{},
		PreviousIssues: map[string]*reporting.Version{},
	}}
}

func (m *month) sent(unit string, k reporting.Kind, s reporting.State, rows ...reporting.Row) {
	if m.in.Versions[unit] == nil {
		m.in.Versions[unit] = map[reporting.Kind]*reporting.Version{}
	}
	m.state(unit, k, s)
	at := m.in.Standings[unit][k].Received
	m.in.Versions[unit][k] = &reporting.Version{Submitter: unit, Period: m.in.Period, Kind: k, N: 1, Letter: "x", Received: at,
		Table: reporting.Table{Kind: k, Nil: len(rows) == 0, Rows: rows}}
}

func (m *month) state(unit string, k reporting.Kind, s reporting.State) {
	if m.in.Standings[unit] == nil {
		m.in.Standings[unit] = map[reporting.Kind]reporting.Standing{}
	}
	st := reporting.Standing{State: s}
	if s.Arrived() {
		st.Version, st.Received = 1, m.in.Terms.Deadline(m.in.Period).Add(-30*time.Hour)
		if !s.InTime() {
			st.Received = st.Received.Add(50 * time.Hour)
		}
	}
	m.in.Standings[unit][k] = st
}

// silent makes a unit that owes tables and sent none.
func (m *month) silent(s reporting.Submitter) {
	for _, k := range s.Tables {
		m.state(s.Name, k, reporting.Missing)
	}
}

// city is a month of the thirteen counties, two zones and two central units.
// The figures are made up.
func city() bulletin.Bulletin {
	units := reporting.JiujiangCounties()
	for _, z := range []string{"九江经济技术开发区", "八里湖新区"} {
		units = append(units, reporting.Submitter{Name: z, Group: reporting.Zones, Tables: reporting.Kinds})
	}
	for _, c := range []string{"九江市城发集团", "市城管局"} {
		units = append(units, reporting.Submitter{Name: c, Group: reporting.Central, Tables: []reporting.Kind{reporting.Progress}})
	}
	m := newMonth(march, units...)
	what := []string{"滨江路改造工程", "老旧小区改造（一期）", "城区雨污分流管网工程", "体育中心", "第二水厂扩建工程", "农贸市场提升改造", "环湖绿道工程", "公共停车场建设"}
	kinds := []string{"道路桥梁", "老旧小区", "管网设施", "公共服务", "供水设施", "民生设施", "园林绿化", "停车设施"}
	why := []string{"征地拆迁未完成，涉及12户", "专项债资金未到位", "用地指标未落实", "施工许可正在办理", "雨季影响土方施工"}
	natures := []string{"renewed", "new", "new", "finish", "renewed"}
	for i, u := range units {
		if u.Name == "都昌县" {
			m.silent(u)
			continue
		}
		var rows, late, issues []reporting.Row
		for j := range 6 + i%3 {
			n := (i*7 + j*3) % len(what)
			plan := 3000 + 700*((i*5+j*11)%13)
			share := 8 + (i*13+j*17)%34
			started := (i+j)%4 != 0
			project := what[n]
			finish := "2022-06"
			if natures[j%5] == "finish" || j == 2 {
				finish = "2021-12"
			}
			done := float64(plan*share) / 100
			if natures[j%5] == "new" && !started {
				done = float64(plan) * 0.05
			}
			rows = append(rows, fields(6+j, reporting.FProjectName, project, reporting.FCategory, kinds[n], reporting.FNature, natures[j%5],
				reporting.FTotalInvest, plan*3, reporting.FYearPlan, plan, reporting.FMonthDone, done/3, reporting.FYTDDone, done,
				reporting.FIsStarted, started, reporting.FIsFinished, false, reporting.FInStats, started && j != 4, reporting.FPlanStart, []string{"2021-03", "2021-06", "2021-05"}[(i+j)%3],
				reporting.FPlanFinish, finish, reporting.FProgressText, "完成基础施工，正在进行主体施工，累计完成形象进度的三成。"))
			if share < 15 && len(late) < 3 {
				late = append(late, fields(5+j, reporting.FProjectName, project, reporting.FReason, why[(i+j)%5], reporting.FMeasure, "倒排工期，增加作业班组，每周调度",
					reporting.FCatchUpAt, "2021-06", reporting.FRespUnit, u.Name+"住建局"))
				issues = append(issues, fields(5+j, reporting.FProjectName, project, reporting.FProblem, why[(i+j)%5]+"，影响进场施工", reporting.FCoordUnit,
					[]string{"市自然资源局", "市财政局", "市住建局、市城管局"}[(i+j)%3], reporting.FRaisedAt, "2021-03", reporting.FDeadline, []string{"2021-03-20", "2021-04-30"}[(i+j)%2], reporting.FStatus, "open"))
			}
		}
		state := reporting.OnTime
		if u.Name == "彭泽县" {
			state = reporting.Late
		}
		m.sent(u.Name, reporting.Progress, state, rows...)
		if !u.Owes(reporting.Issues) {
			continue
		}
		m.sent(u.Name, reporting.Issues, state, issues...)
		if u.Name == "瑞昌市" {
			m.state(u.Name, reporting.Lagging, reporting.Missing)
			continue
		}
		if len(late) == 0 {
			state = reporting.NilIn
		}
		m.sent(u.Name, reporting.Lagging, state, late...)
	}
	last := &bulletin.Bulletin{Period: march.Add(-1)}
	for i, u := range units[:13] {
		last.Units = append(last.Units, bulletin.Unit{Name: u.Name, Group: u.Group, Reported: true, Rank: (i*5)%13 + 1})
	}
	last.City.MonthDone = bulletin.Number{Decimal: decimal.NewFromInt(54321)}
	m.in.Previous = last
	return bulletin.Compute(m.in)
}

// TestWriteForms writes the forms of the made-up month where TONGBAO_FORMS
// names a directory, to look at them.
func TestWriteForms(t *testing.T) {
	dir := os.Getenv("TONGBAO_FORMS")
	if dir == "" {
		t.Skip("TONGBAO_FORMS names no directory")
	}
	b, set := city(), builtIn(t)
	for name, layout := range map[string]Layout{"file": Document, "letter": Formal} {
		o := office
		o.Layout, o.CopyTo = layout, "市政府办公室，市委督查室、市政府督查室，指挥部各成员单位，各县（市、区）党委"
		raw, err := Word(b, o, set)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".docx"), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	word, err := Word(b, office, set)
	if err != nil {
		t.Fatal(err)
	}
	book, err := Workbook(b, office)
	if err != nil {
		t.Fatal(err)
	}
	subject, html, text, err := Mail(b, office, set, "修水县")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"b.docx": word, "b.xlsx": book, "b.html": []byte(html), "b.txt": []byte(subject + "\n" + text)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Println(FileNames(b, office))
}
