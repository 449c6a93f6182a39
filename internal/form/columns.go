package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongbao/internal/reporting"
)

// column is a header column and what it was taken for.
type column struct {
	head
	field reporting.Field
	also  reporting.Field // a second field in the same cells: 联系人及电话
	// numbered is of 联系人及电话 beside 责任人: the number alone is read.
	numbered bool
	asks     string          // still to be settled by the other columns
	other    reporting.Field // the field for rows in which the date is not the usual one
	unit     string          // that the header names, "" where none
	month    int             // that the header names, 0 where none
	score    int             // how sure: 100 a listed word … 70 a guess
	listed   string          // the word that a guess was made for
	only     look            // what a cell must bear to be read; looksEmpty asks nothing
}

// scores of the ways to recognise a header, as in the trade's handbook.
const (
	sureScore   = 100
	partScore   = 95 // without what stands in brackets
	senseScore  = 90
	prefixScore = 80
	fuzzyScore  = 70
)

// Why a column is not kept.
const (
	knownColumn = "known" // there is no field for it
	partColumn  = "part"  // a source's share of the amount in its parent
)

// partOfAmount are the children that split an amount by who pays.
var partOfAmount = compile(`^(中央|部省?|国家|省级?|市级?|县级?|区级?|县区级?|地方|财政|专项|债券|银行|社会|企业|自筹|其他|国债|上级|本级)[^计划完成累]*$`)

var nameAndPhone = compile(`[人员][/、(]`)

var totalLeaf = []string{"合计", "小计", "总计", "总额", "计", "总数"}

// parsed is a header taken apart, before it is asked which table it stands in.
type parsed struct {
	column // its unit and month alone
	levels []string
	leaf   wording
	parent wording
}

// parse takes a column's header apart.
func (l *lexicon) parse(h head, p reporting.Period) parsed {
	c := column{head: h}
	levels := h.levels
	if n := len(levels); n > 1 && slices.Contains(totalLeaf, l.word(levels[n-1], p).key) {
		levels = levels[:n-1] // 本月完成投资|合计 beside its parts
	}
	if len(levels) == 0 {
		return parsed{column: c}
	}
	leaf := l.word(levels[len(levels)-1], p)
	above := levels[:len(levels)-1]
	parent := l.word(strings.Join(above, ""), p)
	c.unit, c.month = leaf.unit, leaf.month
	for i := len(above) - 1; i >= 0; i-- {
		w := l.word(above[i], p)
		if c.unit == "" && w.unit != "%" {
			c.unit = w.unit
		}
		if c.month == 0 && slices.Contains([]string{"", ofMonth, ofMonthCum, ofYTD}, stretch(leaf.key)) {
			c.month = w.month // 2月|当月完成 is February's
		}
	}
	return parsed{c, levels, leaf, parent}
}

// understand finds the best meaning of one column for a table of this kind.
func (l *lexicon) understand(h parsed, kind reporting.Kind, p reporting.Period) column {
	c := h.column
	if len(h.levels) == 0 {
		return c
	}
	var m meaning
	m, c.score, c.listed = l.lookUp(h.levels, h.leaf, h.parent, kind, p)
	c.field, c.also, c.asks = m.field, m.also, m.asks
	if c.field == reporting.FPhone && nameAndPhone.MatchString(fold(h.levels[len(h.levels)-1])) {
		c.field, c.also = reporting.FPerson, reporting.FPhone // 联系人/电话, which only its stroke tells from 联系人电话
	}
	return c
}

// lookUp goes from the surest way to know a header to the least.
func (l *lexicon) lookUp(levels []string, leaf, parent wording, kind reporting.Kind, p reporting.Period) (meaning, int, string) {
	d := l.kinds[kind]
	if len(levels) > 1 {
		for from := range len(levels) - 1 {
			if m, ok := d[l.word(strings.Join(levels[from:], ""), p).key]; ok && m.asks == "" {
				return m, sureScore, ""
			}
		}
	}
	if m, ok := d[leaf.key+parent.key]; ok && m.asks == "" && len(levels) > 1 {
		return m, sureScore, "" // 完成投资|1-3月
	}
	if len(levels) > 1 && partOfAmount.MatchString(leaf.key) && hasAny(parent.key, "投资", "资金", "完成") {
		return meaning{}, sureScore, partColumn
	}
	m, ok := d[leaf.key]
	if _, known := l.known[leaf.key]; known && (!ok || m.asks != "") {
		return meaning{}, sureScore, knownColumn
	}
	if ok && m.field == reporting.FFundArrivedYTD && len(levels) > 1 {
		return l.byParts(levels, leaf, parent, kind, p), senseScore, ""
	}
	if ok && m.asks == "" {
		if len(levels) > 1 && hasAny(parent.key, "资金来源", "资金构成", "资金筹措") {
			return meaning{}, 0, ""
		}
		return m, sureScore, ""
	}
	if s := l.byParts(levels, leaf, parent, kind, p); s != (meaning{}) && (len(levels) > 1 || !ok) {
		if s.asks == "" || !ok {
			return s, senseScore, ""
		}
	}
	if ok {
		return m, sureScore, ""
	}
	if m, ok := d[leaf.short]; ok && leaf.short != "" {
		return m, partScore, ""
	}
	for _, lead := range []string{"项目", "工程", "主要", "目前", "当前", "具体", "截至目前", "截至本月底", "本月", "市级", "县级", "区级"} {
		rest, cut := strings.CutPrefix(leaf.key, lead)
		if m, ok := d[rest]; cut && ok && m.asks == "" && (m.field.Type() == reporting.TypeText || m.field.Type() == reporting.TypeFlag && strings.HasSuffix(lead, "前") || lead == "项目" || lead == "工程") {
			return m, senseScore, ""
		}
	}
	if g := l.guesses.of(guessKey{kind, leaf.key}, l.guess); g.meaning != (meaning{}) {
		m, listed := g.meaning, g.listed
		if utf8.RuneCountInString(listed) < utf8.RuneCountInString(leaf.key) && strings.HasPrefix(leaf.key, listed) {
			return m, prefixScore, listed
		}
		return m, fuzzyScore, listed
	}
	return meaning{}, 0, ""
}

