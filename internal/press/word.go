package press

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/internal/docx"
	"tongbao/templates"
)

// The measures of GB/T 9704-2012: A4, 22 lines of 28 characters of size 三号.
const (
	pageWidth, pageHeight                      = 11906, 16838
	marginTop, marginRight                     = 2098, 1474
	marginBottom, marginLeft                   = 1984, 1588
	textWidth                                  = pageWidth - marginLeft - marginRight
	textLength                                 = pageHeight - marginTop - marginBottom
	lineHeight                                 = 579  // 28.95 points: 22 lines fill the page, 580 would leave 21
	charSpace                                  = -849 // 28 characters a line
	tight                                      = -5   // a quarter of a point less than 16: the same without the grid
	footerEdge                                 = 1304 // the page number stands 7 mm below the text
	red                                        = "FF0000"
	size2, size3, size4, sizeS4, size5, sizeS5 = 44, 32, 28, 24, 21, 18 // 二号, 三号, 四号, 小四, 五号, 小五, in half points
)

// The fonts go by name only; who prints the bulletin has them.
const (
	song  = "方正小标宋简体"
	fang  = "仿宋_GB2312"
	hei   = "黑体"
	kai   = "楷体_GB2312"
	latin = "Times New Roman"
)

// maxLines is how many lines of a table are printed; the workbook has them all.
const maxLines = 300

// Word sets the bulletin as a .docx.
func Word(b bulletin.Bulletin, o Office, t *templates.Set) ([]byte, error) {
	p := newPaper(b, o)
	text, err := prose(p, t)
	if err != nil {
		return nil, err
	}
	d := docx.Document{
		Title: text.Title, Author: o.Name, Created: b.AsOf,
		Fonts: docx.Fonts{East: fang, Latin: latin}, Size: size3, OddEven: true, Substitutes: complete,
	}
	s := upright()
	s.Blocks = append(head(p), body(p, text)...)
	d.Sections = append(d.Sections, s)
	for i, a := range annexes(p) {
		d.Sections = append(d.Sections, annexSection(i+1, a))
	}
	last := upright()
	last.Blocks = imprint(p, text.To)
	d.Sections = append(d.Sections, last)
	raw, err := d.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write the Word file: %w", err)
	}
	return raw, nil
}

func upright() docx.Section {
	return numbered(docx.Section{Width: pageWidth, Height: pageHeight, Top: marginTop, Right: marginRight, Bottom: marginBottom, Left: marginLeft,
		Grid: docx.Grid{LinePitch: lineHeight, CharSpace: charSpace}})
}

// sideways is the same text area turned, for wide tables.
func sideways() docx.Section {
	return numbered(docx.Section{Width: pageHeight, Height: pageWidth, Top: marginLeft, Right: marginTop, Bottom: marginRight, Left: marginBottom})
}

// numbered sets the page number: 四号 宋体, on the outer side, one character
// from the edge of the text.
func numbered(s docx.Section) docx.Section {
	s.Header, s.Footer = 851, min(footerEdge, s.Bottom-600)
	number := func(p docx.Paragraph) []docx.Paragraph {
		f := docx.Fonts{East: "宋体", Latin: "宋体"}
		p.OffGrid, p.Size = true, size4
		p.Runs = []docx.Run{{Text: "— ", Fonts: f, Size: size4}, {Field: "PAGE", Fonts: f, Size: size4}, {Text: " —", Fonts: f, Size: size4}}
		return []docx.Paragraph{p}
	}
	s.Odd = number(docx.Paragraph{Align: docx.Right, RightChars: 100})
	s.Even = number(docx.Paragraph{Align: docx.Left, LeftChars: 100})
	return s
}

