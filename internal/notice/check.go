package notice

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"tongbao/internal/outbox"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// Check writes every letter with sample data, so that a template that asks for
// what is not there, or says nothing, is found at the start and not on the 25th.
func Check(set *templates.Set) error {
	d := Desk{From: mail.Address{Name: "指挥部办公室", Address: "office@example.com"}, Templates: set,
		Office: press.Office{Name: "九江市“城建项目大会战”指挥部办公室", City: "九江市", Contact: "办公室", Phone: "0792-0000000"}}
	var faults []error
	for _, s := range samples(set) {
		it, err := s.write(d)
		if err == nil && (len(it.Raw) == 0 || it.Subject == "") {
			err = errors.New("nothing was written")
		}
		if err != nil {
			faults = append(faults, faulty(s.name, err))
		}
	}
	for _, s := range samples(set) { // a body that is empty would be an empty frame
		if n := s.template; n != "" {
			text, err := set.Text(n, s.data(d))
			if err == nil && strings.TrimSpace(text) == "" {
				faults = append(faults, &templates.Fault{File: "letters/" + n + ".txt.tmpl", Words: "没有写出任何文字"})
			}
			html, err := set.HTML(n, s.data(d))
			if err == nil && strings.TrimSpace(html) == "" {
				faults = append(faults, &templates.Fault{File: "letters/" + n + ".html.tmpl", Words: "没有写出任何文字"})
			}
		}
	}
	return errors.Join(once(faults)...)
}

// faulty is an error of a sample: a template's own fault says all by itself.
func faulty(sample string, err error) error {
	var f *templates.Fault
	if errors.As(err, &f) {
		return f
	}
	return fmt.Errorf("sample letter %q: %w", sample, err)
}

// once leaves out what is said twice: a template is in many samples.
func once(faults []error) (out []error) {
	seen := map[string]bool{}
	for _, f := range faults {
		if !seen[f.Error()] {
			seen[f.Error()] = true
			out = append(out, f)
		}
	}
	return out
}

// sample is a letter that never was.
type sample struct {
	name     string
	template string // whose body is to say something
	write    func(Desk) (outbox.Item, error)
	data     func(Desk) any
}

// samples has every letter in the forms that its conditions make.
func samples(set *templates.Set) []sample {
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2021, 3, 26, 9, 0, 0, 0, zone)
	out := []sample{
		{name: "digest", template: "digest", write: func(d Desk) (outbox.Item, error) { return d.Digest(now, sampleDigest(now, false)) }},
		{name: "digest-urgent", write: func(d Desk) (outbox.Item, error) { return d.Digest(now, sampleDigest(now, true)) }},
		{name: "alarm", write: func(d Desk) (outbox.Item, error) {
			return d.Alarm(now, Alarm{Key: "alarm/intake", To: "office@example.com", Subject: "收件中断",
				Text: "自2021年3月26日8:00起收不到邮箱里的来信，原因：登录被拒绝。其间不会催报。\n请检查网络和授权码，必要时运行 tongbao doctor。"})
		}},
		{name: "passed", template: "passed", write: func(d Desk) (outbox.Item, error) { return d.Passed(now, samplePassed(now, false)) },
			data: func(Desk) any { return passed{Unit: "修水县", Lines: []string{"请问"}} }},
		{name: "passed-extension", write: func(d Desk) (outbox.Item, error) { return d.Passed(now, samplePassed(now, true)) }},
		{name: "passed-prose", write: func(d Desk) (outbox.Item, error) { return d.Passed(now, sampleProse(now)) }},
		{name: "draft", write: func(d Desk) (outbox.Item, error) {
			c := sampleCover(true)
			c.Package = "2021年3月份问题交办单和督办函（送审稿）.zip"
			return d.Cover(now, c)
		}},
		{name: "draft-code", write: func(d Desk) (outbox.Item, error) {
			c := sampleCover(true)
			c.Code, c.Command = "K7M2P9QX", "tongbao bulletin release --period 2021-03"
			return d.Cover(now, c)
		}},
		{name: "draft-correction", write: func(d Desk) (outbox.Item, error) {
			c := sampleCover(true)
			c.Correction, c.Subject, c.Command = true, "【更正】2021年3月份全市城建项目推进情况通报更正", "tongbao bulletin release --period 2021-03"
			return d.Cover(now, c)
		}},
		{name: "release", write: func(d Desk) (outbox.Item, error) { return d.Cover(now, sampleCover(false)) }},
	}
	for name, r := range sampleReceipts(now) {
		out = append(out, sample{name: "receipt-" + name, template: "receipt",
			write: func(d Desk) (outbox.Item, error) { return d.Receipt(now, r) }, data: func(d Desk) any { return d.receipt(now, r) }})
	}
	for name, r := range sampleReturns(now) {
		out = append(out, sample{name: "return-" + name, template: "return",
			write: func(d Desk) (outbox.Item, error) { return d.Return(now, r) }, data: func(d Desk) any { return d.receipt(now, r) }})
	}
	for _, template := range append([]string{"reminder", "today", "chaser", "chaser2"}, set.Steps()...) {
		for name, a := range sampleAsks(now) {
			a.Key, a.Template = "chase/2021-03/修水县/2021-03-25/"+template+"/xs@example.com", template
			at := now
			switch template {
			case "reminder":
				at = time.Date(2021, 3, 22, 9, 0, 0, 0, zone)
			case "today":
				at = time.Date(2021, 3, 25, 9, 0, 0, 0, zone)
			case "chaser2":
				a.Nth, a.Formal = 2, true
			}
			out = append(out, sample{name: template + "-" + name, template: template,
				write: func(d Desk) (outbox.Item, error) { return d.ask(at, a) }, data: func(d Desk) any { return d.view(at, a) }})
		}
	}
	out[0].data = func(Desk) any { return digest{Count: 1, Letters: []waiting{{From: "a@example.com"}}} }
	return out
}

