package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

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
	body := d.entity()
	// A header is written from its bottom: go-message puts each field on top.
	fields := append(d.fields(), body.header...)
	var buf bytes.Buffer
	w, err := message.CreateWriter(&buf, header(fields))
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

// fields are the letter's own header fields, top first.
func (d Draft) fields() []field {
	from := "<" + d.From.Address + ">"
	if d.From.Name != "" {
		from = encodePhrase(d.From.Name, len("From: ")) + " " + from
	}
	out := []field{
		{"From", from}, {"To", "<" + d.To + ">"}, {"Subject", encodeText(d.Subject, len("Subject: "))},
		{"Date", d.Date.Format(time.RFC1123Z)}, {"Message-ID", "<" + d.MessageID + ">"},
	}
	if d.InReplyTo != "" {
		out = append(out, field{"In-Reply-To", "<" + d.InReplyTo + ">"})
	}
	if len(d.References) > 0 {
		out = append(out, field{"References", "<" + strings.Join(d.References, "> <") + ">"})
	}
	if d.AutoSubmitted != "" {
		out = append(out, field{"Auto-Submitted", d.AutoSubmitted}, field{"X-Auto-Response-Suppress", "All"})
	}
	return append(out, field{"MIME-Version", "1.0"})
}

// header is the fields, folded. They are added raw: go-message's own folding
// cuts a word that is longer than a line, and refuses a value folded before.
func header(fields []field) message.Header {
	var h message.Header
	for i := len(fields) - 1; i >= 0; i-- {
		h.AddRaw([]byte(fold(fields[i].name, fields[i].value)))
	}
	return h
}

// lineLength is the most characters of a header line that has an encoded word
// in it (RFC 2047, 2).
const lineLength = 76

// fold spells a field in lines of at most lineLength, cut at white space only.
func fold(name, value string) string {
	var b strings.Builder
	b.WriteString(name + ":")
	used := b.Len()
	for i, w := range strings.Fields(value) {
		if i > 0 && used+1+len(w) > lineLength {
			b.WriteString("\r\n")
			used = 0
		}
		b.WriteString(" " + w)
		used += 1 + len(w)
	}
	return b.String() + "\r\n"
}

// plain reports whether a text may stand in a header as it is.
func plain(s string) bool {
	for _, w := range strings.Split(s, " ") {
		if w == "" || len(w) > 60 { // doubled blanks would be lost in folding
			return false
		}
	}
	return !strings.Contains(s, "=?") && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
}

// encodeText spells an unstructured text that begins at column used.
func encodeText(s string, used int) string {
	if plain(s) {
		return s
	}
	return encodedWords(s, used)
}

// encodePhrase spells the name before an address.
func encodePhrase(s string, used int) string {
	if plain(s) && !strings.ContainsAny(s, "\"\\()<>[]:;@,.") {
		return s
	}
	return encodedWords(s, used)
}

// encodedWords spells a text as RFC 2047 words parted by blanks. Each ends at
// a character's end, and the first fits behind what stands before it.
func encodedWords(s string, used int) string {
	const frame = len("=?utf-8?b??=")
	s = strings.ToValidUTF8(s, "\ufffd")
	var words []string
	for s != "" {
		room := (lineLength - used - frame) / 4 * 3
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > room && n > 0 {
				break
			}
			n += size
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s, used = s[n:], 1
	}
	return strings.Join(words, " ")
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
		pw, err := w.CreatePart(header(p.header))
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
// for the rest. The latter stays in one piece, however long: programs that know
// it in pieces are fewer than programs that know it.
func file(name, kind, disposition string, data []byte) node {
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || strings.ContainsRune(`"\/`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if kind == "" {
		kind = "application/octet-stream"
	}
	return node{header: []field{
		{"Content-Type", fmt.Sprintf("%s; name=\"%s\"", kind, encodeText(name, len(` name="";`)))},
		{"Content-Transfer-Encoding", "base64"},
		{"Content-Disposition", disposition + "; filename*=UTF-8''" + percentEncode(name)},
	}, data: data}
}

// percentEncode spells a parameter's value as RFC 2231 has it.
func percentEncode(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
