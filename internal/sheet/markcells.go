package sheet

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// sheet marks the cells of one sheet: its part gets other styles and, where no
// comment was before, the relation to the drawing of the new ones.
func (p *parcel) sheet(part string, number int, marks []spot) error {
	x, err := p.source(part)
	if err != nil {
		return err
	}
	m := &marker{x: x, p: p, left: marks}
	if err := m.walk(); err != nil {
		return partError(part, err)
	}
	drawing, err := p.notes(part, m.drawing, number, marks)
	if err != nil {
		return err
	}
	if drawing != "" {
		m.edits = append(m.edits, edit{m.drawingAt, 0, fmt.Sprintf(`<%slegacyDrawing xmlns:r="%s" r:id="%s"/>`, m.prefix, relationships, drawing)})
	}
	p.apply(part, x.src, m.edits)
	return nil
}

const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

// marker walks through a sheet's part and notes what is to be changed in it.
type marker struct {
	x         *xmlScanner
	p         *parcel
	left      []spot
	edits     []edit
	prefix    string // of the part's elements: "" or "x:"
	cols      []colStyle
	drawing   string // the id of the legacy drawing that is there
	drawingAt int    // where a new one belongs
}

type colStyle struct{ first, last, style int }

// behind are the elements that stand behind a legacy drawing (ECMA-376 part 1,
// 18.3.1.99, CT_Worksheet); an AlternateContent may hold some of them.
var behind = map[string]bool{"legacyDrawingHF": true, "drawingHF": true, "picture": true, "oleObjects": true, "controls": true,
	"webPublishItems": true, "tableParts": true, "extLst": true, "AlternateContent": true}

func (m *marker) walk() error {
	x, next, section := m.x, 1, ""
	for {
		t, err := x.next()
		if err != nil {
			return err
		}
		switch tag := string(x.name); {
		case t == xmlEOF:
			return nil
		case t == xmlStart && x.depth() == 1:
			if strings.Contains(string(x.src[x.from:x.pos]), "purl.oclc.org") {
				return &Error{Code: "unsupported", Detail: "a workbook of the strict kind"}
			}
			m.prefix = prefixOf(x)
		case t == xmlStart && x.depth() == 2:
			section = tag
			if tag == "legacyDrawing" {
				m.drawing = x.attr("id")
			}
			if tag == "sheetData" && x.empty {
				m.edits = append(m.edits, m.open(section, m.rows(sheetRows+1)))
			}
		case t == xmlStart && x.depth() == 3 && section == "cols" && tag == "col":
			m.column()
		case t == xmlStart && x.depth() == 3 && section == "sheetData" && tag == "row":
			if next, err = m.row(next); err != nil {
				return err
			}
		case t == xmlEnd && x.depth() == 1:
			if section == "sheetData" && len(m.left) > 0 {
				m.edits = append(m.edits, edit{x.from, 0, m.rows(sheetRows + 1)})
			}
			if !behind[section] {
				m.drawingAt = x.pos
			}
			section = ""
		}
	}
}

// prefixOf is the prefix with its colon of the element that was just opened.
func prefixOf(x *xmlScanner) string {
	whole := string(x.innermost())
	return strings.TrimSuffix(whole, string(x.name))
}

// open gives an empty element, <sheetData/>, the content put.
func (m *marker) open(name, put string) edit {
	return edit{m.x.pos - 2, 2, ">" + put + "</" + m.prefix + name + ">"}
}

func (m *marker) column() {
	first, err1 := strconv.Atoi(m.x.attr("min"))
	last, err2 := strconv.Atoi(m.x.attr("max"))
	style, err3 := strconv.Atoi(m.x.attr("style"))
	if err1 == nil && err2 == nil && err3 == nil && style > 0 {
		m.cols = append(m.cols, colStyle{first - 1, last - 1, style})
	}
}

// base is the style of a cell that is not there: its row's or its column's.
func (m *marker) base(col, row int) int {
	if row > 0 {
		return row
	}
	for _, c := range m.cols {
		if c.first <= col && col <= c.last {
			return c.style
		}
	}
	return 0
}

// take gives the next mark, where it stands before the given place.
func (m *marker) take(row, col int) (spot, bool) {
	if len(m.left) == 0 || m.left[0].row > row || m.left[0].row == row && m.left[0].col >= col {
		return spot{}, false
	}
	s := m.left[0]
	m.left = m.left[1:]
	return s, true
}

// cells writes the marked cells of a row before a column, which are not there.
func (m *marker) cells(row, before, rowStyle int) string {
	var b strings.Builder
	for {
		s, ok := m.take(row, before)
		if !ok {
			return b.String()
		}
		fmt.Fprintf(&b, `<%sc r="%s" s="%d"/>`, m.prefix, CellName(s.col, s.row), m.p.styler.filled(m.base(s.col, rowStyle), s.severity))
	}
}

// rows writes the rows with marks before a row, which are not there.
func (m *marker) rows(before int) string {
	var b strings.Builder
	for len(m.left) > 0 && m.left[0].row < before {
		row := m.left[0].row
		fmt.Fprintf(&b, `<%srow r="%d">%s</%srow>`, m.prefix, row, m.cells(row, sheetCols, 0), m.prefix)
	}
	return b.String()
}

