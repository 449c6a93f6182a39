package daemon_test

import (
	"strings"
	"testing"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

const quarterly = `
reminders: {enabled: false}
bulletins:
  - {name: monthly, schedule: "0 9 1 * *", recipients: [office@tongbao.example.com]}
  - {name: 季度排位, kind: quarter-ranking, schedule: "0 9 5 1,4,7,10 *", recipients: [office@tongbao.example.com], approvers: [leader@office.example.com], release: on-approval}
  - {name: 季度分析, kind: quarter-analysis, recipients: [office@tongbao.example.com]}
  - {name: 季度观摩, kind: quarter-visits, recipients: [office@tongbao.example.com], release: automatic}
`

// TestQuarter: on the quarter's own bell the ranking goes to the office as a
// draft, the approver's 同意 releases it with each county's own points, and
// what has nothing to say is told instead of sent.
func TestQuarter(t *testing.T) {
	w := approving(t, quarterly)
	const office = "office@tongbao.example.com"
	if n := len(w.sent("bulletin/2021-Q1/")); n != 0 {
		t.Fatalf("%d letters of the quarter before its bell", n)
	}
	w.until(at(4, 5, 10, 0))
	draft := w.last(leader)
	m := codeIn.FindStringSubmatch(draft.Subject)
	if m == nil || !strings.HasPrefix(draft.Subject, "【送审】2021年一季度全市城建项目排位情况") || !strings.Contains(draft.Text, "2021年一季度排位通报送审稿已生成") ||
		!strings.Contains(draft.Text, "1月份、2月份没有可用的报送数据") {
		t.Fatalf("draft: %q\n%s", draft.Subject, draft.Text)
	}
	var subjects []string
	for _, l := range w.lettersTo(office) {
		subjects = append(subjects, l.Subject)
	}
	for _, want := range []string{"【送审】2021年3月份", "【送审】2021年一季度全市城建项目排位情况", "【送审】2021年一季度全市城建项目推进情况分析", "没有生成2021年一季度观摩评分通报"} {
		if n := strings.Count(strings.Join(subjects, "\n"), want); n != 1 {
			t.Errorf("%d letters to the office begin %s: %q", n, want, subjects)
		}
	}
	if n := len(w.lettersTo(xiushui)); n != 0 && w.released(xiushui) != 0 {
		t.Errorf("a county got %d letters of a draft", n)
	}

	w.answer(leader, "回复: "+draft.Subject, "同意", at(4, 5, 12, 0), true)
	got := w.last(xiushui)
	if !strings.HasPrefix(got.Subject, "【通报】2021年一季度全市城建项目排位情况（修水县）") || !strings.HasPrefix(strings.TrimSpace(got.Text), "修水县：") || !strings.Contains(got.Text, "总分：") {
		t.Errorf("a county's copy: %q\n%s", got.Subject, got.Text)
	}
	if w.released(xiushui) != 1 {
		t.Errorf("released %d times", w.released(xiushui))
	}
	q, published, err := w.house.Office.Quarterly(reporting.Quarter{Year: 2021, N: 1}, bulletin.QuarterRanking, w.clock.Now())
	if err != nil || !published || !strings.Contains(got.Text, q.Number) || !strings.Contains(draft.Text, q.Number) {
		t.Errorf("published %v: %v; the snapshot %s is not in both letters", published, err, q.Number)
	}
	// The bell of the next quarter is not rung twice for this one, and a used
	// code is refused.
	w.answer(leader, "回复: "+draft.Subject, "同意", at(4, 6, 12, 0), true)
	if last := w.last(leader); w.released(xiushui) != 1 || !strings.Contains(last.Text, "2021年一季度排位通报已于") {
		t.Errorf("a used code: %d copies, %s", w.released(xiushui), last.Text)
	}
}

// TestQuarterOfMonths: a quarter follows its months' bulletins: not a draft
// that was sent back, not what came after the release, but its correction.
func TestQuarterOfMonths(t *testing.T) {
	w := approving(t, onApproval)
	of, now := w.house.Office, w.clock.Now()
	rank := func() int {
		t.Helper()
		q, _, err := of.Quarterly(reporting.Quarter{Year: 2021, N: 1}, bulletin.QuarterRanking, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range q.Units {
			if s.Name == "永修县" {
				return s.Rank
			}
		}
		return -1
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if rank() == 0 {
		t.Fatal("永修县 is not ranked")
	}
	_, err := of.Hold(march, "核对", "operator", now)
	do(err)
	do(of.Exclude(march, "永修县", reporting.Progress, 1, "误报", "operator", now))
	if n := rank(); n != 0 {
		t.Errorf("by a draft that was sent back: %d", n)
	}
	_, err = of.Redraft(march, "operator", now)
	do(err)
	_, err = of.Release(march, "operator", now)
	do(err)
	do(of.Include(march, "永修县", reporting.Progress, 1, "", "operator", now))
	if n := rank(); n != 0 {
		t.Errorf("by what the released bulletin does not know: %d", n)
	}
	_, err = of.Correct(march, "operator", now)
	do(err)
	_, err = of.Release(march, "operator", now)
	do(err)
	if rank() == 0 {
		t.Error("not by the correction")
	}
}
