package store

import (
	"encoding/json"
	"errors"
	"fmt"
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
// on the disk. Their directories are synced once.
func (s *Store) KeepAll(letters []Arriving) error {
	var wait sync.WaitGroup
	turns := make(chan struct{}, writers)
	errs := make([]error, len(letters))
	dirs := map[string]bool{}
	for i, l := range letters {
		dirs[s.letterDir(l.ID)] = true
		if len(letters) == 1 || writers == 1 {
			errs[i] = s.write(l.Arrival, l.Raw)
			continue
		}
		turns <- struct{}{}
		wait.Go(func() {
			errs[i] = s.write(l.Arrival, l.Raw)
			<-turns
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for dir := range dirs {
		if err := syncDir(dir); err != nil {
			return fmt.Errorf("keep letters: %w", err)
		}
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
