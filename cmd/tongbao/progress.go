package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress tells how far a long verb is, on standard error: on a terminal in
// one line that is written over, elsewhere as a line now and then, so that a
// log says that it still works.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	live  bool
	width int
	every time.Duration
	last  time.Time
	shown bool // a line stands on the terminal
}

const (
	liveEvery  = 100 * time.Millisecond
	plainEvery = 10 * time.Second
)

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, live: onTerminal(w), width: 80, every: plainEvery, last: time.Now()}
	if p.live {
		p.every, p.last = liveEvery, time.Time{}
		if f, ok := w.(*os.File); ok {
			if wide, _, err := term.GetSize(int(f.Fd())); err == nil && wide > 0 {
				p.width = wide
			}
		}
	}
	return p
}

// say shows where things stand, unless it did so a moment ago.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.last) < p.every {
		return
	} else {
		p.last = now
	}
	text := fmt.Sprintf(format, args...)
	if !p.live {
		fmt.Fprintln(p.w, text)
		return
	}
	if width(text) > p.width-1 {
		text = cut(text, p.width-1)
	}
	fmt.Fprint(p.w, "\r"+text+"\x1b[K")
	p.shown = true
}

// of shows how many of all things are done, with a bar where there is a terminal.
func (p *progress) of(what string, done, all int) {
	bar := ""
	if p.live && all > 0 {
		const places = 20
		n := places * min(done, all) / all
		bar = "　" + strings.Repeat("█", n) + strings.Repeat("░", places-n)
	}
	p.say("%s %d/%d%s", what, done, all, bar)
}

// end wipes the line, for what is printed next.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// bytes counts what goes through to w. all is 0 where it is not known.
func (p *progress) bytes(what string, w io.Writer) io.Writer {
	return &told{w: w, tell: func(n int64) { p.say("%s %s", what, megabytes(n)) }}
}

// read counts what is read of a file of a known size.
func (p *progress) read(what string, r io.Reader, all int64) io.Reader {
	var n int64
	return readerFunc(func(b []byte) (int, error) {
		k, err := r.Read(b)
		n += int64(k)
		p.say("%s %s/%s", what, megabytes(n), megabytes(all))
		return k, err
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// told passes bytes on and tells how many there were.
type told struct {
	w    io.Writer
	n    int64
	tell func(int64)
}

func (t *told) Write(b []byte) (int, error) {
	n, err := t.w.Write(b)
	t.n += int64(n)
	t.tell(t.n)
	return n, err
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

// story passes a story on and tells its last line: the demonstration's story
// goes to a file, and the terminal shows how far it is.
func (p *progress) story(w io.Writer) io.Writer {
	return writerFunc(func(b []byte) (int, error) {
		lines := bytes.Split(bytes.TrimRight(b, "\n"), []byte("\n"))
		if last := strings.TrimSpace(string(lines[len(lines)-1])); last != "" {
			p.say("演示 %s", last)
		}
		return w.Write(b)
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
