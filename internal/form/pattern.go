package form

import (
	"regexp"
	"regexp/syntax"
	"unicode"
)

// pattern is a regular expression that first looks whether any character of
// the text can begin a match. Most cells have none, and the engine, which
// costs some 30 ns for each character, is not asked. What can begin a match is
// read off the expression, so that nobody has to keep the two in step.
type pattern struct {
	*regexp.Regexp
	begins   *[1 << hashBits / 64]uint64 // by a character's low bits; nil where everything begins one
	anchored bool                        // a match begins at the text's first character
}

// hashBits is how many bits of a character are looked at: Han characters that
// have them all in common are thousands apart.
const hashBits = 12

// maxBegins is how many characters may begin a match for the look to pay.
const maxBegins = 1 << (hashBits - 1)

// compile is regexp.MustCompile for expressions that every cell is held against.
func compile(expr string) pattern {
	p := pattern{Regexp: regexp.MustCompile(expr)}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err) // MustCompile has taken it
	}
	tree = tree.Simplify()
	f := firsts(tree)
	if f.empty || f.many {
		return p
	}
	p.begins, p.anchored = new([1 << hashBits / 64]uint64), f.anchored
	for _, r := range f.runes {
		p.begins[r>>6&(1<<hashBits/64-1)] |= 1 << (r & 63)
	}
	return p
}

// may reports whether a match is possible.
func (p *pattern) may(s string) bool {
	if p.begins == nil {
		return true
	}
	for _, r := range s {
		if p.begins[r>>6&(1<<hashBits/64-1)]>>(r&63)&1 != 0 {
			return true
		}
		if p.anchored {
			return false
		}
	}
	return false
}

// MatchString is regexp's.
func (p *pattern) MatchString(s string) bool { return p.may(s) && p.Regexp.MatchString(s) }

// FindString is regexp's.
func (p *pattern) FindString(s string) string {
	if !p.may(s) {
		return ""
	}
	return p.Regexp.FindString(s)
}

// FindAllString is regexp's.
func (p *pattern) FindAllString(s string, n int) []string {
	if !p.may(s) {
		return nil
	}
	return p.Regexp.FindAllString(s, n)
}

// FindStringSubmatch is regexp's.
func (p *pattern) FindStringSubmatch(s string) []string {
	if !p.may(s) {
		return nil
	}
	return p.Regexp.FindStringSubmatch(s)
}

// FindAllStringSubmatch is regexp's.
func (p *pattern) FindAllStringSubmatch(s string, n int) [][]string {
	if !p.may(s) {
		return nil
	}
	return p.Regexp.FindAllStringSubmatch(s, n)
}

// ReplaceAllString is regexp's.
func (p *pattern) ReplaceAllString(s, with string) string {
	if !p.may(s) {
		return s
	}
	return p.Regexp.ReplaceAllString(s, with)
}

// ReplaceAllStringFunc is regexp's.
func (p *pattern) ReplaceAllStringFunc(s string, with func(string) string) string {
	if !p.may(s) {
		return s
	}
	return p.Regexp.ReplaceAllStringFunc(s, with)
}

// first is what may stand at the beginning of an expression's matches.
type first struct {
	runes    []rune
	many     bool // too many to list, or any
	empty    bool // a match may have no character at all
	anchored bool // every match begins where the text does
}

func (f *first) add(g first) {
	f.runes, f.many = append(f.runes, g.runes...), f.many || g.many || len(f.runes)+len(g.runes) > maxBegins
}

// firsts reads them off a simplified tree.
func firsts(re *syntax.Regexp) first {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpEndLine, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpBeginLine:
		return first{empty: true}
	case syntax.OpBeginText:
		return first{empty: true, anchored: true}
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return first{runes: folded(re.Rune[0])}
		}
		return first{runes: re.Rune[:1]}
	case syntax.OpCharClass:
		return class(re.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return firsts(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		f := firsts(re.Sub[0])
		f.empty, f.anchored = true, false
		return f
	case syntax.OpConcat:
		f := first{empty: true}
		for _, sub := range re.Sub {
			g := firsts(sub)
			f.add(g)
			f.anchored = f.anchored || g.anchored
			if f.empty = g.empty; !f.empty {
				break
			}
		}
		return f
	case syntax.OpAlternate:
		f := first{anchored: true}
		for _, sub := range re.Sub {
			g := firsts(sub)
			f.add(g)
			f.empty, f.anchored = f.empty || g.empty, f.anchored && g.anchored
		}
		return f
	case syntax.OpNoMatch:
		return first{}
	}
	return first{many: true} // any character, and what later versions add
}

// class lists the characters of a class.
func class(pairs []rune) first {
	var f first
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1]-pairs[i] > maxBegins || len(f.runes) > maxBegins {
			return first{many: true}
		}
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			f.runes = append(f.runes, r)
		}
	}
	return f
}

// folded lists a character with those that are the same but for its case.
func folded(r rune) []rune {
	out := []rune{r}
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		out = append(out, o)
	}
	return out
}

// runes is a set of characters of the basic plane.
type runes [1 << 16 / 64]uint64

// with is the set with the characters of a text.
func (s runes) with(text string) runes {
	for _, r := range text {
		s[r>>6&(1<<16/64-1)] |= 1 << (r & 63)
	}
	return s
}

func (s *runes) has(r rune) bool { return r < 1<<16 && s[r>>6]>>(r&63)&1 != 0 }

// in reports whether one of the set stands in the text.
func (s *runes) in(text string) bool {
	for _, r := range text {
		if s.has(r) {
			return true
		}
	}
	return false
}
