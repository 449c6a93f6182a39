package form

import (
	"fmt"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

var (
	dotted    = compile(`^(\d{4}|\d{2})\.(\d{1,2})$`)
	clockTail = compile(`(?i)[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|\+08:?00)?$`)
	digitGap  = compile(`\d\s+\d`)
	allDigits = compile(`^\d{1,8}$`)

	// The forms of a date after folding and after leading and trailing words
	// are gone. Y is a year with its 年 or a word for it.
	formFull        = compile(`^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})[日号]?$`)
	formShort       = compile(`^'?(\d{2})(?:年(\d{1,2})月|\.(\d{1,2})\.)(\d{1,2})[日号]?$`)
	formMonth       = compile(`^(\d{4})[年./-](\d{1,2})月?$`)
	formShortMonth  = compile(`^'?(\d{2})年(\d{1,2})月$`)
	formDay         = compile(`^(\d{1,2})月(\d{1,2})[日号]$`)
	formMonthOnly   = compile(`^(\d{1,2})月$`)
	formWestern     = compile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)
	formQuarter     = compile(`^(?:第?([1-4])季度?|[qQ]([1-4]))$`)
	formHalf        = compile(`^([上下])半年$`)
	formYearQuarter = compile(`^(\d{4})[-./年]?[qQ]([1-4])$`)
	formYear        = compile(`^(\d{4}|\d{2})年`)
	formBareYear    = compile(`^\d{4}年?$`)

	monthPart = compile(`月(?:份)?(?:底|末|初|[上中下]旬|中)?$`)
	dateLike  = compile(`\d[年月日./-]|\d{4}`)
)

// dateText reads the ways in which people write dates.
func dateText(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	if y, m, d, ok := usualDate(c.Text); ok {
		return made(f, c.Text, y, m, d)
	}
	return anyDate(f, c, vc)
}

func anyDate(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	text := c.Text
	if len(text) > 300 {
		return left("not-a-date", text, "太长，不是日期，“%s”未采用；%s", f.Title(), writeDate)
	}
	if wordsFor("date-state").has(wordOf(text)) {
		return reading{d: say(reporting.Notice, "state-not-date", text, "写的是状态，不是日期，“%s”按空白处理；%s", f.Title(), writeDate)}
	}
	s := clockTail.ReplaceAllString(tidy(text), "")
	if digitGap.MatchString(s) {
		return left("two-dates", text, "的数字之间断开了，不知是一个日期还是两个，“%s”未采用；%s", f.Title(), writeDate)
	}
	s = strings.TrimRight(arabic(squash(s)), "。.;,!:、")
	body, extra := s, ""
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		body, extra = s[:i], s[i+1:len(s)-1]
		if wordsFor("amended").in(extra) != "" || dateLike.MatchString(extra) {
			return left("two-dates", text, "里还写了变动或另一个日期，不能替你选，“%s”未采用；%s", f.Title(), writeDate)
		}
	}
	r := plainDate(f, c, body, vc)
	if r.ok && r.d == nil && extra != "" {
		r.d = say(reporting.Notice, "annotated", text, "里有说明文字，“%s”按%s采用；请把说明写到备注栏。", f.Title(), r.v)
	}
	return r
}

// usualDate reads the forms that most dates have: 2021年3月, 2021年3月25日, 2021.3.25
// and 2021-03-25. The rules below would read them the same way.
func usualDate(s string) (y, m, d int, ok bool) {
	y, rest, ok := number(s, 4, 4)
	if !ok {
		return 0, 0, 0, false
	}
	sep := ""
	for _, sep = range []string{"年", ".", "-", "/"} {
		if rest, ok = strings.CutPrefix(rest, sep); ok {
			break
		}
	}
	if !ok {
		return 0, 0, 0, false
	}
	if m, rest, ok = number(rest, 1, 2); !ok {
		return 0, 0, 0, false
	}
	if sep == "年" {
		sep = "月"
		if rest == sep {
			return y, m, absent, true
		}
	}
	if rest, ok = strings.CutPrefix(rest, sep); !ok {
		return 0, 0, 0, false
	}
	if d, rest, ok = number(rest, 1, 2); !ok || (rest == "日") != (sep == "月") || rest != "" && rest != "日" {
		return 0, 0, 0, false
	}
	return y, m, d, true
}

