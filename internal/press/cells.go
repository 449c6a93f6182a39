package press

import (
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// styles are the workbook's styles. Text has the format "@": a county's
// "=HYPERLINK(…)" stays a text also when somebody edits its cell.
type styles struct {
	title, heading, note, measure, head int
	body, total                         map[kind]int
	link, plain, remark                 int
}

// formats are the number formats of the kinds.
var formats = map[kind]string{words: "@", label: "@", count: "0", yi: "#,##0.00", wan: "#,##0.00", pct: "0.00%", pp: "+0.00;-0.00;0.00", pts: "0.00"}

func newStyles(f *excelize.File) (s styles, err error) {
	add := func(st excelize.Style) (id int) {
		if err == nil {
			id, err = f.NewStyle(&st)
		}
		return id
	}
	font := func(name string, size float64, bold bool) *excelize.Font {
		return &excelize.Font{Family: name, Size: size, Bold: bold}
	}
	var lines []excelize.Border
	for _, side := range []string{"left", "top", "right", "bottom"} {
		lines = append(lines, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	align := func(h string, wrap bool) *excelize.Alignment {
		return &excelize.Alignment{Horizontal: h, Vertical: "center", WrapText: wrap}
	}
	s.title = add(excelize.Style{Font: font(song, 18, false), Alignment: align("center", false)})
	s.heading = add(excelize.Style{Font: font("黑体", 11, false), Alignment: align("left", false)})
	s.note = add(excelize.Style{Font: font("宋体", 9, false), Alignment: align("left", true), NumFmt: 49})
	s.measure = add(excelize.Style{Font: font("宋体", 10, false), Alignment: align("right", false)})
	s.head = add(excelize.Style{Font: font("黑体", 10, false), Alignment: align("center", true), Border: lines,
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F2F2"}}})
	s.remark = add(excelize.Style{Font: font("宋体", 10, false), Alignment: align("center", true), Border: lines, NumFmt: 49})
	s.plain = add(excelize.Style{Font: font("宋体", 11, false), Alignment: align("left", true), Border: lines, NumFmt: 49})
	s.link = add(excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11, Color: "0563C1", Underline: "single"}, Alignment: align("left", false), Border: lines, NumFmt: 49})
	s.body, s.total = map[kind]int{}, map[kind]int{}
	for k := words; k <= pts; k++ { // in order: the same bulletin has the same styles
		format, h := formats[k], "right"
		switch k {
		case words:
			h = "left"
		case label, count:
			h = "center"
		}
		s.body[k] = add(excelize.Style{Font: font("宋体", 10, false), Alignment: align(h, true), Border: lines, CustomNumFmt: &format})
		s.total[k] = add(excelize.Style{Font: font("宋体", 10, true), Alignment: align(h, true), Border: lines, CustomNumFmt: &format})
	}
	return s, err
}

// cursor writes rows one below the other; the first error stays.
type cursor struct {
	to      *excelize.StreamWriter
	row     int
	columns int
	styles  styles
	err     error
}

func (c *cursor) put(cells []any, height float64) {
	if c.err != nil {
		return
	}
	var opts []excelize.RowOpts
	if height > 0 {
		opts = append(opts, excelize.RowOpts{Height: height})
	}
	c.err = c.to.SetRow(cellName(1, c.row), cells, opts...)
	c.row++
}

func (c *cursor) merge(from, to int) {
	if c.err == nil && from < to {
		c.err = c.to.MergeCell(cellName(from, c.row), cellName(to, c.row))
	}
}

// across writes a text over the whole width.
func (c *cursor) across(s string, style int, height float64) {
	c.merge(1, c.columns)
	cells := make([]any, c.columns)
	for i := range cells {
		cells[i] = excelize.Cell{StyleID: style}
	}
	cells[0] = excelize.Cell{StyleID: style, Value: s}
	c.put(cells, height)
}

// list writes a table. The first one's header is within the rows that are
// frozen and repeated.
func (c *cursor) list(l list, again bool) {
	if again {
		c.put(nil, 0)
	}
	if l.heading != "" {
		c.across(l.heading, c.styles.heading, 20)
	}
	if l.measure != "" || !again {
		c.across(l.measure, c.styles.measure, 16)
	}
	head := make([]any, len(l.columns))
	for i, x := range l.columns {
		head[i] = excelize.Cell{StyleID: c.styles.head, Value: x.title}
	}
	c.put(head, 32)
	for _, x := range l.lines {
		c.line(l, x)
	}
	for _, n := range l.notes {
		c.across(n, c.styles.note, 0)
	}
}

func (c *cursor) line(l list, x line) {
	cells := make([]any, len(l.columns))
	set := c.styles.body
	if x.total {
		set = c.styles.total
	}
	height := 18.0
	for i, col := range l.columns {
		if i >= len(x.cells) {
			cells[i] = excelize.Cell{StyleID: c.styles.remark}
			continue
		}
		v := col.kind.value(x.cells[i])
		if x.total && x.cells[i] == "" {
			v = ""
		}
		cells[i] = excelize.Cell{StyleID: set[col.kind], Value: v}
		if s, ok := v.(string); ok { // a Chinese character is about 1.8 wide at this size
			height = max(height, 14*float64(1+9*utf8.RuneCountInString(s)/max(1, 5*col.width)))
		}
	}
	if n := len(x.cells); n < len(l.columns) {
		cells[n] = excelize.Cell{StyleID: c.styles.remark, Value: x.remark}
		c.merge(n+1, len(l.columns))
	}
	c.put(cells, min(height, 400))
}
