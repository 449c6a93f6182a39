package sheet

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	commentsType = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
	vmlType      = "application/vnd.openxmlformats-officedocument.vmlDrawing"
	mainSpace    = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	noteAuthor   = "审核"
)

// notes writes the comments of a sheet: their texts, and the drawing without
// which Excel shows none. What was there stays; a cell that has a comment
// already gets ours below it. The id is that of a new legacy drawing, "" where
// the sheet has one.
func (p *parcel) notes(part, drawing string, number int, marks []spot) (id string, err error) {
	rels, err := p.sheetRelations(part)
	if err != nil {
		return "", err
	}
	if marks, err = p.besideThreads(rels, marks); err != nil {
		return "", err
	}
	taken := map[string]bool{}
	if texts := ofKind(rels, "/comments"); texts != "" {
		if taken, err = p.extendComments(texts, marks); err != nil {
			return "", err
		}
	} else if err := p.newComments(part, marks); err != nil {
		return "", err
	}
	var fresh []spot
	for _, s := range marks {
		if !taken[CellName(s.col, s.row)] {
			fresh = append(fresh, s)
		}
	}
	if drawing != "" {
		r, ok := rels[drawing]
		if !ok || !p.has(r.target) {
			return "", damaged("the drawing of the comments is missing")
		}
		return "", p.extendDrawing(r.target, fresh)
	}
	name := p.free("xl/drawings/vmlDrawing", ".vml")
	p.add(name, []byte(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">`+
		fmt.Sprintf(`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout>`, number+1)+noteShapeType+
		noteShapes(fresh, (number+1)<<10)+`</xml>`))
	if err := p.declare("vml", "", vmlType); err != nil {
		return "", err
	}
	return p.relate(part, relationships+"/vmlDrawing", name)
}

func (p *parcel) sheetRelations(part string) (map[string]relation, error) {
	i := strings.LastIndexByte(part, '/')
	if !p.has(part[:i+1] + "_rels/" + part[i+1:] + ".rels") {
		return nil, nil
	}
	return p.relations(part)
}

// comment is one <comment> element.
func comment(prefix string, author int, s spot) string {
	return strings.ReplaceAll(fmt.Sprintf(`<:comment ref="%s" authorId="%d"><:text>`, CellName(s.col, s.row), author), "<:", "<"+prefix) +
		run(prefix, s.text) + strings.ReplaceAll(`</:text></:comment>`, "</:", "</"+prefix)
}

// run is a text in 宋体 9, as Excel sets comments.
func run(prefix, text string) string {
	tag := strings.NewReplacer("</:", "</"+prefix, "<:", "<"+prefix)
	return tag.Replace(`<:r><:rPr><:sz val="9"/><:color indexed="81"/><:rFont val="宋体"/><:family val="3"/><:charset val="134"/></:rPr><:t xml:space="preserve">`) +
		escapeText(text) + tag.Replace(`</:t></:r>`)
}

// escapeText makes a text fit for XML: what XML forbids is left out.
func escapeText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}

func (p *parcel) newComments(part string, marks []spot) error {
	name := p.free("xl/comments", ".xml")
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"%s\"><authors><author>%s</author></authors><commentList>", mainSpace, noteAuthor)
	for _, s := range marks {
		b.WriteString(comment("", 0, s))
	}
	b.WriteString("</commentList></comments>")
	p.add(name, []byte(b.String()))
	if err := p.declare("", name, commentsType); err != nil {
		return err
	}
	_, err := p.relate(part, relationships+"/comments", name)
	return err
}

