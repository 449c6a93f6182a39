package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlScanner reads XML, token by token, and refuses whatever is not
// well-formed: a file that was cut or bent must not read as a short one. It is
// several times as fast as encoding/xml, which spends its time on copies and
// namespaces. Names are told apart by their local part; the office formats use
// no name twice in one place. A DOCTYPE is refused, so no entity is ever ours.
type xmlScanner struct {
	name []byte // of a start tag: the local name
	text []byte // of a text: decoded; good until the next call

	src    []byte
	from   int // where the last tag begins
	pos    int
	mark   int // where the token at hand begins
	attrs  []xmlAttr
	names  []byte // whole names of the elements around, one behind the other
	open   []int  // where in names each begins
	empty  bool   // <a/> was read as a start, its end is due
	rooted bool
	buf    []byte
	left   *int // tags that may still come
	window
}

type xmlAttr struct {
	prefix, name, value []byte
}

type xmlToken uint8

const (
	xmlEOF xmlToken = iota
	xmlStart
	xmlEnd
	xmlText
)

const (
	xmlDepth = 512
	xmlAttrs = 256
	xmlTags  = 20_000_000 // of one file, over all its parts
)

// newXMLScanner takes a document in any encoding that it declares.
func newXMLScanner(data []byte, left *int) (*xmlScanner, error) {
	src, err := decodeXML(data)
	if err != nil {
		return nil, err
	}
	return &xmlScanner{src: src, left: left}, nil
}

var errCut = errors.New("cut short")

func (x *xmlScanner) fault(format string, args ...any) error {
	return fmt.Errorf("at byte %d: "+format, append([]any{x.gone + x.pos}, args...)...)
}

// depth is the number of elements around the place; a start tag counts itself,
// an end tag does not.
func (x *xmlScanner) depth() int { return len(x.open) }

// next reads on. Texts may come in pieces.
func (x *xmlScanner) next() (xmlToken, error) {
	if x.empty {
		x.empty = false
		x.leave()
		return xmlEnd, nil
	}
	for {
		t, err := x.token()
		if err == nil || !x.atEdge(err) {
			return t, err
		}
		if err := x.fill(); err != nil {
			return 0, err
		}
	}
}

// token reads a token that ends in src; where it does not, the error says so
// and nothing but the place has changed.
func (x *xmlScanner) token() (xmlToken, error) {
	for {
		x.mark = x.pos
		if x.pos >= len(x.src) {
			if x.more() || len(x.open) > 0 || !x.rooted {
				return 0, errCut
			}
			return xmlEOF, nil
		}
		if x.src[x.pos] != '<' {
			if err := x.readText(); err != nil {
				return 0, err
			}
			if len(x.open) > 0 {
				return xmlText, nil
			}
			if len(bytes.TrimLeft(x.text, " \t\n")) > 0 {
				return 0, x.fault("text outside the root")
			}
			continue
		}
		if x.pos+1 >= len(x.src) {
			return 0, errCut
		}
		switch x.src[x.pos+1] {
		case '/':
			return xmlEnd, x.readEnd()
		case '?':
			if err := x.skipInstruction(); err != nil {
				return 0, err
			}
		case '!':
			if !bytes.HasPrefix(x.src[x.pos:], []byte("<![CDATA[")) {
				if err := x.skipComment(); err != nil {
					return 0, err
				}
				continue
			}
			if len(x.open) == 0 {
				return 0, x.fault("text outside the root")
			}
			return xmlText, x.readCDATA()
		default:
			return xmlStart, x.readStart()
		}
	}
}

// enter and leave keep the names of the elements around.
func (x *xmlScanner) enter(name []byte) {
	x.open = append(x.open, len(x.names))
	x.names = append(x.names, name...)
}

func (x *xmlScanner) leave() {
	n := len(x.open) - 1
	x.names, x.open = x.names[:x.open[n]], x.open[:n]
}

// innermost is the whole name of the element at hand.
func (x *xmlScanner) innermost() []byte { return x.names[x.open[len(x.open)-1]:] }

// skip reads to the end of the element whose start was just read.
func (x *xmlScanner) skip() error {
	for depth := x.depth(); x.depth() >= depth; {
		if _, err := x.next(); err != nil {
			return err
		}
	}
	return nil
}

// attr is an attribute by its local name, the one without a prefix first.
func (x *xmlScanner) attr(name string) string {
	found := ""
	for i := range x.attrs {
		if a := &x.attrs[i]; string(a.name) == name {
			if len(a.prefix) == 0 {
				return string(a.value)
			}
			if found == "" {
				found = string(a.value)
			}
		}
	}
	return found
}

// flag is an attribute that says yes or no.
func (x *xmlScanner) flag(name string) bool {
	v := x.attr(name)
	return v == "1" || v == "true" || v == "on"
}

// What a byte is: in texts and values 0 is plain, all else is looked at.
const (
	byteSpecial = 1 << iota
	byteName
	byteNameStart
	byteSpace
	byteQuote
)

