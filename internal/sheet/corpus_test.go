package sheet

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFilesFromTheWild opens every file below the folder that TONGBAO_CORPORA
// names: none may panic or hang. With -v it says what came of each.
func TestFilesFromTheWild(t *testing.T) {
	root := os.Getenv("TONGBAO_CORPORA")
	if root == "" {
		t.Skip("TONGBAO_CORPORA names no folder")
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".xlsx", ".xlsm", ".xls", ".et", ".csv", ".html", ".htm", ".docx", ".xml", ".txt", ".xlsb", ".ods":
		default:
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		start := time.Now()
		book, err := Open(path, data, Limits{}, nil)
		took := time.Since(start)
		var e *Error
		switch {
		case err != nil && !errors.As(err, &e):
			t.Errorf("%s: %v is no *Error", path, err)
		case err != nil:
			t.Logf("%s\t%v\t%v", path, took, err)
		default:
			checkBook(t, path, book)
			t.Logf("%s\t%v\t%s, %d grids", path, took, book.Format, len(book.Grids))
		}
		if took > 20*time.Second {
			t.Errorf("%s took %v", path, took)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkBook holds a book to what its types promise.
func checkBook(t *testing.T, name string, b *Book) {
	t.Helper()
	for _, g := range b.Grids {
		last := 0
		for _, r := range g.Rows {
			if r.Index <= last || len(r.Cells) == 0 {
				t.Fatalf("%s: row %d after %d, %d cells", name, r.Index, last, len(r.Cells))
			}
			last = r.Index
			col := -1
			for _, c := range r.Cells {
				if c.Col <= col {
					t.Fatalf("%s: row %d: column %d after %d", name, r.Index, c.Col, col)
				}
				if c.Kind == Empty && !c.Formula || c.Kind != Empty && c.Text == "" {
					t.Fatalf("%s: %s is %+v", name, CellName(c.Col, r.Index), c)
				}
				col = c.Col
			}
		}
		for _, m := range g.Merges {
			if m.Top < 1 || m.Left < 0 || m.Bottom < m.Top || m.Right < m.Left {
				t.Fatalf("%s: merge %+v", name, m)
			}
		}
	}
	for _, p := range b.Paragraphs {
		if p.Tables > len(b.Grids) || p.Text == "" {
			t.Fatalf("%s: paragraph %+v", name, p)
		}
	}
}
