// Package postoffice is an IMAP and SMTP server in memory, on free loopback
// ports, for tests and the demonstration. It can demand ID before the first
// SELECT as 163.com does, refuse logins and letters, and limit connections.
package postoffice

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options say how the servers behave.
type Options struct {
	User, Password string
	RequireID      bool     // SELECT before ID is answered with Unsafe Login
	Folders        []string // besides INBOX
	Mechanisms     []string // of SMTP's AUTH; PLAIN and LOGIN
	PerConnection  int      // letters that one SMTP connection may carry; more are refused with MI:DMC
	Now            func() time.Time
	OnSent         func(Letter) // called for each letter that is taken
}

// Letter is one letter that was sent.
type Letter struct {
	From, To   string
	Raw        []byte
	At         time.Time
	Connection int // which of the SMTP connections carried it, from 1
}

// Office is the running servers.
type Office struct {
	o          Options
	user       *imapmemserver.User
	imapServer *imapserver.Server
	smtpServer *smtp.Server
	imapFront  net.Listener
	imapBack   net.Listener
	smtpListen net.Listener
	running    sync.WaitGroup

	mu          sync.Mutex
	open        map[net.Conn]bool
	closed      bool
	sent        []Letter
	commands    map[string]int
	connections int
	noLogin     bool
	refuse      func(Letter) error
}

// Start starts both servers.
func Start(o Options) (*Office, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Mechanisms == nil {
		o.Mechanisms = []string{sasl.Plain, sasl.Login}
	}
	p := &Office{o: o, user: imapmemserver.NewUser(o.User, o.Password), open: map[net.Conn]bool{}, commands: map[string]int{}}
	for _, f := range append([]string{"INBOX"}, o.Folders...) {
		if err := p.user.Create(f, nil); err != nil {
			return nil, fmt.Errorf("create folder %q: %w", f, err)
		}
	}
	quiet := log.New(io.Discard, "", 0)
	p.imapServer = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{UserSession: imapmemserver.NewUserSession(p.user), office: p}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: quiet,
	})
	p.smtpServer = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return p.newSMTPSession(), nil }))
	p.smtpServer.Domain, p.smtpServer.AllowInsecureAuth, p.smtpServer.ErrorLog = "localhost", true, quiet
	for _, at := range []*net.Listener{&p.imapBack, &p.imapFront, &p.smtpListen} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		*at = &listener{Listener: l, office: p}
	}
	p.running.Go(func() { p.imapServer.Serve(p.imapBack) })   //nolint:errcheck // ends with Close
	p.running.Go(func() { p.smtpServer.Serve(p.smtpListen) }) //nolint:errcheck // ends with Close
	p.running.Go(p.front)
	return p, nil
}

// listener knows the connections that it took, so that Close can end them.
type listener struct {
	net.Listener
	office *Office
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.office.keep(conn)
}

// keep counts a connection in until it is closed.
func (p *Office) keep(conn net.Conn) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		conn.Close()
		return nil, net.ErrClosed
	}
	c := &kept{Conn: conn, office: p}
	p.open[c] = true
	p.running.Add(1)
	return c, nil
}

type kept struct {
	net.Conn
	office *Office
	once   sync.Once
}

func (c *kept) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		c.office.mu.Lock()
		defer c.office.mu.Unlock()
		delete(c.office.open, c)
		c.office.running.Done()
	})
	return err
}

// IMAPAddr is host:port of the IMAP server.
func (p *Office) IMAPAddr() string { return p.imapFront.Addr().String() }

// SMTPAddr is host:port of the SMTP server.
func (p *Office) SMTPAddr() string { return p.smtpListen.Addr().String() }

// Close ends both servers and every connection, and waits until they have.
func (p *Office) Close() error {
	p.mu.Lock()
	was := p.closed
	p.closed = true
	var conns []net.Conn
	for c := range p.open {
		conns = append(conns, c)
	}
	p.mu.Unlock()
	if was {
		return nil
	}
	for _, l := range []net.Listener{p.imapFront, p.imapBack, p.smtpListen} {
		if l != nil {
			l.Close() //nolint:errcheck // it is over either way
		}
	}
	p.imapServer.Close() //nolint:errcheck // says that its listener is closed, which it is
	p.smtpServer.Close() //nolint:errcheck // likewise
	for _, c := range conns {
		c.Close() //nolint:errcheck // likewise
	}
	p.running.Wait()
	return nil
}

// Disconnect cuts every connection, as a server that restarts does.
func (p *Office) Disconnect() {
	p.mu.Lock()
	var conns []net.Conn
	for c := range p.open {
		conns = append(conns, c)
	}
	p.mu.Unlock()
	for _, c := range conns {
		c.Close() //nolint:errcheck // that is the point
	}
}

// Deliver lays a letter into a folder.
func (p *Office) Deliver(folder string, raw []byte, arrived time.Time) error {
	_, err := p.user.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: arrived})
	return err
}

type literal struct{ *bytes.Reader }

// Renumber makes a folder anew with the same letters: its UIDVALIDITY changes.
func (p *Office) Renumber(folder string, letters ...[]byte) error {
	err := errors.Join(p.user.Delete(folder), p.user.Create(folder, nil))
	for _, raw := range letters {
		err = errors.Join(err, p.Deliver(folder, raw, p.o.Now()))
	}
	return err
}

// Sent lists the letters that were sent.
func (p *Office) Sent() []Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// Logins is how often somebody tried to log in to the mailbox.
func (p *Office) Logins() int { return p.Commands()["LOGIN"] }

// Commands is how often each IMAP command was given, by its name in capitals.
// What a client says within a command (DONE, an answer) counts under what its
// second word is, "" where it has none.
func (p *Office) Commands() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.commands)
}

// RefuseLogin lets the mailbox refuse every password, or no longer.
func (p *Office) RefuseLogin(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noLogin = yes
}

// RefuseSMTP lets fn decide whether a letter is refused; an *smtp.SMTPError says how.
func (p *Office) RefuseSMTP(fn func(Letter) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = fn
}
