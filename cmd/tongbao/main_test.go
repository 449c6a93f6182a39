package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary stand in for the program, as a command of the
// scripts and as the clerk's child, which is started by the binary's own path.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "clerk" || os.Getenv("TONGBAO_TEST_MAIN") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"tongbao": main})
}

// TestScripts runs what scripts and administrators type; in the short form, of
// what starts a process for each line, a month and several verbs at once.
func TestScripts(t *testing.T) {
	dir, files := "testdata", []string(nil)
	if testing.Short() {
		dir, files = "", []string{"testdata/month.txtar", "testdata/several.txtar"}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, Files: files,
		Setup: func(e *testscript.Env) error {
			e.Setenv("EXAMPLE", mustAbs(t, "../../config.example.yaml"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "within": within},
	})
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return wd + "/" + path
}

// exits runs tongbao and wants an exit status: exits 2 check -c config.yaml.
// What it prints goes to out.txt and err.txt.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("tongbao", args[1:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d: %s", got, want, fmt.Sprint(args[1:]))
	}
}

// within wants every line that was printed to have at most so many places.
func within(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: within PLACES")
	}
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if n := width(strings.TrimSuffix(line, "\n")); n > most {
			ts.Fatalf("%d places, more than %d: %s", n, most, line)
		}
	}
}
