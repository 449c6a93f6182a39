package config

import (
	"fmt"
	"maps"
	"net"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// check finds what is wrong with values that could all be read.
func (c *Config) check(r *reader) {
	c.checkServers(r)
	c.checkReporting(r)
	c.checkSubmitters(r)
	c.checkReminders(r)
	c.checkBulletins(r)
	c.checkQuarter(r)
	c.checkChecks(r)
	c.checkSafety(r)
	for key, n := range map[string]int{"limits.rows": c.Limits.Rows, "limits.columns": c.Limits.Columns, "limits.parts": c.Limits.Parts,
		"limits.depth": c.Limits.Depth, "limits.entries": c.Limits.Entries, "limits.receipts_per_hour": c.Limits.Receipts} {
		if n < 1 {
			r.fault(r.at(key), key, "应大于 0", "")
		}
	}
	// Below these no letter could be read at all: the child that opens them needs
	// a moment to start and memory to live.
	if c.Limits.Time < time.Second || c.Limits.Time > time.Minute {
		r.fault(r.at("limits.time"), "limits.time", "应在 1s 到 60s 之间", "一般写 12s")
	}
	if c.Limits.Memory < 128<<20 {
		r.fault(r.at("limits.memory"), "limits.memory", "太小，来信将无法打开", "至少 128MB，一般写 512MB")
	}
	for key, n := range map[string]Size{"limits.letter": c.Limits.Letter, "limits.unpacked": c.Limits.Unpacked} {
		if n < 1<<20 {
			r.fault(r.at(key), key, "太小，正常的报表也收不进来", "至少 1MB")
		}
	}
	r.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	r.oneOf("log.format", c.Log.Format, "text", "json")
	c.checkWeb(r)
	for i, a := range c.Office.Addresses {
		r.address(fmt.Sprintf("office.addresses[%d]", i), a)
	}
}

// checkWeb lets pages without a login be reached from this machine alone.
func (c *Config) checkWeb(r *reader) {
	if c.Web.Listen == "" {
		return
	}
	host, port, err := net.SplitHostPort(c.Web.Listen)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 1 || n > 65535 {
		r.fault(r.at("web.listen"), "web.listen", fmt.Sprintf("“%s”不是地址和端口", c.Web.Listen), `写成 "127.0.0.1:8025"`)
		return
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !c.Web.Password.IsSet() && c.Web.UserHeader == "" {
		r.fault(r.at("web.listen"), "web.listen", "别的机器也能打开这些网页，却没有登录", `加 password: {file: web-password}；前面有统一认证的代理时写 user_header: X-Remote-User；只在本机看时写 "127.0.0.1:8025"`)
	}
	if c.Web.Password.IsSet() && c.Web.UserHeader != "" {
		r.fault(r.at("web.user_header"), "web.user_header", "与 password 只能写一个", "留下一个")
	}
}

func (c *Config) checkServers(r *reader) {
	c.preset(r)
	if c.Mailbox.Host != "" {
		r.oneOf("mailbox.security", c.Mailbox.Security, securities...)
		if c.Mailbox.Port == 0 {
			c.Mailbox.Port = map[string]int{"tls": 993}[c.Mailbox.Security]
			if c.Mailbox.Port == 0 {
				c.Mailbox.Port = 143
			}
		}
		r.port("mailbox.port", c.Mailbox.Port)
		if c.Mailbox.User == "" {
			r.fault(r.at("mailbox"), "mailbox.user", "没有写登录名", "写完整的邮箱地址")
		}
		if !c.Mailbox.Password.IsSet() {
			r.fault(r.at("mailbox"), "mailbox.password", "没有写明密码（授权码）的来源", "写成 {env: TONGBAO_PASSWORD} 等")
		}
		if len(c.Mailbox.Folders) == 0 {
			r.fault(r.at("mailbox.folders"), "mailbox.folders", "没有要读的文件夹", "至少写 [INBOX]")
		}
		for key, d := range map[string]time.Duration{"mailbox.poll": c.Mailbox.Poll, "mailbox.night_poll": c.Mailbox.NightPoll} {
			if d < 10*time.Second {
				r.fault(r.at(key), key, "间隔太短，邮箱服务商会限制登录", "至少 10s，163 邮箱建议 3m")
			}
		}
	}
	if c.SMTP.Host == "" {
		return
	}
	r.oneOf("smtp.security", c.SMTP.Security, securities...)
	if c.SMTP.Port == 0 {
		c.SMTP.Port = map[string]int{"tls": 465, "starttls": 587, "none": 25}[c.SMTP.Security]
	}
	r.port("smtp.port", c.SMTP.Port)
	if c.SMTP.User == "" {
		c.SMTP.User = c.Mailbox.User
	}
	if !c.SMTP.Password.IsSet() {
		c.SMTP.Password = c.Mailbox.Password
	}
	if c.SMTP.From == "" {
		c.SMTP.From = c.SMTP.User
	}
	r.address("smtp.from", c.SMTP.From)
	if strings.Contains(c.SMTP.User, "@") && !strings.EqualFold(c.SMTP.From, c.SMTP.User) {
		r.fault(r.at("smtp.from"), "smtp.from", "发件地址与登录名不一致，服务商会拒收（554 DT:SUM）", "改成 "+c.SMTP.User+"，或删去这一行")
	}
	if c.SMTP.Rates.Minute < 1 || c.SMTP.Rates.Quarter < 1 || c.SMTP.Rates.Day < 1 {
		r.fault(r.at("smtp.rates"), "smtp.rates", "应大于 0", "")
	}
}

func (c *Config) checkReporting(r *reader) {
	p := &c.Reporting
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" {
		r.fault(r.at("reporting.zone"), "reporting.zone", fmt.Sprintf("没有时区“%s”", p.Zone), "写 Asia/Shanghai")
	}
	if p.Deadline.Day < 1 || p.Deadline.Day > 31 {
		r.fault(r.at("reporting.deadline.day"), "reporting.deadline.day", "应为 1 至 31", "")
	}
	r.oneOf("reporting.deadline.holiday", p.Deadline.Holiday, "none", "next", "previous")
	if p.Freeze.Workdays < 0 || p.Freeze.Workdays > 20 {
		r.fault(r.at("reporting.freeze.workdays"), "reporting.freeze.workdays", "应为 0 至 20", "")
	}
	r.oneOf("reporting.pace", p.Pace, "month", "day")
	if !p.Target.IsPositive() {
		r.fault(r.at("reporting.target"), "reporting.target", "应大于 0", "单位为万元，300亿元写 3000000")
	}
	if l := p.Lights; !l.Yellow.IsPositive() || !l.Red.GreaterThan(l.Yellow) {
		r.fault(r.at("reporting.lights"), "reporting.lights", "亮灯的界限应大于 0，红灯应大于黄灯", "单位为百分点，如 {yellow: 10, red: 30}")
	}
	r.fields("reporting.aliases", p.Aliases)
}

// fields checks the keys of further header words.
func (r *reader) fields(at string, words map[string][]string) {
	for _, key := range slices.Sorted(maps.Keys(words)) {
		if reporting.Field(key).Title() == "" {
			r.fault(r.at(at+"."+key), at+"."+key, "没有这个字段", "字段名如 ytd_done、year_plan，tongbao inspect 读表时列出各栏的键")
		}
	}
}

func (c *Config) checkSubmitters(r *reader) {
	if len(c.Submitters) == 0 {
		r.fault(r.at("submitters"), "submitters", "没有报送单位", "照 config.example.yaml 逐个列出")
	}
	names, addresses := map[string]string{}, map[string]string{}
	for i := range c.Submitters {
		s := &c.Submitters[i]
		key := fmt.Sprintf("submitters[%d]", i)
		if s.Name == "" {
			r.fault(r.at(key), key+".name", "没有写名称", "")
		} else if strings.ContainsAny(s.Name, "/\n") {
			r.fault(r.at(key+".name"), key+".name", "名称中不能有“/”", "")
		}
		if other, ok := names[s.Name]; ok {
			r.fault(r.at(key+".name"), key+".name", fmt.Sprintf("“%s”与 %s 重名", s.Name, other), "删去一个")
		}
		names[s.Name] = key
		if s.Group == "" {
			s.Group = string(reporting.Counties)
		}
		r.oneOf(key+".group", s.Group, "counties", "zones", "central")
		for j, a := range s.Addresses {
			at := fmt.Sprintf("%s.addresses[%d]", key, j)
			r.address(at, a)
			if other, ok := addresses[strings.ToLower(a)]; ok {
				r.fault(r.at(at), at, fmt.Sprintf("地址 %s 已登记给 %s", a, other), "一个地址只能属于一个单位")
			}
			addresses[strings.ToLower(a)] = s.Name
		}
		r.fields(key+".columns", s.Columns)
		for j, a := range s.Copies {
			r.address(fmt.Sprintf("%s.copies[%d]", key, j), a)
		}
		if s.Tables == nil {
			s.Tables = []string{"progress", "issues", "lagging"}
			if s.Group == string(reporting.Central) {
				s.Tables = []string{"progress"}
			}
		}
		for j, t := range s.Tables {
			r.oneOf(fmt.Sprintf("%s.tables[%d]", key, j), t, "progress", "issues", "lagging")
		}
	}
}

func (c *Config) checkBulletins(r *reader) {
	zone, err := time.LoadLocation(c.Reporting.Zone)
	if err != nil {
		zone = time.UTC
	}
	if c.Bulletins == nil {
		c.Bulletins = []Bulletin{{Name: "monthly"}}
	}
	seen := map[string]bool{}
	for i := range c.Bulletins {
		b := &c.Bulletins[i]
		key := fmt.Sprintf("bulletins[%d]", i)
		if b.Kind == "" {
			b.Kind = monthly
		}
		r.oneOf(key+".kind", b.Kind, kinds...)
		if b.Name == "" {
			b.Name = b.Kind
		}
		if seen[b.Name] {
			r.fault(r.at(key), key+".name", fmt.Sprintf("“%s”写了两次", b.Name), "改名或删去一个")
		}
		seen[b.Name] = true
		if b.Schedule == "" {
			if b.Schedule = "0 9 1 * *"; b.Kind != monthly {
				b.Schedule = "0 9 5 1,4,7,10 *"
			}
		}
		if _, err := b.Bell(zone); err != nil {
			r.fault(r.at(key+".schedule"), key+".schedule", fmt.Sprintf("“%s”不是正确的定时：%v", b.Schedule, err), `五段：分 时 日 月 周，如 "0 9 1 * *" 为每月1日9时`)
		}
		if b.Recipients == nil {
			b.Recipients = c.Office.Addresses
		}
		for j, a := range b.Recipients {
			r.address(fmt.Sprintf("%s.recipients[%d]", key, j), a)
		}
		if b.Release == "" {
			b.Release = "office-only"
		}
		r.oneOf(key+".release", b.Release, releases...)
		c.checkApprovers(r, key, *b)
		if b.Layout == "" {
			b.Layout = "brief"
		}
		r.oneOf(key+".layout", b.Layout, layouts...)
	}
}

// checkApprovers wants somebody who can agree, and nobody from whom no letter
// is ever taken.
func (c *Config) checkApprovers(r *reader, key string, b Bulletin) {
	for j, a := range b.Approvers {
		at := fmt.Sprintf("%s.approvers[%d]", key, j)
		r.address(at, a)
		for _, own := range []string{c.Mailbox.User, c.SMTP.User, c.SMTP.From} {
			if own != "" && strings.EqualFold(own, a) {
				r.fault(r.at(at), at, "是本程序自己的邮箱，从它来的信一律不处理", "写核签人自己的邮箱")
				break
			}
		}
	}
	if b.Release == "on-approval" && len(b.Approvers) == 0 {
		r.fault(r.at(key+".release"), key+".approvers", "核签后外发，却没有写由谁核签", "写 approvers: [leader@example.com]")
	}
}

func (r *reader) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		r.fault(r.at(key), key, fmt.Sprintf("不能是“%s”", value), "可写："+strings.Join(allowed, "、"))
	}
}

func (r *reader) port(key string, n int) {
	if n < 1 || n > 65535 {
		r.fault(r.at(key), key, "应为 1 至 65535", "")
	}
}

func (r *reader) address(key, a string) {
	p, err := mail.ParseAddress(a)
	if err != nil || p.Address != strings.TrimSpace(a) {
		r.fault(r.at(key), key, fmt.Sprintf("“%s”不是邮件地址", a), "写成 name@example.com 这样，不带姓名")
	}
}
