package press

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

func county(name string) reporting.Submitter {
	return reporting.Submitter{Name: name, Group: reporting.Counties, Tables: reporting.Kinds}
}

// small is a month that can be reckoned by hand: testdata/small.want was.
func small() bulletin.Bulletin {
	m := newMonth(march, county("濂溪区"), county("修水县"), county("都昌县"))
	m.sent("濂溪区", reporting.Progress, reporting.OnTime,
		fields(6, reporting.FProjectName, "滨江路改造工程", reporting.FNature, "renewed", reporting.FTotalInvest, 30000, reporting.FYearPlan, 10000,
			reporting.FMonthDone, 1000, reporting.FYTDDone, 3125, reporting.FIsStarted, true, reporting.FInStats, true),
		fields(7, reporting.FProjectName, "老旧小区改造", reporting.FNature, "new", reporting.FTotalInvest, 12345, reporting.FYearPlan, 6000,
			reporting.FMonthDone, 234.5, reporting.FYTDDone, 875, reporting.FIsStarted, false, reporting.FInStats, false, reporting.FPlanStart, "2021-03"))
	m.sent("濂溪区", reporting.Issues, reporting.OnTime,
		fields(5, reporting.FProjectName, "老旧小区改造", reporting.FProblem, "用地指标未落实", reporting.FRaisedAt, "2021-03", reporting.FDeadline, "2021-03-20", reporting.FStatus, "open"),
		fields(6, reporting.FProjectName, "滨江路改造工程", reporting.FProblem, "征地", reporting.FRaisedAt, "2021-01", reporting.FStatus, "done", reporting.FClosedAt, "2021-03-10"))
	m.sent("濂溪区", reporting.Lagging, reporting.NilIn)
	m.sent("修水县", reporting.Progress, reporting.Late,
		fields(6, reporting.FProjectName, "第二水厂扩建工程", reporting.FNature, "new", reporting.FTotalInvest, 20000, reporting.FYearPlan, 8000,
			reporting.FMonthDone, 500, reporting.FYTDDone, 1000.6, reporting.FIsStarted, true, reporting.FInStats, false))
	m.sent("修水县", reporting.Issues, reporting.NilLate)
	m.sent("修水县", reporting.Lagging, reporting.Late, fields(5, reporting.FProjectName, "第二水厂扩建工程", reporting.FReason, "专项债资金未到位"))
	m.silent(county("都昌县"))
	return bulletin.Compute(m.in)
}

func textOf(t *testing.T, b bulletin.Bulletin) Prose {
	t.Helper()
	out, err := prose(newPaper(b, office), builtIn(t))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProse(t *testing.T) {
	raw, err := os.ReadFile("testdata/small.want")
	if err != nil {
		t.Fatal(err)
	}
	p := textOf(t, small())
	got := []string{p.Title, p.To, p.Lead}
	for _, s := range p.Sections {
		got = append(got, "# "+s.Heading)
		if !strings.HasPrefix(s.Heading, "八、") { // its words are no figures
			got = append(got, s.Paragraphs...)
		}
	}
	want := strings.Split(strings.TrimSpace(string(raw)), "\n")
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("line %d\n got %s\nwant %s", i+1, g, w)
		}
	}
}

// TestNothingReported: a month in which no unit reported has a sentence in
// each section, and no figure that would read as a zero.
func TestNothingReported(t *testing.T) {
	m := newMonth(march, county("濂溪区"), county("修水县"))
	m.silent(county("濂溪区"))
	m.silent(county("修水县"))
	b := bulletin.Compute(m.in)
	p := textOf(t, b)
	if len(p.Sections) != 8 {
		t.Fatalf("%d sections", len(p.Sections))
	}
	for _, s := range p.Sections {
		if len(s.Paragraphs) == 0 {
			t.Errorf("%s has no sentence", s.Heading)
		}
		for _, l := range s.Paragraphs {
			for _, bad := range []string{"0.00", "nil", "<no value>", "%!", "，，", "。。", "、。", "0个"} {
				if strings.Contains(l, bad) {
					t.Errorf("%s: %q in %s", s.Heading, bad, l)
				}
			}
		}
	}
	if l := p.Sections[6].Paragraphs[0]; !strings.Contains(l, "未报送2家（濂溪区、修水县）") {
		t.Errorf("submissions: %s", l)
	}
	forms(t, b)
	forms(t, bulletin.Compute(newMonth(march).in)) // not even submitters
}

