package press

import (
	"fmt"
	"html/template"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/templates"
)

// letter is the data of the templates bulletin/mail.
type letter struct {
	Prose
	Own      *own // the recipient's own figures; nil in the office's copy
	Rankings []htmlTable
	Pictures []figure
	Snapshot string
	Signed   string
	Contact  string
	Phone    string
	Draft    bool
}

// own is what a submitter's copy begins with.
type own struct {
	Name    string
	Span    string // 本月, 本季度
	Figures []pair
	Words   []string // what came and what is to be done
}

// figure is a picture that the letter names.
type figure struct {
	Source template.URL // cid:…, of our own making
	Alt    string
}

type pair struct{ Name, Value string }

// htmlTable is a list as text.
type htmlTable struct {
	Heading, Measure string
	Columns          []string
	Lines            []htmlLine
	Notes            []string
}

type htmlLine struct {
	Cells  []string
	Remark string
	Span   int // columns of the remark
	Total  bool
	Own    bool
	Short  bool // its name is kept on one line: on a telephone it would be one character wide
}

// mailColumns are the columns of a ranking that a letter has room for.
var mailColumns = map[string]bool{"序位": true, "序号": true, "地区": true, "责任单位": true, "项目数": true, "年度计划投资": true, "累计完成": true, "占年度计划": true, "与序时比（±百分点）": true, "升降": true}

// Mail sets the letter: its subject, HTML and plain text. Recipient is the
// submitter whose copy it is and begins with; "" is the office's. The HTML
// names the charts that Pictures draws, which go beside it.
func Mail(b bulletin.Bulletin, o Office, t *templates.Set, recipient string) (subject, html, text string, err error) {
	p := newPaper(b, o)
	v := letter{Snapshot: snapshotLine(b), Signed: o.signature(), Contact: o.Contact, Phone: o.Phone, Draft: !o.Released}
	if v.Prose, err = prose(p, t); err != nil {
		return "", "", "", err
	}
	for _, l := range rankings(p.Bulletin) {
		v.Rankings = append(v.Rankings, htmlOf(l, recipient))
	}
	for _, x := range pictures(p) {
		v.Pictures = append(v.Pictures, figure{template.URL("cid:" + x.id), x.alt})
	}
	subject = "【通报】" + p.Period.Chinese() + "份全市城建项目推进情况"
	if recipient != "" {
		name := tidy(recipient)
		v.Own = ownOf(p, name)
		subject += "（" + clip(name, 40-len([]rune(subject))-2) + "）"
	}
	if html, err = t.HTML("bulletin/mail", v); err != nil {
		return "", "", "", fmt.Errorf("set the bulletin's letter: %w", err)
	}
	if text, err = t.Text("bulletin/mail", v); err != nil {
		return "", "", "", fmt.Errorf("set the bulletin's letter: %w", err)
	}
	return subject, strings.TrimSpace(html) + "\n", strings.TrimSpace(text) + "\n", nil
}

func htmlOf(l list, recipient string) htmlTable {
	for i := range l.columns {
		l.columns[i].wide = !mailColumns[l.columns[i].title]
	}
	return htmlAll(l, recipient)
}

// htmlAll is a list as a letter shows it, with all columns that paper has.
func htmlAll(l list, recipient string) htmlTable {
	l = l.narrow(maxLines)
	out := htmlTable{Heading: l.heading, Measure: l.measure, Notes: l.notes}
	for _, c := range l.columns {
		out.Columns = append(out.Columns, c.title)
	}
	for _, x := range l.lines {
		h := htmlLine{Remark: x.remark, Span: len(l.columns) - len(x.cells), Total: x.total}
		for i, v := range x.cells {
			s := l.columns[i].kind.show(v)
			if x.total && v == "" {
				s = ""
			}
			h.Cells = append(h.Cells, s)
			h.Own = h.Own || recipient != "" && i == 1 && v == recipient
		}
		if x.remark == "" {
			for h.Span = 0; len(h.Cells) < len(l.columns); {
				h.Cells = append(h.Cells, "")
			}
		}
		h.Short = len(h.Cells) > 1 && width(h.Cells[1]) <= 500
		out.Lines = append(out.Lines, h)
	}
	return out
}

// ownOf gathers the unit's own figures.
func ownOf(p paper, name string) *own {
	out := &own{Name: name, Span: "本月"}
	if u, ok := p.Unit(name); ok && u.Reported {
		add := func(title string, k kind, v any, unit string) {
			if s := k.show(v); s != absent {
				out.Figures = append(out.Figures, pair{title, s + unit})
			}
		}
		if u.Rank > 0 && u.Group != "central" {
			out.Figures = append(out.Figures, pair{u.Group.Title() + "排位", fmt.Sprintf("第%d位（共%d家参与排位%s）", u.Rank, len(p.Ranked(u.Group)), movedWords(u))})
		}
		add("项目数", count, u.Figures.Projects, "个")
		add("年度计划投资", yi, u.YearPlan, "亿元")
		add("本月完成投资", yi, u.MonthDone, "亿元")
		add("累计完成投资", yi, u.YTDDone, "亿元")
		add("占年度计划", pct, u.YTDPct, "%")
		add("与序时进度比", pp, u.GapPP, "个百分点")
		add("开工率", pct, u.StartRate, "%")
		add("入统率", pct, u.StatsRate, "%")
		add("上报的滞后项目", count, u.Lagging, "个")
		add("尚未解决的问题", count, u.IssuesOpen, "个")
	}
	for _, s := range p.Submissions.Units {
		if s.Unit != name {
			continue
		}
		words := "报送情况：" + s.Result
		if len(s.Lacks) > 0 {
			words += "，缺" + strings.Join(s.Lacks, "、") + "，请尽快补报"
		}
		out.Words = append(out.Words, words+"。")
	}
	if n := mine(p.LateStarts, name); len(n) > 0 {
		out.Words = append(out.Words, fmt.Sprintf("按计划应于%s前开工而未开工的项目%d个：%s。", p.MonthEnd(), len(n), enumerate(n, 8, "个")))
	}
	if n := mine(p.Unregistered, name); len(n) > 0 {
		out.Words = append(out.Words, fmt.Sprintf("已开工未入统的项目%d个：%s。", len(n), enumerate(n, 8, "个")))
	}
	for _, u := range p.Issues.Units {
		if u.Unit == name && u.Overdue > 0 {
			out.Words = append(out.Words, fmt.Sprintf("超过整改时限的问题%d个，请抓紧办理。", u.Overdue))
		}
		if u.Unit == name && u.Gone > 0 {
			out.Words = append(out.Words, fmt.Sprintf("上月尚未销号、本月台账没有列出的问题%d个，请核实说明。", u.Gone))
		}
	}
	return out
}

func movedWords(u bulletin.Unit) string {
	n, ok := u.Moved()
	switch {
	case !ok:
		return ""
	case n > 0:
		return fmt.Sprintf("，较上月前进%d位", n)
	case n < 0:
		return fmt.Sprintf("，较上月后退%d位", -n)
	}
	return "，与上月持平"
}

func mine(list []bulletin.Named, name string) (out []string) {
	for _, x := range list {
		if x.Unit == name {
			out = append(out, clip(x.Project, maxProject))
		}
	}
	return out
}
