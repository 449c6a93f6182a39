package daemon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/demo"
	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/postoffice"
	"tongbao/internal/schedule"
)

// hurried is a clock that starts at another time and runs sixty times as fast:
// a letter out that a kill interrupted is tried again after a minute.
type hurried struct{ start, began time.Time }

const hurry = 60

func (c hurried) Now() time.Time { return c.start.Add(hurry * time.Since(c.began)) }

func (c hurried) Sleep(ctx context.Context, until time.Time, wake <-chan struct{}) error {
	// A turn every so often shows all that the outbox still wants to send.
	left := min(until.Sub(c.Now())/hurry, 100*time.Millisecond)
	return schedule.Wall.Sleep(ctx, time.Now().Add(left), wake)
}

// runChild is the daemon that the test kills.
func runChild(path, now string) error {
	start, err := time.Parse(time.RFC3339, now)
	if err != nil {
		return err
	}
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := daemon.Open(cfg, daemon.Options{Log: log, Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		return err
	}
	clock := hurried{start, time.Now()}
	d, err := daemon.New(house, clock, log)
	if err != nil {
		return err
	}
	desk := frontdesk.Desk{Office: house.Office, Now: clock.Now}
	go frontdesk.Serve(context.Background(), cfg.Data, d.Locked(desk.Handler())) //nolint:errcheck // the test asks until it answers
	return d.Run(context.Background())
}

const crashNow = "2021-03-26T08:00:00+08:00"

// trial is one mailbox with the demonstration's March letters and one data directory.
type trial struct {
	t    *testing.T
	post *postoffice.Office
	dir  string
	path string
	want int // letters delivered
}

func newTrial(t *testing.T) *trial {
	t.Helper()
	post, err := postoffice.Start(postoffice.Options{User: box, Password: "secret", RequireID: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { post.Close() })
	r := &trial{t: t, post: post, dir: t.TempDir()}
	submitters := "submitters:\n"
	for _, s := range demo.Submitters() {
		submitters += fmt.Sprintf("  - {name: %s, group: %s, addresses: [%s]}\n", s.Name, s.Group, s.Addresses[0])
	}
	r.path = writeConfig(t, r.dir, post, "\nreminders: {enabled: false}\n"+submitters)
	start, err := time.Parse(time.RFC3339, crashNow)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range demo.Letters(start) {
		if err := post.Deliver("INBOX", l.Raw, l.Arrived); err != nil {
			t.Fatal(err)
		}
		r.want++
	}
	return r
}

// start starts the daemon's process.
func (r *trial) start() *exec.Cmd {
	r.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TONGBAO_TEST_DAEMON="+r.path, "TONGBAO_TEST_NOW="+crashNow)
	cmd.Stderr = testWriter{r.t}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	return cmd
}

// kept counts the letters that lie in letters/.
func (r *trial) kept() int {
	files, _ := filepath.Glob(filepath.Join(r.dir, "data", "letters", "*", "*.eml"))
	return len(files)
}

// finish waits until all letters were taken in and the outbox is empty, and
// returns the status. It gives up only where nothing moves any more.
func (r *trial) finish() office.Status {
	r.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for time.Now().Before(deadline) {
		time.Sleep(100 * time.Millisecond)
		desk, ok := frontdesk.Dial(filepath.Join(r.dir, "data"))
		if !ok {
			continue
		}
		var st office.Status
		if err := desk.Ask(context.Background(), "GET", "/status", map[string][]string{"period": {"2021-03"}}, nil, &st); err != nil {
			continue
		}
		if st.Letters == r.want && st.Outbox["queued"] == 0 {
			return st
		}
	}
	r.t.Fatalf("not all %d letters were taken in: %d are kept", r.want, r.kept())
	return office.Status{}
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() //nolint:errcheck // it was killed
}

// comparable is a status without what follows the wall clock.
func comparable(t *testing.T, st office.Status) string {
	t.Helper()
	st.Intake = nil
	out, err := json.MarshalIndent(st, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestKilled kills the daemon with SIGKILL at eight seeded moments of the
// intake and the sending, and starts it again: the status is that of an
// undisturbed run, no letter out is missing, and at most one is doubled, with
// the same bytes and Message-ID.
func TestKilled(t *testing.T) {
	quiet := newTrial(t)
	cmd := quiet.start()
	want := comparable(t, quiet.finish())
	kill(t, cmd)
	var ids []string
	for _, l := range quiet.post.Sent() {
		ids = append(ids, l.To+" "+messageID(l.Raw))
	}
	slices.Sort(ids)
	if len(ids) < 10 {
		t.Fatalf("the undisturbed run sent %d letters only", len(ids))
	}
	rnd := rand.New(rand.NewPCG(2021, 3))
	var doubled atomic.Int64
	trials := 8
	if testing.Short() {
		trials = 2 // as under the race detector
	}
	for n := range trials {
		letters, sent := rnd.IntN(quiet.want), -1
		if n%2 == 1 {
			letters, sent = 0, rnd.IntN(len(ids))
		}
		moment := rnd.IntN(12) // milliseconds after that: anywhere in the next steps
		t.Run(fmt.Sprintf("%02d", n), func(t *testing.T) {
			t.Parallel() // most of a trial is waiting for the disk
			r := newTrial(t)
			cmd := r.start()
			for r.kept() < letters || len(r.post.Sent()) <= sent {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Duration(moment) * time.Millisecond)
			kill(t, cmd)
			cmd = r.start()
			got := comparable(t, r.finish())
			kill(t, cmd)
			if got != want {
				t.Errorf("status after the kill:\n%s\nwant\n%s", got, want)
			}
			doubled.Add(int64(r.compare(ids)))
		})
	}
	t.Cleanup(func() { t.Logf("%d kills, %d letters doubled", trials, doubled.Load()) })
}

// compare holds what was sent against the undisturbed run and returns how many
// letters came twice.
func (r *trial) compare(want []string) int {
	r.t.Helper()
	first := map[string][]byte{}
	double := 0
	for _, l := range r.post.Sent() {
		id := l.To + " " + messageID(l.Raw)
		if old, ok := first[id]; ok {
			double++
			if !bytes.Equal(old, l.Raw) {
				r.t.Errorf("%s was sent twice, with different bytes", id)
			}
			continue
		}
		first[id] = l.Raw
	}
	var got []string
	for id := range first {
		got = append(got, id)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		for _, l := range r.post.Sent() {
			if !slices.Contains(want, l.To+" "+messageID(l.Raw)) {
				r.t.Errorf("sent too much: %q to %s", subject(l.Raw), l.To)
			}
		}
		r.t.Errorf("sent %q, want %q", got, want)
	}
	if double > 1 {
		r.t.Errorf("%d letters were doubled by one kill", double)
	}
	return double
}
