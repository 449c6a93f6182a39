package clerk

import (
	"fmt"
	"strings"
	"testing"

	"tongbao/internal/letter"
)

const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// TestForeign sends files that hold no table: what was meant to be read gets a
// finding that says what to send instead, what only comes along is let be.
func TestForeign(t *testing.T) {
	garbage := strings.Repeat("\x8f\x01\xfe\xb3", 300)
	for _, c := range []struct{ name, data, want string }{
		{"扫描件.pdf", "%PDF-1.4\n", "scan"},
		{"扫描件.pdf", "\r\n\r\n%PDF-1.4\n", "scan"},
		{"照片.jpg", "\xff\xd8\xff\xe0", "scan"},
		{"照片.png", "\x89PNG\r\n", "scan"},
		{"照片.bmp", "BM" + garbage, "scan"},
		{"照片.gif", "GIF89a", "scan"},
		{"扫描件.tif", "II*\x00" + garbage, "scan"},
		{"照片.heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "scan"},
		{"照片.webp", "RIFF\x10\x00\x00\x00WEBPVP8 ", "scan"},
		{"公文.ofd", pack(t, "OFD.xml", "<ofd/>"), "scan"},
		{"图.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "scan"},
		{"汇报.pptx", pack(t, "[Content_Types].xml", "<x/>", "ppt/presentation.xml", "<x/>"), "unsupported"},
		{"进度表.ods", pack(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>", "META-INF/manifest.xml", "<x/>"), "damaged"}, // read like any workbook
		{"进度表.numbers", pack(t, "Index/Document.iwa", "x"), "unsupported"},
		{"汇报.rtf", `{\rtf1\ansi x}`, "unsupported"},
		{"汇报.doc", ole, "damaged"}, // cut right behind its first bytes
		{"材料.exe", "MZ" + garbage, "program"},
		{"smime.p7m", "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80" + garbage, "sealed"},
		{"材料.asc", "-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n", "sealed"},
		{"进度表.xlsx", garbage, "not-what-it-says"}, // as DRM leaves it
		{"进度表.et", garbage, "not-what-it-says"},
		{"材料.rar", garbage, "archive-damaged"},
		{"材料.7z", "7z\xbc\xaf\x27\x1c" + garbage, "archive-damaged"},
		{"材料.tar.gz", "\x1f\x8b\x08" + garbage, "archive-unsupported"},
		{"材料.z01", "PK\x07\x08" + garbage, "archive-volume"},
		{"~$进度表.xlsx", garbage, ""},
		{"smime.p7s", "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + garbage, ""},
		{"会议.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", ""},
		{"名片.vcf", "BEGIN:VCARD\nEND:VCARD\n", ""},
		{"录像.mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", ""},
	} {
		o := here(c.name, []byte(c.data), Options{})
		want := "!" + c.want
		if c.want == "" {
			want = ""
			if len(o.Ignored) != 1 {
				t.Errorf("%s: ignored %v", c.name, o.Ignored)
			}
		}
		if got := told(o); got != want {
			t.Errorf("%s: got %s, want %s", c.name, got, want)
		}
	}
}

// TestBesideTables sends a report and a scan beside a table: neither makes the
// letter a faulty one.
func TestBesideTables(t *testing.T) {
	slides := pack(t, "ppt/presentation.xml", "<x/>")
	o := here("a.eml", post(table(1), slides, "%PDF-1.4\n"), Options{})
	if len(o.Documents) != 1 || len(o.Findings) != 1 || o.Findings[0].Severity != "warning" || len(o.Ignored) != 1 {
		t.Errorf("%d documents, %+v, %v", len(o.Documents), o.Findings, o.Ignored)
	}
}

// TestForwardedNames forwards a letter with a file of the same name as one of
// its own: the outer one counts, wherever it stands.
func TestForwardedNames(t *testing.T) {
	inner := strings.ReplaceAll(string(post(table(8), table(9))), "name=2.csv", "name=other.csv")
	for _, first := range []bool{true, false} {
		parts := []string{"--m\r\nContent-Type: text/csv; name=1.csv\r\n\r\n" + table(1), "--m\r\nContent-Type: message/rfc822; name=i.eml\r\n\r\n" + inner}
		if !first {
			parts[0], parts[1] = parts[1], parts[0]
		}
		raw := "From: <xs@county.example.com>\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n" + strings.Join(parts, "\r\n") + "\r\n--m--\r\n"
		o := here("a.eml", []byte(raw), Options{})
		got := told(o)
		if got != "1.csv i.eml/other.csv" && got != "i.eml/other.csv 1.csv" || len(o.Ignored) != 1 {
			t.Errorf("outer first %v: %s, ignored %v", first, got, o.Ignored)
		}
	}
}

// TestClassified holds that a letter with a mark of secrecy is not opened, and
// that words about secrecy are none.
func TestClassified(t *testing.T) {
	for subject, want := range map[string]bool{
		"（机密）3月城建项目进度表": true, "【密】3月报表": true, "秘密★一年 关于项目情况的报告": true, "密级：秘密": true, "绝密件": true,
		"关于开展保密宣传月活动的通知": false, "3月报表（不涉密）": false, "商业秘密保护项目进度表": false, "高密市项目进度表": false, "密切跟进3月项目": false, "非密 3月报表": false, "": false,
	} {
		raw := strings.Replace(string(post(table(1))), "Subject: 3", "Subject: "+subject, 1)
		o := here("a.eml", []byte(raw), Options{})
		if got := told(o); (got == "!classified") != want || !want && got != "1.csv" {
			t.Errorf("%q: %s", subject, got)
		}
	}
	named := strings.Replace(string(post(table(1))), "name=1.csv", `name="项目清单（机密）.csv"`, 1)
	if got := told(here("a.eml", []byte(named), Options{})); got != "!classified" {
		t.Errorf("a file's name: %s", got)
	}
}

// TestEachProblem holds that each code of letter's has words, and that they say what to do.
func TestEachProblem(t *testing.T) {
	for _, code := range []string{"truncated", "no-boundary", "too-many-parts", "several-senders", "sealed", "partial"} {
		d := &desk{}
		d.complaints([]string{"a.eml"}, &letter.Letter{Problems: []letter.Problem{{Code: code}}})
		if len(d.out.Findings) != 1 || d.out.Findings[0].Message == otherWords || !strings.Contains(d.out.Findings[0].Message, "请") {
			t.Errorf("%s: %v", code, fmt.Sprint(d.out.Findings))
		}
	}
}
