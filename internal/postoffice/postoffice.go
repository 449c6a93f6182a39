// Package postoffice is an IMAP and SMTP server in memory, on free loopback
// ports, for tests and the demonstration. It demands ID before the first
// SELECT as 163.com does.
package postoffice

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// Options say how the servers behave.
type Options struct {
	User, Password string
	RequireID      bool     // SELECT before ID is answered with Unsafe Login
	Folders        []string // besides INBOX
	Now            func() time.Time
	OnSent         func(Letter) // called for each letter that is taken
}

// Letter is one letter that was sent.
type Letter struct {
	From, To string
	Raw      []byte
	At       time.Time
}

// Office is the running servers.
type Office struct {
	o          Options
	mu         sync.Mutex
	user       *imapmemserver.User
	sent       []Letter
	logins     int
	noLogin    bool
	refuse     func(Letter) error
	imapServer *imapserver.Server
	imapFront  net.Listener
	imapBack   net.Listener
	smtpServer *smtp.Server
	smtpListen net.Listener
}

// Start starts both servers.
func Start(o Options) (*Office, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Office{o: o, user: imapmemserver.NewUser(o.User, o.Password)}
	for _, f := range append([]string{"INBOX"}, o.Folders...) {
		if err := p.user.Create(f, nil); err != nil {
			return nil, fmt.Errorf("create folder %q: %w", f, err)
		}
	}
	p.imapServer = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{UserSession: imapmemserver.NewUserSession(p.user), office: p}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	var err error
	if p.imapBack, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if p.imapFront, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if p.smtpListen, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	p.smtpServer = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &smtpSession{p: p}, nil }))
	p.smtpServer.Domain, p.smtpServer.AllowInsecureAuth, p.smtpServer.ErrorLog = "localhost", true, log.New(io.Discard, "", 0)
	go p.imapServer.Serve(p.imapBack)   //nolint:errcheck // ends with Close
	go p.smtpServer.Serve(p.smtpListen) //nolint:errcheck // ends with Close
	go p.front()
	return p, nil
}

// IMAPAddr is host:port of the IMAP server.
func (p *Office) IMAPAddr() string { return p.imapFront.Addr().String() }

// SMTPAddr is host:port of the SMTP server.
func (p *Office) SMTPAddr() string { return p.smtpListen.Addr().String() }

// Close ends both.
func (p *Office) Close() error {
	return errors.Join(p.imapFront.Close(), p.imapServer.Close(), p.smtpServer.Close())
}

// Deliver lays a letter into a folder.
func (p *Office) Deliver(folder string, raw []byte, arrived time.Time) error {
	_, err := p.user.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{Time: arrived})
	return err
}

type literal struct{ *bytes.Reader }

// Sent lists the letters that were sent.
func (p *Office) Sent() []Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// Logins is how often somebody tried to log in to the mailbox.
func (p *Office) Logins() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.logins
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
