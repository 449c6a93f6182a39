// Package frontdesk is the office's counter: one HTTP handler through which
// the verbs of the command line work on the office – over the local socket
// while the daemon runs, and in the same process where it does not.
package frontdesk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// SocketPath is where the daemon of a data directory listens: in the directory,
// or where its name is too long for a socket (108 bytes), in the directory for
// temporary files under a name made of it.
func SocketPath(dir string) string {
	path := filepath.Join(dir, "tongbao.sock")
	if len(path) <= 100 {
		return path
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("tongbao-%x", sha256.Sum256([]byte(path)))[:32]+".sock")
}

// Desk answers requests on an office. Now is the office's clock.
type Desk struct {
	Office *office.Office
	Now    func() time.Time
}

// Handler routes the verbs. Answers are JSON; a refusal is plain text with
// status 400 for a wrong request and 500 for work that could not be done.
func (d Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	verb := func(pattern string, fn func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { answer(w, r, fn) })
	}
	verb("GET /status", d.status)
	verb("GET /bulletin", d.bulletin)
	verb("GET /bulletin/explain", d.explain)
	verb("POST /bulletin/release", d.release)
	verb("POST /bulletin/hold", d.hold)
	verb("POST /bulletin/draft", d.redraft)
	verb("POST /bulletin/correct", d.correct)
	verb("POST /votes", d.votes)
	verb("POST /award", d.award)
	verb("GET /chase", d.chase)
	verb("POST /import", d.importFile)
	verb("POST /assign", d.assign)
	verb("POST /drop", d.drop)
	verb("POST /extend", d.extend)
	verb("POST /exempt", d.exempt)
	verb("GET /outbox", d.outbox)
	verb("POST /outbox/retry", d.retry)
	verb("POST /outbox/drop", d.dropItem)
	mux.HandleFunc("GET /backup", d.backup)
	d.register(mux, verb)
	return mux
}

// badRequest is what the person who asked can mend.
type badRequest struct{ error }

func answer(w http.ResponseWriter, r *http.Request, fn func(*http.Request) (any, error)) {
	v, err := fn(r)
	if err != nil {
		code := http.StatusInternalServerError
		if errors.As(err, &badRequest{}) || errors.As(err, &office.ErrWrong{}) {
			code = http.StatusBadRequest
		}
		http.Error(w, err.Error(), code)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	enc.Encode(v) //nolint:errcheck // the other end is gone
}

func (d Desk) now() time.Time { return d.Now().In(d.Office.Rules.Terms.Zone) }

func period(r *http.Request) (reporting.Period, error) {
	s := r.FormValue("period")
	if s == "" {
		return reporting.Period{}, nil
	}
	p, err := reporting.ParsePeriod(s)
	if err != nil {
		return p, badRequest{fmt.Errorf("月份“%s”应写成 2021-03", s)}
	}
	return p, nil
}

func (d Desk) status(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	return d.Office.Status(p, d.now())
}

func (d Desk) chase(*http.Request) (any, error) { return d.Office.Chasing(d.now()) }

// Issue is a computed bulletin with its forms, where they were asked for.
type Issue struct {
	Bulletin json.RawMessage   `json:"bulletin"`
	Files    map[string][]byte `json:"files,omitempty"`  // by file name
	Orders   map[string][]byte `json:"orders,omitempty"` // 问题交办单 and 督办函, for a directory of their own
}

func (d Desk) bulletin(r *http.Request) (any, error) {
	if q, kind, is, err := quarter(r); err != nil || is {
		if err != nil {
			return nil, err
		}
		return d.quarterly(r, q, kind)
	}
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	if p.IsZero() {
		p = d.Office.Rules.Terms.CurrentPeriod(d.now())
	}
	b, err := d.Office.Compute(p, d.now())
	if err != nil {
		return nil, err
	}
	var issue Issue
	if issue.Bulletin, err = json.Marshal(b); err != nil {
		return nil, fmt.Errorf("bulletin %s: %w", p, err)
	}
	if r.FormValue("forms") == "" {
		return issue, nil
	}
	forms, err := d.Office.Print(b, "", false)
	if err != nil {
		return nil, err
	}
	html := strings.TrimSuffix(forms.WordName, ".docx") + ".html"
	issue.Files = map[string][]byte{forms.WordName: forms.Word, forms.WorkbookName: forms.Workbook, html: []byte(forms.SelfContained())}
	issue.Orders, err = d.Office.Orders(b)
	return issue, err
}

// maxImport bounds one imported file.
const maxImport = 80 << 20

func (d Desk) importFile(r *http.Request) (any, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxImport+1))
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	if len(raw) > maxImport {
		return nil, badRequest{fmt.Errorf("文件超过 %d MB", maxImport>>20)}
	}
	q := r.URL.Query()
	in := office.Import{Name: q.Get("name"), Submitter: q.Get("submitter"), By: by(r), Raw: raw}
	if s := q.Get("period"); s != "" {
		if in.Period, err = reporting.ParsePeriod(s); err != nil {
			return nil, badRequest{fmt.Errorf("月份“%s”应写成 2021-03", s)}
		}
	}
	if s := q.Get("received"); s != "" {
		if in.Received, err = time.Parse(time.RFC3339, s); err != nil {
			return nil, badRequest{fmt.Errorf("时间“%s”应写成 2021-03-24T10:05:00+08:00", s)}
		}
	}
	out, err := d.Office.Import(r.Context(), in, d.now())
	if errors.Is(err, office.ErrUnclear) {
		return nil, badRequest{err}
	}
	return out, err
}

