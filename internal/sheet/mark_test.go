package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// notesFor is a note of each kind for every sheet of a book: on a cell that is
// there, one that is not, one in a row that is not, in a merged area, on a row,
// and on the sheet.
func notesFor(b *Book) (out []Note) {
	for _, g := range b.Grids {
		if len(g.Rows) == 0 {
			continue
		}
		mid, last := g.Rows[len(g.Rows)/2], g.Rows[len(g.Rows)-1]
		out = append(out,
			Note{g.Name, CellName(mid.Cells[0].Col, mid.Index), "error", "“总投资”写的是“约3000<万>”，请填数字。"},
			Note{g.Name, CellName(mid.Cells[0].Col, mid.Index), "warning", "同一格的第二句 & 一个\x01控制符"},
			Note{g.Name, CellName(mid.Cells[len(mid.Cells)-1].Col+3, mid.Index), "warning", "这里原来没有单元格"},
			Note{g.Name, CellName(2, last.Index+5), "notice", "这一行原来没有"},
			Note{g.Name, fmt.Sprint(last.Index), "warning", "整行"},
			Note{g.Name, "", "notice", "整张表"})
		for _, m := range g.Merges {
			out = append(out, Note{g.Name, CellName(m.Right, m.Bottom), "error", "合并单元格之内"})
			break
		}
	}
	return out
}

// parts unpacks a zip.
func parts(t *testing.T, data []byte) map[string]string {
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
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// tokens spells a part so that two can be compared, without what marking may
// change: a cell's style, cells and rows with a style alone, the drawing of
// comments, counts, and what is at the end of the lists of fills and styles.
func tokens(t *testing.T, part string) (out []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(part))
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			return prune(out)
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			s := "<" + v.Name.Local
			for _, a := range v.Attr {
				if v.Name.Local == "c" && a.Name.Local == "s" || (v.Name.Local == "fills" || v.Name.Local == "cellXfs") && a.Name.Local == "count" {
					continue
				}
				s += fmt.Sprintf(" %s:%s=%q", a.Name.Space, a.Name.Local, a.Value)
			}
			out = append(out, s)
		case xml.EndElement:
			out = append(out, "</"+v.Name.Local)
		case xml.CharData:
			if n := len(out); n > 0 && strings.HasPrefix(out[n-1], "=") {
				out[n-1] += string(v)
			} else {
				out = append(out, "="+string(v))
			}
		}
	}
}

var emptyCell = regexp.MustCompile(`^<c :r="[A-Z]+\d+"$|^<row :r="\d+"$|^<legacyDrawing `)

// prune leaves out elements that are empty and may be new.
func prune(in []string) (out []string) {
	for _, s := range in {
		if n := len(out); n > 0 && strings.HasPrefix(s, "</") && emptyCell.MatchString(out[n-1]) {
			out = out[:n-1]
			continue
		}
		out = append(out, s)
	}
	return out
}

// marked checks a marked copy against its original: nothing but fills and
// comments differs, in any part.
func sameButMarks(t *testing.T, before, after []byte) {
	t.Helper()
	old, now := parts(t, before), parts(t, after)
	for name, was := range old {
		is, ok := now[name]
		switch {
		case !ok:
			t.Errorf("the part %s is gone", name)
		case was == is:
		case strings.Contains(name, "worksheets/") && !strings.Contains(name, "_rels"):
			if a, b := tokens(t, was), tokens(t, is); !slices.Equal(a, b) {
				i := 0
				for i < min(len(a), len(b)) && a[i] == b[i] {
					i++
				}
				t.Errorf("%s differs: %q, was %q", name, b[i:min(i+5, len(b))], a[i:min(i+5, len(a))])
			}
		default:
			// Only insertions: styles, relations, content types, comments, drawings.
			bare := regexp.MustCompile(`(<(?:\w+:)?(?:fills|cellXfs)[^>]*?) count=["']\d+["']`)
			if !inserted(bare.ReplaceAllString(was, "$1"), bare.ReplaceAllString(is, "$1")) {
				t.Errorf("%s lost something:\n%s\nwas\n%s", name, is, was)
			}
		}
	}
	for name := range now {
		if _, ok := old[name]; !ok && !regexp.MustCompile(`^xl/(comments\d+\.xml|drawings/vmlDrawing\d+\.vml|worksheets/_rels/.*\.rels)$`).MatchString(name) {
			t.Errorf("the part %s is new", name)
		}
	}
}

// inserted reports whether b is a with texts put in.
func inserted(a, b string) bool {
	for a != "" {
		n := len(a)
		for n > 0 && !strings.Contains(b, a[:n]) {
			if i := strings.LastIndexByte(a[:n-1], '<'); i > 0 {
				n = i
			} else if i := strings.LastIndexByte(a[:n], '/'); n == len(a) && i > 0 {
				n = i // <x/> became <x></x>
			} else {
				return false
			}
		}
		if n == 0 {
			return false
		}
		i := strings.Index(b, a[:n])
		a, b = strings.TrimPrefix(a[n:], "/"), b[i+n:]
		if a == ">" {
			return true
		}
	}
	return true
}

