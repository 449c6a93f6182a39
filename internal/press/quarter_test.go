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

var quarterKinds = []string{bulletin.QuarterRanking, bulletin.QuarterAnalysis}

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
	for _, kind := range quarterKinds {
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
	for _, kind := range quarterKinds {
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
