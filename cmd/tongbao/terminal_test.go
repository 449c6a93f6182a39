//go:build !windows

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// onScreen runs the program with a terminal for its outputs, and returns what
// the terminal was sent.
func onScreen(t *testing.T, dir string, env []string, arguments ...string) string {
	t.Helper()
	cmd := program(dir, arguments...)
	cmd.Env = append(cmd.Env, env...)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stop := time.AfterFunc(3*time.Minute, func() { cmd.Process.Kill() }) //nolint:errcheck // it has ended by then
	defer stop.Stop()
	var b bytes.Buffer
	io.Copy(&b, f) //nolint:errcheck // Linux ends a terminal's output with EIO
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, b.String())
	}
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

// smallOffice makes a configuration and some letters in a directory of its own.
func smallOffice(t *testing.T, letters int) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	text := "data: ./data\nsubmitters:\n  - {name: 修水县, addresses: [xs@xiushui.example.com]}\n  - {name: 共青城市, addresses: [gq@gongqing.example.com]}\n"
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range letters {
		name := fmt.Sprintf("%02d.csv", i)
		table := fmt.Sprintf("修水县2021年城建项目进度表（3月）,,,,,\n单位：万元,,,,,\n序号,项目名称,总投资,2021年计划投资,3月完成投资,1-3月累计完成投资\n1,滨江路道路改造工程,12000,5000,300,%d\n", 1000+i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return dir, names
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]|\r")

// TestColour wants colour on a terminal and nowhere else.
func TestColour(t *testing.T) {
	if testing.Short() {
		t.Skip("each verb is a process of its own; the plain run starts them all")
	}
	dir, letters := smallOffice(t, 2)
	term := "TERM=xterm-256color"
	onScreen(t, dir, []string{term}, append([]string{"import", "--received", "2021-03-24T10:05:00+08:00"}, letters...)...)

	seen := onScreen(t, dir, []string{term, "NO_COLOR="}, "status", "--period", "2021-03")
	for _, want := range []string{"\x1b[32m按时\x1b[0m", "\x1b[31m未报\x1b[0m", "\x1b[1m单位\x1b[0m"} {
		if !strings.Contains(seen, want) {
			t.Errorf("a terminal is not sent %q:\n%q", want, seen)
		}
	}
	pipe, err := program(dir, "status", "--period", "2021-03").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(pipe), "\x1b") || escapes.ReplaceAllString(seen, "") != string(pipe) {
		t.Errorf("a pipe gets\n%q\nand a terminal, without its colours,\n%q", pipe, escapes.ReplaceAllString(seen, ""))
	}
	aligned(t, string(pipe))
	aligned(t, escapes.ReplaceAllString(seen, ""))
	for _, env := range [][]string{{term, "NO_COLOR=1"}, {"TERM=dumb"}} {
		for _, args := range [][]string{{"status", "--period", "2021-03"}, {"bulletin", "--period", "2021-03"}, {"audit"}, {"status", "--help"}} {
			if got := onScreen(t, dir, env, args...); strings.Contains(got, "\x1b") {
				t.Errorf("%v: %v is coloured: %q", env, args, got)
			}
		}
	}
	for _, args := range [][]string{{"status", "--period", "2021-03"}, {"bulletin", "--period", "2021-03"}, {"audit"}, {"projects"}, {"outbox", "list"}, {"inspect", letters[0]}, {"chase", "--dry-run"}} {
		if got := onScreen(t, dir, []string{term}, append(args, "--json")...); strings.Contains(escapes.ReplaceAllString(got, ""), "\x1b") || strings.Contains(got, "m\x1b") || regexp.MustCompile("\x1b\\[[0-9;]*m").MatchString(got) {
			t.Errorf("%v --json is coloured: %q", args, got)
		}
	}
}

// aligned wants the table of a status to have its second column at one place
// in all rows, counted as a terminal draws them.
func aligned(t *testing.T, out string) {
	t.Helper()
	at := -1
	for line := range strings.Lines(out) {
		for _, word := range []string{"进度表", "按时", "未报"} {
			head, _, ok := strings.Cut(line, word)
			if !ok {
				continue
			}
			if at < 0 {
				at = width(head)
			}
			if width(head) != at {
				t.Errorf("the column begins at %d, not %d: %s", width(head), at, line)
			}
			break
		}
	}
	if at < 0 {
		t.Errorf("no table in %q", out)
	}
}

// TestProgress wants the long verbs to tell how far they are on a terminal, in
// one line that is gone in the end, and no such thing in a pipe.
func TestProgress(t *testing.T) {
	if testing.Short() {
		t.Skip("each verb is a process of its own; the plain run starts them all")
	}
	dir, letters := smallOffice(t, 12)
	env := []string{"TERM=xterm", "NO_COLOR="}
	for _, x := range []struct {
		args []string
		says string
	}{
		{append([]string{"import", "--received", "2021-03-24T10:05:00+08:00"}, letters...), "正在收第 1/12"},
		{append([]string{"inspect", "--json"}, letters...), "正在读第 1/12"},
		{[]string{"export", "--period", "2021-03", "--out", "all.csv"}, "正在导出 "},
		{[]string{"backup", "all.tar"}, "正在备份 "},
		{[]string{"restore", "all.tar", "again"}, "正在恢复 "},
		{[]string{"rebuild"}, "已重读来信 "},
	} {
		seen := onScreen(t, dir, env, x.args...)
		i := strings.LastIndex(seen, x.says)
		if i < 0 {
			t.Errorf("%v does not say %q: %q", x.args[0], x.says, seen)
			continue
		}
		if !strings.Contains(seen[i:], "\r\x1b[K") {
			t.Errorf("%v leaves its progress on the screen: %q", x.args[0], seen[i:])
		}
	}
	for _, args := range [][]string{append([]string{"import", "--received", "2021-03-25T10:05:00+08:00"}, letters...), {"backup", "more.tar"}, {"rebuild"}} {
		out, err := program(dir, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if strings.ContainsAny(string(out), "\r\x1b") {
			t.Errorf("%v in a pipe: %q", args, out)
		}
	}
}

// TestStory wants the demonstration's story in a file to be told on the terminal.
func TestStory(t *testing.T) {
	var file, screen bytes.Buffer
	p := &progress{w: &screen, live: true, width: 40, every: time.Nanosecond}
	w := p.story(&file)
	for _, s := range []string{"03-22 15:10  濂溪区：一封信，三个附件\n", "             已认领给庐山市，这一行很长很长很长很长很长很长\n"} {
		if _, err := io.WriteString(w, s); err != nil {
			t.Fatal(err)
		}
	}
	p.end()
	if !strings.Contains(file.String(), "三个附件\n  ") || !strings.HasPrefix(screen.String(), "\r演示 03-22 15:10") || !strings.HasSuffix(screen.String(), "\r\x1b[K") {
		t.Errorf("file %q, screen %q", file.String(), screen.String())
	}
	for _, line := range strings.Split(screen.String(), "\r") {
		if n := width(line); n > 39 {
			t.Errorf("%d places: %q", n, line)
		}
	}
}