var (
	sampleCounty  = reporting.Submitter{Name: "修水县", Group: reporting.Counties, Tables: reporting.Kinds}
	sampleCentral = reporting.Submitter{Name: "九江市城发集团", Group: reporting.Central, Tables: []reporting.Kind{reporting.Progress}}
	sampleMonth   = reporting.Period{Year: 2021, Month: time.March}
)

func sampleAsks(now time.Time) map[string]Ask {
	deadline := time.Date(2021, 3, 25, 23, 59, 59, 0, now.Location())
	base := Ask{To: "xs@example.com", Submitter: sampleCounty, Period: sampleMonth, Deadline: deadline, Limit: time.Date(2021, 3, 30, 17, 0, 0, 0, now.Location()), Missing: reporting.Kinds}
	partial, rejected, central, copied := base, base, base, base
	partial.Missing, partial.Arrived, partial.Rejected = reporting.Kinds[:2], reporting.Kinds[2:], reporting.Kinds[:1]
	rejected.Missing, rejected.Arrived, rejected.Rejected = reporting.Kinds[:1], reporting.Kinds[1:], reporting.Kinds[:1]
	central.Submitter, central.Missing = sampleCentral, sampleCentral.Tables
	copied.Copy = true
	return map[string]Ask{"all": base, "partial": partial, "rejected": rejected, "central": central, "copy": copied}
}

func sampleReceipts(now time.Time) map[string]Receipt {
	deadline := time.Date(2021, 3, 25, 23, 59, 59, 0, now.Location())
	origin := Origin{MessageID: "1@example.com", Subject: "修水县3月城建报表", Arrived: now.Add(-20 * time.Hour), Files: []string{"修水县3月城建项目材料.zip", "问题台账.xlsx"}}
	path := []string{"a.eml", "修水县3月城建项目材料.zip", "进度表.xls"}
	in := func(states ...reporting.State) map[reporting.Kind]reporting.Standing {
		m := map[reporting.Kind]reporting.Standing{}
		for i, s := range states {
			m[reporting.Kinds[i]] = reporting.Standing{State: s}
		}
		return m
	}
	tables := []Recognised{
		{Kind: reporting.Progress, Period: sampleMonth, Path: path, Sheet: "Sheet1", Rows: 46, Parts: 5, Version: 1},
		{Kind: reporting.Issues, Period: sampleMonth, Path: []string{"a.eml", "问题台账.xlsx"}, Sheet: "3月", Rows: 6, Version: 2},
		{Kind: reporting.Lagging, Period: sampleMonth, Path: []string{"a.eml"}, Nil: true, Version: 1},
	}
	full := Receipt{Key: "receipt/1/xs@example.com", To: "xs@example.com", Origin: origin, Submitter: sampleCounty, Period: sampleMonth, Tables: tables,
		Standings: in(reporting.OnTime, reporting.OnTime, reporting.NilIn), Deadline: deadline, Limit: time.Date(2021, 3, 30, 17, 0, 0, 0, now.Location())}
	partial := full
	partial.Tables, partial.Standings = tables[:1], in(reporting.Late, reporting.Rejected, reporting.Missing)
	partial.Origin.Arrived = now.Add(-time.Hour)
	partial.Findings = []reporting.Finding{
		{Path: path, Sheet: "Sheet1", Cell: "H12", Code: "not-a-number", Severity: reporting.Error, Message: "“约300万”不是确定的数，请填写数字。"},
		{Path: path, Sheet: "Sheet1", Cell: "H15", Code: "not-a-number", Severity: reporting.Error, Message: "“约300万”不是确定的数，请填写数字。"},
		{Path: path, Sheet: "Sheet1", Cell: "J20", Code: "total-differs", Severity: reporting.Warning, Message: "合计行为9800，各项目之和为9750，请核对。"},
		{Path: path, Sheet: "Sheet1", Cell: "3", Code: "unit-missing", Severity: reporting.Notice, Message: "表中未写金额单位，按万元登记。"},
	}
	partial.Ignored = []reporting.Ignored{{Path: []string{"a.eml", "扫描件.pdf"}, Reason: "扫描件不能代替电子表格"}}
	partial.Attachments = []Attachment{{Name: "进度表（审核标注）.xlsx", Type: "application/octet-stream", Data: []byte("x")}}
	partial.Opinion = Attachment{Name: "修水县报表审核意见.xlsx", Type: "application/octet-stream", Data: []byte("x")}
	repeated := full
	repeated.Tables = []Recognised{{Kind: reporting.Progress, Period: sampleMonth, Path: path, Sheet: "Sheet1", Rows: 46, Reason: "与已收到的第1版内容相同", Repeated: true}, {Kind: reporting.Issues, Period: sampleMonth.Add(1), Path: path, Sheet: "Sheet2", Reason: "表上写的是2021年4月，该月尚未到"}}
	return map[string]Receipt{"full": full, "partial": partial, "repeated": repeated}
}

