package mailbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
)

// TestLogin: a wrong password is told from a busy server, because who insists
// on the one is locked out.
func TestLogin(t *testing.T) {
	p := start(t, postoffice.Options{})
	wrong := at(p.IMAPAddr())
	wrong.Password = func() (string, error) { return "wrong", nil }
	if _, err := Dial(t.Context(), wrong); !errors.Is(err, ErrLogin) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
	none := at(p.IMAPAddr())
	none.Password = func() (string, error) { return "", errors.New("no file") }
	if _, err := Dial(t.Context(), none); err == nil || errors.Is(err, ErrLogin) || !strings.Contains(err.Error(), "no file") {
		t.Errorf("no password: %v", err)
	}
	for say, want := range map[string]bool{
		"$ NO LOGIN Login error or password error\r\n": true,
		"$ NO [AUTHENTICATIONFAILED] no\r\n":           true,
		"$ NO [UNAVAILABLE] later\r\n":                 false,
		"$ BAD what?\r\n":                              false,
		"hang up":                                      false,
	} {
		_, err := Dial(t.Context(), at(oddServer(t, answer{"LOGIN", say}).addr))
		if err == nil || errors.Is(err, ErrLogin) != want {
			t.Errorf("%q: %v", say, err)
		}
	}
}

// TestID: it comes after LOGIN and before the first EXAMINE, where the server
// lists it or the configuration asks for it.
func TestID(t *testing.T) {
	for _, c := range []struct {
		name    string
		config  map[string]string
		answers []answer
		want    string // what is sent
	}{
		{"neither", nil, nil, ""},
		{"listed", nil, []answer{{"CAPABILITY", "* CAPABILITY IMAP4rev1 ID\r\n$ OK done\r\n"}, {"ID", "* ID (\"name\" \"x\" \"version\" NIL)\r\n$ OK done\r\n"}}, `ID ("name" "tongbao")`},
		{"listed and configured", map[string]string{"name": "通报 \"x\"", "version": "1", "vendor": "office"}, []answer{{"CAPABILITY", "* CAPABILITY IMAP4rev1 ID\r\n$ OK done\r\n"}, {"ID", "* ID NIL\r\n$ OK done\r\n"}}, `ID ("name" " x" "version" "1" "vendor" "office")`},
		{"configured and refused", map[string]string{"name": "x"}, nil, `ID ("name" "x")`},
	} {
		s := oddServer(t, c.answers...)
		config := at(s.addr)
		config.ID = c.config
		cl, err := Dial(t.Context(), config)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		fetch(t, cl, "INBOX", Mark{})
		cl.Close()
		heard := s.heard()
		if c.want == "" {
			if strings.Contains(heard, "ID (\"") {
				t.Errorf("%s: heard\n%s", c.name, heard)
			}
			continue
		}
		login, id, examine := strings.Index(heard, "LOGIN"), strings.Index(heard, c.want), strings.Index(heard, "EXAMINE")
		if login < 0 || id < login || examine < id {
			t.Errorf("%s: heard\n%s", c.name, heard)
		}
	}
	if strings.Contains(oddServer(t).heard(), "SELECT") {
		t.Error("SELECT opens a folder for writing")
	}
}

// TestNoDowngrade: what is configured to be secret never goes in the clear.
func TestNoDowngrade(t *testing.T) {
	for _, c := range []struct{ security, say string }{
		{"starttls", "$ BAD unknown\r\n"}, {"starttls", "$ NO no\r\n"}, {"starttls", "hang up"},
		{"starttls", "$ OK begin\r\n* injected in the clear\r\n"}, {"tls", ""}, {"", ""}, {"ssl", ""},
	} {
		s := oddServer(t, answer{"STARTTLS", c.say})
		config := at(s.addr)
		config.Security, config.Timeout = c.security, time.Second
		if cl, err := Dial(t.Context(), config); err == nil {
			cl.Close()
			t.Errorf("%q and %q: connected", c.security, c.say)
		}
		if strings.Contains(s.heard(), "LOGIN") {
			t.Errorf("%q and %q: heard\n%s", c.security, c.say, s.heard())
		}
	}
}

// TestSilentServer: nothing is waited for without end, not even a greeting.
func TestSilentServer(t *testing.T) {
	s := oddServer(t, answer{"CAPABILITY", ""}, answer{"LOGIN", ""}, answer{"STARTTLS", ""})
	for _, security := range []string{"none", "starttls", "tls"} {
		config := at(s.addr)
		config.Security, config.Timeout = security, 100*time.Millisecond
		if _, err := Dial(t.Context(), config); err == nil {
			t.Errorf("%s: connected", security)
		}
		config.Timeout = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := Dial(ctx, config); err == nil || security != "tls" && !errors.Is(err, context.DeadlineExceeded) { // the greeting is no TLS
			t.Errorf("%s: after the context's end: %v", security, err)
		}
		cancel()
	}
}
