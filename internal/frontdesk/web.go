package frontdesk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Web is how the pages are reached and who may look.
type Web struct {
	// Password is asked at the login; nil where none is needed, which the
	// configuration allows on loopback only.
	Password func() (string, error)
	// UserHeader names the header in which a proxy in front says who looks;
	// requests without it are refused.
	UserHeader string
	Ready      func() error // whether letters can be taken in
	Metrics    http.Handler
	Now        func() time.Time
}

const (
	cookie       = "tongbao"
	sessionHours = 12
	loginPause   = time.Second // between two wrong passwords, for all together
)

// gate lets in who may look.
type gate struct {
	web Web

	mu       sync.Mutex
	sessions map[string]time.Time // token: when it ends
	login    sync.Mutex           // one attempt at a time
}

type userKey struct{}

// user is who looks, as the journal names them.
func user(r *http.Request) string {
	if name, ok := r.Context().Value(userKey{}).(string); ok && name != "" {
		return name
	}
	return "网页"
}

// Handler is the pages behind the gate: /healthz, /readyz and /metrics are
// open, since they say nothing of anybody; /login asks; all else is for those
// who are in. A form that another site sends is refused by what browsers say
// of its origin.
func (w Web) Handler(pages http.Handler) http.Handler {
	g := &gate{web: w, sessions: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "ok") })
	mux.HandleFunc("GET /readyz", g.ready)
	if w.Metrics != nil {
		mux.Handle("GET /metrics", w.Metrics)
	}
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "pages/style.css") })
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /login", g.form)
	mux.HandleFunc("POST /login", g.enter)
	mux.HandleFunc("POST /logout", g.leave)
	mux.Handle("/", g.guard(pages))
	return g.headers(http.NewCrossOriginProtection().Handler(mux))
}

// headers forbids all that our pages do not need, and refuses names that are
// not ours: a stranger's page could let its own name point at loopback.
func (g *gate) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if g.web.open() && !loopbackName(r.Host) {
			http.Error(w, "请用 localhost 或 127.0.0.1 访问", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// open reports whether everybody who reaches the address is let in.
func (w Web) open() bool { return w.Password == nil && w.UserHeader == "" }

func loopbackName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (g *gate) guard(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := g.who(r)
		if ok {
			pages.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, name)))
			return
		}
		if g.web.UserHeader != "" || r.Method != http.MethodGet {
			http.Error(w, "没有登录", http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, "/login?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	})
}

func (g *gate) who(r *http.Request) (string, bool) {
	switch {
	case g.web.UserHeader != "":
		name := plain(r.Header.Get(g.web.UserHeader))
		return name, name != ""
	case g.web.Password == nil:
		return "", true
	}
	c, err := r.Cookie(cookie)
	if err != nil {
		return "", false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	end, ok := g.sessions[c.Value]
	return "", ok && g.web.Now().Before(end)
}

func (g *gate) form(w http.ResponseWriter, r *http.Request) {
	render(w, http.StatusOK, "login", page{Title: "登录", Bare: true, Data: map[string]string{"To": ourPath(r.FormValue("to"))}})
}

// enter compares the password. Wrong ones are answered slowly, one at a time.
func (g *gate) enter(w http.ResponseWriter, r *http.Request) {
	to := ourPath(r.FormValue("to"))
	if g.web.Password == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	g.login.Lock()
	defer g.login.Unlock()
	want, err := g.web.Password()
	if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(r.PostFormValue("password"))) != 1 {
		select {
		case <-time.After(loginPause):
		case <-r.Context().Done():
		}
		data := map[string]string{"To": to, "Wrong": "密码不对。"}
		if err != nil {
			data["Wrong"] = "密码的来源读不出来，请管理员查看日志。"
		}
		render(w, http.StatusUnauthorized, "login", page{Title: "登录", Bare: true, Data: data})
		return
	}
	token := rand.Text()
	now := g.web.Now()
	g.mu.Lock()
	for t, end := range g.sessions {
		if !now.Before(end) {
			delete(g.sessions, t)
		}
	}
	g.sessions[token] = now.Add(sessionHours * time.Hour)
	g.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: sessionHours * 3600,
		Secure: r.Header.Get("X-Forwarded-Proto") == "https"})
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (g *gate) leave(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookie); err == nil {
		g.mu.Lock()
		delete(g.sessions, c.Value)
		g.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// ourPath keeps a redirect on our own pages.
func ourPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}

func (g *gate) ready(w http.ResponseWriter, _ *http.Request) {
	if g.web.Ready != nil {
		if err := g.web.Ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "ready")
}

// ServeWeb serves the pages at the address until the context ends.
func ServeWeb(ctx context.Context, address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen for the pages: %w", err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(last) //nolint:errcheck // the listener is closed either way
	})
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("pages: %w", err)
	}
	return nil
}
