package daemon_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/courier"
	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
	"tongbao/internal/store"
)

// noted is a simulated clock that writes down what it showed last, so that the
// process after a kill goes on at the time at which the last one died.
type noted struct {
	*schedule.Simulated
	mu   sync.Mutex
	file *os.File
	last time.Time
}

func (c *noted) Now() time.Time {
	now := c.Simulated.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !now.Equal(c.last) {
		c.last = now
		c.file.WriteAt([]byte(fmt.Sprintf("%020d", now.UnixNano())), 0) //nolint:errcheck // the test sees it stand still
	}
	return now
}

// victim is the child's part of TestKills: the daemon, which kills itself when
// it reaches the point for the nth time ("*" is any point), and otherwise lets
// the clock run to its end and prints what has become of everything.
type victim struct {
	Config string
	Until  time.Time
	Point  string
	Nth    int
}

func (v victim) run() error {
	cfg, err := config.Load(v.Config)
	if err != nil {
		return err
	}
	hits := 0
	var mu sync.Mutex
	reached := func(point string) {
		mu.Lock()
		defer mu.Unlock()
		if v.Point != "*" && v.Point != point {
			return
		}
		if hits++; hits == v.Nth {
			fmt.Println("killed", point)
			syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // nothing is left to tell it
			select {}
		}
	}
	store.Step = func(point string) error { reached(point); return nil }
	courier.Step = reached
	file, err := os.OpenFile(filepath.Join(filepath.Dir(v.Config), "clock"), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	var shown [20]byte
	if _, err := file.ReadAt(shown[:], 0); err != nil {
		return err
	}
	nano, err := strconv.ParseInt(string(shown[:]), 10, 64)
	if err != nil {
		return err
	}
	clock := &noted{Simulated: schedule.NewSimulated(time.Unix(0, nano).In(shanghai)), file: file}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := daemon.Open(cfg, daemon.Options{Log: log, Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		return err
	}
	d, err := daemon.New(house, clock, log)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	if err := clock.AdvanceTo(ctx, v.Until); err != nil {
		return err
	}
	st, err := house.Office.Status(reporting.Period{Year: 2021, Month: 3}, clock.Now())
	if err != nil {
		return err
	}
	st.Intake = nil // when the mailbox was read last is not the same
	out, err := json.MarshalIndent(st, "", " ")
	if err != nil {
		return err
	}
	cancel()
	if err := errors.Join(<-done, house.Close()); err != nil {
		return err
	}
	fmt.Printf("done %s\n", out)
	return nil
}

// points are all steps at which a process can be told to die.
func points() []string {
	var out []string
	for _, step := range []string{"database rename", "letters mkdir", "json write", "json sync", "json rename", "eml write", "eml sync", "eml rename",
		"directory sync", "journal write", "journal sync", "commit"} {
		out = append(out, "before "+step, "after "+step)
	}
	return append(out, "before database create", "before MAIL", "before DATA", "after DATA", "before end of DATA", "after end of DATA")
}

// ordeal is one mailbox, one data directory, and the daemons that die over it.
type ordeal struct {
	t     *testing.T
	post  *postoffice.Office
	dir   string
	path  string
	kills map[string]int // by point; "at a random time"
}

// ordealStages are when more letters come. By the first, a Sunday, what was sent
// on Friday is through also where four kills made it wait; what waits longer
// would rightly be withdrawn by the letter that comes then.
var ordealStages = []time.Time{at(3, 28, 12, 0), at(4, 3, 12, 0)}

func newOrdeal(t *testing.T) *ordeal {
	t.Helper()
	post, err := postoffice.Start(postoffice.Options{User: box, Password: "secret", RequireID: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { post.Close() })
	o := &ordeal{t: t, post: post, dir: t.TempDir(), kills: map[string]int{}}
	o.path = writeConfig(t, o.dir, post, `
bulletins: [{schedule: "0 9 1 * *", recipients: [office@tongbao.example.com], release: automatic, pictures: false}]
submitters:
  - {name: 修水县, addresses: [xiushui@xiushui.example.com]}
  - {name: 永修县, addresses: [yongxiu@yongxiu.example.com]}
  - {name: 都昌县, addresses: [duchang@duchang.example.com]}
`)
	text, err := os.ReadFile(o.path)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("poll: 1h, night_poll: 4h"), []byte("poll: 12h, night_poll: 12h"), 1) // most turns would do nothing
	if err := os.WriteFile(o.path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.dir, "clock"), []byte(fmt.Sprintf("%020d", at(3, 24, 15, 0).UnixNano())), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

// deliver brings a stage's letters: a submission with a second version and a
// stranger's letter; after the deadline what withdraws the chasers.
func (o *ordeal) deliver(stage int) {
	bring := func(from, name, id string, arrived time.Time) {
		raw := strings.ReplaceAll(letter(from, name, 3, arrived, id), "\n", "\r\n")
		if err := o.post.Deliver("INBOX", []byte(raw), arrived); err != nil {
			o.t.Fatal(err)
		}
	}
	if stage == 0 {
		bring("xiushui@xiushui.example.com", "修水县", "a1", at(3, 24, 10, 0))
		bring("xiushui@xiushui.example.com", "修水县", "a2", at(3, 24, 11, 0))
		bring("stranger@example.com", "武宁县", "b1", at(3, 24, 12, 0))
		return
	}
	bring("yongxiu@yongxiu.example.com", "永修县", "c1", at(3, 28, 11, 0))
}

// process runs one daemon, and kills it after the time where that is not
// zero. It returns what the daemon printed when it came to its end, and ""
// where it was killed.
func (o *ordeal) process(v victim, after time.Duration) string {
	o.t.Helper()
	v.Config = o.path
	env, err := json.Marshal(v)
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "TONGBAO_TEST_VICTIM="+string(env))
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	random := make(chan bool, 1)
	if after > 0 {
		timer := time.AfterFunc(after, func() { random <- true; cmd.Process.Kill() }) //nolint:errcheck // it may have ended
		defer timer.Stop()
	}
	err = cmd.Wait()
	said := out.String()
	if ctx.Err() != nil {
		o.t.Fatalf("%+v hangs:\n%s%s", v, said, log.String())
	}
	if status, ok := strings.CutPrefix(said, "done "); ok {
		return status
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		o.t.Fatalf("%+v ended by itself: %v\n%s%s", v, err, said, log.String())
	}
	point, ok := strings.CutPrefix(strings.TrimSpace(said), "killed ")
	if !ok {
		point = "at a random time"
		if len(random) == 0 {
			o.t.Fatalf("%+v was killed by somebody else:\n%s", v, log.String())
		}
	}
	o.kills[point]++
	return ""
}

// result is all that must be as if nobody had been killed.
type result struct {
	status  string
	letters []string // name and content of each file in letters/
	sent    []string // recipient and Message-ID
	doubled int
}

func (o *ordeal) result(status string) result {
	o.t.Helper()
	r := result{status: status}
	root := filepath.Join(o.dir, "data", "letters")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // it died before it made the directory
			return nil
		}
		if err != nil || !strings.HasSuffix(path, ".eml") {
			return err
		}
		raw, err := os.ReadFile(path)
		r.letters = append(r.letters, fmt.Sprintf("%s %x", d.Name(), sha256.Sum256(raw)))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // it may have died before it made any
		o.t.Fatal(err)
	}
	first := map[string][]byte{}
	for _, l := range o.post.Sent() {
		id := l.To + " " + messageID(l.Raw)
		if old, ok := first[id]; ok {
			r.doubled++
			if !bytes.Equal(old, l.Raw) {
				o.t.Errorf("%s was sent twice, with different bytes", id)
			}
			continue
		}
		first[id] = l.Raw
		r.sent = append(r.sent, id)
	}
	slices.Sort(r.sent)
	return r
}

