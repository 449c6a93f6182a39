package office_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/clerk"
	"tongbao/internal/letter"
	"tongbao/internal/notice"
	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
	"tongbao/internal/store"
	"tongbao/templates"
)

// on is a moment of 2021 in the office's zone.
func on(month, day, hour, minute int) time.Time {
	return time.Date(2021, time.Month(month), day, hour, minute, 0, 0, shanghai)
}

// inProcess opens letters without a child: these tests send themselves nothing
// that could do harm.
type inProcess struct{}

func (inProcess) Open(_ context.Context, name string, raw []byte) (clerk.Opened, error) {
	l, err := letter.Read(raw, letter.Limits{})
	if err != nil {
		return clerk.Opened{}, err
	}
	out := clerk.Opened{Header: &l.Header}
	if l.Automatic != "" {
		return out, nil
	}
	if book := sheet.OpenText(l.Text, sheet.Limits{}); len(book.Paragraphs) > 0 {
		out.Documents = append(out.Documents, clerk.Document{Path: []string{name}, Body: true, Book: *book})
	}
	for _, p := range l.Parts {
		book, err := sheet.Open(p.Name, p.Data, sheet.Limits{}, nil)
		if err != nil {
			out.Findings = append(out.Findings, clerk.Finding{Path: []string{name, p.Name}, Code: "damaged", Severity: "error", Message: "文件已损坏。"})
			continue
		}
		out.Documents = append(out.Documents, clerk.Document{Path: []string{name, p.Name}, Book: *book})
	}
	return out, nil
}

func (o inProcess) OpenSmall(ctx context.Context, name string, raw []byte, _ int) (clerk.Opened, bool, error) {
	out, err := o.Open(ctx, name, raw)
	return out, true, err
}

func (inProcess) Mark(context.Context, string, []byte, []clerk.Mark) ([]clerk.Marked, error) {
	return nil, nil
}

const ours = "jjcj@tongbao.example.com"

var units = []reporting.Submitter{
	{Name: "修水县", Group: reporting.Counties, Addresses: []string{"xs@xiushui.example.com"}, Tables: reporting.Kinds, Copies: []string{"boss@xiushui.example.com"}},
	{Name: "永修县", Group: reporting.Counties, Addresses: []string{"yx@yongxiu.example.com"}, Tables: reporting.Kinds},
}

// newOffice opens an office on a data directory.
func newOffice(t *testing.T, dir string, register []reporting.Submitter) *office.Office {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	paper := press.Office{Name: "九江市“城建项目大会战”指挥部办公室", City: "九江市"}
	return &office.Office{
		Store: st, Opener: inProcess{}, Templates: set, Press: paper, Log: slog.New(slog.DiscardHandler),
		Desk: notice.Desk{From: mail.Address{Name: paper.Name, Address: ours}, Office: paper, Templates: set, Zone: shanghai},
		Rules: office.Rules{Register: reporting.NewRegister(register), Terms: reporting.DefaultTerms(shanghai), Ladder: chase.DefaultLadder(), Quiet: chase.DefaultQuiet(),
			Chasing: true, Addresses: []string{"office@tongbao.example.com"}, Own: []string{ours}, AnswerWithin: 72 * time.Hour, ReceiptsHour: 3},
	}
}

