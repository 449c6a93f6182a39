package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// shown are the handbook's excerpts of what a screen shows.
var shown = regexp.MustCompile("(?ms)^ *```console\n(.*?)^ *```$")

// TestHandbookShows wants the handbook to show what a newcomer's screen did:
// each excerpt stands in docs/newcomer.txt, which .ci/newcomer writes.
func TestHandbookShows(t *testing.T) {
	read := func(path string) string {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	transcript := read("../../docs/newcomer.txt")
	excerpts := shown.FindAllStringSubmatch(read("../../docs/handbook.zh-CN.md"), -1)
	if len(excerpts) < 3 {
		t.Errorf("the handbook shows %d excerpts, want at least 3", len(excerpts))
	}
	for _, m := range excerpts {
		// A list item's block is indented; the screen was not.
		lines := strings.Split(strings.TrimRight(m[1], "\n"), "\n")
		indent := len(lines[0]) - len(strings.TrimLeft(lines[0], " "))
		for i, line := range lines {
			lines[i] = line[min(indent, len(line)):]
		}
		if text := strings.Join(lines, "\n"); !strings.Contains(transcript, text+"\n") {
			t.Errorf("no newcomer's screen showed this, which the handbook does:\n%s", text)
		}
	}
}
