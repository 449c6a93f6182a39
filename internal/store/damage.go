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

// door turns a panic over a damaged page into an error that says what to do.
// Any other panic goes on. It is to be called at the beginning of a
// transaction, and what it returns at its end.
func door(path string, err *error) func() {
	old := debug.SetPanicOnFault(true) // a page that points past the file
	return func() {
		debug.SetPanicOnFault(old)
		switch p := recover().(type) {
		case nil:
		case damage:
			*err = fmt.Errorf("数据库 %s 已损坏（%v）。来信和日志没有丢：请停下 tongbao，运行 tongbao rebuild 重建", path, p.cause)
		default:
			panic(p)
		}
	}
}

// atDoor does what calls bbolt alone.
func atDoor(path string, do func() error) (err error) {
	defer door(path, &err)()
	defer guard()
	return do()
}