// head is what stands above and with the red line.
func head(p paper) []docx.Block {
	o := p.Office
	mark := " "
	if !o.Released {
		mark = draftMark
	}
	dated := cmp.Or(o.Dated, p.AsOf.Format("2006年")+"　月　日")
	side := docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, Runs: full("　"+o.Name+"\t"+dated, fang),
		Tabs:   []docx.Tab{{At: textWidth - 320, Align: docx.Right}},
		Bottom: docx.Border{Size: 12, Color: red, Space: 11}}
	if len([]rune(o.Name)) > 17 { // so that both fit on the line
		side.Runs = set("　"+o.Name+"\t"+dated, fang, size4)
	}
	title := cmp.Or(o.Head, "城建项目大会战工作通报")
	size := 84 // 初号, less where the name is long: it stays on one line
	if n := len([]rune(title)); n > 0 {
		size = max(36, min(size, (textWidth-400)/n/10))
	}
	return []docx.Block{
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, Runs: full(mark, hei)},
		docx.Paragraph{Line: size*10 + 300, Before: 500, OffGrid: true, Align: docx.Center, Runs: colored(set(title, song, size), red)},
		blank(),
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Center, Runs: full(cmp.Or(o.Issue, "第　　期"), fang)},
		side,
	}
}

func blank() docx.Block {
	return docx.Paragraph{Line: lineHeight, OffGrid: true, Runs: full(" ", fang)}
}

func kept() docx.Block {
	return docx.Paragraph{Line: lineHeight, OffGrid: true, KeepNext: true, Runs: full(" ", fang)}
}

// full makes runs of the text's own size, so close that 28 characters fill a
// line. The section has the standard's grid too, but only Word presses a
// character into a cell that is narrower than itself: LibreOffice gives it two.
func full(s, font string) []docx.Run {
	runs := set(s, font, size3)
	for i := range runs {
		runs[i].Spacing, runs[i].OffGrid = tight, true
	}
	return runs
}

// body is the text from the title to the date.
func body(p paper, text Prose) []docx.Block {
	blocks := []docx.Block{blank()}
	for _, l := range balance(text.Title, 20) {
		blocks = append(blocks, docx.Paragraph{Line: lineHeight + 60, OffGrid: true, Align: docx.Center, KeepNext: true, Runs: set(l, song, size2)})
	}
	blocks = append(blocks, blank())
	if text.To != "" {
		blocks = append(blocks, docx.Paragraph{Line: lineHeight, OffGrid: true, Runs: full(text.To, fang)})
	}
	if text.Lead != "" {
		blocks = append(blocks, paragraph(text.Lead))
	}
	for _, s := range text.Sections {
		blocks = append(blocks, docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200, Outline: 1, KeepNext: true, Runs: full(s.Heading, hei)})
		for _, l := range s.Paragraphs {
			blocks = append(blocks, paragraph(l))
		}
	}
	// No page holds the signature alone: the last paragraph of the text and the
	// list of annexes go with it.
	if last, ok := blocks[len(blocks)-1].(docx.Paragraph); ok {
		last.KeepNext = true
		blocks[len(blocks)-1] = last
	}
	blocks = append(blocks, kept())
	for i, a := range annexes(p) {
		// 附件： and the first number, then the names below one another.
		first := "附件："
		if i > 0 {
			first = "　　　"
		}
		blocks = append(blocks, docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, KeepNext: true, LeftChars: 650, HangingChars: 450,
			Runs: full(fmt.Sprintf("%s%d. %s", first, i+1, a.title), fang)})
	}
	return append(blocks, signed(p)...)
}

// second is a heading of the second order: （一）从项目类别看。
var second = regexp.MustCompile(`^（[一二三四五六七八九十]+）[^。：；]{0,24}。?`)

func paragraph(s string) docx.Block {
	p := docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200}
	if h := second.FindString(s); h != "" {
		p.Runs = full(h, kai)
		s = s[len(h):]
		if s == "" {
			p.KeepNext, p.Outline = true, 2
		}
	}
	p.Runs = append(p.Runs, full(s, fang)...)
	return p
}

