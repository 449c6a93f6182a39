package letter

import (
	"bytes"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestCompose composes letters and reads them again, by our reader and by the
// standard library's.
func TestCompose(t *testing.T) {
	long := "关于九江市“城建项目大会战”2021年3月份有关情况的通报（送审稿）及各县（市、区）报送情况𠮷"
	for _, subject := range []string{long, "A plain subject", "plain " + strings.Repeat("x", 200), "two  blanks", "=?utf-8?b?ISE=?=", "", strings.Repeat("A ", 90) + "end"} {
		for _, name := range []string{"", "九江市城建项目大会战指挥部办公室（通报邮箱自动发送）", `Office, "City"`, "Office"} {
			d := Draft{From: mail.Address{Name: name, Address: "office@city.example.com"}, To: "lx@county.example.com", Subject: subject, Date: time.Unix(1616638800, 0).UTC(),
				MessageID: "1@city.example.com", References: []string{"a@city.example.com", strings.Repeat("b", 40) + "@city.example.com"}, AutoSubmitted: "auto-generated",
				Text: "正文\n第二行", HTML: "<p>正文</p>", Attachments: []Attachment{{Name: `附件 1/“三表”:` + long + ".xlsx", Data: []byte("x")}}}
			raw, err := Compose(d)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Compose(d)
			if err != nil || !bytes.Equal(raw, again) {
				t.Error("the same draft gave other bytes")
			}
			l, err := Read(raw, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if l.Subject != subject || l.FromName != name || l.From != d.From.Address || len(l.References) != 2 || len(l.Parts) != 1 || l.Parts[0].Name != "附件 1_“三表”:"+long+".xlsx" {
				t.Errorf("%q by %q was read as\n%s", subject, name, summary(l))
			}
			checkHeader(t, raw, subject)
		}
	}
}

func checkHeader(t *testing.T, raw []byte, subject string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || got != subject {
		t.Errorf("the standard library reads the subject %q as %q, %v", subject, got, err)
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if len(line) > lineLength {
			t.Errorf("a line of %d: %s", len(line), line)
		}
	}
	for _, w := range regexp.MustCompile(`=\?utf-8\?b\?[^?]*\?=`).FindAllString(string(head), -1) {
		if got, err := new(mime.WordDecoder).Decode(w); err != nil || !utf8.ValidString(got) || strings.ContainsRune(got, utf8.RuneError) {
			t.Errorf("the word %s is cut within a character: %q, %v", w, got, err)
		}
	}
}

func TestComposeRefuses(t *testing.T) {
	good := Draft{From: mail.Address{Address: "office@city.example.com"}, To: "lx@county.example.com", MessageID: "1@city.example.com"}
	for name, d := range map[string]Draft{
		"subject":   {From: good.From, To: good.To, MessageID: good.MessageID, Subject: "x\r\nBcc: y"},
		"recipient": {From: good.From, To: "nobody", MessageID: good.MessageID},
		"two":       {From: good.From, To: "a@x.example.com, b@x.example.com", MessageID: good.MessageID},
	} {
		if raw, err := Compose(d); err == nil {
			t.Errorf("%s: composed %q", name, raw[:min(len(raw), 200)])
		}
	}
	if _, err := Compose(good); err != nil {
		t.Error(err)
	}
}
