package office

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tongbao/internal/store"
)

// ReceiveTooLarge records a letter that is over the limit: it stays on the
// server, only its first bytes are kept, and its sender is told.
func (o *Office) ReceiveTooLarge(ctx context.Context, a store.Arrival, size int64, head []byte, now time.Time) error {
	a.TooLarge = size
	return o.receiveHead(ctx, a, head, now)
}

// ReceiveUnreadable records a letter that the server lists and never gave, so
// that those behind it can be read. Its sender is asked for it again, and the
// office is told.
func (o *Office) ReceiveUnreadable(ctx context.Context, a store.Arrival, why string, head []byte, now time.Time) error {
	a.Unreadable = cmp.Or(why, "unknown")
	return o.receiveHead(ctx, a, head, now)
}

// receiveHead takes in a letter of which there is a header at most.
func (o *Office) receiveHead(ctx context.Context, a store.Arrival, head []byte, now time.Time) error {
	if len(head) == 0 {
		head = fmt.Appendf(nil, "X-Tongbao-Left-On-Server: %s/%d/%d\r\n\r\n", a.Folder, a.Validity, a.UID)
	}
	_, err := o.Receive(ctx, a, head, now)
	return err
}

func (o *Office) tellUnreadable(t *store.Tx, l store.Letter) error {
	who := cmp.Or(l.From, "发件人不明")
	text := fmt.Sprintf("收报邮箱文件夹“%s”里%s到达的一封来信（%s，《%s》）多次读取失败，已跳过，后面的来信照常处理。服务器的答复：%s。\n原件仍在邮箱里，请用网页邮箱打开；需要计入时另存为 eml 后用 tongbao import 导入。",
		l.Folder, l.Arrived.In(o.Rules.Terms.Zone).Format("1月2日15:04"), who, cmp.Or(l.Subject, "无主题"), l.Unreadable)
	return o.alarmIn(t, "unreadable/"+l.ID, "有一封来信读不出来："+who, text)
}
