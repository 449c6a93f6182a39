package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tongbao/internal/config"
	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/outbox"
)

func statusCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "status",
		Short:   "谁报了什么：一个月的报送情况",
		Example: "  tongbao status -c config.yaml --period 2021-03",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	period := periodFlag(c, "；不写为当前在收的月份")
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *asJSON {
			var raw json.RawMessage
			if err := ask(c.Context(), *path, "GET", "/status", url.Values{"period": {*period}}, nil, &raw); err != nil {
				return err
			}
			return printJSON(c.OutOrStdout(), raw)
		}
		var s office.Status
		if err := ask(c.Context(), *path, "GET", "/status", url.Values{"period": {*period}}, nil, &s); err != nil {
			return err
		}
		printStatus(c.OutOrStdout(), s)
		return nil
	}
	return c
}

func bulletinCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "bulletin",
		Short:   "计算一个月的通报或一个季度的排位、分析等，不发送",
		Example: "  tongbao bulletin -c config.yaml --period 2021-03 --out 通报\n  tongbao bulletin -c config.yaml --period 2021-Q1 --kind quarter-ranking --out 通报",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	period, kind := issueFlag(c), kindFlag(c)
	out := c.Flags().String("out", "", "把 .docx、.xlsx 和 .html 写到这个`目录`，问题交办单和督办函写到其中的“交办督办”")
	figure := c.Flags().String("explain", "", "说明一个`数字`的由来，如 修水县.ytd_pct、city.ytd_done")
	completeFlag(c, "explain", completeFigures)
	c.MarkFlagDirname("out") //nolint:errcheck // the flag is there
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := needsMonth(*period); err != nil {
			return err
		}
		if *figure != "" {
			return explainFigure(c, *path, *period, *figure, *asJSON)
		}
		q := url.Values{"period": {*period}, "kind": {*kind}}
		if *out != "" {
			q.Set("forms", "all")
		}
		var issue frontdesk.Issue
		if err := ask(c.Context(), *path, "GET", "/bulletin", q, nil, &issue); err != nil {
			return err
		}
		files, err := writeFiles(*out, issue.Files)
		if err != nil {
			return err
		}
		orders, err := writeFiles(filepath.Join(*out, ordersDir), issue.Orders)
		if err != nil {
			return err
		}
		files = append(files, orders...)
		if *asJSON {
			var doc map[string]json.RawMessage
			if err := json.Unmarshal(issue.Bulletin, &doc); err != nil {
				return fmt.Errorf("read bulletin: %w", err)
			}
			if doc["files"], err = json.Marshal(files); err != nil {
				return fmt.Errorf("list files: %w", err)
			}
			return printJSON(c.OutOrStdout(), doc)
		}
		if isQuarter(*period) {
			return printQuarter(c.OutOrStdout(), issue.Bulletin, files)
		}
		return printBulletin(c.OutOrStdout(), issue.Bulletin, files)
	}
	c.AddCommand(
		editionCommand("release", "核签外发：把送审稿按原数据发给各报送单位", "/bulletin/release", false),
		editionCommand("hold", "退回送审稿，不外发", "/bulletin/hold", true),
		editionCommand("draft", "退回之后重新计算并送审", "/bulletin/draft", false),
		editionCommand("correct", "更正通报：列出发出后有变化的数字，送审或外发", "/bulletin/correct", false))
	return c
}

// editionCommand is a verb that decides on a month's bulletin.
func editionCommand(name, short, verb string, why bool) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short, Example: "  tongbao bulletin " + name + " -c config.yaml --period 2021-04", Args: args(cobra.NoArgs)}
	path := configFlag(c)
	period, kind := issueFlag(c), kindFlag(c)
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	var reason string
	if why {
		c.Flags().StringVar(&reason, "reason", "", "`原因`")
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := needsMonth(*period); err != nil {
			return err
		}
		var done frontdesk.Edition
		if err := ask(c.Context(), *path, "POST", verb, url.Values{"period": {*period}, "kind": {*kind}, "reason": {reason}}, nil, &done); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), done)
		}
		fmt.Fprintf(c.OutOrStdout(), "%s（快照编号：%s）\n", done.Said, done.Number)
		return nil
	}
	return c
}

// ordersDir is where the lists of issues and the letters about lagging projects go.
const ordersDir = "交办督办"

// writeFiles writes a bulletin's forms to a directory and names them.
func writeFiles(dir string, files map[string][]byte) ([]string, error) {
	names := []string{}
	if len(files) == 0 {
		return names, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	for name, data := range files {
		path := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, fmt.Errorf("write bulletin: %w", err)
		}
		names = append(names, path)
	}
	slices.Sort(names)
	return names, nil
}

func chaseCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "chase --dry-run",
		Short:   "看看现在会催谁、为什么；不发送",
		Example: "  tongbao chase -c config.yaml --dry-run",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	dry := c.Flags().Bool("dry-run", false, "只看不发（发送由 tongbao run 完成）")
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if !*dry {
			return usageError{fmt.Errorf("催报由 tongbao run 发出；这里请加 --dry-run")}
		}
		var ch office.Chasing
		if err := ask(c.Context(), *path, "GET", "/chase", nil, nil, &ch); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), ch)
		}
		printChasing(c.OutOrStdout(), ch)
		return nil
	}
	return c
}

func outboxCommand() *cobra.Command {
	c := &cobra.Command{Use: "outbox", Short: "发件箱：查看、重发、撤下"}
	list := &cobra.Command{Use: "list", Short: "列出未了的信件", Example: "  tongbao outbox list --state failed", Args: args(cobra.NoArgs)}
	path := configFlag(list)
	states := []string{"queued", "sent", "failed", "withdrawn", "dropped", "expired", "all"}
	state := textFlag(list.Flags(), "state", "只列这种`状态`的：queued（待发）、sent（已发）、failed（失败）、withdrawn（已撤回）、dropped（不再发送）、expired（过期）或 all（全部）；不写为待发和失败的", oneOf(states...))
	completeFlag(list, "state", words(states...))
	asJSON := list.Flags().Bool("json", false, "输出 JSON")
	list.RunE = func(c *cobra.Command, _ []string) error {
		var items []outbox.Item
		if err := ask(c.Context(), *path, "GET", "/outbox", url.Values{"state": {*state}}, nil, &items); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), items)
		}
		printItems(c.OutOrStdout(), items)
		return nil
	}
	c.AddCommand(list,
		keyCommand("retry", "重发一封失败的信", "/outbox/retry"),
		keyCommand("drop", "撤下一封还没有发出的信", "/outbox/drop"))
	return c
}

func keyCommand(name, short, verb string) *cobra.Command {
	c := &cobra.Command{Use: name + " 键...", Short: short, Example: "  tongbao outbox " + name + " receipt/20210324-0123456789ab/xs@example.com", Args: args(cobra.MinimumNArgs(1))}
	path := configFlag(c)
	completeArgs(c, completeKeys)
	c.RunE = func(c *cobra.Command, keys []string) error {
		return atOffice(*path, func(_ *config.Config, desk frontdesk.Client) error {
			for _, key := range keys {
				if err := desk.Ask(c.Context(), "POST", verb, url.Values{"key": {key}, "by": {operator()}}, nil, &struct{}{}); err != nil {
					return err
				}
				fmt.Fprintln(c.OutOrStdout(), "已办：", key)
			}
			return nil
		})
	}
	return c
}
