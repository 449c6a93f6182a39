package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

var march = reporting.Period{Year: 2021, Month: 3}

// letters are the columns of the fields in the tests' tables.
var letters = map[string]reporting.Field{
	"B": reporting.FProjectName, "C": reporting.FTotalInvest, "D": reporting.FYearPlan, "E": reporting.FMonthDone,
	"F": reporting.FYTDDone, "G": reporting.FProgressText, "H": reporting.FCategory, "I": reporting.FParentName,
	"J": reporting.FNature, "K": reporting.FIsFinished, "L": reporting.FPlanStart, "M": reporting.FAllDone,
	"N": reporting.FReason, "P": reporting.FProblem, "Q": reporting.FStatus, "R": reporting.FRemark,
	"S": reporting.FProblemText, "T": reporting.FYTDPct, "U": reporting.FProjectCode,
}

// fields reads "B=甲路 D=100 K=yes" as the values and cells of a row.
func fields(t *testing.T, n int, line string) (map[reporting.Field]reporting.Value, map[reporting.Field]string) {
	t.Helper()
	values, cells := map[reporting.Field]reporting.Value{}, map[reporting.Field]string{}
	for _, w := range strings.Fields(line) {
		letter, text, ok := strings.Cut(w, "=")
		f, known := letters[letter]
		if !ok || !known {
			t.Fatalf("%q is no column", w)
		}
		cells[f] = letter + strconv.Itoa(n)
		switch f.Type() {
		case reporting.TypeMoney, reporting.TypePercent:
			values[f] = reporting.Number(decimal.RequireFromString(text))
		case reporting.TypeFlag:
			values[f] = reporting.Flag(text == "yes")
		default:
			values[f] = reporting.Text(text)
		}
	}
	return values, cells
}

// table makes a table whose lines are its rows from row 5 on; "合计: D=5" is a
// total, "(hidden) B=…" a hidden row.
func table(t *testing.T, k reporting.Kind, p reporting.Period, lines ...string) reporting.Table {
	t.Helper()
	out := reporting.Table{Path: []string{string(k) + ".xlsx"}, Sheet: "Sheet1", Kind: k, Period: p, Submitter: "修水县"}
	for i, line := range lines {
		n := i + 5
		if label, rest, ok := strings.Cut(line, ":"); ok {
			v, c := fields(t, n, rest)
			out.Totals = append(out.Totals, reporting.Total{Row: n, Label: label, Fields: v, Cells: c})
			continue
		}
		line, hidden := strings.CutPrefix(line, "(hidden)")
		v, c := fields(t, n, line)
		out.Rows = append(out.Rows, reporting.Row{Row: n, Fields: v, Cells: c, Hidden: hidden})
	}
	return out
}

// found lists the findings as "cell code".
func found(fs []reporting.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, strings.TrimSpace(f.Cell+" "+f.Code))
	}
	return out
}

func wantFound(t *testing.T, fs []reporting.Finding, want ...string) {
	t.Helper()
	if got := found(fs); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
		for _, f := range fs {
			t.Log(f.Cell, f.Message)
		}
	}
}

