package outbox

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tongbao/internal/courier"
	"tongbao/internal/postoffice"
)

// TestProviderCodes lets a real server give each answer of the provider's table
// and looks at what becomes of the letter, of the one behind it, and of the
// account. Want is: halt and for how long; tomorrow; retry and when; reconnect;
// plain; or fail and whose fault it is.
func TestProviderCodes(t *testing.T) {
	for _, c := range []struct {
		code       int
		text, want string
	}{
		{421, "HL:REP 163 smtp8,xx", "halt 2h"},
		{421, "HL:ICC 163 smtp8,xx", "halt 15m"},
		{421, "HL:IFC 163 smtp8,xx", "halt 30m"},
		{421, "HL:MEP 163 smtp8,xx", "halt 1h"},
		{450, "MI:CEL 163 smtp8,xx", "halt 15m"},
		{450, "RP:CEL 163 smtp8,xx", "halt 15m"},
		{450, "MI:CCL 163 smtp8,xx", "halt 15m"},
		{450, "RP:CCL 163 smtp8,xx", "halt 15m"},
		{450, "MI:DMC 163 smtp8,xx", "reconnect"},
		{451, "MI:DMC 163 smtp8,xx", "reconnect"},
		{450, "RP:DRC 163 smtp8,xx", "reconnect"},
		{450, "DT:RBL 163 smtp8,xx", "halt 1h"},
		{450, "WM:BLI 163 smtp8,xx", "halt 1h"},
		{450, "WM:BLU 163 smtp8,xx", "halt 1h"},
		{451, "DT:SPM 163 smtp8,xx", "retry 2m"},
		{451, "Requested mail action not taken: too much fail authentication", "halt 2h"},
		{451, "MI:SFQ 163 smtp8,xx", "halt 15m"},
		{451, "RP:QRC 163 smtp8,xx", "halt 30m"},
		{451, "Requested action aborted: local error in processing", "retry 5m"},
		{500, "Error: bad syntax", "fail letter"},
		{550, "MI:NHD 163 smtp8,xx", "halt 1h"},
		{550, "MI:IMF 163 smtp8,xx", "halt 1h"},
		{550, "MI:SPF 163 smtp8,xx", "fail policy"},
		{550, "MI:DMA 163 smtp8,xx", "fail policy"},
		{550, "MI:STC 163 smtp8,xx", "tomorrow"},
		{550, "RP:RCL 163 smtp8,xx", "tomorrow"},
		{550, "Requested mail action not taken: too much recipient", "tomorrow"},
		{550, "RP:TRC 163 smtp8,xx", "tomorrow"},
		{550, "DT:SPM 163 smtp8,xx", "plain"},
		{550, "Invalid User", "fail address"},
		{550, "User suspended", "fail address"},
		{552, "Illegal Attachment", "fail letter"},
		{552, "Requested mail action aborted: exceeded mailsize limit", "fail letter"},
		{553, "Requested action not taken: authentication is required", "reconnect"},
		{553, "Local user only,xx", "fail policy"},
		{554, "DT:SPM 163 smtp8,xx", "plain"},
		{554, "DT:SUM 163 smtp8,xx", "halt 1h"},
		{554, "smtp auth error limit exceed", "halt 1h"},
		{554, "HL:IHU 163 smtp8,xx", "halt 1h"},
		{554, "HL:IPB 163 smtp8,xx", "halt 1h"},
		{554, "IP in blacklist", "halt 1h"},
		{554, "MI:STC 163 smtp8,xx", "tomorrow"},
		{554, "MI:SPB 163 smtp8,xx", "halt 1h"},
	} {
		t.Run(strconv.Itoa(c.code)+" "+strings.Fields(c.text)[0], func(t *testing.T) {
			meet(t, &smtp.SMTPError{Code: c.code, EnhancedCode: smtp.NoEnhancedCode, Message: c.text}, c.want)
		})
	}
}

const account = "box@example.com"

// meet sends two letters to a server that gives the first of them the answer, once.
func meet(t *testing.T, answer *smtp.SMTPError, want string) {
	p, err := postoffice.Start(postoffice.Options{User: account, Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var mu sync.Mutex
	var tried []postoffice.Letter
	p.RefuseSMTP(func(l postoffice.Letter) error {
		mu.Lock()
		defer mu.Unlock()
		if tried = append(tried, l); len(tried) == 1 {
			return answer
		}
		return nil
	})
	host, port, err := net.SplitHostPort(p.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	post := courier.New(courier.Config{Host: host, Port: n, Security: "none", User: account, Password: func() (string, error) { return "secret", nil }})
	defer post.Close()
	now := time.Date(2021, 3, 26, 9, 0, 0, 0, provider)
	var list []Item
	for _, to := range []string{"first@example.com", "second@example.com"} {
		it := letterTo(to, 0)
		it.From, it.Created, it.Next = account, now, now
		it.Raw = []byte("From: <" + account + ">\r\nSubject: html\r\n\r\nx\r\n")
		it.Plain = []byte("From: <" + account + ">\r\nSubject: plain\r\n\r\nx\r\n")
		list = append(list, it)
	}
	q := newMemory(list...)
	_, err = Drain(t.Context(), func() time.Time { return now }, q, post, Rates{1000, 1000, 1000}, nil)
	first, second := q.items[list[0].Key], q.items[list[1].Key]
	action, detail, _ := strings.Cut(want, " ")
	var pause *Pause
	if halts := action == "halt" || action == "tomorrow"; errors.As(err, &pause) != halts {
		t.Fatalf("Drain says %v, want %s", err, want)
	} else if !halts && second.State != Sent {
		t.Errorf("the letter behind it is %s", second.State)
	}
	switch action {
	case "halt", "tomorrow":
		until := time.Date(2021, 3, 27, 0, 10, 0, 0, provider)
		if action == "halt" {
			wait, err := time.ParseDuration(detail)
			if err != nil {
				t.Fatal(err)
			}
			until = now.Add(wait)
		}
		if !pause.Until.Equal(until) || first.State != Queued || first.Attempts != 0 || second.State != Queued || second.Next.Before(until) || len(tried) != 1 {
			t.Errorf("paused until %s; first %+v, second %+v, %d tried", pause.Until, first, second, len(tried))
		}
	case "retry":
		wait, err := time.ParseDuration(detail)
		if err != nil {
			t.Fatal(err)
		}
		if first.State != Queued || !first.Next.Equal(now.Add(wait)) {
			t.Errorf("it is %s, next at %s", first.State, first.Next)
		}
	case "reconnect":
		if first.State != Sent || len(tried) < 2 || tried[0].Connection == tried[1].Connection {
			t.Errorf("it is %s after %d attempts", first.State, len(tried))
		}
	case "plain":
		if first.State != Queued || !first.Plainly {
			t.Fatalf("it is %+v", first)
		}
		now = first.Next
		if _, err := Drain(t.Context(), func() time.Time { return now }, q, post, Rates{1000, 1000, 1000}, nil); err != nil {
			t.Fatal(err)
		}
		last := tried[len(tried)-1]
		if it := q.items[list[0].Key]; it.State != Sent || !bytes.Contains(last.Raw, []byte("Subject: plain")) {
			t.Errorf("it is %s, and the server got %q", it.State, last.Raw)
		}
	case "fail":
		if first.State != Failed || first.Fault != detail || first.Means == "" {
			t.Errorf("it is %s, by fault of %q (%s)", first.State, first.Fault, first.Means)
		}
	}
}
