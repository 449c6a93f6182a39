package postoffice

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
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
		p.running.Go(func() { p.serve(conn) })
	}
}

func (p *Office) serve(client net.Conn) {
	defer client.Close()
	raw, err := net.Dial("tcp", p.imapBack.Addr().String())
	if err != nil {
		return
	}
	server, err := p.keep(raw)
	if err != nil {
		return
	}
	out := &oneAtATime{to: client}
	p.running.Go(func() {
		defer client.Close()
		defer server.Close()
		answers(server, out)
	})
	defer server.Close()
	p.questions(client, server, out)
}

// oneAtATime keeps our answers and the server's from mixing.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

// answers passes on what the server says, and that the front knows ID. What it
// says to the front is nobody else's.
func answers(server io.Reader, out io.Writer) {
	r := bufio.NewReader(server)
	for {
		line, err := r.ReadString('\n')
		if strings.HasPrefix(line, frontTag) {
			continue
		}
		line = strings.Replace(line, "CAPABILITY IMAP4rev1", "CAPABILITY IMAP4rev1 ID", 1)
		if _, werr := io.WriteString(out, line); err != nil || werr != nil {
			return
		}
	}
}

// frontTag begins what the front itself asks of the server.
const frontTag = "FRONT "

// questions passes on what the client says, but for ID and what is not allowed before.
func (p *Office) questions(client io.Reader, server, out io.Writer) {
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
		p.mu.Lock()
		p.commands[command]++
		p.mu.Unlock()
		switch {
		case command == "IDLE":
			// The memory server tells of what came before only when it is asked;
			// Dovecot and others do before they wait.
			if _, err := io.WriteString(server, frontTag+"NOOP\r\n"); err != nil {
				return
			}
		case command == "ID":
			known.Store(true)
			fmt.Fprintf(out, "* ID (\"name\" \"Coremail Imap\" \"vendor\" \"Mailtech\" \"TransID\" NIL)\r\n%s OK ID completed\r\n", words[0])
			continue
		case p.o.RequireID && !known.Load() && (command == "SELECT" || command == "EXAMINE"):
			fmt.Fprintf(out, "%s NO %s Unsafe Login. Please contact kefu@188.com for help\r\n", words[0], command)
			continue
		}
		if _, err := io.WriteString(server, line); err != nil {
			return
		}
	}
}

// smtpSession takes letters of who is logged in.
type smtpSession struct {
	p          *Office
	connection int
	carried    int
	user       string
	from, to   string
}

func (p *Office) newSMTPSession() *smtpSession {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connections++
	return &smtpSession{p: p, connection: p.connections}
}

func (s *smtpSession) AuthMechanisms() []string { return s.p.o.Mechanisms }

func (s *smtpSession) Auth(mechanism string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != s.p.o.User || password != s.p.o.Password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "authentication failed"}
		}
		s.user = user
		return nil
	}
	if mechanism == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer is the server's side of AUTH LOGIN, which go-sasl lacks.
type loginServer struct {
	check func(user, password string) error
	asked bool
	user  *string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case l.user == nil && len(response) == 0 && !l.asked:
		l.asked = true
		return []byte("Username:"), false, nil
	case l.user == nil:
		l.user = new(string(response))
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(*l.user, string(response))
}

func (s *smtpSession) Reset()        { s.from, s.to = "", "" }
func (s *smtpSession) Logout() error { return nil }

func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	switch {
	case s.user == "":
		return &smtp.SMTPError{Code: 553, Message: "authentication is required"}
	case from != s.user:
		return &smtp.SMTPError{Code: 554, Message: "DT:SUM sender and login differ"}
	case s.p.o.PerConnection > 0 && s.carried >= s.p.o.PerConnection:
		return &smtp.SMTPError{Code: 450, Message: "MI:DMC too many letters in one connection"}
	}
	s.from = from
	return nil
}

func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.to != "" {
		return &smtp.SMTPError{Code: 452, Message: "one recipient at a time"}
	}
	s.to = to
	return nil
}

func (s *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	p := s.p
	l := Letter{From: s.from, To: s.to, Raw: raw, At: p.o.Now(), Connection: s.connection}
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != nil {
		if err := refuse(l); err != nil {
			return err
		}
	}
	s.carried++
	p.mu.Lock()
	p.sent = append(p.sent, l)
	p.mu.Unlock()
	if p.o.OnSent != nil {
		p.o.OnSent(l)
	}
	return nil
}
