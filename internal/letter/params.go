package letter

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// params is a Content-Type or Content-Disposition: its kind in lower case and
// its parameters by name in lower case.
type params struct {
	kind    string
	raw     map[string]string         // as written, without quotes
	coded   map[string]string         // of RFC 2231 in one piece
	pieces  map[string]map[int]string // of RFC 2231 in pieces, as written
	starred map[string]map[int]bool   // which of them are coded
	labels  map[string]string         // the charsets of the pieces
}

// parseParams reads "attachment; filename=…" whatever the spelling: raw GBK,
// RFC 2047 in a parameter, RFC 2231 in any charset and in pieces, unquoted,
// doubled. Of doubled parameters the first counts.
func parseParams(s string) params {
	// Decoded first, as a whole: the second byte of GBK may be a backslash.
	s = strings.TrimSpace(plainText([]byte(unfold(s))))
	p := params{raw: map[string]string{}, coded: map[string]string{}, pieces: map[string]map[int]string{}, starred: map[string]map[int]bool{}, labels: map[string]string{}}
	rest := s
	if i := strings.IndexFunc(s, func(r rune) bool { return r == ';' || unicode.IsSpace(r) }); i >= 0 {
		p.kind, rest = s[:i], s[i:] // QUIRK: a type without the semicolon behind it
	} else {
		p.kind, rest = s, ""
	}
	if strings.Contains(p.kind, "=") { // QUIRK: parameters without a type
		p.kind, rest = "", s
	}
	p.kind = strings.ToLower(strings.Trim(p.kind, `"'`))
	for _, one := range splitParams(rest) {
		k, v, ok := strings.Cut(one, "=")
		if !ok {
			continue
		}
		p.add(strings.ToLower(strings.TrimSpace(k)), unquoteParam(strings.TrimSpace(v)))
	}
	return p
}

func (p params) add(k, v string) {
	base, n, star := piece(k)
	switch {
	case n >= 0:
		if p.pieces[base] == nil {
			p.pieces[base], p.starred[base] = map[int]string{}, map[int]bool{}
		}
		if star {
			if _, has := p.labels[base]; !has && strings.Count(v, "'") >= 2 {
				list := strings.SplitN(v, "'", 3)
				p.labels[base], v = list[0], list[2]
			}
		}
		if _, has := p.pieces[base][n]; !has {
			p.pieces[base][n], p.starred[base][n] = v, star
		}
	case star:
		label := ""
		if list := strings.SplitN(v, "'", 3); len(list) == 3 {
			label, v = list[0], list[2]
		}
		if _, has := p.coded[base]; !has {
			p.coded[base] = decodeWords(decodeText(unquote([]byte(v), '%'), label))
		}
	default:
		if _, has := p.raw[k]; !has || p.raw[k] == "" {
			p.raw[k] = v
		}
	}
}

// unquoteParam takes off quotes. Backslashes stay but before quotes: they are
// of Windows paths more often than escapes.
func unquoteParam(v string) string {
	if len(v) > 0 && v[0] == '"' {
		v = v[1:]
		if i := strings.LastIndexByte(v, '"'); i >= 0 {
			v = v[:i] // QUIRK: a parameter behind it without a semicolon
		}
	}
	return strings.TrimSpace(strings.ReplaceAll(v, `\"`, `"`))
}

// text is a parameter's value, decoded; what RFC 2231 spells wins.
func (p params) text(k string) string {
	if v := p.coded[k]; v != "" {
		return v
	}
	if len(p.pieces[k]) > 0 {
		return decodeWords(decodeText(p.joined(k), p.labels[k]))
	}
	v := decodeWords(p.raw[k])
	if strings.Count(v, "%") >= 3 { // QUIRK: programs in browsers write a name as in a URL
		if u := unquote([]byte(v), '%'); slices.ContainsFunc(u, func(c byte) bool { return c > 0x7e }) {
			return plainText(u)
		}
	}
	return v
}

// joined puts the pieces of a parameter together, up to the first that is
// missing. QUIRK: programs that cut a name within a character, or within its %E4.
func (p params) joined(k string) []byte {
	keys := slices.Sorted(maps.Keys(p.pieces[k]))
	var out, coded []byte
	for i, n := range keys {
		if n != keys[0]+i {
			break
		}
		if p.starred[k][n] {
			coded = append(coded, p.pieces[k][n]...)
			continue
		}
		out = append(append(out, unquote(coded, '%')...), p.pieces[k][n]...)
		coded = nil
	}
	return append(out, unquote(coded, '%')...)
}

// fileName is a parameter as a file's name: the last element of a path,
// without control characters.
func (p params) fileName(k string) string {
	v := strings.ReplaceAll(p.text(k), `\`, "/")
	v = v[strings.LastIndexByte(v, '/')+1:]
	v = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, v)
	v = strings.TrimSpace(v)
	if r := []rune(v); len(r) > 255 {
		v = string(r[:120]) + "…" + string(r[len(r)-120:])
	}
	if v == "." || v == ".." {
		return ""
	}
	return v
}

// ends reports whether a text of this type says itself that it is at its end.
func (p params) ends(data []byte) bool {
	tail := strings.ToLower(strings.TrimSpace(string(data[max(0, len(data)-64):])))
	return p.kind == "text/html" && (strings.HasSuffix(tail, "</html>") || strings.HasSuffix(tail, "</body>"))
}

// piece reads "filename*0*": its name, number (-1 is none) and star.
func piece(k string) (base string, n int, star bool) {
	base, rest, found := strings.Cut(k, "*")
	if !found {
		return k, -1, false
	}
	if rest == "" {
		return base, -1, true
	}
	star = strings.HasSuffix(rest, "*")
	rest = strings.TrimSuffix(rest, "*")
	for _, c := range rest {
		if c < '0' || c > '9' {
			return base, -1, star
		}
		n = min(n*10+int(c-'0'), 1000)
	}
	return base, n, star
}

// splitParams cuts at semicolons outside of quotes. A quote that is never
// closed quotes nothing.
func splitParams(s string) []string {
	var out []string
	start, unclosed := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			if unclosed {
				continue
			}
			if end := closingQuote(s, i+1); end > 0 {
				i = end
			} else {
				unclosed = true // nor will a later one be; not looking again keeps this linear
			}
		case ';':
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// closingQuote is where a quoted string ends: at a quote before a semicolon or
// the end. QUIRK: names with quotes in them, and Windows paths that end in one.
func closingQuote(s string, from int) int {
	for i := from; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		rest := strings.TrimLeft(s[i+1:], " \t")
		if rest == "" || rest[0] == ';' {
			return i
		}
	}
	return 0
}
