package press

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

type printed struct {
	word                string // document.xml
	book                *excelize.File
	subject, html, text string
}

// forms sets the bulletin in all forms and holds them against what every form
// must be.
func forms(t *testing.T, b bulletin.Bulletin) printed {
	t.Helper()
	set := builtIn(t)
	raw, err := Word(b, office, set)
	if err != nil {
		t.Fatal(err)
	}
	p := printed{word: part(t, raw, "word/document.xml")}
	for _, r := range p.word {
		if r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError {
			t.Fatalf("the Word file has the character %U", r)
		}
	}
	book, err := Workbook(b, office)
	if err != nil {
		t.Fatal(err)
	}
	if p.book, err = excelize.OpenReader(bytes.NewReader(book)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.book.Close() })
	to := ""
	if len(b.Units) > 0 {
		to = b.Units[0].Name
	}
	if p.subject, p.html, p.text, err = Mail(b, office, set, to); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<style", "<script", "<form", "src=\"http", "background=", "url(", "<a ", "class=", "ZgotmplZ", "<no value>"} {
		if strings.Contains(p.html, bad) {
			t.Errorf("the letter has %s", bad)
		}
	}
	line := snapshotLine(b)
	cells, err := p.book.GetRows(contents)
	if err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string]string{"Word": wordText(t, raw), "HTML": p.html, "text": p.text, "Excel": fmt.Sprint(cells)} {
		if !strings.Contains(form, line) {
			t.Errorf("%s does not print %s", name, line)
		}
	}
	return p
}

func part(t *testing.T, raw []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wordText is the text of a document, a line for each paragraph.
func wordText(t *testing.T, raw []byte) string {
	t.Helper()
	var b strings.Builder
	for _, l := range wordLines(t, part(t, raw, "word/document.xml")) {
		b.WriteString(l + "\n")
	}
	return b.String()
}

func wordLines(t *testing.T, doc string) (out []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(doc))
	var b strings.Builder
	in := false
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			in = e.Name.Local == "t"
		case xml.EndElement:
			in = false
			if e.Name.Local == "p" {
				out = append(out, b.String())
				b.Reset()
			}
		case xml.CharData:
			if in {
				b.Write(e)
			}
		}
	}
}

// tableRows are the rows of all tables of a Word document.
func tableRows(t *testing.T, doc string) (out [][]string) {
	t.Helper()
	for _, r := range strings.Split(doc, "<w:tr>")[1:] {
		var row []string
		for _, c := range strings.Split(r, "<w:tc>")[1:] {
			c, _, _ = strings.Cut(c, "</w:tc>")
			var s string
			for _, m := range regexp.MustCompile(`<w:t [^>]*>([^<]*)</w:t>`).FindAllStringSubmatch(c, -1) {
				s += m[1]
			}
			row = append(row, s)
		}
		out = append(out, row)
	}
	return out
}

var tag = regexp.MustCompile(`<[^>]*>`)

// htmlRows are the rows of all tables of the letter.
func htmlRows(html string) (out [][]string) {
	for _, r := range regexp.MustCompile(`(?s)<tr[^>]*>(.*?)</tr>`).FindAllStringSubmatch(html, -1) {
		var row []string
		for _, c := range regexp.MustCompile(`(?s)<t[dh][^>]*>(.*?)</t[dh]>`).FindAllStringSubmatch(r[1], -1) {
			row = append(row, tag.ReplaceAllString(c[1], ""))
		}
		out = append(out, row)
	}
	return out
}

func find(rows [][]string, column int, name string, width int) []string {
	for _, r := range rows {
		if len(r) >= width && r[column] == name {
			return r
		}
	}
	return nil
}

