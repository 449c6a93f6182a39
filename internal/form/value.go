package form

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// valueContext is what settles a cell's value besides the cell.
type valueContext struct {
	Unit     string           // resolved of the column: "万元", "亿元", "元", "千元", "%" or ""
	Period   reporting.Period // the table's reporting month; settles years; may be zero
	Date1904 bool             // serial dates count from 1904
	Header   string           // composed header, e.g. "1-3月完成投资|占年度计划(%)"
	Ratio    *decimal.Decimal // for percentages: the one computed from the row's amounts, nil where not known
}

// doubt is a complaint about one cell: what kind, how grave, and a Chinese
// sentence that quotes the cell and says what to write instead.
type doubt struct {
	Code     string
	Severity reporting.Severity
	Message  string
}

// reading is what readValue returns, in one piece.
type reading struct {
	v  reporting.Value
	ok bool
	d  *doubt
}

// nothing is a cell where nothing stands and nothing is wrong.
var nothing = reading{}

// is is a certain value.
func is(v reporting.Value) reading { return reading{v: v, ok: true} }

// noted is a value that is used, with something to say about it.
func noted(v reporting.Value, code, text, format string, args ...any) reading {
	return reading{v, true, say(reporting.Notice, code, text, format, args...)}
}

// warned is a value that is used and must be checked.
func warned(v reporting.Value, code, text, format string, args ...any) reading {
	return reading{v, true, say(reporting.Warning, code, text, format, args...)}
}

// left is a cell that is left out because it is not certain.
func left(code, text, format string, args ...any) reading {
	return reading{d: say(reporting.Error, code, text, format, args...)}
}

// say quotes the cell's text before the sentence.
func say(s reporting.Severity, code, text, format string, args ...any) *doubt {
	return &doubt{code, s, "“" + clip(text) + "”" + fmt.Sprintf(format, args...)}
}

// readValue reads a cell as a field; ok is false where nothing certain stands
// there: empty, placeholder, ambiguous.
func readValue(f reporting.Field, c sheet.Cell, vc valueContext) (v reporting.Value, ok bool, d *doubt) {
	r := readCell(f, c, vc)
	return r.v, r.ok, r.d
}

func readCell(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	switch c.Kind {
	case sheet.Empty:
		if c.Formula {
			return reading{d: &doubt{"no-cached-value", reporting.Error,
				"“" + f.Title() + "”是公式，但文件里没有存下计算结果，读不到数值；请用Excel或WPS打开该表，待公式算出后保存，再重新报送，也可把公式改为数值。"}}
		}
		return nothing
	case sheet.Fault:
		return left("excel-error", c.Text, "是公式的错误值，“%s”读不出来；请检查公式引用的单元格，或直接填写数值。", f.Title())
	case sheet.Text:
		c.Text = unwrap(c.Text)
		if isPlaceholder(c.Text) {
			return nothing
		}
		if f.Type() != reporting.TypeText && strings.ContainsRune(c.Text, unicode.ReplacementChar) {
			return left("garbled-value", c.Text, "里有无法识别的字符（显示为“\ufffd”），“%s”未采用；请重新填写后另存为.xlsx报送。", f.Title())
		}
	}
	switch f.Type() {
	case reporting.TypeMoney:
		return readMoney(f, c, vc)
	case reporting.TypePercent:
		return readPercent(f, c, vc)
	case reporting.TypeDate:
		return readDate(f, c, vc)
	case reporting.TypeFlag:
		return readFlag(f, c)
	case reporting.TypeNature:
		return readNature(c, vc)
	case reporting.TypeStatus:
		return readStatus(c, vc)
	}
	return readText(f, c, vc)
}

// unwrap takes off what programs put around a text to keep it a text.
//
// QUIRK: csv from business systems holds ="0123" and '0123, so that Excel does
// not make a number of it.
func unwrap(s string) string {
	t := strings.TrimSpace(s)
	if len(t) > 3 && strings.HasPrefix(t, `="`) && strings.HasSuffix(t, `"`) && !strings.Contains(t[2:len(t)-1], `"`) {
		return t[2 : len(t)-1]
	}
	if len(t) > 1 && (t[0] == '\'' || t[0] == '`') && t[1] >= '0' && t[1] <= '9' && !strings.ContainsAny(t[1:], "'`") {
		return t[1:]
	}
	return s
}

// isPlaceholder reports whether a text says that nothing stands there: —, /,
// 无, 待定 and their like, also with a unit behind a stroke: /元.
func isPlaceholder(s string) bool {
	if len(s) > 200 {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(s); isWord(r) && !placeholderBegins.has(r) {
		return false // as most texts: the rest need not be looked at
	}
	w := strings.Trim(wordOf(s), "()")
	if w == "" || placeholders.has(w) {
		return true
	}
	strokes := strings.TrimLeft(w, `-/\_.·…~*|`)
	return strokes == "" || strokes != w && (strokes == "%" || unitWorth(strokes) != nil)
}

var (
	placeholders      = wordsFor("placeholder")
	placeholderBegins = func() (set runes) {
		for _, w := range placeholders.words {
			r, size := utf8.DecodeRuneInString(w)
			set = set.with(w[:size] + string(unicode.ToUpper(r)))
		}
		return set
	}()
)

// clip shortens a cell's text for a message.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "_x000D_", "")), " ")
	if r := []rune(s); len(r) > 30 {
		return string(r[:29]) + "…"
	}
	return s
}

// shown is a cell's text for a message: a number's digits or the text.
func shown(c sheet.Cell) string {
	if c.Kind == sheet.Bool {
		if c.Number != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.Text
}
