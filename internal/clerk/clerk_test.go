package clerk

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary stand in for the program as the clerk's child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "clerk" {
		if os.Getenv("TONGBAO_CLERK_TEST") != "" {
			opening = misbehave
		}
		if err := Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var kept [][]byte

// misbehave does what a file says, as a library would that the file leads astray.
func misbehave(data []byte) {
	word, _, _ := strings.Cut(string(data[:min(len(data), 30)]), "\n")
	switch word {
	case "TEST hang":
		time.Sleep(time.Hour)
	case "TEST spin":
		for i := 0; ; i++ {
			if i < 0 {
				return
			}
		}
	case "TEST eat":
		for {
			kept = append(kept, bytes.Repeat([]byte{1}, 8<<20))
		}
	case "TEST exit":
		os.Exit(7)
	case "TEST panic":
		panic("a library's fault")
	case "TEST dial":
		if conn, err := net.Dial("udp", "127.0.0.1:9"); !errors.Is(err, syscall.EPERM) {
			panic(fmt.Sprint("the child reached the network: ", conn, err))
		}
	case "TEST exec":
		if err := exec.Command("/bin/true").Run(); !errors.Is(err, syscall.EPERM) {
			panic(fmt.Sprint("the child started a program: ", err))
		}
	case "TEST stack":
		var down func(int) int
		down = func(n int) int { return down(n+1) + 1 }
		down(0)
	}
}

