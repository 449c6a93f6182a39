package postoffice

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const box = "ban@tongbao.example.com"

func start(t *testing.T, o Options) *Office {
	t.Helper()
	o.User, o.Password = box, "secret"
	p, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func enter(t *testing.T, p *Office) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(p.IMAPAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(box, "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRequireID: a folder opens after ID only, on every connection anew.
func TestRequireID(t *testing.T) {
	p := start(t, Options{RequireID: true, Folders: []string{"垃圾邮件"}})
	for range 2 {
		c := enter(t, p)
		if caps, err := c.Capability().Wait(); err != nil || !caps.Has(imap.CapID) {
			t.Errorf("ID is not listed: %v, %v", caps, err)
		}
		for _, readOnly := range []bool{false, true} {
			if _, err := c.Select("垃圾邮件", &imap.SelectOptions{ReadOnly: readOnly}).Wait(); err == nil || !strings.Contains(err.Error(), "Unsafe Login") {
				t.Errorf("opened before ID: %v", err)
			}
		}
	}
	if p.Logins() != 2 {
		t.Errorf("%d logins", p.Logins())
	}
	// By hand, for go-imap cannot read an ID with NIL in it, which RFC 2971 allows.
	conn, err := net.Dial("tcp", p.IMAPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "a LOGIN %s secret\r\nb ID (\"name\" \"x\")\r\nc EXAMINE INBOX\r\n", box)
	r := bufio.NewReader(conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "c ") {
			if !strings.HasPrefix(line, "c OK") {
				t.Errorf("after ID: %s", line)
			}
			return
		}
	}
}

func TestMailbox(t *testing.T) {
	p := start(t, Options{})
	day := time.Date(2021, 3, 24, 10, 5, 0, 0, time.FixedZone("", 8*3600))
	for range 2 {
		if err := p.Deliver("INBOX", []byte("Subject: one\r\n\r\n"), day); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Deliver("nowhere", nil, day); err == nil {
		t.Error("a letter lies in a folder that is not there")
	}
	c := enter(t, p)
	data, err := c.Select("INBOX", nil).Wait()
	if err != nil || data.NumMessages != 2 {
		t.Fatalf("%+v, %v", data, err)
	}
	seen := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}, Silent: true}
	if err := c.Store(imap.SeqSetNum(2), seen, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if flags := p.Flags("INBOX"); len(flags) != 2 || len(flags[0]) != 0 || !slices.Equal(flags[1], []string{`\Seen`}) {
		t.Errorf("flags %q", flags)
	}
	if err := p.Renumber("INBOX", []byte("Subject: two\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if anew, err := c.Select("INBOX", nil).Wait(); err != nil || anew.NumMessages != 1 || anew.UIDValidity == data.UIDValidity {
		t.Errorf("%+v, %v", anew, err)
	}
	p.RefuseLogin(true)
	other, err := imapclient.DialInsecure(p.IMAPAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var no *imap.Error
	if err := other.Login(box, "secret").Wait(); !errors.As(err, &no) {
		t.Errorf("logged in: %v", err)
	}
}

func carry(p *Office, from, to string, n int) error {
	c, err := smtp.Dial(p.SMTPAddr())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", box, "secret")); err != nil {
		return err
	}
	for range n {
		if err := c.SendMail(from, []string{to}, strings.NewReader("Subject: one\r\n\r\n")); err != nil {
			return err
		}
	}
	return nil
}

// TestSent has several clients send at once.
func TestSent(t *testing.T) {
	var mu sync.Mutex
	heard := 0
	noon := time.Date(2021, 3, 24, 12, 0, 0, 0, time.UTC)
	p := start(t, Options{PerConnection: 5, Now: func() time.Time { return noon }, OnSent: func(Letter) { mu.Lock(); defer mu.Unlock(); heard++ }})
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			if err := carry(p, box, "a@example.com", 5); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	got := p.Sent()
	if len(got) != 20 || heard != 20 || !got[0].At.Equal(noon) || string(got[0].Raw) != "Subject: one\r\n\r\n" {
		t.Errorf("%d sent, %d heard, first %+v", len(got), heard, got[0])
	}
	var no *smtp.SMTPError
	if err := carry(p, box, "a@example.com", 6); !errors.As(err, &no) || no.Code != 450 {
		t.Errorf("six letters over one connection: %v", err)
	}
	if err := carry(p, "b@example.com", "a@example.com", 1); !errors.As(err, &no) || no.Code != 554 {
		t.Errorf("from another: %v", err)
	}
	p.RefuseSMTP(func(Letter) error { return &smtp.SMTPError{Code: 451, Message: "MI:SFQ"} })
	if err := carry(p, box, "a@example.com", 1); !errors.As(err, &no) || no.Code != 451 {
		t.Errorf("refused: %v", err)
	}
	if n := len(p.Sent()); n != 25 {
		t.Errorf("%d sent", n)
	}
}

// TestClose: nothing is left behind, also of clients in the middle of a talk.
func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 5 {
		p := start(t, Options{})
		enter(t, p)
		conn, err := net.Dial("tcp", p.SMTPAddr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		bufio.NewReader(conn).ReadString('\n')
		for range 2 {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := net.Dial("tcp", p.IMAPAddr()); err == nil {
			t.Error("the mailbox is still open")
		}
	}
	for range 500 { // the libraries' own last steps
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stack := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stack[:runtime.Stack(stack, true)])
}
