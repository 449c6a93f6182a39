package press

import (
	"cmp"

	"tongbao/internal/docx"
)

// How far things stand from each other at the head of the first page.
const (
	markTop    = 1984 // 35 mm: the office's name in red below the text area's upper edge (GB/T 9704-2012, 7.2.4)
	formalTop  = 1701 // 30 mm: the same below the page's edge on a formal letter (10.1)
	formalEdge = 1134 // 20 mm: the lower double line above the page's edge (10.1)
	formalLine = 9638 // 170 mm, centred on the page
	// lineGap is, in points, from a line of text to the red line 4 mm below its
	// characters, which end some 4 points above the line's own end (7.2.7).
	lineGap = 8
)

// onTop is the height of a line whose characters touch its upper edge: in a
// line of exact height the base stands at four fifths of it.
func onTop(size int) docx.Twips { return size * 11 }

// head is what stands above and with the red line.
func head(p paper) []docx.Block {
	switch p.Office.Layout {
	case Document:
		return documentHead(p)
	case Formal:
		return formalHead(p)
	}
	return briefHead(p)
}

func (o Office) draft() string {
	if o.Released {
		return " "
	}
	return draftMark
}

// briefHead is that of a 简报: the name, the issue, who and when, the red line.
func briefHead(p paper) []docx.Block {
	o := p.Office
	date := cmp.Or(o.Dated, p.AsOf.Format("2006年")+"　月　日")
	side := docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, Runs: full("　"+o.Name+"\t"+date, fang),
		Tabs:   []docx.Tab{{At: textWidth - 320, Align: docx.Right}},
		Bottom: docx.Border{Size: 12, Color: red, Space: lineGap}}
	if len([]rune(o.Name)) > 17 { // so that both fit on the line
		side.Runs = set("　"+o.Name+"\t"+date, fang, size4)
	}
	mark := redMark(cmp.Or(o.Head, "城建项目大会战工作通报"), textWidth-400)
	mark.Before, mark.After = 500, 300
	return []docx.Block{
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, Runs: full(o.draft(), hei)},
		mark,
		blank(),
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Center, Runs: full(cmp.Or(o.Issue, "第　　期"), fang)},
		side,
	}
}

// documentHead is that of a document with a number (7.2): the office's name
// with 文件, the number two lines below it, the red line.
func documentHead(p paper) []docx.Block {
	o := p.Office
	mark := redMark(cmp.Or(o.Head, o.Name+"文件"), textWidth)
	mark.Before = markTop - lineHeight
	return []docx.Block{
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, Runs: full(o.draft(), hei)},
		mark, blank(), blank(),
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Center, Runs: full(documentNumber(p), fang),
			Bottom: docx.Border{Size: 12, Color: red, Space: lineGap}},
	}
}

// documentNumber leaves room for a number and for the office's own word before it.
func documentNumber(p paper) string {
	return cmp.Or(p.Office.Issue, "　　　　〔"+p.AsOf.Format("2006")+"〕　　号")
}

// letterHead is the header of a formal letter's first page, the office's name
// above a double line, and its footer, the other double line: no page number
// stands there (10.1).
func letterHead(p paper) (top, foot []docx.Paragraph) {
	o := p.Office
	mark := redMark(cmp.Or(o.Head, o.Name), formalLine-400)
	line := docx.Paragraph{OffGrid: true, Line: 20, Runs: []docx.Run{{Size: 2}}, Left: (pageWidth-formalLine)/2 - marginLeft, Right: (pageWidth-formalLine)/2 - marginRight}
	mark.Left, mark.Right = line.Left, line.Right
	upper, lower := line, line
	// 4 mm below the characters, which end a seventh of their size above the
	// line's end. Thin within thick is thick above thin for a border on top.
	upper.Before, upper.Top = max(0, 227-mark.Line*14/110), docx.Border{Size: 24, Color: red, Style: "thinThickSmallGap"}
	lower.Top = docx.Border{Size: 24, Color: red, Style: "thickThinSmallGap"}
	return []docx.Paragraph{mark, upper}, []docx.Paragraph{lower}
}

// formalHead is what stands below a formal letter's first double line: the
// number at the right edge, a character's height of 7/8 below the line.
func formalHead(p paper) []docx.Block {
	number := docx.Paragraph{Line: lineHeight, Before: 200, OffGrid: true, Align: docx.Right, Runs: full(documentNumber(p), fang)}
	if p.Office.Released {
		return []docx.Block{number}
	}
	number.Align, number.Tabs = docx.Left, []docx.Tab{{At: textWidth, Align: docx.Right}}
	number.Runs = append(full(draftMark, hei), full("\t"+documentNumber(p), fang)...)
	return []docx.Block{number}
}

// redMark is the office's name in red, as large as the width has room for: at
// most 初号; a long name is set narrower first, and only then smaller.
func redMark(s string, wide docx.Twips) docx.Paragraph {
	const largest, smallest, narrowest = 84, 36, 60
	size, scale := largest, 100
	if n := width(s); n > 0 {
		fits := wide * 10 / n // in half points, at full width
		if fits < size {
			scale = max(narrowest, fits*100/size)
			size = min(size, fits*100/scale)
		}
	}
	runs := colored(set(s, song, max(size, smallest)), red)
	for i := range runs {
		if runs[i].OffGrid = true; scale < 100 {
			runs[i].Scale = scale
		}
	}
	return docx.Paragraph{Line: onTop(max(size, smallest)), OffGrid: true, Align: docx.Center, Runs: runs}
}
