package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLeast reads the smallest configuration that scripts may write.
func TestLeast(t *testing.T) {
	c, err := Parse([]byte(`
data: ./data
reporting:
  deadline: {day: 25, time: "23:59:59", holiday: none}
  freeze: {workdays: 3, time: "17:00"}
  target: 3000000
submitters:
  - {name: 修水县, group: counties, addresses: [xs@xiushui.example], tables: [progress, issues, lagging]}
  - {name: 九江市城发集团, group: central, addresses: [cf@chengfa.example], tables: [progress]}
`), "/etc/tongbao/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "/etc/tongbao/data" {
		t.Errorf("data is %q: a relative path starts at the file", c.Data)
	}
	s, ok := c.Register().ByAddress("XS@xiushui.example")
	if !ok || s.Name != "修水县" || len(s.Tables) != 3 || s.Code != "360424" {
		t.Errorf("got %+v, %v", s, ok)
	}
	terms, err := c.Terms()
	if err != nil {
		t.Fatal(err)
	}
	if terms.Zone.String() != "Asia/Shanghai" || terms.FreezeWorkdays != 3 {
		t.Errorf("got %+v", terms)
	}
}

// TestPrinting: how a bulletin is printed, and what is not written.
func TestPrinting(t *testing.T) {
	c, err := Parse([]byte("reporting: {lights: {yellow: 5, red: 20}}\nsubmitters: [{name: 修水县}]\nbulletins: [{name: a, layout: document, pictures: false}, {name: b}]\n"), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, b := c.Bulletins[0], c.Bulletins[1]
	if a.Layout != "document" || a.Pictures == nil || *a.Pictures || b.Layout != "brief" || b.Pictures != nil {
		t.Errorf("got %+v and %+v", a, b)
	}
	if l := c.Reporting.Lights; l.Yellow.String() != "5" || l.Red.String() != "20" {
		t.Errorf("lights %v", l)
	}
}

// TestExample keeps the example whole and true to the defaults that it names.
func TestExample(t *testing.T) {
	c, err := Load("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Submitters); n != 14 {
		t.Errorf("the example has %d submitters", n)
	}
	d := Default()
	if c.Limits.Letter != d.Limits.Letter || c.Limits.Time != d.Limits.Time || c.Limits.Memory != d.Limits.Memory || c.SMTP.Rates != d.SMTP.Rates ||
		c.Mailbox.Poll != d.Mailbox.Poll || c.Reporting.Freeze != d.Reporting.Freeze || c.Reminders.Quiet != d.Reminders.Quiet {
		t.Error("the example says another default than the program has")
	}
	if fmt.Sprint(c.Checks) != fmt.Sprint(d.Checks) {
		t.Errorf("the example checks by %v, the program by %v", c.Checks, d.Checks)
	}
}

// TestFaults reads each faulty file of testdata/faults and compares all that
// is said of it with the file beside it.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(data, filepath.Base(file))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("no faults, but %v", err)
			}
			if got := err.Error(); got != strings.TrimSpace(string(want)) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestSteps reads a ladder of the office's own; what its steps leave open is
// filled in by their place, not by their order in the file.
func TestSteps(t *testing.T) {
	c, err := Parse([]byte(`
reminders:
  steps:
    - {name: final, workdays: 2, time: "15:00", kind: chaser, template: step-final, copies: [boss@example.com]}
    - {name: soon, workdays: -2, time: "09:30", kind: reminder, everyone: true}
    - {name: first, workdays: 1, time: "08:30", kind: chaser}
    - {name: second, workdays: 2, time: "08:30", kind: chaser, letter: false, superior: true}
submitters: [{name: 修水县, addresses: [xs@example.com]}]
`), "c.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		template         string
		letter, superior bool
	}{{"step-final", true, true}, {"reminder", false, false}, {"chaser", false, false}, {"chaser2", false, true}} {
		if s := c.Reminders.Steps[i]; s.Template != want.template || *s.Letter != want.letter || *s.Superior != want.superior {
			t.Errorf("%s: template %q, letter %v, superior %v; want %+v", s.Name, s.Template, *s.Letter, *s.Superior, want)
		}
	}
}

// TestPasswordIsNotShown puts a password where it must not stand.
func TestPasswordIsNotShown(t *testing.T) {
	_, err := Parse([]byte("mailbox:\n  password: ABCDSECRET\nsubmitters: []\n"), "c.yaml")
	if err == nil || strings.Contains(err.Error(), "ABCDSECRET") {
		t.Errorf("the password is shown: %v", err)
	}
}

// FuzzParse looks for bytes that end the program instead of being refused.
func FuzzParse(f *testing.F) {
	example, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("submitters: [{name: 甲}]\nbulletins: [{schedule: TZ=0}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := Parse(data, "c.yaml"); err == nil && len(c.Submitters) == 0 {
			t.Error("a configuration without submitters was taken")
		}
	})
}
