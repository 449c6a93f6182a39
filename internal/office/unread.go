package office

import (
	"cmp"
	"fmt"

	"tongbao/internal/store"
)

func (o *Office) tellUnreadable(t *store.Tx, l store.Letter) error {
	who := cmp.Or(l.From, "发件人不明")
	text := fmt.Sprintf("收报邮箱文件夹“%s”里%s到达的一封来信（%s，《%s》）多次读取失败，已跳过，后面的来信照常处理。服务器的答复：%s。\n原件仍在邮箱里，请用网页邮箱打开；需要计入时另存为 eml 后用 tongbao import 导入。",
		l.Folder, l.Arrived.In(o.Rules.Terms.Zone).Format("1月2日15:04"), who, cmp.Or(l.Subject, "无主题"), l.Unreadable)
	return o.alarmIn(t, "unreadable/"+l.ID, "有一封来信读不出来："+who, text)
}
