package review

import (
	"testing"
	"time"

	"tongbao/internal/reporting"
)

func init() {
	for letter, f := range map[string]reporting.Field{
		"V": reporting.FNextPlan, "W": reporting.FIsStarted, "X": reporting.FInStats, "Y": reporting.FDoneToLastYear, "Z": reporting.FActualFinish,
		"AA": reporting.FPlanFinish, "AB": reporting.FAllPct, "AC": reporting.FActualStart, "AD": reporting.FRaisedAt, "AE": reporting.FClosedAt,
	} {
		letters[letter] = f
	}
}

// TestRows: each rule of a single row fires, and stays quiet beside it.
func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       []string
	}{
		{"an amount", "B=甲路 C=900", nil},
		{"below zero", "B=甲路 C=-900", []string{"C5 negative"}},
		{"V1 within the year", "B=甲路 E=30 F=30", nil},
		{"V1", "B=甲路 E=31 F=30", []string{"E5 month-exceeds-ytd"}},
		{"V4 within half a point", "B=甲路 D=1000 F=300 T=30.5", nil},
		{"V4", "B=甲路 D=1000 F=300 T=30.6", []string{"T5 percent-mismatch"}},
		{"V4 of the whole", "B=甲路 C=1000 M=300 AB=13", []string{"AB5 percent-mismatch"}},
		{"V4 without a plan", "B=甲路 D=0 F=300 T=30", nil},
		{"V5 a little over", "B=甲路 D=1000 F=1200", nil},
		{"V5", "B=甲路 D=1000 F=1201", []string{"F5 over-plan"}},
		{"V6 a little over", "B=甲路 C=1000 M=1100", nil},
		{"V6", "B=甲路 C=1000 M=1101", []string{"M5 over-total"}},
		{"V6 adds up", "B=甲路 C=9000 Y=300 F=200 M=500.9", nil},
		{"V6 does not add up", "B=甲路 C=9000 Y=300 F=200 M=600", []string{"M5 all-done-mismatch"}},
		{"V9 finished, and handed over", "B=甲路 K=yes V=办理竣工决算", nil},
		{"V9", "B=甲路 K=yes V=下月进场施工", []string{"V5 finished-yet-starting"}},
		{"V9 by its date", "B=甲路 Z=2021-02 V=计划下月开工建设", []string{"V5 finished-yet-starting"}},
		{"V9 not finished yet", "B=甲路 K=no Z=2021-02 V=计划下月开工建设", nil},
		{"V10 nothing spent", "B=甲路 W=no E=0", nil},
		{"V10", "B=甲路 W=no E=80 G=正在办理前期手续", []string{"E5 not-started-yet-spending"}},
		{"V10 for the ground", "B=甲路 W=no E=80 G=完成征地拆迁50亩", nil},
		{"V10 for the papers", "B=甲路 W=no E=80 R=本月为前期费用", nil},
		{"V11 in statistics", "B=甲路 W=yes X=yes C=800", nil},
		{"V11", "B=甲路 W=yes X=no C=500", []string{"X5 not-in-stats"}},
		{"V11 too small", "B=甲路 W=yes X=no C=499", nil},
		{"V11 not begun", "B=甲路 W=no X=no C=800", nil},
		{"V17 in order", "B=甲路 L=2021-03 AA=2021-03-31", nil},
		{"V17", "B=甲路 L=2021-03 AA=2020-12", []string{"AA5 dates-reversed"}},
		{"V17 done this month", "B=甲路 K=yes Z=2021-03-31", nil},
		{"V17 done in the future", "B=甲路 Z=2021-05", []string{"Z5 date-in-future"}},
		{"V17 begun in the future", "B=甲路 AC=2021-Q2", []string{"AC5 date-in-future"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantFound(t, Check(table(t, reporting.Progress, march, c.line), Context{Terms: terms}), c.want...)
		})
	}
}

// TestTitleCounts is V8 of the title.
func TestTitleCounts(t *testing.T) {
	two := []string{"B=甲", "B=乙片区", "B=乙一 I=乙片区", "B=乙二 I=乙片区"}
	for _, c := range []struct {
		kind  reporting.Kind
		title string
		lines []string
		want  []string
	}{
		{reporting.Progress, "修水县2021年3月城建项目进度表（共2个项目）", two, nil},
		{reporting.Progress, "修水县2021年3月城建项目进度表（共４个）", two, nil},
		{reporting.Progress, "修水县2021年城建项目进度表（3月）（共十大类 3个子项目）", two, nil},
		{reporting.Progress, "修水县2021年3月5个城建项目进度表", two, []string{"A1 title-count-differs"}},
		{reporting.Progress, "修水县2021年3月城建项目进度表（共5个）", two, []string{"A1 title-count-differs"}},
		{reporting.Progress, "修水县2021年1-3月份城建项目进度表", two, nil},
		{reporting.Issues, "修水县2021年3月城建项目问题台账", []string{"B=甲 P=缺资金"}, nil},
		{reporting.Issues, "修水县2021年3月7个项目问题台账（共1个问题）", []string{"B=甲 P=缺资金"}, nil},
		{reporting.Issues, "修水县2021年3月城建项目问题台账（共3条）", []string{"B=甲 P=缺资金"}, []string{"A1 title-count-differs"}},
		{reporting.Lagging, "进度滞后的项目清单（共2个项目）", []string{"B=甲 N=征迁"}, []string{"A1 title-count-differs"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			tab := table(t, c.kind, march, c.lines...)
			tab.Title, tab.TitleCell = c.title, "A1"
			wantFound(t, Check(tab, Context{Terms: terms}), c.want...)
		})
	}
	// The projects may stand in two tables under one title.
	first, second := table(t, reporting.Progress, march, "B=甲"), table(t, reporting.Progress, march, "B=乙", "B=丙")
	second.Sheet, first.Title, first.TitleCell = "Sheet2", "修水县2021年3月城建项目进度表（共3个项目）", "A1"
	wantFound(t, Check(first, Context{Terms: terms, Tables: []reporting.Table{first, second}}))
}

