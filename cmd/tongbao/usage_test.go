package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestExamples wants each command to show how it is typed.
func TestExamples(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if !c.HasSubCommands() && !c.Hidden && !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s has no example of itself: %q", c.CommandPath(), c.Example)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
}

// TestMistyped wants a mistake to be answered with what was meant, as wrong usage.
func TestMistyped(t *testing.T) {
	for typed, want := range map[string]string{
		"statsu":         "是不是 status？",
		"outbox lst":     "是不是 list？",
		"status --perod": "是不是 --period？",
		"nonsense":       "没有 tongbao nonsense 这个命令",
	} {
		root := rootCommand()
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		root.SetArgs(strings.Fields(typed))
		err := root.Execute()
		if err == nil || status(err) != 2 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q and status 2", typed, err, want)
		}
	}
}
