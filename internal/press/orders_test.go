package press

import (
	"strings"
	"testing"

	"tongbao/internal/bulletin"
)

// TestOrders: every open issue is on one list, every lagging project in one
// letter, and nobody's number or date is invented.
func TestOrders(t *testing.T) {
	b := city()
	papers, err := Orders(b, office, builtIn(t))
	if err != nil {
		t.Fatal(err)
	}
	texts, names := map[string]string{}, map[string]bool{}
	for _, p := range papers {
		if names[p.Name] || !strings.Contains(p.Name, draftMark) {
			t.Errorf("the name %q is taken, or is no draft's", p.Name)
		}
		names[p.Name] = true
		doc := part(t, p.Word, "word/document.xml")
		texts[p.Name] = strings.Join(wordLines(t, doc), "")
		orders := strings.Contains(p.Name, "督办函")
		if n := strings.Count(doc, "</w:sectPr>"); orders && n != 3 || !orders && n != 2 {
			t.Errorf("%s has %d sections", p.Name, n)
		}
		if !strings.Contains(doc, "<w:titlePg/>") {
			t.Errorf("%s is no formal letter", p.Name)
		}
		for _, bad := range []string{"号〔2021〕1", "〔2021〕1", "<no value>", "%!", "。。", "印发"} {
			if strings.Contains(texts[p.Name], bad) {
				t.Errorf("%s prints %q", p.Name, bad)
			}
		}
	}
	count := func(kind, what string) (n int) {
		for name, s := range texts {
			if strings.Contains(name, kind) && strings.Contains(s, what) {
				n++
			}
		}
		return n
	}
	open := map[string]int{}
	for _, i := range b.Issues.Items {
		if i.Open {
			open[lead(i.CoordUnit)]++
		}
	}
	if n := count("问题交办单", "问题交办清单"); n != len(open) || n != 3 {
		t.Errorf("%d lists for %d departments", n, len(open))
	}
	for d, n := range open {
		s := texts["九江市城建项目2021年3月份问题交办单（"+d+"）（送审稿）.docx"]
		if got := strings.Count(s, "影响进场施工"); got != n {
			t.Errorf("%s has %d issues, want %d: %.200s", d, got, n, s)
		}
		for _, want := range []string{"3月份城建项目问题交办单", d + "：", "附件：问题交办清单", "销号意见", "反馈情况"} {
			if !strings.Contains(s, want) {
				t.Errorf("%s: %q is missing", d, want)
			}
		}
	}
	if n := count("市住建局", "市城管局"); n != 1 {
		t.Errorf("who helps is named %d times", n)
	}
	projects := 0
	for _, d := range newPaper(b, office).orders() {
		projects += d.Count()
		s := texts["九江市城建项目2021年3月份督办函（"+d.To+"）（送审稿）.docx"]
		for _, want := range []string{"关于加快推进", d.To + "：", "据3月份调度，你单位负责的" + d.First().Project, "低于序时进度", "收到本函之日起5个工作日内",
			"于2021年6月底前达到序时进度", "督办事项回执", "督办编号", "（由办公室编号）", "整改措施（逐条）", "承办单位意见", "附件：1. 进度滞后项目清单"} {
			if !strings.Contains(s, want) {
				t.Errorf("%s: %q is missing in %.600s", d.To, want, s)
			}
		}
		for _, x := range d.Items {
			if strings.Count(s, x.Project) < 2 {
				t.Errorf("%s: %s is not both on the list and on the slip", d.To, x.Project)
			}
		}
	}
	if projects != b.Lagging.Count {
		t.Errorf("%d of %d lagging projects are told", projects, b.Lagging.Count)
	}
}

// TestOrdersOfNothing: no issues, no laggards, no papers; what nobody named is
// left to the office, and a project without figures has no sentence of figures.
func TestOrdersOfNothing(t *testing.T) {
	if papers, err := Orders(bulletin.Bulletin{Period: march}, office, builtIn(t)); err != nil || len(papers) != 0 {
		t.Errorf("%d papers of nothing: %v", len(papers), err)
	}
	b := bulletin.Bulletin{Period: march}
	b.Issues.Items = []bulletin.Issue{{Unit: "修水县", Problem: "用地未批", Open: true}, {Unit: "修水县", Problem: "已经解决", Status: "done"}}
	b.Lagging.Items = []bulletin.Laggard{{Unit: "修水县", RespUnit: "县住建局", Project: "城北公园"}, {Unit: "武宁县", RespUnit: "县住建局", Project: "城南公园", CatchUpAt: "尽快"}}
	papers, err := Orders(b, office, builtIn(t))
	if err != nil || len(papers) != 3 {
		t.Fatalf("%d papers: %v", len(papers), err)
	}
	for i, want := range []string{"（交办单位未明确，由办公室填写）：", "修水县（县住建局）：", "武宁县（县住建局）："} {
		s := wordText(t, papers[i].Word)
		if !strings.Contains(s, want) || strings.Contains(s, "已经解决") || strings.Contains(s, "低于序时进度0") || i > 0 && !strings.Contains(s, "尽快达到序时进度") {
			t.Errorf("paper %d: %s", i, s)
		}
	}
}
