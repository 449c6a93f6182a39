package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tongbao/internal/clerk"
	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/demo"
	"tongbao/internal/frontdesk"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
)

func runCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "run",
		Short:   "常驻运行：收报、回执、催报、发通报",
		Example: "  tongbao run -c config.yaml",
		Args:    args(cobra.NoArgs),
	}
	path := configFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := loadConfig(*path)
		if err != nil {
			return err
		}
		return serve(c.Context(), cfg)
	}
	return c
}

// serve runs the daemon and its local socket until the context ends.
func serve(ctx context.Context, cfg *config.Config) (err error) {
	log := logger(cfg, slog.LevelDebug)
	house, err := daemon.Open(cfg, daemon.Options{Log: log, LookupTXT: net.DefaultResolver.LookupTXT})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, house.Close()) }()
	d, err := daemon.New(house, schedule.Wall, log.With("component", "daemon"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go reloadOn(ctx, hup, d, cfg.Path(), log)

	desk := frontdesk.Desk{Office: house.Office, Now: schedule.Wall.Now}
	served := make(chan error, 2)
	serveOn := func(listen func() error) {
		err := listen()
		if err != nil {
			cancel()
		}
		served <- err
	}
	go serveOn(func() error { return frontdesk.Serve(ctx, cfg.Data, d.Locked(desk.Handler())) })
	go serveOn(func() error { return servePages(ctx, cfg, desk, d, log) })
	go tellSystemd(ctx, d.Alive, log)
	log.Info("tongbao is running", "version", version(), "config", cfg.Path(), "data", cfg.Data)
	err = d.Run(ctx)
	cancel()
	err = errors.Join(err, <-served, <-served)
	log.Info("tongbao has stopped", "err", err)
	return err
}

// servePages serves the pages where the configuration asks for them.
func servePages(ctx context.Context, cfg *config.Config, desk frontdesk.Desk, d *daemon.Daemon, log *slog.Logger) error {
	if cfg.Web.Listen == "" {
		return nil
	}
	web := frontdesk.Web{UserHeader: cfg.Web.UserHeader, Ready: d.Ready, Metrics: d.Locked(desk.Metrics(version())), Now: schedule.Wall.Now}
	if cfg.Web.Password.IsSet() {
		web.Password = cfg.Web.Password.Read
	}
	log.Info("pages are served", "listen", cfg.Web.Listen)
	return frontdesk.ServeWeb(ctx, cfg.Web.Listen, web.Handler(d.Locked(desk.Pages())))
}

// reloadOn reads the configuration anew on each SIGHUP; a faulty one is
// logged and the old one stays in force.
func reloadOn(ctx context.Context, hup <-chan os.Signal, d *daemon.Daemon, path string, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		}
		cfg, err := config.Load(path)
		if err == nil {
			err = d.Reload(cfg)
		}
		if err != nil {
			log.Error("configuration not reloaded, the old one stays", "err", err)
			continue
		}
		log.Info("configuration reloaded", "config", path)
	}
}

func demoCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "demo",
		Short:   "演示：十三个县（市、区）的三个月，在本机的模拟邮箱上走一遍",
		Example: "  tongbao demo --out demo-out\n  tongbao demo --letters 2026-11 --out 试发",
		Args:    args(cobra.NoArgs),
	}
	out := c.Flags().String("out", "demo-out", "信件和通报写到这个`目录`")
	c.MarkFlagDirname("out") //nolint:errcheck // the flag is there
	letters := textFlag(c.Flags(), "letters", "不演，只按这个`月份`写出每个单位的一封来信，可以发到自己的收报邮箱试一试", readMonth)
	completeFlag(c, "letters", completeMonths)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *letters != "" {
			p, err := reporting.ParsePeriod(*letters)
			if err != nil {
				return err
			}
			n, err := demo.WriteLetters(*out, p, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s的 %d 封来信写在 %s\n", p.Chinese(), n, *out)
			return nil
		}
		story := c.OutOrStdout()
		if far := newProgress(c.ErrOrStderr()); !onTerminal(story) && far.live { // else the story is the progress
			defer far.end()
			story = far.story(story)
		}
		return demo.Run(c.Context(), demo.Options{Out: *out, Story: story})
	}
	return c
}

// clerkCommand is the child process that opens strangers' files.
func clerkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clerk", Hidden: true, Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return clerk.Serve(os.Stdin, os.Stdout) },
	}
}

// release is set by the linker for a released build.
var release string

func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "版本", Example: "  tongbao version", Args: args(cobra.NoArgs),
		Run: func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "tongbao", version()) },
	}
}
