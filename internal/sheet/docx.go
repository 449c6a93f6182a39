package sheet

import "strings"

// openDocx reads a Word file's paragraphs and tables. Deleted and moved text
// under change tracking, readings and field codes are left out.
func openDocx(a *archive, name string, lim Limits) (*Book, error) {
	d := &docx{lim: lim}
	var blocks []block
	err := a.walk(name, "document", func(x *xmlScanner) error {
		if x.depth() != 2 || string(x.name) != "body" {
			return x.skip()
		}
		b, err := d.blocks(x)
		blocks = append(blocks, b...)
		return err
	})
	if err != nil {
		return nil, err
	}
	p := newPage("docx", lim)
	if err := p.flow(blocks); err != nil {
		return nil, err
	}
	if p.book.Embedded, err = a.embedded(name); err != nil {
		return nil, err
	}
	return p.book, a.finish()
}

type docx struct {
	lim Limits
}

// leftOut are elements whose contents nobody sees in the final text.
// mc:Fallback repeats its mc:Choice.
func leftOut(name []byte) bool {
	switch string(name) {
	case "pPr", "rPr", "sectPr", "del", "moveFrom", "delText", "instrText", "rt", "Fallback", "tblPr", "tblGrid", "tblPrEx", "tcPr", "sdtPr", "proofErr":
		return true
	}
	return false
}

