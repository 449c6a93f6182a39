package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
)

// scene is one thing that happens: a letter to the mailbox, or the office's own doing.
type scene struct {
	at   time.Time
	who  string
	what string
	mail mail
	act  func(*stage) error
}

// stage is where the scenes are played.
type stage struct {
	ctx       context.Context
	clock     *schedule.Simulated
	post      *postoffice.Office
	house     *daemon.House
	tell      *teller
	out       string
	until     time.Time
	delivered int
}

// play lets the clock run from scene to scene.
func (s *stage) play() error {
	scenes := script()
	slices.SortStableFunc(scenes, func(a, b scene) int { return a.at.Compare(b.at) })
	for _, sc := range scenes {
		if !s.until.IsZero() && sc.at.After(s.until) {
			break
		}
		if err := s.clock.AdvanceTo(s.ctx, sc.at); err != nil {
			return err
		}
		s.tell.say(sc.at, sc.who, sc.what)
		if sc.act != nil {
			if err := sc.act(s); err != nil {
				return err
			}
			continue
		}
		s.delivered++
		raw := sc.mail.raw(sc.at, s.delivered)
		name := fmt.Sprintf("%03d-%s-%s.eml", s.delivered, sc.at.Format("0102-1504"), sc.who)
		if err := os.WriteFile(filepath.Join(s.out, "来信", name), raw, 0o644); err != nil {
			return fmt.Errorf("keep letter: %w", err)
		}
		if err := s.post.Deliver("INBOX", raw, sc.at); err != nil {
			return fmt.Errorf("deliver letter: %w", err)
		}
	}
	end := day(6, 2, 12, 0)
	if !s.until.IsZero() {
		end = s.until
	}
	return s.clock.AdvanceTo(s.ctx, end)
}

func (p player) mail(subject, text string, files ...file) mail {
	return mail{from: p.address(), subject: subject, text: text, files: files}
}

// three are a submitter's tables in three files.
func (p player) three(month int, fault bool) []file {
	return []file{
		{p.name + fmt.Sprintf("%d月城建项目进度表.xlsx", month), xlsx(p.progress(month, fault))},
		{p.name + fmt.Sprintf("%d月城建项目问题台账.xlsx", month), xlsx(p.issues(month))},
		{p.name + fmt.Sprintf("%d月进度滞后项目清单.xlsx", month), xlsx(p.lagging(month))},
	}
}

func (p player) book(month int, fault bool) file {
	return file{fmt.Sprintf("%s%d月报表.xlsx", p.name, month), xlsx(p.progress(month, fault), p.issues(month), p.lagging(month))}
}

func subject(p player, month int) string { return fmt.Sprintf("%s%d月城建报表", p.name, month) }

// script is the whole story. Players are named by their place in the cast.
func script() []scene {
	var out []scene
	for month := 3; month <= 5; month++ {
		out = append(out, punctual(month)...)
		out = append(out, central(month)...)
		out = append(out, troubles(month)...)
		out = append(out, scene{at: day(month, 26, 8, 0), who: "办公室", what: "看一眼报送情况", act: func(s *stage) error { return s.look(month) }},
			scene{at: day(month+1, 1, 12, 0), who: "办公室", what: fmt.Sprintf("%d月通报已经收到", month), act: func(s *stage) error { return s.publish(month) }})
	}
	return append(out, extras()...)
}

