package form

import (
	_ "embed"
	"strings"
	"unicode"
)

// The words of cells lie in words/values.txt, so that the office can add to
// them without Go.
//
//go:embed words/values.txt
var valueWordsFile string

// valueWords are the words by section, folded.
var valueWords = loadWords(valueWordsFile)

// simplified maps traditional characters to simplified ones.
var simplified = pairs(valueWordsFile)

// wordList is one section in the file's order, and as a set.
type wordList struct {
	words []string
	set   map[string]bool
}

func (l wordList) has(s string) bool { return l.set[s] }

// before is the longest word that s begins with.
func (l wordList) before(s string) string { return l.longest(s, strings.HasPrefix) }

// after is the longest word that s ends with.
func (l wordList) after(s string) string { return l.longest(s, strings.HasSuffix) }

// in is the longest word that stands anywhere in s.
func (l wordList) in(s string) string { return l.longest(s, strings.Contains) }

func (l wordList) longest(s string, fits func(s, w string) bool) string {
	best := ""
	for _, w := range l.words {
		if len(w) > len(best) && fits(s, w) {
			best = w
		}
	}
	return best
}

func wordsFor(section string) wordList { return valueWords[section] }

// loadWords reads sections in brackets with words between blanks.
func loadWords(text string) map[string]wordList {
	lists := map[string]wordList{}
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		default:
			l := lists[section]
			if l.set == nil {
				l.set = map[string]bool{}
			}
			for _, w := range strings.Fields(line) {
				w = strings.ToLower(squash(w))
				l.words = append(l.words, w)
				l.set[w] = true
			}
			lists[section] = l
		}
	}
	return lists
}

// pairs reads the section of traditional characters before anything is folded.
func pairs(text string) map[rune]rune {
	m := map[rune]rune{}
	_, text, _ = strings.Cut(text, "[traditional]")
	text, _, _ = strings.Cut(text, "\n[")
	for _, w := range strings.Fields(text) {
		if r := []rune(w); len(r) == 2 {
			m[r[0]] = r[1]
		}
	}
	return m
}

// tidy brings a cell's text into the form that rules and words are written
// for: half width, one kind of dash and bracket, simplified characters, blanks
// as one space, line breaks kept. NFKC would go too far: it makes a 1 of ① and
// 30002 of 3000².
func tidy(s string) string {
	if isTidy(s) {
		return s
	}
	s = strings.ReplaceAll(s, "_x000D_", "")
	var b strings.Builder
	b.Grow(len(s))
	var gap rune
	for _, r := range s {
		switch {
		case r == '\n':
			gap = '\n'
			continue
		case unicode.IsSpace(r) || r == '\u2800':
			if gap == 0 {
				gap = ' '
			}
			continue
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || r == '\ufe0f':
			continue
		}
		if gap != 0 && b.Len() > 0 {
			b.WriteRune(gap)
		}
		gap = 0
		b.WriteRune(halfWidth(r))
	}
	return b.String()
}

// isTidy reports whether a text has only characters that stay as they are:
// most texts do.
func isTidy(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == '_' || r >= 0x7f && (r < 0x4e00 || r > 0x9fff || isTraditional(r)) {
			return false
		}
	}
	return true
}

// isWord reports whether a character stays as it is wherever it stands, in the
// form that words are compared in, but for its case.
func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x4e00 && r <= 0x9fff && !isTraditional(r)
}

// isTraditional reports whether a Han character has a simplified one.
func isTraditional(r rune) bool { return traditional.has(r) }

var traditional = func() (set runes) {
	for r := range simplified {
		set = set.with(string(r))
	}
	return set
}()

func halfWidth(r rune) rune {
	switch r {
	case '—', '–', '−', 'ー', '―', '‐', '‑', '‒', '﹣', '─', '━':
		return '-'
	case '〔', '［', '【', '﹙':
		return '('
	case '〕', '］', '】', '﹚':
		return ')'
	case '﹪', '٪':
		return '%'
	case '￥':
		return '¥'
	case '｡':
		return '。'
	case '〜', '∼':
		return '~'
	}
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	if isTraditional(r) {
		return simplified[r]
	}
	return r
}

// squash is tidy without any blanks.
func squash(s string) string { return noBlanks.Replace(tidy(s)) }

var noBlanks = strings.NewReplacer(" ", "", "\n", "")

// wordOf is a cell's text as words are compared: folded, in lower case,
// without the stop at its end.
func wordOf(s string) string {
	return strings.TrimRight(lower(squash(s)), "。.;,!:、")
}

// lower is strings.ToLower, which looks every Han character up.
func lower(s string) string {
	for _, r := range s {
		if r >= 'A' && (r <= 'Z' || r >= 0x7f && (r < 0x4e00 || r > 0x9fff)) {
			return strings.ToLower(s)
		}
	}
	return s
}
