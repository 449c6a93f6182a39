package daemon_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tongbao/internal/outbox"
	"tongbao/internal/postoffice"
	"tongbao/internal/store"
)

// wild are files as strangers send them, by path: those of the other rooms'
// tests, and with TONGBAO_CORPORA all that are below the folder that it names.
func wild(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	add := func(path string) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[path] = raw
	}
	if root := os.Getenv("TONGBAO_CORPORA"); root != "" {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				add(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	every := 1
	if testing.Short() {
		every = 8 // as under the race detector
	}
	for _, glob := range []string{"../letter/testdata/*.eml", "../sheet/testdata/xlsx/*.xlsx", "../sheet/testdata/xls/0*", "../attachment/testdata/*"} {
		found, err := filepath.Glob(glob)
		if err != nil || len(found) == 0 {
			t.Fatal(glob, err)
		}
		for i := 0; i < len(found); i += every {
			add(found[i])
		}
	}
	return out
}

// asLetter is a file as a letter from the address: a letter has its sender
// replaced where forge is, any other file is attached to one that says that it
// is a county's report.
func asLetter(path string, raw []byte, from string, forge bool) string {
	head, _, _ := bytes.Cut(bytes.ReplaceAll(raw[:min(len(raw), 1<<16)], []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	isLetter := filepath.Ext(path) == ".eml" || filepath.Ext(path) == ".raw" || bytes.Contains(head, []byte("\nFrom: "))
	switch {
	case isLetter && !forge:
		return string(raw)
	case isLetter:
		return forged(strings.ReplaceAll(string(raw), "\r\n", "\n"), from)
	}
	name := filepath.Base(path)
	return fmt.Sprintf("From: <%s>\nTo: <%s>\nSubject: %s\nDate: Wed, 24 Mar 2021 10:00:00 +0800\nMessage-ID: <%s@elsewhere.example.com>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n"+
		"--b\nContent-Type: text/plain; charset=utf-8\n\n修水县3月城建报表，请查收。\n--b\nContent-Type: application/octet-stream; name=\"%s\"\nContent-Disposition: attachment; filename=\"%[5]s\"\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
		from, box, mime.BEncoding.Encode("utf-8", "修水县3月城建报表"), base64.RawURLEncoding.EncodeToString([]byte(path)),
		mime.BEncoding.Encode("utf-8", name), wrapped(base64.StdEncoding.EncodeToString(raw)))
}

// forged is a letter whose sender is another one: the first From is replaced
// and the others are left out.
func forged(raw, from string) string {
	head, body, _ := strings.Cut(raw, "\n\n")
	out, skip := []string{"From: <" + from + ">"}, false
	for _, line := range strings.Split(head, "\n") {
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			skip = strings.HasPrefix(strings.ToLower(line), "from:") || strings.HasPrefix(line, "From ")
		}
		if !skip {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + "\n\n" + body
}

func wrapped(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	return b.String() + s
}

// TestNobodyIn: of letters that nobody registered, and of such as name a
// registered sender and cannot prove it, none is answered and none leaves a
// table, whatever is in them. All go through the whole daemon. TONGBAO_CORPORA
// names a folder of letters and other files; the rooms' own ones are tried
// without it.
func TestNobodyIn(t *testing.T) {
	if testing.Short() {
		t.Skip("four hundred letters under the race detector take minutes; the plain run tries them all")
	}
	for _, c := range []struct {
		name, from, extra string
		forge, counts     bool
	}{
		{"unregistered", "who@elsewhere.example.com", "", false, false},
		{"unproved", "xiushui@xiushui.example.com", "\nsenders: {verify: require, authserv: [mx.tongbao.example.com]}\n", true, false},
		// The same letters do count where nobody asks who vouches for them.
		{"unasked", "xiushui@xiushui.example.com", "\nsenders: {verify: off}\n", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.counts && os.Getenv("TONGBAO_CORPORA") != "" {
				return // most of what is there is no county's table
			}
			w := newWorld(t, "\nreminders: {enabled: false}\n"+c.extra, postoffice.Options{})
			files := wild(t)
			for i, path := range slices.Sorted(maps.Keys(files)) {
				arrived := at(3, 24, 9, 0)
				raw := asLetter(path, files[path], c.from, c.forge)
				if c.forge {
					raw = strings.ReplaceAll(raw, "\n", "\r\n")
				}
				if err := w.post.Deliver("INBOX", []byte(raw), arrived.Add(time.Duration(i)*time.Second)); err != nil {
					t.Fatal(path, err)
				}
			}
			w.start(at(3, 24, 10, 0))
			w.until(at(3, 24, 16, 0))
			letters := w.status("2021-03").Letters
			w.stop()
			versions, states := left(t, w.cfg.Data)
			if c.counts {
				if len(versions) == 0 || len(w.post.Sent()) < 2 {
					t.Errorf("%d versions and %d answers of letters that count", len(versions), len(w.post.Sent()))
				}
				return
			}
			if len(versions) > 0 {
				t.Errorf("%d versions: %q", len(versions), versions)
			}
			answers, own := 0, 0
			for _, to := range recipients(t, w.cfg.Data) {
				if to == "office@tongbao.example.com" {
					own++
					continue
				}
				answers++
				t.Errorf("a letter goes to %s", to)
			}
			for _, l := range w.post.Sent() {
				if l.To != "office@tongbao.example.com" {
					t.Errorf("%s was sent %q", l.To, subject(l.Raw))
				}
			}
			for state := range states {
				if state != store.Quarantined && state != store.Automatic {
					t.Errorf("%d letters are %q", states[state], state)
				}
			}
			if letters < len(files)*9/10 || states[store.Quarantined] < letters/2 {
				t.Errorf("%d letters of %d files were taken in: %v", letters, len(files), states)
			}
			t.Logf("%d files, %d letters taken in, %v; %d answers, %d versions, %d letters to the office itself", len(files), letters, states, answers, len(versions), own)
		})
	}
}

// left are the keys of all versions in a closed store, and how many letters
// are in which state.
func left(t *testing.T, dir string) (versions []string, states map[store.LetterState]int) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "tongbao.db"), 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("versions")).ForEach(func(k, _ []byte) error { versions = append(versions, string(k)); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	states = map[store.LetterState]int{}
	inStore(t, dir, func(tx *store.Tx) error {
		return tx.LettersSince(at(1, 1, 0, 0), func(l store.Letter) error { states[l.State]++; return nil })
	})
	return versions, states
}

// recipients are those of all that is or was in the outbox.
func recipients(t *testing.T, dir string) (out []string) {
	t.Helper()
	inStore(t, dir, func(tx *store.Tx) error {
		items, err := tx.Items("")
		for _, it := range items {
			if it.State != outbox.Withdrawn {
				out = append(out, it.To)
			}
		}
		return err
	})
	return out
}

func inStore(t *testing.T, dir string, fn func(*store.Tx) error) {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := st.View(fn); err != nil {
		t.Fatal(err)
	}
}
