package form

import (
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// table is one block while it is read.
type table struct {
	b        block
	lay      layout
	period   reporting.Period
	unit     string // of amounts whose header names none
	out      reporting.Table
	findings []reporting.Finding
	heads    map[int][]string   // by column: the layers of its header, folded
	said     map[[2]string]bool // by cell and code: once is enough

	plainNumbered   bool   // the number column has 1, 2, 3
	chineseNumbered bool   // projects are numbered 一, 二, 三
	open            bool   // the last row was a project, which may go on in the next
	saidNone        bool   // a row says that there is nothing to report
	ownSubmitter    bool   // 填报单位, title or sheet name the submitter
	body            bool   // stands in the letter's text
	inner           string // subject of the letter within the letter that it came in
	hiddenSheet     bool
	kinds           []rowKind     // of the block's rows
	ordered         []readyColumn // see inOrder
}

// say adds a finding on the table.
func (t *table) say(cell, code string, s reporting.Severity, message string) {
	key := [2]string{cell, code}
	switch {
	case t.said[key] || len(t.said) > maxFindings:
		return
	case t.said == nil:
		t.said = map[[2]string]bool{}
	case len(t.said) == maxFindings:
		cell, code, s, message = "", "too-many-findings", reporting.Error, "这张表的问题过多，其余的没有逐一列出。请对照下发的表样改正后重新发送。"
	}
	t.said[key] = true
	t.findings = append(t.findings, reporting.Finding{Path: t.out.Path, Sheet: t.out.Sheet, Number: t.out.Number,
		Cell: cell, Code: code, Severity: s, Message: message})
}

func (t *table) onHeader(c column, code string, s reporting.Severity, message string) {
	t.say(sheet.CellName(c.col, t.b.bottom), code, s, message)
}

// context is what settles the values of a column.
func (t *table) context(c column, f reporting.Field) valueContext {
	vc := valueContext{Unit: c.unit, Period: t.period, Date1904: t.b.v.Date1904, Header: c.String()}
	switch f.Type() {
	case reporting.TypeMoney:
		if vc.Unit == "" || vc.Unit == "%" {
			vc.Unit = t.unit
		}
	case reporting.TypePercent:
		if vc.Unit != "%" {
			vc.Unit = ""
		}
	default:
		vc.Unit = ""
	}
	return vc
}

// ownText is what stands itself in the field's cell of a row.
func (t *table) ownText(r sheet.Row, f reporting.Field) string {
	c := t.lay.column(f)
	if c == nil {
		return ""
	}
	cell := cellIn(r, c.col)
	if part := cellIn(r, t.lay.partName); f == reporting.FProjectName && t.lay.partName > 0 && !blank(part) && part.Kind == sheet.Text {
		cell = part
	}
	if blank(cell) {
		return ""
	}
	if strings.IndexByte(cell.Text, '_') < 0 {
		return strings.TrimSpace(cell.Text)
	}
	return strings.TrimSpace(strings.ReplaceAll(cell.Text, "_x000D_", ""))
}

func (t *table) mergeOf(r sheet.Row, f reporting.Field) *sheet.Span {
	if c := t.lay.column(f); c != nil {
		return t.b.v.merge(r.Index, c.col)
	}
	return nil
}

// filledFields counts the fields in which something stands.
func (t *table) filledFields(r sheet.Row) int {
	n := 0
	for _, c := range t.lay.columns {
		if !blank(cellIn(r, c.col)) {
			n++
		}
	}
	return n
}

// survey looks at how the rows are numbered before any is judged.
func (t *table) survey() {
	numbered := 0
	for pos := t.b.first; pos < t.b.end; pos++ {
		r := t.b.v.Rows[pos]
		seq := fold(t.ownText(r, reporting.FSeq))
		switch {
		case plainSeq.MatchString(seq) && t.ownText(r, reporting.FProjectName) != "":
			t.plainNumbered = true
		case chineseSeq.MatchString(seq) && t.filledFields(r) >= 3:
			numbered++
		}
	}
	t.chineseNumbered = !t.plainNumbered && numbered >= 2
}

// likely lists the rows that look like projects, for the questions that
// figures have to settle.
func (t *table) likely() []sheet.Row {
	var out []sheet.Row
	footer := false
	for pos := t.b.first; pos < t.b.end && len(out) < sampleRows; pos++ {
		if t.b.skip[pos] {
			continue
		}
		switch t.classify(t.b.v.Rows[pos], pos-t.b.first < 2, footer) {
		case rowProject:
			out = append(out, t.b.v.Rows[pos])
		case rowFooter:
			footer = true
		}
	}
	return out
}

// read goes through the rows once the columns are settled.
func (t *table) read() {
	g := grouping{t: t}
	footer, fresh := false, true
	t.kinds = make([]rowKind, max(0, t.b.end-t.b.first))
	for pos := t.b.first; pos < t.b.end; pos++ {
		if t.b.skip[pos] {
			fresh = true
			continue
		}
		r := t.b.v.Rows[pos]
		kind := t.classify(r, fresh, footer)
		t.kinds[pos-t.b.first] = kind
		if kind != rowBlank {
			fresh = false
		}
		cells := solid(r, t.b.left, t.b.right)
		switch kind {
		case rowFooter:
			footer = true
		case rowTotal:
			t.addTotal(r, t.label(r, cells))
		case rowCategory:
			t.unitWithin(r, cells)
			g.category = t.category(r, cells)
			t.addTotal(r, g.category)
		case rowNone:
			t.saidNone = true
		case rowNameless:
			if !t.continues(r) {
				t.nameless(r, cells)
			}
		case rowCarried:
			if !t.continues(r) {
				t.carried(r)
			}
		case rowProject:
			footer = false
			g.add(r)
		}
		if kind != rowBlank && kind != rowNameless && kind != rowCarried {
			t.open = kind == rowProject
		}
	}
	t.columnsOut()
	t.hiddenParts()
}

// addTotal keeps a total's or a category's figures. A heading without any is no total.
func (t *table) addTotal(r sheet.Row, label string) {
	before := len(t.findings)
	row := t.values(r, func(f reporting.Field) bool {
		return f.Type() == reporting.TypeMoney || f.Type() == reporting.TypePercent
	})
	t.joinMissing(r, label, before)
	if len(row.Fields) == 0 && !totalWord.MatchString(fold(label)) {
		return
	}
	t.out.Totals = append(t.out.Totals, reporting.Total{Row: r.Index, Label: label, Fields: row.Fields, Cells: row.Cells})
}

// joinMissing makes one finding of a total whose formulas have no values: the
// rows themselves are what counts.
func (t *table) joinMissing(r sheet.Row, label string, before int) {
	kept := t.findings[:before]
	missing := false
	for _, f := range t.findings[before:] {
		if f.Code == "no-cached-value" {
			missing = true
			continue
		}
		kept = append(kept, f)
	}
	t.findings = kept
	if missing {
		t.say(fmt.Sprint(r.Index), "no-cached-value", reporting.Warning, fmt.Sprintf(
			"“%s”是公式，文件里没有存下计算结果，合计未核对。请用Excel或WPS打开后保存再报送。", label))
	}
}

// nameless says that values stand in a row without a name. One text alone is a
// remark that nobody misses.
func (t *table) nameless(r sheet.Row, cells []sheet.Cell) {
	severity := reporting.Warning
	if len(cells) == 1 && cells[0].Kind == sheet.Text {
		severity = reporting.Notice
	}
	what := "项目名称"
	if t.lay.kind == reporting.Issues {
		what = "项目名称和问题"
	}
	t.say(fmt.Sprint(r.Index), "no-name", severity, fmt.Sprintf("第%d行没有填写%s，该行未读入。如是上一行的续行请合并到一格，如是另一项目请补填名称。", r.Index, what))
}

// carried says that a row under a merged name is not counted as a project of
// its own.
func (t *table) carried(r sheet.Row) {
	for _, c := range t.lay.columns {
		if c.field.Type() == reporting.TypeMoney && !blank(cellIn(r, c.col)) {
			t.say(fmt.Sprint(r.Index), "merged-name", reporting.Warning, fmt.Sprintf(
				"第%d行与上一行共用合并的项目名称，该行的金额未读入。请把同一项目的金额合计填在一行，或拆成子项目分别写明名称。", r.Index))
			return
		}
	}
	t.say(fmt.Sprint(r.Index), "merged-name", reporting.Notice, fmt.Sprintf("第%d行与上一行共用合并的项目名称，按同一项目的续行处理，未单独读入。", r.Index))
}

// columnsOut records how each column was understood, and says which columns
// with content were not.
func (t *table) columnsOut() {
	for _, c := range t.lay.columns {
		unit := t.context(c, c.field).Unit
		for _, f := range []reporting.Field{c.field, c.also, c.other} {
			if f != "" {
				t.out.Columns = append(t.out.Columns, reporting.Column{Field: f, Letter: sheet.ColumnName(c.col), Header: c.String(), Unit: unit})
			}
		}
		switch c.score {
		case fuzzyScore:
			t.onHeader(c, "column-guess", reporting.Warning, fmt.Sprintf("表头“%s”按“%s”读入（疑为笔误），请核对。", c.String(), c.field.Title()))
		case prefixScore:
			t.onHeader(c, "column-guess", reporting.Notice, fmt.Sprintf("表头“%s”按“%s”读入，请核对。", c.String(), c.field.Title()))
		}
	}
	for _, c := range t.lay.others {
		if c.listed == knownColumn || !t.columnHolds(c.col) || t.shareOfFunds(c) {
			continue
		}
		if c.listed == partColumn {
			t.partColumn(c)
			continue
		}
		if twin := t.lay.column(c.field); c.field != "" && twin != nil {
			s := reporting.Notice
			if c.field.Type() != reporting.TypeText {
				s = reporting.Warning
			}
			t.onHeader(c, "column-twice", s, fmt.Sprintf("“%s”与%s列“%s”意思相同，只读入%s列，请核对。", c.String(), sheet.ColumnName(twin.col), twin.String(), sheet.ColumnName(twin.col)))
			continue
		}
		t.onHeader(c, "column-unknown", reporting.Notice, fmt.Sprintf("表头“%s”不认得，该列没有读入。如是规定的栏目，请按下发的表样改写表头。", c.String()))
	}
}

// partColumn says that an amount stands there in parts only. Parts beside
// their total are no loss.
func (t *table) partColumn(c column) {
	for _, h := range t.b.heads {
		n := len(h.levels)
		if n > 1 && len(c.levels) > 1 && h.levels[0] == c.levels[0] && slices.Contains(totalLeaf, word(h.leaf(), t.period).key) {
			return
		}
	}
	t.say(sheet.CellName(c.col, t.b.bottom), "parts-only", reporting.Warning, fmt.Sprintf(
		"“%s”只有分项，没有合计栏，程序不代为相加，金额未读入。请增加合计栏。", strings.Join(c.levels[:len(c.levels)-1], "|")))
}

// shareOfFunds reports whether the column is the share that belongs to the
// funds on its left; there is no field for it.
func (t *table) shareOfFunds(c column) bool {
	if c.field.Type() != reporting.TypePercent || c.field == "" {
		return false
	}
	for _, o := range t.lay.columns {
		if o.col == c.col-1 {
			return o.field == reporting.FFundArrivedYTD || o.field == reporting.FFundArrivedMonth
		}
	}
	return false
}

func (t *table) columnHolds(col int) bool {
	for pos := t.b.first; pos < t.b.end; pos++ {
		if c := cellIn(t.b.v.Rows[pos], col); !t.b.skip[pos] && !blank(c) && !isPlaceholder(c.Text) {
			return true
		}
	}
	return false
}

// hiddenParts says which rows and columns cannot be seen in the sheet.
func (t *table) hiddenParts() {
	var rows, cols []string
	for _, r := range t.out.Rows {
		if r.Hidden && len(rows) < 20 {
			rows = append(rows, fmt.Sprint(r.Row))
		}
	}
	if len(rows) > 0 {
		t.say(rows[0], "hidden-row", reporting.Notice, fmt.Sprintf("第%s行是隐藏行，已照常读入。不应计入的请删除后重报。", strings.Join(rows, "、")))
	}
	for _, c := range t.lay.columns {
		if slices.Contains(t.b.v.HiddenCols, c.col) {
			cols = append(cols, sheet.ColumnName(c.col)+"（"+c.field.Title()+"）")
		}
	}
	if len(cols) > 0 && len(t.out.Rows) > 0 {
		t.say("", "hidden-column", reporting.Notice, fmt.Sprintf("%s是隐藏列，已照常读入，请核对是否最新。", strings.Join(cols, "、")))
	}
}
