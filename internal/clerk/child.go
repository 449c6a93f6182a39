package clerk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"
)

// request is one letter to open. Its raw bytes follow in a frame of their own.
type request struct {
	Name       string
	Options    Options
	Skip       []int  // the numbers of files that killed a child
	HeaderOnly bool   // opens no file at all
	Marks      []Mark // opens the files that they name alone, to mark copies of them
	Most       int    // bytes of the answer; 0 is maxAnswer
}

// step is what a child says while it opens a letter: at which file it is, and
// at last the answer, whose rows follow in a frame of their own (see takeRows).
type step struct {
	Number int      `json:",omitempty"` // counts the files, in the order of opening
	Path   []string `json:",omitempty"`
	Answer *Opened  `json:",omitempty"`
}

// fault is what a child died of.
type fault string

const (
	crashed   fault = "crash"
	overTime  fault = "time"
	exhausted fault = "memory"
)

// death is how a child ended, and the file that it was at; number is 0 where
// it was at none.
type death struct {
	fault  fault
	number int
	path   []string
	stderr string
}

// exitTime is the status of a child that used up its processor time.
const exitTime = 9

// child is a running child.
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *lastWords
}

// start starts a child. Its environment is what it needs and no more: the
// parent's may hold secrets, and strangers' files are opened there.
func start(o Options) (*child, error) {
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	cmd.Env = []string{fmt.Sprintf("%s=%d", dataVariable, o.Data), "GOTRACEBACK=single"}
	if dir := os.Getenv("TMPDIR"); dir != "" {
		cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	}
	cmd.Env = append(cmd.Env, o.Env...)
	ch := &child{cmd: cmd, stderr: &lastWords{}}
	cmd.Stderr = ch.stderr
	cmd.WaitDelay = time.Second
	var err error
	if ch.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ch.out = bufio.NewReader(out)
	return ch, nil
}

// end kills the child and waits for it. Its status says how it had ended before.
func (ch *child) end() error {
	ch.in.Close()
	ch.cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
	return ch.cmd.Wait()
}

// open has the child open a letter within wall. After a death or an error the
// child is gone.
func (ch *child) open(ctx context.Context, q request, raw []byte, wall time.Duration) (Opened, *death, error) {
	type outcome struct {
		last step
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		last, err := ch.ask(q, raw)
		done <- outcome{last, err}
	}()
	timer := time.NewTimer(wall)
	defer timer.Stop()
	d := death{fault: crashed}
	select {
	case got := <-done:
		if got.err == nil {
			return *got.last.Answer, nil, nil
		}
		d.number, d.path = got.last.Number, got.last.Path
		// It closed its output: it is ending, and is to tell how.
		ended := make(chan error, 1)
		go func() { ended <- ch.cmd.Wait() }()
		var err error
		select {
		case err = <-ended:
		case <-time.After(time.Second):
			ch.cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
			err = <-ended
		}
		ch.in.Close()
		d.stderr = ch.stderr.String()
		var status *exec.ExitError
		switch {
		case errors.As(err, &status) && status.ExitCode() == exitTime:
			d.fault = overTime
		case saysMemory.MatchString(d.stderr):
			d.fault = exhausted
		}
		return Opened{}, &d, nil
	case <-timer.C:
		ch.end() //nolint:errcheck // it was killed
		got := <-done
		return Opened{}, &death{overTime, got.last.Number, got.last.Path, ""}, nil
	case <-ctx.Done():
		ch.end() //nolint:errcheck // it was killed
		<-done
		return Opened{}, nil, ctx.Err()
	}
}

// maxAnswer bounds what a child may say of one letter, in bytes.
const maxAnswer = 2 * maxSpeech

// ask sends a letter and reads steps up to the answer. On an error the step is
// the last one.
func (ch *child) ask(q request, raw []byte) (step, error) {
	head, err := json.Marshal(q)
	if err != nil {
		return step{}, err
	}
	if err := errors.Join(writeFrame(ch.in, head), writeFrame(ch.in, raw)); err != nil {
		return step{}, err
	}
	var last step
	for {
		data, err := readFrame(ch.out, maxAnswer)
		if err != nil {
			return last, err
		}
		var s step
		if err := json.Unmarshal(data, &s); err != nil {
			return last, err
		}
		if s.Answer == nil {
			last = s
			continue
		}
		rows, err := readFrame(ch.out, maxAnswer)
		if err == nil {
			err = putRows(s.Answer.Documents, rows)
		}
		if err != nil {
			return last, err
		}
		return s, nil
	}
}

func writeFrame(w io.Writer, data []byte) error {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(data)))
	if _, err := w.Write(n[:]); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// readFrame reads a frame. Its buffer grows with what comes, not with what is
// announced.
func readFrame(r io.Reader, most uint64) ([]byte, error) {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint64(n[:])
	if size > most {
		return nil, errors.New("a frame is too large")
	}
	var buf bytes.Buffer
	buf.Grow(int(min(size, 1<<20)))
	if _, err := io.CopyN(&buf, r, int64(size)); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return buf.Bytes(), nil
}

// lastWords keeps the first bytes that a child wrote to its standard error: a Go
// program's last words begin with what went wrong.
type lastWords struct {
	mu  sync.Mutex
	buf []byte
}

func (t *lastWords) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p[:min(len(p), 2<<10-len(t.buf))]...)
	return len(p), nil
}

func (t *lastWords) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

// saysMemory is how a process says that it met its limit: Go's runtime, the C
// library, and the race detector in tests.
var saysMemory = regexp.MustCompile(`out of memory|cannot allocate memory|failed to allocate`)
