package reporting

import (
	"slices"
	"strings"
)

// Unknown says in Chinese that nobody has this name, and whose is near to it.
func (r *Register) Unknown(name string) string {
	said := "没有名为“" + name + "”的报送单位"
	if near := r.Nearest(name); len(near) > 0 {
		return said + "，您要的是不是 " + strings.Join(near, "、") + "？"
	}
	return said + "，登记的单位见 tongbao status"
}

// Nearest lists at most three submitters whose name or alias is near to a
// mistyped one, the nearest first: a part of it (修水, 修水县城建局) or with a
// character or two that differ (秀水县).
func (r *Register) Nearest(name string) []string {
	key := NameKey(name)
	if key == "" || len(key) > 300 {
		return nil
	}
	type near struct {
		name string
		far  int
	}
	var found []near
	for _, s := range r.list {
		best := 2 * farness(key, NameKey(s.Name))
		for _, other := range s.Aliases { // a name goes before another's alias
			best = min(best, 2*farness(key, NameKey(other))+1)
		}
		if best < tooFar {
			found = append(found, near{s.Name, best})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.far - b.far })
	var out []string
	for _, n := range found[:min(3, len(found))] {
		out = append(out, n.name)
	}
	return out
}

const tooFar = 1000

// farness is 0 for a name that is the other or a part of it, else the number
// of characters that differ, or tooFar where too many do.
func farness(a, b string) int {
	x, y := []rune(a), []rune(b)
	if min(len(x), len(y)) >= 2 && (strings.Contains(a, b) || strings.Contains(b, a)) {
		return 0
	}
	most := 1
	if min(len(x), len(y)) > 4 {
		most = 2
	}
	if n := edits(x, y); n <= most && n < min(len(x), len(y)) {
		return n
	}
	return tooFar
}

// edits is the Levenshtein distance of two texts.
func edits(x, y []rune) int {
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, a := range x {
		corner := row[0] // of the row before
		row[0] = i + 1
		for j, b := range y {
			cost := corner
			if a != b {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
