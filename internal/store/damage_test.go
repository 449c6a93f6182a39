package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDamagedPages overwrites one page after the other: reading what is there
// is answered with the records or with what to do, never with a panic.
func TestDamagedPages(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	update(t, s, func(tx *Tx) error {
		for i := range 400 {
			if err := tx.PutLetter(Letter{Arrival: Arrival{ID: fmt.Sprint(i), Content: fmt.Sprint("hash", i), Arrived: noon}, Subject: strings.Repeat("表", 40)}); err != nil {
				return err
			}
		}
		return nil
	})
	var pages int
	view(t, s, func(tx *Tx) error { pages = int(tx.kv.(boltTx).tx.Size() / int64(os.Getpagesize())); return nil })
	s.Close()
	path := filepath.Join(dir, "tongbao.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	step := 1
	if testing.Short() {
		step = 8 // as under the race detector
	}
	for page := 2; page < pages; page += step {
		bad := append([]byte{}, whole...)
		for i := range os.Getpagesize() {
			bad[page*os.Getpagesize()+i] = 0xFF
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		out := childRead(t, dir)
		if strings.Contains(out, "tongbao rebuild") {
			told++
		} else if out != "read 400\n" && !strings.HasPrefix(out, "read 0") {
			t.Errorf("page %d of %d: %q", page, pages, out)
		}
	}
	if told < 10/step {
		t.Errorf("%d damaged pages of %d were told of", told, pages)
	}
}

// readAll is the child of TestDamagedPages.
func readAll(dir string) {
	s, err := Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	n := 0
	err = s.View(func(tx *Tx) error {
		return tx.LettersSince(time.Time{}, func(Letter) error { n++; return nil })
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("read", n)
}
