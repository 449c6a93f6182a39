package review

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tongbao/internal/reporting"
)

// countsAgree is V8: the number of projects that a total's or a category's
// label gives is the number of its rows, packages counted as one or by their
// parts.
func countsAgree(d *desk) {
	all := d.tops()
	for _, t := range d.t.Totals[:min(len(d.t.Totals), maxTotals)] {
		n, ok := countIn(t.Label)
		if !ok {
			continue
		}
		scopes := narrowed(t.Label, d.scopes(t, all))
		if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s scope) bool { return countsTo(s.tops, n) }) {
			continue
		}
		d.say(strconv.Itoa(t.Row), "count-differs", reporting.Warning,
			"“%s”写明%d个，%s实有%d个，请核对是否漏填或重复。", cut(t.Label, 20), n, scopes[0].name, len(scopes[0].tops))
	}
	var of map[string][]top
	for _, run := range categoryRuns(all) {
		label := run[0].category
		n, ok := countIn(label)
		if !ok || countsTo(run, n) {
			continue
		}
		if of == nil {
			of = byCategory(all)
		}
		if countsTo(of[label], n) {
			continue
		}
		d.say(cellOf(*run[0].first(), reporting.FCategory), "count-differs", reporting.Warning,
			"类别“%s”写明%d个，其下实有%d个，请核对是否漏填或重复。", cut(label, 20), n, len(run))
	}
}

// narrowed leaves out what a count cannot mean: a category's is not that of all
// projects, and where the label is a heading (一、续建项目) its projects stand below.
func narrowed(label string, all []scope) []scope {
	label = strings.Join(strings.Fields(label), "")
	out := slices.DeleteFunc(slices.Clone(all), func(s scope) bool {
		return s.name == wholeTable && !overall.MatchString(label) || s.name == rowsAbove && numbering.MatchString(label) && !subtotal.MatchString(label)
	})
	if len(out) == 0 {
		return all
	}
	return out
}

// titleCounts is V8 of the title: 共N个项目 in it is the number of the table's
// projects, or of those of all its tables where the month's are several; the
// title of a ledger may give the number of issues.
func titleCounts(d *desk) {
	n, ok := promised(d.t.Kind, d.t.Title)
	if !ok {
		return
	}
	rows, _ := d.others(d.t.Kind)
	is := len(d.t.Rows)
	if d.t.Kind == reporting.Progress {
		all := d.tops()
		if is = len(all); countsTo(all, n) || countsTo(tops(rows), n) {
			return
		}
	}
	if n == len(d.t.Rows) || n == len(rows) {
		return
	}
	d.say(d.t.TitleCell, "title-count-differs", reporting.Warning,
		"表题“%s”写明共%d个，表内实有%d个，请核对是否漏填、重复，或表题没有更新。", cut(d.t.Title, 40), n, is)
}

var (
	titleProjects = regexp.MustCompile(`([0-9]{1,5})个[^0-9()（）、，,]{0,8}项目`)
	titleIssues   = regexp.MustCompile(`([0-9]{1,5})[个条项][^0-9()（）、，,项]{0,6}问题`)
	titleAll      = regexp.MustCompile(`共计?([0-9]{1,5})[个项条件](?:[)）]|$)`)
)

// promised is how many rows a title says that there are: 共23个项目,
// （共十大类 25个子项目）, 共12个问题.
func promised(k reporting.Kind, title string) (int, bool) {
	title = norm.NFKC.String(strings.Join(strings.Fields(title), ""))
	ways := []*regexp.Regexp{titleProjects, titleAll}
	if k == reporting.Issues {
		ways[0] = titleIssues
	}
	for _, w := range ways {
		if m := w.FindStringSubmatch(title); m != nil {
			n, err := strconv.Atoi(m[1])
			return n, err == nil
		}
	}
	return 0, false
}

var counted = regexp.MustCompile(`[(（]?共?计?([0-9]{1,5})个[^)）]*[)）]?`)

// countIn reads the number of projects from a label: （23个）, 共56个.
func countIn(label string) (int, bool) {
	m := counted.FindStringSubmatch(strings.Join(strings.Fields(label), ""))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// countsTo reports whether the projects are n, packages counted as one, by
// their parts, or by all their rows.
func countsTo(rows []top, n int) bool {
	split, lines := 0, 0
	for _, p := range rows {
		split += max(1, len(p.parts))
		lines += len(p.parts)
		if p.row != nil {
			lines++
		}
	}
	return n == len(rows) || n == split || n == lines
}

// categoryRuns are the neighbours of one category.
func categoryRuns(all []top) [][]top {
	var out [][]top
	last := ""
	for _, p := range all {
		c := p.category
		if c == "" {
			last = ""
			continue
		}
		if c != last {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], p)
		last = c
	}
	return out
}

// byCategory are the projects of each category, wherever they stand.
func byCategory(all []top) map[string][]top {
	out := map[string][]top{}
	for _, p := range all {
		out[p.category] = append(out[p.category], p)
	}
	return out
}
