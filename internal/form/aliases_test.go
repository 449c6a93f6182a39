package form

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/reporting"
)

// TestHandbookAliases holds every alias of the trade's handbook against its
// field, with each way to write its variables. A key with ? lists names that
// leave the field open by themselves: those must ask, and not decide. The key -
// lists columns that no table of ours has a field for: they are none's.
func TestHandbookAliases(t *testing.T) {
	spellings := []*strings.Replacer{
		strings.NewReplacer("{Y}年度", "2021年度", "{Y}年", "2021年", "{Y-1}年", "2020年", "{m}月", "3月", "{1-m}月", "1-3月", "{m+1}月", "4月"),
		strings.NewReplacer("{Y}年度", "年度", "{Y}年", "本年", "{Y-1}年", "上年", "{m}月", "本月", "{1-m}月", "1～3月", "{m+1}月", "下月"),
		strings.NewReplacer("{Y}年度", "本年度", "{Y}年", "今年", "{Y-1}年", "去年", "{m}月", "当月", "{1-m}月", "1至3月", "{m+1}月", "４月"),
		strings.NewReplacer("{Y}年度", "2021年度", "{Y}年", "当年", "{Y-1}年", "2020年", "{m}月", "三月", "{1-m}月", "元至三月", "{m+1}月", "四月"),
	}
	for _, kind := range reporting.Kinds {
		raw, err := os.ReadFile("testdata/aliases/" + string(kind) + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		tried := 0
		for line := range strings.Lines(string(raw)) {
			key, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok || strings.HasPrefix(line, "#") {
				continue
			}
			key, open := strings.CutSuffix(key, "?")
			fields := strings.Split(key, ",")
			for alias := range strings.SplitSeq(list, "、") {
				alias = strings.ReplaceAll(alias, "@", "、")
				for _, s := range spellings {
					header := s.Replace(alias)
					c := builtin().understand(builtin().parse(head{levels: []string{header}}, inMarch), kind, inMarch)
					tried++
					right := slices.Contains(fields, string(c.field)) || slices.Contains(fields, string(c.also))
					if key == "-" {
						right = c.field == "" && c.asks == ""
					}
					if open && c.asks == "" || !open && !right {
						t.Errorf("%s: %q is %q (asks %q), want %s", kind, header, c.field, c.asks, key)
					}
				}
			}
		}
		if tried < 200 {
			t.Errorf("%s: only %d headers tried", kind, tried)
		}
	}
}
