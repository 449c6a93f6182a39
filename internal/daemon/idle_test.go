package daemon_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tongbao/internal/postoffice/debian"
)

// program is the real binary at work: built for the benchmark, run as an
// administrator runs it.
type program struct {
	b    *testing.B
	cmd  *exec.Cmd
	web  string // host:port of the pages, "" where there are none
	said string // the file that has its log
}

// build makes the binary.
func build(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "tongbao")
	if out, err := exec.Command("go", "build", "-o", binary, "tongbao/cmd/tongbao").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// run starts the binary on a configuration in dir and returns at once.
func run(b *testing.B, binary, dir, config, web string) *program {
	b.Helper()
	if web != "" {
		config += "\nweb: {listen: \"" + web + "\"}\n"
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	p := &program{b: b, web: web, said: filepath.Join(dir, "said")}
	said, err := os.Create(p.said)
	if err != nil {
		b.Fatal(err)
	}
	defer said.Close()
	p.cmd = exec.Command(binary, "run", "-c", path)
	p.cmd.Stdout, p.cmd.Stderr = said, said
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.stop)
	return p
}

func (p *program) stop() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have ended
		p.cmd.Wait()                          //nolint:errcheck // likewise
	}
}

// ready waits until the mailbox has been read and returns how long that took
// since the program was started. It asks the pages.
func (p *program) ready() time.Duration {
	p.b.Helper()
	begin := time.Now()
	for time.Since(begin) < 5*time.Minute {
		r, err := http.Get("http://" + p.web + "/readyz")
		if err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return time.Since(begin)
			}
		}
		time.Sleep(time.Millisecond)
	}
	raw, _ := os.ReadFile(p.said)
	p.b.Fatalf("the program is not ready after 5 minutes:\n%s", raw)
	return 0
}

// wakes counts how often the process's threads went to sleep of their own.
func (p *program) wakes() (n int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.cmd.Process.Pid))
	for _, f := range files {
		n += int(statusLine(f, "voluntary_ctxt_switches:"))
	}
	return n
}

// anonymous is the process's anonymous memory in MiB.
func (p *program) anonymous() float64 {
	return statusLine(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid), "RssAnon:") / 1024
}

// cpu is the processor time that the process has used.
func (p *program) cpu() time.Duration {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(raw), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func statusLine(file, name string) float64 {
	raw, _ := os.ReadFile(file)
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return n
		}
	}
	return 0
}

// idleConfig is an ordinary office at the servers.
func idleConfig(s *debian.Servers) string {
	text := fmt.Sprintf(`
data: ./data
log: {level: warn}
reminders: {enabled: false} # nobody is to be chased while it rests
office: {addresses: [office@tongbao.example.com]}
mailbox: {host: 127.0.0.1, port: %d, security: tls, ca_file: %q, user: %s, password: {env: TONGBAO_PASSWORD}}
smtp: {host: 127.0.0.1, port: %d, security: starttls, ca_file: %[2]q}
bulletins: [{schedule: "0 9 1 * *", recipients: [office@tongbao.example.com], release: automatic}]
submitters:
`, s.IMAPSPort, s.CAFile, box, s.SMTPPort)
	for i := range 17 {
		text += fmt.Sprintf("  - {name: 第%d县, addresses: [c%[1]d@county.example.com]}\n", i+1)
	}
	return text
}

// BenchmarkIdle measures the real binary at rest, at a real Dovecot that it
// waits for with IDLE, with the intervals of the default configuration: its
// anonymous memory, and how often its threads wake in a minute, with the pages
// and without, fresh and after a dozen letters. All four rest side by side for
// six minutes, which is two looks into the mailbox:
//
//	go test ./internal/daemon -run '^$' -bench Idle -benchtime 1x -timeout 30m
func BenchmarkIdle(b *testing.B) {
	const rest = 6 // minutes
	binary := build(b)
	b.Setenv("TONGBAO_PASSWORD", "secret")
	type resting struct {
		name  string
		p     *program
		wakes int
		cpu   time.Duration
	}
	var all []resting
	for _, pages := range []string{"", "pages"} {
		for _, letters := range []int{0, 12} {
			servers, web, name := debian.Start(b, box, "c1@county.example.com", "office@tongbao.example.com"), "", fmt.Sprintf("%s%d", pages, letters)
			if pages != "" {
				web = freeAddress(b)
			}
			p := run(b, binary, b.TempDir(), idleConfig(servers), web)
			all = append(all, resting{name: name, p: p})
			time.Sleep(10 * time.Second)
			for i := range letters {
				raw := letter("c1@county.example.com", "第1县", 3, time.Now(), fmt.Sprintf("idle%d", i))
				servers.Lay(b, box, []byte(strings.ReplaceAll(raw, "\n", "\r\n")), time.Now())
			}
		}
	}
	time.Sleep(4 * time.Minute) // receipts leave four a minute
	for i := range all {
		all[i].wakes, all[i].cpu = all[i].p.wakes(), all[i].p.cpu()
	}
	time.Sleep(rest * time.Minute)
	for _, r := range all {
		b.ReportMetric(float64(r.p.wakes()-r.wakes)/rest, "wakes/min-"+r.name)
		b.ReportMetric(float64((r.p.cpu()-r.cpu).Milliseconds())/rest, "cpu-ms/min-"+r.name)
		b.ReportMetric(r.p.anonymous(), "MiB-"+r.name)
	}
	if b.N == 1 && testing.Verbose() {
		for _, r := range all {
			said, _ := os.ReadFile(r.p.said)
			b.Logf("%s said:\n%s", r.name, said)
		}
	}
}
