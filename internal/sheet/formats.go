package sheet

import (
	"strconv"
	"strings"
	"time"
)

// builtinFormats spells the number formats that files name by number only
// (ECMA-376 part 1, 18.8.30), as Chinese Excel shows them.
var builtinFormats = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: `"¥"#,##0;"¥"\-#,##0`, 6: `"¥"#,##0;[Red]"¥"\-#,##0`, 7: `"¥"#,##0.00;"¥"\-#,##0.00`, 8: `"¥"#,##0.00;[Red]"¥"\-#,##0.00`,
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
	18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
	27: `yyyy"年"m"月"`, 28: `m"月"d"日"`, 29: `m"月"d"日"`, 30: "m-d-yy", 31: `yyyy"年"m"月"d"日"`,
	32: `h"时"mm"分"`, 33: `h"时"mm"分"ss"秒"`, 34: `上午/下午h"时"mm"分"`, 35: `上午/下午h"时"mm"分"ss"秒"`, 36: `yyyy"年"m"月"`,
	37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)",
	41: `_ * #,##0_ ;_ * \-#,##0_ ;_ * "-"_ ;_ @_ `, 42: `_ "¥"* #,##0_ ;_ "¥"* \-#,##0_ ;_ "¥"* "-"_ ;_ @_ `,
	43: `_ * #,##0.00_ ;_ * \-#,##0.00_ ;_ * "-"??_ ;_ @_ `, 44: `_ "¥"* #,##0.00_ ;_ "¥"* \-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ `,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	50: `yyyy"年"m"月"`, 51: `m"月"d"日"`, 52: `yyyy"年"m"月"`, 53: `m"月"d"日"`, 54: `m"月"d"日"`,
	55: `上午/下午h"时"mm"分"`, 56: `上午/下午h"时"mm"分"ss"秒"`, 57: `yyyy"年"m"月"`, 58: `m"月"d"日"`,
}

// builtinFormat is the code of a built-in number format; "" is General.
func builtinFormat(id int) string { return builtinFormats[id] }

// namedFormats are those that XML spreadsheets and Excel's HTML name in English.
var namedFormats = map[string]string{
	"general number": "", "general date": "yyyy/m/d h:mm", "long date": `yyyy"年"m"月"d"日"`, "medium date": "d-mmm-yy", "short date": "yyyy/m/d",
	"long time": "h:mm:ss", "medium time": "h:mm AM/PM", "short time": "h:mm",
	"currency": `"¥"#,##0.00`, "euro currency": `[$€-2] #,##0.00`, "fixed": "0.00", "standard": "#,##0.00", "percent": "0.00%", "scientific": "0.00E+00",
	"yes/no": `"Yes";"Yes";"No"`, "true/false": `"True";"True";"False"`, "on/off": `"On";"On";"Off"`,
}

// namedFormat spells a format that may be a name.
func namedFormat(f string) string {
	if code, ok := namedFormats[strings.ToLower(strings.TrimSpace(f))]; ok {
		return code
	}
	if isGeneral(f) {
		return ""
	}
	return f
}

// isGeneral reports the General format, also as Chinese Excel and WPS spell it.
func isGeneral(f string) bool {
	return strings.EqualFold(f, "general") || f == "G/通用格式" || f == "常规"
}

// IsDate reports whether a number format shows a date, with or without a time.
func IsDate(format string) bool {
	f := bareFormat(format)
	return strings.ContainsAny(f, "yd") || strings.Contains(f, "m") && !strings.ContainsAny(f, "hs0#?")
}

// IsPercent reports whether a number format shows a percentage.
func IsPercent(format string) bool { return strings.Contains(bareFormat(format), "%") }

