package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// spaces: encoding/xml leaves the white space in values as it is written.
var spaces = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ", "\r", " ")

// tokensOf spells what our scanner reads.
func tokensOf(data []byte) (string, error) {
	tags := 1 << 20
	x, err := newXMLScanner(data, &tags)
	if err != nil {
		return "", err
	}
	return tokensFrom(x)
}

// tokensByPiece spells what it reads of a document that comes in small pieces,
// through a window that begins small.
func tokensByPiece(data []byte) (string, error) {
	tags := 1 << 20
	src := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if _, err := declaredCharset(src); err != nil {
		return "", err
	}
	x := &xmlScanner{src: make([]byte, 0, 2), left: &tags}
	x.in = iotest.OneByteReader(bytes.NewReader(src))
	return tokensFrom(x)
}

func tokensFrom(x *xmlScanner) (string, error) {
	var b strings.Builder
	for {
		t, err := x.next()
		if err != nil {
			return b.String(), err
		}
		switch t {
		case xmlEOF:
			return b.String(), nil
		case xmlStart:
			b.WriteString("<" + string(x.name))
			for _, a := range x.attrs {
				if len(a.name) > 0 && string(a.name) != "xmlns" {
					b.WriteString(" " + string(a.name) + "=" + spaces.Replace(string(a.value)))
				}
			}
			b.WriteString(">")
		case xmlEnd:
			b.WriteString("</>")
		case xmlText:
			b.Write(x.text)
		}
	}
}

// tokensOfStandard spells what encoding/xml reads.
func tokensOfStandard(data []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var b strings.Builder
	depth, roots := 0, 0
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				roots++
			}
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					b.WriteString(" " + a.Name.Local + "=" + spaces.Replace(a.Value))
				}
			}
			b.WriteString(">")
		case xml.EndElement:
			depth--
			b.WriteString("</>")
		case xml.CharData:
			if depth > 0 {
				b.Write(t)
			}
		case xml.Directive:
			return "", errors.New("a DOCTYPE")
		}
	}
	if roots != 1 || depth != 0 {
		return "", errors.New("no document")
	}
	// RawToken does not match tags, Token does.
	for d = xml.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := d.Token(); err == io.EOF {
			return b.String(), nil
		} else if err != nil {
			return "", err
		}
	}
}

var documents = []string{
	`<a/>`, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n<a b='1'>x</a>\n",
	`<a><b c="&lt;&#20013;&#x4e2d;&amp;"/>t&gt;<!-- - --><![CDATA[<&]]]]><?p i?></a>`, "<x:a xmlns:x='u' x:r='1' r=\"2\">中\r文</x:a>",
	`<a>]]></a>`, `<a b="1" b="2"/>`, `<a b=1/>`, `<a b/>`, `<a><b></a></b>`, `<a>`, `<a`, `</a>`, `<a/><b/>`, `<a/>t`, `t<a/>`, `<a>&nbsp;</a>`,
	`<a>&#0;</a>`, `<a>&#xd800;</a>`, `<a>&</a>`, `<a b="<"/>`, `<!DOCTYPE a><a/>`, "<a>\x01</a>", "<a>\xff</a>", "<a>\xef\xbf\xbf</a>", `<1/>`, `<a:/>`, `<:a/>`,
	`<a><!-- -- --></a>`, `<a><!-- </a>`, `<a><![CDATA[ </a>`, `<a><?p </a>`, `<a><?xml version="1.0"?></a>`, `<a b="1"c="2"/>`, `<a / >`, `< a/>`, `<a></a >`, ``, `<a.b-c_d/>`,
}

// TestXMLIsNoLaxerThanTheStandardLibrary: what encoding/xml refuses, we refuse;
// what we read, it reads the same.
func TestXMLIsNoLaxerThanTheStandardLibrary(t *testing.T) {
	read := 0
	for _, doc := range documents {
		if noLaxer(t, []byte(doc)) {
			read++
		}
	}
	if read != 6 {
		t.Errorf("%d of the documents are read, 6 are sound", read)
	}
}

