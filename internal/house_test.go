package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is who may import whom of ours. Nothing imports upward or
// sideways beyond it. "*" is everything.
var mayImport = map[string]string{
	"internal/reporting": "", "internal/outbox": "", "templates": "",
	"internal/mailbox": "", "internal/letter": "", "internal/attachment": "", "internal/sheet": "", "internal/courier": "",
	"internal/schedule": "", "internal/docx": "", "internal/chart": "", "internal/postoffice": "",
	"internal/clerk":     "letter attachment sheet",
	"internal/review":    "reporting",
	"internal/chase":     "reporting",
	"internal/bulletin":  "reporting",
	"internal/register":  "reporting",
	"internal/form":      "reporting sheet",
	"internal/press":     "reporting bulletin sheet docx chart templates",
	"internal/notice":    "reporting bulletin letter outbox press chase templates",
	"internal/store":     "reporting outbox bulletin",
	"internal/config":    "reporting schedule",
	"internal/office":    "reporting clerk form review chase bulletin register press notice outbox store templates",
	"internal/frontdesk": "reporting bulletin register office outbox store",
	"internal/daemon":    "reporting mailbox letter attachment sheet clerk form review chase bulletin register press notice outbox store office config courier schedule frontdesk templates",
	"internal/years":     "reporting sheet", // of tests alone
	"internal/demo":      "daemon postoffice config reporting schedule",
	"cmd/tongbao":        "*",
}

// doors is which room alone uses a library; in tests everybody may.
var doors = map[string]string{
	"github.com/emersion/go-imap":    "mailbox postoffice",
	"github.com/emersion/go-message": "letter",
	"github.com/emersion/go-msgauth": "letter",
	"github.com/emersion/go-smtp":    "courier postoffice",
	"github.com/emersion/go-sasl":    "courier postoffice",
	"github.com/xuri/excelize":       "press sheet",
	"github.com/richardlehane/mscfb": "sheet",
	"github.com/nwaples/rardecode":   "attachment",
	"github.com/bodgit/sevenzip":     "attachment",
	"github.com/go-analyze/charts":   "chart",
	"github.com/robfig/cron":         "schedule",
	"go.etcd.io/bbolt":               "store",
	"go.yaml.in/yaml":                "config",
	"github.com/spf13/cobra":         "tongbao",
	"github.com/coreos/go-systemd":   "tongbao",
	"golang.org/x/term":              "tongbao",
	"github.com/prometheus":          "frontdesk",
	"github.com/invopop/jsonschema":  "config",
	"net/http":                       "frontdesk daemon tongbao",
}

// TestWhoImportsWhom reads the imports of every file that is not a test.
func TestWhoImportsWhom(t *testing.T) {
	seen := map[string]bool{}
	for _, root := range []string{"../internal", "../cmd", "../templates"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "testdata" { // no room: programs that tests run
				return filepath.SkipDir
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			room := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
			seen[room] = true
			checkImports(t, path, room)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for room := range mayImport {
		if !seen[room] {
			t.Errorf("the table names the room %s, which is not there", room)
		}
	}
}

func checkImports(t *testing.T, path, room string) {
	allowed, ok := mayImport[room]
	if !ok && strings.HasPrefix(room, "internal/postoffice/") {
		return // helpers of tests
	}
	if !ok {
		t.Errorf("%s: the room %s is not in the table", path, room)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if ours, ok := strings.CutPrefix(name, "tongbao/"); ok {
			ours = strings.TrimPrefix(ours, "internal/")
			if allowed != "*" && !slices.Contains(strings.Fields(allowed), ours) {
				t.Errorf("%s: %s must not import %s", path, room, ours)
			}
			continue
		}
		for library, rooms := range doors {
			if (name == library || strings.HasPrefix(name, library+"/")) && !slices.Contains(strings.Fields(rooms), filepath.Base(room)) {
				t.Errorf("%s: the door of %s is %s, not %s", path, library, rooms, room)
			}
		}
	}
}
