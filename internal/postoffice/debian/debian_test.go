package debian

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/smtp"
	"os"
	"testing"
	"time"
)

// TestStart sends a letter through Postfix and finds it in the Maildir that
// Dovecot shows.
func TestStart(t *testing.T) {
	s := Start(t, "a@xiushui.example.com")
	c, err := smtp.Dial(fmt.Sprintf("127.0.0.1:%d", s.SMTPPort))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	if err := c.StartTLS(&tls.Config{RootCAs: pool, ServerName: "localhost"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(smtp.PlainAuth("", "box@example.com", s.Password, "127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	if err := c.Mail("box@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("a@xiushui.example.com"); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "Subject: hello\r\n\r\nhello\r\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if len(s.Letters(t, "a@xiushui.example.com")) == 1 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the letter did not arrive\n%s", s.logs())
}
