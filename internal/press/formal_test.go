package press

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// TestFormalLetter holds a formal letter against GB/T 9704-2012, 10.1.
func TestFormalLetter(t *testing.T) {
	o := Office{Name: "九江市“城建项目大会战”指挥部办公室", Head: "城建项目大会战工作通报", Contact: "王同志", Phone: "0792-0000000", Issue: "第3期"}
	l := Letter{Title: "关于尽快报送3月份城建项目报表的函", To: "修水县“城建项目大会战”指挥部办公室", Paragraphs: []string{"甲<b>&堃。", "乙。"},
		Mailbox: "office@example.com", Date: time.Date(2021, 3, 5, 9, 0, 0, 0, time.UTC)}
	raw, err := FormalLetter(l, o)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
	}
	doc, head := parts["word/document.xml"], parts["word/header1.xml"]
	text := func(xml string) string { return tag.ReplaceAllString(xml, "") }
	if !strings.Contains(text(head), o.Name) || strings.Contains(text(head), "文件") || strings.Contains(text(head), o.Head) {
		t.Errorf("above the double line stands %q", text(head))
	}
	if strings.Count(head, red) < 2 || !strings.Contains(head, `w:val="th`) || !strings.Contains(doc, "<w:titlePg/>") {
		t.Error("the name is not red, there is no double line, or the first page is like the others")
	}
	for _, want := range []string{l.Title, l.To + "：", "甲&lt;b&gt;&amp;堃。", "2021年3月5日", "（联系人：王同志，联系电话：0792-0000000）", "（报送邮箱：office@example.com）"} {
		if !strings.Contains(text(doc), want) {
			t.Errorf("%q is missing in %q", want, text(doc))
		}
	}
	for _, never := range []string{"第3期", "〔2021〕", "　号", "印发", "draft", draftMark} {
		if strings.Contains(text(doc), never) {
			t.Errorf("%q is there: nothing is invented", never)
		}
	}
	for name, xml := range parts {
		if strings.HasPrefix(name, "word/footer") && strings.Contains(xml, "PAGE") && strings.Contains(xml, red) {
			t.Error("the first page has a number")
		}
	}
	if !strings.Contains(doc, `w:eastAsia="仿宋_GB2312"`) || !strings.Contains(doc, `w:eastAsia="方正小标宋简体"`) || !strings.Contains(doc, `w:eastAsia="仿宋"`) {
		t.Error("text, title or a rare character is in another font")
	}
	for _, bad := range []Letter{{}, {Title: "a", To: "b"}, {Title: "a", Paragraphs: []string{"c"}}} {
		if _, err := FormalLetter(bad, o); err == nil {
			t.Errorf("%+v was set", bad)
		}
	}
}
