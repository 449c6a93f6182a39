package years

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// address is where an entry was written.
type address struct {
	file, sheet string
	row         int
	cells       map[reporting.Field]string
}

type addresses map[reporting.Kind]map[string]address

// write puts a month's tables on sheets, as the unit's clerk does.
func (u *unit) write(m *set) (Letter, addresses) {
	l := Letter{Submitter: u.Name, Period: reporting.Period{Year: year, Month: time.Month(m.month)},
		Subject: fmt.Sprintf("%s2021年%d月城建项目报送材料", u.Name, m.month)}
	at := addresses{}
	for _, k := range u.Tables {
		if m.nothing[k] && k == reporting.Lagging && u.nothing == inBody {
			l.Body = fmt.Sprintf("办公室：\n现将我单位%d月城建项目报表报上，请查收。本月无进度滞后项目。\n", m.month)
			continue
		}
		g := u.sheet(m, k, at)
		name := fmt.Sprintf("%s%d月%s.xlsx", u.Name, m.month, g.Name)
		if u.oneBook {
			name = fmt.Sprintf("%s%d月报送表.xlsx", u.Name, m.month)
		}
		if len(l.Files) == 0 || !u.oneBook {
			l.Files = append(l.Files, File{Name: name})
		}
		f := &l.Files[len(l.Files)-1]
		f.Grids = append(f.Grids, g)
		for id, a := range at[k] {
			a.file = name
			at[k][id] = a
		}
	}
	return l, at
}

// inBody is the habit to write a nil lagging list into the letter alone.
const inBody = 3

// page is a sheet being written.
type page struct {
	sheet.Grid
	row int
}

func (g *page) add(cells ...sheet.Cell) {
	g.row++
	if len(cells) > 0 {
		g.Rows = append(g.Rows, sheet.Row{Index: g.row, Cells: cells})
	}
}

func (g *page) across(width int, text string) {
	g.add(sheet.Cell{Kind: sheet.Text, Text: text})
	g.Merges = append(g.Merges, sheet.Span{Top: g.row, Left: 0, Bottom: g.row, Right: width - 1})
}

// sheet writes one table.
func (u *unit) sheet(m *set, k reporting.Kind, at addresses) sheet.Grid {
	name := map[reporting.Kind]string{reporting.Progress: "进度表", reporting.Issues: "问题台账", reporting.Lagging: "滞后清单"}[k]
	g := &page{Grid: sheet.Grid{Name: name}}
	cols := u.form[k]
	g.across(len(cols), u.title(k, m))
	line := []sheet.Cell{{Kind: sheet.Text, Text: "填报单位：" + u.Name}, {Col: len(cols) / 2, Kind: sheet.Text, Text: fmt.Sprintf("填报日期：2021年%d月24日", m.titled)}}
	if u.unitLine {
		line = append(line, sheet.Cell{Col: len(cols) - 1, Kind: sheet.Text, Text: map[bool]string{true: "单位：亿元", false: "单位：万元"}[u.allYi]})
	}
	g.add(line...)
	u.head(g, cols, m)
	at[k] = map[string]address{"title": {sheet: name, row: 1, cells: map[reporting.Field]string{reporting.FProjectName: "A1"}}}
	if m.nothing[k] {
		u.nil(g, k, m)
	}
	seq, part := 0, 0
	for _, e := range m.tables[k] {
		number := ""
		switch {
		case e.role != item:
		case e.part:
			part++
			number = fmt.Sprintf("%d.%d", seq, part)
		default:
			seq, part = seq+1, 0
			number = strconv.Itoa(seq)
		}
		var row []sheet.Cell
		a := address{sheet: name, row: g.row + 1, cells: map[reporting.Field]string{}}
		for i, c := range cols {
			x, ok := u.cell(e, c.field, number)
			a.cells[c.field] = sheet.CellName(i, a.row)
			if ok {
				x.Col = i
				row = append(row, x)
			}
		}
		g.add(row...)
		at[k][e.id] = a
	}
	if k == reporting.Progress {
		g.add()
		g.add(sheet.Cell{Kind: sheet.Text, Text: "填报人：甘小英  审核人：熊建华  联系电话：13900001234"})
	}
	return g.Grid
}

