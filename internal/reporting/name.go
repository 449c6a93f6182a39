package reporting

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NameKey makes names comparable: width, white space, punctuation and case
// never tell projects apart.
func NameKey(s string) string {
	if isKey(s) {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// isKey reports whether a name is its own key, as most are: Han characters,
// digits and small letters.
func isKey(s string) bool {
	for _, r := range s {
		if (r < 0x4e00 || r > 0x9fff) && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}
