package form

import (
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// rowKind is what a row below a header is.
type rowKind uint8

const (
	rowBlank    rowKind = iota // nothing, or column numbers, or a header again
	rowFooter                  // 填报人, 注：
	rowTotal                   // 合计, 小计
	rowCategory                // 一、续建项目（23个）
	rowReserved                // a number and nothing else
	rowNone                    // 无, 本月无滞后项目
	rowNameless                // values, and no name to put them to
	rowCarried                 // belongs to the merged name above it
	rowProject
)

var (
	footerWord  = compile(`^(填报人|填表人|制表|审核|复核|审批|负责人|分管领导|主要领导|单位负责人|项目负责人|联系人|联系电话|填报日期|填表日期|填报时间|填报单位|报送人|报送单位|经办人|主管领导|签字|盖章|\(盖章\)|注:|注\d|注$|注、|说明:|备注:|填表说明|填报说明|附注|以上|本表)`)
	remarkLine  = compile(`^\((?:以上|以下|注|说明|备注|数据|截至|本表|资料|表内|金额|统计|公章|盖章|签字|签章)[^()]*\)[.]?$`)
	totalWord   = compile(`^(全市|全县|全区|本县|本区|本市|各项目|项目|全部|县级|市级)?(合计|总计|小计|累计|汇总|共计|总数)(:?\(.*\)|:.*|\d+个.*|共\d+个.*)?$`)
	totalEnd    = compile(`(小计|合计)(\(.*\))?$`)
	totalPart   = compile(`^其中[:,]?.{0,20}$`)
	categoryTop = compile(`^([一二三四五六七八九十]{1,3}[、.,:]|\([一二三四五六七八九十]{1,3}\)|第[一二三四五六七八九十]{1,3}[类部批]|(I{1,3}|IV|VI{0,3}|IX|X)[、.]|[A-Z]类|[甲乙丙丁戊][类、.])`)
	categoryEnd = compile(`^(20\d\d年度?)?(其中:?|计划|拟|重点|城建|市级|县级)?(续建|新建|新开工|竣工|前期|储备|启动|预备|在建|改扩建|结转|收尾|谋划)(类|重点)?项目(\(?共?计?\d+个\)?)?$|(类|类项目|工程类)(\(共?计?\d+个.*\))?$|\(共?计?\d+[个项].*\)$`)
	chineseSeq  = compile(`^\(?[一二三四五六七八九十]{1,3}\)?[、.]?$`)
	plainSeq    = compile(`^\d{1,4}[.、]?$`)
	partSeq     = compile(`^\d{1,4}[.\-—－_．]\d{1,3}[.、]?$`)
	bracketSeq  = compile(`^(\(\d{1,3}\)|\d{1,3}\))$`)
	circledSeq  = compile(`^[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳]`)
	columnMark  = compile(`^(\(?\d{1,3}\)?(=.*)?|[甲乙丙丁戊己庚辛壬癸]|[A-Z])$`)
)

// isCategory reports whether a text is numbered or ends as a category's heading is.
func isCategory(folded string) bool {
	return categoryTop.MatchString(folded) || categoryEnd.MatchString(folded)
}

// isColumnNumbers reports whether a row only numbers the columns.
func isColumnNumbers(cells []sheet.Cell) bool {
	marks, steps, last := 0, 0, -1
	for _, c := range cells {
		text := fold(c.Text)
		if !columnMark.MatchString(text) {
			continue
		}
		marks++
		if strings.Trim(text, "(0)") == "" {
			continue // no column is numbered 0: a project on which nothing is spent yet
		}
		n := 0
		for _, r := range strings.TrimLeft(text, "(") {
			if r < '0' || r > '9' {
				break
			}
			n = n*10 + int(r-'0')
		}
		if n == 0 || last < 0 || n == last+1 {
			steps++
		}
		last = n
	}
	return marks >= 3 && marks*10 >= len(cells)*6 && steps*10 >= marks*8
}

// classify decides what the row at a position is. Footer says that the table's
// end has been seen; fresh that the row follows the header.
func (t *table) classify(r sheet.Row, fresh, footer bool) rowKind {
	cells := solid(r, t.b.left, t.b.right)
	if len(cells) == 0 || fresh && isColumnNumbers(cells) || t.repeatsHeader(cells) {
		return rowBlank
	}
	first := fold(cells[0].Text)
	seq, name := t.ownText(r, reporting.FSeq), t.ownText(r, reporting.FProjectName)
	numbered := plainSeq.MatchString(fold(seq)) // as most rows are, and no total or heading is
	switch {
	case footerWord.MatchString(first) && (name == "" || footerWord.MatchString(fold(name))):
		return rowFooter
	case footer && len(cells) <= 2 && !numbered:
		return rowFooter
	case namesUnit(cells), len(cells) == 1 && seq == "" && remarkLine.MatchString(first):
		return rowFooter
	case !numbered && t.isTotal(r, cells):
		return rowTotal
	case !numbered && t.isCategoryRow(r, cells, seq, name):
		return rowCategory
	case t.saysNone(r, cells):
		return rowNone
	}
	return t.projectKind(r, cells, seq, name)
}

// namesUnit reports whether a row names the unit of amounts and nothing else.
func namesUnit(cells []sheet.Cell) bool {
	unit, c := unitIn(cells)
	return unit != "" && !isCategory(fold(c.Text))
}

func (t *table) projectKind(r sheet.Row, cells []sheet.Cell, seq, name string) rowKind {
	if name != "" && !isPlaceholder(name) {
		return rowProject
	}
	if t.lay.kind == reporting.Issues {
		if p := t.ownText(r, reporting.FProblem); p != "" && !isPlaceholder(p) {
			return rowProject
		}
	}
	if m := t.mergeOf(r, reporting.FProjectName); m != nil && m.Top < r.Index && m.Top > t.b.bottom {
		return rowCarried
	}
	for _, c := range cells {
		if c.Formula || c.Kind == sheet.Fault || c.Kind == sheet.Number && c.Number == 0 || isPlaceholder(c.Text) {
			continue // formulas that wait for a project
		}
		if sc := t.lay.column(reporting.FSeq); sc != nil && c.Col == sc.col || name != "" {
			continue
		}
		return rowNameless
	}
	return rowReserved
}

// repeatsHeader reports whether most cells say what stands in their header.
func (t *table) repeatsHeader(cells []sheet.Cell) bool {
	if t.heads == nil {
		t.heads = map[int][]string{}
		for _, h := range t.b.heads {
			for _, l := range h.levels {
				t.heads[h.col] = append(t.heads[h.col], fold(l))
			}
		}
	}
	same := 0
	for i, c := range cells {
		if c.Kind == sheet.Text && len(c.Text) <= 3*maxHeaderText && slices.Contains(t.heads[c.Col], fold(c.Text)) {
			same++
		} else if (i+1-same)*10 > len(cells)*4 {
			return false // already too many that do not
		}
	}
	return same >= 2 && same*10 >= len(cells)*6
}

// label is the text in the number or name column, else the row's first text.
func (t *table) label(r sheet.Row, cells []sheet.Cell) string {
	for _, f := range []reporting.Field{reporting.FProjectName, reporting.FSeq} {
		if text := t.ownText(r, f); text != "" && !plainSeq.MatchString(fold(text)) {
			if f == reporting.FProjectName && !totalWord.MatchString(fold(text)) {
				if s := t.ownText(r, reporting.FSeq); totalWord.MatchString(fold(s)) {
					return s
				}
			}
			return text
		}
	}
	if cells[0].Kind == sheet.Text {
		return strings.TrimSpace(cells[0].Text)
	}
	return ""
}

// isTotal reports whether a row without a number is a total. 其中：二标段 with a
// project's details is a part.
func (t *table) isTotal(r sheet.Row, cells []sheet.Cell) bool {
	label := t.label(r, cells)
	if len(label) > 120 {
		return false
	}
	folded := fold(label)
	if totalPart.MatchString(folded) {
		return !t.hasDetails(r)
	}
	return totalWord.MatchString(folded) || totalEnd.MatchString(folded)
}

// details are the fields that a project has and a category's heading has not.
var details = []reporting.Field{
	reporting.FLocation, reporting.FContent, reporting.FProgressText, reporting.FRespUnit, reporting.FOwnerUnit, reporting.FLeader,
	reporting.FPerson, reporting.FNature, reporting.FPlanStart, reporting.FPeriod, reporting.FProblem, reporting.FMeasure,
	reporting.FReason, reporting.FCoordUnit, reporting.FDeadline, reporting.FProblemText, reporting.FIsStarted, reporting.FInStats, reporting.FActualProgress,
}

// hasDetails reports whether something stands in one of them.
func (t *table) hasDetails(r sheet.Row) bool {
	return slices.ContainsFunc(details, func(f reporting.Field) bool {
		text := t.ownText(r, f)
		return text != "" && !isPlaceholder(text)
	})
}

// isCategoryRow reports whether a row without a number is a heading over the rows below it.
func (t *table) isCategoryRow(r sheet.Row, cells []sheet.Cell, seq, name string) bool {
	if t.hasDetails(r) || partSeq.MatchString(fold(seq)) {
		return false
	}
	text := fold(cells[0].Text)
	if cells[0].Kind != sheet.Text || len(text) > 200 {
		return false
	}
	if len(cells) > 1 && !t.lay.has(reporting.FSeq) && !categoryTop.MatchString(text) {
		return false // a table without numbers: amounts beside a name make a project
	}
	if chineseSeq.MatchString(fold(seq)) && name != "" && !t.chineseNumbered {
		return true
	}
	if circledSeq.MatchString(strings.TrimSpace(seq+name)) || bracketSeq.MatchString(fold(seq)) {
		return false
	}
	if isCategory(text) || name != "" && categoryEnd.MatchString(fold(name)) && seq == "" {
		return true
	}
	if len(cells) > 1 || t.denies(text) || isPlaceholder(text) {
		return false
	}
	m := t.b.v.merge(r.Index, cells[0].Col)
	if m != nil && m.Right-m.Left+1 >= max(3, len(t.b.heads)/2) {
		return true
	}
	return name == "" && t.isSeqColumn(cells[0].Col) && !t.isSub(seq) && len([]rune(text)) >= 2
}

func (t *table) isSeqColumn(col int) bool {
	c := t.lay.column(reporting.FSeq)
	return c != nil && c.col == col
}

// isSub reports whether a number is a part's: 1.1, 1-2, (1), ①.
func (t *table) isSub(seq string) bool {
	s := strings.TrimSpace(seq)
	return partSeq.MatchString(fold(s)) || circledSeq.MatchString(s) || t.plainNumbered && bracketSeq.MatchString(fold(s))
}

// denies reports whether a cell's folded text says that there is nothing to
// report in this table.
func (t *table) denies(text string) bool {
	return nilPhrase(text) == t.lay.kind || noneAlone.MatchString(text) || t.lay.kind == reporting.Issues && noIssueAlone.MatchString(text)
}

// saysNone reports whether the row says that there is nothing to report.
func (t *table) saysNone(r sheet.Row, cells []sheet.Cell) bool {
	said := ""
	for _, c := range cells {
		text := fold(c.Text)
		switch {
		case t.isSeqColumn(c.Col) && (c.Kind == sheet.Number || plainSeq.MatchString(text)):
		case t.denies(text):
			said = text
		case c.Kind == sheet.Text && (text == "无" || text == "暂无" || text == "没有" || text == "零报告" || text == "/" || text == "-" || isPlaceholder(c.Text)):
			if said == "" && text != "/" && text != "-" {
				said = text
			}
		default:
			return false
		}
	}
	return said != ""
}

// category is what a heading row says.
func (t *table) category(r sheet.Row, cells []sheet.Cell) string {
	seq, name := t.ownText(r, reporting.FSeq), t.ownText(r, reporting.FProjectName)
	if name != "" && chineseSeq.MatchString(fold(seq)) {
		return name
	}
	if name != "" {
		return name
	}
	return strings.TrimSpace(cells[0].Text)
}
