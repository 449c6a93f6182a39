package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const least = "data: ./data\nlog: {level: info}\nsubmitters:\n  - {name: 修水县, addresses: [xs@xiushui.example.com]}\n"

// program is the command as a process of its own.
func program(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TONGBAO_TEST_MAIN=1")
	cmd.Dir = dir
	return cmd
}

// TestRun starts the daemon, asks it over its socket, gives it a faulty and a
// good configuration with SIGHUP, and ends it with SIGTERM.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(least)
	if err := os.WriteFile(filepath.Join(dir, "asked.yaml"), []byte(least), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(dir, "run")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() }) //nolint:errcheck // it has ended by then
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for sc := bufio.NewScanner(stderr); sc.Scan(); {
			lines <- sc.Text()
		}
	}()
	await := func(word string) {
		t.Helper()
		for {
			select {
			case line, ok := <-lines:
				if !ok {
					t.Fatalf("the daemon ended before it said %q", word)
				}
				if strings.Contains(line, word) {
					return
				}
			case <-time.After(time.Minute):
				t.Fatalf("the daemon never said %q", word)
			}
		}
	}
	status := func() string {
		t.Helper()
		out, err := program(dir, "status", "-c", "asked.yaml", "--period", "2021-03").CombinedOutput()
		if err != nil {
			t.Fatalf("status: %v\n%s", err, out)
		}
		return string(out)
	}
	await("tongbao is running")
	for { // the socket opens a moment later
		if _, err := os.Stat(filepath.Join(dir, "data", "tongbao.sock")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := status(); !strings.Contains(got, "修水县") {
		t.Errorf("status says %q", got)
	}
	if out, err := program(dir, "run").CombinedOutput(); err == nil || !strings.Contains(string(out), "in use by process") {
		t.Errorf("a second daemon: %v\n%s", err, out)
	}

	write(strings.Replace(least, "修水县", "永修县", 1) + "nonsense: 1\n")
	send(t, cmd, syscall.SIGHUP)
	await("configuration not reloaded")
	if got := status(); strings.Contains(got, "永修县") {
		t.Errorf("half of a faulty configuration is in force: %q", got)
	}
	write(strings.Replace(least, "修水县", "永修县", 1))
	send(t, cmd, syscall.SIGHUP)
	await("configuration reloaded")
	if got := status(); !strings.Contains(got, "永修县") || strings.Contains(got, "修水县 ") {
		t.Errorf("after the reload: %q", got)
	}

	send(t, cmd, syscall.SIGTERM)
	await("tongbao has stopped")
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "tongbao.sock")); err == nil {
		t.Error("the socket is left behind")
	}
}

func send(t *testing.T, cmd *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
