package form

import (
	"path"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

const (
	noWord    = `(?:无|没有|暂无|未发现|不存在|未出现|暂未发现|暂不存在)`
	lateWord  = `(?:滞后|慢序时|未达序时|未按序时|进度缓慢|欠序时)`
	issueWord = `(?:需要?(?:市级|上级)?协调(?:解决)?的?(?:问题|事项)|存在的?问题|新增问题|困难问题|问题台账|问题)`
)

var (
	noLagging  = compile(noWord + `[^.;,!]{0,10}` + lateWord + `|` + lateWord + `[^.;,!]{0,12}[:,]?(?:情况)?(?:为|:|,|是)?(?:暂?无|没有|零报告|零[个项]?|0个?)(?:$|[.;,!)])`)
	noIssues   = compile(noWord + `[^.;,!]{0,6}` + issueWord + `|问题(?:台账|清单|情况)?[^.;,!]{0,4}[:,]?(?:为|:|,|是)?(?:暂?无|没有|零报告|零[个项]?|0个?)(?:$|[.;,!)])`)
	noneOfBoth = compile(`问题(?:台账|清单|表)?[、和及与,][^.;!]{0,8}` + lateWord + `[^.;!]{0,12}[均都]+(?:为|是)?(?:暂?无|没有|零报告)(?:$|[.;,!)])|` +
		lateWord + `[^.;!]{0,10}[、和及与,][^.;!]{0,8}问题(?:台账|清单|表)?[^.;!]{0,4}[均都]+(?:为|是)?(?:暂?无|没有|零报告)(?:$|[.;,!)])`)
	supposing = compile(`^(?:如|若|请|对于?|凡|应|要求)|(?:如果|如无|若无|如没有|若没有|有无|是否|请)`)
	noneAlone = compile(`^(?:\(?[一二三四五六七八九十0-9]+[)、.])?\(?(?:本月|我[县区市])?(?:暂?无|没有|零报告|(?:暂?无|没有)(?:此类?|该类|这类|相关|上述|类似|有关|任何|需要?上?报送?的?)(?:情况|项目|问题|事项|内容)?)\)?[.!]?$`)
	// Under a ledger's own header 没有问题 says that it is empty.
	noIssueAlone = compile(`^\(?(?:本月|我[县区市])?(?:暂时?)?(?:无|没有|未发现)(?:存在)?的?问题\)?[.!]?$`)
	asking       = compile(`\?|吗|请问|可否|能否|是不是|怎么|如何`)
	// QUIRK: 没有问题 is also how clerks say yes, or that a table is in order.
	noProblem = compile(`(?:没有|无)问题`)
	allFine   = compile(`(?:表|数据|附件|格式|材料|金额|核对|核实|检查)[^,;.]{0,8}(?:没有|无)问题`)
	namesIt   = compile(`月|我[县市区局办]|单位|台账|清单|存在|协调|新增`)
)

// unable takes out the 无 that denies nothing.
var unable = strings.NewReplacer("无法", "", "无力", "", "无论", "", "无效", "", "无人", "", "无证", "")

// polite is how letters end a sentence that asks for nothing: 请查收.
var polite = compile(`[,]?(?:敬|烦|恳|并|现)?请(?:领导|贵办|市指挥部|指挥部|你办|各位领导)?(?:予以|给予|及时)?(?:知悉|查收|收悉|查阅|审阅|审核|审查|核收|核查|接收|阅示|审示|指正|批评指正|悉知|阅知)`)

// plainSentences are what running text says one by one, without the 无 that deny
// nothing and without politeness.
func plainSentences(folded string) []string {
	return strings.FieldsFunc(unable.Replace(polite.ReplaceAllString(folded, "")), func(r rune) bool { return r == '.' || r == ';' || r == '!' })
}

// nilPhrase is which table a sentence says there is nothing to report for,
// "" where none: 我县3月份无进度滞后项目.
func nilPhrase(text string) reporting.Kind {
	if len(text) > 3000 {
		return ""
	}
	folded := fold(text)
	if !hasAny(folded, "滞后", "序时", "缓慢", "问题", "事项") { // of which lateWord and issueWord have one each
		return ""
	}
	said := plainSentences(folded)
	for _, sentence := range said {
		if supposing.MatchString(sentence) || asking.MatchString(sentence) {
			continue
		}
		if noLagging.MatchString(sentence) {
			return reporting.Lagging
		}
	}
	for _, sentence := range said {
		if !supposing.MatchString(sentence) && !asking.MatchString(sentence) && !hasAny(sentence, "滞后") && saysNoIssues(sentence) {
			return reporting.Issues
		}
	}
	return ""
}

// saysNoIssues reports whether a sentence says that there are no issues to report.
func saysNoIssues(sentence string) bool {
	match := noIssues.FindString(sentence)
	if match == "" || allFine.MatchString(sentence) {
		return false
	}
	return noProblem.FindString(match) != match || namesIt.MatchString(sentence)
}

// nilIn lists the tables that running text says there is nothing to report for.
func nilIn(paragraphs []sheet.Paragraph) []reporting.Kind {
	var out []reporting.Kind
	add := func(k reporting.Kind) {
		for _, o := range out {
			if o == k {
				return
			}
		}
		if k != "" {
			out = append(out, k)
		}
	}
	heading := reporting.Kind("")
	for i, p := range paragraphs {
		text := fold(p.Text)
		if i > 2000 {
			break
		}
		if noneAlone.MatchString(text) {
			add(heading)
			heading = ""
			continue
		}
		if k := nilPhrase(p.Text); k != "" {
			add(k)
			if noneOfBoth.MatchString(text) && !supposing.MatchString(text) {
				add(reporting.Lagging)
				add(reporting.Issues)
			}
			if k == reporting.Lagging && noIssues.MatchString(text) && !supposing.MatchString(text) && !strings.Contains(text, "滞后问题") {
				for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '.' || r == ';' || r == ',' || r == '!' }) {
					if !strings.Contains(part, "滞后") && noIssues.MatchString(part) && !allFine.MatchString(part) {
						add(reporting.Issues)
					}
				}
			}
			heading = ""
			continue
		}
		heading = ""
		if len([]rune(text)) <= 30 && !strings.ContainsAny(text, ",;") {
			if k := kindIn(text); k == reporting.Lagging || k == reporting.Issues {
				heading = k
			}
		}
	}
	return out
}

