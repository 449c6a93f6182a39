package form

import (
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// pageWord is what the title of a further page has besides the first one's.
var pageWord = compile(`\(?(续表?|续上?页|接上?页|第?[一二三四五六七八九十\d]+页|共[一二三四五六七八九十\d]+页)\)?`)

// begins reports whether a header that stands below another one like it begins
// a table of its own: its columns have moved, or the lines above it name
// another unit, title or submitter than those above the first. A printed page's
// header says nothing new.
func (f *finder) begins(old, part block, from, lower int) bool {
	if moved(old, part) {
		return true
	}
	lines := f.lines(f.preamble(from, lower), from, nil, part)
	if unit, ok := unitNamed(lines); ok && unit != unitAbove(old.above) {
		return true
	}
	if own, first := pageTitle(titleOf(lines)), pageTitle(titleOf(old.above)); own != "" && first != "" && own != first {
		return true
	}
	own, first := reportedBy(lines), reportedBy(old.above)
	return own != "" && first != "" && own != first
}

// moved reports whether a column stands in another place than in the header
// above.
func moved(old, part block) bool {
	at := map[string]int{}
	for _, o := range old.heads {
		if key := fold(o.String()); at[key] == 0 {
			at[key] = o.col
		} else {
			at[key] = -1 // twice: its place tells nothing
		}
	}
	return slices.ContainsFunc(part.heads, func(h head) bool {
		col := at[fold(h.String())]
		return col > 0 && col != h.col
	})
}

func pageTitle(title string) string { return pageWord.ReplaceAllString(fold(title), "") }

// reportedBy is the line with 填报单位, without what stands behind the name.
func reportedBy(lines []string) string {
	for _, l := range lines {
		text := fold(l)
		for _, word := range []string{"填报单位", "报送单位"} {
			if _, rest, ok := strings.Cut(text, word); ok {
				name := strings.TrimLeft(strings.TrimPrefix(rest, "(盖章)"), ":")
				name, _, _ = strings.Cut(name, "填报")
				name, _, _ = strings.Cut(name, "单位")
				return name
			}
		}
	}
	return ""
}

// unitNamed is the unit of amounts that lines name, false where they name none.
func unitNamed(lines []string) (string, bool) {
	for _, l := range lines {
		text := fold(l)
		if unitLine.MatchString(text) || unitTitle.MatchString(text) {
			return unitAbove([]string{l}), true
		}
	}
	return "", false
}

// footUnit is a unit of amounts that is named among the rows or below them.
var footUnit = compile(`单位(?:均为|为|是|:)\(?(百万元|万元|亿元|千元)|均?以(百万元|万元|亿元|千元)(?:为单位|计)`)

// unitIn is the unit that a row of one or two texts names.
func unitIn(cells []sheet.Cell) (unit string, c sheet.Cell) {
	if len(cells) > 2 {
		return "", sheet.Cell{}
	}
	for _, c := range cells {
		if m := footUnit.FindStringSubmatch(fold(c.Text)); c.Kind == sheet.Text && m != nil {
			return m[1] + m[2], c
		}
	}
	return "", sheet.Cell{}
}

// unitBelow takes the unit from below the table where no line above it names
// one. Where both do and differ, the one above counts, with a finding.
func (t *table) unitBelow() {
	if !slices.ContainsFunc(t.lay.columns, func(c column) bool { return c.field.Type() == reporting.TypeMoney && c.unit == "" }) {
		return // each column has its own
	}
	_, above := unitNamed(t.b.above)
	const rows = 12
	for pos := t.b.end - 1; pos >= max(t.b.first, t.b.end-rows); pos-- {
		cells := solid(t.b.v.Rows[pos], t.b.left, t.b.right)
		if len(cells) > 2 {
			return // the last row of the table
		}
		unit, c := unitIn(cells)
		if unit == "" {
			continue
		}
		cell := sheet.CellName(c.Col, t.b.v.Rows[pos].Index)
		switch {
		case !above:
			t.unit = unit
			t.say(cell, "unit-below", reporting.Notice, fmt.Sprintf("金额单位写在表的下方，按%s读入。请写在表的右上方。", unit))
		case unit != t.unit:
			t.say(cell, "unit-differs", reporting.Warning, fmt.Sprintf("表的下方写的单位是%s，上方写的是%s，按%s读入，请核对。", unit, t.unit, t.unit))
		}
		return
	}
}

// unitWithin lets a heading among the rows change the unit of those below it.
func (t *table) unitWithin(r sheet.Row, cells []sheet.Cell) {
	unit, c := unitIn(cells)
	if unit == "" || unit == t.unit {
		return
	}
	t.say(sheet.CellName(c.Col, r.Index), "unit-changes", reporting.Warning, fmt.Sprintf("第%d行起单位写的是%s，以上各行是%s，其下各行按%s读入，请核对。", r.Index, unit, t.unit, unit))
	t.unit, t.ordered = unit, nil
}
