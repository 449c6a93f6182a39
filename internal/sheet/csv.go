package sheet

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
)

// OpenText takes a letter's plain body as paragraphs, and what was pasted into
// it from a workbook, lines with tabs, as tables.
func OpenText(text string, lim Limits) *Book {
	b, lim := &Book{Format: "text"}, lim.OrDefault()
	for tries := 0; text != ""; {
		line, rest, _ := strings.Cut(text, "\n")
		if strings.Count(line, "\t") >= 2 && tries < maxPasted {
			tries++
			if n := pasted(text); n > 0 {
				if t, err := openCSV(text[:n], '\t', lim); err == nil {
					t.Grids[0].Number = len(b.Grids) + 1
					b.Grids = append(b.Grids, t.Grids[0])
					text = text[n:]
					continue
				}
			}
		}
		if line = strings.TrimSpace(line); line != "" && len(b.Paragraphs) < 5000 {
			b.Paragraphs = append(b.Paragraphs, Paragraph{Text: line, Tables: len(b.Grids)})
		}
		text = rest
	}
	return b
}

// maxPasted bounds how often a plain text is looked at for a table.
const maxPasted = 50

// pasted is how many bytes of a text's beginning are rows of a workbook: three
// lines or more with two tabs or more each, by quotation marks longer than one
// line too.
func pasted(text string) (size int) {
	r := csvReader{rest: text, delim: '\t'}
	rows := 0
	for {
		fields, err := r.record()
		if err != nil || len(fields) < 3 {
			break
		}
		rows, size = rows+1, len(text)-len(r.rest)
	}
	if rows < 3 {
		return 0
	}
	return size
}

// textNames are the endings of files that may be a csv: real ones, and those
// of web systems that call a csv a workbook.
var textNames = []string{"", ".csv", ".tsv", ".txt", ".xls", ".xlsx", ".et", ".tab"}

func openText(name string, data []byte, lim Limits) (*Book, error) {
	if len(data) > 64<<20 {
		return nil, &Error{Code: "too-large", Detail: "a text"}
	}
	text, err := decodeText(data, "")
	if err != nil {
		return nil, err
	}
	ext := strings.ToLower(filepath.Ext(name))
	if !slices.Contains(textNames, ext) || strings.Contains(text, "\x00") {
		return nil, &Error{Code: "not-a-table", Detail: "text"}
	}
	// QUIRK: Excel understands a first line that names the separator and does not
	// show it, and some web systems write one.
	if line, rest, ok := strings.Cut(text, "\n"); ok {
		if line = strings.TrimRight(line, "\r"); len(line) == 5 && strings.EqualFold(line[:4], "sep=") {
			return openCSV(rest, line[4], lim)
		}
	}
	delim := delimiter(text, ext == ".csv")
	if delim == 0 {
		return nil, &Error{Code: "not-a-table", Detail: "text"}
	}
	return openCSV(text, delim, lim)
}

// delimiter finds what parts the fields: the one that gives most lines the
// same number of fields. A prose text with a comma here and there has none; of
// a csv by its name one line with a comma is enough.
func delimiter(text string, csv bool) byte {
	head := text[:min(len(text), 64<<10)]
	var best byte
	most := 0
	for _, d := range []byte{'\t', ',', ';', '|'} {
		if strings.IndexByte(head, d) < 0 {
			continue
		}
		widths := map[int]int{}
		r := csvReader{rest: head, delim: d}
		for n := 0; n < 200; n++ {
			fields, err := r.record()
			if err != nil || fields == nil {
				break
			}
			if len(fields) > 1 {
				widths[len(fields)]++
			}
		}
		for width, lines := range widths {
			if score := lines * min(width, 50); (lines > 1 || csv) && (score > most || score == most && d == best) {
				best, most = d, score
			}
		}
	}
	if best == 0 && csv && strings.Count(text, "\n") > 0 {
		return ','
	}
	return best
}

