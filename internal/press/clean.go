package press

import (
	"slices"
	"strings"
	"unicode"

	"tongbao/internal/bulletin"
)

// maxText is how many characters of a stranger's text are printed.
const maxText = 1000

// clean makes a copy of the snapshot whose strangers' texts are fit to print:
// one line each, without control and direction characters, bounded.
func clean(b bulletin.Bulletin) bulletin.Bulletin {
	b.Units = slices.Clone(b.Units)
	for i := range b.Units {
		u := &b.Units[i]
		u.Projects = slices.Clone(u.Projects)
		for j := range u.Projects {
			p := &u.Projects[j]
			tidyAll(&p.Name, &p.Parent, &p.Category, &p.Progress, &p.RespUnit, &p.Leader)
		}
	}
	named := func(list []bulletin.Named) []bulletin.Named {
		list = slices.Clone(list)
		for i := range list {
			tidyAll(&list[i].Unit, &list[i].Project)
		}
		return list
	}
	b.LateStarts, b.Unregistered = named(b.LateStarts), named(b.Unregistered)
	b.Lagging.Items = slices.Clone(b.Lagging.Items)
	for i := range b.Lagging.Items {
		l := &b.Lagging.Items[i]
		tidyAll(&l.Project, &l.RespUnit, &l.Planned, &l.Actual, &l.Reason, &l.Measure, &l.CatchUpAt, &l.Leader)
	}
	issues := func(list []bulletin.Issue) []bulletin.Issue {
		list = slices.Clone(list)
		for i := range list {
			x := &list[i]
			tidyAll(&x.Project, &x.Problem, &x.CoordUnit, &x.Measure, &x.Progress, &x.RaisedAt, &x.Deadline, &x.ClosedAt)
		}
		return list
	}
	b.Issues.Items, b.Issues.GoneItems = issues(b.Issues.Items), issues(b.Issues.GoneItems)
	b.Issues.Categories = slices.Clone(b.Issues.Categories)
	for i := range b.Issues.Categories {
		b.Issues.Categories[i].Projects = named(b.Issues.Categories[i].Projects)
	}
	return b
}

func tidyAll(list ...*string) {
	for _, s := range list {
		*s = clip(tidy(*s), maxText)
	}
}

// tidy puts a text on one line. White space between Chinese characters that
// comes from broken lines goes; elsewhere one blank stays.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return r
		case r == unicode.ReplacementChar, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r&0xfffe == 0xfffe:
			return -1
		}
		return r
	}, s)
	var b strings.Builder
	var last rune
	for i, word := range strings.Fields(s) {
		first := []rune(word)[0]
		if i > 0 && (last < 0x2e80 || first < 0x2e80) {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		r := []rune(word)
		last = r[len(r)-1]
	}
	return b.String()
}

// clip cuts a text at n characters and shows that it did.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
