package press

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

func exactly(s string) bulletin.Number { return bulletin.Number{Decimal: decimal.RequireFromString(s)} }

// quarterInput is the made-up city's first quarter: January and February are
// March with other sums.
func quarterInput(kind string) bulletin.QuarterInput {
	c := city()
	in := bulletin.QuarterInput{Quarter: reporting.QuarterOf(march), Kind: kind, AsOf: c.AsOf, Number: "2021-Q1-0405090000", Base: c, Scoring: bulletin.DefaultScoring(),
		Tables: map[string]reporting.Table{}}
	for i, done := range []string{"61234.5", "48321", "69999.25"} {
		m := bulletin.MonthOf(c)
		m.Period, m.MonthDone = march.Add(i-2), exactly(done)
		in.Months = append(in.Months, m)
	}
	in.Submitters = append(reporting.JiujiangCounties(), reporting.Submitter{Name: "九江经济技术开发区", Group: reporting.Zones, Tables: reporting.Kinds},
		reporting.Submitter{Name: "八里湖新区", Group: reporting.Zones, Tables: reporting.Kinds})
	last := bulletin.Quarterly{Quarter: in.Quarter.Add(-1)}
	for i, u := range in.Submitters[:13] {
		last.Units = append(last.Units, bulletin.Score{Name: u.Name, Group: u.Group, Rank: (i*5)%13 + 1})
	}
	in.Previous = &last
	in.Awards = []bulletin.Award{{Unit: "修水县", Points: exactly("0.5"), Reason: "承办全市集中开工主会场"}, {Unit: "湖口县", Points: exactly("-1"), Reason: "项目现场管理被通报"}}
	in.Votes = []reporting.Vote{{Name: "滨江路改造工程（修水县）", Counts: []int{6, 3, 1}}, {Name: "体育中心（湖口县）", Counts: []int{4, 3, 3}},
		{Name: "环湖绿道（武宁县）", Counts: []int{0, 4, 6}}, {Name: "老城管网（德安县）", Counts: []int{0, 0, 0}}}
	in.Scoring.SpeakFirst = 2
	flag := func(b bool) *bool { return &b }
	table := func(unit, start string, started *bool) reporting.Table {
		r := fields(6, reporting.FProjectName, unit+"城区道路提升工程", reporting.FTotalInvest, 12000, reporting.FYearPlan, 4000, reporting.FPlanStart, start,
			reporting.FContent, "改造道路2.5公里，同步实施雨污分流", reporting.FRespUnit, unit+"住建局", reporting.FLeader, "李某")
		if started != nil {
			r.Fields[reporting.FIsStarted] = reporting.Flag(*started)
		}
		return reporting.Table{Kind: reporting.Progress, Rows: []reporting.Row{r}}
	}
	for unit, start := range map[string]string{"修水县": "2021-03", "武宁县": "2021-Q1", "湖口县": "2020-11", "德安县": "2021", "永修县": "", "九江市城发集团": "2021-02-18", "八里湖新区": "2021-01"} {
		in.Tables[unit] = table(unit, start, flag(unit == "修水县"))
	}
	return in
}

func quarterOf(kind string) bulletin.Quarterly { return bulletin.ComputeQuarter(quarterInput(kind)) }

// TestWriteQuarter writes the quarter's products where TONGBAO_FORMS names a
// directory, to look at them.
func TestWriteQuarter(t *testing.T) {
	dir := os.Getenv("TONGBAO_FORMS")
	if dir == "" {
		t.Skip("TONGBAO_FORMS names no directory")
	}
	set := builtIn(t)
	for _, kind := range bulletin.QuarterKinds {
		q := quarterOf(kind)
		word, err := QuarterWord(q, office, set)
		if err != nil {
			t.Fatal(err)
		}
		book, err := QuarterWorkbook(q, office)
		if err != nil {
			t.Fatal(err)
		}
		subject, html, text, err := QuarterMail(q, office, set, "修水县")
		if err != nil {
			t.Fatal(err)
		}
		pictures, err := QuarterPictures(q, office)
		if err != nil {
			t.Fatal(err)
		}
		for ending, data := range map[string][]byte{".docx": word, ".xlsx": book, ".html": []byte(SelfContained(html, pictures)), ".txt": []byte(subject + "\n" + text)} {
			if err := os.WriteFile(filepath.Join(dir, kind+ending), data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestQuarterForms holds the three forms of each product against one another
// and against the rules of style.
func TestQuarterForms(t *testing.T) {
	set := builtIn(t)
	for _, kind := range bulletin.QuarterKinds {
		q := quarterOf(kind)
		faults, err := QuarterStyle(q, office, set)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			t.Errorf("%s: %s", kind, f)
		}
		raw, err := QuarterWord(q, office, set)
		if err != nil {
			t.Fatal(err)
		}
		book, err := QuarterWorkbook(q, office)
		if err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(book))
		if err != nil {
			t.Fatal(err)
		}
		_, html, text, err := QuarterMail(q, office, set, "修水县")
		if err != nil {
			t.Fatal(err)
		}
		const line = "数据快照2021-Q1-0405090000"
		contents, err := f.GetCellValue(contents, "A2")
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		for name, form := range map[string]string{"Word": wordText(t, raw), "HTML": html, "text": text, "Excel": contents} {
			if !strings.Contains(form, line) {
				t.Errorf("%s: %s does not print %s", kind, name, line)
			}
		}
	}
}
