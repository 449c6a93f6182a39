package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/reporting"
)

func inspectCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "inspect 文件...",
		Short: "试读信件或表格，看程序读成了什么；不保存",
		Long: `试读信件或表格，画出程序把它读成了什么：每一行是什么，每一列是哪个栏目，
哪个单元格有疑点。什么也不保存，也不回信。`,
		Example: "  tongbao inspect 濂溪区3月.xlsx\n  tongbao inspect --json a.eml",
		Args:    args(cobra.MinimumNArgs(1)),
	}
	path := c.Flags().StringP("config", "c", "", "配置`文件`；不写则只认得十三个县（市、区）的名称")
	completeArgs(c, completeFiles)
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, files []string) error {
		cfg, err := inspectConfig(*path)
		if err != nil {
			return err
		}
		house, err := daemon.OpenWithout(cfg, daemon.Options{Log: logger(cfg, slog.LevelWarn)})
		if err != nil {
			return err
		}
		defer house.Close()
		readings := []reporting.Reading{}
		screen := newScreen(c.OutOrStdout())
		var failed error
		far := newProgress(c.ErrOrStderr())
		defer far.end()
		for i, file := range files {
			far.of("正在读第", i+1, len(files))
			raw, err := os.ReadFile(file)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("读取文件：%w", err))
				continue
			}
			seen, err := house.Office.Inspect(c.Context(), filepath.Base(file), raw)
			if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			if readings = append(readings, seen.Reading); !*asJSON {
				far.end()
				screen.explain(seen)
			}
		}
		if *asJSON {
			return errors.Join(printJSON(c.OutOrStdout(), map[string]any{"files": readings}), failed)
		}
		return failed
	}
	return c
}

// inspectConfig is the file's configuration, or one that knows the thirteen
// counties by name.
func inspectConfig(path string) (*config.Config, error) {
	if path != "" {
		return loadConfig(path)
	}
	cfg := config.Default()
	for _, s := range reporting.JiujiangCounties() {
		cfg.Submitters = append(cfg.Submitters, config.Submitter{Name: s.Name, Group: string(s.Group), Tables: []string{"progress", "issues", "lagging"}})
	}
	return &cfg, nil
}

func importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "import 文件...",
		Short:   "把信件或表格当作来信收下：保存、检查、回执",
		Example: "  tongbao import -c config.yaml --submitter 修水县 --period 2021-03 进度表.xlsx",
		Args:    args(cobra.MinimumNArgs(1)),
	}
	path := configFlag(c)
	completeArgs(c, completeFiles)
	submitter := submitterFlag(c, "submitter", "报送`单位`；表格里看不出时要写")
	period := periodFlag(c, "；表格里看不出时要写")
	received := textFlag(c.Flags(), "received", "收到的`时间`，如 2021-03-24T10:05:00+08:00", readMoment)
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, files []string) error {
		return atOffice(*path, func(_ *config.Config, desk frontdesk.Client) error {
			imported := []office.Imported{}
			var failed error
			far := newProgress(c.ErrOrStderr())
			defer far.end()
			for i, file := range files {
				far.of("正在收第", i+1, len(files))
				raw, err := os.ReadFile(file)
				if err != nil {
					failed = errors.Join(failed, fmt.Errorf("读取文件：%w", err))
					continue
				}
				q := url.Values{"name": {filepath.Base(file)}, "submitter": {*submitter}, "period": {*period}, "received": {*received}, "by": {operator()}}
				var one office.Imported
				if err := desk.Ask(c.Context(), "POST", "/import", q, bytes.NewReader(raw), &one); err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				imported = append(imported, one)
			}
			far.end()
			if *asJSON {
				return errors.Join(printJSON(c.OutOrStdout(), map[string]any{"files": imported}), failed)
			}
			for _, one := range imported {
				printImported(c.OutOrStdout(), one)
			}
			return failed
		})
	}
	return c
}

// printJSON writes one document for scripts.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}
