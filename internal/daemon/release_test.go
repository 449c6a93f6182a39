package daemon_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/bulletin"
	letterroom "tongbao/internal/letter"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

const onApproval = `
reminders: {enabled: false}
bulletins: [{schedule: "0 9 1 * *", recipients: [office@tongbao.example.com], approvers: [leader@office.example.com], release: on-approval}]
`

// approving is a world whose mailbox's server is believed.
func approving(t *testing.T, extra string) *world {
	w := newWorld(t, extra, postoffice.Options{})
	w.cfg.Senders.Authserv = []string{"mx.example.com"}
	w.start(at(3, 24, 8, 0))
	for _, who := range []string{"xiushui@xiushui.example.com 修水县", "yongxiu@yongxiu.example.com 永修县"} {
		from, name, _ := strings.Cut(who, " ")
		w.deliver(letter(from, name, 3, at(3, 24, 10, 0), "s"+name), at(3, 24, 10, 1))
	}
	w.until(at(4, 1, 10, 0))
	return w
}

// answer is a reply to a draft, as the mailbox's server hands it over.
func (w *world) answer(from, subject, text string, sent time.Time, genuine bool) {
	results := ""
	if genuine {
		results = "Authentication-Results: mx.example.com; dkim=pass header.d=office.example.com\n"
	}
	w.deliver(fmt.Sprintf("%sFrom: <%s>\nTo: <%s>\nSubject: %s\nDate: %s\nMessage-ID: <r%d@office.example.com>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n%s\n",
		results, from, box, mime.BEncoding.Encode("utf-8", subject), sent.Format(time.RFC1123Z), sent.Unix(), base64.StdEncoding.EncodeToString([]byte(text))), sent)
	w.until(sent.Add(5 * time.Hour))
}

