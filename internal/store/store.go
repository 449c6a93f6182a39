// Package store keeps everything in one directory: the letters as files, the
// journal of what people decided, and one bbolt file that can be made again
// from those two.
//
//	letters/2021-03/<id>.eml   a letter as it came, <id>.json its arrival
//	journal.jsonl              decisions and sent keys, append-only, synced
//	tongbao.db                 the database:
//
//	meta/schema                the schema's version
//	meta/rebuilding            the database is being made again and not complete
//	meta/letters               how many letters there are
//	letters/<id>               Letter
//	arrivals/<time>/<id>       index of letters by arrival
//	taken/<time>/<id>          index of letters by when they were taken in
//	senders/<address>\0<time>/<id>   index of letters by sender and arrival
//	forged/<id>                index of letters that count and look forged
//	contents/<hash>            the id of the letter with this content
//	quarantine/<id>            index of letters that wait for the office
//	strangers/<time>/<id>      index of kept letters that count for nobody, by arrival
//	versions/<period>/<submitter>/<table>/<n>   reporting.Version
//	heads/<period>/<submitter>/<table>/<n>      reporting.Head: the version without its table
//	rejections/<period>/<submitter>/<id>        a letter of which nothing could be used
//	exemptions/<period>/<submitter>/<table>     why the table is not owed
//	extensions/<period>/<submitter>             the extended deadline
//	addresses/<address>        the submitter that the office assigned it to
//	bounced/<address>          when and why it failed
//	bulletins/<period>/<edition>                Publication
//	headings/<period>/<edition>                 Heading: the publication without its figures
//	ranks/<period>/<submitter>                  Rank: how the month's bulletin ranks it
//	projects/<submitter>/<id>                   reporting.ProjectRecord
//	rolls/<submitter>/<table>/<period>          reporting.Roll: whose the rows of the counting table are
//	problems/<submitter>/<id>                   reporting.ProblemRecord
//	live/<submitter>/<id>      index of problems that a coming ledger may name
//	open/<submitter>/<id>      index of problems that their last ledger did not close
//	ids/<id>                   the submitter of a project or problem
//	doubts/<submitter>/<id>    reporting.Doubt: an open question about a project
//	apart/<id>/<id>            two projects that the office told apart
//	outbox/<key>               outbox.Item, raw/<key> and plain/<key> its bytes, or of which parts they are made
//	parts/<sha256>             a large part that letters out share
//	states/<state>/<time>/<key>   index of items: queued ones by their next attempt, others by when they were done
//	senses/<submitter>/<table>/<word>           Sense: what a column's open name meant
//	marks/<folder>             Mark: what of the mailbox was taken in
//	jobs/<name>                Job: when a bell was last served
//
// What is asked for often has an index of its own, so that no start, tick or
// month's job reads what the years have left.
//
// Values are JSON. All times in keys are UTC with nanoseconds, so that they
// sort. Every method takes a transaction that was opened with a fixed now.
package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// ErrBusy says that another process has the data directory open.
var ErrBusy = errors.New("data directory is in use")

// Store is an open data directory.
type Store struct {
	dir     string
	db      *bbolt.DB
	journal *journal
	broken  atomic.Pointer[error] // why the database cannot be used any more
	letting sync.RWMutex          // letters are let go by one, while nobody backs up
	reads   atomic.Int64          // keys
	months  sync.Map              // the directories of letters/ whose names are on the disk
	keeping sync.Mutex
}

// buckets of the current schema, each with its line in the package comment.
var buckets = []string{"meta", "letters", "arrivals", "taken", "senders", "forged", "contents", "quarantine", "strangers", "versions", "heads", "rejections", "exemptions", "extensions",
	"addresses", "bounced", "bulletins", "headings", "ranks", "outbox", "raw", "plain", "parts", "states", "marks", "jobs",
	"projects", "rolls", "problems", "live", "open", "ids", "doubts", "apart", "senses"}

// Open opens the data directory and makes it where there is none. The error is
// ErrBusy, with the other process's id, where a daemon holds it. Where letters
// or decisions are and their database is not, no empty one is made: it would
// take the mailbox in anew and chase everybody.
func Open(dir string) (*Store, error) { return open(dir, false) }

// OpenAnew opens a data directory whose database is to be made again from
// letters and journal, and is not there. Until Rebuilt is called, Open refuses it.
func OpenAnew(dir string) (*Store, error) { return open(dir, true) }