// TestYTDCopied: sums that stand still while something is done.
func TestYTDCopied(t *testing.T) {
	before := table(t, reporting.Progress, march.Add(-1), "B=甲路 E=5 F=50", "B=乙路 E=6 F=60", "B=丙路 E=7 F=70", "B=丁路 E=0 F=9")
	ctx := Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
	wantFound(t, Check(table(t, reporting.Progress, march, "B=甲路 E=4 F=50", "B=乙路 E=3 F=60", "B=丙路 E=9 F=70", "B=丁路 E=0 F=9"), ctx), "F ytd-unchanged")
	wantFound(t, Check(table(t, reporting.Progress, march, "B=甲路 E=4 F=50", "B=乙路 E=3 F=63", "B=丙路 E=9 F=79", "B=丁路 E=0 F=9"), ctx), "F5 step-mismatch")
	wantFound(t, Check(table(t, reporting.Progress, march, "B=甲路 E=4 F=54", "B=乙路 E=3 F=63", "B=丙路 E=9 F=79", "B=丁路 E=0 F=9"), ctx))
}

// TestNilLedger: last month's open issues are not settled by a nil report.
func TestNilLedger(t *testing.T) {
	none := table(t, reporting.Issues, march)
	none.Nil = true
	for _, c := range []struct {
		line string
		want []string
	}{{"B=甲路 P=缺资金 Q=open", []string{"issues-missing"}}, {"P=砂石紧张", []string{"issues-missing"}}, {"B=甲路 P=缺资金 Q=closed", nil}} {
		before := table(t, reporting.Issues, march.Add(-1), c.line)
		wantFound(t, Check(none, Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Issues: &before}}), c.want...)
	}
}

// TestOwnPace: a project that begins within the year is due from then on.
func TestOwnPace(t *testing.T) {
	september := reporting.Period{Year: 2021, Month: 9} // 75%; from July on three months of six
	for line, behind := range map[string]bool{
		"B=甲路 D=1000 F=450": true, "B=甲路 D=1000 F=450 L=2021-07": false, "B=甲路 D=1000 F=390 L=2021-07": true,
		"B=甲路 D=1000 F=0 L=2021-10": false, "B=甲路 D=1000 F=0 L=2022": false, "B=甲路 D=1000 F=450 L=2020-07": true, "B=甲路 D=1000 F=0 L=2021": false,
	} {
		var want []string
		if behind {
			want = []string{"nil-doubtful"}
		}
		none := table(t, reporting.Lagging, september)
		none.Nil = true
		wantFound(t, Check(none, Context{Terms: terms, Tables: []reporting.Table{table(t, reporting.Progress, september, line)}}), want...)
	}
}

// TestDoubtedColumn: where a column's unit is in doubt, that is said once and
// not again on its rows.
func TestDoubtedColumn(t *testing.T) {
	wantFound(t, Check(table(t, reporting.Progress, march, "B=甲 C=1.2 D=900 F=30 M=800 AB=6", "B=乙 C=3 M=900", "B=丙 C=0.85 M=700"), Context{Terms: terms}), "C unit-doubtful")
}

