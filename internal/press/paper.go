package press

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// paper is the data of the bulletin's templates: the snapshot and what its
// sentences need to list from it. It computes no figures but counts of lists.
type paper struct {
	bulletin.Bulletin
	Office Office
}

const (
	maxNames   = 40 // units that a sentence names
	maxProject = 30 // characters of a project's name in a sentence
)

func newPaper(b bulletin.Bulletin, o Office) paper {
	o.City = o.city()
	o.Issue = strings.NewReplacer("{year}", fmt.Sprint(b.Period.Year), "{month}", fmt.Sprint(int(b.Period.Month))).Replace(o.Issue)
	return paper{clean(b), o}
}

// Month is 3月份.
func (p paper) Month() string { return fmt.Sprintf("%d月份", int(p.Period.Month)) }

// MonthEnd is 3月底.
func (p paper) MonthEnd() string { return fmt.Sprintf("%d月底", int(p.Period.Month)) }

// until is the day that the data reach to: the day they were due, or that of
// the snapshot where it was taken before.
func (p paper) until() time.Time {
	if p.AsOf.Before(p.Deadline) {
		return p.AsOf
	}
	return p.Deadline
}

// Until is 3月25日.
func (p paper) Until() string { return p.until().Format("1月2日") }

// UntilDate is 2021年3月25日.
func (p paper) UntilDate() string { return p.until().Format("2006年1月2日") }

// Target is the year's target in 亿元, as short as it can be told: 300.
func (p paper) Target() string { return p.City.Target.Shift(-4).String() }

