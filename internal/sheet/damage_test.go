package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestDamagedSheetIsNoShortSheet damages workbooks and Word files in every way
// that mail and disks do: what comes out is the same book, cell for cell, or
// an error. Readers that are content with what they could parse hand out the
// first half of a county's table, and the bulletin is wrong without a word.
func TestDamagedSheetIsNoShortSheet(t *testing.T) {
	seeds := uint64(24)
	if testing.Short() {
		seeds = 10
	}
	for _, name := range []string{"xlsx/d01-xiushui-threerow.xlsx", "xlsx/d13-lushan-twotables.xlsx", "xlsx/d21-wuning-template.xlsx", "files/01-ruichang.docx"} {
		sound, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := Open(name, sound, Limits{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(want.Grids) == 0 || len(want.Grids[0].Rows) < 5 {
			t.Fatalf("%s: nothing to lose", name)
		}
		refused := map[string]int{}
		for seed := range seeds {
			rnd := rand.New(rand.NewPCG(seed, 1))
			for way, damage := range damages {
				data := damage(rnd, bytes.Clone(sound))
				got, err := Open(name, data, Limits{}, nil)
				var e *Error
				switch {
				case err != nil && !errors.As(err, &e):
					t.Errorf("%s, %s, seed %d: %v is no *Error", name, way, seed, err)
				case err != nil:
					refused[way]++
				case !reflect.DeepEqual(got, want):
					t.Errorf("%s, %s, seed %d: another book without an error", name, way, seed)
				}
			}
		}
		for way := range damages {
			if refused[way] < 5 {
				t.Errorf("%s, %s: only %d of %d are refused: the test does not damage", name, way, refused[way], seeds)
			}
		}
	}
}

// TestEveryEntryIsChecked bends the CRC of one entry after the other, also of
// those that nobody reads.
func TestEveryEntryIsChecked(t *testing.T) {
	for _, name := range []string{"xlsx/d01-xiushui-threerow.xlsx", "files/01-ruichang.docx"} {
		sound, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		sums := centralSums(sound)
		if len(sums) < 8 {
			t.Fatalf("%s: %d entries", name, len(sums))
		}
		for i, at := range sums {
			for _, sum := range []uint32{0, binary.LittleEndian.Uint32(sound[at:]) ^ 1} {
				data := bytes.Clone(sound)
				binary.LittleEndian.PutUint32(data[at:], sum)
				if _, err := Open(name, data, Limits{}, nil); err == nil {
					t.Errorf("%s: entry %d is read with the CRC %x", name, i, sum)
				}
			}
		}
	}
}

// TestDates1904: the flag reaches the grid, and ISO dates count from it.
func TestDates1904(t *testing.T) {
	data := rezip(bookOf(sheetHead+`<sheetData><row><c t="d"><v>2021-03-25</v></c></row></sheetData></worksheet>`), func(name string, part []byte) []byte {
		return bytes.Replace(part, []byte("<x:sheets>"), []byte(`<x:workbookPr date1904="1"/><x:sheets>`), 1)
	})
	book, err := Open("", data, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := book.Grids[0]
	y, m, d, ok := Civil(g.Rows[0].Cells[0].Number, g.Date1904)
	if !g.Date1904 || !ok || y != 2021 || m != 3 || d != 25 {
		t.Errorf("1904 is %v, the date %d-%d-%d", g.Date1904, y, m, d)
	}
}

// TestFormats: which formats are dates and percentages.
func TestFormats(t *testing.T) {
	for _, f := range []string{"yyyy/m/d", `yyyy"年"m"月"`, `m"月"d"日"`, "[$-804]yyyy\\.m", "mmm-yy", "d-mmm", "yyyy", "yyyy/m/d h:mm"} {
		if !IsDate(f) {
			t.Errorf("%s is no date", f)
		}
	}
	for _, f := range []string{"", "General", "0.00", `0"个月"`, "[h]:mm:ss", "[mm]:ss", "h:mm AM/PM", "#,##0_);[Red](#,##0)", "@", "0.00%", "G/通用格式"} {
		if IsDate(f) {
			t.Errorf("%s is a date", f)
		}
	}
	if !IsPercent(`0.0%_ `) || IsPercent(`0.00"%"`) || IsPercent(`0\%`) {
		t.Error("a percentage is not told")
	}
	for id := 27; id <= 58; id++ {
		if f := builtinFormat(id); (id <= 36 || id >= 50) && f == "" {
			t.Errorf("the built-in format %d has no code", id)
		}
	}
}

var damages = map[string]func(*rand.Rand, []byte) []byte{
	"cut file":     func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b))] },
	"flipped byte": func(r *rand.Rand, b []byte) []byte { b[r.IntN(len(b))] ^= byte(1 + r.IntN(255)); return b },
	"zeroed block": func(r *rand.Rand, b []byte) []byte {
		at := r.IntN(len(b) - 64)
		clear(b[at : at+64])
		return b
	},
	"lost block": func(r *rand.Rand, b []byte) []byte {
		at := r.IntN(len(b) - 64)
		return append(b[:at:at], b[at+64:]...)
	},
	"wrong CRC": func(r *rand.Rand, b []byte) []byte {
		sums := centralSums(b)
		binary.LittleEndian.PutUint32(b[sums[r.IntN(len(sums))]:], r.Uint32()*uint32(r.IntN(2)))
		return b
	},
	"cut XML":     rezipped(func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b)-2)] }),
	"bad entity":  rezipped(func(r *rand.Rand, b []byte) []byte { return insert(b, behindTag(r, b), "&nbsp;") }),
	"bad UTF-8":   rezipped(func(r *rand.Rand, b []byte) []byte { return insert(b, behindTag(r, b), "\xd0\xde") }),
	"bad control": rezipped(func(r *rand.Rand, b []byte) []byte { return insert(b, behindTag(r, b), "\x0b") }),
	"lost tag": rezipped(func(r *rand.Rand, b []byte) []byte {
		at := r.IntN(len(b) / 2)
		at += bytes.Index(b[at:], []byte("</")) // the root's end is there
		return append(b[:at:at], b[at+2:]...)
	}),
	"DOCTYPE": rezipped(func(r *rand.Rand, b []byte) []byte {
		return insert(b, bytes.Index(b, []byte("?>"))+2, `<!DOCTYPE a [<!ENTITY b "c">]>`)
	}),
	"lost part": func(r *rand.Rand, b []byte) []byte {
		return rezip(b, func(name string, data []byte) []byte {
			if strings.HasSuffix(name, "sharedStrings.xml") || strings.HasSuffix(name, "document.xml") {
				return nil
			}
			return data
		})
	},
}

