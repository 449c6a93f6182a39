package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Arriving is a letter that is to be kept.
type Arriving struct {
	Arrival
	Raw []byte
}

// writers is how many letters are written to the disk at a time: what waits for
// it together is synced together. With 1 the caller's own thread writes, which
// is the one that the test of power losses can watch.
var writers = 16

// KeepAll keeps several letters as Keep does, and returns when all of them are
// on the disk. The sidecars go first, all of them, so that where a letter is its
// arrival is too; each step is synced once for a directory.
func (s *Store) KeepAll(letters []Arriving) error {
	s.keeping.Lock() // a person may bring a letter that is under way here
	defer s.keeping.Unlock()
	fresh := make([]Arriving, 0, len(letters))
	dirs := map[string]bool{}
	for _, l := range letters {
		dir := s.letterDir(l.ID)
		if info, err := os.Stat(filepath.Join(dir, l.ID+".eml")); err == nil && info.Size() == int64(len(l.Raw)) {
			if err := s.keptBefore(l.Arrival); err != nil {
				return fmt.Errorf("keep letter %q: %w", l.ID, err)
			}
			continue
		}
		if err := s.makeMonth(dir); err != nil {
			return fmt.Errorf("keep letter %q: %w", l.ID, err)
		}
		fresh, dirs[dir] = append(fresh, l), true
	}
	for _, write := range []func(Arriving) error{s.writeSide, s.writeRaw} {
		if err := together(fresh, write); err != nil {
			return err
		}
		for dir := range dirs {
			if err := syncDir(dir); err != nil {
				return fmt.Errorf("keep letters: %w", err)
			}
		}
	}
	return nil
}

// together does something with each letter, several at a time.
func together(letters []Arriving, do func(Arriving) error) error {
	var wait sync.WaitGroup
	turns := make(chan struct{}, writers)
	errs := make([]error, len(letters))
	for i, l := range letters {
		if len(letters) == 1 || writers == 1 {
			errs[i] = do(l)
			continue
		}
		turns <- struct{}{}
		wait.Go(func() {
			errs[i] = do(l)
			<-turns
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// keptBefore sees to a letter that a process kept which died before it was
// recorded: the names may not be on the disk yet, and what was decided since
// then comes before the letter.
func (s *Store) keptBefore(a Arrival) error {
	dir := s.letterDir(a.ID)
	if err := errors.Join(syncDir(filepath.Dir(dir)), syncDir(dir)); err != nil {
		return err
	}
	old, err := os.ReadFile(filepath.Join(dir, a.ID+".json"))
	if side, e := json.MarshalIndent(a, "", "  "); e != nil || err == nil && bytes.Equal(side, old) {
		return e
	}
	return s.Stamped(a)
}

func (s *Store) writeSide(l Arriving) error {
	side, err := json.MarshalIndent(l.Arrival, "", "  ")
	if err == nil {
		err = writeBeside(filepath.Join(s.letterDir(l.ID), l.ID+".json"), side)
	}
	if err != nil {
		return fmt.Errorf("keep letter %q: %w", l.ID, err)
	}
	return nil
}

func (s *Store) writeRaw(l Arriving) error {
	if err := writeBeside(filepath.Join(s.letterDir(l.ID), l.ID+".eml"), l.Raw); err != nil {
		return fmt.Errorf("keep letter %q: %w", l.ID, err)
	}
	return nil
}

// Stamped writes the arrival of a kept letter anew.
func (s *Store) Stamped(a Arrival) error {
	side, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("stamp letter %q: %w", a.ID, err)
	}
	dir := s.letterDir(a.ID)
	if err := errors.Join(writeBeside(filepath.Join(dir, a.ID+".json"), side), syncDir(dir)); err != nil {
		return fmt.Errorf("stamp letter %q: %w", a.ID, err)
	}
	return nil
}
