package frontdesk_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tongbao/internal/frontdesk"
)

// browser is Debian's Chromium in its own process and directory, and what it
// complained of. Without it the test is skipped; where CI is true it fails.
func browser(t *testing.T) (ctx context.Context, complaints func() []string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(2*time.Minute))
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-quic", "disable-sync", "no-first-run"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	var (
		mu  sync.Mutex
		all []string
	)
	err = chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			all = append(all, ev.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			all = append(all, string(ev.Entry.Level)+": "+ev.Entry.Text+" "+ev.Entry.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	listen := func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	}
	if _, err := chromedp.Run(ctx, listen); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx, func() []string { mu.Lock(); defer mu.Unlock(); return all }
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestBrowser looks at the pages with a real browser: no complaint in its
// console, the matrix as status tells it, the login, and a letter assigned
// with the keyboard alone.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is the same under the race detector; the plain run looks with it")
	}
	ctx, complaints := browser(t)
	d := desk(t)
	s := serve(t, d, frontdesk.Web{Password: func() (string, error) { return "sesame", nil }})
	do(t, ctx, chromedp.Navigate(s.URL+"/"), chromedp.WaitVisible(chromedp.CSS("#password")), chromedp.SendKeys(chromedp.CSS("#password"), "sesame\r"), chromedp.WaitVisible(chromedp.CSS("table.matrix")))
	if title := ask(t, ctx, chromedp.Title()); title != "2021年4月报送情况 · 通报" {
		t.Errorf("title %q", title)
	}
	const cells = `Object.fromEntries([...document.querySelectorAll("tr[data-submitter] td[data-table]")].map(td =>
		[td.parentNode.dataset.submitter + "/" + td.dataset.table, td.querySelector("[data-state]")?.dataset.state ?? ""]))`
	seen := ask(t, ctx, chromedp.Evaluate[map[string]string](cells))
	st := statusJSON(t, d)
	told := 0
	for _, sub := range st.Submitters {
		for k, standing := range sub.Tables {
			told++
			if got := seen[sub.Name+"/"+string(k)]; got != string(standing.State) {
				t.Errorf("%s %s: the page says %q, status %q", sub.Name, k, got, standing.State)
			}
		}
	}
	if told == 0 {
		t.Error("status tells of no table")
	}
	picture(t, ctx, "month")

	// Assigned by the keyboard: the guess is chosen already, the next keys are
	// Tab to the check box, Space, Tab, Enter.
	do(t, ctx, chromedp.Navigate(s.URL+"/quarantine"), chromedp.WaitVisible(chromedp.CSS("select[name=as]")), chromedp.Focus(chromedp.CSS("select[name=as]")),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent(" "), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(chromedp.CSS(".done")))
	if said := ask(t, ctx, chromedp.Text(chromedp.CSS(".done"))); !strings.Contains(said, "认作庐山市的报送") || len(statusJSON(t, d).Quarantine) != 0 {
		t.Errorf("after assigning: %q", said)
	}
	for _, path := range []string{"/", "/submitters/修水县", projectPath(t, d), "/projects?submitter=修水县", "/problems", "/quarantine", "/bulletins/2021-04/preview", "/bulletins", "/outbox", "/audit"} {
		do(t, ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.URL+path), chromedp.WaitVisible(chromedp.CSS("main h1")))
		if ask(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
			t.Errorf("%s is wider than a telephone", path)
		}
		picture(t, ctx, "phone"+strings.ReplaceAll(path, "/", "-"))
	}
	for _, c := range complaints() {
		t.Error("the browser complains: ", c)
	}
}

// picture leaves a screenshot in the directory that TONGBAO_PICTURES names,
// for people to look at.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("TONGBAO_PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), ask(t, ctx, chromedp.FullScreenshot(100)), 0o600); err != nil {
		t.Fatal(err)
	}
}
