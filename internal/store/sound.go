package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// create makes an empty database beside its place and renames it there: a
// power failure in between must not leave a half-made file under the name.
func create(path string, anew bool) error {
	tmp := path + ".new"
	os.Remove(tmp)
	if err := reach("before database create"); err != nil {
		return err
	}
	db, err := bbolt.Open(tmp, 0o600, nil)
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, b := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte("meta"))
		if anew {
			if err := meta.Put([]byte("rebuilding"), []byte("1")); err != nil {
				return err
			}
		}
		return meta.Put([]byte("schema"), []byte(strconv.Itoa(len(migrations))))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	if err := step("database rename", func() error { return os.Rename(tmp, path) }); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

// orphaned says what to do where letters or decisions are without their
// database: a disk that is not mounted, a file that somebody took away.
func orphaned(dir string) error {
	info, err := os.Stat(filepath.Join(dir, "journal.jsonl"))
	found := err == nil && info.Size() > 0
	if !found {
		err = filepath.WalkDir(filepath.Join(dir, "letters"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".eml") {
				found = true
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("look for letters: %w", err)
		}
	}
	if !found {
		return nil
	}
	return fmt.Errorf("数据目录 %s 里有来信和日志，却没有数据库 tongbao.db。程序不会另建一个空的。请先看看数据库是否被移走；找不回来就运行 tongbao rebuild，用来信和日志重建", dir)
}

// halfMade says what to do about a database whose rebuild did not come to its end.
func halfMade(db *bbolt.DB) error {
	return db.View(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte("meta")).Get([]byte("rebuilding")) == nil {
			return nil
		}
		return fmt.Errorf("数据库 %s 上次没有重建完，里面只有一部分来信。请再运行一次 tongbao rebuild", db.Path())
	})
}

// Rebuilt says that the database is complete again.
func (s *Store) Rebuilt() error {
	return s.Update(time.Time{}, func(t *Tx) error { return t.remove("meta", "rebuilding") })
}

// soundSize is the size of the database file, 0 where there is none. A file
// that is shorter than its own pages say would end the process with SIGSEGV
// when bbolt maps it, so it is refused here.
func soundSize(path string) (int64, error) {
	damaged := func(what string) error {
		return fmt.Errorf("数据库 %s 已损坏（%s）。来信和日志没有丢：请运行 tongbao rebuild 用它们重建，损坏的文件会另存备查", path, what)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("open database: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("open database: %w", err)
	}
	// bbolt's meta page: a 16-byte page header, magic, version, page size,
	// flags (4 bytes each), root and sequence, freelist, number of pages.
	var head [80]byte
	if n, _ := f.ReadAt(head[:], 0); n < len(head) {
		return 0, damaged("文件是空的，或只剩开头")
	}
	word := func(b []byte, at int) uint32 {
		return uint32(b[at]) | uint32(b[at+1])<<8 | uint32(b[at+2])<<16 | uint32(b[at+3])<<24
	}
	if word(head[:], 16) != 0xED0CDAED {
		return 0, damaged("开头不是数据库的格式")
	}
	pageSize := int64(word(head[:], 24))
	pages := int64(word(head[:], 56))
	if second := make([]byte, 80); pageSize >= 512 && pageSize <= 1<<20 {
		if n, _ := f.ReadAt(second, pageSize); n == len(second) && word(second, 16) == 0xED0CDAED {
			pages = max(pages, int64(word(second, 56)))
		}
	}
	if info.Size() < pages*pageSize {
		return 0, damaged(fmt.Sprintf("应有 %d 字节，只剩 %d 字节", pages*pageSize, info.Size()))
	}
	return info.Size(), nil
}
