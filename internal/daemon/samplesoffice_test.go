package daemon_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tongbao/internal/attachment"
	letterroom "tongbao/internal/letter"
	"tongbao/internal/sheet"
)

// returnedBook is a sender's workbook and its marked copy.
type returnedBook struct {
	path             []string
	format           string // as sheet.Book has it
	original, marked []byte
}

// original finds the bytes of a file in a letter, an archive or on its own.
func original(t *testing.T, raw []byte, path []string) []byte {
	t.Helper()
	for i, name := range path[1:] {
		within := raw
		raw = nil
		if strings.HasSuffix(path[i], ".eml") {
			l, err := letterroom.Read(within, letterroom.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range l.Parts {
				if p.Name == name {
					raw = p.Data
				}
			}
			continue
		}
		files, _, _ := attachment.Unpack(within, attachment.Limits{}, nil)
		for _, f := range files {
			if f.Path[len(f.Path)-1] == name {
				raw = f.Data
			}
		}
	}
	return raw
}

// unmarked takes out of a sheet's part what marking may put in: styles of
// cells, cells and rows that have nothing but a style, the drawing of comments.
func unmarked(s string) string {
	for _, x := range []string{`\ss="\d+"`, `<((?:\w+:)?c)( r="[A-Z]+\d+")?(/>|></(?:\w+:)?c>)`, `<((?:\w+:)?row)( r="\d+")?(/>|></(?:\w+:)?row>)`, `<(?:\w+:)?legacyDrawing [^>]*/>`} {
		s = regexp.MustCompile(x).ReplaceAllString(s, "")
	}
	return s
}

var marksTouch = regexp.MustCompile(`^(\[Content_Types\]\.xml|xl/styles\.xml|xl/worksheets/_rels/.*|xl/comments.*|xl/drawings/vmlDrawing.*)$`)

// onlyMarked wants a copy of an xlsx to differ in fills and comments alone.
func onlyMarked(t *testing.T, b returnedBook) {
	t.Helper()
	was, is := unzipped(t, b.original), unzipped(t, b.marked)
	for name, old := range was {
		switch now, ok := is[name]; {
		case !ok:
			t.Errorf("%v: the part %s is gone", b.path, name)
		case old == now || marksTouch.MatchString(name):
		case strings.HasPrefix(name, "xl/worksheets/") && unmarked(old) == unmarked(now):
		default:
			t.Errorf("%v: %s is another", b.path, name)
		}
	}
	for name := range is {
		if _, ok := was[name]; !ok && !marksTouch.MatchString(name) {
			t.Errorf("%v: the part %s is new", b.path, name)
		}
	}
}

func unzipped(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		s, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(s)
	}
	return out
}

// officeReads has LibreOffice open originals and copies, all in one run, and
// wants each copy to hold what its original does: values, formats' kinds,
// merges. A formula without a saved value has one only in the original, where
// LibreOffice reckons it; the copy of an xls has no formulas.
func officeReads(t *testing.T, books []returnedBook) {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Log("LibreOffice is not here: the copies were not opened in it")
		return
	}
	in, out := t.TempDir(), t.TempDir()
	args := []string{"--headless", "-env:UserInstallation=file://" + t.TempDir(), "--convert-to", "ods", "--outdir", out}
	name := func(i int, which string) string {
		return filepath.Join(in, string(rune('a'+i/26))+string(rune('a'+i%26))+which)
	}
	for i, b := range books {
		ext := ".xlsx"
		if !bytes.HasPrefix(b.original, []byte("PK")) && b.format == "xls" {
			ext = ".xls"
		}
		for file, data := range map[string][]byte{name(i, "was") + ext: b.original, name(i, "is") + ".xlsx": b.marked} {
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
		}
	}
	c := exec.CommandContext(t.Context(), office, args...)
	c.WaitDelay = time.Minute
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, said)
	}
	open := func(file string) *sheet.Book {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("LibreOffice did not open it: %v", err)
			return nil
		}
		b, err := sheet.Open("a.ods", raw, sheet.Limits{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	cells := 0
	for i, b := range books {
		was, is := open(filepath.Join(out, filepath.Base(name(i, "was"))+".ods")), open(filepath.Join(out, filepath.Base(name(i, "is"))+".ods"))
		if was == nil || is == nil {
			t.Errorf("%v does not open in LibreOffice", b.path)
			continue
		}
		cells += sameToOffice(t, b, was, is)
	}
	t.Logf("%d workbooks, %d cells are the same to LibreOffice", len(books), cells)
	if cells < 1000 {
		t.Errorf("only %d cells were compared", cells)
	}
}

type spot struct {
	sheet    string
	row, col int
}

func sameToOffice(t *testing.T, b returnedBook, was, is *sheet.Book) (cells int) {
	t.Helper()
	gather := func(b *sheet.Book) (map[spot]sheet.Cell, map[string][]sheet.Span) {
		out, merges := map[spot]sheet.Cell{}, map[string][]sheet.Span{}
		for _, g := range b.Grids {
			merges[g.Name] = g.Merges
			for _, r := range g.Rows {
				for _, c := range r.Cells {
					if c.Kind != sheet.Empty && strings.TrimSpace(c.Text) != "" {
						out[spot{g.Name, r.Index, c.Col}] = c
					}
				}
			}
		}
		return out, merges
	}
	old, oldMerges := gather(was)
	now, newMerges := gather(is)
	for p, o := range old {
		n, ok := now[p]
		switch {
		case !ok && o.Formula && b.format == "xls": // no saved value: the copy has none
		case !ok:
			t.Errorf("%v %s!%s is gone: %q", b.path, p.sheet, sheet.CellName(p.col, p.row), o.Text)
		case o.Number != n.Number || o.Kind != n.Kind && o.Kind != sheet.Fault || o.Kind == sheet.Text && o.Text != n.Text || sheet.IsDate(o.Format) != sheet.IsDate(n.Format):
			t.Errorf("%v %s!%s is %+v, was %+v", b.path, p.sheet, sheet.CellName(p.col, p.row), n, o)
		default:
			cells++
		}
	}
	for p, n := range now {
		if _, ok := old[p]; !ok {
			t.Errorf("%v %s!%s is new: %q", b.path, p.sheet, sheet.CellName(p.col, p.row), n.Text)
		}
	}
	for name, m := range oldMerges {
		if len(m) != len(newMerges[name]) {
			t.Errorf("%v %s has %d merged areas, had %d", b.path, name, len(newMerges[name]), len(m))
		}
	}
	return cells
}
