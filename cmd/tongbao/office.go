package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/frontdesk"
)

// atOffice runs fn with a desk to ask: the running daemon's, or one that this
// process opens itself.
func atOffice(path string, fn func(cfg *config.Config, desk frontdesk.Client) error) (err error) {
	cfg, err := loadConfig(path)
	if err != nil {
		return err
	}
	if desk, ok := frontdesk.Dial(cfg.Data); ok {
		return fn(cfg, desk)
	}
	house, err := daemon.Open(cfg, daemon.Options{Log: logger(cfg, slog.LevelWarn)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, house.Close()) }()
	desk := frontdesk.Desk{Office: house.Office, Now: time.Now}
	return fn(cfg, frontdesk.Local(desk.Handler()))
}

// ask is atOffice for a verb that needs one answer.
func ask(ctx context.Context, path, method, verb string, q url.Values, body io.Reader, v any) error {
	if method == "POST" && q != nil {
		q.Set("by", operator())
	}
	return atOffice(path, func(_ *config.Config, desk frontdesk.Client) error {
		return desk.Ask(ctx, method, verb, q, body, v)
	})
}

// operator is who types, for the audit log: the login behind sudo, too.
func operator() string {
	for _, name := range []string{os.Getenv("SUDO_USER"), os.Getenv("USER"), os.Getenv("LOGNAME")} {
		if name != "" && name != "root" {
			return "operator " + name
		}
	}
	return "operator"
}

// loadConfig reads the configuration; one that is not there is wrong usage.
func loadConfig(path string) (*config.Config, error) {
	cfg, err := config.Load(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usageError{fmt.Errorf("没有配置文件 %s：用 -c 指明，或照 config.example.yaml 写一个", path)}
	}
	return cfg, err
}

// logger writes to standard error as the configuration says, at least at a level.
func logger(cfg *config.Config, least slog.Level) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Log.Level)); err != nil || level < least {
		level = least
	}
	o := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}
