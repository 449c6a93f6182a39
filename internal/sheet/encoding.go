package sheet

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeText takes a stranger's text: by its BOM, as UTF-8, by the charset that
// it declares ("" for none), as GB18030. Up to one bad character in 200 is
// let pass as U+FFFD in what is not UTF-8.
func decodeText(data []byte, declared string) (string, error) {
	if text, ok, err := decodeUTF16(data); ok {
		return string(text), err
	}
	if plain, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		if !utf8.Valid(plain) {
			return "", damaged("bad UTF-8")
		}
		return string(plain), nil
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", &Error{Code: "not-a-table", Detail: "binary"}
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	if nearlyUTF8(data) {
		return "", damaged("bad UTF-8")
	}
	// QUIRK: web systems declare UTF-8 or Latin-1 over GBK bytes; only a Chinese
	// charset is believed.
	enc := simplifiedchinese.GB18030.NewDecoder()
	switch strings.ToLower(declared) {
	case "big5", "big5-hkscs", "utf-16le", "utf-16be", "euc-tw":
		if e, err := htmlindex.Get(declared); err == nil {
			enc = e.NewDecoder()
		}
	}
	out, err := enc.Bytes(data)
	if err != nil {
		return "", damaged("unknown encoding")
	}
	// A stray 0x80 is no character of GB18030; the library takes it for the euro,
	// as Windows does, which has a place of its own.
	if !bytes.Contains(data, []byte("\xa2\xe3")) {
		out = bytes.ReplaceAll(out, []byte("€"), []byte("\ufffd"))
	}
	if bad := bytes.Count(out, []byte("\ufffd")); bad*200 > utf8.RuneCount(out) {
		return "", &Error{Code: "not-a-table", Detail: "no text"}
	}
	return string(out), nil
}

// nearlyUTF8 reports UTF-8 with a few bad bytes: decoded as GBK it would turn
// into other characters without a complaint. GBK text has hardly any sequences
// that are valid UTF-8.
func nearlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		if data[0] < utf8.RuneSelf {
			data = data[1:]
			continue
		}
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good += n
		}
		data = data[n:]
	}
	return good > 8*bad
}

// decodeUTF16 takes what begins with a BOM of UTF-16; ok is false for all else.
func decodeUTF16(data []byte) (text []byte, ok bool, err error) {
	if len(data) < 2 || !(data[0] == 0xff && data[1] == 0xfe || data[0] == 0xfe && data[1] == 0xff) {
		return nil, false, nil
	}
	lo, hi := 0, 1
	if data[0] == 0xfe {
		lo, hi = 1, 0
	}
	if len(data)%2 != 0 {
		return nil, true, damaged("UTF-16 cut short")
	}
	out := make([]byte, 0, len(data))
	for i := 2; i < len(data); i += 2 {
		r := rune(data[i+lo]) | rune(data[i+hi])<<8
		if r >= 0xd800 && r < 0xe000 {
			low := rune(0)
			if i+3 < len(data) {
				low = rune(data[i+2+lo]) | rune(data[i+2+hi])<<8
			}
			if r >= 0xdc00 || low < 0xdc00 || low >= 0xe000 {
				return nil, true, damaged("bad UTF-16")
			}
			r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	return out, true, nil
}

var (
	xmlDeclared    = regexp.MustCompile(`^<\?xml\s`)
	xmlDeclaration = regexp.MustCompile(`^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"([A-Za-z0-9._:-]+)"|'([A-Za-z0-9._:-]+)'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>`)
)

// decodeXML takes an XML document to UTF-8 and without a BOM. Nothing in it may
// be bad in the encoding that it declares.
func decodeXML(data []byte) ([]byte, error) {
	if text, ok, err := decodeUTF16(data); ok {
		return text, err
	}
	bom := bytes.HasPrefix(data, []byte("\xef\xbb\xbf"))
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	declared, err := declaredCharset(data)
	if err != nil {
		return nil, err
	}
	switch declared {
	case "utf-8":
	case "gb2312", "gbk", "gb18030", "cp936", "x-gbk", "gb_2312-80":
		// QUIRK: old office systems write UTF-8 under a GB declaration when they
		// were moved to a new server; a BOM or valid UTF-8 is what counts.
		if !bom && !utf8.Valid(data) {
			return strictly(data, "gb18030")
		}
	default:
		if !bom {
			return strictly(data, declared)
		}
	}
	if !utf8.Valid(data) {
		return nil, damaged("bad UTF-8")
	}
	return data, nil
}

// declaredCharset is the charset that an XML document declares; "utf-8" also
// for what is a part of it, and where it declares none.
func declaredCharset(data []byte) (string, error) {
	head := data[:min(len(data), 512)]
	if !xmlDeclared.Match(head) {
		return "utf-8", nil
	}
	m := xmlDeclaration.FindSubmatch(head)
	if m == nil {
		return "", damaged("a bad XML declaration")
	}
	switch name := strings.ToLower(string(m[1]) + string(m[2])); name {
	case "", "utf8", "us-ascii", "ascii":
		return "utf-8", nil
	default:
		return name, nil
	}
}

func strictly(data []byte, charset string) ([]byte, error) {
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil, &Error{Code: "unsupported", Detail: "charset " + charset}
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil || bytes.Contains(out, []byte("\ufffd")) {
		return nil, damaged("bad %s", charset)
	}
	return out, nil
}
