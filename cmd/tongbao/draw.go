package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tongbao/internal/form"
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// picture is one table on the screen.
type picture struct {
	screen
	d        form.Drawn
	findings []reporting.Finding
	values   map[string]string // by cell, as they were read
	fields   map[int][]reporting.Column
	widths   map[int]int
}

// takes reports whether a finding is the table's, and keeps it. A sheet with
// several tables gives it to the one whose rows and columns hold its cell, or
// to the last.
func (p *picture) takes(f reporting.Finding, later []form.Drawn) bool {
	mine := func(d form.Drawn) bool {
		return slices.Equal(d.Table.Path, f.Path) && d.Table.Sheet == f.Sheet && d.Table.Number == f.Number
	}
	if !mine(p.d) {
		return false
	}
	if col, row, ok := cellOf(f.Cell); ok && slices.ContainsFunc(later, mine) {
		if _, here := p.d.Rows[row]; row > 0 && !here || col >= 0 && (col < p.d.Left || col > p.d.Right) {
			return false
		}
	}
	p.findings = append(p.findings, f)
	return true
}

// cellOf reads what a finding points at: "H12", a row "12" (col is -1) or a
// column "H" (row is 0).
func cellOf(s string) (col, row int, ok bool) {
	letters := strings.TrimRight(s, "0123456789")
	col = -1
	for _, r := range letters {
		if r < 'A' || r > 'Z' || col > 1<<20 {
			return 0, 0, false
		}
		col = (col+1)*26 + int(r-'A')
	}
	if digits := s[len(letters):]; digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 0, 0, false
		}
		row = n
	}
	return col, row, s != ""
}

func (p *picture) draw() {
	d := p.d
	fmt.Fprintln(p.w)
	head := headline("■", d.Table) + "　" + orDash(d.Table.Period.String())
	switch {
	case d.Table.Nil:
		head += "　零报告"
	case d.Unused:
		head += "　未采用（内容与另一张表相同，或是同月的另一张表）"
	default:
		head += fmt.Sprintf("　%d行", len(d.Table.Rows))
	}
	p.line(0, head)
	for _, f := range p.findings {
		if _, row, ok := cellOf(f.Cell); !ok || row == 0 {
			p.finding(2, f, f.Cell)
		}
	}
	p.understood()
	p.measure()
	p.bands()
}

// understood lists the columns: which field each is, and under which header.
func (p *picture) understood() {
	p.fields = map[int][]reporting.Column{}
	for _, c := range p.d.Table.Columns {
		if col, _, ok := cellOf(c.Letter); ok {
			p.fields[col] = append(p.fields[col], c)
		}
	}
	rows := [][]string{{"  列", "栏目", "键", "单位", "表头"}}
	header := func(s string) string { return strings.TrimRight(fitted(plain(s, 80), min(40, p.width-52)), " ") }
	for col := p.d.Left; col <= p.d.Right; col++ {
		known := p.fields[col]
		for _, c := range known {
			rows = append(rows, []string{"  " + c.Letter, c.Field.Title(), string(c.Field), orDash(c.Unit), header(c.Header)})
		}
		if text := p.header(col); len(known) == 0 && text != "" {
			rows = append(rows, []string{"  " + sheet.ColumnName(col), "（未读）", "", "", header(text)})
		}
	}
	rows[0] = paintFor(p.w).head(rows[0])
	columns(p.w, rows)
}

// header is the header's own texts of a column, from top to bottom.
func (p *picture) header(col int) string {
	var out []string
	for _, r := range p.d.Grid.Rows {
		if r.Index < p.d.Top || r.Index > p.d.Bottom {
			continue
		}
		for _, c := range r.Cells {
			if c.Col == col && strings.TrimSpace(c.Text) != "" {
				out = append(out, strings.Join(strings.Fields(c.Text), ""))
			}
		}
	}
	return strings.Join(out, "|")
}

// measure finds what each cell shows and how wide each column is.
func (p *picture) measure() {
	p.values, p.widths = map[string]string{}, map[int]int{}
	keep := func(fields map[reporting.Field]reporting.Value, cells map[reporting.Field]string) {
		for f, cell := range cells {
			word := f.Word(fields[f])
			if other := p.values[cell]; other != "" && word != "" && other != word {
				word = max(other, word) + " " + min(other, word) // a name and its number in one cell
			}
			if word != "" {
				p.values[cell] = word
			}
		}
	}
	for _, r := range p.d.Table.Rows {
		keep(r.Fields, r.Cells)
	}
	for _, t := range p.d.Table.Totals {
		keep(t.Fields, t.Cells)
	}
	for _, r := range p.d.Grid.Rows {
		kind, ok := p.d.Rows[r.Index]
		if !ok || !inColumns(kind) {
			continue
		}
		most := mostCell
		if kind == form.RowHeader {
			most = 10 // the list above has it in full
		}
		for _, c := range r.Cells {
			if c.Col >= p.d.Left && c.Col <= p.d.Right {
				if w := width(p.show(r.Index, c)); w > 0 {
					p.widths[c.Col] = max(p.widths[c.Col], min(max(w+1, leastCell), most))
				}
			}
		}
	}
}

