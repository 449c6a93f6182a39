package sheet

import (
	"archive/zip"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"net/url"
	"path"
	"strings"
)

// archive is a zip file of Office Open XML parts. Every entry is inflated to
// its end with its CRC, also those that nobody asks for.
type archive struct {
	files map[string]*zip.File // by lower-case name without a leading slash
	rest  map[*zip.File]bool   // not yet inflated
	left  int64                // bytes that may still be unpacked
	tags  int                  // XML tags that may still be read
	spare []byte               // for the part that is read next
}

func newArchive(z *zip.Reader, lim Limits) (*archive, error) {
	if len(z.File) > 10_000 {
		return nil, &Error{Code: "too-large", Detail: "zip entries"}
	}
	a := &archive{files: map[string]*zip.File{}, rest: map[*zip.File]bool{}, left: lim.Unpacked, tags: xmlTags}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, &Error{Code: "encrypted", Detail: "a zip entry has a password"}
		}
		a.rest[f] = true
		name := partName(f.Name)
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if a.files[name] != nil {
			return nil, damaged("the part %s is there twice", name)
		}
		a.files[name] = f
	}
	return a, nil
}

// partName is a part's name in one spelling.
// QUIRK: some report generators write backslashes.
func partName(name string) string {
	return strings.ToLower(strings.TrimLeft(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
}

func (a *archive) has(name string) bool { return a.files[partName(name)] != nil }

// entry is one entry of the zip while it is inflated. Its last read demands
// the size and the CRC that the directory names.
type entry struct {
	a   *archive
	f   *zip.File
	r   io.ReadCloser
	sum hash.Hash32 // where archive/zip does not check: it takes a CRC of 0 for unknown
}

func (a *archive) open(f *zip.File) (*entry, error) {
	delete(a.rest, f)
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, &Error{Code: "unsupported", Detail: f.Name + ": " + err.Error()}
	}
	if err != nil {
		return nil, damaged("%s: %v", f.Name, err)
	}
	e := &entry{a: a, f: f, r: r}
	if f.CRC32 == 0 {
		e.sum = crc32.NewIEEE()
	}
	return e, nil
}

func (e *entry) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if e.a.left -= int64(n); e.a.left < 0 {
		return n, &Error{Code: "too-large", Detail: "unpacked size"}
	}
	if e.sum != nil {
		e.sum.Write(p[:n])
		if err == io.EOF && e.sum.Sum32() != 0 {
			err = zip.ErrChecksum
		}
	}
	if err != nil && err != io.EOF {
		err = damaged("%s: %v", e.f.Name, err)
	}
	return n, err
}

// part inflates one part to its end.
func (a *archive) part(name string) ([]byte, error) {
	f := a.files[partName(name)]
	if f == nil {
		return nil, damaged("the part %s is missing", name)
	}
	e, err := a.open(f)
	if err != nil {
		return nil, err
	}
	defer e.r.Close()
	return io.ReadAll(e)
}

// finish inflates what nobody asked for.
func (a *archive) finish() error {
	for f := range a.rest {
		e, err := a.open(f)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, e)
		e.r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// walk reads a part to its last tag and calls fn at the start of each element
// whose end fn, or one of its like, has not read. root is the root's name.
func (a *archive) walk(name, root string, fn func(*xmlScanner) error) error {
	f := a.files[partName(name)]
	if f == nil {
		return damaged("the part %s is missing", name)
	}
	e, err := a.open(f)
	if err != nil {
		return err
	}
	defer e.r.Close()
	x, err := newXMLStream(e, a.spare, &a.tags)
	if err != nil {
		return partError(name, err)
	}
	defer func() { a.spare = x.src[:0] }()
	for {
		t, err := x.next()
		switch {
		case err != nil:
			return partError(name, err)
		case t == xmlEOF:
			return nil
		case t == xmlStart && x.depth() == 1 && string(x.name) != root:
			return damaged("%s: its root is %q", name, x.name)
		case t == xmlStart && x.depth() > 1:
			if err := fn(x); err != nil {
				return partError(name, err)
			}
		}
	}
}

// partError makes an *Error of what went wrong in a part.
func partError(name string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return damaged("%s: %v", name, err)
}

type relation struct{ kind, target string }

// relations are those of a part ("" for the package) by their id; targets are
// names of parts.
func (a *archive) relations(of string) (map[string]relation, error) {
	dir, base := path.Split(of)
	out := map[string]relation{}
	err := a.walk(path.Join(dir, "_rels", base+".rels"), "Relationships", func(x *xmlScanner) error {
		if string(x.name) != "Relationship" || strings.EqualFold(x.attr("TargetMode"), "External") {
			return nil
		}
		target := strings.ReplaceAll(x.attr("Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		if plain, err := url.PathUnescape(target); err == nil && !a.has(target) {
			target = plain
		}
		out[x.attr("Id")] = relation{x.attr("Type"), partName(target)}
		return nil
	})
	return out, err
}

// of finds the part that a relation of one kind names; "" where there is none.
func ofKind(rels map[string]relation, kind string) string {
	for _, r := range rels {
		if strings.HasSuffix(r.kind, kind) {
			return r.target
		}
	}
	return ""
}
