package mailbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// window is how many UIDs one FETCH asks for. Where a window is empty the next
// is widened: Coremail's UIDs begin beyond 1,300,000,000.
const (
	window  = 500
	widened = 16
)

// Fetch hands over, in order of UID, the folder's letters above the mark (all
// where the validity differs or the folder's UIDs fell below the mark) that
// arrived at or after since. An error of each stops it. The mark that it
// returns covers exactly what each accepted and what was passed over, with an
// error too.
func (c *Client) Fetch(ctx context.Context, folder string, from Mark, since time.Time, each func(Message) error) (Mark, error) {
	data, err := c.open(ctx, folder)
	if err != nil {
		return from, err
	}
	c.letters = data.NumMessages
	last, err := c.last(ctx, data)
	if err != nil {
		return from, fmt.Errorf("find the last letter in %q: %w", folder, err)
	}
	if from.Validity != data.UIDValidity || data.UIDNext != 0 && from.UID > last {
		from = Mark{Validity: data.UIDValidity}
	}
	if data.NumMessages == 0 {
		last = from.UID
	}
	step := uint64(window)
	for from.UID < last {
		high := uint32(min(uint64(from.UID)+step, uint64(last)))
		list, err := c.list(ctx, from.UID+1, high)
		if err != nil {
			return from, fmt.Errorf("list letters in %q: %w", folder, err)
		}
		for _, m := range list {
			m.Folder, m.Validity = folder, from.Validity
			if err := c.hand(ctx, m, since, each); err != nil {
				return from, err
			}
			from.UID = m.UID
		}
		from.UID = high
		if step *= widened; len(list) > 0 {
			step = window
		}
	}
	c.seen[folder] = uint32(data.UIDNext)
	return from, nil
}

// last is the highest UID that may be there. A server that does not tell the
// next one is asked for the last letter's, by its number.
func (c *Client) last(ctx context.Context, data *imap.SelectData) (uint32, error) {
	if data.UIDNext != 0 || data.NumMessages == 0 {
		return max(uint32(data.UIDNext), 1) - 1, nil
	}
	var uid imap.UID
	err := c.command(ctx, 0, func() error {
		list, err := c.imap.Fetch(imap.SeqSetNum(data.NumMessages), &imap.FetchOptions{UID: true}).Collect()
		if err == nil && len(list) == 0 {
			err = errors.New("the server does not tell the last letter's UID")
		}
		for _, m := range list {
			uid = max(uid, m.UID)
		}
		return err
	})
	return uint32(uid), err
}

// perItem is about how many bytes the server says of a letter in a list.
const perItem = 200

// list asks what lies in a range of UIDs and sorts it. A server may answer with
// a letter outside of it (n:* is never empty), which is left out.
func (c *Client) list(ctx context.Context, low, high uint32) ([]Message, error) {
	var out []Message
	err := c.command(ctx, (min(int64(high-low), int64(c.letters))+1)*perItem, func() error {
		set := imap.UIDSet{imap.UIDRange{Start: imap.UID(low), Stop: imap.UID(high)}}
		bufs, err := c.imap.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true}).Collect()
		for _, b := range bufs {
			if uid := uint32(b.UID); uid >= low && uid <= high {
				out = append(out, Message{UID: uid, Arrived: b.InternalDate, Size: b.RFC822Size})
			}
		}
		return err
	})
	slices.SortFunc(out, func(a, b Message) int { return cmp.Compare(a.UID, b.UID) })
	return out, err
}

// hand fetches a letter and hands it over, or passes it over where it is older
// than since or gone.
func (c *Client) hand(ctx context.Context, m Message, since time.Time, each func(Message) error) error {
	if !m.Arrived.IsZero() && m.Arrived.Before(since) {
		return nil
	}
	if c.config.PassOver != nil {
		if pass, header := c.config.PassOver(m); pass {
			return c.handUnreadable(ctx, m, header, each)
		}
	}
	var err error
	broken := false
	if m.Size > c.config.MaxLetter {
		m.TooLarge = true
	} else {
		m.Raw, err = c.body(ctx, m.UID, &imap.FetchItemBodySection{Peek: true}, m.Size, c.config.MaxLetter)
	}
	var big *oversize
	if errors.As(err, &big) { // the server told a smaller size
		m.TooLarge, m.Size, broken, err = true, big.size, big.closed, nil
	}
	if err == nil && m.TooLarge && !broken {
		m.Raw, err = c.head(ctx, m.UID)
	}
	if errors.Is(err, errGone) {
		return nil
	}
	if err != nil {
		m.Raw = nil
		var no *imap.Error
		return &LetterError{Message: m, Refused: errors.As(err, &no) || errors.Is(err, errWithheld), Err: err}
	}
	if m.Arrived.IsZero() {
		if m.Arrived = stamped(m.Raw); m.Arrived.Before(since) {
			return nil
		}
	}
	if err := each(m); err != nil {
		return err
	}
	if broken {
		return fmt.Errorf("fetch letter %d in %q: %w", m.UID, m.Folder, big)
	}
	return nil
}

