package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/reporting"
)

// tell asks a question and prints the answer, as JSON where that is wanted.
func tell[T any](c *cobra.Command, path, verb string, q url.Values, asJSON bool, print func(io.Writer, T)) error {
	if asJSON {
		var raw json.RawMessage
		if err := ask(c.Context(), path, "GET", verb, q, nil, &raw); err != nil {
			return err
		}
		return printJSON(c.OutOrStdout(), raw)
	}
	var v T
	if err := ask(c.Context(), path, "GET", verb, q, nil, &v); err != nil {
		return err
	}
	print(c.OutOrStdout(), v)
	return nil
}

func projectsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "projects",
		Short:   "项目库：列出项目和待确认的疑似同一项目",
		Example: "  tongbao projects -c config.yaml --submitter 修水县",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	who := submitterFlag(c, "submitter", "只看这个`单位`")
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return tell(c, *path, "/projects", url.Values{"submitter": {*who}}, *asJSON, func(w io.Writer, l frontdesk.Listing) { printProjects(w, l) })
	}
	c.AddCommand(projectShowCommand(), projectMergeCommand(), projectApartCommand(), projectSplitCommand())
	return c
}

func projectShowCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "show 项目编号",
		Short:   "一个项目的逐月数据，每个数来自哪封信、哪个文件、哪张表、哪个单元格",
		Example: "  tongbao projects show P0A1B2C3D",
		Args:    args(cobra.ExactArgs(1)),
	}
	completeArgs(c, completeProjects)
	path := configFlag(c)
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, id []string) error {
		return tell(c, *path, "/project", url.Values{"id": {id[0]}}, *asJSON, func(w io.Writer, p office.Project) { printProject(w, p) })
	}
	return c
}

func projectMergeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "merge 保留的编号 并入的编号",
		Short:   "确认两个编号是同一个项目",
		Example: "  tongbao projects merge P0A1B2C3D P9Z8Y7X6W",
		Args:    args(cobra.ExactArgs(2)),
	}
	completeArgs(c, completeProjects, completeProjects)
	return decision(c, "/projects/merge", func(a []string) url.Values { return url.Values{"id": {a[0]}, "other": {a[1]}} }, func(a []string, _ string) string {
		return fmt.Sprintf("已合并：%s 并入 %s", a[1], a[0])
	})
}

func projectApartCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "apart 编号 编号",
		Short:   "确认两个编号不是同一个项目，不再询问",
		Example: "  tongbao projects apart P0A1B2C3D P9Z8Y7X6W",
		Args:    args(cobra.ExactArgs(2)),
	}
	completeArgs(c, completeProjects, completeProjects)
	return decision(c, "/projects/apart", func(a []string) url.Values { return url.Values{"id": {a[0]}, "other": {a[1]}} }, func(a []string, _ string) string {
		return fmt.Sprintf("已记录：%s 与 %s 是两个项目", a[0], a[1])
	})
}

func projectSplitCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "split 编号",
		Short:   "把一个编号的部分月份拆成另一个项目",
		Example: "  tongbao projects split P0A1B2C3D --from 2021-05\n  tongbao projects split P0A1B2C3D --name 滨江路改造二期",
		Args:    args(cobra.ExactArgs(1)),
	}
	from := textFlag(c.Flags(), "from", "从这个`月`起是另一个项目，如 2021-05", readMonth)
	completeFlag(c, "from", completeMonths)
	name := c.Flags().String("name", "", "用这个`名称`的月份是另一个项目")
	completeArgs(c, completeProjects)
	return decision(c, "/projects/split", func(a []string) url.Values { return url.Values{"id": {a[0]}, "period": {*from}, "name": {*name}} }, func(a []string, id string) string {
		return fmt.Sprintf("已从 %s 拆出 %s", a[0], id)
	})
}

// decision is a verb by which a person decides something about the register.
func decision(c *cobra.Command, verb string, query func([]string) url.Values, said func(args []string, id string) string) *cobra.Command {
	path := configFlag(c)
	reason := c.Flags().String("reason", "", "`原因`，记入操作日志")
	c.RunE = func(c *cobra.Command, a []string) error {
		q := query(a)
		q.Set("reason", *reason)
		var answer struct {
			ID string `json:"id"`
		}
		if err := ask(c.Context(), *path, "POST", verb, q, nil, &answer); err != nil {
			return err
		}
		fmt.Fprintln(c.OutOrStdout(), said(a, answer.ID))
		return nil
	}
	return c
}

func problemsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "problems",
		Short:   "问题台账：逐月跟踪每个问题的新增、销号、超期和消失",
		Example: "  tongbao problems -c config.yaml --period 2021-03 --state overdue",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	f := c.Flags()
	period, who := periodFlag(c, "；不写为当前在收的月份"), submitterFlag(c, "submitter", "只看这个`单位`")
	kind, department := f.String("kind", "", "问题`类别`，如 征迁"), f.String("department", "", "需协调的`部门`，如 市自然资源局")
	states := []string{"new", "open", "closed", "overdue", "escalated", "vanished", "all"}
	state := textFlag(f, "state", "只列这种`状态`的：new（本月新增）、open（未销号）、closed（已销号）、overdue（超期）、escalated（提请上级）、vanished（未销号而消失）或 all（全部）；不写则不列以前月份已销号的", oneOf(states...))
	completeFlag(c, "state", words(states...))
	asJSON := f.Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		q := url.Values{"period": {*period}, "submitter": {*who}, "kind": {*kind}, "department": {*department}, "state": {*state}}
		return tell(c, *path, "/problems", q, *asJSON, func(w io.Writer, p office.Problems) { printProblems(w, p) })
	}
	return c
}

func diffCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "diff 单位 月份",
		Short:   "同一月份各版之间改了什么，逐格列出",
		Example: "  tongbao diff 修水县 2021-03 --table progress",
		Args:    args(cobra.ExactArgs(2)),
	}
	path := configFlag(c)
	f := c.Flags()
	table := tableFlag(c, "只看这一张")
	from, to := f.String("from", "", "从第几`版`"), f.String("to", "", "到第几`版`；都不写则逐版比较")
	completeArgs(c, completeSubmitters, completeMonths)
	asJSON := f.Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, a []string) error {
		month, err := readMonth(a[1])
		if err != nil {
			return usageError{err}
		}
		if (*from == "") != (*to == "") {
			return usageError{fmt.Errorf("--from 和 --to 要一起写")}
		}
		q := url.Values{"submitter": {a[0]}, "period": {month}, "table": {*table}, "from": {*from}, "to": {*to}}
		return tell(c, *path, "/diff", q, *asJSON, func(w io.Writer, d office.Diff) { printDiff(w, d) })
	}
	return c
}

func correctionsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "corrections",
		Short:   "更正：通报发出后，现在的数据与通报所用的有何不同",
		Example: "  tongbao corrections -c config.yaml --period 2021-03",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	period := periodFlag(c, "")
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := needsMonth(*period); err != nil {
			return err
		}
		return tell(c, *path, "/corrections", url.Values{"period": {*period}}, *asJSON, func(w io.Writer, l []office.Correction) { printCorrections(w, l) })
	}
	return c
}

func excludeCommand() *cobra.Command {
	return versionVerb("exclude", "排除某一版报表，不计入汇总和通报", "  tongbao exclude 修水县 --period 2021-03 --table progress --version 2 --reason 误报上月的表", "已排除")
}

func includeCommand() *cobra.Command {
	return versionVerb("include", "恢复计入被排除的一版", "  tongbao include 修水县 --period 2021-03 --table progress --version 2", "已恢复计入")
}

func versionVerb(name, short, example, said string) *cobra.Command {
	c := &cobra.Command{Use: name + " 单位", Short: short, Example: example, Args: args(cobra.ExactArgs(1))}
	path := configFlag(c)
	f := c.Flags()
	period, table := periodFlag(c, ""), tableFlag(c, "哪一张")
	version, reason := f.Int("version", 0, "第几版（见 tongbao diff）"), f.String("reason", "", "`原因`，记入操作日志")
	c.RunE = func(c *cobra.Command, who []string) error {
		if err := cmp.Or(needsMonth(*period), needsTable(*table)); err != nil {
			return err
		}
		if *version < 1 {
			return usageError{fmt.Errorf("请写明第几版：--version 2（见 tongbao diff %s %s）", who[0], *period)}
		}
		if name == "exclude" && strings.TrimSpace(*reason) == "" {
			return usageError{fmt.Errorf("请写明排除的原因：--reason 原因")}
		}
		q := url.Values{"submitter": {who[0]}, "period": {*period}, "table": {*table}, "version": {fmt.Sprint(*version)}, "reason": {*reason}}
		return decided(c, *path, "/"+name, q, *period, fmt.Sprintf("%s：%s%s%s第%d版", said, who[0], chinese(*period), reporting.Kind(*table).Title(), *version))
	}
	return c
}

func auditCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "audit",
		Short:   "操作日志：谁在什么时候改了什么",
		Example: "  tongbao audit -c config.yaml --since 2021-03-01",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	since := textFlag(c.Flags(), "since", "从这一`天`起，如 2021-03-01", readDay)
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return tell(c, *path, "/audit", url.Values{"since": {*since}}, *asJSON, func(w io.Writer, l []office.Act) { printAudit(w, l) })
	}
	return c
}

func exportCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "export",
		Short:   "导出项目月报：一行一个项目一个月，可直接做数据透视表",
		Example: "  tongbao export -c config.yaml --period 2021-01..2021-12 --format xlsx --out 2021年项目月报.xlsx",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	f := c.Flags()
	period := textFlag(f, "period", "`月份`或范围，如 2021-03 或 2021-01..2021-12", readMonths)
	completeFlag(c, "period", completeMonths)
	format := textFlag(f, "format", "`格式`：xlsx、csv 或 json；不写则看 --out 的扩展名", oneOf("xlsx", "csv", "json"))
	completeFlag(c, "format", words("xlsx", "csv", "json"))
	who, out := submitterFlag(c, "submitter", "只导出这个`单位`"), f.String("out", "", "写到这个`文件`；不写则写到标准输出")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *period == "" {
			return usageError{fmt.Errorf("请写明月份：--period 2021-01..2021-12")}
		}
		if *format == "" {
			*format = strings.TrimPrefix(strings.ToLower(filepath.Ext(*out)), ".")
		}
		if *format == "" {
			return usageError{fmt.Errorf("请写明格式：--format xlsx、csv 或 json")}
		}
		q := url.Values{"period": {*period}, "format": {*format}, "submitter": {*who}}
		if *out == "" {
			return ask(c.Context(), *path, "GET", "/export", q, nil, writer{c.OutOrStdout()}) // its own progress
		}
		far := newProgress(c.ErrOrStderr())
		defer far.end()
		return writeWhole(*out, func(w io.Writer) error {
			return ask(c.Context(), *path, "GET", "/export", q, nil, far.bytes("正在导出", w))
		})
	}
	return c
}

// writer is nothing but a writer: the answer goes to it as it comes.
type writer struct{ io.Writer }

// writeWhole gives a file its name only once all of it is written.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	defer os.Remove(f.Name())
	err = write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
