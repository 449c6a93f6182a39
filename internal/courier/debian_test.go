package courier

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice/debian"
)

// TestPostfix sends over STARTTLS and TLS, and finds the bytes in the Maildir.
func TestPostfix(t *testing.T) {
	s := debian.Start(t, box, to)
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := Config{Host: "localhost", Port: s.SMTPPort, Security: "starttls", User: box, Hello: "tongbao.example.com", Timeout: 20 * time.Second,
		Password: func() (string, error) { return s.Password, nil }, TLS: &tls.Config{RootCAs: roots}}
	c := New(config)
	defer c.Close()
	if can, err := c.Check(t.Context()); err != nil || !strings.Contains(strings.Join(can, " "), "AUTH PLAIN") {
		t.Errorf("can %q, %v", can, err)
	}
	if err := send(t, c); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), box, "nobody@xiushui.example.com", raw); code(err) != 550 || !strings.Contains(err.Error(), "5.1.1") {
		t.Errorf("to nobody: %v", err)
	}
	if err := c.Send(t.Context(), box, to, bytes.Repeat([]byte("x\r\n"), 30<<20)); code(err) != 552 {
		t.Errorf("a letter of 90 MiB: %v", err)
	}
	config.Port, config.Security = s.SMTPSPort, "tls"
	over := New(config)
	defer over.Close()
	if err := send(t, over); err != nil {
		t.Fatal(err)
	}
	var got [][]byte
	for range 400 {
		if got = s.Letters(t, to); len(got) == 2 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	want := strings.ReplaceAll(string(raw), "\r\n", "\n") // a Maildir's line ends
	for _, l := range got {
		if !strings.HasSuffix(string(l), want) {
			t.Errorf("arrived %q", l)
		}
	}
	if len(got) != 2 {
		t.Errorf("%d letters arrived", len(got))
	}
	config.Password = func() (string, error) { return "wrong", nil }
	if err := send(t, New(config)); code(err) != 535 {
		t.Errorf("a wrong password: %v", err)
	}
	config.TLS = nil
	if err := send(t, New(config)); err == nil || refused(err) {
		t.Errorf("a certificate that nobody knows: %v", err)
	}
}
