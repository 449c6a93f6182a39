package form

import (
	"math"
	"strings"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Serial numbers without a date format are taken for dates between 2000-01-01
// and 2049-12-31; years between earliestYear and latestYear.
const (
	firstSerial  = 36526
	lastSerial   = 54789
	earliestYear = 1980
	latestYear   = 2060
)

const writeDate = "请按“2021年3月”或“2021-03-25”的样子填写。"

// readDate reads a date in the precision that the cell gives.
func readDate(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	switch c.Kind {
	case sheet.Bool:
		return left("not-a-date", shown(c), "不是日期，“%s”未采用；%s", f.Title(), writeDate)
	case sheet.Number:
		return dateNumber(f, c, vc)
	}
	return dateText(f, c, vc)
}

func dateNumber(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	n := c.Number
	if p := datePrecision(c.Format); p != noDate {
		if n == 0 {
			return reading{d: say(reporting.Notice, "not-a-date", "0", "显示成1900年的日期，多半是公式引用了空单元格，“%s”按空白处理。", f.Title())}
		}
		y, m, d, ok := sheet.Civil(n, vc.Date1904)
		if !ok || y < earliestYear || y > latestYear {
			return left("impossible-date", serialText(c, vc), "不是合理的日期，“%s”未采用；%s", f.Title(), writeDate)
		}
		return is(reporting.Text(spell(y, m, d, p)))
	}
	switch whole := n == math.Trunc(n); {
	case n == 0:
		return reading{d: say(reporting.Notice, "not-a-date", "0", "不是日期，“%s”按空白处理。", f.Title())}
	case n >= firstSerial && n <= lastSerial:
		y, m, d, ok := sheet.Civil(n, vc.Date1904)
		if ok {
			return is(reporting.Text(spell(y, m, d, byDay)))
		}
	case whole && n > 0 && n < 1e9:
		return digitsDate(f, c.Text, vc)
	case n > 0 && n < 3000:
		return dottedNumber(f, c, vc)
	}
	return left("not-a-date", c.Text, "不是日期，“%s”未采用；%s", f.Title(), writeDate)
}

// serialText shows a serial date as Excel does, for a message.
func serialText(c sheet.Cell, vc valueContext) string {
	if s, ok := renderDate(c.Number, c.Format, vc.Date1904); ok {
		return s
	}
	return c.Text
}

// dottedNumber reads 2021.3, which Excel stores as a number.
//
// QUIRK: typed 2021.10 is stored as 2021.1 and shown so; only a format with two
// decimals still shows October. County clerks type months this way all the time.
func dottedNumber(f reporting.Field, c sheet.Cell, vc valueContext) reading {
	text := c.Text
	if decimalsOf(c.Format) == 2 {
		if whole, frac, _ := strings.Cut(text, "."); len(frac) == 1 {
			text = whole + "." + frac + "0"
		}
	}
	return dottedText(f, text, reporting.Warning, vc)
}

// dottedText reads 2021.3 and 21.3 as year and month. January may have been
// October before a program took the zero away, and the severity says how likely
// that is.
func dottedText(f reporting.Field, text string, s reporting.Severity, vc valueContext) reading {
	m := dotted.FindStringSubmatch(text)
	if m == nil {
		return left("not-a-date", text, "看不出是哪年哪月，“%s”未采用；%s", f.Title(), writeDate)
	}
	year, month := atoi(m[1]), atoi(m[2])
	if len(m[1]) == 2 {
		year += 2000
		if year < 2010 || year > 2040 {
			return left("not-a-date", text, "看不出是哪年哪月，“%s”未采用；%s", f.Title(), writeDate)
		}
	}
	r := made(f, text, year, month, absent)
	if r.ok && m[2] == "1" {
		if s == reporting.Warning {
			return left("january-or-october", text, "可能是%d年1月，也可能是%d年10月：Excel会把%d.10也存成%d.1，“%s”未采用；请填“%d年1月”或“%d年10月”。", year, year, year, year, f.Title(), year, year)
		}
		r.d = say(s, "january-or-october", text, "按%d年1月采用，但Excel会把%d.10也存成%d.1；如果是10月，请改填“%d年10月”。", year, year, year, year)
	}
	return r
}

// digitsDate reads 20210301, 202103, 2021 and serial numbers written as digits.
func digitsDate(f reporting.Field, s string, vc valueContext) reading {
	n := atoi(s)
	switch {
	case len(s) == 8:
		return made(f, s, n/10000, n/100%100, n%100)
	case len(s) == 6:
		return made(f, s, n/100, n%100, absent)
	case len(s) == 4 && n >= earliestYear && n <= latestYear:
		return is(reporting.Text(s))
	case len(s) <= 2 && n >= 1 && n <= 12 && strings.Contains(vc.Header, "月"):
		return yearless(f, s, n, absent, vc)
	}
	return left("not-a-date", s, "看不出是哪年哪月，“%s”未采用；%s", f.Title(), writeDate)
}

// absent stands for a month or a day that a date does not name.
const absent = -1

// made checks and spells a date in the precision that month and day leave.
func made(f reporting.Field, text string, y, m, d int) reading {
	p := byDay
	switch {
	case m == absent:
		m, d, p = 1, 1, byYear
	case d == absent:
		d, p = 1, byMonth
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < earliestYear || y > latestYear || m < 1 || m > 12 || d < 1 || t.Day() != d {
		return left("impossible-date", text, "不是存在的日期，“%s”未采用；%s", f.Title(), writeDate)
	}
	return is(reporting.Text(spell(y, m, d, p)))
}

func spell(y, m, d int, p precision) string {
	digit := func(n int) byte { return byte('0' + n%10) }
	s := [...]byte{digit(y / 1000), digit(y / 100), digit(y / 10), digit(y), '-', digit(m / 10), digit(m), '-', digit(d / 10), digit(d)}
	switch p {
	case byYear:
		return string(s[:4])
	case byMonth:
		return string(s[:7])
	}
	return string(s[:])
}

// isPast reports the fields whose dates have come when they are reported.
func isPast(f reporting.Field) bool {
	switch f {
	case reporting.FActualStart, reporting.FActualFinish, reporting.FRaisedAt, reporting.FClosedAt:
		return true
	}
	return false
}

// yearless gives a month without a year the reporting year. What would then
// lie in the future and cannot, or lie behind and should not, is left out: it
// may be the year before or the next one.
func yearless(f reporting.Field, text string, m, d int, vc valueContext) reading {
	if vc.Period.IsZero() {
		return left("year-unknown", text, "没有写年份，从材料里也看不出报告年份，“%s”未采用；%s", f.Title(), writeDate)
	}
	late, early := m > int(vc.Period.Month), m < int(vc.Period.Month)
	switch {
	case isPast(f) && late:
		return left("year-unknown", text, "没有写年份，按报告年份还没有到，“%s”未采用；%s", f.Title(), writeDate)
	case f == reporting.FCatchUpAt && early:
		return left("year-unknown", text, "没有写年份，按报告年份已经过去，“%s”未采用；%s", f.Title(), writeDate)
	}
	r := made(f, text, vc.Period.Year, m, d)
	if r.ok && f == reporting.FDeadline && early {
		r.d = say(reporting.Warning, "year-doubtful", text, "没有写年份，按%d年采用，请核对；如果是明年，请写明年份。", vc.Period.Year)
	}
	return r
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1e8 {
			return n
		}
		n = n*10 + int(r-'0')
	}
	return n
}
