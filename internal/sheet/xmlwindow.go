package sheet

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// window lets a scanner read a document piece by piece: src is the piece at
// hand, and a token at its edge is read again with more behind it. What is
// before the token is dropped, so that a sheet of any length takes as much
// memory as its longest cell.
type window struct {
	in    io.Reader // nil where all of the document is in src
	gone  int       // bytes before src
	valid int       // bytes of src that are known to be UTF-8
}

const (
	windowSize = 32 << 10 // at first
	windowEdge = 16       // the longest look ahead within a token: "<![CDATA[", an entity
)

// newXMLStream reads a document from in, into buf where that is large enough.
// One in another encoding than UTF-8 is read as a whole.
func newXMLStream(in io.Reader, buf []byte, left *int) (*xmlScanner, error) {
	if cap(buf) < windowSize {
		buf = make([]byte, 0, windowSize)
	}
	buf = buf[:cap(buf)]
	n, err := io.ReadFull(in, buf[:1024])
	buf = buf[:n]
	whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !whole {
		return nil, err
	}
	plain := bytes.TrimPrefix(buf, []byte("\xef\xbb\xbf"))
	declared, err := declaredCharset(plain)
	if err != nil {
		return nil, err
	}
	if _, utf16, _ := decodeUTF16(buf); utf16 || declared != "utf-8" {
		rest, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		return newXMLScanner(append(bytes.Clone(buf), rest...), left)
	}
	x := &xmlScanner{src: plain, left: left}
	if !whole {
		x.in = in
	}
	return x, x.checkUTF8()
}

// more reports whether the document goes on behind src.
func (x *xmlScanner) more() bool { return x.in != nil }

// atEdge reports whether a token could not be read because src ends.
func (x *xmlScanner) atEdge(err error) bool {
	return x.in != nil && (err == errCut || len(x.src)-x.pos < windowEdge)
}

// fill drops what was read and reads on behind the token at hand.
func (x *xmlScanner) fill() error {
	n := copy(x.src, x.src[x.mark:])
	x.gone += x.mark
	x.valid -= min(x.valid, x.mark)
	x.src, x.pos, x.mark = x.src[:n], 0, 0
	if n > cap(x.src)/2 {
		x.src = append(make([]byte, 0, 2*cap(x.src)), x.src...)
	}
	for n < cap(x.src) {
		m, err := x.in.Read(x.src[n:cap(x.src)])
		n += m
		x.src = x.src[:n]
		if err == io.EOF {
			x.in = nil
			break
		}
		if err != nil {
			return err
		}
	}
	return x.checkUTF8()
}

// checkUTF8 looks at what came in; a character that is cut at the end waits.
func (x *xmlScanner) checkUTF8() error {
	fresh := x.src[x.valid:]
	if x.more() {
		for i := 1; i < utf8.UTFMax && i <= len(fresh); i++ {
			if c := fresh[len(fresh)-i]; utf8.RuneStart(c) {
				if !utf8.FullRune(fresh[len(fresh)-i:]) {
					fresh = fresh[:len(fresh)-i]
				}
				break
			}
		}
	}
	if !utf8.Valid(fresh) {
		return damaged("bad UTF-8")
	}
	x.valid += len(fresh)
	return nil
}
