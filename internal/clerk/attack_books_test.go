package clerk

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	mainNS  = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relNS   = ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	sound   = `<row r="1"><c r="A1" t="inlineStr"><is><t>序号</t></is></c><c r="B1" t="inlineStr"><is><t>项目名称</t></is></c></row>`
)

// xlsx is a workbook with one sheet; more are further parts or ones that stand
// for the plain ones.
func xlsx(t *testing.T, sheet string, more ...string) string {
	t.Helper()
	rels := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	kind := "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	parts := []string{
		"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
		"_rels/.rels", xmlHead + rels + `<Relationship Id="rId1" Type="` + kind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", xmlHead + `<workbook` + mainNS + relNS + `><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", xmlHead + rels + `<Relationship Id="rId1" Type="` + kind + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + kind + `sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="` + kind + `styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml", xmlHead + `<sst` + mainNS + `><si><t>a</t></si></sst>`,
		"xl/styles.xml", xmlHead + `<styleSheet` + mainNS + `/>`,
		"xl/worksheets/sheet1.xml", sheet,
	}
	for i := 0; i < len(more); i += 2 {
		replaced := false
		for j := 0; j < len(parts); j += 2 {
			if parts[j] == more[i] {
				parts[j+1], replaced = more[i+1], true
			}
		}
		if !replaced {
			parts = append(parts, more[i], more[i+1])
		}
	}
	return pack(t, parts...)
}

// rows is a sheet of these rows, with what stands behind them.
func rows(data, behind string) string {
	return xmlHead + `<worksheet` + mainNS + `><sheetData>` + data + `</sheetData>` + behind + `</worksheet>`
}

// docx is a Word file with this body.
func docx(t *testing.T, body string) string {
	t.Helper()
	return pack(t, "[Content_Types].xml", xmlHead+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", xmlHead+`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body+`</w:body></w:document>`)
}

// oleOf is an OLE file of one sector of allocation and one of directory, both
// as given: too little to be a workbook, enough to lead a reader astray.
func oleOf(fat func(sector int) uint32, entry func(i int, e []byte)) string {
	h := make([]byte, 512)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	put16 := func(at int, v uint16) { binary.LittleEndian.PutUint16(h[at:], v) }
	put32 := func(at int, v uint32) { binary.LittleEndian.PutUint32(h[at:], v) }
	put16(24, 0x3e)
	put16(26, 3)
	put16(28, 0xfffe)
	put16(30, 9)
	put16(32, 6)
	put32(44, 1) // sectors of allocation
	put32(48, 1) // the directory's first
	put32(56, 4096)
	put32(60, 0xfffffffe)
	put32(68, 0xfffffffe)
	for i := range 109 {
		put32(76+4*i, 0xffffffff)
	}
	put32(76, 0)
	table := make([]byte, 512)
	for i := range 128 {
		binary.LittleEndian.PutUint32(table[4*i:], fat(i))
	}
	dir := make([]byte, 512)
	for i := range 4 {
		entry(i, dir[128*i:128*i+128])
	}
	return string(h) + string(table) + string(dir) + times("\x09\x08\x10\x00\x00\x06\x05\x00", 64)
}

// dirEntryOf writes a directory's entry: its name, kind, children, first sector and size.
func dirEntryOf(e []byte, name string, kind byte, left, right, child, first, size uint32) {
	for i, r := range name {
		binary.LittleEndian.PutUint16(e[2*i:], uint16(r))
	}
	binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
	e[66] = kind
	for at, v := range map[int]uint32{68: left, 72: right, 76: child, 116: first, 120: size} {
		binary.LittleEndian.PutUint32(e[at:], v)
	}
}