var byteClass = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			t[c] |= byteSpace
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80:
			t[c] |= byteName | byteNameStart
		case c >= '0' && c <= '9' || c == '-' || c == '.':
			t[c] |= byteName
		}
		if c == '"' || c == '\'' {
			t[c] |= byteQuote
		}
		if c < 0x20 && c != '\t' && c != '\n' || c == '<' || c == '&' || c == ']' || c == 0xef {
			t[c] |= byteSpecial
		}
	}
	return t
}()

// readText reads up to the next tag.
func (x *xmlScanner) readText() error {
	start, i := x.pos, x.pos
	x.buf = x.buf[:0]
	for {
		for i < len(x.src) && byteClass[x.src[i]]&byteSpecial == 0 {
			i++
		}
		if i >= len(x.src) && x.more() {
			return errCut
		}
		if i >= len(x.src) || x.src[i] == '<' {
			break
		}
		x.pos = i
		n, s, err := x.special()
		if err != nil {
			return err
		}
		if s != nil {
			x.buf = append(append(x.buf, x.src[start:i]...), s...)
			start = i + n
		}
		i += n
	}
	x.pos = i
	if len(x.buf) == 0 {
		x.text = x.src[start:i]
	} else {
		x.buf = append(x.buf, x.src[start:i]...)
		x.text = x.buf
	}
	return nil
}

// special looks at a byte that a text may not have as it is: n bytes stand for s,
// or for themselves where s is nil.
func (x *xmlScanner) special() (n int, s []byte, err error) {
	rest := x.src[x.pos:]
	switch rest[0] {
	case '&':
		return x.entity(rest)
	case '\r':
		if len(rest) > 1 && rest[1] == '\n' {
			return 2, []byte("\n"), nil
		}
		return 1, []byte("\n"), nil
	case ']':
		if bytes.HasPrefix(rest, []byte("]]>")) {
			return 0, nil, x.fault("]]> in a text")
		}
		return 1, nil, nil
	case 0xef:
		if bytes.HasPrefix(rest, []byte("\xef\xbf\xbe")) || bytes.HasPrefix(rest, []byte("\xef\xbf\xbf")) {
			return 0, nil, x.fault("a character that XML forbids")
		}
		return 1, nil, nil
	}
	return 0, nil, x.fault("the character %q", rest[0])
}

func (x *xmlScanner) entity(rest []byte) (int, []byte, error) {
	end := bytes.IndexByte(rest[:min(len(rest), 16)], ';')
	if end < 0 {
		return 0, nil, x.fault("an entity without an end")
	}
	name := string(rest[1:end])
	switch name {
	case "lt":
		return end + 1, []byte("<"), nil
	case "gt":
		return end + 1, []byte(">"), nil
	case "amp":
		return end + 1, []byte("&"), nil
	case "quot":
		return end + 1, []byte(`"`), nil
	case "apos":
		return end + 1, []byte("'"), nil
	}
	if len(name) > 1 && name[0] == '#' {
		digits, base := name[1:], 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if err == nil && xmlChar(rune(n)) {
			return end + 1, utf8.AppendRune(nil, rune(n)), nil
		}
	}
	return 0, nil, x.fault("the entity %q", name)
}

func xmlChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r < 0xd800 || r >= 0xe000 && r < 0xfffe || r >= 0x10000 && r <= 0x10ffff
}

func (x *xmlScanner) readCDATA() error {
	body := x.src[x.pos+len("<![CDATA["):]
	end := bytes.Index(body, []byte("]]>"))
	if end < 0 {
		return errCut
	}
	for _, c := range body[:end] {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
			return x.fault("the character %q", c)
		}
	}
	if bytes.Contains(body[:end], []byte("\xef\xbf\xbe")) || bytes.Contains(body[:end], []byte("\xef\xbf\xbf")) {
		return x.fault("a character that XML forbids")
	}
	x.text = body[:end]
	if bytes.IndexByte(x.text, '\r') >= 0 {
		x.text = bytes.ReplaceAll(bytes.ReplaceAll(x.text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	x.pos += len("<![CDATA[") + end + len("]]>")
	return nil
}

func (x *xmlScanner) skipInstruction() error {
	end := bytes.Index(x.src[x.pos+2:], []byte("?>"))
	if end < 0 {
		return errCut
	}
	target := x.src[x.pos+2 : x.pos+2+end]
	if i := bytes.IndexAny(target, " \t\r\n"); i >= 0 {
		target = target[:i]
	}
	if len(target) == 0 || byteClass[target[0]]&byteNameStart == 0 || !chineseName(target) {
		return x.fault("an instruction without a name")
	}
	for _, c := range target {
		if byteClass[c]&byteName == 0 {
			return x.fault("an instruction with a bad name")
		}
	}
	if strings.EqualFold(string(target), "xml") && x.gone+x.pos > 0 {
		return x.fault("a second XML declaration")
	}
	x.pos += 2 + end + 2
	return nil
}

func (x *xmlScanner) skipComment() error {
	if !bytes.HasPrefix(x.src[x.pos:], []byte("<!--")) {
		return x.fault("a DOCTYPE or its like")
	}
	body := x.src[x.pos+4:]
	end := bytes.Index(body, []byte("--"))
	if end < 0 || end+2 >= len(body) {
		return errCut
	}
	if body[end+2] != '>' {
		return x.fault("-- in a comment")
	}
	x.pos += 4 + end + 3
	return nil
}
