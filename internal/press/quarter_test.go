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

// quarterText is a product's paper as text.
func quarterText(t *testing.T, q bulletin.Quarterly) string {
	t.Helper()
	raw, err := QuarterWord(q, office, builtIn(t))
	if err != nil {
		t.Fatal(err)
	}
	return wordText(t, raw)
}

// TestQuarterProse holds the papers' sentences against testdata/quarter-*.want,
// which were read line by line against the figures that quarterInput makes up.
func TestQuarterProse(t *testing.T) {
	for _, kind := range bulletin.QuarterKinds {
		p := newQuarterly(quarterOf(kind), office)
		text, _, err := quarterForms(p, builtIn(t))
		if err != nil {
			t.Fatal(err)
		}
		got := []string{text.Title, text.To, text.Lead}
		for _, s := range text.Sections {
			got = append(append(got, s.Heading), s.Paragraphs...)
		}
		want, err := os.ReadFile("testdata/" + kind + ".want")
		if err != nil {
			t.Fatal(err)
		}
		all := lines(string(want))
		for i := range max(len(got), len(all)) {
			if g, w := append(got, make([]string, len(all))...)[i], append(all, make([]string, len(got))...)[i]; g != w {
				t.Errorf("%s line %d\n got %s\nwant %s", kind, i+1, g, w)
			}
		}
	}
}

// TestQuarterOfLittle: what there is nothing to say of has one honest sentence.
func TestQuarterOfLittle(t *testing.T) {
	nothing := bulletin.QuarterInput{Quarter: reporting.QuarterOf(march), AsOf: city().AsOf, Number: "1", Scoring: bulletin.DefaultScoring(), Submitters: reporting.JiujiangCounties()}
	nothing.Base = bulletin.Compute(newMonth(march, nothing.Submitters...).in)
	nothing.Months = []bulletin.Month{bulletin.MonthOf(nothing.Base)}
	without := quarterInput(bulletin.QuarterAnalysis) // February
	february := newMonth(march.Add(-1), without.Submitters...)
	without.Months[1] = bulletin.MonthOf(bulletin.Compute(february.in))
	causeless := quarterInput(bulletin.QuarterAnalysis)
	causeless.Base.Lagging.Reasons = []bulletin.Tally{{Name: reporting.NoCause, Count: causeless.Base.Lagging.Count}}
	for name, c := range map[string]struct {
		in   bulletin.QuarterInput
		kind string
		want []string
	}{
		"ranking of nothing": {nothing, bulletin.QuarterRanking, []string{"1月份、2月份、3月份没有可用的报送数据", "县（市、区）没有参加排位的单位。", "濂溪区、浔阳区、柴桑区、武宁县、修水县、永修县、德安县、都昌县、湖口县、彭泽县、瑞昌市、共青城市、庐山市本季度未报送进度表，不参加排位，列表末。"}},
		"analysis of nothing": {nothing, bulletin.QuarterAnalysis, []string{"3月份没有单位报送可用的进度表，年度完成情况暂缺。", "没有数据，不作结构分析。", "年初以来没有可用的月度数据。", "3月份没有单位上报滞后项目。",
			"3月份没有单位报送可用的问题台账，问题解决情况暂缺。", "1月份、2月份、3月份没有可用的报送数据，近3个月不全，不作全年预测。"}},
		"starts of nothing":   {nothing, bulletin.QuarterStarts, []string{"各地各单位进度表中没有计划于一季度开工的项目。", "没有按计划应于一季度前开工而未开工的项目。"}},
		"no votes":            {nothing, bulletin.QuarterVisits, []string{"2021年一季度没有录入观摩投票，暂无评分结果。"}},
		"nobody to speak":     {nothing, bulletin.QuarterSpeakers, []string{"1月份、2月份、3月份没有可用的报送数据，本季度排位暂缺，发言单位另行通知。"}},
		"a month is missing":  {without, bulletin.QuarterAnalysis, []string{"2月份没有可用的报送数据，一季度完成投资和增速不作统计。", "2月份没有可用的报送数据，近3个月不全，不作全年预测。"}},
		"nobody tells causes": {causeless, bulletin.QuarterAnalysis, []string{"各地滞后清单均未说明滞后原因，暂不能归类分析。"}},
	} {
		c.in.Kind = c.kind
		q := bulletin.ComputeQuarter(c.in)
		text := quarterText(t, q)
		for _, w := range c.want {
			if strings.Count(text, w) != 1 {
				t.Errorf("%s: %q stands %d times in\n%s", name, w, strings.Count(text, w), text)
			}
		}
		for _, bad := range []string{"<no value>", "<nil>", "%!", "0.00%，"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %s stands in\n%s", name, bad, text)
			}
		}
		faults, err := QuarterStyle(q, office, builtIn(t))
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %q, %v", name, faults, err)
		}
		if _, err := QuarterWorkbook(q, office); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, _, err := QuarterMail(q, office, builtIn(t), "修水县"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
