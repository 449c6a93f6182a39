package press

import (
	"cmp"
	"strings"

	"tongbao/internal/docx"
)

// The imprint's lines, in eighths of a point (GB/T 9704-2012, 7.4.1): 0.35 and 0.25 mm.
var (
	thick   = docx.Border{Size: 8}
	thin    = docx.Border{Size: 6}
	without = docx.Border{}
)

const (
	imprintLine = 500 // twips: a line of 四号
	imprintWide = 28  // characters of a line, less than there is room for: it is broken here, not by chance
)

// imprint is the 版记 at the foot of the last page, which is an even one; none
// where a formal letter has no copies. A paragraph of the height that is left
// over pushes it down, so that its last line is the text area's lower edge:
// LibreOffice does not lay a floating table at the foot, and one that is too
// long would float out of the page in Word.
func imprint(p paper, sentTo string) (docx.Section, bool) {
	o := p.Office
	lists := []struct{ name, list string }{{"报：", o.Report}, {"送：", o.CopyTo}, {"发：", sentTo}}
	if o.Layout == Document || o.Layout == Formal {
		lists = []struct{ name, list string }{{"抄送：", o.CopyTo}}
	}
	t := docx.Table{Columns: []docx.Twips{textWidth}}
	high := 0
	row := func(paragraphs ...docx.Paragraph) {
		if len(paragraphs) > 0 {
			height := imprintLine*len(paragraphs) + 60
			high += height
			t.Rows = append(t.Rows, docx.Row{Height: height, Exact: true, Cells: []docx.Cell{{Paragraphs: paragraphs, LeftLine: &without, RightLine: &without, Top: &thin, Bottom: &thin}}})
		}
	}
	var to []docx.Paragraph
	for _, x := range lists {
		to = append(to, copies(x.name, x.list)...)
	}
	row(to...)
	if o.Layout != Formal {
		printed := cmp.Or(o.Dated, p.AsOf.Format("2006年")+"　月　日") + "印发"
		row(docx.Paragraph{Line: imprintLine, Size: size4, LeftChars: 100, Align: docx.Left, Runs: set(o.Name+"\t"+printed, fang, size4),
			Tabs: []docx.Tab{{At: textWidth - 280, Align: docx.Right}}})
	}
	if len(t.Rows) == 0 {
		return docx.Section{}, false
	}
	t.Rows[0].Cells[0].Top = &thick
	t.Rows[len(t.Rows)-1].Cells[0].Bottom = &thick
	if o.Layout == Formal {
		t.Rows[0].Cells[0].Top, t.Rows[0].Cells[0].Bottom = &without, &without
	}
	s := upright()
	// No number: where a blank page comes before, neither has one (7.5). No grid:
	// LibreOffice would lay the table half a line lower. And a little more room
	// below, for the paragraph that must follow a table: the last line is the
	// text area's edge, and nothing may flow over to another page.
	s.Start, s.Odd, s.Even, s.Grid, s.Bottom = docx.EvenPage, nobody(), nobody(), docx.Grid{}, marginBottom-slack
	if left := textLength - high; left > 0 {
		s.Blocks = []docx.Block{docx.Paragraph{Line: left, OffGrid: true, Runs: []docx.Run{{Size: 2}}}}
	}
	s.Blocks = append(s.Blocks, t)
	return s, true
}

// nobody is a footer with nothing in it; without one a section has the last one's.
func nobody() []docx.Paragraph {
	return []docx.Paragraph{{OffGrid: true, Line: 240, Runs: []docx.Run{{Size: 2}}}}
}

// slack is what programs may reckon differently before the imprint would be
// pushed off its page, with the paragraph that follows it.
const slack = 120

// copies are the lines of a list of recipients, those after the first below
// its first character.
func copies(name, list string) (out []docx.Paragraph) {
	list = strings.TrimRight(tidy(list), "。：")
	if list == "" {
		return nil
	}
	hang := width(name)
	for i, l := range wrapped(list+"。", imprintWide*100-hang) {
		p := docx.Paragraph{Line: imprintLine, Size: size4, LeftChars: 100 + hang, RightChars: 100, Align: docx.Left, Runs: set(l, fang, size4)}
		if i == 0 {
			p.HangingChars = hang
			p.Runs = set(name+l, fang, size4)
		}
		out = append(out, p)
	}
	return out
}

// wrapped breaks a text into lines of at most so many hundredths of a
// character, none of which begins with a closing mark.
func wrapped(s string, most int) (out []string) {
	var line []rune
	used := 0
	for _, r := range s {
		w := width(string(r))
		if used+w > most && !strings.ContainsRune("，。、；：）》”", r) && len(line) > 0 {
			out = append(out, string(line))
			line, used = nil, 0
		}
		line = append(line, r)
		used += w
	}
	return append(out, string(line))
}
