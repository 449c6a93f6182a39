package daemon_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
)

// diskCalls are the system calls by which an intake touches the disk.
var diskCalls = []string{"openat", "write", "pwrite64", "fsync", "fdatasync", "renameat", "mkdirat", "ftruncate", "newfstatat", "unlinkat", "close", "lseek"}

// besieged is a daemon whose system calls fail when strace says so.
type besieged struct {
	*trial
	cmd     *exec.Cmd
	letters int               // delivered so far
	ids     map[string]string // the store's names of letters, by Message-ID
}

// bring delivers the nth letter; all are of one registered sender.
func (b *besieged) bring(n int) {
	b.t.Helper()
	arrived := at(3, 26, 7, 0).Add(time.Duration(n) * time.Second)
	raw := strings.ReplaceAll(letter("xiushui@xiushui.example.com", "修水县", 3, arrived, fmt.Sprint("call", n)), "\n", "\r\n")
	if err := b.post.Deliver("INBOX", []byte(raw), arrived); err != nil {
		b.t.Fatal(err)
	}
	b.letters++
}

// known is how many letters the daemon's store has, and how many wait to go out; -1 where it does not answer.
func (b *besieged) known() (letters, queued int) {
	desk, ok := frontdesk.Dial(filepath.Join(b.dir, "data"))
	if !ok {
		return -1, -1
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var st office.Status
	if err := desk.Ask(ctx, "GET", "/status", map[string][]string{"period": {"2021-03"}}, nil, &st); err != nil {
		return -1, -1
	}
	return st.Letters, st.Outbox["queued"]
}

// settle waits until all that was delivered is taken in and answered.
func (b *besieged) settle(within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if n, queued := b.known(); n == b.letters && queued == 0 {
			return true
		}
	}
	return false
}

func newBesieged(t *testing.T) *besieged {
	b := &besieged{trial: newTrial(t), ids: map[string]string{}}
	b.letters = b.want
	text, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.path, []byte(string(text)+"limits: {receipts_per_hour: 100000}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.cmd = b.start()
	t.Cleanup(func() { b.cmd.Process.Kill(); b.cmd.Wait() }) //nolint:errcheck // that is its end
	if !b.settle(3 * time.Minute) {
		t.Fatal("the daemon does not take its first letters in")
	}
	return b
}

// fail lets the nth and all later calls of a kind upon the data directory fail
// while the letter arrives. It returns how many did.
func (b *besieged) fail(call string, errno string, nth, n int) int {
	b.t.Helper()
	data, log := filepath.Join(b.dir, "data"), filepath.Join(b.dir, "strace")
	args := []string{"-f", "-qq", "-p", strconv.Itoa(b.cmd.Process.Pid), "-o", log, "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d+", call, errno, nth)}
	month := filepath.Join(data, "letters", "2021-03")
	paths := []string{data, filepath.Join(data, "letters"), month, filepath.Join(data, "tongbao.db"), filepath.Join(data, "journal.jsonl")}
	for _, ext := range []string{".eml", ".json", ".eml.new", ".json.new"} {
		paths = append(paths, filepath.Join(month, b.ids[fmt.Sprintf("<call%d@example.com>", n)]+ext))
	}
	for _, p := range paths {
		args = append(args, "-P", p)
	}
	strace := exec.Command("strace", args...)
	var said strings.Builder
	strace.Stderr = &said
	if err := strace.Start(); err != nil {
		b.t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
		if err != nil {
			b.t.Fatalf("the daemon has died: %v", err)
		}
		if !strings.Contains(string(status), "TracerPid:\t0\n") {
			break
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("strace cannot watch the daemon: %s", said.String())
		}
	}
	injected := func() int {
		text, err := os.ReadFile(log)
		if err != nil {
			return 0
		}
		return strings.Count(string(text), "(INJECTED)")
	}
	before := b.letters
	b.bring(n)
	for deadline := time.Now().Add(30 * time.Second); injected() == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got, queued := b.known(); got == b.letters && queued == 0 {
			break
		}
	}
	if injected() > 0 {
		time.Sleep(300 * time.Millisecond) // the disk stays so for some simulated time
	}
	sent := b.receipt(n)
	if got, _ := b.known(); sent && got >= 0 && got <= before {
		b.t.Errorf("%s of the %dth %s: a receipt without a record", errno, nth, call)
	}
	if sent && b.kept() < b.letters {
		b.t.Errorf("%s of the %dth %s: a receipt for a letter that is not kept", errno, nth, call)
	}
	strace.Process.Signal(syscall.SIGINT) //nolint:errcheck // it lets go, or has
	strace.Wait()                         //nolint:errcheck // it was interrupted
	return injected()
}

