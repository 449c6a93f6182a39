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
	tight                                      = -6   // 0.3 points less than 16: the same without the grid, in whole dots of LibreOffice
	footerEdge                                 = 1417 // so that the dashes beside the page number stand 7 mm below the text
	numberGap                                  = 229  // from the text to the number's upper edge, by this; LibreOffice sets turned lines a little lower
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
	return setWord(p, text, annexes(p))
}

// setWord sets a text with its annexes in the office's layout.
func setWord(p paper, text Prose, list []annex) ([]byte, error) {
	b, o := p.Bulletin, p.Office
	d := docx.Document{
		Title: text.Title, Author: o.Name, Created: b.AsOf,
		Fonts: docx.Fonts{East: fang, Latin: latin}, Size: size3, OddEven: true, Substitutes: complete,
	}
	s := upright()
	if o.Layout == Formal {
		s.FirstHead, s.First = letterHead(p)
		s.Header, s.Footer = formalTop, formalEdge
	}
	s.Blocks = append(head(p), body(p, text, list)...)
	d.Sections = append(d.Sections, s)
	for i, a := range list {
		n := i + 1
		if len(list) == 1 {
			n = 0
		}
		d.Sections = append(d.Sections, annexSection(n, a))
	}
	if last, ok := imprint(p, text.To); ok {
		d.Sections = append(d.Sections, last)
	}
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

// number is the page number: 四号 宋体 between dashes, its upper edge at the
// line's.
func number(p docx.Paragraph) docx.Paragraph {
	f := docx.Fonts{East: "宋体", Latin: "宋体"}
	p.OffGrid, p.Size, p.Line = true, size4, size4*11
	p.Runs = []docx.Run{{Text: "— ", Fonts: f, Size: size4}, {Field: "PAGE", Fonts: f, Size: size4}, {Text: " —", Fonts: f, Size: size4}}
	return p
}

// numbered sets the page number below the text (GB/T 9704-2012, 7.5): on the
// outer side, one character from the edge of the text.
func numbered(s docx.Section) docx.Section {
	s.Header, s.Footer = 851, footerEdge
	s.Odd = []docx.Paragraph{number(docx.Paragraph{Align: docx.Right, RightChars: 100})}
	s.Even = []docx.Paragraph{number(docx.Paragraph{Align: docx.Left, LeftChars: 100})}
	return s
}

// sideways is the same text area turned, for wide tables. Bound with the
// others, the sheet lies with the table's head to the left, so its number
// stands turned in what is the left margin here, at the place of all others
// (GB/T 9704-2012, 8).
func sideways() docx.Section {
	s := docx.Section{Width: pageHeight, Height: pageWidth, Top: marginLeft, Right: marginTop, Bottom: marginRight, Left: marginBottom, Header: 851, Footer: 600}
	turned := func(p docx.Paragraph) []docx.Paragraph {
		const wide = size4 * 11
		b := docx.Box{X: marginBottom - numberGap - wide, Y: marginLeft, Width: wide, Height: textWidth, Turned: true, Paragraphs: []docx.Paragraph{number(p)}}
		return []docx.Paragraph{{OffGrid: true, Line: 240, Runs: []docx.Run{{Box: &b}}}}
	}
	s.Odd = turned(docx.Paragraph{Align: docx.Right, RightChars: 100})
	s.Even = turned(docx.Paragraph{Align: docx.Left, LeftChars: 100})
	return s
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
func body(p paper, text Prose, list []annex) []docx.Block {
	blocks := []docx.Block{blank(), blank()}
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
		if s.Heading != "" {
			blocks = append(blocks, docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200, Outline: 1, KeepNext: true, Runs: full(s.Heading, hei)})
		}
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
	for i, a := range list {
		// 附件： and the first number, then the names below one another.
		first := "附件："
		if i > 0 {
			first = "　　　"
		}
		n := fmt.Sprintf("%d. ", i+1)
		if len(list) == 1 { // a single annex has no number (GB/T 9704-2012, 7.3.4)
			n = ""
		}
		blocks = append(blocks, docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, KeepNext: true, LeftChars: 650, HangingChars: 450,
			Runs: full(first+n+a.title, fang)})
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

// signed is the signature above the date.
func signed(p paper) []docx.Block {
	date := cmp.Or(p.Office.Dated, p.AsOf.Format("2006年")+"　月　日")
	note := docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200, Align: docx.Left, Runs: set("（"+snapshotLine(p.Bulletin)+"）", fang, sizeS4), Size: sizeS4}
	return append(nameAndDate(p.Office.signature(), date, p.Office.Layout == Document || p.Office.Layout == Formal), note)
}

// nameAndDate is the signature, with room for a seal or without.
func nameAndDate(name, date string, seal bool) []docx.Block {
	n, m := width(name), width(date)
	blocks := []docx.Block{kept()}
	// Without a seal (7.3.5.2): two characters from the edge, the date's first
	// character two to the right of the name's first.
	nameRight, right := 200, n-m
	if right < 200 { // the date is the longer one: it keeps two, the name moves in
		nameRight, right = 400+m-n, 200
	}
	if seal {
		// With one (7.3.5.1): the date four from the edge, the name centred above
		// it, and room for the seal above both.
		middle := max(400+m/2, 200+n/2)
		nameRight, right = middle-n/2, middle-m/2
		blocks = append(blocks, kept())
	}
	return append(blocks,
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Right, RightChars: nameRight, KeepNext: true, Runs: full(name, fang)},
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Right, RightChars: right, KeepNext: true, Runs: full(date, fang)},
	)
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
	for i := 4; i < len(r)-1; i++ { // no line is 关于 alone
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
	for _, w := range []string{"推进情况", "情况的通报", "全市", "城建项目", "建设的督办函"} {
		if strings.HasPrefix(after, w) {
			return true
		}
	}
	return false
}

func abs(n int) int { return max(n, -n) }
