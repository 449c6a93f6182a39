package form

import (
	"embed"
	"strings"
	"sync"

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
	kinds map[reporting.Kind]dictionary
	known dictionary
	memo  map[memoKey]wording // of one reading; nil keeps nothing
}

type memoKey struct {
	text   string
	period reporting.Period
}

// maxMemo bounds what one reading remembers.
const maxMemo = 20_000

// word is the function word, remembered: sheets repeat their headers.
func (l *lexicon) word(s string, p reporting.Period) wording {
	key := memoKey{s, p}
	w, ok := l.memo[key]
	if !ok {
		w = word(s, p)
		if l.memo != nil && len(l.memo) < maxMemo {
			l.memo[key] = w
		}
	}
	return w
}

var builtin = sync.OnceValue(func() *lexicon {
	l := &lexicon{kinds: map[reporting.Kind]dictionary{}}
	for _, k := range reporting.Kinds {
		l.kinds[k] = readWords("words/" + string(k) + ".txt")
	}
	l.known = readWords("words/known.txt")
	return l
})

// with is the lexicon for one reading, with the office's and the submitter's
// own words, which go before ours.
func (l *lexicon) with(own map[reporting.Field][]string) *lexicon {
	out := &lexicon{kinds: l.kinds, known: l.known, memo: map[memoKey]wording{}}
	if len(own) == 0 {
		return out
	}
	out.kinds = map[reporting.Kind]dictionary{}
	for _, k := range reporting.Kinds {
		d := dictionary{}
		for key, m := range l.kinds[k] {
			d[key] = m
		}
		for _, f := range reporting.Fields[k] {
			for _, alias := range own[f] {
				if key := aliasKey(alias); key != "" {
					d[key] = meaning{field: f}
				}
			}
		}
		out.kinds[k] = d
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
