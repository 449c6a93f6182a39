package docx_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
	"tongbao/internal/docx"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// TestElementOrderOfPapers: what the office sends keeps ECMA-376's order, too:
// a month's bulletin and a quarter's products, in every layout.
func TestElementOrderOfPapers(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2021, 3, 30, 17, 0, 0, 0, time.FixedZone("CST", 8*3600))
	row := reporting.Row{Row: 6, Fields: map[reporting.Field]reporting.Value{reporting.FProjectName: reporting.Text("滨江路"), reporting.FPlanStart: reporting.Text("2021-03"),
		reporting.FYearPlan: reporting.Number(decimal.NewFromInt(5000)), reporting.FYTDDone: reporting.Number(decimal.NewFromInt(100)), reporting.FMonthDone: reporting.Number(decimal.NewFromInt(50))}}
	table := reporting.Table{Kind: reporting.Progress, Rows: []reporting.Row{row}}
	units := reporting.JiujiangCounties()
	b := bulletin.Compute(bulletin.Input{Period: reporting.Period{Year: 2021, Month: 3}, Terms: reporting.DefaultTerms(at.Location()), AsOf: at, Number: "1", Submitters: units,
		Versions: map[string]map[reporting.Kind]*reporting.Version{"修水县": {reporting.Progress: {Table: table}}}})
	for _, layout := range []press.Layout{press.Brief, press.Document, press.Formal} {
		o := press.Office{Name: "九江市“城建项目大会战”指挥部办公室", City: "九江市", Layout: layout, CopyTo: "市政府办公室"}
		papers := map[string][]byte{}
		if papers["month"], err = press.Word(b, o, set); err != nil {
			t.Fatal(err)
		}
		for _, kind := range bulletin.QuarterKinds {
			q := bulletin.ComputeQuarter(bulletin.QuarterInput{Quarter: reporting.Quarter{Year: 2021, N: 1}, Kind: kind, AsOf: at, Number: "1", Base: b, Submitters: units,
				Months: []bulletin.Month{bulletin.MonthOf(b)}, Tables: map[string]reporting.Table{"修水县": table}, Scoring: bulletin.DefaultScoring(),
				Votes: []reporting.Vote{{Name: "滨江路", Counts: []int{3, 1}}}})
			if papers[kind], err = press.QuarterWord(q, o, set); err != nil {
				t.Fatal(err)
			}
		}
		for name, raw := range papers {
			for part, text := range docx.Parts(t, raw) {
				if strings.HasSuffix(part, ".xml") || strings.HasSuffix(part, ".rels") {
					docx.CheckOrder(t, string(layout)+" "+name+" "+part, text)
				}
			}
		}
	}
}
