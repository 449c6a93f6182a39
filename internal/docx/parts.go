package docx

import (
	"fmt"
	"strings"
	"time"
)

const rootRels = declaration + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

func (w *writer) types() string {
	var b strings.Builder
	b.WriteString(declaration + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>`)
	const main = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	override := func(name, kind string) {
		fmt.Fprintf(&b, `<Override PartName="/%s" ContentType="%s"/>`, name, kind)
	}
	override("word/document.xml", main+"document.main+xml")
	override("word/styles.xml", main+"styles+xml")
	override("word/settings.xml", main+"settings+xml")
	override("word/fontTable.xml", main+"fontTable+xml")
	for i := range w.footers {
		override(fmt.Sprintf("word/footer%d.xml", i+1), main+"footer+xml")
	}
	for i := range w.headers {
		override(fmt.Sprintf("word/header%d.xml", i+1), main+"header+xml")
	}
	override("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")
	b.WriteString(`</Types>`)
	return b.String()
}

func (w *writer) rels() string {
	var b strings.Builder
	b.WriteString(declaration + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	add := func(id, kind, target string) {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, id, kind, target)
	}
	add("rIdStyles", "styles", "styles.xml")
	add("rIdSettings", "settings", "settings.xml")
	add("rIdFonts", "fontTable", "fontTable.xml")
	for i := range w.footers {
		add(fmt.Sprintf("rIdfooter%d", i+1), "footer", fmt.Sprintf("footer%d.xml", i+1))
	}
	for i := range w.headers {
		add(fmt.Sprintf("rIdheader%d", i+1), "header", fmt.Sprintf("header%d.xml", i+1))
	}
	for i := range w.pictures {
		add(fmt.Sprintf("rIdImage%d", i+1), "image", fmt.Sprintf("media/image%d.png", i+1))
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}

func (w *writer) core() string {
	var b strings.Builder
	b.WriteString(declaration + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	fmt.Fprintf(&b, `<dc:title>%s</dc:title><dc:creator>%s</dc:creator>`, escape(w.doc.Title), escape(w.doc.Author))
	if !w.doc.Created.IsZero() {
		fmt.Fprintf(&b, `<dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created>`, w.doc.Created.UTC().Format(time.RFC3339))
	}
	b.WriteString(`</cp:coreProperties>`)
	return b.String()
}

// styles holds the defaults: the default size is what the grid's characters
// are counted from.
func (w *writer) styles() string {
	return declaration + `<w:styles ` + namespaces + `><w:docDefaults><w:rPrDefault><w:rPr>` + w.rFonts(w.doc.Fonts) +
		fmt.Sprintf(`<w:kern w:val="2"/><w:sz w:val="%[1]d"/><w:szCs w:val="%[1]d"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>`, w.doc.Size) +
		`</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl w:val="0"/><w:jc w:val="both"/></w:pPr>` +
		// Again, for programs that count the grid by the style alone.
		fmt.Sprintf(`<w:rPr><w:sz w:val="%[1]d"/><w:szCs w:val="%[1]d"/></w:rPr></w:style>`, w.doc.Size) +
		`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`
}

func (w *writer) settings() string {
	oddEven := ""
	if w.doc.OddEven {
		oddEven = `<w:evenAndOddHeaders/>`
	}
	return declaration + `<w:settings ` + namespaces + `><w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="420"/>` + oddEven +
		`<w:drawingGridVerticalSpacing w:val="579"/><w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`
}

func (w *writer) fontTable() string {
	var b strings.Builder
	b.WriteString(declaration + `<w:fonts ` + namespaces + `>`)
	for _, f := range w.fonts {
		other := w.doc.Substitutes[f]
		if other == "" {
			fmt.Fprintf(&b, `<w:font w:name="%s"/>`, escape(f))
			continue
		}
		fmt.Fprintf(&b, `<w:font w:name="%s"><w:altName w:val="%s"/></w:font>`, escape(f), escape(other))
	}
	b.WriteString(`</w:fonts>`)
	return b.String()
}
