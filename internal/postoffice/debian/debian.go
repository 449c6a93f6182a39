// Package debian starts a real Dovecot and a real Postfix, as Debian packages
// them, for tests: on free loopback ports, with all their files in a temporary
// directory, as processes of their own that end with the test.
package debian

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Servers is the running pair. Each address has a mailbox, all with the same
// password; Postfix delivers into them and Dovecot shows them.
type Servers struct {
	IMAPPort  int // STARTTLS
	IMAPSPort int // TLS from the start
	SMTPPort  int // STARTTLS, login required for other domains
	SMTPSPort int // TLS from the start
	CAFile    string
	Password  string
	dir       string
}

// Domain is the mail domain; it and all below it are local.
const Domain = "example.com"

// mailUser owns the mailboxes: Debian's user mail.
const mailUser = 8

// Start starts both servers with mailboxes for the addresses, which lie at
// Domain or below it. A machine that lacks the packages skips the test
// with their names; where CI is true it fails instead.
func Start(t testing.TB, addresses ...string) *Servers {
	t.Helper()
	for _, need := range []struct{ file, pkg string }{{"/usr/sbin/dovecot", "dovecot-imapd"}, {"/usr/lib/postfix/sbin/master", "postfix"}} {
		if _, err := os.Stat(need.file); err != nil {
			missing(t, "Debian package "+need.pkg+" is not installed")
		}
	}
	if os.Geteuid() != 0 {
		missing(t, "Dovecot and Postfix of the Debian packages dovecot-imapd and postfix can be started by root only")
	}
	// Not t.TempDir: the servers' own users must be able to enter.
	dir, err := os.MkdirTemp("", "tongbao-debian-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &Servers{dir: dir, Password: "secret", CAFile: filepath.Join(dir, "cert.pem")}
	for _, port := range []*int{&s.IMAPPort, &s.IMAPSPort, &s.SMTPPort, &s.SMTPSPort} {
		*port = freePort(t)
	}
	certificate(t, dir)
	mail := filepath.Join(dir, "mail")
	if err := os.Mkdir(mail, 0o770); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(mail, mailUser, mailUser); err != nil {
		t.Fatal(err)
	}
	s.startPostfix(t, addresses)
	s.startDovecot(t)
	for _, port := range []int{s.IMAPPort, s.IMAPSPort, s.SMTPPort, s.SMTPSPort} {
		s.await(t, port)
	}
	return s
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// certificate writes a self-made certificate for 127.0.0.1 and localhost.
func certificate(t testing.TB, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "EC PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "cert.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (s *Servers) write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// run starts a server that stays in the foreground, and ends it by its process
// id with the test.
func (s *Servers) run(t testing.TB, name string, args ...string) {
	t.Helper()
	// A file and no pipe: the server's children hold it too, and outlive it a while.
	said, err := os.Create(filepath.Join(s.dir, filepath.Base(name)+".out"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Postfix ends its whole group
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have ended
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill() //nolint:errcheck // it may have ended
			<-ended
		}
		if t.Failed() {
			raw, _ := os.ReadFile(said.Name())
			t.Logf("%s said: %s\n%s", name, raw, s.logs())
		}
	})
}

func (s *Servers) logs() string {
	var out strings.Builder
	for _, name := range []string{"dovecot.log", "postfix.log"} {
		raw, _ := os.ReadFile(filepath.Join(s.dir, name))
		fmt.Fprintf(&out, "-- %s --\n%s", name, raw)
	}
	return out.String()
}

// await waits until a port answers.
func (s *Servers) await(t testing.TB, port int) {
	t.Helper()
	for range 200 {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), time.Second)
		if err == nil {
			conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("port %d does not answer\n%s", port, s.logs())
}
