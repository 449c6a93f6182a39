package letter

import (
	"encoding/base64"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// charset finds a decoder by its label. Every gb label is GB18030, of which
// the others are parts.
func charset(label string) encoding.Encoding {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	switch {
	case strings.HasPrefix(label, "hz"):
		return simplifiedchinese.HZGB2312
	case strings.Contains(label, "gb"), strings.Contains(label, "936"), label == "x-gbk":
		return simplifiedchinese.GB18030
	case label == "utf8", label == "utf-8", label == "", label == "default", label == "unknown-8bit", label == "us-ascii", label == "ascii":
		return unicode.UTF8
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return unicode.UTF8
	}
	return e
}

// decodeText decodes a text by its label; a label that lies is overruled.
func decodeText(data []byte, label string) string {
	e := charset(label)
	if e == unicode.UTF8 {
		return plainText(data)
	}
	out, err := e.NewDecoder().Bytes(data)
	if err != nil || strings.ContainsRune(string(out), utf8.RuneError) && utf8.Valid(data) {
		return plainText(data)
	}
	return string(out)
}

// plainText takes bytes as UTF-8, or as GB18030 where they are not.
func plainText(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\ufffd")
	}
	return string(out)
}

var encodedWord = regexp.MustCompile(`=\?([^?\s]*)\?([bBqQ])\?([^?]*)\?=`)

// decodeWords decodes RFC 2047 words. Words of one charset that stand side by
// side are joined before they are decoded: a character may be split over two.
func decodeWords(s string) string {
	s = strings.NewReplacer("\r\n", "\n").Replace(s)
	var out strings.Builder
	var pending []byte
	label := ""
	flush := func() {
		if len(pending) > 0 {
			out.WriteString(decodeText(pending, label))
		}
		pending = nil
	}
	for {
		m := encodedWord.FindStringSubmatchIndex(s)
		if m == nil {
			flush()
			out.WriteString(plainText([]byte(unfold(s))))
			return strings.TrimSpace(out.String())
		}
		between := s[:m[0]]
		word, cs, enc := s[m[6]:m[7]], strings.ToLower(s[m[2]:m[3]]), s[m[4]:m[5]]
		if strings.TrimSpace(between) != "" || cs != label {
			flush()
			if strings.TrimSpace(between) != "" {
				out.WriteString(plainText([]byte(unfold(between))))
			}
		}
		label = cs
		if enc == "b" || enc == "B" {
			data, _ := decodeTransfer("base64", []byte(word))
			pending = append(pending, data...)
		} else {
			pending = append(pending, qWord(word)...)
		}
		s = s[m[1]:]
	}
}

func unfold(s string) string {
	return strings.NewReplacer("\n ", " ", "\n\t", " ", "\n", "").Replace(s)
}

func qWord(s string) []byte {
	var out []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s):
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi < 0 || lo < 0 {
				out = append(out, s[i])
				continue
			}
			out = append(out, byte(hi<<4|lo))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// parseParams reads "attachment; filename=…" whatever the spelling: raw GBK,
