// Command tongbao collects a city's monthly construction reports by e-mail,
// chases whoever is late, and sends the bulletin.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongbao/internal/config"
	"tongbao/internal/frontdesk"

	_ "time/tzdata" // the zone must be known on machines without a zone database
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return status(err)
}

// usageError is the caller's mistake: exit status 2.
type usageError struct{ error }

// status is the exit status of an error: 2 for wrong usage or a faulty
// configuration, 1 for work that could not be done.
func status(err error) int {
	var (
		usage   usageError
		faults  config.Faults
		refusal *frontdesk.Refusal
	)
	if errors.As(err, &usage) || errors.As(err, &faults) || errors.As(err, &refusal) && refusal.Wrong {
		return 2
	}
	return 1
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tongbao",
		Short: "城建项目月报的收报、催报与通报",
		Long: `tongbao 从收报邮箱里读取各县（市、区）报送的三张表，逐封回执，到期催报，
按时把当月通报发给办公室。管理员只需编辑一个 YAML 文件。`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w%s\n用法：%s\n详见 %s --help", err, nearFlag(c, err), c.UseLine(), c.CommandPath())}
	})
	root.AddCommand(
		runCommand(), demoCommand(), initCommand(), checkCommand(), doctorCommand(), inspectCommand(), importCommand(), statusCommand(),
		bulletinCommand(), votesCommand(), awardCommand(), chaseCommand(), outboxCommand(), assignCommand(), dropCommand(), extendCommand(), exemptCommand(),
		projectsCommand(), problemsCommand(), diffCommand(), correctionsCommand(), excludeCommand(), includeCommand(), auditCommand(), exportCommand(),
		rebuildCommand(), backupCommand(), restoreCommand(), versionCommand(), clerkCommand(),
	)
	groups(root)
	return root
}

// groups lets the commands that only hold others say which was meant.
func groups(c *cobra.Command) {
	for _, sub := range c.Commands() {
		groups(sub)
	}
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	c.SuggestionsMinimumDistance = 2
	c.Args = func(c *cobra.Command, a []string) error {
		if len(a) == 0 {
			return nil
		}
		return usageError{fmt.Errorf("没有 %s %s 这个命令%s\n全部命令见 %[1]s --help", c.CommandPath(), a[0], meant(c, a[0]))}
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
}

// meant asks for the names that a mistyped one is near to.
func meant(c *cobra.Command, typed string) string {
	if near := c.SuggestionsFor(typed); len(near) > 0 {
		return "，您要的是不是 " + strings.Join(near, "、") + "？"
	}
	return ""
}

// nearFlag asks for the flags that an unknown one is near to.
func nearFlag(c *cobra.Command, err error) string {
	_, typed, unknown := strings.Cut(err.Error(), "unknown flag: --")
	if !unknown {
		return ""
	}
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	if near := names.SuggestionsFor(typed); len(near) > 0 {
		return "，您要的是不是 --" + strings.Join(near, "、--") + "？"
	}
	return ""
}

// args makes cobra's complaint about arguments a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if err := check(c, a); err != nil {
			return usageError{fmt.Errorf("%s：参数不对\n用法：%s\n例：%s", c.CommandPath(), c.UseLine(), c.Example)}
		}
		return nil
	}
}

// configFlag adds -c to a verb and returns where its value goes.
func configFlag(c *cobra.Command) *string {
	return c.Flags().StringP("config", "c", usualConfig(), "配置文件")
}

// packaged is where the Debian package and the service look.
const packaged = "/etc/tongbao/config.yaml"

// usualConfig is the configuration of a command that names none: the one here,
// else the installed one.
func usualConfig() string {
	const here = "config.yaml"
	if _, err := os.Stat(here); err != nil {
		if _, err := os.Stat(packaged); err == nil {
			return packaged
		}
	}
	return here
}
