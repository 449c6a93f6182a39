package sheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// copyBook writes a workbook anew as .xlsx: values, number formats, merged
// areas, widths, and what is hidden. Rows that look like a table's get lines.
// excelize cuts a cell at 32,767 characters without a word, so that a longer
// one is an error here.
func copyBook(b *Book) ([]byte, error) {
	c := &copier{file: excelize.NewFile(), styles: map[cellStyle]int{}}
	defer func() { _ = c.file.Close() }()
	if len(b.Grids) == 0 {
		return nil, &Error{Code: "unsupported", Detail: "a workbook without sheets"}
	}
	shown := -1
	for i := range b.Grids {
		g := &b.Grids[i]
		if err := c.grid(i, g); err != nil {
			return nil, fmt.Errorf("copy sheet %q: %w", g.Name, err)
		}
		if shown < 0 && !g.Hidden {
			shown = i
		}
	}
	c.file.SetActiveSheet(max(shown, 0))
	for i := range b.Grids {
		if b.Grids[i].Hidden && shown >= 0 {
			if err := c.file.SetSheetVisible(c.names[i], false); err != nil {
				return nil, err
			}
		}
	}
	if b.Grids[0].Date1904 {
		yes := true
		if err := c.file.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			return nil, err
		}
	}
	out, err := c.file.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type copier struct {
	file   *excelize.File
	names  []string
	styles map[cellStyle]int
}

type cellStyle struct {
	format              string
	lined, wrap, center bool
}

// style is the number of a style, made when it is first asked for.
func (c *copier) style(s cellStyle) (int, error) {
	if id, ok := c.styles[s]; ok {
		return id, nil
	}
	st := excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 10}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: s.wrap}}
	if s.center {
		st.Alignment.Horizontal = "center"
	}
	if s.format != "" {
		st.CustomNumFmt = &s.format
	}
	if s.lined {
		for _, side := range []string{"left", "top", "right", "bottom"} {
			st.Border = append(st.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	id, err := c.file.NewStyle(&st)
	c.styles[s] = id
	return id, err
}

func (c *copier) grid(i int, g *Grid) error {
	// A stream of BIFF2 to 4 has no name for its only sheet.
	name := g.Name
	if name == "" {
		name = fmt.Sprintf("Sheet%d", i+1)
	}
	c.names = append(c.names, name)
	if i == 0 {
		if err := c.file.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := c.file.NewSheet(name); err != nil {
		return err
	}
	to, err := c.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for _, w := range g.Widths {
		if err := to.SetColWidth(w.First+1, min(w.Last+1, sheetCols), min(w.Chars, 255)); err != nil {
			return err
		}
	}
	for _, col := range g.HiddenCols {
		if err := to.SetColVisible(col+1, col+1, false); err != nil {
			return err
		}
	}
	above := true // the table: titles
	for _, r := range g.Rows {
		above = above && len(r.Cells) < 3
		if err := c.row(to, g, r, above); err != nil {
			return err
		}
	}
	for _, m := range g.Merges {
		if err := to.MergeCell(CellName(m.Left, m.Top), CellName(m.Right, m.Bottom)); err != nil {
			return err
		}
	}
	return to.Flush()
}

// row writes a row. Cells between those that hold something get lines, too.
func (c *copier) row(to *excelize.StreamWriter, g *Grid, r Row, above bool) error {
	if len(r.Cells) == 0 {
		return nil
	}
	last := r.Cells[len(r.Cells)-1].Col
	table := len(r.Cells) >= 3
	if table {
		for _, m := range g.Merges {
			if m.Top <= r.Index && r.Index <= m.Bottom {
				last = max(last, m.Right)
			}
		}
	}
	values := make([]any, min(last+1, sheetCols))
	blank := excelize.Cell{}
	if table {
		id, err := c.style(cellStyle{lined: true})
		if err != nil {
			return err
		}
		blank.StyleID = id
	}
	for i := range values {
		values[i] = blank
		if !table {
			values[i] = nil
		}
	}
	height := 0.0
	for _, cell := range r.Cells {
		s := cellStyle{format: cell.Format, lined: table, wrap: cell.Kind == Text}
		chars := g.width(cell.Col)
		if i := slices.IndexFunc(g.Merges, func(m Span) bool { return m.Top == r.Index && m.Left == cell.Col }); i >= 0 {
			s.center = above && g.Merges[i].Right-g.Merges[i].Left >= 3
			for col := cell.Col + 1; col <= g.Merges[i].Right; col++ {
				chars += g.width(col)
			}
		}
		id, err := c.style(s)
		if err != nil {
			return err
		}
		value := excelize.Cell{StyleID: id}
		switch cell.Kind {
		case Text, Fault:
			if utf8.RuneCountInString(cell.Text) > excelize.TotalCellChars {
				return &Error{Code: "unsupported", Detail: "a cell longer than Excel has"}
			}
			value.Value = cell.Text
			height = max(height, 14*float64(linesOf(cell.Text, chars)))
		case Number:
			value.Value = cell.Number
		case Bool:
			value.Value = cell.Number != 0
		}
		values[cell.Col] = value
	}
	o := excelize.RowOpts{Hidden: r.Hidden}
	if height > 14 {
		o.Height = min(height, 400)
	}
	return to.SetRow(CellName(0, r.Index), values, o)
}

// width is a column's, in characters.
func (g *Grid) width(col int) float64 {
	for _, w := range g.Widths {
		if w.First <= col && col <= w.Last {
			return w.Chars
		}
	}
	return 8.43
}

// linesOf is how many lines a text takes in so many characters' width; one of
// Chinese is as wide as two.
func linesOf(text string, chars float64) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		wide := 0
		for _, r := range line {
			if wide++; r >= 0x2e80 {
				wide++
			}
		}
		n += 1 + int(max(0, float64(wide)-1)/max(chars, 2))
	}
	return n
}