// inColumns reports whether a row's cells stand under their columns in the
// drawing; of titles, headings and footers the text is shown along the line.
func inColumns(k form.RowKind) bool {
	switch k {
	case form.RowTitle, form.RowCategory, form.RowFooter, form.RowBlank, form.RowNil:
		return false
	}
	return true
}

// show is a cell as the drawing has it: what was read, or in brackets what
// stands there and was not read.
func (p *picture) show(row int, c sheet.Cell) string {
	if v, ok := p.values[sheet.CellName(c.Col, row)]; ok {
		return plain(v, 60)
	}
	text := shownText(c, p.d.Grid.Date1904)
	if text != "" && inColumns(p.d.Rows[row]) && p.d.Rows[row] != form.RowHeader && p.d.Rows[row] != form.RowNumbers {
		return "[" + text + "]"
	}
	return text
}

// shownText is a cell as a sheet shows it, near enough.
func shownText(c sheet.Cell, date1904 bool) string {
	switch {
	case c.Kind == sheet.Empty && c.Formula:
		return "=?"
	case c.Kind == sheet.Number && sheet.IsDate(c.Format):
		if y, m, d, ok := sheet.Civil(c.Number, date1904); ok {
			return fmt.Sprintf("%d-%02d-%02d", y, m, d)
		}
	case c.Kind == sheet.Number && sheet.IsPercent(c.Format):
		return strconv.FormatFloat(c.Number*100, 'f', -1, 64) + "%"
	}
	return plain(strings.Join(strings.Fields(c.Text), ""), 60)
}

// bands draws the rows: as many columns as have room, then the rest below,
// as a wide sheet is printed.
func (p *picture) bands() {
	cols := slices.Sorted(maps.Keys(p.widths))
	for first := true; first || len(cols) > 0; first = false {
		room, n := p.width-leadWidth, 0
		for n < len(cols) && (n == 0 || room >= p.widths[cols[n]]+1) {
			room -= p.widths[cols[n]] + 1
			n++
		}
		p.band(cols[:n], first)
		cols = cols[n:]
	}
}

func (p *picture) band(cols []int, first bool) {
	fmt.Fprintln(p.w)
	line := fitted("   行  类别", leadWidth)
	under := strings.Repeat(" ", leadWidth)
	for _, col := range cols {
		title := ""
		for _, c := range p.fields[col] {
			title = c.Field.Title()
			break
		}
		line += fitted(sheet.ColumnName(col), p.widths[col]) + " "
		under += fitted(title, p.widths[col]) + " "
	}
	fmt.Fprintln(p.w, strings.TrimRight(line, " "))
	fmt.Fprintln(p.w, strings.TrimRight(under, " "))
	fmt.Fprintln(p.w, strings.Repeat("-", p.width))
	blanks, drawn, hidden := 0, 0, 0
	for _, r := range p.d.Grid.Rows {
		kind, ok := p.d.Rows[r.Index]
		if !ok {
			continue
		}
		if !first && !inColumns(kind) {
			continue
		}
		found := p.at(r.Index, cols, first)
		if kind == form.RowBlank && len(found) == 0 {
			blanks++
			continue
		}
		if drawn++; drawn > mostRows && len(found) == 0 {
			hidden++
			continue
		}
		p.row(r, kind, cols, found)
	}
	if blanks > 0 && first {
		p.line(leadWidth, fmt.Sprintf("（空行%d行未画）", blanks))
	}
	if hidden > 0 {
		p.line(leadWidth, fmt.Sprintf("（其余%d行没有疑点，未画）", hidden))
	}
}

// at are the findings of a row that belong into the band: those of its cells,
// and in the first band also those of the whole row and of columns that are
// not drawn.
func (p *picture) at(row int, cols []int, first bool) (out []reporting.Finding) {
	for _, f := range p.findings {
		col, r, ok := cellOf(f.Cell)
		if !ok || r != row {
			continue
		}
		_, drawn := p.widths[col]
		if slices.Contains(cols, col) || first && !drawn {
			out = append(out, f)
		}
	}
	return out
}

// marks stand before a cell that has a finding.
var marks = map[reporting.Severity]string{reporting.Error: "!", reporting.Warning: "?", reporting.Notice: "*"}

func (p *picture) row(r sheet.Row, kind form.RowKind, cols []int, found []reporting.Finding) {
	name := string(kind)
	if r.Hidden {
		name += "隐"
	}
	line := fitted(fmt.Sprintf("%5d  %s", r.Index, name), leadWidth)
	if inColumns(kind) {
		for _, col := range cols {
			text := ""
			if i, ok := slices.BinarySearchFunc(r.Cells, col, func(c sheet.Cell, col int) int { return c.Col - col }); ok {
				text = p.show(r.Index, r.Cells[i])
			}
			for _, f := range found {
				if f.Cell == sheet.CellName(col, r.Index) {
					text = marks[f.Severity] + text
					break
				}
			}
			line += fitted(text, p.widths[col]) + " "
		}
	} else {
		var texts []string
		for _, c := range r.Cells {
			if t := p.show(r.Index, c); t != "" && c.Col >= p.d.Left && c.Col <= p.d.Right {
				texts = append(texts, t)
			}
		}
		line = fitted(line+strings.Join(texts, "  "), p.width)
	}
	fmt.Fprintln(p.w, strings.TrimRight(line, " "))
	for _, f := range found {
		p.finding(leadWidth, f, f.Cell)
	}
}