// suffer lives through the month with so many kills and returns what came of it.
func (o *ordeal) suffer(rnd *rand.Rand, most int, whole time.Duration) result {
	o.t.Helper()
	names, killed, status := points(), 0, ""
	often := []string{"before journal write", "after journal sync", "before commit", "after commit", "before DATA", "before end of DATA", "after end of DATA"}
	for stage, until := range ordealStages {
		o.deliver(stage)
		for status = ""; status == ""; {
			v, after := victim{Until: until}, time.Duration(0)
			if killed < most*(stage+1)/len(ordealStages) {
				// A point that is not met any more lets the stage end, so most
				// deaths are at the next so-manieth step, whatever it is.
				switch n := rnd.IntN(8); {
				case n == 0:
					after = time.Duration(rnd.Int64N(int64(whole)))
				case n < 3 && killed == 0:
					v.Point, v.Nth = names[rnd.IntN(len(names))], 1
				case n == 1:
					v.Point, v.Nth = often[rnd.IntN(len(often))], 1+rnd.IntN(2)
				default:
					v.Point, v.Nth = "*", 1+rnd.IntN(50)
				}
			}
			if status = o.process(v, after); status != "" {
				continue
			}
			killed++
			if got := o.result(""); got.doubled > killed {
				o.t.Errorf("%d letters are doubled by %d kills", got.doubled, killed)
			}
		}
	}
	return o.result(status)
}

