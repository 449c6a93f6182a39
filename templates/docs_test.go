package templates

import (
	"io/fs"
	"os"
	"strings"
	"testing"
)

// TestReference wants every template and every function named in both references.
func TestReference(t *testing.T) {
	for _, doc := range []string{"../docs/templates.md", "../docs/templates.zh-CN.md"} {
		raw, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		err = fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(name, ".tmpl") && !strings.Contains(string(raw), "| `"+name+"` |") {
				t.Errorf("%s does not name the template %s", doc, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name := range functions {
			if !strings.Contains(string(raw), "| `"+name+"` |") {
				t.Errorf("%s does not name the function %s", doc, name)
			}
		}
	}
}
