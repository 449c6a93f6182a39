package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// fills are the colours of marked cells.
var fills = map[string]string{"error": "FFFFC7CE", "warning": "FFFFEB9C", "notice": "FFDDEBF7"}

// styler adds filled twins of the cell styles that the marked cells have.
type styler struct {
	part   string
	x      *xmlScanner
	prefix string
	fills  container
	xfs    container
	each   [][2]int       // where each cell style stands
	fill   map[string]int // number of the fill by severity
	twin   map[string]int // number of the style by the old one and the severity
	newFil []string
	newXfs []string
}

// container is an element with a list: where its tag stands, where its end is.
type container struct{ tag, tagEnd, end, count int }

// openStyles reads the styles, or makes some where the workbook has none.
// QUIRK: simple report generators leave the styles out.
func (p *parcel) openStyles(workbook string) (*styler, error) {
	rels, err := p.relations(workbook)
	if err != nil {
		return nil, err
	}
	s := &styler{part: ofKind(rels, "/styles"), fill: map[string]int{}, twin: map[string]int{}}
	if s.part == "" || !p.has(s.part) {
		return nil, &Error{Code: "unsupported", Detail: "a workbook without styles"}
	}
	if s.x, err = p.source(s.part); err != nil {
		return nil, err
	}
	if err := s.read(); err != nil {
		return nil, partError(s.part, err)
	}
	if s.fills.end == 0 || s.xfs.end == 0 || len(s.each) == 0 {
		return nil, &Error{Code: "unsupported", Detail: "styles without fills or cell formats"}
	}
	return s, nil
}

func (s *styler) read() error {
	x, section := s.x, ""
	for {
		t, err := x.next()
		if err != nil {
			return err
		}
		switch {
		case t == xmlEOF:
			return nil
		case t == xmlStart && x.depth() == 1:
			s.prefix = prefixOf(x)
		case t == xmlStart && x.depth() == 2:
			section = string(x.name)
			if c := s.list(section); c != nil && !x.empty {
				c.tag, c.tagEnd = x.from, x.pos
			}
		case t == xmlEnd && x.depth() == 1:
			if c := s.list(section); c != nil && c.tagEnd > 0 {
				c.end = x.from
			}
			section = ""
		case t == xmlStart && x.depth() == 3:
			if c := s.list(section); c != nil {
				c.count++
			}
			if section == "cellXfs" {
				s.each = append(s.each, [2]int{x.from, x.pos})
			}
		case t == xmlEnd && x.depth() == 2 && section == "cellXfs" && len(s.each) > 0:
			s.each[len(s.each)-1][1] = x.pos
		}
	}
}

func (s *styler) list(name string) *container {
	switch name {
	case "fills":
		return &s.fills
	case "cellXfs":
		return &s.xfs
	}
	return nil
}

var fillAttrs = regexp.MustCompile(`\s(fillId|applyFill)\s*=\s*("[^"]*"|'[^']*')`)

// filled is the number of the style that is like the given one, but for its fill.
func (s *styler) filled(style int, severity string) int {
	if style < 0 || style >= len(s.each) {
		style = 0
	}
	key := fmt.Sprint(style, severity)
	if n, ok := s.twin[key]; ok {
		return n
	}
	fill, ok := s.fill[severity]
	if !ok {
		fill = s.fills.count + len(s.newFil)
		s.fill[severity] = fill
		s.newFil = append(s.newFil, strings.ReplaceAll(fmt.Sprintf(
			`<:fill><:patternFill patternType="solid"><:fgColor rgb="%s"/><:bgColor indexed="64"/></:patternFill></:fill>`, fills[severity]), ":", s.prefix))
	}
	xf := string(s.x.src[s.each[style][0]:s.each[style][1]])
	tag, rest := xf, ""
	if i := strings.IndexByte(xf, '>'); i >= 0 {
		tag, rest = xf[:i+1], xf[i+1:]
	}
	tag = fillAttrs.ReplaceAllString(tag, "")
	name := "<" + s.prefix + "xf"
	tag = name + fmt.Sprintf(` fillId="%d" applyFill="1"`, fill) + strings.TrimPrefix(tag, name)
	n := s.xfs.count + len(s.newXfs)
	s.twin[key] = n
	s.newXfs = append(s.newXfs, tag+rest)
	return n
}

var countAttr = regexp.MustCompile(`\scount\s*=\s*("[^"]*"|'[^']*')`)

// closeStyles writes the new fills and styles at the ends of their lists.
func (p *parcel) closeStyles() error {
	s := p.styler
	if len(s.newXfs) == 0 {
		return nil
	}
	if s.xfs.count+len(s.newXfs) > 64_000 {
		return &Error{Code: "too-large", Detail: "cell styles"}
	}
	var edits []edit
	for _, l := range []struct {
		c     container
		items []string
	}{{s.fills, s.newFil}, {s.xfs, s.newXfs}} {
		edits = append(edits, edit{l.c.end, 0, strings.Join(l.items, "")})
		if at := countAttr.FindIndex(s.x.src[l.c.tag:l.c.tagEnd]); at != nil {
			edits = append(edits, edit{l.c.tag + at[0], at[1] - at[0], ` count="` + strconv.Itoa(l.c.count+len(l.items)) + `"`})
		}
	}
	p.apply(s.part, s.x.src, edits)
	return nil
}
