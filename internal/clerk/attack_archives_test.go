package clerk

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io/fs"
	"testing"
)

// patch writes a number over the bytes of a zip, at an offset behind the n-th
// signature. It makes zips that lie.
func patch(data string, signature string, n, offset, size int, value uint64) string {
	b := []byte(data)
	at := 0
	for range n + 1 {
		i := bytes.Index(b[at:], []byte(signature))
		if i < 0 {
			panic("no such signature")
		}
		at += i + 4
	}
	var number [8]byte
	binary.LittleEndian.PutUint64(number[:], value)
	copy(b[at-4+offset:], number[:size])
	return string(b)
}

const (
	localEntry = "PK\x03\x04"
	dirEntry   = "PK\x01\x02"
	dirEnd     = "PK\x05\x06"
)

// overlapping is a zip of which n entries share the bytes of one (D. Fifield,
// "A better zip bomb", 2019, in its simplest form).
func overlapping(t *testing.T, n, size int) string {
	t.Helper()
	one := pack(t, "a.csv", times("\x00", size))
	dir := bytes.Index([]byte(one), []byte(dirEntry))
	end := bytes.Index([]byte(one), []byte(dirEnd))
	body, entry, tail := one[:dir], one[dir:end], one[end:]
	tail = patch(tail, dirEnd, 0, 8, 2, uint64(n))
	tail = patch(tail, dirEnd, 0, 10, 2, uint64(n))
	tail = patch(tail, dirEnd, 0, 12, 4, uint64(n*len(entry)))
	return body + times(entry, n) + tail
}

