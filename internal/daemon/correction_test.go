package daemon_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
)

// TestBulletinStands: what comes or is excluded after the bulletin went out
// changes no figure of it; the difference is kept as a correction, cell by
// cell, and a rebuild knows both.
func TestBulletinStands(t *testing.T) {
	w := newWorld(t, "\nreminders: {enabled: false}\n", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	for _, who := range []string{"xiushui@xiushui.example.com 修水县", "yongxiu@yongxiu.example.com 永修县"} {
		from, name, _ := strings.Cut(who, " ")
		w.deliver(letter(from, name, 3, at(3, 24, 10, 0), "s"+name), at(3, 24, 10, 1))
	}
	w.until(at(4, 1, 12, 0))
	march := reporting.Period{Year: 2021, Month: 3}
	tell := func() string {
		b, err := w.house.Office.Compute(march, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.house.Office.Corrections(march)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal([]any{b, c})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	before := tell()
	if !strings.HasSuffix(before, ",[]]") {
		t.Errorf("corrections of what is unchanged: %s", before)
	}
	better := strings.Replace(letter("xiushui@xiushui.example.com", "修水县", 3, at(4, 2, 10, 0), "s3"), "Subject: ", "X-Again: ", 1)
	w.deliver(better, at(4, 2, 10, 1)) // the same tables again are no correction
	w.until(at(4, 2, 16, 0))
	if err := w.house.Office.Exclude(march, "永修县", reporting.Progress, 1, "误报", "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	after := tell()
	bulletin, corrections, _ := strings.Cut(after, `,[{"period"`)
	if !strings.HasPrefix(before, bulletin) {
		t.Errorf("the bulletin does not stand:\n%s\nwas\n%s", bulletin, before)
	}
	if !strings.Contains(corrections, `"submitter":"永修县","kind":"progress","from":1,`) || strings.Contains(corrections, "修水县\",\"kind") && strings.Count(corrections, `"submitter"`) != 1 ||
		strings.Count(corrections, `"what":"removed"`) != 2 {
		t.Errorf("corrections: %s", corrections)
	}
	w.rebuild()
	if got := tell(); got != after {
		t.Errorf("after the rebuild:\n%s\nwant\n%s", got, after)
	}
}
