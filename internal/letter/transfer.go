package letter

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
)

// state is what a transfer encoding tells of a body's end.
type state int

const (
	open   state = iota // nothing
	ended               // it marks its end, so that nothing is missing
	broken              // something is missing
)

// decodeTransfer decodes a body by its Content-Transfer-Encoding. An attached
// file that is base64 without saying so is known by its first letters.
func decodeTransfer(encoding string, body []byte, attached bool) ([]byte, state) {
	encoding, _, _ = strings.Cut(strings.ToLower(unfold(encoding)), "(")
	encoding = strings.Map(func(r rune) rune { // QUIRK: "base64;", "Base-64", "x-uue"
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, encoding)
	switch {
	case encoding == "base64" || encoding == "b":
		return decodeBase64(body)
	case encoding == "quotedprintable" || encoding == "q":
		return decodeQuoted(body), open
	case strings.Contains(encoding, "uue") || strings.Contains(encoding, "uuencode"):
		return decodeUU(body)
	}
	if attached {
		head := bytes.TrimLeft(body, " \t\r\n")
		for _, magic := range []string{"UEsDB", "0M8R4KGx", "UmFyIRo", "N3q8ryc", "JVBERi0"} { // zip, OLE, rar, 7z, PDF
			if bytes.HasPrefix(head, []byte(magic)) {
				return decodeBase64(body)
			}
		}
	}
	return body, open
}

// decodeBase64 decodes what is base64 in a body. QUIRK: letters that are none,
// pieces that are padded one by one, and a scanner's or list's lines behind the end.
func decodeBase64(body []byte) ([]byte, state) {
	out := make([]byte, 0, len(body)/4*3)
	var quad [4]byte
	n, st := 0, open
	flush := func() {
		var three [3]byte
		if k, err := base64.RawStdEncoding.Decode(three[:], quad[:n]); err == nil {
			out = append(out, three[:k]...)
		} else {
			st = broken
		}
		n = 0
	}
	for len(body) > 0 {
		var line []byte
		line, body = cutLine(body)
		if n == 0 && st != ended {
			if whole, ok := appendGroups(out, line); ok {
				out = whole
				continue
			}
		}
		if st == ended && bytes.ContainsFunc(bytes.TrimSpace(line), func(r rune) bool { return !sixBits(r) && r != '=' }) {
			break
		}
		if n == 0 && len(out) > 0 && footer(line) {
			break
		}
		for _, c := range line {
			switch {
			case sixBits(rune(c)):
				if quad[n] = c; n == 3 {
					n = 4
					flush()
				} else {
					n++
				}
				if st == ended {
					st = open
				}
			case c == '=' && n > 0:
				flush()
				if st == open {
					st = ended
				}
			}
		}
	}
	if n > 0 {
		if n == 1 { // six bits are no byte
			return out, broken
		}
		flush()
	}
	return out, st
}

// appendGroups decodes a line that is whole groups of letters and nothing else,
// as nearly all lines are; ok is false for any other.
func appendGroups(out, line []byte) (whole []byte, ok bool) {
	if len(line)%4 != 0 {
		return out, false
	}
	want := len(out) + len(line)/4*3
	out = slices.Grow(out, want-len(out))
	k, err := base64.RawStdEncoding.Decode(out[len(out):want], line)
	if err != nil || len(out)+k != want {
		return out, false
	}
	return out[:want], true
}

// footer reports whether a line behind a whole group is a text's: of several
// words, or a rule.
func footer(line []byte) bool {
	for _, rule := range []string{"--", "__", "**"} {
		if bytes.HasPrefix(line, []byte(rule)) {
			return true
		}
	}
	return len(bytes.Fields(line)) > 2
}

func sixBits(c rune) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// decodeQuoted decodes quoted-printable; an = that begins nothing stays.
func decodeQuoted(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for len(body) > 0 {
		i := bytes.IndexByte(body, '\n')
		line, end := body, []byte(nil)
		if i >= 0 {
			line, body = body[:i], body[i+1:]
			end = []byte("\n")
			if bytes.HasSuffix(line, []byte("\r")) {
				end = []byte("\r\n")
			}
		} else {
			body = nil
		}
		line = bytes.TrimRight(line, " \t\r")
		if bytes.HasSuffix(line, []byte("=")) {
			line, end = line[:len(line)-1], nil
		}
		out = append(append(out, unquote(line, '=')...), end...)
	}
	return out
}

// unquote decodes =E4 or %E4; what does not fit stays as it is.
func unquote(s []byte, mark byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
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

// decodeUU decodes uuencode, which has an end of its own.
func decodeUU(body []byte) ([]byte, state) {
	var out []byte
	begun := false
	for len(body) > 0 {
		var line []byte
		line, body = cutLine(body)
		switch {
		case !begun:
			begun = bytes.HasPrefix(line, []byte("begin "))
			continue
		case bytes.Equal(bytes.TrimSpace(line), []byte("end")):
			return out, ended
		case len(line) == 0:
			continue
		}
		want := int(line[0]-' ') & 63
		line = line[1:]
		for i := 0; want > 0; i += 4 {
			var q [4]byte
			for j := range q {
				if i+j < len(line) {
					q[j] = (line[i+j] - ' ') & 63
				}
			}
			three := []byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2, q[2]<<6 | q[3]}
			out = append(out, three[:min(3, want)]...)
			want -= 3
		}
	}
	return out, broken
}
