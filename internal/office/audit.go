package office

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Act is one line of the audit log: who or what changed what, and when. The
// log is no book of its own: it is the journal, and what the machine recorded
// of each letter when it took it in.
type Act struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`     // "daemon", or who decided
	Action string    `json:"action"` // the journal's word; "receive" for a letter in
	Text   string    `json:"text"`   // Chinese
	Letter string    `json:"letter,omitempty"`
	store.Entry
}

// Audit lists all acts at or after since, in order.
func (o *Office) Audit(since time.Time) ([]Act, error) {
	out := []Act{}
	err := o.EachAct(since, func(a Act) error { out = append(out, a); return nil })
	return out, err
}

// LastActs lists the last acts at or after since, at most so many, in order,
// and how many came before them.
func (o *Office) LastActs(since time.Time, most int) (out []Act, before int, err error) {
	err = o.EachAct(since, func(a Act) error {
		if out = append(out, a); len(out) == 2*most {
			out = append(out[:0], out[most:]...)
			before += most
		}
		return nil
	})
	if n := len(out) - most; n > 0 {
		out, before = out[n:], before+n
	}
	return out, before, err
}

// actsAtOnce is how many letters are read in one transaction.
const actsAtOnce = 200

// EachAct calls fn for each act at or after since, in the order in which they
// were done: decisions in that of the journal, and letters between them by when
// they were taken in. It reads nothing of before, and holds no transaction
// while fn runs.
func (o *Office) EachAct(since time.Time, fn func(Act) error) error {
	var letters []store.Letter
	place, more := "", true
	// upTo tells of the letters that were taken in before an entry; all where it is nil.
	upTo := func(e *store.Entry) error {
		for {
			if len(letters) == 0 && more {
				err := o.Store.View(func(t *store.Tx) (err error) {
					letters, place, err = t.LettersTaken(since, place, actsAtOnce)
					return err
				})
				if err != nil {
					return err
				}
				more = len(letters) == actsAtOnce
			}
			if len(letters) == 0 {
				return nil
			}
			l := letters[0]
			at := l.Taken
			if at.IsZero() {
				at = l.Arrived
			}
			if e != nil && cmp.Or(at.Compare(e.At), cmp.Compare(l.ID, e.Letter)) >= 0 {
				return nil
			}
			letters = letters[1:]
			err := fn(Act{At: at.In(o.Rules.Terms.Zone), By: cmp.Or(l.By, "daemon"), Action: "receive", Text: letterText(l, waited(l)), Letter: l.ID})
			if err != nil {
				return err
			}
		}
	}
	err := o.Store.EntriesSince(since, func(e store.Entry) error {
		if err := upTo(&e); err != nil {
			return err
		}
		return fn(Act{At: e.At, By: e.By, Action: e.Action, Text: entryText(e, o.Rules.Terms.Zone), Letter: e.Letter, Entry: e})
	})
	if err != nil {
		return err
	}
	return upTo(nil)
}

// waited reports whether a letter waited until somebody decided.
func waited(l store.Letter) bool {
	return l.State == store.Dropped || strings.Contains(l.Reason, assigned)
}

// Who names who acted, as a person reads it: the program, somebody at the
// command line, or the name that a page or a letter gives.
func Who(by string) string {
	switch name, typed := strings.CutPrefix(by, "operator"); {
	case by == "daemon":
		return "程序"
	case by == "operator":
		return "管理员"
	case typed:
		return "管理员" + strings.TrimRight(" "+strings.TrimSpace(name), " ")
	}
	return by
}

// letterStates are the words for what became of a letter.
var letterStates = map[store.LetterState]string{
	store.Taken: "已收", store.Repeated: "重复，不另存", store.Rejected: "无法采用，退改", store.Quarantined: "待认领",
	store.Automatic: "自动邮件，不处理", store.Idle: "无报表", store.Dropped: "搁置",
}

// LetterWord is what became of a letter, in the words of the office.
func LetterWord(s store.LetterState) string { return letterStates[s] }

// letterText says what became of a letter when it came. Of one that waited,
// that it waited: what followed is in the journal.
func letterText(l store.Letter, waited bool) string {
	from := cmp.Or(l.From, l.Name)
	if waited {
		return fmt.Sprintf("收到%s的来信《%s》：待认领", from, l.Subject)
	}
	var stored []string
	for _, s := range l.Tables {
		text := fmt.Sprintf("%s%s%s第%d版", s.Submitter, s.Period.Chinese(), s.Kind.Short(), s.Version)
		if s.Version > 0 && !slices.Contains(stored, text) { // a version may be of several sheets
			stored = append(stored, text)
		}
	}
	text := fmt.Sprintf("收到%s的来信《%s》：%s", from, l.Subject, letterStates[l.State])
	if l.Via == "import" {
		text = fmt.Sprintf("补录%s：%s", l.Name, letterStates[l.State])
	}
	if len(stored) > 0 {
		text += "，存为" + strings.Join(stored, "、")
	}
	return text
}

// entryText says a line of the journal in Chinese.
func entryText(e store.Entry, zone *time.Location) string {
	table := e.Submitter + e.Period.Chinese() + e.Kind.Short()
	text := map[string]func() string{
		"assign": func() string {
			s := fmt.Sprintf("来信%s认领给%s", e.Letter, e.Submitter)
			if e.Address != "" {
				s += "，并记住地址" + e.Address
			}
			return s
		},
		"drop": func() string { return "来信" + e.Letter + "搁置" },
		"extend": func() string {
			return fmt.Sprintf("%s%s延期至%s", e.Submitter, e.Period.Chinese(), e.Until.In(zone).Format("2006年1月2日15:04"))
		},
		"exclude": func() string { return fmt.Sprintf("%s第%d版排除", table, e.Version) },
		"include": func() string { return fmt.Sprintf("%s第%d版恢复计入", table, e.Version) },
		"merge":   func() string { return fmt.Sprintf("%s的项目%s并入%s", e.Submitter, e.Other, e.Project) },
		"split":   func() string { return fmt.Sprintf("%s的项目%s拆出%s", e.Submitter, e.Project, e.Other) },
		"apart": func() string {
			return fmt.Sprintf("%s的项目%s与%s确认为两个项目", e.Submitter, e.Project, e.Other)
		},
		"votes": func() string {
			return fmt.Sprintf("录入%s观摩投票，%d个参评", reporting.QuarterOf(e.Period).Chinese(), len(e.Votes))
		},
		"award": func() string { return awardText(e) },
		"publish": func() string {
			if e.Edition.Quarter() != "" {
				return fmt.Sprintf("生成%s（%s）", editionWords(e.Period, e.Edition), e.Number)
			}
			return fmt.Sprintf("生成%s份通报（%s）", e.Period.Chinese(), e.Number)
		},
		"release": func() string {
			return fmt.Sprintf("核签外发%s（%s）", editionWords(e.Period, e.Edition), e.Number)
		},
		"hold": func() string {
			return fmt.Sprintf("退回%s的送审稿（%s）", editionWords(e.Period, e.Edition), e.Number)
		},
		"sent":         func() string { return "发出邮件 " + e.Key },
		"outbox-retry": func() string { return "重发邮件 " + e.Key },
		"outbox-drop":  func() string { return "撤下邮件 " + e.Key },
		"exempt": func() string {
			if e.Reason == "" {
				return table + "取消免报"
			}
			return table + "免报"
		},
	}[e.Action]
	if text == nil {
		return strings.TrimSpace(e.Action + " " + e.Key)
	}
	s := text()
	if e.Reason != "" && e.Action != "publish" {
		s += "，原因：" + e.Reason
	}
	return s
}
