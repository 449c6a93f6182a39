package press

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongbao/templates"
)

// TestCheck: the built-in texts pass, and a slip in any of the month's is found
// before the month is due, by its file.
func TestCheck(t *testing.T) {
	if err := Check(builtIn(t)); err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(templates.FS, "bulletin/*.tmpl")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "bulletin/quarter-") {
			continue
		}
		raw, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "bulletin"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), append(raw, "\n{{.Nobody}}"...), 0o644); err != nil {
			t.Fatal(err)
		}
		set, err := templates.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(set); err == nil || !strings.Contains(err.Error(), filepath.Base(name)) || !strings.Contains(err.Error(), "数据里没有 .Nobody") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
