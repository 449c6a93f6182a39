package notice

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tongbao/internal/reporting"
)

var cst = time.FixedZone("CST", 8*3600)

func TestBefore(t *testing.T) {
	for _, c := range []struct{ at, want string }{
		{"2021-03-25 23:59", "3月25日前（含当日）"},
		{"2021-03-30 17:00", "3月30日17:00前"},
		{"2022-01-04 17:00", "2022年1月4日17:00前"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, cst)
		if err != nil {
			t.Fatal(err)
		}
		if got := before(at, sampleMonth); got != c.want {
			t.Errorf("before %s is %s, want %s", c.at, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct {
		in, want string
		most     int
	}{
		{"修水县\r\nBcc: x@example.com", "修水县 Bcc: x@example.com", 60},
		{"进度表\u202etxt.xls", "进度表txt.xls", 60},
		{" \t3月　报表\x00\x1b[31m ", "3月 报表[31m", 60},
		{"\xd0\xde修水", "修水", 60},
		{"一二三四五", "一二三…", 4},
		{"", "", 4},
		{strings.Repeat("长", 1<<20), strings.Repeat("长", 9) + "…", 10},
	} {
		if got := clean(c.in, c.most); got != c.want {
			t.Errorf("clean(%.20q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestReplySubject(t *testing.T) {
	for in, want := range map[string]string{
		"修水县3月城建报表":                 "Re: 修水县3月城建报表",
		"Re: 回复：RE：Fw: 3月报表":        "Re: 3月报表",
		"":                          "Re: 来信",
		"3月\r\nX-Evil: 1":           "Re: 3月 X-Evil: 1",
		strings.Repeat("很长的主题", 30): "Re: " + strings.Repeat("很长的主题", 7) + "…",
		"Report: 3月":                "Re: Report: 3月",
		"转发:回复: 修水县“城建项目大会战”3月报表（定稿）": "Re: 修水县“城建项目大会战”3月报表（定稿）",
	} {
		if got := reply(in, ""); got != want {
			t.Errorf("reply(%.30q) = %q, want %q", in, got, want)
		}
		if got := reply(in, "【退改】"); utf8.RuneCountInString(got) > goodLength || !strings.HasSuffix(got, "【退改】") {
			t.Errorf("reply(%.30q) with a tag = %q", in, got)
		}
	}
}

func TestThread(t *testing.T) {
	long := make([]string, 60)
	for i := range long {
		long[i] = strings.Repeat("x", i+1) + "@example.com"
	}
	for _, c := range []struct {
		name  string
		in    Origin
		reply string
		n     int
	}{
		{"brackets", Origin{MessageID: "<a@example.com>", References: []string{"<b@example.com>", "c@example.com"}}, "a@example.com", 3},
		{"no id", Origin{References: []string{"b@example.com"}}, "", 0},
		{"an id with a line break", Origin{MessageID: "a@example.com\r\nBcc: x"}, "", 0},
		{"a bad reference", Origin{MessageID: "a@x", References: []string{"好@x", "a b", "a@x"}}, "a@x", 1},
		{"a long thread", Origin{MessageID: "a@example.com", References: long}, "a@example.com", 21},
	} {
		reply, refs := thread(c.in)
		if reply != c.reply || len(refs) != c.n || c.n > 0 && refs[len(refs)-1] != reply {
			t.Errorf("%s: in reply to %q, references %q", c.name, reply, refs)
		}
	}
	if _, refs := thread(Origin{MessageID: "a@example.com", References: long}); refs[0] != long[0] || refs[19] != long[59] {
		t.Errorf("of a long thread the first and the last are to stay: %q", refs)
	}
}

func TestSections(t *testing.T) {
	path := []string{"a.eml", "a.zip", "进度表.xls"}
	var list []reporting.Finding
	add := func(n int, s reporting.Severity, sheet, cell, message string) {
		for range n {
			list = append(list, reporting.Finding{Path: path, Sheet: sheet, Cell: cell, Severity: s, Message: message})
		}
	}
	add(1, reporting.Notice, "Sheet1", "", "提示")
	add(1, reporting.Warning, "Sheet2", "H", "核对列")
	add(11, reporting.Error, "Sheet1", "H9", "不是数")
	add(1, reporting.Error, "Sheet1", "12", "整行")
	got := sections(list)
	if len(got) != 3 || got[0].Tone != "error" || got[1].Tone != "warning" || got[2].Tone != "notice" {
		t.Fatalf("sections %+v", got)
	}
	e := got[0]
	if e.Count != 12 || e.More != 0 || len(e.Places) != 1 || e.Places[0].Where != "《a.zip》中的《进度表.xls》工作表“Sheet1”" {
		t.Errorf("errors %+v", e)
	}
	if l := e.Places[0].Lines; len(l) != 2 || l[0].Cells != strings.TrimSuffix(strings.Repeat("H9、", 8), "、")+"等11处" || l[1].Cells != "第12行" {
		t.Errorf("lines %+v", l)
	}
	if l := got[1].Places[0].Lines[0]; l.Cells != "H列" {
		t.Errorf("a column is %q", l.Cells)
	}

	list = nil
	for i := range 500 {
		add(1, reporting.Warning, "Sheet1", "H9", strings.Repeat("警", i%50+1))
		add(1, reporting.Error, "Sheet1", "H9", strings.Repeat("错", i%40+1))
	}
	got = sections(list)
	lines := 0
	for _, s := range got {
		for _, p := range s.Places {
			lines += len(p.Lines)
		}
	}
	// Of 40 different errors 30 are listed; 500 findings are 40 sentences 12 or 13 times.
	if lines != maxFindings || got[0].Count != 500 || got[0].More != 10*12 || got[1].More != 500 {
		t.Errorf("%d lines; errors %d, %d more; warnings %d more", lines, got[0].Count, got[0].More, got[1].More)
	}
}

func TestWays(t *testing.T) {
	for code, word := range map[string]string{"password": "打开密码", "locked-workbook": "打开密码", "huge-attachment": "超大附件", "scan": "扫描件", "damaged-sheet": "损坏",
		"rar-locked": "打开密码", "no-period": "月份", "header-not-found": "表样"} {
		got := ways([]reporting.Finding{{Code: code, Severity: reporting.Error}, {Code: "passwordless", Severity: reporting.Warning}})
		if len(got) != 1 || !strings.Contains(got[0], word) {
			t.Errorf("the way out of %s is %q", code, got)
		}
	}
	if got := ways(nil); len(got) != 1 {
		t.Errorf("no finding, ways %q", got)
	}
}

func TestForShell(t *testing.T) {
	for in, want := range map[string]string{"修水县": "修水县", "": "单位名称", "x; rm -rf ~": "单位名称", "$(id)": "单位名称", "--help": "单位名称", "修水县`id`": "单位名称"} {
		if got := forShell(in); got != want {
			t.Errorf("forShell(%q) = %q", in, got)
		}
	}
}
