package form

import (
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// exact is a raw number rounded to the 15 digits that Excel keeps; ok is false
// for what no cell holds.
func exact(f float64) (d decimal.Decimal, ok bool) {
	if math.IsNaN(f) || math.Abs(f) > 1e18 {
		return d, false
	}
	if math.Abs(f) < 1e-12 {
		return decimal.Zero, true
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e14 {
		return decimal.New(int64(f)*1e4, -4), true
	}
	return fromDigits(f)
}

// fromDigits reads a number that is not whole by its 15 digits: d.dd…e±dd.
func fromDigits(f float64) (d decimal.Decimal, ok bool) {
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], math.Abs(f), 'e', 14, 64)
	mantissa, digits := text[:16], int64(0)
	exp, err := strconv.Atoi(string(text[17:]))
	for _, c := range mantissa {
		if c != '.' {
			digits = digits*10 + int64(c-'0')
		}
	}
	// With four decimals, which is how values are kept, nothing is left to be
	// rounded.
	for exp -= 14; digits != 0 && digits%10 == 0 && exp < -4; exp++ {
		digits /= 10
	}
	if f < 0 {
		digits = -digits
	}
	return decimal.New(digits, int32(exp)), err == nil
}

var (
	plainNumber   = compile(`^\d{1,18}\.?$|^\d{0,18}\.\d{1,18}$`)
	commaNumber   = compile(`^\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,18})?$`)
	spaceNumber   = compile(`^\d{1,3}(?: \d{3}){1,5}(?:\.\d{1,18})?$`)
	sciNumber     = compile(`^\d{1,18}(?:\.\d{1,18})?[eE][+-]?\d{1,2}$`)
	leadingNumber = compile(`^[\d.][\d,. ]*(?:[eE][+-]?\d{1,2})?`)
	digitRun      = compile(`\d+(?:[.,]\d+)*`)
	sumInCell     = compile(`\d\D{0,3}[+*×÷=]\D{0,3}\d`)
)

// parseDigits reads an unsigned number with or without thousands separators.
// A comma that does not part groups of three is refused: 12,34 may be 1234 or
// 12.34.
func parseDigits(s string) (d decimal.Decimal, ok bool) {
	switch {
	case len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9':
		return d, false // a code or a phone number
	case plainNumber.MatchString(s), sciNumber.MatchString(s):
	case commaNumber.MatchString(s), spaceNumber.MatchString(s):
		s = strings.NewReplacer(",", "", " ", "").Replace(s)
	default:
		return d, false
	}
	s = strings.TrimSuffix(s, ".")
	if s == "" {
		return d, false
	}
	d, err := decimal.NewFromString(s)
	return d, err == nil
}

// amount is what was understood of a text with one number.
type amount struct {
	n         decimal.Decimal // with its sign, without its unit
	unit      string          // behind the number, "" where there is none; "%" too
	approx    string          // 约, 左右 …
	extra     string          // the explanation behind: （含征迁1000）
	spaced    bool            // blanks as thousands separators: 3 000
	worth     *decimal.Decimal
	composite bool // 1亿2000万
}

// parseAmount reads sign, number, unit, words of approximation and an
// explanation behind. Whatever else stands there makes it not ok.
func parseAmount(text string) (a amount, ok bool) {
	if len(text) > 300 {
		return a, false
	}
	s := strings.ToLower(strings.TrimRight(tidy(text), "。.;,!:、 "))
	s, a.extra, ok = cutExtra(s)
	if !ok {
		return a, false
	}
	negative := false
	for range 6 {
		s = strings.TrimSpace(s)
		if w := wordsFor("approx-before").before(s); w != "" {
			a.approx, s = w, s[len(w):]
		} else if w := wordsFor("money-before").before(s); w != "" {
			s = s[len(w):]
		} else if strings.HasPrefix(s, "-") || wordsFor("negative").before(s) != "" {
			if negative {
				return a, false
			}
			negative = true
			s = strings.TrimPrefix(s, wordsFor("negative").before(s))
			s = strings.TrimPrefix(s, "-")
		} else if strings.HasPrefix(s, "+") {
			s = s[1:]
		} else {
			break
		}
	}
	number := strings.TrimSpace(leadingNumber.FindString(s))
	if a.n, ok = parseDigits(number); !ok {
		return a, false
	}
	a.spaced = strings.Contains(number, " ")
	rest := noBlanks.Replace(strings.TrimPrefix(s, number))
	if ok = a.readTail(rest); !ok {
		return a, false
	}
	if negative {
		a.n = a.n.Neg()
	}
	return a, true
}

