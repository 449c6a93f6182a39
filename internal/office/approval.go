package office

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"tongbao/internal/clerk"
	"tongbao/internal/form"
	"tongbao/internal/notice"
	"tongbao/internal/store"
)

func (o *Office) isApprover(address string) bool {
	return address != "" && slices.ContainsFunc(o.Rules.Bulletins, func(r BulletinRule) bool {
		return r.Release == onApproval && slices.Contains(r.Approvers, address)
	})
}

// verdict is what a reply to a draft says.
type verdict struct {
	word  string   // 同意, 退回; "" where that is not clear
	why   string   // of 退回; of an unclear one what is in the way
	codes []string // in the text, else in the subject
}

var (
	codePattern  = regexp.MustCompile(`[A-Za-z0-9]+`)
	punctuation  = strings.NewReplacer("，", "", "。", "", "！", "", "!", "", "、", "", "：", "", ":", "", ",", "", ".", "", "“", "", "”", "", "\"", "", "（", "", "）", "", "(", "", ")", "", " ", "", "　", "", "\t", "")
	agreeing     = regexp.MustCompile(`^(?:同意|同意外发|同意签发|同意发送|同意印发|同意发出|同意核签码|核签码同意)$`)
	returning    = regexp.MustCompile(`^退回`)
	salutation   = regexp.MustCompile(`^(?:您好|你好|各位同志|办公室|办公室各位同志|同志们)*$`)
	reservations = regexp.MustCompile(`但|不过|修改|更改|改为|改成|请|待|先|暂|核实|核对|如果|若|补充|错|误|否|不|退回|疑|调整|删|另`)
)

