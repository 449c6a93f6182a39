package press

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// FlatColumn is a column of a flat table: its key in JSON, its Chinese title,
// its width in characters in a workbook.
type FlatColumn struct {
	Key, Title string
	Width      float64
}

// Flat writes one plain table for machines and pivot tables: a header row, then
// rows of typed cells. A cell is nil, a string, an int, a decimal.Decimal, a
// bool, or a time.Time, which is a month. Strings are text in every form; what
// a stranger wrote can never become a formula.
type Flat interface {
	Add(cells []any) error
	Close() error // writes what is left
}

// NewFlat makes a writer of the format csv, json or xlsx; name is the sheet's.
func NewFlat(w io.Writer, format, name string, columns []FlatColumn) (Flat, error) {
	switch format {
	case "csv":
		return newFlatCSV(w, columns)
	case "json":
		return &flatJSON{w: w, columns: columns}, nil
	case "xlsx":
		return newFlatWorkbook(w, name, columns)
	}
	return nil, fmt.Errorf("no flat table in the format %q", format)
}

// flatCSV is UTF-8 with a byte order mark, which Excel needs, and CRLF.
type flatCSV struct{ w *csv.Writer }

func newFlatCSV(w io.Writer, columns []FlatColumn) (Flat, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	f := flatCSV{csv.NewWriter(w)}
	f.w.UseCRLF = true
	var titles []any
	for _, c := range columns {
		titles = append(titles, c.Title)
	}
	return f, f.Add(titles)
}

func (f flatCSV) Add(cells []any) error {
	out := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			out[i] = harmless(printable(c))
		case bool:
			out[i] = yesNo(c)
		case time.Time:
			out[i] = c.Format("2006-01")
		case nil:
		default:
			out[i] = fmt.Sprint(c)
		}
	}
	return f.w.Write(out)
}

func (f flatCSV) Close() error {
	f.w.Flush()
	return f.w.Error()
}

// harmless puts an apostrophe before a text that a spreadsheet would take for
// a formula when it opens the file: = + - @, also full-width, and what begins
// with a tab or line break. A text that is a plain number is left.
func harmless(s string) string {
	if s == "" {
		return s
	}
	if _, err := decimal.NewFromString(s); err == nil {
		return s
	}
	if strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// printable takes control characters out of a stranger's text; lines stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == unicode.ReplacementChar || r&0xfffe == 0xfffe {
			return -1
		}
		return r
	}, s)
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// flatJSON is an array of objects; cells that are nil are absent.
type flatJSON struct {
	w       io.Writer
	columns []FlatColumn
	rows    int
}

func (f *flatJSON) Add(cells []any) error {
	var b bytes.Buffer
	b.WriteString("[\n ")
	if f.rows > 0 {
		b.Reset()
		b.WriteString(",\n ")
	}
	f.rows++
	sep := byte('{')
	for i, c := range cells {
		var v any = c
		switch c := c.(type) {
		case nil:
			continue
		case decimal.Decimal:
			v = json.Number(c.String())
		case time.Time:
			v = c.Format("2006-01")
		}
		var value bytes.Buffer
		enc := json.NewEncoder(&value)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return err
		}
		b.WriteByte(sep)
		sep = ','
		fmt.Fprintf(&b, "%q:%s", f.columns[i].Key, bytes.TrimSpace(value.Bytes()))
	}
	if sep == '{' {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	_, err := f.w.Write(b.Bytes())
	return err
}

func (f *flatJSON) Close() error {
	end := "\n]\n"
	if f.rows == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(f.w, end)
	return err
}

// MaxFlatRows is how many rows a sheet holds below its header.
const MaxFlatRows = 1<<20 - 1

// ErrTooLong says that a table has more rows than a sheet.
var ErrTooLong = fmt.Errorf("more than %d rows", MaxFlatRows)

// maxCell is how many characters (UTF-16 units) a cell holds.
const maxCell = 32767

// flatWorkbook streams its rows to a temporary file; nothing is written to w
// before Close.
type flatWorkbook struct {
	w           io.Writer
	file        *excelize.File
	stream      *excelize.StreamWriter
	columns     int
	rows        int
	month, text int // styles
}

func newFlatWorkbook(w io.Writer, name string, columns []FlatColumn) (_ Flat, err error) {
	f := &flatWorkbook{w: w, file: excelize.NewFile(), columns: len(columns)}
	defer func() {
		if err != nil {
			_ = f.file.Close()
		}
	}()
	if err = f.file.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	if f.stream, err = f.file.NewStreamWriter(name); err != nil {
		return nil, err
	}
	yearMonth := "yyyy-mm"
	if f.month, err = f.file.NewStyle(&excelize.Style{CustomNumFmt: &yearMonth, Alignment: &excelize.Alignment{Horizontal: "center"}}); err != nil {
		return nil, err
	}
	// A text stays a text when somebody edits the cell.
	if f.text, err = f.file.NewStyle(&excelize.Style{NumFmt: 49}); err != nil {
		return nil, err
	}
	head, err := f.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	if err != nil {
		return nil, err
	}
	var titles []any
	for i, c := range columns {
		if err = f.stream.SetColWidth(i+1, i+1, c.Width); err != nil {
			return nil, err
		}
		titles = append(titles, excelize.Cell{StyleID: head, Value: c.Title})
	}
	if err = f.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return f, f.stream.SetRow("A1", titles, excelize.RowOpts{Height: 30})
}

func (f *flatWorkbook) Add(cells []any) error {
	if f.rows++; f.rows > MaxFlatRows {
		return ErrTooLong
	}
	out := make([]any, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			out[i] = excelize.Cell{StyleID: f.text, Value: clipUnits(printable(c), maxCell)}
		case bool:
			out[i] = yesNo(c)
		case time.Time:
			out[i] = excelize.Cell{StyleID: f.month, Value: serial(c)}
		case decimal.Decimal:
			out[i] = c.InexactFloat64()
		default:
			out[i] = c
		}
	}
	return f.stream.SetRow(fmt.Sprintf("A%d", f.rows+1), out)
}

// serial is the day's number in the workbook's calendar.
func serial(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
}

// clipUnits cuts a text at n UTF-16 units and shows that it did.
func clipUnits(s string, n int) string {
	units := 0
	for i, r := range s {
		if units++; r > 0xffff {
			units++
		}
		if units >= n && i+len(string(r)) < len(s) {
			return s[:i] + "…"
		}
	}
	return s
}

func (f *flatWorkbook) Close() error {
	defer func() { _ = f.file.Close() }()
	if f.rows > 0 {
		last, err := excelize.CoordinatesToCellName(f.columns, f.rows+1)
		if err != nil {
			return err
		}
		no := false
		if err := f.stream.AddTable(&excelize.Table{Range: "A1:" + last, Name: "flat", StyleName: "TableStyleLight1", ShowRowStripes: &no}); err != nil {
			return err
		}
	}
	if err := f.stream.Flush(); err != nil {
		return err
	}
	_, err := f.file.WriteTo(f.w)
	return err
}