// lettersTo are the letters that went out to an address, the last one last.
func (w *world) lettersTo(to string) (out []*letterroom.Letter) {
	w.t.Helper()
	for _, s := range w.post.Sent() {
		if s.To != to {
			continue
		}
		l, err := letterroom.Read(s.Raw, letterroom.Limits{})
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

func (w *world) last(to string) *letterroom.Letter {
	w.t.Helper()
	all := w.lettersTo(to)
	if len(all) == 0 {
		w.t.Fatalf("nothing was sent to %s", to)
	}
	return all[len(all)-1]
}

var codeIn = regexp.MustCompile(`核签码([A-Z0-9]{8})`)

// released counts the bulletins that reached a county.
func (w *world) released(county string) (n int) {
	for _, l := range w.lettersTo(county) {
		if strings.HasPrefix(l.Subject, "【通报】") {
			n++
		}
	}
	return n
}

var march = reporting.Period{Year: 2021, Month: 3}

const (
	leader  = "leader@office.example.com"
	xiushui = "xiushui@xiushui.example.com"
)

// TestApproval: the draft goes to the office alone; only the approver's own
// plain 同意 with the code releases it, as that very snapshot, once.
func TestApproval(t *testing.T) {
	w := approving(t, onApproval)
	draft := w.last(leader)
	m := codeIn.FindStringSubmatch(draft.Subject)
	if m == nil || !strings.HasPrefix(draft.Subject, "【送审】") || !strings.Contains(draft.Text, "只写“同意”") {
		t.Fatalf("draft: %q\n%s", draft.Subject, draft.Text)
	}
	if office := w.last("office@tongbao.example.com"); strings.Contains(office.Subject+office.Text+office.HTML, m[1]) {
		t.Error("the code went to somebody who is no approver")
	}
	before, _, err := w.house.Office.Bulletin(march, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	quoted := "\n\n-----原始邮件-----\n发件人: 指挥部办公室\n主题: " + draft.Subject + "\n\n" + draft.Text
	bare := "\n\n" + draft.Text // a program that marks nothing
	day := at(4, 1, 12, 0)
	next := func() time.Time { day = day.Add(6 * time.Hour); return day }
	reply := "回复: " + draft.Subject
	for _, c := range []struct{ name, from, subject, text, want string }{
		{"an empty reply", leader, reply, quoted, "回复正文是空的"},
		{"an empty reply without marks", leader, reply, bare, "回复正文是空的"},
		{"a reservation", leader, reply, "同意。但修水县的数字请再核一下。" + quoted, "“同意”之后另有意见"},
		{"disagreement", leader, reply, "不同意" + quoted, "既不是“同意”，也不是“退回”"},
		{"a wrong code", leader, "回复: 【送审】2021年3月份全市城建项目推进情况", "同意 ABCDEFGH", "核签码不符"},
		{"no code", leader, "回复: 【送审】2021年3月份全市城建项目推进情况", "同意", "没有核签码"},
	} {
		w.answer(c.from, c.subject, c.text, next(), true)
		if l := w.last(leader); !strings.Contains(l.Text, c.want) || !strings.Contains(l.Subject, "没有执行") {
			t.Errorf("%s: %q\n%s", c.name, l.Subject, l.Text)
		}
	}
	told := len(w.lettersTo(leader))
	w.answer(leader, reply, "同意"+quoted, next(), false)
	if l := w.last("office@tongbao.example.com"); !strings.Contains(l.Text, "tongbao bulletin release") || len(w.lettersTo(leader)) != told {
		t.Errorf("a forged reply: %q\n%s", l.Subject, l.Text)
	}
	w.answer("somebody@office.example.com", reply, "同意 "+m[1], next(), true)
	w.answer(xiushui, reply, "同意 "+m[1], next(), true)
	if n := w.released(xiushui); n != 0 {
		t.Fatalf("released %d times before anybody agreed", n)
	}

	// What is decided meanwhile changes nothing of the snapshot.
	if err := w.house.Office.Exclude(march, "永修县", reporting.Progress, 1, "误报", "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.answer(leader, reply, "您好：\n\n同意。\n\n某某\n市城建办\n"+quoted, next(), true)
	if l := w.last(leader); !strings.Contains(l.Text, "已按您的回复外发") {
		t.Errorf("the approver is told: %q\n%s", l.Subject, l.Text)
	}
	after, published, err := w.house.Office.Bulletin(march, w.clock.Now())
	if err != nil || !published {
		t.Fatalf("published %v, %v", published, err)
	}
	if a, b := figuresOf(t, before), figuresOf(t, after); a != b {
		t.Errorf("the released figures are others:\n%s\nwant\n%s", b, a)
	}
	sent := w.last(xiushui)
	if w.released(xiushui) != 1 || !strings.HasPrefix(sent.Text, "修水县：") || !strings.Contains(sent.Text, before.Number) || strings.Contains(sent.Text, "送审稿") {
		t.Errorf("the county's copy: %q\n%s", sent.Subject, sent.Text)
	}
	w.answer(leader, reply, "同意"+quoted, next(), true)
	if l := w.last(leader); !strings.Contains(l.Text, "核签码已用过") || w.released(xiushui) != 1 {
		t.Errorf("the code's second use: released %d\n%s", w.released(xiushui), l.Text)
	}
	if _, err := w.house.Office.Release(march, "operator", w.clock.Now()); err == nil {
		t.Error("released twice by command")
	}

	w.rebuild()
	again, published, err := w.house.Office.Bulletin(march, w.clock.Now())
	if err != nil || !published || figuresOf(t, again) != figuresOf(t, after) {
		t.Errorf("after the rebuild: published %v, %v\n%s", published, err, figuresOf(t, again))
	}
	w.until(w.clock.Now().Add(6 * time.Hour))
	if w.released(xiushui) != 1 {
		t.Error("the rebuild sent the bulletin again")
	}
}

func figuresOf(t *testing.T, b bulletin.Bulletin) string {
	t.Helper()
	raw, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestSentBack: 退回 keeps the draft back; a new one has a new code, and the
// old one no longer holds.
func TestSentBack(t *testing.T) {
	w := approving(t, onApproval)
	first := w.last(leader)
	old := codeIn.FindStringSubmatch(first.Subject)[1]
	w.answer(leader, "回复："+first.Subject, "退回，永修县的数字再核一下", at(4, 1, 14, 0), true)
	if l := w.last(leader); !strings.Contains(l.Text, "已按您的回复退回") {
		t.Errorf("told: %s", l.Text)
	}
	if _, err := w.house.Office.Release(march, "operator", w.clock.Now()); err == nil || !strings.Contains(err.Error(), "退回") {
		t.Errorf("a draft that was sent back was released: %v", err)
	}
	w.answer(leader, "回复："+first.Subject, "同意", at(4, 2, 9, 0), true)
	if l := w.last(leader); !strings.Contains(l.Text, "已失效，该送审稿已于2021年4月1日") {
		t.Errorf("told: %s", l.Text)
	}
	if err := w.house.Office.Exclude(march, "永修县", reporting.Progress, 1, "误报", "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	pub, err := w.house.Office.Redraft(march, "operator", w.clock.Now())
	if err != nil || pub.Bulletin.City.Reported != 1 {
		t.Fatalf("new draft: %v, %d units", err, pub.Bulletin.City.Reported)
	}
	w.until(w.clock.Now().Add(time.Hour))
	second := w.last(leader)
	code := codeIn.FindStringSubmatch(second.Subject)
	if code == nil || code[1] == old {
		t.Fatalf("the new draft's code: %q", second.Subject)
	}
	w.answer(leader, "回复："+first.Subject, "同意", at(4, 3, 9, 0), true)
	if l := w.last(leader); !strings.Contains(l.Text, "核签码已作废") || w.released(xiushui) != 0 {
		t.Errorf("the old code: %s", l.Text)
	}
	w.rebuild()
	w.answer(leader, "回复："+second.Subject, "同意", at(4, 4, 9, 0), true)
	if w.released(xiushui) != 1 {
		t.Errorf("the new code did not release after a rebuild: %s", w.last(leader).Text)
	}
}

// TestCorrected: what changed after the release is told as old and new, once,
// to the counties and in the next month's text.
func TestCorrected(t *testing.T) {
	w := approving(t, "\nreminders: {enabled: false}\n")
	if _, err := w.house.Office.Correct(march, "operator", w.clock.Now()); err == nil || !strings.Contains(err.Error(), "没有变化") {
		t.Errorf("a correction of nothing: %v", err)
	}
	better := strings.Replace(letter(xiushui, "修水县", 3, at(4, 2, 10, 0), "s3"), base64.StdEncoding.EncodeToString([]byte(progressOf("修水县", "900"))),
		base64.StdEncoding.EncodeToString([]byte(progressOf("修水县", "1900"))), 1)
	w.deliver(better, at(4, 2, 10, 1))
	w.until(at(4, 2, 16, 0))
	pub, err := w.house.Office.Correct(march, "operator", w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	// By hand: the county had 900+500 of 5000+4000 (15.56%), then 1900+500
	// (26.67%); the city 2800 and 3800 of 18000 (15.56%, 21.11%).
	want := map[string]string{"全市/ytd_done": "2800→3800", "全市/ytd_pct": "15.56→21.11", "修水县/ytd_done": "1400→2400", "修水县/ytd_pct": "15.56→26.67", "永修县/rank": "1→2"}
	for _, d := range pub.Differences {
		if k := d.Unit + "/" + d.Key; want[k] != "" {
			if got := d.Old + "→" + d.New; got != want[k] {
				t.Errorf("%s: %s, want %s", k, got, want[k])
			}
			delete(want, k)
		}
	}
	if len(want) > 0 || pub.Edition != store.Correction(1) {
		t.Errorf("edition %s lacks %v of %v", pub.Edition, want, pub.Differences)
	}
	w.until(at(4, 2, 20, 0))
	l := w.last(xiushui)
	if !strings.HasPrefix(l.Subject, "【更正】") || !strings.Contains(l.Text, "1400") || !strings.Contains(l.Text, "2400") || len(l.Parts) == 0 {
		t.Errorf("the county's correction: %q\n%s", l.Subject, l.Text)
	}
	if _, err := w.house.Office.Correct(march, "operator", w.clock.Now()); err == nil {
		t.Error("the same correction was sent twice")
	}
	w.deliver(letter(xiushui, "修水县", 4, at(4, 24, 10, 0), "s4"), at(4, 24, 10, 1))
	w.until(at(5, 1, 12, 0))
	if l := w.last(xiushui); !strings.Contains(l.Text, "修水县更正或补报了报表，上月数据更正如下：全市累计完成投资由2800万元更正为3800万元") {
		t.Errorf("April's bulletin does not tell of it: %q\n%s", l.Subject, l.Text)
	}
	w.rebuild()
	again, err := w.house.Office.Corrected(march)
	if err != nil || len(again) != 1 || len(again[0].Differences) != len(pub.Differences) {
		t.Errorf("after the rebuild: %v, %v", again, err)
	}
}

func progressOf(name, done string) string {
	return fmt.Sprintf("%s2021年城建项目进度表（3月）,,,,\n单位：万元,,,,\n序号,项目名称,总投资,2021年计划投资,3月完成投资,1-3月累计完成投资\n1,滨江路道路改造工程,12000,5000,300,%s\n2,老城区雨污分流工程,8000,4000,200,500\n", name, done)
}

// TestExplained: from a figure to the letter, the row and the cell it came from.
func TestExplained(t *testing.T) {
	w := approving(t, onApproval)
	e, err := w.house.Office.ExplainFigure(march, "修水县.ytd_pct", w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	// By hand: (900+500) ÷ (5000+4000) = 15.56%.
	if e.Value != "15.56" || len(e.Sources) != 1 || len(e.Sources[0].Terms) != 4 || e.Published {
		t.Fatalf("explained: %+v", e)
	}
	src := e.Sources[0]
	var got []string
	for _, x := range src.Terms {
		got = append(got, fmt.Sprint(x.Field, " ", x.Value, " ", x.SheetRow, " ", x.Cell))
	}
	want := "ytd_done 900 4 F4|year_plan 5000 4 D4|ytd_done 500 5 F5|year_plan 4000 5 D5"
	if s := strings.Join(got, "|"); !sameWords(s, want) || src.From != xiushui || src.Letter == "" {
		t.Errorf("terms %s of %s, want %s", s, src.From, want)
	}
	whole, err := w.house.Office.ExplainFigure(march, "city.ytd_done", w.clock.Now())
	if err != nil || whole.Value != "2800" || len(whole.Sources) != 2 {
		t.Errorf("the city's: %+v, %v", whole, err)
	}
	for _, bad := range []string{"修水县", "修水县.nothing", "无此县.ytd_pct", "city.rank"} {
		if _, err := w.house.Office.ExplainFigure(march, bad, w.clock.Now()); err == nil {
			t.Errorf("%s was explained", bad)
		}
	}
}

// sameWords compares two lists whatever their order.
func sameWords(a, b string) bool {
	x, y := strings.Split(a, "|"), strings.Split(b, "|")
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// TestDraftOrders: the draft brings the office the letters about lagging
// projects; the released bulletin does not take them to the counties.
func TestDraftOrders(t *testing.T) {
	w := approving(t, onApproval)
	draft := w.last(leader)
	if s := attachments(draft); !strings.Contains(s, "2021年3月份问题交办单和督办函（送审稿）.zip") {
		t.Fatalf("the draft %q brings %s", draft.Subject, s)
	}
	w.answer(leader, "回复: "+draft.Subject, "同意", at(4, 1, 12, 0), true)
	if w.released(xiushui) != 1 || strings.Contains(attachments(w.last(xiushui)), ".zip") {
		t.Errorf("the county got %q with %s", w.last(xiushui).Subject, attachments(w.last(xiushui)))
	}
}

func attachments(l *letterroom.Letter) (names string) {
	for _, p := range l.Parts {
		names += p.Name + " "
	}
	return names
}
