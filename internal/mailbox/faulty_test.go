package mailbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
)

// many is how often a test repeats itself: short always, or as many times as
// the environment says.
func many(t *testing.T, env string, short int) int {
	n, err := strconv.Atoi(os.Getenv(env))
	if err != nil {
		return short
	}
	t.Logf("%s=%d", env, n)
	return n
}

// faulty stands before a server.
func faulty(t *testing.T, server string, script func(n int) postoffice.Fault) *postoffice.Faulty {
	t.Helper()
	f, err := postoffice.NewFaulty(server, script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// letters are what lies in the mailbox of these tests: short, long, with lines
// that look like the protocol's, and one without a last line's end.
var letters = []string{
	letter("one", 100),
	letter("two", 30_000),
	"From: a@example.com\r\nSubject: three\r\n\r\n)\r\nA4 OK FETCH completed\r\n* 1 FETCH (UID 9 BODY[] {3}\r\nabc)\r\n",
	letter("four", 2_000) + "the end",
}

func filled(t *testing.T) *postoffice.Office {
	t.Helper()
	p := start(t, postoffice.Options{RequireID: true})
	for _, l := range letters {
		deliver(t, p, "INBOX", l, day)
	}
	return p
}

// collect fetches through a server that may fail, connecting anew from the
// mark each time, and reports what was accepted. It fails the test where a
// letter is not whole or comes twice.
func collect(t *testing.T, c Config, attempts int) (got int, failed []error) {
	t.Helper()
	var mark Mark
	for range attempts {
		cl, err := Dial(t.Context(), c)
		if err == nil {
			mark, err = cl.Fetch(t.Context(), "INBOX", mark, time.Time{}, func(m Message) error {
				if m.TooLarge {
					return nil // so the server says; nothing of it is taken for a letter
				}
				if got >= len(letters) || string(m.Raw) != letters[got] {
					t.Fatalf("letter %d was accepted as %d bytes: %.80q", got+1, len(m.Raw), m.Raw)
				}
				got++
				return nil
			})
			cl.Close()
		}
		if err == nil {
			return got, failed
		}
		failed = append(failed, err)
	}
	return got, failed
}

// TestCutAnywhere cuts the first connection after any number of the server's
// bytes: no letter is accepted cut short, none twice, and the next connection
// brings the rest. TONGBAO_CUTS says how many cuts.
func TestCutAnywhere(t *testing.T) {
	p := filled(t)
	whole := faulty(t, p.IMAPAddr(), func(int) postoffice.Fault { return postoffice.Fault{} })
	if got, failed := collect(t, at(whole.Addr()), 1); got != len(letters) || failed != nil {
		t.Fatalf("%d letters, %v", got, failed)
	}
	said, cuts := whole.Said(), many(t, "TONGBAO_CUTS", 60)
	random := mathrand.New(mathrand.NewPCG(7, 7))
	broken := 0
	for i := range cuts {
		after := 1 + random.Int64N(said)
		if i < 20 { // the talk before and after the long letter has few bytes and many kinds of them
			after = 1 + random.Int64N(900)
		}
		f := faulty(t, p.IMAPAddr(), func(n int) postoffice.Fault {
			if n == 1 {
				return postoffice.Fault{CutAfter: after}
			}
			return postoffice.Fault{}
		})
		got, failed := collect(t, at(f.Addr()), 2)
		if got != len(letters) {
			t.Errorf("cut after %d of %d bytes: %d letters in the end, %v", after, said, got, failed)
		}
		broken += len(failed)
		f.Close()
	}
	if broken < cuts*9/10 {
		t.Errorf("of %d cuts only %d were noticed", cuts, broken)
	}
	t.Logf("%d cuts within %d bytes, %d connections broke, no letter cut short", cuts, said, broken)
}

// TestFaultyServer plays faults in turn. None lets a letter in that is not
// whole; each ends by itself; and the mailbox is read as soon as the server is
// sound again.
func TestFaultyServer(t *testing.T) {
	p := filled(t)
	replace := func(old, with string) postoffice.Fault {
		return postoffice.Fault{Rewrite: func(_ int, line string) string { return strings.ReplaceAll(line, old, with) }}
	}
	before := func(mark, extra string) postoffice.Fault {
		return postoffice.Fault{Rewrite: func(_ int, line string) string {
			if strings.Contains(line, mark) {
				return extra + line
			}
			return line
		}}
	}
	instead := func(command, say string) postoffice.Fault {
		return postoffice.Fault{Answer: func(line string) (string, bool) {
			tag, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			return strings.ReplaceAll(say, "$", tag), strings.Contains(rest, command)
		}}
	}
	const fetch, list = "BODY.PEEK[]", "RFC822.SIZE"
	for name, fault := range map[string]postoffice.Fault{
		"silence from the start":            {StallAfter: 1},
		"silence in the greeting":           {StallAfter: 10},
		"silence in the list":               {StallAfter: 700},
		"silence in a long letter":          {StallAfter: 9_000},
		"a slow drip":                       {Drip: 20 * time.Millisecond},
		"a slow drip in a letter":           {Drip: 20 * time.Millisecond, DripFrom: "Subject: two"},
		"rubbish for a greeting":            replace("* OK", "\x00\xff\x00!"),
		"HTTP for a greeting":               replace("* OK", "HTTP/1.1 400 Bad Request\r\n"),
		"a BYE for a greeting":              replace("* OK", "* BYE"),
		"a BYE before a letter":             before("BODY[]", "* BYE too many connections\r\n"),
		"a literal that is too long":        replace("BODY[] {", "BODY[] {9"),
		"a literal without end":             replace("BODY[] {", "BODY[] {99999999999999"),
		"a literal that is no number":       replace("BODY[] {", "BODY[] {x"),
		"a negative literal":                replace("BODY[] {", "BODY[] {-"),
		"a list with rubbish":               replace("INTERNALDATE", "(((((((((("),
		"a date that is none":               replace("INTERNALDATE \"", "INTERNALDATE \"99-"),
		"unpaired brackets":                 replace("FETCH (", "FETCH (("),
		"NUL in a line":                     replace("UID ", "UID \x00"),
		"LIST for an answer":                before("BODY[]", "* LIST (\"\r\n"),
		"no UIDVALIDITY":                    replace("UIDVALIDITY", "UIDVALIDATE"),
		"another tag":                       replace(" OK Success", "X OK Success"),
		"NO to LOGIN":                       instead("LOGIN", "$ NO [UNAVAILABLE] try later\r\n"),
		"a wrong password":                  instead("LOGIN", "$ NO LOGIN Login error or password error\r\n"),
		"BAD to LOGIN":                      instead("LOGIN", "$ BAD invalid command or parameters\r\n"),
		"Unsafe Login":                      instead("EXAMINE", "$ NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n"),
		"a busy server":                     instead("EXAMINE", "$ NO System busy!\r\n"),
		"NO to a list":                      instead(list, "$ NO [INUSE] busy\r\n"),
		"BAD to a list":                     instead(list, "$ BAD invalid command\r\n"),
		"NO to a letter":                    instead(fetch, "$ NO read error\r\n"),
		"BAD to a letter":                   instead(fetch, "$ BAD invalid command\r\n"),
		"nothing for a letter":              instead(fetch, "$ OK FETCH completed\r\n"),
		"half a letter and OK":              instead(fetch, "* 1 FETCH (UID 1 BODY[] {500}\r\nFrom: a@example.com\r\n\r\n)\r\n$ OK FETCH completed\r\n"),
		"silence instead of a letter":       instead(fetch, ""),
		"a line that never ends in a list":  instead(list, "* 1 FETCH (UID 1 "+strings.Repeat("x", 3*longestLine)),
		"another letter than the asked one": instead(fetch, "* 9 FETCH (UID 77 FLAGS ())\r\n$ OK FETCH completed\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			f := faulty(t, p.IMAPAddr(), func(n int) postoffice.Fault {
				if n == 1 {
					return fault
				}
				return postoffice.Fault{}
			})
			c := at(f.Addr())
			c.Timeout = 300 * time.Millisecond
			if name == "a slow drip" || name == "a slow drip in a letter" {
				c.Timeout = 100 * time.Millisecond // heard often enough, and yet given up
			}
			got, failed := collect(t, c, 1)
			if failed == nil && got != len(letters) {
				t.Errorf("%d letters and no error", got)
			}
			if failed == nil && name != "another tag" {
				t.Errorf("nothing failed")
			}
			if errors.Is(errors.Join(failed...), ErrLogin) != (name == "a wrong password") {
				t.Errorf("it fails with %v", failed)
			}
			c.Timeout = 10 * time.Second
			if got, failed := collect(t, c, 1); got != len(letters) || failed != nil {
				t.Errorf("the server is sound again: %d letters, %v", got, failed)
			}
		})
	}
}

