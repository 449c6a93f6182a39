// Command tongbao collects a city's monthly construction reports by e-mail,
// chases whoever is late, and sends the bulletin.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"tongbao/internal/config"
	"tongbao/internal/frontdesk"
	"tongbao/templates"

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
	printError(os.Stderr, err)
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
		text    *templates.Fault
		refusal *frontdesk.Refusal
	)
	if errors.As(err, &usage) || errors.As(err, &faults) || errors.As(err, &text) || errors.As(err, &refusal) && refusal.Wrong {
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
	root.AddCommand(
		runCommand(), demoCommand(), initCommand(), checkCommand(), doctorCommand(), inspectCommand(), importCommand(), statusCommand(),
		bulletinCommand(), votesCommand(), awardCommand(), chaseCommand(), outboxCommand(), assignCommand(), dropCommand(), extendCommand(), exemptCommand(),
		projectsCommand(), problemsCommand(), diffCommand(), correctionsCommand(), excludeCommand(), includeCommand(), auditCommand(), exportCommand(),
		rebuildCommand(), backupCommand(), restoreCommand(), completionCommand(), versionCommand(), clerkCommand(),
	)
	inChinese(root)
	return root
}
