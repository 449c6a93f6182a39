package daemon_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/postoffice/debian"
	"tongbao/internal/reporting"
)

// TestDebianMonth runs a month against a real Dovecot and a real Postfix: one
// county reports, the other does not, and the bulletin goes out on its bell.
func TestDebianMonth(t *testing.T) {
	const (
		sender = "xiushui@xiushui.example.com"
		silent = "yongxiu@yongxiu.example.com"
		desk   = "office@tongbao.example.com"
	)
	servers := debian.Start(t, box, sender, silent, desk)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(servers.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf(`
data: ./data
office: {addresses: [%s]}
mailbox: {host: 127.0.0.1, port: %d, security: tls, ca_file: %q, user: %s, password: {file: password}, poll: 1h, night_poll: 4h, since: 2021-03-01}
smtp: {host: 127.0.0.1, port: %d, security: starttls, ca_file: %q, rates: {minute: 1000, quarter: 1000, day: 1000}}
bulletins: [{schedule: "0 9 1 * *", recipients: [%s], release: automatic}]
submitters:
  - {name: 修水县, addresses: [%s]}
  - {name: 永修县, addresses: [%s]}
`, desk, servers.IMAPSPort, servers.CAFile, box, servers.SMTPPort, servers.CAFile, desk, sender, silent)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, cfg: cfg}
	for what, r := range examined(t, w, daemon.Examination{Send: true}) {
		if r.Err != nil {
			t.Errorf("doctor: %s: %v", what, r.Err)
		}
	}
	raw := strings.ReplaceAll(letter(sender, "修水县", 3, at(3, 24, 10, 0), "d1"), "\n", "\r\n")
	servers.Lay(t, box, []byte(raw), at(3, 24, 10, 1))

	w.start(at(3, 24, 9, 0))
	w.until(at(4, 1, 12, 0))
	st := w.status("2021-03")
	for _, k := range reporting.Kinds {
		if got := st.Submitters[0].Tables[k].State; got != reporting.OnTime {
			t.Errorf("修水县 %s is %q", k, got)
		}
		if got := st.Submitters[1].Tables[k].State; got != reporting.Missing {
			t.Errorf("永修县 %s is %q", k, got)
		}
	}
	if st.Outbox["queued"] != 0 || st.Outbox["failed"] != 0 {
		t.Errorf("outbox: %v", st.Outbox)
	}
	w.stop()

	expect := func(address string, words ...string) {
		t.Helper()
		for _, word := range words {
			if !eventually(func() bool {
				return slices.ContainsFunc(subjects(servers.Letters(t, address)), func(s string) bool { return strings.Contains(s, word) })
			}) {
				t.Errorf("%s got %q, and nothing with %q", address, subjects(servers.Letters(t, address)), word)
			}
		}
	}
	expect(sender, "Re: 修水县3月城建报表", "【通报】2021年3月")
	expect(silent, "催报", "2021年3月")
	expect(desk, "【通报】2021年3月")
	if got := subjects(servers.Letters(t, sender)); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "催报") }) {
		t.Errorf("who submitted was chased: %q", got)
	}
	files := servers.Files(box)
	if len(files) != 2 { // the county's and the doctor's
		t.Fatalf("the mailbox holds %q", files)
	}
	for _, file := range files {
		if _, flags, _ := strings.Cut(file, ":2,"); flags != "" {
			t.Errorf("the letter's flags were changed: %q", file)
		}
	}
}

func subjects(letters [][]byte) []string {
	var out []string
	for _, raw := range letters {
		out = append(out, subject(raw))
	}
	return out
}

// eventually waits for Postfix, which delivers after it has accepted.
func eventually(holds func() bool) bool {
	for range 300 {
		if holds() {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}