// TestKills kills the daemon with SIGKILL before and after each write, sync,
// rename, commit and step of SMTP, and at random times, over intake, receipt,
// chase and bulletin, again and again on the same data: in the end all is as
// if nobody had been killed, and no kill doubles more than one letter out,
// with the same bytes. TONGBAO_KILLS is how many; 100 without it.
func TestKills(t *testing.T) {
	total := 100
	if testing.Short() {
		total = 10 // as under the race detector
	}
	if s := os.Getenv("TONGBAO_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		total = n
	}
	quiet := newOrdeal(t)
	began := time.Now()
	want := quiet.suffer(rand.New(rand.NewPCG(1, 1)), 0, 0)
	whole := time.Since(began) / 2
	if len(want.letters) != 4 || len(want.sent) < 10 {
		t.Fatalf("the undisturbed run kept %d letters and sent %d", len(want.letters), len(want.sent))
	}
	kills, doubled, lost := map[string]int{}, 0, 0
	done := 0
	for n := uint64(0); done < total; n++ {
		o := newOrdeal(t)
		got := o.suffer(rand.New(rand.NewPCG(n, 7)), min(10, total-done), whole)
		if got.status != want.status {
			t.Errorf("ordeal %d: the status is\n%s\nwant\n%s", n, got.status, want.status)
		}
		if !slices.Equal(got.letters, want.letters) {
			t.Errorf("ordeal %d: letters/ holds %q, want %q", n, got.letters, want.letters)
		}
		if !slices.Equal(got.sent, want.sent) {
			lost++
			t.Errorf("ordeal %d: sent %q, want %q", n, got.sent, want.sent)
		}
		for point, k := range o.kills {
			kills[point] += k
			done += k
		}
		doubled += got.doubled
		if n > 10 && done == 0 {
			t.Fatal("nobody was killed")
		}
		if t.Failed() {
			break
		}
		o.post.Close()
		if n%10 == 9 {
			t.Logf("%d kills so far, %d letters out doubled", done, doubled)
		}
	}
	if total >= 500 {
		for _, p := range append(points(), "at a random time") {
			if kills[p] == 0 {
				t.Errorf("nobody was killed %s", p)
			}
			t.Logf("%5d kills %s", kills[p], p)
		}
	}
	t.Logf("%d kills at %d kinds of points; undisturbed: %d letters in, %d out; doubled with the same bytes: %d; runs that differ: %d",
		done, len(kills), len(want.letters), len(want.sent), doubled, lost)
}