func TestTotals(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"on top, right", []string{"合计: D=500 F=30", "B=甲路 D=200 F=10", "B=乙路 D=300 F=20"}, nil},
		{"at the bottom, wrong", []string{"B=甲路 D=200 F=10", "B=乙路 D=300 F=20", "合 计: D=500 F=45"}, []string{"F7 total-differs"}},
		{"half a 万元 a row", []string{"合计: D=501", "B=甲路 D=200", "B=乙路 D=300"}, nil},
		{"more than half a 万元 a row", []string{"合计: D=501.01", "B=甲路 D=200", "B=乙路 D=300"}, []string{"D5 total-differs"}},
		{"parts are in the package", []string{"合计: D=500", "B=甲片区 D=500", "B=甲一 I=甲片区 D=200", "B=甲二 I=甲片区 D=300"}, nil},
		{"parts beside the package", []string{"合计: D=1000", "B=甲片区 D=500", "B=甲一 I=甲片区 D=200", "B=甲二 I=甲片区 D=300"}, []string{"D5 total-differs"}},
		{"the package's own figure is missing", []string{"合计: D=500", "B=甲片区", "B=甲一 I=甲片区 D=200", "B=甲二 I=甲片区 D=300"}, nil},
		{"the package has no row", []string{"合计: D=500", "B=甲一 I=甲片区 D=200", "B=甲二 I=甲片区 D=300"}, nil},
		{"subtotals below their rows", []string{"B=甲 H=道路 D=100", "B=乙 H=道路 D=200", "小计: D=300", "B=丙 H=供水 D=50", "小计: D=50", "合计: D=350"}, nil},
		{"subtotals above their rows", []string{"合计: D=350", "一、道路（2个）: D=300", "B=甲 H=道路 D=100", "B=乙 H=道路 D=200", "二、供水（1个）: D=50", "B=丙 H=供水 D=50"}, nil},
		{"a subtotal is wrong", []string{"合计: D=350", "一、道路（2个）: D=290", "B=甲 H=道路 D=100", "B=乙 H=道路 D=200", "二、供水（1个）: D=50", "B=丙 H=供水 D=50"}, []string{"D6 total-differs"}},
		{"subtotals by nature", []string{"续建项目小计: D=300", "新建项目小计: D=50", "B=甲 J=renewed D=100", "B=丙 J=new D=50", "B=乙 J=renewed D=200"}, nil},
		{"the county's own word", []string{"修水县合计: D=300", "B=甲 D=100", "B=丙 D=200"}, nil},
		{"the county's own word, wrong", []string{"B=甲 D=100", "B=丙 D=200", "修水县合计: D=310"}, []string{"D7 total-differs"}},
		{"two levels of subtotals", []string{"合计: D=350", "（一）道路小计: D=300", "B=甲 H=道路 D=100", "B=乙 H=道路 D=200", "（二）供水小计: D=50", "B=丙 H=供水 D=50"}, nil},
		{"the columns agree with different rows", []string{"合计: D=300 F=10", "B=甲 D=100 F=10", "B=乙 D=200 F=5"}, []string{"F5 total-differs"}},
		{"of these", []string{"合计: D=350", "其中省重点: D=100", "B=甲 D=100", "B=丙 D=250"}, nil},
		{"hidden rows count", []string{"合计: D=300", "B=甲 D=100", "(hidden)B=乙 D=200"}, nil},
		{"hidden rows left out", []string{"合计: D=100", "B=甲 D=100", "(hidden)B=乙 D=200"}, []string{"D5 total-differs"}},
		{"a mean of percentages", []string{"合计: D=300 F=110 T=55", "B=甲 D=100 F=100", "B=乙 D=200 F=10"}, []string{"T5 percent-mismatch"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantFound(t, Check(table(t, reporting.Progress, march, c.lines...), Context{Terms: terms}), c.want...)
		})
	}
}

// TestTotalsUnread: a column with a cell that reading could not read is not
// judged; one whose cell was merely doubted, and has its value, is.
func TestTotalsUnread(t *testing.T) {
	tab := table(t, reporting.Progress, march, "合计: D=900 F=900", "B=甲 D=100", "B=乙 D=200 F=10")
	at := func(cell string) Context {
		return Context{Terms: terms, Known: []reporting.Finding{{Path: tab.Path, Sheet: tab.Sheet, Cell: cell, Code: "not-a-number"}}}
	}
	wantFound(t, Check(tab, at("F6")), "D5 total-differs")
	wantFound(t, Check(tab, at("D6")), "D5 total-differs", "F5 total-differs")
	wantFound(t, Check(tab, at("6")), "D5 total-differs")
	wantFound(t, Check(tab, at("F")), "D5 total-differs", "F5 total-differs") // the unit was doubted
	column := at("F")
	column.Known[0].Severity = reporting.Error
	wantFound(t, Check(tab, column), "D5 total-differs")
	other := at("F6")
	other.Known[0].Sheet = "Sheet2"
	wantFound(t, Check(tab, other), "D5 total-differs", "F5 total-differs")
}

