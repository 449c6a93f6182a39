package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tongbao/internal/config"
	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// completer offers words for what is being typed: "word\twhat it is".
type completer = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

func completeFlag(c *cobra.Command, name string, f completer) {
	if err := c.RegisterFlagCompletionFunc(name, f); err != nil {
		panic(err) // the flag is not there, or was registered twice
	}
}

// completeArgs gives each argument its completer, the last one all that follow.
func completeArgs(c *cobra.Command, each ...completer) {
	c.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(each) && !strings.Contains(c.Use, "...") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return each[min(len(args), len(each)-1)](c, args, typed)
	}
}

// completeFiles lets the shell offer files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// words offers those words that begin as typed.
func words(all ...string) completer {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return begin(all, typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

func begin(all []string, typed string) (out []string) {
	for _, w := range all {
		if strings.HasPrefix(w, typed) {
			out = append(out, w)
		}
	}
	return out
}

// completeTables offers the three tables.
func completeTables(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	for _, k := range reporting.Kinds {
		all = append(all, string(k)+"\t"+k.Title())
	}
	return words(all...)(c, args, typed)
}

// completeMonths offers the last thirteen months, this one first.
func completeMonths(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	now := reporting.PeriodOf(time.Now())
	var all []string
	for i := range 13 {
		p := now.Add(-i)
		all = append(all, p.String()+"\t"+p.Chinese())
	}
	return words(all...)(c, args, typed)
}

// completeSubmitters offers the names of the configuration.
func completeSubmitters(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	if cfg := configOf(c); cfg != nil {
		for _, s := range cfg.Submitters {
			all = append(all, s.Name)
		}
	}
	return words(all...)(c, args, typed)
}

// configOf is the configuration that the line names so far; nil where it
// cannot be read: who completes is told of faults when he enters the line.
func configOf(c *cobra.Command) *config.Config {
	f := c.Flags().Lookup("config")
	if f == nil {
		return nil
	}
	cfg, err := config.Load(f.Value.String())
	if err != nil {
		return nil
	}
	return cfg
}

// asked asks the office for what can be completed: the running daemon, or a
// store that is there. Completion makes no directory and waits for nobody.
func asked(c *cobra.Command, verb string, v any) bool {
	cfg := configOf(c)
	if cfg == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(c.Context(), 3*time.Second)
	defer cancel()
	if desk, ok := frontdesk.Dial(cfg.Data); ok {
		return desk.Ask(ctx, "GET", verb, nil, nil, v) == nil
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, "tongbao.db")); err != nil {
		return false
	}
	err := atOffice(cfg.Path(), func(_ *config.Config, desk frontdesk.Client) error {
		return desk.Ask(ctx, "GET", verb, nil, nil, v)
	})
	return err == nil
}

// completeWaiting offers the letters that wait for the office.
func completeWaiting(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var s office.Status
	var all []string
	if asked(c, "/status", &s) {
		for _, q := range s.Quarantine {
			all = append(all, q.ID+"\t"+described(q.From, q.Subject))
		}
	}
	return words(all...)(c, args, typed)
}

// completeProjects offers the register's ids.
func completeProjects(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var l frontdesk.Listing
	var all []string
	if asked(c, "/projects", &l) {
		for _, p := range l.Projects {
			all = append(all, p.ID+"\t"+described(p.Submitter, p.Name))
		}
	}
	return words(all...)(c, args, typed)
}

// completeKeys offers the letters out that are not done.
func completeKeys(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var items []outbox.Item
	var all []string
	if asked(c, "/outbox", &items) {
		for _, it := range items {
			all = append(all, it.Key+"\t"+described(outboxWords[it.State], it.Subject))
		}
	}
	return words(all...)(c, args, typed)
}

// described is a completion's description: one line.
func described(parts ...string) string {
	return strings.ReplaceAll(plain(strings.Join(parts, " "), 60), "\t", " ")
}

// figures are what `bulletin --explain` knows of a unit.
var figures = []string{"total_invest", "year_plan", "month_done", "ytd_done", "ytd_pct", "month_pct", "gap_pp", "rank"}

func completeFigures(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	names, _ := completeSubmitters(c, args, "")
	var all []string
	for _, name := range append([]string{"city"}, names...) {
		for _, f := range figures {
			all = append(all, name+"."+f)
		}
	}
	return words(all...)(c, args, typed)
}

// completionCommand prints the script by which a shell asks for completions.
func completionCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "completion 外壳",
		Short: "印出补全脚本（bash、zsh、fish、powershell），按 Tab 补全命令、单位、月份和编号",
		Example: "  tongbao completion bash | sudo tee /etc/bash_completion.d/tongbao >/dev/null\n" +
			"  tongbao completion zsh > ~/.zfunc/_tongbao\n" +
			"  tongbao completion fish > ~/.config/fish/completions/tongbao.fish",
		Args: args(cobra.ExactArgs(1)),
	}
	shells := []string{"bash", "zsh", "fish", "powershell"}
	completeArgs(c, words(shells...))
	c.RunE = func(c *cobra.Command, a []string) error {
		root, w := c.Root(), c.OutOrStdout()
		switch a[0] {
		case "bash":
			return root.GenBashCompletionV2(w, true)
		case "zsh":
			return root.GenZshCompletion(w)
		case "fish":
			return root.GenFishCompletion(w, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(w)
		}
		_, err := oneOf(shells...)(a[0])
		return usageError{err}
	}
	return c
}