func noLaxer(t *testing.T, doc []byte) bool {
	t.Helper()
	if len(doc) > 2 && (doc[0] == 0xff || doc[0] == 0xfe || doc[0] == 0xef) || xmlDeclared.Match(doc) && bytes.Contains(doc, []byte("encoding")) && !bytes.Contains(doc, []byte("UTF-8")) {
		return false // other encodings are not encoding/xml's business
	}
	got, err := tokensOf(doc)
	pieces, errPieces := tokensByPiece(doc)
	if (err == nil) != (errPieces == nil) || err == nil && pieces != got {
		t.Errorf("%q reads by pieces as\n%q, %v; as a whole as\n%q, %v", doc, pieces, errPieces, got, err)
	}
	if err != nil {
		return false
	}
	want, err := tokensOfStandard(doc)
	if err != nil {
		t.Errorf("%q is read, encoding/xml says %v", doc, err)
	} else if got != want {
		t.Errorf("%q reads as\n%q, encoding/xml has\n%q", doc, got, want)
	}
	return true
}

func FuzzXML(f *testing.F) {
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) { noLaxer(t, doc) })
}

// FuzzOpen: nothing panics, and a book keeps what its types promise.
func FuzzOpen(f *testing.F) {
	names, _ := filepath.Glob("testdata/files/*.[chxdo]*")
	for _, name := range names {
		if data, err := os.ReadFile(name); err == nil && len(data) < 64<<10 {
			f.Add(filepath.Ext(name), data)
		}
	}
	f.Add(".xlsx", bookOf(sheetHead+`<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`))
	f.Add(".docx", zipOf("word/document.xml", `<w:document><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>`))
	lim := Limits{Unpacked: 8 << 20, Rows: 2000, Cells: 20_000}
	f.Fuzz(func(t *testing.T, ext string, data []byte) {
		book, err := Open("a"+ext, data, lim, nil)
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is no *Error", err)
		}
		if err == nil {
			checkBook(t, "fuzz", book)
		}
	})
}

// TestBlankCell asserts that the quick way to read a blank cell says what the
// usual one says, and takes nothing that is written otherwise.
func TestBlankCell(t *testing.T) {
	read := func(tag string) (out string) {
		left := 100
		x, err := newXMLScanner([]byte("<row>"+tag+"</row>"), &left)
		if err != nil {
			t.Fatal(err)
		}
		for {
			k, err := x.next()
			if err != nil {
				return out + "fault"
			}
			if k == xmlEOF {
				return fmt.Sprint(out, left)
			}
			out += fmt.Sprintf("%d %s", k, x.name)
			for _, a := range x.attrs {
				out += fmt.Sprintf(" %s:%s=%s", a.prefix, a.name, a.value)
			}
			out += fmt.Sprintln(" ", x.depth(), x.empty)
		}
	}
	for _, tag := range []string{`<c r="A1" s="5"/>`, `<c r="XFD1048576" s="123456"/>`, `<c r="" s=""/>`, `<c r="甲1" s="5"/>`, `<c r="A1" s="-5"/>`, `<c r="A1" s="5"></c>`, `<c r="A1" s="5"`, `<c r="A1" r="5"/>`, `<c r="A1"s="5"/>`, `<c r="A&amp;" s="5"/>`, `<c r="A<" s="5"/>`} {
		slow := strings.Replace(tag, "<c r", "<c  r", 1)
		if got, want := read(tag), read(slow); got != want {
			t.Errorf("%s:\n%s\nthe usual way:\n%s", tag, got, want)
		}
	}
	if got := read(`<c r="A1" s="5"/>`); !strings.Contains(got, ":r=A1 :s=5") {
		t.Errorf("got %s", got)
	}
}
