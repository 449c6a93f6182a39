package review

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/reporting"
)

var update = flag.Bool("update", false, "write the .want files anew")

var terms = reporting.DefaultTerms(time.FixedZone("CST", 8*3600))

// sample is what a careful reader makes of a file.
type sample struct {
	Tables   []reporting.Table `json:"tables"`
	MustFlag []struct {
		Sheet, Cell, Why string
	} `json:"must_flag"`
}

// TestSamples reviews what was truly in the tables of testdata/samples and
// compares the findings with the .want beside each: "cell code severity".
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/samples/*.truth.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d samples: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".truth.json"), func(t *testing.T) {
			var s sample
			raw, err := os.ReadFile(file)
			if err == nil {
				err = json.Unmarshal(raw, &s)
			}
			if err != nil {
				t.Fatal(err)
			}
			var known []reporting.Finding // reading finds what it could not read
			for _, f := range s.MustFlag {
				if f.Cell != "" {
					known = append(known, reporting.Finding{Path: s.Tables[0].Path, Sheet: f.Sheet, Cell: f.Cell, Code: "unreadable"})
				}
			}
			var b strings.Builder
			for _, table := range s.Tables {
				for _, f := range Check(table, Context{Terms: terms, Tables: s.Tables, Known: known}) {
					fmt.Fprintf(&b, "%s %q %s %s %s\n", table.Kind, f.Cell, f.Code, f.Severity, f.Message)
				}
			}
			want := strings.TrimSuffix(file, ".truth.json") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			w, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(w) {
				t.Errorf("findings:\n%swant:\n%s", b.String(), w)
			}
		})
	}
}

// TestMustFlag: what a careful reader must doubt in the sample that is full of
// doubts is found, but for what reading itself finds.
func TestMustFlag(t *testing.T) {
	var s sample
	raw, err := os.ReadFile("testdata/samples/d15-xiushui-doubts.truth.json")
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	// D7 is 三千五百: reading names it, and leaves it out.
	known := []reporting.Finding{{Path: s.Tables[0].Path, Sheet: s.Tables[0].Sheet, Cell: "D7", Code: "not-a-number", Severity: reporting.Error}}
	var cells []string
	for _, f := range Check(s.Tables[0], Context{Terms: terms, Known: known}) {
		cells = append(cells, f.Cell+" "+f.Code)
	}
	for _, want := range []string{"E4 month-exceeds-ytd", "C5 negative", "G6 percent-mismatch", "F3 total-differs"} {
		if !slices.Contains(cells, want) {
			t.Errorf("no %s in %q", want, cells)
		}
	}
	for _, c := range cells {
		if strings.HasPrefix(c, "D3 ") {
			t.Errorf("the total of a column with an unread cell is judged: %s", c)
		}
	}
}
