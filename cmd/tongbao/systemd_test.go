package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestSystemd listens as systemd does: ready first, the watchdog only while
// the office answers, and the end.
func TestSystemd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "3000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	next := func() string {
		b := make([]byte, 64)
		n, err := conn.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	ctx, cancel := context.WithCancel(context.Background())
	asked := make(chan error)
	done := make(chan struct{})
	go func() {
		defer close(done)
		alive := func() error {
			if err, ok := <-asked; ok {
				return err
			}
			return errors.New("the test is over")
		}
		tellSystemd(ctx, alive, slog.New(slog.NewTextHandler(io.Discard, nil)))
	}()
	if got := next(); got != "READY=1" {
		t.Fatalf("first: %q", got)
	}
	asked <- nil
	if got := next(); got != "WATCHDOG=1" {
		t.Fatalf("second: %q", got)
	}
	asked <- errors.New("the store is gone")
	cancel()
	close(asked)
	if got := next(); got != "STOPPING=1" {
		t.Errorf("after an office that does not answer: %q", got)
	}
	<-done
}
