// Package mailbox reads a mailbox like a guest: by UID ranges, with
// BODY.PEEK[], changing nothing. It is go-imap's only door.
package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// ErrLogin says that the server refused the name or the password.
var ErrLogin = errors.New("login refused")

// ErrNoFolder says that a folder is not there.
var ErrNoFolder = errors.New("no such folder")

// Config is where the mailbox is. Security is "tls", "starttls" or "none".
type Config struct {
	Host      string
	Port      int
	Security  string
	User      string
	Password  func() (string, error)
	ID        map[string]string // name, version, vendor: sent after login (RFC 2971)
	Timeout   time.Duration     // of one read or write; 60 s
	TLS       *tls.Config
	MaxLetter int64 // larger letters are not fetched; 70 MiB
}

// Mark is what of a folder was taken in: every UID up to UID of the validity.
type Mark struct{ Validity, UID uint32 }

// Message is one letter as it lies in the mailbox.
type Message struct {
	Folder        string
	Validity, UID uint32
	Arrived       time.Time // INTERNALDATE
	Size          int64
	Raw           []byte
	TooLarge      bool // Raw is nil
}

// Client is a connection that is logged in.
type Client struct {
	config Config
	conn   *guarded
	imap   *imapclient.Client
	caps   imap.CapSet
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
	password, err := c.Password()
	if err != nil {
		return nil, fmt.Errorf("connect to mailbox: %w", err)
	}
	addr := net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	raw, err := (&net.Dialer{Timeout: c.Timeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect to mailbox: %w", err)
	}
	tc := &tls.Config{ServerName: c.Host}
	if c.TLS != nil {
		tc = c.TLS.Clone()
		if tc.ServerName == "" {
			tc.ServerName = c.Host
		}
	}
	cl := &Client{config: c, conn: &guarded{Conn: raw, most: c.MaxLetter + 1<<20}}
	cl.conn.timeout.Store(int64(c.Timeout))
	defer cl.guard(ctx)()
	switch c.Security {
	case "starttls":
		cl.imap, err = imapclient.NewStartTLS(cl.conn, &imapclient.Options{TLSConfig: tc})
	case "none":
		cl.imap = imapclient.New(cl.conn, nil)
	default:
		t := tls.Client(cl.conn, tc)
		if err = t.HandshakeContext(ctx); err == nil {
			cl.imap = imapclient.New(t, nil)
		}
	}
	if err != nil {
		raw.Close()
		return nil, fmt.Errorf("connect to mailbox %s: %w", addr, err)
	}
	if err := cl.login(password); err != nil {
		cl.Close()
		return nil, fmt.Errorf("log in to mailbox %s as %s: %w", addr, c.User, err)
	}
	return cl, nil
}

func (c *Client) login(password string) error {
	if err := c.imap.WaitGreeting(); err != nil {
		return err
	}
	if err := c.imap.Login(c.config.User, password).Wait(); err != nil {
		var no *imap.Error
		if errors.As(err, &no) && no.Type == imap.StatusResponseTypeNo {
			return fmt.Errorf("%w: %s", ErrLogin, no.Text)
		}
		return err
	}
	caps, err := c.imap.Capability().Wait()
	if err != nil {
		return err
	}
	c.caps = caps
	if caps.Has(imap.CapID) {
		id := &imap.IDData{Name: c.config.ID["name"], Version: c.config.ID["version"], Vendor: c.config.ID["vendor"]}
		if _, err := c.imap.ID(id).Wait(); err != nil {
			return err
		}
	}
	return nil
}

// guard ends what is under way when the context does; the returned function
// ends the guarding.
func (c *Client) guard(ctx context.Context) func() {
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	return func() { stop() }
}

// Close ends the connection.
func (c *Client) Close() error { return c.imap.Close() }

// Capabilities lists what the server can do.
func (c *Client) Capabilities() []string {
	var out []string
	for cap := range c.caps {
		out = append(out, string(cap))
	}
	return out
}

// CanIdle reports whether the server tells of new letters by itself.
func (c *Client) CanIdle() bool { return c.caps.Has(imap.CapIdle) }

// Folders lists the folders' names.
func (c *Client) Folders(ctx context.Context) ([]string, error) {
	defer c.guard(ctx)()
	list, err := c.imap.List("", "*", nil).Collect()
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	var out []string
	for _, f := range list {
		out = append(out, f.Mailbox)
	}
	return out, nil
}

// Count is how many letters a folder has.
func (c *Client) Count(ctx context.Context, folder string) (int, error) {
	defer c.guard(ctx)()
	data, err := c.examine(folder)
	if err != nil {
		return 0, err
	}
	return int(data.NumMessages), nil
}

func (c *Client) examine(folder string) (*imap.SelectData, error) {
	data, err := c.imap.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	var no *imap.Error
	if errors.As(err, &no) && no.Type == imap.StatusResponseTypeNo && (no.Code == imap.ResponseCodeNonExistent || no.Code == imap.ResponseCodeTryCreate || no.Code == "") && !isUnsafe(no.Text) {
		return nil, fmt.Errorf("folder %q: %w: %s", folder, ErrNoFolder, no.Text)
	}
	if err != nil {
		return nil, fmt.Errorf("open folder %q: %w", folder, err)
	}
	return data, nil
}

func isUnsafe(text string) bool {
	return len(text) >= 6 && text[:6] == "Unsafe" || len(text) > 13 && text[:13] == "SELECT Unsafe"
}

// window is how many UIDs one FETCH asks for.
const window = 500

// Fetch hands over, in order of UID, the folder's letters above the mark (all
// where the validity differs) that arrived at or after since. An error of each
// stops it. The mark that it returns covers exactly what each accepted and
// what was passed over.
func (c *Client) Fetch(ctx context.Context, folder string, from Mark, since time.Time, each func(Message) error) (Mark, error) {
	defer c.guard(ctx)()
	data, err := c.examine(folder)
	if err != nil {
		return from, err
	}
	if from.Validity != data.UIDValidity {
		from = Mark{Validity: data.UIDValidity}
	}
	if data.NumMessages == 0 || data.UIDNext != 0 && uint32(data.UIDNext) <= from.UID+1 {
		return from, nil
	}
	last := uint32(data.UIDNext) - 1
	if data.UIDNext == 0 {
		if last, err = c.lastUID(); err != nil {
			return from, err
		}
	}
	for from.UID < last {
		high := min(last, from.UID+window)
		list, err := c.list(from.UID+1, high)
		if err != nil {
			return from, fmt.Errorf("list letters in %q: %w", folder, err)
		}
		for _, m := range list {
			m.Folder, m.Validity = folder, from.Validity
			if m.Arrived.Before(since) {
				continue
			}
			if m.TooLarge = m.Size > c.config.MaxLetter; !m.TooLarge {
				if m.Raw, err = c.body(m.UID); errors.Is(err, errGone) {
					continue
				} else if err != nil {
					return from, fmt.Errorf("fetch letter %d in %q: %w", m.UID, folder, err)
				}
			}
			if err := each(m); err != nil {
				return from, err
			}
			from.UID = m.UID
		}
		from.UID = high
	}
	return from, nil
}

// lastUID asks for the highest UID where the server does not tell the next.
func (c *Client) lastUID() (uint32, error) {
	cmd := c.imap.Fetch(imap.UIDSet{imap.UIDRange{Start: 0, Stop: 0}}, &imap.FetchOptions{UID: true})
	list, err := cmd.Collect()
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return uint32(list[len(list)-1].UID), nil
}

// list asks what lies in a range of UIDs. A server may answer with a letter
// outside of it (n:* is never empty), which is left out.
func (c *Client) list(low, high uint32) ([]Message, error) {
	set := imap.UIDSet{imap.UIDRange{Start: imap.UID(low), Stop: imap.UID(high)}}
	cmd := c.imap.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true})
	bufs, err := cmd.Collect()
	if err != nil {
		return nil, err
	}
	var out []Message
	for _, b := range bufs {
		if uid := uint32(b.UID); uid >= low && uid <= high {
			out = append(out, Message{UID: uid, Arrived: b.InternalDate, Size: b.RFC822Size})
		}
	}
	return out, nil
}

