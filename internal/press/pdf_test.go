package press

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongbao/templates"
)

// The test's pages, in millimetres (GB/T 9704-2012, 5.2.1).
const (
	top, bottom, left, right = 37.0, 262.0, 28.0, 184.0
	dots                     = 5 // of a rendered page to the millimetre
	character                = 25.4 * 14 / 72
)

// sentence is what the pages of pure text are full of: no mark, no figure.
const sentence = "各地各单位要对照年度计划倒排工期挂图作战进度滞后的要逐个项目分析原因加快形成实物工作量"

// paperOf sets documents by LibreOffice, with free fonts for those that an
// office has, and gives each one's PDF.
func paperOf(t *testing.T, documents map[string][]byte) map[string]string {
	t.Helper()
	for _, tool := range []string{"soffice", "pdftotext", "pdftoppm"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is missing: .ci/run installs libreoffice-writer-nogui, fonts-noto-cjk and poppler-utils", tool)
			}
			t.Skipf("NOT MEASURED: %s is missing (install libreoffice-writer-nogui, fonts-noto-cjk and poppler-utils)", tool)
		}
	}
	dir := t.TempDir()
	fonts, err := os.ReadFile("testdata/fonts.conf")
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "fonts.conf")
	if err := os.WriteFile(conf, bytes.ReplaceAll(fonts, []byte("CACHE"), []byte(filepath.Join(dir, "cache"))), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--convert-to", "pdf", "--outdir", dir}
	out := map[string]string{}
	for name, raw := range documents {
		file := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(file, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
		out[name] = filepath.Join(dir, name+".pdf")
	}
	run(t, []string{"FONTCONFIG_FILE=" + conf, "HOME=" + dir}, "soffice", args...)
	return out
}

func run(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), env...)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, errs.String())
	}
	return out
}

// textLine is a line of a page in millimetres; middle is that of its characters.
type textLine struct {
	left, right, middle float64
	text                string
}

// pagesOf are the lines of each page, read from the PDF's own positions.
func pagesOf(t *testing.T, pdf string) (out [][]textLine) {
	t.Helper()
	var doc struct {
		Pages []struct {
			Lines []struct {
				XMin  float64  `xml:"xMin,attr"`
				XMax  float64  `xml:"xMax,attr"`
				YMin  float64  `xml:"yMin,attr"`
				YMax  float64  `xml:"yMax,attr"`
				Words []string `xml:"word"`
			} `xml:"flow>block>line"`
		} `xml:"body>doc>page"`
	}
	d := xml.NewDecoder(bytes.NewReader(run(t, nil, "pdftotext", "-bbox-layout", pdf, "-")))
	d.Strict, d.Entity = false, xml.HTMLEntity
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	const mm = 25.4 / 72
	for _, p := range doc.Pages {
		var lines []textLine
		for _, l := range p.Lines {
			lines = append(lines, textLine{l.XMin * mm, l.XMax * mm, (l.YMin + l.YMax) / 2 * mm, strings.Join(l.Words, "")})
		}
		out = append(out, lines)
	}
	return out
}

// pageOf is the picture of a page.
func pageOf(t *testing.T, pdf string, n int) scan {
	t.Helper()
	raw := run(t, nil, "pdftoppm", "-r", fmt.Sprint(25.4*dots), "-f", fmt.Sprint(n), "-l", fmt.Sprint(n), "-png", pdf)
	p, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	rgba, ok := p.(*image.RGBA)
	if !ok {
		t.Fatalf("the page is a %T", p)
	}
	return scan{RGBA: rgba}
}

// scan is a rendered page; turned is one that lies across, as it is bound:
// the table's head to the left, what was left below.
type scan struct {
	*image.RGBA
	turned bool
}

func (s scan) size() (wide, high int) {
	b := s.Rect
	if s.turned {
		return b.Dy(), b.Dx()
	}
	return b.Dx(), b.Dy()
}

func (s scan) at(x, y int) (r, g, b uint8) {
	if s.turned {
		x, y = s.Rect.Dx()-1-y, x
	}
	i := s.PixOffset(x, y)
	return s.Pix[i], s.Pix[i+1], s.Pix[i+2]
}

func isRed(p scan, x, y int) bool {
	r, g, b := p.at(x, y)
	return r > 0xb0 && g < 0x90 && b < 0x90
}

func isDark(p scan, x, y int) bool {
	r, g, b := p.at(x, y)
	return r < 0x90 && g < 0x90 && b < 0x90
}

// stroke is a straight line on a page, in millimetres.
type stroke struct{ from, to, at, thick float64 }

