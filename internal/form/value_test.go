package form

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// march is the context that most cases share.
var march = valueContext{Unit: "万元", Period: reporting.Period{Year: 2021, Month: 3}}

// valueCase is one cell and what is to come of it: want is the value as JSON
// ("" for none), code and severity those of the doubt ("" for none).
type valueCase struct {
	field    reporting.Field
	cell     sheet.Cell
	vc       valueContext
	want     string
	code     string
	severity reporting.Severity
}

func text(s string) sheet.Cell { return sheet.Cell{Kind: sheet.Text, Text: s} }

func num(f float64, format string) sheet.Cell {
	d := decimal.NewFromFloat(f)
	return sheet.Cell{Kind: sheet.Number, Number: f, Text: d.String(), Format: format}
}

func (c valueCase) run(t *testing.T) {
	t.Helper()
	v, ok, d := readValue(c.field, c.cell, c.vc)
	got := ""
	if ok {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got = string(raw)
	}
	code, severity := "", reporting.Severity("")
	if d != nil {
		code, severity = d.Code, d.Severity
		checkMessage(t, c.cell, *d)
	}
	if got != c.want || code != c.code || severity != c.severity {
		t.Errorf("%s %s %q format %q: got %s %s %s, want %s %s %s", c.field, kindName(c.cell), c.cell.Text, c.cell.Format, got, code, severity, c.want, c.code, c.severity)
		if d != nil {
			t.Log(d.Message)
		}
	}
	if ok && d != nil && d.Severity == reporting.Error || !ok && d != nil && d.Severity == reporting.Warning {
		t.Errorf("%q: severity %s does not tell whether the value is used (%v)", c.cell.Text, d.Severity, ok)
	}
}

func kindName(c sheet.Cell) string {
	return [...]string{"empty", "text", "number", "bool", "fault"}[c.Kind]
}

// checkMessage wants a Chinese sentence that quotes and ends.
func checkMessage(t *testing.T, c sheet.Cell, d doubt) {
	t.Helper()
	switch {
	case !strings.HasPrefix(d.Message, "“"), !strings.HasSuffix(d.Message, "。"), strings.Contains(d.Message, "%!"):
		t.Errorf("%q: message is no sentence that quotes: %s", c.Text, d.Message)
	case c.Kind == sheet.Text && !strings.Contains(d.Message, clip(c.Text)) && !strings.Contains(d.Message, strings.Trim(clip(squash(c.Text)), "。.")):
		t.Errorf("message does not quote %q: %s", c.Text, d.Message)
	}
}

const (
	e = reporting.Error
	w = reporting.Warning
	n = reporting.Notice
)

func TestPlaceholders(t *testing.T) {
	for _, s := range []string{"—", "——", "-", "－", "/", "／", "//", "\\", "无", "无。", " 无 ", "暂无", "待定", "（待定）", "/元", "/万元", "—%", "…", "", "　", "N/A", "n/a", "_x000D_", "***", "（无）", "-", "·"} {
		if !isPlaceholder(s) {
			t.Errorf("%q should be a placeholder", s)
		}
		for _, f := range []reporting.Field{reporting.FTotalInvest, reporting.FYTDPct, reporting.FPlanStart, reporting.FIsStarted, reporting.FNature, reporting.FStatus, reporting.FRemark} {
			if v, ok, d := readValue(f, text(s), march); ok || d != nil {
				t.Errorf("%s %q: got %v %v %v, want nothing", f, s, v, ok, d)
			}
		}
	}
	for _, s := range []string{"0", "无锡路", "3000", "×", "√", "-3", "/3", "否", "元", "未开工", "无问题", "1/2"} {
		if isPlaceholder(s) {
			t.Errorf("%q should be no placeholder", s)
		}
	}
}

func TestCellsWithoutValue(t *testing.T) {
	for _, f := range []reporting.Field{reporting.FTotalInvest, reporting.FYTDPct, reporting.FPlanStart, reporting.FIsStarted, reporting.FNature, reporting.FStatus, reporting.FRemark} {
		valueCase{f, sheet.Cell{}, march, "", "", ""}.run(t)
		valueCase{f, sheet.Cell{Formula: true}, march, "", "no-cached-value", e}.run(t)
		for _, s := range []string{"#REF!", "#DIV/0!", "#VALUE!", "#N/A", "#NAME?"} {
			valueCase{f, sheet.Cell{Kind: sheet.Fault, Text: s}, march, "", "excel-error", e}.run(t)
		}
	}
	_, _, d := readValue(reporting.FTotalInvest, sheet.Cell{Formula: true}, march)
	if !strings.Contains(d.Message, "保存") {
		t.Errorf("a formula without a value should say how to mend it: %s", d.Message)
	}
}

// Every section that the rules ask for is there and holds words.
func TestWords(t *testing.T) {
	sections := []string{"placeholder", "placeholder-amount", "placeholder-flag", "currency", "approx-before", "approx-after", "annotation", "amended", "complete", "percent-before", "money-before", "money-after", "negative",
		"year 0", "year -1", "year 1", "year 2", "month 0", "month 1", "date-before", "date-planned", "date-after", "date-state", "tick", "cross", "yes", "no", "number-word", "digit 0", "digit 9"}
	for _, s := range unitSections {
		sections = append(sections, "unit "+s)
	}
	for _, s := range natures {
		sections = append(sections, "nature "+s)
	}
	for _, s := range statuses {
		sections = append(sections, "status "+s)
	}
	for _, f := range []reporting.Field{reporting.FIsStarted, reporting.FIsFinished, reporting.FInStats} {
		sections = append(sections, string(f)+" yes", string(f)+" no")
	}
	for _, s := range sections {
		if len(wordsFor(s).words) == 0 {
			t.Errorf("section %q has no words", s)
		}
	}
	if simplified['萬'] != '万' {
		t.Error("traditional characters are not read")
	}
	seen := map[string]string{}
	for _, kind := range []string{"nature ", "status ", "is_started ", "is_finished ", "in_stats "} {
		for section, l := range valueWords {
			if !strings.HasPrefix(section, kind) {
				continue
			}
			for _, word := range l.words {
				if at, twice := seen[kind+word]; twice && at != section {
					t.Errorf("%q stands in %q and %q", word, at, section)
				}
				seen[kind+word] = section
			}
		}
	}
}
