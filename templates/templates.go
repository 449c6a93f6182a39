// Package templates holds the words of letters and bulletins. They are built
// in, and a directory of the operator's replaces them file by file, so that an
// office can change any sentence without Go. *.txt.tmpl and *.md.tmpl are
// text, *.html.tmpl is HTML and escapes what strangers wrote.
package templates

import (
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	text "text/template"
)

// FS holds the built-in templates: letters/*.tmpl and bulletin/*.tmpl.
//
//go:embed letters/*.tmpl bulletin/*.tmpl
var FS embed.FS

const (
	maxFile   = 1 << 20 // of an operator's template
	maxOutput = 8 << 20 // of one template's result: a loop in a template ends here
)

// Set is all templates, parsed. It is safe for concurrent use.
type Set struct {
	texts map[string]*text.Template // "letters/receipt" -> letters/receipt.txt.tmpl or .md.tmpl
	pages map[string]*html.Template // letters/receipt.html.tmpl
	own   []string                  // the operator's files, relative
}

// Load parses all templates. A file in dir replaces the built-in one of the
// same relative name (bulletin/lead.md.tmpl); dir "" has none. A file that does
// not parse, and one that replaces nothing, is an error with its name and line.
func Load(dir string) (*Set, error) {
	s := &Set{texts: map[string]*text.Template{}, pages: map[string]*html.Template{}}
	var faults []error
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := s.load(dir, name); err != nil {
			faults = append(faults, err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read built-in templates: %w", err)
	}
	if dir != "" {
		faults = append(faults, s.strangers(dir)...)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return s, nil
}

// load parses one template, the operator's where there is one.
func (s *Set) load(dir, name string) error {
	raw, err := FS.ReadFile(name)
	if err != nil && !forStep.MatchString(name) {
		return fmt.Errorf("read template %q: %w", name, err)
	}
	shown := name
	if dir != "" {
		own := filepath.Join(dir, filepath.FromSlash(name))
		info, err := os.Stat(own)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("read template: %w", err)
		case info.Size() > maxFile:
			return &Fault{File: own, Words: fmt.Sprintf("有%d字节，最多读%d字节", info.Size(), maxFile)}
		default:
			if raw, err = os.ReadFile(own); err != nil {
				return fmt.Errorf("read template: %w", err)
			}
			shown = own
			s.own = append(s.own, name)
		}
	}
	body := strings.ReplaceAll(strings.TrimPrefix(string(raw), "\ufeff"), "\r\n", "\n") // Notepad's mark and line ends
	key, kind := split(name)
	if kind == ".html" {
		t, err := html.New(shown).Option("missingkey=error").Funcs(html.FuncMap(functions)).Parse(body)
		if err != nil {
			return faultOf(err)
		}
		s.pages[key] = t
		return nil
	}
	t, err := text.New(shown).Option("missingkey=error").Funcs(text.FuncMap(functions)).Parse(body)
	if err != nil {
		return faultOf(err)
	}
	s.texts[key] = t
	return nil
}

// forStep is a letter of the operator's own, for a step of the ladder:
// letters/step-last.txt.tmpl and letters/step-last.html.tmpl.
var forStep = regexp.MustCompile(`^letters/step-[a-z0-9][a-z0-9-]{0,39}\.(txt|html)\.tmpl$`)

// strangers reads the letters for steps, and complains of the operator's other
// templates that replace nothing: a name that is misspelt would else be passed
// over in silence.
func (s *Set) strangers(dir string) (faults []error) {
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".tmpl") {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		if name = filepath.ToSlash(name); forStep.MatchString(name) {
			if err := s.load(dir, name); err != nil {
				faults = append(faults, err)
			}
			return nil
		}
		if _, err := fs.Stat(FS, name); err != nil {
			faults = append(faults, &Fault{File: file, Words: "没有这个名字的内置模板，请核对文件名" + nearest(name)})
		}
		return nil
	})
	if err != nil {
		faults = append(faults, fmt.Errorf("read templates: %w", err))
	}
	return faults
}

// split takes letters/receipt.html.tmpl apart into letters/receipt and .html.
func split(name string) (key, kind string) {
	base := strings.TrimSuffix(name, ".tmpl")
	kind = path.Ext(base)
	return strings.TrimSuffix(base, kind), kind
}

// Steps lists the operator's own letters for steps, by their bare names. Each
// is there in both forms, or Load's caller is told by Check.
func (s *Set) Steps() (names []string) {
	for _, name := range s.own {
		if key, kind := split(name); forStep.MatchString(name) && kind == ".txt" {
			names = append(names, strings.TrimPrefix(key, "letters/"))
		}
	}
	return names
}

// Has reports whether a letter of the name is there in both forms.
func (s *Set) Has(name string) bool {
	return s.texts[whole(name)] != nil && s.pages[whole(name)] != nil
}

// Own lists the files that the operator replaced, by their relative names.
func (s *Set) Own() []string { return s.own }

// Text sets a text template. Name is "letters/receipt" or "bulletin/lead"; a
// bare name is a letter's.
func (s *Set) Text(name string, data any) (string, error) {
	t, ok := s.texts[whole(name)]
	if !ok {
		return "", fmt.Errorf("there is no text template %q", name)
	}
	var b bounded
	if err := t.Execute(&b, data); err != nil {
		return "", faultOf(err)
	}
	return b.String(), nil
}

// HTML sets an HTML template; see Text for the name.
func (s *Set) HTML(name string, data any) (string, error) {
	t, ok := s.pages[whole(name)]
	if !ok {
		return "", fmt.Errorf("there is no HTML template %q", name)
	}
	var b bounded
	if err := t.Execute(&b, data); err != nil {
		return "", faultOf(err)
	}
	return b.String(), nil
}

func whole(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return "letters/" + name
}

type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOutput {
		return 0, fmt.Errorf("the template writes more than %d bytes", maxOutput)
	}
	return b.Builder.Write(p)
}
