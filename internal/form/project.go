package form

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// grouping puts rows under their category and their package.
type grouping struct {
	t        *table
	category string
	main     *reporting.Row            // the last row that is nobody's part
	bySeq    map[string]*reporting.Row // main rows by their number, since the last category
}

// add reads a project row.
func (g *grouping) add(r sheet.Row) {
	t := g.t
	row := t.values(r, nil)
	t.splitName(r, &row)
	if g.category != "" && t.lay.kind != reporting.Lagging && !t.lay.has(reporting.FCategory) {
		row.Fields[reporting.FCategory] = reporting.Text(g.category)
	}
	if row.Text(reporting.FParentName) == "" {
		delete(row.Fields, reporting.FParentName)
		if parent, sure := g.parent(r, row); parent != nil {
			row.Fields[reporting.FParentName] = reporting.Text(parent.Text(reporting.FProjectName))
			if !sure {
				t.say(t.cell(r, reporting.FProjectName), "part-assumed", reporting.Notice, fmt.Sprintf(
					"本行没有序号，按“%s”的子项目读入，请核对。如是单独的项目，请补填序号。", parent.Text(reporting.FProjectName)))
			}
		} else {
			main := row
			g.main = &main
			if g.bySeq == nil {
				g.bySeq = map[string]*reporting.Row{}
			}
			g.bySeq[bareSeq(fold(row.Text(reporting.FSeq)))] = &main
		}
	}
	t.out.Rows = append(t.out.Rows, row)
}

// bareSeq is a number as its parts have it: 05 is the 5 of 5-1.
func bareSeq(seq string) string { return strings.TrimLeft(strings.TrimRight(seq, ".、"), "0") }

// splitName reads 项目名称 that spans two columns: the package left, its part right.
func (t *table) splitName(r sheet.Row, row *reporting.Row) {
	if t.lay.partName == 0 || t.lay.kind != reporting.Progress {
		return
	}
	part := cellIn(r, t.lay.partName)
	name := t.lay.column(reporting.FProjectName)
	if blank(part) || part.Kind != sheet.Text || isPlaceholder(part.Text) || name == nil {
		return
	}
	if whole := strings.TrimSpace(t.b.v.filled(r.Index, name.col).Text); whole != "" && fold(whole) != fold(part.Text) {
		row.Fields[reporting.FParentName] = reporting.Text(whole)
		row.Cells[reporting.FParentName] = sheet.CellName(name.col, r.Index)
	}
	row.Fields[reporting.FProjectName] = reporting.Text(strings.TrimSpace(part.Text))
	row.Cells[reporting.FProjectName] = sheet.CellName(t.lay.partName, r.Index)
}

var partName = compile(`^(其中[:：]?|[-—·]|[①②③④⑤⑥⑦⑧⑨⑩]|\d{1,2}[)）]|[(（]\d{1,2}[)）])`)

// parent is the package that a row is a part of, nil where it is none.
func (g *grouping) parent(r sheet.Row, row reporting.Row) (parent *reporting.Row, sure bool) {
	t := g.t
	if t.lay.kind != reporting.Progress || g.main == nil || !t.lay.has(reporting.FProjectName) {
		return nil, true
	}
	seq, name := strings.TrimSpace(row.Text(reporting.FSeq)), row.Text(reporting.FProjectName)
	switch {
	case partSeq.MatchString(fold(seq)):
		head, _, _ := strings.Cut(strings.NewReplacer("-", ".", "—", ".", "_", ".").Replace(fold(seq)), ".")
		if main := g.bySeq[bareSeq(head)]; main != nil {
			return main, true
		}
		if g.main.Text(reporting.FSeq) == "" {
			return g.main, true
		}
		return nil, true
	case t.isSub(seq), partName.MatchString(name) && seq == "":
		return g.main, true
	case seq != "" || !t.plainNumbered || t.mergeOf(r, reporting.FSeq) != nil || name == g.main.Text(reporting.FProjectName):
		return nil, true
	}
	// No number under a numbered row: a part, unless its amounts say otherwise.
	fits := false
	for _, f := range []reporting.Field{reporting.FTotalInvest, reporting.FYearPlan} {
		whole, ok1 := g.main.Decimal(f)
		part, ok2 := row.Decimal(f)
		if ok1 && ok2 && part.GreaterThan(whole) {
			t.say(t.cell(r, reporting.FProjectName), "no-seq", reporting.Notice, "本行没有序号，按单独的项目读入，请核对。如是上面项目的子项目，请按1.1、1.2编号。")
			return nil, true
		}
		fits = fits || ok1 && ok2
	}
	if !fits && !shareStart(name, g.main.Text(reporting.FProjectName)) {
		t.say(t.cell(r, reporting.FProjectName), "no-seq", reporting.Notice, "本行没有序号，按单独的项目读入，请核对。如是上面项目的子项目，请按1.1、1.2编号。")
		return nil, true
	}
	return g.main, false
}

