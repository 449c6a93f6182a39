package main

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/frontdesk"
	"tongbao/internal/store"
)

func rebuildCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "rebuild",
		Short:   "用 letters/ 和 journal.jsonl 重建数据库；不发任何信",
		Example: "  tongbao rebuild -c config.yaml",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := loadConfig(*path)
		if err != nil {
			return err
		}
		if _, running := frontdesk.Dial(cfg.Data); running {
			return fmt.Errorf("守护程序正在运行，请先停下它再重建")
		}
		return rebuild(c, cfg)
	}
	return c
}

// rebuild makes the new database beside the old one, which is kept under
// another name until the administrator removes it.
func rebuild(c *cobra.Command, cfg *config.Config) (err error) {
	db := filepath.Join(cfg.Data, "tongbao.db")
	aside := db + "." + time.Now().Format("20060102-150405")
	err = os.Rename(db, aside)
	gone := errors.Is(err, os.ErrNotExist)
	if err != nil && !gone {
		return fmt.Errorf("move the old database aside: %w", err)
	}
	house, err := daemon.Open(cfg, daemon.Options{Anew: true, Log: logger(cfg, slog.LevelWarn)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, house.Close()) }()
	n, far := 0, newProgress(c.ErrOrStderr())
	err = house.Office.Rebuild(c.Context(), func(done, all int) {
		n = all
		far.of("已重读来信", done, all)
	})
	far.end()
	if err != nil {
		if gone {
			return fmt.Errorf("重建失败：%w", err)
		}
		return fmt.Errorf("重建失败，原数据库在 %s：%w", aside, err)
	}
	fmt.Fprintf(c.OutOrStdout(), "已用 %d 封信和日志重建数据库", n)
	if !gone {
		fmt.Fprintf(c.OutOrStdout(), "；原数据库另存为 %s", filepath.Base(aside))
	}
	fmt.Fprintln(c.OutOrStdout())
	return nil
}

func backupCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "backup 文件.tar",
		Short:   "备份数据目录；守护程序运行时也可以",
		Example: "  tongbao backup -c config.yaml 备份-20210401.tar",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	completeArgs(c, completeFiles)
	c.RunE = func(c *cobra.Command, file []string) error {
		if err := backup(c, *path, file[0]); err != nil {
			return err
		}
		info, err := os.Stat(file[0])
		if err != nil {
			return fmt.Errorf("check backup: %w", err)
		}
		fmt.Fprintf(c.OutOrStdout(), "已备份到 %s（%.1f MB），并已读回核对\n", file[0], float64(info.Size())/(1<<20))
		return nil
	}
	return c
}

// backup writes the archive beside its name, reads it back, and only then
// gives it the name.
func backup(c *cobra.Command, config, file string) error {
	if _, err := os.Stat(file); err == nil {
		return usageError{fmt.Errorf("%s 已经存在，请换一个文件名", file)}
	}
	tmp := file + ".part"
	f, err := os.OpenFile(tmp, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	defer os.Remove(tmp)
	far := newProgress(c.ErrOrStderr())
	defer far.end()
	w := bufio.NewWriter(far.bytes("正在备份", f))
	err = ask(c.Context(), config, "GET", "/backup", nil, nil, w)
	if err = errors.Join(err, w.Flush(), f.Sync()); err == nil {
		err = readBack(f, far)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return os.Rename(tmp, file)
}

// readBack restores a backup into a temporary directory and checks it there.
func readBack(f *os.File, far *progress) error {
	dir, err := os.MkdirTemp("", "tongbao-backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := f.Seek(0, 0); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return store.Restore(far.read("正在读回核对", f, info.Size()), dir)
}

func restoreCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "restore 文件.tar 目录",
		Short:   "把备份恢复到一个空目录；不覆盖任何东西",
		Example: "  tongbao restore 备份-20210401.tar ./data",
		Args:    args(cobra.ExactArgs(2)),
	}
	completeArgs(c, completeFiles, completeFiles)
	c.RunE = func(c *cobra.Command, a []string) error {
		f, err := os.Open(a[0])
		if err != nil {
			return fmt.Errorf("open backup: %w", err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return fmt.Errorf("open backup: %w", err)
		}
		far := newProgress(c.ErrOrStderr())
		err = store.Restore(far.read("正在恢复", f, info.Size()), a[1])
		far.end()
		if err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "已恢复到 %s\n", a[1])
		return nil
	}
	return c
}
