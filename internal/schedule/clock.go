package schedule

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and waits. Sleep returns at the given time, when wake
// gets a value, or with the context's error when it ends.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, until time.Time, wake <-chan struct{}) error
}

// Wall is the clock on the wall.
var Wall Clock = wall{}

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// longest bounds a sleep on the wall clock, so that a clock that was set, or a
// machine that was suspended, is noticed.
const longest = time.Minute

func (wall) Sleep(ctx context.Context, until time.Time, wake <-chan struct{}) error {
	for {
		// Round strips the monotonic reading: a clock that jumps must be obeyed.
		left := until.Round(0).Sub(time.Now().Round(0))
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(min(left, longest))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-wake:
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// Simulated is a clock that moves only when it is told to, and only while
// whoever sleeps by it sleeps. It is made for one sleeper, the daemon.
type Simulated struct {
	mu      sync.Mutex
	changed *sync.Cond
	now     time.Time
	asleep  bool
	until   time.Time // when the sleeper wants to wake
	wake    <-chan struct{}
	ended   bool // the sleeper will not come back
}

// NewSimulated makes a clock that shows start.
func NewSimulated(start time.Time) *Simulated {
	s := &Simulated{now: start}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// Now is the simulated time.
func (s *Simulated) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Sleep waits until AdvanceTo has moved the clock to the given time. A value
// in wake is noticed by the next AdvanceTo, before it moves the clock, so that
// a simulation takes the same course each time.
func (s *Simulated) Sleep(ctx context.Context, until time.Time, wake <-chan struct{}) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended = true
		s.changed.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asleep, s.until, s.wake = true, until, wake
	s.changed.Broadcast()
	for s.now.Before(until) && ctx.Err() == nil {
		select {
		case <-wake:
			s.asleep = false
			return nil
		default:
		}
		s.changed.Wait()
	}
	s.asleep = false
	return ctx.Err()
}

// AdvanceTo moves the clock to t, and lets the sleeper wake at each time it
// asked for on the way. It returns when the sleeper sleeps again beyond t.
func (s *Simulated) AdvanceTo(ctx context.Context, t time.Time) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for !(s.asleep && s.now.Before(s.until) && len(s.wake) == 0) && !s.ended && ctx.Err() == nil {
			s.changed.Broadcast() // whoever was woken looks up
			s.changed.Wait()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.ended {
			return context.Canceled
		}
		if s.until.After(t) {
			if t.After(s.now) {
				s.now = t
			}
			return nil
		}
		s.now = s.until
		s.changed.Broadcast()
	}
}
