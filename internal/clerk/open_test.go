package clerk

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongbao/internal/attachment"
	"tongbao/internal/form"
)

func here(name string, raw []byte, o Options) Opened {
	return open(name, raw, o, nil, func([]string) bool { return true })
}

func pack(t testing.TB, pairs ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// word is a Word file with a file in it.
func word(t testing.TB, inner string) string {
	return pack(t, "word/document.xml", `<w:document><w:body><w:p><w:r><w:t>附表见下</w:t></w:r></w:p></w:body></w:document>`,
		"word/_rels/document.xml.rels", `<Relationships><Relationship Id="r1" Type="x/package" Target="embeddings/进度表.csv"/></Relationships>`,
		"word/embeddings/进度表.csv", inner)
}

func TestOpen(t *testing.T) {
	inner := string(post(table(5)))
	deep := string(post(table(6)))
	for range 12 {
		deep = "Subject: x\r\nFrom: <a@county.example.com>\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: message/rfc822; name=i.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString([]byte(deep)) + "\r\n--m--\r\n"
	}
	archives := pack(t, "a.csv", table(7))
	for range 4 {
		archives = pack(t, "in.zip", archives)
	}
	whole := post(table(1))
	jpeg := "\xff\xd8\xff\xe0" + strings.Repeat("x", 100)
	cases := []struct {
		name, file, want string
	}{
		{"an archive", pack(t, "3月/进度表.csv", table(1), "问题台账.csv", table(2)), "1.csv/进度表.csv 1.csv/问题台账.csv"},
		{"an archive in an archive", pack(t, "in.zip", pack(t, "a.csv", table(1))), "1.csv/in.zip/a.csv"},
		{"archives too deep", archives, "1.csv/in.zip/in.zip/in.zip!archive-too-deep"},
		{"a letter in an archive", pack(t, "转发.eml", inner), "1.csv/转发.eml/1.csv"},
		{"a letter without its name", inner, "1.csv/1.csv"},
		{"letters too deep", deep, "1.csv" + strings.Repeat("/i.eml", 10) + "!too-deep"},
		{"the same file twice", pack(t, "a.csv", table(1), "b.csv", table(1)), "1.csv/a.csv"},
		{"an empty file", "", "1.csv!empty-file"},
		{"an empty archive", pack(t), "1.csv!archive-empty"},
		{"a piece of an archive", "PK\x07\x08" + strings.Repeat("x", 100), "1.csv!archive-volume"},
		{"gzip", "\x1f\x8b\x08" + strings.Repeat("x", 100), "1.csv!archive-unsupported"},
		{"a scan alone", jpeg, "1.csv!scan"},
		{"a scan beside a table", pack(t, "a.jpg", jpeg, "a.csv", table(1)), "1.csv/a.csv"},
		{"a letter of Outlook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x001\x00.\x000\x00_\x00", "1.csv!unsupported"},
		{"a table in a Word file as an object", word(t, table(8)), "1.csv 1.csv/进度表.csv"},
		{"objects too deep", word(t, word(t, word(t, word(t, table(9))))), "1.csv 1.csv/进度表.csv 1.csv/进度表.csv/进度表.csv 1.csv/进度表.csv/进度表.csv/进度表.csv 1.csv/进度表.csv/进度表.csv/进度表.csv!embedded-too-deep"},
		{"a byte that is no character", "\xd0\xf2\xba\xc5,\xcf\xee\xc4\xbf\r\n1,\xd0\xd0\xff\r\n" + strings.Repeat("1,2\r\n", 200), "1.csv 1.csv!garbled"},
		{"a damaged workbook beside a table", pack(t, "a.xlsx", pack(t, "xl/workbook.xml", "<"), "a.csv", table(1)), "1.csv/a.csv 1.csv/a.xlsx!damaged"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := here("a.eml", post(c.file), Options{})
			if got := told(o); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
	t.Run("cut short", func(t *testing.T) {
		o := here("a.eml", post(table(1), table(2)+"xx")[:len(post(table(1), table(2)+"xx"))-20], Options{})
		if got := told(o); got != "1.csv 2.csv!truncated" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a zip without the last boundary", func(t *testing.T) {
		o := here("a.eml", bytes.TrimSuffix(post(pack(t, "a.csv", table(1))), []byte("--b--\r\n")), Options{})
		if got := told(o); got != "1.csv/a.csv" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("a loose file", func(t *testing.T) {
		if o := here("a.csv", []byte(table(1)), Options{}); o.Header != nil || len(o.Documents) != 1 {
			t.Errorf("header %v, %s", o.Header, told(o))
		}
	})
	t.Run("automatic mail", func(t *testing.T) {
		o := here("a.eml", append([]byte("Auto-Submitted: auto-replied\r\n"), whole...), Options{})
		if o.Header == nil || o.Header.Automatic == "" || len(o.Documents)+len(o.Findings) != 0 {
			t.Errorf("%+v", o)
		}
	})
	t.Run("a link", func(t *testing.T) {
		o := here("a.eml", []byte("From: <a@county.example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n云附件 进度表.xls\r\nhttps://mail.163.com/large-attachment-download/?f=1\r\n"), Options{})
		if len(o.Findings) != 1 || o.Findings[0].Code != "huge-attachment-link" || !strings.Contains(o.Findings[0].Message, "“进度表.xls”") {
			t.Errorf("%+v", o.Findings)
		}
	})
}

// TestBudget holds that the archives of one letter share what they may unpack.
func TestBudget(t *testing.T) {
	zeros := func(s string) string { return pack(t, "a.csv", s+strings.Repeat("\x00", 600<<10)) }
	o := here("a.eml", post(zeros("1"), zeros("2"), zeros("3")), Options{Attachment: attachment.Limits{Unpacked: 1 << 20}})
	large := 0
	for _, f := range o.Findings {
		if f.Code == "archive-too-large" {
			large++
		}
	}
	if large != 2 {
		t.Errorf("%d archives were too large: %s", large, told(o))
	}
}

// TestCorpora opens every file from the wild in the folder TONGBAO_CORPORA, in
// a child as the daemon would, and has form read what came of it: none kills
// the child, and none takes longer than 20 s.
func TestCorpora(t *testing.T) {
	root := os.Getenv("TONGBAO_CORPORA")
	if root == "" {
		t.Skip("TONGBAO_CORPORA names no folder of files")
	}
	c := newClerk(t, Options{})
	sets := map[string]int{}
	pid := 0
	var longest time.Duration
	var slowest string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "README.md" {
			return err
		}
		name := d.Name()
		if filepath.Ext(path) == ".raw" {
			name += ".eml"
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		began := time.Now()
		o, err := c.Open(t.Context(), name, raw)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		form.Read(material(name, o), form.Knowledge{})
		took := time.Since(began)
		if took > longest {
			longest, slowest = took, path
		}
		if took > 20*time.Second {
			t.Errorf("%s took %v", path, took)
		}
		rel, _ := filepath.Rel(root, path) //nolint:errcheck // it lies below
		sets[strings.Split(filepath.ToSlash(rel), "/")[0]]++
		if pid != 0 && c.pid() != pid {
			t.Errorf("%s: the child died: %s", path, told(o))
		}
		pid = c.pid()
		for _, f := range o.Findings {
			if f.Code == "unreadable" {
				t.Errorf("%s: %+v", path, f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for set, n := range sets {
		t.Logf("%-24s %d files", set, n)
	}
	t.Logf("the longest took %v (%s)", longest, slowest)
}

// material is what form is given of a letter or file.
func material(name string, o Opened) form.Material {
	m := form.Material{File: name}
	if o.Header != nil {
		m.Letter = &form.Head{Subject: o.Header.Subject, Received: o.Header.Received, Automatic: o.Header.Automatic != ""}
	}
	for _, d := range o.Documents {
		m.Documents = append(m.Documents, form.Document(d))
	}
	return m
}
