package config

import (
	"maps"
	"slices"
	"strings"
)

// Provider is what is known of a mail provider, so that an administrator
// writes one word instead of ten keys. Servers and ports are the providers'
// published ones; the rates are cautious, since none of them publishes its own.
type Provider struct {
	Name    string // as written under provider
	Title   string // as people call it
	Domains []string
	IMAP    string // port 993, TLS
	SMTP    string // port 465, TLS
	Folders []string
	Rates   Rates
	Advice  string // what its web page must be set to first
}

var netease = []string{"INBOX", "垃圾邮件", "广告邮件", "订阅邮件"} // good letters are put into the last three

const neteaseAdvice = "网页邮箱“设置→POP3/SMTP/IMAP”：开启 IMAP/SMTP 并取得授权码；“收取选项”改为“收取全部邮件”"

var providers = map[string]Provider{
	"163": {Title: "网易163邮箱", Domains: []string{"163.com"}, IMAP: "imap.163.com", SMTP: "smtp.163.com",
		Folders: netease, Rates: Rates{4, 30, 120}, Advice: neteaseAdvice},
	"126": {Title: "网易126邮箱", Domains: []string{"126.com"}, IMAP: "imap.126.com", SMTP: "smtp.126.com",
		Folders: netease, Rates: Rates{4, 30, 120}, Advice: neteaseAdvice},
	"qq": {Title: "QQ邮箱", Domains: []string{"qq.com", "foxmail.com"}, IMAP: "imap.qq.com", SMTP: "smtp.qq.com",
		Folders: []string{"INBOX", "Junk"}, Rates: Rates{4, 30, 120}, Advice: "网页邮箱“设置→账号”：开启 IMAP/SMTP 服务并生成授权码"},
	"exmail": {Title: "腾讯企业邮箱", IMAP: "imap.exmail.qq.com", SMTP: "smtp.exmail.qq.com",
		Folders: []string{"INBOX", "Junk"}, Rates: Rates{8, 60, 300}, Advice: "网页邮箱“设置→客户端”：开启 IMAP/SMTP，生成客户端专用密码"},
	"aliyun": {Title: "阿里云企业邮箱", IMAP: "imap.mxhichina.com", SMTP: "smtp.mxhichina.com",
		Folders: []string{"INBOX", "垃圾邮件"}, Rates: Rates{8, 60, 300}, Advice: "管理员在后台允许 IMAP/SMTP 客户端登录；开启了三方客户端安全密码的，用安全密码"},
}

// Providers lists the names that may stand under provider.
func Providers() []string { return slices.Sorted(maps.Keys(providers)) }

// ProviderOf finds a provider by its name, or by the domain of an address.
func ProviderOf(nameOrAddress string) (Provider, bool) {
	if p, ok := providers[nameOrAddress]; ok {
		p.Name = nameOrAddress
		return p, true
	}
	_, domain, _ := strings.Cut(strings.ToLower(nameOrAddress), "@")
	for name, p := range providers {
		if domain != "" && slices.Contains(p.Domains, domain) {
			p.Name = name
			return p, true
		}
	}
	return Provider{}, false
}

// preset fills in what the provider is known for and the file does not say.
func (c *Config) preset(r *reader) {
	if c.Mailbox.Provider == "" {
		return
	}
	p, ok := ProviderOf(c.Mailbox.Provider)
	if !ok || p.Name != c.Mailbox.Provider {
		r.oneOf("mailbox.provider", c.Mailbox.Provider, Providers()...)
		return
	}
	written := func(key string) bool { _, ok := r.places[key]; return ok }
	if !written("mailbox.host") {
		c.Mailbox.Host = p.IMAP
	}
	if !written("mailbox.folders") {
		c.Mailbox.Folders = slices.Clone(p.Folders)
	}
	if !written("smtp.host") {
		c.SMTP.Host = p.SMTP
	}
	for key, n := range map[string]struct {
		to    *int
		value int
	}{"minute": {&c.SMTP.Rates.Minute, p.Rates.Minute}, "quarter": {&c.SMTP.Rates.Quarter, p.Rates.Quarter}, "day": {&c.SMTP.Rates.Day, p.Rates.Day}} {
		if !written("smtp.rates." + key) {
			*n.to = n.value
		}
	}
}
