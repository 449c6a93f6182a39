// Package letter reads and writes letters: MIME both ways. It is go-message's
// only door. Reading is lenient: what clerks' programs send is mended where
// it can be, and what could be read is returned with the complaint.
package letter

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"time"
)

// Limits bounds a letter. Zero fields take the default.
type Limits struct {
	Parts int // 200
	Depth int // 10
}

// Header is what a letter says of itself. Ids are without <>.
type Header struct {
	From, FromName       string // the address in lower case
	To, Cc               []string
	ReplyTo, Subject     string
	MessageID, InReplyTo string
	References           []string
	Date, Received       time.Time // Received: the topmost Received field's date, else Date
	Automatic            string    // why it is automatic mail, "" where it is not
	Bounced              []Bounced
	AuthResults          []string
}

// Bounced is an address that could not be reached.
type Bounced struct{ Address, Status, Text string }

// Part is an attachment.
type Part struct {
	Name, Type        string
	Data              []byte
	Inline, Truncated bool
	Letter            bool // message/rfc822
}

// Link is a link to a 超大附件: named, never followed.
type Link struct{ Name, Service string }

// Problem is what could not be read.
type Problem struct{ Code, Detail string }

// Letter is a letter with its parts.
type Letter struct {
	Header
	Text, HTML string
	Parts      []Part
	Links      []Link
	Problems   []Problem
}

type field struct{ name, value string }

// reader walks the parts of one letter.
type reader struct {
	l     *Letter
	lim   Limits
	parts int
}

// Read reads a letter. The error says that the bytes are no letter at all.
func Read(raw []byte, lim Limits) (*Letter, error) {
	if lim.Parts == 0 {
		lim.Parts = 200
	}
	if lim.Depth == 0 {
		lim.Depth = 10
	}
	if bytes.HasPrefix(raw, []byte("From ")) { // QUIRK: mbox
		if i := bytes.IndexByte(raw, '\n'); i >= 0 {
			raw = raw[i+1:]
		}
	}
	fields, body := splitFields(raw)
	if len(fields) == 0 {
		return nil, errors.New("no header fields")
	}
	l := &Letter{}
	l.Header = readHeader(fields)
	r := &reader{l: l, lim: lim}
	r.part(fields, body, 0, true)
	l.Automatic = automatic(fields, l)
	if l.Automatic == "bounce" {
		l.Bounced = bounced(l, raw)
	}
	l.Links = links(l)
	return l, nil
}

// splitFields cuts the header into fields; a line that is none is passed over.
func splitFields(raw []byte) ([]field, []byte) {
	var out []field
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\n')
		line := raw
		rest := []byte(nil)
		if i >= 0 {
			line, rest = raw[:i], raw[i+1:]
		}
		line = bytes.TrimRight(line, "\r")
		if len(bytes.TrimSpace(line)) == 0 && (len(line) == 0 || len(out) > 0) {
			return out, rest
		}
		raw = rest
		if (line[0] == ' ' || line[0] == '\t') && len(out) > 0 {
			if len(out[len(out)-1].value) < 64<<10 {
				out[len(out)-1].value += "\n" + string(line)
			}
			continue
		}
		name, value, ok := strings.Cut(string(line), ":")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, " \t<>") {
			continue // QUIRK: a malformed line must not cost the parts behind it
		}
		if len(out) < 1000 {
			out = append(out, field{strings.ToLower(name), strings.TrimLeft(value, " \t")})
		}
	}
	return out, nil
}

