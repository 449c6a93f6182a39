// Package mailbox reads a mailbox like a guest: by UID ranges, with
// BODY.PEEK[], changing nothing. It is go-imap's only door.
package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// ErrLogin says that the server refused the name or the password. Whoever
// insists is locked out, so it is to be waited for long.
var ErrLogin = errors.New("login refused")

// ErrNoFolder says that a folder is not among those that the server lists.
var ErrNoFolder = errors.New("no such folder")

// Config is where the mailbox is. Security is "tls" (also ""), "starttls", or
// "none", which is for this machine only.
type Config struct {
	Host      string
	Port      int
	Security  string
	User      string
	Password  func() (string, error) // asked at each connection
	ID        map[string]string      // name, version, vendor …: sent after login (RFC 2971)
	Timeout   time.Duration          // of one read or write; 60 s
	TLS       *tls.Config            // the zero value trusts the system's certificates
	MaxLetter int64                  // larger letters are not fetched; 70 MiB
	// PassOver lets Fetch hand a letter over as unreadable instead of asking for
	// it again, with its header or without: one letter that the server cannot
	// give must not stop the folder. nil passes none over.
	PassOver func(Message) (pass, header bool)
}

// Mark is what of a folder was taken in: every UID up to UID of the validity.
type Mark struct{ Validity, UID uint32 }

// Message is one letter as it lies in the mailbox.
type Message struct {
	Folder        string
	Validity, UID uint32
	Arrived       time.Time // INTERNALDATE
	Size          int64     // as the server tells it
	Raw           []byte    // every byte; may be empty where the server has none
	TooLarge      bool      // Raw is the letter's header at most
	Unreadable    bool      // the letter was passed over: see Config.PassOver; likewise
}

// LetterError says that one letter could not be fetched. The folder's later
// letters wait behind it until it can be, or is passed over.
type LetterError struct {
	Message Message // without Raw
	Refused bool    // the server said no, and the connection is sound
	Err     error
}

func (e *LetterError) Error() string {
	return fmt.Sprintf("fetch letter %d in %q: %v", e.Message.UID, e.Message.Folder, e.Err)
}

func (e *LetterError) Unwrap() error { return e.Err }

// Client is a mailbox that is logged in to. A connection that went while it
// rested is made anew by the next call. It serves one caller at a time.
type Client struct {
	config  Config
	conn    *guarded
	imap    *imapclient.Client
	caps    imap.CapSet
	exists  chan struct{}     // the server told of a change in the open folder
	seen    map[string]uint32 // by folder: the UIDNEXT up to which Fetch has looked
	resting bool              // the connection has served before
	opened  string            // the open folder, "" where none is
	since   time.Time         // when it was opened
	letters uint32            // in it
}

// Dial connects, logs in and sends ID, without which 163.com answers the first
// SELECT with "Unsafe Login".
func Dial(ctx context.Context, c Config) (*Client, error) {
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.MaxLetter == 0 {
		c.MaxLetter = 70 << 20
	}
	cl := &Client{config: c, seen: map[string]uint32{}}
	if err := cl.connect(ctx); err != nil {
		return nil, err
	}
	return cl, nil
}

func (c *Client) connect(ctx context.Context) error {
	password, err := c.config.Password()
	if err != nil {
		return fmt.Errorf("connect to mailbox: %w", err)
	}
	guard, conn, err := wire(ctx, c.config)
	if err != nil {
		return fmt.Errorf("connect to mailbox %s:%d: %w", c.config.Host, c.config.Port, err)
	}
	exists := make(chan struct{}, 1)
	c.conn, c.exists, c.resting, c.opened = guard, exists, false, ""
	c.imap = imapclient.New(conn, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(m *imapclient.UnilateralDataMailbox) {
			if m.NumMessages != nil {
				select {
				case exists <- struct{}{}:
				default:
				}
			}
		},
	}})
	if err := c.command(ctx, 0, func() error { return c.login(password) }); err != nil {
		c.Close()
		return fmt.Errorf("log in to mailbox %s:%d as %s: %w", c.config.Host, c.config.Port, c.config.User, err)
	}
	return nil
}

// busy are the codes of a refusal that is not about the password (RFC 5530).
var busy = []imap.ResponseCode{imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit,
	imap.ResponseCodeServerBug, imap.ResponseCodeContactAdmin, imap.ResponseCodePrivacyRequired}

func (c *Client) login(password string) error {
	if err := c.imap.WaitGreeting(); err != nil {
		return err
	}
	c.imap.Caps() // go-imap asks for them on its own: LOGIN must not overtake the answer
	if err := c.imap.Login(c.config.User, password).Wait(); err != nil {
		var no *imap.Error
		if errors.As(err, &no) && no.Type == imap.StatusResponseTypeNo && !slices.Contains(busy, no.Code) {
			return fmt.Errorf("%w: %s", ErrLogin, no.Text)
		}
		return err
	}
	caps, err := c.imap.Capability().Wait()
	if err != nil {
		return err
	}
	c.caps = caps
	return c.introduce()
}

