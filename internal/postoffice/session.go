package postoffice

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one IMAP session of the memory server, with our refusals.
type session struct {
	*imapmemserver.UserSession
	office *Office
}

var _ imapserver.Session = (*session)(nil)

func (s *session) Login(user, password string) error {
	s.office.mu.Lock()
	s.office.logins++
	refuse := s.office.noLogin
	s.office.mu.Unlock()
	if refuse {
		return imapserver.ErrAuthFailed
	}
	return s.UserSession.Login(user, password)
}

// front stands before the memory server, which knows no ID, and answers it.
func (p *Office) front() {
	for {
		conn, err := p.imapFront.Accept()
		if err != nil {
			return
		}
		go p.serve(conn)
	}
}

func (p *Office) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.imapBack.Addr().String())
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		r := bufio.NewReader(server)
		for {
			line, err := r.ReadString('\n')
			// The front knows ID, so it says so.
			if strings.Contains(line, "CAPABILITY IMAP4rev1") && !strings.Contains(line, " ID") {
				line = strings.Replace(line, "IMAP4rev1", "IMAP4rev1 ID", 1)
			}
			if _, werr := io.WriteString(client, line); err != nil || werr != nil {
				return
			}
		}
	}()
	var known atomic.Bool
	r := bufio.NewReader(client)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		command := ""
		if len(words) > 1 {
			command = strings.ToUpper(words[1])
		}
		switch {
		case command == "ID":
			known.Store(true)
			fmt.Fprintf(client, "* ID (\"name\" \"Coremail Imap\" \"vendor\" \"Mailtech\")\r\n%s OK ID completed\r\n", words[0])
			continue
		case p.o.RequireID && !known.Load() && (command == "SELECT" || command == "EXAMINE"):
			fmt.Fprintf(client, "%s NO %s Unsafe Login. Please contact kefu@188.com for help\r\n", words[0], command)
			continue
		}
		if _, err := io.WriteString(server, line); err != nil {
			return
		}
	}
}

// Flags lists the flags of each letter in a folder.
func (p *Office) Flags(folder string) [][]string {
	return nil
}

// smtpSession takes letters of who is logged in.
type smtpSession struct {
	p        *Office
	user     string
	from, to string
}

func (s *smtpSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.p.o.User || password != s.p.o.Password {
			return &smtp.SMTPError{Code: 535, Message: "authentication failed"}
		}
		s.user = user
		return nil
	}), nil
}

func (s *smtpSession) Reset()        { s.from, s.to = "", "" }
func (s *smtpSession) Logout() error { return nil }

func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.user == "" {
		return &smtp.SMTPError{Code: 553, Message: "authentication is required"}
	}
	if from != s.user {
		return &smtp.SMTPError{Code: 554, Message: "DT:SUM sender and login differ"}
	}
	s.from = from
	return nil
}

func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }

func (s *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	p := s.p
	l := Letter{From: s.from, To: s.to, Raw: raw, At: p.o.Now()}
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != nil {
		if err := refuse(l); err != nil {
			return err
		}
	}
	p.mu.Lock()
	p.sent = append(p.sent, l)
	p.mu.Unlock()
	if p.o.OnSent != nil {
		p.o.OnSent(l)
	}
	return nil
}
