package form

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tongbao/internal/reporting"
)

// alike brings the ways to write one thing together: dashes, brackets,
// traditional characters from copied texts, and spellings that differ for no
// reason.
var alike = []string{
	"_x000D_", "", "—", "-", "–", "-", "−", "-", "ー", "-", "―", "-", "‐", "-", "〜", "~", "～", "~", "∼", "~",
	"〔", "(", "〕", ")", "［", "(", "］", ")", "【", "(", "】", ")", "[", "(", "]", ")", "《", "", "》", "",
	"﹪", "%", "。", ".",
	"項", "项", "進", "进", "資", "资", "計", "计", "劃", "划", "開", "开", "統", "统", "責", "责", "單", "单",
	"聯", "联", "電", "电", "備", "备", "註", "注", "總", "总", "萬", "万", "億", "亿", "臺", "台", "帳", "账", "帐", "账", "賬", "账",
	"滯", "滞", "後", "后", "實", "实", "際", "际", "完畢", "完毕", "設", "设", "號", "号", "稱", "称", "類", "类", "別", "别", "縣", "县", "區", "区",
	"時", "时", "間", "间", "問", "问", "題", "题", "領", "领", "導", "导", "報", "报", "個", "个", "無", "无", "當", "当", "月份份", "月份",
	"截止", "截至", "形像", "形象", "其它", "其他", "做为", "作为",
}

var alikeWords = strings.NewReplacer(alike...)

// fold gives the copy of a text by which it is matched: half width, no white
// space or zero-width characters, no marks of required fields, one spelling.
// Nearly all texts have only characters that can be folded one by one.
func fold(s string) string {
	if len(s) > 4096 {
		return foldWhole(s)
	}
	before := rune(0)
	for i, r := range s {
		to, ok := foldOne(r, before)
		if !ok {
			return foldWhole(s)
		}
		if before = to; to != r {
			return foldRest(s, i)
		}
	}
	return strings.TrimRight(s, ":")
}

// foldRest folds one by one what follows the first i bytes, which are folded.
func foldRest(s string, i int) string {
	out := append(make([]byte, 0, 128), s[:i]...)
	before, _ := utf8.DecodeLastRune(out)
	for _, r := range s[i:] {
		to, ok := foldOne(r, before)
		switch {
		case !ok:
			return foldWhole(s)
		case to != dropped:
			out, before = utf8.AppendRune(out, to), to
		}
	}
	return strings.TrimRight(string(out), ":")
}

// dropped stands for a character that folding leaves out.
const dropped = 0xffff

// foldOne folds a character by itself; ok is false where what stands around it
// counts, or where nobody has looked.
func foldOne(r, before rune) (to rune, ok bool) {
	if uint32(r) >= uint32(len(foldTo)) {
		return 0, false
	}
	if to = rune(foldTo[r]); to == 0 && spellingEnds[r] != 0 && spellingEnds[r] != before {
		return r, true
	}
	return to, to != 0
}

// foldWhole folds any text.
func foldWhole(s string) string {
	if len(s) > 4096 {
		s = strings.ToValidUTF8(s[:4096], "")
	}
	s = norm.NFKC.String(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("*※▲★●", r) {
			return -1
		}
		return r
	}, s)
	s = alikeWords.Replace(s)
	if strings.ContainsAny(s, "〇○零O") && strings.Contains(s, "年") {
		s = chineseYear.ReplaceAllStringFunc(s, chineseDigitsToNumber.Replace)
	}
	return strings.TrimRight(s, ":")
}

// spellingEnds has, by the last character of each word in alike, the one before.
var spellingEnds = func() map[rune]rune {
	m := map[rune]rune{}
	for i := 0; i < len(alike); i += 2 {
		if r := []rune(alike[i]); len(r) > 1 && r[0] > 0x7f {
			m[r[len(r)-1]] = r[len(r)-2]
		}
	}
	return m
}()