// TestSameFigures parses the forms back: each unit's row of the ranking has
// the same figures in Word, Excel, the letter and its plain text.
func TestSameFigures(t *testing.T) {
	b := city()
	p := forms(t, b)
	book, err := p.book.GetRows("排名表")
	if err != nil {
		t.Fatal(err)
	}
	word, html := tableRows(t, p.word), htmlRows(p.html)
	var text [][]string
	for _, l := range strings.Split(p.text, "\n") {
		text = append(text, strings.Split(l, " | "))
	}
	compared := 0
	for _, u := range append(b.Units, bulletin.Unit{Name: "全市", Reported: true, Figures: &b.City.Figures}) {
		if !u.Reported {
			continue
		}
		want := []string{fmt.Sprint(u.Figures.Projects), yi.show(u.YearPlan), yi.show(u.YTDDone), pct.show(u.YTDPct), pp.show(u.GapPP)}
		w, x, h, s := find(word, 1, u.Name, 13), find(book, 1, u.Name, 8), find(html, 1, u.Name, 7), find(text, 1, u.Name, 7)
		if w == nil || x == nil || h == nil || s == nil {
			t.Fatalf("%s is not in all forms: %q %q %q %q", u.Name, w, x, h, s)
		}
		for form, got := range map[string][]string{
			"Word":  {w[2], w[3], w[5], w[6], w[7]},
			"Excel": {x[2], x[3], x[5], strings.TrimSuffix(x[6], "%"), x[7]},
			"HTML":  {h[2], h[3], h[4], h[5], strings.ReplaceAll(h[6], "&#43;", "+")},
			"text":  {s[2], s[3], s[4], s[5], s[6]},
		} {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s in %s: %q, want %q", u.Name, form, got, want)
			}
			compared++
		}
	}
	if compared < 60 {
		t.Errorf("only %d rows compared", compared)
	}
	overall := textOf(t, b).Sections[0].Paragraphs[0]
	if !strings.Contains(strings.Join(wordLines(t, p.word), "\n"), overall) || !strings.Contains(p.text, overall) || !strings.Contains(p.html, overall) {
		t.Error("the forms differ in the first section")
	}
}

// TestOwnCopyFirst: a submitter's letter begins with its own figures and marks
// its row; the office's has neither.
func TestOwnCopyFirst(t *testing.T) {
	set := builtIn(t)
	_, html, text, err := Mail(small(), office, set, "修水县")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "修水县：\n") {
		t.Errorf("the copy begins: %.60s", text)
	}
	for name, s := range map[string]string{"HTML": html, "text": text} {
		at, title := strings.Index(s, "第2位（共2家参与排位）"), strings.Index(s, "关于2021年3月份")
		if at < 0 || at > title {
			t.Errorf("%s: the unit's rank stands at %d, the title at %d", name, at, title)
		}
		for _, want := range []string{"12.51%", "-12.49个百分点", "报送情况：迟报。", "已开工未入统的项目1个：第二水厂扩建工程。"} {
			if i := strings.Index(s, want); i < 0 || i > title {
				t.Errorf("%s: %s stands at %d, the title at %d", name, want, i, title)
			}
		}
	}
	if strings.Count(html, `bgcolor="#fff4d6"`) != 1 {
		t.Error("the unit's row is not marked")
	}
	_, html, text, err = Mail(small(), office, set, "")
	if err != nil || !strings.HasPrefix(text, "关于2021年3月份") || strings.Contains(html, "bgcolor") {
		t.Errorf("the office's copy begins: %.60s (%v)", text, err)
	}
	_, _, text, err = Mail(small(), office, set, "都昌县")
	if err != nil || !strings.Contains(text, "报送情况：未报送，缺进度表、问题台账、滞后清单，请尽快补报。") {
		t.Errorf("a unit that sent nothing: %.200s (%v)", text, err)
	}
}

// TestFonts: characters outside GB 2312 go to the complete font, alone.
func TestFonts(t *testing.T) {
	runs := set("上塅村第𠮷二（A）“路”—堃", fang, size3)
	var got []string
	for _, r := range runs {
		got = append(got, r.Fonts.East+":"+r.Text)
	}
	want := "仿宋_GB2312:上 仿宋:塅 仿宋_GB2312:村第 仿宋:𠮷 仿宋_GB2312:二（A）“路”— 仿宋:堃"
	if strings.Join(got, " ") != want {
		t.Errorf("runs\n got %s\nwant %s", strings.Join(got, " "), want)
	}
	if r := set("堃", hei, size3); len(r) != 1 || r[0].Fonts.East != hei {
		t.Errorf("黑体 has all characters: %+v", r)
	}
	for _, c := range reporting.JiujiangCounties() {
		if len(set(c.Name, fang, size3)) != 1 {
			t.Errorf("%s is within GB 2312", c.Name)
		}
	}
	for r, want := range map[rune]bool{'一': true, '齄': true, '塅': false, '垱': false, '祎': false, '玥': false, '昇': false, '珺': false, '墈': false, 'Ａ': true, '€': false, 'a': true, '丂': false} {
		if inGB2312(r) != want {
			t.Errorf("inGB2312(%c) = %v", r, !want)
		}
	}
}