// extendComments adds to the comments of a sheet. It says which cells had one.
func (p *parcel) extendComments(part string, marks []spot) (taken map[string]bool, err error) {
	x, err := p.source(part)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, s := range marks {
		texts[CellName(s.col, s.row)] = s.text
	}
	taken = map[string]bool{}
	var edits []edit
	authors, ref, prefix := 0, "", ""
	authorsEnd, listEnd, textEnd := 0, 0, 0
	for {
		t, err := x.next()
		if err != nil {
			return nil, partError(part, err)
		}
		if t == xmlEOF {
			break
		}
		tag := string(x.name)
		switch {
		case t == xmlStart && x.depth() == 1:
			prefix = prefixOf(x)
		case t == xmlStart && x.depth() == 3 && tag == "author":
			authors++
		case t == xmlStart && x.depth() == 3 && tag == "comment":
			ref, textEnd = x.attr("ref"), 0
		case t == xmlStart && x.depth() == 5 && (tag == "rPh" || tag == "phoneticPr") && textEnd == 0:
			textEnd = x.from
		case t == xmlEnd && x.depth() == 3 && ref != "" && !taken[ref] && bytes.HasPrefix(x.src[x.from:], []byte("</"+prefix+"text")):
			if textEnd == 0 {
				textEnd = x.from
			}
			taken[ref] = true
			if text, ok := texts[ref]; ok {
				edits = append(edits, edit{textEnd, 0, run(prefix, "\n"+noteAuthor+"："+text)})
			}
		case t == xmlEnd && x.depth() == 1 && bytes.HasPrefix(x.src[x.from:], []byte("</"+prefix+"authors")):
			authorsEnd = x.from
		case t == xmlEnd && x.depth() == 1 && bytes.HasPrefix(x.src[x.from:], []byte("</"+prefix+"commentList")):
			listEnd = x.from
		}
	}
	if authorsEnd == 0 || listEnd == 0 {
		return nil, &Error{Code: "unsupported", Detail: "comments without a list"}
	}
	var b strings.Builder
	for _, s := range marks {
		if !taken[CellName(s.col, s.row)] {
			b.WriteString(comment(prefix, authors, s))
		}
	}
	p.apply(part, x.src, append(edits, edit{authorsEnd, 0, "<" + prefix + "author>" + noteAuthor + "</" + prefix + "author>"}, edit{listEnd, 0, b.String()}))
	return taken, nil
}

const noteShapeType = `<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`

var shapeNumber = regexp.MustCompile(`_x0000_s(\d{1,9})`)

// extendDrawing adds shapes to the drawing that a sheet has. It is not read as
// XML: Excel itself writes tags into it that are not closed.
func (p *parcel) extendDrawing(part string, marks []spot) error {
	data := p.changed[part]
	if data == nil {
		var err error
		if data, err = p.part(part); err != nil {
			return err
		}
	}
	end := bytes.LastIndex(data, []byte("</xml>"))
	if end < 0 || !utf8.Valid(data) {
		return &Error{Code: "unsupported", Detail: "a drawing of comments without an end"}
	}
	last := 1024
	for _, m := range shapeNumber.FindAllSubmatch(data, -1) {
		if n, err := strconv.Atoi(string(m[1])); err == nil {
			last = max(last, n)
		}
	}
	put := noteShapes(marks, last)
	if !bytes.Contains(data, []byte(`id="_x0000_t202"`)) {
		put = noteShapeType + put
	}
	if !bytes.Contains(data[:end], []byte(`urn:schemas-microsoft-com:office:excel"`)) {
		return &Error{Code: "unsupported", Detail: "a drawing of comments that is not Excel's"}
	}
	p.apply(part, data, []edit{{end, 0, put}})
	return nil
}

// noteShapes draws the boxes of comments, hidden until the mouse is on the cell.
func noteShapes(marks []spot, last int) string {
	var b strings.Builder
	for i, s := range marks {
		lines := strings.Count(s.text, "\n") + 1 + utf8.RuneCountInString(s.text)/18
		fmt.Fprintf(&b, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;width:200pt;height:%dpt;z-index:%d;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">`+
			`<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`+
			`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 15, %d, 4, %d, 30, %d, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
			last+1+i, 14*min(lines+1, 20), i+1, s.col+1, max(s.row-2, 0), s.col+4, max(s.row-2, 0)+min(lines+1, 20), s.row-1, s.col)
	}
	return b.String()
}
