package notice

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestShow writes the samples as files where NOTICE_SHOW names a directory, to
// be looked at in a browser.
func TestShow(t *testing.T) {
	dir := os.Getenv("NOTICE_SHOW")
	if dir == "" {
		t.Skip("NOTICE_SHOW names no directory")
	}
	d := testDesk(t)
	for _, s := range samples() {
		it, err := s.write(d)
		if err != nil {
			t.Fatal(err)
		}
		text, html := bodies(t, it.Raw)
		for ext, body := range map[string]string{".txt": it.Subject + "\n" + text, ".html": html} {
			if err := os.WriteFile(filepath.Join(dir, s.name+ext), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = time.Now
}
