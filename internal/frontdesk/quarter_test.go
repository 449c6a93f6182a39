package frontdesk_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/office"
	"tongbao/internal/reporting"
)

// TestQuarterPages: a quarter's draft stands among the bulletins under its own
// name, and its button decides on it and not on the month's.
func TestQuarterPages(t *testing.T) {
	d := desk(t)
	april := now().AddDate(0, 0, -19)
	d.Now = func() time.Time { return april }
	d.Office.Rules.Bulletins = append(d.Office.Rules.Bulletins, office.BulletinRule{Name: "季度", Kind: bulletin.QuarterRanking, Recipients: []string{"o@example.com"}, Approvers: []string{"l@example.com"}, Release: "on-approval"})
	raw := strings.ReplaceAll(letter("xs@example.com", "修水县"), "4月", "3月")
	in := office.Import{Name: "a.eml", Raw: []byte(raw), Received: april.AddDate(0, 0, -12), Submitter: "修水县", Period: reporting.Period{Year: 2021, Month: 3}}
	if _, err := d.Office.Import(context.Background(), in, april); err != nil {
		t.Fatal(err)
	}
	q := reporting.Quarter{Year: 2021, N: 1}
	if _, err := d.Office.DraftQuarter(q, bulletin.QuarterRanking, "test", april); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(d.Pages())
	defer s.Close()
	get := func(path string) string {
		t.Helper()
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d, %v: %s", path, resp.StatusCode, err, body)
		}
		return string(body)
	}
	page := get("/bulletins")
	for _, want := range []string{"2021年一季度排位通报", `name="period" value="2021-Q1"`, `name="kind" value="quarter-ranking"`, "/bulletins/2021-Q1/word?kind=quarter-ranking"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if letter := get("/bulletins/2021-Q1/preview?kind=quarter-ranking"); !strings.Contains(letter, "一、总体排位") {
		t.Error("the preview is no ranking")
	}
	if word := get("/bulletins/2021-Q1/word?kind=quarter-analysis"); !strings.HasPrefix(word, "PK") {
		t.Error("the Word file is none")
	}
	resp, err := http.PostForm(s.URL+"/bulletins/hold", url.Values{"period": {"2021-Q1"}, "kind": {bulletin.QuarterRanking}, "reason": {"计分待核"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if page = get("/bulletins"); !strings.Contains(page, "已退回：计分待核") {
		t.Error("the draft was not sent back")
	}
}
