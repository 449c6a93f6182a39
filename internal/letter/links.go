package letter

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxLinks = 20

var (
	// hugeHost is where providers keep 超大附件 and net disks: host and path.
	hugeHost = regexp.MustCompile(`(?i)^(?:` + strings.Join([]string{
		`(?:[a-z0-9\-]+\.)*(?:163|126|yeah)\.(?:com|net)/large-attachment`, `mail\.(?:163|126)\.com/(?:filehub|dashi|large)`, `(?:fs|u|dashi)\.(?:qiye\.)?163\.com/`, `(?:fs|fs\d)\.(?:126|yeah)\.(?:com|net)/`,
		`(?:[a-z0-9\-]+\.)*mail\.qq\.com/(?:cgi-bin/)?ftn`, `(?:[a-z0-9\-]+\.)*(?:exmail|mail)\.qq\.com/.*ftnexs`, `(?:[a-z0-9\-]+\.)*ftn\.qq\.com/`,
		`(?:[a-z0-9\-]+\.)*mail\.10086\.cn/.*(?:disk|download|largeattach)`, `pan\.mail\.10086\.cn/`, `(?:caiyun|yun)\.139\.com/`, `(?:caiyun\.)?feixin\.10086\.cn/`,
		`(?:cloud|mail)\.189\.cn/(?:t/|web/share|.*(?:bigattach|largeattach|filetrans))`, `(?:qiye|mail|netdisk)\.aliyun\.com/.*(?:netdisk|bigattach|largeattach|openlink|download)`,
		`(?:[a-z0-9\-]+\.)*sina\.(?:com|cn|com\.cn)/.*(?:bigattach|filecenter|large)`, `(?:[a-z0-9\-]+\.)*(?:sohu|21cn|263|chinaemail|icoremail)\.(?:com|net)/.*(?:bigattach|largeattach|filehub|download)`,
		`pan\.baidu\.com/`, `pan\.quark\.cn/`, `(?:www\.)?(?:aliyundrive|alipan)\.com/`, `(?:share\.)?weiyun\.com/`, `(?:[a-z0-9\-]+\.)?lanzou[a-z]?\.com/`, `(?:www\.)?(?:wenshushu|ws28)\.cn/`, `(?:[a-z0-9\-]+\.)*cowtransfer\.com/`,
		`[^/]+/(?:coremail/|cgi-bin/).*(?:bigattach|largeattach|filehub|nfattach)`,
	}, "|") + `)`)
	// hugeWord tells a link to a file, whatever the host.
	hugeWord = regexp.MustCompile(`超大附件|云附件|网盘附件|大附件下载|文件中转站|X-NETEASE-HUGE-ATTACHMENT|divNeteaseBigAttach|QQMAIL_?BigAttach`)
	anchor   = regexp.MustCompile(`(?is)<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))[^>]*>(.*?)</a>`)
	webLink  = regexp.MustCompile(`(?i)https?://[^\s<>"'）)】]+`)
	fileWord = regexp.MustCompile(`(?i)[^\s<>"'/\\:：|（(，,。“”《》]{1,80}\.(?:xlsx?|xlsm|et|csv|zip|rar|7z|docx?|wps|pdf|pptx?|jpe?g|png|ofd|txt)\b`)
	lineTags = regexp.MustCompile(`(?i)<(?:br|/p|/div|/tr|/table|/li|/h\d)\b[^>]*>`)
	tags     = regexp.MustCompile(`(?s)<[^>]*>`)
)

// stripTags is a page's text; what stands in a line there, does so here.
func stripTags(s string) string {
	s = lineTags.ReplaceAllString(s[:min(len(s), 1<<20)], "\n")
	return html.UnescapeString(tags.ReplaceAllString(s, " "))
}

// links finds links to attachments that lie with a provider: by the host, or by
// the words before a link. They are named and never followed.
func links(l *Letter) []Link {
	var out []Link
	seen := map[string]bool{}
	add := func(target, name, around string) {
		host, huge := provider(target)
		if !huge && !hugeWord.MatchString(around) || host == "" || seen[target] || len(out) >= maxLinks {
			return
		}
		seen[target] = true
		if name = fileWord.FindString(name); name == "" {
			name = lastMatch(fileWord, around)
		}
		if name != "" && slices.ContainsFunc(out, func(o Link) bool { return o.Name == name }) {
			return // a program's second link, to look at the file or to keep it
		}
		out = append(out, Link{Name: name, Service: host})
	}
	page := l.HTML[:min(len(l.HTML), 2<<20)]
	for _, m := range anchor.FindAllStringSubmatchIndex(page, 500) {
		target := ""
		for i := 2; i <= 6; i += 2 {
			if m[i] >= 0 {
				target += page[m[i]:m[i+1]]
			}
		}
		add(html.UnescapeString(target), stripTags(page[m[8]:m[9]]), stripTags(before(page, m[0], 600)))
	}
	if len(out) > 0 {
		return out
	}
	text := l.Text[:min(len(l.Text), 1<<20)]
	for _, m := range webLink.FindAllStringIndex(text, 500) {
		add(text[m[0]:m[1]], "", before(text, m[0], 300))
	}
	return out
}

// provider is a link's host, and whether it is one that keeps files.
func provider(target string) (host string, huge bool) {
	u, err := url.Parse(strings.TrimSpace(target))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	rest := u.Hostname() + u.EscapedPath()
	if u.Path == "" {
		rest += "/"
	}
	if u.RawQuery != "" {
		rest += "?" + u.RawQuery
	}
	return strings.ToLower(u.Hostname()), hugeHost.MatchString(rest)
}

// before is at most n bytes before a place, not cut within a character or a tag.
func before(s string, at, n int) string {
	from := max(0, at-n)
	for from < at && !utf8.RuneStart(s[from]) {
		from++
	}
	part := s[from:at]
	if gt, lt := strings.IndexByte(part, '>'), strings.IndexByte(part, '<'); gt >= 0 && (lt < 0 || gt < lt) && from > 0 {
		part = part[gt+1:]
	}
	return part
}

func lastMatch(re *regexp.Regexp, s string) string {
	all := re.FindAllString(s, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