// nilByName takes a file that holds nothing else as the nil report that its
// name says it is: 滞后项目清单（无）.docx.
func (r *reader) nilByName(d *Document) {
	if hasRows(d.Book.Grids) || len(d.Path) == 0 || len(words(d.Book.Paragraphs, 600)) > 600 {
		return
	}
	name := strings.TrimSuffix(d.Path[len(d.Path)-1], path.Ext(d.Path[len(d.Path)-1]))
	for _, kind := range nilIn([]sheet.Paragraph{{Text: name}}) {
		r.none = append(r.none, nilTold{d, sheet.Grid{}, 0, kind, name})
	}
}

var answerTo = compile(`^(?:(?i:re)|回复|答复):`)

// nilBySubject takes what a letter's subject says as its text's: 修水县3月无滞后项目.
func (r *reader) nilBySubject() {
	if r.m.Letter == nil || answerTo.MatchString(fold(r.m.Letter.Subject)) {
		return
	}
	for _, kind := range nilIn([]sheet.Paragraph{{Text: r.m.Letter.Subject}}) {
		r.none = append(r.none, nilTold{&Document{Path: []string{r.m.File}, Body: true}, sheet.Grid{}, 0, kind, r.m.Letter.Subject})
	}
}

// nilSheet is which table a sheet without a header says there is nothing to
// report for: a title and 无.
func nilSheet(v *view) reporting.Kind {
	if len(v.Rows) > 30 {
		return ""
	}
	kind := kindIn(v.Name)
	for i, r := range v.Rows {
		for _, c := range r.Cells {
			if blank(c) || c.Kind != sheet.Text {
				continue
			}
			if k := nilPhrase(c.Text); k != "" {
				return k
			}
			if k := kindIn(c.Text); k != "" && i < 5 {
				kind = k
			}
			if noneAlone.MatchString(fold(c.Text)) && (kind == reporting.Lagging || kind == reporting.Issues) {
				return kind
			}
		}
	}
	return ""
}
