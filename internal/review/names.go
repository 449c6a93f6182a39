package review

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tongbao/internal/reporting"
)

func nameOf(r reporting.Row) string { return r.Text(reporting.FProjectName) }

// ordinals are the characters that tell 一期 from 二期 and 东段 from 西段.
const ordinals = "一二三四五六七八九十甲乙丙丁东南西北上下左右"

// marks is what of a name's key tells siblings apart: its numbers and ordinals.
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

// sameName reports whether two keys probably name one project: equal, or one
// a part of the other, or few characters apart, and never with other numbers.
// 站前路口袋公园 and 长虹路口袋公园 are two.
func sameName(a, b string) bool {
	if a == b {
		return a != ""
	}
	x, y := []rune(a), []rune(b)
	if len(x) < 4 || len(y) < 4 || len(x) > maxNameRunes || len(y) > maxNameRunes || marks(a) != marks(b) {
		return false
	}
	if strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	if stem(a) == stem(b) {
		return true
	}
	limit := min(max(1, min(len(x), len(y))/4), 3)
	return max(len(x)-len(y), len(y)-len(x)) <= limit && distance(x, y) <= limit
}

// stem is a name's key without the words that end it and that clerks swap:
// 滨湖路新建工程 and 滨湖路新建项目 are one. What is left tells projects apart: three
// characters at least, so that of 东城新建工程 东城新建 stays.
func stem(key string) string {
	for cut := true; cut; {
		cut = false
		for _, w := range []string{"项目", "工程", "建设", "新建"} {
			if s, ok := strings.CutSuffix(key, w); ok && utf8.RuneCountInString(s) >= 3 {
				key, cut = s, true
			}
		}
	}
	return key
}

// distance is how many characters must be put in or taken out to make one
// short text of the other; another character in a place's name (沙河路, 沙湖路)
// counts two, for it is more often another place than a slip.
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
				cost += 2
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}

// listNames is the first few names in quotes, and how many there are where that is more.
func listNames(names []string) string {
	const shown = 5
	var b strings.Builder
	for i, n := range names[:min(len(names), shown)] {
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString("“" + cut(n, 30) + "”")
	}
	if len(names) > shown {
		b.WriteString("等")
	}
	return b.String()
}
