package letter

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the .want files anew; read the difference before you commit it")

// summary is what a letter was read as, a line for each thing.
func summary(l *Letter) string {
	var b strings.Builder
	line := func(k, v string) {
		if v != "" {
			fmt.Fprintf(&b, "%s: %s\n", k, v)
		}
	}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(time.FixedZone("", 8*3600)).Format(time.RFC3339)
	}
	line("from", l.From)
	line("name", l.FromName)
	line("to", strings.Join(l.To, " "))
	line("subject", l.Subject)
	line("id", l.MessageID)
	line("date", stamp(l.Date))
	line("received", stamp(l.Received))
	line("automatic", l.Automatic)
	for _, f := range l.Bounced {
		line("bounced", fmt.Sprintf("%s %q %q", f.Address, f.Status, f.Text))
	}
	if l.Text != "" {
		line("text", fmt.Sprintf("%q", l.Text[:min(len(l.Text), 90)]))
	}
	if l.HTML != "" {
		line("html", fmt.Sprintf("%d bytes", len(l.HTML)))
	}
	for _, p := range l.Parts {
		marks := ""
		if p.Inline {
			marks += " inline"
		}
		if p.Truncated {
			marks += " truncated"
		}
		if p.Letter {
			marks += " letter"
		}
		sum := sha256.Sum256(p.Data)
		line("part", fmt.Sprintf("%q %s %d bytes %x%s", p.Name, p.Type, len(p.Data), sum[:4], marks))
	}
	for _, k := range l.Links {
		line("link", fmt.Sprintf("%q %s", k.Name, k.Service))
	}
	for _, p := range l.Problems {
		line("problem", p.Code+" "+p.Detail)
	}
	return b.String()
}

// TestRead reads every letter of testdata and compares it with its .want.
func TestRead(t *testing.T) {
	list, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(list) < 40 {
		t.Fatalf("%d letters, %v", len(list), err)
	}
	for _, name := range list {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			l, err := Read(raw, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, file := summary(l), strings.TrimSuffix(name, ".eml")+".want"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestLineEnds reads every letter with the other line ends: nothing but the
// bytes of parts that are not encoded may change.
func TestLineEnds(t *testing.T) {
	list, _ := filepath.Glob("testdata/*.eml") //nolint:errcheck // the pattern is sound
	for _, name := range list {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lf := strings.ReplaceAll(string(raw), "\r\n", "\n")
		a, err := Read([]byte(lf), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Read([]byte(strings.ReplaceAll(lf, "\n", "\r\n")), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Subject != b.Subject || a.From != b.From || len(a.Parts) != len(b.Parts) || len(a.Problems) != len(b.Problems) || a.Automatic != b.Automatic {
			t.Errorf("%s: LF and CRLF differ:\n%s\n%s", name, summary(a), summary(b))
			continue
		}
		for i := range a.Parts {
			if a.Parts[i].Name != b.Parts[i].Name {
				t.Errorf("%s: part %q became %q", name, a.Parts[i].Name, b.Parts[i].Name)
			}
		}
	}
}

func TestBounds(t *testing.T) {
	many := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Disposition: attachment; filename=x\n\nx\n", 1000) + "--b--\n"
	l, err := Read([]byte(many), Limits{})
	if err != nil || len(l.Parts) != 199 || len(l.Problems) != 1 || l.Problems[0].Code != "too-many-parts" {
		t.Errorf("%d parts, %v, %v", len(l.Parts), l.Problems, err)
	}
	var deep strings.Builder
	for i := range 100 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	deep.WriteString("\n\nend\n")
	if l, err = Read([]byte(deep.String()), Limits{}); err != nil || len(l.Problems) != 1 || l.Problems[0].Code != "too-many-parts" {
		t.Errorf("deep: %v, %v", l.Problems, err)
	}
	if _, err := Read([]byte("\n\nno header\n"), Limits{}); err == nil {
		t.Error("a text was read as a letter")
	}
	if l, _ := Read([]byte("Content-Type: text/plain; name=a.csv\n\n1,2"), Limits{Cut: true}); !l.Parts[0].Truncated {
		t.Error("the only part of a letter that was cut is not said to be cut")
	}
}

// hostile are letters that would cost a careless reader its time.
func hostile() map[string]string {
	return map[string]string{
		"folds":      "Subject: x" + strings.Repeat("\n x", 1<<20) + "\n\n",
		"many folds": strings.Repeat("X: y"+strings.Repeat("\n z", 1<<10)+"\n", 1<<9) + "\n",
		"quotes":     "Content-Type: a/b; name=" + strings.Repeat(`"x;`, 1<<15) + "\n\n",
		"words":      "Subject: " + strings.Repeat("=?gbk?b?", 1<<13) + "\n\n",
		"parens":     "From: " + strings.Repeat("(", 1<<15) + "\n\n",
		"boundaries": "Content-Type: multipart/mixed; boundary=\"-\"\n\n" + strings.Repeat("-", 1<<20),
		"pieces":     "Content-Type: a/b; " + strings.Repeat("name*1=x;", 1<<13) + "\n\n",
		"links":      "Content-Type: text/html\n\n" + strings.Repeat("<a href=超大附件 ", 1<<16),
		"tags":       "Content-Type: text/html\n\n<a href='http://x/'>" + strings.Repeat("<", 1<<18) + "</a>",
	}
}

func TestHostile(t *testing.T) {
	for name, s := range hostile() {
		l, err := Read([]byte(s), Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !utf8.ValidString(l.Subject + l.From + l.FromName) {
			t.Errorf("%s: not UTF-8: %q", name, l.Subject)
		}
	}
}

func FuzzRead(f *testing.F) {
	list, _ := filepath.Glob("testdata/*.eml") //nolint:errcheck // the pattern is sound
	for _, name := range list {
		if raw, err := os.ReadFile(name); err == nil {
			f.Add(raw[:min(len(raw), 4<<10)])
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := Read(raw, Limits{})
		if err != nil {
			return
		}
		if !utf8.ValidString(l.Subject + l.From + l.FromName + l.Text + l.HTML) {
			t.Error("what was read is not UTF-8")
		}
		if len(l.Parts) > 200 {
			t.Errorf("%d parts", len(l.Parts))
		}
		for _, p := range l.Parts {
			if strings.ContainsAny(p.Name, "/\\\n\x00") || !utf8.ValidString(p.Name) {
				t.Errorf("name %q", p.Name)
			}
		}
	})
}

// TestCorpora reads letters from the wild in the folder TONGBAO_CORPORA.
func TestCorpora(t *testing.T) {
	root := os.Getenv("TONGBAO_CORPORA")
	if root == "" {
		t.Skip("TONGBAO_CORPORA names no folder of letters")
	}
	n, none := 0, 0
	for _, pattern := range []string{".eml", ".raw"} {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != pattern {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			n++
			l, err := Read(raw, Limits{})
			if err != nil {
				none++
				return nil
			}
			if testing.Verbose() {
				t.Logf("%s\n%s", path, summary(l))
			}
			if !utf8.ValidString(l.Subject + l.Text + l.HTML) {
				t.Errorf("%s: not UTF-8", path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d letters, %d of them are none", n, none)
}
