package daemon_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tongbao/internal/postoffice"
	"tongbao/internal/store"
)

// faults are what a disk says that is full, that fails, or that the kernel has
// mounted read-only because it failed.
var faults = []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EROFS}

// TestDiskFaults lets the disk refuse everything from each step of an intake
// and its receipt on, and then give in: by then nobody has had a receipt for a
// letter of which there is no record, and within 60 s the letter is in and
// answered, without a restart.
func TestDiskFaults(t *testing.T) {
	var left atomic.Int64 // steps before the disk refuses; negative is a sound disk
	var errno atomic.Int64
	left.Store(-1)
	refused := atomic.Int64{}
	store.Step = func(point string) error {
		if left.Load() < 0 {
			return nil
		}
		if left.Load() == 0 {
			refused.Add(1)
			return fmt.Errorf("%s: %w", point, syscall.Errno(errno.Load()))
		}
		left.Add(-1)
		return nil
	}
	t.Cleanup(func() { store.Step = nil }) // after the daemon has ended
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	w.cfg.Mailbox.NightPoll = time.Hour
	w.start(at(3, 10, 8, 0))
	every := int64(1)
	if testing.Short() {
		every = 9 // as under the race detector
	}
	now, trials, receipts, doubled := at(3, 10, 8, 30), 0, map[string]int{}, 0
	for i, e := range faults {
		for n := int64(i) % every; ; n += every {
			trials++
			id := fmt.Sprintf("disk%d", trials)
			now = now.Add(2 * time.Hour)
			w.until(now)
			before, seen := w.status("2021-03").Letters, len(w.post.Sent())
			refused.Store(0)
			errno.Store(int64(e))
			left.Store(n)
			w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, now, id), now)
			now = now.Add(2 * time.Hour) // the disk stays so for some time
			w.until(now)
			if refused.Load() > 0 && w.status("2021-03").Letters == before && len(w.post.Sent()) > seen {
				t.Errorf("%v at step %d: a receipt without a record", e, n)
			}
			left.Store(-1)
			now = now.Add(time.Minute)
			w.until(now)
			if got := w.status("2021-03").Letters; got != before+1 {
				t.Errorf("%v at step %d: %d letters a minute after the disk was sound again, want %d", e, n, got, before+1)
			}
			if refused.Load() == 0 {
				break // it took fewer steps than that
			}
			if n > 2000 {
				t.Fatal("an intake takes no end")
			}
		}
	}
	w.until(now.Add(3 * time.Hour))
	for _, l := range w.post.Sent() {
		if l.To == "xiushui@xiushui.example.com" {
			if receipts[messageID(l.Raw)]++; receipts[messageID(l.Raw)] > 1 {
				doubled++
			}
		}
	}
	w.stop()
	inStore(t, w.cfg.Data, func(tx *store.Tx) error {
		var err error
		n := 0
		err = tx.LettersSince(time.Time{}, func(l store.Letter) error {
			n++
			items, e := tx.Items("receipt/" + l.ID + "/")
			for _, it := range items {
				if receipts[it.MessageID] == 0 && receipts["<"+it.MessageID+">"] == 0 {
					t.Errorf("the receipt of %s did not go", l.ID)
				}
			}
			if len(items) != 1 {
				t.Errorf("%d receipts of %s", len(items), l.ID)
			}
			return e
		})
		if n != trials || len(receipts) != trials || len(eml(t, w.cfg.Data)) != trials {
			err = errors.Join(err, fmt.Errorf("of %d letters %d are known, %d kept, %d answered", trials, n, len(eml(t, w.cfg.Data)), len(receipts)))
		}
		return err
	})
	t.Logf("%d letters, the disk refusing at each step of an intake and its receipt in turn, with %v: %d receipts, %d sent twice with the same bytes", trials, faults, len(receipts), doubled)
}
