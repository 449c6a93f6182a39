// Package clerk opens what strangers send – letters, archives, workbooks – in
// child processes of the same binary, bounded in memory and time. Raw bytes go
// in; header, grids and findings come out. The child's death is a finding on
// the file that it died of, and the rest of the letter goes on.
package clerk

import (
	"context"
	"fmt"
	"log/slog"
	"os"
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
	Marked    []Marked `json:",omitempty"` // of Mark alone
	Large     bool     `json:",omitempty"` // of OpenSmall alone: nothing is told
}

// Document is one file with tables or text.
type Document struct {
	Path    []string
	Body    bool   // the text of a letter itself
	Subject string // of the inner letter, for what a forwarded letter holds
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
	Command    []string      `json:"-"` // default: this binary with "clerk"
	Env        []string      `json:"-"` // of the child, beside the little that it needs
	Wall       time.Duration // for one letter; 12 s. What a letter costs after faults is bounded by half of it more.
	CPU        time.Duration // for one letter; 12 s
	Data       uint64        // RLIMIT_DATA in bytes; 512 MiB
	Passwords  []string      // tried on locked files; they reach the child by its standard input alone
	Sheet      sheet.Limits
	Letter     letter.Limits
	Attachment attachment.Limits
	Log        *slog.Logger  `json:"-"` // of the child's deaths; nil is none
	Children   int           `json:"-"` // how many letters are opened at a time; 1
	Rest       time.Duration `json:"-"` // children that had nothing to do for so long are let go; 5 min
}

// Clerk keeps its children between letters and replaces one after a fault.
// Each opens one letter at a time. A mailbox rests for hours between letters,
// and a child holds tens of megabytes, so that after a while they are let go.
type Clerk struct {
	o     Options
	desks chan struct{} // one for each child that is at work
	mu    sync.Mutex
	idle  []*child
	rest  *time.Timer // lets the idle children go
}

// New makes a clerk; a child is started with the first letter.
func New(o Options) *Clerk {
	if o.Wall == 0 {
		o.Wall = 12 * time.Second
	}
	if o.CPU == 0 {
		o.CPU = 12 * time.Second
	}
	if o.Data == 0 {
		o.Data = 512 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Children == 0 {
		o.Children = 1
	}
	if o.Rest == 0 {
		o.Rest = 5 * time.Minute
	}
	if len(o.Command) == 0 {
		exe, err := os.Executable()
		if err != nil {
			exe = os.Args[0]
		}
		o.Command = []string{exe, "clerk"}
	}
	return &Clerk{o: o, desks: make(chan struct{}, o.Children)}
}

// maxDeaths is how many files of one letter may kill a child. Then nothing
// but the letter's header is read.
const maxDeaths = 2

// Open opens a letter or file. What happens to the child is a finding; an
// error means that no child could be started or that the context ended.
func (c *Clerk) Open(ctx context.Context, name string, raw []byte) (Opened, error) {
	return c.run(ctx, request{Name: name, Options: c.o}, raw)
}

// OpenSmall is Open for a letter that is opened beside others. Where more than
// most bytes are to be told of it, nothing is and it says false: such a letter
// is to be opened alone, because what is told fills the memory.
func (c *Clerk) OpenSmall(ctx context.Context, name string, raw []byte, most int) (Opened, bool, error) {
	opened, err := c.run(ctx, request{Name: name, Options: c.o, Most: most}, raw)
	return opened, !opened.Large, err
}

func (c *Clerk) run(ctx context.Context, q request, raw []byte) (Opened, error) {
	select {
	case c.desks <- struct{}{}:
		defer func() { <-c.desks }()
	case <-ctx.Done():
		return Opened{}, ctx.Err()
	}
	name := q.Name
	var faults []Finding
	left := c.o.Wall
	for {
		began := time.Now()
		opened, died, err := c.once(ctx, q, raw, left)
		if err != nil {
			return Opened{}, err
		}
		if died == nil {
			opened.Findings = append(opened.Findings, faults...)
			return opened, nil
		}
		c.o.Log.Warn("the clerk's child died", "letter", name, "path", died.path, "fault", died.fault, "stderr", died.stderr)
		path := died.path
		if len(path) == 0 {
			path = []string{name}
		}
		faults = append(faults, Finding{Path: path, Code: "unreadable", Severity: "error", Message: faultWords[died.fault]})
		if died.number == 0 || q.HeaderOnly {
			return Opened{Findings: faults}, nil
		}
		// The retries of a letter have two fifths of its time, together: with the
		// reading of its tables that makes no more than 20 s.
		if len(faults) == 1 {
			left = c.o.Wall * 2 / 5
		} else if left -= time.Since(began); left < c.o.Wall/20 {
			left = c.o.Wall / 20
		}
		if q.Skip = append(q.Skip, died.number); len(faults) >= maxDeaths {
			q.HeaderOnly = true
			faults = append(faults, Finding{Path: []string{name}, Code: "unreadable", Severity: "error", Message: restWords})
		}
	}
}

// once has a child open a letter. Died says that it did, and of what.
func (c *Clerk) once(ctx context.Context, q request, raw []byte, wall time.Duration) (o Opened, died *death, err error) {
	if err := ctx.Err(); err != nil {
		return Opened{}, nil, err
	}
	// A child that ended between two letters did not die of this one.
	for {
		ch := c.hire()
		fresh := ch == nil
		if fresh {
			if ch, err = start(c.o); err != nil {
				return Opened{}, nil, fmt.Errorf("start the clerk: %w", err)
			}
		}
		o, died, err = ch.open(ctx, q, raw, wall)
		if err == nil && died == nil {
			c.keep(ch)
		}
		if err != nil || died == nil || fresh || died.number > 0 || died.fault != crashed {
			return o, died, err
		}
	}
}

// hire takes an idle child, nil where there is none.
func (c *Clerk) hire() *child {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.idle)
	if n == 0 {
		return nil
	}
	ch := c.idle[n-1]
	c.idle = c.idle[:n-1]
	return ch
}

// keep has a child wait for the next letter, and be let go where none comes.
func (c *Clerk) keep(ch *child) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, ch)
	if c.rest == nil {
		c.rest = time.AfterFunc(c.o.Rest, c.letGo)
		return
	}
	c.rest.Reset(c.o.Rest)
}

// letGo ends the idle children.
func (c *Clerk) letGo() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range c.idle {
		ch.end() //nolint:errcheck // it was killed
	}
	c.idle = nil
}

// Close ends the children.
func (c *Clerk) Close() error {
	for range c.o.Children { // those at work come to their ends
		c.desks <- struct{}{}
	}
	c.letGo()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest != nil {
		c.rest.Stop()
	}
	for range c.o.Children {
		<-c.desks
	}
	return nil
}
