package reporting

import (
	"maps"
	"regexp"
	"slices"
)

// phones are numbers that must not go round: mobile ones, and those with an
// area code.
var phones = regexp.MustCompile(`(^|[^0-9A-Za-z-])(\+?86[- ]?)?(1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[1-9][0-9]{1,2}[-—－ ]?[2-9][0-9]{6,7})($|[^0-9A-Za-z-])`)

// StripPhones takes telephone numbers out of a text.
func StripPhones(s string) string {
	digits := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			digits++
		}
	}
	if digits < 10 {
		return s
	}
	for range 8 { // a number's last character is the next one's first
		next := phones.ReplaceAllString(s, "$1（电话略）$4")
		if next == s {
			break
		}
		s = next
	}
	return s
}

// WithoutPhones is a copy of the table without the column 联系电话 and without
// telephone numbers in its texts.
func (t Table) WithoutPhones() Table {
	t.Rows = slices.Clone(t.Rows)
	for i := range t.Rows {
		fields := maps.Clone(t.Rows[i].Fields)
		delete(fields, FPhone)
		for f, v := range fields {
			if v.text != "" {
				fields[f] = Text(StripPhones(v.text))
			}
		}
		t.Rows[i].Fields = fields
	}
	t.Prose = StripPhones(t.Prose)
	return t
}