// number cuts a number of so many digits off the beginning.
func number(s string, least, most int) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:], i >= least
}

// plainDate takes off leading and trailing words, then reads what is left.
func plainDate(f reporting.Field, c sheet.Cell, s string, vc valueContext) reading {
	lead := wordsFor("date-before").before(s)
	if lead != "" && isPast(f) && wordsFor("date-planned").has(lead) {
		return left("planned-not-actual", c.Text, "是计划的日期，“%s”要填实际的，未采用。", f.Title())
	}
	s = strings.TrimPrefix(s, lead)
	before := false
	for range 4 {
		if r, ok := formOf(f, c, s, vc); ok {
			if before && r.ok && r.d == nil && !strings.HasSuffix(s, "底") && !strings.HasSuffix(s, "末") && !dayForm(r) {
				r.d = say(reporting.Notice, "before-date", c.Text, "写的是“某月前”，“%s”按%s采用；最好写明日期。", f.Title(), r.v)
			}
			return r
		}
		w := wordsFor("date-after").after(s)
		if w == "" || w == s {
			break
		}
		before = before || strings.HasPrefix(w, "前") || strings.HasSuffix(w, "前")
		s = strings.TrimSuffix(s, w)
	}
	return notDate(f, c.Text, s)
}

func dayForm(r reading) bool { return len(r.v.String()) == len("2021-03-25") }

// formOf tries the forms one by one; ok is false where none fits.
func formOf(f reporting.Field, c sheet.Cell, s string, vc valueContext) (r reading, ok bool) {
	text := c.Text
	if m := formFull.FindStringSubmatch(s); m != nil {
		return cutPrecision(made(f, text, atoi(m[1]), atoi(m[2]), atoi(m[3])), c), true
	}
	if m := formShort.FindStringSubmatch(s); m != nil {
		return made(f, text, 2000+atoi(m[1]), atoi(m[2]+m[3]), atoi(m[4])), true
	}
	if m := formWestern.FindStringSubmatch(s); m != nil {
		return westernDate(f, text, atoi(m[1]), atoi(m[2]), atoi(m[3])), true
	}
	if dotted.MatchString(s) {
		return dottedText(f, s, reporting.Notice, vc), true
	}
	if allDigits.MatchString(s) {
		return digitsText(f, s, vc), true
	}
	if r, ok := yearWords(f, text, s, vc); ok {
		return r, true
	}
	s = monthPart.ReplaceAllString(s, "月")
	if m := formMonth.FindStringSubmatch(s); m != nil {
		return made(f, text, atoi(m[1]), atoi(m[2]), absent), true
	}
	if m := formShortMonth.FindStringSubmatch(s); m != nil {
		return made(f, text, 2000+atoi(m[1]), atoi(m[2]), absent), true
	}
	if m := formDay.FindStringSubmatch(s); m != nil {
		return yearless(f, text, atoi(m[1]), atoi(m[2]), vc), true
	}
	if m := formMonthOnly.FindStringSubmatch(s); m != nil {
		return yearless(f, text, atoi(m[1]), absent, vc), true
	}
	return r, false
}

// cutPrecision gives a date that a program wrote in full the precision of the
// cell's format.
//
// QUIRK: XML spreadsheets and xlsx with t="d" hold 2021-09-01T00:00:00 where
// the cell shows 2021年9月.
func cutPrecision(r reading, c sheet.Cell) reading {
	if !r.ok || !clockTail.MatchString(c.Text) {
		return r
	}
	switch s := r.v.String(); datePrecision(c.Format) {
	case byMonth:
		r.v = reporting.Text(s[:7])
	case byYear:
		r.v = reporting.Text(s[:4])
	}
	return r
}