// children calls fn at the start of each element within the one at hand, to
// the latter's end; fn may read an element to its end.
func children(x *xmlScanner, fn func() error) error {
	for depth := x.depth(); x.depth() >= depth; {
		t, err := x.next()
		if err == nil && t == xmlStart {
			err = fn()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// blocks reads the paragraphs and tables of the element at hand to its end.
func (d *docx) blocks(x *xmlScanner) (out []block, err error) {
	err = children(x, func() error {
		switch name := string(x.name); {
		case name == "p":
			b, err := d.paragraph(x)
			out = append(out, b...)
			return err
		case name == "tbl":
			t, err := d.table(x)
			out = append(out, block{table: t})
			return err
		case name == "altChunk":
			// Report generators leave the contents in a web page beside it.
			return &Error{Code: "unsupported", Detail: "a document that takes its contents from another file"}
		case leftOut(x.name):
			return x.skip()
		}
		return nil
	})
	return out, err
}

// paragraph reads a <w:p>: its text, and what its text boxes hold behind it.
func (d *docx) paragraph(x *xmlScanner) ([]block, error) {
	var text strings.Builder
	var boxes []block
	err := children(x, func() error {
		switch name := string(x.name); {
		case name == "t":
			return d.text(x, &text)
		case name == "tab":
			text.WriteByte('\t')
		case name == "br", name == "cr":
			text.WriteByte('\n')
		case name == "noBreakHyphen":
			text.WriteByte('-')
		case name == "sym":
			text.WriteString(symbol(x.attr("font"), x.attr("char")))
		case name == "txbxContent":
			b, err := d.blocks(x)
			boxes = append(boxes, b...)
			return err
		case leftOut(x.name):
			return x.skip()
		}
		return nil
	})
	return append([]block{{text: text.String()}}, boxes...), err
}

func (d *docx) text(x *xmlScanner, out *strings.Builder) error {
	for depth := x.depth(); x.depth() >= depth; {
		t, err := x.next()
		if err != nil {
			return err
		}
		if t == xmlText {
			if out.Len()+len(x.text) > 16*d.lim.Text {
				return &Error{Code: "too-large", Detail: "a paragraph"}
			}
			out.Write(x.text)
		}
	}
	return nil
}

// symbol is the character that a symbol font shows: ticks and boxes are how
// yes and no are filled in. One that is not known stays visible as U+FFFD.
func symbol(font, char string) string {
	code := strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(char), "F0"), "00")
	key := strings.ToLower(font) + " " + code
	if s, ok := symbols[key]; ok {
		return s
	}
	return "\ufffd"
}

var symbols = map[string]string{
	"wingdings FC": "✓", "wingdings FB": "✗", "wingdings FE": "☑", "wingdings FD": "☒", "wingdings A8": "☐", "wingdings 6F": "☐", "wingdings 78": "☒",
	"wingdings 2 50": "✓", "wingdings 2 4F": "✗", "wingdings 2 52": "☑", "wingdings 2 51": "☒", "wingdings 2 54": "☒", "wingdings 2 A3": "☐", "wingdings 2 2A": "☐",
	"symbol B3": "≥", "symbol A3": "≤", "symbol B4": "×", "symbol B8": "÷", "symbol B1": "±",
}

// table reads a <w:tbl>.
func (d *docx) table(x *xmlScanner) (*pageTable, error) {
	t := &pageTable{}
	open := map[int]int{} // by column: the cell that a vertical merge may go on with
	row := 0
	err := children(x, func() error {
		switch {
		case string(x.name) == "tr":
			row++
			return d.row(x, t, row, open)
		case leftOut(x.name):
			return x.skip()
		}
		return nil
	})
	return t, err
}

// row reads a <w:tr>.
func (d *docx) row(x *xmlScanner, t *pageTable, row int, open map[int]int) error {
	col := 0
	return children(x, func() error {
		switch name := string(x.name); {
		case name == "trPr":
			return children(x, func() error {
				if string(x.name) == "gridBefore" {
					col += count(x.attr("val"), 0, sheetCols)
				}
				if string(x.name) == "hidden" && x.attr("val") != "0" && x.attr("val") != "false" {
					if t.hidden == nil {
						t.hidden = map[int]bool{}
					}
					t.hidden[row] = true
				}
				return nil
			})
		case name == "tc":
			return d.cell(x, t, row, &col, open)
		case leftOut(x.name):
			return x.skip()
		}
		return nil
	})
}

// cell reads a <w:tc> and moves col behind it.
func (d *docx) cell(x *xmlScanner, t *pageTable, row int, col *int, open map[int]int) error {
	c := pageCell{row: row, rows: 1, col: *col, cols: 1}
	down, across := "", ""
	err := children(x, func() error {
		switch name := string(x.name); {
		case name == "tcPr":
			return children(x, func() error {
				switch string(x.name) {
				case "gridSpan":
					c.cols = count(x.attr("val"), 1, sheetCols)
				case "vMerge":
					down = mergeMark(x)
				case "hMerge":
					across = mergeMark(x)
				case "tcPrChange", "cellMerge":
					return x.skip()
				}
				return nil
			})
		case name == "p":
			b, err := d.paragraph(x)
			c.blocks = append(c.blocks, b...)
			return err
		case name == "tbl":
			n, err := d.table(x)
			c.blocks = append(c.blocks, block{table: n})
			return err
		case leftOut(x.name):
			return x.skip()
		}
		return nil
	})
	if err != nil {
		return err
	}
	*col += c.cols
	if *col > sheetCols {
		return &Error{Code: "too-large", Detail: "columns"}
	}
	if n := len(t.cells) - 1; across == "continue" && n >= 0 && t.cells[n].row == row {
		t.cells[n].cols += c.cols
		return nil
	}
	if i, ok := open[c.col]; ok && down == "continue" {
		if above := &t.cells[i]; above.row+above.rows == row && above.cols == c.cols {
			above.rows++
			return nil
		}
	}
	delete(open, c.col)
	if down != "" {
		open[c.col] = len(t.cells)
	}
	if len(t.cells) >= d.lim.Cells {
		return &Error{Code: "too-large", Detail: "cells"}
	}
	t.cells = append(t.cells, c)
	t.count++
	return nil
}

// mergeMark is "restart" or, the default, "continue" (ECMA-376 part 1, 17.18.57).
func mergeMark(x *xmlScanner) string {
	if v := x.attr("val"); v != "" {
		return v
	}
	return "continue"
}
