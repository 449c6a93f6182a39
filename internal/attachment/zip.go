package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
	"unicode/utf8"
)

// isDocument reports whether a zip is a workbook, a Word file or the like,
// which is nobody's archive.
func isDocument(data []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		// One that is cut short has no directory; its first entry tells.
		return bytes.Contains(data[:min(len(data), 4096)], []byte("[Content_Types].xml"))
	}
	for _, f := range z.File {
		switch strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")) {
		case "[content_types].xml", "xl/workbook.xml", "xl/workbook.bin", "word/document.xml", "ppt/presentation.xml", "ofd.xml", "meta-inf/manifest.xml", "index/document.iwa":
			return true
		}
	}
	return false
}

func (b *box) zip(data []byte, _ []string) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if bytes.HasPrefix(data, []byte("PK\x07\x08")) {
			return errVolume
		}
		return err
	}
	for _, f := range z.File {
		full := zipName(f)
		if skip(full, f.Mode()) {
			continue
		}
		name := baseName(full)
		if f.Flags&1 != 0 {
			b.problem(name, "encrypted", "zip entry")
			if len(b.problems) > b.lim.Entries {
				return errMany
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			b.problem(name, code(err), err.Error())
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

// zipName is an entry's name. Info-ZIP's and WinRAR's extra field 0x7075 has it
// in UTF-8, and holds while its checksum fits the name beside it.
func zipName(f *zip.File) string {
	if !f.NonUTF8 && utf8.ValidString(f.Name) {
		return f.Name
	}
	for extra := f.Extra; len(extra) >= 4; {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if len(extra) < 4+n {
			break
		}
		field := extra[4 : 4+n]
		if id == 0x7075 && n > 5 && binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) && utf8.Valid(field[5:]) {
			return string(field[5:])
		}
		extra = extra[4+n:]
	}
	return decodeName(f.Name)
}
