// Package courier carries one letter out over SMTP. It is go-smtp's door.
package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Config is where letters go out. Security is "tls", "starttls" or "none".
type Config struct {
	Host     string
	Port     int
	Security string
	User     string
	Password func() (string, error)
	Hello    string        // how we name ourselves; an empty name is refused (550 MI:NHD)
	Timeout  time.Duration // of one exchange; 60 s
	TLS      *tls.Config
}

// perConnection is how many letters one connection carries: 163 refuses more
// with MI:DMC.
const perConnection = 10

// Courier sends letters one after the other over a kept connection.
type Courier struct {
	config Config
	mu     sync.Mutex
	client *smtp.Client
	conn   net.Conn
	used   int
}

// New makes a courier; it connects when it has something to carry.
func New(c Config) *Courier {
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	return &Courier{config: c}
}

// Error is a server's refusal.
type Error struct {
	code int
	text string
	what string
}

// Error says what was refused.
func (e *Error) Error() string { return fmt.Sprintf("%s: %d %s", e.what, e.code, e.text) }

// Code is the reply's three digits.
func (e *Error) Code() int { return e.code }

// Text is what the server said.
func (e *Error) Text() string { return e.text }

// Temporary reports whether it may be tried again.
func (e *Error) Temporary() bool { return e.code/100 == 4 }

// Send carries a letter to one recipient; the bytes go as they are. An error
// is *Error where the server refused, anything else is of the network, and
// then the letter may have arrived all the same.
func (c *Courier) Send(ctx context.Context, from, to string, raw []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh, err := c.connect(ctx)
	if err != nil {
		return err
	}
	err = c.deliver(ctx, from, to, raw)
	var refused *Error
	if err != nil && !errors.As(err, &refused) {
		c.drop()
		if !fresh && c.untouched(err) {
			// The kept connection had gone; nothing was said on it yet.
			if _, err := c.connect(ctx); err != nil {
				return err
			}
			return c.deliver(ctx, from, to, raw)
		}
	}
	if refused != nil && refused.code == 421 {
		c.drop()
	}
	return err
}

// errFirst marks a failure of the first command.
var errFirst = errors.New("connection had gone")

func (c *Courier) untouched(err error) bool { return errors.Is(err, errFirst) }

func (c *Courier) deliver(ctx context.Context, from, to string, raw []byte) error {
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	if err := c.client.Mail(from, nil); err != nil {
		if isNetwork(err) {
			return fmt.Errorf("%w: %w", errFirst, err)
		}
		return c.refusal("MAIL FROM", err)
	}
	if err := c.client.Rcpt(to, nil); err != nil {
		return c.refusal("RCPT TO", err)
	}
	w, err := c.client.Data()
	if err != nil {
		return c.refusal("DATA", err)
	}
	if _, err := io.Copy(w, bytes.NewReader(raw)); err != nil {
		return c.refusal("DATA", err)
	}
	if err := w.Close(); err != nil {
		return c.refusal("end of DATA", err)
	}
	if c.used++; c.used >= perConnection {
		c.quit()
	}
	return nil
}

func isNetwork(err error) bool {
	var se *smtp.SMTPError
	return !errors.As(err, &se)
}

// refusal makes an Error of a server's reply and clears the way for the next letter.
func (c *Courier) refusal(what string, err error) error {
	var (
		se *smtp.SMTPError
		te *textproto.Error
	)
	switch {
	case errors.As(err, &se):
		c.client.Reset() //nolint:errcheck // the next command tells
		return &Error{code: se.Code, text: se.Message, what: what}
	case errors.As(err, &te):
		return &Error{code: te.Code, text: te.Msg, what: what}
	}
	return fmt.Errorf("%s: %w", what, err)
}

// connect logs in where no connection is kept; fresh says that it is new.
func (c *Courier) connect(ctx context.Context) (fresh bool, err error) {
	if c.client != nil {
		return false, nil
	}
	password, err := c.config.Password()
	if err != nil {
		return true, fmt.Errorf("connect to SMTP server: %w", err)
	}
	addr := net.JoinHostPort(c.config.Host, strconv.Itoa(c.config.Port))
	conn, err := (&net.Dialer{Timeout: c.config.Timeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return true, fmt.Errorf("connect to SMTP server: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	tc := &tls.Config{ServerName: c.config.Host}
	if c.config.TLS != nil {
		tc = c.config.TLS.Clone()
		if tc.ServerName == "" {
			tc.ServerName = c.config.Host
		}
	}
	var client *smtp.Client
	switch c.config.Security {
	case "starttls":
		client, err = smtp.NewClientStartTLS(conn, tc)
	case "none":
		client = smtp.NewClient(conn)
	default:
		t := tls.Client(conn, tc)
		if err = t.HandshakeContext(ctx); err == nil {
			client = smtp.NewClient(t)
		}
	}
	if err != nil {
		conn.Close()
		return true, fmt.Errorf("connect to SMTP server %s: %w", addr, err)
	}
	client.CommandTimeout, client.SubmissionTimeout = c.config.Timeout, 2*c.config.Timeout
	c.client, c.conn, c.used = client, conn, 0
	if err := c.login(password); err != nil {
		c.drop()
		return true, fmt.Errorf("log in to SMTP server %s as %s: %w", addr, c.config.User, err)
	}
	return true, nil
}

func (c *Courier) login(password string) error {
	if c.config.Security != "starttls" { // which said hello already
		if err := c.client.Hello(c.config.Hello); err != nil {
			return c.refusal("EHLO", err)
		}
	}
	if c.config.User == "" {
		return nil
	}
	var mech sasl.Client
	switch {
	case c.client.SupportsAuth("PLAIN"):
		mech = sasl.NewPlainClient("", c.config.User, password)
	case c.client.SupportsAuth("LOGIN"):
		mech = sasl.NewLoginClient(c.config.User, password)
	default:
		return errors.New("the server offers neither AUTH PLAIN nor LOGIN")
	}
	if err := c.client.Auth(mech); err != nil {
		return c.refusal("AUTH", err)
	}
	return nil
}

// drop forgets the connection.
func (c *Courier) drop() {
	if c.client != nil {
		c.conn.Close()
		c.client, c.conn = nil, nil
	}
}

// quit ends the connection politely.
func (c *Courier) quit() {
	if c.client != nil {
		c.client.Quit() //nolint:errcheck // it is over either way
		c.drop()
	}
}

// Check logs in and tells what the server can do.
func (c *Courier) Check(ctx context.Context) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.connect(ctx); err != nil {
		return nil, err
	}
	var out []string
	for _, ext := range []string{"AUTH", "SIZE", "8BITMIME", "PIPELINING", "SMTPUTF8", "STARTTLS"} {
		if ok, params := c.client.Extension(ext); ok {
			out = append(out, strings.TrimSpace(ext+" "+params))
		}
	}
	return out, nil
}

// Close ends the connection.
func (c *Courier) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quit()
	return nil
}
