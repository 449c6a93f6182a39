package attachment

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
)

// The attributes of winmail.dat that make an attachment ([MS-OXTNEF] 2.1.3).
const (
	attRendData  = 0x00069002 // a new attachment begins
	attTitle     = 0x00018010
	attData      = 0x0006800f
	attProps     = 0x00069005 // MAPI properties, among them the long name
	propLongName = 0x3707
)

// tnef reads winmail.dat's attachments: attribute by attribute, with level, id,
// length, data, checksum.
func (b *box) tnef(data []byte, _ []string) error {
	if len(data) < 6 {
		return io.ErrUnexpectedEOF
	}
	rest := data[6:]
	var name, long string
	var content []byte
	has := false
	flush := func() error {
		if !has {
			name, long = "", ""
			return nil
		}
		if long != "" {
			name = long
		}
		if name == "" {
			name = "附件"
		}
		err := b.take(baseName(name), bytes.NewReader(content))
		name, long, content, has = "", "", nil, false
		return err
	}
	for len(rest) >= 9 {
		id, n := binary.LittleEndian.Uint32(rest[1:]), uint64(binary.LittleEndian.Uint32(rest[5:]))
		if 9+n+2 > uint64(len(rest)) {
			b.problem("", "damaged", "winmail.dat is cut short")
			break // a file of which the data came whole is taken
		}
		v := rest[9 : 9+n]
		var sum uint16
		for _, c := range v {
			sum += uint16(c)
		}
		if sum != binary.LittleEndian.Uint16(rest[9+n:]) {
			return io.ErrUnexpectedEOF
		}
		switch id {
		case attRendData:
			if err := flush(); err != nil {
				return err
			}
		case attTitle:
			name = decodeName(strings.TrimRight(string(v), "\x00"))
		case attData:
			content, has = v, true
		case attProps:
			long = longName(v)
		}
		rest = rest[9+n+2:]
	}
	return flush()
}

// longName finds PR_ATTACH_LONG_FILENAME among MAPI properties, "" where it is
// not there or the properties cannot be walked.
func longName(v []byte) string {
	u32 := func() (int, bool) {
		if len(v) < 4 {
			return 0, false
		}
		n := binary.LittleEndian.Uint32(v)
		v = v[4:]
		return int(n), n < 1<<30
	}
	cut := func(n int) ([]byte, bool) {
		if n > len(v) {
			return nil, false
		}
		part := v[:n]
		v = v[min(len(v), (n+3)&^3):]
		return part, true
	}
	count, ok := u32()
	for i := 0; ok && i < min(count, 1000); i++ {
		var tag int
		if len(v) < 4 {
			return ""
		}
		tag = int(binary.LittleEndian.Uint16(v)) | int(binary.LittleEndian.Uint16(v[2:]))<<16
		v = v[4:]
		kind, id := tag&0xffff, tag>>16
		if id >= 0x8000 { // a named property: GUID, kind, number or name
			if _, ok = cut(16); !ok {
				return ""
			}
			named, _ := u32()
			n, ok := u32()
			if !ok {
				return ""
			}
			if named == 1 {
				if _, ok = cut(n); !ok {
					return ""
				}
			}
		}
		values := 1
		size, variable := propSize(kind &^ 0x1000)
		if kind&0x1000 != 0 || variable {
			if values, ok = u32(); !ok {
				return ""
			}
		}
		for ; values > 0; values-- {
			n := size
			if variable {
				if n, ok = u32(); !ok {
					return ""
				}
			}
			part, ok := cut(n)
			if !ok || n == 0 && !variable {
				return ""
			}
			if id == propLongName {
				return propText(kind, part)
			}
		}
	}
	return ""
}

// propSize is a property type's size in bytes; variable ones say theirs.
func propSize(kind int) (size int, variable bool) {
	switch kind {
	case 0x02, 0x03, 0x04, 0x0a, 0x0b:
		return 4, false
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		return 8, false
	case 0x48:
		return 16, false
	case 0x0d, 0x1e, 0x1f, 0x102:
		return 0, true
	}
	return 0, false
}

func propText(kind int, v []byte) string {
	if kind != 0x1f {
		return decodeName(strings.TrimRight(string(v), "\x00"))
	}
	units := make([]uint16, len(v)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(v[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}
