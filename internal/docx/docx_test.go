package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// order is the order of children in the schema of ECMA-376 part 1 (annex A),
// of all elements that the writer makes. A child that is not listed is one
// that the schema has not, or that nobody has looked up.
var order = map[string]string{
	"pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap " +
		"overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc " +
		"textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
	"rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color spacing w kern " +
		"position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
	"sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols formProt vAlign noEndnote " +
		"titlePg textDirection bidi rtlGutter docGrid printerSettings",
	"tblPr":       "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
	"tcPr":        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
	"trPr":        "cantSplit trHeight tblHeader", // the schema has a choice here
	"tbl":         "tblPr tblGrid tr",
	"tr":          "trPr tc",
	"tcBorders":   "top left start bottom right end insideH insideV",
	"tblCellMar":  "top left start bottom right end",
	"pBdr":        "top left bottom right between bar",
	"style":       "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked pPr rPr tblPr trPr tcPr",
	"styles":      "docDefaults latentStyles style",
	"docDefaults": "rPrDefault pPrDefault",
	"font":        "altName panose1 charset family notTrueType pitch sig",
	"settings": "zoom mirrorMargins alignBordersAndEdges bordersDoNotSurroundHeader bordersDoNotSurroundFooter defaultTabStop evenAndOddHeaders " +
		"drawingGridHorizontalSpacing drawingGridVerticalSpacing characterSpacingControl compat",
	"compat": "spaceForUL noColumnBalance balanceSingleByteDoubleByteWidth doNotLeaveBackslashAlone ulTrailSpace doNotExpandShiftReturn " +
		"adjustLineHeightInTable useFELayout compatSetting",
	"inline":   "extent effectExtent docPr cNvGraphicFramePr graphic",
	"pic":      "nvPicPr blipFill spPr",
	"anchor":   "simplePos positionH positionV extent effectExtent wrapNone wrapSquare wrapTight wrapThrough wrapTopAndBottom docPr cNvGraphicFramePr graphic",
	"wsp":      "cNvPr cNvSpPr cNvCnPr spPr style extLst txbx linkedTxbx bodyPr",
	"spPr":     "xfrm custGeom prstGeom noFill solidFill gradFill blipFill pattFill grpFill ln effectLst effectDag scene3d sp3d extLst",
	"xfrm":     "off ext",
	"bodyPr":   "prstTxWarp noAutofit normAutofit spAutoFit scene3d sp3d flatTx extLst",
	"blipFill": "blip srcRect tile stretch", "nvPicPr": "cNvPr cNvPicPr", "graphic": "graphicData",
	"body": "p tbl sectPr", "hdr": "p tbl", "ftr": "p tbl", "txbxContent": "p tbl", "document": "background body", "tc": "tcPr p tbl", // p and tbl are a choice
	"p": "pPr r", "tblGrid": "gridCol", "fonts": "font", "Types": "Default Override", "Relationships": "Relationship",
	"rPrDefault": "rPr", "pPrDefault": "pPr", "tabs": "tab", "trHeight": "",
}

func parts(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := out[f.Name]; twice {
			t.Errorf("the part %s is there twice", f.Name)
		}
		out[f.Name] = string(b)
	}
	return out
}

// checkOrder parses a part and holds each element's children against the schema.
func checkOrder(t *testing.T, name, part string) (seen map[string]int) {
	t.Helper()
	type level struct {
		name string
		last int
	}
	seen = map[string]int{}
	stack := []level{{}}
	d := xml.NewDecoder(strings.NewReader(part))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return seen
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			seen[e.Name.Local]++
			up := &stack[len(stack)-1]
			if schema, ok := order[up.name]; ok {
				at := slices.Index(strings.Fields(schema), e.Name.Local)
				if e.Name.Local == "tbl" && up.name != "tbl" { // a choice with p
					at = slices.Index(strings.Fields(schema), "p")
				}
				if at < 0 {
					t.Errorf("%s: %s is no child of %s", name, e.Name.Local, up.name)
				}
				if at < up.last {
					t.Errorf("%s: %s stands too late in %s", name, e.Name.Local, up.name)
				}
				up.last = max(up.last, at)
			}
			stack = append(stack, level{name: e.Name.Local})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}