// shareStart reports whether two names begin with the same four characters.
func shareStart(a, b string) bool {
	x, y := []rune(a), []rune(b)
	return len(x) >= 4 && len(y) >= 4 && string(x[:4]) == string(y[:4])
}

// cell is the address of a field's cell in a row, the row's where it has no column.
func (t *table) cell(r sheet.Row, f reporting.Field) string {
	if c := t.lay.column(f); c != nil {
		return sheet.CellName(c.col, r.Index)
	}
	return fmt.Sprint(r.Index)
}

// values reads a row's fields, amounts first: percentages are judged by them.
// A nil want wants all.
func (t *table) values(r sheet.Row, want func(reporting.Field) bool) reporting.Row {
	filled := len(t.lay.columns)
	if want != nil {
		filled = 0
	}
	row := reporting.Row{Row: r.Index, Fields: make(map[reporting.Field]reporting.Value, filled), Cells: make(map[reporting.Field]string, filled), Hidden: r.Hidden}
	for i := range t.inOrder() {
		if c := &t.ordered[i]; want == nil || want(c.field) {
			t.value(r, c, &row)
		}
	}
	return row
}

// readyColumn is a column whose field is settled, with what all of its cells
// have in common.
type readyColumn struct {
	column
	context valueContext
	contact bool // see holdsContact

	above sheet.Cell // the last that was read, and what was made of it
	said  reading
}

// inOrder are the columns in the order in which cells are read: amounts first.
func (t *table) inOrder() []readyColumn {
	if t.ordered != nil {
		return t.ordered
	}
	for _, money := range []bool{true, false} {
		for _, c := range t.lay.columns {
			if (c.field.Type() == reporting.TypeMoney) == money {
				t.ordered = append(t.ordered, readyColumn{column: c, context: t.context(c, c.field), contact: t.holdsContact(c)})
			}
		}
	}
	return t.ordered
}

// holdsContact reports whether a column's cells may hold a name and a number.
func (t *table) holdsContact(c column) bool {
	return c.also != "" || c.numbered || c.field == reporting.FPerson && !t.lay.has(reporting.FPhone) ||
		c.field == reporting.FPhone && !t.lay.has(reporting.FPerson)
}

// value reads one cell into the row.
func (t *table) value(r sheet.Row, c *readyColumn, row *reporting.Row) {
	cell := cellIn(r, c.col)
	if blank(cell) && !cell.Formula {
		m := t.b.v.merge(r.Index, c.col)
		switch {
		case m != nil && m.Top < r.Index && m.Top > t.b.bottom && m.Left <= c.col:
			if cell = t.fromAbove(r, &c.column, m); blank(cell) {
				return
			}
		case cell.Kind == sheet.Empty:
			return
		}
	}
	address := sheet.CellName(c.col, r.Index)
	if !t.admits(&c.column, cell, address) {
		return
	}
	if c.contact {
		t.contact(c, cell, address, row)
		return
	}
	f, got := c.field, c.read(cell, row)
	if got.ok && c.other != "" && t.isPast(got.v.String(), *row, c.other) {
		f = c.other
	}
	t.keep(row, f, address, got.v, got.ok, got.d)
}

// read reads a cell of the column; the row's amounts settle a percentage.
// Columns of words and dates often say the same from row to row.
func (c *readyColumn) read(cell sheet.Cell, row *reporting.Row) reading {
	vc := c.context
	switch c.field {
	case reporting.FYTDPct:
		vc.Ratio = ratio(*row, reporting.FYTDDone, reporting.FYearPlan)
	case reporting.FAllPct:
		vc.Ratio = ratio(*row, reporting.FAllDone, reporting.FTotalInvest)
	default:
		if cell != c.above {
			c.above, c.said = cell, readCell(c.field, cell, vc)
		}
		return c.said
	}
	return readCell(c.field, cell, vc)
}

func (t *table) keep(row *reporting.Row, f reporting.Field, address string, v reporting.Value, ok bool, d *doubt) {
	if d != nil {
		t.say(address, d.Code, d.Severity, d.Message)
	}
	if ok {
		row.Fields[f], row.Cells[f] = v, address
	}
}

// fromAbove is what a cell under a merged area holds: a text stands for all
// rows of the area, an amount for its first row alone.
func (t *table) fromAbove(r sheet.Row, c *column, m *sheet.Span) sheet.Cell {
	cell := t.b.v.own(m.Top, m.Left)
	switch c.field.Type() {
	case reporting.TypeMoney, reporting.TypePercent:
		if !blank(cell) && !isPlaceholder(cell.Text) {
			t.say(sheet.CellName(c.col, r.Index), "merged-amount", reporting.Warning, fmt.Sprintf(
				"“%s”与第%d行共用一个合并单元格，金额只计在第%d行。请拆开合并单元格，各行分别填写。", c.field.Title(), m.Top, m.Top))
		}
		return sheet.Cell{Col: c.col}
	}
	if m.Left != c.col {
		return sheet.Cell{Col: c.col}
	}
	cell.Col = c.col
	return cell
}

