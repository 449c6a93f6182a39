package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var serial atomic.Int64

// Lay lays a letter into an address's inbox as a delivery agent does, as if it
// had arrived at the given time: a Maildir's INTERNALDATE is its file's time.
func (s *Servers) Lay(t testing.TB, address string, raw []byte, arrived time.Time) {
	t.Helper()
	box := s.Maildir(address)
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		dir := filepath.Join(box, sub)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, mailUser, mailUser); err != nil {
			t.Fatal(err)
		}
	}
	name := fmt.Sprintf("%d.%d.test", arrived.Unix(), serial.Add(1))
	tmp := filepath.Join(box, "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(tmp, mailUser, mailUser); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(tmp, arrived, arrived); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, filepath.Join(box, "new", name)); err != nil {
		t.Fatal(err)
	}
}

// Letters reads what lies in an address's inbox, in the order of delivery.
func (s *Servers) Letters(t testing.TB, address string) [][]byte {
	t.Helper()
	var out [][]byte
	for _, name := range s.Files(address) {
		raw, err := os.ReadFile(filepath.Join(s.Maildir(address), name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw)
	}
	return out
}

// Files names the letters of an inbox, new/… or cur/…:2,<flags>, in the order
// of delivery.
func (s *Servers) Files(address string) []string {
	var out []string
	for _, sub := range []string{"new", "cur"} {
		entries, _ := os.ReadDir(filepath.Join(s.Maildir(address), sub)) // no mailbox, no letters
		for _, e := range entries {
			out = append(out, sub+"/"+e.Name())
		}
	}
	sort.Slice(out, func(i, j int) bool { return base(out[i]) < base(out[j]) })
	return out
}

func base(name string) string { return name[strings.IndexByte(name, '/')+1:] }