// TestTotalsInYi: in a column of 亿元 people write two decimals, 100万元.
func TestTotalsInYi(t *testing.T) {
	tab := table(t, reporting.Progress, march, "合计: C=30090", "B=甲 C=10000", "B=乙 C=20000")
	wantFound(t, Check(tab, Context{Terms: terms}), "C5 total-differs")
	tab.Columns = []reporting.Column{{Field: reporting.FTotalInvest, Letter: "C", Unit: "亿元"}}
	wantFound(t, Check(tab, Context{Terms: terms}))
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"right", []string{"全县合计（共2个）:", "B=甲", "B=乙"}, nil},
		{"wrong", []string{"全县合计（共3个）:", "B=甲", "B=乙"}, []string{"5 count-differs"}},
		{"by parts", []string{"合计（3个）:", "B=甲", "B=乙片区", "B=乙一 I=乙片区", "B=乙二 I=乙片区"}, nil},
		{"packaged", []string{"合计（2个）:", "B=甲", "B=乙片区", "B=乙一 I=乙片区", "B=乙二 I=乙片区"}, nil},
		{"a category, right", []string{"B=甲 H=一、道路（2个）", "B=乙 H=一、道路（2个）", "B=丙 H=二、供水(1个)"}, nil},
		{"a category, wrong", []string{"B=甲 H=一、道路（3个）", "B=乙 H=一、道路（3个）", "B=丙 H=二、供水(1个)"}, []string{"H5 count-differs"}},
		{"no number", []string{"合计:", "B=甲 H=道路", "B=乙 H=5号线"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantFound(t, Check(table(t, reporting.Progress, march, c.lines...), Context{Terms: terms}), c.want...)
		})
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"usual", []string{"B=甲 C=1200 D=50", "B=乙 C=500 D=300", "B=丙 C=80 D=80"}, nil},
		{"probably 亿元", []string{"B=甲 C=1.2", "B=乙 C=3", "B=丙 C=0.85"}, []string{"C unit-doubtful"}},
		{"two small ones tell nothing", []string{"B=甲 C=60", "B=乙 C=30"}, nil},
		{"probably 元", []string{"B=甲 C=12000000", "B=乙 C=500"}, []string{"C5 unit-doubtful"}},
		{"one row in 亿元", []string{"B=甲 C=1.2 D=5000", "B=乙 C=5000 D=300", "B=丙 C=8000 D=80"}, []string{"C5 unit-doubtful"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantFound(t, Check(table(t, reporting.Progress, march, c.lines...), Context{Terms: terms}), c.want...)
		})
	}
	inYi := table(t, reporting.Progress, march, "B=甲 C=12", "B=乙 C=30", "B=丙 C=8")
	inYi.Columns = []reporting.Column{{Field: reporting.FTotalInvest, Letter: "C", Unit: "亿元"}}
	wantFound(t, Check(inYi, Context{Terms: terms}))
}

