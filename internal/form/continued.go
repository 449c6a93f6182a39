package form

import (
	"fmt"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// A row without a name below a project is that project's next line: its text
// goes on there, or an amount stands there that the line above has not. Two
// amounts of one field are never added up, and never lost without a word.

// continues joins a row without a name to the project above it. It does
// nothing where the row is a project whose name was forgotten, or a total
// without its word: one with a number of its own, one of nothing but amounts
// that the project above has as well, and one with another investment and plan.
func (t *table) continues(r sheet.Row) bool {
	n := len(t.out.Rows)
	if n == 0 || !t.open || t.ownText(r, reporting.FSeq) != "" {
		return false
	}
	above := &t.out.Rows[n-1]
	filled, differ, texts := t.lineOf(r, *above)
	_, total := differ[reporting.FTotalInvest]
	_, plan := differ[reporting.FYearPlan]
	if len(filled) == 0 && texts == 0 || total && plan {
		return false
	}
	var amounts, lost []string
	for _, c := range t.lay.columns {
		v, ok := filled[c.field]
		if !ok {
			continue
		}
		at := sheet.CellName(c.col, r.Index)
		old, had := above.Fields[c.field]
		switch {
		case !had:
			above.Fields[c.field], above.Cells[c.field] = v, at
			if c.field.Type() != reporting.TypeText {
				amounts = append(amounts, "“"+c.field.Title()+"”"+clip(v.String()))
			}
		case c.field.Type() == reporting.TypeText:
			above.Fields[c.field] = reporting.Text(old.String() + "\n" + v.String())
		}
	}
	for _, c := range t.lay.columns {
		v, ok := differ[c.field]
		if !ok {
			continue
		}
		lost = append(lost, "“"+c.field.Title()+"”"+clip(v.String()))
		t.say(t.cellOf(*above, c.field), "continued", reporting.Warning, fmt.Sprintf(
			"“%s”在第%d行（本项目的续行）另有%s，程序不代为相加，只按本格计，请核对。", c.field.Title(), r.Index, clip(v.String())))
	}
	s, what := reporting.Notice, ""
	if len(amounts) > 0 {
		s, what = reporting.Warning, "，其中"+strings.Join(amounts, "、")+"计入该项目"
	}
	if len(lost) > 0 {
		s, what = reporting.Warning, what+"；"+strings.Join(lost, "、")+"与该项目已填的不同，没有计入"
	}
	t.say(fmt.Sprint(r.Index), "continued", s, fmt.Sprintf("第%d行没有项目名称，按第%d行“%s”的续行并入%s。如是另一项目，请补填名称。",
		r.Index, above.Row, clip(above.Text(reporting.FProjectName)), what))
	return true
}

// lineOf reads the row's own cells, without what merged areas bring from
// above: filled is what is new for the project above, differ the amounts,
// dates and answers that it has otherwise, texts how many texts go on.
func (t *table) lineOf(r sheet.Row, above reporting.Row) (filled, differ map[reporting.Field]reporting.Value, texts int) {
	filled, differ = map[reporting.Field]reporting.Value{}, map[reporting.Field]reporting.Value{}
	row := reporting.Row{Row: r.Index, Fields: map[reporting.Field]reporting.Value{}, Cells: map[reporting.Field]string{}}
	for i := range t.inOrder() {
		if c := &t.ordered[i]; !blank(cellIn(r, c.col)) {
			t.value(r, c, &row)
		}
	}
	for f, v := range row.Fields {
		old, had := above.Fields[f]
		switch {
		case f == reporting.FSeq || f == reporting.FParentName:
		case f.Type() == reporting.TypeText && had && strings.Contains(fold(old.String()), fold(v.String())):
			texts++ // says it again
		case !had || f.Type() == reporting.TypeText:
			filled[f] = v
			if f.Type() == reporting.TypeText {
				texts++
			}
		case old.String() != v.String():
			differ[f] = v
		}
	}
	return filled, differ, texts
}

func (t *table) cellOf(r reporting.Row, f reporting.Field) string {
	if c := r.Cells[f]; c != "" {
		return c
	}
	return fmt.Sprint(r.Row)
}
