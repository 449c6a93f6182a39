package sheet

import (
	"encoding/xml"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestReadsAsLibreOffice compares the workbooks below TONGBAO_CORPORA, set by
// set (the folders in it), with what LibreOffice has in their cells.
// TONGBAO_FODS may name a folder of files that it converted before, laid out
// alike and with .fods behind their names; else it is run for each.
func TestReadsAsLibreOffice(t *testing.T) {
	root := os.Getenv("TONGBAO_CORPORA")
	if root == "" {
		t.Skip("TONGBAO_CORPORA names no folder")
	}
	type tally struct{ files, refused, cells, same int }
	sets := map[string]*tally{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".xlsx", ".xlsm", ".xls", ".et", ".ods":
		default:
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		theirs := officeCells(t, path, rel)
		if theirs == nil {
			return nil
		}
		set, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if sets[set] == nil {
			sets[set] = &tally{}
		}
		s := sets[set]
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		book, err := Open(path, data, Limits{Rows: 1 << 20}, nil)
		if err != nil {
			s.refused++
			t.Logf("%s: LibreOffice reads %d cells, we say %v", rel, len(theirs), err)
			return nil
		}
		s.files++
		cells, same := sameCells(t, rel, bookCells(book, theirs), theirs)
		s.cells, s.same = s.cells+cells, s.same+same
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		s := sets[name]
		share := 100 * float64(s.same) / float64(max(s.cells, 1))
		t.Logf("%-12s %4d workbooks, %2d refused: %d of %d cells the same, %.3f%%", name, s.files, s.refused, s.same, s.cells, share)
		if share < 99 {
			t.Errorf("%s: only %.2f%% of the cells are the same", name, share)
		}
	}
}

// place is a cell of a workbook.
type place struct {
	sheet    string
	row, col int
}

// officeCell is a value as LibreOffice has it.
type officeCell struct {
	text    string
	number  float64
	numeric bool
	formula bool
}

// bookCells are a book's cells. LibreOffice names a sheet that has no name, or
// one that it may not have: where either has but one, that is the same.
func bookCells(b *Book, theirs map[place]officeCell) map[place]officeCell {
	names := map[string]bool{}
	for p := range theirs {
		names[p.sheet] = true
	}
	if len(b.Grids) == 1 && len(names) == 1 {
		for name := range names {
			b.Grids[0].Name = name
		}
	}
	out := map[place]officeCell{}
	for _, g := range b.Grids {
		for _, r := range g.Rows {
			for _, c := range r.Cells {
				if c.Kind == Number && g.Date1904 && IsDate(c.Format) {
					c.Number += 1462 // LibreOffice writes the day
				}
				if c.Kind != Empty && plainText(c.Text) != "" {
					out[place{g.Name, r.Index, c.Col}] = officeCell{c.Text, c.Number, c.Kind == Number || c.Kind == Bool, c.Formula}
				}
			}
		}
	}
	return out
}

// sameCells counts the cells that either has, and logs some that differ.
// What is not compared: values of formulas that have none in the file, texts
// of white space alone, which the flat format folds, and sheets of other files
// that LibreOffice keeps for links.
func sameCells(t *testing.T, rel string, ours, theirs map[place]officeCell) (cells, same int) {
	if len(theirs) == 0 {
		t.Logf("%s: LibreOffice finds nothing in it, we have %d cells", rel, len(ours))
		return 0, 0
	}
	told := 0
	tell := func(p place, a, b any) {
		if told++; told <= 3 {
			t.Logf("%s %q %s: %+v, LibreOffice has %+v", rel, p.sheet, CellName(p.col, p.row), a, b)
		}
	}
	for p, o := range ours {
		l, ok := theirs[p]
		cells++
		switch {
		case !ok:
			tell(p, o, "nothing")
		case o.numeric && l.numeric && math.Abs(o.number-l.number) <= 1e-9*max(1, math.Abs(l.number)),
			!o.numeric && !l.numeric && plainText(o.text) == plainText(l.text):
			same++
		default:
			tell(p, o, l)
		}
	}
	for p, l := range theirs {
		if _, ok := ours[p]; !ok && !l.formula {
			cells++
			tell(p, "nothing", l)
		}
	}
	if told > 3 {
		t.Logf("%s: %d of %d cells differ", rel, told, cells)
	}
	return cells, same
}

// plainText is a text without what the flat format folds: spaces and line ends.
func plainText(s string) string { return strings.Join(strings.Fields(s), " ") }

// officeCells are the cells of a workbook as LibreOffice has them; nil where
// it does not open it.
func officeCells(t *testing.T, path, rel string) map[place]officeCell {
	name := filepath.Join(os.Getenv("TONGBAO_FODS"), rel+".fods")
	if os.Getenv("TONGBAO_FODS") == "" {
		dir := t.TempDir()
		c := exec.CommandContext(t.Context(), "soffice", "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "fods", "--outdir", dir, path)
		c.WaitDelay = time.Minute
		if out, err := c.CombinedOutput(); err != nil {
			t.Logf("%s: soffice: %v: %s", rel, err, out)
		}
		name = filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".fods")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	r := &flatReader{d: xml.NewDecoder(f), cells: map[place]officeCell{}}
	if err := r.read(); err != nil {
		t.Errorf("%s: %v", rel, err)
	}
	return r.cells
}

// flatReader reads a flat OpenDocument spreadsheet with encoding/xml.
type flatReader struct {
	d      *xml.Decoder
	cells  map[place]officeCell
	at     place
	repeat int // of the row
}

func (r *flatReader) read() error {
	for {
		tok, err := r.d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "table":
			r.at = place{sheet: flatAttr(start, "name"), row: 1}
			r.repeat = 0
		case "table-row":
			r.at.row, r.at.col = r.at.row+r.repeat, 0
			r.repeat = flatCount(start, "number-rows-repeated")
		case "covered-table-cell", "table-cell":
			if err := r.cell(start); err != nil {
				return err
			}
		case "shapes", "annotation", "dde-links", "settings", "styles", "automatic-styles", "scripts", "tracked-changes":
			if err := r.d.Skip(); err != nil {
				return err
			}
		}
	}
}

func flatAttr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && !strings.Contains(a.Name.Space, "calc") {
			return a.Value
		}
	}
	return ""
}