// ratio is part over whole in percent, nil where that is not known.
func ratio(row reporting.Row, part, whole reporting.Field) *decimal.Decimal {
	a, ok1 := row.Decimal(part)
	b, ok2 := row.Decimal(whole)
	if !ok1 || !ok2 || !b.IsPositive() {
		return nil
	}
	d := a.Mul(decimal.NewFromInt(100)).DivRound(b, 8)
	return &d
}

var (
	phoneNumber = compile(`(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[-—– ]?\d{7,8}(?:-\d{1,5})?|\b[2-8]\d{6,7}\b`)
	phoneEdge   = compile(`^[\s:：,，、;；/\\|-]+|[\s:：,，、;；/\\|-]+$`)
	shortName   = compile(`^\p{Han}{2,4}$`)
	phoneWord   = compile(`(联系)?(电话|手机)(号码)?[:：]?`)
)

// trimContact takes off what joined a name to its number; a bracket only where
// its other half is gone: 张三（ but 王五（局长）.
func trimContact(s string) string {
	s = phoneEdge.ReplaceAllString(s, "")
	for {
		t := s
		if n := strings.Count(s, "(") + strings.Count(s, "（") - strings.Count(s, ")") - strings.Count(s, "）"); n > 0 {
			t = strings.TrimRight(s, "(（")
		} else if n < 0 {
			t = strings.TrimLeft(s, ")）")
		}
		t = strings.TrimSuffix(strings.TrimSuffix(t, "()"), "（）")
		if t = phoneEdge.ReplaceAllString(t, ""); t == s {
			return s
		}
		s = t
	}
}

// contact splits a cell with a name and a number: 张三 13900000001. In a column
// that is for one of them only, a cell without the other is read as it stands.
func (t *table) contact(c *readyColumn, cell sheet.Cell, address string, row *reporting.Row) {
	phones := []string(nil)
	if cell.Kind == sheet.Text && len(cell.Text) < 500 {
		phones = phoneNumber.FindAllString(cell.Text, 4)
	}
	if len(phones) == 0 {
		f := c.field
		if cell.Kind == sheet.Number && c.also != "" {
			f = c.also
		}
		v, ok, d := readValue(f, cell, t.context(c.column, f))
		t.keep(row, f, address, v, ok, d)
		return
	}
	var names []string
	rest := phoneWord.ReplaceAllString(phoneNumber.ReplaceAllString(cell.Text, "\x00"), "")
	for part := range strings.SplitSeq(rest, "\x00") {
		if part = trimContact(part); part != "" {
			names = append(names, part)
		}
	}
	if c.field == reporting.FPhone && !c.numbered && (len(names) != 1 || !shortName.MatchString(names[0])) {
		v, ok, d := readValue(c.field, cell, c.context)
		t.keep(row, c.field, address, v, ok, d)
		return
	}
	row.Fields[reporting.FPhone], row.Cells[reporting.FPhone] = reporting.Text(strings.Join(phones, "、")), address
	if len(names) > 0 && !c.numbered {
		cell.Text = strings.Join(names, "、")
		v, ok, d := readValue(reporting.FPerson, cell, t.context(c.column, reporting.FPerson))
		t.keep(row, reporting.FPerson, address, v, ok, d)
	}
}

// lastMonth is the last month of a date in whatever precision: 2020-12 of 2020,
// 2020-03 of 2020-Q1; "" of none.
func lastMonth(date string) string {
	switch {
	case len(date) == 4:
		return date + "-12"
	case len(date) < 7 || date[4] != '-':
		return ""
	case date[5] == 'Q' && date[6] >= '1' && date[6] <= '4':
		return date[:5] + []string{"03", "06", "09", "12"}[date[6]-'1']
	case date[5] == 'H':
		return date[:5] + map[byte]string{'1': "06", '2': "12"}[date[6]]
	case date[5] < '0' || date[5] > '9':
		return ""
	}
	return date[:7]
}

// isPast decides for one row whether 开工时间 or 竣工时间 is what has happened:
// the date lies within the reporting month or before it, and the row shows it.
func (t *table) isPast(date string, row reporting.Row, f reporting.Field) bool {
	if last := lastMonth(date); t.period.IsZero() || last == "" || last > t.period.String() {
		return false
	}
	if f == reporting.FActualFinish {
		finished, told := row.Bool(reporting.FIsFinished)
		return told && finished
	}
	if started, told := row.Bool(reporting.FIsStarted); told {
		return started
	}
	for _, f := range []reporting.Field{reporting.FYTDDone, reporting.FAllDone, reporting.FMonthDone, reporting.FDoneToLastYear} {
		if d, ok := row.Decimal(f); ok && d.IsPositive() {
			return true
		}
	}
	return false
}
