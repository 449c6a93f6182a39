package press

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/templates"
)

// reportHeading is a line that begins a section of a report's template.
var reportHeading = regexp.MustCompile(`^[一二三四五六七八九十]{1,3}、\S{1,30}$`)

// reportProse sets a paper whose text is one template: the first line is its
// title, the second whom it goes to, the third how it begins; then paragraphs,
// or headings, each with its paragraphs.
func reportProse(t *templates.Set, name string, data any) (out Prose, err error) {
	s, err := t.Text("bulletin/"+name, data)
	if err != nil {
		return out, fmt.Errorf("set %q: %w", name, err)
	}
	all := lines(s)
	if len(all) < 3 {
		return out, fmt.Errorf("set %q: the template wants a title, a recipient and a beginning", name)
	}
	out.Title, out.To, out.Lead = all[0], all[1], all[2]
	for _, l := range all[3:] {
		if reportHeading.MatchString(l) {
			out.Sections = append(out.Sections, Section{Heading: l})
			continue
		}
		if len(out.Sections) == 0 { // a letter has no headings
			out.Sections = append(out.Sections, Section{})
		}
		last := &out.Sections[len(out.Sections)-1]
		last.Paragraphs = append(last.Paragraphs, l)
	}
	return out, nil
}

// Correction is what a month's bulletin is corrected by (更正通报).
type Correction struct {
	Bulletin    bulletin.Bulletin // with the figures as they are now
	Differences []bulletin.Difference
	Edition     string // correction-1
}

// correction is the data of the template bulletin/correction.
type correction struct {
	paper
	Differences []bulletin.Difference
	Units       []string // whose own figures changed, the city left out
}

func newCorrection(c Correction, o Office) correction {
	out := correction{paper: newPaper(c.Bulletin, o), Differences: c.Differences}
	seen := map[string]bool{bulletin.Whole: true}
	for _, d := range c.Differences {
		if !seen[d.Unit] && d.Key != "rank" { // a rank moves by what others corrected
			seen[d.Unit] = true
			out.Units = append(out.Units, d.Unit)
		}
	}
	return out
}

// Whole are the city's figures that changed.
func (c correction) Whole() (out []bulletin.Difference) {
	for _, d := range c.Differences {
		if d.Unit == bulletin.Whole {
			out = append(out, d)
		}
	}
	return out
}

// correctionList is the table of old and new, with a unit's own lines first.
func correctionList(all []bulletin.Difference, first string) list {
	l := list{columns: []column{{"序号", 6, label, false}, {"地区（单位）", 20, label, false}, {"指标", 20, label, false}, {"计量单位", 10, label, false},
		{"更正前", 16, label, false}, {"更正后", 16, label, false}}}
	add := func(own bool) {
		for _, d := range all {
			if (d.Unit == first) == own {
				l.lines = append(l.lines, line{cells: []any{len(l.lines) + 1, tidy(d.Unit), d.Title, d.Unity, cmp.Or(d.Old, absent), cmp.Or(d.New, absent)}})
			}
		}
	}
	add(true)
	add(false)
	l.notes = []string{"注：“—”表示没有这项数据。"}
	return l
}

// CorrectionWord sets a correction as a .docx.
func CorrectionWord(c Correction, o Office, t *templates.Set) (raw []byte, name string, err error) {
	v := newCorrection(c, o)
	text, err := reportProse(t, "correction", v)
	if err != nil {
		return nil, "", err
	}
	raw, err = setWord(v.paper, text, []annex{{title: "数据更正对照表", lists: []list{correctionList(c.Differences, "")}}})
	return raw, fileName(o, "城建项目"+c.Bulletin.Period.Chinese()+"份推进情况更正通报", ".docx"), err
}

// fileName is a file's name, marked as a draft until the office has released it.
func fileName(o Office, base, ending string) string {
	base = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\/:*?"<>|`, r) {
			return -1
		}
		return r
	}, o.city()+base)
	if !o.Released {
		base += "（" + draftMark + "）"
	}
	return base + ending
}

// CorrectionMail sets the correction's letter; a recipient's own figures come
// first and are marked.
func CorrectionMail(c Correction, o Office, t *templates.Set, recipient string) (subject, html, text string, err error) {
	v := newCorrection(c, o)
	m := letter{Snapshot: snapshotLine(v.Bulletin), Signed: o.signature(), Contact: o.Contact, Phone: o.Phone, Draft: !o.Released}
	if m.Prose, err = reportProse(t, "correction", v); err != nil {
		return "", "", "", err
	}
	l := correctionList(c.Differences, recipient)
	m.Rankings = []htmlTable{htmlAll(l, recipient)}
	subject = "【更正】" + v.Period.Chinese() + "份全市城建项目推进情况通报更正"
	return mailOf(t, subject, m)
}

// mailOf sets a letter in both its forms.
func mailOf(t *templates.Set, subject string, m letter) (_, html, text string, err error) {
	if html, err = t.HTML("bulletin/mail", m); err != nil {
		return "", "", "", fmt.Errorf("set the letter %q: %w", subject, err)
	}
	if text, err = t.Text("bulletin/mail", m); err != nil {
		return "", "", "", fmt.Errorf("set the letter %q: %w", subject, err)
	}
	return subject, strings.TrimSpace(html) + "\n", strings.TrimSpace(text) + "\n", nil
}
