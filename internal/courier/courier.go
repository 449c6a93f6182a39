// Package courier carries one letter out over SMTP, to one recipient at a
// time. It is go-smtp's door.
package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Config is where letters go out. Security is "tls" (also ""), "starttls", or
// "none", which is for this machine only.
type Config struct {
	Host     string
	Port     int
	Security string
	User     string                 // "" sends without login
	Password func() (string, error) // asked at each connection
	Hello    string                 // how we name ourselves; an empty name is refused (550 MI:NHD)
	Timeout  time.Duration          // of one exchange; 60 s
	TLS      *tls.Config            // the zero value trusts the system's certificates
}

const (
	// perConnection is how many letters one connection carries: 163 refuses
	// more with MI:DMC.
	perConnection = 10
	// restsAtMost is how long a connection is kept without a letter: servers
	// hang up after some minutes.
	restsAtMost = time.Minute
	// slowest is the speed, in bytes per second, below which a letter is given up.
	slowest = 8 << 10
)

// Courier sends letters one after the other over a kept connection.
type Courier struct {
	config Config
	mu     sync.Mutex
	client *smtp.Client // nil where no connection is kept
	conn   net.Conn
	used   int       // letters carried by the connection
	last   time.Time // when it was used
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
	what string // the command
}

// Error says what was refused.
func (e *Error) Error() string { return fmt.Sprintf("%s: %d %s", e.what, e.code, e.text) }

// Code is the reply's three digits.
func (e *Error) Code() int { return e.code }

// Text is what the server said, with the enhanced code (RFC 3463) where it
// gave one: "5.1.1 user unknown".
func (e *Error) Text() string { return e.text }

// Temporary reports whether it may be tried again.
func (e *Error) Temporary() bool { return e.code/100 == 4 }

// Send carries a letter to one recipient; the bytes go as they are, with CRLF
// for every line's end. An error is *Error where the server refused. Any other
// is of the network: it is temporary, and the letter may have arrived all the
// same where the end of it had been sent.
func (c *Courier) Send(ctx context.Context, from, to string, raw []byte) error {
	for _, address := range []string{from, to} {
		if err := checkAddress(address); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client != nil && time.Since(c.last) > restsAtMost {
		c.quit()
	}
	fresh, err := c.connect(ctx)
	if err != nil {
		return err
	}
	err = c.deliver(ctx, from, to, raw)
	if errors.Is(err, errGone) && !fresh && ctx.Err() == nil {
		// The kept connection had ended; nothing was said on it yet.
		c.drop()
		if _, err := c.connect(ctx); err != nil {
			return err
		}
		err = c.deliver(ctx, from, to, raw)
	}
	var no *Error
	switch {
	case err == nil:
		if c.used++; c.used >= perConnection {
			c.quit()
		}
	case !errors.As(err, &no) || no.code == 421:
		c.drop()
	default: // the connection is sound: clear the way for the next letter
		if c.within(ctx, 0, c.client.Reset) != nil {
			c.drop()
		}
	}
	c.last = time.Now()
	return err
}

// checkAddress refuses what no server of ours can be told, in a server's
// words: without SMTPUTF8 an address is ASCII.
func checkAddress(address string) error {
	local, domain, ok := strings.Cut(address, "@")
	bad := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>(),;:\\\"", r) }
	if !ok || local == "" || domain == "" || len(address) > 254 || strings.ContainsFunc(address, bad) || strings.Contains(domain, "@") {
		return &Error{code: 553, text: fmt.Sprintf("5.1.3 mailbox does not exist: %q is no address", address), what: "address"}
	}
	return nil
}

// errGone marks a failure of a letter's first command, also where the server
// says 421 to it: one that waited too long for us does.
var errGone = errors.New("connection had gone")

func (c *Courier) deliver(ctx context.Context, from, to string, raw []byte) error {
	return c.within(ctx, len(raw), func() error {
		reach("before MAIL")
		if err := c.client.Mail(from, &smtp.MailOptions{Size: int64(len(raw))}); err != nil {
			if err = refusal("MAIL FROM", err); !refused(err) || code(err) == 421 {
				err = fmt.Errorf("%w: %w", errGone, err)
			}
			return err
		}
		if err := c.client.Rcpt(to, nil); err != nil {
			return refusal("RCPT TO", err)
		}
		reach("before DATA")
		w, err := c.client.Data()
		if err != nil {
			return refusal("DATA", err)
		}
		reach("after DATA")
		if _, err := io.Copy(w, bytes.NewReader(raw)); err != nil {
			return refusal("DATA", err)
		}
		reach("before end of DATA")
		err = refusal("end of DATA", w.Close())
		reach("after end of DATA")
		return err
	})
}

// Step is nil but in tests: there it is told of each step of a delivery, as
// "before DATA", and can end the process.
var Step func(point string)

func reach(point string) {
	if Step != nil {
		Step(point)
	}
}

// within bounds an exchange about so many bytes: go-smtp sets no deadline while
// a letter's bytes go out. The context's end closes the connection.
func (c *Courier) within(ctx context.Context, size int, do func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 6*c.config.Timeout+time.Duration(size/slowest)*time.Second,
		errors.New("the server is too slow"))
	defer cancel()
	conn := c.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	err := do()
	if err != nil && ctx.Err() != nil && !refused(err) {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

func refused(err error) bool {
	var no *Error
	return errors.As(err, &no)
}

func code(err error) int {
	var no *Error
	if errors.As(err, &no) {
		return no.code
	}
	return 0
}

// refusal makes an Error of a server's reply, and leaves the network's faults.
func refusal(what string, err error) error {
	var se *smtp.SMTPError
	if err == nil {
		return nil
	}
	if !errors.As(err, &se) {
		return fmt.Errorf("%s: %w", what, err)
	}
	text := se.Message
	if e := se.EnhancedCode; e[0] > 0 { // go-smtp takes it out of the text, where the outbox looks for it
		text = fmt.Sprintf("%d.%d.%d %s", e[0], e[1], e[2], text)
	}
	return &Error{code: se.Code, text: text, what: what}
}

// drop forgets the connection.
func (c *Courier) drop() {
	if c.client != nil {
		c.conn.Close()
		c.client, c.conn = nil, nil
	}
}

// quit ends the connection politely, but does not wait long for a good-bye.
func (c *Courier) quit() {
	if c.client != nil {
		c.client.CommandTimeout = min(c.config.Timeout, 5*time.Second)
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

// Close ends the connection; the next letter makes another.
func (c *Courier) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quit()
	return nil
}