func flatCount(e xml.StartElement, name string) int {
	if n, err := strconv.Atoi(flatAttr(e, name)); err == nil {
		return n
	}
	return 1
}

func (r *flatReader) cell(e xml.StartElement) error {
	text, err := r.text()
	if err != nil {
		return err
	}
	c := officeCell{text: text, formula: flatAttr(e, "formula") != ""}
	switch flatAttr(e, "value-type") {
	case "float", "percentage", "currency":
		c.number, err = strconv.ParseFloat(flatAttr(e, "value"), 64)
		c.numeric = true
	case "boolean":
		c.numeric = true
		if flatAttr(e, "boolean-value") == "true" {
			c.number = 1
		}
	case "date":
		c.number, _, c.numeric = isoSerial(flatAttr(e, "date-value"), false)
	case "time":
		c.number, c.numeric = odsTime(flatAttr(e, "time-value"))
	}
	if err != nil {
		return err
	}
	n := flatCount(e, "number-columns-repeated")
	if (c.numeric || plainText(c.text) != "") && !strings.HasPrefix(r.at.sheet, "'file:") && n < 2000 && r.repeat < 70_000 {
		for row := range r.repeat {
			for col := range n {
				r.cells[place{r.at.sheet, r.at.row + row, r.at.col + col}] = c
			}
		}
	}
	r.at.col += n
	return nil
}

// text is a cell's text, its paragraphs as lines, notes left out.
func (r *flatReader) text() (string, error) {
	var out strings.Builder
	within := 0
	for depth := 1; depth > 0; {
		tok, err := r.d.Token()
		if err != nil {
			return "", err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			switch tok.Name.Local {
			case "annotation", "frame", "custom-shape", "ruby-text":
				if err := r.d.Skip(); err != nil {
					return "", err
				}
				continue
			case "p":
				within++
				out.WriteByte('\n')
			case "s", "tab", "line-break":
				out.WriteByte(' ')
			}
			depth++
		case xml.EndElement:
			if tok.Name.Local == "p" {
				within--
			}
			depth--
		case xml.CharData:
			if within > 0 {
				out.Write(tok)
			}
		}
	}
	return strings.TrimSpace(out.String()), nil
}
