package press

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// hostile is what strangers may write into a name.
var hostile = []string{
	`=HYPERLINK("http://example.com","点我")`, `+1+1`, `-2+3`, `@SUM(A1:A9)`, "=cmd|' /C calc'!A0", "\t=1+1", "甲\x00\x01\x0b乙\u202e丙\ufeff\ufffe",
	`<script>alert(1)</script>`, `{{.Office}}`, "一行\n二、总体情况\r\n三行", "&amp;<w:p/>", "_x0041_塅垱祎\U00020BB7", strings.Repeat("长", 40000), "]]>", `"'><b>`,
}

func hostileMonth() bulletin.Bulletin {
	m := newMonth(march, county("濂溪区"))
	var rows, issues, late []reporting.Row
	for i, s := range hostile {
		rows = append(rows, fields(i+6, reporting.FProjectName, s, reporting.FCategory, s, reporting.FProgressText, s, reporting.FRespUnit, s, reporting.FLeader, s,
			reporting.FYearPlan, 100, reporting.FYTDDone, 1, reporting.FIsStarted, false, reporting.FInStats, false, reporting.FPlanStart, "2021-01", reporting.FNature, "new"))
		issues = append(issues, fields(i+6, reporting.FProjectName, s, reporting.FProblem, s, reporting.FCoordUnit, s, reporting.FMeasure, s, reporting.FDeadline, s, reporting.FStatus, s))
		late = append(late, fields(i+6, reporting.FProjectName, s, reporting.FReason, s, reporting.FReasonType, s, reporting.FMeasure, s, reporting.FCatchUpAt, s))
	}
	m.sent("濂溪区", reporting.Progress, reporting.OnTime, rows...)
	m.sent("濂溪区", reporting.Issues, reporting.OnTime, issues...)
	m.sent("濂溪区", reporting.Lagging, reporting.OnTime, late...)
	return bulletin.Compute(m.in)
}

func TestHostileText(t *testing.T) {
	b := hostileMonth()
	p := forms(t, b)
	if strings.Contains(p.html, "<script>") || strings.Contains(p.html, "<b>") {
		t.Error("the letter has a stranger's tags")
	}
	for _, l := range append(strings.Split(p.text, "\n"), wordLines(t, p.word)...) {
		if l == "二、总体情况" {
			t.Error("a stranger's line became a heading")
		}
	}
	found := 0
	for _, sheet := range p.book.GetSheetList() {
		rows, err := p.book.Rows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for row := 1; rows.Next(); row++ {
			cells, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range cells {
				name := cellName(i+1, row)
				if f, err := p.book.GetCellFormula(sheet, name); err != nil || f != "" {
					t.Fatalf("%s!%s is a formula %q (%v)", sheet, name, f, err)
				}
				if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == '\u202e' || r == '\ufeff' || r == '\ufffe' }) {
					t.Errorf("%s!%s has a control character: %q", sheet, name, v)
				}
				if utf8.RuneCountInString(v) > maxText {
					t.Errorf("%s!%s has %d characters", sheet, name, utf8.RuneCountInString(v))
				}
				if v == hostile[0] || v == hostile[3] {
					found++
					if kind, err := p.book.GetCellType(sheet, name); err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
						t.Errorf("%s!%s is of type %v (%v)", sheet, name, kind, err)
					}
					style, err := p.book.GetCellStyle(sheet, name)
					if err != nil {
						t.Fatal(err)
					}
					st, err := p.book.GetStyle(style)
					if err != nil {
						t.Fatal(err)
					}
					if st.NumFmt != 49 && (st.CustomNumFmt == nil || *st.CustomNumFmt != "@") {
						t.Errorf("%s!%s is not formatted as text: editing makes it a formula", sheet, name)
					}
				}
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if found < 10 {
		t.Errorf("only %d of the hostile cells were found", found)
	}
}
