package templates

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaults: what is wrong with an office's template is told with its file and
// line, in words that its writer can act upon.
func TestFaults(t *testing.T) {
	for body, want := range map[string]string{
		"好。\n{{if .X}}\n\n":           "lead.txt.tmpl:4：到文件末尾还少一个 {{end}}",
		"好。\n{{end}}":                 "lead.txt.tmpl:2：多了一个 {{end}}",
		"好。\n{{.X":                    "lead.txt.tmpl:2：“{{”没有以“}}”结束",
		"{{Month}}":                   "lead.txt.tmpl:1：没有名叫 Month 的函数；如是数据，前面要加点：.Month",
		"\n\n{{$x}}":                  "lead.txt.tmpl:3：没有变量 $x",
		"一\n{{.Nobody}}":              "lead.txt.tmpl:2：“.Nobody”处，数据里没有 .Nobody",
		"一\n{{pct .Name}}":            "lead.txt.tmpl:2：“pct .Name”处，这里要的是数",
		"一\n{{.Deep.Name}}":           "lead.txt.tmpl:2：“.Deep.Name”处，.Name 在有的月份没有数据",
		"{{template \"other\" .}}":    "lead.txt.tmpl:1：“{{template \"other\" .}}”处，没有名叫 other 的模板",
		"{{range .Name}}{{.}}{{end}}": "lead.txt.tmpl:1：“.Name”处，写法有误（",
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "bulletin"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "bulletin", "lead.txt.tmpl"), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := Load(dir)
		if err == nil {
			_, err = set.Text("bulletin/lead", struct {
				Name string
				Deep *struct{ Name string }
			}{Name: "修水县"})
		}
		var f *Fault
		if !errors.As(err, &f) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "用内置的模板") {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}