// TestPrevious holds March against February.
func TestPrevious(t *testing.T) {
	for _, c := range []struct {
		name    string
		was, is []string
		want    []string
	}{
		{"runs on", []string{"B=甲路 D=500 E=30 F=50 G=清表", "B=乙路 D=300 E=5 F=10"},
			[]string{"B=甲路 D=500 E=40 F=90.9 G=路基", "B=乙路 D=300 E=0 F=10"}, nil},
		{"goes backwards", []string{"B=甲路 F=90"}, []string{"B=甲路 E=10 F=80"}, []string{"F5 goes-backwards"}},
		{"all done goes backwards", []string{"B=甲路 M=90"}, []string{"B=甲路 M=80"}, []string{"M5 goes-backwards"}},
		{"the step is another", []string{"B=甲路 F=50"}, []string{"B=甲路 E=10 F=90"}, []string{"F5 step-mismatch"}},
		{"the step within 0.5%", []string{"B=甲路 F=5000"}, []string{"B=甲路 E=1000 F=6005"}, nil},
		{"the plan changed", []string{"B=甲路 D=500"}, []string{"B=甲路 D=600"}, []string{"D5 plan-changed"}},
		{"the plan changed, and why", []string{"B=甲路 D=500"}, []string{"B=甲路 D=600 R=经县政府同意调整计划"}, nil},
		{"vanished", []string{"B=甲路 C=100", "B=乙路 C=200"}, []string{"B=甲路 C=100"}, []string{"projects-missing"}},
		{"vanished after it was finished", []string{"B=甲路 C=100", "B=乙路 C=200 K=yes"}, []string{"B=甲路 C=100"}, nil},
		{"renamed", []string{"B=甘棠湖路东延工程 C=800"}, []string{"B=甘棠湖路东延伸工程 C=800"}, []string{"B5 project-renamed"}},
		{"renamed, by its code", []string{"B=甘棠湖路东延工程 U=2103-01"}, []string{"B=环湖公路 U=2103-01"}, []string{"B5 project-renamed"}},
		{"the next phase is no renaming", []string{"B=污水处理厂一期 C=800"}, []string{"B=污水处理厂二期 C=800"}, []string{"projects-missing"}},
		{"brackets and spaces are no renaming", []string{"B=甲路(东段) C=800"}, []string{"B=甲路（东段） C=800"}, nil},
		{"the text is last month's", []string{"B=甲路 G=路基填筑完成70%"}, []string{"B=甲路 E=30 G=路基填筑完成70%。"}, []string{"G5 progress-unchanged"}},
		{"the text is last month's, and nothing was done", []string{"B=甲路 G=前期"}, []string{"B=甲路 E=0 G=前期"}, nil},
		{"last month's table", []string{"B=甲路 E=1 F=3 G=桩基", "B=乙路 E=2 F=4", "B=丙路 E=0 F=5"},
			[]string{"B=甲路 E=1 F=3 G=桩基", "B=乙路 E=2 F=4", "B=丙路 E=0 F=5"}, []string{"E last-month-again"}},
		{"last month's figures of the month", []string{"B=甲路 E=1 F=3", "B=乙路 E=2 F=4", "B=丙路 E=0 F=5"},
			[]string{"B=甲路 E=1 F=4", "B=乙路 E=2 F=6", "B=丙路 E=0 F=5"}, []string{"E last-month-again"}},
		{"nothing anywhere", []string{"B=甲路 F=3", "B=乙路 F=4", "B=丙路 F=5"},
			[]string{"B=甲路 E=0 F=3", "B=乙路 E=0 F=4", "B=丙路 E=0 F=5"}, []string{"E month-all-zero"}},
		{"the unit changed", []string{"B=甲路 C=12000 M=900"}, []string{"B=甲路 C=1.2 M=0.09"}, []string{"C5 unit-jumped"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := table(t, reporting.Progress, march.Add(-1), c.was...)
			ctx := Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
			wantFound(t, Check(table(t, reporting.Progress, march, c.is...), ctx), c.want...)
		})
	}
}

// TestNilProgress: who had projects last month has them still.
func TestNilProgress(t *testing.T) {
	before := table(t, reporting.Progress, march.Add(-1), "B=甲路")
	none := table(t, reporting.Progress, march)
	none.Nil = true
	wantFound(t, Check(none, Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}), "nil-doubtful")
	wantFound(t, Check(none, Context{Terms: terms}))
}