func insert(b []byte, at int, s string) []byte {
	return append(append(b[:at:at], s...), b[at:]...)
}

// behindTag is the place behind one of the first tags, within the root.
func behindTag(r *rand.Rand, b []byte) int {
	at := r.IntN(len(b) - 10)
	if i := bytes.IndexByte(b[at:len(b)-10], '>'); i >= 0 && at+i > 200 {
		return at + i + 1
	}
	return bytes.LastIndex(b, []byte("</"))
}

// rezipped damages one of the parts that matter and packs it soundly.
func rezipped(damage func(*rand.Rand, []byte) []byte) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, b []byte) []byte {
		parts := []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
		part := parts[r.IntN(len(parts))]
		return rezip(b, func(name string, data []byte) []byte {
			if name == part || name == "word/document.xml" {
				return damage(r, data)
			}
			return data
		})
	}
}

// rezip packs a zip file anew; a part that edit makes nil is left out.
func rezip(b []byte, edit func(name string, data []byte) []byte) []byte {
	return packAgain(b, zip.Store, edit)
}

// repack does so with compression.
func repack(b []byte, edit func(name string, data []byte) []byte) []byte {
	return packAgain(b, zip.Deflate, edit)
}

func packAgain(b []byte, method uint16, edit func(name string, data []byte) []byte) []byte {
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		panic(err)
	}
	var buf bytes.Buffer
	out := zip.NewWriter(&buf)
	for _, f := range in.File {
		r, _ := f.Open()
		data, err := io.ReadAll(r)
		if err != nil {
			panic(err)
		}
		if data = edit(f.Name, data); data == nil {
			continue
		}
		w, _ := out.CreateHeader(&zip.FileHeader{Name: f.Name, Method: method})
		w.Write(data)
	}
	out.Close()
	return buf.Bytes()
}

