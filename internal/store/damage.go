package store

import (
	"fmt"
	"runtime/debug"
)

// damage is what a call of bbolt panicked with: its pages have no checksums, so
// that a damaged one is met by an assertion, an index or a fault.
type damage struct{ cause any }

// guard marks a panic that came out of bbolt; it is deferred around its calls.
func guard() {
	if p := recover(); p != nil {
		panic(damage{p})
	}
}

// within does a transaction. A panic over a damaged page becomes an error that
// says what to do; one of the caller's own, while inside is set, goes on. One in
// bbolt's beginning or end of a transaction leaves its locks held, so that
// whoever came next would wait for ever: the store is then not used any more.
func (s *Store) within(do func(inside *bool) error) (err error) {
	if e := s.broken.Load(); e != nil {
		return *e
	}
	inside := false
	old := debug.SetPanicOnFault(true) // a page that points past the file
	defer func() {
		debug.SetPanicOnFault(old)
		p := recover()
		if p == nil {
			return
		}
		d, known := p.(damage)
		if !known {
			d = damage{p}
		}
		_, fault := p.(interface{ Addr() uintptr }) // in a value, which lies in the mapped file
		if inside && !known && !fault {
			panic(p)
		}
		err = damaged(s.db.Path(), d)
		if !inside {
			s.broken.Store(&err)
		}
	}()
	return do(&inside)
}

func damaged(path string, d damage) error {
	return fmt.Errorf("数据库 %s 已损坏（%v）。来信和日志没有丢：请停下 tongbao，运行 tongbao rebuild 重建", path, d.cause)
}

// atDoor does what calls bbolt alone.
func atDoor(path string, do func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if p := recover(); p != nil {
			err = damaged(path, damage{p})
		}
	}()
	return do()
}