// foldTo is what the characters of most texts are folded to, dropped for
// those that are left out and 0 where that hangs on their neighbours.
var foldTo = func() (to [1 << 16]uint16) {
	for r := rune(0x4e00); r <= 0x9fff; r++ {
		to[r] = uint16(r) // Han characters stay, but for those below
	}
	for _, span := range [][2]rune{{0, 0x7f}, {0xa0, 0xa0}, {0x2010, 0x2027}, {0x221a, 0x221a}, {0x2460, 0x2468}, {0x3000, 0x3015}, {0xff01, 0xff5e}} {
		for r := span[0]; r <= span[1]; r++ {
			switch out := []rune(strings.TrimSuffix(foldWhole("a"+string(r)+"a"), "a"))[1:]; len(out) {
			case 0:
				to[r] = dropped
			case 1:
				to[r] = uint16(out[0])
			}
		}
	}
	for i := 0; i < len(alike); i += 2 {
		old, spelled := []rune(alike[i]), []rune(alike[i+1])
		switch {
		case len(old) > 1:
			to[old[len(old)-1]] = 0
		case len(spelled) == 1:
			to[old[0]] = uint16(spelled[0])
		case len(spelled) == 0:
			to[old[0]] = dropped
		}
	}
	for _, r := range "〇○零O" {
		to[r] = 0
	}
	return to
}()

// QUIRK: titles after the style of documents write 二〇二一年, its zero a
// character, a circle, a letter or 零.
var (
	chineseYear           = compile(`二[〇○零O0][一二三四五六七八九][〇○零O0一二三四五六七八九]年`)
	chineseDigitsToNumber = strings.NewReplacer("〇", "0", "○", "0", "零", "0", "O", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")
)

const chineseDigits = "零一二三四五六七八九"

// chineseNumber reads 一 to 九十九 as they number months and chapters; 0 where it is none.
func chineseNumber(s string) int {
	s = strings.Replace(s, "元", "一", 1)
	r := []rune(s)
	digit := func(r rune) int {
		for i, d := range []rune(chineseDigits) {
			if r == d {
				return i
			}
		}
		return -1
	}
	n, seen := 0, false
	for i, c := range r {
		switch d := digit(c); {
		case c == '十' && i == 0:
			n, seen = 10, true
		case c == '十' && seen && n < 10:
			n *= 10
		case d > 0 && (!seen || n%10 == 0):
			n, seen = n+d, true
		default:
			return 0
		}
	}
	return n
}

// monthNumber reads 3, 03 or 三; 0 where it is no month.
func monthNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		n = chineseNumber(s)
	}
	if n < 1 || n > 12 {
		return 0
	}
	return n
}

const monthWord = `(0?[1-9]|1[0-2]|元|十[一二]?|[一二三四五六七八九])`

var (
	unitNote    = compile(`\((?:单位:?)?(?:计量)?(百万元|千万元|人民币)?[,，]?(万元|亿元|千元|百万元|元|万|亿|%|亩|个|平方米|平米|m2|㎡|公里|km|米|户)?(?:[、/,]%)?\)`)
	unitTail    = compile(`[:/、,-]?(万元|亿元|千元|百万元|%)$|[:/、,-](元)$`)
	columnNote  = compile(`\(?(?:第?\d{1,2}列|\d{1,2}=[\d+\-*/÷×=()%]+|=[\d+\-*/÷×()%]+)\)?|\(\d{1,2}\)`)
	dateNote    = compile(`\((?:截至|至|截到)?(?:20\d\d年)?` + monthWord + `月(?:\d{1,2}日|底|末)(?:止|前)?\)`)
	spanWord    = compile(`(?:0?1|一|元)月?(?:份)?[-~至到—](?:本月|当月|` + monthWord + `月)份?`)
	shortYears  = compile(`(^|\D)(2\d)年`) // 21年计划投资
	yearWord    = compile(`(20\d\d)年度?`)
	monthOf     = compile(monthWord + `月份?`)
	thisYear    = compile(`本年度?|今年度?|当年度?|全年度?|年度`)
	thisMonth   = compile(`本月份?|当月份?|本期`)
	nextMonth   = compile(`下个?月份?`)
	lastYear    = compile(`上年度?|去年度?|上一年度?`)
	lastYearEnd = compile(`上年(?:12|十二)月(?:31日|底|末)`)
	brackets    = compile(`\([^()]*\)`)
	nonWord     = compile(`[^\p{L}\p{N}]+`)
)

