package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// sameOrError demands of a damaged file that it reads as the sound one does,
// or not at all. It tells whether it was an error.
func sameOrError(t *testing.T, what string, mutant []byte, want string) bool {
	t.Helper()
	book, err := Open("a.xls", mutant, Limits{}, []string{"123456"})
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%s: %v is no *Error", what, err)
		}
		return true
	}
	if got := dump(book); got != want {
		t.Fatalf("%s reads as something else:\n%s", what, got)
	}
	return false
}

// TestXLSCut cuts the files at every 64th byte.
func TestXLSCut(t *testing.T) {
	for name, data := range xlsFamily(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			want, errs := soundDump(t, data), 0
			for n := 0; n < len(data); n += 64 {
				if sameOrError(t, "a cut", data[:n], want) {
					errs++
				}
			}
			if errs*2 < len(data)/64 {
				t.Errorf("only %d of %d cuts are told", errs, len(data)/64)
			}
		})
	}
}

func soundDump(t *testing.T, data []byte) string {
	t.Helper()
	book, err := Open("a.xls", data, Limits{}, []string{"123456"})
	if err != nil {
		t.Fatal(err)
	}
	return dump(book)
}

// TestXLSRecordsLost takes each record that carries something out of a bare
// stream, changes its length, and cuts a part out of the stream. What depends
// on a checksum, which BIFF has not, is left out: a cell's own record.
func TestXLSRecordsLost(t *testing.T) {
	for name, data := range xlsFamily(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			stream := data
			if c, err := newCompound(data); err == nil {
				if stream, err = c.stream("workbook"); err != nil {
					t.Fatal(err)
				}
			}
			want := soundDump(t, stream)
			b := &biff{data: stream}
			for b.peek() >= 0 {
				r, err := b.next()
				if err != nil {
					break
				}
				end := b.pos
				longer := bytes.Clone(stream)
				binary.LittleEndian.PutUint16(longer[r.at+2:], uint16(len(r.data)+1))
				switch r.kind {
				case recBOF, recBOF2, recEOF, recBoundSheet, recSST, recFilePass, recLabelSST, recNumber, recRK, recMulRK, recMerged:
					sameOrError(t, "a longer record", longer, want)
				}
				switch r.kind {
				case recBOF, recBOF2, recEOF, recBoundSheet, recSST, recFilePass:
					sameOrError(t, "a lost record", append(bytes.Clone(stream[:r.at]), stream[end:]...), want)
					sameOrError(t, "a doubled record", append(bytes.Clone(stream[:end]), stream[r.at:]...), want)
				}
			}
		})
	}
}

// TestCompoundFaults breaks the chains of OLE files: every entry of the FAT is
// set to each of a few wrong sectors.
func TestCompoundFaults(t *testing.T) {
	for name, data := range xlsFamily(t) {
		c, err := newCompound(data)
		if err != nil {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			want := soundDump(t, data)
			first := le32(data[76:])
			table := (int(first) + 1) * c.sector
			told := 0
			for i := range min(len(c.fat), c.sector/4) {
				// sector 1 and i+2 belong to other chains or to other places of this
				// one; no chain can know them from its own but by their contents.
				for _, wrong := range []uint32{uint32(i), 0xfffffff0, cfbEnd, cfbNone, uint32(len(c.fat))} {
					mutant := bytes.Clone(data)
					binary.LittleEndian.PutUint32(mutant[table+4*i:], wrong)
					if sameOrError(t, "a broken chain", mutant, want) {
						told++
					}
				}
			}
			if told < 20 {
				t.Errorf("only %d broken chains are told", told)
			}
		})
	}
}

// TestCompoundHostile has directories and chains that go in circles.
func TestCompoundHostile(t *testing.T) {
	data := xlsFamily(t)["testdata/xls/01-subprojects.xls"]
	for at := 0; at < cfbHeader; at++ {
		for _, v := range []byte{0, 1, 0x7f, 0xff} {
			mutant := bytes.Clone(data)
			mutant[at] = v
			sameOrError(t, "a header", mutant, soundDump(t, data))
		}
	}
	c, err := newCompound(data)
	if err != nil {
		t.Fatal(err)
	}
	dir := (int(le32(data[48:])) + 1) * c.sector
	for entry := range c.sector / 128 {
		for _, field := range []int{68, 72, 76} {
			for _, v := range []uint32{0, 1, 2, 3, 0x7fffffff} {
				mutant := bytes.Clone(data)
				binary.LittleEndian.PutUint32(mutant[dir+entry*128+field:], v)
				sameOrError(t, "a directory", mutant, soundDump(t, data))
			}
		}
	}
}

// TestXLSNoise turns bytes at random: nothing may panic.
func TestXLSNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, data := range xlsFamily(t) {
		for range 300 {
			mutant := bytes.Clone(data)
			for range 1 + random.IntN(4) {
				mutant[random.IntN(len(mutant))] = byte(random.Uint32())
			}
			if book, err := Open("a.xls", mutant, Limits{}, []string{"123456"}); err == nil {
				checkBook(t, "noise", book)
			}
		}
	}
}

func FuzzXLS(f *testing.F) {
	for _, data := range xlsFamily(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lim := Limits{Cells: 10_000}.OrDefault()
		for _, read := range []func() (*Book, error){
			func() (*Book, error) { return openOLE(data, lim, nil) },
			func() (*Book, error) { return openXLS(data, lim, nil) },
		} {
			book, err := read()
			var e *Error
			switch {
			case err == nil && book.Format == "xls":
				checkBook(t, "fuzz", book)
			case err != nil && !errors.As(err, &e):
				t.Fatalf("%v is no *Error", err)
			}
		}
	})
}

func TestBearable(t *testing.T) {
	for info, want := range map[string]bool{
		`<p:encryptedKey spinCount="100000" saltSize="16"/>`:             true,
		`<p:encryptedKey spinCount="100000"/><x spinCount = '9999999'/>`: false,
		`<p:encryptedKey spinCount="99999999999999999999"/>`:             false,
		"\x04\x00\x02\x00": true,
	} {
		if got := bearable([]byte(info)); got != want {
			t.Errorf("%q is bearable: %v", info, got)
		}
	}
}
