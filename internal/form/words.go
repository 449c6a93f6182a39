package form

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"tongbao/internal/reporting"
)

//go:embed words/progress.txt words/issues.txt words/lagging.txt words/known.txt
var wordFiles embed.FS

// meaning is what a header word stands for.
type meaning struct {
	field reporting.Field // "" where only asks is set
	also  reporting.Field // a second field in the same cells, "" mostly
	asks  string          // "cum", "pct", "start"…: what the other columns have to settle
}

// dictionary is the header words of one table by their key.
type dictionary map[string]meaning

// lexicon is the header words of the three tables, and those of columns that
// are known and not kept.
type lexicon struct {
	kinds   map[reporting.Kind]dictionary
	known   dictionary
	names   map[string]bool                        // the hard letters of what rows are called by
	letters runes                                  // of which one stands in each of them
	near    map[reporting.Kind]map[string][]string // words by how they begin and end
	memo    map[memoKey]wording                    // of one reading; nil keeps nothing
	full    bool                                   // more different words than maxWords were asked for
	guesses *memo[guessKey, guess]
}

type memoKey struct {
	text   string
	period reporting.Period
}

// maxWords bounds how many different words one reading takes apart: about a
// second's work. No form has a hundredth of them.
const maxWords = 50_000

// word is the function word, remembered: sheets repeat their headers.
func (l *lexicon) word(s string, p reporting.Period) wording {
	key := memoKey{s, p}
	w, ok := l.memo[key]
	switch {
	case ok:
	case l.memo == nil:
		w = word(s, p)
	case len(l.memo) >= maxWords:
		l.full = true // the reading says so
	default:
		w = word(s, p)
		l.memo[key] = w
	}
	return w
}

var builtin = sync.OnceValue(func() *lexicon {
	l := &lexicon{kinds: map[reporting.Kind]dictionary{}, guesses: new(memo[guessKey, guess])}
	for _, k := range reporting.Kinds {
		l.kinds[k] = readWords("words/" + string(k) + ".txt")
	}
	l.known = readWords("words/known.txt")
	l.index()
	return l
})

// index prepares what makes looking up quick.
func (l *lexicon) index() {
	l.letters = runes{}.with(nameLetters)
	l.names, l.near = map[string]bool{}, map[reporting.Kind]map[string][]string{}
	for k, d := range l.kinds {
		l.near[k] = map[string][]string{}
		for key, m := range d {
			if m.field == reporting.FProjectName || m.field == reporting.FProblem {
				l.names[hard(key)] = true
				if !l.letters.in(key) { // an office's own
					l.letters = l.letters.with(key)
				}
			}
			head, tail := ends(key)
			l.near[k][head] = append(l.near[k][head], key)
			if tail != head {
				l.near[k][tail] = append(l.near[k][tail], key)
			}
		}
	}
}

// ends are a word's first two characters and its last two, marked apart.
func ends(key string) (head, tail string) {
	r := []rune(key)
	n := min(len(r), 2)
	return string(r[:n]) + "…", "…" + string(r[len(r)-n:])
}

// soft are the characters that word takes out of a text, puts into it or
// changes: of units, dates, numbers and brackets.
const soft = "单位计量百千万亿人民币元亩个平方米公里户年月日底末止前截到至份本当期今全去上下一二三四五六七八九十度第列的额总投资累次某份初"

var softRunes = runes{}.with(soft)

// hard is what word leaves of a text as it is. It is cheap, and two texts with
// one key have it in common.
func hard(s string) string { return string(appendHard(nil, s)) }

