package form

import (
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// submitter settles who a table says that it comes from. The sender's
// registered address decides for a table that says nothing; one that names
// another is left to the office.
func (r *reader) submitter(t *table, sheetName string) {
	claims := r.names.ofTable(t.b.above, sheetName)
	name, clash := settleClaims(claims)
	r.oldNameFinding(t, claims)
	known := r.k.Submitter
	if clash != nil {
		if known != "" && slices.ContainsFunc(claims, func(c claim) bool { return slices.Contains(c.names, known) }) {
			t.out.Submitter = known
		} else {
			t.ownSubmitter = true
		}
		t.say("", "submitter-conflict", reporting.Warning, clashMessage(clash))
		return
	}
	t.ownSubmitter = name != ""
	if name != known && known != "" && name != "" && claims[0].source != reporterSource && r.isCentral(known) {
		// A bureau's or company's title names the district that it builds in.
		t.out.Submitter, t.ownSubmitter = known, false
		t.say("", "submitter-conflict", reporting.Warning, fmt.Sprintf("%s写的是%s，发件地址登记的是%s，按%s报送处理，请核对。", claims[0].source, name, known, known))
		return
	}
	switch {
	case name == "":
		t.out.Submitter = known
	case known != "" && name != known:
		t.out.Submitter = name
		t.say("", "submitter-conflict", reporting.Error, fmt.Sprintf("%s写的是%s，发件地址登记的是%s，请核对是否发错了表。", claims[0].source, name, known))
	default:
		t.out.Submitter = name
	}
}

func (r *reader) isCentral(name string) bool {
	if r.k.Register == nil {
		return false
	}
	s, ok := r.k.Register.ByName(name)
	return ok && s.Group == reporting.Central
}

func clashMessage(clash []claim) string {
	if len(clash) == 1 {
		return fmt.Sprintf("%s里同时有%s和%s，不能确定是哪家报送的，请写明填报单位。", clash[0].source, clash[0].names[0], clash[0].names[1])
	}
	return fmt.Sprintf("%s写的是%s，%s写的是%s，不能确定是哪家报送的，请核对。", clash[0].source, clash[0].names[0], clash[1].source, clash[1].names[0])
}

func (r *reader) oldNameFinding(t *table, claims []claim) {
	for _, c := range claims {
		if c.old && len(c.names) == 1 {
			t.say("", "old-name", reporting.Notice, fmt.Sprintf("%s用的是旧名称，按%s读入，请更新表样。", c.source, c.names[0]))
			return
		}
	}
}

// decideSubmitter settles who the letter or file comes from: the registered
// address, what the tables say, then subject, file names, text and sender's name.
func (r *reader) decideSubmitter() {
	if r.k.Submitter != "" {
		r.out.Submitter = r.k.Submitter
		return
	}
	said := map[string]bool{}
	clash := false
	tables := r.tables
	if len(tables) == 0 {
		tables = r.empty // lists with nothing to report come alone too
	}
	for _, t := range tables {
		if t.out.Submitter != "" {
			said[t.out.Submitter] = true
		} else if t.ownSubmitter {
			clash = true
		}
	}
	around := r.aroundClaims()
	name := ""
	if len(said) == 1 && !clash {
		for name = range said {
		}
		if one, _ := settleClaims(around[:min(1, len(around))]); one != "" && one != name {
			r.conflict([]claim{{"表内", []string{name}, false}, around[0]}, reporting.Warning)
		}
	}
	if len(said) == 0 && !clash {
		for _, c := range around {
			if len(c.names) > 1 {
				r.conflict([]claim{c}, reporting.Warning)
				break
			}
			if name == "" {
				name = c.names[0]
			} else if c.names[0] != name && c.source != fromSource {
				r.conflict([]claim{around[0], c}, reporting.Warning)
				name = ""
				break
			}
		}
	}
	r.out.Submitter = name
	if name == "" && !clash && len(said) == 0 && len(r.tables) > 0 && len(around) == 0 {
		r.out.Findings = append(r.out.Findings, reporting.Finding{Path: []string{r.m.File}, Code: "no-submitter", Severity: reporting.Warning,
			Message: "看不出是哪家报送的。请在表题或“填报单位”写明县（市、区）或单位全称。"})
	}
	for _, t := range append(slices.Clone(r.tables), r.empty...) {
		if t.out.Submitter == "" && !t.ownSubmitter {
			t.out.Submitter = name
		}
	}
}

const fromSource = "发件人名称"

// aroundClaims are what the letter and the files' names say of who reports.
func (r *reader) aroundClaims() []claim {
	var out []claim
	add := func(source, text string) {
		if found, old := r.names.in(text); len(found) > 0 {
			out = append(out, claim{source, found, old})
		}
	}
	if r.m.Letter != nil {
		add("邮件主题", r.m.Letter.Subject)
	}
	for i := range r.m.Documents {
		add("转发件主题", r.m.Documents[i].Subject)
	}
	for i := range r.m.Documents {
		path := r.m.Documents[i].Path
		for j := len(path) - 1; j >= 0; j-- {
			if j > 0 || r.m.Letter == nil {
				add("文件名", path[j])
			}
		}
	}
	for _, f := range r.m.Findings {
		if len(f.Path) > 1 {
			add("文件名", f.Path[len(f.Path)-1])
		}
	}
	if len(out) > 0 {
		return out
	}
	for i := range r.m.Documents {
		if d := &r.m.Documents[i]; d.Body {
			add("正文", words(own(d.Book.Paragraphs, r.k.Submitter), 600))
		} else {
			add("文件标题和落款", headAndFoot(d.Book.Paragraphs))
			add("封面", strings.Join(r.cover(d), "\n"))
		}
	}
	if r.m.Letter != nil && len(out) == 0 {
		add(fromSource, r.m.Letter.FromName)
	}
	return out
}

// conflict says on the whole letter that two sources name two submitters.
func (r *reader) conflict(clash []claim, s reporting.Severity) {
	r.out.Findings = append(r.out.Findings, reporting.Finding{Path: []string{r.m.File}, Code: "submitter-conflict", Severity: s, Message: clashMessage(clash)})
}

// headAndFoot is the first line of a report's text and the last short ones,
// where its title and signature stand.
func headAndFoot(all []sheet.Paragraph) string {
	var lines []string
	for i, p := range all {
		if (len(lines) == 0 || i >= len(all)-3) && len(p.Text) <= 3*maxHeaderText && strings.TrimSpace(p.Text) != "" {
			lines = append(lines, p.Text)
		}
	}
	return strings.Join(lines, "\n")
}