// centralSums are the places of the CRCs in the central directory.
func centralSums(b []byte) (out []int) {
	for i := 0; ; {
		n := bytes.Index(b[i:], []byte("PK\x01\x02"))
		if n < 0 {
			return out
		}
		out = append(out, i+n+16)
		i += n + 46
	}
}

// zipOf packs parts, given as name and content by turns.
func zipOf(parts ...string) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			panic(err)
		}
		io.WriteString(f, parts[i+1])
	}
	w.Close()
	return buf.Bytes()
}

const sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`

// bookOf is a workbook of one sheet.
func bookOf(sheetXML string) []byte {
	return zipOf(
		"_rels/.rels", `<Relationships><Relationship Id="r" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="r"><x:sheets><x:sheet name="一" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="worksheets\sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>`,
		`xl\worksheets\sheet1.xml`, sheetXML,
		"xl/sharedStrings.xml", `<sst><si><t>甲</t><rPh sb="0" eb="1"><t>jia</t></rPh></si><si><r><rPr><b/></rPr><t>粗</t></r><r><t xml:space="preserve"> 体_x000D_&#10;二行</t></r></si></sst>`,
		"xl/styles.xml", `<styleSheet><numFmts count="1"><numFmt numFmtId="176" formatCode="0.0%"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="57"/></cellXfs><dxfs><dxf><numFmt numFmtId="176" formatCode="0"/></dxf></dxfs></styleSheet>`,
	)
}

// TestFaultySheets are sheets that are whole and wrong.
func TestFaultySheets(t *testing.T) {
	rows := func(s string) string { return sheetHead + "<sheetData>" + s + "</sheetData></worksheet>" }
	many := func(n int, f string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, f, i+1)
		}
		return b.String()
	}
	for _, c := range []struct{ name, xml, code string }{
		{"sound", rows(`<row r="1"><c r="A1"><v>1</v></c></row>`), ""},
		{"rows fall", rows(`<row r="2"/><row r="1"><c><v>1</v></c></row>`), "damaged"},
		{"the same row", rows(`<row r="2"/><row r="2"/>`), "damaged"},
		{"cells fall", rows(`<row><c r="B1"/><c r="A1"/></row>`), "damaged"},
		{"a cell of another row", rows(`<row r="1"><c r="A2"><v>1</v></c></row>`), "damaged"},
		{"a row beyond the sheet", rows(`<row r="1048577"/>`), "damaged"},
		{"a number that is none", rows(`<row><c><v>0x10</v></c></row>`), "damaged"},
		{"infinity", rows(`<row><c><v>1e999</v></c></row>`), "damaged"},
		{"no such string", rows(`<row><c t="s"><v>2</v></c></row>`), "damaged"},
		{"no such style", rows(`<row><c s="3"><v>2</v></c></row>`), "damaged"},
		{"no such kind", rows(`<row><c t="q"><v>2</v></c></row>`), "damaged"},
		{"data twice", sheetHead + `<sheetData/><sheetData/></worksheet>`, "damaged"},
		{"a merge that is none", sheetHead + `<sheetData/><mergeCells><mergeCell ref="A2:A1"/></mergeCells></worksheet>`, "damaged"},
		{"another root", `<a/>`, "damaged"},
		{"two roots", rows("") + rows(""), "damaged"},
		{"an attribute twice", rows(`<row r="1" r="1"/>`), "damaged"},
		{"far right", rows(`<row><c r="XFD1"><v>1</v></c></row>`), "too-large"},
		{"far right and blank", rows(`<row><c r="XFD1" s="1"/></row>`), ""},
		{"20,001 rows", rows(many(20_001, `<row r="%d"><c><v>1</v></c></row>`)), "too-large"},
		{"65,536 blank rows", rows(many(65_536, `<row r="%d"><c s="1"/></row>`)), ""},
		{"many merges", sheetHead + "<sheetData/><mergeCells>" + many(20_001, `<mergeCell ref="A%[1]d:B%[1]d"/>`) + "</mergeCells></worksheet>", "too-large"},
		{"a text as long as Excel allows", rows(`<row><c t="inlineStr"><is><t>` + strings.Repeat("县", 32_767) + `</t></is></c></row>`), ""},
		{"line ends as many as Excel allows", rows(`<row><c t="str"><v>` + strings.Repeat("_x000D_\n", 32_767) + `</v></c></row>`), ""},
		{"a long text", rows(`<row><c t="inlineStr"><is><t>` + strings.Repeat("县", 32_800) + `</t></is></c></row>`), "too-large"},
		{"a long text in a value", rows(`<row><c t="str"><v>` + strings.Repeat("县", 32_800) + `</v></c></row>`), "too-large"},
		{"deep", rows(strings.Repeat("<a>", 600) + strings.Repeat("</a>", 600)), "too-large"},
	} {
		_, err := Open("a.xlsx", bookOf(c.xml), Limits{}, nil)
		var e *Error
		if code := ""; errors.As(err, &e) && e.Code != c.code || err == nil && c.code != code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
	wide := rows(many(18_000, `<row r="%d"><c r="ALH%[1]d"><v>1</v></c></row>`))
	if _, err := Open("", bookOf(wide), Limits{}, nil); err == nil {
		t.Error("18,000 rows of a thousand columns are read")
	}
	bomb := bookOf(rows(strings.Repeat(" ", 3<<20)))
	if _, err := Open("", bomb, Limits{Unpacked: 2 << 20}, nil); !strings.HasPrefix(fmt.Sprint(err), "too-large") {
		t.Errorf("a sheet of 3 MiB in 2 MiB: %v", err)
	}
	twice := zipOf("xl/workbook.xml", "<workbook/>", `xl\Workbook.xml`, "<workbook/>")
	if _, err := Open("", twice, Limits{}, nil); err == nil {
		t.Error("a part that is there twice is read")
	}
}

