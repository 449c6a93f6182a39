package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The groups in which the help lists the verbs.
var verbGroups = []struct {
	id, title, verbs string
}{
	{"month", "每个月", "status chase bulletin assign drop extend exempt import inspect outbox"},
	{"look", "查数与改数", "projects problems diff corrections exclude include award votes audit export"},
	{"keep", "安装与维护", "init check doctor run demo rebuild backup restore completion version help"},
}

// inChinese gives a tree of commands its help, and its answers to mistakes, in
// the language of those who type.
func inChinese(root *cobra.Command) {
	root.SetHelpCommand(helpCommand())
	root.InitDefaultHelpCmd()
	root.CompletionOptions.DisableDefaultCmd = true // ours speaks Chinese
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(c.OutOrStdout(), c) })
	root.SetUsageFunc(func(c *cobra.Command) error { printHelp(c.OutOrStderr(), c); return nil })
	root.SetFlagErrorFunc(flagError)
	for _, g := range verbGroups {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, name := range strings.Fields(g.verbs) {
			for _, c := range root.Commands() {
				if c.Name() == name {
					c.GroupID = g.id
				}
			}
		}
	}
	groups(root)
}

// groups lets the commands that only hold others say which was meant, and
// words the flag that every command has.
func groups(c *cobra.Command) {
	for _, sub := range c.Commands() {
		groups(sub)
	}
	c.Flags().BoolP("help", "h", false, "这个命令的用法")
	c.SuggestionsMinimumDistance = 2
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	c.Args = func(c *cobra.Command, a []string) error {
		if len(a) == 0 {
			return nil
		}
		return noSuchVerb(c, a[0])
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [命令]", Short: "某个命令的用法", Example: "  tongbao help status\n  tongbao help bulletin release",
		ValidArgsFunction: func(c *cobra.Command, a []string, _ string) ([]string, cobra.ShellCompDirective) {
			at, rest, err := c.Root().Find(a)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var out []string
			for _, sub := range at.Commands() {
				if sub.IsAvailableCommand() {
					out = append(out, sub.Name()+"\t"+sub.Short)
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, a []string) error {
			at, rest, err := c.Root().Find(a)
			if err != nil || len(rest) > 0 {
				return noSuchVerb(at, rest[0])
			}
			return at.Help()
		},
	}
}

// noSuchVerb says that a command has no such verb, and which are near.
func noSuchVerb(c *cobra.Command, typed string) error {
	return usageError{fmt.Errorf("没有 %s %s 这个命令%s\n全部命令见 %[1]s --help", c.CommandPath(), plain(typed, 40), meant(c, typed))}
}

// meant asks for the names that a mistyped one is near to.
func meant(c *cobra.Command, typed string) string {
	if near := c.SuggestionsFor(typed); len(near) > 0 {
		return "，您要的是不是 " + strings.Join(near, "、") + "？"
	}
	return ""
}

// printHelp prints what a command does and how it is typed.
func printHelp(w io.Writer, c *cobra.Command) {
	p := paintFor(w)
	text := c.Long
	if text == "" {
		text = c.Short
	}
	fmt.Fprintf(w, "%s\n\n%s\n", strings.TrimSpace(text), p.bold("用法"))
	if c.Runnable() && c.HasParent() && !onlyHolds(c) {
		fmt.Fprintln(w, "  "+useLine(c))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s 命令\n", c.CommandPath())
		printVerbs(w, c)
	}
	if c.Example != "" {
		fmt.Fprintf(w, "\n%s\n%s\n", p.bold("例"), c.Example)
	}
	if c.HasParent() {
		fmt.Fprintf(w, "\n%s\n", p.bold("选项"))
		printFlags(w, c.Flags())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n某个命令的用法：%s 命令 --help\n", c.CommandPath())
	}
}

// onlyHolds reports whether a command does nothing without one of its verbs.
func onlyHolds(c *cobra.Command) bool { return c.HasSubCommands() && c.Example == "" }

// useLine is how a command is typed.
func useLine(c *cobra.Command) string {
	return strings.Replace(c.UseLine(), "[flags]", "[选项]", 1)
}

func printVerbs(w io.Writer, c *cobra.Command) {
	p := paintFor(w)
	list := func(title, id string) {
		rows := [][]string{}
		for _, sub := range c.Commands() {
			if sub.GroupID == id && (sub.IsAvailableCommand() || sub.Name() == "help") {
				rows = append(rows, []string{"  " + sub.Name(), sub.Short})
			}
		}
		if len(rows) > 0 {
			fmt.Fprintf(w, "\n%s\n", p.bold(title))
			columns(w, rows)
		}
	}
	for _, g := range c.Groups() {
		list(g.Title, g.ID)
	}
	list("命令", "")
}

func printFlags(w io.Writer, flags *pflag.FlagSet) {
	rows := [][]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "    --" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", --" + f.Name
		}
		value, usage := pflag.UnquoteUsage(f)
		if f.Value.Type() != "bool" {
			if value == "string" || value == "int" {
				value = "值"
			}
			name += " " + value
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			usage += "（不写为 " + f.DefValue + "）"
		}
		rows = append(rows, []string{"  " + name, usage})
	})
	columns(w, rows)
}

