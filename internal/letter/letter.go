// Package letter reads and writes letters: MIME both ways. It is go-message's and go-msgauth's
// only door. Reading is lenient: what clerks' programs send is mended where
// it can be, and what could be read is returned with the complaint.
package letter

import (
	"bytes"
	"errors"
	"time"
)

// Limits bounds a letter. Zero fields take the default.
type Limits struct {
	Parts int // 200
	Depth int // multiparts in multiparts; 10
	// Cut says that the bytes are known to end too early: a letter within a
	// letter that was cut short.
	Cut bool
}

// OrDefault fills the zero fields.
func (l Limits) OrDefault() Limits {
	if l.Parts == 0 {
		l.Parts = 200
	}
	if l.Depth == 0 {
		l.Depth = 10
	}
	return l
}

// Header is what a letter says of itself. Ids are without <>.
type Header struct {
	From, FromName       string // the address in lower case; "" where there is none, or several that contradict
	To, Cc               []string
	ReplyTo, Subject     string
	MessageID, InReplyTo string
	References           []string
	Date, Received       time.Time // Received: the topmost Received field's date, else Date
	Automatic            string    // why it is automatic mail (bounce, receipt, auto-reply, list, …), "" where it is not
	Bounced              []Bounced // of a bounce: the addresses that failed for good
	AuthResults          []string
}

// Bounced is an address that could not be reached.
type Bounced struct{ Address, Status, Text string }

// Part is an attachment.
type Part struct {
	Name, Type        string // Name is the last element of what was sent, "" where it has none
	Data              []byte // not transcoded, whatever the charset label
	Inline, Truncated bool   // Inline: a picture in the text
	Letter            bool   // message/rfc822
}

// Link is a link to a 超大附件 that lies with a provider: named, never followed.
type Link struct {
	Name    string // the file's name, "" where it is not told
	Service string // the host, or the words that tell
}

// Problem is what could not be read: "truncated" (Detail is the part's name),
// "no-boundary", "too-many-parts", "several-senders", "sealed" (encrypted or
// signed as a whole), "partial" (a piece of a letter that was cut into several).
type Problem struct{ Code, Detail string }

// Letter is a letter with its parts.
type Letter struct {
	Header
	Text, HTML string // the bodies; several of a kind are joined
	Parts      []Part // in the letter's order
	Links      []Link
	Problems   []Problem
}

// Read reads a letter. The error says that the bytes are no letter at all.
func Read(raw []byte, lim Limits) (*Letter, error) {
	raw = trimFront(raw)
	fields, body := splitFields(raw)
	if len(fields) == 0 {
		return nil, errors.New("no header fields")
	}
	l := &Letter{Header: readHeader(fields)}
	r := &reader{l: l, lim: lim.OrDefault()}
	if l.From == "" && len(mailboxes(get(fields, "from"))) > 1 {
		r.problem("several-senders", unfold(get(fields, "from")))
	}
	r.part(fields, body, place{cut: lim.Cut})
	l.Text, l.HTML = r.text.String(), r.html.String()
	if l.Automatic = automatic(fields, l); l.Automatic == "bounce" {
		l.Bounced = bounced(fields, l)
	}
	l.Links = append(links(l), r.elsewhere...)
	return l, nil
}

// trimFront takes off what stands before a header in files that are letters.
func trimFront(raw []byte) []byte {
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) { // QUIRK: mbox
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			raw = raw[i+1:]
		}
	}
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 { // QUIRK: old Macs' line ends
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	return raw
}
