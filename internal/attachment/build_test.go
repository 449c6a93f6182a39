package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func gbk(s string) string {
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

// entry is a file of a made archive.
type entry struct {
	name string
	data string
}

// makeZip packs entries; names are written as they are, without the UTF-8 flag.
func makeZip(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func le(v any) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, v) //nolint:errcheck // a buffer
	return b.Bytes()
}

// makeRar4 stores entries in a rar of version 4, names as they are.
func makeRar4(entries ...entry) []byte {
	block := func(kind byte, flags uint16, rest, data []byte) []byte {
		h := append([]byte{kind}, append(le(flags), le(uint16(7+len(rest)))...)...)
		h = append(h, rest...)
		sum := le(uint16(crc32.ChecksumIEEE(h)))
		return append(append(sum, h...), data...)
	}
	out := append([]byte("Rar!\x1a\x07\x00"), block(0x73, 0, make([]byte, 6), nil)...)
	for _, e := range entries {
		var h []byte
		h = append(h, le(uint32(len(e.data)))...)
		h = append(h, le(uint32(len(e.data)))...)
		h = append(h, 2) // Windows
		h = append(h, le(crc32.ChecksumIEEE([]byte(e.data)))...)
		h = append(h, le(uint32(0x52790000))...) // time
		h = append(h, 20, 0x30)                  // version, stored
		h = append(h, le(uint16(len(e.name)))...)
		h = append(h, le(uint32(0x20))...)
		h = append(h, e.name...)
		out = append(out, block(0x74, 0x8000, h, []byte(e.data))...)
	}
	return append(out, block(0x7b, 0x4000, nil, nil)...)
}

func vint(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// makeRar5 stores entries in a rar of version 5. Window is the dictionary's
// size as the format has it: 128 KiB << window.
func makeRar5(window int, entries ...entry) []byte {
	block := func(body, data []byte) []byte {
		h := append(vint(len(body)), body...)
		return append(append(le(crc32.ChecksumIEEE(h)), h...), data...)
	}
	out := append([]byte("Rar!\x1a\x07\x01\x00"), block([]byte{1, 0, 0}, nil)...)
	for _, e := range entries {
		h := []byte{2, 2} // a file, with data behind it
		h = append(h, vint(len(e.data))...)
		h = append(h, 4) // has a CRC
		size := len(e.data)
		if window > 0 {
			size = 8 << 30
		}
		h = append(h, vint(size)...)
		h = append(h, vint(0x20)...)
		h = append(h, le(crc32.ChecksumIEEE([]byte(e.data)))...)
		method := 0
		if window > 0 {
			method = 3 << 7
		}
		h = append(h, vint(window<<10|method)...)
		h = append(h, 0)
		h = append(h, vint(len(e.name))...)
		h = append(h, e.name...)
		out = append(out, block(h, []byte(e.data))...)
	}
	return append(out, block([]byte{5, 0, 0}, nil)...)
}

// attribute is one attribute of winmail.dat.
func attribute(level byte, id uint32, data []byte) []byte {
	var sum uint16
	for _, c := range data {
		sum += uint16(c)
	}
	out := append([]byte{level}, append(le(id), le(uint32(len(data)))...)...)
	return append(append(out, data...), le(sum)...)
}

func makeTNEF(entries ...entry) []byte {
	out := append([]byte("\x78\x9f\x3e\x22\x01\x00"), attribute(1, 0x00089006, []byte{0, 0, 1, 0})...)
	for _, e := range entries {
		long := append([]byte(e.name), 0)
		props := le(uint32(3))
		props = append(props, 0x03, 0, 0x05, 0x37, 1, 0, 0, 0)                     // PR_ATTACH_METHOD
		props = append(props, 0x1e, 0, 0x01, 0x80)                                 // a named one
		props = append(append(props, make([]byte, 16)...), 0, 0, 0, 0, 1, 2, 0, 0) // by number
		props = append(props, 1, 0, 0, 0, 2, 0, 0, 0, 'x', 0, 0, 0)                // its value, padded
		props = append(append(props, 0x1e, 0, 0x07, 0x37, 1, 0, 0, 0), le(uint32(len(long)))...)
		props = append(props, long...)
		for len(props)%4 != 0 {
			props = append(props, 0)
		}
		out = append(out, attribute(2, attRendData, make([]byte, 14))...)
		out = append(out, attribute(2, attTitle, []byte("SHORT~1.XLS\x00"))...)
		out = append(out, attribute(2, attData, []byte(e.data))...)
		out = append(out, attribute(2, attProps, props)...)
	}
	return out
}