// Count is a count that may be absent, 0 where it is: a template takes the
// mere presence of a figure for true.
func (p paper) Count(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// Silent names the units whose progress table is owed and did not come.
func (p paper) Silent() (out []string) {
	owes := map[string]bool{}
	for _, s := range p.Submissions.Units {
		st, ok := s.Tables[reporting.Progress]
		owes[s.Unit] = ok && st.State != reporting.Exempt
	}
	for _, u := range p.Units {
		if !u.Reported && owes[u.Name] {
			out = append(out, u.Name)
		}
	}
	return out
}

// Corrected are at most n of the figures that last month's bulletin was
// corrected in: what was done and how it compares, the city's first.
func (p paper) Corrected(n int) (out []bulletin.Difference) {
	for _, key := range []string{"ytd_done", "ytd_pct", "rank", "lagging", "issues_open", ""} {
		for _, d := range p.Corrections {
			if (d.Key == key || key == "" && !slices.Contains([]string{"ytd_done", "ytd_pct", "rank", "lagging", "issues_open"}, d.Key)) && len(out) < n {
				out = append(out, d)
			}
		}
	}
	return out
}

// CorrectedUnits are the units whose own figures of last month changed; a rank
// moves by what others corrected.
func (p paper) CorrectedUnits() (out []string) {
	for _, d := range p.Corrections {
		if d.Unit != bulletin.Whole && d.Key != "rank" && !slices.Contains(out, d.Unit) {
			out = append(out, d.Unit)
		}
	}
	return out
}

// Names lists units: 修水县、永修县, and 等50家 where there are too many.
func (p paper) Names(list []string) string { return enumerate(list, maxNames, "家") }

// Projects lists projects with their units, n at most, as the end of a
// sentence: 分别是甲（修水县）、乙（永修县）, or 包括甲（修水县）、乙（永修县）等12个.
func (p paper) Projects(list []bulletin.Named, n int) string {
	var names []string
	for _, x := range list {
		names = append(names, clip(x.Project, maxProject)+"（"+x.Unit+"）")
	}
	switch {
	case len(names) > n:
		return "包括" + enumerate(names, n, "个")
	case len(names) > 1:
		return "分别是" + strings.Join(names, "、")
	}
	return "为" + strings.Join(names, "、")
}

// UnitsIn names the units that have projects on the list, n at most.
func (p paper) UnitsIn(list []bulletin.Named, n int) string {
	var units []string
	seen := map[string]bool{}
	for _, x := range list {
		if !seen[x.Unit] {
			seen[x.Unit] = true
			units = append(units, x.Unit)
		}
	}
	return enumerate(units, n, "家单位")
}

func enumerate(list []string, n int, measure string) string {
	if len(list) <= n {
		return strings.Join(list, "、")
	}
	return fmt.Sprintf("%s等%d%s", strings.Join(list[:n], "、"), len(list), measure)
}

// Laggards are the n projects that are the farthest behind the pace.
func (p paper) Laggards(n int) (out []bulletin.Laggard) {
	for _, l := range p.Lagging.Items {
		if l.GapPP != nil && l.GapPP.IsNegative() && len(out) < n {
			out = append(out, l)
		}
	}
	return out
}

// Categories are the n commonest kinds of open issues.
func (p paper) Categories(n int) []bulletin.Category {
	return p.Issues.Categories[:min(n, len(p.Issues.Categories))]
}

// StartTellers is how many units tell which projects have started.
func (p paper) StartTellers() int {
	return p.tellers(func(u bulletin.Unit) bool { return u.NewPlanned != nil })
}

// StatsTellers is how many units tell which started projects are in statistics.
func (p paper) StatsTellers() int {
	return p.tellers(func(u bulletin.Unit) bool { return u.StatsDue != nil })
}

func (p paper) tellers(tells func(bulletin.Unit) bool) (n int) {
	for _, u := range p.Units {
		if u.Reported && tells(u) {
			n++
		}
	}
	return n
}

// Place is what is told of a group that is ranked.
type Place struct {
	Title                   string
	Group                   *bulletin.Group
	All, First, Last        []bulletin.Unit // First and Last where the ranking is long enough for both
	Ahead, Behind, Farthest []bulletin.Unit
}

// Places are the counties and the zones, where there are any that reported.
func (p paper) Places() (out []Place) {
	for _, g := range []reporting.Group{reporting.Counties, reporting.Zones} {
		sum, ok := p.GroupOf(g)
		if !ok {
			continue
		}
		x := Place{Title: g.Title(), Group: &sum, All: p.Ranked(g), First: p.Leading(g, 3), Last: p.Trailing(g, 3), Ahead: p.Ahead(g), Behind: p.Behind(g)}
		if len(x.First)+len(x.Last) > len(x.All) { // too many of the same rank to tell the ends apart
			x.First, x.Last = nil, nil
		}
		for i := len(x.Behind) - 1; i >= 0 && x.Behind[i].Rank == x.Behind[len(x.Behind)-1].Rank; i-- {
			x.Farthest = append([]bulletin.Unit{x.Behind[i]}, x.Farthest...)
		}
		out = append(out, x)
	}
	return out
}

// HasCentral reports whether there are central units.
func (p paper) HasCentral() bool { return len(p.UnitsOf(reporting.Central)) > 0 }

// Central is the central units' sum, nil where none reported.
func (p paper) Central() *bulletin.Group {
	if g, ok := p.GroupOf(reporting.Central); ok {
		return &g
	}
	return nil
}

// Prose is the bulletin's text.
type Prose struct {
	Title, To, Lead string
	Sections        []Section
}

// Section is a heading with its paragraphs.
type Section struct {
	Heading    string
	Paragraphs []string
}

var sections = []string{"1-overall", "2-investment", "3-starts", "4-statistics", "5-lagging", "6-issues", "7-submissions", "8-tasks"}

// prose sets the text by the templates. A template's lines are paragraphs, the
// first one of a section is its heading.
func prose(p paper, t *templates.Set) (out Prose, err error) {
	set := func(name string) []string {
		if err != nil {
			return nil
		}
		var s string
		s, err = t.Text("bulletin/"+name, p)
		return lines(s)
	}
	joined := func(name string) string { return strings.Join(set(name), "") }
	out.Title, out.To, out.Lead = joined("title"), joined("to"), joined("lead")
	for _, name := range sections {
		l := set(name)
		if len(l) == 0 {
			continue // an office that empties a section's template wants none
		}
		out.Sections = append(out.Sections, Section{l[0], l[1:]})
	}
	if err != nil {
		return Prose{}, fmt.Errorf("set the bulletin's text: %w", err)
	}
	return out, nil
}

func lines(s string) (out []string) {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}
