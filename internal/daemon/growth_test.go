package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/outbox"
	"tongbao/internal/postoffice"
	"tongbao/internal/postoffice/debian"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
	"tongbao/internal/store"
)

// wiretap counts the commands that pass through it to a server.
type wiretap struct {
	addr string
	mu   sync.Mutex
	said map[string]int
}

// tap listens in front of a server that talks in the clear.
func tap(b *testing.B, port int) *wiretap {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	w := &wiretap{addr: l.Addr().String(), said: map[string]int{}}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
			if err != nil {
				client.Close()
				return
			}
			go func() { io.Copy(client, server); client.Close() }() //nolint:errcheck // ends with the connection
			go func() {
				defer server.Close()
				r := bufio.NewReader(client)
				for {
					text, err := r.ReadString('\n')
					if words := strings.Fields(text); len(words) > 1 {
						w.mu.Lock()
						w.said[strings.ToUpper(words[1])]++
						w.mu.Unlock()
					}
					if _, e := io.WriteString(server, text); err != nil || e != nil {
						return
					}
				}
			}()
		}
	}()
	return w
}

func (w *wiretap) count() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.said)
}

func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fill lays n small letters into the box: names of a few files.
func fill(b *testing.B, s *debian.Servers, n int) {
	b.Helper()
	at := time.Date(2021, 3, 1, 9, 0, 0, 0, shanghai)
	for i := 0; i < n; i += 10000 { // no file system lets one file have a hundred thousand names
		s.Lay(b, box, []byte("From: a@b.example\r\nSubject: old\r\n\r\nold\r\n"), at.Add(time.Duration(i)*time.Second))
		first, _ := filepath.Glob(filepath.Join(s.Maildir(box), "new", strconv.FormatInt(at.Add(time.Duration(i)*time.Second).Unix(), 10)+".*.test"))
		if len(first) != 1 {
			b.Fatalf("the letter lies at %q", first)
		}
		for k := 1; k < min(10000, n-i); k++ {
			name := fmt.Sprintf("new/%d.%d.more", at.Add(time.Duration(i)*time.Second).Unix(), k)
			if err := os.Link(first[0], filepath.Join(s.Maildir(box), name)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkQuietTick takes turns in which nothing is new, at a real Dovecot
// whose mailbox has 1,000 letters and 100,000, and reports what a turn says to
// the server, counted on the wire, and the daemon's processor time:
//
//	go test ./internal/daemon -run '^$' -bench QuietTick -benchtime 1x -timeout 30m
func BenchmarkQuietTick(b *testing.B) {
	const rounds, turns = 5, 20
	type tested struct {
		n    int
		d    *daemon.Daemon
		wire *wiretap
		cpu  []time.Duration
	}
	var all []*tested
	for _, n := range []int{1000, 100000} {
		servers := debian.Start(b, box)
		fill(b, servers, n)
		wire := tap(b, servers.IMAPPort)
		host, port, _ := strings.Cut(wire.addr, ":")
		dir := b.TempDir()
		path := filepath.Join(dir, "config.yaml")
		b.Setenv("TONGBAO_PASSWORD", servers.Password)
		text := fmt.Sprintf("data: ./data\nmailbox: {host: %s, port: %s, security: none, user: %s, password: {env: TONGBAO_PASSWORD}, since: 2021-04-01}\nsubmitters:\n  - {name: 修水县, addresses: [xiushui@xiushui.example.com]}\n", host, port, box)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
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
		b.Cleanup(func() { house.Close() })
		d, err := daemon.New(house, schedule.NewSimulated(at(4, 2, 11, 0)), log)
		if err != nil {
			b.Fatal(err)
		}
		for range 3 {
			d.Turn(context.Background()) // the first finds what is there
		}
		all = append(all, &tested{n: n, d: d, wire: wire})
	}
	for range rounds {
		for _, t := range all {
			before, begin := t.wire.count(), used()
			for range turns {
				t.d.Turn(context.Background())
			}
			t.cpu = append(t.cpu, used()-begin)
			after := t.wire.count()
			if after["EXAMINE"]-before["EXAMINE"] != turns || len(after) != len(before) {
				b.Fatalf("%d letters: %v, then %v", t.n, before, after)
			}
		}
	}
	median := func(t *tested) float64 {
		slices.Sort(t.cpu)
		return float64(t.cpu[rounds/2].Microseconds()) / turns
	}
	few, many := median(all[0]), median(all[1])
	b.ReportMetric(few, "cpu-us/turn-1000")
	b.ReportMetric(many, "cpu-us/turn-100000")
	b.ReportMetric(many/few, "ratio-cpu")
	b.ReportMetric(1, "exchanges/turn")
}

// stored makes a data directory with so many letters in it, their receipts
// among the letters out.
func stored(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	st, err := store.Open(filepath.Join(dir, "data"))
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Date(2018, 1, 1, 9, 0, 0, 0, shanghai)
	for from := 0; from < n; from += 1000 {
		err := st.Update(begin, func(t *store.Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				arrived := begin.Add(time.Duration(i) * 40 * time.Minute)
				a := store.Arrival{ID: fmt.Sprintf("%s-%012x", arrived.Format("20060102"), i), Content: strconv.Itoa(i), Via: "mail", Arrived: arrived, Taken: arrived}
				month := filepath.Join(dir, "data", "letters", arrived.Format("2006-01"))
				err := errors.Join(os.MkdirAll(month, 0o700), os.WriteFile(filepath.Join(month, a.ID+".eml"), []byte("Subject: x\r\n\r\nx\r\n"), 0o600),
					os.WriteFile(filepath.Join(month, a.ID+".json"), []byte("{}"), 0o600),
					t.PutLetter(store.Letter{Arrival: a, From: "c1@county.example.com", Sender: "第1县", State: store.Taken}))
				_, e := t.AddVersion(reporting.Version{Submitter: fmt.Sprintf("第%d县", i%17+1), Period: reporting.PeriodOf(arrived), Kind: reporting.Lagging, Letter: a.ID, Received: arrived})
				_, e2 := t.Enqueue(outbox.Item{Key: "receipt/" + a.ID + "/c1@county.example.com", To: "c1@county.example.com", State: outbox.Sent, Done: arrived, Created: arrived, Raw: []byte("x")})
				if err := errors.Join(err, e, e2); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkReady starts the real binary on 500 letters and on 100,000, in turn,
// until /readyz says that the mailbox has been read, and reports the medians:
//
//	go test ./internal/daemon -run '^$' -bench Ready -benchtime 1x -timeout 30m
func BenchmarkReady(b *testing.B) {
	const rounds = 5
	binary := build(b)
	post, err := postoffice.Start(postoffice.Options{User: box, Password: "secret"})
	if err != nil {
		b.Fatal(err)
	}
	defer post.Close() //nolint:errcheck // it was measured
	b.Setenv("TONGBAO_PASSWORD", "secret")
	host, port, _ := strings.Cut(post.IMAPAddr(), ":")
	text := fmt.Sprintf("data: ./data\nreminders: {enabled: false}\nmailbox: {host: %s, port: %s, security: none, user: %s, password: {env: TONGBAO_PASSWORD}}\nsubmitters:\n", host, port, box)
	for i := range 17 {
		text += fmt.Sprintf("  - {name: 第%d县, addresses: [c%[1]d@county.example.com]}\n", i+1)
	}
	dirs := []string{stored(b, 500), stored(b, 100000)}
	var wall, cpu [2][]time.Duration
	for range rounds {
		for i, dir := range dirs {
			p := run(b, binary, dir, text, freeAddress(b))
			wall[i] = append(wall[i], p.ready())
			p.stop()
			cpu[i] = append(cpu[i], p.cmd.ProcessState.UserTime()+p.cmd.ProcessState.SystemTime())
		}
	}
	for name, took := range map[string][2][]time.Duration{"": wall, "-cpu": cpu} {
		for i := range took {
			slices.Sort(took[i])
		}
		few, many := took[0][rounds/2], took[1][rounds/2]
		b.ReportMetric(few.Seconds()*1000, "ms-500"+name)
		b.ReportMetric(many.Seconds()*1000, "ms-100000"+name)
		b.ReportMetric(many.Seconds()/few.Seconds(), "ratio"+name)
	}
}
