// Command reckonquarter makes up a quarter and reckons its figures by itself:
// exact fractions of math/big, no line shared with the program. It writes
// quarter.json, the tables of three months with what the office gave and the
// votes, and quarter.want, what the quarter must say.
//
//	cd internal/bulletin/testdata && go run ./reckonquarter/main.go
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
	Name, Nature, Total, Plan string
	Month, YTD                [3]string // of January, February, March
	Started, Stats            string    // yes, no, "" where the unit has no such column
	Finish, Finished          string
}

type unit struct {
	Name, Group string
	Sent        [3]string // on-time, late, missing
	Again       [3]bool   // sent a second time
	Before      int       // last quarter's rank
	Awards      []string  // points
	Projects    []project
}

type quarter struct {
	Pace, Target string
	Units        []unit
	Votes        map[string][]int
}

// dice is a small generator of its own, so that the quarter never changes.
type dice uint64

func (d *dice) roll(n int) int {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int(uint64(*d) >> 33 % uint64(n))
}

func (d *dice) amount(from, to int) string {
	s := fmt.Sprint(from + d.roll(to-from))
	if d.roll(2) == 0 {
		return fmt.Sprintf("%s.%02d", s, 1+d.roll(99))
	}
	return s
}

func main() {
	q := makeUp()
	raw, err := json.MarshalIndent(q, "", " ")
	if err == nil {
		err = os.WriteFile("quarter.json", append(raw, '\n'), 0o644)
	}
	if err == nil {
		err = os.WriteFile("quarter.want", []byte(reckon(q)), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func makeUp() quarter {
	d := dice(20210405)
	q := quarter{Pace: "25", Target: "3000000", Votes: map[string][]int{"滨江路": {7, 2, 3, 0}, "体育中心": {3, 8, 1, 1}, "绿道": {2, 2, 5, 3}, "管网": {2, 2, 5, 3}, "停车场": {0, 0, 0, 7}}}
	for i, name := range strings.Fields("濂溪区 浔阳区 柴桑区 武宁县 修水县 永修县 德安县 都昌县 湖口县 彭泽县 瑞昌市 共青城市 庐山市 经开区 八里湖新区 市城管局") {
		u := unit{Name: name, Group: "counties", Sent: [3]string{"on-time", "on-time", "on-time"}, Before: (i*7)%13 + 1}
		switch {
		case i == 15:
			u.Group, u.Before = "central", 0
		case i >= 13:
			u.Group, u.Before = "zones", 0
		}
		switch name {
		case "都昌县": // never
			u.Sent = [3]string{"missing", "missing", "missing"}
		case "彭泽县": // not in the last month
			u.Sent[2] = "missing"
		case "瑞昌市":
			u.Sent[0], u.Sent[1] = "missing", "late"
		default:
			for m := range 3 {
				if d.roll(5) == 0 {
					u.Sent[m] = "late"
				}
				u.Again[m] = d.roll(4) == 0
			}
		}
		if d.roll(4) == 0 {
			u.Awards = append(u.Awards, []string{"0.5", "-1", "4.25", "-0.75"}[d.roll(4)])
		}
		withStart, withStats, withFinish := i%5 != 4, i%7 != 5, i%3 != 2
		for j := range 3 + d.roll(5) {
			p := project{Name: fmt.Sprintf("%s%d号", name, j+1), Nature: []string{"renewed", "new", "expand"}[d.roll(3)], Total: d.amount(200, 160000), Plan: d.amount(800, 9000)}
			if i%4 == 1 && p.Nature == "new" {
				p.Nature = "renewed" // nothing new: the item does not count
			}
			sum := new(big.Rat)
			for m := range 3 {
				p.Month[m] = d.amount(20, 900)
				sum.Add(sum, rat(p.Month[m]))
				p.YTD[m] = sum.FloatString(2)
			}
			if withStart {
				p.Started = []string{"yes", "yes", "no"}[d.roll(3)]
			}
			if withStats {
				p.Stats = []string{"yes", "no"}[d.roll(2)]
			}
			if p.Finish = []string{"2021-10", "2022-05"}[d.roll(2)]; withFinish {
				p.Finished = []string{"yes", "no", "no"}[d.roll(3)]
			}
			u.Projects = append(u.Projects, p)
		}
		q.Units = append(q.Units, u)
	}
	return q
}

func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// cents rounds half away from zero to 2 decimals, as a fraction.
func cents(r *big.Rat) *big.Rat { return rat(r.FloatString(2)) }

func share(part, whole int) *big.Rat {
	if whole == 0 {
		return nil
	}
	return cents(big.NewRat(int64(100*part), int64(whole)))
}

type score struct {
	u             unit
	line          string
	total, points *big.Rat
	rank          int
}

func reckon(q quarter) string {
	var all []*score
	for _, u := range q.Units {
		if u.Group != "central" {
			all = append(all, judge(u, rat(q.Pace)))
		}
	}
	var out strings.Builder
	for _, s := range all {
		if s.total != nil {
			s.rank = 1
			for _, o := range all {
				if o.u.Group == s.u.Group && o.total != nil && o.total.Cmp(s.total) > 0 {
					s.rank++
				}
			}
		}
		fmt.Fprintf(&out, "%s rank %d before %d %s\n", s.u.Name, s.rank, s.u.Before, s.line)
	}
	city(&out, q)
	votes(&out, q.Votes)
	return out.String()
}

// counts are what a unit's projects of the last month come to.
type counts struct {
	plan, done, quarter                         *big.Rat
	isNew, started, due, in, toFinish, finished int
}

func countUp(u unit) counts {
	n := counts{plan: new(big.Rat), done: new(big.Rat), quarter: new(big.Rat)}
	for _, p := range u.Projects {
		n.plan.Add(n.plan, rat(p.Plan))
		n.done.Add(n.done, rat(p.YTD[2]))
		for m := range 3 {
			n.quarter.Add(n.quarter, rat(p.Month[m]))
		}
		if p.Nature == "new" {
			n.isNew++
			if p.Started == "yes" {
				n.started++
			}
		}
		// Started and of 5 million yuan, or in the statistics anyhow.
		if p.Started == "yes" && (rat(p.Total).Cmp(rat("500")) >= 0 || p.Stats == "yes") {
			n.due++
			if p.Stats == "yes" {
				n.in++
			}
		}
		if strings.HasPrefix(p.Finish, "2021") {
			n.toFinish++
			if p.Finished == "yes" {
				n.finished++
			}
		}
	}
	return n
}

// judge reckons one unit by the rule that the bulletin prints.
func judge(u unit, pace *big.Rat) *score {
	s := &score{u: u}
	late, missing, again := 0, 0, 0
	for m := range 3 {
		switch u.Sent[m] {
		case "late":
			late++
		case "missing":
			missing++
		}
		if u.Again[m] {
			again++
		}
	}
	if u.Sent[2] == "missing" {
		s.line = fmt.Sprintf("unranked late %d missing %d again %d", late, missing, again)
		return s
	}
	n := countUp(u)
	pct := cents(new(big.Rat).Quo(new(big.Rat).Mul(n.done, rat("100")), n.plan))
	gap := new(big.Rat).Sub(pct, pace)
	has := func(f func(project) string) bool { return f(u.Projects[0]) != "" }
	hasStart, hasStats, hasFinish := has(func(p project) string { return p.Started }), has(func(p project) string { return p.Stats }), has(func(p project) string { return p.Finished })
	sum, full := new(big.Rat), 0
	var words []string
	item := func(weight int, points *big.Rat, told bool) {
		switch {
		case !told: // its table does not tell
			full += weight
			words = append(words, "untold")
		case points == nil: // no task
			words = append(words, "none")
		default:
			points = cents(points)
			full += weight
			sum.Add(sum, points)
			words = append(words, points.FloatString(2))
		}
	}
	of := func(weight int64, rate, whole *big.Rat) *big.Rat {
		if rate == nil {
			return nil
		}
		if rate.Cmp(whole) > 0 {
			rate = whole
		}
		return new(big.Rat).Quo(new(big.Rat).Mul(big.NewRat(weight, 1), rate), whole)
	}
	item(50, of(50, pct, pace), true)
	item(15, of(15, share(n.started, n.isNew), rat("100")), hasStart)
	item(10, of(10, share(n.finished, n.toFinish), rat("100")), hasFinish)
	item(15, of(15, share(n.in, n.due), rat("100")), hasStart && hasStats)
	report := new(big.Rat).Sub(rat("10"), big.NewRat(int64(2*late+6*missing+again), 2))
	if report.Sign() < 0 {
		report = new(big.Rat)
	}
	item(10, report, true)
	base := sum
	if full < 100 {
		base = cents(new(big.Rat).Quo(new(big.Rat).Mul(sum, rat("100")), big.NewRat(int64(full), 1)))
	}
	bonus, excess, taken := granted(u, gap)
	s.total = new(big.Rat).Add(base, bonus)
	s.total.Sub(s.total, taken)
	all := n.quarter.FloatString(4)
	for m := range 3 {
		if u.Sent[m] == "missing" {
			all = "-"
		}
	}
	s.line = fmt.Sprintf("pct %s items %s sum %s of %s excess %s bonus %s taken %s total %s quarter %s late %d missing %d again %d", pct.FloatString(2),
		strings.Join(words, " "), sum.FloatString(2), base.FloatString(2), excess, bonus.FloatString(2), taken.FloatString(2), s.total.FloatString(2), all, late, missing, again)
	return s
}

// granted is what a unit gets for being ahead of the pace and by the office's
// awards, bounded, the first of these alone, and what is taken from it.
func granted(u unit, gap *big.Rat) (bonus *big.Rat, excess string, taken *big.Rat) {
	bonus, taken = new(big.Rat), new(big.Rat)
	if gap.Sign() > 0 {
		whole := new(big.Int).Quo(gap.Num(), gap.Denom()).Int64()
		bonus = big.NewRat(min(whole, 20), 10)
	}
	excess = bonus.FloatString(2)
	for _, a := range u.Awards {
		if r := rat(a); r.Sign() < 0 {
			taken.Sub(taken, r)
		} else {
			bonus = new(big.Rat).Add(bonus, r)
		}
	}
	if bonus.Cmp(rat("5")) > 0 {
		bonus = rat("5")
	}
	return bonus, excess, taken
}

// city reckons the sums, the risks and the forecast.
func city(out *strings.Builder, q quarter) {
	months := [3]*big.Rat{new(big.Rat), new(big.Rat), new(big.Rat)}
	plan, done, short := new(big.Rat), new(big.Rat), new(big.Rat)
	red, yellow := 0, 0
	sizes := map[string]int{}
	for _, u := range q.Units {
		for _, p := range u.Projects {
			for m := range 3 {
				if u.Sent[m] != "missing" {
					months[m].Add(months[m], rat(p.Month[m]))
				}
			}
			if u.Sent[2] == "missing" {
				continue
			}
			plan.Add(plan, rat(p.Plan))
			done.Add(done, rat(p.YTD[2]))
			sizes[size(rat(p.Total))]++
			gap := new(big.Rat).Sub(cents(new(big.Rat).Quo(new(big.Rat).Mul(rat(p.YTD[2]), rat("100")), rat(p.Plan))), rat(q.Pace))
			switch { // no project is late to start or to finish here
			case gap.Cmp(rat("-30")) < 0:
				red++
			case gap.Cmp(rat("-10")) <= 0:
				yellow++
			default:
				continue
			}
			should := new(big.Rat).Mul(rat(p.Plan), big.NewRat(25, 100))
			short.Add(short, should.Sub(should, rat(p.YTD[2])))
		}
	}
	sum := new(big.Rat)
	low, high := months[0], months[0]
	for _, m := range months {
		sum.Add(sum, m)
		if m.Cmp(low) < 0 {
			low = m
		}
		if m.Cmp(high) > 0 {
			high = m
		}
	}
	year := func(month *big.Rat) *big.Rat {
		return new(big.Rat).Add(done, new(big.Rat).Mul(month, rat("9")))
	}
	pct := func(r, of *big.Rat) string {
		return new(big.Rat).Quo(new(big.Rat).Mul(r, rat("100")), of).FloatString(2)
	}
	mean := new(big.Rat).Quo(sum, rat("3"))
	fmt.Fprintf(out, "city plan %s done %s pct %s quarter %s\n", plan.FloatString(4), done.FloatString(4), pct(done, plan), sum.FloatString(4))
	fmt.Fprintf(out, "red %d yellow %d short %s\n", red, yellow, short.FloatString(4))
	need := new(big.Rat).Quo(new(big.Rat).Sub(plan, done), rat("9"))
	fmt.Fprintf(out, "forecast %s from %s to %s of plan %s %s %s of target %s need %s\n", year(mean).FloatString(4), year(low).FloatString(4), year(high).FloatString(4),
		pct(year(mean), plan), pct(year(low), plan), pct(year(high), plan), pct(year(mean), rat(q.Target)), need.FloatString(4))
	fmt.Fprintf(out, "sizes %d %d %d %d\n", sizes["十亿元及以上"], sizes["一亿元至十亿元"], sizes["五千万元至一亿元"], sizes["五千万元以下"])
}

func size(total *big.Rat) string {
	for _, c := range []struct{ from, name string }{{"100000", "十亿元及以上"}, {"10000", "一亿元至十亿元"}, {"5000", "五千万元至一亿元"}} {
		if total.Cmp(rat(c.from)) >= 0 {
			return c.name
		}
	}
	return "五千万元以下"
}

// votes reckons 100, 97, 94 … points for the places, over all ballots.
func votes(out *strings.Builder, list map[string][]int) {
	ballots := 0
	var names []string
	for n, v := range list {
		ballots += v[0]
		names = append(names, n)
	}
	sort.Strings(names)
	points := map[string]*big.Rat{}
	for n, v := range list {
		sum := 0
		for i, x := range v {
			sum += x * (100 - 3*i)
		}
		points[n] = cents(big.NewRat(int64(sum), int64(ballots)))
	}
	for _, n := range names {
		rank := 1
		for _, o := range points {
			if o.Cmp(points[n]) > 0 {
				rank++
			}
		}
		fmt.Fprintf(out, "vote %s %s rank %d\n", n, points[n].FloatString(2), rank)
	}
}
