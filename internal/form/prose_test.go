package form

import (
	"strings"
	"testing"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

const proseReport = `九江市城发集团2021年3月份项目进展情况及存在的困难
一、项目进展情况
八里湖大道改造项目：总投资1.2亿元，本月完成投资800万元，路基完成60%。
二、存在的困难
征迁尚未完成，需市自然资源局协调解决。`

// spoken is a document of running text.
func spoken(path []string, body bool, words string) Document {
	d := Document{Path: path, Body: body}
	for line := range strings.Lines(words) {
		d.Book.Paragraphs = append(d.Book.Paragraphs, sheet.Paragraph{Text: strings.TrimSpace(line)})
	}
	return d
}

// TestProse: a unit of the central city may report in words; a question, a
// cover letter, a file that could not be used and a county's words are no report.
func TestProse(t *testing.T) {
	file := spoken([]string{"a.eml", "3月项目进展情况.docx"}, false, proseReport)
	lost := reporting.Finding{Path: []string{"a.eml", "进度表.xlsx"}, Code: "damaged", Severity: reporting.Error}
	for _, c := range []struct {
		name     string
		subject  string
		docs     []Document
		findings []reporting.Finding
		county   bool
		want     bool
	}{
		{name: "in the letter", subject: "3月份项目进展情况", docs: []Document{spoken([]string{"a.eml"}, true, proseReport)}, want: true},
		{name: "in a file", subject: "城发集团3月材料", docs: []Document{spoken([]string{"a.eml"}, true, "请查收。"), file}, want: true},
		{name: "a county's", subject: "3月份项目进展情况", docs: []Document{file}, county: true},
		{name: "a question", subject: "3月份项目进展情况", docs: []Document{spoken([]string{"a.eml"}, true, proseReport+"\n请问这样报可以吗？")}},
		{name: "a file with a question", subject: "3月份项目进展情况", docs: []Document{spoken([]string{"a.eml"}, true, "请问格式对不对？"), file}},
		{name: "a cover letter", subject: "3月份项目进展情况", docs: []Document{spoken([]string{"a.eml"}, true, "现报送3月份项目进展情况，请查收。")}},
		{name: "beside a damaged table", subject: "3月份项目进展情况", docs: []Document{file}, findings: []reporting.Finding{lost}},
		{name: "of something else", subject: "会议通知", docs: []Document{spoken([]string{"a.eml"}, true, strings.Repeat("请各单位派员参加3月26日召开的视频会议，会议地点另行通知。\n", 3))}},
		{name: "quoted", subject: "回复：3月份项目进展情况", docs: []Document{spoken([]string{"a.eml"}, true, "收到。\n------------------ 原始邮件 ------------------\n"+proseReport)}},
	} {
		m := Material{File: "a.eml", Letter: &Head{From: "cf@chengfa.example", Subject: c.subject, Received: time.Date(2021, 3, 24, 10, 0, 0, 0, time.UTC)},
			Documents: c.docs, Findings: c.findings}
		r := Read(m, Knowledge{Register: reporting.NewRegister(nil), Submitter: "九江市城发集团", Tables: []reporting.Kind{reporting.Progress}, Prose: !c.county})
		if !c.want {
			if len(r.Tables) != 0 {
				t.Errorf("%s: taken for a report: %+v", c.name, r.Tables)
			}
			continue
		}
		if len(r.Tables) != 1 {
			t.Errorf("%s: %d tables", c.name, len(r.Tables))
			continue
		}
		got := r.Tables[0]
		if got.Kind != reporting.Progress || got.Nil || got.Prose != proseReport || got.Period.String() != "2021-03" || len(got.Rows) != 0 {
			t.Errorf("%s: %+v", c.name, got)
		}
		if len(r.Findings) != 1 || r.Findings[0].Code != "prose" || r.Findings[0].Severity != reporting.Notice {
			t.Errorf("%s: findings %+v", c.name, r.Findings)
		}
	}
}
