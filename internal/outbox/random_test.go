package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestRandomDays drains random queues against a moody server: every letter
// reaches a final state, none is taken twice, none goes after it expired, and
// the rates hold.
func TestRandomDays(t *testing.T) {
	moods := []error{errNetwork, refusal{450, "greylisted"}, refusal{451, "DT:SPM"}, refusal{554, "DT:SPM"}, refusal{451, "MI:SFQ"}, refusal{550, "MI:STC"},
		refusal{550, "Invalid User"}, refusal{550, "MI:DMC"}, refusal{451, "MI:DMC"}, refusal{554, "DT:SUM"}, refusal{553, "authentication is required"}, refusal{421, "bye"}}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		q, s := newMemory(), &moody{r: r, moods: moods, bad: r.IntN(100), q: nil, taken: map[string]int{}}
		for i := range 1 + r.IntN(60) {
			it := letterTo(fmt.Sprintf("%02d@example.com", i), time.Duration(r.IntN(300))*time.Minute)
			if r.IntN(3) == 0 {
				it.Expires = it.Created.Add(time.Duration(r.IntN(48)) * time.Hour)
			}
			q.items[it.Key] = it
		}
		s.q = q
		now := monday
		for calls := 0; ; calls++ {
			s.now = now
			next, err := Drain(context.Background(), func() time.Time { return now }, q, s, Rates{}, nil)
			if p := (*Pause)(nil); err != nil && !errors.As(err, &p) {
				t.Fatal(err)
			}
			if next.IsZero() {
				break
			}
			if !next.After(now) || calls > 5000 {
				t.Fatalf("day %d: at %s call %d wants %s", seed, now, calls, next)
			}
			now = next
		}
		for _, it := range q.items {
			if it.State == Queued || (it.State == Sent) != (s.taken[it.To] == 1) || s.taken[it.To] > 1 || it.State == Failed && it.Fault == "" {
				t.Fatalf("day %d: %s is %s, taken %d times, fault %q", seed, it.To, it.State, s.taken[it.To], it.Fault)
			}
			if it.State == Sent && !it.Expires.IsZero() && !it.Done.Before(it.Expires) {
				t.Fatalf("day %d: %s went at %s and expired at %s", seed, it.To, it.Done, it.Expires)
			}
		}
		sent, _ := q.SentSince(monday)
		checkRates(t, sent)
	}
}

type moody struct {
	r     *rand.Rand
	moods []error
	bad   int // percent
	q     *memory
	now   time.Time
	taken map[string]int
}

func (m *moody) Send(_ context.Context, _, to string, _ []byte) error {
	if m.r.IntN(100) < m.bad {
		return m.moods[m.r.IntN(len(m.moods))]
	}
	m.taken[to]++
	return nil
}
