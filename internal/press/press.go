// Package press sets a bulletin on paper: Word after GB/T 9704-2012, the Excel
// annex, the HTML letter with its plain text. All forms are made of one frozen
// snapshot and print its number and time. The sentences are templates
// (templates/bulletin); tables are made once, as lists, and each form prints
// the same ones, so that no two forms can differ in a figure.
package press

import (
	"cmp"
	"strings"

	"tongbao/internal/bulletin"
)

// Office is who signs.
type Office struct {
	Name      string // 九江市“城建项目大会战”指挥部办公室
	City      string // 九江市
	Contact   string
	Phone     string
	Signature string // under letters; Name where empty

	// The rest is for the printed bulletin; each may be empty.
	Layout     Layout
	Head       string // in red; default 城建项目大会战工作通报, or the office's name
	Issue      string // 第{month}期, or a document's number; default a blank to be filled in, for a number is never invented
	Dated      string // 2021年4月2日; default a blank to be filled in when it is signed
	Report     string // 报：
	CopyTo     string // 送：, or 抄送：
	NoPictures bool   // the letter goes without charts: NetEase dislikes embedded pictures
	Released   bool   // signed: 送审稿 is printed no more
}

// Layout is how the printed bulletin is laid out.
type Layout string

// The layouts. Brief is what offices use that give their bulletins no
// document number; Document and Formal are of GB/T 9704-2012 (7 and 10.1).
const (
	Brief    Layout = "brief"    // 简报格式, the default
	Document Layout = "document" // 文件格式
	Formal   Layout = "letter"   // 信函格式
)

func (o Office) signature() string { return cmp.Or(o.Signature, o.Name) }

// city is the city's name as a file name or heading may have it.
func (o Office) city() string { return cmp.Or(tidy(o.City), "全市") }

const draftMark = "送审稿"

// FileNames are the names under which the two are sent. A draft says so until
// the office has released it.
func FileNames(b bulletin.Bulletin, o Office) (word, workbook string) {
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\/:*?"<>|`, r) {
			return -1
		}
		return r
	}, o.city())
	base := safe + "城建项目" + b.Period.Chinese() + "份推进情况通报"
	mark := ""
	if !o.Released {
		mark = "（" + draftMark + "）"
	}
	return base + mark + ".docx", base + "附表" + mark + ".xlsx"
}

// snapshotLine is printed in every form: by it the three can be told to belong
// together.
func snapshotLine(b bulletin.Bulletin) string {
	return "数据快照" + b.Number + "，数据时点" + b.AsOf.Format("2006年1月2日15:04")
}
