package press

import (
	"fmt"
	"strings"
	"testing"

	"tongbao/internal/bulletin"
)

// TestErrands: the bulletin lists, in all three forms, the very papers that
// Orders sets: the same recipients, and every open issue and lagging project
// once.
func TestErrands(t *testing.T) {
	b := city()
	papers, err := Orders(b, office, builtIn(t))
	if err != nil {
		t.Fatal(err)
	}
	p := newPaper(b, office)
	assigned, urged := p.Assigned(), p.Urged()
	if len(assigned) != 3 || len(urged) == 0 || len(assigned)+len(urged) != len(papers) {
		t.Fatalf("%d and %d are listed of %d papers", len(assigned), len(urged), len(papers))
	}
	sums := map[bool]int{}
	for _, e := range assigned {
		sums[true] += e.Count
	}
	for _, e := range urged {
		sums[false] += e.Count
	}
	if sums[true]+p.Unassigned() != b.Issues.Open || sums[false] != b.Lagging.Count {
		t.Errorf("%d issues and %d projects are listed, there are %d and %d", sums[true], sums[false], b.Issues.Open, b.Lagging.Count)
	}
	printed := forms(t, b)
	sentences := []string{
		fmt.Sprintf("按需协调单位另行制发问题交办单%d份：%s。", len(assigned), p.Errands(assigned, 8, "个问题")),
		fmt.Sprintf("按责任单位另行制发督办函%d份：%s。", len(urged), p.Errands(urged, 8, "个项目")),
	}
	raw, err := Word(b, office, builtIn(t))
	if err != nil {
		t.Fatal(err)
	}
	word := wordText(t, raw)
	for name, form := range map[string]string{"Word": word, "HTML": printed.html, "text": printed.text} {
		for _, s := range sentences {
			if !strings.Contains(form, s) {
				t.Errorf("%s does not say %s", name, s)
			}
		}
	}
	rows, err := printed.book.GetRows("交办督办")
	if err != nil {
		t.Fatal(err)
	}
	book := fmt.Sprint(rows)
	for _, e := range append(assigned, urged...) {
		for name, form := range map[string]string{"Word's annexes": word[strings.LastIndex(word, "附件3"):], "the workbook": book} {
			if !strings.Contains(form, e.To) || !strings.Contains(form, e.About) {
				t.Errorf("%s lists no %+v", name, e)
			}
		}
	}
}

// TestErrandsOfFew: nothing to send is no sentence and no sheet; issues that
// name no department are told apart; more than a sentence holds are counted.
func TestErrandsOfFew(t *testing.T) {
	section := func(b bulletin.Bulletin, n int) string {
		return strings.Join(textOf(t, b).Sections[n].Paragraphs, "\n")
	}
	b := city()
	b.Issues.Items, b.Lagging.Items = nil, nil
	for n, word := range map[int]string{4: "督办函", 5: "交办单"} {
		if s := section(b, n); strings.Contains(s, word) {
			t.Errorf("nothing is sent, and it says %s", s)
		}
	}
	if i, err := forms(t, b).book.GetSheetIndex("交办督办"); err != nil || i >= 0 {
		t.Errorf("there is a sheet of nothing (%v)", err)
	}
	for i := range 12 {
		b.Issues.Items = append(b.Issues.Items, bulletin.Issue{Unit: "修水县", Problem: "问题", Project: "滨江路", CoordUnit: fmt.Sprintf("市%c局", '甲'+i), Open: true})
	}
	b.Issues.Items = append(b.Issues.Items, bulletin.Issue{Unit: "修水县", Problem: "问题", Open: true}, bulletin.Issue{Unit: "修水县", Problem: "已了", CoordUnit: "市某局"})
	s := section(b, 5)
	if !strings.Contains(s, "问题交办单12份") || !strings.Contains(s, "等12家单位。另有1个没有明确需协调单位") || strings.Count(s, "个问题、") != 7 || strings.Contains(s, "市某局") {
		t.Errorf("it says %s", s)
	}
}

// TestNoZeroes: a count of nothing is told in words.
func TestNoZeroes(t *testing.T) {
	zero := func() *int { return new(int) }
	n := 4
	b := city()
	b.City.NewPlanned, b.City.NewStarted, b.City.FinishPlan, b.City.Finished = &n, zero(), &n, zero()
	b.City.StatsDue, b.City.StatsDone, b.City.Red = &n, zero(), 0
	b.Issues.New, b.Issues.Closed, b.Issues.Open, b.Issues.Overdue = 0, 0, 0, 0
	b.Submissions.OnTime = nil
	var all strings.Builder
	for _, s := range textOf(t, b).Sections {
		all.WriteString(strings.Join(s.Paragraphs, "\n"))
	}
	for _, want := range []string{"计划新开工项目4个，均未开工，", "年内计划竣工项目4个，截至3月25日尚无项目竣工。", "项目4个，均未入统，", "没有亮红灯", "本月没有新增、没有办结销号，已全部解决。", "，没有单位按时报送"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("it is not said that %s: %s", want, all.String())
		}
	}
	for _, l := range strings.FieldsFunc(all.String(), func(r rune) bool { return strings.ContainsRune("，。、：；（", r) }) {
		if strings.HasSuffix(l, "0个") && !strings.ContainsAny(l[:len(l)-len("0个")][max(0, len(l)-len("0个")-1):], "123456789") {
			t.Errorf("a count of nothing: %s", l)
		}
	}
}
