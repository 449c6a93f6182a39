package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/richardlehane/mscfb"
)

// dump spells what a book holds, a line for each cell.
func dump(b *Book) string {
	var s strings.Builder
	for _, g := range b.Grids {
		fmt.Fprintf(&s, "sheet %q hidden=%v 1904=%v columns=%v merges=%v\n", g.Name, g.Hidden, g.Date1904, g.HiddenCols, g.Merges)
		for _, r := range g.Rows {
			for _, c := range r.Cells {
				fmt.Fprintf(&s, "%s\t%d %q %v %q", CellName(c.Col, r.Index), c.Kind, c.Text, c.Number, c.Format)
				if c.Formula {
					s.WriteString(" formula")
				}
				if r.Hidden {
					s.WriteString(" hidden")
				}
				s.WriteByte('\n')
			}
		}
	}
	return s.String()
}

func xlsFamily(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, pattern := range []string{"testdata/xls/*.xls", "testdata/xls/*.et"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = data
		}
	}
	if len(files) < 8 {
		t.Fatalf("only %d files in testdata/xls", len(files))
	}
	return files
}

// TestXLSFamily reads testdata/xls/*: beside each file stands what it holds.
func TestXLSFamily(t *testing.T) {
	for name, data := range xlsFamily(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			book, err := Open(name, data, Limits{}, []string{"wrong", "123456"})
			if err != nil {
				t.Fatal(err)
			}
			checkBook(t, name, book)
			want, err := os.ReadFile(name + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(book); got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestXLSPassword(t *testing.T) {
	data, err := os.ReadFile("testdata/xls/08-123456-cryptoapi.xls")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open("a.xls", data, Limits{}, []string{"wrong"})
	wantCode(t, err, "encrypted")
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("the error is %v, want %q", err, code)
	}
}

// rec is a record of 16-bit words, bytes, texts, 32-bit numbers and floats.
func rec(kind int, values ...any) []byte {
	var d []byte
	for _, v := range values {
		switch v := v.(type) {
		case int:
			d = binary.LittleEndian.AppendUint16(d, uint16(v))
		case uint32:
			d = binary.LittleEndian.AppendUint32(d, v)
		case byte:
			d = append(d, v)
		case float64:
			d = binary.LittleEndian.AppendUint64(d, math.Float64bits(v))
		case string:
			d = append(d, v...)
		case []byte:
			d = append(d, v...)
		default:
			panic(v)
		}
	}
	head := binary.LittleEndian.AppendUint16(nil, uint16(kind))
	return append(binary.LittleEndian.AppendUint16(head, uint16(len(d))), d...)
}

// wide is a BIFF8 string's characters in UTF-16.
func wide(s string) string { return string(utf16Bytes(s)) }

type testSheet struct {
	name    string
	state   byte
	kind    byte
	records [][]byte
}

// workbook8 joins globals and sheets to a bare BIFF8 stream.
func workbook8(globals [][]byte, sheets ...testSheet) []byte {
	build := func(offsets []uint32) (out []byte, starts []uint32) {
		out = append(out, rec(recBOF, 0x0600, biffGlobals, 0, 0, uint32(0), uint32(0))...)
		out = append(out, bytes.Join(globals, nil)...)
		for i, s := range sheets {
			out = append(out, rec(recBoundSheet, offsets[i], s.state, s.kind, byte(len([]rune(s.name))), byte(1), wide(s.name))...)
		}
		out = append(out, rec(recEOF)...)
		for _, s := range sheets {
			starts = append(starts, uint32(len(out)))
			out = append(out, rec(recBOF, 0x0600, biffSheet, 0, 0, uint32(0), uint32(0))...)
			out = append(out, bytes.Join(s.records, nil)...)
			out = append(out, rec(recEOF)...)
		}
		return out, starts
	}
	_, starts := build(make([]uint32, len(sheets)))
	out, _ := build(starts)
	return out
}

// styles8 are three styles: General, 58 and one that is spelled out.
func styles8() [][]byte {
	xf := func(format int) []byte { return rec(recXF, 0, format, make([]byte, 16)) }
	return [][]byte{
		rec(recFormat, 164, 5, byte(0), "0.0%;"), xf(0), xf(58), xf(164),
	}
}

func cached(kind, value byte) []byte { return []byte{kind, 0, value, 0, 0, 0, 0xff, 0xff} }

var formulaTail = []any{0, uint32(0), 3, byte(0x1e), 7}

func formulaRec(row, col, xf int, value any, flags int) []byte {
	return rec(recFormula, append([]any{row, col, xf, value, flags}, formulaTail[1:]...)...)
}

// TestXLSRecords reads each kind of record for itself.
func TestXLSRecords(t *testing.T) {
	label := rec(recLabel, 0, 1, 0, 2, byte(1), wide("文字"))
	text := rec(recString, 2, byte(1), wide("结果"))
	for _, test := range []struct {
		name    string
		records [][]byte
		want    string // cells, a line each
	}{
		{"NUMBER", [][]byte{rec(recNumber, 4, 2, 1, 44280.0)}, "C5\t2 \"44280\" 44280 \"m\\\"月\\\"d\\\"日\\\"\"\n"},
		{"RK integer", [][]byte{rec(recRK, 0, 0, 2, uint32(1250<<2|3))}, "A1\t2 \"12.5\" 12.5 \"0.0%;\"\n"},
		{"RK float", [][]byte{rec(recRK, 0, 0, 0, uint32(0xc0290000))}, "A1\t2 \"-12.5\" -12.5 \"\"\n"},
		{"RK negative", [][]byte{rec(recRK, 0, 0, 0, uint32(0xfffffffe))}, "A1\t2 \"-1\" -1 \"\"\n"},
		{"MULRK", [][]byte{rec(recMulRK, 1, 3, 0, uint32(7<<2|2), 2, uint32(9<<2|2), 4)}, "D2\t2 \"7\" 7 \"\"\nE2\t2 \"9\" 9 \"0.0%;\"\n"},
		{"blanks", [][]byte{rec(0x0201, 0, 0, 2), rec(0x00be, 1, 0, 2, 2, 2, 2)}, ""},
		{"LABEL", [][]byte{label}, "B1\t1 \"文字\" 0 \"\"\n"},
		{"RSTRING", [][]byte{rec(recRString, 0, 1, 0, 2, byte(0), "ab", 1, 0, 3)}, "B1\t1 \"ab\" 0 \"\"\n"},
		{"empty LABEL", [][]byte{rec(recLabel, 0, 1, 0, 0)}, ""},
		{"BOOLERR", [][]byte{rec(recBoolErr, 0, 0, 0, byte(1), byte(0)), rec(recBoolErr, 0, 1, 0, byte(0x2a), byte(1))}, "A1\t3 \"1\" 1 \"\"\nB1\t4 \"#N/A\" 0 \"\"\n"},
		{"FORMULA number", [][]byte{formulaRec(0, 0, 2, 0.25, 0)}, "A1\t2 \"0.25\" 0.25 \"0.0%;\" formula\n"},
		{"FORMULA nought", [][]byte{formulaRec(0, 0, 0, 0.0, 0)}, "A1\t2 \"0\" 0 \"\" formula\n"},
		{"FORMULA of POI", [][]byte{formulaRec(0, 0, 0, 0.0, 2)}, "A1\t0 \"\" 0 \"\" formula\n"},
		{"FORMULA text", [][]byte{formulaRec(0, 0, 0, cached(0, 0), 0), text}, "A1\t1 \"结果\" 0 \"\" formula\n"},
		{"FORMULA text, shared", [][]byte{formulaRec(0, 0, 0, cached(0, 0), 8), rec(recSharedFmla, 0, 0, 0, 0), text, label}, "A1\t1 \"结果\" 0 \"\" formula\nB1\t1 \"文字\" 0 \"\"\n"},
		{"FORMULA text, array", [][]byte{formulaRec(0, 0, 0, cached(0, 0), 0), rec(recArray, 0, 0, 0, 0), text}, "A1\t1 \"结果\" 0 \"\" formula\n"},
		{"FORMULA text that is missing", [][]byte{formulaRec(0, 0, 0, cached(0, 0), 0), label, text}, "A1\t0 \"\" 0 \"\" formula\nB1\t1 \"文字\" 0 \"\"\n"},
		{"FORMULA truth", [][]byte{formulaRec(0, 0, 0, cached(1, 1), 0)}, "A1\t3 \"1\" 1 \"\" formula\n"},
		{"FORMULA error", [][]byte{formulaRec(0, 0, 0, cached(2, 0x17), 0)}, "A1\t4 \"#REF!\" 0 \"\" formula\n"},
		{"FORMULA empty among others", [][]byte{formulaRec(0, 0, 0, cached(3, 0), 0), formulaRec(1, 0, 0, 2.0, 0)}, "A2\t2 \"2\" 2 \"\" formula\n"},
		{"FORMULA of xlwt", [][]byte{formulaRec(0, 0, 0, cached(3, 0), 0)}, "A1\t0 \"\" 0 \"\" formula\n"},
		{"any order", [][]byte{rec(recNumber, 1, 1, 0, 4.0), rec(recNumber, 1, 0, 0, 3.0), rec(recNumber, 0, 1, 0, 2.0)}, "B1\t2 \"2\" 2 \"\"\nA2\t2 \"3\" 3 \"\"\nB2\t2 \"4\" 4 \"\"\n"},
		{"hidden row", [][]byte{rec(recRow, 0, 0, 1, 255, 0, 0, uint32(0x120)), label}, "B1\t1 \"文字\" 0 \"\" hidden\n"},
		{"chart within", [][]byte{rec(recBOF, 0x0600, 0x0020, 0, 0), rec(recNumber, 0, 0, 0, 9.0), rec(recEOF), label}, "B1\t1 \"文字\" 0 \"\"\n"},
		{"line breaks", [][]byte{rec(recLabel, 0, 0, 0, 6, byte(0), "a\r\nb\x01c")}, "A1\t1 \"a\\nbc\" 0 \"\"\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			book, err := Open("a.xls", workbook8(styles8(), testSheet{name: "表", records: test.records}), Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkBook(t, test.name, book)
			if _, got, _ := strings.Cut(dump(book), "\n"); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

func TestXLSFrame(t *testing.T) {
	stream := workbook8(append(styles8(), rec(recDate1904, 1)),
		testSheet{name: "第二", state: 1, records: [][]byte{
			rec(recColInfo, 1, 2, 2000, 0, 1, 0), rec(recColInfo, 4, 256, 0, 0, 0, 0), rec(recColInfo, 0, 0, 900, 0, 0, 0),
			rec(recMerged, 2, 0, 1, 0, 3, 5, 5, 1, 1),
			rec(recNumber, 0, 0, 0, 1.0),
		}},
		testSheet{name: "图", kind: 2, records: [][]byte{rec(recNumber, 0, 0, 0, 1.0)}},
		testSheet{name: "Sheet1", records: nil})
	book, err := Open("", stream, Limits{Columns: 6}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "sheet \"第二\" hidden=true 1904=true columns=[1 2 4 5] merges=[{1 0 2 3}]\nA1\t2 \"1\" 1 \"\"\n" +
		"sheet \"Sheet1\" hidden=false 1904=true columns=[] merges=[]\n"
	if got := dump(book); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestXLSSharedStrings splits the table of strings over CONTINUE records at
// every place where Excel may.
func TestXLSSharedStrings(t *testing.T) {
	cells := func(n int) (out [][]byte) {
		for i := range n {
			out = append(out, rec(recLabelSST, i, 0, 0, uint32(i)))
		}
		return out
	}
	for _, test := range []struct {
		name string
		sst  [][]byte
		want []string
	}{
		{"plain", [][]byte{rec(recSST, uint32(2), uint32(2), 2, byte(0), "ab", 2, byte(1), wide("修水"))}, []string{"ab", "修水"}},
		{"split, narrow then wide", [][]byte{rec(recSST, uint32(1), uint32(1), 5, byte(0), "abc"), rec(recContinue, byte(1), wide("修水"))}, []string{"abc修水"}},
		{"split, wide then narrow", [][]byte{rec(recSST, uint32(1), uint32(1), 4, byte(1), wide("修水")), rec(recContinue, byte(0), "ab")}, []string{"修水ab"}},
		{"split before a string", [][]byte{rec(recSST, uint32(2), uint32(2), 1, byte(0), "a"), rec(recContinue, 1, byte(1), wide("水"))}, []string{"a", "水"}},
		{"split twice", [][]byte{rec(recSST, uint32(1), uint32(1), 3, byte(0), "a"), rec(recContinue, byte(1), wide("水")), rec(recContinue, byte(0), "c")}, []string{"a水c"}},
		{"a surrogate pair split", [][]byte{rec(recSST, uint32(1), uint32(1), 2, byte(1), "\x40\xd8"), rec(recContinue, byte(1), "\x00\xdc")}, []string{"𠀀"}},
		{"rich", [][]byte{rec(recSST, uint32(2), uint32(2), 2, byte(8), 1, "ab", 0, 5, 1, byte(0), "c")}, []string{"ab", "c"}},
		{"reading", [][]byte{rec(recSST, uint32(2), uint32(2), 2, byte(5), uint32(3), wide("重庆"), "xyz", 1, byte(0), "c")}, []string{"重庆", "c"}},
		{"rich with a reading, split in the runs", [][]byte{rec(recSST, uint32(2), uint32(2), 1, byte(12), 2, uint32(2), "a", 0, 5), rec(recContinue, 0, 6, "yz", 1, byte(0), "c")}, []string{"a", "c"}},
		{"more counted than written", [][]byte{rec(recSST, uint32(9), uint32(9), 1, byte(0), "a")}, []string{"a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			book, err := Open("", workbook8(test.sst, testSheet{name: "s", records: cells(len(test.want))}), Limits{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range test.want {
				if got := book.Grids[0].Rows[i].Cells[0].Text; got != want {
					t.Errorf("the string %d is %q, want %q", i, got, want)
				}
			}
		})
	}
}

// TestXLSFaults has structural damage of each kind, each of which must be told.
func TestXLSFaults(t *testing.T) {
	one := func(records ...[]byte) []byte {
		return workbook8(styles8(), testSheet{name: "s", records: records})
	}
	sst := func(parts ...[]byte) []byte {
		return workbook8(parts, testSheet{name: "s", records: [][]byte{rec(recLabelSST, 0, 0, 0, uint32(0))}})
	}
	good := one(rec(recNumber, 0, 0, 0, 1.0))
	lost := bytes.Replace(good, rec(recBoundSheet)[:2], []byte{0x86, 0}, 1)
	two := testSheet{name: "s"}
	twice := workbook8(nil, two, two)
	at := bytes.Index(twice, rec(recBoundSheet)[:2])
	second := bytes.Index(twice[at+4:], rec(recBoundSheet)[:2]) + at + 4
	copy(twice[second+4:second+8], twice[at+4:at+8])
	for name, test := range map[string]struct {
		data []byte
		code string
		lim  Limits
	}{
		"no EOF":                 {good[:len(good)-4], "damaged", Limits{}},
		"a record cut":           {good[:len(good)-6], "damaged", Limits{}},
		"a record too long":      {one([]byte{3, 2, 0xff, 0x7f}), "damaged", Limits{}},
		"a sheet nobody names":   {lost, "damaged", Limits{}},
		"a sheet named twice":    {twice, "damaged", Limits{}},
		"column 256":             {one(rec(recNumber, 0, 256, 0, 1.0)), "damaged", Limits{}},
		"a style not there":      {one(rec(recNumber, 0, 0, 3, 1.0)), "damaged", Limits{}},
		"a short NUMBER":         {one(rec(recNumber, 0, 0, 0, uint32(0))), "damaged", Limits{}},
		"no number":              {one(rec(recNumber, 0, 0, 0, math.NaN())), "damaged", Limits{}},
		"MULRK with a gap":       {one(rec(recMulRK, 1, 3, 0, uint32(2), 5)), "damaged", Limits{}},
		"two values in a cell":   {one(rec(recNumber, 0, 0, 0, 1.0), rec(recNumber, 0, 0, 0, 2.0)), "damaged", Limits{}},
		"an unknown error":       {one(rec(recBoolErr, 0, 0, 0, byte(9), byte(1))), "damaged", Limits{}},
		"merges cut":             {one(rec(recMerged, 3, 0, 1, 0, 1)), "damaged", Limits{}},
		"a merge upside down":    {one(rec(recMerged, 1, 3, 1, 0, 1)), "damaged", Limits{}},
		"a string not there":     {sst(rec(recSST, uint32(0), uint32(0))), "damaged", Limits{}},
		"a string cut":           {sst(rec(recSST, uint32(1), uint32(1), 5, byte(0), "abc")), "damaged", Limits{}},
		"a character split":      {sst(rec(recSST, uint32(1), uint32(1), 2, byte(1), "abc"), rec(recContinue, byte(1), "d")), "damaged", Limits{}},
		"runs cut":               {sst(rec(recSST, uint32(1), uint32(1), 1, byte(8), 9, "a")), "damaged", Limits{}},
		"strings twice":          {sst(rec(recSST, uint32(0), uint32(0)), rec(recSST, uint32(0), uint32(0))), "damaged", Limits{}},
		"too many rows":          {one(rec(recNumber, 0, 0, 0, 1.0), rec(recNumber, 1, 0, 0, 1.0)), "too-large", Limits{Rows: 1}},
		"too many cells":         {one(rec(recNumber, 0, 0, 0, 1.0), rec(recNumber, 0, 1, 0, 1.0)), "too-large", Limits{Cells: 1}},
		"too many columns":       {one(rec(recNumber, 0, 1, 0, 1.0)), "too-large", Limits{Columns: 1}},
		"too many sheets":        {workbook8(nil, two, two), "too-large", Limits{Sheets: 1}},
		"too many merges":        {one(rec(recMerged, 2, 0, 1, 0, 1, 3, 4, 0, 1)), "too-large", Limits{Merges: 1}},
		"too long a text":        {one(rec(recLabel, 0, 0, 0, 3, byte(0), "abc")), "too-large", Limits{Text: 2}},
		"neither book nor sheet": {append(rec(recBOF, 0x0600, 0x0020, 0, 0), rec(recEOF)...), "unsupported", Limits{}},
	} {
		t.Run(name, func(t *testing.T) {
			book, err := openXLS(test.data, test.lim.OrDefault(), nil)
			if err == nil {
				t.Fatalf("reads as\n%s", dump(book))
			}
			wantCode(t, err, test.code)
		})
	}
	if _, err := openXLS(good, Limits{}.OrDefault(), nil); err != nil {
		t.Errorf("the sound one: %v", err)
	}
}

// TestXLSCodePages reads byte strings of BIFF5.
func TestXLSCodePages(t *testing.T) {
	for _, test := range []struct {
		page int
		raw  string
		want string
	}{
		{936, "\xd0\xde\xcb\xae", "修水"},
		{936, "\x81\x30\x81\x30", "\u0080"},
		{10008, "\xd0\xde\xcb\xae", "修水"},
		{1252, "\xd0\xde\xcb\xae", "修水"}, // mislabelled
		{1252, "caf\xe9 m\xb2", "café m²"},
		{950, "\xad\xd7\xa4\xf4", "修水"},
		{1251, "\xc4\xe0", "Да"},
	} {
		stream := bytes.Join([][]byte{
			rec(recBOF, 0x0500, biffSheet, 0, 0), rec(recCodePage, test.page),
			rec(recLabel, 0, 0, 0, len(test.raw), test.raw), rec(recEOF)}, nil)
		book, err := Open("", stream, Limits{}, nil)
		if err != nil {
			t.Errorf("%d %q: %v", test.page, test.raw, err)
			continue
		}
		if got := book.Grids[0].Rows[0].Cells[0].Text; got != test.want {
			t.Errorf("%d %q is %q, want %q", test.page, test.raw, got, test.want)
		}
	}
}

// TestCompound holds our reading of OLE files against mscfb's.
func TestCompound(t *testing.T) {
	n := 0
	for name, data := range xlsFamily(t) {
		if !bytes.HasPrefix(data, []byte("\xd0\xcf")) {
			continue
		}
		n++
		c, err := newCompound(data)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := mscfb.New(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for e, err := doc.Next(); err == nil; e, err = doc.Next() {
			if len(e.Path) > 0 || e.Size == 0 {
				continue
			}
			want := make([]byte, e.Size)
			if _, err := e.Read(want); err != nil {
				t.Fatal(err)
			}
			// mscfb leaves an unprintable first character of a name out.
			entry := strings.ToLower(e.Name)
			if e.Initial < 0x20 {
				entry = string(rune(e.Initial)) + entry
			}
			if got, err := c.stream(entry); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %q has %d bytes, mscfb reads %d (%v)", name, entry, len(got), len(want), err)
			}
		}
	}
	if n < 3 {
		t.Errorf("only %d OLE files", n)
	}
}