// signed is the signature above the date, as papers without a seal have it:
// two characters from the edge, the date two more to the right.
func signed(p paper) []docx.Block {
	name := p.Office.signature()
	date := cmp.Or(p.Office.Dated, p.AsOf.Format("2006年")+"　月　日")
	n, m := len([]rune(name)), width(date)
	// The date's first character stands two to the right of the name's first.
	right := max(200, (n-2)*100-m+200)
	nameRight := 200
	if (n-2)*100 < m { // the date is the longer one: it keeps two, the name moves in
		nameRight, right = 200+m-(n-2)*100, 200
	}
	note := docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200, Align: docx.Left, Runs: set("（"+snapshotLine(p.Bulletin)+"）", fang, sizeS4), Size: sizeS4}
	return []docx.Block{
		kept(),
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Right, RightChars: nameRight, KeepNext: true, Runs: full(name, fang)},
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Right, RightChars: right, KeepNext: true, Runs: full(date, fang)},
		note,
	}
}

// width is a text's width in hundredths of a Chinese character.
func width(s string) (n int) {
	for _, r := range s {
		if n += 100; r < 0x80 {
			n -= 50
		}
	}
	return n
}

// balance breaks a title that is too long for a line into lines of about the
// same length, the first ones the shorter, and not within a number, quoted
// name or common word.
func balance(s string, most int) []string {
	if width(s) <= most*100 {
		return []string{s}
	}
	r := []rune(s)
	best, at := -1, len(r)/2
	for i := 2; i < len(r)-1; i++ {
		if width(string(r[:i])) > most*100 || !breakable(string(r[:i]), string(r[i:])) {
			continue
		}
		if d := abs(width(string(r[:i])) - width(string(r[i:]))); best < 0 || d < best {
			best, at = d, i
		}
	}
	return append([]string{string(r[:at])}, balance(string(r[at:]), most)...)
}

// breakable: a line of a title ends after a whole word, which here can only be
// known of a few places.
func breakable(before, after string) bool {
	if strings.Count(before, "“") > strings.Count(before, "”") || strings.Count(before, "《") > strings.Count(before, "》") {
		return false
	}
	for _, w := range []string{"份", "”", "》", "关于"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	for _, w := range []string{"推进情况", "情况的通报", "全市", "城建项目"} {
		if strings.HasPrefix(after, w) {
			return true
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }

// imprint is the 版记 at the foot of the last page. Blank lines push it down:
// LibreOffice does not lay a floating table at the foot, and one that is too
// long would float out of the page in Word.
func imprint(p paper, sentTo string) []docx.Block {
	o := p.Office
	thick, thin := docx.Border{Size: 8}, docx.Border{Size: 6}
	none := docx.Border{}
	const line = 500 // twips
	t := docx.Table{Columns: []docx.Twips{textWidth}}
	used := 1
	row := func(paragraphs ...docx.Paragraph) {
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.Cell{{Paragraphs: paragraphs, LeftLine: &none, RightLine: &none, Top: &thin, Bottom: &thin}}})
	}
	var to []docx.Paragraph
	for _, x := range []struct{ name, list string }{{"报：", o.Report}, {"送：", o.CopyTo}, {"发：", sentTo}} {
		if x.list != "" {
			used += 1 + width(x.list)/2400 // 24 of some 27 characters a line: rather too many lines than too few
			to = append(to, docx.Paragraph{Line: line, Size: size4, LeftChars: 300, HangingChars: 200, RightChars: 100, Align: docx.Left,
				Runs: set(x.name+strings.TrimRight(tidy(x.list), "。：")+"。", fang, size4)})
		}
	}
	row(to...)
	printed := cmp.Or(o.Dated, p.AsOf.Format("2006年")+"　月　日") + "印发"
	row(docx.Paragraph{Line: line, Size: size4, LeftChars: 100, Align: docx.Left, Runs: set(o.Name+"\t"+printed, fang, size4),
		Tabs: []docx.Tab{{At: textWidth - 280, Align: docx.Right}}})
	t.Rows[0].Cells[0].Top = &thick
	t.Rows[len(t.Rows)-1].Cells[0].Bottom = &thick
	var blocks []docx.Block
	for range (textLength - used*line - 160) / lineHeight {
		blocks = append(blocks, blank())
	}
	return append(blocks, t)
}
