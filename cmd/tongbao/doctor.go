package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

func printResult(w io.Writer, r daemon.Result) {
	p := paintFor(w)
	switch {
	case r.Err != nil:
		fmt.Fprintf(w, "%s %s：%v\n", p.red("✗"), r.What, r.Err)
		if mend := remedy(r.Err); mend != "" {
			fmt.Fprintln(w, "  → "+mend)
		}
	case r.Note != "":
		fmt.Fprintf(w, "%s %s：%s\n", p.yellow("！"), r.What, r.Note)
	default:
		fmt.Fprintf(w, "%s %s：%s\n", p.green("✓"), r.What, r.Found)
	}
}
