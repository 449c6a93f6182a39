package daemon_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/schedule"
)

// TestReloadOften changes the configuration of a daemon without a mailbox again
// and again, so that the race detector meets a change at any step of its rest.
// (A server in the same process would order what it is to see.)
func TestReloadOften(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("data: ./data\nsubmitters:\n  - {name: 修水县, addresses: [xs@xiushui.example.com]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	house, err := daemon.Open(cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	d, err := daemon.New(house, schedule.Wall, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for range 12 {
		again, err := config.Load(path)
		if err == nil {
			err = d.Reload(again)
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond) // it comes to its rest, or does not: either may meet the next change
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestReloadAtRest changes the configuration while the daemon waits for the
// server to tell of letters: the new one is in force at once, and it waits on a
// connection of its own.
func TestReloadAtRest(t *testing.T) {
	post, err := postoffice.Start(postoffice.Options{User: box, Password: "secret", RequireID: true})
	if err != nil {
		t.Fatal(err)
	}
	defer post.Close()
	path := writeConfig(t, t.TempDir(), post, "reminders: {enabled: false}\nsubmitters:\n  - {name: 修水县, addresses: [xs@xiushui.example.com]}\n")
	load := func() *config.Config {
		t.Helper()
		cfg, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	house, err := daemon.Open(load(), daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	d, err := daemon.New(house, schedule.Wall, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	// more waits until the server got more of a command than n.
	more := func(command string, n int) int {
		t.Helper()
		for begin := time.Now(); time.Since(begin) < 2*time.Minute; time.Sleep(time.Millisecond) {
			if now := post.Commands()[command]; now > n {
				return now
			}
		}
		t.Fatalf("the server got no further %s: %v", command, post.Commands())
		return 0
	}
	idle := more("IDLE", 0)
	for range 5 {
		logins := post.Commands()["LOGIN"]
		if err := d.Reload(load()); err != nil {
			t.Fatal(err)
		}
		more("LOGIN", logins)
		idle = more("IDLE", idle)
	}
	broken := load()
	broken.Data += "-elsewhere"
	if err := d.Reload(broken); err == nil {
		t.Error("the data directory was moved")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