// readTail reads what stands behind the number: unit, approximation, ornament.
func (a *amount) readTail(rest string) bool {
	for rest != "" {
		if w := wordsFor("approx-after").before(rest); w != "" {
			a.approx, rest = w, rest[len(w):]
			continue
		}
		if strings.HasPrefix(rest, "%") && a.unit == "" {
			a.unit, rest = "%", rest[1:]
			continue
		}
		if u := longestUnit(rest); u != "" && a.unit == "" {
			a.unit, a.worth, rest = u, unitWorth(u), rest[len(u):]
			continue
		}
		if w := wordsFor("money-after").before(rest); w != "" {
			rest = rest[len(w):]
			continue
		}
		return a.composed(rest)
	}
	return true
}

// composed reads the second part of 1亿2000万元: smaller unit, no other word.
func (a *amount) composed(rest string) bool {
	number := leadingNumber.FindString(rest)
	u := rest[len(number):]
	n, ok := parseDigits(number)
	w := unitWorth(u)
	if !ok || w == nil || a.worth == nil || a.approx != "" || !w.LessThan(*a.worth) || !n.Mul(*w).LessThan(*a.worth) {
		return false
	}
	a.n = a.n.Mul(*a.worth).Add(n.Mul(*w)).DivRound(decimal.NewFromInt(1), 8)
	one := decimal.NewFromInt(1)
	a.worth, a.composite = &one, true
	return true
}

// cutExtra parts the explanation behind a number: in brackets, or led in by
// 其中 and the like. ok is false where the explanation says that the figure
// before it may not hold: 3000（调整为2500）.
func cutExtra(s string) (body, extra string, ok bool) {
	body = s
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		body, extra = s[:i], s[i+1:len(s)-1]
	} else if i := annotationAt(s); i > 0 {
		body, extra = s[:i], s[i:]
	}
	body = strings.TrimRight(body, ",;。 \n")
	if extra == "" {
		return body, "", true
	}
	plain := noBlanks.Replace(extra)
	if unitWorth(plain) != nil || plain == "%" {
		return body + plain, "", true // 3000（万元）
	}
	if w := wordsFor("approx-before").before(plain); w == plain {
		return w + body, "", true // 3000（约）
	}
	return body, extra, wordsFor("amended").in(plain) == "" && !strings.ContainsAny(plain, "()")
}

// annotationAt is where a word of explanation begins, -1 where none does.
func annotationAt(s string) int {
	at := -1
	for _, w := range wordsFor("annotation").words {
		if i := strings.Index(s, w); i > 0 && (at < 0 || i < at) {
			at = i
		}
	}
	return at
}

var unitSections = []string{"10000", "1000", "100", "1", "0.1", "0.0001"}

// worthOf is each unit's worth in 万元.
var worthOf = func() map[string]decimal.Decimal {
	m := map[string]decimal.Decimal{}
	for _, s := range unitSections {
		for _, w := range valueWords["unit "+s].words {
			m[w] = decimal.RequireFromString(s)
		}
	}
	return m
}()

// unitWorth is a unit's worth in 万元, nil where it is none.
func unitWorth(unit string) *decimal.Decimal {
	if d, ok := worthOf[unit]; ok {
		return &d
	}
	return nil
}

// longestUnit is the longest unit that s begins with.
func longestUnit(s string) string {
	best := ""
	for _, section := range unitSections {
		if w := wordsFor("unit " + section).before(s); len(w) > len(best) {
			best = w
		}
	}
	return best
}