// TestRoundingInYi: what is written in 亿元 to four decimals adds up to 1万元.
func TestRoundingInYi(t *testing.T) {
	columns := []reporting.Column{{Field: reporting.FTotalInvest, Letter: "C", Unit: "亿元"}}
	exact := table(t, reporting.Progress, march, "合计: C=31110", "B=甲 C=10234", "B=乙 C=20273") // 603 too much
	exact.Columns = columns
	wantFound(t, Check(exact, Context{Terms: terms}), "C5 total-differs")
	rounded := table(t, reporting.Progress, march, "合计: C=30590", "B=甲 C=10200", "B=乙 C=20300")
	rounded.Columns = columns
	wantFound(t, Check(rounded, Context{Terms: terms}))
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"滨湖路新建工程", "滨湖路新建项目", true}, {"滨湖路建设项目", "滨湖路新建工程", true}, {"甘棠湖路东延工程", "甘棠湖路东延", true},
		{"滨湖路一期工程", "滨湖路二期项目", false}, {"滨湖路改造工程", "庐峰路改造工程", false}, {"新建项目", "建设工程", false}, {"东城新建工程", "东城新建项目", true},
		{"站前路口袋公园建设项目", "长虹路口袋公园建设项目", false}, {"甘棠湖路东延工程", "甘棠湖路东延伸段工程", true}, {"沙河街道路改造", "沙湖街道路改造", false},
	} {
		if got := sameName(reporting.NameKey(c.a), reporting.NameKey(c.b)); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

// TestSentOld: the file of last month, sent around the day on which this
// month's is due.
func TestSentOld(t *testing.T) {
	was := table(t, reporting.Progress, march, "B=甲路 E=5 F=50", "B=乙路 E=6 F=60", "B=丙路 E=7 F=70")
	at := func(day string) time.Time {
		when, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	again := table(t, reporting.Progress, march, "B=甲路 E=5 F=50", "B=乙路 E=6 F=60", "B=丙路 E=7 F=70")
	again.TitleCell = "A1"
	mended := table(t, reporting.Progress, march, "B=甲路 E=5 F=50", "B=乙路 E=6 F=60", "B=丙路 E=8 F=71")
	wantFound(t, Check(again, Context{Terms: terms, Earlier: &was, Now: at("2021-04-23")}), "A1 last-month-again")
	wantFound(t, Check(again, Context{Terms: terms, Earlier: &was, Now: at("2021-03-26")}))
	wantFound(t, Check(mended, Context{Terms: terms, Earlier: &was, Now: at("2021-04-23")}))
	wantFound(t, Check(again, Context{Terms: terms, Now: at("2021-04-23")}))
}

// TestSiblings: what is listed is the one project, not the one whose name is
// nearly the same.
func TestSiblings(t *testing.T) {
	progress := table(t, reporting.Progress, march, "B=站前路口袋公园 D=1000 F=0", "B=长虹路口袋公园 D=1000 F=0", "B=滨江大道改造提升工程 D=1000 F=0", "B=滨江大道改造提升工程配套 D=1000 F=300")
	list := table(t, reporting.Lagging, march, "B=长虹路口袋公园", "B=滨江大道改造提升工程 N=征迁", "B=城区口袋公园 N=征迁")
	ledger := table(t, reporting.Issues, march, "B=站前路口袋公园 P=缺资金")
	ctx := Context{Terms: terms, Tables: []reporting.Table{progress, list, ledger}}
	wantFound(t, Check(list, ctx), "lagging-unlisted", "B7 not-in-progress", "5 reason-missing")
}

// TestCountOfCategory: a category's count is not made right by the table's.
func TestCountOfCategory(t *testing.T) {
	wantFound(t, Check(table(t, reporting.Progress, march, "一、续建项目（3个）: D=300", "B=甲 J=renewed D=100", "B=乙 J=renewed D=200", "二、新建项目（1个）: D=50", "B=丙 J=new D=50"), Context{Terms: terms}), "5 count-differs")
}

// TestExplained: what the remarks explain is not asked again; a reason for the
// plan is none for the sums.
func TestExplained(t *testing.T) {
	before := table(t, reporting.Progress, march.Add(-1), "B=甲路 D=500 F=50")
	ctx := Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
	for line, want := range map[string][]string{
		"B=甲路 D=500 E=10 F=30 R=经财政评审核减":   nil,
		"B=甲路 D=500 E=10 F=90 R=含补报1月":     nil,
		"B=甲路 D=500 E=10 F=90 R=年度计划已调整":   {"F5 step-mismatch"},
		"B=甲路 D=600 E=10 F=60 R=县政府同意追加投资": nil,
		"B=甲路 D=600 E=10 F=60 R=省重点":       {"D5 plan-changed"},
		"B=甲路 D=500 E=-5 F=45 R=审计核减":      nil,
	} {
		wantFound(t, Check(table(t, reporting.Progress, march, line), ctx), want...)
	}
}

// TestWrittenInYi: two digits of 亿元 leave 50万元 open on each amount.
func TestWrittenInYi(t *testing.T) {
	yi := func(p reporting.Period, line string) reporting.Table {
		tab := table(t, reporting.Progress, p, line)
		for _, l := range []string{"C", "D", "E", "F", "M", "Y"} {
			tab.Columns = append(tab.Columns, reporting.Column{Field: letters[l], Letter: l, Unit: "亿元"})
		}
		return tab
	}
	before := yi(march.Add(-1), "B=甲路 F=300")
	ctx := Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
	wantFound(t, Check(yi(march, "B=甲路 C=9000 D=1500 E=200 F=400 T=23.8 Y=100 M=600"), ctx))
	wantFound(t, Check(yi(march, "B=甲路 C=9000 D=1500 E=500 F=400 T=40 Y=100 M=900"), ctx),
		"E5 month-exceeds-ytd", "T5 percent-mismatch", "M5 all-done-mismatch", "F5 step-mismatch")
}
