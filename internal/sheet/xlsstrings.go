package sheet

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// pieces are the bytes of a record and its CONTINUE records.
type pieces struct {
	parts [][]byte // the rest of the current one is first
}

// raw takes n bytes wherever they stand.
func (p *pieces) raw(n int) ([]byte, error) {
	var out []byte
	for {
		if len(p.parts) == 0 {
			return nil, damaged("a string runs past the end of its records")
		}
		if part := p.parts[0]; n <= len(part) {
			p.parts[0] = part[n:]
			if out == nil {
				return part[:n], nil
			}
			return append(out, part[:n]...), nil
		}
		out = append(out, p.parts[0]...)
		n -= len(p.parts[0])
		p.parts = p.parts[1:]
	}
}

func (p *pieces) uint(n int) (int, error) {
	b, err := p.raw(n)
	if err != nil {
		return 0, err
	}
	v := 0
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | int(b[i])
	}
	return v, nil
}

// unicode reads a string of BIFF8 ([MS-XLS] 2.5.293, XLUnicodeRichExtendedString)
// of n characters from its flags on. A string that goes on in a CONTINUE
// record has its width said anew there.
func (p *pieces) unicode(n int) (string, error) {
	flags, err := p.uint(1)
	if err != nil {
		return "", err
	}
	skip := 0
	if flags&8 != 0 { // formatting runs
		v, err := p.uint(2)
		if err != nil {
			return "", err
		}
		skip = 4 * v
	}
	if flags&4 != 0 { // the reading
		v, err := p.uint(4)
		if err != nil {
			return "", err
		}
		skip += v
	}
	units := make([]uint16, 0, min(n, 1<<12))
	for len(units) < n {
		if len(p.parts) == 0 {
			return "", damaged("a string of %d characters ends after %d", n, len(units))
		}
		part := p.parts[0]
		if len(part) == 0 {
			p.parts = p.parts[1:]
			if len(p.parts) > 0 && len(p.parts[0]) > 0 {
				flags = int(p.parts[0][0])
				p.parts[0] = p.parts[0][1:]
			}
			continue
		}
		if flags&1 == 0 {
			k := min(n-len(units), len(part))
			for _, c := range part[:k] {
				units = append(units, uint16(c))
			}
			p.parts[0] = part[k:]
			continue
		}
		if len(part) == 1 {
			return "", damaged("a CONTINUE record splits a character")
		}
		k := min(n-len(units), len(part)/2)
		for i := range k {
			units = append(units, uint16(le16(part[2*i:])))
		}
		p.parts[0] = part[2*k:]
	}
	if skip > 0 {
		if _, err := p.raw(skip); err != nil {
			return "", err
		}
	}
	return string(utf16.Decode(units)), nil
}

// done reports that nothing is left.
func (p *pieces) done() bool {
	for len(p.parts) > 0 && len(p.parts[0]) == 0 {
		p.parts = p.parts[1:]
	}
	return len(p.parts) == 0
}

// sharedStrings reads the SST record.
// QUIRK: report generators count more strings than they write. That may pass,
// since every cell's index is checked against those that are there.
func (w *xlsBook) sharedStrings(parts [][]byte) error {
	p := &pieces{parts}
	if _, err := p.uint(4); err != nil {
		return err
	}
	count, err := p.uint(4)
	if err != nil {
		return err
	}
	size := 0
	for range count {
		if p.done() {
			break
		}
		n, err := p.uint(2)
		if err != nil {
			return err
		}
		s, err := p.unicode(n)
		if err != nil {
			return err
		}
		if size += len(s) + 16; size > 128<<20 {
			return &Error{Code: "too-large", Detail: "shared strings"}
		}
		w.strings = append(w.strings, s)
	}
	return nil
}

// text reads a string whose length takes width bytes: of characters in BIFF8,
// of bytes before.
func (w *xlsBook) text(parts [][]byte, width int) (string, error) {
	p := &pieces{parts}
	n, err := p.uint(width)
	if err != nil {
		return "", err
	}
	if w.version == 8 {
		if n == 0 {
			return "", nil // the flags may be left out
		}
		return p.unicode(n)
	}
	b, err := p.raw(n)
	if err != nil {
		return "", err
	}
	return w.decode(b)
}

// codePages are those of the CODEPAGE record besides Windows-1252.
var codePages = map[int]encoding.Encoding{
	936: simplifiedchinese.GB18030, 54936: simplifiedchinese.GB18030, 10008: simplifiedchinese.GB18030,
	950: traditionalchinese.Big5, 10002: traditionalchinese.Big5,
	932: japanese.ShiftJIS, 10001: japanese.ShiftJIS, 949: korean.EUCKR, 10003: korean.EUCKR,
	874: charmap.Windows874, 1250: charmap.Windows1250, 1251: charmap.Windows1251, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
	10000: charmap.Macintosh, 32768: charmap.Macintosh, 437: charmap.CodePage437, 850: charmap.CodePage850, 866: charmap.CodePage866,
}

// decode takes a byte string of BIFF2 to 5.
func (w *xlsBook) decode(b []byte) (string, error) {
	if !highBytes(b) {
		return string(b), nil
	}
	enc := codePages[w.codePage]
	switch w.codePage {
	case 0, 367, 1252, 32769:
		// QUIRK: exports of web systems (PEAR's writer, Delphi's) name Western
		// Europe or nothing and write GBK, which Excel in China shows as they meant.
		if enc = charmap.Windows1252; gb2312(b) || w.codePage == 0 {
			enc = simplifiedchinese.GB18030
		}
	}
	if enc == nil {
		return "", &Error{Code: "unsupported", Detail: "a code page of the workbook"}
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return "", damaged("a byte string: %v", err)
	}
	return string(out), nil
}

func highBytes(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// gb2312 reports whether the high bytes all pair up to characters of GB 2312.
func gb2312(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 >= len(b) || b[i] < 0xa1 || b[i] > 0xf7 || b[i] > 0xa9 && b[i] < 0xb0 || b[i+1] < 0xa1 || b[i+1] > 0xfe {
			return false
		}
		i++
	}
	return true
}

// cleanText makes line breaks \n and drops other control characters.
func cleanText(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' }) < 0 {
		return s
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
