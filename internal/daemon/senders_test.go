package daemon_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"tongbao/internal/frontdesk"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
)

// vouched puts what the provider says on top of a letter.
func vouched(said, letter string) string {
	return "Authentication-Results: mx.example.com; " + said + "\n" + letter
}

const (
	good = "dkim=pass header.d=xiushui.example.com"
	bad  = "spf=pass smtp.mailfrom=x@evil.example"
)

// TestSendersRecord: a letter that looks forged counts, and the office sees it
// in the status, also after a rebuild.
func TestSendersRecord(t *testing.T) {
	w := newWorld(t, "\nsenders: {authserv: [mx.example.com]}\nreminders: {enabled: false}\n", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	w.deliver(vouched(bad, letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "s1")), at(3, 24, 10, 1))
	w.deliver(letter("yongxiu@yongxiu.example.com", "永修县", 3, at(3, 24, 10, 0), "s2"), at(3, 24, 10, 2))
	w.until(at(3, 24, 14, 0))
	for range 2 {
		st := w.status("2021-03")
		for _, s := range st.Submitters {
			if got := s.Tables[reporting.Progress].State; got != reporting.OnTime {
				t.Errorf("%s is %q", s.Name, got)
			}
		}
		if len(st.Forged) != 1 || st.Forged[0].Submitter != "修水县" || !strings.Contains(st.Forged[0].Why, "evil.example") {
			t.Errorf("forged: %+v", st.Forged)
		}
		// The page of the month marks the row, and says why; the other row is clean.
		rec := httptest.NewRecorder()
		frontdesk.Desk{Office: w.house.Office, Now: w.clock.Now}.Pages().ServeHTTP(rec, httptest.NewRequest("GET", "/?period=2021-03", nil))
		_, row, _ := strings.Cut(rec.Body.String(), `data-submitter="修水县"`)
		row, other, _ := strings.Cut(row, "</tr>")
		if !strings.Contains(row, "疑似冒名") || !strings.Contains(row, "evil.example") || strings.Contains(other, "疑似冒名") || !strings.Contains(rec.Body.String(), "请打电话核实") {
			t.Errorf("the page does not mark the letter: %s", rec.Body)
		}
		w.rebuild()
	}
}

// TestSendersRequire: only a letter that its sender's domain vouches for counts.
// What waits is the office's to assign, letter by letter.
func TestSendersRequire(t *testing.T) {
	w := newWorld(t, "\nsenders: {verify: require, authserv: [mx.example.com]}\nreminders: {enabled: false}\n", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	w.deliver(vouched(bad, letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 0), "r1")), at(3, 24, 10, 1))
	w.deliver(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 10, 5), "r2"), at(3, 24, 10, 6))
	w.until(at(3, 24, 14, 0))
	st := w.status("2021-03")
	if got := st.Submitters[0].Tables[reporting.Progress].State; got != reporting.Due || len(st.Quarantine) != 2 {
		t.Fatalf("unproved letters: %q, %d wait", got, len(st.Quarantine))
	}
	if got := w.sent("修水县3月城建报表"); len(got) != 0 {
		t.Errorf("an unproved letter is answered: %q", got)
	}
	if r := st.Quarantine[0].Reason; !strings.Contains(r, "evil.example") {
		t.Errorf("the reason is %q", r)
	}
	if _, err := w.house.Office.Assign(context.Background(), st.Quarantine[1].ID, "修水县", true, "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		st := w.status("2021-03")
		if got := st.Submitters[0].Tables[reporting.Progress]; got.State != reporting.OnTime || got.Version != 1 || len(st.Quarantine) != 1 {
			t.Errorf("%s: %+v, %d wait", when, got, len(st.Quarantine))
		}
	}
	check("one was assigned")
	w.rebuild()
	check("after a rebuild")
	w.deliver(vouched(good, strings.Replace(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 25, 10, 5), "r3"), "Subject: ", "Subject: =?utf-8?B?5pu05q2j?= ", 1)), at(3, 25, 10, 6))
	w.until(at(3, 25, 14, 0))
	if st := w.status("2021-03"); len(st.Quarantine) != 1 {
		t.Errorf("a proved letter waits: %+v", st.Quarantine)
	}
}
