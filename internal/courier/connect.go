package courier

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// connect logs in where no connection is kept; fresh says that it is new.
func (c *Courier) connect(ctx context.Context) (fresh bool, err error) {
	if c.client != nil {
		return false, nil
	}
	password := ""
	if c.config.User != "" {
		if password, err = c.config.Password(); err != nil {
			return true, fmt.Errorf("connect to SMTP server: %w", err)
		}
	}
	addr := net.JoinHostPort(c.config.Host, strconv.Itoa(c.config.Port))
	conn, err := (&net.Dialer{Timeout: c.config.Timeout}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return true, fmt.Errorf("connect to SMTP server: %w", err)
	}
	c.conn, c.used, c.last = conn, 0, time.Now()
	err = c.within(ctx, 0, func() error {
		if c.client, err = c.secure(ctx, conn); err != nil {
			return fmt.Errorf("connect to SMTP server %s: %w", addr, err)
		}
		c.client.CommandTimeout, c.client.SubmissionTimeout = c.config.Timeout, 2*c.config.Timeout
		if err := c.login(password); err != nil {
			return fmt.Errorf("log in to SMTP server %s as %s: %w", addr, c.config.User, err)
		}
		return nil
	})
	if err != nil {
		conn.Close()
		c.client, c.conn = nil, nil
	}
	return true, err
}

// secure begins the talk as the configuration demands it, never in the clear
// where it demands TLS.
func (c *Courier) secure(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	tc := &tls.Config{}
	if c.config.TLS != nil {
		tc = c.config.TLS.Clone()
	}
	if tc.ServerName == "" {
		tc.ServerName = c.config.Host
	}
	// go-smtp waits five minutes for what is said before it knows better.
	stop := time.AfterFunc(2*c.config.Timeout, func() { conn.Close() })
	defer stop.Stop()
	switch c.config.Security {
	case "none":
		if a, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			return nil, errors.New("security none is for this machine only: a password would cross the network in the clear")
		}
		return smtp.NewClient(conn), nil
	case "starttls":
		client, err := smtp.NewClientStartTLS(conn, tc)
		return client, refusal("STARTTLS", err)
	case "tls", "":
		t := tls.Client(conn, tc)
		return smtp.NewClient(t), t.HandshakeContext(ctx)
	}
	return nil, fmt.Errorf("security %q is none of tls, starttls, none", c.config.Security)
}

func (c *Courier) login(password string) error {
	if err := c.client.Hello(c.config.Hello); err != nil {
		return refusal("EHLO", err)
	}
	if c.config.User == "" {
		return nil
	}
	var mech sasl.Client
	switch {
	case c.client.SupportsAuth(sasl.Plain):
		mech = sasl.NewPlainClient("", c.config.User, password)
	case c.client.SupportsAuth(sasl.Login):
		mech = &loginClient{say: []string{c.config.User, password}}
	default:
		return errors.New("the server offers neither AUTH PLAIN nor LOGIN")
	}
	return refusal("AUTH", c.client.Auth(mech))
}

// loginClient is AUTH LOGIN: name and password, each when asked for.
// QUIRK: servers ask in words of their own ("User Name", "password:"), and some
// take no name before they asked; go-sasl's client insists on both.
type loginClient struct{ say []string }

func (l *loginClient) Start() (mechanism string, first []byte, err error) {
	return sasl.Login, nil, nil
}

func (l *loginClient) Next([]byte) (response []byte, err error) {
	if len(l.say) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	response, l.say = []byte(l.say[0]), l.say[1:]
	return response, nil
}
