package form

import (
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// statsCode is what clerks write into 是否入统 instead of 是: the code of the
// statistics office.
var statsCode = compile(`^[0-9A-Za-z-]{8,40}$`)

// readFlag reads yes or no. States between the two are left out: a project
// whose main structure is done is neither finished nor not.
func readFlag(f reporting.Field, c sheet.Cell) reading {
	text := shown(c)
	if c.Kind == sheet.Number && (datePrecision(c.Format) != noDate || isPercentFormat(c.Format)) {
		return notFlag(f, text)
	}
	if c.Kind == sheet.Bool {
		return is(reporting.Flag(c.Number != 0))
	}
	w := wordOf(text)
	if wordsFor("placeholder-flag").has(w) {
		return nothing
	}
	words := answersTo[f]
	if b, ok := words.yesNo(w); ok {
		return is(reporting.Flag(b))
	}
	body, extra := cutBracket(text)
	if b, ok := words.yesNo(wordOf(body)); ok && extra != "" {
		v := reporting.Flag(b)
		if wordsFor("amended").in(extra) != "" {
			return notFlag(f, text)
		}
		return noted(v, "annotated", text, "里有说明文字，“%s”按“%s”采用；请只填“是”或“否”，说明写到备注栏。", f.Title(), v)
	}
	if b, ok := ticked(w); ok {
		return is(reporting.Flag(b))
	}
	if f == reporting.FInStats && statsCode.MatchString(squash(text)) && strings.ContainsAny(text, "0123456789０１２３４５６７８９") && !looksLikeDate(text) {
		return noted(reporting.Flag(true), "filled-code", text, "像是入统代码，“%s”按“是”采用；请只填“是”或“否”，代码填到“入统代码”一栏。", f.Title())
	}
	return notFlag(f, text)
}

var (
	dateDigits = compile(`^(?:19|20)\d{2}[-./]?(?:0[1-9]|1[0-2]|[1-9])(?:[-./]?(?:[0-2]?\d|3[01]))?$`)
	boxes      = compile(`^([√×□]?)是[/、]?([√×□]?)否([√×□]?)$`)
)

func looksLikeDate(text string) bool { return dateDigits.MatchString(squash(text)) }

func notFlag(f reporting.Field, text string) reading {
	return left("not-yes-or-no", text, "看不出是还是否，“%s”未采用；请只填“是”或“否”。", f.Title())
}

// answers are the words for yes and for no under one question.
type answers struct{ yes, no wordList }

// answersTo are the answers to the fields that ask.
var answersTo = map[reporting.Field]answers{
	reporting.FIsStarted:  answersIn("is_started "),
	reporting.FIsFinished: answersIn("is_finished "),
	reporting.FInStats:    answersIn("in_stats "),
}

// plainAnswers are those to a question that the header asks.
var plainAnswers = answersIn("")

func answersIn(sections string) answers {
	return answers{yes: wordsFor(sections + "yes"), no: wordsFor(sections + "no")}
}

// yesNo looks a word up; ticks of all kinds count.
func (a answers) yesNo(w string) (yes, ok bool) {
	for _, w := range []string{w, ticks(w)} {
		switch {
		case a.yes.has(w):
			return true, true
		case a.no.has(w):
			return false, true
		}
	}
	return false, false
}

// ticks writes the many ticks and crosses as √ and ×.
func ticks(w string) string {
	if w == "x" {
		return "×"
	}
	return tickMarks.Replace(w)
}

var tickMarks = func() *strings.Replacer {
	var pairs []string
	for _, t := range wordsFor("tick").words {
		pairs = append(pairs, t, "√")
	}
	for _, t := range wordsFor("cross").words {
		if t != "x" { // a letter within words
			pairs = append(pairs, t, "×")
		}
	}
	return strings.NewReplacer(pairs...)
}()

var emptyBoxes = strings.NewReplacer("☐", "□", "○", "□")

// ticked reads a form with boxes, ☑是□否: exactly one of the two is ticked.
func ticked(w string) (yes, ok bool) {
	w = emptyBoxes.Replace(ticks(w))
	m := boxes.FindStringSubmatch(w)
	if m == nil {
		return false, false
	}
	first := m[1] == "√" && m[2] != "√" && m[3] == ""
	second := (m[1] == "□" || m[1] == "") && m[2] == "√" && m[3] == "" && m[1] == "□"
	after := m[1] == "" && m[3] != "" // 是□否√
	switch {
	case first && m[2] == "□":
		return true, true
	case second:
		return false, true
	case after && m[2] == "√" && m[3] == "□":
		return true, true
	case after && m[2] == "□" && m[3] == "√":
		return false, true
	}
	return false, false
}

// cutBracket parts a remark in brackets from the word before it.
func cutBracket(text string) (body, remark string) {
	s := squash(text)
	i := strings.IndexByte(s, '(')
	if i <= 0 || !strings.HasSuffix(s, ")") {
		return s, ""
	}
	return s[:i], s[i+1 : len(s)-1]
}

// The codes of natures and statuses, and these by their words.
var (
	natures  = []string{"new", "renewed", "expand", "prep", "finish", "paused"}
	statuses = []string{"open", "partial", "done", "closed"}
	natureOf = codes("nature ", natures)
	statusOf = codes("status ", statuses)
)

// codes are some sections' codes by their words; of a word that stands in two
// the first counts.
func codes(sections string, names []string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		for _, w := range wordsFor(sections + name).words {
			if _, taken := out[w]; !taken {
				out[w] = name
			}
		}
	}
	return out
}

