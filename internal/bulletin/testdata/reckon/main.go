// Command reckon makes up a month and reckons its figures by itself: exact
// fractions of math/big, no line shared with the program. It writes
// month.json, the tables, and month.want, what the bulletin must say.
//
//	cd internal/bulletin/testdata && go run ./reckon/main.go
package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"sort"
	"strings"
)

type project struct {
	Name    string
	Of      string // the package that it is a part of
	Nature  string
	Total   string // 万元; "" is an empty cell
	Plan    string
	Month   string
	YTD     string
	Started string // yes, no, ""
	Stats   string
	Start   string // planned
}

type unit struct {
	Name, Group string
	Silent      bool
	Projects    []project
	Lagging     []string // reasons
	Before      int      // last month's rank
}

type month struct {
	Pace, Target, LastMonth string
	Units                   []unit
}

// dice is a small generator of its own, so that the month never changes.
type dice uint64

func (d *dice) roll(n int) int {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int(uint64(*d) >> 33 % uint64(n))
}

func (d *dice) amount(from, to int) string {
	s := fmt.Sprint(from + d.roll(to-from))
	switch d.roll(3) {
	case 0:
		return fmt.Sprintf("%s.%d", s, 1+d.roll(9))
	case 1:
		return fmt.Sprintf("%s.%04d", s, 1+d.roll(9999))
	}
	return s
}

