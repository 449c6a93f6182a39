// Package register keeps the city's projects and issues apart, and together:
// which row of this month is which project of the register, which entry of a
// ledger is which issue of last month's, and what changed between two versions
// of a table. It is pure: what is known goes in, what follows comes out. A
// match that is not certain is a doubt for the office and is never taken.
package register

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
	"unicode"

	"tongbao/internal/reporting"
)

// endings are words at the end of a name that tell nothing: 滨江路改造,
// 滨江路改造工程 and 滨江路改造工程建设项目 are one.
var endings = []string{"建设项目", "建设工程", "工程项目", "项目工程", "工程", "项目", "建设"}

// stem is a key without its endings.
func stem(key string) string {
	for range 3 {
		before := key
		for _, e := range endings {
			if rest, ok := strings.CutSuffix(key, e); ok && len([]rune(rest)) >= 3 {
				key = rest
				break
			}
		}
		if key == before {
			break
		}
	}
	return key
}

// ordinals are the characters that tell 一期 from 二期 and 东段 from 西段.
const ordinals = "一二三四五六七八九十甲乙丙丁东南西北上下左右前后新老"

// marks is what of a key tells siblings apart: its numbers and ordinals.
func marks(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || strings.ContainsRune(ordinals, r) || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, key)
}

// maxNameRunes bounds what of two names is compared character by character.
const maxNameRunes = 60

// near reports whether two keys may name one project: one a part of the other,
// or at most one character in share apart, and never with other numbers.
func near(a, b string, share int) bool {
	x, y := []rune(a), []rune(b)
	if len(x) < 4 || len(y) < 4 || len(x) > maxNameRunes || len(y) > maxNameRunes || marks(a) != marks(b) {
		return false
	}
	if strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	limit := max(1, min(len(x), len(y))/share)
	return max(len(x)-len(y), len(y)-len(x)) <= limit && distance(x, y) <= limit
}

// distance is the edit distance of two short texts.
func distance(x, y []rune) int {
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}

// resemblance is the share of pairs of neighbouring characters that two texts
// have in common (Dice), 0 to 1. Only the first 400 characters are looked at.
func resemblance(a, b string) float64 {
	if a == b {
		return 1
	}
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 400)], y[:min(len(y), 400)]
	pairs := map[[2]rune]int{}
	for i := 0; i+1 < len(x); i++ {
		pairs[[2]rune{x[i], x[i+1]}]++
	}
	common := 0
	for i := 0; i+1 < len(y); i++ {
		if k := [2]rune{y[i], y[i+1]}; pairs[k] > 0 {
			pairs[k]--
			common++
		}
	}
	if total := len(x) + len(y) - 2; total > 0 {
		return 2 * float64(common) / float64(total)
	}
	return 0
}

// NewID makes an id of what something was called first: 8 letters and digits
// behind a letter for its kind. Taken says which ids are another's.
func NewID(kind string, taken func(string) bool, parts ...string) string {
	for n := 0; ; n++ {
		h := sha256.Sum256([]byte(strings.Join(parts, "\x00") + "\x00" + strconv.Itoa(n)))
		// Without I, L, O and U, which people misread.
		enc := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
		if id := kind + enc.EncodeToString(h[:5]); !taken(id) {
			return id
		}
	}
}

func nameOf(r reporting.Row) string { return r.Text(reporting.FProjectName) }

func parentOf(r reporting.Row) string { return r.Text(reporting.FParentName) }
