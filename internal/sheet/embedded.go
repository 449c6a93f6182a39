package sheet

import (
	"bytes"
	"encoding/binary"
	"maps"
	"path"
	"slices"
	"strings"
)

// Embedded is a file that stands in a Word file as an object: a workbook that
// was pasted or inserted, whose picture is all that the page shows.
type Embedded struct {
	Name string
	Data []byte
}

// embeddedFiles bounds the objects that are taken from one file.
const embeddedFiles = 64

// embedded takes the objects of a part. Formulas, drawings and the numbers
// behind charts are nobody's table and are left out.
func (a *archive) embedded(of string) ([]Embedded, error) {
	dir, base := path.Split(of)
	if !a.has(path.Join(dir, "_rels", base+".rels")) {
		return nil, nil
	}
	rels, err := a.relations(of)
	if err != nil {
		return nil, err
	}
	targets := map[string]bool{}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/package") || strings.HasSuffix(r.kind, "/oleObject") {
			targets[r.target] = true
		}
	}
	var out []Embedded
	for _, target := range slices.Sorted(maps.Keys(targets)) {
		if !a.has(target) {
			continue // a link whose object was deleted
		}
		if len(out) >= embeddedFiles {
			return nil, &Error{Code: "too-large", Detail: "embedded objects"}
		}
		data, err := a.part(target)
		if err != nil {
			return nil, err
		}
		if e := objectOf(path.Base(target), data); e.Data != nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// objectOf takes the file out of an OLE object; other files are as they are.
// Without data is what holds none.
func objectOf(name string, data []byte) Embedded {
	if !bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return Embedded{name, data}
	}
	c, err := newCompound(data)
	if err != nil {
		return Embedded{name, data} // whoever opens it says that it is damaged
	}
	switch {
	case c.has("package"):
		if inner, err := c.stream("package"); err == nil {
			return Embedded{name, inner}
		}
		return Embedded{name, data}
	case c.has("\x01ole10native"):
		if inner, err := c.stream("\x01ole10native"); err == nil {
			return nativeObject(inner)
		}
		return Embedded{name, data}
	case c.has("workbook"), c.has("book"), c.has("worddocument"), c.has("encryptedpackage"):
		return Embedded{name, data}
	}
	return Embedded{}
}

// nativeObject reads the stream of a file that was inserted as an icon
// ([MS-OLEDS] 2.3.6; its contents as the packager of Windows writes them).
func nativeObject(b []byte) Embedded {
	text := func() (s []byte) {
		s, b, _ = bytes.Cut(b, []byte{0})
		return s
	}
	number := func() int {
		if len(b) < 4 {
			b = nil
			return 0
		}
		n := int(binary.LittleEndian.Uint32(b))
		b = b[4:]
		return n
	}
	if number(); len(b) < 2 {
		return Embedded{}
	}
	b = b[2:]
	name := text()
	text()                 // where it came from
	number()               // whether it is a file or a link
	b = b[min(4, len(b)):] // the length of what follows
	text()                 // where it is unpacked to
	n := number()
	if n <= 0 || n > len(b) {
		return Embedded{}
	}
	label, err := decodeText(name, "")
	if err != nil {
		label = ""
	}
	return Embedded{path.Base(strings.ReplaceAll(label, `\`, "/")), b[:n]}
}
