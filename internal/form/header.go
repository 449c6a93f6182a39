package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Bounds of a header: rows of one, and the characters that a header cell may have.
const (
	maxHeader     = 4
	maxHeaderText = 60
	maxBlocks     = 64  // tables in one grid
	maxHeaders    = 500 // headers in one grid, those that are printed again included
	maxColumns    = 256 // columns of one table
	maxAbove      = 60  // rows and texts above a table that are read
)

// block is one table within a grid: its header rows and columns, the texts
// above it, and the rows below it.
type block struct {
	v           *view
	top, bottom int // header rows, as the sheet numbers them
	left, right int // columns
	above       []string
	heads       []head
	begin       int          // position of the first row above the header that belongs to it
	first, end  int          // data rows: positions in v.Rows
	skip        map[int]bool // positions of rows that repeat the header
}

// head is one column's header: its layers from top to bottom without repeats.
type head struct {
	col    int
	levels []string
	title  string // its String, where that is made already
}

// String is the composed header: 1-3月完成投资|占年度计划(%).
func (h head) String() string {
	if h.title != "" {
		return h.title
	}
	out := make([]string, len(h.levels))
	for i, l := range h.levels {
		out[i] = strings.Join(strings.Fields(l), "")
	}
	return strings.Join(out, "|")
}

func (h head) leaf() string {
	if len(h.levels) == 0 {
		return ""
	}
	return h.levels[len(h.levels)-1]
}

// finder looks for headers in one grid.
type finder struct {
	v    *view
	lex  *lexicon
	more bool // there are more tables than were looked for
}

func (f *finder) word(s string) wording { return f.lex.word(s, reporting.Period{}) }

// blocks finds all tables of the grid, from top to bottom and left to right.
func (f *finder) blocks() []block {
	var out []block
	tried := 0
	lower := 0 // rows before this position belong to earlier headers
	for i := 0; i < len(f.v.Rows); i++ {
		top, bottom, ok := f.headerAt(i, lower)
		if !ok {
			continue
		}
		if tried++; tried > maxHeaders || len(out) >= maxBlocks {
			f.more = true
			break
		}
		parts := f.split(f.compose(top, bottom), top, bottom)
		parts = slices.DeleteFunc(parts, func(b block) bool { return !f.isHeader(b.heads) })
		if len(parts) > maxBlocks {
			parts, f.more = parts[:maxBlocks], true
		}
		if len(parts) == 0 {
			continue
		}
		from, after := f.v.at(top), f.after(bottom)
		if from < 0 {
			from = i
		}
		if repeats(out, parts) && !f.begins(out[len(out)-1], parts[0], from, lower) {
			for n := f.preamble(from, lower); n < after; n++ {
				out[len(out)-1].skip[n] = true
			}
		} else {
			out = f.add(out, parts, from, after, lower)
		}
		lower, i = after, after-1
	}
	f.apart(out)
	return out
}

// add appends the tables of a header, whose first row is at position from and
// whose data begin at after. They end the tables above them, and leave alone
// those that stand beside them in other columns.
func (f *finder) add(out, parts []block, from, after, lower int) []block {
	start := f.preamble(from, lower)
	if len(out) == 0 {
		start = 0
	}
	for k := range out {
		if !out[k].beside(parts) {
			out[k].end = min(out[k].end, start)
		}
	}
	for _, b := range parts {
		b.above = f.lines(start, from, parts, b)
		b.begin = start
		b.first, b.end, b.skip = after, len(f.v.Rows), map[int]bool{}
		out = append(out, b)
	}
	return out
}

// after is the position of the first row below the header row.
func (f *finder) after(bottom int) int {
	i, _ := slices.BinarySearchFunc(f.v.Rows, bottom+1, func(r sheet.Row, n int) int { return r.Index - n })
	return i
}

