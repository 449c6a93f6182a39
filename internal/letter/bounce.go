package letter

import (
	"regexp"
	"slices"
	"strings"
)

// maxBounced is how many addresses one bounce may name.
const maxBounced = 20

var (
	failWords  = regexp.MustCompile(`(?i)退信|退回|无法送达|无法投递|无法发送|未能送达|投递失败|发送失败|拒收|拒绝|不存在|undeliver|fail|reject|could ?n.t be|could not be|returned|unknown user|user unknown|no such user|bounce`)
	delayWords = regexp.MustCompile(`(?i)delay|延迟|稍后(?:会)?(?:继续)?重试|will (?:be retried|retry|keep trying)`)
	textStatus = regexp.MustCompile(`\b([45]\.\d{1,3}\.\d{1,3})\b`)
	recipient  = regexp.MustCompile(`(?i)(?:收件人|收信人|接收方|无法送达|无法发送到|无法投递到|发往|发送给|收件地址|recipient|following address(?:es)?|delivered to|\bto)[^A-Za-z0-9<]{0,40}<?([A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]*[A-Za-z0-9])`)
)

// bounced names the addresses that a bounce says could not be reached for
// good. One that it says is late is none; nor is one that cannot be told from
// the other addresses in the text.
func bounced(fields []field, l *Letter) []Bounced {
	var out []Bounced
	add := func(b Bounced) {
		b.Address = strings.ToLower(strings.Trim(b.Address, " .,;<>"))
		known := slices.ContainsFunc(out, func(o Bounced) bool { return o.Address == b.Address })
		if !known && len(out) < maxBounced && strings.IndexByte(b.Address, '@') > 0 {
			out = append(out, b)
		}
	}
	reported := false
	for _, p := range l.Parts {
		if p.Type == "message/delivery-status" || p.Type == "message/global-delivery-status" {
			reported = true
			for _, b := range statusReport(p.Data) {
				add(b)
			}
		}
	}
	if reported {
		return out
	}
	text := l.Text
	if text == "" {
		text = stripTags(l.HTML)
	}
	text = text[:min(len(text), 32<<10)]
	why := Bounced{}
	if m := textStatus.FindString(text); m != "" {
		why.Status = m
	}
	for _, m := range mailboxes(get(fields, "x-failed-recipients")) {
		add(Bounced{m.address, why.Status, ""})
	}
	if len(out) > 0 || delayWords.MatchString(l.Subject) || !failWords.MatchString(l.Subject+" "+text) {
		return out
	}
	for _, a := range textAddresses(l, text) {
		add(Bounced{a, why.Status, reason(text)})
	}
	return out
}

// statusReport reads message/delivery-status (RFC 3464): groups of fields, one
// for each recipient behind the first.
func statusReport(data []byte) []Bounced {
	var out []Bounced
	for rest := data; len(rest) > 0; {
		var group []field
		before := len(rest)
		group, rest = splitFields(rest)
		if len(rest) >= before {
			break
		}
		action := strings.ToLower(strings.TrimSpace(get(group, "action")))
		b := Bounced{Status: textStatus.FindString(get(group, "status"))}
		// What we wrote to, where the system tells: it may have been forwarded.
		for _, name := range []string{"original-recipient", "final-recipient"} {
			_, v, ok := strings.Cut(get(group, name), ";")
			if !ok {
				v = get(group, name)
			}
			if list := mailboxes(v); b.Address == "" && len(list) > 0 {
				b.Address = list[0].address
			}
		}
		if _, v, ok := strings.Cut(unfold(get(group, "diagnostic-code")), ";"); ok {
			b.Text = clip(strings.TrimSpace(plainText([]byte(v))))
		}
		if failed := action == "failed" || action == "" && strings.HasPrefix(b.Status, "5"); failed && b.Address != "" {
			out = append(out, b)
		}
	}
	return out
}

// textAddresses are the addresses that a text without a report says failed:
// those behind a word for the recipient, else the only one that is neither the
// system's nor ours.
func textAddresses(l *Letter, text string) []string {
	if i := originalMark.FindStringIndex(text); i != nil && i[0] > 0 {
		text = text[:i[0]] // the letter that came back names everybody
	}
	other := func(a string) bool {
		return a != l.From && !slices.Contains(l.To, a) && !strings.HasPrefix(a, "postmaster@") && !strings.HasPrefix(a, "mailer-daemon@")
	}
	var named, all []string
	for _, m := range recipient.FindAllStringSubmatch(text, 50) {
		if a := strings.ToLower(m[1]); other(a) {
			named = append(named, a)
		}
	}
	if len(named) > 0 {
		return named
	}
	for _, a := range bare.FindAllString(text, 50) {
		if a = strings.ToLower(a); other(a) && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	if len(all) == 1 {
		return all
	}
	return nil
}

var originalMark = regexp.MustCompile(`(?i)-{3,} ?(?:Original|This is a copy|Below this line|原始邮件|原邮件|下面是|Included is)|(?m)^(?:Received|Return-Path): `)

// reason is the line of a text that says why.
func reason(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); textStatus.MatchString(line) || reasonWords.MatchString(line) {
			return clip(line)
		}
	}
	return ""
}

var reasonWords = regexp.MustCompile(`(?i)退信(?:原因|代码)|原因[:：]|\b[45]\d\d[ \-]|不存在|拒收|已满|unknown user|no such user`)

// clip bounds what a stranger's server says.
func clip(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}
