package press

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// TestWorkbookLayout: names, panes, print titles, paper and formats.
func TestWorkbookLayout(t *testing.T) {
	f := forms(t, city()).book
	sheets := f.GetSheetList()
	if sheets[0] != contents || sheets[1] != "排名表" || !strings.Contains(strings.Join(sheets, " "), "修水县 ") {
		t.Errorf("sheets %q", sheets)
	}
	titles := map[string]string{}
	for _, n := range f.GetDefinedName() {
		titles[n.Scope] = n.Name + " " + n.RefersTo
	}
	for sheet, want := range map[string]string{"排名表": "$1:$4", "修水县": "$1:$3", "滞后清单": "$1:$3", "问题台账": "$1:$3", "报送情况": "$1:$3"} {
		if got := titles[sheet]; got != "_xlnm.Print_Titles '"+sheet+"'!"+want {
			t.Errorf("%s repeats %q", sheet, got)
		}
		panes, err := f.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.XSplit < 1 || panes.YSplit < 3 {
			t.Errorf("%s: panes %+v (%v)", sheet, panes, err)
		}
		layout, err := f.GetPageLayout(sheet)
		if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || layout.FitToHeight == nil || *layout.FitToHeight != 0 {
			t.Errorf("%s: layout %+v (%v)", sheet, layout, err)
		}
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		wide := 0
		for _, r := range rows {
			wide = max(wide, len(r))
		}
		if got, err := f.GetSheetDimension(sheet); err != nil || got != "A1:"+cellName(wide, len(rows)) {
			t.Errorf("%s has the dimension %s (%v), and %d columns and %d rows", sheet, got, err, wide, len(rows))
		}
		props, err := f.GetSheetProps(sheet)
		if err != nil || props.FitToPage == nil || !*props.FitToPage {
			t.Errorf("%s is not fitted to the page (%v)", sheet, err)
		}
	}
	rows, err := f.GetRows("修水县", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if head := strings.Join(rows[2], " "); !strings.Contains(head, "项目名称") || strings.Contains(head, "责任领导") {
		t.Errorf("the header is %s", head)
	}
	if s := fmt.Sprint(rows[0]); !strings.Contains(s, "修水县2021年3月份城建项目进度表") {
		t.Errorf("the title is %s", s)
	}
	if links := f.GetSheetList(); len(links) < 20 {
		t.Errorf("%d sheets", len(links))
	}
	if ok, target, err := f.GetCellHyperLink(contents, "B4"); err != nil || !ok || target != "'排名表'!A1" {
		t.Errorf("the contents lead to %q (%v)", target, err)
	}
}

// TestCharts: the workbook's two charts are drawn from the sheets' own cells,
// and a month without a bulletin is a gap.
func TestCharts(t *testing.T) {
	b := city()
	raw, err := Workbook(b, office)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"xl/charts/chart1.xml": {"<barChart>", "<lineChart>", "'完成率图'!$B$2:$B$13", "'完成率图'!$C$2:$C$13", "投资完成率与序时进度"},
		"xl/charts/chart2.xml": {"<lineChart>", "'年度曲线图'!$B$2:$B$13", `<dispBlanksAs val="gap"`, "累计完成投资与年度计划"},
	} {
		chart := strings.NewReplacer("<c:", "<", "&#39;", "'").Replace(part(t, raw, name))
		for _, w := range want {
			if !strings.Contains(chart, w) {
				t.Errorf("%s has no %s", name, w)
			}
		}
	}
	f := forms(t, b).book
	for cell, want := range map[string]string{"B2": "", "B4": yi.show(b.City.YTDDone), "C13": yi.show(b.City.YearPlan), "C4": "19.67"} {
		if got, err := f.GetCellValue("年度曲线图", cell); err != nil || got != want {
			t.Errorf("年度曲线图!%s = %q (%v), want %q", cell, got, err, want)
		}
	}
}

// TestSheetNames: valid and unique, whatever the units are called.
func TestSheetNames(t *testing.T) {
	names := []string{"濂溪区", "排名表", "目录", "滞后清单", "a/b:c*d?e[f]\\", "'甲'", strings.Repeat("长", 40), strings.Repeat("长", 40) + "二", "History", "ABC县", "abc县", "\U00020BB7县", " "}
	var units []reporting.Submitter
	for _, n := range names {
		units = append(units, county(n))
	}
	f := forms(t, bulletin.Compute(newMonth(march, units...).in)).book
	seen := map[string]bool{}
	for _, s := range f.GetSheetList() {
		if seen[strings.ToLower(s)] || utf8.RuneCountInString(s) > 31 || strings.ContainsAny(s, `:\/?*[]'`) || strings.TrimSpace(s) == "" {
			t.Errorf("sheet name %q", s)
		}
		seen[strings.ToLower(s)] = true
	}
	if len(seen) < len(names)+6 {
		t.Errorf("%d sheets for %d units", len(seen), len(names))
	}
}

// TestManyUnits: 30 units have sheets of their own, a province's share one.
func TestManyUnits(t *testing.T) {
	for _, n := range []int{1, 30, 80} {
		var units []reporting.Submitter
		for i := range n {
			u := county(fmt.Sprintf("%d号县", i+1))
			u.Group = reporting.Groups[i%3]
			units = append(units, u)
		}
		m := newMonth(march, units...)
		for i, u := range units {
			m.sent(u.Name, reporting.Progress, reporting.OnTime, fields(6, reporting.FProjectName, "路", reporting.FYearPlan, 100, reporting.FYTDDone, i, reporting.FMonthDone, 1))
		}
		f := forms(t, bulletin.Compute(m.in)).book
		sheets := len(f.GetSheetList())
		if own := n <= maxUnitSheets; own && sheets < n+6 || !own && sheets > 10 {
			t.Errorf("%d units: %d sheets", n, sheets)
		}
	}
}