func open(dir string, anew bool) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "letters"), 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	path := filepath.Join(dir, "tongbao.db")
	size, err := soundSize(path)
	if err != nil {
		return nil, err
	}
	if anew && size > 0 {
		return nil, fmt.Errorf("open database anew: %q is there", path)
	}
	if size == 0 {
		if err := orphaned(dir); err != nil && !anew {
			return nil, err
		}
		if err := create(path, anew); err != nil {
			return nil, err
		}
	}
	var db *bbolt.DB
	err = atDoor(path, func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout: time.Second,
			// A read transaction that is held while the file outgrows its map
			// waits for itself, so the map is large from the start.
			InitialMmapSize: int(max(1<<30, 4*size)),
			FreelistType:    bbolt.FreelistMapType,
		})
		return err
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		pid, _ := os.ReadFile(filepath.Join(dir, "tongbao.pid"))
		return nil, fmt.Errorf("open %q: %w by process %s", path, ErrBusy, strings.TrimSpace(string(pid)))
	}
	if err != nil {
		return nil, fmt.Errorf("open database %q: %w", path, err)
	}
	err = atDoor(path, func() error { return migrate(db) })
	if err == nil && !anew {
		err = atDoor(path, func() error { return halfMade(db) })
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	j, err := openJournal(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		db.Close()
		return nil, err
	}
	// All names must last before anything is acknowledged, also those that a
	// process made which died before it could sync them.
	if err := errors.Join(syncDir(dir), syncDir(filepath.Dir(filepath.Clean(dir)))); err != nil {
		j.close()
		db.Close()
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "tongbao.pid"), []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		j.close()
		db.Close()
		return nil, fmt.Errorf("write process id: %w", err)
	}
	return &Store{dir: dir, db: db, journal: j}, nil
}

// Dir is the data directory.
func (s *Store) Dir() string { return s.dir }

// Reads is how many keys were read since the store was opened: what a question
// costs, whatever else the machine does.
func (s *Store) Reads() int64 { return s.reads.Load() }

// Close ends all use of the directory.
func (s *Store) Close() error {
	os.Remove(filepath.Join(s.dir, "tongbao.pid"))
	if s.broken.Load() != nil { // closing would wait for a lock that nobody gives back
		return s.journal.close()
	}
	return errors.Join(s.journal.close(), atDoor(s.db.Path(), s.db.Close))
}

// migrations[n] takes schema n to n+1. The first makes the buckets.
var migrations = []func(*bbolt.Tx) error{
	makeBuckets,
	// The register. It is filled from the versions by whoever knows how: see
	// Tx.RegisterStale.
	func(tx *bbolt.Tx) error {
		if err := makeBuckets(tx); err != nil {
			return err
		}
		if k, _ := tx.Bucket([]byte("versions")).Cursor().First(); k == nil {
			return nil
		}
		return tx.Bucket([]byte("meta")).Put([]byte("register"), []byte("stale"))
	},
	makeBuckets, // senses: learned from the letters to come, and from all of them in a rebuild
	indexStrangers,
	makeIndexes,
}

func makeBuckets(tx *bbolt.Tx) error {
	for _, b := range buckets {
		if _, err := tx.CreateBucketIfNotExists([]byte(b)); err != nil {
			return err
		}
	}
	return nil
}

func migrate(db *bbolt.DB) error {
	return db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucketIfNotExists([]byte("meta"))
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		version, _ := strconv.Atoi(string(meta.Get([]byte("schema"))))
		if version > len(migrations) {
			return fmt.Errorf("the database has schema %d, this program knows %d: use the newer program", version, len(migrations))
		}
		if version == len(migrations) {
			return nil
		}
		for n := version; n < len(migrations); n++ {
			if err := migrations[n](tx); err != nil {
				return fmt.Errorf("migrate schema %d: %w", n, err)
			}
		}
		return meta.Put([]byte("schema"), []byte(strconv.Itoa(len(migrations))))
	})
}

// Tx is one transaction. Now is fixed for all of it.
type Tx struct {
	kv
	Now time.Time

	written map[string]fresh // versions, by key
}

// kv is all that the methods of Tx ask of an engine: an ordered key-value
// transaction.
type kv interface {
	get(bucket, key string) []byte
	has(bucket, key string) bool
	put(bucket, key string, value []byte) error
	remove(bucket, key string) error
	// scan calls fn for each key from the given one on, in order, while it
	// has the prefix and fn wants more.
	scan(bucket, prefix, from string, fn func(key string, value []byte) bool)
	// back calls fn for each key with the prefix, the last one first.
	back(bucket, prefix string, fn func(key string, value []byte) bool)
}