// everything is a document that uses all that the writer can.
func everything() Document {
	line, none := Border{Size: 8, Space: 1}, Border{}
	p := Paragraph{Align: Left, Line: 579, Before: 10, After: 20, FirstChars: 200, RightChars: 100, Outline: 2, KeepNext: true, KeepLines: true,
		PageBreak: true, OffGrid: true, Top: line, Bottom: Border{Size: 12, Color: "FF0000", Style: "double"}, Tabs: []Tab{{At: 8000, Align: Right}},
		Runs: []Run{
			{Text: "“引号”\t<&>\"\n二行", Fonts: Fonts{East: "黑体"}, Size: 44, Bold: true, Color: "FF0000", Spacing: -5, OffGrid: true, Scale: 66},
			{Box: &Box{X: 100, Y: 200, Width: 300, Height: 400, Turned: true, Paragraphs: []Paragraph{{Runs: []Run{{Field: "PAGE"}}}}}},
			{Field: "PAGE", Size: 28},
			{Picture: &Picture{PNG: []byte("png"), Width: MM(50), Height: MM(30), Alt: "图<1>"}},
		}}
	table := Table{Columns: []Twips{1000, 2000, 3000}, Header: 1, CellMargin: 50, Border: Border{Size: 4}, Rows: []Row{
		{Height: 400, Exact: true, Cells: []Cell{{Span: 2, Fill: "F2F2F2", Paragraphs: []Paragraph{p}}, {Down: 1}}},
		{Cells: []Cell{{Top: &none}, {}, {Down: 2}}},
	}}
	foot := []Paragraph{{Align: Right, RightChars: 100, Runs: []Run{{Field: "PAGE"}}}}
	s := Section{Width: 11906, Height: 16838, Top: 2098, Right: 1474, Bottom: 1984, Left: 1588, Header: 851, Footer: 1304,
		Grid: Grid{LinePitch: 579, CharSpace: -849}, Odd: foot, Even: foot, FirstPage: 1}
	one, two, three := s, s, s
	one.First, one.FirstHead, three.Start = foot, []Paragraph{{Left: -100, Right: -200, Top: line}}, EvenPage
	one.Blocks = []Block{p, table, table}
	two.Width, two.Height, two.Blocks = s.Height, s.Width, []Block{p}
	three.Blocks = []Block{table}
	return Document{Title: "标题<1>", Author: "办公室", Created: time.Date(2021, 3, 30, 9, 0, 0, 0, time.UTC), OddEven: true,
		Fonts: Fonts{East: "仿宋_GB2312", Latin: "Times New Roman"}, Substitutes: map[string]string{"仿宋_GB2312": "仿宋"}, Sections: []Section{one, two, three}}
}

func write(t *testing.T, d Document) map[string]string {
	t.Helper()
	raw, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Bytes()
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("the same document gave other bytes (%v)", err)
	}
	return parts(t, raw)
}

func TestElementOrder(t *testing.T) {
	all := write(t, everything())
	for name, part := range all {
		if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") {
			checkOrder(t, name, part)
		}
	}
	seen := checkOrder(t, "document", all["word/document.xml"])
	for name, want := range map[string]int{"sectPr": 3, "tbl": 3, "tblHeader": 3, "gridSpan": 3, "vMerge": 6, "snapToGrid": 1, "drawing": 2, "titlePg": 1, "headerReference": 1, "footerReference": 7, "w": 2} {
		if seen[name] < want {
			t.Errorf("%s stands %d times, want at least %d: the document does not try all", name, seen[name], want)
		}
	}
}

