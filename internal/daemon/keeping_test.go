package daemon_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongbao/internal/postoffice"
	"tongbao/internal/store"
)

// TestScheduledBackup: backups are made at the bell, the newest are kept, each
// can be restored, none holds the password, and nobody else may read them.
func TestScheduledBackup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backups")
	w := newWorld(t, fmt.Sprintf("\nreminders: {enabled: false}\nbackup: {dir: %q, keep: 2}\n", dir), postoffice.Options{})
	w.cfg.SMTP.Password.File = planted(t)
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "b1"), at(3, 24, 10, 0))
	w.start(at(3, 24, 11, 0))
	w.until(at(3, 28, 12, 0))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 2 || !strings.HasSuffix(names[1], "tongbao-20210327T180000Z.tar") {
		t.Fatalf("backups: %q, %v", names, err)
	}
	for _, n := range names {
		raw, err := os.ReadFile(n)
		if err != nil || strings.Contains(string(raw), "planted-password") {
			t.Errorf("%s: %v, or it holds the password", n, err)
		}
		if info, err := os.Stat(n); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", n, info.Mode(), err)
		}
	}
	f, err := os.Open(names[1])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := store.Restore(f, filepath.Join(t.TempDir(), "r")); err != nil {
		t.Error(err)
	}
	err = filepath.WalkDir(w.cfg.Data, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// planted is a file with a password that must turn up nowhere.
func planted(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte("planted-password\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFullDisk: below the limit nothing is taken in, and the office is told.
func TestFullDisk(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\nkeep: {disk_warn: 1000000GB, disk_stop: 1000000GB}\n", postoffice.Options{})
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "d1"), at(3, 24, 10, 0))
	w.start(at(3, 24, 11, 0))
	w.until(at(3, 24, 13, 0))
	if n := w.status("2021-03").Letters; n != 0 {
		t.Errorf("%d letters were taken in", n)
	}
	if got := w.sent("磁盘空间不足"); len(got) != 1 {
		t.Errorf("the office was told %q", got)
	}
}
