package config

import (
	"slices"
	"testing"
)

func parseShort(t *testing.T, mailbox, rest string) *Config {
	t.Helper()
	text := []byte("data: ./data\nmailbox: {provider: 163, user: tj@163.com, password: {env: TONGBAO_PASSWORD}" + mailbox +
		"}\nsubmitters: [{name: 修水县, addresses: [xs@example.com]}]\n" + rest)
	c, err := Parse(text, "config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProvider(t *testing.T) {
	c := parseShort(t, "", "")
	if c.Mailbox.Host != "imap.163.com" || c.Mailbox.Port != 993 || c.SMTP.Host != "smtp.163.com" || c.SMTP.Port != 465 ||
		c.SMTP.From != "tj@163.com" || !slices.Contains(c.Mailbox.Folders, "广告邮件") || c.SMTP.Rates != (Rates{4, 30, 120}) {
		t.Errorf("163: %+v %+v", c.Mailbox, c.SMTP)
	}
	c = parseShort(t, ", host: imap.example.com, folders: [INBOX]", "smtp: {host: smtp.example.com, rates: {day: 50}}\n")
	if c.Mailbox.Host != "imap.example.com" || len(c.Mailbox.Folders) != 1 || c.SMTP.Host != "smtp.example.com" || c.SMTP.Rates != (Rates{4, 30, 50}) {
		t.Errorf("what the file says must win: %+v %+v", c.Mailbox, c.SMTP)
	}
	for address, want := range map[string]string{"a@QQ.com": "qq", "b@126.com": "126", "c@example.com": "", "163": "163"} {
		if p, ok := ProviderOf(address); p.Name != want || ok != (want != "") {
			t.Errorf("%s: %q %v", address, p.Name, ok)
		}
	}
	for _, name := range Providers() {
		if p, _ := ProviderOf(name); p.IMAP == "" || p.SMTP == "" || p.Title == "" || p.Advice == "" || p.Rates.Day == 0 || p.Folders[0] != "INBOX" {
			t.Errorf("provider %s is incomplete: %+v", name, p)
		}
	}
}
