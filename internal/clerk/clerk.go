// Package clerk opens what strangers send – letters, archives, workbooks – in
// a child process of the same binary, bounded in memory and time. Raw bytes go
// in; header, grids and findings come out. The child's death is a finding.
package clerk

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"tongbao/internal/attachment"
	"tongbao/internal/letter"
	"tongbao/internal/sheet"
)

// Opened is what a letter or file holds.
type Opened struct {
	Header    *letter.Header // nil for a loose file
	Documents []Document
	Findings  []Finding
	Ignored   []Ignored
}

// Document is one file with tables or text.
type Document struct {
	Path    []string
	Body    bool
	Subject string
	Book    sheet.Book
}

// Finding is what the sender should know; Message is a Chinese sentence.
type Finding struct {
	Path                          []string
	Sheet                         string
	Number                        int
	Cell, Code, Severity, Message string
}

// Ignored is a part that holds nothing to read, and why, in Chinese.
type Ignored struct {
	Path   []string
	Reason string
}

// Options bound the child. Zero fields take the default.
type Options struct {
	Command    []string // default: this binary with "clerk"
	Env        []string
	Wall, CPU  time.Duration // for one letter; 12 s
	Data       uint64        // RLIMIT_DATA; 512 MiB
	Passwords  []string
	Sheet      sheet.Limits
	Letter     letter.Limits
	Attachment attachment.Limits
}

// Clerk keeps a child between letters and replaces it after a fault.
type Clerk struct {
	o     Options
	mu    sync.Mutex
	child *child
}

// New makes a clerk; the child is started with the first letter.
func New(o Options) *Clerk {
	if o.Wall == 0 {
		o.Wall = 12 * time.Second
	}
	if o.Data == 0 {
		o.Data = 512 << 20
	}
	if len(o.Command) == 0 {
		exe, err := os.Executable()
		if err != nil {
			exe = os.Args[0]
		}
		o.Command = []string{exe, "clerk"}
	}
	return &Clerk{o: o}
}

type request struct {
	Name    string
	Options Options
}

type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Open opens a letter or file. What happens to the child is a finding; an
// error means that no child could be started or that the context ended.
func (c *Clerk) Open(ctx context.Context, name string, raw []byte) (Opened, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.child == nil {
		if err := c.start(); err != nil {
			return Opened{}, fmt.Errorf("start the clerk: %w", err)
		}
	}
	type answer struct {
		opened Opened
		err    error
	}
	done := make(chan answer, 1)
	ch := c.child
	go func() {
		o, err := ch.ask(request{name, c.o}, raw)
		done <- answer{o, err}
	}()
	timer := time.NewTimer(c.o.Wall)
	defer timer.Stop()
	select {
	case a := <-done:
		if a.err == nil {
			return a.opened, nil
		}
		c.end()
		return unreadable(name, "读取时出错"), nil
	case <-timer.C:
		c.end()
		<-done
		return unreadable(name, "读取时间过长"), nil
	case <-ctx.Done():
		c.end()
		<-done
		return Opened{}, ctx.Err()
	}
}

func unreadable(name, why string) Opened {
	return Opened{Findings: []Finding{{Path: []string{name}, Code: "unreadable", Severity: "error",
		Message: why + "，无法打开。请把表格另存为普通的 Excel 文件后重新发送。"}}}
}

func (c *Clerk) start() error {
	cmd := exec.Command(c.o.Command[0], c.o.Command[1:]...)
	cmd.Env = append(os.Environ(), c.o.Env...)
	cmd.Env = append(cmd.Env, fmt.Sprintf("TONGBAO_CLERK_DATA=%d", c.o.Data), "GOMEMLIMIT=400MiB")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.child = &child{cmd, in, bufio.NewReader(out)}
	return nil
}

func (c *Clerk) end() {
	if c.child == nil {
		return
	}
	c.child.cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
	c.child.cmd.Wait()         //nolint:errcheck // it was killed
	c.child = nil
}

// Close ends the child.
func (c *Clerk) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
	return nil
}

func (ch *child) ask(r request, raw []byte) (Opened, error) {
	head, err := json.Marshal(r)
	if err != nil {
		return Opened{}, err
	}
	if err := writeFrame(ch.in, head); err != nil {
		return Opened{}, err
	}
	if err := writeFrame(ch.in, raw); err != nil {
		return Opened{}, err
	}
	data, err := readFrame(ch.out, 512<<20)
	if err != nil {
		return Opened{}, err
	}
	var o Opened
	return o, json.Unmarshal(data, &o)
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

func readFrame(r io.Reader, most uint64) ([]byte, error) {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint64(n[:])
	if size > most {
		return nil, errors.New("frame is too large")
	}
	data := make([]byte, size)
	_, err := io.ReadFull(r, data)
	return data, err
}

// Serve is the child's main: letters in, answers out, until the input ends.
func Serve(in io.Reader, out io.Writer) error {
	if err := confine(); err != nil {
		return fmt.Errorf("confine the clerk: %w", err)
	}
	r := bufio.NewReader(in)
	for {
		head, err := readFrame(r, 1<<20)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		raw, err := readFrame(r, 1<<30)
		if err != nil {
			return err
		}
		var q request
		if err := json.Unmarshal(head, &q); err != nil {
			return err
		}
		answer, err := json.Marshal(OpenHere(q.Name, raw, q.Options))
		if err != nil {
			return err
		}
		if err := writeFrame(out, answer); err != nil {
			return err
		}
	}
}
