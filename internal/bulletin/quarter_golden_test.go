package bulletin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// goldenQuarter is testdata/quarter.json, which testdata/reckonquarter made up.
type goldenQuarter struct {
	Pace, Target string
	Units        []struct {
		Name, Group string
		Sent        [3]string
		Again       [3]bool
		Before      int
		Awards      []string
		Projects    []struct {
			Name, Nature, Total, Plan        string
			Month, YTD                       [3]string
			Started, Stats, Finish, Finished string
		}
	}
	Votes map[string][]int
}

// TestGoldenQuarter holds a quarter against figures that another program
// reckoned, in exact fractions and without a line of this one.
func TestGoldenQuarter(t *testing.T) {
	raw, err := os.ReadFile("testdata/quarter.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldenQuarter
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	holdAgainst(t, "testdata/quarter.want", toldQuarter(g, ComputeQuarter(quarterInput(t, g))))
}

// quarterInput computes the three months as the office would, and the quarter
// of them.
func quarterInput(t *testing.T, g goldenQuarter) QuarterInput {
	t.Helper()
	q := reporting.Quarter{Year: 2021, N: 1}
	out := QuarterInput{Quarter: q, Kind: QuarterRanking, Number: "1", Scoring: DefaultScoring(), Tables: map[string]reporting.Table{}, Previous: &Quarterly{Quarter: q.Add(-1)}}
	for name, counts := range g.Votes {
		out.Votes = append(out.Votes, reporting.Vote{Name: name, Counts: counts})
	}
	for m, p := range q.Months() {
		in := month()
		in.Period, in.Terms.Target = p, decimal.RequireFromString(g.Target)
		for _, u := range g.Units {
			sub := reporting.Submitter{Name: u.Name, Group: reporting.Group(u.Group), Tables: []reporting.Kind{reporting.Progress}}
			in.Submitters = append(in.Submitters, sub)
			st := reporting.Standing{State: reporting.State(u.Sent[m]), Version: 1}
			if u.Again[m] {
				st.Version = 2
			}
			in.Standings[u.Name] = map[reporting.Kind]reporting.Standing{reporting.Progress: st}
			in.Versions[u.Name] = map[reporting.Kind]*reporting.Version{}
			if u.Sent[m] == "missing" {
				continue
			}
			var rows []string
			for _, p := range u.Projects {
				row := p.Name
				for _, x := range [][2]string{{"nature", p.Nature}, {"total", p.Total}, {"plan", p.Plan}, {"month", p.Month[m]}, {"ytd", p.YTD[m]}, {"started", p.Started},
					{"stats", p.Stats}, {"finish", p.Finish}, {"finished", p.Finished}} {
					if x[1] != "" {
						row += " " + x[0] + "=" + x[1]
					}
				}
				rows = append(rows, row)
			}
			in.Versions[u.Name][reporting.Progress] = version(t, reporting.Progress, rows...)
		}
		out.Base, out.Submitters = Compute(in), in.Submitters
		out.Months = append(out.Months, MonthOf(out.Base))
	}
	for _, u := range g.Units {
		out.Previous.Units = append(out.Previous.Units, Score{Name: u.Name, Group: reporting.Group(u.Group), Rank: u.Before})
		for _, a := range u.Awards {
			out.Awards = append(out.Awards, Award{Unit: u.Name, Points: Number{decimal.RequireFromString(a)}, Reason: "事由"})
		}
	}
	return out
}

// toldQuarter spells a quarter as testdata/quarter.want does.
func toldQuarter(g goldenQuarter, q Quarterly) string {
	fixed := func(n *Number, places int32) string {
		if n == nil {
			return "-"
		}
		return n.StringFixed(places)
	}
	var out strings.Builder
	for _, u := range g.Units {
		i := slices.IndexFunc(q.Units, func(s Score) bool { return s.Name == u.Name })
		if i < 0 {
			continue // a central unit
		}
		s := q.Units[i]
		fmt.Fprintf(&out, "%s rank %d before %d ", s.Name, s.Rank, s.PreviousRank)
		if s.Rank == 0 {
			fmt.Fprintf(&out, "unranked late %d missing %d again %d\n", s.Late, s.Missing, s.Returned)
			continue
		}
		var items []string
		for _, it := range s.Items {
			word := "none"
			if it.Untold {
				word = "untold"
			} else if it.Points != nil {
				word = it.Points.StringFixed(2)
			}
			items = append(items, word)
		}
		of := s.Sum
		if s.Scaled != nil {
			of = s.Scaled
		}
		fmt.Fprintf(&out, "pct %s items %s sum %s of %s excess %s bonus %s taken %s total %s quarter %s late %d missing %d again %d\n", fixed(s.YTDPct, 2), strings.Join(items, " "),
			fixed(s.Sum, 2), fixed(of, 2), fixed(s.Excess, 2), fixed(s.Bonus, 2), fixed(s.Taken, 2), fixed(s.Total, 2), fixed(s.QuarterDone, 4), s.Late, s.Missing, s.Returned)
	}
	c, a, f := q.City, q.Analysis, q.Analysis.Forecast
	fmt.Fprintf(&out, "city plan %s done %s pct %s quarter %s\n", c.YearPlan.StringFixed(4), c.YTDDone.StringFixed(4), fixed(c.YTDPct, 2), fixed(c.QuarterDone, 4))
	fmt.Fprintf(&out, "red %d yellow %d short %s\n", a.Red, a.Yellow, a.Shortfall.StringFixed(4))
	fmt.Fprintf(&out, "forecast %s from %s to %s of plan %s %s %s of target %s need %s\n", f.Done.StringFixed(4), f.Low.StringFixed(4), f.High.StringFixed(4),
		fixed(f.PlanPct, 2), fixed(f.PlanLow, 2), fixed(f.PlanHigh, 2), fixed(f.TargetPct, 2), fixed(f.Need, 4))
	var sizes []string
	for _, s := range a.Sizes {
		sizes = append(sizes, fmt.Sprint(s.Projects))
	}
	fmt.Fprintf(&out, "sizes %s\n", strings.Join(sizes, " "))
	entries := slices.Clone(q.Visits.Entries)
	slices.SortFunc(entries, func(x, y Visit) int { return strings.Compare(x.Name, y.Name) })
	for _, e := range entries {
		fmt.Fprintf(&out, "vote %s %s rank %d\n", e.Name, e.Points.StringFixed(2), e.Rank)
	}
	return out.String()
}

// TestReckonedQuarter: the golden files are what testdata/reckonquarter writes.
func TestReckonedQuarter(t *testing.T) {
	source, err := filepath.Abs("testdata/reckonquarter/main.go")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "go", "run", source)
	c.Dir = t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"quarter.json", "quarter.want"} {
		want, err := os.ReadFile(filepath.Join(c.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join("testdata", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what reckonquarter writes (%v)", name, err)
		}
	}
}
