package sheet

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// OpenHTML reads the tables of a letter's HTML body. Its wholeness is the
// letter's business.
func OpenHTML(text string, lim Limits) (*Book, error) {
	return readHTML(text, lim.OrDefault())
}

var htmlCharset = regexp.MustCompile(`(?i)<meta[^>]*charset\s*=\s*["']?([A-Za-z0-9_-]+)`)

// openHTML reads a file: a web system's export or Excel's web page, mostly
// under the name of a workbook.
func openHTML(data []byte, lim Limits) (*Book, error) {
	declared := ""
	if m := htmlCharset.FindSubmatch(data[:min(len(data), 4096)]); m != nil {
		declared = string(m[1])
	}
	text, err := decodeText(data, declared)
	if err != nil {
		return nil, err
	}
	if err := checkWhole(text); err != nil {
		return nil, err
	}
	b, err := readHTML(text, lim)
	if err == nil && len(b.Grids) == 0 && strings.Contains(strings.ToLower(text[:min(len(text), 8192)]), "<frameset") {
		return nil, &Error{Code: "unsupported", Detail: "a web page whose sheets are in other files"}
	}
	return b, err
}

// checkWhole refuses a page that ends within a tag or a table: an HTML parser
// closes everything by itself, so that a cut file reads as a short table.
func checkWhole(text string) error {
	z := html.NewTokenizer(strings.NewReader(text))
	read, open := 0, 0
	for {
		t := z.Next()
		if t == html.ErrorToken {
			break
		}
		read += len(z.Raw())
		if t != html.StartTagToken && t != html.EndTagToken {
			continue
		}
		if name, _ := z.TagName(); string(name) == "table" {
			if t == html.StartTagToken {
				open++
			} else if open > 0 {
				open--
			}
		}
	}
	if read < len(text) {
		return damaged("html: cut within a tag")
	}
	if open > 0 {
		return damaged("html: a table is never closed")
	}
	return nil
}

const (
	htmlBytes = 32 << 20
	htmlTags  = 3_000_000
)

func readHTML(text string, lim Limits) (*Book, error) {
	if len(text) > htmlBytes || strings.Count(text, "<") > htmlTags {
		return nil, &Error{Code: "too-large", Detail: "a web page"}
	}
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil, damaged("html: %v", err)
	}
	r := &htmlReader{lim: lim, formats: map[string]string{}}
	r.styleSheets(doc)
	if err := r.contents(doc, 0); err != nil {
		return nil, err
	}
	p := newPage("html", lim)
	if err := p.flow(r.flush()); err != nil {
		return nil, err
	}
	return p.book, nil
}

// htmlReader turns a document into blocks.
type htmlReader struct {
	lim     Limits
	formats map[string]string // number formats by selector
	blocks  []block
	text    strings.Builder
	space   bool // white space is due before the next word
}

func (r *htmlReader) endText() {
	if r.text.Len() > 0 {
		r.blocks = append(r.blocks, block{text: r.text.String()})
		r.text.Reset()
	}
	r.space = false
}

// flush ends the blocks so far and hands them out.
func (r *htmlReader) flush() []block {
	r.endText()
	out := r.blocks
	r.blocks = nil
	return out
}

func (r *htmlReader) newLine() {
	r.space = false
	if r.text.Len() > 0 && !strings.HasSuffix(r.text.String(), "\n") {
		r.text.WriteByte('\n')
	}
}

// words adds a text with its white space folded as a browser does; a
// no-break space is a space that stays.
func (r *htmlReader) words(s string) {
	for _, c := range s {
		switch c {
		case ' ', '\t', '\n', '\r', '\f':
			r.space = true
			continue
		case '\u00a0':
			c = ' '
		}
		if r.space && r.text.Len() > 0 && !strings.HasSuffix(r.text.String(), "\n") {
			r.text.WriteByte(' ')
		}
		r.space = false
		r.text.WriteRune(c)
	}
}

// unseen are elements whose contents a reader does not see.
var unseen = map[string]bool{"script": true, "style": true, "head": true, "title": true, "noscript": true, "template": true, "rt": true, "rp": true}

// breaking are elements that stand on lines of their own.
var breaking = map[string]bool{
	"p": true, "div": true, "tr": true, "li": true, "ul": true, "ol": true, "dl": true, "dt": true, "dd": true, "h1": true, "h2": true, "h3": true,
	"h4": true, "h5": true, "h6": true, "blockquote": true, "pre": true, "hr": true, "section": true, "article": true, "center": true, "caption": true,
}