// TestPositiveSentences: what is in order is said, not passed over.
func TestPositiveSentences(t *testing.T) {
	m := newMonth(march, county("濂溪区"))
	m.sent("濂溪区", reporting.Progress, reporting.OnTime,
		fields(6, reporting.FProjectName, "滨江路", reporting.FNature, "new", reporting.FTotalInvest, 2000, reporting.FYearPlan, 1000, reporting.FYTDDone, 250, reporting.FMonthDone, 1,
			reporting.FIsStarted, true, reporting.FInStats, true))
	m.sent("濂溪区", reporting.Issues, reporting.NilIn)
	m.sent("濂溪区", reporting.Lagging, reporting.NilIn)
	b := bulletin.Compute(m.in)
	var all strings.Builder
	for _, s := range textOf(t, b).Sections {
		all.WriteString(strings.Join(s.Paragraphs, "\n"))
	}
	for _, want := range []string{"全市共安排城建项目1个", "与序时进度持平", "1个地方完成率均达到或超过序时进度", "没有按计划应于3月底前开工而未开工的", "没有已达到入统条件而填报未入统的项目",
		"各单位没有上报进度滞后项目", "没有亮红灯、黄灯的项目", "各单位没有上报需协调解决的问题", "应报送单位1家，均按时报送"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("it is not said that %s:\n%s", want, &all)
		}
	}
	forms(t, b)
}

