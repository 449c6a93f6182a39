package mailbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tongbao/internal/postoffice"
)

const (
	box    = "ban@tongbao.example.com"
	secret = `s"e\cret`
)

var day = time.Date(2021, 3, 24, 10, 5, 0, 0, time.FixedZone("", 8*3600))

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

// at is the least configuration for a server in the clear.
func at(addr string) Config {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return Config{Host: host, Port: n, Security: "none", User: box, Password: func() (string, error) { return secret, nil }, Timeout: 10 * time.Second}
}

func dial(t *testing.T, c Config) *Client {
	t.Helper()
	cl, err := Dial(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cl.Close() })
	return cl
}

func deliver(t *testing.T, p *postoffice.Office, folder, raw string, arrived time.Time) {
	t.Helper()
	if err := p.Deliver(folder, []byte(raw), arrived); err != nil {
		t.Fatal(err)
	}
}

// fetch takes everything and fails the test on an error.
func fetch(t *testing.T, c *Client, folder string, from Mark) ([]Message, Mark) {
	t.Helper()
	var out []Message
	to, err := c.Fetch(t.Context(), folder, from, time.Time{}, func(m Message) error { out = append(out, m); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out, to
}

// letter is one of n bytes or a little more.
func letter(name string, n int) string {
	return "From: a@example.com\r\nSubject: " + name + "\r\n\r\n" + strings.Repeat("0123456789abcdef\r\n", n/18+1)
}

func subjects(list []Message) string {
	var out []string
	for _, m := range list {
		_, s, _ := strings.Cut(string(m.Raw), "Subject: ")
		s, _, _ = strings.Cut(s, "\r\n")
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// answer is what an odd server says to a command that begins so; $ is the tag.
type answer struct{ to, say string }

// usual is what every odd server says unless told otherwise.
var usual = []answer{
	{"CAPABILITY", "* CAPABILITY IMAP4rev1\r\n$ OK done\r\n"},
	{"LOGIN", "$ OK in\r\n"},
	{"EXAMINE", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 3] ok\r\n$ OK [READ-ONLY] open\r\n"},
	{"UID FETCH 1:2 (UID INTERNALDATE RFC822.SIZE)", "* 1 FETCH (UID 1 INTERNALDATE \"24-Mar-2021 10:05:00 +0800\" RFC822.SIZE 5)\r\n$ OK done\r\n"},
	{"UID FETCH 1 (UID INTERNALDATE RFC822.SIZE)", "* 1 FETCH (UID 1 INTERNALDATE \"24-Mar-2021 10:05:00 +0800\" RFC822.SIZE 5)\r\n$ OK done\r\n"},
	{"UID FETCH 1 (UID BODY.PEEK[])", "* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n$ OK done\r\n"},
}

// odd is a server that says what it is told to, and remembers what it heard.
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

func oddServer(t *testing.T, answers ...answer) *odd {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &odd{addr: l.Addr().String()}
	var running sync.WaitGroup
	t.Cleanup(func() { l.Close(); running.Wait() })
	ctx := t.Context() // ends before the clean-up
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				o.talk(conn, append(answers, usual...))
			})
		}
	})
	return o
}

func (o *odd) talk(conn net.Conn, answers []answer) {
	io.WriteString(conn, "* OK ready\r\n")
	r := bufio.NewReader(conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		o.mu.Lock()
		o.line = append(o.line, command)
		o.mu.Unlock()
		say := "$ BAD what?\r\n"
		for _, a := range answers {
			// go-imap writes the items of a FETCH in any order.
			if strings.HasPrefix(command, a.to) || strings.HasPrefix(sorted(command), a.to) {
				say = a.say
				break
			}
		}
		if say == "hang up" {
			return
		}
		if _, err := io.WriteString(conn, strings.ReplaceAll(say, "$", tag)); err != nil {
			return
		}
	}
}

func sorted(command string) string {
	return strings.Replace(command, "RFC822.SIZE INTERNALDATE", "INTERNALDATE RFC822.SIZE", 1)
}

// cutter passes a connection on to a server and cuts it after so many bytes of
// what follows the mark in what the server says.
func cutter(t *testing.T, server, mark string, after int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		back, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer back.Close()
		go io.Copy(back, client)
		r := bufio.NewReader(back)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			io.WriteString(client, line)
			if strings.Contains(line, mark) {
				io.CopyN(client, r, int64(after))
				return
			}
		}
	}()
	return l.Addr().String()
}

func number(n int) string { return fmt.Sprintf("n%d", n) }