// punctual are the counties that send on time, each in its own way.
func punctual(month int) []scene {
	var out []scene
	add := func(i, d, h, m int, what string, l mail) {
		out = append(out, scene{at: day(month, d, h, m), who: cast[i].name, what: what, mail: l})
	}
	p := cast[0]
	add(0, 22, 15, 10, "一封信，三个附件", p.mail(subject(p, month), "附件请查收。", p.three(month, false)...))
	p = cast[1]
	add(1, 23, 9, 42, "三张表打成一个压缩包，文件名是 GBK", p.mail(subject(p, month), "见压缩包。", file{"报送材料.zip", gbkZip(p.three(month, false))}))
	p = cast[2]
	add(2, 24, 10, 5, "一个工作簿，三张工作表", p.mail(subject(p, month), "", p.book(month, false)))
	p = cast[4]
	add(4, 24, 16, 30, "一个工作簿，三张工作表", p.mail(subject(p, month), "请审阅。", p.book(month, month == 3)))
	p = cast[6]
	add(6, 25, 17, 20, "两个附件，正文说明无滞后项目（零报告）", p.mail(subject(p, month),
		fmt.Sprintf("现报送我县%d月份进度表和问题台账。本月无进度滞后项目。", month), p.three(month, false)[:2]...))
	p = cast[9]
	for i, f := range p.three(month, false) {
		add(9, 24+i/2, 9+3*i, 15, "三封信各带一个附件", p.mail(subject(p, month), "", f))
	}
	p = cast[10]
	add(10, 25, 8, 55, "网页系统导出的“xls”，其实是 HTML", p.mail(subject(p, month), "",
		file{fmt.Sprintf("进度表%d月.xls", month), []byte("<html><meta charset=\"utf-8\"><body>" + p.progress(month, false).html() + "</body></html>")},
		p.three(month, false)[1], p.three(month, false)[2]))
	return out
}

// central are the units of the central city, which owe the progress table only.
func central(month int) []scene {
	var out []scene
	for i, p := range cast[13:] {
		l := p.mail(subject(p, month), "", p.three(month, false)[0])
		what := "进度表"
		if i == 1 {
			l = p.mail(subject(p, month), "")
			l.html, what = "<p>进度如下：</p>"+p.progress(month, false).html(), "进度表贴在正文里，没有附件"
		}
		at := day(month, 23+i%2, 10+i, 20)
		if i == 3 && month == 4 {
			at, what = day(4, 27, 9, 30), "进度表（迟了两天）"
		}
		out = append(out, scene{at: at, who: p.name, what: what, mail: l})
	}
	return out
}

// troubles are those who are late, missing, wrong or unknown.
func troubles(month int) []scene {
	var out []scene
	add := func(at time.Time, i int, what string, l mail) {
		out = append(out, scene{at: at, who: cast[i].name, what: what, mail: l})
	}
	// 武宁县 sends half and the rest after the first chaser.
	p := cast[3]
	add(day(month, 24, 11, 0), 3, "只有进度表，缺两张", p.mail(subject(p, month), "台账稍后。", p.three(month, false)[0]))
	add(day(month, 28, 14, 0), 3, "催报后补齐", p.mail(subject(p, month)+"（补）", "", p.three(month, false)[1:]...))
	// 永修县 corrects itself.
	p = cast[5]
	add(day(month, 23, 14, 0), 5, "三个附件，合计与明细不符", p.mail(subject(p, month), "", p.three(month, true)...))
	add(day(month, 24, 9, 0), 5, "更正后重报", p.mail("【更正】"+subject(p, month), "以此为准。", p.three(month, false)[0]))
	// 都昌县 sends a scan first.
	p = cast[7]
	scan := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	if month != 5 {
		add(day(month, 24, 15, 0), 7, "只有盖章扫描件", p.mail(subject(p, month), "盖章件见附件。", file{"盖章扫描件.pdf", scan}))
	}
	add(day(month, 25, 10, 30), 7, "电子表", p.mail(subject(p, month), "", p.book(month, false)))
	// 湖口县 is late in March and May, and on time in April.
	p = cast[8]
	d := map[int]time.Time{3: day(3, 26, 15, 0), 4: day(4, 24, 9, 0), 5: day(5, 27, 10, 0)}[month]
	add(d, 8, "三个附件", p.mail(subject(p, month), "", p.three(month, false)...))
	// 共青城市 is on time but for May, when it never sends.
	if p = cast[11]; month != 5 {
		add(day(month, 25, 11, 11), 11, "一个工作簿", p.mail(subject(p, month), "", p.book(month, false)))
	}
	// 庐山市 writes from an address that nobody registered, until the office assigns it.
	p = cast[12]
	l := p.mail(subject(p, month), "我市报表。", p.book(month, false))
	l.from = "300000012@qq.example.com"
	add(day(month, 24, 20, 15), 12, "换了一个没有登记的地址", l)
	return out
}

