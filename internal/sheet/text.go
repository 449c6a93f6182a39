package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// OpenText takes a letter's plain body as paragraphs.
func OpenText(text string, lim Limits) *Book {
	b := &Book{Format: "text"}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && len(b.Paragraphs) < 5000 {
			b.Paragraphs = append(b.Paragraphs, Paragraph{Text: line})
		}
	}
	return b
}

// decodeBytes takes bytes as UTF-16 or UTF-8 by their BOM, as UTF-8, or as GB18030.
func decodeBytes(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
		if !utf8.Valid(data) {
			return "", damaged("bad UTF-8")
		}
		return string(data), nil
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		big := data[0] == 0xfe
		var u []uint16
		for i := 2; i+1 < len(data); i += 2 {
			x := uint16(data[i]) | uint16(data[i+1])<<8
			if big {
				x = uint16(data[i])<<8 | uint16(data[i+1])
			}
			u = append(u, x)
		}
		return string(utf16.Decode(u)), nil
	case utf8.Valid(data):
		return string(data), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return "", damaged("unknown encoding")
	}
	if bad := bytes.Count(out, []byte("\ufffd")); bad*200 > utf8.RuneCount(out) {
		return "", &Error{Code: "not-a-table", Detail: "no text"}
	}
	return string(out), nil
}

func openText(name string, data []byte, lim Limits) (*Book, error) {
	if bytes.IndexByte(data, 0) >= 0 && !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, &Error{Code: "not-a-table", Detail: "binary"}
	}
	text, err := decodeBytes(data)
	if err != nil {
		return nil, err
	}
	ext := strings.ToLower(filepath.Ext(name))
	delim, best := ',', 0
	for _, d := range []rune{',', '\t', ';'} {
		if n := strings.Count(text[:min(len(text), 20000)], string(d)); n > best {
			best, delim = n, d
		}
	}
	if best == 0 || ext != ".csv" && ext != ".tsv" && ext != ".txt" && ext != ".xls" && ext != "" && ext != ".xlsx" && ext != ".et" {
		return nil, &Error{Code: "not-a-table", Detail: "text"}
	}
	return openCSV(text, delim, lim)
}

func openCSV(text string, delim rune, lim Limits) (*Book, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = delim, -1, false
	g := Grid{Number: 1}
	cells := 0
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged("csv: %v", err)
		}
		line, _ := r.FieldPos(0)
		row := Row{Index: line}
		for i, v := range rec {
			if strings.TrimSpace(v) == "" {
				continue
			}
			if i >= lim.Columns || len(v) > lim.Text {
				return nil, &Error{Code: "too-large", Detail: "columns"}
			}
			if cells++; cells > lim.Cells {
				return nil, &Error{Code: "too-large", Detail: "cells"}
			}
			row.Cells = append(row.Cells, Cell{Col: i, Kind: Text, Text: strings.ReplaceAll(v, "\r\n", "\n")})
		}
		if len(row.Cells) > 0 {
			if len(g.Rows) >= lim.Rows {
				return nil, &Error{Code: "too-large", Detail: "rows"}
			}
			g.Rows = append(g.Rows, row)
		}
	}
	return &Book{Format: "csv", Grids: []Grid{g}}, nil
}

// OpenHTML reads the tables of a letter's HTML body.
func OpenHTML(text string, lim Limits) (*Book, error) { return readHTML(text, lim.OrDefault()) }

func openHTML(data []byte, lim Limits) (*Book, error) {
	text, err := decodeBytes(data)
	if err != nil {
		return nil, err
	}
	return readHTML(text, lim)
}

func readHTML(text string, lim Limits) (*Book, error) {
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil, damaged("html: %v", err)
	}
	b := &Book{Format: "html"}
	p := &page{b: b, lim: lim}
	p.walk(doc, 0)
	p.flush()
	return b, nil
}

type page struct {
	b    *Book
	lim  Limits
	text strings.Builder
}

func (p *page) flush() {
	for line := range strings.Lines(p.text.String()) {
		if line = strings.TrimSpace(line); line != "" {
			p.b.Paragraphs = append(p.b.Paragraphs, Paragraph{Text: line, Tables: len(p.b.Grids)})
		}
	}
	p.text.Reset()
}

func (p *page) walk(n *html.Node, depth int) {
	if depth > 200 {
		return
	}
	if n.Type == html.TextNode {
		p.text.WriteString(strings.NewReplacer("\n", " ", "\r", "", "\u00a0", " ").Replace(n.Data))
		return
	}
	if n.Type == html.ElementNode {
		switch n.Data {
		case "script", "style", "head", "title":
			return
		case "table":
			if !has(n, "table") {
				p.flush()
				p.table(n)
				return
			}
		case "br", "p", "div", "tr", "li", "h1", "h2", "h3":
			p.text.WriteByte('\n')
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, depth+1)
	}
	if n.Type == html.ElementNode && (n.Data == "p" || n.Data == "div") {
		p.text.WriteByte('\n')
	}
}