// wording is a header text in the form by which it is looked up.
type wording struct {
	key   string // years, months, units and punctuation brought to one form
	short string // the same without what stands in brackets
	unit  string // 万元, 亿元, 元, 千元, 百万元, %, or "" where the text names none
	month int    // the month that the text names, 0 where none or only 本月
	span  bool   // the month ends a span from January
}

// word takes a header text apart. The period tells this year from last year
// and this month from the next; it may be zero.
func word(s string, p reporting.Period) wording {
	if len(s) > 3*maxHeaderText {
		return readWord(memoKey{s, p})
	}
	return wordings.of(memoKey{s, p}, readWord)
}

var wordings memo[memoKey, wording]

func readWord(key memoKey) wording {
	s, p := key.text, key.period
	var w wording
	t := fold(s)
	t = unitNote.ReplaceAllStringFunc(t, func(m string) string {
		for _, u := range []string{"百万元", "万元", "亿元", "千元", "元", "%", "万", "亿"} {
			if strings.Contains(m, u) {
				if w.unit == "" {
					w.unit = map[string]string{"万": "万元", "亿": "亿元"}[u]
					if w.unit == "" {
						w.unit = u
					}
				}
				return ""
			}
		}
		return ""
	})
	t = dateNote.ReplaceAllString(columnNote.ReplaceAllString(t, ""), "")
	if m := unitTail.FindStringSubmatch(t); m != nil && len(m[0]) < len(t) {
		t = strings.TrimSuffix(t, m[0])
		if w.unit == "" {
			w.unit = m[1] + m[2]
		}
	}
	t = w.dates(t, p)
	squeeze := func(s string) string {
		s = nonWord.ReplaceAllString(s, "")
		return fillers.Replace(s)
	}
	w.key, w.short = squeeze(t), squeeze(brackets.ReplaceAllString(t, ""))
	return w
}

var (
	fillers     = strings.NewReplacer("的", "", "投资额", "投资", "投资总额投资", "投资总额")
	plainMonths = strings.NewReplacer("年本月", "本月", "年累月", "累月", "年下月", "下月")
)

// dates replaces years and months by 年, 上年, 本月, 累月 (January to this
// month) and 下月, so that one word list serves every year.
func (w *wording) dates(t string, p reporting.Period) string {
	t = lastYear.ReplaceAllString(shortYears.ReplaceAllString(t, "${1}20${2}年"), "上年")
	t = yearWord.ReplaceAllStringFunc(t, func(m string) string {
		y, _ := strconv.Atoi(m[:4])
		switch {
		case p.IsZero() || y == p.Year:
			return "本年"
		case y == p.Year-1:
			return "上年"
		case y == p.Year+1:
			return "下年"
		}
		return "某年"
	})
	t = lastYearEnd.ReplaceAllString(t, "上年底")
	t = strings.ReplaceAll(t, "本年底", "年底")
	if p.IsZero() && strings.Contains(t, "年底") && !strings.Contains(t, "上年底") && strings.ContainsAny(t, "至截前") {
		t = strings.ReplaceAll(t, "年底", "上年底")
	}
	t = thisYear.ReplaceAllString(t, "年")
	t = spanWord.ReplaceAllStringFunc(t, func(m string) string {
		if sub := spanWord.FindStringSubmatch(m); sub[1] != "" {
			w.month = monthNumber(sub[1])
		}
		w.span = true
		return "累月"
	})
	t = monthOf.ReplaceAllStringFunc(t, func(m string) string {
		n := monthNumber(monthOf.FindStringSubmatch(m)[1])
		if n == 0 || w.span {
			return m
		}
		if !p.IsZero() && n == int(p.Month)%12+1 {
			w.month = n
			return "次月"
		}
		w.month = n
		return "本月"
	})
	t = thisMonth.ReplaceAllString(t, "本月")
	// 4月计划 on a March form is next month's; 4月完成 is a month not yet filled in.
	if strings.Contains(t, "次月") {
		if strings.ContainsAny(t, "划算排标作") && !strings.Contains(t, "投资") {
			t, w.month = strings.ReplaceAll(t, "次月", "下月"), 0
		} else {
			t = strings.ReplaceAll(t, "次月", "本月")
		}
	}
	t = nextMonth.ReplaceAllString(t, "下月")
	return plainMonths.Replace(t)
}
