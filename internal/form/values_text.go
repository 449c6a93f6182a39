package form

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

var scientific = compile(`^(\d(?:\.\d+)?)[eE]\+?(\d{1,2})$`)

// readText reads a text as written, outer white space removed; a number as the
// sheet shows it, but for digits that a format hides.
func readText(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	switch c.Kind {
	case sheet.Bool:
		return is(reporting.Text(shown(c)))
	case sheet.Number:
		return textNumber(f, c, vc)
	}
	s := trimText(c.Text)
	if s == "" {
		return nothing
	}
	if isCode(f) {
		if m := scientific.FindStringSubmatch(squash(s)); m != nil {
			return digitsLost(f, s, m)
		}
	}
	return is(reporting.Text(s))
}

var programMarks = strings.NewReplacer("_x000D_", "", "_x000d_", "", "\r\n", "\n", "\r", "", "\ufeff", "", "\u200b", "")

// trimText removes what only programs put into a text, and the white space
// around it.
func trimText(s string) string {
	if !isClean(s) {
		s = programMarks.Replace(s)
		s = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}

// isClean reports whether a text has nothing that only programs put into one.
func isClean(s string) bool {
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r == '_' || r == 0x7f || r == '\u200b' || r == '\ufeff' || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// isCode reports the fields that hold numbers whose every digit counts.
func isCode(f reporting.Field) bool {
	return f == reporting.FPhone || f == reporting.FProjectCode || f == reporting.FStatsCode
}

// digitsLost restores a number in scientific notation where all digits are
// there, as in 1.3900001234E10; 1.39E+10 has lost them.
func digitsLost(f reporting.Field, s string, m []string) reading {
	exp, _ := strconv.Atoi(m[2])
	if whole, frac, _ := strings.Cut(m[1], "."); exp <= 15 && len(frac) == exp && f == reporting.FPhone {
		return is(reporting.Text(whole + frac))
	}
	return left("digits-lost", s, "是科学记数法，后面的数字已经丢失，“%s”未采用；请把单元格格式设为“文本”后重新填写。", f.Title())
}

func textNumber(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	n, ok := exact(c.Number)
	if isCode(f) && (!ok || n.Abs().GreaterThanOrEqual(decimal.New(1, 15))) {
		return left("digits-lost", c.Text, "超过15位，Excel只保留前15位数字，“%s”未采用；请把单元格格式设为“文本”后重新填写。", f.Title())
	}
	if !ok {
		return is(reporting.Text(c.Text))
	}
	if datePrecision(c.Format) != noDate && !isCode(f) {
		if s, ok := renderDate(c.Number, c.Format, vc.Date1904); ok {
			return textDate(f, s)
		}
	}
	if isPercentFormat(c.Format) && !isCode(f) && f != reporting.FSeq {
		digits := int32(max(decimalsOf(c.Format), 2))
		return is(reporting.Text(n.Shift(2).Round(digits).String() + "%"))
	}
	if f == reporting.FGap {
		n = n.Round(4)
	}
	return is(reporting.Text(padded(n, c.Format)))
}

// textDate is a date in a column of texts. A number like 1-1 that Excel made a
// date of is no sub-project's number any more.
//
// QUIRK: typed 1-1 in a cell that is not text becomes January the first.
func textDate(f reporting.Field, s string) reading {
	if f == reporting.FSeq {
		return left("seq-became-date", s, "是日期，多半是“1-1”一类的序号被Excel改成了日期，“序号”未采用；请把单元格格式设为“文本”后重新填写。")
	}
	return is(reporting.Text(s))
}

// padded shows a number with the zeros that its format adds: 1.10 in 0.00,
// 007 in 000. Whole numbers stay plain, and nothing is rounded away.
func padded(n decimal.Decimal, format string) string {
	s := n.String()
	_, frac, found := strings.Cut(s, ".")
	if found {
		if k := decimalsOf(format); k > len(frac) {
			s += strings.Repeat("0", k-len(frac))
		}
		return s
	}
	if bare := bareNumberFormat(format); len(bare) > len(s) && strings.Trim(bare, "0") == "" && n.Sign() >= 0 {
		s = strings.Repeat("0", min(len(bare), 30)-len(s)) + s
	}
	return s
}
