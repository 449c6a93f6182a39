package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func TestLoad(t *testing.T) {
	if _, err := Load(""); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, body string) {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("bulletin/title.txt.tmpl", "\ufeff{{.X}}月份通报\r\n")
	write("readme.txt", "not a template")
	s, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Text("bulletin/title", map[string]int{"X": 3}); got != "3月份通报\n" || err != nil {
		t.Errorf("the operator's title is %q: %v", got, err)
	}
	if _, err := s.Text("bulletin/title", map[string]int{}); err == nil {
		t.Error("a name that the data has not says nothing")
	}
	if len(s.Own()) != 1 {
		t.Errorf("own templates: %q", s.Own())
	}
	for _, name := range []string{"nothing", "bulletin/nothing"} {
		if _, err := s.HTML(name, nil); err == nil {
			t.Errorf("the template %q is there", name)
		}
	}
	write("bulletin/title.txt.tmpl", "好\n{{.X")
	write("bulletin/titel.txt.tmpl", "好")
	_, err = Load(dir)
	if err == nil || !strings.Contains(err.Error(), "title.txt.tmpl:2") || !strings.Contains(err.Error(), "titel.txt.tmpl：没有这个名字的内置模板，请核对文件名（是否为 bulletin/title.txt.tmpl）") {
		t.Errorf("two faults: %v", err)
	}
}

func TestFunctions(t *testing.T) {
	d := decimal.RequireFromString
	var none *decimal.Decimal
	for _, c := range []struct {
		name string
		arg  any
		want string
	}{
		{"yi", d("123450"), "12.35"}, // 12.345, half away from zero
		{"yi", d("123449.9999"), "12.34"},
		{"wan", d("1234.5"), "1235"},
		{"wan2", d("1234.005"), "1234.01"},
		{"pct", d("122.6"), "122.60"},
		{"pp", d("-6.255"), "6.26个百分点"},
		{"signed", d("6.25"), "+6.25"},
		{"signed", d("-6.25"), "-6.25"},
		{"signed", d("0.004"), "0.00"},
		{"yi", 10000, "1.00"},
		{"yi", none, "error"},
		{"yi", "x", "error"},
	} {
		f := functions[c.name].(func(any) (string, error))
		got, err := f(c.arg)
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%s %v = %s, want %s", c.name, c.arg, got, c.want)
		}
	}
	for n, want := range map[int]string{1: "一", 10: "十", 11: "十一", 20: "二十", 25: "二十五", 100: "100"} {
		if got := Numeral(n); got != want {
			t.Errorf("Numeral(%d) = %s", n, got)
		}
	}
	if got := clip(3, "一二三四"); got != "一二…" {
		t.Errorf("clip = %s", got)
	}
}
