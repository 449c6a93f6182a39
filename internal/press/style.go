package press

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/templates"
)

// rule is one of the rules of official prose: what breaks it, and what to write.
type rule struct {
	bad  *regexp.Regexp
	mend string
}

// The rules of numbers and words in the bulletin's text. What they are about:
// one precision for all percentages and amounts, differences told without a
// sign, Chinese marks, dates without leading zeros (GB/T 15835, GB/T 9704
// 7.3.5.4), nobody called the worst.
var rules = []rule{
	{regexp.MustCompile(`截止(\d|目前|今)`), "数据时点用“截至”，不用“截止”"},
	{regexp.MustCompile(`\d[ 　]+(个|家|亿元|万元|%|亩|公里|月|日)`), "数字与单位之间不空格"},
	{regexp.MustCompile(`(^|[^\d.])\d+(\.\d|\.\d{3,})?%`), "百分比统一保留2位小数"},
	{regexp.MustCompile(`(^|[^\d.（])\d+(\.\d|\.\d{3,})?亿元`), "亿元统一保留2位小数"},
	{regexp.MustCompile(`[-－−+]\d+(\.\d+)?个?百分点`), "百分点取绝对值，写“超”“低于”"},
	{regexp.MustCompile(`最差|倒数第|垫底`), "用“排名靠后”“末位”"},
	{regexp.MustCompile(`[近约超]\d+\.\d+亿元|\d+\.\d+(余|多|左右)`), "概数词不与精确小数连用"},
	{regexp.MustCompile(`["']`), "引号用“”"},
	{regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`), "标点用全角"},
	{regexp.MustCompile(`年0\d月|月0\d日`), "月日不编虚位"},
	{regexp.MustCompile(`[，。；：、][，。；：、]`), "标点不重复"},
	{regexp.MustCompile(`[０-９％]`), "数字和百分号用半角"},
	{regexp.MustCompile(`<no value>|<nil>|%!|NaN`), "有的数没有印出来"},
	{regexp.MustCompile(`[一二三四五六七八九十]、\s*$|（[一二三四五六七八九十]）[，。、]`), "层次序数后的标点不对"},
}

// Style tells where a bulletin's text breaks the rules of official prose: an
// office may have templates of its own. Names of projects are strangers' words
// and stay as they are.
func Style(b bulletin.Bulletin, o Office, t *templates.Set) ([]string, error) {
	p := newPaper(b, o)
	text, err := prose(p, t)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, e := range append(p.Assigned(), p.Urged()...) {
		known = append(known, e.To)
	}
	name := func(list []bulletin.Named) {
		for _, x := range list {
			known = append(known, clip(x.Project, maxProject))
		}
	}
	name(p.LateStarts)
	name(p.Unregistered)
	for _, l := range p.Lagging.Items {
		known = append(known, clip(l.Project, maxProject))
	}
	for _, c := range p.Issues.Categories {
		name(c.Projects)
	}
	// The longest first: one may be part of another.
	slices.SortFunc(known, func(x, y string) int { return len(y) - len(x) })
	return text.style(known...), nil
}

// style passes over the words that are known.
func (p Prose) style(known ...string) (faults []string) {
	check := func(s string) {
		for _, k := range known {
			if k != "" {
				s = strings.ReplaceAll(s, k, "某")
			}
		}
		for _, r := range rules {
			if at := r.bad.FindStringIndex(s); at != nil {
				faults = append(faults, fmt.Sprintf("%s：“%s”", r.mend, around(s, at[0], at[1])))
			}
		}
	}
	check(p.Title)
	check(p.To)
	check(p.Lead)
	for _, s := range p.Sections {
		check(s.Heading)
		if strings.HasSuffix(s.Heading, "。") {
			faults = append(faults, fmt.Sprintf("标题末尾不用句号：“%s”", s.Heading))
		}
		for _, l := range s.Paragraphs {
			check(l)
			if !strings.HasSuffix(l, "。") && !second.MatchString(l) {
				faults = append(faults, fmt.Sprintf("段末没有句号：“%s”", clip(l, 30)))
			}
		}
	}
	return faults
}

// around is what a fault stands in.
func around(s string, from, to int) string {
	before, after := []rune(s[:from]), []rune(s[to:])
	return string(before[max(0, len(before)-6):]) + s[from:to] + string(after[:min(len(after), 6)])
}