// extras are what happens once.
func extras() []scene {
	auto := mail{from: cast[2].address(), subject: "自动回复：【报送提醒】", text: "您好，我正在休假。", header: "Auto-Submitted: auto-replied\r\n"}
	spam := mail{from: "sales@shop.example.com", subject: "办公家具特价", text: "欢迎选购。"}
	old := cast[6].mail("回复：4月城建报表", "数据同上次，谢谢。", cast[6].three(4, false)[0])
	return []scene{
		{at: day(3, 22, 10, 0), who: cast[2].name, what: "自动回复", mail: auto},
		{at: day(4, 20, 10, 0), who: "陌生人", what: "广告", mail: spam},
		{at: day(4, 28, 9, 0), who: cast[6].name, what: "回复里带着旧附件", mail: old},
		{at: day(3, 25, 9, 30), who: "办公室", what: "认领庐山市的信，并记住地址", act: func(s *stage) error { return s.assign("庐山市") }},
	}
}

// gbkZip packs files as WinRAR and old Windows do: names in GBK, in a folder.
func gbkZip(files []file) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: gbk("报送材料/" + f.name), NonUTF8: true, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(f.data)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// assign takes the oldest waiting letter that looks like the submitter's.
func (s *stage) assign(as string) error {
	st, err := s.house.Office.Status(reporting.Period{}, s.clock.Now())
	if err != nil {
		return err
	}
	for _, q := range st.Quarantine {
		if q.Guess != nil && q.Guess.Submitter == as {
			if _, err := s.house.Office.Assign(s.ctx, q.ID, as, true, "operator", s.clock.Now()); err != nil {
				return err
			}
			s.tell.more("已认领给" + as)
			return nil
		}
	}
	return fmt.Errorf("no letter of %s waits", as)
}

// look prints who sent what.
func (s *stage) look(month int) error {
	st, err := s.house.Office.Status(reporting.Period{Year: 2021, Month: time.Month(month)}, s.clock.Now())
	if err != nil {
		return err
	}
	words := map[reporting.State]string{reporting.OnTime: "按时", reporting.Late: "迟报", reporting.NilIn: "零报告", reporting.NilLate: "零报告（迟）",
		reporting.Missing: "未报", reporting.Due: "待报", reporting.Exempt: "免报", reporting.Rejected: "退改"}
	for _, sub := range st.Submitters {
		line := ""
		for _, k := range reporting.Kinds {
			if x, ok := sub.Tables[k]; ok {
				line += "　" + k.Short() + words[x.State]
			}
		}
		s.tell.more(sub.Name + line)
	}
	return nil
}

// publish keeps the month's bulletin in all its forms.
func (s *stage) publish(month int) error {
	p := reporting.Period{Year: 2021, Month: time.Month(month)}
	b, err := s.house.Office.Compute(p, s.clock.Now())
	if err != nil {
		return err
	}
	f, err := s.house.Office.Print(b, "", true)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.out, "通报", p.String())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("keep bulletin: %w", err)
	}
	for name, data := range map[string][]byte{f.WordName: f.Word, f.WorkbookName: f.Workbook, "摘要.html": []byte(f.SelfContained()), "摘要.txt": []byte(f.Text)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return fmt.Errorf("keep bulletin: %w", err)
		}
	}
	s.tell.more("三种形式写在 " + dir)
	return nil
}

// gbk spells a text in the bytes that Chinese Windows uses.
func gbk(s string) string {
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		return s
	}
	return out
}

// Delivered is one letter of the story and when it arrives.
type Delivered struct {
	Raw     []byte
	Arrived time.Time
}

// Letters are the story's letters that arrive before the given time.
func Letters(before time.Time) []Delivered {
	scenes := script()
	slices.SortStableFunc(scenes, func(a, b scene) int { return a.at.Compare(b.at) })
	var out []Delivered
	for _, sc := range scenes {
		if sc.act == nil && sc.at.Before(before) {
			out = append(out, Delivered{sc.mail.raw(sc.at, len(out)+1), sc.at})
		}
	}
	return out
}

// Submitters are the story's cast, as a configuration lists them.
func Submitters() []reporting.Submitter {
	var out []reporting.Submitter
	for _, p := range cast {
		out = append(out, reporting.Submitter{Name: p.name, Group: reporting.Group(p.group), Addresses: []string{p.address()}})
	}
	return out
}