func get(fields []field, name string) string {
	for _, f := range fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (r *reader) problem(code, detail string) {
	r.l.Problems = append(r.l.Problems, Problem{code, detail})
}

// part reads one part and what is in it.
func (r *reader) part(fields []field, body []byte, depth int, closed bool) {
	if r.parts++; r.parts > r.lim.Parts || depth > r.lim.Depth {
		if r.parts == r.lim.Parts+1 || depth == r.lim.Depth+1 {
			r.problem("too-many-parts", fmt.Sprintf("depth %d, parts %d", depth, r.parts))
		}
		return
	}
	kind, params := parseParams(get(fields, "content-type"))
	if kind == "" {
		kind = "text/plain"
	}
	disposition, dparams := parseParams(get(fields, "content-disposition"))
	if strings.HasPrefix(kind, "multipart/") {
		r.multipart(params["boundary"], body, depth)
		return
	}
	data, whole := decodeTransfer(get(fields, "content-transfer-encoding"), body)
	name := dparams["filename"]
	if name == "" {
		name = params["name"]
	}
	p := Part{Name: name, Type: kind, Data: data, Truncated: !whole || !closed}
	if p.Truncated {
		r.problem("truncated", name)
	}
	isText := kind == "text/plain" || kind == "text/html"
	switch {
	case kind == "message/rfc822" || kind == "message/global":
		p.Letter = true
		if p.Name == "" {
			p.Name = "转发的邮件.eml"
		}
		r.l.Parts = append(r.l.Parts, p)
	case isText && name == "" && disposition != "attachment":
		text := decodeText(data, params["charset"])
		if kind == "text/html" {
			r.l.HTML += text
		} else {
			r.l.Text += text
		}
	default:
		p.Inline = disposition == "inline" && strings.HasPrefix(kind, "image/") || get(fields, "content-id") != "" && strings.HasPrefix(kind, "image/") && disposition != "attachment"
		r.l.Parts = append(r.l.Parts, p)
	}
}

var lineStart = regexp.MustCompile(`(?m)^--(.{10,100}?)\r?$`)

// multipart cuts a body at its boundary.
func (r *reader) multipart(boundary string, body []byte, depth int) {
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary)) {
		m := lineStart.FindSubmatch(body)
		if m == nil {
			r.problem("no-boundary", "")
			return
		}
		boundary = strings.TrimRight(string(m[1]), " \t\r")
	}
	mark := []byte("--" + boundary)
	var parts [][]byte
	closed := false
	start := -1
	for at := 0; at < len(body); {
		end := bytes.IndexByte(body[at:], '\n')
		next := len(body)
		line := body[at:]
		if end >= 0 {
			next = at + end + 1
			line = body[at : at+end]
		}
		if bytes.HasPrefix(line, mark) {
			tail := bytes.TrimSpace(line[len(mark):])
			if len(tail) == 0 || bytes.Equal(tail, []byte("--")) {
				if start >= 0 {
					parts = append(parts, bytes.TrimSuffix(bytes.TrimSuffix(body[start:at], []byte("\n")), []byte("\r")))
				}
				start = next
				if len(tail) == 2 {
					closed = true
					start = -1
					break
				}
			}
		}
		at = next
	}
	if start >= 0 && start <= len(body) {
		parts = append(parts, body[start:])
	}
	for i, p := range parts {
		fields, rest := splitFields(p)
		r.part(fields, rest, depth+1, closed || i < len(parts)-1)
	}
}

// decodeTransfer decodes a body; whole is false where it was cut short.
func decodeTransfer(encoding string, body []byte) (data []byte, whole bool) {
	switch strings.ToLower(strings.Trim(strings.TrimSpace(encoding), `"'`)) {
	case "base64":
		clean := make([]byte, 0, len(body))
		for _, c := range body {
			if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' {
				clean = append(clean, c)
			}
		}
		whole = len(clean)%4 != 1
		if n := len(clean) % 4; n == 1 {
			clean = clean[:len(clean)-1]
		}
		out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
		n, err := base64.RawStdEncoding.Decode(out, clean)
		return out[:n], err == nil && whole
	case "quoted-printable":
		out, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
		if err != nil {
			return append(out, body[min(len(out), len(body)):]...), true
		}
		return out, true
	}
	return body, true
}
