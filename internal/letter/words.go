package letter

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// charset finds a decoder by its label, nil where the bytes are to tell. Every
// gb label is GB18030, of which the others are parts.
func charset(label string) encoding.Encoding {
	label, _, _ = strings.Cut(strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`)), "*") // RFC 2231 has a language behind *
	switch {
	case strings.HasPrefix(label, "hz"):
		return simplifiedchinese.HZGB2312
	case strings.Contains(label, "gb"), strings.Contains(label, "936"):
		return simplifiedchinese.GB18030
	case strings.HasPrefix(label, "utf-32"), strings.HasPrefix(label, "utf32"):
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case strings.HasPrefix(label, "utf-16"), strings.HasPrefix(label, "utf16"):
		order := xunicode.BigEndian
		if strings.HasSuffix(label, "le") {
			order = xunicode.LittleEndian
		}
		return xunicode.UTF16(order, xunicode.UseBOM)
	}
	e, err := htmlindex.Get(label)
	if err != nil || e == xunicode.UTF8 {
		return nil // utf8, unknown-8bit, default, none
	}
	if name, _ := htmlindex.Name(e); name == "windows-1252" || name == "replacement" {
		return nil // QUIRK: what stands for "ASCII" in many programs, whatever the bytes
	}
	return e
}

// decodeText decodes a text by its label; a label that lies is overruled.
func decodeText(data []byte, label string) string {
	e := charset(label)
	if e == nil {
		return plainText(data)
	}
	if ascii(data) && e != simplifiedchinese.HZGB2312 && !strings.Contains(strings.ToLower(label), "2022") && !strings.Contains(strings.ToLower(label), "utf") {
		return string(data)
	}
	if e == simplifiedchinese.GB18030 && surelyUTF8(data) {
		return plainText(data) // QUIRK: web mailers that convert a text and keep its label
	}
	out, err := e.NewDecoder().Bytes(data)
	if err != nil || badRunes(string(out)) > 0 && badRunes(plainText(data)) == 0 {
		return plainText(data)
	}
	return string(out)
}

func ascii(data []byte) bool {
	for _, c := range data {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func badRunes(s string) int { return strings.Count(s, "\ufffd") }

// surelyUTF8 reports whether bytes are UTF-8 that GBK would not give by chance:
// at least two wide characters, and none that is not of a Chinese text.
func surelyUTF8(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	wide := 0
	for _, r := range string(data) {
		switch {
		case r < 0x80, r == 0xb7, r == 0xd7, r >= 0x2010 && r < 0x2700:
		case r >= 0x3000 && r < 0xa000, r >= 0xff00 && r < 0xfff0:
			wide++
		default:
			return false
		}
	}
	return wide >= 2
}

// plainText takes bytes as what they are: UTF-8, else GB18030 where that gives
// a text, else Latin-1. It judges the whole, for GBK has pieces that are UTF-8.
func plainText(data []byte) string {
	if utf8.Valid(data) {
		return strings.TrimPrefix(string(data), "\ufeff")
	}
	mended := strings.ToValidUTF8(string(data), "\ufffd")
	if bad := badRunes(mended); surelyUTF8([]byte(strings.ReplaceAll(mended, "\ufffd", ""))) && bad*10 < utf8.RuneCountInString(mended) {
		return mended // UTF-8 that was cut within a character
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	gb := string(out)
	if err == nil && badRunes(gb) == 0 && !latin(data) {
		return gb
	}
	if latin(data) {
		return latin1(data)
	}
	if err != nil || badRunes(mended) < badRunes(gb) {
		return mended
	}
	return gb
}

// latin reports whether every high byte stands alone between letters, as in
// "café": Chinese has them in pairs.
func latin(data []byte) bool {
	for i, c := range data {
		if c < 0x80 {
			continue
		}
		if c < 0xc0 || i+1 < len(data) && data[i+1] >= 0x80 || i > 0 && data[i-1] >= 0x80 {
			return false
		}
		if i+1 < len(data) && unicode.IsDigit(rune(data[i+1])) {
			return false // the four bytes of GB18030
		}
	}
	return true
}

func latin1(data []byte) string {
	out := make([]rune, len(data))
	for i, c := range data {
		out[i] = rune(c)
	}
	return string(out)
}

// encodedWord is an RFC 2047 word. QUIRK: a last one without its end, for
// programs that cut a subject.
var encodedWord = regexp.MustCompile(`(?s)=\?([^?\s]*)\?([bBqQ])\?(.*?)(?:\?=|$)`)

// run is the words of one charset that stand side by side.
type run struct {
	label string
	bytes []byte // each decoded, then joined: a character may be split over two
	text  []byte // of base64: joined, then decoded, for programs that cut the text anywhere
	mixed bool
}

func (r *run) add(label, enc, word string) {
	r.label = label
	if enc == "b" || enc == "B" {
		data, _ := decodeBase64([]byte(word))
		r.bytes = append(r.bytes, data...)
		r.text = append(r.text, word...)
		return
	}
	r.mixed = true
	r.bytes = append(r.bytes, unquote([]byte(strings.ReplaceAll(unfold(word), "_", " ")), '=')...)
}

func (r *run) String() string {
	s := decodeText(r.bytes, r.label)
	if badRunes(s) > 0 && !r.mixed {
		data, _ := decodeBase64(r.text)
		if joined := decodeText(data, r.label); badRunes(joined) == 0 {
			return joined
		}
	}
	return s
}

// decodeWords decodes RFC 2047 words wherever they stand.
func decodeWords(s string) string {
	var out strings.Builder
	var pending *run
	flush := func() {
		if pending != nil {
			out.WriteString(pending.String())
			pending = nil
		}
	}
	for {
		m := encodedWord.FindStringSubmatchIndex(s)
		if m == nil {
			break
		}
		between, label := s[:m[0]], s[m[2]:m[3]]
		gap := strings.TrimSpace(between) != ""
		if gap || pending != nil && charset(label) != charset(pending.label) {
			flush()
		}
		if gap || between != "" && out.Len() == 0 && pending == nil {
			out.WriteString(plainText([]byte(unfold(between))))
		}
		if pending == nil {
			pending = &run{}
		}
		pending.add(label, s[m[4]:m[5]], s[m[6]:m[7]])
		s = s[m[1]:]
	}
	flush()
	out.WriteString(plainText([]byte(unfold(s))))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, out.String()))
}