var errGone = errors.New("the letter is gone")

// body fetches one letter whole. go-imap reads a literal that was cut short as
// a short body without an error, so the bytes are counted and the command must
// end well.
func (c *Client) body(uid uint32) (raw []byte, err error) {
	section := &imap.FetchItemBodySection{Peek: true}
	cmd := c.imap.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	found := false
	var fault error
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			data, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || data.Literal == nil {
				continue
			}
			size := data.Literal.Size()
			if size > c.config.MaxLetter+1<<20 {
				fault = fmt.Errorf("the literal has %d bytes", size)
				io.Copy(io.Discard, data.Literal) //nolint:errcheck // the command's end tells
				continue
			}
			got, err := io.ReadAll(data.Literal)
			if err != nil || int64(len(got)) != size {
				fault = errors.Join(err, fmt.Errorf("%d of %d bytes came: %w", len(got), size, io.ErrUnexpectedEOF))
				continue
			}
			raw, found = got, true
		}
	}
	if err := errors.Join(cmd.Close(), fault); err != nil {
		return nil, err
	}
	if !found {
		return nil, errGone
	}
	return raw, nil
}

// Idle waits in a folder until something changes there, the time is over, or
// the context ends. It returns nil in all three cases.
func (c *Client) Idle(ctx context.Context, folder string, most time.Duration) error {
	if _, err := c.examine(folder); err != nil {
		return err
	}
	c.conn.timeout.Store(int64(most + c.config.Timeout))
	defer c.conn.timeout.Store(int64(c.config.Timeout))
	cmd, err := c.imap.Idle()
	if err != nil {
		return fmt.Errorf("idle in %q: %w", folder, err)
	}
	before := c.imap.Mailbox().NumMessages
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	end := time.After(most)
	for waiting := true; waiting; {
		select {
		case <-ctx.Done():
			waiting = false
		case <-end:
			waiting = false
		case <-c.imap.Closed():
			return fmt.Errorf("idle in %q: connection closed", folder)
		case <-tick.C:
			mb := c.imap.Mailbox()
			waiting = mb != nil && mb.NumMessages == before
		}
	}
	return errors.Join(cmd.Close(), cmd.Wait())
}

// guarded is a connection whose reads and writes take a bounded time, and
// whose lines have a bounded length.
type guarded struct {
	net.Conn
	timeout atomic.Int64
	most    int64
	line    int64 // bytes since the last line's end
}

func (g *guarded) Read(p []byte) (int, error) {
	if err := g.SetReadDeadline(time.Now().Add(time.Duration(g.timeout.Load()))); err != nil {
		return 0, err
	}
	n, err := g.Conn.Read(p)
	g.line += int64(n)
	for i := n - 1; i >= 0; i-- {
		if p[i] == '\n' {
			g.line = int64(n - 1 - i)
			break
		}
	}
	if g.line > g.most {
		return n, fmt.Errorf("a line of more than %d bytes", g.most)
	}
	return n, err
}

func (g *guarded) Write(p []byte) (int, error) {
	if err := g.SetWriteDeadline(time.Now().Add(time.Duration(g.timeout.Load()))); err != nil {
		return 0, err
	}
	return g.Conn.Write(p)
}