// wantNotes checks with excelize that every note is where it should be.
func wantNotes(t *testing.T, out []byte, book *Book, notes []Note) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, g := range book.Grids {
		comments, err := f.GetComments(g.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range spots(book, i, notes) {
			cell := CellName(s.col, s.row)
			found := false
			for _, c := range comments {
				text := c.Text
				for _, r := range c.Paragraph {
					text += r.Text
				}
				found = found || c.Cell == cell && strings.Contains(text, escapeless(s.text))
			}
			if !found {
				t.Errorf("%s!%s has no comment %q", g.Name, cell, s.text)
			}
			id, err := f.GetCellStyle(g.Name, cell)
			if err != nil {
				t.Fatal(err)
			}
			st, err := f.GetStyle(id)
			if err != nil {
				t.Fatal(err)
			}
			if len(st.Fill.Color) != 1 || !strings.HasSuffix(fills[s.severity], st.Fill.Color[0]) {
				t.Errorf("%s!%s is filled %q, want %s", g.Name, cell, st.Fill.Color, fills[s.severity])
			}
		}
	}
}

func escapeless(s string) string { return strings.ReplaceAll(s, "\x01", "") }

// reads wants the copy to be read as the original was.
func reads(t *testing.T, out []byte, want *Book) {
	t.Helper()
	got, err := Open("a.xlsx", out, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Grids) != len(want.Grids) {
		t.Fatalf("%d sheets, want %d", len(got.Grids), len(want.Grids))
	}
	for i := range want.Grids {
		a, b := want.Grids[i], got.Grids[i]
		a.Widths, b.Widths = nil, nil
		for j := range a.Rows { // a copy has values in the places of formulas and faults
			for k := range a.Rows[j].Cells {
				if want.Format == "xls" {
					c := &a.Rows[j].Cells[k]
					if c.Formula = false; c.Kind == Fault {
						c.Kind = Text
					}
				}
			}
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("sheet %q reads\n%v\nwant\n%v", a.Name, b, a)
		}
	}
}

func TestMarkInPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/xlsx/*.xlsx")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	more, err := filepath.Glob("testdata/mark/*.xlsx")
	if err != nil || len(more) == 0 {
		t.Fatal("no files to mark", err)
	}
	for _, file := range append(append(files, more...), "rich.xlsx") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data := []byte(nil)
			if file == "rich.xlsx" {
				data = richWorkbook(t)
			} else if data, err = os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
			book, err := Open(file, data, Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			notes := notesFor(book)
			out, ext, err := Mark(data, notes, Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ext != ".xlsx" {
				t.Errorf("the copy ends in %q", ext)
			}
			if !bytes.HasPrefix(data, []byte("PK")) {
				if data, err = decryptPackage(data, "VelvetSweatshop", Limits{}.OrDefault()); err != nil {
					t.Fatal(err)
				}
			}
			sameButMarks(t, data, out)
			wantNotes(t, out, book, notes)
			reads(t, out, book)
			keep(t, file, out)
			// A copy that comes back and is marked again keeps the first comments.
			again, _, err := Mark(out, notes, Limits{}, nil)
			if err != nil {
				t.Fatal("again: ", err)
			}
			sameButMarks(t, out, again)
			wantNotes(t, again, book, notes)
		})
	}
}

func TestMarkCopies(t *testing.T) {
	for _, file := range []string{"01-subprojects.xls", "02-months.xls", "03-wps.et", "05-biff2.xls", "06-velvet-xor.xls"} {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile("testdata/xls/" + file)
			if err != nil {
				t.Fatal(err)
			}
			book, err := Open(file, data, Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			notes := notesFor(book)
			out, _, err := Mark(data, notes, Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if book.Grids[0].Name == "" {
				book.Grids[0].Name, book.Grids[0].Number = "Sheet1", 0
				for i := range notes {
					notes[i].Sheet = "Sheet1"
				}
			}
			wantNotes(t, out, book, notes)
			reads(t, out, book)
			keep(t, file, out)
			f, err := excelize.OpenReader(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for _, g := range book.Grids {
				for _, w := range g.Widths {
					got, err := f.GetColWidth(g.Name, ColumnName(w.First))
					if err != nil || got != w.Chars {
						t.Errorf("column %s of %q is %v wide, want %v: %v", ColumnName(w.First), g.Name, got, w.Chars, err)
					}
				}
			}
		})
	}
}

// keep writes copies for people and other programs to look at.
func keep(t *testing.T, file string, out []byte) {
	t.Helper()
	if dir := os.Getenv("TONGBAO_KEEP"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)+".marked.xlsx"), out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMarkRefuses(t *testing.T) {
	for _, file := range []string{"testdata/files/01-pengze.csv", "testdata/files/01-hukou.html", "testdata/files/01-ruichang.docx"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = Mark(data, []Note{{Cell: "A1", Severity: "error", Text: "x"}}, Limits{}, nil)
		if e, ok := err.(*Error); !ok || e.Code != "unsupported" {
			t.Errorf("%s: %v", file, err)
		}
	}
}
