package press

import (
	"bytes"
	"fmt"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

var img = regexp.MustCompile(`<img src="cid:([^"]+)" alt="([^"]+)" width="(\d+)"`)

// TestPictures: the letter names exactly the charts that go with it, each with
// a text that tells what it shows; switched off there are none.
func TestPictures(t *testing.T) {
	b, set := city(), builtIn(t)
	_, html, text, err := Mail(b, office, set, "")
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := Pictures(b, office)
	if err != nil || len(drawn) != 2 {
		t.Fatalf("%d pictures (%v)", len(drawn), err)
	}
	named := img.FindAllStringSubmatch(html, -1)
	if len(named) != strings.Count(html, "<img") || len(named) != len(drawn) {
		t.Fatalf("%d pictures are named by cid, %d tags, %d drawn", len(named), strings.Count(html, "<img"), len(drawn))
	}
	for i, p := range drawn {
		if named[i][1] != p.ID || named[i][2] != p.Alt || named[i][3] != "720" {
			t.Errorf("named %q, drawn %s %s", named[i][1:], p.ID, p.Alt)
		}
		if _, err := png.Decode(bytes.NewReader(p.PNG)); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if len(p.PNG) > 150<<10 {
			t.Errorf("%s has %d KB", p.Name, len(p.PNG)>>10)
		}
	}
	for _, want := range []string{"序时进度25.00%；彭泽县30.62%，", "濂溪区17.48%。"} {
		if !strings.Contains(drawn[0].Alt, want) {
			t.Errorf("the first picture tells %s, not %s", drawn[0].Alt, want)
		}
	}
	if strings.Contains(text, "cid:") {
		t.Error("the plain text names pictures")
	}
	if own := SelfContained(html, drawn); strings.Contains(own, "cid:") || strings.Count(own, "data:image/png;base64,") != 2 {
		t.Error("the file is not complete by itself")
	}
	bare := office
	bare.NoPictures = true
	_, html, _, err = Mail(b, bare, set, "")
	if drawn, err := Pictures(b, bare); err != nil || drawn != nil || strings.Contains(html, "<img") {
		t.Errorf("switched off there are %d pictures (%v)", len(drawn), err)
	}
	if err != nil {
		t.Error(err)
	}
	if drawn, err := Pictures(bulletin.Compute(newMonth(march).in), office); err != nil || drawn != nil {
		t.Errorf("of nothing there are %d pictures (%v)", len(drawn), err)
	}
}

// TestCurve: the year's curve has the months that bulletins told, in 亿元, and
// the plan in twelve parts.
func TestCurve(t *testing.T) {
	var last *bulletin.Bulletin
	for n := range 3 { // January has no bulletin
		m := newMonth(reporting.Period{Year: 2021, Month: march.Month}.Add(n-1), county("濂溪区"))
		m.sent("濂溪区", reporting.Progress, reporting.OnTime, fields(6, reporting.FProjectName, "路", reporting.FYearPlan, 120000, reporting.FMonthDone, 5000, reporting.FYTDDone, 10000*(n+1)))
		m.in.Previous = last
		b := bulletin.Compute(m.in)
		last = &b
	}
	var got []string
	for _, r := range curveRows(newPaper(*last, office)) {
		got = append(got, fmt.Sprint(r.label, yi.show(r.done), "/", yi.show(r.plan)))
	}
	want := "1月—/1.00 2月1.00/2.00 3月2.00/3.00 4月3.00/4.00 5月—/5.00 6月—/6.00 7月—/7.00 8月—/8.00 9月—/9.00 10月—/10.00 11月—/11.00 12月—/12.00"
	if strings.Join(got, " ") != want {
		t.Errorf("curve\n%s, want\n%s", strings.Join(got, " "), want)
	}
	january := newMonth(reporting.Period{Year: 2022, Month: 1}, county("濂溪区"))
	january.sent("濂溪区", reporting.Progress, reporting.OnTime, fields(6, reporting.FProjectName, "路", reporting.FYearPlan, 100))
	december := bulletin.Bulletin{Period: reporting.Period{Year: 2021, Month: 12}, Curve: []bulletin.Point{{Month: 12, YTDDone: bulletin.Number{Decimal: decimal.NewFromInt(1)}}}}
	january.in.Previous = &december
	if c := bulletin.Compute(january.in).Curve; len(c) != 1 || c[0].Month != 1 {
		t.Errorf("a year begins with %v", c)
	}
}
