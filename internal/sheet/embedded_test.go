package sheet

import (
	"encoding/binary"
	"os"
	"testing"
)

// native is a file as the packager of Windows puts it into an object.
func native(name, contents string) []byte {
	b := append([]byte{2, 0}, name+"\x00C:\\tmp\\"+name+"\x00\x00\x00\x03\x00"...)
	path := "C:\\Users\\a\\" + name + "\x00"
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(path))), path...)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(contents))), contents...)
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
}

func TestNativeObject(t *testing.T) {
	whole := native("\xbd\xf8\xb6\xc8.csv", "a,b\n1,2\n")
	if e := nativeObject(whole); e.Name != "进度.csv" || string(e.Data) != "a,b\n1,2\n" {
		t.Errorf("%q %q", e.Name, e.Data)
	}
	for n := range len(whole) {
		if e := nativeObject(whole[:n]); e.Data != nil {
			t.Fatalf("cut at %d it holds %q", n, e.Data)
		}
	}
}

// TestEmbedded: a workbook that stands in a Word file as an object is handed
// out; the numbers behind a chart, formulas and links are not.
func TestEmbedded(t *testing.T) {
	xls, err := os.ReadFile("testdata/xls/01-subprojects.xls")
	if err != nil {
		t.Fatal(err)
	}
	inner := string(bookOf(sheetHead + `<sheetData><row><c><v>1</v></c></row></sheetData></worksheet>`))
	data := zipOf(
		"word/document.xml", `<w:document><w:body><w:p><w:r><w:object/></w:r></w:p></w:body></w:document>`,
		"word/_rels/document.xml.rels", `<Relationships><Relationship Id="r1" Type="x/package" Target="embeddings/Microsoft_Excel_Worksheet.xlsx"/><Relationship Id="r2" Type="x/oleObject" Target="embeddings/oleObject1.bin"/>`+
			`<Relationship Id="r3" Type="x/chart" Target="charts/chart1.xml"/><Relationship Id="r4" Type="x/oleObject" Target="embeddings/gone.bin"/><Relationship Id="r5" Type="x/package" TargetMode="External" Target="file:///a.xlsx"/></Relationships>`,
		"word/charts/chart1.xml", `<c/>`, "word/embeddings/Microsoft_Excel_Worksheet1.xlsx", inner,
		"word/embeddings/Microsoft_Excel_Worksheet.xlsx", inner, "word/embeddings/oleObject1.bin", string(xls))
	book, err := Open("a.docx", data, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(book.Embedded) != 2 || string(book.Embedded[0].Data) != inner || string(book.Embedded[1].Data) != string(xls) {
		t.Errorf("%d objects", len(book.Embedded))
	}
}
