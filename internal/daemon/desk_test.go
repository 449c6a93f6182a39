package daemon_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"tongbao/internal/daemon"
	"tongbao/internal/frontdesk"
	"tongbao/internal/postoffice"
	"tongbao/internal/schedule"
)

// TestAnswersWhileReading lets the mailbox's server fall silent in the middle
// of a turn: a question and a decision must not wait for it.
func TestAnswersWhileReading(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	met := make(chan net.Conn, 1)
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			met <- conn
		}
	}()
	w.cfg.Mailbox.Port = silent.Addr().(*net.TCPAddr).Port
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	house, err := daemon.Open(w.cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	clock := schedule.NewSimulated(at(4, 20, 10, 0))
	d, err := daemon.New(house, clock, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	turned := make(chan struct{})
	go func() { defer close(turned); d.Turn(ctx) }()
	conn := <-met
	defer conn.Close()

	h := d.Locked(frontdesk.Desk{Office: house.Office, Now: clock.Now}.Handler())
	q := url.Values{"submitter": {"修水县"}, "period": {"2021-04"}, "table": {"lagging"}, "reason": {"无在建项目"}}
	exempted := false
	for _, r := range []struct{ method, path string }{{"GET", "/status?period=2021-04"}, {"POST", "/exempt?" + q.Encode()}, {"GET", "/status?period=2021-04"}} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(r.method, r.path, nil))
		if rec.Code != 200 {
			t.Errorf("%s %s: %d %s", r.method, r.path, rec.Code, rec.Body)
		}
		if r.method == "GET" && strings.Contains(rec.Body.String(), `"exempt"`) != exempted {
			t.Errorf("%s with exempted=%v: %s", r.path, exempted, rec.Body)
		}
		exempted = exempted || r.method == "POST"
		select {
		case <-turned:
			t.Fatal("the turn has ended, and nothing was shown")
		default:
		}
	}
	cancel()
	<-turned
}