// TestKindsOfCells reads each kind of cell in a sheet that uses what the
// standard allows and few writers do.
func TestKindsOfCells(t *testing.T) {
	book, err := Open("", bookOf(sheetHead+`<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" width="0"/></cols><sheetData>
<row hidden="1" xmlns:r="r"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>内</t></is></c><c t="str"><f>A1</f><v>a&amp;b</v></c></row>
<row r="5" ht="0"><c r="B5" s="1"><v>0.8563</v></c><c s="2"><v>44256</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c><c t="d"><v>2021-03-25</v></c><c><v>1.2E+04</v></c><c><v>0.30000000000000004</v></c></row>
<row><c><f>SUM(A1)</f></c><c><f>SUM(A1)</f><v/></c><c t="str"><f>""</f><v></v></c><c t="b"><v>0</v></c><c s="2"/></row>
<row><c><v>-0.5</v></c><c t="n"><v>  7 </v></c></row>
</sheetData><mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="D4"/></mergeCells></worksheet>`), Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Grid{Name: "一", HiddenCols: []int{1, 2, 4}, Merges: []Span{{1, 0, 1, 2}}, Rows: []Row{
		{Index: 1, Hidden: true, Cells: []Cell{{Kind: Text, Text: "甲"}, {Col: 1, Kind: Text, Text: "粗 体\n二行"}, {Col: 2, Kind: Text, Text: "内"}, {Col: 3, Kind: Text, Text: "a&b", Formula: true}}},
		{Index: 5, Hidden: true, Cells: []Cell{
			{Col: 1, Kind: Number, Text: "0.8563", Number: 0.8563, Format: "0.0%"}, {Col: 2, Kind: Number, Text: "44256", Number: 44256, Format: `yyyy"年"m"月"`},
			{Col: 3, Kind: Bool, Text: "1", Number: 1}, {Col: 4, Kind: Fault, Text: "#REF!"}, {Col: 5, Kind: Number, Text: "44280", Number: 44280, Format: "yyyy/m/d"},
			{Col: 6, Kind: Number, Text: "12000", Number: 12000}, {Col: 7, Kind: Number, Text: "0.3", Number: 0.3},
		}},
		{Index: 6, Cells: []Cell{{Formula: true}, {Col: 1, Formula: true}, {Col: 3, Kind: Bool, Text: "0"}}},
		{Index: 7, Cells: []Cell{{Kind: Number, Text: "-0.5", Number: -0.5}, {Col: 1, Kind: Number, Text: "7", Number: 7}}},
	}}
	for _, c := range book.Grids[0].Rows[1].Cells {
		if c.Col == 2 && c.Format != builtinFormat(57) {
			t.Errorf("the format of style 2 is %q", c.Format)
		}
	}
	if got := book.Grids[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