// judge reads a reply's own words. Agreement is the one word and perhaps a
// signature: what is agreed to with a reservation is not agreed to.
func judge(text, subject string) (v verdict) {
	codesIn := func(s string) (out []string) {
		for _, c := range codePattern.FindAllString(s, -1) {
			c = strings.ToUpper(c)
			if len(c) == 8 && strings.Trim(c, codeAlphabet) == "" && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
		return out
	}
	if v.codes = codesIn(text); len(v.codes) == 0 {
		v.codes = codesIn(subject)
	}
	var kept []string
	for line := range strings.Lines(text) {
		flat := punctuation.Replace(strings.TrimSpace(line))
		for _, c := range codePattern.FindAllString(flat, -1) {
			if slices.Contains(v.codes, strings.ToUpper(c)) {
				flat = strings.Replace(flat, c, "", 1)
			}
		}
		if flat != "" && !salutation.MatchString(flat) && flat != "核签码" {
			kept = append(kept, strings.TrimSuffix(flat, "核签码"))
		}
	}
	if len(kept) == 0 {
		v.why = "回复正文是空的"
		return v
	}
	rest := strings.Join(kept[1:], "")
	switch {
	case returning.MatchString(kept[0]):
		v.word, v.why = "退回", strings.TrimSpace(strings.TrimPrefix(strings.Join(strings.Fields(text), " "), "退回"))
		v.why = strings.TrimLeft(v.why, "，。：:,. ")
	case strings.HasPrefix(kept[0], "同意") && !agreeing.MatchString(kept[0]):
		v.why = "“同意”之后另有意见"
	case !agreeing.MatchString(kept[0]):
		v.why = "回复的第一行既不是“同意”，也不是“退回”"
	case reservations.MatchString(rest) || len([]rune(rest)) > 120:
		v.why = "“同意”之后另有意见"
	default:
		v.word = "同意"
	}
	return v
}

// officeGreeting begins our letters to the office: below it a reply quotes.
const officeGreeting = "办公室各位同志"

// approve handles an approver's reply to a draft. It reports whether the
// letter is one; any other letter goes its ordinary way. Live is false in a
// rebuild, where the journal tells what was decided.
func (o *Office) approve(t *store.Tx, l *store.Letter, opened clerk.Opened, live bool) (bool, error) {
	if !o.isApprover(l.From) || o.isAutomatic(*l, opened) || slices.ContainsFunc(opened.Documents, func(d clerk.Document) bool { return !d.Body }) {
		return false, nil
	}
	m, k := o.material(l.Name, opened, hints{submitter: officeGreeting, arrived: l.Arrived.In(o.Rules.Terms.Zone)})
	v := judge(form.Hear(m, k).Text, l.Subject)
	about, err := o.answersDraft(t, *l, opened)
	if err != nil || !about && (v.word == "" || len(v.codes) == 0) {
		return false, err
	}
	l.State, l.Reason = store.Idle, "核签回复，结果见办理记录"
	if !live {
		return true, nil
	}
	return true, o.act(t, *l, v)
}

// answersDraft reports whether a letter replies to one of our drafts.
func (o *Office) answersDraft(t *store.Tx, l store.Letter, opened clerk.Opened) (bool, error) {
	if strings.Contains(l.Subject, "【送审】") || strings.Contains(l.Subject, "核签码") {
		return true, nil
	}
	refs := l.References
	if opened.Header != nil && opened.Header.InReplyTo != "" {
		refs = append(slices.Clone(refs), opened.Header.InReplyTo)
	}
	if len(refs) == 0 {
		return false, nil
	}
	all, err := t.Headings()
	for _, h := range all {
		if !h.Edition.IsDraft() {
			continue
		}
		// Those of a draft that was made anew are draft-2, draft-3 …
		items, err := t.Items("bulletin/" + occasionOf(h.Period, h.Edition) + "/" + string(h.Edition.Final().Draft()))
		if err != nil {
			return false, err
		}
		for _, it := range items {
			if it.To == l.From && slices.Contains(refs, it.MessageID) {
				return true, nil
			}
		}
	}
	return false, err
}

// act carries an approver's word out, or tells why it cannot be. What is said
// in a letter that may be forged goes to the office and not back to the sender.
func (o *Office) act(t *store.Tx, l store.Letter, v verdict) error {
	if p := proofOf(l); p.Verdict != "pass" {
		o.Log.Warn("approval not verified", "letter", l.ID, "from", l.From, "why", p.Why)
		if o.recentAbout(t, l.From, "alarm/approval/") >= o.Rules.ReceiptsHour {
			return nil // who forges many is not told of each
		}
		return o.alarmIn(t, "approval/"+l.ID, "核签回复无法核实，没有执行",
			"收到以"+l.From+"名义对送审稿的回复《"+l.Subject+"》，但不能核实确系本人发出（"+cmp.Or(p.Why, "收件服务器没有证实，也没有可核对的签名")+"），没有执行。\n"+
				"请与本人核实。确系本人同意的，运行 tongbao bulletin release --period 月份 外发，或在网页“通报”中点“外发”；要退回的，运行 tongbao bulletin hold --period 月份。")
	}
	draft, problem, err := o.draftOf(t, v, l.From)
	if err != nil {
		return err
	}
	if problem != "" {
		return o.tellVerdict(t, l, "没有执行", "您对送审稿的回复没有执行："+problem+"。", howToAnswer)
	}
	name := editionWords(draft.Period, draft.Edition)
	if v.word == "退回" {
		_, err = o.hold(t, draft, v.why, l.From, l.ID, t.Now)
		if err == nil {
			return o.tellVerdict(t, l, "已退回", name+"送审稿（快照编号："+draft.Bulletin.Number+"）已按您的回复退回，没有外发。",
				"更正后运行 tongbao bulletin draft --period "+occasion(draft.Period, draft.Edition)+" 重新生成送审稿，原核签码作废。")
		}
	} else {
		_, err = o.release(t, draft, l.From, l.ID, t.Now)
		if err == nil {
			return o.tellVerdict(t, l, "已外发", name+"（快照编号："+draft.Bulletin.Number+"）已按您的回复外发各地各单位，数据与送审稿相同。")
		}
	}
	if refused := (ErrWrong{}); errors.As(err, &refused) {
		return o.tellVerdict(t, l, "没有执行", "您对送审稿的回复没有执行："+refused.Text+"。")
	}
	return err
}

const howToAnswer = "同意外发的，请直接回复送审稿邮件，正文只写“同意”二字并保留主题中的核签码；不同意的，回复“退回”并写明原因。也可由办公室运行 tongbao bulletin release 或 tongbao bulletin hold 办理。"

// draftOf finds the draft that a reply's code belongs to, or why it has none.
func (o *Office) draftOf(t *store.Tx, v verdict, from string) (draft store.Publication, problem string, err error) {
	if v.word == "" {
		return draft, v.why, nil
	}
	if len(v.codes) == 0 {
		return draft, "回复里没有核签码", nil
	}
	all, err := t.Headings()
	if err != nil {
		return draft, "", err
	}
	problem = "核签码不符"
	for _, pub := range all {
		if !pub.Edition.IsDraft() || !slices.Contains(o.ruleOf(store.Publication{Rule: pub.Rule, Edition: pub.Edition}).Approvers, from) {
			continue
		}
		is := func(hash string) bool {
			return slices.ContainsFunc(v.codes, func(c string) bool { return hash != "" && hashed(c) == hash })
		}
		switch done, released, err := t.Heading(pub.Period, pub.Edition.Final()); {
		case err != nil:
			return draft, "", err
		case slices.ContainsFunc(pub.OldCodes, is):
			problem = "核签码已作废，" + editionWords(pub.Period, pub.Edition) + "已重新送审，请按新的送审稿核签"
		case !is(pub.Code):
		case released:
			problem = "核签码已用过，" + editionWords(pub.Period, pub.Edition) + "已于" + o.when(done.At) + "外发，不再重发"
		case !pub.Held.IsZero():
			problem = "核签码已失效，该送审稿已于" + o.when(pub.Held) + "退回"
		default:
			draft, _, err = t.Publication(pub.Period, pub.Edition)
			return draft, "", err
		}
	}
	return draft, problem, nil
}

// tellVerdict answers an approver.
func (o *Office) tellVerdict(t *store.Tx, l store.Letter, outcome string, paragraphs ...string) error {
	it, err := o.Desk.Verdict(t.Now, notice.Verdict{Key: "verdict/" + l.ID + "/" + l.From, To: l.From, Outcome: outcome, Paragraphs: paragraphs,
		Subject: l.Subject, MessageID: l.MessageID, References: l.References})
	if err != nil {
		return err
	}
	_, err = t.Enqueue(it)
	return err
}