// TestBareOffice: an office that says nothing of itself gets its bulletin all
// the same, and one that says too much stays on the page.
func TestBareOffice(t *testing.T) {
	long := strings.Repeat("市直有关单位，", 400)
	for _, o := range []Office{{}, {Name: long, City: long, Head: long, Issue: long, Dated: long, Report: long, CopyTo: long, Contact: long, Phone: long}} {
		raw, err := Word(city(), o, builtIn(t))
		if err != nil {
			t.Fatal(err)
		}
		_ = wordText(t, raw) // well-formed
		if s, ok := imprint(newPaper(city(), o), "各县："); !ok || len(s.Blocks) != map[bool]int{true: 1, false: 2}[o.CopyTo != ""] {
			t.Errorf("%d blocks: a short imprint is pushed down, one that is longer than the page is not", len(s.Blocks))
		}
		if _, err := Workbook(city(), o); err != nil {
			t.Error(err)
		}
		if _, _, _, err := Mail(city(), o, builtIn(t), ""); err != nil {
			t.Error(err)
		}
	}
}

// TestWordLayout holds the page against GB/T 9704-2012.
func TestWordLayout(t *testing.T) {
	doc := forms(t, city()).word
	for what, want := range map[string]string{
		"page":      `<w:pgSz w:w="11906" w:h="16838"/>`,
		"margins":   `w:top="2098" w:right="1474" w:bottom="1984" w:left="1588"`,
		"grid":      `<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-849"/>`,
		"imprint":   `<w:type w:val="evenPage"/>`,
		"landscape": `<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>`,
		"title":     `w:eastAsia="方正小标宋简体"`,
		"heading":   `w:eastAsia="黑体"`,
		"second":    `w:eastAsia="楷体_GB2312"`,
		"red line":  `<w:bottom w:val="single" w:sz="12" w:space="8" w:color="FF0000"/>`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("%s: %s is not there", what, want)
		}
	}
	if n := strings.Count(doc, "<w:tblHeader/>"); n < 7 {
		t.Errorf("%d tables repeat their header", n)
	}
	if n := strings.Count(doc, "</w:sectPr>"); n != 7 {
		t.Errorf("%d sections, want the text, five annexes and the imprint", n)
	}
	lines := strings.Join(wordLines(t, doc), "\n")
	for _, want := range []string{"送审稿", "城建项目大会战工作通报", "第　　期", "附件：1. 各县（市、区）投资完成情况排名表", "附件5", "发：各县（市、区）人民政府，各有关责任单位。", "2021年　月　日印发"} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q is not printed", want)
		}
	}
	for _, bad := range []string{"〔", "截止"} { // no number is invented
		if strings.Contains(lines, bad) {
			t.Errorf("%q is printed", bad)
		}
	}
	signed := office
	signed.Released, signed.Issue, signed.Dated = true, "第3期", "2021年4月2日"
	raw, err := Word(city(), signed, builtIn(t))
	if err != nil {
		t.Fatal(err)
	}
	if s := wordText(t, raw); strings.Contains(s, draftMark) || !strings.Contains(s, "第3期") || !strings.Contains(s, "2021年4月2日印发") {
		t.Error("the released bulletin is not marked so")
	}
}

// TestReproduced: what was stored and read again prints the same. The library
// writes the workbook's parts and its content types in any order.
func TestReproduced(t *testing.T) {
	b, set := city(), builtIn(t)
	raw, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var again bulletin.Bulletin
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	print := func(b bulletin.Bulletin) map[string]string {
		word, err := Word(b, office, set)
		if err != nil {
			t.Fatal(err)
		}
		book, err := Workbook(b, office)
		if err != nil {
			t.Fatal(err)
		}
		_, html, text, err := Mail(b, office, set, "修水县")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{"Word": string(word), "HTML": html, "text": text}
		z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			if f.Name != "[Content_Types].xml" {
				out[f.Name] = part(t, book, f.Name)
			}
		}
		return out
	}
	one, two := print(b), print(again)
	if len(one) != len(two) || len(one) < 30 {
		t.Errorf("%d and %d parts", len(one), len(two))
	}
	for name := range one {
		if one[name] != two[name] {
			t.Errorf("%s differs", name)
		}
	}
}
