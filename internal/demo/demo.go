// Package demo is a spring that never happened: thirteen counties and four
// central units of Jiujiang report from March to May 2021 to the real daemon,
// over real IMAP and SMTP on loopback sockets, in a clock that moves on only
// while the daemon rests. The same story comes out every time.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/postoffice"
	"tongbao/internal/schedule"
)

// Options say where the story goes.
type Options struct {
	Out     string    // a directory for all letters and bulletins; made new
	Data    string    // the data directory; "" is a temporary one
	Story   io.Writer // what happens, as it happens; nil is silence
	Command []string  // starts the clerk's child; default: this binary with "clerk"
	Env     []string
	Log     *slog.Logger
	Until   time.Time // ends the story earlier; zero is its end
}

const (
	boxAddress  = "jjcj@tongbao.example.com"
	boxPassword = "demonstration"
)

// zone is where the story takes place.
var zone = time.FixedZone("CST", 8*3600)

// Run tells the story to its end.
func Run(ctx context.Context, o Options) (err error) {
	if o.Story == nil {
		o.Story = io.Discard
	}
	if err := freshDir(o.Out); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "tongbao-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(tmp)
	if o.Data == "" {
		o.Data = filepath.Join(tmp, "data")
	}
	began := time.Now()
	clock := schedule.NewSimulated(day(3, 15, 8, 0))
	tell := &teller{w: o.Story, out: o.Out}
	post, err := postoffice.Start(postoffice.Options{User: boxAddress, Password: boxPassword, RequireID: true, Now: clock.Now, OnSent: tell.sent})
	if err != nil {
		return fmt.Errorf("demo: start post office: %w", err)
	}
	defer post.Close()
	cfg, err := configure(tmp, o.Data, post)
	if err != nil {
		return err
	}
	house, err := daemon.Open(cfg, daemon.Options{Log: o.Log, Command: o.Command, Env: o.Env})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, house.Close()) }()
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	d, err := daemon.New(house, clock, log)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	s := &stage{ctx: ctx, clock: clock, post: post, house: house, tell: tell, out: o.Out, until: o.Until}
	err = s.play()
	cancel()
	if err := errors.Join(err, <-done); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("demo: %w", err)
	}
	tell.flush()
	fmt.Fprintf(o.Story, "\n演示结束：来信 %d 封，发出 %d 封，用时 %.1f 秒。全部信件和通报在 %s\n", s.delivered, tell.count, time.Since(began).Seconds(), o.Out)
	return nil
}

// marker says that a directory is a demonstration's and may be made new.
const marker = ".tongbao-demo"

func freshDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
			return fmt.Errorf("demo: %q is not empty and not of a demonstration: name another directory with --out", dir)
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	for _, sub := range []string{"来信", "发出", "通报"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return os.WriteFile(filepath.Join(dir, marker), nil, 0o644)
}

// configure writes the administrator's file as it would stand in an office.
func configure(tmp, data string, post *postoffice.Office) (*config.Config, error) {
	secret := filepath.Join(tmp, "password")
	if err := os.WriteFile(secret, []byte(boxPassword+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	imapHost, imapPort := split(post.IMAPAddr())
	smtpHost, smtpPort := split(post.SMTPAddr())
	text := fmt.Sprintf(`
data: %q
office: {contact: 周明, phone: "13900000000", addresses: [office@tongbao.example.com]}
mailbox:
  host: %s
  port: %s
  security: none
  user: %s
  password: {file: %q}
  poll: 2h
  night_poll: 9h
  since: 2021-03-01
smtp: {host: %s, port: %s, security: none, rates: {minute: 30, quarter: 120, day: 400}}
bulletins:
  - {name: monthly, schedule: "0 9 1 * *", recipients: [office@tongbao.example.com], release: automatic}
submitters:
`, data, imapHost, imapPort, boxAddress, secret, smtpHost, smtpPort)
	for _, c := range cast {
		text += fmt.Sprintf("  - {name: %s, group: %s, addresses: [%s], copies: [%s]}\n", c.name, c.group, c.address(), "leader."+c.address())
	}
	return config.Parse([]byte(text), filepath.Join(tmp, "config.yaml"))
}

func split(addr string) (host, port string) {
	for i := len(addr) - 1; i >= 0; i-- {
		if addr[i] == ':' {
			return addr[:i], addr[i+1:]
		}
	}
	return addr, ""
}

func day(month, d, hour, minute int) time.Time {
	return time.Date(2021, time.Month(month), d, hour, minute, 0, 0, zone)
}
