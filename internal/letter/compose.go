package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-message"
)

// Attachment is a file that goes with a letter.
type Attachment struct {
	Name, Type string
	Data       []byte
}

// Inline is a picture that the HTML names by cid:ID.
type Inline struct {
	ID, Name, Type string
	Data           []byte
}

// Draft is a letter to one recipient before it is frozen. Ids are without <>.
type Draft struct {
	From                 mail.Address
	To                   string
	Subject              string
	Date                 time.Time
	MessageID, InReplyTo string
	References           []string
	AutoSubmitted        string
	Text, HTML           string
	Attachments          []Attachment
	Inline               []Inline
}

// Compose spells a draft: text and HTML as alternatives, pictures related to
// the HTML, attachments around. The same draft gives the same bytes. A header
// value with a line break in it is refused.
func Compose(d Draft) ([]byte, error) {
	for _, v := range append([]string{d.From.Name, d.From.Address, d.To, d.Subject, d.MessageID, d.InReplyTo, d.AutoSubmitted}, d.References...) {
		if strings.ContainsAny(v, "\r\n\x00") {
			return nil, fmt.Errorf("compose: line break in header value %q", v)
		}
	}
	if _, err := mail.ParseAddress(d.To); err != nil {
		return nil, fmt.Errorf("compose: recipient %q: %w", d.To, err)
	}
	var h message.Header
	set := func(k, v string) {
		if v != "" {
			h.Add(k, v)
		}
	}
	body := d.entity()
	for i := len(body.header) - 1; i >= 0; i-- {
		set(body.header[i].name, body.header[i].value)
	}
	set("MIME-Version", "1.0")
	set("Auto-Submitted", d.AutoSubmitted)
	if d.AutoSubmitted != "" {
		set("X-Auto-Response-Suppress", "All")
	}
	var refs []string
	for _, r := range d.References {
		refs = append(refs, "<"+r+">")
	}
	set("References", strings.Join(refs, " "))
	if d.InReplyTo != "" {
		set("In-Reply-To", "<"+d.InReplyTo+">")
	}
	set("Message-ID", "<"+d.MessageID+">")
	set("Date", d.Date.Format(time.RFC1123Z))
	set("Subject", encodeWord(d.Subject))
	set("To", "<"+d.To+">")
	from := "<" + d.From.Address + ">"
	if d.From.Name != "" {
		from = encodeWord(d.From.Name) + " " + from
	}
	set("From", from)
	var buf bytes.Buffer
	w, err := message.CreateWriter(&buf, h)
	if err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	if err := body.write(w); err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	return buf.Bytes(), nil
}

func encodeWord(s string) string {
	words := mime.BEncoding.Encode("utf-8", s)
	return strings.ReplaceAll(words, "?= =?", "?=\r\n =?")
}

// node is a part on its way out.
type node struct {
	header []field
	data   []byte
	parts  []node
}

func (n node) write(w *message.Writer) error {
	if len(n.parts) == 0 {
		_, err := io.Copy(w, bytes.NewReader(n.data))
		return err
	}
	for _, p := range n.parts {
		var h message.Header
		for i := len(p.header) - 1; i >= 0; i-- {
			h.Add(p.header[i].name, p.header[i].value)
		}
		pw, err := w.CreatePart(h)
		if err != nil {
			return err
		}
		if err := p.write(pw); err != nil {
			return err
		}
		if err := pw.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (d Draft) entity() node {
	text := func(kind, s string) node {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
		return node{header: []field{{"Content-Type", kind + "; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"}}, data: []byte(s)}
	}
	n := text("text/plain", d.Text)
	if d.HTML != "" {
		html := text("text/html", d.HTML)
		if len(d.Inline) > 0 {
			parts := []node{html}
			for _, p := range d.Inline {
				f := file(p.Name, p.Type, "inline", p.Data)
				f.header = append(f.header, field{"Content-ID", "<" + p.ID + ">"})
				parts = append(parts, f)
			}
			html = d.multipart("related", parts)
		}
		n = d.multipart("alternative", []node{n, html})
	}
	if len(d.Attachments) > 0 {
		parts := []node{n}
		for _, a := range d.Attachments {
			parts = append(parts, file(a.Name, a.Type, "attachment", a.Data))
		}
		n = d.multipart("mixed", parts)
	}
	return n
}

// multipart joins parts; the boundary is made of the Message-ID.
func (d Draft) multipart(kind string, parts []node) node {
	sum := sha256.Sum256([]byte(kind + " " + d.MessageID))
	return node{header: []field{{"Content-Type", fmt.Sprintf("multipart/%s; boundary=\"=_%s\"", kind, hex.EncodeToString(sum[:12]))}}, parts: parts}
}

// file spells a file's name in both ways: RFC 2047 for old programs, RFC 2231
// for the rest.
func file(name, kind, disposition string, data []byte) node {
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, name)
	if kind == "" {
		kind = "application/octet-stream"
	}
	return node{header: []field{
		{"Content-Type", fmt.Sprintf("%s; name=\"%s\"", kind, mime.BEncoding.Encode("utf-8", name))},
		{"Content-Disposition", fmt.Sprintf("%s; filename*=UTF-8''%s", disposition, strings.ReplaceAll(url.PathEscape(name), "'", "%27"))},
		{"Content-Transfer-Encoding", "base64"},
	}, data: data}
}
