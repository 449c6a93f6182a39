// Package sheet reads tables out of files: xlsx, xls, et, csv, HTML and XML
// spreadsheets, tables in docx. Content decides the format, never the name.
// What it yields are cells with their raw values and number formats; what they
// mean is form's business. A damaged file is an error, never a short table.
package sheet

import (
	"fmt"
	"strconv"
)

// Kind says what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	Empty  Kind = iota // nothing: a blank, or a formula without a cached value (Formula is set)
	Text               //
	Number             // dates and percentages too: Format tells
	Bool               // Number is 1 or 0
	Fault              // an error value such as #REF!, in Text
)

// Cell is one cell that holds something, or a formula without a value.
type Cell struct {
	Col     int     `json:"c,omitempty"` // 0-based
	Kind    Kind    `json:"k,omitempty"` //
	Text    string  `json:"t,omitempty"` // a text as written, line breaks as \n; a number's shortest decimal form
	Number  float64 `json:"n,omitempty"` // of Number and Bool
	Format  string  `json:"f,omitempty"` // the number format's code, built-in ones spelled out: `0.00%`, `yyyy"年"m"月"`; "" is General
	Formula bool    `json:"x,omitempty"` // the value is a formula's
}

// Row is one row that has cells. Rows without any are left out.
type Row struct {
	Index  int // 1-based, as the sheet shows it
	Hidden bool
	Cells  []Cell // ascending by Col
}

// Span is a merged area, both ends included: rows 1-based, columns 0-based.
type Span struct{ Top, Left, Bottom, Right int }

// Width is how wide the columns from First to Last (0-based) are, in characters.
type Width struct {
	First, Last int
	Chars       float64
}

// Grid is one table: a sheet of a workbook, or a table in a Word file, an HTML
// page or a csv. Merged areas have their value in the top left cell only.
type Grid struct {
	Name       string // the sheet's name; "" where the file has no sheets
	Number     int    // 1-based among the file's tables where it has no sheets; else 0
	Hidden     bool   // a hidden sheet
	Rows       []Row  // ascending by Index
	Merges     []Span
	HiddenCols []int   // 0-based
	Widths     []Width `json:"-"` // of an xls's columns, for a copy of it
	Date1904   bool    // serial dates count from 1904-01-01
}

// Paragraph is running text of a Word file, an HTML page or a letter's body,
// with the number of the file's tables that stand before it.
type Paragraph struct {
	Text   string
	Tables int
}

// Book is what one file holds.
type Book struct {
	Format     string // "xlsx", "xls", "ods", "html", "xml", "csv", "docx", "text"
	Grids      []Grid
	Paragraphs []Paragraph
	Embedded   []Embedded `json:"-"` // files within a docx, not yet opened
}

// Error says why a file could not be read; none of its tables may be used.
type Error struct {
	Code   string // "encrypted", "damaged", "too-large", "unsupported", "not-a-table", "legacy-word", "scan"
	Detail string // English, for the log
	Sheet  string // where one sheet is to blame
}

func (e *Error) Error() string {
	if e.Sheet != "" {
		return fmt.Sprintf("%s in sheet %q: %s", e.Code, e.Sheet, e.Detail)
	}
	return e.Code + ": " + e.Detail
}

// Limits bounds what a file may cost. A zero field takes the default.
type Limits struct {
	Unpacked int64 // bytes after unpacking; 256 MiB
	Rows     int   // per sheet, rows that hold something; 20,000
	Columns  int   // 1,024
	Cells    int   // per file, that hold something; 2,000,000
	Sheets   int   // 256
	Merges   int   // per sheet; 20,000
	Text     int   // bytes of one cell; 96 KiB, which the 32,767 characters that Excel allows take in Chinese
}

// OrDefault fills the zero fields.
func (l Limits) OrDefault() Limits {
	set := func(p *int, n int) {
		if *p == 0 {
			*p = n
		}
	}
	if l.Unpacked == 0 {
		l.Unpacked = 256 << 20
	}
	set(&l.Rows, 20_000)
	set(&l.Columns, 1_024)
	set(&l.Cells, 2_000_000)
	set(&l.Sheets, 256)
	set(&l.Merges, 20_000)
	set(&l.Text, 96<<10)
	return l
}

// ColumnName spells a 0-based column as Excel does: 0 is "A", 27 is "AB".
func ColumnName(col int) string {
	var buf [16]byte
	return string(appendColumn(buf[:0], col))
}

func appendColumn(name []byte, col int) []byte {
	if col >= 26 {
		name = appendColumn(name, col/26-1)
	}
	if col < 0 {
		return name
	}
	return append(name, byte('A'+col%26))
}

// CellName spells a cell's address: column 7 of row 12 is "H12".
func CellName(col, row int) string {
	var buf [32]byte
	return string(strconv.AppendInt(appendColumn(buf[:0], col), int64(row), 10))
}
