package daemon_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/schedule"
)

// BenchmarkReceipt is how long a county waits for its receipt: from the moment
// at which the server has the letter and says EXISTS to the daemon's IDLE, to
// the receipt's last byte at the SMTP server. Each letter has three tables and
// comes when the daemon rests; one is of another county than the one before.
//
//	go test ./internal/daemon -run '^$' -bench 'Receipt$' -benchtime 1x -timeout 20m
//
// TONGBAO_LETTERS is how many letters (200).
func BenchmarkReceipt(b *testing.B) {
	n := setting("TONGBAO_LETTERS", 200)
	post, err := postoffice.Start(postoffice.Options{User: box, Password: "secret", RequireID: true})
	if err != nil {
		b.Fatal(err)
	}
	defer post.Close()
	var mu sync.Mutex
	came := map[string]chan time.Time{}
	post.RefuseSMTP(func(l postoffice.Letter) error {
		mu.Lock()
		defer mu.Unlock()
		if c := came[l.To]; c != nil {
			c <- time.Now()
			delete(came, l.To)
		}
		return nil
	})
	counties := "reminders: {enabled: false}\nsubmitters:\n"
	const many = 40
	for i := range many {
		counties += fmt.Sprintf("  - {name: %s, addresses: [c%d@county.example.com]}\n", countyName(i), i)
	}
	dir := b.TempDir()
	path := writeConfig(b, dir, post, counties)
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "day: 1000", "day: 100000", 1))
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "minute: 1000, quarter: 1000", "minute: 10000, quarter: 10000", 1)), 0o600); err != nil {
		b.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := daemon.Open(cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	d, err := daemon.New(house, schedule.Wall, log)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	var waits []time.Duration
	for i := range n {
		to := fmt.Sprintf("c%d@county.example.com", i%many)
		raw := strings.ReplaceAll(letter(to, countyName(i%many), 1+i/many%12, time.Now(), fmt.Sprint("r", i)), "\n", "\r\n")
		c := make(chan time.Time, 1)
		mu.Lock()
		came[to] = c
		mu.Unlock()
		rest := post.Commands()["IDLE"]
		for post.Commands()["IDLE"] == rest && i == 0 {
			time.Sleep(time.Millisecond) // the first turn comes to its rest
		}
		time.Sleep(20 * time.Millisecond)
		began := time.Now()
		if err := post.Deliver("INBOX", []byte(raw), began); err != nil {
			b.Fatal(err)
		}
		select {
		case at := <-c:
			waits = append(waits, at.Sub(began))
		case <-time.After(2 * time.Minute):
			b.Fatalf("letter %d has no receipt", i)
		}
	}
	cancel()
	<-done
	if err := house.Close(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(waits)
	middle, tail := waits[n/2], waits[n*99/100]
	b.Logf("%d letters: fastest %v, median %v, 99th percentile %v, slowest %v", n, waits[0], middle, tail, waits[n-1])
	b.ReportMetric(float64(middle.Microseconds())/1000, "ms/median")
	b.ReportMetric(float64(tail.Microseconds())/1000, "ms/p99")
	b.ReportMetric(tail.Seconds()/middle.Seconds(), "p99/median")
}

// countyName is a name like no other.
func countyName(i int) string {
	const a, b = "安宁平昌兴", "乐远阳山江丰河泽"
	return string([]rune(a)[i%5]) + string([]rune(b)[i/5%8]) + "县"
}