// bareFormat is a format's first section in lower case without what it quotes,
// escapes or brackets; elapsed hours, [h], stay.
func bareFormat(f string) string {
	var b strings.Builder
	for i := 0; i < len(f); i++ {
		switch f[i] {
		case '"':
			if j := strings.IndexByte(f[i+1:], '"'); j >= 0 {
				i += j + 1
			}
		case '[':
			if j := strings.IndexByte(f[i+1:], ']'); j >= 0 {
				if in := strings.ToLower(f[i+1 : i+1+j]); in != "" && strings.Trim(in, "hms") == "" {
					b.WriteByte('h')
				}
				i += j + 1
			}
		case '\\', '_', '*', '!':
			i++
		case ';':
			return strings.ToLower(b.String())
		default:
			b.WriteByte(f[i])
		}
	}
	if isGeneral(b.String()) {
		return ""
	}
	return strings.ToLower(b.String())
}

// Civil is the date of a serial number, without its time of day; ok is false
// for those before March 1900, where Excel counts a day that never was, and
// beyond the year 9999.
func Civil(serial float64, date1904 bool) (y, m, d int, ok bool) {
	if !(serial >= 0 && serial < 3e6) {
		return 0, 0, 0, false
	}
	n := int(serial)
	if date1904 {
		n += days1904
	}
	if n < 61 || n > 2958465 {
		return 0, 0, 0, false
	}
	t := epoch1900.AddDate(0, 0, n)
	return t.Year(), int(t.Month()), t.Day(), true
}

const days1904 = 1462

var epoch1900 = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// setDate takes an ISO 8601 date, time or both as the serial number that Excel
// would hold. What is no date stays a text.
func (c *Cell) setDate(v string, date1904 bool) {
	serial, format, ok := isoSerial(strings.TrimSpace(v), date1904)
	if !ok {
		c.setText(v)
		return
	}
	c.Kind = Number
	c.Number, c.Text = decimal15(serial)
	if f := bareFormat(c.Format); !strings.ContainsAny(f, "ymdhs") {
		c.Format = format
	}
}

var isoForms = []struct{ layout, format string }{
	{"2006-01-02T15:04:05.999999999", "yyyy/m/d h:mm:ss"},
	{"2006-01-02T15:04", "yyyy/m/d h:mm"},
	{"2006-01-02 15:04:05.999999999", "yyyy/m/d h:mm:ss"},
	{"2006-01-02", "yyyy/m/d"},
	{"15:04:05.999999999", "h:mm:ss"},
}

func isoSerial(v string, date1904 bool) (serial float64, format string, ok bool) {
	v = strings.TrimSuffix(v, "Z")
	for _, form := range isoForms {
		t, err := time.Parse(form.layout, v)
		if err != nil {
			continue
		}
		if t.Year() == 0 { // a time alone
			return fraction(t), form.format, true
		}
		days := int((t.Unix() - epoch1900.Unix()) / 86400)
		if t.Unix() < epoch1900.Unix() {
			return 0, "", false
		}
		switch {
		case date1904:
			days -= days1904
		case days < 61:
			days-- // 1900 had no 29 February, Excel counts one
		}
		if days < 0 {
			return 0, "", false
		}
		if f := fraction(t); f > 0 || form.format == "yyyy/m/d" {
			return float64(days) + f, form.format, true
		}
		return float64(days), "yyyy/m/d", true
	}
	return 0, "", false
}

func fraction(t time.Time) float64 {
	seconds := float64(t.Hour()*3600+t.Minute()*60+t.Second()) + float64(t.Nanosecond())/1e9
	return seconds / 86400
}

// parseSpan reads the area of a merge: "A1:C2".
func parseSpan(ref string) (Span, bool) {
	a, b, found := strings.Cut(strings.ReplaceAll(ref, "$", ""), ":")
	if !found {
		b = a
	}
	left, top, ok1 := parseRef(a)
	right, bottom, ok2 := parseRef(b)
	return Span{top, left, bottom, right}, ok1 && ok2 && bottom >= top && right >= left
}

// count reads a number of rows or columns from an attribute; most is what more
// than that is taken for, and least what is none.
func count(v string, least, most int) int {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	if err != nil && strings.Trim(v, "0123456789 ") == "" && strings.TrimSpace(v) != "" {
		return most
	}
	if err != nil {
		return least
	}
	return min(max(n, least), most)
}
