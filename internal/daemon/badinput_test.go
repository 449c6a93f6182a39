package daemon_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
)

// attached spells a letter with one attachment.
func attached(id, subject, name string, data []byte) string {
	return fmt.Sprintf("From: <xiushui@xiushui.example.com>\nTo: <%s>\nSubject: %s\nDate: Wed, 24 Mar 2021 10:00:00 +0800\nMessage-ID: <%s@example.com>\nMIME-Version: 1.0\n"+
		"Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n请查收。\n--b\nContent-Type: application/octet-stream\n"+
		"Content-Disposition: attachment; filename=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
		box, subject, id, name, base64.StdEncoding.EncodeToString(data))
}

// blankRows is a workbook of a million formatted rows with nothing in them.
func blankRows(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheetOfBlanks(),
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func sheetOfBlanks() string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for r := 1; r <= 1_000_000; r++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d" s="1"/></row>`, r, r)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

// TestBadInput sends what cannot be used: each letter is recorded and answered
// with what to do, and the good letter behind them is taken in.
func TestBadInput(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\nlimits: {letter: 1MB}\n", postoffice.Options{})
	bad := []struct{ name, raw, says string }{
		{"a workbook that is none", attached("b1", "biao1", "a.xlsx", []byte("PK\x03\x04 this is no zip")), "损坏"},
		{"an empty table", attached("b2", "biao2", "a.csv", []byte("修水县2021年城建项目进度表（3月）,,,,,\n序号,项目名称,总投资,2021年计划投资,3月完成投资,1-3月累计完成投资\n")), ""},
		{"a million blank rows", attached("b3", "biao3", "a.xlsx", blankRows(t)), ""},
		{"a scan", attached("b4", "biao4", "a.pdf", []byte("%PDF-1.4\n%%EOF\n")), "Excel"},
		{"a locked archive's stump", attached("b5", "biao5", "a.rar", []byte("Rar!\x1a\x07\x01\x00garbage")), "重新"},
		{"too large a letter", attached("b6", "biao6", "a.xlsx", bytes.Repeat([]byte{0}, 2<<20)), "超过收件上限"},
	}
	at0 := at(3, 24, 10, 0)
	for i, b := range bad {
		w.deliver(b.raw, at0.Add(time.Duration(i)*time.Minute))
	}
	w.deliver("this is no letter at all\x00\xff\xfe", at0.Add(20*time.Minute))
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at0, "good"), at0.Add(30*time.Minute))
	w.start(at(3, 24, 12, 0))
	w.until(at(3, 24, 18, 0))
	st := w.status("2021-03")
	if st.Letters != len(bad)+2 {
		t.Errorf("%d letters are recorded, want %d", st.Letters, len(bad)+2)
	}
	for _, k := range reporting.Kinds {
		if got := st.Submitters[0].Tables[k].State; got != reporting.OnTime {
			t.Errorf("the good letter's %s is %q", k, got)
		}
	}
	for i, b := range bad {
		word := fmt.Sprintf("biao%d", i+1)
		got := w.sent(word)
		if len(got) != 1 {
			t.Errorf("%s: answered with %q", b.name, got)
			continue
		}
		for _, l := range w.post.Sent() {
			if strings.Contains(subject(l.Raw), word) && !strings.Contains(textOf(t, l.Raw), b.says) {
				t.Errorf("%s: the answer does not say %q:\n%s", b.name, b.says, textOf(t, l.Raw))
			}
		}
	}
}