// headerAt decides whether the row at position i carries a header's name
// column, and which rows the header takes.
func (f *finder) headerAt(i, lower int) (top, bottom int, ok bool) {
	row := f.v.Rows[i]
	name, seq := -1, -1
	for _, c := range row.Cells {
		if len(c.Text) <= 3*maxHeaderText && f.lex.maybeName(c.Text) && headerLike(c) && f.lex.isNameWord(f.word(c.Text)) {
			name = c.Col
			break
		}
	}
	if name < 0 {
		return 0, 0, false
	}
	for _, c := range row.Cells {
		if headerLike(c) && f.lex.kinds[reporting.Progress][f.word(c.Text).key].field == reporting.FSeq {
			seq = c.Col
			break
		}
	}
	top, bottom = row.Index, row.Index
	if m := f.v.merge(row.Index, name); m != nil && m.Bottom-m.Top < maxHeader {
		bottom = max(bottom, m.Bottom)
	}
	for bottom-top+1 < maxHeader {
		n := f.v.at(bottom + 1)
		if n < 0 || !f.isSubHeader(f.v.Rows[n], bottom, name, seq) {
			break
		}
		bottom++
	}
	for bottom-top+1 < maxHeader {
		n := f.v.at(top - 1)
		if n < lower || n < 0 || !f.isParentRow(f.v.Rows[n]) {
			break
		}
		top--
	}
	return top, bottom, true
}

func headerLike(c sheet.Cell) bool {
	return c.Kind == sheet.Text && len(c.Text) <= 3*maxHeaderText && utf8.RuneCountInString(c.Text) <= maxHeaderText
}

// leafWord is a header's lowest layer that means something only below its
// parents: 开工时间 over 计划 and 实际.
var leafWord = compile(`^(计划|实际|预计|完成|本月|累计|累月|年|年累计|年初至今|开工以来|开工累计|自开工累计|合计|小计|占比|比例|计划数|完成数|实际数)$`)

var bareUnit = compile(`^\(?(?:单位:?)?(?:万元|亿元|元|千元|%|公里|亩|个)\)?$`)

// isSubHeader reports whether the row below the header belongs to it: nothing
// in its name and number columns, and header words or parents' children elsewhere.
func (f *finder) isSubHeader(r sheet.Row, above, name, seq int) bool {
	cells := solid(r, 0, f.v.width)
	known, child := 0, 0
	for _, c := range cells {
		if c.Col == name || c.Col == seq || !headerLike(c) {
			return false
		}
		m := f.v.merge(above, c.Col)
		switch {
		case bareUnit.MatchString(fold(c.Text)), leafWord.MatchString(f.word(c.Text).key):
			known++
		case f.lex.isHeaderWord(f.word(c.Text)) || sense(f.word(c.Text), wording{}) != (meaning{}):
			known++
		case m != nil && m.Left < m.Right:
			child++
		}
	}
	return known > 0 && (known+child)*2 >= len(cells)
}

var notParent = compile(`:|填报|填表|报送|单位万元|截至|附件|附表|日期|表\d*$|台账|清单`)

// isParentRow reports whether the row above the name column's is a layer of
// the header, not a title or the line with 填报单位 and 单位.
func (f *finder) isParentRow(r sheet.Row) bool {
	cells := solid(r, 0, f.v.width)
	known, wide := 0, 0
	for _, c := range cells {
		text := fold(c.Text)
		if !headerLike(c) || notParent.MatchString(text) {
			return false
		}
		if f.lex.isHeaderWord(f.word(c.Text)) {
			known++
		}
		if m := f.v.merge(r.Index, c.Col); m != nil && m.Right > m.Left {
			if (m.Right-m.Left+1)*5 >= f.v.width*4 {
				return false
			}
			wide++
		}
	}
	return len(cells) >= 2 && (wide > 0 || known >= 2)
}

// compose makes each column's layers, merged areas filled.
func (f *finder) compose(top, bottom int) []head {
	merged := false
	for r := top; r <= bottom; r++ {
		for _, m := range f.v.merges[r] {
			merged = merged || m.Right > m.Left
		}
	}
	heads := make([]head, min(f.v.width, 4*maxColumns))
	// parents[low][r] is the last text of layer r while a child stands in layer
	// low under each column.
	var parents [maxHeader][maxHeader]string
	for col := range heads {
		heads[col].col = col
		low := f.layers(top, bottom, col, &parents, merged)
		alone := f.namedAlone(f.v.text(top+low, col))
		for r := top; r <= bottom; r++ {
			text := f.v.text(r, col)
			// QUIRK: csv and pasted tables have no merges: a parent's name
			// stands over its first child only.
			if text == "" && !merged && r < top+low && !alone {
				text = parents[low][r-top]
			}
			if text == "" || len(text) > 3*maxHeaderText {
				continue
			}
			h := &heads[col]
			if n := len(h.levels); n == 0 || fold(h.levels[n-1]) != fold(text) {
				h.levels = append(h.levels, text)
			}
		}
		joinUnit(&heads[col])
		heads[col].title = heads[col].String()
	}
	return heads
}

