package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/schedule"
	"tongbao/internal/store"
)

// wrongClock shows another time than it is, in another zone. Whoever sleeps by
// it looks up now and then, as one who sleeps by the wall clock does.
type wrongClock struct {
	*schedule.Simulated // the true time
	off                 atomic.Int64
	zone                atomic.Pointer[time.Location]
	ended               bool
}

func (c *wrongClock) Now() time.Time {
	return c.Simulated.Now().Add(time.Duration(c.off.Load())).In(c.zone.Load())
}

func (c *wrongClock) Sleep(ctx context.Context, until time.Time, wake <-chan struct{}) error {
	now := c.Simulated.Now()
	until = until.Add(-time.Duration(c.off.Load()))
	if look := now.Add(5 * time.Hour); until.After(look) {
		until = look
	}
	if !until.After(now) {
		until = now.Add(time.Second)
	}
	return c.Simulated.Sleep(ctx, until, wake)
}

// trouble is one thing that befalls the machine, from so many hours on for so long.
type trouble struct {
	at, until time.Time
	kind      string // "ahead", "back", "down", "restart", "zone"
	by        time.Duration
}

// troubles are those of so many months: at most one at a time.
func troubles(rnd *rand.Rand, from time.Time, months int) (out []trouble) {
	zones := []string{"ahead", "back", "down", "restart", "zone", "ahead", "back", "down"}
	end := from.AddDate(0, months, 0)
	for at := from; ; {
		at = at.Add(time.Duration(2+rnd.IntN(20*24)) * time.Hour)
		x := trouble{at: at, kind: zones[rnd.IntN(len(zones))], by: time.Duration(1+rnd.IntN(70*24*60)) * time.Minute}
		long := time.Duration(1+rnd.IntN(72)) * time.Hour
		switch {
		case x.kind == "down" && rnd.IntN(6) == 0:
			long = time.Duration(20+rnd.IntN(60)) * 24 * time.Hour // months
		case x.kind == "restart":
			long = time.Minute
		case rnd.IntN(4) == 0:
			x.by = time.Duration(1+rnd.IntN(10)) * 365 * 24 * time.Hour // the battery of its clock is empty
		}
		if x.until = at.Add(long); x.until.After(end) {
			return out
		}
		out, at = append(out, x), x.until
	}
}

// lifetime is an office whose machine's clock cannot be trusted.
type lifetime struct {
	*world
	clock *wrongClock
	stop  func()
}

func (l *lifetime) open() {
	l.t.Helper()
	l.clock.ended = false
	log := slog.New(slog.NewTextHandler(testWriter{l.t}, &slog.HandlerOptions{Level: slog.LevelError}))
	house, err := daemon.Open(l.cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: log})
	if err != nil {
		l.t.Fatal(err)
	}
	d, err := daemon.New(house, l.clock, log)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	l.stop = func() {
		cancel()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
		if err := house.Close(); err != nil {
			l.t.Error(err)
		}
		// A clock whose sleeper has gone does not run any more.
		l.clock.ended, l.clock.Simulated = true, schedule.NewSimulated(l.clock.Simulated.Now())
	}
}

// live lets the true time run on.
func (l *lifetime) live(to time.Time) {
	l.t.Helper()
	if err := l.clock.AdvanceTo(context.Background(), to); err != nil {
		l.t.Fatal(err)
	}
}

// TestClocks lives through years in which the machine's clock jumps forth and
// back, by minutes and by years, its zone changes, and it is down for hours and
// for months: each period's bulletin goes once to each recipient, and nobody is
// chased who has had his receipt. TONGBAO_YEARS is how many years, and
// TONGBAO_SEEDS how often.
func TestClocks(t *testing.T) {
	number := func(env string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(env)); err == nil {
			return n
		}
		return otherwise
	}
	months, seeds := 12*number("TONGBAO_YEARS", 1), number("TONGBAO_SEEDS", 1)
	if testing.Short() {
		months = 4 // as under the race detector
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { yearsOfTrouble(t, uint64(seed), months) })
	}
}