// openCSV reads records as Excel does: a row's number counts records, blank
// lines too. Fields are texts; what they mean is form's business.
func openCSV(text string, delim byte, lim Limits) (*Book, error) {
	r := csvReader{rest: text, delim: delim}
	g := Grid{Number: 1}
	cells, widths := lim.Cells, widthPerCell*lim.Cells
	filled := 0 // cells of the row above, which the next one mostly has as well
	for index := 1; ; index++ {
		fields, err := r.record()
		if err != nil {
			return nil, err
		}
		if fields == nil {
			break
		}
		row := Row{Index: index, Cells: make([]Cell, 0, min(filled, len(fields)))}
		for col, v := range fields {
			if strings.TrimSpace(v) == "" {
				continue
			}
			if col >= lim.Columns || len(v) > lim.Text {
				return nil, &Error{Code: "too-large", Detail: "columns or a cell's text"}
			}
			if cells--; cells < 0 {
				return nil, &Error{Code: "too-large", Detail: "cells"}
			}
			row.Cells = append(row.Cells, Cell{Col: col, Kind: Text, Text: v})
		}
		if filled = len(row.Cells); filled == 0 {
			continue
		}
		widths -= row.Cells[len(row.Cells)-1].Col
		if len(g.Rows) >= lim.Rows || widths < 0 {
			return nil, &Error{Code: "too-large", Detail: "rows"}
		}
		g.Rows = append(g.Rows, row)
	}
	return &Book{Format: "csv", Grids: []Grid{g}}, nil
}

// csvReader reads records. It differs from encoding/csv where hand-made files
// do: a quotation mark within a field is one, and a field that is quoted in
// its beginning only, as in "三改"工程, is a text with its marks.
type csvReader struct {
	rest   string
	delim  byte
	fields []string
	buf    bytes.Buffer
}

// record reads one; nil at the end. The fields are good until the next call.
func (r *csvReader) record() ([]string, error) {
	if r.rest == "" {
		return nil, nil
	}
	r.fields = r.fields[:0]
	for {
		field, err := r.field()
		if err != nil {
			return nil, err
		}
		r.fields = append(r.fields, field)
		switch {
		case r.rest == "":
			return r.fields, nil
		case r.rest[0] == r.delim:
			r.rest = r.rest[1:]
			if r.rest == "" {
				return append(r.fields, ""), nil
			}
		default:
			r.rest = strings.TrimPrefix(r.rest, "\r")
			r.rest = strings.TrimPrefix(r.rest, "\n")
			return r.fields, nil
		}
	}
}

// field reads one and stops before what ends it.
func (r *csvReader) field() (string, error) {
	quoted := r.rest
	// QUIRK: web systems write ="0012" to keep a number's zeros.
	if strings.HasPrefix(quoted, `="`) {
		quoted = quoted[1:]
	}
	if !strings.HasPrefix(quoted, `"`) {
		return r.plain(), nil
	}
	r.buf.Reset()
	for body := quoted[1:]; ; {
		end := strings.IndexByte(body, '"')
		if end < 0 {
			return "", damaged("csv: a quotation mark is never closed")
		}
		r.buf.WriteString(body[:end])
		body = body[end+1:]
		if strings.HasPrefix(body, `"`) {
			r.buf.WriteByte('"')
			body = body[1:]
			continue
		}
		trimmed := strings.TrimLeft(body, " ")
		if trimmed == "" || trimmed[0] == r.delim || trimmed[0] == '\n' || trimmed[0] == '\r' {
			r.rest = trimmed
			return strings.ReplaceAll(r.buf.String(), "\r\n", "\n"), nil
		}
		if strings.ContainsAny(r.buf.String(), "\r\n"+string(r.delim)) {
			return "", damaged("csv: text after a quoted field")
		}
		return r.plain(), nil
	}
}

func (r *csvReader) plain() string {
	end := strings.IndexAny(r.rest, "\r\n"+string(r.delim))
	if end < 0 {
		end = len(r.rest)
	}
	field := r.rest[:end]
	r.rest = r.rest[end:]
	return field
}