// handUnreadable hands a letter over of which the server gives the header at most.
func (c *Client) handUnreadable(ctx context.Context, m Message, header bool, each func(Message) error) (err error) {
	m.Unreadable = true
	if header {
		if m.Raw, err = c.head(ctx, m.UID); err != nil && !errors.Is(err, errWithheld) && !errors.Is(err, errGone) {
			m.Raw = nil
			return &LetterError{Message: m, Err: err}
		}
	}
	if m.Arrived.IsZero() {
		m.Arrived = stamped(m.Raw)
	}
	return each(m)
}

// stamped is when a letter arrived by its topmost Received, else by its Date,
// else now: for a server that tells no INTERNALDATE.
func stamped(raw []byte) time.Time {
	if l, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		for _, at := range append(l.Header["Received"], l.Header.Get("Date")) {
			if t, err := mail.ParseDate(strings.TrimSpace(at[strings.LastIndexByte(at, ';')+1:])); err == nil {
				return t
			}
		}
	}
	return time.Now()
}

// largestHead bounds what is kept of a letter that is too large.
const largestHead = 1 << 20

// head fetches the header of a letter that is too large, so that its sender
// can be told. It is nil where that is too large as well.
func (c *Client) head(ctx context.Context, uid uint32) ([]byte, error) {
	raw, err := c.body(ctx, uid, &imap.FetchItemBodySection{Peek: true, Specifier: imap.PartSpecifierHeader}, largestHead, largestHead)
	var (
		big *oversize
		no  *imap.Error
	)
	if errors.As(err, &big) && !big.closed || errors.As(err, &no) {
		return nil, nil
	}
	return raw, err
}

var (
	errGone     = errors.New("the letter is gone")
	errWithheld = errors.New("the server lists the letter and does not send it")
)

// oversize is a literal that is larger than is taken. One that is beyond all
// measure ends the connection.
type oversize struct {
	size   int64
	closed bool
}

func (o *oversize) Error() string { return fmt.Sprintf("the server sends %d bytes", o.size) }

// body fetches one letter whole, or its header: about size bytes, and at most most.
func (c *Client) body(ctx context.Context, uid uint32, section *imap.FetchItemBodySection, size, most int64) (raw []byte, err error) {
	found := false
	err = c.command(ctx, size, func() error {
		cmd := c.imap.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
		raw, found, err = c.read(cmd, most)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found {
		return raw, nil
	}
	// Nothing came. Another client may have deleted the letter; but a server
	// that keeps it and does not give it must not make us lose it.
	switch still, err := c.list(ctx, uid, uid); {
	case err != nil:
		return nil, err
	case len(still) > 0:
		return nil, errWithheld
	}
	return nil, errGone
}

// read takes the one literal of a FETCH. go-imap reads a literal that was cut
// short as a short body without an error, so the bytes are counted, and the
// command must end well. After a literal's failure nothing more is read:
// go-imap has gone on already, and it would be read by two at once.
func (c *Client) read(cmd *imapclient.FetchCommand, most int64) (raw []byte, found bool, err error) {
	var big *oversize
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			data, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok {
				continue
			}
			found = true
			if data.Literal == nil {
				continue // NIL: the server has nothing
			}
			size := data.Literal.Size()
			if size > most {
				if big = (&oversize{size: size, closed: size > 4*c.config.MaxLetter}); big.closed {
					c.conn.Close()
				}
				if _, err := io.Copy(io.Discard, data.Literal); err != nil {
					big.closed = true
					c.conn.Close()
					return nil, false, big
				}
				continue
			}
			raw = make([]byte, size)
			if n, err := io.ReadFull(data.Literal, raw); err != nil {
				c.conn.Close()
				return nil, false, fmt.Errorf("%d of %d bytes came: %w", n, size, io.ErrUnexpectedEOF)
			}
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, false, err
	}
	if big != nil {
		return nil, false, big
	}
	return raw, found, nil
}