// TestHostile: a table that is all totals, parts and likenesses is reviewed
// in bounded work.
func TestHostile(t *testing.T) {
	big := table(t, reporting.Progress, march)
	list := table(t, reporting.Lagging, march)
	before := table(t, reporting.Progress, march.Add(-1))
	for i := range 6000 {
		v, c := fields(t, i, fmt.Sprintf("B=%s%d I=同一个片区 D=1000 E=1 F=1 H=类%d", strings.Repeat("名", 40), i, i))
		big.Rows = append(big.Rows, reporting.Row{Row: 2 * i, Fields: v, Cells: c})
		big.Totals = append(big.Totals, reporting.Total{Row: 2*i + 1, Label: fmt.Sprintf("类%d小计（9个）", i), Fields: v, Cells: c})
		v, c = fields(t, i, fmt.Sprintf("B=%s%s N=x", strings.Repeat("名", 30+i%10), strings.Repeat("字", i%15)))
		list.Rows = append(list.Rows, reporting.Row{Row: i, Fields: v, Cells: c})
		v, c = fields(t, i, fmt.Sprintf("B=别%d", i))
		before.Rows = append(before.Rows, reporting.Row{Row: i, Fields: v, Cells: c})
	}
	ctx := Context{Terms: terms, Tables: []reporting.Table{big, list}, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
	if n := len(Check(big, ctx)) + len(Check(list, ctx)); n > 500 {
		t.Errorf("%d findings", n)
	}
}

// TestPreviousYear: the year's figures begin anew in January, what was done
// since the start does not; and a table of two months ago says nothing.
func TestPreviousYear(t *testing.T) {
	january := reporting.Period{Year: 2021, Month: 1}
	before := table(t, reporting.Progress, january.Add(-1), "B=甲路 D=900 F=880 M=880")
	ctx := Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}}
	wantFound(t, Check(table(t, reporting.Progress, january, "B=甲路 D=500 E=20 F=20 M=900"), ctx))
	wantFound(t, Check(table(t, reporting.Progress, january, "B=甲路 D=500 E=20 F=20 M=20"), ctx), "M5 goes-backwards")
	wantFound(t, Check(table(t, reporting.Progress, january.Add(1), "B=甲路 D=500 E=20 F=20 M=20"), ctx))
}

// TestGrouped: what is said of many rows is said once, with their number.
func TestGrouped(t *testing.T) {
	var was, is []string
	for i := range 30 {
		was = append(was, fmt.Sprintf("B=%d号路 F=%d", i, 100+i))
		is = append(is, fmt.Sprintf("B=%d号路 E=1 F=%d", i, 50+i))
	}
	before := table(t, reporting.Progress, march.Add(-1), was...)
	got := Check(table(t, reporting.Progress, march, is...), Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Progress: &before}})
	wantFound(t, got, "F goes-backwards")
	if !strings.Contains(got[0].Message, "30处") || !strings.Contains(got[0].Message, "F5、F6、F7、F8、F9") {
		t.Error(got[0].Message)
	}
}

// TestBounded: a column that is wrong all down does not bury the rest.
func TestBounded(t *testing.T) {
	var lines []string
	for i := range 500 {
		lines = append(lines, fmt.Sprintf("B=%d号路 E=9 F=5", i))
	}
	lines[499] += " C=-3"
	got := Check(table(t, reporting.Progress, march, lines...), Context{Terms: terms})
	if len(got) != maxAlike+1 || got[len(got)-1].Code != "negative" {
		t.Fatalf("%d findings, the last %v", len(got), got[len(got)-1])
	}
	if last := got[maxAlike-1]; last.Cell != "" || !strings.Contains(last.Message, "461处") {
		t.Error(last)
	}
}

