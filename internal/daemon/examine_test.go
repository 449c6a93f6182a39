package daemon_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
)

const oneLetter = "From: a@xiushui.example.com\nTo: " + box + "\nSubject: x\n\nx\n"

// examined lets the doctor look and returns its results by what they are about.
func examined(t *testing.T, w *world, x daemon.Examination) map[string]daemon.Result {
	t.Helper()
	house, err := daemon.OpenWithout(w.cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	x.Look = 10 * time.Millisecond
	out := map[string]daemon.Result{}
	for _, r := range daemon.Examine(ctx, house, x) {
		what := r.What
		for _, short := range []string{"收信服务器", "发信服务器", "数据目录"} {
			if strings.HasPrefix(what, short) {
				what = short
			}
		}
		out[what] = r
	}
	return out
}

// TestExamineReach has the oldest visible letter at several ages: only about
// thirty days is the window that NetEase shows unless it is told otherwise.
func TestExamineReach(t *testing.T) {
	for days, want := range map[int]bool{3: false, 29: true, 30: true, 45: false, 400: false} {
		w := newWorld(t, "", postoffice.Options{})
		w.deliver(oneLetter, time.Now().Add(-time.Duration(days)*24*time.Hour-time.Hour))
		w.deliver(oneLetter, time.Now().Add(-time.Hour))
		got := examined(t, w, daemon.Examination{})
		if r := got["要读的文件夹 INBOX"]; r.Err != nil || !strings.Contains(r.Found, "2 封") {
			t.Errorf("the oldest is %d days old: the folder says %+v", days, r)
		}
		if told := strings.Contains(got["能看多远"].Note, "收取全部邮件"); told != want {
			t.Errorf("the oldest is %d days old: told %t, want %t (%+v)", days, told, want, got["能看多远"])
		}
	}
}

// TestExamineSend sends the doctor's letter through a server that delivers it
// at once, with a clock of its own, or not at all.
func TestExamineSend(t *testing.T) {
	for _, c := range []struct {
		name          string
		delivers      bool
		ahead         time.Duration
		send, clock   string // what the errors say; "" is none
		clockIsLooked bool
	}{
		{name: "well", delivers: true, clockIsLooked: true},
		{name: "a minute apart", delivers: true, ahead: time.Minute, clockIsLooked: true},
		{name: "the server an hour ahead", delivers: true, ahead: time.Hour, clock: "相差", clockIsLooked: true},
		{name: "the server an hour behind", delivers: true, ahead: -time.Hour, clock: "相差", clockIsLooked: true},
		{name: "nothing arrives", send: "mailbox.folders"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "", postoffice.Options{})
			if c.delivers {
				w.post.RefuseSMTP(func(l postoffice.Letter) error {
					raw := slices.Clone(l.Raw)
					go w.post.Deliver("INBOX", raw, time.Now().Add(c.ahead)) //nolint:errcheck // its absence is seen
					return nil
				})
			}
			wait := time.Minute
			if !c.delivers {
				wait = 300 * time.Millisecond
			}
			got := examined(t, w, daemon.Examination{Send: true, Wait: wait})
			says(t, got["给自己发信"], c.send)
			clock, looked := got["时钟"]
			if looked != c.clockIsLooked {
				t.Errorf("the clock was looked at: %t", looked)
			}
			says(t, clock, c.clock)
			sent := w.post.Sent()
			if len(sent) != 1 || sent[0].To != box || !strings.Contains(string(sent[0].Raw), "Auto-Submitted: auto-generated") {
				t.Errorf("%d letters went out, want one to the mailbox that says it is automatic: %+v", len(sent), sent)
			}
		})
	}
}

func says(t *testing.T, r daemon.Result, want string) {
	t.Helper()
	if want == "" && r.Err != nil || want != "" && (r.Err == nil || !strings.Contains(r.Err.Error(), want)) {
		t.Errorf("%s: %v, want %q in it", r.What, r.Err, want)
	}
}

// TestExamineSendsOnlyWhenAsked counts the letters of a plain look.
func TestExamineSendsOnlyWhenAsked(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	for what, r := range examined(t, w, daemon.Examination{}) {
		if r.Err != nil {
			t.Errorf("%s: %v", what, r.Err)
		}
	}
	if n := len(w.post.Sent()); n != 0 {
		t.Errorf("%d letters were sent without being asked", n)
	}
}

// TestExamineMachine spoils one thing after the other.
func TestExamineMachine(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, cfg *config.Config, dir string)
		now   string
		what  string
		err   string
		note  string
	}{
		{name: "password for all", what: "密码 mailbox.password", err: "0604", spoil: func(t *testing.T, _ *config.Config, dir string) {
			must(t, os.Chmod(filepath.Join(dir, "password"), 0o604))
		}},
		{name: "password for the group", what: "密码 mailbox.password", spoil: func(t *testing.T, _ *config.Config, dir string) {
			must(t, os.Chmod(filepath.Join(dir, "password"), 0o640))
		}},
		{name: "no password", what: "密码 mailbox.password", err: "password", spoil: func(t *testing.T, _ *config.Config, dir string) {
			must(t, os.Remove(filepath.Join(dir, "password")))
		}},
		{name: "data for all", what: "数据目录", note: "chmod 700", spoil: func(t *testing.T, cfg *config.Config, _ string) {
			must(t, os.Mkdir(cfg.Data, 0o700))
			must(t, os.Chmod(cfg.Data, 0o755))
		}},
		{name: "data is a file", what: "数据目录", err: "不是目录", spoil: func(t *testing.T, cfg *config.Config, _ string) {
			must(t, os.WriteFile(cfg.Data, nil, 0o600))
		}},
		{name: "no folder", what: "要读的文件夹 稿件", err: "no such folder", spoil: func(_ *testing.T, cfg *config.Config, _ string) {
			cfg.Mailbox.Folders = append(cfg.Mailbox.Folders, "稿件")
		}},
		{name: "wrong password", what: "收信服务器", err: "login refused", spoil: func(t *testing.T, _ *config.Config, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "password"), []byte("wrong\n"), 0o600))
		}},
		{name: "holidays known", what: "放假安排", now: "2025-03-01", spoil: nothing},
		{name: "next year not out yet", what: "放假安排", now: "2026-03-01", spoil: nothing},
		{name: "next year is out", what: "放假安排", now: "2026-11-25", note: "2027年", spoil: nothing},
		{name: "this year unknown", what: "放假安排", now: "2031-01-05", note: "2031年", spoil: nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "", postoffice.Options{})
			x := daemon.Examination{}
			if c.now != "" {
				now, err := time.Parse(time.DateOnly, c.now)
				must(t, err)
				x.Now = func() time.Time { return now }
			}
			c.spoil(t, w.cfg, filepath.Dir(w.cfg.Data))
			r, ok := examined(t, w, x)[c.what]
			if !ok {
				t.Fatalf("nothing was said of %s", c.what)
			}
			says(t, r, c.err)
			if c.note == "" && r.Note != "" || !strings.Contains(r.Note, c.note) {
				t.Errorf("note %q, want %q in it", r.Note, c.note)
			}
		})
	}
}

func nothing(*testing.T, *config.Config, string) {}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
