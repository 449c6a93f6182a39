package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// Origin is the letter that is answered.
type Origin struct {
	MessageID  string // with or without brackets; "" leaves the answer outside the thread
	Subject    string
	References []string
	Arrived    time.Time
	Files      []string // names of its attachments
}

// Recognised is one table of the letter and what became of it.
type Recognised struct {
	Kind   reporting.Kind
	Period reporting.Period
	Path   []string // from the letter on
	Sheet  string
	Number int // 1-based, where the file has no sheets
	Rows   int
	Parts  int // of Rows, those that belong to another row: sub-projects
	Nil    bool
	Prose  bool // a report in words
	// Version is above 1 where the table replaces one that came before.
	Version int
	Reason  string // why it was not taken in, "" where it was
	// Repeated: it is not taken in because it was before; nothing is wrong.
	Repeated bool
}

// Receipt is what a letter's sender is told of it. Return takes the same, for
// a letter of which nothing could be used.
type Receipt struct {
	Key, To     string
	Origin      Origin
	Submitter   reporting.Submitter
	Period      reporting.Period // that the letter reports for
	Tables      []Recognised
	Standings   map[reporting.Kind]reporting.Standing // of Period, this letter included
	Deadline    time.Time                             // the submitter's own
	Limit       time.Time                             // until when a correction still counts: the freeze
	Findings    []reporting.Finding
	Ignored     []reporting.Ignored
	Attachments []Attachment // the sender's own workbooks with the findings in them
	Opinion     Attachment   // a list of the findings that no copy shows; no name is none
}

// receipt is the data of the templates "receipt" and "return".
type receipt struct {
	Arrived, Subject, Files string
	Month                   string // 3月份, "" where it is not known
	Summary                 string // 城建项目进度表（41个项目）、城建项目问题台账（零报告）
	Tables                  []recognised
	Unused                  []recognised
	Repeats                 []recognised
	Late                    bool
	After                   bool   // it came after the freeze
	Owed, Again             string // tables that have not come; that came and could not be used
	Owes                    bool   // anything is still to be sent
	Before                  string // 3月25日前（含当日）, "" where nothing can be asked for any more
	NilHint                 string
	Sections                []section
	Errors, Warnings        int
	Ways                    []string // ways out, for a return
	Ignored                 []line
	MoreIgnored             int
	Attachments             []string
	Opinion                 string
	Mailbox                 string
}

// recognised is a table in the letter's list.
type recognised struct{ Title, Month, Where, What, Note string }

// Receipt tells a submitter what was recognised in its letter, what is still
// owed, and what to look at.
func (d Desk) Receipt(now time.Time, r Receipt) (outbox.Item, error) {
	data := d.receipt(now, r)
	tag := ""
	if data.Errors > 0 || len(data.Unused) > 0 {
		tag = "【请更正】"
	}
	return d.answer(now, r, "receipt", tag, data)
}

// Return tells a submitter that nothing in its letter could be used, why, and
// what to send instead (退改).
func (d Desk) Return(now time.Time, r Receipt) (outbox.Item, error) {
	data := d.receipt(now, r)
	data.Ways = ways(r.Findings)
	return d.answer(now, r, "return", "【退改】", data)
}

func (d Desk) answer(now time.Time, r Receipt, template, tag string, data receipt) (outbox.Item, error) {
	n := note{key: r.Key, kind: "receipt", to: r.To, subject: reply(r.Origin.Subject, tag), submitter: r.Submitter.Name, period: r.Period,
		automatic: autoReplied, greeting: greet(r.Submitter), template: template, data: data, attachments: r.Attachments}
	if r.Opinion.Name != "" {
		n.attachments = append(slices.Clone(r.Attachments), r.Opinion)
	}
	n.inReplyTo, n.references = thread(r.Origin)
	return d.item(now, n)
}