func bookAttacks(t *testing.T) map[string]hostileFile {
	laughs := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">`
	for i := range 12 {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, 'b'+i, times(fmt.Sprintf("&%c;", 'a'+i), 10))
	}
	outside := `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`
	cellOf := func(body string) string {
		return `<row r="1"><c r="A1" t="inlineStr"><is><t>` + body + `</t></is></c></row>`
	}
	var tall, wide, cells, sheets strings.Builder
	for i := range 20_001 {
		fmt.Fprintf(&tall, `<row r="%d"><c r="A%d"><v>1</v></c></row>`, i+1, i+1)
	}
	wide.WriteString(`<row r="1">`)
	for i := range 1_025 {
		fmt.Fprintf(&wide, `<c r="%s1"><v>1</v></c>`, columnName(i))
	}
	wide.WriteString(`</row>`)
	for i := range 2_000 {
		fmt.Fprintf(&cells, `<row r="%d">%s</row>`, i+1, times(`<c t="s"><v>0</v></c>`, 200))
	}
	for i := range 2_000 {
		fmt.Fprintf(&sheets, `<sheet name="S%d" sheetId="%d" r:id="rId1"/>`, i, i+1)
	}
	merge := func(n int, ref string) string {
		return `<mergeCells>` + times(`<mergeCell ref="`+ref+`"/>`, n) + `</mergeCells>`
	}
	loop := oleOf(func(int) uint32 { return 1 }, func(i int, e []byte) {
		dirEntryOf(e, []string{"Root Entry", "Workbook", "a", "b"}[i], []byte{5, 2, 2, 2}[i], 1, 1, 1, 2, 1<<30)
	})
	far := oleOf(func(i int) uint32 { return 0xfffffffe }, func(i int, e []byte) {
		dirEntryOf(e, []string{"Root Entry", "Workbook", "", ""}[i], []byte{5, 2, 0, 0}[i], 0xffffffff, 0xffffffff, 1, 0x7fffff00, 0xffffffff)
	})
	spreadsheet := func(body string) string {
		return `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table>` + body + `</Table></Worksheet></Workbook>`
	}
	return map[string]hostileFile{
		"entities of entities":      {xlsx(t, strings.Replace(rows(cellOf("&m;"), ""), xmlHead, xmlHead+laughs+"]>", 1)), "damaged"},
		"an entity from outside":    {xlsx(t, strings.Replace(rows(cellOf("&a;"), ""), xmlHead, xmlHead+outside, 1)), "damaged"},
		"tags in tags":              {xlsx(t, rows(times("<a>", 500_000)+times("</a>", 500_000), "")), "too-large"},
		"a tag that never ends":     {xlsx(t, rows(`<row r="1" `+times(`a="`, 1_000_000), "")), "damaged"},
		"a million attributes":      {xlsx(t, rows(`<row r="1" `+times(`a="b" `, 1_000_000)+`/>`, "")), "damaged"},
		"a dimension of everything": {xlsx(t, strings.Replace(rows(sound, ""), "<sheetData>", `<dimension ref="A1:XFD1048576"/><sheetData>`, 1)), "read"},
		"too many rows":             {xlsx(t, rows(tall.String(), "")), "too-large"},
		"too many columns":          {xlsx(t, rows(wide.String(), "")), "too-large"},
		"a row in the far south":    {xlsx(t, rows(`<row r="99999999999999999999"><c><v>1</v></c></row>`, "")), "damaged"},
		"a cell in the far east":    {xlsx(t, rows(`<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>`, "")), "damaged"},
		"rows that go back":         {xlsx(t, rows(`<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>`, "")), "damaged"},
		"merges by the thousand":    {xlsx(t, rows(sound, merge(30_000, "A1:B2"))), "too-large"},
		"a merge of everything":     {xlsx(t, rows(sound, merge(1, "A1:XFD1048576"))), "read"},
		"a merge that is none":      {xlsx(t, rows(sound, merge(1, "B9:A1:::"))), "damaged"},
		"one string in every cell":  {xlsx(t, rows(cells.String(), ""), "xl/sharedStrings.xml", xmlHead+`<sst`+mainNS+` count="2147483647" uniqueCount="2147483647"><si><t>`+times("表", 20_000)+`</t></si></sst>`), "too-large"},
		"a string that is not":      {xlsx(t, rows(`<row r="1"><c r="A1" t="s"><v>4294967295</v></c></row>`, "")), "damaged"},
		"a sheet that is a bomb":    {xlsx(t, rows(sound+times(" ", 20<<20), "")), "too-large"},
		"a bomb beside the sheet":   {xlsx(t, rows(sound, ""), "xl/media/image1.bin", times("\x00", 20<<20)), "too-large"},
		"two thousand sheets":       {xlsx(t, rows(sound, ""), "xl/workbook.xml", xmlHead+`<workbook`+mainNS+relNS+`><sheets>`+sheets.String()+`</sheets></workbook>`), "too-large"},
		"a sheet from outside":      {xlsx(t, rows(sound, ""), "xl/_rels/workbook.xml.rels", xmlHead+`<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="http://169.254.169.254/" TargetMode="External"/></Relationships>`), "damaged"},
		"a sheet that leads up":     {xlsx(t, rows(sound, ""), "xl/_rels/workbook.xml.rels", xmlHead+`<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="../../../../etc/passwd"/></Relationships>`), "damaged"},
		"a formula that calls":      {xlsx(t, rows(`<row r="1"><c r="A1" t="str"><f>cmd|'/c calc'!A1</f><v>=cmd|'/c calc'!A1</v></c><c r="B1" t="inlineStr"><is><t>项目</t></is></c></row>`, "")), "read"},
		"macros":                    {xlsx(t, rows(sound, ""), "xl/vbaProject.bin", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+times("\x00", 2000)), "read"},
		"bytes that are no text":    {xlsx(t, rows(cellOf("\xff\xfe\xc0\x80"), "")), "damaged"},
		"two thousand formats":      {xlsx(t, rows(sound, ""), "xl/styles.xml", xmlHead+`<styleSheet`+mainNS+`><numFmts>`+times(`<numFmt numFmtId="200" formatCode="`+times("0", 400)+`"/>`, 5_000)+`</numFmts></styleSheet>`), "read"},
		"allocation in a ring":      {loop, "damaged"},
		"a stream that is far off":  {far, "damaged"},
		"a stream of 4 GB":          {ole + times("\xff", 504) + times("\xfe\xff\xff\xff", 128), "damaged"},
		"records without end":       {"\x09\x08\x10\x00\x00\x06\x05\x00" + times("\x00", 12) + times("\xfc\x00\x20\x20", 100_000), "damaged"},
		"tables in Word's tables":   {docx(t, times("<w:tbl><w:tr><w:tc>", 50_000)+times("</w:tc></w:tr></w:tbl>", 50_000)), "too-large"},
		"a span of everything":      {docx(t, `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2147483647"/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`), "read"},
		"a body without end":        {docx(t, times("<w:p>", 300_000)), "too-large"},
		"an index beyond":           {spreadsheet(`<Row ss:Index="2147483647"><Cell ss:Index="2147483647"><Data ss:Type="String">a</Data></Cell></Row>`), "damaged"},
		"a cell across everything":  {spreadsheet(`<Row><Cell ss:MergeAcross="2147483647" ss:MergeDown="2147483647"><Data ss:Type="String">a</Data></Cell></Row>`), "damaged"},
		"entities in a table":       {strings.Replace(spreadsheet(`<Row><Cell><Data ss:Type="String">&amp;m;</Data></Cell></Row>`), `<?mso`, laughs+`]><?mso`, 1), "damaged"},
		"a million columns":         {"项目名称" + times(",", 1_000_000) + "\n", "read"},
		"a million lines":           {"项目名称,总投资\n" + times("a,1\n", 1_000_000), "too-large"},
		"a quote without end":       {"项目名称,总投资\n\"" + times("a,1\n", 200_000), "damaged"},
		"a file for two programs":   {"%PDF-1.4\n" + xlsx(t, rows(sound, "")), "read"},
	}
}

func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}
