package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
)

// recordEnv makes this test binary do a few intakes in the directory that it
// names, while strace writes down what the disk is told.
const recordEnv = "TONGBAO_TEST_RECORD"

// intakes is how many letters the recorded process takes in.
const intakes = 9

func rawOf(n int) []byte { return []byte(strings.Repeat(fmt.Sprintf("letter %d\r\n", n), 20+n*150)) }

func idOf(n int) string { return fmt.Sprintf("20210%d24T120000-%02d", 3+n/3, n) }

// takeIn opens the directory and takes the letters in; each "ack" on standard
// output is what the store has promised to keep. It dies at the step that the
// second word names, as often as it is reached.
func takeIn(dir string, dieAt int) error {
	steps := 0
	writers = 1
	Step = func(string) error {
		if steps++; steps == dieAt {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	}
	for n := range intakes {
		if n%4 == 0 { // a restart now and then
			s, err := Open(dir)
			if err != nil {
				return err
			}
			defer s.Close()
			if n == 4 { // these four are kept as a group
				var group []Arriving
				for m := n; m < n+4; m++ {
					group = append(group, Arriving{Arrival{ID: idOf(m), Content: fmt.Sprint("hash", m), Arrived: noon}, rawOf(m)})
				}
				if err := s.KeepAll(group); err != nil {
					return err
				}
				for _, l := range group {
					os.Stdout.WriteString("ack kept " + l.ID + "\n")
				}
			}
			for m := n; m < min(n+4, intakes); m++ {
				if err := takeOne(s, m); err != nil {
					return err
				}
			}
			if err := s.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

func takeOne(s *Store, n int) error {
	a := Arrival{ID: idOf(n), Content: fmt.Sprint("hash", n), Arrived: noon}
	if err := s.Keep(a, rawOf(n)); err != nil {
		return err
	}
	os.Stdout.WriteString("ack kept " + a.ID + "\n")
	if err := s.Journal(Entry{Action: "extend", Reason: a.ID + strings.Repeat("理由", 200)}); err != nil {
		return err
	}
	os.Stdout.WriteString("ack journal " + a.ID + "\n")
	if err := s.Update(noon, func(tx *Tx) error {
		return tx.PutLetter(Letter{Arrival: a, Subject: strings.Repeat("表", 100*n)})
	}); err != nil {
		return err
	}
	os.Stdout.WriteString("ack commit " + a.ID + "\n")
	return nil
}

// call is one system call that a recorded process made.
type call struct {
	name  string
	paths []string // of descriptors and names, in order
	flags string
	data  []byte
	at    int64 // offset or size
}

var (
	straceLine = regexp.MustCompile(`^(\w+)\((.*)\) += (-?\d+)`)
	straceArg  = regexp.MustCompile(`\d+<((?:\\x[0-9a-f]{2})*|[^>"]*)>|AT_FDCWD(?:<[^>]*>)?|"((?:\\x[0-9a-f]{2})*)"`)
	straceHex  = regexp.MustCompile(`\\x([0-9a-f]{2})`)
)

func unhex(s string) string {
	return straceHex.ReplaceAllStringFunc(s, func(h string) string {
		b, _ := strconv.ParseUint(h[2:], 16, 8)
		return string([]byte{byte(b)})
	})
}

// record runs the intakes under strace and returns what it told the disk.
func record(t *testing.T, dir string, dieAt int) []call {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command("strace", "-y", "-xx", "-s", "100000000", "-o", trace, "-e",
		"trace=openat,mkdirat,write,pwrite64,fsync,fdatasync,ftruncate,renameat,renameat2,unlinkat", os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s", recordEnv, dir), fmt.Sprintf("TONGBAO_TEST_DIE=%d", dieAt))
	if out, err := cmd.CombinedOutput(); err != nil && dieAt == 0 {
		t.Fatalf("record: %v\n%s", err, out)
	}
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []call
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		m := straceLine.FindStringSubmatch(sc.Text())
		if m == nil || strings.HasPrefix(m[3], "-") {
			continue // a signal, or a call that failed
		}
		c := call{name: m[1], flags: m[2]}
		var texts []string
		for _, a := range straceArg.FindAllStringSubmatch(m[2], -1) {
			switch {
			case strings.HasPrefix(a[0], `"`):
				texts = append(texts, unhex(a[2]))
			case !strings.HasPrefix(a[0], "AT_FDCWD"):
				c.paths = append(c.paths, unhex(a[1]))
			}
		}
		switch c.name {
		case "write", "pwrite64":
			c.data = []byte(texts[0])
		case "openat", "mkdirat", "renameat", "renameat2", "unlinkat":
			c.paths = texts
		}
		if c.name == "pwrite64" || c.name == "ftruncate" {
			c.at, err = strconv.ParseInt(m[2][strings.LastIndex(m[2], " ")+1:], 10, 64)
			if err != nil {
				t.Fatalf("%q: %v", sc.Text()[:80], err)
			}
		}
		out = append(out, c)
	}
	if sc.Err() != nil || len(out) == 0 {
		t.Fatalf("the trace has %d calls: %v", len(out), sc.Err())
	}
	return out
}

const sector = 512

// inode is a file as the disk has it, and what it was told since the last sync.
type inode struct {
	durable []byte
	pending []call // write, pwrite64, ftruncate
	size    int64  // as the processes see it
}

// change is one name's change that its directory has not synced.
type change struct {
	name, from string // from: of a rename
	file       *inode // nil: a directory or a removal
	dir, gone  bool
}

// disk is the state of a directory tree under writes. Nothing in it is sure
// but what was synced: any subset of the sectors and names may be lost.
type disk struct {
	root    string
	live    map[string]*inode // as the processes see it
	durable map[string]*inode // nil for a directory
	pending []change
	acks    []string
}

func newDisk(root string) *disk {
	return &disk{root: root, live: map[string]*inode{}, durable: map[string]*inode{}}
}

func (d *disk) do(c call) {
	if (c.name == "write" || c.name == "pwrite64") && bytes.HasPrefix(c.data, []byte("ack ")) {
		d.acks = append(d.acks, strings.TrimSpace(string(c.data)))
		return
	}
	if len(c.paths) == 0 || !strings.HasPrefix(c.paths[0], d.root) {
		return
	}
	path := c.paths[0]
	file := d.live[path]
	switch c.name {
	case "openat":
		if file == nil && strings.Contains(c.flags, "O_CREAT") {
			file = &inode{}
			d.live[path] = file
			d.pending = append(d.pending, change{name: path, file: file})
		}
		if strings.Contains(c.flags, "O_TRUNC") && file.size > 0 {
			file.pending, file.size = append(file.pending, call{name: "ftruncate"}), 0
		}
	case "mkdirat":
		d.pending = append(d.pending, change{name: path, dir: true})
	case "renameat", "renameat2":
		to := c.paths[1]
		d.live[to] = file
		delete(d.live, path)
		d.pending = append(d.pending, change{name: to, from: path, file: file})
	case "unlinkat":
		delete(d.live, path)
		d.pending = append(d.pending, change{name: path, gone: true})
	case "write":
		c.at = file.size // all our files are appended to or written from their beginning
		fallthrough
	case "pwrite64":
		file.pending, file.size = append(file.pending, c), max(file.size, c.at+int64(len(c.data)))
	case "ftruncate":
		file.pending, file.size = append(file.pending, c), c.at
	case "fsync", "fdatasync":
		if file != nil {
			file.durable, file.pending = file.settle(file.durable, func() bool { return true }), nil
			return
		}
		var rest []change
		for _, p := range d.pending {
			if filepath.Dir(p.name) == path {
				p.apply(d.durable)
			} else {
				rest = append(rest, p)
			}
		}
		d.pending = rest
	}
}

func (c change) apply(names map[string]*inode) {
	if c.gone {
		delete(names, c.name)
		return
	}
	delete(names, c.from)
	names[c.name] = c.file
}

// settle makes the file's content of what is sure and what is kept of the rest.
func (f *inode) settle(out []byte, keep func() bool) []byte {
	grow := func(to int64) {
		if n := to - int64(len(out)); n > 0 {
			out = append(out, make([]byte, n)...)
		}
	}
	for _, c := range f.pending {
		if c.name == "ftruncate" {
			if keep() {
				grow(c.at)
				out = out[:c.at]
			}
			continue
		}
		for at := c.at; at < c.at+int64(len(c.data)); {
			end := min((at/sector+1)*sector, c.at+int64(len(c.data)))
			if keep() {
				grow(end)
				copy(out[at:end], c.data[at-c.at:end-c.at])
			}
			at = end
		}
	}
	return out
}

// lose writes what a power loss leaves into an empty directory.
func (d *disk) lose(t *testing.T, rnd *rand.Rand, to string) {
	t.Helper()
	chance := []float64{0, 0.1, 0.5, 0.9, 1}[rnd.IntN(5)]
	names := maps.Clone(d.durable)
	for _, p := range d.pending {
		if rnd.Float64() < chance {
			p.apply(names)
		}
	}
	chance = []float64{0, 0.1, 0.5, 0.9, 1}[rnd.IntN(5)]
	for _, path := range slices.Sorted(maps.Keys(names)) { // directories before what is in them
		at := filepath.Join(to, strings.TrimPrefix(path, d.root))
		if _, err := os.Stat(filepath.Dir(at)); err != nil {
			continue // its directory's name is lost, and it with that
		}
		var err error
		if f := names[path]; f == nil {
			err = os.Mkdir(at, 0o700)
		} else {
			err = os.WriteFile(at, f.settle(slices.Clone(f.durable), func() bool { return rnd.Float64() < chance }), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// examine opens what a power loss left and looks for all that was promised.
func examine(dir string, acks []string) error {
	s, err := Open(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	kept, err := s.Kept()
	if err != nil {
		return err
	}
	entries, err := s.Entries()
	if err != nil {
		return err
	}
	for n := range intakes {
		id := idOf(n)
		raw, err := s.Raw(id)
		if err == nil && !bytes.Equal(raw, rawOf(n)) {
			return fmt.Errorf("letter %s has %d bytes of another", id, len(raw))
		}
		if slices.Contains(acks, "ack kept "+id) && (err != nil || !slices.ContainsFunc(kept, func(a Arrival) bool { return a.ID == id })) {
			return fmt.Errorf("letter %s is lost: %v", id, err)
		}
		if slices.Contains(acks, "ack journal "+id) && !slices.ContainsFunc(entries, func(e Entry) bool { return strings.HasPrefix(e.Reason, id) }) {
			return fmt.Errorf("the journal's entry %s is lost", id)
		}
		err = s.View(func(tx *Tx) error {
			l, ok, err := tx.Letter(id)
			if err == nil && slices.Contains(acks, "ack commit "+id) && (!ok || len(l.Subject) != 300*n) {
				return fmt.Errorf("the record of letter %s is lost", id)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	err = s.db.View(func(tx *bbolt.Tx) (first error) {
		for e := range tx.Check() {
			first = errors.Join(first, e)
		}
		return first
	})
	if err != nil {
		return fmt.Errorf("the database is damaged: %w", err)
	}
	for n := range intakes { // and the work goes on
		if err := takeOneQuietly(s, n); err != nil {
			return err
		}
	}
	return nil
}

func takeOneQuietly(s *Store, n int) error {
	a := Arrival{ID: idOf(n), Content: fmt.Sprint("hash", n), Arrived: noon}
	if err := s.Keep(a, rawOf(n)); err != nil || n > 0 {
		return err
	}
	if err := s.Journal(Entry{Action: "exempt"}); err != nil {
		return err
	}
	return s.Update(noon, func(tx *Tx) error { return tx.PutLetter(Letter{Arrival: a}) })
}

// TestPowerLoss records what the disk is told while letters are taken in, also
// by processes that die and are started again, and cuts the power at any
// moment: of what was not synced any subset is lost, torn at 512 bytes and at
// any name. What was promised is there, and the store opens.
// TONGBAO_LOSSES is how many; 300 without it.
func TestPowerLoss(t *testing.T) {
	if testing.Short() {
		t.Skip("what strace records is the same under the race detector; the plain run replays it")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is needed to see what the disk is told: apt-get install strace")
	}
	total := 300
	if s := os.Getenv("TONGBAO_LOSSES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		total = n
	}
	rnd := rand.New(rand.NewPCG(512, 1))
	type run struct {
		root  string
		calls []call
	}
	var runs []run
	for _, dieAt := range []int{0, 2, 5, 14, 17, 18, 23, 61, 110} {
		root := filepath.Join(t.TempDir(), "r")
		r := run{root: root}
		if err := os.Mkdir(root, 0o700); err != nil {
			t.Fatal(err)
		}
		if dieAt > 0 {
			r.calls = record(t, filepath.Join(root, "data"), dieAt)
		}
		r.calls = append(r.calls, record(t, filepath.Join(root, "data"), 0)...)
		runs = append(runs, r)
	}
	bad, promised, done := 0, 0, 0
	for i, r := range runs {
		var moments []int
		for n := range (total + len(runs) - 1) / len(runs) {
			moments = append(moments, rnd.IntN(len(r.calls)+1))
			if n%3 == 0 {
				moments[n] = rnd.IntN(min(90, len(r.calls))) // creation
			}
		}
		slices.Sort(moments)
		d, at := newDisk(r.root), 0
		for _, moment := range moments {
			for ; at < moment; at++ {
				d.do(r.calls[at])
			}
			dir, err := os.MkdirTemp(r.root, "lost")
			if err != nil {
				t.Fatal(err)
			}
			d.lose(t, rnd, dir)
			promised, done = promised+len(d.acks), done+1
			if err := examine(filepath.Join(dir, "data"), d.acks); err != nil {
				t.Errorf("run %d, power lost after call %d of %d: %v", i, moment, len(r.calls), err)
				if bad++; bad > 5 {
					t.FailNow()
				}
			}
			os.RemoveAll(dir)
		}
	}
	t.Logf("%d power losses over %d recorded runs (%d system calls in the first), %d promises held, %d stores bad", done, len(runs), len(runs[0].calls), promised, bad)
}
