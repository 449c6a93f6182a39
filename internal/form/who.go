package form

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"tongbao/internal/reporting"
)

// names finds submitters in texts by the register's names and aliases, and by
// nothing that is only similar: 永修 and 修水 are two counties.
type names struct {
	patterns []namePattern // longest first
}

type namePattern struct {
	text string
	name string // the submitter; "" for a place or body that is none, and is not to be read as part of one
	old  bool   // a name that only old forms carry
	body bool   // a company or bureau, which may stand behind its county's name
}

// vague are words that name several bodies, or a place: alone they decide nothing.
var vague = []string{"庐山", "西海", "开发区", "经开区", "八里湖", "九江", "九江市", "市", "区", "县"}

// apart are bodies whose names begin as a county's does.
var apart = []string{"庐山西海", "庐山管理局", "庐山风景名胜区", "庐山风景区", "庐山局", "共青团", "九江县级", "德安路", "武宁路", "修水路", "永修路", "都昌路", "湖口路", "彭泽路", "瑞昌路", "浔阳路", "浔阳江", "柴桑路", "濂溪大道", "浔阳大道", "柴桑大道", "庐山大道", "庐山南路", "庐山北路"}

var oldNames = []string{"庐山区", "九江县", "星子县", "星子"}

func newNames(r *reporting.Register) *names {
	if r == nil || len(r.All()) == 0 {
		r = reporting.NewRegister(reporting.JiujiangCounties())
	}
	n := &names{}
	owner := map[string]string{}
	add := func(text, name string, body bool) {
		text = fold(text)
		if text == "" || slices.Contains(vague, text) || utf8.RuneCountInString(text) < 2 {
			return
		}
		if had, ok := owner[text]; ok && had != name {
			return
		}
		owner[text] = name
		n.patterns = append(n.patterns, namePattern{text: text, name: name, old: slices.Contains(oldNames, text), body: body})
	}
	for _, s := range r.All() {
		body := s.Group == reporting.Central
		add(s.Name, s.Name, body)
		for _, a := range s.Aliases {
			add(a, s.Name, body)
		}
	}
	for _, s := range r.All() {
		if s.Group == reporting.Central {
			// 市住建局, 九江市住建局 and 住建局 are one.
			core := strings.TrimPrefix(strings.TrimPrefix(fold(s.Name), "九江市"), "市")
			if utf8.RuneCountInString(core) >= 3 {
				for _, lead := range []string{"", "市", "九江市"} {
					add(lead+core, s.Name, true)
				}
			}
		}
	}
	for _, text := range apart {
		add(text, "", false)
	}
	sort.SliceStable(n.patterns, func(i, j int) bool { return len(n.patterns[i].text) > len(n.patterns[j].text) })
	return n
}

// in lists the submitters that a text names, each once, and whether one is
// named by a name of old. A bureau right behind a county's name is the county's.
func (n *names) in(text string) (found []string, old bool) {
	t := fold(text)
	after := -1 // where a county's name ended
	for i := 0; i < len(t); {
		p, ok := n.longest(t[i:])
		if !ok {
			_, size := utf8.DecodeRuneInString(t[i:])
			i += size
			continue
		}
		if p.name != "" && !(p.body && after == i) {
			if !slices.Contains(found, p.name) {
				found = append(found, p.name)
			}
			old = old || p.old
		}
		i += len(p.text)
		if !p.body {
			after = i
		}
	}
	return found, old
}

func (n *names) longest(t string) (namePattern, bool) {
	for _, p := range n.patterns {
		if strings.HasPrefix(t, p.text) {
			return p, true
		}
	}
	return namePattern{}, false
}

var reporterLine = compile(`(?:填报|报送|填表|上报|编报|报表)(?:单位|部门)(?:\([^)]*\))?:?(.*)`)

const reporterSource = "“填报单位”"

// claim is what one source says of who reports.
type claim struct {
	source string // 表头“填报单位”, 表题, …
	names  []string
	old    bool
}

// ofTable is what a table itself says: its 填报单位 line, else its title, else
// the sheet's name.
func (n *names) ofTable(above []string, sheetName string) []claim {
	var out []claim
	add := func(source, text string) {
		if found, old := n.in(text); len(found) > 0 {
			out = append(out, claim{source, found, old})
		}
	}
	for _, line := range above {
		if m := reporterLine.FindStringSubmatch(fold(line)); m != nil {
			add(reporterSource, cutAt(m[1], "填报日期", "填报时间", "填报人", "单位:", "日期"))
		}
	}
	if title := titleOf(above); title != "" {
		add("表题", title)
	} else if len(above) > 0 {
		add("表题", above[0])
	}
	add("工作表名", sheetName)
	return out
}

func cutAt(s string, words ...string) string {
	for _, w := range words {
		if i := strings.Index(s, w); i >= 0 {
			s = s[:i]
		}
	}
	return s
}

// settleClaims is the one submitter that all claims agree on. Where they do
// not, clash holds two of them.
func settleClaims(claims []claim) (name string, clash []claim) {
	for _, c := range claims {
		if len(c.names) > 1 {
			return "", []claim{c}
		}
		if name == "" {
			name = c.names[0]
		} else if name != c.names[0] {
			return "", []claim{claims[0], c}
		}
	}
	return name, nil
}
