package notice

import (
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/reporting"
)

// Bounds on what a letter lists. What is beyond is counted.
const (
	maxFindings = 30 // sentences in a letter
	maxCells    = 8  // cells named for one sentence
	maxIgnored  = 10
)

// section is the findings of one severity.
type section struct {
	Tone   string // "error", "warning", "notice"
	Count  int    // of findings, those not listed included
	Places []place
	More   int // findings that are not listed
}

// place is a file, a sheet or a table in one with what is to be looked at there.
type place struct {
	Where string // 《进度表.xls》工作表“Sheet1”; "" for the whole letter
	Lines []line
}

// line is one sentence and the cells it is about.
type line struct {
	Cells string // H12、H15等9处; "" for the whole sheet
	Text  string
	n     int
}

// sections sorts the findings into errors, warnings and notices, and each by
// place. Findings that say the same of several cells of one sheet are one
// line. At most maxFindings lines are listed, errors first.
func sections(findings []reporting.Finding) []section {
	left := maxFindings
	var out []section
	for _, severity := range []reporting.Severity{reporting.Error, reporting.Warning, reporting.Notice} {
		sec := section{Tone: string(severity)}
		for _, f := range findings {
			if f.Severity != severity {
				continue
			}
			sec.Count++
			if !sec.add(f, left) {
				sec.More++
			}
		}
		if sec.Count == 0 {
			continue
		}
		for i := range sec.Places {
			left -= len(sec.Places[i].Lines)
			if sec.Places[i].Where == "" && len(sec.Places) > 1 {
				sec.Places[i].Where = "邮件"
			}
			for j := range sec.Places[i].Lines {
				sec.Places[i].Lines[j].finish()
			}
		}
		out = append(out, sec)
	}
	return out
}

// add puts a finding to its place, and reports whether it is listed: a new
// line is only begun while fewer than left stand in the section.
func (s *section) add(f reporting.Finding, left int) bool {
	where, text := whereIs(f), clean(f.Message, maxWords)
	p := slices.IndexFunc(s.Places, func(p place) bool { return p.Where == where })
	if p >= 0 {
		if i := slices.IndexFunc(s.Places[p].Lines, func(l line) bool { return l.Text == text }); i >= 0 {
			s.Places[p].Lines[i].count(f.Cell)
			return true
		}
	}
	lines := 0
	for _, p := range s.Places {
		lines += len(p.Lines)
	}
	if lines >= left {
		return false
	}
	if p < 0 {
		s.Places = append(s.Places, place{Where: where})
		p = len(s.Places) - 1
	}
	l := line{Text: text}
	l.count(f.Cell)
	s.Places[p].Lines = append(s.Places[p].Lines, l)
	return true
}

// count adds a cell to the line.
func (l *line) count(cell string) {
	cell = clean(cell, 12)
	if cell == "" {
		return
	}
	if cell[0] >= '0' && cell[0] <= '9' {
		cell = "第" + cell + "行"
	} else if !strings.ContainsAny(cell, "0123456789") {
		cell += "列"
	}
	if l.n++; l.n > maxCells {
		return
	}
	if l.Cells != "" {
		l.Cells += "、"
	}
	l.Cells += cell
}

func (l *line) finish() {
	if l.n > maxCells {
		l.Cells += fmt.Sprintf("等%d处", l.n)
	}
}

// whereIs names the file, through archives, and the sheet or table. The first
// element of a path is the letter itself, which needs no name.
func whereIs(f reporting.Finding) string {
	path := f.Path
	if len(path) > 0 {
		path = path[1:]
	}
	var b strings.Builder
	for i, name := range path {
		if i > 0 {
			b.WriteString("中的")
		}
		b.WriteString(fileName(name))
	}
	if len(path) == 0 && (f.Sheet != "" || f.Number > 0) {
		b.WriteString("邮件正文")
	}
	if f.Sheet != "" {
		b.WriteString("工作表“" + clean(f.Sheet, maxName) + "”")
	}
	if f.Number > 0 {
		fmt.Fprintf(&b, "第%d个表格", f.Number)
	}
	return b.String()
}

// ignored lists the parts that hold nothing to read.
func ignored(list []reporting.Ignored) (out []line, more int) {
	for _, ig := range list {
		if len(ig.Path) < 2 {
			continue
		}
		if len(out) == maxIgnored {
			more++
			continue
		}
		out = append(out, line{Cells: fileName(ig.Path[len(ig.Path)-1]), Text: clean(ig.Reason, maxWords)})
	}
	return out, more
}
