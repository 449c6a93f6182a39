//go:build !windows

package daemon

import (
	"fmt"
	"os"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// mayWrite refuses root the data of another user: the files that root would
// leave there, the service could neither read nor write.
func mayWrite(dir string) error {
	var s unix.Stat_t
	if err := unix.Stat(dir, &s); err != nil || os.Geteuid() != 0 || s.Uid == 0 {
		return nil // what is not there is told by whoever opens it
	}
	name := strconv.Itoa(int(s.Uid))
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	return fmt.Errorf("数据目录 %s 属于用户 %s，用 root 运行会留下它读不了的文件。请改用：sudo -u %[2]s tongbao …", dir, name)
}

// freeBytes is how much of a directory's disk this user may still write.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