// readNature names a project's nature; what fits none stays as written.
func readNature(c sheet.Cell, vc valueContext) reading {
	if strings.ContainsAny(vc.Header, "续續") && strings.Contains(leafHeader(vc.Header), "是否续建") {
		switch yes, ok := plainYes(shown(c), c); {
		case ok && yes:
			return is(reporting.Text("renewed"))
		case ok:
			return noted(reporting.Value{}, "not-yes-or-no", shown(c), "只说明不是续建，“建设性质”未采用；请填新建、续建、竣工或前期。").without()
		}
	}
	if c.Kind == sheet.Text {
		body, _ := cutBracket(c.Text)
		for _, s := range []string{wordOf(c.Text), wordOf(body)} {
			for _, short := range []string{s, strings.TrimSuffix(s, "项目"), strings.TrimSuffix(s, "类"), strings.TrimSuffix(s, "类项目")} {
				if n, ok := natureOf[short]; ok {
					return is(reporting.Text(n))
				}
			}
		}
	}
	return readText(reporting.FNature, c, vc)
}

// without takes the value away and keeps the doubt.
func (r reading) without() reading { return reading{d: r.d} }

// readStatus names an issue's status; what fits none stays as written. A plain
// yes means what the header asks: 是否销号 or 是否解决.
func readStatus(c sheet.Cell, vc valueContext) reading {
	text := shown(c)
	if c.Kind == sheet.Number && (datePrecision(c.Format) != noDate || isPercentFormat(c.Format)) {
		return readText(reporting.FStatus, c, vc)
	}
	body, remark := cutBracket(text)
	if remark != "" && wordsFor("amended").in(remark) != "" {
		return readText(reporting.FStatus, c, vc)
	}
	if yes, ok := plainYes(body, c); ok {
		return yesStatus(yes, text, leafHeader(vc.Header))
	}
	for _, s := range []string{wordOf(text), wordOf(body)} {
		if n, ok := statusOf[ticks(s)]; ok {
			return is(reporting.Text(n))
		}
	}
	return readText(reporting.FStatus, c, vc)
}

func plainYes(text string, c sheet.Cell) (yes, ok bool) {
	if c.Kind == sheet.Bool {
		return c.Number != 0, true
	}
	return plainAnswers.yesNo(ticks(wordOf(text)))
}

func yesStatus(yes bool, text, leaf string) reading {
	switch {
	case !yes:
		return is(reporting.Text("open"))
	case ticks(wordOf(text)) == "√" && strings.Contains(leaf, "销号") && !strings.Contains(leaf, "是否") && !strings.Contains(leaf, "与否"):
		return is(reporting.Text("done")) // a tick under 销号状态: settled, and not yet struck off
	case strings.Contains(leaf, "销号") || strings.Contains(leaf, "销帐") || strings.Contains(leaf, "销账"):
		return is(reporting.Text("closed"))
	case strings.Contains(leaf, "解决"), strings.Contains(leaf, "办结"), strings.Contains(leaf, "整改"), strings.Contains(leaf, "完成"), strings.Contains(leaf, "落实"), ticks(wordOf(text)) == "√":
		return is(reporting.Text("done"))
	}
	return left("status-unclear", text, "看不出是已办结还是已销号，“销号状态”未采用；请填未解决、部分解决、已办结或已销号。")
}

// leafHeader is the last part of a composed header.
func leafHeader(h string) string {
	h = squash(h)
	return h[strings.LastIndexByte(h, '|')+1:]
}
