// Package docx writes Word files (ECMA-376, transitional): paragraphs, fixed
// tables, sections with page numbers, pictures. It knows no trade. The same
// document gives the same bytes. Elements stand in the order that the
// standard's schema asks for: Word refuses a file where they do not.
package docx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// Twips is a length: 1/20 point, 1/1440 inch; 1 mm is 56.693.
type Twips = int

// MM is a length given in millimetres.
func MM(mm float64) Twips { return Twips(mm*1440/25.4 + 0.5) }

// Fonts names the fonts of Chinese and of other characters. Nothing is embedded.
type Fonts struct{ East, Latin string }

// Document is a whole file.
type Document struct {
	Title, Author string
	Created       time.Time         // zero writes none
	Fonts         Fonts             // the default
	Substitutes   map[string]string // the font to use where one is not there
	Size          int               // the default, in half points; 0 is 32 (三号)
	OddEven       bool              // footers differ on odd and even pages
	Sections      []Section
}

// Section is a run of pages of one kind.
type Section struct {
	Width, Height            Twips // of the page as it lies
	Top, Right, Bottom, Left Twips
	Header, Footer           Twips // from the page's edge
	Grid                     Grid
	Odd, Even                []Paragraph // footers; Even is used where the document's OddEven is set
	// First and FirstHead are the footer and the header of the section's first
	// page; where either is there, that page has no other.
	First, FirstHead []Paragraph
	FirstPage        int   // restarts the page numbers; 0 goes on
	Start            Start // "" is the next page
	Blocks           []Block
}

// Start is where a section begins.
type Start string

// EvenPage begins on the next page with an even number, after a blank one where needed.
const EvenPage Start = "evenPage"

// Grid is the document grid in lines and characters; LinePitch 0 has none.
type Grid struct {
	LinePitch Twips
	CharSpace int // 1/4096 point, added to the default size's width
}

// Block is a Paragraph or a Table.
type Block interface{ write(*writer) }

// Align is how lines stand.
type Align string

// The alignments. "" is justified for paragraphs, as official papers are.
const (
	Left   Align = "left"
	Center Align = "center"
	Right  Align = "right"
	Both   Align = "both"
)

// Paragraph is one paragraph.
type Paragraph struct {
	Runs          []Run
	Align         Align
	Line          Twips // exact line height; 0 is a single line of the font's own
	Before, After Twips
	// Indents in hundredths of a character, so that they follow the font size;
	// Size is that of the paragraph's characters in half points.
	FirstChars, HangingChars, LeftChars, RightChars int
	Left, Right                                     Twips // indents; negative ones reach beyond the text
	Size                                            int
	Outline                                         int // 1 to 9: a heading of that level in the navigation
	KeepNext, KeepLines, PageBreak                  bool
	OffGrid                                         bool // not laid on the document grid: needed in tables
	Top, Bottom                                     Border
	Tabs                                            []Tab
}

// Border is a line along a paragraph, table cell or table. Size is in eighths
// of a point; 0 has none. Space is in points.
type Border struct {
	Size  int
	Color string // "FF0000"; "" is black
	Space int
	Style string // "" is single
}

// Tab is a tab stop.
type Tab struct {
	At    Twips
	Align Align
}

// Run is text of one kind. A "\t" is a tab and a "\n" a line break.
type Run struct {
	Text    string
	Fonts   Fonts
	Size    int // half points; 0 is the document's
	Bold    bool
	Color   string // "FF0000"
	Spacing Twips  // added between characters
	OffGrid bool   // not spaced by the document grid
	Scale   int    // percent of the characters' width; 0 is 100
	Field   string // PAGE, instead of Text
	Picture *Picture
	Box     *Box
}

// Box is text that stands at a fixed place of the page, measured from its
// upper left corner. Turned text runs downwards, its lines from right to left.
type Box struct {
	X, Y, Width, Height Twips
	Turned              bool
	Paragraphs          []Paragraph
}

// Picture is a PNG in the line, with a text for those who cannot see it.
type Picture struct {
	PNG           []byte
	Width, Height Twips
	Alt           string
}

// Table is a table with fixed column widths.
type Table struct {
	Columns []Twips
	Rows    []Row
	Header  int // how many rows are repeated on each page
	// CellMargin is left and right inside each cell; Border is drawn by the cells.
	CellMargin Twips
	Border     Border
	Indent     Twips
}

// Row is one row of cells; their spans make up all columns.
type Row struct {
	Cells  []Cell
	Height Twips // at least; 0 is what the text needs
	Exact  bool  // Height is what the row has, whatever the text needs
}

// Cell is one cell. Down is 1 where the cell starts a merge downwards and 2
// where it goes on with one.
type Cell struct {
	Paragraphs []Paragraph
	Span       int // columns; 0 is 1
	Down       int
	Fill       string // "F2F2F2"
	Top, Bottom,
	LeftLine, RightLine *Border // nil is the table's
}

// Write writes the file.
func (d Document) Write(to io.Writer) error {
	w := &writer{doc: d, b: new(strings.Builder)}
	if w.doc.Size == 0 {
		w.doc.Size = 32
	}
	body := w.body()
	z := zip.NewWriter(to)
	for _, p := range append([]part{
		{"[Content_Types].xml", []byte(w.types())},
		{"_rels/.rels", []byte(rootRels)},
		{"docProps/core.xml", []byte(w.core())},
		{"word/document.xml", []byte(body)},
		{"word/_rels/document.xml.rels", []byte(w.rels())},
		{"word/styles.xml", []byte(w.styles())},
		{"word/settings.xml", []byte(w.settings())},
		{"word/fontTable.xml", []byte(w.fontTable())},
	}, w.parts...) {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: stamp}
		f, err := z.CreateHeader(h)
		if err != nil {
			return fmt.Errorf("write %s: %w", p.name, err)
		}
		if _, err := f.Write(p.data); err != nil {
			return fmt.Errorf("write %s: %w", p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("close the file: %w", err)
	}
	return nil
}

// Bytes is the file in memory.
func (d Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	err := d.Write(&b)
	return b.Bytes(), err
}

// stamp is the zip entries' time, so that the bytes follow from the document alone.
var stamp = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

type part struct {
	name string
	data []byte
}

type writer struct {
	doc      Document
	b        *strings.Builder
	parts    []part // headers, footers and pictures
	footers  int
	headers  int
	pictures int
	boxes    int
	fonts    []string // named, in the order of their first use
}

// escape makes text fit for XML: characters that XML 1.0 forbids are left out.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\t', r == '\n', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000 && r <= 0x10ffff:
			if r != 0xfffd {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

func (w *writer) put(format string, args ...any) { fmt.Fprintf(w.b, format, args...) }
