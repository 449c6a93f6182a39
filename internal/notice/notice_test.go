package notice

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tongbao/internal/letter"
	"tongbao/internal/outbox"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

func testDesk(t *testing.T) Desk {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return Desk{From: mail.Address{Name: "九江市“城建项目大会战”指挥部办公室", Address: "office@example.com"}, Templates: set,
		Office: press.Office{Name: "九江市“城建项目大会战”指挥部办公室", Contact: "王同志", Phone: "0792-0000000"}}
}

// bodies reads a letter's text and HTML with the standard library, as a mail
// program would.
func bodies(t *testing.T, raw []byte) (text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(contentType, encoding string, r io.Reader)
	walk = func(contentType, encoding string, r io.Reader) {
		typ, params, err := mime.ParseMediaType(contentType)
		if err != nil {
			t.Fatalf("%q: %v", contentType, err)
		}
		if strings.HasPrefix(typ, "multipart/") {
			for mr := multipart.NewReader(r, params["boundary"]); ; {
				p, err := mr.NextRawPart()
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
			}
		}
		switch strings.ToLower(encoding) {
		case "base64":
			r = base64.NewDecoder(base64.StdEncoding, r)
		case "quoted-printable":
			r = quotedprintable.NewReader(r)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		switch typ {
		case "text/plain":
			text = string(body)
		case "text/html":
			html = string(body)
		}
	}
	walk(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return text, html
}

func TestCheck(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(set); err != nil {
		t.Error(err)
	}
}

var update = flag.Bool("update", false, "write the letters' texts to testdata")
var show = flag.String("show", "", "directory to write the letters' HTML to, to be looked at")

// TestTexts holds each letter's text form against testdata/<name>.txt.
func TestTexts(t *testing.T) {
	d := testDesk(t)
	known := map[string]bool{}
	for _, s := range samples(testDesk(t).Templates) {
		it, err := s.write(d)
		if err != nil {
			t.Fatal(err)
		}
		text, html := bodies(t, it.Raw)
		got := it.Subject + "\n\n" + strings.ReplaceAll(text, "\r\n", "\n")
		file := filepath.Join("testdata", s.name+".txt")
		known[file] = true
		if *show != "" {
			if err := os.WriteFile(filepath.Join(*show, s.name+".html"), []byte(html), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s\nwant:\n%s", s.name, got, want)
		}
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s is the text of no letter", f)
		}
	}
}

var halfWidth = regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`)

// TestStyle looks for what an office would not write.
func TestStyle(t *testing.T) {
	d := testDesk(t)
	for _, s := range samples(testDesk(t).Templates) {
		it, err := s.write(d)
		if err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(it.Subject); n > goodLength || strings.ContainsAny(it.Subject, "\r\n") {
			t.Errorf("%s: the subject has %d characters: %q", s.name, n, it.Subject)
		}
		text, html := bodies(t, it.Raw)
		for form, body := range map[string]string{"text": text, "html": html} {
			for _, word := range []string{"截止", "您", "最差", "倒数", "<style", "<script", "http://", "https://", "<no value>", "ZgotmplZ", "%!", "。。", "，。", "；。", "：。", "、。", "（）", "《》"} {
				if strings.Contains(body, word) {
					t.Errorf("%s, %s: contains %q", s.name, form, word)
				}
			}
			if m := halfWidth.FindString(visible.ReplaceAllString(body, "")); m != "" {
				t.Errorf("%s, %s: half-width punctuation in %q", s.name, form, m)
			}
			for _, r := range body {
				if r >= 0x1f000 || r >= 0x2600 && r < 0x27c0 {
					t.Errorf("%s, %s: contains %q", s.name, form, r)
				}
			}
		}
		if len(s.template) > 0 && s.template != "digest" && s.template != "passed" && !strings.Contains(text, "你单位") && !strings.HasPrefix(s.name, "reminder") {
			t.Errorf("%s: nobody is spoken to", s.name)
		}
		if s.name != "release" && !strings.Contains(text, d.Office.Name) {
			t.Errorf("%s: is not signed", s.name)
		}
	}
}

var visible = regexp.MustCompile(`<[^>]*>`)

// TestHeaders holds what RFC 3834 and the provider ask for.
func TestHeaders(t *testing.T) {
	d := testDesk(t)
	for _, s := range samples(testDesk(t).Templates) {
		it, err := s.write(d)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(it.Raw))
		if err != nil {
			t.Fatal(err)
		}
		h := m.Header
		automatic := "auto-generated"
		if strings.HasPrefix(s.name, "receipt") || strings.HasPrefix(s.name, "return") {
			automatic = "auto-replied"
			if h.Get("In-Reply-To") != "<1@example.com>" || !strings.Contains(h.Get("References"), "<1@example.com>") {
				t.Errorf("%s: stands outside of the thread", s.name)
			}
		}
		from, err := h.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Address != d.From.Address || it.From != d.From.Address {
			t.Errorf("%s: from %v, envelope %q", s.name, from, it.From)
		}
		if to, err := h.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != it.To {
			t.Errorf("%s: to %v, %v", s.name, to, err)
		}
		if h.Get("Auto-Submitted") != automatic || h.Get("Message-Id") != "<"+it.MessageID+">" || !strings.HasSuffix(it.MessageID, "@example.com") {
			t.Errorf("%s: %v", s.name, h)
		}
		if date, err := h.Date(); err != nil || !date.Equal(it.Created) {
			t.Errorf("%s: dated %v, %v", s.name, date, err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if err != nil || subject != it.Subject {
			t.Errorf("%s: subject %q, %v", s.name, subject, err)
		}
		again, err := s.write(d)
		if err != nil || again.MessageID != it.MessageID || again.Key != it.Key {
			t.Errorf("%s: written again it is another letter", s.name)
		}
		if _, html := bodies(t, it.Plain); html != "" || it.State != outbox.Queued || it.Next.Before(it.Created) {
			t.Errorf("%s: the plain form has HTML, or the item is not queued: %+v", s.name, it.State)
		}
	}
}

// TestCoverPictures: charts go beside the HTML that names them, and not with
// the plain form, which is what is left when a provider dislikes them.
func TestCoverPictures(t *testing.T) {
	c := sampleCover(false)
	c.HTML = `<html><body><img src="cid:curve@tongbao" alt="图"></body></html>`
	c.Pictures = []Inline{{ID: "curve@tongbao", Name: "年度曲线.png", Type: "image/png", Data: []byte("\x89PNG")}}
	it, err := testDesk(t).Cover(time.Date(2021, 4, 1, 9, 0, 0, 0, cst), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"multipart/related", "<curve@tongbao>", "image/png"} {
		if !strings.Contains(string(it.Raw), want) {
			t.Errorf("the letter has no %s", want)
		}
		if strings.Contains(string(it.Plain), want) {
			t.Errorf("the plain form has %s", want)
		}
	}
	if !strings.Contains(string(it.Plain), ".docx") && !strings.Contains(string(it.Plain), "application/octet-stream") {
		t.Error("the plain form has lost its attachment")
	}
}

// TestStrangers puts hostile words wherever a stranger's words come in.
func TestStrangers(t *testing.T) {
	const evil = "<script>alert(1)</script><img src=x onerror=y>\r\nBcc: victim@example.com\r\n\r\n\u202e{{.}}\x00"
	d := testDesk(t)
	now := time.Date(2021, 3, 26, 9, 0, 0, 0, cst)
	r := sampleReceipts(now)["partial"]
	r.Origin = Origin{MessageID: "1@example.com>\r\nBcc: v", Subject: evil, References: []string{evil}, Arrived: now, Files: []string{evil, evil}}
	path := []string{"a.eml", evil, evil}
	r.Tables = []Recognised{{Kind: reporting.Progress, Path: path, Sheet: evil, Period: sampleMonth}, {Kind: reporting.Issues, Path: path, Sheet: evil, Reason: evil}}
	r.Findings = []reporting.Finding{{Path: path, Sheet: evil, Cell: evil, Code: evil, Severity: reporting.Error, Message: evil}}
	r.Ignored = []reporting.Ignored{{Path: path, Reason: evil}}
	g := Digest{Key: "digest/x", To: "office@example.com", Urgent: true, Letters: []Waiting{{ID: evil, From: evil, Subject: evil, Arrived: now, Reason: evil, Submitter: evil}}}
	for name, write := range map[string]func() (outbox.Item, error){
		"receipt": func() (outbox.Item, error) { return d.Receipt(now, r) },
		"return":  func() (outbox.Item, error) { return d.Return(now, r) },
		"digest":  func() (outbox.Item, error) { return d.Digest(now, g) },
		"alarm": func() (outbox.Item, error) {
			return d.Alarm(now, Alarm{Key: "alarm/x", To: "office@example.com", Subject: evil, Text: evil})
		},
	} {
		it, err := write()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(it.Raw))
		if err != nil {
			t.Fatal(err)
		}
		if m.Header.Get("Bcc") != "" || m.Header.Get("In-Reply-To") != "" {
			t.Errorf("%s: a header was injected: %v", name, m.Header)
		}
		text, html := bodies(t, it.Raw)
		for _, tag := range []string{"<script", "<img", "\x00", "\u202e"} {
			if strings.Contains(html, tag) {
				t.Errorf("%s: the HTML contains %q", name, tag)
			}
		}
		if strings.ContainsAny(text, "\x00\u202e") || strings.Contains(text, "\nBcc:") {
			t.Errorf("%s: the text contains %q", name, text)
		}
	}
}

// TestBounded: whatever is found, the letter stays one that can be read.
func TestBounded(t *testing.T) {
	d := testDesk(t)
	now := time.Date(2021, 3, 26, 9, 0, 0, 0, cst)
	r := sampleReceipts(now)["partial"]
	r.Attachments = nil
	for i := range 5000 {
		r.Findings = append(r.Findings, reporting.Finding{Path: []string{"a.eml", fmt.Sprint(i)}, Severity: reporting.Error, Message: strings.Repeat(fmt.Sprint(i), 1000)})
		r.Ignored = append(r.Ignored, reporting.Ignored{Path: []string{"a.eml", fmt.Sprint(i)}, Reason: strings.Repeat("x", 1000)})
	}
	it, err := d.Receipt(now, r)
	if err != nil {
		t.Fatal(err)
	}
	if len(it.Raw) > 100_000 {
		t.Errorf("the letter has %d bytes", len(it.Raw))
	}
	if text, _ := bodies(t, it.Raw); !strings.Contains(text, "另有4971处未逐一列出") {
		t.Error("what is not listed is not counted")
	}
}

// TestFaultyTemplate: a template of the operator's that asks for what is not
// there is found by Check.
func TestFaultyTemplate(t *testing.T) {
	for name, body := range map[string]string{
		"receipt.txt.tmpl": "{{.Nonsense}}",
		"alarm.html.tmpl":  "{{range .Paragraphs}}{{.Nonsense}}{{end}}",
		"today.txt.tmpl":   "{{/* nothing */}}",
		"frame.html.tmpl":  "{{.Body.Nonsense}}",
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "letters"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "letters", name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := templates.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(set); err == nil || !strings.Contains(err.Error(), strings.SplitN(name, ".", 2)[0]) {
			t.Errorf("a faulty %s: %v", name, err)
		}
	}
}

// TestFormalAttached: the formal letter goes with a chaser that wants it, names
// the unit that it is to, and no other.
func TestFormalAttached(t *testing.T) {
	d := testDesk(t)
	now := time.Date(2021, 3, 29, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	a := sampleAsks(now)["partial"]
	a.Key, a.Template, a.Nth, a.Formal = "chase/x", "chaser2", 2, true
	it, err := d.Chaser(now, a)
	if err != nil {
		t.Fatal(err)
	}
	l, err := letter.Read(it.Raw, letter.Limits{})
	if err != nil || len(l.Parts) != 1 || l.Parts[0].Name != "催报函.docx" || !bytes.HasPrefix(l.Parts[0].Data, []byte("PK")) {
		t.Fatalf("attached: %d, %v", len(l.Parts), err)
	}
	if !strings.Contains(l.Text, "附件：催报函.docx") {
		t.Error("the letter does not name its attachment")
	}
	again, err := d.Chaser(now, a)
	if err != nil || !bytes.Equal(it.Raw, again.Raw) {
		t.Error("the same chaser has other bytes the second time")
	}
}
