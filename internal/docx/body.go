package docx

import (
	"fmt"
	"strings"
)

const namespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"`

const declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

func (w *writer) body() string {
	w.put(`%s<w:document %s><w:body>`, declaration, namespaces)
	for i, s := range w.doc.Sections {
		last := i == len(w.doc.Sections)-1
		for j, b := range s.Blocks {
			// A section ends in its last paragraph's properties.
			if p, ok := b.(Paragraph); ok && !last && j == len(s.Blocks)-1 {
				w.paragraph(p, &s)
				continue
			}
			b.write(w)
			if _, table := b.(Table); table && j+1 < len(s.Blocks) {
				if _, again := s.Blocks[j+1].(Table); again { // two tables would grow together
					w.paragraph(empty, nil)
				}
			}
		}
		if n := len(s.Blocks); !last && (n == 0 || isTable(s.Blocks[n-1])) {
			w.paragraph(empty, &s)
		}
		if last {
			if n := len(s.Blocks); n == 0 || isTable(s.Blocks[n-1]) {
				w.paragraph(empty, nil)
			}
			w.section(s)
		}
	}
	w.put(`</w:body></w:document>`)
	out := w.b.String()
	w.b.Reset()
	return out
}

// empty is the smallest paragraph: Word wants one after each table.
var empty = Paragraph{Line: 20, Runs: []Run{{Size: 2}}, OffGrid: true}

func isTable(b Block) bool { _, ok := b.(Table); return ok }

func (p Paragraph) write(w *writer) { w.paragraph(p, nil) }

// paragraph writes p; end is the section that ends with it.
func (w *writer) paragraph(p Paragraph, end *Section) {
	w.put(`<w:p><w:pPr>`)
	for _, x := range []struct {
		on   bool
		name string
	}{{p.KeepNext, "keepNext"}, {p.KeepLines, "keepLines"}, {p.PageBreak, "pageBreakBefore"}} {
		if x.on {
			w.put(`<w:%s/>`, x.name)
		}
	}
	w.put(`<w:widowControl w:val="0"/>`)
	if p.Top.Size+p.Bottom.Size > 0 {
		w.put(`<w:pBdr>`)
		w.border("top", p.Top)
		w.border("bottom", p.Bottom)
		w.put(`</w:pBdr>`)
	}
	if len(p.Tabs) > 0 {
		w.put(`<w:tabs>`)
		for _, t := range p.Tabs {
			w.put(`<w:tab w:val="%s" w:pos="%d"/>`, t.Align, t.At)
		}
		w.put(`</w:tabs>`)
	}
	if p.OffGrid {
		w.put(`<w:snapToGrid w:val="0"/>`)
	}
	w.put(`<w:spacing w:before="%d" w:after="%d"`, p.Before, p.After)
	if p.Line > 0 {
		w.put(` w:line="%d" w:lineRule="exact"`, p.Line)
	} else {
		w.put(` w:line="240" w:lineRule="auto"`)
	}
	w.put(`/>`)
	w.indent(p)
	align := p.Align
	if align == "" {
		align = Both
	}
	w.put(`<w:jc w:val="%s"/>`, align)
	if p.Outline > 0 {
		w.put(`<w:outlineLvl w:val="%d"/>`, p.Outline-1)
	}
	if end != nil {
		w.section(*end)
	}
	w.put(`</w:pPr>`)
	for _, r := range p.Runs {
		w.run(r)
	}
	w.put(`</w:p>`)
}

// indent writes the indents in characters, and in twips for programs that do
// not know the former.
func (w *writer) indent(p Paragraph) {
	if p.Left|p.Right != 0 {
		w.put(`<w:ind w:left="%d" w:right="%d"/>`, p.Left, p.Right)
		return
	}
	if p.FirstChars|p.HangingChars|p.LeftChars|p.RightChars == 0 {
		return
	}
	size := p.Size
	if size == 0 {
		size = w.doc.Size
	}
	twips := func(chars int) int { return chars * size / 10 } // half points are 10 twips
	w.put(`<w:ind`)
	for _, x := range []struct {
		chars      int
		name, text string
	}{{p.LeftChars, "leftChars", "left"}, {p.RightChars, "rightChars", "right"}} {
		if x.chars != 0 {
			w.put(` w:%s="%d" w:%s="%d"`, x.name, x.chars, x.text, twips(x.chars))
		}
	}
	switch {
	case p.HangingChars != 0:
		if p.LeftChars == 0 {
			w.put(` w:leftChars="%d" w:left="%d"`, p.HangingChars, twips(p.HangingChars))
		}
		w.put(` w:hangingChars="%d" w:hanging="%d"`, p.HangingChars, twips(p.HangingChars))
	case p.FirstChars != 0:
		w.put(` w:firstLineChars="%d" w:firstLine="%d"`, p.FirstChars, twips(p.FirstChars))
	}
	w.put(`/>`)
}

