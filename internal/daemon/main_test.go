package daemon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/office"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
)

// TestMain lets the test binary stand in for the program: as the clerk's child
// and as a daemon that can be killed.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "clerk":
		if err := clerk.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case os.Getenv("TONGBAO_TEST_VICTIM") != "":
		var v victim
		err := json.Unmarshal([]byte(os.Getenv("TONGBAO_TEST_VICTIM")), &v)
		if err == nil {
			err = v.run()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case os.Getenv("TONGBAO_TEST_DAEMON") != "":
		if err := runChild(os.Getenv("TONGBAO_TEST_DAEMON"), os.Getenv("TONGBAO_TEST_NOW")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var shanghai = time.FixedZone("CST", 8*3600)

// at is a moment of 2021 in the office's zone.
func at(month, day, hour, minute int) time.Time {
	return time.Date(2021, time.Month(month), day, hour, minute, 0, 0, shanghai)
}

const box = "jjcj@tongbao.example.com"

// world is a mailbox, a data directory and a daemon in a simulated clock.
type world struct {
	t     *testing.T
	post  *postoffice.Office
	cfg   *config.Config
	clock *schedule.Simulated
	house *daemon.House
	stop  func()
}

// newWorld starts a post office and writes a configuration; extra is more YAML.
func newWorld(t *testing.T, extra string, o postoffice.Options) *world {
	t.Helper()
	w := &world{t: t}
	o.User, o.Password, o.RequireID = box, "secret", true
	o.Now = func() time.Time {
		if w.clock != nil {
			return w.clock.Now()
		}
		return time.Now()
	}
	post, err := postoffice.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { post.Close() })
	w.post = post
	w.cfg = parse(t, t.TempDir(), post, extra)
	return w
}

// parse makes the configuration of an office whose data lies in dir.
func parse(t *testing.T, dir string, post *postoffice.Office, extra string) *config.Config {
	t.Helper()
	path := writeConfig(t, dir, post, extra)
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func writeConfig(t testing.TB, dir string, post *postoffice.Office, extra string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	host := func(addr string) string {
		i := strings.LastIndexByte(addr, ':')
		return fmt.Sprintf("host: %s, port: %s", addr[:i], addr[i+1:])
	}
	if !strings.Contains(extra, "submitters:") {
		extra += `
submitters:
  - {name: 修水县, addresses: [xiushui@xiushui.example.com]}
  - {name: 永修县, addresses: [yongxiu@yongxiu.example.com]}
`
	}
	if !strings.Contains(extra, "bulletins:") {
		extra += "\nbulletins: [{schedule: \"0 9 1 * *\", recipients: [office@tongbao.example.com], release: automatic}]\n"
	}
	text := fmt.Sprintf(`
data: %q
office: {addresses: [office@tongbao.example.com]}
mailbox: {%s, security: none, user: %s, password: {file: password}, poll: 1h, night_poll: 4h, since: 2021-03-01}
smtp: {%s, security: none, rates: {minute: 1000, quarter: 1000, day: 1000}}
%s`, filepath.Join(dir, "data"), host(post.IMAPAddr()), box, host(post.SMTPAddr()), extra)
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// start opens the house and lets the daemon run at a simulated time.
func (w *world) start(now time.Time) {
	w.t.Helper()
	w.clock = schedule.NewSimulated(now)
	log := slog.New(slog.NewTextHandler(testWriter{w.t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := daemon.Open(w.cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: log})
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := daemon.New(house, w.clock, log)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	w.house = house
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
		if err := house.Close(); err != nil {
			w.t.Error(err)
		}
	}
	w.t.Cleanup(w.stop)
}

// until lets the clock run on.
func (w *world) until(t time.Time) {
	w.t.Helper()
	if err := w.clock.AdvanceTo(context.Background(), t); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deliver(raw string, arrived time.Time) {
	w.t.Helper()
	if err := w.post.Deliver("INBOX", []byte(strings.ReplaceAll(raw, "\n", "\r\n")), arrived); err != nil {
		w.t.Fatal(err)
	}
}

// sent lists "to subject-tag" of all letters that went out.
func (w *world) sent(kind string) []string {
	var out []string
	for _, l := range w.post.Sent() {
		if s := subject(l.Raw); strings.Contains(s, kind) {
			out = append(out, l.To+" "+s)
		}
	}
	return out
}

func (w *world) status(p string) office.Status {
	w.t.Helper()
	period, err := reporting.ParsePeriod(p)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := w.house.Office.Status(period, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