// TestBetween holds the three tables of one month against each other.
func TestBetween(t *testing.T) {
	progress := []string{ // the pace of March is 25%
		"B=甲路 D=1000 F=300", "B=乙路 D=1000 F=160", "B=丙路 D=1000 F=140",
		"B=丁路 D=1000 F=0 J=prep", "B=戊路 D=1000 F=0 L=2021-06", "B=己路 D=1000 F=0 K=yes", "B=庚路 D=1000", "B=辛路 F=0",
	}
	for _, c := range []struct {
		name            string
		progress        []string
		lagging, issues []string
		want            []string // on the list and the ledger
	}{
		{"listed", progress, []string{"B=丙路 N=征迁"}, []string{"B=甲路 P=缺资金"}, nil},
		{"behind and not listed", progress, []string{"B=乙路 N=征迁"}, nil, []string{"lagging-unlisted"}},
		{"nil and behind", progress, []string{}, nil, []string{"nil-doubtful"}},
		{"nil and none behind", []string{"B=甲路 D=1000 F=300"}, []string{}, []string{}, nil},
		{"not in the progress table", progress, []string{"B=丙路 N=征迁", "B=环城北路 N=资金"}, nil, []string{"B6 not-in-progress"}},
		{"nearly the name", []string{"B=甘棠湖路东延工程 D=1000 F=0"}, []string{"B=甘棠湖路东延 N=征迁"}, nil, nil},
		{"no reason and no issue", progress, []string{"B=丙路"}, []string{"B=甲路 P=缺资金"}, []string{"5 reason-missing"}},
		{"no reason, but an issue", progress, []string{"B=丙路"}, []string{"B=丙路 P=缺资金"}, nil},
		{"an issue of an unknown project", progress, nil, []string{"B=西海大道 P=缺资金", "P=砂石供应紧张"}, []string{"B5 issue-project-unknown"}},
		{"nil and problems in the progress table", []string{"B=甲路 D=1000 F=300 S=征迁未完成", "B=乙路 S=无。"}, nil, []string{}, []string{"nil-doubtful"}},
		{"nil and no problems", []string{"B=甲路 D=1000 F=300 S=暂无"}, nil, []string{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := Context{Terms: terms, Tables: []reporting.Table{table(t, reporting.Progress, march, c.progress...)}}
			for k, lines := range map[reporting.Kind][]string{reporting.Lagging: c.lagging, reporting.Issues: c.issues} {
				if lines != nil {
					x := table(t, k, march, lines...)
					x.Nil = len(lines) == 0
					ctx.Tables = append(ctx.Tables, x)
				}
			}
			var got []reporting.Finding
			for _, x := range ctx.Tables {
				if x.Kind != reporting.Progress {
					got = append(got, Check(x, ctx)...)
				}
			}
			wantFound(t, got, c.want...)
		})
	}
}

// TestBetweenOthers: another submitter's or another month's table is no table
// of this one's.
func TestBetweenOthers(t *testing.T) {
	nobody := table(t, reporting.Lagging, march)
	nobody.Nil = true
	behind := table(t, reporting.Progress, march, "B=丙路 D=1000 F=0")
	wantFound(t, Check(nobody, Context{Terms: terms, Tables: []reporting.Table{behind}}), "nil-doubtful")
	earlier := behind
	earlier.Period = march.Add(-1)
	foreign := behind
	foreign.Submitter = "永修县"
	wantFound(t, Check(nobody, Context{Terms: terms, Tables: []reporting.Table{earlier, foreign, nobody}}))
}

func TestIssuesGone(t *testing.T) {
	before := table(t, reporting.Issues, march.Add(-1), "B=甲路 P=缺资金 Q=open", "B=乙路 P=征迁受阻 Q=partial", "B=丙路 P=管线未迁 Q=closed")
	ctx := Context{Terms: terms, Previous: map[reporting.Kind]*reporting.Table{reporting.Issues: &before}}
	wantFound(t, Check(table(t, reporting.Issues, march, "B=甲路 P=资金缺口 Q=open"), ctx), "issues-missing")
	wantFound(t, Check(table(t, reporting.Issues, march, "B=甲路 P=缺资金 Q=open", "B=乙路 P=征迁受阻 Q=done"), ctx))
}
