package courier

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tongbao/internal/postoffice"
)

const (
	box    = "ban@tongbao.example.com"
	to     = "xiushui@xiushui.example.com"
	secret = "授权码"
)

var raw = []byte("From: <" + box + ">\r\nSubject: one\r\nDate: Wed, 24 Mar 2021 10:05:00 +0800\r\nMessage-ID: <1@tongbao.example.com>\r\n\r\n.a line with a dot\r\n.\r\nthe end\r\n")

func start(t *testing.T, o postoffice.Options) *postoffice.Office {
	t.Helper()
	o.User, o.Password = box, secret
	p, err := postoffice.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// at is a courier for a server in the clear.
func at(t *testing.T, addr string, change ...func(*Config)) *Courier {
	t.Helper()
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	config := Config{Host: host, Port: n, Security: "none", User: box, Password: func() (string, error) { return secret, nil }, Timeout: 10 * time.Second}
	for _, f := range change {
		f(&config)
	}
	c := New(config)
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t *testing.T, c *Courier) error { t.Helper(); return c.Send(t.Context(), box, to, raw) }

// TestSend: the bytes arrive as they are, with either way of logging in.
func TestSend(t *testing.T) {
	for _, mechanisms := range [][]string{nil, {"PLAIN"}, {"LOGIN"}} {
		p := start(t, postoffice.Options{Mechanisms: mechanisms})
		if err := send(t, at(t, p.SMTPAddr())); err != nil {
			t.Fatalf("%q: %v", mechanisms, err)
		}
		got := p.Sent()
		if len(got) != 1 || got[0].From != box || got[0].To != to || string(got[0].Raw) != string(raw) {
			t.Errorf("%q: sent %+v", mechanisms, got)
		}
	}
	p := start(t, postoffice.Options{Mechanisms: []string{"XOAUTH2"}})
	if err := send(t, at(t, p.SMTPAddr())); err == nil || refused(err) {
		t.Errorf("no way of logging in: %v", err)
	}
}

// TestConnections: one connection carries ten letters, for 163 allows no more.
func TestConnections(t *testing.T) {
	p := start(t, postoffice.Options{PerConnection: perConnection})
	c := at(t, p.SMTPAddr())
	for range 2*perConnection + 1 {
		if err := send(t, c); err != nil {
			t.Fatal(err)
		}
	}
	count := map[int]int{}
	for _, l := range p.Sent() {
		count[l.Connection]++
	}
	if len(count) != 3 || count[1] != perConnection || count[2] != perConnection {
		t.Errorf("letters by connection: %v", count)
	}
	p.Disconnect() // a server that restarts, or hangs up on whoever rests
	if err := send(t, c); err != nil {
		t.Errorf("over a connection that had ended: %v", err)
	}
	if got := p.Sent(); len(got) != 2*perConnection+2 {
		t.Errorf("%d letters", len(got))
	}
}

// TestRefused: each refusal has the server's code and words, and the next
// letter goes out over the same connection.
func TestRefused(t *testing.T) {
	p := start(t, postoffice.Options{})
	c := at(t, p.SMTPAddr())
	for _, r := range []struct {
		no        smtp.SMTPError
		text      string
		temporary bool
	}{
		{smtp.SMTPError{Code: 554, EnhancedCode: smtp.NoEnhancedCode, Message: "DT:SPM 163 smtp"}, "DT:SPM 163 smtp", false},
		{smtp.SMTPError{Code: 451, EnhancedCode: smtp.NoEnhancedCode, Message: "MI:SFQ"}, "MI:SFQ", true},
		{smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "user unknown"}, "5.1.1 user unknown", false},
	} {
		p.RefuseSMTP(func(postoffice.Letter) error { return &r.no })
		err := send(t, c)
		var no *Error
		if !errors.As(err, &no) || no.Code() != r.no.Code || no.Text() != r.text || no.Temporary() != r.temporary {
			t.Errorf("%+v: %v", r.no, err)
		}
	}
	if err := c.Send(t.Context(), "other@tongbao.example.com", to, raw); code(err) != 554 {
		t.Errorf("from another: %v", err)
	}
	p.RefuseSMTP(nil)
	if err := send(t, c); err != nil {
		t.Error(err)
	}
	if got := p.Sent(); len(got) != 1 || got[0].Connection != 1 {
		t.Errorf("sent %+v", got)
	}
}

// TestAddresses: what is no address never reaches the server's line.
func TestAddresses(t *testing.T) {
	p := start(t, postoffice.Options{})
	c := at(t, p.SMTPAddr())
	for _, bad := range []string{"", "x", "@x", "x@", "a@b@c", "a b@example.com", "a@example.com>\r\nDATA", "修水@example.com", "a@修水.example", "<a@example.com>", strings.Repeat("a", 250) + "@example.com"} {
		if err := c.Send(t.Context(), box, bad, raw); code(err) != 553 {
			t.Errorf("to %q: %v", bad, err)
		}
	}
	if len(p.Sent()) > 0 {
		t.Errorf("sent %+v", p.Sent())
	}
}

func TestLogin(t *testing.T) {
	p := start(t, postoffice.Options{})
	wrong := at(t, p.SMTPAddr(), func(c *Config) { c.Password = func() (string, error) { return "wrong", nil } })
	if err := send(t, wrong); code(err) != 535 || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
	none := at(t, p.SMTPAddr(), func(c *Config) { c.Password = func() (string, error) { return "", errors.New("no file") } })
	if err := send(t, none); err == nil || refused(err) || !strings.Contains(err.Error(), "no file") {
		t.Errorf("no password: %v", err)
	}
	if can, err := at(t, p.SMTPAddr()).Check(t.Context()); err != nil || !strings.Contains(strings.Join(can, " "), "AUTH PLAIN LOGIN") {
		t.Errorf("can %q, %v", can, err)
	}
}