// westernDate reads 3/25/2021, which English Excel writes into csv and HTML;
// 3/4/2021 may be March or April.
func westernDate(f reporting.Field, text string, a, b, y int) reading {
	switch {
	case a > 12 && b <= 12:
		a, b = b, a
	case a <= 12 && b <= 12 && a != b:
		return left("date-doubtful", text, "分不清月和日，“%s”未采用；%s", f.Title(), writeDate)
	}
	return made(f, text, y, a, b)
}

// digitsText reads a text of digits only; a serial number kept as a text too.
func digitsText(f reporting.Field, s string, vc valueContext) reading {
	if n := atoi(s); len(s) == 5 && n >= firstSerial && n <= lastSerial {
		if y, m, d, ok := sheet.Civil(float64(n), vc.Date1904); ok {
			v := reporting.Text(spell(y, m, d, byDay))
			return noted(v, "serial-date", s, "是日期的序号，“%s”按%s采用；请把单元格格式改为日期。", f.Title(), v)
		}
	}
	return digitsDate(f, s, vc)
}

// yearWords reads what begins with a year, written or in a word, or needs
// none: quarters, halves, the year's end, months by word.
func yearWords(f reporting.Field, text, s string, vc valueContext) (r reading, ok bool) {
	if formBareYear.MatchString(s) {
		return made(f, text, atoi(s), absent, absent), true
	}
	if m := formYearQuarter.FindStringSubmatch(s); m != nil {
		s = m[1] + "年Q" + m[2]
	}
	year, rest := 0, s
	if m := formYear.FindString(s); m != "" {
		if year, rest = atoi(m), s[len(m):]; len(m) < len("2021年") {
			year += 2000
		}
	} else if w, shift := relative("year ", s); w != "" {
		rest = s[len(w):]
		if vc.Period.IsZero() {
			return left("year-unknown", text, "没有写年份，从材料里也看不出报告年份，“%s”未采用；%s", f.Title(), writeDate), true
		}
		year = vc.Period.Year + shift
	}
	if year == 0 {
		if w, n := relative("month ", s); w != "" && isEnd(s[len(w):]) && s != "月" {
			return relativeMonth(f, text, n, vc), true
		}
	}
	unknown := year == 0 && vc.Period.IsZero()
	if year == 0 {
		year = vc.Period.Year
	}
	spelled := ""
	tail := strings.TrimRight(rest, "底末初内")
	if m := formQuarter.FindStringSubmatch(strings.TrimSuffix(tail, "前")); m != nil {
		spelled = fmt.Sprintf("%04d-Q%s", year, m[1]+m[2])
	} else if m := formHalf.FindStringSubmatch(tail); m != nil {
		spelled = fmt.Sprintf("%04d-H%d", year, map[string]int{"上": 1, "下": 2}[m[1]])
	}
	switch {
	case spelled != "" && unknown:
		return left("year-unknown", text, "没有写年份，从材料里也看不出报告年份，“%s”未采用；%s", f.Title(), writeDate), true
	case spelled != "" && (year < earliestYear || year > latestYear):
		return left("impossible-date", text, "不是合理的年份，“%s”未采用；%s", f.Title(), writeDate), true
	case spelled != "":
		return is(reporting.Text(spelled)), true
	case rest == s:
		return r, false // no year stands there
	}
	return restOfYear(f, text, year, rest)
}

func isEnd(s string) bool {
	return s == "" || s == "底" || s == "末" || s == "份" || s == "初" || s == "内"
}