// row goes through a row; next is the number that it has where it says none.
func (m *marker) row(next int) (int, error) {
	x := m.x
	row, style, depth := next, 0, x.depth()
	if n, err := strconv.Atoi(x.attr("r")); err == nil {
		row = n
	}
	if n, err := strconv.Atoi(x.attr("s")); err == nil && x.flag("customFormat") {
		style = n
	}
	if put := m.rows(row); put != "" {
		m.edits = append(m.edits, edit{x.from, 0, put})
	}
	if x.empty {
		if put := m.cells(row, sheetCols, style); put != "" {
			m.edits = append(m.edits, m.open("row", put))
		}
	}
	col := 0
	for {
		t, err := x.next()
		switch {
		case err != nil:
			return 0, err
		case t == xmlEnd && x.depth() < depth:
			if put := m.cells(row, sheetCols, style); put != "" {
				m.edits = append(m.edits, edit{x.from, 0, put})
			}
			return row + 1, nil
		case t == xmlStart && x.depth() == depth+1 && string(x.name) == "c":
			if c, _, ok := parseRef(x.attr("r")); ok {
				col = c
			}
			if put := m.cells(row, col, style); put != "" {
				m.edits = append(m.edits, edit{x.from, 0, put})
			}
			if s, ok := m.take(row, col+1); ok {
				m.restyle(s)
			}
			col++
		}
	}
}

var styleAttr = regexp.MustCompile(`\ss\s*=\s*("[^"]*"|'[^']*')`)

// restyle gives the cell whose tag was just read a filled style.
func (m *marker) restyle(s spot) {
	x := m.x
	old, _ := strconv.Atoi(x.attr("s")) //nolint:errcheck // s="" is 0
	put := fmt.Sprintf(` s="%d"`, m.p.styler.filled(old, s.severity))
	tag := x.src[x.from:x.pos]
	if at := styleAttr.FindIndex(tag); at != nil {
		m.edits = append(m.edits, edit{x.from + at[0], at[1] - at[0], put})
		return
	}
	end := x.pos - 1
	if x.empty {
		end--
	}
	m.edits = append(m.edits, edit{end, 0, put})
}

// partPath is a part's name as the package spells it.
func (p *parcel) partPath(name string) string {
	if f := p.files[partName(name)]; f != nil {
		return path.Clean(strings.ReplaceAll(f.Name, `\`, "/"))
	}
	return name
}

// relate adds a relation to a part and returns its id.
func (p *parcel) relate(of, kind, target string) (string, error) {
	dir, base := path.Split(p.partPath(of))
	name := dir + "_rels/" + base + ".rels"
	key := partName(name)
	if !p.has(name) && p.changed[key] == nil {
		i := -1
		for j := range p.added {
			if p.added[j].name == name {
				i = j
			}
		}
		if i < 0 {
			p.add(name, []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+
				`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>`))
			i = len(p.added) - 1
		}
		text := string(p.added[i].data)
		id := fmt.Sprintf("rId%d", strings.Count(text, "<Relationship ")+1)
		p.added[i].data = []byte(strings.Replace(text, "</Relationships>", fmt.Sprintf(`<Relationship Id="%s" Type="%s" Target="/%s"/></Relationships>`, id, kind, target), 1))
		return id, nil
	}
	x, err := p.source(key)
	if err != nil {
		return "", err
	}
	taken, prefix := map[string]bool{}, ""
	put, err := insideRoot(x, func() {
		taken[x.attr("Id")] = true
		if x.depth() == 1 {
			prefix = prefixOf(x)
		}
	})
	if err != nil {
		return "", partError(name, err)
	}
	id := ""
	for n := 1; id == "" || taken[id]; n++ {
		id = fmt.Sprintf("rIdMark%d", n)
	}
	p.apply(key, x.src, put(fmt.Sprintf(`<%sRelationship Id="%s" Type="%s" Target="/%s"/>`, prefix, id, kind, target)))
	return id, nil
}

// insideRoot walks through a part, calling fn at each start tag, and gives the
// edit that puts a text before the end of its root.
func insideRoot(x *xmlScanner, fn func()) (put func(string) []edit, err error) {
	var root string
	for {
		t, err := x.next()
		if err != nil {
			return nil, err
		}
		switch {
		case t == xmlStart:
			if x.depth() == 1 {
				root = string(x.innermost())
				if x.empty {
					end := x.pos - 2
					put = func(s string) []edit { return []edit{{end, 2, ">" + s + "</" + root + ">"}} }
				}
			}
			fn()
		case t == xmlEnd && x.depth() == 0 && put == nil:
			end := x.from
			put = func(s string) []edit { return []edit{{end, 0, s}} }
		case t == xmlEOF:
			return put, nil
		}
	}
}

// declare adds a content type: of an ending where ext is set, else of a part.
func (p *parcel) declare(ext, part, kind string) error {
	const name = "[content_types].xml"
	x, err := p.source(name)
	if err != nil {
		return err
	}
	known, prefix := false, ""
	put, err := insideRoot(x, func() {
		switch {
		case x.depth() == 1:
			prefix = prefixOf(x)
		case ext != "" && string(x.name) == "Default" && strings.EqualFold(x.attr("Extension"), ext):
			known = true
		}
	})
	if err != nil {
		return partError(name, err)
	}
	switch {
	case known:
	case ext != "":
		p.apply(name, x.src, put(fmt.Sprintf(`<%sDefault Extension="%s" ContentType="%s"/>`, prefix, ext, kind)))
	default:
		p.apply(name, x.src, put(fmt.Sprintf(`<%sOverride PartName="/%s" ContentType="%s"/>`, prefix, part, kind)))
	}
	return nil
}