func has(n *html.Node, name string) bool {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			return true
		}
	}
	return false
}

func (p *page) table(n *html.Node) {
	g := Grid{Number: len(p.b.Grids) + 1}
	taken := map[[2]int]bool{}
	row := 0
	for tr := range n.Descendants() {
		if tr.Type != html.ElementNode || tr.Data != "tr" {
			continue
		}
		row++
		if row > p.lim.Rows {
			break
		}
		r := Row{Index: row}
		col := 0
		for td := tr.FirstChild; td != nil; td = td.NextSibling {
			if td.Type != html.ElementNode || td.Data != "td" && td.Data != "th" {
				continue
			}
			for taken[[2]int{row, col}] {
				col++
			}
			rs, cs := span(td, "rowspan"), span(td, "colspan")
			if rs > 1 || cs > 1 {
				g.Merges = append(g.Merges, Span{row, col, row + rs - 1, col + cs - 1})
				for i := range rs {
					for j := range cs {
						taken[[2]int{row + i, col + j}] = true
					}
				}
			}
			if t := cellText(td); t != "" && col < p.lim.Columns {
				r.Cells = append(r.Cells, Cell{Col: col, Kind: Text, Text: t})
			}
			col += cs
		}
		if len(r.Cells) > 0 {
			g.Rows = append(g.Rows, r)
		}
	}
	if len(g.Rows) > 0 {
		p.b.Grids = append(p.b.Grids, g)
	}
}

func span(n *html.Node, name string) int {
	for _, a := range n.Attr {
		if a.Key == name {
			v := 0
			for _, c := range a.Val {
				if c < '0' || c > '9' {
					break
				}
				v = min(v*10+int(c-'0'), 1000)
			}
			return max(1, min(v, 200))
		}
	}
	return 1
}

func cellText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(strings.NewReplacer("\r", "", "\n", " ", "\u00a0", " ").Replace(c.Data))
		case c.Type == html.ElementNode && (c.Data == "br" || c.Data == "p" || c.Data == "div") && b.Len() > 0:
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(b.String())
}

// builtinFormat spells the number formats that files name by number only; 27
// to 36 and 50 to 58 are those of Chinese Excel.
func builtinFormat(id int) string {
	switch id {
	case 1:
		return "0"
	case 2:
		return "0.00"
	case 3:
		return "#,##0"
	case 4:
		return "#,##0.00"
	case 9:
		return "0%"
	case 10:
		return "0.00%"
	case 11:
		return "0.00E+00"
	case 14:
		return "yyyy/m/d"
	case 15:
		return "d-mmm-yy"
	case 16:
		return "d-mmm"
	case 17:
		return "mmm-yy"
	case 18, 19, 20, 21, 45, 46, 47, 32, 33:
		return "h:mm:ss"
	case 22:
		return "yyyy/m/d h:mm"
	case 27, 36, 50, 52, 57:
		return `yyyy"年"m"月"`
	case 28, 29, 51, 53, 54, 58:
		return `m"月"d"日"`
	case 30:
		return "m-d-yy"
	case 31:
		return `yyyy"年"m"月"d"日"`
	case 34, 35, 55, 56:
		return "h:mm"
	case 49:
		return "@"
	}
	return ""
}

// IsDate reports whether a number format shows a date.
func IsDate(format string) bool {
	f := bareFormat(format)
	return strings.ContainsAny(f, "yd") || strings.Contains(f, "m") && !strings.ContainsAny(f, "hs0#") || strings.Contains(format, "年") || strings.Contains(format, "月")
}

// IsPercent reports whether a number format shows a percentage.
func IsPercent(format string) bool { return strings.Contains(bareFormat(format), "%") }

// bareFormat leaves out what a format quotes, escapes or brackets.
func bareFormat(f string) string {
	var b strings.Builder
	for i := 0; i < len(f); i++ {
		switch f[i] {
		case '"':
			if j := strings.IndexByte(f[i+1:], '"'); j >= 0 {
				i += j + 1
			}
		case '[':
			if j := strings.IndexByte(f[i+1:], ']'); j >= 0 {
				i += j + 1
			}
		case '\\', '_', '*':
			i++
		case ';':
			return strings.ToLower(b.String())
		default:
			b.WriteByte(f[i])
		}
	}
	if strings.EqualFold(b.String(), "general") {
		return ""
	}
	return strings.ToLower(b.String())
}

// Civil is the date of a serial number.
func Civil(serial float64, date1904 bool) (y, m, d int, ok bool) {
	n := int(serial)
	if date1904 {
		n += 1462
	}
	if n < 61 || n > 2958465 {
		return 0, 0, 0, false
	}
	t := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n)
	return t.Year(), int(t.Month()), t.Day(), true
}
