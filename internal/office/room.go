package office

import (
	"fmt"
	"time"
)

// TellRoom tells the office once a day that the disk is getting full, and
// whether letters are still taken in.
func (o *Office) TellRoom(free int64, stopped bool, now time.Time) error {
	kind, text := "low", "再少下去将暂停收信。"
	if stopped {
		kind, text = "full", "已暂停收信，其间不会催报；来信都在邮箱里，腾出空间后自动续收。"
	}
	return o.alarm("disk/"+kind+"/"+o.dayOf(now), "磁盘空间不足",
		fmt.Sprintf("数据目录所在的磁盘只剩%dMB，%s请清理磁盘或换更大的磁盘。", free>>20, text), now)
}

// TellBackup tells the office once a day that the backup failed.
func (o *Office) TellBackup(err error, now time.Time) error {
	return o.alarm("backup/"+o.dayOf(now), "备份失败", fmt.Sprintf("自动备份没有成功，原因：%v。以前的备份没有动。请检查备份目录和磁盘空间。", err), now)
}