// TestParts: every relationship leads to a part, and every part has a type.
func TestParts(t *testing.T) {
	all := write(t, everything())
	for _, line := range strings.Split(all["word/_rels/document.xml.rels"], "<Relationship ")[1:] {
		_, rest, _ := strings.Cut(line, `Target="`)
		target, _, _ := strings.Cut(rest, `"`)
		if _, ok := all["word/"+target]; !ok {
			t.Errorf("a relationship leads to %s, which is not there", target)
		}
	}
	for _, ref := range []string{"rIdfooter1", "rIdfooter6", "rIdheader1", "rIdImage1"} {
		if !strings.Contains(all["word/document.xml"], `"`+ref+`"`) || !strings.Contains(all["word/_rels/document.xml.rels"], `Id="`+ref+`"`) {
			t.Errorf("%s is not referred to and related", ref)
		}
	}
	for name := range all {
		if strings.HasPrefix(name, "word/") && strings.HasSuffix(name, ".xml") && !strings.Contains(all["[Content_Types].xml"], `"/`+name+`"`) {
			t.Errorf("%s has no content type", name)
		}
	}
	if !strings.Contains(all["word/settings.xml"], "<w:evenAndOddHeaders/>") {
		t.Error("odd and even pages are not told apart")
	}
	if !strings.Contains(all["word/fontTable.xml"], `<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>`) || strings.Contains(all["word/fontTable.xml"], "embed") {
		t.Errorf("fonts: %s", all["word/fontTable.xml"])
	}
}

// TestSections: each section ends in its last paragraph, or at the body's end,
// and a table is followed by a paragraph.
func TestSections(t *testing.T) {
	doc := write(t, everything())["word/document.xml"]
	if n := strings.Count(doc, `</w:sectPr></w:pPr>`); n != 2 {
		t.Errorf("%d sections end in a paragraph, want 2", n)
	}
	if !strings.HasSuffix(doc, `</w:sectPr></w:body></w:document>`) {
		t.Error("the last section does not end the body")
	}
	for _, bad := range []string{`</w:tbl><w:tbl>`, `</w:tbl><w:sectPr>`, `</w:tbl></w:tc>`} {
		if strings.Contains(doc, bad) {
			t.Errorf("a table has no paragraph after it: %s", bad)
		}
	}
	if !strings.Contains(doc, `w:w="16838" w:h="11906" w:orient="landscape"`) || !strings.Contains(doc, `<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-849"/>`) {
		t.Error("the page's measures are not written")
	}
	if got := write(t, Document{Sections: []Section{{}, {}}})["word/document.xml"]; strings.Count(got, "<w:p>") != 2 {
		t.Errorf("empty sections: %s", got)
	}
}

// TestText: characters that XML forbids are left out, the rest comes back.
func TestText(t *testing.T) {
	const hostile = "甲\x00\x01\x0b\x1f乙\ufffe\xff<script>&amp;\"'丙𠮷\u202e"
	doc := write(t, Document{Title: hostile, Sections: []Section{{Blocks: []Block{Paragraph{Runs: []Run{{Text: hostile, Fonts: Fonts{East: `a"><b`}}}}}}}})
	for name, part := range doc {
		checkOrder(t, name, part)
	}
	d := xml.NewDecoder(strings.NewReader(doc["word/document.xml"]))
	var got strings.Builder
	for {
		tok, err := d.Token()
		if err != nil {
			break
		}
		if c, ok := tok.(xml.CharData); ok {
			got.Write(c)
		}
	}
	if want := "甲乙<script>&amp;\"'丙𠮷\u202e"; strings.TrimSpace(got.String()) != want {
		t.Errorf("text = %q, want %q", got.String(), want)
	}
}

func TestMM(t *testing.T) {
	for mm, want := range map[float64]int{210: 11906, 297: 16838, 37: 2098, 28: 1587} {
		if got := MM(mm); got != want {
			t.Errorf("MM(%v) = %d, want %d", mm, got, want)
		}
	}
}
