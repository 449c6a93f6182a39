package demo

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tongbao/internal/postoffice"
)

// teller tells the story, and keeps each letter that was sent.
type teller struct {
	mu    sync.Mutex
	w     io.Writer
	out   string
	count int
	// letters of one kind in a row are told as one
	kind  string
	first time.Time
	to    []string
}

// sent is called by the post office for each letter that it takes.
func (t *teller) sent(l postoffice.Letter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	name := fmt.Sprintf("%03d-%s-%s.eml", t.count, l.At.In(zone).Format("0102-1504"), strings.NewReplacer("@", "_", "/", "_").Replace(l.To))
	if err := os.WriteFile(filepath.Join(t.out, "发出", name), l.Raw, 0o644); err != nil {
		fmt.Fprintln(t.w, "写信件失败：", err)
	}
	kind := subjectOf(l.Raw)
	if i := strings.Index(kind, "】"); i >= 0 && strings.HasPrefix(kind, "【") {
		kind = kind[:i+len("】")]
	} else {
		kind = "【" + kind + "】"
	}
	if kind != t.kind || l.At.Sub(t.first) > 6*time.Hour {
		t.tellSent()
		t.kind, t.first, t.to = kind, l.At, nil
	}
	t.to = append(t.to, l.To)
}

func subjectOf(raw []byte) string {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return m.Header.Get("Subject")
	}
	return s
}

// tellSent tells what was sent in a row.
func (t *teller) tellSent() {
	switch n := len(t.to); {
	case n == 0:
		return
	case n == 1:
		fmt.Fprintf(t.w, "%s    → %s %s\n", t.first.In(zone).Format("01-02 15:04"), t.kind, nameOf(t.to[0]))
	default:
		names := []string{}
		for _, a := range t.to {
			names = append(names, nameOf(a))
		}
		shown := strings.Join(names, "、")
		if n > 6 {
			shown = strings.Join(names[:5], "、") + "等"
		}
		fmt.Fprintf(t.w, "%s    → %s %d封：%s\n", t.first.In(zone).Format("01-02 15:04"), t.kind, n, shown)
	}
	t.to = nil
}

func nameOf(address string) string {
	for _, p := range cast {
		if address == p.address() {
			return p.name
		}
		if address == "leader."+p.address() {
			return p.name + "（领导）"
		}
	}
	if strings.HasPrefix(address, "office@") {
		return "办公室"
	}
	return address
}

// say tells a scene.
func (t *teller) say(at time.Time, who, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tellSent()
	fmt.Fprintf(t.w, "%s  %s：%s\n", at.Format("01-02 15:04"), who, what)
}

// more adds a line to the scene.
func (t *teller) more(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(t.w, "             "+line)
}

func (t *teller) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tellSent()
}
