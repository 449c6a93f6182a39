package mailbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// wire opens the connection that go-imap talks over: TCP with deadlines of
// ours, TLS as configured, and lines that are bounded. STARTTLS is spoken
// here, because go-imap asks for capabilities beside it, and because only
// above TLS can lines be counted.
func wire(ctx context.Context, c Config) (*guarded, net.Conn, error) {
	addr := net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	raw, err := (&net.Dialer{Timeout: c.Timeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	g := &guarded{Conn: raw}
	g.watch(c.Timeout)
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	conn, err := secure(ctx, g, c)
	if err != nil {
		raw.Close()
		return nil, nil, errors.Join(err, ctx.Err())
	}
	return g, conn, nil
}

func secure(ctx context.Context, g *guarded, c Config) (net.Conn, error) {
	tc := &tls.Config{}
	if c.TLS != nil {
		tc = c.TLS.Clone()
	}
	if tc.ServerName == "" {
		tc.ServerName = c.Host
	}
	switch c.Security {
	case "none":
		if !loopback(g.RemoteAddr()) {
			return nil, errors.New("security none is for this machine only: a password would cross the network in the clear")
		}
		return &lines{Conn: g, from: bufio.NewReader(g)}, nil
	case "starttls":
		if err := startTLS(g); err != nil {
			return nil, err
		}
		t := tls.Client(g, tc)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		// The greeting was said in the clear; go-imap waits for one. What it
		// listed before TLS is not to be believed, so it is a bare one.
		return &lines{Conn: t, from: bufio.NewReader(t), pending: []byte("* OK ready\r\n")}, nil
	case "tls", "":
		t := tls.Client(g, tc)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return &lines{Conn: t, from: bufio.NewReader(t)}, nil
	}
	return nil, fmt.Errorf("security %q is none of tls, starttls, none", c.Security)
}

func loopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
}

// startTLS speaks IMAP as far as the server's leave to begin with TLS. It
// reads byte by byte, so that nothing of TLS is swallowed and nothing that was
// said in the clear is taken as said inside.
func startTLS(g *guarded) error {
	greeting, err := clearLine(g)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(strings.ToUpper(greeting), "* OK") {
		return fmt.Errorf("the server greets with %q", greeting)
	}
	if _, err := io.WriteString(g, "S1 STARTTLS\r\n"); err != nil {
		return err
	}
	for range 20 {
		line, err := clearLine(g)
		if err != nil {
			return err
		}
		if answer, ok := strings.CutPrefix(line, "S1 "); ok {
			if !strings.HasPrefix(strings.ToUpper(answer), "OK") {
				return fmt.Errorf("the server refuses STARTTLS: %q", answer)
			}
			return nil
		}
	}
	return errors.New("the server does not answer STARTTLS")
}

func clearLine(r io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < 1000 {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
	return "", errLongLine
}

// guarded is a connection whose reads and writes take a bounded time while a
// command is under way. Between commands it may rest for hours.
type guarded struct {
	net.Conn
	mu      sync.Mutex
	timeout time.Duration // of one read; 0 is none
	write   time.Duration
}

// watch bounds every read from now on, also one that waits already.
func (g *guarded) watch(timeout time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.timeout = timeout
	if timeout > 0 {
		g.write = timeout
	}
	g.arm()
}

func (g *guarded) arm() {
	var at time.Time
	if g.timeout > 0 {
		at = time.Now().Add(g.timeout)
	}
	g.Conn.SetReadDeadline(at) //nolint:errcheck // the read tells
}

func (g *guarded) Read(p []byte) (int, error) {
	g.mu.Lock()
	g.arm()
	g.mu.Unlock()
	return g.Conn.Read(p)
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	at := time.Now().Add(g.write)
	g.mu.Unlock()
	if err := g.Conn.SetWriteDeadline(at); err != nil {
		return 0, err
	}
	return g.Conn.Write(p)
}

// go-imap sets deadlines of its own, half an hour and more; ours stand.
func (g *guarded) SetDeadline(time.Time) error      { return nil }
func (g *guarded) SetReadDeadline(time.Time) error  { return nil }
func (g *guarded) SetWriteDeadline(time.Time) error { return nil }

// longestLine is what a server may say in one line, literals aside: a
// capability list or a letter's three items have a few hundred bytes.
const longestLine = 1 << 20

var errLongLine = errors.New("the server's line is too long")

// lines is the server's side of the talk, line by line, with literals passed
// through. go-imap takes a line of any length into memory, and one line that
// it does not know ends the connection.
type lines struct {
	net.Conn
	from    *bufio.Reader
	pending []byte // of the line under way
	literal int64  // bytes to come of the literal after it
	drop    bool   // the reply under way is not for go-imap
	within  bool   // the line goes on after a literal
	err     error  // what ended it: go-imap reads on after an error
}

func (l *lines) Read(p []byte) (n int, err error) {
	if l.err == nil {
		n, l.err = l.read(p)
	}
	return n, l.err
}

func (l *lines) read(p []byte) (int, error) {
	for len(l.pending) == 0 && (l.literal == 0 || l.drop) {
		if l.literal > 0 {
			n, err := io.CopyN(io.Discard, l.from, l.literal)
			if l.literal -= n; err != nil {
				return 0, err
			}
		}
		if err := l.next(); err != nil {
			return 0, err
		}
	}
	if len(l.pending) > 0 {
		n := copy(p, l.pending)
		l.pending = l.pending[n:]
		return n, nil
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.literal)])
	l.literal -= int64(n)
	if errors.Is(err, io.EOF) {
		// On a plain EOF go-imap reads on in two goroutines at once.
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next reads a line and finds out whether a literal follows.
func (l *lines) next() error {
	var line []byte
	for {
		part, err := l.from.ReadSlice('\n')
		line = append(line, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if len(line) > 0 && errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return err
		}
		if len(line) > longestLine {
			return errLongLine
		}
	}
	if !l.within {
		l.drop = !known(line)
	}
	l.literal, l.within = literalAfter(line)
	if !l.drop {
		l.pending = line
	}
	return nil
}

// untagged are the server's lines that go-imap can read and that we can use.
// QUIRK: Coremail (163) and QQ tell of extensions of their own (XLIST,
// XAPPLEPUSHSERVICE), and the values in some servers' ID are NIL, which
// go-imap cannot read: a guest need not hear either.
var untagged = map[string]bool{"OK": true, "NO": true, "BAD": true, "BYE": true, "PREAUTH": true, "CAPABILITY": true,
	"ENABLED": true, "FLAGS": true, "LIST": true, "STATUS": true, "EXISTS": true, "EXPUNGE": true, "FETCH": true}

func known(line []byte) bool {
	words := bytes.Fields(line[:min(len(line), 100)])
	if len(words) == 0 || string(words[0]) != "*" {
		return len(words) > 0 // tagged, or "+"
	}
	if len(words) == 1 {
		return false
	}
	word := words[1]
	if _, err := strconv.ParseUint(string(word), 10, 32); err == nil && len(words) > 2 {
		word = words[2]
	}
	return untagged[strings.ToUpper(string(word))]
}

// literalAfter is n where the line ends in {n}.
func literalAfter(line []byte) (int64, bool) {
	line = bytes.TrimRight(line, "\r\n")
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || line[len(line)-1] != '}' {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(string(line[open+1:len(line)-1]), "+"), 10, 62)
	return int64(n), err == nil
}