// receipt reports whether a letter was answered.
func (b *besieged) receipt(n int) bool {
	for _, l := range b.post.Sent() {
		if strings.Contains(string(l.Raw), fmt.Sprintf("<call%d@example.com>", n)) {
			return true
		}
	}
	return false
}

// TestSystemCalls lets each system call of an intake fail in turn, and all that
// follow it of its kind, with a full, a failing and a read-only disk, until
// strace lets go of the running daemon: there is no receipt without a record,
// and within 60 s the letter is in and answered. TONGBAO_FAULTS is how many
// calls fail first; without it a few of each kind.
func TestSystemCalls(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not there: TestDiskFaults does what can be done without it")
	}
	most, step := 12, 5
	if n, err := strconv.Atoi(os.Getenv("TONGBAO_FAULTS")); err == nil {
		most, step = n, 1
	}
	if testing.Short() {
		most = 3 // as under the race detector
	}
	quiet := newBesieged(t)
	for n := range most + 40 {
		quiet.bring(n)
	}
	if !quiet.settle(5 * time.Minute) {
		t.Fatal("the undisturbed daemon does not take its letters in")
	}
	ids := map[string]string{}
	names, _ := filepath.Glob(filepath.Join(quiet.dir, "data", "letters", "2021-03", "*.eml"))
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ids[messageID(raw)] = strings.TrimSuffix(filepath.Base(name), ".eml")
	}
	quiet.cmd.Process.Kill() //nolint:errcheck // it has done its work

	b := newBesieged(t)
	b.ids = ids
	errnos, trials, calls := []string{"ENOSPC", "EIO", "EROFS"}, 0, map[string]int{}
	for i := 0; trials < most && i < 40*len(diskCalls); i++ {
		call := diskCalls[i%len(diskCalls)]
		nth := 1 + (i/len(diskCalls))/len(errnos)*step
		errno := errnos[(i/len(diskCalls))%len(errnos)]
		if calls[call] < 0 {
			continue // an intake has no more of these
		}
		n := trials
		hit := b.fail(call, errno, nth, n)
		trials++
		if !b.settle(time.Minute) {
			got, queued := b.known()
			t.Fatalf("%s of the %dth %s: a minute later %d letters of %d are in, %d wait to go out", errno, nth, call, got, b.letters, queued)
		}
		if !b.receipt(n) {
			t.Errorf("%s of the %dth %s: no receipt", errno, nth, call)
		}
		if hit == 0 && errno == errnos[len(errnos)-1] {
			calls[call] = -1 - max(0, calls[call])
			continue
		}
		calls[call] += hit
	}
	first := map[string][]byte{}
	doubled := 0
	for _, l := range b.post.Sent() {
		id := l.To + messageID(l.Raw)
		if old, ok := first[id]; ok {
			doubled++
			if string(old) != string(l.Raw) {
				t.Errorf("%s was sent twice, with different bytes", id)
			}
		}
		first[id] = l.Raw
	}
	t.Logf("%d letters with a failing call each, calls that failed by kind (negative: an intake has no more) %v; %d receipts doubled with the same bytes", trials, calls, doubled)
	if b.kept() != b.letters {
		t.Errorf("%d letters of %d are kept", b.kept(), b.letters)
	}
}
