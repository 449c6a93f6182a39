// Package attachment unpacks archives: zip, rar, 7z, and Outlook's
// winmail.dat. What it takes is bounded, and no entry's name ever becomes a
// path on the disk.
package attachment

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/bodgit/sevenzip"
	"github.com/nwaples/rardecode/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// File is one file of an archive. Path is its name, below the container.
type File struct {
	Path []string
	Data []byte
}

// Problem is what could not be unpacked: "encrypted", "damaged", "too-large".
type Problem struct {
	Path         []string
	Code, Detail string
}

// Limits bounds an archive. Zero fields take the default.
type Limits struct {
	Depth    int   // archives in archives; 3
	Entries  int   // 200
	Unpacked int64 // bytes; 256 MiB
}

// OrDefault fills the zero fields.
func (l Limits) OrDefault() Limits {
	if l.Depth == 0 {
		l.Depth = 3
	}
	if l.Entries == 0 {
		l.Entries = 200
	}
	if l.Unpacked == 0 {
		l.Unpacked = 256 << 20
	}
	return l
}

// box collects what comes out of an archive.
type box struct {
	lim      Limits
	files    []File
	problems []Problem
	entries  int
	bytes    int64
}

var errFull = errors.New("the archive holds too much")

// Unpack unpacks one archive; archives in it are files of its answer. A
// workbook or document that happens to be a zip is none.
func Unpack(name string, data []byte, lim Limits, passwords []string) ([]File, []Problem, bool) {
	b := &box{lim: lim.OrDefault()}
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		z, zerr := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if zerr == nil && isDocument(z) {
			return nil, nil, false
		}
		if err = zerr; err == nil {
			err = b.zip(z)
		}
	case bytes.HasPrefix(data, []byte("Rar!\x1a\x07")):
		err = b.rar(data, passwords)
	case bytes.HasPrefix(data, []byte("7z\xbc\xaf\x27\x1c")):
		err = b.sevenZip(data, passwords)
	case bytes.HasPrefix(data, []byte("\x78\x9f\x3e\x22")):
		err = b.tnef(data)
	default:
		return nil, nil, false
	}
	switch {
	case errors.Is(err, errFull):
		b.problem("", "too-large", err.Error())
	case err != nil && strings.Contains(strings.ToLower(err.Error()), "password"):
		b.problem("", "encrypted", err.Error())
	case err != nil:
		b.problem("", "damaged", err.Error())
	}
	return b.files, b.problems, true
}

func isDocument(z *zip.Reader) bool {
	for _, f := range z.File {
		n := strings.ToLower(f.Name)
		if n == "[content_types].xml" || strings.HasPrefix(n, "xl/") || strings.HasPrefix(n, "word/") || n == "ofd.xml" {
			return true
		}
	}
	return false
}

func (b *box) problem(name, code, detail string) {
	p := Problem{Code: code, Detail: detail}
	if name != "" {
		p.Path = []string{name}
	}
	b.problems = append(b.problems, p)
}

// skip reports whether an entry is a folder or a system's own file.
func skip(full string) bool {
	base := path.Base(full)
	return strings.HasSuffix(full, "/") || strings.Contains(full, "__MACOSX/") || base == ".DS_Store" || strings.EqualFold(base, "Thumbs.db") || strings.EqualFold(base, "desktop.ini")
}

// take reads one entry to its end.
func (b *box) take(name string, r io.Reader) error {
	if b.entries++; b.entries > b.lim.Entries {
		return errFull
	}
	data, err := io.ReadAll(io.LimitReader(r, b.lim.Unpacked-b.bytes+1))
	if b.bytes += int64(len(data)); b.bytes > b.lim.Unpacked {
		return errFull
	}
	if err != nil {
		code := "damaged"
		if strings.Contains(strings.ToLower(err.Error()), "password") || errors.Is(err, zip.ErrAlgorithm) {
			code = "encrypted"
		}
		b.problem(name, code, err.Error())
		return nil
	}
	b.files = append(b.files, File{Path: []string{name}, Data: data})
	return nil
}

func baseName(s string) string { return path.Base(strings.ReplaceAll(s, `\`, "/")) }

func decodeName(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "_")
	}
	return out
}

func (b *box) zip(z *zip.Reader) error {
	for _, f := range z.File {
		full := decodeName(f.Name)
		if skip(full) || f.FileInfo().IsDir() {
			continue
		}
		name := baseName(full)
		if f.Flags&1 != 0 {
			b.problem(name, "encrypted", "zip entry")
			continue
		}
		r, err := f.Open()
		if err != nil {
			b.problem(name, "damaged", err.Error())
			continue
		}
		err = b.take(name, r)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *box) rar(data []byte, passwords []string) error {
	var last error
	for _, pw := range append([]string{""}, passwords...) {
		opts := []rardecode.Option{rardecode.MaxDictionarySize(64 << 20)}
		if pw != "" {
			opts = append(opts, rardecode.Password(pw))
		}
		r, err := rardecode.NewReader(bytes.NewReader(data), opts...)
		if err != nil {
			last = err
			continue
		}
		try := &box{lim: b.lim}
		last = try.rarEntries(r)
		b.files, b.problems = try.files, try.problems
		if last == nil && len(try.problems) == 0 {
			return nil
		}
	}
	return last
}

func (b *box) rarEntries(r *rardecode.Reader) error {
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		full := decodeName(h.Name)
		if h.IsDir || skip(full) {
			continue
		}
		if err := b.take(baseName(full), r); err != nil {
			return err
		}
	}
}

func (b *box) sevenZip(data []byte, passwords []string) error {
	var last error
	for _, pw := range append([]string{""}, passwords...) {
		r, err := sevenzip.NewReaderWithPassword(bytes.NewReader(data), int64(len(data)), pw)
		if err != nil {
			last = err
			continue
		}
		for _, f := range r.File {
			full := decodeName(f.Name)
			if f.FileInfo().IsDir() || skip(full) {
				continue
			}
			rc, err := f.Open()
			if err != nil {
				b.problem(baseName(full), "damaged", err.Error())
				continue
			}
			err = b.take(baseName(full), rc)
			rc.Close()
			if err != nil {
				return err
			}
		}
		return nil
	}
	return last
}

// tnef reads winmail.dat's attachments: attribute by attribute, level, id,
// length, data, checksum.
func (b *box) tnef(data []byte) error {
	data = data[6:]
	name := ""
	for len(data) >= 9 {
		id := uint32(data[1]) | uint32(data[2])<<8 | uint32(data[3])<<16 | uint32(data[4])<<24
		n := int(uint32(data[5]) | uint32(data[6])<<8 | uint32(data[7])<<16 | uint32(data[8])<<24)
		if n < 0 || 9+n+2 > len(data) {
			return io.ErrUnexpectedEOF
		}
		v := data[9 : 9+n]
		switch id {
		case 0x00018010: // attAttachTitle
			name = decodeName(strings.TrimRight(string(v), "\x00"))
		case 0x0006800f: // attAttachData
			if name == "" {
				name = "附件"
			}
			if err := b.take(baseName(name), bytes.NewReader(v)); err != nil {
				return err
			}
			name = ""
		}
		data = data[9+n+2:]
	}
	return nil
}