// contents adds what a node holds to the blocks.
func (r *htmlReader) contents(n *html.Node, depth int) error {
	if depth > 1000 {
		return &Error{Code: "too-large", Detail: "HTML depth"}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			r.words(c.Data)
			continue
		}
		if c.Type != html.ElementNode || unseen[c.Data] || concealed(c) && !has(c, "table") {
			continue
		}
		switch {
		case c.Data == "br":
			r.space = false
			r.text.WriteByte('\n')
			continue
		case c.Data == "table":
			r.endText()
			if err := r.table(c, depth+1); err != nil {
				return err
			}
			continue
		case breaking[c.Data]:
			r.newLine()
		}
		if err := r.contents(c, depth+1); err != nil {
			return err
		}
		if breaking[c.Data] {
			r.newLine()
		}
	}
	return nil
}

func has(n *html.Node, name string) bool {
	if n.Data == name {
		return true
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			return true
		}
	}
	return false
}

var displayNone = regexp.MustCompile(`(?i)display\s*:\s*none`)

// concealed reports an element that is not shown.
func concealed(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && displayNone.MatchString(a.Val) {
			return true
		}
	}
	return false
}

func attrOf(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// table adds a <table> to the blocks.
func (r *htmlReader) table(n *html.Node, depth int) error {
	before := r.blocks
	r.blocks = nil
	t := &pageTable{hidden: map[int]bool{}, concealed: concealed(n)}
	rows, err := r.parts(n, t, depth)
	if err != nil {
		return err
	}
	r.endText()
	before = append(before, r.blocks...) // captions
	r.blocks = nil
	var taken columnsTaken
	for i, tr := range rows {
		if concealed(tr) {
			t.hidden[i+1] = true
		}
		if err := r.row(tr, t, i+1, len(rows), &taken, depth); err != nil {
			return err
		}
	}
	r.blocks = append(before, block{table: t})
	return nil
}

// parts finds a table's own rows, and reads its columns and its caption.
func (r *htmlReader) parts(n *html.Node, t *pageTable, depth int) (rows []*html.Node, err error) {
	col := 0
	hidden := newColumns(r.lim)
	for c := range own(n) {
		switch c.Data {
		case "tr":
			rows = append(rows, c)
		case "caption":
			if err := r.contents(c, depth+1); err != nil {
				return nil, err
			}
			r.newLine()
		case "col":
			v, _ := attrOf(c, "span")
			width, ok := attrOf(c, "width")
			last := min(col+count(v, 1, 1000), sheetCols)
			if concealed(c) || ok && width == "0" {
				hidden.add(col, last-1)
			}
			col = last
		}
	}
	t.hiddenCols = hidden.list()
	return rows, nil
}

// own are a table's rows, columns and captions, also those in its groups.
func own(table *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for c := table.FirstChild; c != nil; c = c.NextSibling {
			switch c.Data {
			case "thead", "tbody", "tfoot", "colgroup":
				for d := c.FirstChild; d != nil; d = d.NextSibling {
					if d.Type == html.ElementNode && !yield(d) {
						return
					}
				}
			default:
				if c.Type == html.ElementNode && !yield(c) {
					return
				}
			}
		}
	}
}

// row reads a <tr>, the row-th of rows.
func (r *htmlReader) row(tr *html.Node, t *pageTable, row, rows int, taken *columnsTaken, depth int) error {
	col := 0
	for td := tr.FirstChild; td != nil; td = td.NextSibling {
		if td.Type != html.ElementNode || td.Data != "td" && td.Data != "th" {
			continue
		}
		across, _ := attrOf(td, "colspan")
		down, _ := attrOf(td, "rowspan")
		c := pageCell{row: row, col: taken.free(row, col), cols: count(across, 1, 1000)}
		c.rows = min(count(down, 1, sheetRows), rows-row+1)
		if strings.TrimSpace(down) == "0" {
			c.rows = rows - row + 1
		}
		if col = c.col + c.cols; col > sheetCols {
			return &Error{Code: "too-large", Detail: "columns"}
		}
		if c.rows > 1 {
			taken.take(c)
		}
		if err := r.contents(td, depth+1); err != nil {
			return err
		}
		c.blocks = r.flush()
		t.count++
		if len(c.blocks) == 0 && c.rows == 1 && c.cols == 1 {
			if _, ok := attrOf(td, "x:num"); !ok {
				continue
			}
		}
		c.value = r.value(td, joined(c.blocks))
		t.cells = append(t.cells, c)
	}
	return nil
}
