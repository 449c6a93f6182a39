package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// TestRottenPages damages the database as disks do – zeros, rubbish, one page in
// the place of another, flipped bits, also in the first two pages, which lead to
// all others, and by cutting the file while it is open: a child that reads what
// is there, writes, and closes never dies of it, and tells what to do where it
// cannot.
func TestRottenPages(t *testing.T) {
	if testing.Short() {
		t.Skip("each rotten page is opened by a process of its own; the plain run tries them all")
	}
	dir := t.TempDir()
	s := openStore(t, dir)
	for i := range 60 {
		update(t, s, func(tx *Tx) error {
			return tx.PutLetter(Letter{Arrival: Arrival{ID: fmt.Sprint(i), Content: fmt.Sprint("hash", i), Arrived: noon}, Subject: strings.Repeat("表", 300*(i%9))})
		})
	}
	s.Close()
	out := child(t, "TONGBAO_TEST_ROT", dir)
	var tried, told int
	if _, err := fmt.Sscanf(out[strings.LastIndex(out, "tried"):], "tried %d told %d", &tried, &told); err != nil || tried < 100 || told < tried/4 {
		t.Errorf("%v: %s", err, out)
	}
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "tried") {
			t.Error(line)
		}
	}
	t.Log(strings.TrimSpace(out))
}

// rot is the child of TestRottenPages. What it prints before its last line is
// an error that does not say what to do.
func rot(dir string) {
	path := filepath.Join(dir, "tongbao.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	size := os.Getpagesize()
	rnd := rand.New(rand.NewPCG(1, 2))
	kinds := []func(page []byte){
		func(page []byte) { clear(page) },
		func(page []byte) {
			for i := range page {
				page[i] = byte(rnd.Uint32())
			}
		},
		func(page []byte) { copy(page, whole[size*rnd.IntN(len(whole)/size):][:size]) },
		func(page []byte) { page[rnd.IntN(64)] ^= 1 << rnd.IntN(8) },
		func(page []byte) { page[16+rnd.IntN(size-16)] ^= 1 << rnd.IntN(8) },
	}
	tried, told := 0, 0
	try := func(bad []byte, cut int64) {
		os.Remove(path) // what bbolt died over stays locked
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			fmt.Println(err)
		}
		tried++
		err := useAll(dir, path, cut)
		switch {
		case err == nil:
		case strings.Contains(err.Error(), "tongbao rebuild") || strings.Contains(err.Error(), "schema"):
			told++
		case strings.Contains(err.Error(), "read letters/"), strings.Contains(err.Error(), "invalid"): // a value that was hit
		default:
			fmt.Println(err)
		}
	}
	for page := range min(len(whole)/size, 40) {
		for _, kind := range kinds {
			bad := append([]byte{}, whole...)
			kind(bad[page*size:][:size])
			try(bad, 0)
		}
	}
	for _, cut := range []int64{1, 4096, 8192, 16384, 40960} {
		try(whole, cut)
	}
	fmt.Println("tried", tried, "told", told)
}

// useAll reads and writes a store, which is cut to so many bytes once it is open.
func useAll(dir, path string, cut int64) (err error) {
	s, err := Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if cut > 0 {
		if err := os.Truncate(path, cut); err != nil {
			return err
		}
	}
	err = s.View(func(tx *Tx) error { return tx.LettersSince(time.Time{}, func(Letter) error { return nil }) })
	if err == nil {
		err = s.Backup(io.Discard)
	}
	if err == nil {
		err = s.Update(noon, func(tx *Tx) error {
			return tx.PutLetter(Letter{Arrival: Arrival{ID: "new", Arrived: noon}, Subject: strings.Repeat("表", 9000)})
		})
	}
	return err
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
