package daemon

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"tongbao/internal/office"
	"tongbao/internal/store"
)

// backUp makes the backup that is due and returns when the next one is. One
// that was missed while the daemon was down is made once; one that failed is
// told to the office and tried again at the next bell.
func (d *Daemon) backUp(now time.Time) time.Time {
	cfg := d.house.Config.Backup
	if cfg.Dir == "" {
		return time.Time{}
	}
	bell, err := cfg.Bell(d.house.Office.Rules.Terms.Zone)
	if err != nil {
		d.log.Error("the backup's schedule is wrong", "err", err)
		return time.Time{}
	}
	var last time.Time
	err = d.house.store.View(func(t *store.Tx) error { return noteTime(t, &last) })
	if err == nil && last.IsZero() {
		last = now.Add(-time.Second)
		err = d.house.store.Update(now, func(t *store.Tx) error { return t.SetNote("backup", last) })
	}
	if err != nil {
		d.log.Error("reading when the last backup was made failed", "err", err)
		return time.Time{}
	}
	if last.After(now) { // the clock was set back
		last = now
	}
	if due := bell.Next(last); now.Before(due) {
		return due
	}
	d.act("backing up", func(of *office.Office) error {
		err := d.makeBackup(cfg.Dir, cfg.Keep, now)
		if err != nil {
			err = errors.Join(err, of.TellBackup(err, now))
		}
		return errors.Join(err, d.house.store.Update(now, func(t *store.Tx) error { return t.SetNote("backup", now) }))
	})
	return bell.Next(now)
}

func noteTime(t *store.Tx, at *time.Time) error { _, err := t.Note("backup", at); return err }

// makeBackup writes a backup beside its name, reads it back into a directory
// of its own, and only then gives it its name and lets the oldest go.
func (d *Daemon) makeBackup(dir string, keep int, now time.Time) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	path := filepath.Join(dir, "tongbao-"+now.UTC().Format("20060102T150405Z")+".tar")
	tmp := path + ".new"
	defer os.Remove(tmp)
	f, err := os.OpenFile(tmp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer f.Close()
	if err := errors.Join(d.house.store.Backup(f), f.Sync()); err != nil {
		return err
	}
	if _, err := f.Seek(0, 0); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	back, err := os.MkdirTemp(dir, "reading-back-")
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer os.RemoveAll(back)
	if err := store.Restore(f, back); err != nil {
		return fmt.Errorf("read the backup back: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return dropOld(dir, keep)
}

// dropOld lets all but the newest backups go. Their names sort by time.
func dropOld(dir string, keep int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list backups: %w", err)
	}
	var names []string
	for _, e := range entries {
		if n := e.Name(); strings.HasPrefix(n, "tongbao-") && strings.HasSuffix(n, "Z.tar") {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	for len(names) > keep {
		if err := os.Remove(filepath.Join(dir, names[0])); err != nil {
			return fmt.Errorf("let an old backup go: %w", err)
		}
		names = names[1:]
	}
	return nil
}

// roomLeft reports whether the disk has room for letters. The office is told
// while its alarm can still be written.
func (d *Daemon) roomLeft(now time.Time) bool {
	cfg := d.house.Config
	room, err := freeBytes(cfg.Data)
	free := int64(min(room, math.MaxInt64))
	if err != nil || free >= int64(cfg.Keep.DiskWarn) {
		return true
	}
	stop := free < int64(cfg.Keep.DiskStop)
	d.log.Warn("the disk is getting full", "free", free, "intake", !stop)
	d.act("telling of the full disk", func(of *office.Office) error { return of.TellRoom(free, stop, now) })
	return !stop
}

// Letters that count for nobody are looked through after so many letters, and
// after so long.
const (
	sweepAfter = 500
	sweepEvery = time.Hour
)

// sweep lets go what is beyond the room for strangers' letters.
func (d *Daemon) sweep(taken int, now time.Time) {
	d.taken += taken
	if d.taken < sweepAfter && now.Sub(d.swept).Abs() < sweepEvery {
		return
	}
	d.taken, d.swept = 0, now
	d.act("letting strangers' letters go", func(of *office.Office) error { return of.LetGo(now) })
}

// diskWait is how soon work that the disk refused is tried again: whoever makes
// room, or mends the disk, sees it go on within a minute.
const diskWait = 30 * time.Second

// ofTheDisk reports whether this machine's disk is to blame for an error.
func ofTheDisk(err error) bool {
	return errors.Is(err, errNoRoom) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EROFS)
}

// errNoRoom ends the reading of a mailbox. What was not read is still there.
var errNoRoom = errors.New("磁盘空间不足，暂停收信")

// room is an error where the disk is too full for another letter of the size.
func (d *Daemon) room(size int) error {
	free, err := freeBytes(d.house.Config.Data)
	if err == nil && int64(min(free, math.MaxInt64))-int64(size) < int64(d.house.Config.Keep.DiskStop) {
		return errNoRoom
	}
	return nil
}
