package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// everyVerb walks all commands that people type.
func everyVerb(visit func(root, c *cobra.Command)) {
	root := rootCommand()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Hidden {
			return
		}
		visit(root, c)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// TestExamples wants each command to show how it is typed.
func TestExamples(t *testing.T) {
	everyVerb(func(_, c *cobra.Command) {
		if !c.HasSubCommands() && !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s has no example of itself: %q", c.CommandPath(), c.Example)
		}
		if !c.HasParent() {
			return
		}
		if c.Parent() == c.Root() && c.GroupID == "" {
			t.Errorf("%s stands in no group of the help", c.CommandPath())
		}
	})
}

// typedWords are what is typed and not read: examples, options, programs.
var typedWords = regexp.MustCompile(`(?m)^  .*|--?[a-z-]+|tongbao( [a-z]+)*|[\pL]*[./][a-z./_]+|demo-out|\b(Tab|bash|zsh|fish|powershell|systemd|JSON( Schema)?|YAML|xlsx|csv|json|city|letters)\b|` +
	`\b(progress|issues|lagging|queued|sent|failed|withdrawn|dropped|expired|all|new|open|closed|overdue|escalated|vanished|quarter-[a-z]+)\b`)

// TestChinese wants each command's help to be Chinese: no English word but
// those that are typed.
func TestChinese(t *testing.T) {
	everyVerb(func(_, c *cobra.Command) {
		var b bytes.Buffer
		c.SetOut(&b)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			text := line
			if i := strings.Index(strings.TrimLeft(line, " "), "  "); i > 0 { // a row: what is typed, and what it is
				text = strings.TrimLeft(line, " ")[i:]
			}
			text = typedWords.ReplaceAllString(strings.TrimLeft(text, " "), "")
			if m := regexp.MustCompile(`[A-Za-z]{3,}`).FindString(text); m != "" && !strings.HasPrefix(line, "  tongbao") {
				t.Errorf("%s --help says %q in %q", c.CommandPath(), m, line)
			}
		}
		if !strings.Contains(b.String(), "用法") {
			t.Errorf("%s --help: %s", c.CommandPath(), b.String())
		}
	})
}