// strokes finds the horizontal lines of at least so many millimetres between two heights.
func strokes(p scan, is func(scan, int, int) bool, above, below, long float64) (out []stroke) {
	wide, _ := p.size()
	for y := int(above * dots); y < int(below*dots); y++ {
		best, from, start := 0, 0, -1
		for x := range wide + 1 {
			if x < wide && is(p, x, y) {
				if start < 0 {
					start = x
				}
				continue
			}
			if start >= 0 && x-start > best {
				best, from = x-start, start
			}
			start = -1
		}
		if float64(best) < long*dots {
			continue
		}
		if n := len(out); n > 0 && math.Abs(out[n-1].at+out[n-1].thick-float64(y)/dots) < 0.05 {
			out[n-1].thick += 1.0 / dots
			continue
		}
		out = append(out, stroke{float64(from) / dots, float64(from+best) / dots, float64(y) / dots, 1.0 / dots})
	}
	return out
}

// ink is the first and the last height between two heights where there is any.
func ink(p scan, is func(scan, int, int) bool, above, below float64) (first, last float64) {
	wide, _ := p.size()
	first = -1
	for y := int(above * dots); y < int(below*dots); y++ {
		for x := range wide {
			if is(p, x, y) {
				if first < 0 {
					first = float64(y) / dots
				}
				last = float64(y+1) / dots
				break
			}
		}
	}
	return first, last
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1 {
		t.Errorf("%s: %.1f mm, want %.1f", what, got, want)
	}
}

// upToInk is where a page's text above a height ends.
func upToInk(p scan, above float64) float64 {
	y := above - 0.5
	for ; y > 0; y -= 1.0 / dots {
		if a, _ := ink(p, isDark, y-1.0/dots, y); a >= 0 {
			break
		}
	}
	return y
}

// TestPaper measures the pages that LibreOffice sets.
func TestPaper(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice is the same under the race detector; the plain run measures its pages")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bulletin"), 0o755); err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat(sentence, 60)
	if err := os.WriteFile(filepath.Join(dir, "bulletin", "8-tasks.txt.tmpl"), []byte("八、下一步工作要求\n"+body+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string][]byte{}
	for _, l := range []Layout{Brief, Document, Formal} {
		o := office
		o.Layout, o.CopyTo, o.Released = l, "市政府办公室，市委督查室、市政府督查室，指挥部各成员单位，各县（市、区）党委", true
		if documents[string(l)], err = Word(city(), o, set); err != nil {
			t.Fatal(err)
		}
	}
	pdfs := paperOf(t, documents)
	t.Run("body", func(t *testing.T) { measureBody(t, pdfs["document"]) })
	t.Run("brief", func(t *testing.T) { measureRedLine(t, pdfs["brief"]) })
	t.Run("document", func(t *testing.T) {
		first, _ := ink(pageOf(t, pdfs["document"], 1), isRed, 0, 120)
		near(t, "the office's name in red", first, top+35)
		measureRedLine(t, pdfs["document"])
	})
	t.Run("letter", func(t *testing.T) { measureLetter(t, pdfs["letter"]) })
	for _, name := range []string{"brief", "document"} {
		t.Run(name+" imprint", func(t *testing.T) { measureImprint(t, pdfs[name]) })
	}
	t.Run("numbers", func(t *testing.T) { measureNumbers(t, pdfs["document"]) })
}

// measureBody finds the pages of pure text: 22 lines of 28 characters, at the
// right pitch and between the right edges.
func measureBody(t *testing.T, pdf string) {
	pure := 0
	for n, lines := range pagesOf(t, pdf) {
		var text []textLine
		for _, l := range lines {
			if l.middle > top && l.middle < bottom {
				text = append(text, l)
			}
		}
		all := ""
		for _, l := range text {
			all += l.text
		}
		if len(text) < 20 || text[0].left > left+character || strings.ContainsFunc(all, func(r rune) bool { return !strings.ContainsRune(sentence, r) }) {
			continue
		}
		pure++
		if len(text) != 22 {
			t.Errorf("page %d has %d lines, want 22", n+1, len(text))
			continue
		}
		for i, l := range text {
			near(t, fmt.Sprintf("page %d line %d begins", n+1, i+1), l.left, left)
			near(t, fmt.Sprintf("page %d line %d ends", n+1, i+1), l.right, right)
			near(t, fmt.Sprintf("page %d line %d", n+1, i+1), l.middle-text[0].middle, float64(i)*28.95*25.4/72)
			if c := len([]rune(l.text)); c != 28 {
				t.Errorf("page %d line %d has %d characters, want 28", n+1, i+1, c)
			}
		}
		half := 8.0 * 25.4 / 72
		if text[0].middle-half < top-0.1 || text[21].middle+half > bottom+0.1 {
			t.Errorf("page %d: text from %.1f to %.1f mm is not within %.0f and %.0f", n+1, text[0].middle-half, text[21].middle+half, top, bottom)
		}
		if text[0].middle-half > top+5 || text[21].middle+half < bottom-5 {
			t.Errorf("page %d: text from %.1f to %.1f mm does not fill the page", n+1, text[0].middle-half, text[21].middle+half)
		}
	}
	if pure < 3 {
		t.Errorf("%d pages of pure text, want 3", pure)
	}
}