// byParts reads amounts, shares and dates by the parts of their names. Ledgers
// have none but the lagging list's few.
func (l *lexicon) byParts(levels []string, leaf, parent wording, kind reporting.Kind, p reporting.Period) meaning {
	if kind == reporting.Issues {
		return meaning{}
	}
	m := l.senseOf(levels, leaf, parent, p)
	if m == (meaning{}) && kind == reporting.Progress {
		m = l.senseOfDate(levels)
	}
	if m.field != "" && !slices.Contains(reporting.Fields[kind], m.field) {
		return meaning{}
	}
	if kind == reporting.Lagging {
		switch m.asks {
		case "cum", "mcum":
			m = meaning{field: reporting.FYTDDone}
		case "pct":
			m = meaning{field: reporting.FYTDPct}
		case "plan":
			m = meaning{field: reporting.FYearPlan}
		}
	}
	return m
}

// senseOf reads the leaf with its nearest parent, then with those above it: a
// layer such as 项目进度情况 over everything says nothing of an amount.
func (l *lexicon) senseOf(levels []string, leaf, parent wording, p reporting.Period) meaning {
	var open meaning
	for from := len(levels) - 2; from > 0; from-- {
		m := sense(leaf, l.word(strings.Join(levels[from:len(levels)-1], ""), p))
		if m.field != "" {
			return m
		}
		if open == (meaning{}) {
			open = m
		}
	}
	if m := sense(leaf, parent); m != (meaning{}) {
		return m
	}
	return open
}

// notBehind are words that make something else of a column that begins with a
// listed word: 责任单位联系电话 is no 责任单位.
var notBehind = []string{"电话", "联系", "代码", "时间", "日期", "领导", "单位", "人", "编号", "投资", "资金", "金额", "率", "比", "数", "类", "是否", "问题", "措施", "原因", "计划", "部门", "意见"}

// weighty are characters in which two different columns differ: 计划开工 and
// 计划竣工, 本月完成 and 本年完成. A guess never passes over them.
const weighty = "月年日季开竣完计实际划未已总本当上下是否万亿责主领人第投到位占比率累前后级县市区省中新续原因类序项目次名数标段一二三四五六七八九十0123456789"

// guess is the one listed word that a key is taken for.
type guess struct {
	meaning
	listed string
}

type guessKey struct {
	kind reporting.Kind
	key  string
}

// guess finds the one listed word that the key begins with, or differs from by
// one character. The caller says so in a finding.
func (l *lexicon) guess(of guessKey) guess {
	kind, key := of.kind, of.key
	n := utf8.RuneCountInString(key)
	var best meaning
	listed := ""
	d := l.kinds[kind]
	head, tail := ends(key)
	for _, alias := range l.near[kind][head] {
		m := d[alias]
		rest, ok := strings.CutPrefix(key, alias)
		if !ok || m.asks != "" || m.field.Type() != reporting.TypeText || utf8.RuneCountInString(alias) < 4 ||
			n-utf8.RuneCountInString(alias) > 8 || hasAny(rest, notBehind...) {
			continue
		}
		if len(alias) > len(listed) {
			best, listed = m, alias
		}
	}
	if listed != "" || n < 4 || n > 20 {
		return guess{best, listed}
	}
	// Of words of four characters one differs: the first two or the last two do not.
	for _, alias := range slices.Concat(l.near[kind][head], l.near[kind][tail]) {
		m := d[alias]
		if m.asks != "" || !oneApart(key, alias) {
			continue
		}
		if listed != "" && best.field != m.field {
			return guess{} // two words are as near
		}
		if listed == "" || alias < listed {
			best, listed = m, alias
		}
	}
	return guess{best, listed}
}

// oneApart reports whether two words of four characters or more differ by one
// character that carries no meaning of its own.
func oneApart(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) < len(y) {
		x, y = y, x
	}
	if len(y) < 4 || len(x)-len(y) > 1 {
		return false
	}
	i := 0
	for i < len(y) && x[i] == y[i] {
		i++
	}
	if i == len(x) {
		return false // the same word
	}
	differ := string(x[i : i+1])
	if len(x) == len(y) {
		differ += string(y[i : i+1])
		return !strings.ContainsAny(differ, weighty) && slices.Equal(x[i+1:], y[i+1:])
	}
	return !strings.ContainsAny(differ, weighty) && slices.Equal(x[i+1:], y[i:])
}