func (w *writer) border(side string, b Border) {
	if b.Size == 0 {
		return
	}
	style, color := b.Style, b.Color
	if style == "" {
		style = "single"
	}
	if color == "" {
		color = "000000"
	}
	w.put(`<w:%s w:val="%s" w:sz="%d" w:space="%d" w:color="%s"/>`, side, style, b.Size, b.Space, color)
}

func (w *writer) run(r Run) {
	w.put(`<w:r>`)
	w.runProperties(r)
	switch {
	case r.Picture != nil:
		w.picture(*r.Picture)
	case r.Box != nil:
		w.box(*r.Box)
	case r.Field != "":
		w.put(`<w:fldChar w:fldCharType="begin"/></w:r><w:r>`)
		w.runProperties(r)
		w.put(`<w:instrText xml:space="preserve"> %s </w:instrText></w:r><w:r>`, escape(r.Field))
		w.runProperties(r)
		w.put(`<w:fldChar w:fldCharType="separate"/></w:r><w:r>`)
		w.runProperties(r)
		w.put(`<w:t>1</w:t></w:r><w:r>`)
		w.runProperties(r)
		w.put(`<w:fldChar w:fldCharType="end"/>`)
	default:
		w.text(r.Text)
	}
	w.put(`</w:r>`)
}

func (w *writer) text(s string) {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			w.put(`<w:br/>`)
		}
		for j, piece := range strings.Split(line, "\t") {
			if j > 0 {
				w.put(`<w:tab/>`)
			}
			if piece != "" {
				w.b.WriteString(`<w:t xml:space="preserve">` + escape(piece) + `</w:t>`)
			}
		}
	}
}

func (w *writer) runProperties(r Run) {
	w.put(`<w:rPr>`)
	// The hint makes quotation marks and dashes, which both scripts have,
	// Chinese ones: without it Word sets “ ” narrow, in the Latin font.
	w.b.WriteString(strings.Replace(w.rFonts(r.Fonts), `<w:rFonts `, `<w:rFonts w:hint="eastAsia" `, 1))
	if r.Bold {
		w.put(`<w:b/>`)
	}
	if r.OffGrid {
		w.put(`<w:snapToGrid w:val="0"/>`)
	}
	if r.Color != "" {
		w.put(`<w:color w:val="%s"/>`, r.Color)
	}
	if r.Spacing != 0 {
		w.put(`<w:spacing w:val="%d"/>`, r.Spacing)
	}
	if r.Scale != 0 {
		w.put(`<w:w w:val="%d"/>`, r.Scale)
	}
	if r.Size != 0 {
		w.put(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, r.Size, r.Size)
	}
	w.put(`</w:rPr>`)
}

func (w *writer) rFonts(f Fonts) string {
	east, latin := f.East, f.Latin
	if east == "" {
		east = w.doc.Fonts.East
	}
	if latin == "" {
		latin = w.doc.Fonts.Latin
	}
	w.name(east)
	w.name(latin)
	return fmt.Sprintf(`<w:rFonts w:ascii="%[2]s" w:hAnsi="%[2]s" w:eastAsia="%[1]s" w:cs="%[2]s"/>`, escape(east), escape(latin))
}

// name notes that a font is used.
func (w *writer) name(font string) {
	for _, f := range w.fonts {
		if f == font {
			return
		}
	}
	if font != "" {
		w.fonts = append(w.fonts, font)
	}
}

