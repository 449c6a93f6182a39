package office

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tongbao/internal/store"
)

// Room is how much of the letters that count for nobody is kept: what waits
// for the office, automatic mail, and what the office put aside.
type Room struct {
	Letters int
	Bytes   int64
	Age     time.Duration
}

// mostGone bounds what one transaction lets go.
const mostGone = 500

// LetGo lets go what is beyond the room for letters that count for nobody, so
// that a flood of them does not fill the disk, and tells the office once a day.
// A letter of a registered address, of the office or of anybody whom we write to is
// never among them. What is left of a letter stands in its sidecar.
func (o *Office) LetGo(now time.Time) error {
	r := o.Rules.Room
	if r == (Room{}) {
		return nil
	}
	var list []store.Letter
	err := o.Store.View(func(t *store.Tx) (err error) {
		if list, err = t.Strangers(); err != nil {
			return err
		}
		bounces, err := t.Bounces()
		list = slices.DeleteFunc(list, func(l store.Letter) bool {
			// What the status says of an address is known from this letter.
			told := slices.ContainsFunc(bounces, func(b store.Bounced) bool { return b.At.Equal(l.Arrived) })
			return told || l.Sender != "" || o.isOurs(t, l.From)
		})
		return err
	})
	if err != nil {
		return err
	}
	gone, err := o.beyond(list, r, now)
	if err != nil || len(gone) == 0 {
		return err
	}
	for part := range slices.Chunk(gone, mostGone) {
		if err := o.Store.LetGo(part, now); err != nil {
			return err
		}
	}
	o.Log.Warn("letters of strangers were let go", "letters", len(gone), "first", gone[0].ID)
	return o.tellGone(gone, now)
}

// isOurs reports whether an address is of somebody whom the office knows.
func (o *Office) isOurs(t *store.Tx, from string) bool {
	_, registered := o.submitterOf(t, from)
	return registered || o.isApprover(from) || o.writesTo(t, from)
}

// beyond is what must go, with what is left of each.
func (o *Office) beyond(list []store.Letter, r Room, now time.Time) (gone []store.Letter, err error) {
	of, bytes := map[string]int{}, int64(0)
	sizes := make(map[string]int64, len(list))
	for _, l := range list {
		sizes[l.ID] = o.Store.Size(l.ID)
		bytes += sizes[l.ID]
		of[l.From]++
	}
	// What is least likely to be somebody's report goes first, then who writes
	// most, then what came first.
	slices.SortStableFunc(list, func(a, b store.Letter) int {
		return cmp.Or(cmp.Compare(worth(a), worth(b)), cmp.Compare(of[b.From], of[a.From]), a.Arrived.Compare(b.Arrived))
	})
	left := len(list)
	for _, l := range list {
		old := now.Sub(l.Arrived) > r.Age
		if !old && left <= r.Letters && bytes <= r.Bytes {
			continue
		}
		left, bytes = left-1, bytes-sizes[l.ID]
		why := "待认领和自动来信超过了留存的限额，原件已删"
		if old {
			why = fmt.Sprintf("存放超过%d天，原件已删", int(r.Age.Hours()/24))
		}
		if l, err = o.whatIsLeft(l, why, now); err != nil {
			return nil, err
		}
		gone = append(gone, l)
	}
	return gone, nil
}

// worth ranks letters that count for nobody by what they may be worth.
func worth(l store.Letter) int {
	switch {
	case l.State != store.Quarantined:
		return 0
	case l.Guess == nil || len(l.Guess.Kinds) == 0:
		return 1
	case l.Guess.Submitter == "":
		return 2
	}
	return 3
}

func (o *Office) whatIsLeft(l store.Letter, why string, now time.Time) (store.Letter, error) {
	g := store.Gone{At: now, Was: l.State, Reason: why, From: l.From, Subject: l.Subject, MessageID: l.MessageID}
	if l.State == store.Dropped && l.Reason != "" {
		g.Reason = l.Reason // a person's words
	}
	if g.Bytes = o.Store.Size(l.ID); g.Bytes > 0 {
		raw, err := o.Store.Raw(l.ID)
		if err != nil {
			return l, err
		}
		sum := sha256.Sum256(raw)
		g.Sum = hex.EncodeToString(sum[:])
	}
	l.Arrival.Gone = &g
	return l.Arrival.Letter(), nil
}

// tellGone tells the office of the day's first letters that were let go.
func (o *Office) tellGone(gone []store.Letter, now time.Time) error {
	of, bytes := map[string]int{}, int64(0)
	for _, l := range gone {
		of[cmp.Or(l.From, "发件人不明")]++
		bytes += l.Gone.Bytes
	}
	senders := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	var most []string
	for _, s := range senders[:min(3, len(senders))] {
		most = append(most, fmt.Sprintf("%s（%d封）", s, of[s]))
	}
	text := fmt.Sprintf("未登记地址的来信和自动回复太多或存放太久，已删去%d封的原件（约%.1fMB），以免占满磁盘。其中最多的是%s。\n登记单位的来信都在，一封未删；删去的信在收报邮箱里仍有，每封的发件人、时间、主题和校验值记在数据目录 letters 下同名的 json 文件里。\n今天如再有，不另告知。限额在配置的 keep.strangers 里。",
		len(gone), float64(bytes)/(1<<20), strings.Join(most, "、"))
	return o.alarm("strangers/"+o.dayOf(now), fmt.Sprintf("已清理%d封无主来信", len(gone)), text, now)
}