func (d Desk) receipt(now time.Time, r Receipt) receipt {
	now = d.local(now)
	deadline, freeze := d.local(r.Deadline), d.local(r.Limit)
	v := receipt{Arrived: moment(d.local(r.Origin.Arrived)), Subject: clean(r.Origin.Subject, goodLength), Files: files(r.Origin.Files),
		Month: month(r.Period), Mailbox: d.From.Address}
	if r.Period.IsZero() {
		v.Month = ""
	}
	var summary []string
	for _, t := range r.Tables {
		line := recogniseLine(t, r)
		if t.Repeated {
			v.Repeats = append(v.Repeats, line)
			continue
		}
		if t.Reason != "" {
			v.Unused = append(v.Unused, line)
			continue
		}
		v.Tables = append(v.Tables, line)
		summary = append(summary, line.Title+"（"+line.What+"）")
	}
	v.Summary = strings.Join(summary, "、")
	missing, again := owed(r.Submitter, r.Standings)
	v.Owed, v.Again, v.Owes = titles(missing, r.Submitter), titles(again, r.Submitter), len(missing)+len(again) > 0
	v.NilHint = nilHint(missing)
	switch {
	case !r.Deadline.IsZero() && !now.After(deadline):
		v.Before = before(deadline, r.Period)
	case !r.Limit.IsZero() && now.Before(freeze):
		v.Before = before(freeze, r.Period)
	}
	arrived := d.local(r.Origin.Arrived).Truncate(time.Second)
	v.Late = len(v.Tables) > 0 && !r.Deadline.IsZero() && arrived.After(deadline) && slices.ContainsFunc(r.Tables, func(t Recognised) bool {
		s := r.Standings[t.Kind].State
		return t.Reason == "" && !t.Repeated && t.Period == r.Period && (s == reporting.Late || s == reporting.NilLate)
	})
	v.After = len(v.Tables) > 0 && !r.Limit.IsZero() && arrived.After(freeze)
	v.Sections = sections(r.Findings)
	for _, s := range v.Sections {
		switch s.Tone {
		case string(reporting.Error):
			v.Errors = s.Count
		case string(reporting.Warning):
			v.Warnings = s.Count
		}
	}
	v.Ignored, v.MoreIgnored = ignored(r.Ignored)
	v.Attachments, v.Opinion = names(r.Attachments), clean(r.Opinion.Name, maxName)
	return v
}

// recogniseLine is a table as the letter lists it.
func recogniseLine(t Recognised, r Receipt) recognised {
	line := recognised{Title: title(t.Kind, r.Submitter), Where: whereIs(reporting.Finding{Path: t.Path, Sheet: t.Sheet, Number: t.Number}),
		Note: clean(t.Reason, maxWords)}
	if t.Period != r.Period && !t.Period.IsZero() {
		line.Month = t.Period.Chinese() + "份"
	}
	switch {
	case t.Nil:
		line.What = "零报告"
	case t.Prose:
		line.What = "文字材料"
	case t.Parts > 0:
		line.What = fmt.Sprintf("%s，另有子项目%d个", amount(t.Kind, t.Rows-t.Parts), t.Parts)
	default:
		line.What = amount(t.Kind, t.Rows)
	}
	if line.Month != "" {
		line.What = line.Month + "，" + line.What
	}
	if line.Note == "" && t.Version > 1 {
		line.Note = fmt.Sprintf("第%d次报送，以本次为准", t.Version)
	}
	return line
}

// owed sorts what a submitter still has to send: what has not come, and what
// came and could not be used.
func owed(s reporting.Submitter, standings map[reporting.Kind]reporting.Standing) (missing, again []reporting.Kind) {
	for _, k := range reporting.Kinds {
		if !s.Owes(k) {
			continue
		}
		switch state := standings[k].State; {
		case state == reporting.Rejected:
			again = append(again, k)
		case state != reporting.Exempt && !state.Arrived():
			missing = append(missing, k)
		}
	}
	return missing, again
}

// nilHint says how a nil report is made, for those of the tables that can be nil.
func nilHint(kinds []reporting.Kind) string {
	var words []string
	for _, k := range kinds {
		switch k {
		case reporting.Issues:
			words = append(words, "“本月无问题”")
		case reporting.Lagging:
			words = append(words, "“本月无滞后项目”")
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "确无内容的，请回复注明" + strings.Join(words, "或") + "，按零报告登记。"
}

// files names the attachments as the letter's first sentence does.
func files(list []string) string {
	switch {
	case len(list) == 0:
		return ""
	case len(list) == 1:
		return "附件" + fileName(list[0])
	}
	return fmt.Sprintf("%s等%d个附件", fileName(list[0]), len(list))
}

func names(list []Attachment) []string {
	var out []string
	for _, a := range list {
		out = append(out, clean(a.Name, maxName))
	}
	return out
}
