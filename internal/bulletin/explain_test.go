package bulletin

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// TestExplainAgrees: what every figure of every unit is explained by comes to
// the figure: amounts are the sum of their terms, counts the number of
// projects, issues and rows that are named.
func TestExplainAgrees(t *testing.T) {
	raw, err := os.ReadFile("testdata/month.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	in := inputOf(t, g)
	in.Thresholds = Thresholds{Number{decimal.NewFromInt(2)}, Number{decimal.NewFromInt(6)}}
	for i, s := range in.Submitters {
		ledger := version(t, reporting.Issues, "甲路 problem=征地 status=open deadline=2021-03-01", "乙路 problem=资金 status=done", "丙路 problem=用地 status=open raised=2021-03")
		last := version(t, reporting.Issues, "甲路 problem=征地 status=open", "丁路 problem=管线 status=open")
		if i%2 == 0 {
			in.Versions[s.Name][reporting.Issues] = ledger
			in.PreviousIssues[s.Name] = last
		}
	}
	b := Compute(in)
	asked := map[string]int{}
	for _, u := range b.Units {
		for _, f := range FiguresFor(false) {
			value, ok := b.Printed(u.Name, f.Key)
			if !ok {
				t.Fatalf("%s.%s is not there", u.Name, f.Key)
			}
			v := in.Versions[u.Name][f.Kind]
			if f.Key == "issues_gone" {
				v = in.PreviousIssues[u.Name]
			}
			if value == "" || f.Kind == "" || v == nil || f.Key == "reported" {
				continue
			}
			terms := b.Explain(u.Name, f.Key, v.Table)
			sum, things := decimal.Zero, map[string]bool{}
			for _, x := range terms {
				if x.Row < 0 {
					t.Errorf("%s.%s: %s is in no row", u.Name, f.Key, x.Project)
				}
				if len(f.fields) == 1 && f.Unity == "万元" {
					sum = sum.Add(decimal.RequireFromString(x.Value))
				}
				things[strconv.Itoa(x.Row)] = true
			}
			switch {
			case len(f.fields) == 1 && f.Unity == "万元":
				if sum.String() != value {
					t.Errorf("%s.%s is %s, its terms come to %s", u.Name, f.Key, value, sum)
				}
				asked[f.Key] += len(terms)
			case f.Unity == "个":
				if n := strconv.Itoa(len(things)); n != value && !partly(terms) {
					t.Errorf("%s.%s is %s, and %s are named: %+v", u.Name, f.Key, value, n, terms)
				}
				asked[f.Key] += len(terms)
			}
		}
	}
	for _, key := range []string{"total_invest", "ytd_done", "projects", "parts", "unplanned", "started", "in_stats", "new_planned", "new_started", "stats_due", "stats_done",
		"red", "yellow", "lagging", "issues_total", "issues_new", "issues_open", "issues_overdue", "issues_gone"} {
		if asked[key] == 0 {
			t.Errorf("nothing was explained of %s", key)
		}
	}
}

// partly: a package that is counted by what its parts say has more rows than one.
func partly(terms []Term) bool {
	for _, x := range terms {
		if x.Part {
			return true
		}
	}
	return false
}

// TestExplainFields: every figure is asked of fields that its table has.
func TestExplainFields(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range explained {
		if seen[f.Key] || f.Title == "" || f.Formula == "" {
			t.Errorf("figure %+v is there twice, or has no words", f.Key)
		}
		seen[f.Key] = true
		for _, x := range f.fields {
			if x.Title() == "" || x.Title() == string(x) {
				t.Errorf("%s is made of %s, which has no title", f.Key, x)
			}
		}
	}
}
