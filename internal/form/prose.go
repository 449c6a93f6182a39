package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Bounds of a report in words, in characters.
const (
	leastProse = 60   // less is a cover letter
	mostProse  = 4000 // what is kept of it
)

var (
	// tellsProgress is what a report in words calls itself, worksDone what it tells.
	tellsProgress = compile(`进展|进度|推进情况|建设情况|完成情况|存在的?(?:主要)?(?:困难|问题)`)
	worksDone     = compile(`完成(?:年度|总)?投资|累计完成|形象进度|完成(?:工程量|总工程量|产值)|已?(?:开工|竣工|完工)|施工|征(?:地|迁|拆)|\d(?:\.\d+)?(?:万元|亿元|%)`)
)

// addProse takes a report in words where the submitter may send one and no
// table came: the plan asks the units of the central city for 项目进展情况及
// 存在的困难 and prescribes no form. Its figures are not taken; a person reads
// it. A letter that asks something, or holds a file that could not be used, is
// no report.
func (r *reader) addProse() {
	failed := func(f reporting.Finding) bool { return f.Severity == reporting.Error }
	if !r.k.Prose || len(r.tables) > 0 || len(r.empty) > 0 || slices.ContainsFunc(r.out.Findings, failed) {
		return
	}
	var best *Document
	var text string
	for i := range r.m.Documents {
		d := &r.m.Documents[i]
		said := proseOf(own(d.Book.Paragraphs, r.k.Submitter))
		if d.Body && asking.MatchString(fold(said)) {
			return
		}
		if len(said) > len(text) && r.isProse(d, said) {
			best, text = d, said
		}
	}
	if best == nil {
		return
	}
	t := &table{}
	t.out = reporting.Table{Path: best.Path, Kind: reporting.Progress, Prose: text, Submitter: r.out.Submitter,
		Rows: []reporting.Row{}, Totals: []reporting.Total{}}
	t.out.Period = r.nilMonth(nilTold{doc: best, kind: reporting.Progress, text: words(best.Book.Paragraphs, 400)})
	t.say("", "prose", reporting.Notice, "按文字材料收下，已转指挥部办公室；其中的数字不计入全市汇总。如需计入，请另报进度表。")
	r.out.Findings = slices.DeleteFunc(r.out.Findings, func(f reporting.Finding) bool { return f.Code == "no-table" })
	r.tables = append(r.tables, t)
}

// isProse reports whether a text calls itself a report and tells of works.
func (r *reader) isProse(d *Document, text string) bool {
	head := d.Path[len(d.Path)-1] + " " + words(d.Book.Paragraphs, 300)
	if d.Body && r.m.Letter != nil {
		head += " " + r.m.Letter.Subject
	}
	return utf8.RuneCountInString(text) >= leastProse && tellsProgress.MatchString(fold(head)) && worksDone.MatchString(fold(text))
}

// proseOf joins paragraphs up to a bound.
func proseOf(paragraphs []sheet.Paragraph) string {
	var s strings.Builder
	left := mostProse
	for _, p := range paragraphs {
		line := strings.TrimSpace(p.Text)
		if line == "" || device.MatchString(fold(line)) {
			continue
		}
		n := utf8.RuneCountInString(line)
		if n > left {
			break
		}
		left -= n
		s.WriteString(line + "\n")
	}
	return strings.TrimSpace(s.String())
}