// View reads.
func (s *Store) View(fn func(*Tx) error) error {
	return s.within(func(inside *bool) error {
		return s.db.View(func(tx *bbolt.Tx) error {
			*inside = true
			err := fn(&Tx{kv: boltTx{tx, &s.reads}})
			*inside = false
			return err
		})
	})
}

// Changes grows with each Update that took effect.
func (s *Store) Changes() (n int, err error) {
	err = s.within(func(*bool) error {
		return s.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil })
	})
	return n, err
}

// Update reads and writes; all of it is kept, synced to the disk, or nothing.
func (s *Store) Update(now time.Time, fn func(*Tx) error) error {
	err := s.within(func(inside *bool) error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			*inside = true
			err := fn(&Tx{kv: boltTx{tx, &s.reads}, Now: now})
			*inside = false
			if err != nil {
				return err
			}
			return reach("before commit")
		})
	})
	if err != nil {
		return err
	}
	return reach("after commit")
}

// boltTx is the engine.
type boltTx struct {
	tx    *bbolt.Tx
	reads *atomic.Int64
}

func (b boltTx) get(bucket, key string) []byte {
	defer guard()
	b.reads.Add(1)
	return bytes.Clone(b.tx.Bucket([]byte(bucket)).Get([]byte(key)))
}

func (b boltTx) has(bucket, key string) bool {
	defer guard()
	b.reads.Add(1)
	k, _ := b.tx.Bucket([]byte(bucket)).Cursor().Seek([]byte(key))
	return string(k) == key && k != nil
}

func (b boltTx) put(bucket, key string, value []byte) error {
	defer guard()
	return b.tx.Bucket([]byte(bucket)).Put([]byte(key), value)
}

func (b boltTx) remove(bucket, key string) error {
	defer guard()
	return b.tx.Bucket([]byte(bucket)).Delete([]byte(key))
}

func (b boltTx) scan(bucket, prefix, from string, fn func(string, []byte) bool) {
	var c *bbolt.Cursor
	step := func() (k, v []byte) { // fn's own panics are not the database's
		defer guard()
		b.reads.Add(1)
		if c != nil {
			return c.Next()
		}
		c = b.tx.Bucket([]byte(bucket)).Cursor()
		return c.Seek([]byte(max(prefix, from)))
	}
	for k, v := step(); k != nil && strings.HasPrefix(string(k), prefix); k, v = step() {
		if !fn(string(k), v) {
			return
		}
	}
}

func (b boltTx) back(bucket, prefix string, fn func(string, []byte) bool) {
	var c *bbolt.Cursor
	step := func() (k, v []byte) {
		defer guard()
		b.reads.Add(1)
		if c != nil {
			return c.Prev()
		}
		c = b.tx.Bucket([]byte(bucket)).Cursor()
		if k, _ = c.Seek(append([]byte(prefix), 0xff)); k == nil { // keys are UTF-8: none has 0xff
			return c.Last()
		}
		return c.Prev()
	}
	for k, v := step(); k != nil && strings.HasPrefix(string(k), prefix); k, v = step() {
		if !fn(string(k), v) {
			return
		}
	}
}

// load reads a JSON value; false where the key is not there.
func load[T any](t *Tx, bucket, key string) (T, bool, error) {
	var v T
	raw := t.get(bucket, key)
	if raw == nil {
		return v, false, nil
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, false, fmt.Errorf("read %s/%s: %w", bucket, key, err)
	}
	return v, true, nil
}

func save(t *Tx, bucket, key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s/%s: %w", bucket, key, err)
	}
	return t.put(bucket, key, raw)
}

// list reads all JSON values under a prefix.
func list[T any](t *Tx, bucket, prefix string) ([]T, error) {
	var (
		out  []T
		fail error
	)
	t.scan(bucket, prefix, "", func(key string, raw []byte) bool {
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			fail = fmt.Errorf("read %s/%s: %w", bucket, key, err)
			return false
		}
		out = append(out, v)
		return true
	})
	return out, fail
}

// stamp spells a time so that keys sort by it.
func stamp(t time.Time) string { return t.UTC().Format("20060102T150405.000000000Z") }

func unstamp(s string) time.Time {
	t, _ := time.Parse("20060102T150405.000000000Z", s)
	return t
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer d.Close()
	if err := step("directory sync", d.Sync); err != nil {
		return fmt.Errorf("sync directory %q: %w", dir, err)
	}
	return nil
}
