package sheet

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// value is what Excel makes of a <td>: its number format, and a number where
// the cell says that it is one. All else stays the text that is shown.
func (r *htmlReader) value(td *html.Node, text string) Cell {
	c := Cell{Format: r.format(td)}
	_, c.Formula = attrOf(td, "x:fmla")
	if _, ok := attrOf(td, "x:str"); ok {
		return c
	}
	if _, ok := attrOf(td, "x:err"); ok && text != "" {
		c.Kind, c.Text = Fault, text
		return c
	}
	if v, ok := attrOf(td, "x:bool"); ok && c.setBool(strings.TrimSpace(v)) == nil {
		return c
	}
	if v, ok := attrOf(td, "x:num"); ok {
		if v == "" {
			v = plainNumber(text)
		}
		if n, s, ok := parseNumber(strings.TrimSpace(v)); ok {
			c.Kind, c.Number, c.Text = Number, n, s
			return c
		}
	}
	// QUIRK: LibreOffice shows 14% and keeps 0.1446 beside it.
	if v, ok := attrOf(td, "sdval"); ok {
		if n, s, ok := parseNumber(strings.TrimSpace(v)); ok {
			if about, _ := attrOf(td, "sdnum"); c.Format == "" {
				if parts := strings.SplitN(about, ";", 3); len(parts) == 3 {
					c.Format = parts[2]
				}
			}
			c.Kind, c.Number, c.Text = Number, n, s
			return c
		}
	}
	// A page without Excel's own attributes is read by Excel as if it were
	// typed: a number with a number format is that number, 0.8563 in 0.00% is
	// 85.63%. Without a format nothing depends on it, and the text is kept.
	if c.Format == "" || strings.Contains(c.Format, "@") && bareFormat(c.Format) == "@" {
		return c
	}
	n, s, ok := parseNumber(plainNumber(text))
	if ok && (!IsDate(c.Format) || n >= firstSerial && n <= lastSerial) {
		c.Kind, c.Number, c.Text = Number, n, s
	}
	return c
}

// The serial numbers that a text is believed to be in a date's format, 1954 to
// 2064; 2021.3 in it is a text that somebody else has formatted.
const (
	firstSerial = 20_000
	lastSerial  = 60_000
)

var grouped = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)

// plainNumber leaves the thousands' separators out; "" is no number.
func plainNumber(text string) string {
	text = strings.TrimSpace(text)
	if grouped.MatchString(text) {
		return strings.ReplaceAll(text, ",", "")
	}
	return text
}

// format is a cell's number format: by its own style, its class or its kind.
func (r *htmlReader) format(td *html.Node) string {
	if style, ok := attrOf(td, "style"); ok {
		if f, ok := msoFormat(style); ok {
			return f
		}
	}
	if class, ok := attrOf(td, "class"); ok {
		for _, name := range strings.Fields(strings.ToLower(class)) {
			if f, ok := r.formats["."+name]; ok {
				return f
			}
			if f, ok := r.formats[td.Data+"."+name]; ok {
				return f
			}
		}
	}
	return r.formats[td.Data]
}

// styleSheets reads the number formats of the page's <style> elements.
func (r *htmlReader) styleSheets(doc *html.Node) {
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "style" || n.FirstChild == nil {
			continue
		}
		rest := n.FirstChild.Data
		for {
			selectors, more, ok := strings.Cut(rest, "{")
			if !ok {
				break
			}
			body, after, _ := strings.Cut(more, "}")
			rest = after
			f, ok := msoFormat(body)
			if !ok {
				continue
			}
			selectors = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(selectors), "<!--"))
			for s := range strings.SplitSeq(selectors, ",") {
				if s = strings.TrimSpace(s); len(r.formats) < 10_000 {
					r.formats[s] = f
				}
			}
		}
	}
}

// msoFormat finds the number format among CSS declarations.
func msoFormat(css string) (string, bool) {
	const property = "mso-number-format"
	i := strings.Index(strings.ToLower(css), property)
	if i < 0 || len(css) < i+len(property) {
		return "", false
	}
	v := strings.TrimSpace(css[i+len(property):])
	if v, ok := strings.CutPrefix(v, ":"); ok {
		return namedFormat(cssValue(strings.TrimSpace(v))), true
	}
	return "", false
}

// cssValue reads a value, quoted or not, up to its end. A backslash takes the
// next character as it is, or four hexadecimal digits for one: 0\.00, \0022.
func cssValue(s string) string {
	var b strings.Builder
	quote := byte(0)
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		quote, s = s[0], s[1:]
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+5 <= len(s) && isHex(s[i+1:i+5]):
			n, _ := strconv.ParseUint(s[i+1:i+5], 16, 16)
			b.WriteRune(rune(n))
			i += 4
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quote != 0 && c == quote, quote == 0 && (c == ';' || c == '\n' || c == '}'):
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
