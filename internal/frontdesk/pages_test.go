package frontdesk_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/frontdesk"
	"tongbao/internal/office"
	"tongbao/internal/reporting"
)

// TestMain lets the test binary stand in for the clerk's child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "clerk" {
		if err := clerk.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// now is a day before the deadline of April.
func now() time.Time { return time.Date(2021, 4, 24, 15, 0, 0, 0, time.FixedZone("CST", 8*3600)) }

// desk is an office with three submitters: one has reported, one owes, and a
// letter of an unknown address that speaks for the third waits.
func desk(t *testing.T) frontdesk.Desk {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	text := `
data: ./data
submitters:
  - {name: 修水县, addresses: [xs@example.com]}
  - {name: 永修县, addresses: [yx@example.com]}
  - {name: 庐山市, addresses: [ls@example.com]}
  - {name: 九江市城发集团, group: central, addresses: [cf@example.com], tables: [progress]}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	house, err := daemon.Open(cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { house.Close() })
	for _, l := range []struct{ from, who string }{{"xs@example.com", "修水县"}, {"stranger@example.com", "庐山市"}} {
		in := office.Import{Name: l.who + ".eml", Raw: []byte(letter(l.from, l.who)), Received: now().Add(-time.Hour)}
		if _, err := house.Office.Import(context.Background(), in, now()); err != nil {
			t.Fatal(err)
		}
	}
	return frontdesk.Desk{Office: house.Office, Now: now}
}

// letter brings a progress table and an issue ledger; their names try to be HTML.
func letter(from, who string) string {
	progress := who + "2021年城建项目进度表（4月）,,,,,\n单位：万元,,,,,\n序号,项目名称,总投资,2021年计划投资,4月完成投资,1-4月累计完成投资\n1,滨江路<b>改造</b>工程,12000,5000,300,900\n2,老城区雨污分流工程,8000,4000,200,500\n"
	ledger := who + "城建项目问题台账（2021年4月）,,,,,\n序号,项目名称,存在问题,需协调单位,整改措施,整改时限\n1,老城区雨污分流工程,征地拆迁<script>alert(1)</script>尚余3户,市自然资源局,专人跟踪,2021年6月\n"
	var b strings.Builder
	fmt.Fprintf(&b, "From: <%s>\nTo: <box@example.com>\nSubject: %s\nDate: Sat, 24 Apr 2021 14:00:00 +0800\nMessage-ID: <%s@example.com>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n",
		from, mime.BEncoding.Encode("utf-8", who+"4月报表<i>"), from[:2])
	for i, text := range []string{progress, ledger} {
		fmt.Fprintf(&b, "--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=\"%d.csv\"\nContent-Transfer-Encoding: base64\n\n%s\n", i+1, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	b.WriteString("--b--\n")
	return b.String()
}

// serve puts the pages behind a gate on loopback.
func serve(t *testing.T, d frontdesk.Desk, w frontdesk.Web) *httptest.Server {
	t.Helper()
	w.Now = time.Now
	w.Metrics = d.Metrics("test")
	s := httptest.NewServer(w.Handler(d.Pages()))
	t.Cleanup(s.Close)
	return s
}

// statusJSON is what `tongbao status --json` says.
func statusJSON(t *testing.T, d frontdesk.Desk) office.Status {
	t.Helper()
	rec := httptest.NewRecorder()
	d.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/status", nil))
	var s office.Status
	if err := json.Unmarshal(rec.Body.Bytes(), &s); err != nil {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	return s
}

func get(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestPages opens every page that the navigation and the lists lead to.
func TestPages(t *testing.T) {
	d := desk(t)
	s := serve(t, d, frontdesk.Web{})
	for path, want := range map[string]string{
		"/": "修水县", "/?period=2021-03": "2021年3月", "/submitters/修水县": "准予延期", "/projects?submitter=修水县": "老城区雨污分流工程",
		"/problems": "市自然资源局", "/quarantine": "stranger@example.com", "/bulletins": "预览", "/bulletins/2021-04/preview": "数据号",
		"/bulletins/2021-04/letter": "修水县", "/outbox": "发件箱", "/audit": "办理记录", "/healthz": "ok", "/readyz": "ready",
		"/metrics": `tongbao_quarantine_letters 1`, "/style.css": "prefers-color-scheme",
	} {
		code, body := get(t, s.Client(), s.URL+path)
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d, no %q in\n%s", path, code, want, body)
		}
		if strings.Contains(body, "<script") || strings.Contains(body, "<b>改造</b>") || strings.Contains(body, "报表<i>") {
			t.Errorf("%s shows a stranger's HTML as HTML", path)
		}
	}
	for path, want := range map[string]int{"/?period=x": 400, "/submitters/nobody": 400, "/projects/nothing": 400, "/nowhere": 404, "/bulletins/2021-04/pdf": 400, "/bulletins/x/word": 400} {
		if code, body := get(t, s.Client(), s.URL+path); code != want || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %d, want %d: %s", path, code, want, body)
		}
	}
	project := projectPath(t, d)
	if code, body := get(t, s.Client(), s.URL+project); code != 200 || !strings.Contains(body, "1.csv") || !strings.Contains(body, "<svg") {
		t.Errorf("%s: %d %s", project, code, body)
	}
	for form, magic := range map[string]string{"word": "PK", "excel": "PK"} {
		if code, body := get(t, s.Client(), s.URL+"/bulletins/2021-04/"+form); code != 200 || !strings.HasPrefix(body, magic) {
			t.Errorf("%s: %d", form, code)
		}
	}
}

// projectPath is the page of a project of the register.
func projectPath(t *testing.T, d frontdesk.Desk) (path string) {
	t.Helper()
	err := d.Office.EachProject("修水县", func(p reporting.ProjectRecord) error { path = "/projects/" + p.ID; return nil })
	if err != nil || path == "" {
		t.Fatalf("no project: %v", err)
	}
	return path
}

// TestDecisions sends the forms.
func TestDecisions(t *testing.T) {
	d := desk(t)
	s := serve(t, d, frontdesk.Web{})
	id := statusJSON(t, d).Quarantine[0].ID
	post := func(path string, q url.Values) (int, string) {
		resp, err := s.Client().PostForm(s.URL+path, q)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	if code, body := post("/assign", url.Values{"id": {id}, "as": {"庐山市"}, "remember": {"true"}}); code != 200 || !strings.Contains(body, "认作庐山市的报送") {
		t.Errorf("assign: %d %s", code, body)
	}
	if code, body := post("/exempt", url.Values{"submitter": {"永修县"}, "period": {"2021-04"}, "table": {"lagging"}, "reason": {"无在建项目"}, "back": {"/submitters/永修县"}}); code != 200 || !strings.Contains(body, "免报") {
		t.Errorf("exempt: %d %s", code, body)
	}
	if code, body := post("/extend", url.Values{"submitter": {"永修县"}, "period": {"2021-04"}, "until": {"2021-04-28"}, "back": {"https://elsewhere.example/"}}); code != 200 || !strings.Contains(body, "延期至4月28日") {
		t.Errorf("extend: %d %s", code, body)
	}
	if code, _ := post("/assign", url.Values{"id": {"nothing"}, "as": {"庐山市"}}); code < 400 {
		t.Errorf("assigning nothing: %d", code)
	}
	st := statusJSON(t, d)
	if len(st.Quarantine) != 0 || st.Submitters[2].Tables["progress"].State != "on-time" || st.Submitters[1].Tables["lagging"].State != "exempt" || st.Submitters[1].Deadline.Day() != 28 {
		t.Errorf("after the decisions: %+v", st)
	}
	if code, body := get(t, s.Client(), s.URL+"/audit"); code != 200 || !strings.Contains(body, "网页") || !strings.Contains(body, "庐山市") {
		t.Errorf("the audit log does not say who: %s", body)
	}
}

// TestGate tries the door: without a password, with a wrong one, from another
// site, under another name, behind a proxy.
func TestGate(t *testing.T) {
	d := desk(t)
	locked := serve(t, d, frontdesk.Web{Password: func() (string, error) { return "sesame", nil }})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	if code, body := get(t, c, locked.URL+"/outbox"); code != 200 || !strings.Contains(body, `name="password"`) || strings.Contains(body, "收件人") {
		t.Errorf("without a login: %d %s", code, body)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200} {
		if code, _ := get(t, c, locked.URL+path); code != want {
			t.Errorf("%s: %d", path, code)
		}
	}
	enter := func(password, to string) (int, string, string) {
		resp, err := c.PostForm(locked.URL+"/login", url.Values{"password": {password}, "to": {to}})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), resp.Request.URL.String()
	}
	if code, body, _ := enter("open", "/"); code != 401 || !strings.Contains(body, "密码不对") {
		t.Errorf("a wrong password: %d %s", code, body)
	}
	resp, err := c.PostForm(locked.URL+"/drop", url.Values{"id": {statusJSON(t, d).Quarantine[0].ID}, "reason": {"x"}})
	if err != nil || resp.StatusCode != 401 {
		t.Errorf("a form without a login: %v %v", resp.StatusCode, err)
	}
	resp.Body.Close()
	for _, to := range []string{"//elsewhere.example/", "https://elsewhere.example/", `/\elsewhere.example`} {
		if _, _, at := enter("sesame", to); at != locked.URL+"/" {
			t.Errorf("the login leads from %q to %s", to, at)
		}
	}
	if code, body := get(t, c, locked.URL+"/outbox"); code != 200 || !strings.Contains(body, "收件人") {
		t.Errorf("after the login: %d %s", code, body)
	}
	// The session's cookie must not do for another site's form.
	r, err := http.NewRequest("POST", locked.URL+"/drop", strings.NewReader(url.Values{"id": {statusJSON(t, d).Quarantine[0].ID}, "reason": {"x"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://elsewhere.example")
	resp, err = c.Do(r)
	if err != nil || resp.StatusCode != 403 {
		t.Errorf("another site's form: %v %v", resp.StatusCode, err)
	}
	resp.Body.Close()
	if n := len(statusJSON(t, d).Quarantine); n != 1 {
		t.Errorf("%d letters wait; a stranger decided", n)
	}
	resp, err = c.PostForm(locked.URL+"/logout", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if _, body := get(t, c, locked.URL+"/outbox"); strings.Contains(body, "收件人") {
		t.Error("the session outlives the logout")
	}

	open := serve(t, d, frontdesk.Web{})
	r, _ = http.NewRequest("GET", open.URL+"/", nil)
	r.Host = "rebound.example"
	if resp, err = http.DefaultClient.Do(r); err != nil || resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a foreign name for loopback: %v %v", resp.StatusCode, err)
	}
	resp.Body.Close()

	proxied := serve(t, d, frontdesk.Web{UserHeader: "X-Remote-User"})
	if code, _ := get(t, http.DefaultClient, proxied.URL+"/"); code != 401 {
		t.Errorf("without the proxy's header: %d", code)
	}
	r, _ = http.NewRequest("POST", proxied.URL+"/drop", strings.NewReader(url.Values{"id": {statusJSON(t, d).Quarantine[0].ID}, "reason": {"广告"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Remote-User", "li.si")
	if resp, err = http.DefaultClient.Do(r); err != nil || resp.StatusCode != 200 {
		t.Fatalf("with the proxy's header: %v %v", resp.StatusCode, err)
	}
	resp.Body.Close()
	acts, err := d.Office.Audit(now().AddDate(0, 0, -1))
	if err != nil || !slices.ContainsFunc(acts, func(a office.Act) bool { return a.By == "li.si" && a.Action == "drop" }) {
		t.Errorf("the journal does not name who the proxy named: %+v %v", acts, err)
	}
}