// TestRankSentences: with six and more, the first and the last three are
// named; where so many share a rank that these would be the same units, all are.
func TestRankSentences(t *testing.T) {
	make := func(pcts ...int) string {
		var units []reporting.Submitter
		for i := range pcts {
			units = append(units, county(fmt.Sprintf("%c县", 'A'+i)))
		}
		m := newMonth(march, units...)
		for i, u := range units {
			m.sent(u.Name, reporting.Progress, reporting.OnTime, fields(6, reporting.FProjectName, "路", reporting.FYearPlan, 100, reporting.FYTDDone, pcts[i]))
		}
		s := textOf(t, bulletin.Compute(m.in)).Sections[1].Paragraphs[1]
		_, s, _ = strings.Cut(s, "百分点。")
		return s
	}
	for _, c := range []struct{ got, want string }{
		{make(60, 50, 40, 30, 20, 10), "投资完成率排名前三位的依次是A县（60.00%）、B县（50.00%）、C县（40.00%）；排名后三位的依次是D县（30.00%）、E县（20.00%）、F县（10.00%）。4个地方完成率达到或超过序时进度，2个地方低于序时进度，其中F县低于序时进度15.00个百分点，差距最大。"},
		{make(9, 9, 9, 9, 9, 9), "投资完成率由高到低依次是A县（9.00%）、B县（9.00%）、C县（9.00%）、D县（9.00%）、E县（9.00%）、F县（9.00%）。6个地方低于序时进度，其中A县、B县、C县、D县、E县、F县低于序时进度16.00个百分点，差距最大。"},
	} {
		if c.got != c.want {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
	}
}

// TestBoundedLists: 50 projects are not named one by one.
func TestBoundedLists(t *testing.T) {
	var rows []reporting.Row
	for i := range 50 {
		rows = append(rows, fields(i+6, reporting.FProjectName, fmt.Sprintf("第%d号路", i+1), reporting.FNature, "new", reporting.FYearPlan, 100, reporting.FIsStarted, false, reporting.FPlanStart, "2021-01"))
	}
	m := newMonth(march, county("濂溪区"))
	m.sent("濂溪区", reporting.Progress, reporting.OnTime, rows...)
	l := textOf(t, bulletin.Compute(m.in)).Sections[2].Paragraphs[0]
	if !strings.Contains(l, "第8号路（濂溪区）等50个。") || strings.Contains(l, "第9号路") {
		t.Errorf("late starts: %s", l)
	}
	if got := (paper{}).Names(strings.Fields(strings.Repeat("某县 ", 50))); !strings.HasSuffix(got, "某县等50家") || strings.Count(got, "某县") != maxNames {
		t.Errorf("names: %s", got)
	}
}

// TestOwnTemplate: the office's own sentence replaces ours, in all forms.
func TestOwnTemplate(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bulletin"), 0o755); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "bulletin", "8-tasks.txt.tmpl")
	if err := os.WriteFile(own, []byte("八、工作要求\r\n请抓紧，{{.Month}}已过。\r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Word(small(), office, set)
	if err != nil {
		t.Fatal(err)
	}
	_, html, text, err := Mail(small(), office, set, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string]string{"Word": wordText(t, raw), "HTML": html, "text": text} {
		if !strings.Contains(form, "请抓紧，3月份已过。") || strings.Contains(form, "一要对标序时") {
			t.Errorf("%s has not the office's own section", name)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	word, book := FileNames(small(), office)
	if word != "九江市城建项目2021年3月份推进情况通报（送审稿）.docx" || book != "九江市城建项目2021年3月份推进情况通报附表（送审稿）.xlsx" {
		t.Errorf("draft: %s, %s", word, book)
	}
	signed := office
	signed.Released = true
	if word, _ = FileNames(small(), signed); word != "九江市城建项目2021年3月份推进情况通报.docx" {
		t.Errorf("released: %s", word)
	}
	if word, _ = FileNames(small(), Office{City: "../a\x00/b"}); strings.ContainsAny(word, "/\\\x00") {
		t.Errorf("a path: %q", word)
	}
}

func TestSubject(t *testing.T) {
	for to, want := range map[string]string{"": "【通报】2021年3月份全市城建项目推进情况", "修水县": "【通报】2021年3月份全市城建项目推进情况（修水县）"} {
		if got, _, _, err := Mail(small(), office, builtIn(t), to); err != nil || got != want {
			t.Errorf("subject = %s (%v), want %s", got, err, want)
		}
	}
	got, _, _, err := Mail(small(), office, builtIn(t), strings.Repeat("很长的单位名称", 9))
	if n := len([]rune(got)); err != nil || n > 40 {
		t.Errorf("a subject of %d characters: %s (%v)", n, got, err)
	}
}

func TestDated(t *testing.T) {
	for in, want := range map[string]string{"2021-03-05": "2021年3月5日", "2021-12": "2021年12月", "2021-Q2": "2021年第二季度", "2021-H1": "2021年上半年", "2021": "2021年",
		"2021-13": "2021-13", "2021-Q5": "2021-Q5", "尽快": "尽快", "": ""} {
		if got := dated(in); got != want {
			t.Errorf("dated(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestUntil: figures taken before they were due do not claim to reach further.
func TestUntil(t *testing.T) {
	b := small()
	b.AsOf = time.Date(2021, 3, 20, 9, 0, 0, 0, zone)
	if p := newPaper(b, office); p.Until() != "3月20日" {
		t.Errorf("until %s", p.Until())
	}
}

// TestSilence: a table tells why a unit has no figures.
func TestSilence(t *testing.T) {
	m := newMonth(march, county("濂溪区"), reporting.Submitter{Name: "市财政局", Group: reporting.Central, Tables: []reporting.Kind{reporting.Issues}})
	for state, want := range map[reporting.State]string{reporting.Missing: "未报送", reporting.Due: "尚未报送", reporting.Exempt: "免报", reporting.Rejected: "退改未补正"} {
		for _, k := range reporting.Kinds {
			m.state("濂溪区", k, state)
		}
		b := bulletin.Compute(m.in)
		if got := rankings(b)[0].lines[0].remark; got != want {
			t.Errorf("%s is printed as %s, want %s", state, got, want)
		}
		if got := rankings(b)[1].lines[0].remark; got != "不报进度表" {
			t.Errorf("a unit that owes no progress table: %s", got)
		}
	}
}