// zipOf writes a zip with headers of its own.
func zipOf(t *testing.T, entries map[string]func(*zip.FileHeader)) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, change := range entries {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		change(h)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// sevenZip is a 7z whose header is these bytes: what it says of itself is all
// that there is.
func sevenZip(header []byte) string {
	var start bytes.Buffer
	for _, v := range []any{uint64(0), uint64(len(header)), crc32.ChecksumIEEE(header)} {
		binary.Write(&start, binary.LittleEndian, v) //nolint:errcheck // a buffer
	}
	out := append([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(start.Bytes()))...)
	return string(append(append(out, start.Bytes()...), header...))
}

// tnefOf is winmail.dat with these attributes: level, id, length that it says,
// data.
func tnefOf(id, length uint32, data string) string {
	out := binary.LittleEndian.AppendUint32([]byte("\x78\x9f\x3e\x22\x01\x00\x02"), id)
	out = binary.LittleEndian.AppendUint32(out, length)
	var sum uint16
	for _, c := range []byte(data) {
		sum += uint16(c)
	}
	return string(binary.LittleEndian.AppendUint16(append(out, data...), sum))
}

func archiveAttacks(t *testing.T) map[string]hostileFile {
	nested, wide, zeros := pack(t, "a.csv", table(9)), "", times("\x00", 20<<20)
	for range 20 {
		nested = pack(t, "a.zip", nested)
	}
	layer := []string{"0.csv", table(8)}
	for range 3 {
		var pairs []string
		inner := pack(t, layer...)
		for i := range 12 {
			pairs = append(pairs, fmt.Sprintf("%d.zip", i), pack(t, "in.zip", inner, "n.txt", fmt.Sprint(i)))
		}
		layer = pairs
	}
	wide = pack(t, layer...)
	var many []string
	for i := range 20_000 {
		many = append(many, fmt.Sprintf("%d.csv", i), "")
	}
	letters := string(post(table(7)))
	for range 6 {
		letters = string(post(pack(t, "l.eml", letters)))
	}
	one := pack(t, "a.csv", times("进度", 100))
	props := binary.LittleEndian.AppendUint32(nil, 0xffffffff)
	var raw bytes.Buffer
	w, err := flate.NewWriter(&raw, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(zeros)) //nolint:errcheck // a buffer
	w.Close()              //nolint:errcheck // a buffer
	rar4 := "Rar!\x1a\x07\x00"
	return map[string]hostileFile{
		"a bomb":                   {pack(t, "a.csv", zeros), "archive-too-large"},
		"a bomb of bombs":          {pack(t, "1.zip", pack(t, "a.csv", zeros[:9<<20]), "2.zip", pack(t, "a.csv", "1"+zeros[:9<<20])), "archive-too-large"},
		"twenty thousand entries":  {pack(t, many...), "archive-too-many"},
		"archives in archives":     {nested, "archive-too-deep"},
		"a tree of archives":       {wide, "archive-too-deep"},
		"letters and archives":     {pack(t, "l.eml", letters), "archive-too-deep"},
		"overlapping entries":      {overlapping(t, 150, 1<<20), "archive-too-large"},
		"overlaps by the thousand": {overlapping(t, 60_000, 100), "archive-too-many"},
		"names that lead up":       {pack(t, "../../../etc/passwd.csv", table(2), "/etc/shadow.csv", table(3), `C:\Windows\a.csv`, table(4)), "read"},
		"names of nothing":         {pack(t, "..", table(2), ".", table(3), "///", ""), "read"},
		"a name of 60 KB":          {pack(t, times("表", 20_000)+".csv", table(2)), "read"},
		"a name with line ends":    {pack(t, "a\r\nBcc: x\x00\x1b[2J.csv", table(2)), "read"},
		"a name turned round":      {pack(t, "3\u202exslx.csv", table(2)), "read"},
		"a link for a file":        {zipOf(t, map[string]func(*zip.FileHeader){"a.csv": func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }}), "archive-empty"},
		"a device for a file":      {zipOf(t, map[string]func(*zip.FileHeader){"a.csv": func(h *zip.FileHeader) { h.SetMode(fs.ModeDevice | 0o666) }}), "archive-empty"},
		"a size that lies":         {patch(one, dirEntry, 0, 24, 4, 3), "archive-damaged"},
		"a size of 4 GB":           {patch(patch(one, dirEntry, 0, 24, 4, 0xfffffffe), dirEntry, 0, 20, 4, 0xfffffffe), "archive-damaged"},
		"an offset behind the end": {patch(one, dirEntry, 0, 42, 4, 0x7fffffff), "archive-damaged"},
		"a directory that is not":  {patch(one, dirEnd, 0, 16, 4, 0x7fffffff), "archive-damaged"},
		"more entries than bytes":  {patch(patch(one, dirEnd, 0, 8, 2, 0xfff0), dirEnd, 0, 10, 2, 0xfff0), "archive-damaged"},
		"a checksum that lies":     {patch(one, dirEntry, 0, 16, 4, 0x12345678), "archive-damaged"},
		"a method of nobody":       {patch(patch(one, dirEntry, 0, 10, 2, 99), localEntry, 0, 8, 2, 99), "archive-unsupported"},
		"a password":               {patch(patch(one, dirEntry, 0, 8, 2, 1), localEntry, 0, 6, 2, 1), "encrypted"},
		"a second directory":       {one + pack(t, "b.csv", table(5)), "read"},
		"cut in its middle":        {one[:len(one)/2], "archive-damaged"},
		"a piece of several":       {"PK\x07\x08" + times("x", 1000), "archive-volume"},
		"rar that is cut":          {"Rar!\x1a\x07\x01\x00", "archive-damaged"},
		"rar of long headers":      {"Rar!\x1a\x07\x01\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + times("\xff", 2000), "archive-damaged"},
		"rar 4 of headers only":    {rar4 + times("\x00\x00\x73\x00\x00\x07\x00", 50_000), "archive-damaged"},
		"7z of many files":         {sevenZip([]byte("\x01\x05\xff\xff\xff\xff\xff\xff\xff\xff\x7f")), "archive-damaged"},
		"7z of many folders":       {sevenZip([]byte("\x01\x04\x07\x0b\xf0\xff\xff\xff\x7f\x00")), "archive-damaged"},
		"7z of many streams":       {sevenZip([]byte("\x01\x04\x06\x00\xf0\xff\xff\xff\x7f\x09")), "archive-damaged"},
		"7z with a header far off": {"7z\xbc\xaf\x27\x1c\x00\x04" + times("\xff", 24), "archive-damaged"},
		"winmail.dat of 4 GB":      {tnefOf(0x0006800f, 0xfffffff0, "x"), "archive-damaged"},
		"winmail.dat's properties": {tnefOf(0x00069005, uint32(len(props)), string(props)), "archive-empty"},
		"gzip of zeros":            {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + raw.String(), "archive-unsupported"},
		"a tar":                    {times("\x00", 257) + "ustar\x0000" + times("\x00", 2000), "archive-unsupported"},
	}
}