// head writes the header and, where the form has it, the row of column numbers.
func (u *unit) head(g *page, cols []column, m *set) {
	layered := false
	for _, c := range cols {
		layered = layered || c.above != ""
	}
	var top, low, numbers []sheet.Cell
	for i, c := range cols {
		text := u.header(c, m.titled)
		numbers = append(numbers, sheet.Cell{Col: i, Kind: sheet.Number, Number: float64(i + 1), Text: strconv.Itoa(i + 1)})
		switch {
		case c.above == "":
			top = append(top, sheet.Cell{Col: i, Kind: sheet.Text, Text: text})
			if layered {
				g.Merges = append(g.Merges, sheet.Span{Top: g.row + 1, Left: i, Bottom: g.row + 2, Right: i})
			}
		case i == 0 || cols[i-1].above != c.above:
			top = append(top, sheet.Cell{Col: i, Kind: sheet.Text, Text: c.above})
			end := i
			for end+1 < len(cols) && cols[end+1].above == c.above {
				end++
			}
			if end > i {
				g.Merges = append(g.Merges, sheet.Span{Top: g.row + 1, Left: i, Bottom: g.row + 1, Right: end})
			}
			fallthrough
		default:
			low = append(low, sheet.Cell{Col: i, Kind: sheet.Text, Text: text})
		}
	}
	g.add(top...)
	if layered {
		g.add(low...)
	}
	if u.numbered {
		g.add(numbers...)
	}
}

// nil writes that there is nothing to report.
func (u *unit) nil(g *page, k reporting.Kind, m *set) {
	what := map[reporting.Kind]string{reporting.Issues: "需协调的问题", reporting.Lagging: "进度滞后项目"}[k]
	switch u.nothing {
	case 0:
		g.add(sheet.Cell{Kind: sheet.Text, Text: "无"})
	case 1:
		g.add(sheet.Cell{Col: 1, Kind: sheet.Text, Text: "本月无" + what})
	default:
		g.across(5, fmt.Sprintf("%s%d月份无%s", u.Name, m.titled, what))
	}
}

// cell writes one value; false where the cell stays empty.
func (u *unit) cell(e *entry, f reporting.Field, number string) (sheet.Cell, bool) {
	text := func(s string) (sheet.Cell, bool) { return sheet.Cell{Kind: sheet.Text, Text: s}, s != "" }
	if e.role != item {
		switch {
		case f == reporting.FProjectName && e.role == group:
			return text(fmt.Sprintf("%s（%d个）", e.id, e.number))
		case f == reporting.FProjectName:
			return text(e.id)
		}
	}
	if f == reporting.FSeq {
		if n, err := strconv.Atoi(number); err == nil {
			return numeral(float64(n), "", false), true
		}
		return text(number)
	}
	switch v := e.values[f].(type) {
	case string:
		return text(v)
	case bool:
		return text(map[bool]string{true: "是", false: "否"}[v])
	case date:
		if v.none() {
			return sheet.Cell{}, false
		}
		return u.month(v), true
	case float64:
		return u.share(v), true
	case money:
		return u.amount(v, f, e.role != item), true
	}
	return sheet.Cell{}, false
}

func numeral(n float64, format string, formula bool) sheet.Cell {
	return sheet.Cell{Kind: sheet.Number, Number: n, Text: strconv.FormatFloat(n, 'f', -1, 64), Format: format, Formula: formula}
}

// amount writes money in the column's unit.
func (u *unit) amount(m money, f reporting.Field, total bool) sheet.Cell {
	n := float64(m) / 100
	switch {
	case u.coarse:
		n = math.Round(n/100) / 100
	case u.allYi:
		n = math.Round(n) / 10000
	case u.yi && f == reporting.FTotalInvest && n >= 10000:
		n = math.Round(n/100) / 100
	case u.yi && f == reporting.FTotalInvest:
		n = math.Round(n) / 10000
	}
	if u.textual && !total {
		return sheet.Cell{Kind: sheet.Text, Text: thousands(n)}
	}
	return numeral(n, "", total && u.formulas)
}

// share writes a percentage.
func (u *unit) share(v float64) sheet.Cell {
	switch u.percent {
	case 0:
		return sheet.Cell{Kind: sheet.Text, Text: strconv.FormatFloat(v, 'f', 2, 64) + "%"}
	case 1:
		return numeral(math.Round(v*100)/10000, "0.00%", u.formulas)
	}
	return numeral(v, "", false)
}

// month writes a date as the unit does.
func (u *unit) month(d date) sheet.Cell {
	switch u.date {
	case 0:
		return sheet.Cell{Kind: sheet.Text, Text: fmt.Sprintf("%d年%d月", d.year, d.month)}
	case 1:
		return sheet.Cell{Kind: sheet.Text, Text: fmt.Sprintf("%d.%02d", d.year, d.month)}
	case 2:
		day := time.Date(d.year, time.Month(d.month), 1, 0, 0, 0, 0, time.UTC)
		return numeral(math.Round(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()/24), `yyyy"年"m"月"`, false)
	}
	return sheet.Cell{Kind: sheet.Text, Text: fmt.Sprintf("%d-%02d", d.year, d.month)}
}

// plain is an amount in 万元 as it stands in a sentence.
func plain(m money) string { return strconv.FormatFloat(float64(m)/100, 'f', -1, 64) }

// thousands writes a number with separators, as text.
func thousands(n float64) string {
	whole, rest, _ := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return whole
}
