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

// golden is testdata/month.json, which testdata/reckon made up.
type golden struct {
	Pace, Target, LastMonth string
	Units                   []struct {
		Name, Group string
		Silent      bool
		Projects    []struct{ Name, Of, Nature, Total, Plan, Month, YTD, Started, Stats, Start string }
		Lagging     []string
		Before      int
	}
}

// TestGolden holds a city's month against figures that another program
// reckoned, in exact fractions and without a line of this one.
func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/month.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	holdAgainst(t, "testdata/month.want", told(g, Compute(inputOf(t, g))))
}

// holdAgainst compares what was reckoned here, line by line, with a file that
// another program reckoned.
func holdAgainst(t *testing.T, name, reckoned string) {
	t.Helper()
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(reckoned, "\n")
	for i, w := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != w {
			t.Errorf("line %d\n got %s\nwant %s", i+1, append(got, make([]string, i+1)...)[i], w)
		}
	}
}

func inputOf(t *testing.T, g golden) Input {
	t.Helper()
	in := month()
	in.Terms.Target = decimal.RequireFromString(g.Target)
	last := &Bulletin{Period: march.Add(-1)}
	last.City.MonthDone = Number{decimal.RequireFromString(g.LastMonth)}
	for _, u := range g.Units {
		group := reporting.Group(u.Group)
		in.Submitters = append(in.Submitters, reporting.Submitter{Name: u.Name, Group: group, Tables: reporting.Kinds})
		last.Units = append(last.Units, Unit{Name: u.Name, Group: group, Rank: u.Before})
		in.Versions[u.Name] = map[reporting.Kind]*reporting.Version{}
		var late []string
		for i, reason := range u.Lagging {
			late = append(late, fmt.Sprintf("%d号 reason=%s", i, reason))
		}
		in.Versions[u.Name][reporting.Lagging] = version(t, reporting.Lagging, late...)
		if u.Silent {
			continue
		}
		var rows []string
		for _, p := range u.Projects {
			row := p.Name
			for _, x := range [][2]string{{"of", p.Of}, {"nature", p.Nature}, {"total", p.Total}, {"plan", p.Plan}, {"month", p.Month}, {"ytd", p.YTD},
				{"started", p.Started}, {"stats", p.Stats}, {"start", p.Start}} {
				if x[1] != "" {
					row += " " + x[0] + "=" + x[1]
				}
			}
			rows = append(rows, row)
		}
		in.Versions[u.Name][reporting.Progress] = version(t, reporting.Progress, rows...)
	}
	in.Previous = last
	return in
}

// told spells a bulletin as testdata/month.want does.
func told(g golden, b Bulletin) string {
	fixed := func(n *Number) string {
		if n == nil {
			return "-"
		}
		return n.StringFixed(2)
	}
	line := func(f Figures) string {
		return fmt.Sprintf("projects %d parts %d unplanned %d total %s plan %s month %s ytd %s pct %s gap %s started %s stats %s new %s/%s %s due %s/%s %s",
			f.Projects, f.Parts, f.Unplanned, f.TotalInvest.StringFixed(4), f.YearPlan.StringFixed(4), f.MonthDone.StringFixed(4), f.YTDDone.StringFixed(4), fixed(f.YTDPct), fixed(f.GapPP),
			count(f.Started), count(f.InStats), count(f.NewStarted), count(f.NewPlanned), fixed(f.StartRate), count(f.StatsDone), count(f.StatsDue), fixed(f.StatsRate))
	}
	var s strings.Builder
	for _, x := range g.Units {
		u, _ := b.Unit(x.Name)
		if !u.Reported {
			fmt.Fprintf(&s, "%s rank - moved - lagging %s unreported\n", u.Name, count(u.Lagging))
			continue
		}
		moved := "-"
		if n, ok := u.Moved(); ok {
			moved = fmt.Sprint(n)
		}
		fmt.Fprintf(&s, "%s rank %d moved %s lagging %s %s\n", u.Name, u.Rank, moved, count(u.Lagging), line(*u.Figures))
	}
	for _, x := range b.Groups {
		fmt.Fprintf(&s, "%s %s\n", x.Name, line(x.Figures))
	}
	fmt.Fprintf(&s, "city %s\n", line(b.City.Figures))
	fmt.Fprintf(&s, "of the target %s, month on month %s\n", fixed(b.City.TargetPct), fixed(b.City.MonthOnMonth))
	var late []string
	for _, n := range b.LateStarts {
		late = append(late, n.Project)
	}
	slices.Sort(late)
	fmt.Fprintf(&s, "late starts %d: %s\n", len(late), strings.Join(late, " "))
	return s.String()
}

// TestReckoned: the golden files are what testdata/reckon writes.
func TestReckoned(t *testing.T) {
	source, err := filepath.Abs("testdata/reckon/main.go")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "go", "run", source)
	c.Dir = t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"month.json", "month.want"} {
		want, err := os.ReadFile(filepath.Join(c.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join("testdata", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what reckon writes (%v)", name, err)
		}
	}
}
