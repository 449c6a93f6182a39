package store

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"tongbao/internal/outbox"
)

// CountItems counts the letters out in a state.
func (t *Tx) CountItems(state outbox.State) (int, error) {
	items, err := t.Items("")
	n := 0
	for _, it := range items {
		if it.State == state {
			n++
		}
	}
	return n, err
}

// Backup writes the data directory as a tar archive while it is in use: the
// database as of one transaction, then the journal and the letters, which only
// ever grow, so that whatever the database names is there.
func (s *Store) Backup(w io.Writer) error {
	tw := tar.NewWriter(w)
	err := s.db.View(func(tx *bbolt.Tx) error {
		h := &tar.Header{Name: "tongbao.db", Mode: 0o600, Size: tx.Size(), ModTime: time.Now()}
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		_, err := tx.WriteTo(tw)
		return err
	})
	if err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	if err := s.backupJournal(tw); err != nil {
		return fmt.Errorf("back up journal: %w", err)
	}
	err = filepath.WalkDir(filepath.Join(s.dir, "letters"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".new") {
			return err
		}
		name, err := filepath.Rel(s.dir, path)
		if err != nil {
			return err
		}
		return addFile(tw, path, filepath.ToSlash(name))
	})
	if err != nil {
		return fmt.Errorf("back up letters: %w", err)
	}
	return tw.Close()
}

func (s *Store) backupJournal(tw *tar.Writer) error {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return addFile(tw, s.journal.f.Name(), "journal.jsonl")
}

func addFile(tw *tar.Writer, path, name string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), ModTime: time.Now()}); err != nil {
		return err
	}
	_, err = tw.Write(data)
	return err
}

// Restore unpacks a backup into a directory that must not be there or be empty.
func Restore(r io.Reader, dir string) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("restore: directory %q is not empty", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer root.Close()
	tr := tar.NewReader(r)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("restore: read backup: %w", err)
		}
		if err := unpack(root, h.Name, tr); err != nil {
			return fmt.Errorf("restore %q: %w", h.Name, err)
		}
	}
	return Verify(dir)
}

func unpack(root *os.Root, name string, r io.Reader) error {
	if dir := filepath.Dir(filepath.FromSlash(name)); dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

// Verify opens a data directory that nobody uses and checks that the database
// is sound and that each letter it names is kept.
func Verify(dir string) error {
	s, err := Open(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.db.View(func(tx *bbolt.Tx) error {
		for e := range tx.Check() {
			return e
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("database is damaged: %w", err)
	}
	return s.View(func(t *Tx) error {
		return t.LettersSince(time.Time{}, func(l Letter) error {
			_, err := os.Stat(filepath.Join(s.letterDir(l.ID), l.ID+".eml"))
			return err
		})
	})
}
