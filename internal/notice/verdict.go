package notice

import (
	"slices"
	"time"

	"tongbao/internal/outbox"
)

// Verdict answers an approver's reply to a draft: what was done, or why not.
type Verdict struct {
	Key, To    string
	Outcome    string // 已外发
	Paragraphs []string
	Subject    string // of the reply
	MessageID  string
	References []string
}

// Verdict writes it. It is a reply, so that it stands with the draft.
func (d Desk) Verdict(now time.Time, v Verdict) (outbox.Item, error) {
	data := alarm{}
	for _, p := range v.Paragraphs {
		if p = clean(p, 4*maxWords); p != "" {
			data.Paragraphs = append(data.Paragraphs, p)
		}
	}
	n := note{key: v.Key, kind: "verdict", to: v.To, subject: reply(v.Subject, "〔"+clean(v.Outcome, maxName)+"〕"), automatic: autoReplied,
		greeting: "核签同志", inside: true, template: "alarm", data: data}
	if id := identifier(v.MessageID); id != "" {
		n.inReplyTo, n.references = id, append(slices.Clone(v.References), id)
	}
	return d.item(now, n)
}
