package press

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// hostileQuarter is a quarter of a month full of strangers' texts, with votes
// and awards that are no better.
func hostileQuarter(kind string) bulletin.Quarterly {
	b := hostileMonth()
	var rows []reporting.Row
	in := bulletin.QuarterInput{Quarter: reporting.QuarterOf(march), Kind: kind, AsOf: b.AsOf, Number: "1", Base: b, Scoring: bulletin.DefaultScoring(),
		Submitters: []reporting.Submitter{county("濂溪区")}, Months: []bulletin.Month{bulletin.MonthOf(b)}}
	for i, s := range hostile {
		rows = append(rows, fields(i+6, reporting.FProjectName, s, reporting.FContent, s, reporting.FRespUnit, s, reporting.FLeader, s, reporting.FFundSource, s, reporting.FPlanStart, "2021-01"))
		in.Votes = append(in.Votes, reporting.Vote{Name: s, Counts: []int{1}})
		in.Awards = append(in.Awards, bulletin.Award{Unit: "濂溪区", Points: exactly("0.1"), Reason: s})
	}
	in.Tables = map[string]reporting.Table{"濂溪区": {Kind: reporting.Progress, Rows: rows}}
	return bulletin.ComputeQuarter(in)
}

// TestHostileQuarter: a stranger's text stays a text in every form, on one line.
func TestHostileQuarter(t *testing.T) {
	set := builtIn(t)
	for _, kind := range bulletin.QuarterKinds {
		q := hostileQuarter(kind)
		raw, err := QuarterWord(q, office, set)
		if err != nil {
			t.Fatal(err)
		}
		_, html, text, err := QuarterMail(q, office, set, "濂溪区")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(html, "<script>") || strings.Contains(html, "<b>") {
			t.Errorf("%s: the letter has a stranger's tags", kind)
		}
		for _, l := range append(strings.Split(text, "\n"), wordLines(t, part(t, raw, "word/document.xml"))...) {
			if strings.TrimSpace(l) == "二、总体情况" {
				t.Errorf("%s: a stranger's line became a heading", kind)
			}
		}
		book, err := QuarterWorkbook(q, office)
		if err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(book))
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range rows {
				for j := range r {
					if formula, err := f.GetCellFormula(sheet, cellName(j+1, i+1)); err != nil || formula != "" {
						t.Errorf("%s: %s!%s is a formula %q (%v)", kind, sheet, cellName(j+1, i+1), formula, err)
					}
				}
			}
		}
		_ = f.Close()
	}
}

// BenchmarkQuarter sets the ranking and the analysis of a quarter of 13
// counties with 500 projects each, beside the month's own forms.
func BenchmarkQuarter(b *testing.B) {
	month := large()
	in := quarterInput(bulletin.QuarterRanking)
	in.Base = month
	for i := range in.Months {
		m := bulletin.MonthOf(month)
		m.Period = march.Add(i - 2)
		in.Months[i] = m
	}
	set, err := templates.Load("")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, kind := range []string{bulletin.QuarterRanking, bulletin.QuarterAnalysis} {
			in.Kind = kind
			q := bulletin.ComputeQuarter(in)
			if _, err := QuarterWord(q, office, set); err != nil {
				b.Fatal(err)
			}
			if _, err := QuarterWorkbook(q, office); err != nil {
				b.Fatal(err)
			}
			if _, _, _, err := QuarterMail(q, office, set, "修水县"); err != nil {
				b.Fatal(err)
			}
		}
	}
}
