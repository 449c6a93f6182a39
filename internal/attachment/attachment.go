// Package attachment unpacks archives: zip, rar, 7z, and Outlook's
// winmail.dat. Bytes decide what is one, never the name. What it takes is
// bounded, and no entry's name ever becomes a path on the disk.
package attachment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// File is one file of an archive. Path is its name, below the container: the
// last element of what the archive says.
type File struct {
	Path []string
	Data []byte
}

// Problem is what could not be unpacked: "encrypted", "damaged", "too-large",
// "too-many", "volume" (a piece of an archive in several files) or
// "unsupported". Path is empty where it is the archive as a whole.
type Problem struct {
	Path         []string
	Code, Detail string
}

// Limits bounds an archive. Zero fields take the default.
type Limits struct {
	Depth    int   // archives in archives; 3. The caller counts them.
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

var (
	errLarge = errors.New("the archive unpacks to too many bytes")
	errMany  = errors.New("the archive has too many entries")
)

// Unpack unpacks one archive; archives in it are files of its answer. The last
// value is false where the bytes are no archive: a workbook or document that
// happens to be a zip is none. What could be unpacked is returned with what
// could not.
func Unpack(data []byte, lim Limits, passwords []string) (files []File, problems []Problem, ok bool) {
	open := kind(data)
	if open == nil {
		return nil, nil, false
	}
	b := &box{lim: lim.OrDefault()}
	defer func() { // the libraries take strangers' bytes
		if fault := recover(); fault != nil {
			b.problem("", "damaged", fmt.Sprint("panic: ", fault))
			files, problems, ok = b.files, b.problems, true
		}
	}()
	if err := open(b, data, passwords); err != nil {
		b.problem("", code(err), err.Error())
	}
	return b.files, b.problems, true
}

// kind knows an archive by its first bytes, nil where it is none.
func kind(data []byte) func(*box, []byte, []string) error {
	has := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	switch {
	case has("PK\x03\x04"), has("PK\x05\x06"), has("PK\x07\x08"), has("PK00PK\x03\x04"):
		if isDocument(data) {
			return nil
		}
		return (*box).zip
	case has("Rar!\x1a\x07"), has("RE~^"):
		return (*box).rar
	case has("7z\xbc\xaf\x27\x1c"):
		return (*box).sevenZip
	case has("\x78\x9f\x3e\x22"):
		return (*box).tnef
	case has("\x1f\x8b\x08"), has("BZh"), has("\xfd7zXZ\x00"), has("MSCF\x00\x00"), has("\x28\xb5\x2f\xfd"), len(data) > 262 && string(data[257:262]) == "ustar",
		len(data) > 7 && string(data[2:5]) == "-lh" && data[6] == '-', has("\x60\xea"):
		// gzip, bzip2, xz, cab, zstd, tar, lha, arj
		return func(*box, []byte, []string) error { return errKind }
	}
	return nil
}

var errKind = errors.New("an archive of a kind that is not opened")

func (b *box) problem(name, code, detail string) {
	p := Problem{Code: code, Detail: detail}
	if name != "" {
		p.Path = []string{name}
	}
	b.problems = append(b.problems, p)
}

// skip reports whether an entry is a folder's or a system's own file.
func skip(full string, mode fs.FileMode) bool {
	full = strings.ReplaceAll(full, `\`, "/")
	base := path.Base(full)
	return mode.IsDir() || mode&(fs.ModeSymlink|fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket) != 0 ||
		strings.HasSuffix(full, "/") || strings.HasPrefix(full, "__MACOSX/") || strings.Contains(full, "/__MACOSX/") ||
		base == ".DS_Store" || strings.HasPrefix(base, "._") || strings.EqualFold(base, "Thumbs.db") || strings.EqualFold(base, "desktop.ini")
}

// take reads one entry to its end. The error says that the archive is not to
// be read on; an entry's own fault is a problem.
func (b *box) take(name string, r io.Reader) error {
	if b.entries++; b.entries > b.lim.Entries {
		return errMany
	}
	data, err := io.ReadAll(io.LimitReader(r, b.lim.Unpacked-b.bytes+1))
	if b.bytes += int64(len(data)); b.bytes > b.lim.Unpacked {
		return errLarge
	}
	if err != nil {
		b.problem(name, code(err), err.Error())
		return nil
	}
	b.files = append(b.files, File{Path: []string{name}, Data: data})
	return nil
}

// baseName is the last element of an entry's name: no name leads anywhere. It
// is cut after decoding, for the second byte of GBK may be a backslash.
func baseName(full string) string {
	name := path.Base(strings.ReplaceAll(full, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == ".." || name == "/" {
		return "未命名"
	}
	if r := []rune(name); len(r) > 255 {
		name = string(r[:120]) + "…" + string(r[len(r)-120:])
	}
	return name
}

// decodeName takes a name as UTF-8, else as GB18030. QUIRK: macOS writes UTF-8
// without saying so, Windows GBK.
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