func yearsOfTrouble(t *testing.T, seed uint64, months int) {
	w := newWorld(t, `
submitters:
  - {name: 修水县, addresses: [xiushui@xiushui.example.com]}
  - {name: 永修县, addresses: [yongxiu@yongxiu.example.com]}
  - {name: 都昌县, addresses: [duchang@duchang.example.com]}
bulletins: [{schedule: "0 9 1 * *", recipients: [office@tongbao.example.com], release: automatic, pictures: false}]
`, postoffice.Options{})
	w.cfg.Mailbox.Poll = 3 * time.Hour
	start := at(3, 10, 8, 0)
	l := &lifetime{world: w, clock: &wrongClock{Simulated: schedule.NewSimulated(start)}}
	l.clock.zone.Store(shanghai)
	rnd := rand.New(rand.NewPCG(seed, 5))
	type event struct {
		at time.Time
		do func()
	}
	var events []event
	reported := map[string]time.Time{} // period/unit: when its letter came
	for m := range months {
		first := time.Date(2021, time.Month(3+m), 1, 0, 0, 0, 0, shanghai)
		for i, unit := range []string{"修水县", "永修县", "都昌县"} {
			from := []string{"xiushui@xiushui", "yongxiu@yongxiu", "duchang@duchang"}[i] + ".example.com"
			day := 18 + rnd.IntN(7) + 3*i*rnd.IntN(2) // some come late
			if i == 2 && rnd.IntN(4) == 0 {
				continue
			}
			arrived := first.AddDate(0, 0, day-1).Add(10 * time.Hour)
			raw := letterOf(first.Year(), from, unit, int(first.Month()), arrived, fmt.Sprintf("%d-%d", m, i))
			events = append(events, event{arrived, func() { w.deliver(raw, arrived) }})
			reported[first.Format("2006-01")+"/"+from] = arrived
		}
	}
	counts, down := map[string]int{}, []trouble(nil)
	for _, x := range troubles(rnd, start, months) {
		counts[x.kind]++
		set := func(by time.Duration) func() { return func() { l.clock.off.Store(int64(by)) } }
		zone := time.FixedZone("elsewhere", (rnd.IntN(25)-12)*3600)
		var begin, end func()
		switch x.kind {
		case "ahead":
			begin, end = set(x.by), set(0)
		case "back":
			begin, end = set(-x.by), set(0)
		case "zone":
			begin, end = func() { l.clock.zone.Store(zone) }, func() { l.clock.zone.Store(shanghai) }
		default:
			begin, end = func() { l.stop() }, func() { l.open() }
			down = append(down, x)
		}
		events = append(events, event{x.at, begin}, event{x.until, end})
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	l.open()
	for _, e := range events {
		switch {
		case l.clock.ended: // nobody is there: letters come, and the time goes by
			l.clock.Simulated = schedule.NewSimulated(e.at)
		default:
			l.live(e.at)
		}
		e.do()
	}
	l.live(start.AddDate(0, months+1, 0))
	l.stop()
	counts["letters in"] = len(reported)
	l.judge(months, down, counts)
}

// judge holds what was sent against what should have been.
func (l *lifetime) judge(months int, down []trouble, counts map[string]int) {
	t := l.t
	bulletins, had := map[string]int{}, map[string]bool{}
	keys, of := map[string]string{}, map[string]string{} // by Message-ID; the period by letter
	inStore(t, l.cfg.Data, func(tx *store.Tx) error {
		items, err := tx.Items("")
		for _, it := range items {
			keys[strings.Trim(it.MessageID, "<>")] = it.Key
		}
		return errors.Join(err, tx.LettersSince(time.Time{}, func(x store.Letter) error { of[x.ID] = strings.Join(x.For, " "); return nil }))
	})
	for _, s := range l.post.Sent() {
		title := subject(s.Raw)
		name, _, _ := strings.Cut(s.To, "@")
		key := strings.Split(keys[strings.Trim(messageID(s.Raw), "<>")], "/")
		switch key[0] {
		case "bulletin":
			bulletins[key[1]+" "+name]++
			counts["bulletins"]++
		case "receipt":
			counts["receipts"]++
			had[of[key[1]]+" "+name] = true
		case "chase":
			if strings.Contains(title, "催报") {
				counts["chasers"]++
				if had[key[1]+" "+name] {
					t.Errorf("%s is chased after his receipt: %s", name, title)
				}
			}
		case "":
			t.Errorf("nobody knows of %q", title)
		}
	}
	for m := range months {
		first := time.Date(2021, time.Month(3+m), 1, 9, 0, 0, 0, shanghai)
		bell, next := first.AddDate(0, 1, 0), first.AddDate(0, 2, 0)
		// Of what was missed while nobody was there, only the latest is published.
		missed := slices.ContainsFunc(down, func(x trouble) bool { return !x.at.After(bell) && x.until.After(next) })
		for _, name := range []string{"office", "xiushui", "yongxiu", "duchang"} {
			key := first.Format("2006-01 ") + name
			n := bulletins[key]
			delete(bulletins, key)
			if missed {
				counts["missed"]++
			}
			if n > 1 || n < 1 && !missed {
				t.Errorf("%s got %d bulletins", key, n)
			}
		}
	}
	for key, n := range bulletins {
		t.Errorf("%s got %d bulletins of a month that nobody reported for", key, n)
	}
	t.Log(counts)
}