// section writes the properties of a section, and its footers as parts.
func (w *writer) section(s Section) {
	w.put(`<w:sectPr>`)
	first := len(s.First)+len(s.FirstHead) > 0
	if first {
		w.put(`<w:headerReference w:type="first" r:id="%s"/>`, w.header(s.FirstHead))
	}
	if len(s.Odd) > 0 {
		w.put(`<w:footerReference w:type="default" r:id="%s"/>`, w.footer(s.Odd))
	}
	if w.doc.OddEven && len(s.Even) > 0 {
		w.put(`<w:footerReference w:type="even" r:id="%s"/>`, w.footer(s.Even))
	}
	if first {
		w.put(`<w:footerReference w:type="first" r:id="%s"/>`, w.footer(s.First))
	}
	start := s.Start
	if start == "" {
		start = "nextPage"
	}
	w.put(`<w:type w:val="%s"/>`, start)
	orient := ""
	if s.Width > s.Height {
		orient = ` w:orient="landscape"`
	}
	w.put(`<w:pgSz w:w="%d" w:h="%d"%s/>`, s.Width, s.Height, orient)
	w.put(`<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="%d" w:gutter="0"/>`,
		s.Top, s.Right, s.Bottom, s.Left, s.Header, s.Footer)
	if s.FirstPage > 0 {
		w.put(`<w:pgNumType w:start="%d"/>`, s.FirstPage)
	}
	w.put(`<w:cols w:space="720"/>`)
	if first {
		w.put(`<w:titlePg/>`)
	}
	if s.Grid.LinePitch > 0 {
		w.put(`<w:docGrid w:type="linesAndChars" w:linePitch="%d" w:charSpace="%d"/>`, s.Grid.LinePitch, s.Grid.CharSpace)
	}
	w.put(`</w:sectPr>`)
}

// footer writes a footer as a part of its own and gives its relationship.
func (w *writer) footer(paragraphs []Paragraph) string {
	w.footers++
	return w.edge("ftr", fmt.Sprintf("footer%d", w.footers), paragraphs)
}

// header is a footer's like at the page's other end.
func (w *writer) header(paragraphs []Paragraph) string {
	w.headers++
	return w.edge("hdr", fmt.Sprintf("header%d", w.headers), paragraphs)
}

func (w *writer) edge(element, name string, paragraphs []Paragraph) string {
	main := w.b
	w.b = new(strings.Builder)
	w.put(`%s<w:%s %s>`, declaration, element, namespaces)
	for _, p := range paragraphs {
		p.write(w)
	}
	if len(paragraphs) == 0 { // the schema wants one
		empty.write(w)
	}
	w.put(`</w:%s>`, element)
	w.parts = append(w.parts, part{"word/" + name + ".xml", []byte(w.b.String())})
	w.b = main
	return "rId" + name
}

const emu = 635 // English metric units a twip

func (w *writer) picture(p Picture) {
	w.pictures++
	n := w.pictures
	w.parts = append(w.parts, part{fmt.Sprintf("word/media/image%d.png", n), p.PNG})
	cx, cy, alt := p.Width*emu, p.Height*emu, escape(p.Alt)
	w.put(`<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="Picture %d" descr="%s"/>`, cx, cy, n, n, alt)
	w.put(`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%d" name="image%d.png" descr="%s"/><pic:cNvPicPr/></pic:nvPicPr>`, n, n, alt)
	w.put(`<pic:blipFill><a:blip r:embed="rIdImage%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`, n)
	w.put(`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>`, cx, cy)
}

// box writes text at a fixed place, as a drawing of Word 2010 and later; WPS
// and LibreOffice know it, too. Text flows around it, though none is there:
// LibreOffice forgets the place of a box in a footer that nothing flows around.
func (w *writer) box(b Box) {
	w.boxes++
	n := 1000 + w.boxes // pictures are numbered from 1
	cx, cy := b.Width*emu, b.Height*emu
	w.put(`<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="%d" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>`, n)
	w.put(`<wp:positionH relativeFrom="page"><wp:posOffset>%d</wp:posOffset></wp:positionH><wp:positionV relativeFrom="page"><wp:posOffset>%d</wp:posOffset></wp:positionV>`, b.X*emu, b.Y*emu)
	w.put(`<wp:extent cx="%d" cy="%d"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="%d" name="Box %d"/><wp:cNvGraphicFramePr/>`, cx, cy, n, n)
	w.put(`<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>`)
	w.put(`<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>`, cx, cy)
	for _, p := range b.Paragraphs {
		p.write(w)
	}
	direction := "horz"
	if b.Turned {
		direction = "vert"
	}
	w.put(`</w:txbxContent></wps:txbx><wps:bodyPr vert="%s" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"><a:noAutofit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>`, direction)
}
