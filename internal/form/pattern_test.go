package form

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// cellTexts are the texts of all cells and paragraphs in our testdata, and
// mixtures of their characters.
func cellTexts(t *testing.T) []string {
	seen := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "testdata") || strings.Contains(path, "fuzz") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil || len(raw) > 1<<20 {
			return err
		}
		if strings.HasSuffix(path, ".txt") {
			for line := range strings.Lines(string(raw)) {
				seen[line] = true
				for part := range strings.SplitSeq(line, "|") {
					seen[part] = true
				}
			}
			return nil
		}
		book, err := sheet.Open(filepath.Base(path), raw, sheet.Limits{}, nil)
		if err != nil {
			return nil // what cannot be read has no cells
		}
		for _, g := range book.Grids {
			for _, r := range g.Rows[:min(len(g.Rows), 200)] {
				for _, c := range r.Cells {
					seen[c.Text] = true
				}
			}
		}
		for _, p := range book.Paragraphs {
			seen[p.Text] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	slices.Sort(out)
	if len(out) < 2000 {
		t.Fatalf("only %d texts", len(out))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		a, b := []rune(out[random.IntN(len(out))]), []rune(out[random.IntN(len(out))])
		at, to := random.IntN(len(a)+1), random.IntN(len(b)+1)
		out = append(out, string(a[:at])+string(b[to:]))
	}
	return out
}

// TestPatterns asserts that what is asked before a regular expression changes
// no answer.
func TestPatterns(t *testing.T) {
	texts := cellTexts(t)
	for _, p := range []*pattern{
		&unitNote, &unitTail, &columnNote, &dateNote, &spanWord, &yearWord, &monthOf, &thisYear, &thisMonth, &nextMonth, &lastYear, &lastYearEnd, &brackets, &nonWord,
		&footerWord, &totalWord, &totalEnd, &totalPart, &categoryTop, &categoryEnd, &chineseSeq, &plainSeq, &partSeq, &bracketSeq, &circledSeq, &columnMark,
		&noLagging, &noIssues, &noneOfBoth, &supposing, &noneAlone, &asking, &noProblem, &allFine, &namesIt, &planYear, &aboveTable, &bareUnit, &leafWord, &notParent,
		&anySpan, &yearIn, &bareMonth, &dottedMonth, &quarter, &fullDate, &monthDay, &dateLine, &dateToLine, &digitDate, &shortDate, &fourDigits, &reporterLine,
		&phoneNumber, &phoneEdge, &shortName, &phoneWord, &partName, &unitLine, &unitTitle, &partOfAmount, &plainNumber, &commaNumber, &sciNumber, &leadingNumber, &digitRun, &sumInCell,
		&dotted, &clockTail, &digitGap, &allDigits, &formFull, &formShort, &formMonth, &formQuarter, &formYearQuarter, &monthPart, &dateLike, &statsCode, &dateDigits, &boxes, &quoteStart, &wrote,
	} {
		matched := 0
		for _, s := range texts {
			for _, s := range []string{s, fold(s)} {
				if p.Regexp.MatchString(s) {
					if matched++; !p.may(s) {
						t.Fatalf("%v matches %q, and may says it cannot", p, s)
					}
				}
			}
		}
	}
	for expr, filtered := range map[string]bool{`^a|b`: true, `^a`: true, `(?i)k$`: true, `x?`: false, `x?y`: true, `^|a`: false, `.a`: false, `\bab`: true, `(?:a|b)+c`: true, `[^a]`: false, `a{0}b`: true, `a{2,3}`: true} {
		p := compile(expr)
		if (p.begins != nil) != filtered {
			t.Errorf("%s: filtered is %v", expr, !filtered)
		}
		for _, s := range []string{"", "a", "b", "xb", "K", "\u212a", "k", "xy", "y", "ab", "aac", "zaa"} {
			if p.Regexp.MatchString(s) && !p.may(s) {
				t.Errorf("%s matches %q, and may says it cannot", expr, s)
			}
		}
	}
}

// TestFoldOneByOne asserts that folding character by character is folding.
func TestFoldOneByOne(t *testing.T) {
	for _, s := range cellTexts(t) {
		if got, want := fold(s), foldWhole(s); got != want {
			t.Errorf("%q folds to %q, one by one to %q", s, want, got)
		}
	}
	ends := append(slices.Clone(alike), "a", "年", "月份", "完", "_x000D", "̈", "゙", ":", "：", "①")
	for r := rune(0); r < 1<<17; r++ {
		for _, s := range []string{string(r), "a" + string(r) + "年", ends[int(r)%len(ends)] + string(r), string(r) + ends[int(r)%len(ends)]} {
			if got, want := fold(s), foldWhole(s); got != want {
				t.Fatalf("%q folds to %q, one by one to %q", s, want, got)
			}
		}
	}
	for _, a := range alike {
		for _, b := range ends {
			if got, want := fold(a+b), foldWhole(a+b); got != want {
				t.Errorf("%q folds to %q, one by one to %q", a+b, want, got)
			}
		}
	}
}

// TestUsualDate asserts that dates in the usual forms are read as the rules
// for all forms read them.
func TestUsualDate(t *testing.T) {
	usual := 0
	for _, y := range []string{"2021", "1979", "21", "20211"} {
		for _, m := range []string{"0", "1", "03", "12", "13", "123"} {
			for _, d := range []string{"", "0", "1", "01", "30", "31", "32"} {
				for _, seps := range []string{"年月日", "年月号", "年月", "...", "..", "---", "--", "//", ".-", "年-", "年.日", "年"} {
					s := []rune(seps + "   ")
					text := strings.ReplaceAll(y+string(s[0])+m+string(s[1])+d+string(s[2]), " ", "")
					if _, _, _, ok := usualDate(text); !ok {
						continue
					}
					usual++
					c := sheet.Cell{Kind: sheet.Text, Text: text}
					for _, f := range []reporting.Field{reporting.FPlanStart, reporting.FActualStart} {
						got, want := dateText(f, c, valueContext{}), anyDate(f, c, valueContext{})
						if got.ok != want.ok || got.v.String() != want.v.String() || (got.d == nil) != (want.d == nil) || got.d != nil && *got.d != *want.d {
							t.Errorf("%q: %v, by the rules %v", text, got, want)
						}
					}
				}
			}
		}
	}
	if usual < 100 {
		t.Errorf("only %d usual dates", usual)
	}
}
