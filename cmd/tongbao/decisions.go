package main

import (
	"cmp"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

func assignCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "assign 信件号",
		Short:   "认领一封待认领的信：它算哪个单位报的",
		Example: "  tongbao assign 20210324-0123456789ab --as 修水县 --remember",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	as := submitterFlag(c, "as", "报送`单位`")
	completeArgs(c, completeWaiting)
	remember := c.Flags().Bool("remember", false, "记住这个地址，以后它的信都算该单位的")
	c.RunE = func(c *cobra.Command, id []string) error {
		if *as == "" {
			return usageError{fmt.Errorf("请写明单位：--as 修水县")}
		}
		q := url.Values{"id": {id[0]}, "as": {*as}, "remember": {fmt.Sprint(*remember)}}
		var l store.Letter
		if err := ask(c.Context(), *path, "POST", "/assign", q, nil, &l); err != nil {
			return err
		}
		printLetter(c.OutOrStdout(), l)
		return nil
	}
	return c
}

func dropCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "drop 信件号",
		Short:   "搁置一封待认领的信",
		Example: "  tongbao drop 20210324-0123456789ab --reason 广告",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	reason := c.Flags().String("reason", "与报送无关", "`原因`")
	completeArgs(c, completeWaiting)
	c.RunE = func(c *cobra.Command, id []string) error {
		q := url.Values{"id": {id[0]}, "reason": {*reason}}
		if err := ask(c.Context(), *path, "POST", "/drop", q, nil, &struct{}{}); err != nil {
			return err
		}
		fmt.Fprintln(c.OutOrStdout(), "已搁置：", id[0])
		return nil
	}
	return c
}

func extendCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "extend 单位",
		Short:   "给一个单位延期",
		Example: "  tongbao extend 修水县 --period 2021-03 --until 2021-03-28",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	period := periodFlag(c, "")
	completeArgs(c, completeSubmitters)
	until := textFlag(c.Flags(), "until", "延至哪一`天`（含当天），如 2021-03-28", readDay)
	c.RunE = func(c *cobra.Command, who []string) error {
		if err := needsMonth(*period); err != nil {
			return err
		}
		if *until == "" {
			return usageError{fmt.Errorf("请写明延到哪一天：--until 2021-03-28")}
		}
		q := url.Values{"submitter": {who[0]}, "period": {*period}, "until": {*until}}
		return decided(c, *path, "/extend", q, *period, fmt.Sprintf("已准%s%s的报表延期至 %s", who[0], chinese(*period), *until))
	}
	return c
}

func exemptCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "exempt 单位",
		Short:   "免报：一个单位某月不必报某张表",
		Example: "  tongbao exempt 修水县 --period 2021-03 --table lagging --reason 无在建项目",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	period := periodFlag(c, "")
	completeArgs(c, completeSubmitters)
	table := tableFlag(c, "免报哪一张")
	reason := c.Flags().String("reason", "", "`原因`；不写则取消免报")
	c.RunE = func(c *cobra.Command, who []string) error {
		if err := cmp.Or(needsMonth(*period), needsTable(*table)); err != nil {
			return err
		}
		done := "已准%s免报%s的%s"
		if *reason == "" {
			done = "已取消免报：%s%s的%s照旧要报"
		}
		q := url.Values{"submitter": {who[0]}, "period": {*period}, "table": {*table}, "reason": {*reason}}
		return decided(c, *path, "/exempt", q, *period, fmt.Sprintf(done, who[0], chinese(*period), reporting.Kind(*table).Title()))
	}
	return c
}

func decided(c *cobra.Command, path, verb string, q url.Values, period, said string) error {
	if err := needsMonth(period); err != nil {
		return err
	}
	if err := ask(c.Context(), path, "POST", verb, q, nil, &struct{}{}); err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), said)
	return nil
}

// chinese is a month of a flag in words.
func chinese(period string) string {
	p, err := reporting.ParsePeriod(period)
	if err != nil {
		return period
	}
	return p.Chinese()
}
