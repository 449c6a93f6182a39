package mailbox

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"tongbao/internal/postoffice/debian"
)

// TestDovecot reads a real server's mailbox as a guest, over TLS and STARTTLS.
func TestDovecot(t *testing.T) {
	s := debian.Start(t, box)
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := Config{Host: "localhost", Port: s.IMAPSPort, Security: "tls", User: box, Timeout: 20 * time.Second,
		Password: func() (string, error) { return s.Password, nil }, TLS: &tls.Config{RootCAs: roots}, ID: map[string]string{"name": "tongbao"}}
	s.Lay(t, box, []byte(letter("one", 10)), day)
	s.Lay(t, box, []byte(letter("two", 200000)), day.Add(time.Hour))

	c := dial(t, config)
	got, mark := fetch(t, c, "INBOX", Mark{})
	if subjects(got) != "one two" || !got[0].Arrived.Equal(day) || !got[1].Arrived.Equal(day.Add(time.Hour)) {
		t.Fatalf("got %q", subjects(got))
	}
	if string(got[1].Raw) != letter("two", 200000) {
		t.Error("the bytes differ")
	}
	if got, again := fetch(t, c, "INBOX", mark); len(got) > 0 || again != mark {
		t.Errorf("met again %q, mark %v and %v", subjects(got), mark, again)
	}
	t.Run("idle", func(t *testing.T) {
		if !c.CanIdle() {
			t.Fatal("Dovecot cannot idle")
		}
		time.AfterFunc(100*time.Millisecond, func() { s.Lay(t, box, []byte(letter("three", 10)), day) })
		if err := c.Idle(t.Context(), "INBOX", time.Minute); err != nil {
			t.Fatal(err)
		}
		if got, _ := fetch(t, c, "INBOX", mark); subjects(got) != "three" {
			t.Errorf("got %q", subjects(got))
		}
	})
	t.Run("folders", func(t *testing.T) { dovecotFolders(t, c) })
	t.Run("starttls", func(t *testing.T) {
		config := config
		config.Port, config.Security = s.IMAPPort, "starttls"
		if got, _ := fetch(t, dial(t, config), "INBOX", Mark{}); subjects(got) != "one two three" {
			t.Errorf("got %q", subjects(got))
		}
		config.TLS = nil // whom nobody vouches for
		if c, err := Dial(t.Context(), config); err == nil {
			c.Close()
			t.Error("a certificate that nobody knows is trusted")
		}
	})
	for _, name := range s.Files(box) {
		if _, flags, ok := strings.Cut(name, ":2,"); ok && flags != "" {
			t.Errorf("the letter %s has a flag", name)
		}
	}
	config.Password = func() (string, error) { return "wrong", nil }
	if _, err := Dial(t.Context(), config); err == nil || !strings.Contains(err.Error(), ErrLogin.Error()) {
		t.Errorf("a wrong password: %v", err)
	}
}

// dovecotFolders reads a folder with a Chinese name, and misses one.
func dovecotFolders(t *testing.T, c *Client) {
	err := c.command(t.Context(), 0, func() error {
		if err := c.imap.Create("城建项目", nil).Wait(); err != nil {
			return err
		}
		raw := letter("deep", 10)
		cmd := c.imap.Append("城建项目", int64(len(raw)), &imap.AppendOptions{Time: day})
		return appended(cmd, raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := fetch(t, c, "城建项目", Mark{}); subjects(got) != "deep" || !got[0].Arrived.Equal(day) {
		t.Errorf("got %q", subjects(got))
	}
	if _, err := c.Count(t.Context(), "广告邮件"); err == nil || !strings.Contains(err.Error(), "城建项目") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func appended(cmd *imapclient.AppendCommand, raw string) error {
	if _, err := cmd.Write([]byte(raw)); err != nil {
		return err
	}
	if err := cmd.Close(); err != nil {
		return err
	}
	_, err := cmd.Wait()
	return err
}
