package form

import (
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Reading runs in the process that must not stand still, so its cost is
// bounded by what it reads, and what it reads of one letter is bounded here.
// Beyond a bound there is a finding, and the rest of the letter goes on.
const (
	maxWork     = 1_500_000 // units: a cell is one, each 64 bytes of its text one more, a table's row rowWork
	rowWork     = 8
	maxTables   = 200     // of one letter
	maxPairs    = 400_000 // (row, merged area) of one grid
	maxFindings = 2_000   // on one table
	maxTalk     = 200_000 // bytes of running text that are searched for nil reports
)

// cellText is how much of a cell's text is ever looked at to judge it, in bytes.
const cellText = 4096

// work is what reading a grid costs.
func work(g *sheet.Grid) int {
	n := len(g.Merges)
	for _, r := range g.Rows {
		n += 1 + len(r.Cells)
		for _, c := range r.Cells {
			n += min(len(c.Text), cellText) / 64
		}
	}
	return n
}

// affords takes a grid's cost from what is left for the letter. Where that is
// too little the grid is not read, and smaller ones behind it may be.
func (r *reader) affords(d *Document, g *sheet.Grid) bool {
	n := work(g)
	if n > r.left {
		r.tooMuch(d, g, "table-too-large", largeWords)
		return false
	}
	r.left -= n
	return true
}

const largeWords = "表格内容过多，没有读入。请只保留当月的表格，删去多余的行列和工作表，分几封重新发送。"

// maxLeftOut is how many grids of a letter are named that were not read.
const maxLeftOut = 20

// tooMuch says what was not read of a grid.
func (r *reader) tooMuch(d *Document, g *sheet.Grid, code, message string) {
	if r.leftOut++; r.leftOut > maxLeftOut {
		return
	}
	if r.leftOut == maxLeftOut {
		message += "后面还有没读入的，不再逐一列出。"
	}
	f := reporting.Finding{Path: d.Path, Sheet: g.Name, Code: code, Severity: reporting.Error, Message: message}
	if g.Name == "" && len(d.Book.Grids) > 1 {
		f.Number = g.Number
	}
	r.out.Findings = append(r.out.Findings, f)
}

// talk is the running text of a document as far as it is searched.
func (r *reader) talk(d *Document) []sheet.Paragraph {
	for i, p := range d.Book.Paragraphs {
		if r.spoken += len(p.Text); r.spoken > maxTalk {
			if !r.silenced {
				r.silenced = true
				r.out.Findings = append(r.out.Findings, reporting.Finding{Path: d.Path, Code: "text-too-long", Severity: reporting.Warning,
					Message: "文字过长，后面的部分没有查看。如有零报告等说明，请写在开头，或单独来信。"})
			}
			return d.Book.Paragraphs[:i]
		}
	}
	return d.Book.Paragraphs
}