// odd is a server that answers the n-th meeting of a command in a way of its own.
type odd struct {
	addr string
	mu   sync.Mutex
	line []string
}

func (o *odd) heard() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.line, "\n")
}

// oddServer answers by say, which knows the connection's number and the line;
// "" is silence, "-" hangs up.
func oddServer(t *testing.T, say func(connection int, line string) string) *odd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &odd{addr: l.Addr().String()}
	var running sync.WaitGroup
	t.Cleanup(func() { l.Close(); running.Wait() })
	ctx := t.Context()
	running.Go(func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				o.talk(conn, n, say)
			})
		}
	})
	return o
}

func (o *odd) talk(conn net.Conn, n int, say func(int, string) string) {
	r := bufio.NewReader(conn)
	line := "greeting"
	for {
		answer := say(n, line)
		if answer == "-" {
			return
		}
		io.WriteString(conn, answer)
		read, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(read)
		o.mu.Lock()
		o.line = append(o.line, fmt.Sprintf("%d %s", n, line))
		o.mu.Unlock()
	}
}

// usual is a server that takes everything.
func usual(_ int, line string) string {
	word, _, _ := strings.Cut(line, " ")
	switch word {
	case "greeting":
		return "220 ready\r\n"
	case "EHLO":
		return "250-hello\r\n250 AUTH LOGIN\r\n"
	case "AUTH":
		return "334 dXNlciBuYW1l\r\n"
	case "DATA":
		return "354 go on\r\n"
	case "QUIT":
		return "221 bye\r\n"
	case ".":
		return "250 taken\r\n"
	case "MAIL", "RCPT", "RSET":
		return "250 ok\r\n"
	case "YmFuQHRvbmdiYW8uZXhhbXBsZS5jb20=":
		return "334 cGFzc3dvcmQ6\r\n"
	case "5o6I5p2D56CB":
		return "235 in\r\n"
	}
	return ""
}

// TestUnknownOutcome: where the end was sent and no answer came, nobody knows;
// that is no refusal, so that the letter is tried again.
func TestUnknownOutcome(t *testing.T) {
	for name, answer := range map[string]string{"silence": "", "hung up": "-"} {
		s := oddServer(t, func(n int, line string) string {
			if line == "." {
				return answer
			}
			return usual(n, line)
		})
		err := send(t, at(t, s.addr, func(c *Config) { c.Timeout = 100 * time.Millisecond }))
		if err == nil || refused(err) {
			t.Errorf("%s: %v", name, err)
		}
		if n := strings.Count(s.heard(), "DATA"); n != 1 {
			t.Errorf("%s: sent %d times in one go", name, n)
		}
	}
}

// TestStaleConnection: a server that waited too long says 421 to the next
// letter. That is about the connection, not about us.
func TestStaleConnection(t *testing.T) {
	mails := 0
	s := oddServer(t, func(n int, line string) string {
		if strings.HasPrefix(line, "MAIL") {
			if mails++; mails == 2 {
				return "421 4.4.2 timeout exceeded\r\n"
			}
		}
		return usual(n, line)
	})
	c := at(t, s.addr)
	for range 2 {
		if err := send(t, c); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(s.heard(), "2 MAIL") {
		t.Errorf("heard\n%s", s.heard())
	}
	// On a new connection it is a refusal.
	s = oddServer(t, func(n int, line string) string {
		if strings.HasPrefix(line, "MAIL") {
			return "421 HL:IFC\r\n"
		}
		return usual(n, line)
	})
	if err := send(t, at(t, s.addr)); code(err) != 421 || !strings.Contains(err.Error(), "HL:IFC") {
		t.Errorf("refused at once: %v", err)
	}
}

// TestNoDowngrade: what is configured to be secret never goes in the clear.
func TestNoDowngrade(t *testing.T) {
	for _, security := range []string{"starttls", "tls", "", "ssl"} {
		for _, offers := range []bool{false, true} {
			s := oddServer(t, func(n int, line string) string {
				switch {
				case strings.HasPrefix(line, "EHLO") && offers:
					return "250-hello\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN\r\n"
				case line == "STARTTLS":
					return "454 not now\r\n"
				}
				return usual(n, line)
			})
			c := at(t, s.addr, func(c *Config) { c.Security, c.Timeout = security, 300*time.Millisecond })
			if err := send(t, c); err == nil {
				t.Errorf("%q: sent", security)
			}
			if h := s.heard(); strings.Contains(h, "AUTH") || strings.Contains(h, "MAIL") {
				t.Errorf("%q: heard\n%s", security, h)
			}
		}
	}
}

// TestSilence: no server is waited for without end, wherever it falls silent.
func TestSilence(t *testing.T) {
	for _, at0 := range []string{"greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"} {
		s := oddServer(t, func(n int, line string) string {
			if strings.HasPrefix(line, at0) {
				return ""
			}
			return usual(n, line)
		})
		if err := send(t, at(t, s.addr, func(c *Config) { c.Timeout = 50 * time.Millisecond })); err == nil || refused(err) {
			t.Errorf("%s: %v", at0, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := at(t, s.addr).Send(ctx, box, to, raw); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: after the context's end: %v", at0, err)
		}
		cancel()
	}
}