// restOfYear reads what follows a year: the year's end, a month, a day.
func restOfYear(f reporting.Field, text string, year int, rest string) (r reading, ok bool) {
	switch strings.TrimPrefix(rest, "年") {
	case "底", "末", "年底", "年末":
		return made(f, text, year, 12, absent), true
	case "", "内", "度", "度内":
		return made(f, text, year, absent, absent), true
	case "初", "中":
		r = made(f, text, year, absent, absent)
		if r.ok {
			r.d = say(reporting.Notice, "vague-date", text, "没有写明月份，“%s”按%d年采用；%s", f.Title(), year, writeDate)
		}
		return r, true
	}
	rest = monthPart.ReplaceAllString(rest, "月")
	if m := formDay.FindStringSubmatch(rest); m != nil {
		return made(f, text, year, atoi(m[1]), atoi(m[2])), true
	}
	if m := formMonthOnly.FindStringSubmatch(rest); m != nil {
		return made(f, text, year, atoi(m[1]), absent), true
	}
	return r, false
}

// relative is the longest word of "year -1" and its like that s begins with.
func relative(section, s string) (word string, shift int) {
	for n := -2; n <= 2; n++ {
		if w := wordsFor(fmt.Sprint(section, n)).before(s); len(w) > len(word) {
			word, shift = w, n
		}
	}
	return word, shift
}

// relativeMonth reads 本月底 and 下月.
func relativeMonth(f reporting.Field, text string, shift int, vc valueContext) reading {
	if vc.Period.IsZero() {
		return left("year-unknown", text, "是相对的月份，从材料里看不出报告月份，“%s”未采用；%s", f.Title(), writeDate)
	}
	v := reporting.Text(vc.Period.Add(shift).String())
	return noted(v, "relative-date", text, "是相对的月份，“%s”按%s采用；%s", f.Title(), v, writeDate)
}

// notDate says why a text is no date that one may take.
func notDate(f reporting.Field, text, s string) reading {
	switch n := len(dateLike.FindAllString(s, 4)); {
	case n == 0 && !strings.ContainsAny(s, "0123456789"):
		return left("not-a-date", text, "不是日期，“%s”未采用；%s", f.Title(), writeDate)
	case strings.ContainsAny(s, "-~至到、和或") && n > 1:
		return left("two-dates", text, "里不止一个日期，“%s”只能填一个，未采用；%s", f.Title(), writeDate)
	}
	return left("not-a-date", text, "看不出是哪年哪月，“%s”未采用；%s", f.Title(), writeDate)
}

// arabic turns Chinese numerals before 年, 月, 日, 号 and 季 into digits.
func arabic(s string) string {
	s = strings.ReplaceAll(s, "元月", "1月")
	r := []rune(s)
	var b strings.Builder
	for i := 0; i < len(r); {
		j := i
		for j < len(r) && (chineseDigit(r[j]) >= 0 || r[j] == '十' || r[j] >= '0' && r[j] <= '9') {
			j++
		}
		if j > i && j < len(r) && strings.ContainsRune("年月日号季", r[j]) {
			b.WriteString(numeral(r[i:j]))
			i = j
			continue
		}
		j = max(j, i+1)
		b.WriteString(string(r[i:j]))
		i = j
	}
	return b.String()
}

// numeral reads 十二 as 12, 二十五 as 25 and 二〇二一 digit by digit.
func numeral(r []rune) string {
	var b strings.Builder
	for i, c := range r {
		switch d := chineseDigit(c); {
		case c == '十':
			if i == 0 {
				b.WriteByte('1')
			}
			if i == len(r)-1 {
				b.WriteByte('0')
			}
		case d >= 0:
			b.WriteByte(byte('0' + d))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// digitOf is the worth of each Chinese digit of the word file.
var digitOf = func() map[rune]int {
	m := map[rune]int{}
	for d := range 10 {
		for _, w := range valueWords[fmt.Sprint("digit ", d)].words {
			for _, r := range w {
				m[r] = d
			}
		}
	}
	return m
}()

// chineseDigit is the worth of a Chinese digit, -1 where it is none.
func chineseDigit(r rune) int {
	if d, ok := digitOf[r]; ok {
		return d
	}
	return -1
}