// layers finds the layer of the column's own name, and keeps each layer's last
// text for its children on the right.
func (f *finder) layers(top, bottom, col int, parents *[maxHeader][maxHeader]string, merged bool) (low int) {
	n := min(bottom-top, maxHeader-1)
	if merged {
		return n
	}
	var own [maxHeader]string
	for i := 0; i <= n; i++ {
		if own[i] = f.v.text(top+i, col); own[i] != "" {
			low = i
		}
	}
	for l := 0; l <= n; l++ {
		if own[l] == "" {
			parents[l] = [maxHeader]string{}
			continue
		}
		for i := range l {
			if own[i] != "" {
				parents[l][i] = own[i]
			}
		}
	}
	return low
}

// namedAlone reports whether the lowest cell is a column of its own rather
// than some parent's child.
func (f *finder) namedAlone(child string) bool {
	m := f.lex.kinds[reporting.Progress][f.word(child).key]
	return m.field == reporting.FProjectName || m.field == reporting.FSeq || m.field == reporting.FRemark
}

// joinUnit makes a layer that is only a unit a note of the layer above it.
func joinUnit(h *head) {
	n := len(h.levels)
	if n < 2 || !bareUnit.MatchString(fold(h.levels[n-1])) {
		return
	}
	h.levels = append(h.levels[:n-2], h.levels[n-2]+"("+strings.Trim(fold(h.levels[n-1]), "()")+")")
}

// isHeader reports whether the columns are a table's: its name and at least
// two others that are known.
func (f *finder) isHeader(heads []head) bool {
	name, known := false, 0
	for _, h := range heads {
		w := f.word(h.leaf())
		switch {
		case !name && f.lex.isNameWord(w):
			name = true
		case f.lex.isHeaderWord(w):
			known++
		case len(h.levels) > 1 && sense(w, f.word(strings.Join(h.levels[:len(h.levels)-1], ""))) != (meaning{}):
			known++
		}
	}
	return name && known >= 2
}

// repeats reports whether the columns are those of the table before: a header
// that is printed again on the next page.
func repeats(before, parts []block) bool {
	if len(before) == 0 || len(parts) != 1 {
		return false
	}
	old, part := before[len(before)-1], parts[0]
	same := 0
	for _, h := range part.heads {
		for _, o := range old.heads {
			if o.col == h.col && fold(o.String()) == fold(h.String()) {
				same++
			}
		}
	}
	return same*10 >= 6*max(len(part.heads), len(old.heads))
}

var aboveTable = compile(`单位:|填报单位|填报日期|填报时间|报送|截至|^附[件表]|日期:|(表|台账|清单|情况|统计)(\(.*\))?$`)

// preamble is the position of the first row above the header at position from
// that belongs to it: titles and the line with the unit.
func (f *finder) preamble(from, lower int) int {
	for from > lower && from > 0 {
		cells := solid(f.v.Rows[from-1], 0, f.v.width)
		found := len(cells) == 0
		for _, c := range cells {
			text := fold(c.Text)
			if footerWord.MatchString(text) && !strings.Contains(text, "填报单位") {
				return from
			}
			m := f.v.merge(f.v.Rows[from-1].Index, c.Col)
			found = found || c.Kind == sheet.Text && (aboveTable.MatchString(text) || len(cells) == 1 && m != nil && m.Right-m.Left > 2 && !isCategory(text))
		}
		if !found || len(cells) > 4 {
			break
		}
		from--
	}
	return from
}

// lines lists the texts of the rows from one position to another.
func (f *finder) lines(from, to int, parts []block, b block) []string {
	var out []string
	for i, r := range f.v.Rows[max(from, 0):max(from, to)] {
		if i >= maxAbove || len(out) >= maxAbove {
			break
		}
		cells := solid(r, 0, f.v.width)
		if each := slices.IndexFunc(parts, func(p block) bool { return len(cells) > 0 && cells[0].Col <= p.right }); each >= 0 && len(parts) > 1 &&
			cells[len(cells)-1].Col > parts[each].right {
			cells = solid(r, b.left, b.right) // tables side by side, each under its own title
		}
		for _, c := range cells {
			if c.Kind == sheet.Text && len(out) < maxAbove && len(c.Text) < 1000 {
				out = append(out, c.Text)
			}
		}
	}
	return out
}
