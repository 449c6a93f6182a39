package sheet

import (
	"bytes"
	"unicode/utf8"
)

// readName reads a name; local begins behind its prefix.
func (x *xmlScanner) readName() (whole, local []byte, err error) {
	src, start := x.src, x.pos
	colon, i, all := start-1, start, uint8(0)
	for {
		if i >= len(src) {
			return nil, nil, errCut
		}
		if byteClass[src[i]]&byteNameStart == 0 {
			return nil, nil, x.fault("a bad name")
		}
		for i < len(src) && byteClass[src[i]]&byteName != 0 {
			all |= src[i]
			i++
		}
		if i >= len(src) {
			return nil, nil, errCut
		}
		if src[i] != ':' || colon >= start {
			break
		}
		colon = i
		i++
	}
	whole = src[start:i]
	if all >= utf8.RuneSelf && !chineseName(whole) {
		return nil, nil, x.fault("a bad name")
	}
	x.pos = i
	return whole, src[colon+1 : i], nil
}

// chineseName reports whether what is not ASCII in a name are ideographs. The
// office formats have no others, and the editions of XML differ in the rest.
func chineseName(name []byte) bool {
	for _, r := range string(name) {
		if r >= utf8.RuneSelf && (r < 0x4e00 || r > 0x9fa5) {
			return false
		}
	}
	return true
}

func (x *xmlScanner) skipSpace() bool {
	start := x.pos
	for x.pos < len(x.src) && byteClass[x.src[x.pos]]&byteSpace != 0 {
		x.pos++
	}
	return x.pos > start
}

// readStart reads a start tag with its attributes.
func (x *xmlScanner) readStart() error {
	if len(x.open) == 0 && x.rooted {
		return x.fault("a second root")
	}
	if len(x.open) >= xmlDepth {
		return &Error{Code: "too-large", Detail: "XML depth"}
	}
	if *x.left <= 0 {
		return &Error{Code: "too-large", Detail: "XML tags"}
	}
	x.from = x.pos
	if x.readBlankCell() {
		return nil
	}
	x.pos++
	whole, local, err := x.readName()
	if err != nil {
		return err
	}
	x.name = local
	x.attrs = x.attrs[:0]
	for {
		spaced := x.skipSpace()
		if x.pos >= len(x.src) {
			return errCut
		}
		switch x.src[x.pos] {
		case '>':
			x.pos++
			x.started(whole)
			return nil
		case '/':
			if x.pos+1 >= len(x.src) {
				return errCut
			}
			if x.src[x.pos+1] != '>' {
				return x.fault("a stray /")
			}
			x.pos += 2
			x.empty = true
			x.started(whole)
			return nil
		}
		if !spaced {
			return x.fault("no space before an attribute")
		}
		if err := x.readAttr(); err != nil {
			return err
		}
	}
}

// readBlankCell reads <c r="A1" s="5"/>, of which some sheets have millions, as
// readStart would. Where anything is written otherwise, or is cut, it leaves
// the place and reads nothing.
func (x *xmlScanner) readBlankCell() bool {
	src := x.src[x.pos:]
	if len(src) < 16 || string(src[:6]) != `<c r="` {
		return false
	}
	i := 6
	for i < len(src) && byteClass[src[i]]&byteName != 0 && src[i] < 0x80 {
		i++
	}
	ref := src[6:i]
	if len(src)-i < 8 || string(src[i:i+5]) != `" s="` {
		return false
	}
	i += 5
	from := i
	for i < len(src) && src[i] >= '0' && src[i] <= '9' {
		i++
	}
	if len(src)-i < 3 || string(src[i:i+3]) != `"/>` {
		return false
	}
	if cap(x.attrs) < 2 {
		x.attrs = make([]xmlAttr, 0, 8)
	}
	x.name, x.attrs = src[1:2], x.attrs[:2]
	x.attrs[0] = xmlAttr{name: src[3:4], value: ref}
	x.attrs[1] = xmlAttr{name: src[len(ref)+8 : len(ref)+9], value: src[from:i]}
	x.pos += i + 3
	x.empty = true
	x.started(x.name)
	return true
}

// started takes note of an element once the whole of its tag was there.
func (x *xmlScanner) started(name []byte) {
	x.rooted = true
	*x.left--
	x.enter(name)
}

func (x *xmlScanner) readAttr() error {
	whole, local, err := x.readName()
	if err != nil {
		return err
	}
	if x.src[x.pos] != '=' { // a name never ends with src
		x.skipSpace()
	}
	if x.pos >= len(x.src) {
		return errCut
	}
	if x.src[x.pos] != '=' {
		return x.fault("an attribute without a value")
	}
	x.pos++
	if x.pos < len(x.src) && x.src[x.pos] != '"' {
		x.skipSpace()
	}
	value, err := x.readValue()
	if err != nil {
		return err
	}
	var prefix []byte
	if len(local) < len(whole) {
		prefix = whole[:len(whole)-len(local)-1]
	}
	for i := range x.attrs {
		if b := &x.attrs[i]; len(b.name) == len(local) && bytes.Equal(b.name, local) && bytes.Equal(b.prefix, prefix) {
			return x.fault("the attribute %q twice", whole)
		}
	}
	n := len(x.attrs)
	if n >= xmlAttrs {
		return &Error{Code: "too-large", Detail: "XML attributes"}
	}
	if string(prefix) == "xmlns" {
		local = nil // xmlns:r is not r
	}
	if n < cap(x.attrs) {
		x.attrs = x.attrs[:n+1]
	} else {
		x.attrs = append(x.attrs, xmlAttr{})
	}
	a := &x.attrs[n]
	a.prefix, a.name, a.value = prefix, local, value
	return nil
}

// readValue reads a quoted value; white space in it is a space.
func (x *xmlScanner) readValue() ([]byte, error) {
	if x.pos >= len(x.src) {
		return nil, errCut
	}
	quote := x.src[x.pos]
	if quote != '"' && quote != '\'' {
		return nil, x.fault("a value without quotes")
	}
	x.pos++
	start, i := x.pos, x.pos
	var out []byte
	for ; ; i++ {
		for i < len(x.src) && byteClass[x.src[i]]&(byteSpecial|byteQuote|byteSpace) == 0 {
			i++
		}
		if i >= len(x.src) || x.src[i] == quote {
			break
		}
		c := x.src[i]
		if c == ' ' || c == '"' || c == '\'' {
			continue
		}
		x.pos = i
		n, s := 1, []byte(" ")
		switch c {
		case '<':
			return nil, x.fault("< in a value")
		case '\t', '\n':
		case ']':
			continue
		default:
			var err error
			if n, s, err = x.special(); err != nil {
				return nil, err
			}
			if c == '\r' {
				s = []byte(" ")
			}
		}
		if s != nil {
			out = append(append(out, x.src[start:i]...), s...)
			start = i + n
		}
		i += n - 1
	}
	if i >= len(x.src) {
		return nil, errCut
	}
	x.pos = i + 1
	if out == nil {
		return x.src[start:i], nil
	}
	return append(out, x.src[start:i]...), nil
}

func (x *xmlScanner) readEnd() error {
	x.from = x.pos
	x.pos += 2
	whole, _, err := x.readName()
	if err != nil {
		return err
	}
	x.skipSpace()
	if x.pos >= len(x.src) {
		return errCut
	}
	if x.src[x.pos] != '>' {
		return x.fault("a bad end tag")
	}
	if len(x.open) == 0 || !bytes.Equal(x.innermost(), whole) {
		return x.fault("</%s> closes nothing", whole)
	}
	x.pos++
	x.leave()
	return nil
}
