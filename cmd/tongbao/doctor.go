package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tongbao/internal/daemon"
)

func doctorCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "体检：目录、磁盘、密码、收发信、时钟、放假安排",
		Long: `体检：看数据目录、磁盘空间、密码文件的权限和放假安排，登录收发信服务器，
列出文件夹、能力和看得到的最早一封信。加 --send 还给收报邮箱发一封信，等它到达，
并据此核对时钟。什么也不改动；有一项不通过，退出状态就是 1。`,
		Example: "  tongbao doctor -c config.yaml\n  tongbao doctor -c config.yaml --send",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	send := c.Flags().Bool("send", false, "给收报邮箱发一封信并等它到达（最多3分钟）")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := loadConfig(*path)
		if err != nil {
			return err
		}
		house, err := daemon.OpenWithout(cfg, daemon.Options{Log: logger(cfg, slog.LevelWarn)})
		if err != nil {
			return usageError{err}
		}
		defer house.Close()
		printBells(c.OutOrStdout(), cfg, house)
		ctx, cancel := context.WithTimeout(c.Context(), 5*time.Minute)
		defer cancel()
		failed := 0
		daemon.Examine(ctx, house, daemon.Examination{Send: *send, Report: func(r daemon.Result) {
			if r.Err != nil {
				failed++
			}
			printResult(c.OutOrStdout(), r)
		}})
		if failed > 0 {
			return errors.New("体检没有全部通过")
		}
		return nil
	}
	return c
}

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
	{"permission denied", "没有权限：请用守护程序的用户运行，如 sudo -u tongbao tongbao doctor …"},
}

func printResult(w io.Writer, r daemon.Result) {
	switch {
	case r.Err != nil:
		fmt.Fprintf(w, "✗ %s：%v\n", r.What, r.Err)
		for _, x := range remedies {
			if strings.Contains(r.Err.Error(), x.said) {
				fmt.Fprintln(w, "  → "+x.mend)
				break
			}
		}
	case r.Note != "":
		fmt.Fprintf(w, "！ %s：%s\n", r.What, r.Note)
	default:
		fmt.Fprintf(w, "✓ %s：%s\n", r.What, r.Found)
	}
}