func appendHard(out []byte, s string) []byte {
	for _, r := range s {
		if r >= 0x4e00 && r <= 0x9fff && !softRunes.has(r) {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// maybeName reports whether a text may be what rows are called by; most cells
// are not, and need not be taken apart.
func (l *lexicon) maybeName(text string) bool {
	if !l.letters.in(text) {
		return false
	}
	text = fold(text)
	var buf [3 * maxHeaderText]byte
	for range 3 { // brackets in brackets
		if l.names[string(appendHard(buf[:0], text))] {
			return true
		}
		if strings.IndexByte(text, '(') < 0 {
			break
		}
		text = brackets.ReplaceAllString(text, "")
	}
	return false
}

// nameLetters has one letter at least of each of our words for a name.
const nameLetters = "项称问困工項稱問"

// with is the lexicon for one reading, with the office's and the submitter's
// own words, which go before ours.
func (l *lexicon) with(owns ...map[reporting.Field][]string) *lexicon {
	out := &lexicon{kinds: l.kinds, known: l.known, names: l.names, letters: l.letters, near: l.near, memo: map[memoKey]wording{}, guesses: l.guesses}
	if !slices.ContainsFunc(owns, func(own map[reporting.Field][]string) bool { return len(own) > 0 }) {
		return out
	}
	out.kinds, out.guesses = map[reporting.Kind]dictionary{}, new(memo[guessKey, guess])
	for _, k := range reporting.Kinds {
		d := dictionary{}
		for key, m := range l.kinds[k] {
			d[key] = m
		}
		for _, own := range owns {
			for _, f := range reporting.Fields[k] {
				for _, alias := range own[f] {
					if key := aliasKey(alias); key != "" {
						d[key] = meaning{field: f}
					}
				}
			}
		}
		out.kinds[k] = d
	}
	out.index()
	return out
}

// CheckAliases finds what is wrong with further header words by field: one
// that means another field in our own lists, or that stands for two. Each fault
// is a Chinese sentence, by "field: word". Unknown fields are config's to find.
func CheckAliases(own map[reporting.Field][]string) map[string]string {
	out := map[string]string{}
	for _, k := range reporting.Kinds {
		taken := map[string]reporting.Field{}
		for _, f := range reporting.Fields[k] {
			for _, alias := range own[f] {
				at, key := string(f)+": "+alias, aliasKey(alias)
				m, listed := builtin().kinds[k][key]
				other, twice := taken[key]
				switch {
				case out[at] != "":
				case key == "":
					out[at] = "不能作列名"
				case listed && m.field != "" && m.field != f:
					out[at] = fmt.Sprintf("在%s里本来就是“%s”（%s），不能改作“%s”", k.Short(), m.field.Title(), m.field, f.Title())
				case twice && other != f:
					out[at] = fmt.Sprintf("同时写给了“%s”（%s）", other.Title(), other)
				}
				taken[key] = f
			}
		}
	}
	return out
}

// readWords reads a file of "key: word word …" lines. A word that stands twice
// keeps its first key.
func readWords(name string) dictionary {
	raw, err := wordFiles.ReadFile(name)
	if err != nil {
		panic(err) // embedded: it is there or the program was not built
	}
	d := dictionary{}
	for line := range strings.Lines(string(raw)) {
		key, words, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		m := meaning{field: reporting.Field(key)}
		if asks, ok := strings.CutPrefix(key, "?"); ok {
			m = meaning{asks: asks}
		} else if a, b, ok := strings.Cut(key, "+"); ok {
			m = meaning{field: reporting.Field(a), also: reporting.Field(b)}
		}
		for w := range strings.FieldsSeq(words) {
			if k := aliasKey(w); k != "" {
				if _, taken := d[k]; !taken {
					d[k] = m
				}
			}
		}
	}
	return d
}

var variables = strings.NewReplacer("{Y}年度", "本年", "{Y}年", "本年", "{Y-1}年", "上年", "{m}月", "本月", "{1-m}月", "1-本月", "{m+1}月", "下月",
	"{Y}", "本年", "{Y-1}", "上年", "{m}", "本月", "{1-m}", "1-本月", "{m+1}", "下月")

func aliasKey(alias string) string { return word(variables.Replace(alias), reporting.Period{}).key }

// isHeaderWord reports whether the text is a header word of any table.
func (l *lexicon) isHeaderWord(w wording) bool {
	for _, key := range []string{w.key, w.short} {
		if key == "" {
			continue
		}
		for _, d := range l.kinds {
			if _, ok := d[key]; ok {
				return true
			}
		}
		if _, ok := l.known[key]; ok {
			return true
		}
	}
	return false
}

// names is what a table's rows are called by: a header needs one of them.
func (l *lexicon) isNameWord(w wording) bool {
	for _, key := range []string{w.key, w.short} {
		for _, d := range l.kinds {
			if m := d[key]; m.field == reporting.FProjectName || m.field == reporting.FProblem && w.key != "" {
				return true
			}
		}
	}
	return false
}