func (d Desk) assign(r *http.Request) (any, error) {
	return d.Office.Assign(r.Context(), r.FormValue("id"), r.FormValue("as"), r.FormValue("remember") == "true", by(r), d.now())
}

func (d Desk) drop(r *http.Request) (any, error) {
	return done(d.Office.Drop(r.FormValue("id"), r.FormValue("reason"), by(r), d.now()))
}

func (d Desk) extend(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	until, err := time.ParseInLocation("2006-01-02", r.FormValue("until"), d.Office.Rules.Terms.Zone)
	if err != nil {
		return nil, badRequest{fmt.Errorf("日期“%s”应写成 2021-03-28", r.FormValue("until"))}
	}
	until = until.Add(d.Office.Rules.Terms.DeadlineTime)
	return done(d.Office.Extend(p, r.FormValue("submitter"), until, by(r), d.now()))
}

func (d Desk) exempt(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	return done(d.Office.Exempt(p, r.FormValue("submitter"), reporting.Kind(r.FormValue("table")), r.FormValue("reason"), by(r), d.now()))
}

func done(err error) (any, error) { return map[string]bool{"done": err == nil}, err }

// outbox lists all in a state by their keys, as they always were.
func (d Desk) outbox(r *http.Request) (any, error) {
	items, _, err := d.Office.Outbox(r.FormValue("state"), math.MaxInt)
	slices.SortFunc(items, func(a, b outbox.Item) int { return cmp.Compare(a.Key, b.Key) })
	return items, err
}

func (d Desk) retry(r *http.Request) (any, error) {
	return done(d.Office.RetryItem(r.FormValue("key"), by(r), d.now()))
}

func (d Desk) dropItem(r *http.Request) (any, error) {
	return done(d.Office.DropItem(r.FormValue("key"), by(r), d.now()))
}

// backup streams the whole data directory; a failure cuts the stream, so that
// the other end does not take half a backup for a whole one.
func (d Desk) backup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-tar")
	if err := d.Office.Store.Backup(w); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// Serve listens on the local socket of the data directory until the context ends.
func Serve(ctx context.Context, dir string, h http.Handler) error {
	path := SocketPath(dir)
	os.Remove(path) // of a daemon that was killed; the store's lock says that none runs
	l, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("listen on local socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return fmt.Errorf("listen on local socket: %w", err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(last) //nolint:errcheck // the listener is closed either way
	})
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("local socket: %w", err)
	}
	return nil
}

// Client asks a desk.
type Client struct {
	do func(*http.Request) (*http.Response, error)
}

// Dial finds the daemon of a data directory; false where none answers.
func Dial(dir string) (Client, bool) {
	path := SocketPath(dir)
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return Client{}, false
	}
	conn.Close()
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
	return Client{c.Do}, true
}

// Local asks a desk in the same process.
func Local(h http.Handler) Client {
	return Client{func(r *http.Request) (*http.Response, error) {
		body, out := io.Pipe()
		w := &local{header: http.Header{}, out: out, ready: make(chan struct{})}
		go func() {
			defer func() {
				// As on a connection, a handler that gives up cuts the answer.
				if recover() != nil {
					w.WriteHeader(http.StatusInternalServerError)
					out.CloseWithError(io.ErrUnexpectedEOF)
				}
			}()
			h.ServeHTTP(w, r)
			w.WriteHeader(http.StatusOK)
			out.Close()
		}()
		<-w.ready
		return &http.Response{StatusCode: w.status, Header: w.header, Body: body}, nil
	}}
}

// local is the answer of a desk in the same process, streamed through a pipe.
type local struct {
	header http.Header
	out    *io.PipeWriter
	status int
	ready  chan struct{} // closed once the status is known
}

func (w *local) Header() http.Header { return w.header }

func (w *local) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		close(w.ready)
	}
}

func (w *local) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.out.Write(b)
}

// Refusal is a desk's answer that says no. Wrong says that the request was.
type Refusal struct {
	Wrong bool
	Text  string
}

func (e *Refusal) Error() string { return e.Text }

// Ask sends a request and decodes the answer into v.
func (c Client) Ask(ctx context.Context, method, path string, q url.Values, body io.Reader, v any) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://desk"+path+"?"+q.Encode(), body)
	if err != nil {
		return fmt.Errorf("ask the office: %w", err)
	}
	resp, err := c.do(r)
	if err != nil {
		return fmt.Errorf("ask the office: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
		return &Refusal{Wrong: resp.StatusCode == http.StatusBadRequest, Text: strings.TrimSpace(string(text))}
	}
	if w, ok := v.(io.Writer); ok {
		if _, err := io.Copy(w, resp.Body); err != nil {
			return fmt.Errorf("read the office's answer: %w", err)
		}
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		return fmt.Errorf("read the office's answer: %w", err)
	}
	return nil
}