// measureRedLine: as wide as the text, 4 mm below the line above it (7.2.7).
func measureRedLine(t *testing.T, pdf string) {
	p := pageOf(t, pdf, 1)
	lines := strokes(p, isRed, 30, 200, 100)
	if len(lines) != 1 {
		t.Fatalf("red lines %v, want one", lines)
	}
	l := lines[0]
	near(t, "the red line begins", l.from, left)
	near(t, "the red line ends", l.to, right)
	near(t, "the red line stands below the text by", l.at-upToInk(p, l.at), 4)
}

// measureLetter: the name 30 mm below the page's edge, a double line of 170 mm
// 4 mm below it and another 20 mm above the lower edge, no page number (10.1).
func measureLetter(t *testing.T, pdf string) {
	p := pageOf(t, pdf, 1)
	lines := strokes(p, isRed, 20, 296, 120)
	if len(lines) != 4 {
		t.Fatalf("red lines %v, want two double ones", lines)
	}
	first, last := ink(p, isRed, 0, lines[0].at-0.5)
	near(t, "the office's name in red", first, 30)
	near(t, "the first double line stands below it by", lines[0].at-last, 4)
	near(t, "the second double line", lines[3].at+lines[3].thick, 297-20)
	for _, l := range lines {
		near(t, "a double line begins", l.from, 20)
		near(t, "a double line ends", l.to, 190)
	}
	if lines[0].thick <= lines[1].thick || lines[2].thick >= lines[3].thick {
		t.Errorf("the double lines are %v: the outer ones are the thick ones", lines)
	}
	if a, _ := ink(p, isDark, bottom+1, 296); a >= 0 {
		t.Errorf("something black stands at %.1f mm: the first page has no number", a)
	}
	if a, _ := ink(pageOf(t, pdf, 2), isDark, bottom+1, 296); a < 0 {
		t.Error("the second page has no number")
	}
}

// measureImprint: on the last page three lines as wide as the
// text, the last one at the text area's lower edge (7.4.1).
func measureImprint(t *testing.T, pdf string) {
	p := pageOf(t, pdf, len(pagesOf(t, pdf)))
	lines := strokes(p, isDark, top, bottom+5, 100)
	if len(lines) != 3 {
		t.Fatalf("lines %v, want three", lines)
	}
	for _, l := range lines {
		near(t, "a line of the imprint begins", l.from, left)
		near(t, "a line of the imprint ends", l.to, right)
	}
	near(t, "the imprint's last line", lines[2].at+lines[2].thick/2, bottom)
	if a, _ := ink(p, isDark, top, lines[0].at-1); a >= 0 {
		t.Errorf("something stands at %.1f mm, above the imprint", a)
	}
	if a, _ := ink(p, isDark, bottom+1, 296); a >= 0 {
		t.Errorf("something stands at %.1f mm, below the imprint", a)
	}
}

// measureNumbers: dashes 7 mm below the text, one character from its outer
// edge (7.5); on pages that lie across at the same place of the bound sheet (8).
func measureNumbers(t *testing.T, pdf string) {
	pages := pagesOf(t, pdf)
	across := 0
	for n := range pages {
		if n == len(pages)-1 || n > 1 && n < 5 || across == 4 {
			continue // the imprint's page has none; of each kind a few are enough
		}
		p := pageOf(t, pdf, n+1)
		odd := n%2 == 0
		if p.Rect.Dx() > p.Rect.Dy() {
			across++
			p.turned = true
		}
		wide, _ := p.size()
		dashes := strokes(p, isDark, bottom+1, 290, 3)
		if len(dashes) == 0 {
			t.Errorf("page %d has no number", n+1)
			continue
		}
		near(t, fmt.Sprintf("the dashes of page %d", n+1), dashes[0].at, bottom+7)
		from, to := 300.0, 0.0
		for x := range wide {
			for y := int((bottom + 4) * dots); y < int((bottom+11)*dots); y++ {
				if isDark(p, x, y) {
					from, to = min(from, float64(x)/dots), max(to, float64(x+1)/dots)
				}
			}
		}
		if odd {
			near(t, fmt.Sprintf("the number of page %d ends", n+1), to, right-character)
		} else {
			near(t, fmt.Sprintf("the number of page %d begins", n+1), from, left+character)
		}
	}
	if across < 4 {
		t.Errorf("%d pages lie across", across)
	}
}
