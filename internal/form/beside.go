package form

import (
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// split separates tables that stand side by side.
func (f *finder) split(heads []head, top, bottom int) []block {
	var starts []int
	lastName, gap, seq := -1, -1, -1
	for i, h := range heads {
		w := f.word(h.leaf())
		switch {
		case len(h.levels) == 0:
			gap = i
		case f.lex.kinds[reporting.Progress][w.key].field == reporting.FSeq:
			seq = i
		case f.lex.isNameWord(w):
			if lastName >= 0 {
				same := fold(heads[lastName].leaf()) == fold(h.leaf())
				switch {
				case seq > lastName && (same || gap > lastName && gap < seq):
					starts = append(starts, seq)
				case gap > lastName && same:
					starts = append(starts, gap+1)
				}
			}
			lastName = i
		}
	}
	out := []block{}
	from := 0
	for _, to := range append(starts, len(heads)) {
		part := slices.Clone(heads[from:to])
		part = slices.DeleteFunc(part, func(h head) bool { return len(h.levels) == 0 })
		part = f.dropSideTable(f.dropForeign(part))
		part = part[:min(len(part), maxColumns)]
		if len(part) > 0 {
			out = append(out, block{v: f.v, top: top, bottom: bottom, left: part[0].col, right: part[len(part)-1].col, heads: part})
		}
		from = to
	}
	return out
}

// dropForeign leaves out what stands in the header's rows and belongs to a
// table beside it, behind an empty column: its rows or its title.
func (f *finder) dropForeign(part []head) []head {
	var out []head
	for i := 0; i < len(part); {
		n := i + 1
		for n < len(part) && part[n].col == part[n-1].col+1 {
			n++
		}
		if !f.isForeign(part[i:n]) {
			out = append(out, part[i:n]...)
		}
		i = n
	}
	return out
}

func (f *finder) isForeign(heads []head) bool {
	odd, same := false, len(heads) > 2
	for _, h := range heads {
		text := fold(h.leaf())
		if w := f.word(h.leaf()); f.lex.isNameWord(w) || f.lex.isHeaderWord(w) {
			return false
		}
		odd = odd || startsWithDigit(text) || aboveTable.MatchString(text)
		same = same && text == fold(heads[0].leaf())
	}
	return odd || same
}

func startsWithDigit(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9' && !strings.Contains(s, "月")
}

var summaryWord = compile(`^(类别|分类|项目类别|个数|项目个数|项目数|数量|合计|序号|地区|县市?区|单位名称)$`)

// dropSideTable leaves out a summary that stands right of the table, behind an
// empty column: it has no project names, and a number or count of its own.
func (f *finder) dropSideTable(part []head) []head {
	last := -1 // the last column of names
	for i, h := range part {
		if f.lex.isNameWord(f.word(h.leaf())) {
			last = i
		}
	}
	for i := last + 1; last >= 0 && i < len(part); i++ {
		if part[i].col > part[i-1].col+1 && summaryWord.MatchString(f.word(part[i].leaf()).key) {
			return part[:i]
		}
	}
	return part
}

// beside reports whether the table shares no column with the others.
func (b block) beside(others []block) bool {
	return !slices.ContainsFunc(others, func(o block) bool { return o.left <= b.right && b.left <= o.right })
}

// apart gives tables whose headers stand side by side in different rows the
// lines above their own columns.
func (f *finder) apart(out []block) {
	for i := range out {
		b := &out[i]
		near := slices.ContainsFunc(out, func(o block) bool {
			return o.top != b.top && max(o.top-b.top, b.top-o.top) <= 8 && b.beside([]block{o})
		})
		at := f.v.at(b.top)
		if !near || at < 0 {
			continue
		}
		b.above, b.begin = nil, at
		for at--; at >= 0 && b.begin-at <= 8; at-- {
			r := f.v.Rows[at]
			for _, c := range r.Cells {
				m := f.v.merge(r.Index, c.Col)
				if c.Kind == sheet.Text && !blank(c) && len(c.Text) < 1000 && c.Col <= b.right && (c.Col >= b.left || m != nil && m.Right >= b.left) {
					b.above = append(b.above, c.Text)
				}
			}
		}
		slices.Reverse(b.above)
	}
}
