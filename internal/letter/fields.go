package letter

import (
	"bytes"
	"regexp"
	"strings"
)

// field is a header field: its name in lower case when read, its value with
// the line ends that it had.
type field struct{ name, value string }

const (
	maxFields = 1000
	maxField  = 64 << 10 // bytes of one field; the rest of it is left out
)

// splitFields cuts a header into fields and gives what stands behind it. A
// line that is no field is passed over: it must not cost the parts behind it.
func splitFields(raw []byte) ([]field, []byte) {
	var out []field
	for len(raw) > 0 {
		line, rest := cutLine(raw)
		switch {
		case len(line) == 0:
			return out, rest
		case blank(line):
			// QUIRK: a blank line within a folded field (RFC 5322, 4.2); else the header's end.
			if len(out) == 0 || !moreFields(rest) {
				return out, rest
			}
			raw = rest
			continue
		}
		name := fieldName(line)
		if name == "" && !folded(line) {
			if next, _ := cutLine(rest); len(out) > 0 && len(next) > 0 && !moreFields(rest) {
				return out, raw // QUIRK: the body begins without a blank line
			}
			raw = rest
			continue
		}
		// The field's lines are one piece of the input: no copying line by line.
		for len(rest) > 0 {
			if next, after := cutLine(rest); folded(next) && !blank(next) {
				rest = after
				continue
			}
			break
		}
		value := raw[len(line)-len(afterColon(line)) : len(raw)-len(rest)]
		if name != "" && len(out) < maxFields {
			out = append(out, field{name, strings.TrimSpace(string(value[:min(len(value), maxField)]))})
		}
		raw = rest
	}
	return out, nil
}

// knownField is a field that stands in headers and hardly in a text.
var knownField = regexp.MustCompile(`^(?:content-[a-z\-]+|mime-version|x-[a-z0-9\-]+|received|date|from|to|cc|subject|message-id|reply-to|sender|references|in-reply-to|return-path)$`)

// moreFields reports whether a header goes on: a known field stands before the
// next empty line.
func moreFields(raw []byte) bool {
	for range 50 {
		var line []byte
		if line, raw = cutLine(raw); len(line) == 0 {
			return false
		}
		if knownField.MatchString(fieldName(line)) {
			return true
		}
	}
	return false
}

// cutLine cuts the first line, without its end.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimRight(line, "\r"), rest
}

func blank(line []byte) bool  { return len(bytes.TrimSpace(line)) == 0 }
func folded(line []byte) bool { return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') }

// fieldName is the name of the field that a line begins, "" where it begins none.
func fieldName(line []byte) string {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 100 || folded(line) {
		return ""
	}
	name := bytes.TrimRight(line[:i], " \t")
	for _, c := range name {
		if c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' || c == '=' {
			return ""
		}
	}
	return strings.ToLower(string(name))
}

func afterColon(line []byte) []byte {
	_, after, _ := bytes.Cut(line, []byte(":"))
	return after
}

// get is the first field of a name.
func get(fields []field, name string) string {
	for _, f := range fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

var folds = strings.NewReplacer("\r\n ", " ", "\r\n\t", " ", "\n ", " ", "\n\t", " ", "\r", "", "\n", "")

// unfold joins a value's lines.
func unfold(s string) string { return folds.Replace(s) }