// RFC 2047 in a parameter, RFC 2231 in any charset and in pieces, unquoted,
// doubled. What RFC 2231 spells wins over what does not.
func parseParams(s string) (string, map[string]string) {
	s = unfold(s)
	kind, rest, _ := strings.Cut(s, ";")
	params := map[string]string{}
	pieces := map[string]map[int]string{}
	coded := map[string]string{}
	for _, p := range splitParams(rest) {
		k, v, ok := strings.Cut(p, "=")
		if !ok {
			continue
		}
		k, v = strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(v)
		if len(v) > 1 && v[0] == '"' {
			v = strings.TrimSuffix(v[1:], `"`)
			v = strings.ReplaceAll(v, `\"`, `"`)
		}
		base, n, star := piece(k)
		switch {
		case n >= 0:
			if pieces[base] == nil {
				pieces[base] = map[int]string{}
			}
			if star && n == 0 {
				cs, val, found := cutCharset(v)
				if found {
					coded[base] = cs
					v = val
				}
			}
			if star {
				v = percent(v)
			}
			pieces[base][n] = v
		case star:
			cs, val, found := cutCharset(v)
			if !found {
				val = v
			}
			params[base] = decodeText([]byte(percent(val)), cs)
			coded[base+"*"] = "done"
		default:
			if _, done := params[k]; !done {
				params[k] = decodeWords(v)
			}
		}
	}
	for base, list := range pieces {
		var b strings.Builder
		for i := 0; ; i++ {
			v, ok := list[i]
			if !ok {
				break
			}
			b.WriteString(v)
		}
		if cs, ok := coded[base]; ok {
			params[base] = decodeText([]byte(b.String()), cs)
		} else {
			params[base] = decodeWords(b.String())
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

func cutCharset(v string) (cs, value string, ok bool) {
	p := strings.SplitN(v, "'", 3)
	if len(p) < 3 {
		return "", v, false
	}
	return p[0], p[2], true
}

func percent(s string) string {
	out, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return out
}

// piece reads "filename*0*": its name, number (-1 is none) and star.
func piece(k string) (base string, n int, star bool) {
	base, rest, found := strings.Cut(k, "*")
	if !found {
		return k, -1, false
	}
	if rest == "" {
		return base, -1, true
	}
	star = strings.HasSuffix(rest, "*")
	rest = strings.TrimSuffix(rest, "*")
	for _, c := range rest {
		if c < '0' || c > '9' {
			return base, -1, star
		}
		n = min(n*10+int(c-'0'), 1000)
	}
	return base, n, star
}

// splitParams cuts at semicolons outside of quotes.
func splitParams(s string) []string {
	var out []string
	quoted := false
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted && i+1 < len(s) && s[i+1] == '"' {
				i++
			}
		case ';':
			if !quoted {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}

var (
	angled  = regexp.MustCompile(`<([^<>\s]+@[^<>\s]+)>`)
	bare    = regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+`)
	idWord  = regexp.MustCompile(`<([^<>]+)>`)
	dateEnd = regexp.MustCompile(`\s*\([^()]*\)\s*$`)
)

func address(v string) (addr, name string) {
	v = unfold(v)
	if m := angled.FindStringSubmatchIndex(v); m != nil {
		name = strings.Trim(decodeWords(v[:m[0]]), `" `)
		return strings.ToLower(v[m[2]:m[3]]), name
	}
	return strings.ToLower(bare.FindString(v)), ""
}

func addresses(v string) []string {
	var out []string
	for _, a := range bare.FindAllString(unfold(v), 200) {
		out = append(out, strings.ToLower(a))
	}
	return out
}

func readHeader(fields []field) Header {
	h := Header{Subject: decodeWords(get(fields, "subject"))}
	h.From, h.FromName = address(get(fields, "from"))
	if h.From == "" {
		h.From, _ = address(get(fields, "sender"))
	}
	h.ReplyTo, _ = address(get(fields, "reply-to"))
	h.To, h.Cc = addresses(get(fields, "to")), addresses(get(fields, "cc"))
	h.MessageID = strings.Trim(strings.TrimSpace(unfold(get(fields, "message-id"))), "<>")
	h.InReplyTo = strings.Trim(strings.TrimSpace(unfold(get(fields, "in-reply-to"))), "<>")
	for _, m := range idWord.FindAllStringSubmatch(get(fields, "references"), 100) {
		h.References = append(h.References, m[1])
	}
	h.Date = parseDate(get(fields, "date"))
	for _, f := range fields {
		switch f.name {
		case "received":
			if h.Received.IsZero() {
				if i := strings.LastIndexByte(f.value, ';'); i >= 0 {
					h.Received = parseDate(f.value[i+1:])
				}
			}
		case "authentication-results":
			h.AuthResults = append(h.AuthResults, f.value)
		}
	}
	if h.Received.IsZero() {
		h.Received = h.Date
	}
	return h
}

func parseDate(s string) time.Time {
	s = strings.TrimSpace(unfold(s))
	if t, err := mail.ParseDate(s); err == nil {
		return t
	}
	t, err := mail.ParseDate(dateEnd.ReplaceAllString(s, ""))
	if err != nil {
		return time.Time{}
	}
	return t
}

var _ = base64.StdEncoding