func sampleReturns(now time.Time) map[string]Receipt {
	r := sampleReceipts(now)["full"]
	r.Tables = nil
	r.Standings = map[reporting.Kind]reporting.Standing{reporting.Progress: {State: reporting.Rejected}, reporting.Issues: {State: reporting.Missing}, reporting.Lagging: {State: reporting.NilIn}}
	r.Findings = []reporting.Finding{
		{Path: []string{"a.eml", "进度表.xlsx"}, Code: "password", Severity: reporting.Error, Message: "工作簿设有打开密码，无法读取。"},
		{Path: []string{"a.eml"}, Code: "huge-attachment", Severity: reporting.Error, Message: "邮件使用了“超大附件”，无法读取。"},
	}
	bare := r
	bare.Origin.Files, bare.Findings, bare.Limit, bare.Period = nil, nil, time.Time{}, reporting.Period{}
	return map[string]Receipt{"locked": r, "bare": bare}
}

func sampleDigest(now time.Time, urgent bool) Digest {
	d := Digest{Key: "digest/2021-03-26/office@example.com", To: "office@example.com", Urgent: urgent, Letters: []Waiting{
		{ID: "20210326-0123456789ab", From: "a@example.com", Subject: "修水县3月报表", Arrived: now.Add(-time.Hour), Reason: "发件地址未登记", Submitter: "修水县", Period: sampleMonth, Kinds: reporting.Kinds[:2]},
		{ID: "20210326-0123456789ac", From: "b@example.com", Arrived: now, Reason: "发件地址未登记"},
	}}
	if !urgent {
		d.Questions = []Question{{ID: "PVBX71GKP", Submitter: "修水县", Others: []string{"P3K2ABKEN"}, Name: "老城区雨污分流整治", Known: "老城区雨污分流",
			Why: "名称相近，建设地点相同，总投资不同", Period: sampleMonth}}
	}
	return d
}

func samplePassed(now time.Time, extension bool) Passed {
	p := Passed{Key: "passed/20210326-0123456789ab/office@example.com", To: "office@example.com", ID: "20210326-0123456789ab", From: "xs@example.com",
		Subject: "回复：【催报】修水县尚未报送3月份城建项目报表", Arrived: now, Submitter: sampleCounty, Period: sampleMonth,
		Text: "同志们好！\n请问问题台账里的“责任单位”填县直部门还是乡镇？"}
	if extension {
		p.Extension, p.Until = true, time.Date(2021, 3, 28, 0, 0, 0, 0, now.Location())
		p.Text = "因统计人员外出培训，申请延期至28日报送，请批准。"
	}
	return p
}

func sampleProse(now time.Time) Passed {
	p := samplePassed(now, false)
	p.Submitter, p.Version, p.Subject = reporting.Submitter{Name: "九江市城发集团", Group: reporting.Central, Tables: []reporting.Kind{reporting.Progress}}, 1, "3月份项目进展情况"
	p.Text = "九江市城发集团2021年3月份项目进展情况及存在的困难\n一、项目进展情况\n八里湖大道改造项目本月完成投资800万元，路基完成60%。"
	return p
}

func sampleCover(draft bool) Cover {
	return Cover{Key: "bulletin/2021-03/draft/office@example.com", To: "office@example.com", Period: sampleMonth, Draft: draft, Number: "2021-03-0330170000",
		Subject: "【通报】2021年3月份全市城建项目推进情况", Text: "摘要", HTML: "<html><body><p>摘要</p></body></html>",
		Attachments: []Attachment{{Name: "九江市城建项目2021年3月份推进情况通报（送审稿）.docx", Type: "application/octet-stream", Data: []byte("x")}}}
}