func newClerk(t *testing.T, o Options) *Clerk {
	t.Helper()
	o.Command = []string{os.Args[0], "clerk"}
	o.Env = append(o.Env, "TONGBAO_CLERK_TEST=1")
	c := New(o)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// post is a letter with files.
func post(files ...string) []byte {
	var b strings.Builder
	b.WriteString("From: <xs@county.example.com>\r\nSubject: 3\r\nDate: Thu, 25 Mar 2021 10:20:00 +0800\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
	for i, f := range files {
		fmt.Fprintf(&b, "--b\r\nContent-Type: text/csv; name=%d.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", i+1, base64.StdEncoding.EncodeToString([]byte(f)))
	}
	b.WriteString("--b--\r\n")
	return []byte(b.String())
}

func table(n int) string {
	return fmt.Sprintf("序号,项目名称,总投资\n1,污水处理厂,%d\n", n)
}

// told is what came out: the files that were read, and the findings.
func told(o Opened) string {
	var out []string
	for _, d := range o.Documents {
		out = append(out, strings.Join(d.Path[1:], "/"))
	}
	for _, f := range o.Findings {
		out = append(out, strings.Join(f.Path[1:], "/")+"!"+f.Code)
		if !strings.HasSuffix(f.Message, "。") || !strings.Contains(f.Message, "请") {
			out = append(out, "(does not say what to do: "+f.Message+")")
		}
	}
	return strings.Join(out, " ")
}

func (c *Clerk) pid() int {
	if len(c.idle) == 0 {
		return 0
	}
	return c.idle[0].cmd.Process.Pid
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		file, want, word string
		o                Options
		keeps            bool // the child lives on
	}{
		{table(2), "1.csv 2.csv 3.csv", "", Options{}, true},
		{"TEST panic\n", "1.csv 3.csv 2.csv!unreadable", "出错", Options{}, true},
		{"TEST exit\n", "1.csv 3.csv 2.csv!unreadable", "出错", Options{}, false},
		{"TEST stack\n", "1.csv 3.csv 2.csv!unreadable", "无法打开", Options{}, false},
		{"TEST eat\n", "1.csv 3.csv 2.csv!unreadable", "内容过大", Options{Wall: time.Minute, CPU: time.Minute}, false},
		{"TEST spin\n", "1.csv 3.csv 2.csv!unreadable", "时间过长", Options{CPU: 300 * time.Millisecond}, false},
		{"TEST hang\n", "1.csv 3.csv 2.csv!unreadable", "时间过长", Options{Wall: 5 * time.Second}, false},
	} {
		t.Run(strings.TrimSpace(test.file[:min(len(test.file), 10)]), func(t *testing.T) {
			var log bytes.Buffer
			test.o.Log = slog.New(slog.NewTextHandler(&log, nil))
			c := newClerk(t, test.o)
			ctx := t.Context()
			if o, err := c.Open(ctx, "a.eml", post(table(1))); err != nil || told(o) != "1.csv" {
				t.Fatalf("before: %s, %v", told(o), err)
			}
			first := c.pid()
			o, err := c.Open(ctx, "a.eml", post(table(1), test.file, table(3)))
			if err != nil {
				t.Fatal(err)
			}
			if got := told(o); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			for _, f := range o.Findings {
				if !strings.Contains(f.Message, test.word) {
					t.Errorf("the finding says %q, not %q\n%s", f.Message, test.word, log.String())
				}
			}
			if o.Header == nil || o.Header.From != "xs@county.example.com" {
				t.Error("the header is lost")
			}
			if o, err := c.Open(ctx, "a.eml", post(table(4))); err != nil || told(o) != "1.csv" {
				t.Errorf("the next letter: %s, %v", told(o), err)
			}
			if (c.pid() == first) != test.keeps {
				t.Errorf("child %d became %d", first, c.pid())
			}
			if logged := strings.Contains(log.String(), "died"); logged == test.keeps {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

// TestManyFaults has more deadly files than a letter may have: its header is
// read, and that the rest was not is told.
func TestManyFaults(t *testing.T) {
	c := newClerk(t, Options{})
	o, err := c.Open(t.Context(), "a.eml", post("TEST exit\n1", "TEST exit\n2", "TEST exit\n3", table(1)))
	if err != nil || o.Header == nil || len(o.Documents) != 0 {
		t.Fatalf("%s, %v", told(o), err)
	}
	if got := told(o); got != "1.csv!unreadable 2.csv!unreadable !unreadable" {
		t.Errorf("got %s", got)
	}
}

func TestContext(t *testing.T) {
	c := newClerk(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		time.Sleep(100 * time.Millisecond)
		cancel()
	}()
	if _, err := c.Open(ctx, "a.eml", post("TEST hang\n")); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v", err)
	}
	if o, err := c.Open(t.Context(), "a.eml", post(table(1))); err != nil || told(o) != "1.csv" {
		t.Errorf("the next letter: %s, %v", told(o), err)
	}
}

// TestIdleDeath kills the child between two letters: the second is opened.
func TestIdleDeath(t *testing.T) {
	c := newClerk(t, Options{})
	for range 2 {
		if o, err := c.Open(t.Context(), "a.eml", post(table(1))); err != nil || told(o) != "1.csv" {
			t.Fatalf("%s, %v", told(o), err)
		}
		if err := c.idle[0].cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNoChild(t *testing.T) {
	c := New(Options{Command: []string{filepath.Join(t.TempDir(), "none")}})
	if _, err := c.Open(t.Context(), "a.eml", post(table(1))); err == nil {
		t.Error("no error")
	}
}

// TestSecrets reads the child's environment and arguments: the parent's
// secrets and the passwords are in neither.
func TestSecrets(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	t.Setenv("TONGBAO_IMAP_PASSWORD", "hunter2")
	c := newClerk(t, Options{Passwords: []string{"swordfish"}})
	if _, err := c.Open(t.Context(), "a.eml", post(table(1))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"environ", "cmdline"} {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", c.pid(), name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("hunter2")) || bytes.Contains(data, []byte("swordfish")) || bytes.Contains(data, []byte("HOME=")) {
			t.Errorf("%s: %q", name, data)
		}
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", c.pid()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Max data size 536870912", "Max open files 64", "Max file size 268435456", "Max core file size 0"} {
		if !strings.Contains(strings.Join(strings.Fields(string(limits)), " "), want) {
			t.Errorf("not %s in\n%s", want, limits)
		}
	}
}

// TestLeaks replaces children again and again: nothing of them may stay.
func TestLeaks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	count := func() (files, routines int) {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(list), runtime.NumGoroutine()
	}
	c := newClerk(t, Options{})
	if _, err := c.Open(t.Context(), "a.eml", post("TEST exit\n")); err != nil {
		t.Fatal(err)
	}
	c.Close()
	files, routines := count()
	for range 5 {
		if _, err := c.Open(t.Context(), "a.eml", post("TEST exit\n")); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	for range 100 { // a goroutine may still be on its way out
		if f, r := count(); f <= files && r <= routines {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	f, r := count()
	t.Errorf("files %d, then %d; goroutines %d, then %d", files, f, routines, r)
}

// TestNoNetwork holds that no file of the rooms that the child runs imports a
// network package. The libraries beneath do (excelize and sevenzip's import
// net/http); that they cannot use it is TestNoSocket's.
func TestNoNetwork(t *testing.T) {
	for _, room := range []string{".", "../letter", "../attachment", "../sheet"} {
		list, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(list) == 0 {
			t.Fatalf("%s: %d files, %v", room, len(list), err)
		}
		for _, name := range list {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				if path := strings.Trim(spec.Path.Value, `"`); path == "net" || strings.HasPrefix(path, "net/") && path != "net/url" && path != "net/mail" {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
}

// TestNoSocket has the child try to reach the network and to start a program.
func TestNoSocket(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("the system's calls are filtered on Linux alone")
	}
	c := newClerk(t, Options{})
	o, err := c.Open(t.Context(), "a.eml", post("TEST dial\n", "TEST exec\n"))
	if err != nil || told(o) != "1.csv 2.csv" {
		t.Errorf("%s, %v", told(o), err)
	}
}

// TestLetGo sees children work side by side, and end when nothing comes.
func TestLetGo(t *testing.T) {
	c := New(Options{Command: []string{os.Args[0], "clerk"}, Children: 2, Rest: time.Millisecond})
	t.Cleanup(func() { c.Close() })
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			if o, err := c.Open(t.Context(), "a.eml", post(table(1))); err != nil || told(o) != "1.csv" {
				t.Errorf("%s, %v", told(o), err)
			}
		})
	}
	wait.Wait()
	gone := func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.idle) == 0
	}
	for n := 0; !gone(); n++ {
		if n == 1000 {
			t.Fatal("the children were not let go")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if o, err := c.Open(t.Context(), "a.eml", post(table(1))); err != nil || told(o) != "1.csv" {
		t.Fatalf("after the rest: %s, %v", told(o), err)
	}
}

// TestOpenSmall tells of a letter beside others only what is small.
func TestOpenSmall(t *testing.T) {
	c := New(Options{Command: []string{os.Args[0], "clerk"}})
	t.Cleanup(func() { c.Close() })
	for _, x := range []struct {
		most  int
		small bool
	}{{1 << 20, true}, {100, false}} {
		o, small, err := c.OpenSmall(t.Context(), "a.eml", post(table(1)), x.most)
		if err != nil || small != x.small || (told(o) == "1.csv") != x.small {
			t.Errorf("at most %d bytes: %s, small %v, %v", x.most, told(o), small, err)
		}
	}
}
