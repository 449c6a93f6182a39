package form

import (
	"fmt"
	"strings"
	"time"

	"tongbao/internal/sheet"
)

// token is a piece of a number format: a run of one letter, or a literal.
type token struct {
	text    string
	literal bool
}

// formatTokens splits the first section of a number format.
func formatTokens(f string) []token {
	var out []token
	r := []rune(f)
	for i := 0; i < len(r); i++ {
		switch r[i] {
		case ';':
			return out
		case '"':
			j := i + 1
			for j < len(r) && r[j] != '"' {
				j++
			}
			out = append(out, token{string(r[i+1 : min(j, len(r))]), true})
			i = j
		case '[':
			j := i + 1
			for j < len(r) && r[j] != ']' {
				j++
			}
			i = j
		case '_', '*':
			i++
		case '\\', '!':
			if i++; i < len(r) {
				out = append(out, token{string(r[i]), true})
			}
		case '@':
		default:
			j := i + 1
			for j < len(r) && r[j] == r[i] {
				j++
			}
			s := string(r[i:j])
			out = append(out, token{s, r[i] > 127 || r[i] == ' '})
			i = j - 1
		}
	}
	return out
}

// bareNumberFormat is the first section without literals, in lower case; "" for General,
// also as Chinese WPS spells it.
func bareNumberFormat(format string) string { return meaningOf(format).bare }

func readBareFormat(f string) string {
	var b strings.Builder
	for _, t := range formatTokens(f) {
		if !t.literal {
			b.WriteString(strings.ToLower(t.text))
		}
	}
	if s := b.String(); s != "general" && s != "g/" {
		return s
	}
	return ""
}

// formatMeaning is all that is asked of a number format. A sheet has a few
// formats and thousands of cells.
type formatMeaning struct {
	bare            string
	date            precision
	time            bool // shows the time of day alone
	percent         bool
	decimals        int
	unit            string
	scaled, foreign bool
}

var formatMeanings memo[string, formatMeaning]

// maxFormat is how long a format is that is worth keeping.
const maxFormat = 256

func meaningOf(format string) formatMeaning {
	switch {
	case format == "":
		return formatMeaning{}
	case len(format) > maxFormat:
		return readFormat(format)
	}
	return formatMeanings.of(format, readFormat)
}

func readFormat(format string) formatMeaning {
	m := formatMeaning{bare: readBareFormat(format), percent: sheet.IsPercent(format)}
	m.date = readDatePrecision(m.bare)
	m.time = m.date == noDate && (strings.Contains(m.bare, "h") || strings.Contains(m.bare, "ss"))
	if d := plainFormat.FindStringSubmatch(m.bare); d != nil {
		m.decimals = len(d[1])
	}
	m.unit, m.scaled, m.foreign = readFormatUnit(format)
	return m
}

// precision is how much of a date a format shows.
type precision uint8

const (
	noDate precision = iota
	byYear
	byMonth
	byDay
)

// datePrecision tells how much of a date a number format shows. It is stricter
// than sheet.IsDate: 0"个月" is no date.
func datePrecision(format string) precision { return meaningOf(format).date }

func readDatePrecision(f string) precision {
	switch {
	case strings.Contains(f, "#") || strings.Contains(f, "?"), strings.HasPrefix(f, "0"), strings.Contains(f, "%"):
		return noDate
	case strings.Contains(f, "d"):
		return byDay
	case strings.Contains(f, "m") && !strings.ContainsAny(f, "hs"):
		return byMonth
	case strings.Contains(f, "y") && strings.Contains(f, "m"):
		return byMonth
	case strings.Contains(f, "y"):
		return byYear
	}
	return noDate
}

// isPercentFormat reports a format that shows a percentage.
func isPercentFormat(format string) bool { return meaningOf(format).percent }

// decimalsOf is how many decimals a plain format fixes: 2 for 0.00 or #,##0.00.
func decimalsOf(format string) int { return meaningOf(format).decimals }

var plainFormat = compile(`^[#0,]+(?:\.(0+))?%?$`)

// readFormatUnit is the unit that a format writes behind the number, as in
// 0.00"亿元"; scaled is true where the format shows the number divided, so that
// what is seen is not what is stored: 0!.0,"万" and #,##0,.
func readFormatUnit(format string) (unit string, scaled, foreign bool) {
	if format == "" || plainFormat.MatchString(format) && !scalingComma.MatchString(format) {
		return "", false, false
	}
	var b, pattern strings.Builder
	for _, t := range formatTokens(format) {
		if t.literal {
			b.WriteString(t.text)
			if t.text == "." {
				scaled = true
			}
			continue
		}
		pattern.WriteString(t.text)
	}
	if scalingComma.MatchString(pattern.String()) {
		scaled = true
	}
	unit = strings.TrimLeft(wordOf(b.String()), "约¥")
	if unitWorth(unit) == nil {
		unit = ""
	}
	foreign = wordsFor("currency").in(strings.ToLower(b.String()+pattern.String()+bracketCurrency(format))) != ""
	return unit, scaled, foreign
}

var (
	scalingComma = compile(`[0#?],+(?:[^0#?,.]|$)`)
	bracketed    = compile(`\[\$([^\]-]*)`)
)

// bracketCurrency is the sign in [$€-407]; [$-804] names a language only.
func bracketCurrency(format string) string {
	var b strings.Builder
	for _, m := range bracketed.FindAllStringSubmatch(format, -1) {
		b.WriteString(m[1])
	}
	return b.String()
}

// renderDate shows a serial date as Excel would in its format; ok is false
// where it is no date.
func renderDate(serial float64, format string, date1904 bool) (s string, ok bool) {
	y, m, d, ok := sheet.Civil(serial, date1904)
	if !ok {
		return "", false
	}
	var b strings.Builder
	hour := false
	clock := time.Duration((serial - float64(int(serial))) * 86400 * float64(time.Second)).Round(time.Second)
	for _, t := range formatTokens(format) {
		n := len(t.text)
		switch c := strings.ToLower(t.text); {
		case t.literal:
			b.WriteString(t.text)
		case c[0] == 'y' && n <= 2:
			fmt.Fprintf(&b, "%02d", y%100)
		case c[0] == 'y':
			fmt.Fprintf(&b, "%04d", y)
		case c[0] == 'm' && hour:
			fmt.Fprintf(&b, "%02d", int(clock.Minutes())%60)
		case c[0] == 'm' && n >= 3:
			b.WriteString(time.Month(m).String()[:3])
		case c[0] == 'm':
			fmt.Fprintf(&b, "%0*d", min(n, 2), m)
		case c[0] == 'd' && n <= 2:
			fmt.Fprintf(&b, "%0*d", n, d)
		case c[0] == 'h':
			hour = true
			fmt.Fprintf(&b, "%d", int(clock.Hours()))
		case c[0] == 's':
			fmt.Fprintf(&b, "%02d", int(clock.Seconds())%60)
		case c[0] == 'd' || c[0] == 'a':
		default:
			b.WriteString(t.text)
		}
	}
	return strings.TrimSpace(b.String()), true
}
