package clerk

import (
	"errors"
	"fmt"
	"strings"

	"tongbao/internal/attachment"
	"tongbao/internal/sheet"
)

// table opens a file that is no archive, and hands out the files in it.
func (d *desk) table(path []string, name string, data []byte, at nest) (inside []attachment.File) {
	if d.marks != nil {
		d.mark(path, data)
		return nil
	}
	if isOutlook(data) {
		d.finding(path, "unsupported", "error", fileWords["msg"])
		return nil
	}
	book, err := sheet.Open(name, data, d.o.Sheet, d.o.Passwords)
	if err != nil {
		d.fault(path, err, data)
		return nil
	}
	for i, e := range book.Embedded {
		inside = append(inside, attachment.File{Path: []string{embeddedName(i, e.Name)}, Data: e.Data})
	}
	book.Embedded = nil
	if d.document(Document{Path: path, Book: *book}) {
		d.garbled(path, book)
	}
	if len(inside) > 0 && at.archives >= d.lim.Depth {
		d.finding(path, "embedded-too-deep", "error", fileWords["embedded-too-deep"])
		return nil
	}
	return inside
}

// embeddedName is what people call an object in a document: Word's own names
// tell them nothing.
func embeddedName(i int, name string) string {
	if name == "" || strings.HasPrefix(name, "oleobject") || strings.HasPrefix(name, "microsoft_") {
		return fmt.Sprintf("嵌入的对象%d", i+1)
	}
	return name
}

// maxGarbled bounds the findings on garbled cells of one file.
const maxGarbled = 20

// garbled tells of cells with a character that could not be read: bytes that
// are none in the file's encoding, or a sign of a font that is not known.
func (d *desk) garbled(path []string, book *sheet.Book) {
	n := 0
	for _, g := range book.Grids {
		for _, r := range g.Rows {
			for _, c := range r.Cells {
				if !strings.ContainsRune(c.Text, '\ufffd') {
					continue
				}
				if n++; n > maxGarbled {
					return
				}
				d.finding(path, "garbled", "warning", "单元格里有无法识别的字符（显示为“\ufffd”），请核对后另存为 .xlsx 重新发送。")
				f := &d.out.Findings[len(d.out.Findings)-1]
				f.Sheet, f.Number, f.Cell = g.Name, g.Number, sheet.CellName(c.Col, r.Index)
			}
		}
	}
}

// maxSpeech bounds what is told of one letter's contents, in bytes: a workbook
// may say the same long text in every cell.
const maxSpeech = 64 << 20

// document tells what a file holds and reports whether there was room for it.
func (d *desk) document(doc Document) bool {
	const around = 48 // bytes of a cell beside its text
	size := 0
	for _, g := range doc.Book.Grids {
		size += around * len(g.Merges)
		for _, r := range g.Rows {
			size += around * (1 + len(r.Cells))
			for _, c := range r.Cells {
				size += len(c.Text) + len(c.Format)
			}
		}
	}
	for _, p := range doc.Book.Paragraphs {
		size += around + len(p.Text)
	}
	if d.said+size > maxSpeech {
		d.finding(doc.Path, "too-large", "error", fileWords["too-large"])
		return false
	}
	d.said += size
	d.out.Documents = append(d.out.Documents, doc)
	return true
}

// fault tells what sheet says of a file; data is nil for a letter's text.
func (d *desk) fault(path []string, err error, data []byte) {
	var e *sheet.Error
	if !errors.As(err, &e) {
		e = &sheet.Error{Code: "damaged"}
	}
	if e.Code == "not-a-table" {
		if code := foreign(path[len(path)-1], data); code != "" && data != nil {
			d.finding(path, code, "error", fileWords[code])
			return
		}
		d.out.Ignored = append(d.out.Ignored, Ignored{path, "不是表格文件"})
		return
	}
	d.finding(path, e.Code, "error", fileWords[e.Code])
	d.out.Findings[len(d.out.Findings)-1].Sheet = e.Sheet
}