// receive takes a letter in.
func receive(t *testing.T, o *office.Office, from, subject, text string, arrived time.Time, more ...string) store.Letter {
	t.Helper()
	raw, err := letter.Compose(letter.Draft{From: mail.Address{Address: from}, To: ours, Subject: subject, Date: arrived,
		MessageID: fmt.Sprintf("%d.%s", arrived.UnixNano(), from), Text: text})
	if err != nil {
		t.Fatal(err)
	}
	if len(more) > 0 {
		raw = append([]byte(strings.Join(more, "\r\n")+"\r\n"), raw...)
	}
	l, err := o.Receive(t.Context(), store.Arrival{Via: "import", Name: "a.eml", Arrived: arrived}, raw, arrived)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// items lists the letters out whose key begins with prefix.
func items(t *testing.T, o *office.Office, prefix string) (out []outbox.Item) {
	t.Helper()
	err := o.Store.View(func(tx *store.Tx) (err error) {
		out, err = tx.Items(prefix)
		for i := range out {
			if err != nil {
				break
			}
			out[i].Raw, err = tx.RawOut(out[i].Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func textOf(t *testing.T, it outbox.Item) string {
	t.Helper()
	l, err := letter.Read(it.Raw, letter.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return l.Text
}

const chaserSubject = "回复：【催报】修水县尚未报送3月份城建项目报表"

// TestReplies lets a county answer a chaser with words alone.
func TestReplies(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	morning := on(3, 26, 9, 0)
	if _, err := o.Chase(morning); err != nil {
		t.Fatal(err)
	}
	chasers := items(t, o, "chase/2021-03/修水县/")
	if len(chasers) != 1 {
		t.Fatalf("%d chasers", len(chasers))
	}
	quoted := "\n\n在 2021-03-26 09:00:00，\"九江市“城建项目大会战”指挥部办公室\" <" + ours + "> 写道：\n" + textOf(t, chasers[0])

	l := receive(t, o, units[0].Addresses[0], chaserSubject, "本月无滞后项目"+quoted, on(3, 26, 9, 5))
	if l.State != store.Taken || len(l.Tables) != 1 || l.Tables[0].Kind != reporting.Lagging || !l.Tables[0].Nil || l.Tables[0].Period.String() != "2021-03" {
		t.Errorf("a nil report in words: %s %+v", l.State, l.Tables)
	}
	s, err := o.Status(reporting.Period{Year: 2021, Month: 3}, on(3, 26, 9, 6))
	if err != nil {
		t.Fatal(err)
	}
	if st := s.Submitters[0].Tables; st[reporting.Lagging].State != reporting.NilLate || st[reporting.Issues].State != reporting.Missing || st[reporting.Progress].State != reporting.Missing {
		t.Errorf("after it: %+v", st)
	}
	if it := items(t, o, "chase/2021-03/修水县/"); it[0].State != outbox.Withdrawn {
		t.Errorf("the chaser that was queued is %s", it[0].State)
	}
	if n := len(items(t, o, "passed/")); n != 0 {
		t.Errorf("a nil report was passed on in %d letters", n)
	}

	l = receive(t, o, units[0].Addresses[0], chaserSubject, "其余两张表请延期至29日。"+quoted, on(3, 26, 9, 10))
	passed := items(t, o, "passed/"+l.ID+"/")
	if len(passed) != 1 || passed[0].To != "office@tongbao.example.com" {
		t.Fatalf("asking for more time was passed on in %d letters", len(passed))
	}
	if text := textOf(t, passed[0]); !strings.Contains(text, "tongbao extend 修水县 --period 2021-03 --until 2021-03-29") || strings.Contains(text, "未收到") {
		t.Errorf("the office reads:\n%s", text)
	}
	if l.State != store.Idle || len(items(t, o, "receipt/"+l.ID)) != 0 {
		t.Errorf("it is %s and has %d receipts", l.State, len(items(t, o, "receipt/"+l.ID)))
	}

	l = receive(t, o, units[0].Addresses[0], chaserSubject, "请问问题台账的“责任单位”填哪里？"+quoted, on(3, 26, 9, 20))
	if n := len(items(t, o, "passed/"+l.ID+"/")); n != 1 || l.State != store.Idle || len(items(t, o, "receipt/"+l.ID)) != 0 {
		t.Errorf("a question was passed on in %d letters and is %s", n, l.State)
	}
	l = receive(t, o, units[0].Addresses[0], chaserSubject, "收到，谢谢！"+quoted, on(3, 26, 9, 25))
	if n := len(items(t, o, "passed/"+l.ID+"/")); n != 0 || l.State != store.Idle {
		t.Errorf("thanks were passed on in %d letters, %s", n, l.State)
	}
	if n := len(items(t, o, "receipt/")); n != 1 {
		t.Errorf("%d receipts, want that of the nil report alone", n)
	}
}

// TestNeverALoop sends what must not be answered, and more than may be.
func TestNeverALoop(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	for i, marks := range []string{
		"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated", "List-Id: <a.example.com>", "Precedence: bulk", "Return-Path: <>",
		"X-Autoreply: yes", "X-AUTO-REPLY: 1",
	} {
		l := receive(t, o, units[0].Addresses[0], chaserSubject, fmt.Sprintf("请问%d？", i), on(3, 26, 9, i), marks)
		if l.State != store.Automatic {
			t.Errorf("%s: %s", marks, l.State)
		}
	}
	for _, subject := range []string{"自动回复：【催报】", "Out of office", "已读: 报表"} {
		if l := receive(t, o, units[0].Addresses[0], subject, "我在休假", on(3, 26, 10, len(subject))); l.State != store.Automatic {
			t.Errorf("%s: %s", subject, l.State)
		}
	}
	if l := receive(t, o, ours, "Fwd: 报表", "请问？", on(3, 26, 11, 0)); l.State != store.Automatic {
		t.Errorf("our own letter is %s", l.State)
	}
	if n := len(items(t, o, "")); n != 0 {
		t.Errorf("%d letters went out", n)
	}
	for i := range 10 {
		receive(t, o, units[0].Addresses[0], chaserSubject, fmt.Sprintf("请问第%d个问题怎么填？", i), on(3, 26, 12, i))
		receive(t, o, units[1].Addresses[0], "永修县3月份", fmt.Sprintf("本月无滞后项目。本月无问题。%d", i), on(3, 26, 12, i))
	}
	if p, r := len(items(t, o, "passed/")), len(items(t, o, "receipt/")); p != 3 || r != 3 {
		t.Errorf("within an hour %d letters were passed on and %d receipts written, want 3 and 3", p, r)
	}
}

// TestAddressesThatFail: an address that is not there is shown and told once,
// however many letters fail on it, and forgotten when it writes.
func TestAddressesThatFail(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	address := units[0].Addresses[0]
	for i := range 3 {
		if err := o.TellFailed(outbox.Item{Key: fmt.Sprintf("chase/%d", i), Kind: "chase", To: address, Subject: "x", Fault: outbox.FaultAddress, Means: "收件地址不存在或已停用"}, on(3, 26, 9, i)); err != nil {
			t.Fatal(err)
		}
	}
	bounce := func(named string, minute int) {
		receive(t, o, "postmaster@163.example.com", "系统退信", "您的邮件无法送达收件人 <"+named+">，原因：用户不存在 550 5.1.1", on(3, 26, 10, minute), "Auto-Submitted: auto-replied")
	}
	bounce(address, 0)
	bounce("stranger@else.example.com", 1)
	alarms := items(t, o, "alarm/")
	if len(alarms) != 1 || !strings.Contains(textOf(t, alarms[0]), address) {
		t.Errorf("the office is told in %d letters", len(alarms))
	}
	status := func() []store.Bounced {
		s, err := o.Status(reporting.Period{}, on(3, 26, 11, 0))
		if err != nil {
			t.Fatal(err)
		}
		return s.Bounced
	}
	if b := status(); len(b) != 1 || b[0].Address != address {
		t.Errorf("the status shows %+v", b)
	}
	receive(t, o, address, "修水县3月", "请问？", on(3, 26, 12, 0))
	if b := status(); len(b) != 0 {
		t.Errorf("who writes is there, and the status shows %+v", b)
	}
}

// TestPaused: what stops all letters is told once a day, and shown.
func TestPaused(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	pause := func(v outbox.Verdict, now time.Time) {
		if err := o.TellPaused(&outbox.Pause{Until: now.Add(time.Hour), Verdict: v, Cause: errors.New("550 MI:STC")}, now); err != nil {
			t.Fatal(err)
		}
	}
	alarm := outbox.Verdict{Alarm: true, Means: "账号不被允许发信"}
	pause(alarm, on(3, 26, 9, 0))
	pause(alarm, on(3, 26, 10, 0))
	pause(outbox.Verdict{Means: "并发连接过多"}, on(3, 26, 11, 0)) // mends itself
	if list := items(t, o, "alarm/paused/"); len(list) != 1 || !strings.Contains(textOf(t, list[0]), "账号不被允许发信") {
		t.Errorf("told in %d letters", len(list))
	}
	s, err := o.Status(reporting.Period{}, on(3, 26, 11, 30))
	if err != nil || s.Paused == nil || s.Paused.Means != "并发连接过多" {
		t.Errorf("the status shows %+v, %v", s.Paused, err)
	}
	if err := o.Resumed(on(3, 26, 11, 40)); err != nil {
		t.Fatal(err)
	}
	if s, _ := o.Status(reporting.Period{}, on(3, 26, 11, 41)); s.Paused != nil {
		t.Errorf("letters go out again, and the status shows %+v", s.Paused)
	}
	pause(alarm, on(3, 27, 9, 0))
	if n := len(items(t, o, "alarm/paused/")); n != 2 {
		t.Errorf("the next day it was told in %d letters", n)
	}
}

// TestChasing reads what chase --dry-run says at some moments.
func TestChasing(t *testing.T) {
	o := newOffice(t, t.TempDir(), units)
	defer o.Store.Close()
	receive(t, o, units[1].Addresses[0], "永修县3月", "本月无滞后项目，本月无问题。", on(3, 24, 10, 0))
	look := func(now time.Time) office.Chasing {
		ch, err := o.Chasing(now)
		if err != nil {
			t.Fatal(err)
		}
		return ch
	}
	ch := look(on(3, 26, 8, 0))
	if len(ch.Due) != 0 || len(ch.Waiting) != 2 || ch.Waiting[0].Step != "chase-1" || !ch.Waiting[0].Next.Equal(on(3, 26, 9, 0)) {
		t.Errorf("before the first chaser: %+v", ch)
	}
	ch = look(on(3, 26, 9, 0))
	if len(ch.Due) != 2 || !strings.Contains(ch.Due[1].Why, "缺进度表") || strings.Contains(ch.Due[1].Why, "台账") || ch.Due[1].To[0].State != "" {
		t.Errorf("at the first chaser: %+v", ch.Due)
	}
	if len(items(t, o, "")) != 1 { // the receipt
		t.Error("looking queued letters")
	}
	if _, err := o.Chase(on(3, 26, 9, 0)); err != nil {
		t.Fatal(err)
	}
	if ch = look(on(3, 26, 9, 1)); ch.Due[0].To[0].State != outbox.Queued || !strings.Contains(ch.Due[0].Why, "不再发") {
		t.Errorf("when they are queued: %+v", ch.Due[0])
	}
	ch = look(on(3, 29, 9, 0))
	if d := ch.Due[0]; d.Step.Name != "chase-2" || len(d.To) != 2 || !d.To[1].Copy || d.To[1].Address != units[0].Copies[0] {
		t.Errorf("the last step: %+v", d)
	}
	if ch = look(on(3, 27, 10, 0)); len(ch.Due) != 0 || !strings.Contains(ch.Waiting[0].Why, "休息日") {
		t.Errorf("on a Saturday: %+v", ch)
	}
}

// TestTwoADay: one superior of many gets two chasers within a day, no more.
func TestTwoADay(t *testing.T) {
	var many []reporting.Submitter
	for _, s := range reporting.JiujiangCounties()[:5] {
		s.Addresses, s.Copies = []string{s.Code + "@example.com"}, []string{"boss@example.com"}
		many = append(many, s)
	}
	o := newOffice(t, t.TempDir(), many)
	defer o.Store.Close()
	due, err := o.Chase(on(3, 29, 9, 0))
	if err != nil {
		t.Fatal(err)
	}
	n, held := 0, 0
	for _, d := range due {
		n += d.New
		held += len(slices.DeleteFunc(d.To, func(r office.Receiver) bool { return r.Held.IsZero() }))
	}
	if n != 7 || held != 3 {
		t.Errorf("%d letters and %d held back, want 7 and 3", n, held)
	}
	if next, err := o.NextChase(on(3, 29, 9, 1)); err != nil || !next.Equal(on(3, 30, 9, 1)) {
		t.Errorf("next is %s, %v", next, err)
	}
}

// TestReportInWords: a unit of the central city that tells its progress in
// words is not chased, the office reads it, and no sum has it. What the office
// leaves out is owed again.
func TestReportInWords(t *testing.T) {
	unit := reporting.Submitter{Name: "九江市城发集团", Group: reporting.Central, Addresses: []string{"cf@chengfa.example.com"}, Tables: []reporting.Kind{reporting.Progress}}
	o := newOffice(t, t.TempDir(), []reporting.Submitter{unit})
	defer o.Store.Close()
	words := "现将我单位3月份项目进展情况及存在的困难报告如下：\n八里湖大道改造项目总投资1.2亿元，本月完成投资800万元，路基完成60%。\n存在的困难：征迁尚未完成，需市自然资源局协调解决。"
	l := receive(t, o, unit.Addresses[0], "3月份项目进展情况", words, on(3, 24, 10, 0))
	if l.State != store.Taken || len(l.Tables) != 1 || l.Tables[0].Version != 1 {
		t.Fatalf("a report in words is %s: %+v", l.State, l.Tables)
	}
	march := reporting.Period{Year: 2021, Month: 3}
	state := func(now time.Time) reporting.Standing {
		t.Helper()
		s, err := o.Status(march, now)
		if err != nil {
			t.Fatal(err)
		}
		return s.Submitters[0].Tables[reporting.Progress]
	}
	if st := state(on(3, 26, 8, 0)); st.State != reporting.OnTime || st.Rows != 0 {
		t.Errorf("it stands as %+v", st)
	}
	receipt := items(t, o, "receipt/"+l.ID)
	if len(receipt) != 1 || !strings.Contains(textOf(t, receipt[0]), "文字材料") {
		t.Errorf("%d receipts", len(receipt))
	}
	passed := items(t, o, "passed/"+l.ID)
	if len(passed) != 1 {
		t.Fatalf("it was passed on in %d letters", len(passed))
	}
	const leaveOut = "tongbao exclude 九江市城发集团 --period 2021-03 --table progress --version 1"
	if text := textOf(t, passed[0]); !strings.Contains(text, leaveOut) || !strings.Contains(text, "路基完成60%") {
		t.Errorf("the office reads:\n%s", text)
	}
	b, err := o.Compute(march, on(3, 31, 9, 0))
	if err != nil {
		t.Fatal(err)
	}
	if b.Units[0].Reported || len(b.Submissions.OnTime) != 1 {
		t.Errorf("in the bulletin: %+v, on time %v", b.Units[0], b.Submissions.OnTime)
	}
	if again := receive(t, o, unit.Addresses[0], "3月份项目进展情况", words, on(3, 24, 11, 0)); again.State != store.Repeated || len(items(t, o, "passed/")) != 1 {
		t.Errorf("the same again is %s, passed on in %d letters", again.State, len(items(t, o, "passed/")))
	}
	if due, err := o.Chase(on(3, 26, 9, 0)); err != nil || len(due) != 0 {
		t.Errorf("chased: %+v, %v", due, err)
	}
	if err := o.Exclude(march, unit.Name, reporting.Progress, 1, "没有数据", "office", on(3, 26, 10, 0)); err != nil {
		t.Fatal(err)
	}
	if st := state(on(3, 26, 11, 0)); st.State != reporting.Missing {
		t.Errorf("left out, it stands as %+v", st)
	}
}
