package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
)

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "check",
		Short:   "检查配置文件：每处错误在哪一行、怎么改",
		Example: "  tongbao check -c config.yaml\n  tongbao check --schema > config.schema.json",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	schema := c.Flags().Bool("schema", false, "印出配置文件的 JSON Schema，供编辑器补全和提示")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *schema {
			text, err := config.Schema()
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(text)
			return err
		}
		cfg, err := loadConfig(*path)
		if err != nil {
			return err
		}
		// The rest of what a start needs: holidays, templates.
		house, err := daemon.OpenWithout(cfg, daemon.Options{})
		if err != nil {
			return usageError{err}
		}
		defer house.Close()
		fmt.Fprintf(c.OutOrStdout(), "配置正确：%d 个报送单位，%d 份通报\n", len(cfg.Submitters), len(cfg.Bulletins))
		printBells(c.OutOrStdout(), cfg, house)
		return nil
	}
	return c
}

// printBells says when what is due next.
func printBells(w io.Writer, cfg *config.Config, house *daemon.House) {
	terms := house.Office.Rules.Terms
	now := time.Now().In(terms.Zone)
	p := terms.CurrentPeriod(now)
	fmt.Fprintf(w, "在收：%s，截止 %s，冻结 %s\n", p.Chinese(), clock(terms.Deadline(p)), clock(terms.Freeze(p)))
	for _, b := range house.Office.Rules.Bulletins {
		fmt.Fprintf(w, "通报 %s：下次 %s\n", b.Name, clock(b.Bell.Next(now)))
	}
	for _, year := range terms.UnknownYears(p, now) {
		fmt.Fprintf(w, "注意：%d年的放假安排未知，只按周一至周五计工作日（reporting.holidays）\n", year)
	}
	if cfg.Mailbox.Host == "" {
		fmt.Fprintln(w, "注意：没有配置 mailbox，不会收信")
	}
	if cfg.SMTP.Host == "" {
		fmt.Fprintln(w, "注意：没有配置 smtp，信件留在发件箱里")
	}
	for _, s := range cfg.Submitters {
		if len(s.Addresses) == 0 {
			fmt.Fprintf(w, "注意：%s 没有登记地址，来信要由办公室认领，也不会催报\n", s.Name)
		}
	}
}

func clock(t time.Time) string { return t.Format("2006-01-02 15:04:05") }