// introduce sends ID. A server that does not list it and refuses it has no need of it.
func (c *Client) introduce() error {
	if !c.caps.Has(imap.CapID) && len(c.config.ID) == 0 {
		return nil
	}
	of := func(key string) string {
		return strings.Map(func(r rune) rune { // what go-imap can quote
			if r < ' ' || r > '~' || r == '"' || r == '\\' {
				return -1
			}
			return r
		}, c.config.ID[key])
	}
	id := &imap.IDData{Name: of("name"), Version: of("version"), Vendor: of("vendor"), OS: of("os"),
		SupportURL: of("support-url"), Address: of("address")}
	if id.Name == "" {
		id.Name = "tongbao" // an empty list may not count as having said who we are
	}
	_, err := c.imap.ID(id).Wait()
	var no *imap.Error
	if errors.As(err, &no) && !c.caps.Has(imap.CapID) {
		return nil
	}
	return err
}

// slowest is the speed, in bytes per second, below which a connection is given up.
const slowest = 8 << 10

// command runs one exchange about so many bytes. The server must be heard
// every Timeout, and the whole is bounded by twice that, so that nobody can
// keep us by saying a byte a minute. The context's end closes the connection.
func (c *Client) command(ctx context.Context, size int64, do func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*c.config.Timeout+time.Duration(size/slowest)*time.Second,
		errors.New("the server is too slow"))
	defer cancel()
	conn := c.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	conn.watch(c.config.Timeout)
	defer conn.watch(0)
	err := do()
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// Close ends the connection.
func (c *Client) Close() error { return c.imap.Close() }

// Capabilities lists what the server can do, in alphabetical order.
func (c *Client) Capabilities() []string {
	var out []string
	for cap := range c.caps {
		out = append(out, string(cap))
	}
	slices.Sort(out)
	return out
}

// CanIdle reports whether the server tells of new letters by itself.
func (c *Client) CanIdle() bool { return c.caps.Has(imap.CapIdle) }

// Folders lists the folders' names.
func (c *Client) Folders(ctx context.Context) ([]string, error) {
	var out []string
	err := c.command(ctx, 0, func() error {
		list, err := c.imap.List("", "*", nil).Collect()
		for _, f := range list {
			out = append(out, f.Mailbox)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	return out, nil
}

// Count is how many letters a folder has.
func (c *Client) Count(ctx context.Context, folder string) (int, error) {
	data, err := c.open(ctx, folder)
	if err != nil {
		return 0, err
	}
	return int(data.NumMessages), nil
}

// open opens a folder for reading only. Where the connection went while it
// rested – a server ends it after some minutes without a word – it is made anew.
func (c *Client) open(ctx context.Context, folder string) (*imap.SelectData, error) {
	rested := c.resting
	data, err := c.examine(ctx, folder)
	var no *imap.Error
	if err != nil && rested && !errors.As(err, &no) && !errors.Is(err, ErrNoFolder) && ctx.Err() == nil {
		c.Close()
		if err := c.connect(ctx); err != nil {
			return nil, err
		}
		data, err = c.examine(ctx, folder)
	}
	c.resting = true
	return data, err
}

func (c *Client) examine(ctx context.Context, folder string) (data *imap.SelectData, err error) {
	c.opened = ""
	c.forget() // what was told before is in the answer
	err = c.command(ctx, 0, func() error {
		data, err = c.imap.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	var no *imap.Error
	if errors.As(err, &no) && no.Type == imap.StatusResponseTypeNo {
		// A no says little: 163 says "Unsafe Login" so, and a busy server that it
		// is busy. Only the list of folders tells whether this one is there.
		if there, e := c.Folders(ctx); e == nil && !slices.ContainsFunc(there, func(f string) bool { return sameFolder(f, folder) }) {
			return nil, fmt.Errorf("open folder %q: %w (%s); there are %q", folder, ErrNoFolder, no.Text, there)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open folder %q: %w", folder, err)
	}
	if data.UIDValidity == 0 && data.NumMessages > 0 {
		return nil, fmt.Errorf("open folder %q: the server tells no UIDVALIDITY, so that its letters cannot be told apart", folder)
	}
	c.opened, c.since = folder, time.Now()
	return data, nil
}

// forget drops what the server told of a change.
func (c *Client) forget() {
	select {
	case <-c.exists:
	default:
	}
}

func sameFolder(a, b string) bool {
	return a == b || strings.EqualFold(a, b) && strings.EqualFold(a, "INBOX")
}