// TestReconnects connects again and again to a server that cuts, stalls or
// refuses: no goroutine and no descriptor stays. TONGBAO_RECONNECTS says how often.
func TestReconnects(t *testing.T) {
	p := filled(t)
	random := mathrand.New(mathrand.NewPCG(3, 3))
	f := faulty(t, p.IMAPAddr(), func(n int) postoffice.Fault {
		switch n % 5 {
		case 0:
			return postoffice.Fault{}
		case 1:
			return postoffice.Fault{StallAfter: 1 + random.Int64N(3_000)}
		}
		return postoffice.Fault{CutAfter: 1 + random.Int64N(30_000)}
	})
	c := at(f.Addr())
	c.Timeout = 50 * time.Millisecond
	collect(t, c, 1) // what stays for good is there now
	goroutines, descriptors := settled(t, 0, 0)
	times := many(t, "TONGBAO_RECONNECTS", 50)
	for range times {
		collect(t, c, 1)
	}
	if g, d := settled(t, goroutines, descriptors); g > goroutines || d > descriptors {
		t.Errorf("after %d connections %d goroutines and %d descriptors, before %d and %d", times, g, d, goroutines, descriptors)
	}
	t.Logf("%d connections: no goroutine and no descriptor more", f.Connections())
}

// settled counts goroutines and open descriptors once they are no more than
// they were, or do not get fewer any more.
func settled(t *testing.T, goroutines, descriptors int) (g, d int) {
	t.Helper()
	for range 100 {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("no /proc here") // only Linux counts them
		}
		if g, d = runtime.NumGoroutine(), len(list); goroutines > 0 && g <= goroutines && d <= descriptors {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return g, d
}

// TestCertificates: a certificate that has expired, is another's or nobody's
// ends the talk before the password is said.
func TestCertificates(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name     string
		host     string
		from, to time.Time
		trusted  bool
		ok       bool
	}{
		{"sound", "localhost", now.Add(-time.Hour), now.Add(time.Hour), true, true},
		{"expired", "localhost", now.Add(-2 * time.Hour), now.Add(-time.Hour), true, false},
		{"not valid yet", "localhost", now.Add(time.Hour), now.Add(2 * time.Hour), true, false},
		{"another host's", "mail.example.com", now.Add(-time.Hour), now.Add(time.Hour), true, false},
		{"nobody's", "localhost", now.Add(-time.Hour), now.Add(time.Hour), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cert, leaf := certificate(t, c.host, c.from, c.to)
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
			if err != nil {
				t.Fatal(err)
			}
			said := make(chan string, 1)
			go func() {
				conn, err := l.Accept()
				if err != nil {
					said <- ""
					return
				}
				defer conn.Close()
				fmt.Fprint(conn, "* OK ready\r\n")
				b := make([]byte, 1000)
				n, _ := conn.Read(b)
				said <- string(b[:n])
			}()
			config := at(l.Addr().String())
			config.Host, config.Security, config.Timeout = "localhost", "tls", 5*time.Second
			config.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
			if c.trusted {
				config.TLS.RootCAs.AddCert(leaf)
			}
			_, err = Dial(t.Context(), config) // the server hangs up after one command
			l.Close()
			heard := <-said
			if err == nil || (heard != "") != c.ok {
				t.Errorf("the server heard %q; %v", heard, err)
			}
			if strings.Contains(fmt.Sprint(err), "certificate") == c.ok {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func certificate(t *testing.T, host string, from, to time.Time) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, leaf
}