// flagError words a mistake with a flag: what is wrong, and what to type.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		bare    *pflag.ValueRequiredError
		value   *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	said := err.Error()
	switch {
	case errors.As(err, &unknown):
		said = unknownFlag(c, unknown)
	case errors.As(err, &bare):
		name, usage := pflag.UnquoteUsage(bare.GetFlag())
		said = fmt.Sprintf("--%s 后面要写%s：%s", bare.GetFlag().Name, name, usage)
	case errors.As(err, &value):
		said = fmt.Sprintf("--%s 的值“%s”不对", value.GetFlag().Name, plain(value.GetValue(), 60))
		switch mend := (mistake{}); {
		case errors.As(err, &mend):
			said = fmt.Sprintf("--%s：%s", value.GetFlag().Name, mend)
		case value.GetFlag().Value.Type() == "int":
			said += "，应写一个整数"
		case value.GetFlag().Value.Type() == "bool":
			said += "，这个选项后面不写值"
		}
	case errors.As(err, &syntax):
		said = fmt.Sprintf("选项“%s”写得不对", plain(syntax.GetSpecifiedFlag(), 60))
	}
	return usageError{fmt.Errorf("%s\n用法：%s\n详见 %s --help", said, useLine(c), c.CommandPath())}
}

func unknownFlag(c *cobra.Command, e *pflag.NotExistError) string {
	if short := e.GetSpecifiedShortnames(); short != "" {
		name, _, _ := strings.Cut(short, "=")
		if c.Flags().Lookup(name) != nil { // -period
			return fmt.Sprintf("没有 -%s 这个选项，您要的是不是 --%s？", short, name)
		}
		return fmt.Sprintf("没有 -%s 这个选项", plain(short, 40))
	}
	typed := e.GetSpecifiedName()
	said := fmt.Sprintf("没有 --%s 这个选项", plain(typed, 40))
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	if near := names.SuggestionsFor(typed); len(near) > 0 {
		said += "，您要的是不是 --" + strings.Join(near, "、--") + "？"
	}
	return said
}

var looksLikeMonth = regexp.MustCompile(`^(20)?\d\d([-./年]?\d{1,2})?月?份?$`)

// args makes cobra's complaint about arguments a usage error that says what is
// missing or too much.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if check(c, a) == nil {
			return nil
		}
		if c.HasSubCommands() && len(a) > 0 {
			return noSuchVerb(c, a[0])
		}
		var names []string // of the arguments
		for _, name := range strings.Fields(c.Use)[1:] {
			if !strings.HasPrefix(name, "-") {
				names = append(names, strings.TrimSuffix(name, "..."))
			}
		}
		said := ""
		if len(a) < len(names) {
			said = "还要写明" + strings.Join(names[len(a):], "、")
		} else {
			extra := a[len(names)]
			said = fmt.Sprintf("“%s”是多出来的", plain(extra, 40))
			switch {
			case looksLikeMonth.MatchString(extra) && c.Flags().Lookup("period") != nil:
				said += "，月份请写成 --period " + orElse(monthOf(extra), "2021-03")
			case c.Flags().Lookup("submitter") != nil:
				said += "，单位请写成 --submitter " + plain(extra, 40)
			}
		}
		return usageError{fmt.Errorf("%s：%s\n用法：%s\n例：\n%s", c.CommandPath(), said, useLine(c), c.Example)}
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
