package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tongbao/internal/postoffice"
)

// heard is what a process said, while it goes on.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.String()
}

// spellings are the ways in which a password can stand somewhere: as it is, and
// in base64 by itself, and behind a user's name at each of its three offsets.
func spellings(password string) []string {
	out := []string{password, url.QueryEscape(password)}
	for lead := range 3 {
		// Of the first and the last characters others share the bits.
		s := base64.StdEncoding.EncodeToString(append(make([]byte, lead), password...))
		out = append(out, s[min(4, 4*lead):len(s)-4])
	}
	return out
}

// TestHidden plants a password, in a file, in the environment and as a systemd
// credential, with servers that take it and servers that refuse it, and looks
// for it in all that the program says: logs at their most talkative, errors,
// verbs, pages, metrics, letters, everything in the data directory, a backup,
// and what a daemon leaves that crashes.
func TestHidden(t *testing.T) {
	if testing.Short() {
		t.Skip("a dump of each process is searched; the plain run does")
	}
	const planted = "Pl4nted-p/ssw?rd-7f3a91"
	for _, c := range []struct {
		source string // YAML
		right  bool
	}{{"{file: planted}", true}, {"{env: TONGBAO_PLANTED}", true}, {"{credential: planted}", true}, {"{file: planted}", false}} {
		t.Run(fmt.Sprintf("%s right=%v", c.source, c.right), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			password := planted
			if !c.right {
				password = "another"
			}
			const user = "jjcj@tongbao.example.com"
			post, err := postoffice.Start(postoffice.Options{User: user, Password: password})
			if err != nil {
				t.Fatal(err)
			}
			defer post.Close()
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			listen := free.Addr().String()
			free.Close()
			server := func(addr string) string {
				host, port, _ := net.SplitHostPort(addr)
				return "host: " + host + ", port: " + port + ", security: none, user: " + user + ", password: " + c.source
			}
			config := fmt.Sprintf("data: ./data\nlog: {level: debug}\noffice: {addresses: [office@example.com]}\nmailbox: {%s, poll: 10s, night_poll: 10s}\nsmtp: {%s, from: %s}\nweb: {listen: %q, password: %s}\nsubmitters:\n  - {name: 修水县, addresses: [xs@xiushui.example.com]}\n",
				server(post.IMAPAddr()), server(post.SMTPAddr()), user, listen, c.source)
			for name, text := range map[string]string{"config.yaml": config, "planted": planted + "\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			letter := fmt.Sprintf("From: <xs@xiushui.example.com>\r\nTo: <%s>\r\nSubject: report\r\nDate: %s\r\nMessage-ID: <a@x.example.com>\r\nContent-Type: text/plain\r\n\r\nhello\r\n", user, time.Now().Format(time.RFC1123Z))
			if err := post.Deliver("INBOX", []byte(letter), time.Now()); err != nil {
				t.Fatal(err)
			}
			command := func(args ...string) *exec.Cmd {
				cmd := program(dir, args...)
				cmd.Env = append(cmd.Env, "TONGBAO_PLANTED="+planted, "CREDENTIALS_DIRECTORY="+dir, "GOTRACEBACK=all")
				return cmd
			}
			said := map[string]string{}
			var out heard
			daemon := command("run")
			daemon.Stdout, daemon.Stderr = &out, &out
			if err := daemon.Start(); err != nil {
				t.Fatal(err)
			}
			defer daemon.Process.Kill() //nolint:errcheck // it has ended by then
			word := "letter taken in"
			if !c.right {
				word = "reading the mailbox failed"
			}
			for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(out.String(), word); time.Sleep(50 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("the daemon never said %q:\n%s", word, out.String())
				}
			}
			for _, verb := range [][]string{{"status"}, {"status", "--json"}, {"outbox", "list"}, {"audit"}, {"check"}, {"doctor"}, {"backup", "b.tar"}, {"run"}} {
				text, _ := command(append(verb, "-c", "config.yaml")...).CombinedOutput() // doctor may find faults
				said[strings.Join(verb, " ")] = string(text)
			}
			jar, _ := cookiejar.New(nil)
			client := &http.Client{Jar: jar}
			get := func(path string, form url.Values) {
				t.Helper()
				var r *http.Response
				var err error
				if form != nil {
					r, err = client.PostForm("http://"+listen+path, form)
				} else {
					r, err = client.Get("http://" + listen + path)
				}
				if err != nil {
					t.Errorf("%s: %v", path, err)
					return
				}
				defer r.Body.Close()
				body, _ := io.ReadAll(r.Body)
				said["page "+path] += fmt.Sprint(r.Header) + string(body)
			}
			get("/login", url.Values{"password": {"wrong"}})
			get("/login", url.Values{"password": {planted}})
			for _, path := range []string{"/", "/projects", "/problems", "/quarantine", "/bulletins", "/outbox", "/audit", "/metrics", "/healthz", "/readyz"} {
				get(path, nil)
			}
			send(t, daemon, syscall.SIGQUIT)
			daemon.Wait() //nolint:errcheck // it crashed
			said["the daemon"] = out.String()
			if !strings.Contains(said["the daemon"], "goroutine ") {
				t.Errorf("the daemon left no dump: %s", said["the daemon"])
			}
			for i, l := range post.Sent() {
				said[fmt.Sprint("letter ", i)] = string(l.Raw)
			}
			err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
				if err != nil || !e.Type().IsRegular() || e.Name() == "planted" {
					return err
				}
				raw, err := os.ReadFile(path)
				said["file "+e.Name()] = string(raw)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if said["file b.tar"] == "" || said["file tongbao.db"] == "" || !strings.Contains(said["page /metrics"], "tongbao_") || !strings.Contains(said["page /"], "修水县") {
				t.Error("something that was to be searched is empty")
			}
			bytes := 0
			for where, text := range said {
				bytes += len(text)
				for _, s := range spellings(planted) {
					if i := strings.Index(text, s); i >= 0 {
						t.Errorf("%s has the password: …%q…", where, text[max(0, i-60):min(len(text), i+40)])
					}
				}
			}
			t.Logf("searched %d outputs, %d bytes", len(said), bytes)
		})
	}
}
