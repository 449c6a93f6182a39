package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// remedies say what to do about what servers and the machine commonly answer.
var remedies = []struct{ said, mend string }{
	{"login refused", "账号或授权码不对：要用授权码而不是登录密码；到网页邮箱看 IMAP/SMTP 服务是否开启、授权码是否已作废"},
	{"Unsafe Login", "163 要求客户端报上名号：请在网页邮箱确认 IMAP/SMTP 已开启，稍后再试"},
	{"not started by systemd", "请改用 sudo CREDENTIALS_DIRECTORY=/etc/tongbao tongbao doctor"},
	{"is not set", "请先 export 这个环境变量，或把 password 改为 {file: 文件名}"},
	{"no such host", "主机名写错了，或本机不能解析域名"},
	{"connection refused", "主机或端口不对，或被防火墙拦下"},
	{"i/o timeout", "连不上：多半是防火墙拦下了 993 或 465 端口"},
	{"certificate", "服务器的证书不受信任：自家的服务器请写 ca_file，别家的请核对 host"},
	{"no such folder", "没有这个文件夹：请照上面列出的名称改 mailbox.folders"},
	{"535", "发信的账号或授权码不对：要用授权码而不是登录密码"},
	{"DT:SUM", "发件地址须与登录名相同：请删去 smtp.from"},
	{"in use by process", "数据目录正由另一个 tongbao 使用：守护程序在运行时不必再运行一个；确是别的命令，等它结束再试"},
	{"is not empty and not of a demonstration", "这个目录里有别的东西：请用 --out 另写一个目录"},
	{"is not empty", "目录里已有东西，不覆盖：请换一个空目录"},
	{"cut short", "备份文件不全，不能用来恢复：请换一份备份"},
	{"the backup is damaged", "备份文件已损坏，不能用来恢复：请换一份备份"},
	{"read backup:", "这不是 tongbao backup 写出的文件，或已损坏：请换一份备份"},
	{"no space left", "磁盘满了：请先腾出空间"},
	{"permission denied", "请用守护程序的用户运行，如 sudo -u tongbao tongbao doctor …"},
	{"no such file", "请核对文件名和所在的目录"},
	{"is a directory", "请写出其中的文件名"},
}

// remedy is what to do about an error, "" where nobody knows.
func remedy(err error) string {
	for _, x := range remedies {
		if strings.Contains(err.Error(), x.said) {
			return x.mend
		}
	}
	return ""
}

// printError prints what is wrong, and then what to do. A mistake of the
// caller's says that itself.
func printError(w io.Writer, err error) {
	p := paintFor(w)
	fmt.Fprintln(w, p.red("✗")+" "+said(err))
	if mend := remedy(err); mend != "" && status(err) == 1 {
		fmt.Fprintln(w, "  → "+mend)
	}
}

// said is an error as a person reads it: of a file that is not there, not what
// the system calls it.
func said(err error) string {
	text := err.Error()
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		why := path.Err.Error()
		switch {
		case errors.Is(path, fs.ErrNotExist):
			why = "没有这个文件或目录"
		case errors.Is(path, fs.ErrPermission):
			why = "没有权限"
		case strings.Contains(why, "is a directory"):
			why = "这是一个目录"
		}
		text = strings.ReplaceAll(text, path.Error(), path.Path+"："+why)
	}
	return text
}