func main() {
	m := makeUp()
	raw, err := json.MarshalIndent(m, "", " ")
	if err == nil {
		err = os.WriteFile("month.json", append(raw, '\n'), 0o644)
	}
	if err == nil {
		err = os.WriteFile("month.want", []byte(reckon(m)), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func makeUp() month {
	d := dice(20210325)
	m := month{Pace: "25", Target: "3000000", LastMonth: "123456.78"}
	names := strings.Fields("濂溪区 浔阳区 柴桑区 武宁县 修水县 永修县 德安县 都昌县 湖口县 彭泽县 瑞昌市 共青城市 庐山市 经开区 八里湖新区 市城管局 市住建局")
	natures := []string{"renewed", "new", "new", "finish", "expand", "prep", "paused", ""}
	for i, n := range names {
		u := unit{Name: n, Group: "counties", Silent: n == "都昌县", Before: (i*5)%13 + 1}
		switch {
		case i >= 15:
			u.Group = "central"
		case i >= 13:
			u.Group = "zones"
		}
		if u.Group != "counties" {
			u.Before = 0
		}
		withStats, withStart := i%5 != 3, i%4 != 2
		for j := range 5 + d.roll(12) {
			p := project{Name: fmt.Sprintf("%s%d号项目", n, j+1), Nature: natures[d.roll(len(natures))], Total: d.amount(200, 90000), Plan: d.amount(100, 20000)}
			p.Month, p.YTD = d.amount(0, 900), d.amount(900, 6000)
			if d.roll(9) == 0 {
				p.Plan = []string{"", "0"}[d.roll(2)] // no plan: not in the percentage
			}
			if withStart {
				p.Started = []string{"yes", "yes", "no"}[d.roll(3)]
			}
			if withStats {
				p.Stats = []string{"yes", "no"}[d.roll(2)]
			}
			p.Start = []string{"2021-02", "2021-03", "2021-06", "2021-Q1", ""}[d.roll(5)]
			if d.roll(7) == 0 { // a package with two parts, some of its figures only in these
				whole := p
				if d.roll(2) == 0 {
					whole.YTD = ""
				}
				u.Projects = append(u.Projects, whole)
				for k := range 2 {
					part := p
					part.Name, part.Of = fmt.Sprintf("%s（%d）", p.Name, k+1), p.Name
					part.YTD, part.Month, part.Total, part.Plan = d.amount(10, 400), d.amount(1, 9), d.amount(100, 300), d.amount(10, 90)
					u.Projects = append(u.Projects, part)
				}
				continue
			}
			u.Projects = append(u.Projects, p)
		}
		for range d.roll(4) {
			u.Lagging = append(u.Lagging, []string{"征地拆迁未完成", "专项债资金未到位", "用地指标未落实", "施工许可正在办理", "别的事"}[d.roll(5)])
		}
		m.Units = append(m.Units, u)
	}
	// Two counties with the same published percentage: 30.00.
	same := func(name, plan, ytd string) {
		for i := range m.Units {
			if m.Units[i].Name == name {
				m.Units[i].Projects = []project{{Name: "一路", Plan: plan, YTD: ytd, Total: "1000", Month: "1"}}
			}
		}
	}
	same("德安县", "30000", "8999")
	same("湖口县", "100", "30")
	return m
}

func rat(s string) *big.Rat {
	if s == "" {
		return new(big.Rat)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// sum is what a unit, or several, come to.
type sum struct {
	projects, parts, unplanned                        int
	total, plan, month, ytd, planned, done            *big.Rat
	started, stats, fresh, freshStarted, due, dueDone int
	hasStart, hasStats, hasBoth                       bool
	late                                              []string
}

func newSum() *sum {
	return &sum{total: new(big.Rat), plan: new(big.Rat), month: new(big.Rat), ytd: new(big.Rat), planned: new(big.Rat), done: new(big.Rat)}
}

// of adds up one unit. A package counts once; what its row lacks is its parts'.
func of(u unit) *sum {
	s := newSum()
	for _, p := range u.Projects {
		s.hasStart = s.hasStart || p.Started != ""
		s.hasStats = s.hasStats || p.Stats != ""
	}
	s.hasBoth = s.hasStart && s.hasStats
	for _, p := range u.Projects {
		if p.Of != "" {
			continue
		}
		total, plan, month, ytd, parts := rat(p.Total), rat(p.Plan), rat(p.Month), rat(p.YTD), 0
		planTold := p.Plan != ""
		for _, q := range u.Projects {
			if q.Of != p.Name {
				continue
			}
			parts++
			for _, x := range []struct {
				own  string
				to   *big.Rat
				part string
			}{{p.Total, total, q.Total}, {p.Plan, plan, q.Plan}, {p.Month, month, q.Month}, {p.YTD, ytd, q.YTD}} {
				if x.own == "" {
					x.to.Add(x.to, rat(x.part))
				}
			}
			planTold = planTold || q.Plan != ""
		}
		s.projects++
		s.parts += max(1, parts)
		s.total.Add(s.total, total)
		s.plan.Add(s.plan, plan)
		s.month.Add(s.month, month)
		s.ytd.Add(s.ytd, ytd)
		if plan.Sign() > 0 {
			s.planned.Add(s.planned, plan)
			s.done.Add(s.done, ytd)
		} else {
			s.unplanned++
		}
		started, stats := p.Started == "yes", p.Stats == "yes"
		add := func(n *int, when bool) {
			if when {
				*n++
			}
		}
		add(&s.started, started)
		add(&s.stats, stats)
		add(&s.fresh, p.Nature == "new")
		add(&s.freshStarted, p.Nature == "new" && started)
		add(&s.due, started && (total.Cmp(big.NewRat(500, 1)) >= 0 || stats))
		add(&s.dueDone, started && stats)
		if p.Started == "no" && p.Nature != "paused" && (p.Start == "2021-02" || p.Start == "2021-03" || p.Start == "2021-Q1") {
			s.late = append(s.late, p.Name)
		}
	}
	return s
}

func (s *sum) add(o *sum) {
	s.projects, s.parts, s.unplanned = s.projects+o.projects, s.parts+o.parts, s.unplanned+o.unplanned
	for _, x := range [][2]*big.Rat{{s.total, o.total}, {s.plan, o.plan}, {s.month, o.month}, {s.ytd, o.ytd}, {s.planned, o.planned}, {s.done, o.done}} {
		x[0].Add(x[0], x[1])
	}
	if o.hasStart {
		s.hasStart, s.started, s.fresh, s.freshStarted = true, s.started+o.started, s.fresh+o.fresh, s.freshStarted+o.freshStarted
	}
	if o.hasStats {
		s.hasStats, s.stats = true, s.stats+o.stats
	}
	if o.hasBoth {
		s.hasBoth, s.due, s.dueDone = true, s.due+o.due, s.dueDone+o.dueDone
	}
	s.late = append(s.late, o.late...)
}

// percent is rounded to 2 decimals, half away from zero; "-" where there is no whole.
func percent(part, whole *big.Rat) string {
	if whole.Sign() <= 0 {
		return "-"
	}
	return new(big.Rat).Mul(big.NewRat(100, 1), new(big.Rat).Quo(part, whole)).FloatString(2)
}

func ratio(part, whole int, told bool) string {
	if !told {
		return "-"
	}
	return percent(big.NewRat(int64(part), 1), big.NewRat(int64(whole), 1))
}

func count(n int, told bool) string {
	if !told {
		return "-"
	}
	return fmt.Sprint(n)
}

func (s *sum) line(pace string) string {
	pct, gap := percent(s.done, s.planned), "-"
	if pct != "-" {
		gap = new(big.Rat).Sub(rat(pct), rat(pace)).FloatString(2)
	}
	return fmt.Sprintf("projects %d parts %d unplanned %d total %s plan %s month %s ytd %s pct %s gap %s started %s stats %s new %s/%s %s due %s/%s %s",
		s.projects, s.parts, s.unplanned, s.total.FloatString(4), s.plan.FloatString(4), s.month.FloatString(4), s.ytd.FloatString(4), pct, gap,
		count(s.started, s.hasStart), count(s.stats, s.hasStats), count(s.freshStarted, s.hasStart), count(s.fresh, s.hasStart), ratio(s.freshStarted, s.fresh, s.hasStart),
		count(s.dueDone, s.hasBoth), count(s.due, s.hasBoth), ratio(s.dueDone, s.due, s.hasBoth))
}

func reckon(m month) string {
	var b strings.Builder
	city, groups := newSum(), map[string]*sum{"counties": newSum(), "zones": newSum(), "central": newSum()}
	sums := map[string]*sum{}
	for _, u := range m.Units {
		if !u.Silent {
			s := of(u)
			sums[u.Name] = s
			city.add(s)
			groups[u.Group].add(s)
		}
	}
	for _, u := range m.Units {
		s := sums[u.Name]
		if s == nil {
			fmt.Fprintf(&b, "%s rank - moved - lagging %d unreported\n", u.Name, len(u.Lagging))
			continue
		}
		rank := 1
		for _, o := range m.Units {
			if x := sums[o.Name]; o.Group == u.Group && x != nil && rat(percent(x.done, x.planned)).Cmp(rat(percent(s.done, s.planned))) > 0 {
				rank++
			}
		}
		moved := "-"
		if u.Before > 0 {
			moved = fmt.Sprint(u.Before - rank)
		}
		fmt.Fprintf(&b, "%s rank %d moved %s lagging %d %s\n", u.Name, rank, moved, len(u.Lagging), s.line(m.Pace))
	}
	for _, g := range []string{"counties", "zones", "central"} {
		fmt.Fprintf(&b, "%s %s\n", g, groups[g].line(m.Pace))
	}
	fmt.Fprintf(&b, "city %s\n", city.line(m.Pace))
	more := new(big.Rat).Sub(rat(percent(city.month, rat(m.LastMonth))), big.NewRat(100, 1))
	fmt.Fprintf(&b, "of the target %s, month on month %s\n", percent(city.ytd, rat(m.Target)), more.FloatString(2))
	sort.Strings(city.late)
	fmt.Fprintf(&b, "late starts %d: %s\n", len(city.late), strings.Join(city.late, " "))
	return b.String()
}
