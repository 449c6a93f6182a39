package store

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// Backup writes the data directory as a tar archive while it is in use: the
// database as of one transaction, then the journal and the letters, of which none
// is let go meanwhile, so that whatever the database names is there. The last entry,
// sums.json, has the SHA-256 of all others: bbolt's pages have none, and an
// archive that was cut between two entries looks whole.
func (s *Store) Backup(w io.Writer) error {
	s.letting.RLock()
	defer s.letting.RUnlock()
	b := backup{tw: tar.NewWriter(w), sums: map[string]string{}}
	err := s.within(func(*bool) error {
		return s.db.View(func(tx *bbolt.Tx) error { return b.add("tongbao.db", tx.Size(), tx) })
	})
	if err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	if err := s.backupJournal(b); err != nil {
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
		return b.addFile(path, filepath.ToSlash(name))
	})
	if err != nil {
		return fmt.Errorf("back up letters: %w", err)
	}
	sums, err := json.Marshal(b.sums)
	if err == nil {
		err = b.add(sumsName, int64(len(sums)), bytes.NewReader(sums))
	}
	if err := errors.Join(err, b.tw.Close()); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

const sumsName = "sums.json"

func (s *Store) backupJournal(b backup) error {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return b.addFile(s.journal.f.Name(), "journal.jsonl")
}

// backup is an archive that is being written.
type backup struct {
	tw   *tar.Writer
	sums map[string]string // by entry
}

func (b backup) addFile(path, name string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return b.add(name, int64(len(data)), bytes.NewReader(data))
}

func (b backup) add(name string, size int64, from io.WriterTo) error {
	if err := b.tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: time.Now()}); err != nil {
		return err
	}
	sum := sha256.New()
	_, err := from.WriteTo(io.MultiWriter(b.tw, sum))
	b.sums[name] = hex.EncodeToString(sum.Sum(nil))
	return err
}

// Restore unpacks a backup into a directory that must not be there or be
// empty, and checks it to its last byte.
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
	is, want := map[string]string{}, map[string]string(nil)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("restore: read backup: %w", err)
		}
		if h.Name == sumsName {
			if err := json.NewDecoder(tr).Decode(&want); err != nil {
				return fmt.Errorf("restore %q: %w", h.Name, err)
			}
			continue
		}
		if is[h.Name], err = unpack(root, h.Name, tr); err != nil {
			return fmt.Errorf("restore %q: %w", h.Name, err)
		}
	}
	if want == nil {
		return fmt.Errorf("restore: the backup has no %s: it was cut short", sumsName)
	}
	if !maps.Equal(is, want) {
		return errors.New("restore: the backup is damaged: its files are not those that it was made of")
	}
	return Verify(dir)
}

// unpack writes one file and returns its SHA-256.
func unpack(root *os.Root, name string, r io.Reader) (string, error) {
	if dir := filepath.Dir(filepath.FromSlash(name)); dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), r)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, f.Sync(), f.Close())
}

// Verify opens a data directory that nobody uses and checks that the database
// is sound and that each letter it names is kept.
func Verify(dir string) error {
	s, err := Open(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	err = s.db.View(func(tx *bbolt.Tx) (first error) {
		for e := range tx.Check() { // to its end: what is left unread holds the checker up for ever
			if first == nil {
				first = e
			}
		}
		return first
	})
	if err != nil {
		return fmt.Errorf("database is damaged: %w", err)
	}
	return s.View(func(t *Tx) error {
		return t.LettersSince(time.Time{}, func(l Letter) error {
			if l.Gone != nil {
				return nil
			}
			_, err := os.Stat(filepath.Join(s.letterDir(l.ID), l.ID+".eml"))
			return err
		})
	})
}
