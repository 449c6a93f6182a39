package form

import (
	"slices"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// RowKind says what a row of a sheet was taken for.
type RowKind string

// The kinds of rows, as they are called in the drawing of a sheet.
const (
	RowTitle    RowKind = "标题"  // above a header: title, 填报单位, unit of measure
	RowHeader   RowKind = "表头"  // also where it is printed again
	RowNumbers  RowKind = "列号"  // 1 2 3 4 below the header
	RowTotal    RowKind = "合计"  //
	RowCategory RowKind = "分类"  // 一、续建项目（23个）
	RowProject  RowKind = "项目"  // a project; an issue or a laggard in the lists
	RowPart     RowKind = "子项目" //
	RowNil      RowKind = "零报告" // 无
	RowReserved RowKind = "预留"  // a number and nothing else
	RowNameless RowKind = "无名"  // values without a name: not read
	RowCarried  RowKind = "续行"  // under the merged name above it
	RowFooter   RowKind = "表尾"  // 填报人, 注：
	RowBlank    RowKind = "空行"
)

// Drawn is one table of a sheet as it was understood, for people who want to
// see why it was read as it was. Sheets in which no table was found have none.
type Drawn struct {
	Table  reporting.Table
	Grid   *sheet.Grid
	Unused bool   // another table with the same content, or of the same month, stands for it
	Unit   string // of amounts whose header names none: 万元
	Top    int    // the header's rows, as the sheet numbers them
	Bottom int
	Left   int // columns, 0-based
	Right  int
	Rows   map[int]RowKind // by the row's number in the sheet
}

// Explain reads as Read does, and draws each table that it found.
func Explain(m Material, k Knowledge) (reporting.Reading, []Drawn) {
	r := read(m, k)
	var out []Drawn
	for _, t := range r.read {
		d := t.drawn()
		d.Unused = t.out.Aside != "" || !slices.Contains(r.tables, t)
		out = append(out, d)
	}
	return *r.out, out
}

var drawnAs = map[rowKind]RowKind{rowBlank: RowBlank, rowFooter: RowFooter, rowTotal: RowTotal, rowCategory: RowCategory, rowReserved: RowReserved,
	rowNone: RowNil, rowNameless: RowNameless, rowCarried: RowCarried, rowProject: RowProject}

func (t *table) drawn() Drawn {
	b := t.b
	d := Drawn{Table: t.out, Grid: b.v.Grid, Unit: t.unit, Top: b.top, Bottom: b.bottom, Left: b.left, Right: b.right, Rows: map[int]RowKind{}}
	for _, r := range b.v.Rows[b.begin:b.first] {
		d.Rows[r.Index] = RowTitle
		switch {
		case r.Index >= b.top:
			d.Rows[r.Index] = RowHeader
		case len(solid(r, 0, b.v.width)) == 0:
			d.Rows[r.Index] = RowBlank
		}
	}
	parts := map[int]bool{}
	for _, r := range t.out.Rows {
		parts[r.Row] = r.Text(reporting.FParentName) != ""
	}
	for i, kind := range t.kinds {
		pos := b.first + i
		r := b.v.Rows[pos]
		cells := solid(r, b.left, b.right)
		as := drawnAs[kind]
		switch {
		case len(cells) == 0:
			as = RowBlank
		case b.skip[pos] && !t.repeatsHeader(cells):
			as = RowTitle // printed above the header again
		case b.skip[pos]:
			as = RowHeader
		case kind == rowBlank && isColumnNumbers(cells):
			as = RowNumbers
		case kind == rowBlank:
			as = RowHeader
		case kind == rowProject && parts[r.Index]:
			as = RowPart
		}
		d.Rows[r.Index] = as
	}
	return d
}
