package schedule

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var shanghai = time.FixedZone("CST", 8*3600)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func TestBell(t *testing.T) {
	for _, c := range []struct{ spec, after, next string }{
		{"0 9 1 * *", "2021-03-24 10:05:00", "2021-04-01 09:00:00"},
		{"0 9 1 * *", "2021-04-01 09:00:00", "2021-05-01 09:00:00"}, // after, not at
		{"0 9 1 * *", "2021-04-01 08:59:59", "2021-04-01 09:00:00"},
		{" 30 17 * * 5 ", "2021-03-24 10:05:00", "2021-03-26 17:30:00"},
		{"0 9 5 1,4,7,10 *", "2021-12-31 23:00:00", "2022-01-05 09:00:00"},
		{"0 0 29 2 *", "2021-03-01 00:00:00", "2024-02-29 00:00:00"},
		{"@monthly", "2021-12-15 00:00:00", "2022-01-01 00:00:00"},
	} {
		b, err := ParseBell(c.spec, shanghai)
		if err != nil {
			t.Errorf("%q: %v", c.spec, err)
			continue
		}
		// It rings by the zone, however the time before it is told.
		if got := b.Next(at(c.after).UTC()); !got.Equal(at(c.next)) || got.Location() != shanghai {
			t.Errorf("%q after %s: %s, want %s", c.spec, c.after, got, c.next)
		}
		if b.String() != strings.TrimSpace(c.spec) {
			t.Errorf("%q is %q", c.spec, b)
		}
	}
	if got := (Bell{}).Next(at("2021-03-24 10:05:00")); !got.IsZero() {
		t.Errorf("a bell that is none rings at %s", got)
	}
}

func TestFaultyBells(t *testing.T) {
	for _, spec := range []string{"", " ", "0 9 31 2 *", "0 9 30 2 *", "0 9 31 4,6,9,11 *", "TZ=0", "CRON_TZ=Asia/Shanghai 0 9 1 * *", "tz=UTC 0 9 * * *",
		"0 9 1 *", "0 0 9 1 * *", "60 9 1 * *", "0 24 1 * *", "0 9 0 * *", "@every 1h", "@every 1ns", "@noon", "*/0 * * * *", "9-3 * * * *",
		"0 9 1 * * ; rm", strings.Repeat("1,", 200) + "1 * * * *"} {
		if b, err := ParseBell(spec, shanghai); err == nil {
			t.Errorf("%q rings at %s", spec, b.Next(at("2021-03-24 10:05:00")))
		}
	}
	if _, err := ParseBell("0 9 1 * *", nil); err == nil {
		t.Error("a bell without a zone rings")
	}
}

// FuzzParseBell: whatever is written, it rings later or is refused.
func FuzzParseBell(f *testing.F) {
	for _, spec := range []string{"0 9 1 * *", "TZ=0", "@every 1h", "0 9 31 2 *", "*/5,3-9/2 * ? JAN-MAR mon", "@", "TZ=\x00 *"} {
		f.Add(spec)
	}
	now := at("2021-03-24 10:05:00")
	f.Fuzz(func(t *testing.T, spec string) {
		b, err := ParseBell(spec, shanghai)
		if err != nil {
			return
		}
		if next := b.Next(now); !next.After(now) {
			t.Errorf("%q rings at %s", spec, next)
		}
	})
}

func TestWall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := Wall.Sleep(t.Context(), start.Add(3*time.Hour), nil); err != nil || time.Since(start) != 3*time.Hour {
			t.Errorf("slept %s, %v", time.Since(start), err)
		}
		if err := Wall.Sleep(t.Context(), start, nil); err != nil {
			t.Errorf("until the past: %v", err)
		}

		wake := make(chan struct{}, 1)
		start = time.Now()
		time.AfterFunc(90*time.Second, func() { wake <- struct{}{} })
		if err := Wall.Sleep(t.Context(), start.Add(time.Hour), wake); err != nil || time.Since(start) != 90*time.Second {
			t.Errorf("woken after %s, %v", time.Since(start), err)
		}

		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		start = time.Now()
		if err := Wall.Sleep(ctx, start.Add(time.Hour), wake); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 90*time.Second {
			t.Errorf("ended after %s, %v", time.Since(start), err)
		}
		if err := Wall.Sleep(ctx, start, wake); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("until the past, after the end: %v", err)
		}
	})
}

// TestSimulated lets a sleeper take a turn every hour: it meets each of its
// times, in order, and AdvanceTo returns when it sleeps again.
func TestSimulated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := at("2021-03-24 10:00:00")
		clock := NewSimulated(start)
		ctx, cancel := context.WithCancel(t.Context())
		wake := make(chan struct{}, 1)
		var turns []time.Time
		ended := make(chan error, 1)
		go func() {
			for {
				turns = append(turns, clock.Now())
				if err := clock.Sleep(ctx, clock.Now().Add(time.Hour), wake); err != nil {
					ended <- err
					return
				}
			}
		}()
		if err := clock.AdvanceTo(t.Context(), start.Add(150*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if len(turns) != 3 || !turns[2].Equal(start.Add(2*time.Hour)) || !clock.Now().Equal(start.Add(150*time.Minute)) {
			t.Errorf("turns at %v, now %s", turns, clock.Now())
		}
		// Woken, it takes a turn at the time that it is.
		wake <- struct{}{}
		if err := clock.AdvanceTo(t.Context(), clock.Now()); err != nil {
			t.Fatal(err)
		}
		if len(turns) != 4 || !turns[3].Equal(start.Add(150*time.Minute)) {
			t.Errorf("turns at %v", turns)
		}
		// Not even a simulated clock goes back.
		if err := clock.AdvanceTo(t.Context(), start); err != nil || !clock.Now().Equal(start.Add(150*time.Minute)) {
			t.Errorf("now %s, %v", clock.Now(), err)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := clock.AdvanceTo(t.Context(), start.Add(24*time.Hour)); !errors.Is(err, context.Canceled) {
			t.Errorf("after the sleeper's end: %v", err)
		}
	})
}

// TestNobodySleeps: a clock that is to move while nobody sleeps waits, and no
// longer than it may.
func TestNobodySleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := NewSimulated(at("2021-03-24 10:00:00"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := clock.AdvanceTo(ctx, at("2021-03-25 10:00:00")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if !clock.Now().Equal(at("2021-03-24 10:00:00")) {
			t.Errorf("it moved to %s", clock.Now())
		}
	})
}
