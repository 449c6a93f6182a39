package clerk

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"tongbao/internal/attachment"
	"tongbao/internal/letter"
	"tongbao/internal/sheet"
)

// desk opens one letter or file with all that is in it.
type desk struct {
	o    Options
	out  Opened
	seen map[[32]byte]bool
	left int // files that may still be opened
}

// OpenHere opens a letter or file in this process; Serve calls it in the child.
func OpenHere(name string, raw []byte, o Options) Opened {
	d := &desk{o: o, seen: map[[32]byte]bool{}, left: 400}
	if isLetter(name, raw) {
		d.letter([]string{name}, raw, 0)
	} else {
		d.file([]string{name}, raw, 0)
	}
	if len(d.out.Documents) > 0 {
		// Where electronic tables came, a scan is only the stamp's proof.
		d.out.Findings = slices.DeleteFunc(d.out.Findings, func(f Finding) bool {
			if f.Code == "scan" && d.hasTable() {
				d.out.Ignored = append(d.out.Ignored, Ignored{f.Path, "扫描件，仅作盖章凭证"})
				return true
			}
			return false
		})
	}
	return d.out
}

func (d *desk) hasTable() bool {
	for _, doc := range d.out.Documents {
		if len(doc.Book.Grids) > 0 {
			return true
		}
	}
	return false
}

func isLetter(name string, raw []byte) bool {
	return strings.EqualFold(filepath.Ext(name), ".eml") || bytes.HasPrefix(raw, []byte("Received: ")) || bytes.HasPrefix(raw, []byte("Return-Path: "))
}

func (d *desk) finding(path []string, code, severity, message string) {
	d.out.Findings = append(d.out.Findings, Finding{Path: path, Code: code, Severity: severity, Message: message})
}

func (d *desk) letter(path []string, raw []byte, depth int) {
	l, err := letter.Read(raw, d.o.Letter)
	if err != nil {
		d.finding(path, "not-a-letter", "error", "邮件内容无法识别，请重新发送。")
		return
	}
	if depth == 0 {
		d.out.Header = &l.Header
		if l.Automatic != "" {
			return
		}
	}
	subject := ""
	if depth > 0 {
		subject = l.Subject
	}
	for _, link := range l.Links {
		name := link.Name
		if name == "" {
			name = "附件"
		}
		d.finding(path, "huge-attachment-link", "error", "“"+name+"”是超大附件链接，本邮箱不下载链接。请改用普通附件重新发送。")
	}
	for _, p := range l.Problems {
		if p.Code == "truncated" {
			d.finding(path, "truncated", "error", "邮件传输不完整，附件可能缺失。请重新发送。")
		}
	}
	d.body(path, subject, l)
	for _, p := range l.Parts {
		name := p.Name
		if name == "" {
			name = "未命名附件"
		}
		at := append(slices.Clone(path), name)
		switch {
		case p.Truncated:
		case p.Letter && depth < 3:
			d.letter(at, p.Data, depth+1)
		case p.Inline:
			d.out.Ignored = append(d.out.Ignored, Ignored{at, "正文中的图片"})
		default:
			d.file(at, p.Data, 0)
		}
	}
}

func (d *desk) body(path []string, subject string, l *letter.Letter) {
	book := sheet.OpenText(l.Text, d.o.Sheet)
	if l.HTML != "" {
		if b, err := sheet.OpenHTML(l.HTML, d.o.Sheet); err == nil && (len(b.Grids) > 0 || strings.TrimSpace(l.Text) == "") {
			book = b
		}
	}
	if book != nil && (len(book.Grids) > 0 || len(book.Paragraphs) > 0) {
		d.out.Documents = append(d.out.Documents, Document{Path: path, Body: true, Subject: subject, Book: *book})
	}
}

// words for what could not be opened, by the code of the room that says so.
var words = map[string]string{
	"encrypted":   "文件设有打开密码，无法读取。请取消密码后重新发送。",
	"damaged":     "文件已损坏或传输不完整。请重新保存后再发送。",
	"too-large":   "文件过大或内容过多，无法读取。请只保留当月的表格后重新发送。",
	"unsupported": "这种格式无法读取。请另存为 .xlsx 后重新发送。",
	"legacy-word": "旧版 Word 文件（.doc）无法读取。请另存为 .docx 或改用 Excel 表格后重新发送。",
	"scan":        "这是扫描件或图片，数据无法读取。请另附 Excel 电子表。",
}

func (d *desk) file(path []string, data []byte, depth int) {
	if d.left--; d.left < 0 {
		return
	}
	sum := sha256.Sum256(data)
	if d.seen[sum] {
		d.out.Ignored = append(d.out.Ignored, Ignored{path, "与同一封信里的另一个附件相同"})
		return
	}
	d.seen[sum] = true
	name := path[len(path)-1]
	if files, problems, ok := attachment.Unpack(data, d.o.Attachment, d.o.Passwords); ok {
		for _, p := range problems {
			at := append(slices.Clone(path), p.Path...)
			message := words[p.Code]
			if p.Code == "encrypted" {
				message = "压缩包设有密码，无法打开。请不加密码重新打包，或直接发送表格。"
			}
			d.finding(at, p.Code, "error", message)
		}
		for _, f := range files {
			at := append(slices.Clone(path), f.Path...)
			switch {
			case depth >= d.o.Attachment.OrDefault().Depth:
				d.finding(at, "too-deep", "error", "压缩包层数过多。请直接发送表格。")
			case isLetter(name, f.Data):
				d.letter(at, f.Data, depth+1)
			default:
				d.file(at, f.Data, depth+1)
			}
		}
		return
	}
	book, err := sheet.Open(name, data, d.o.Sheet, d.o.Passwords)
	if err == nil {
		d.out.Documents = append(d.out.Documents, Document{Path: path, Book: *book})
		return
	}
	var e *sheet.Error
	if !errors.As(err, &e) {
		e = &sheet.Error{Code: "damaged"}
	}
	if e.Code == "not-a-table" {
		d.out.Ignored = append(d.out.Ignored, Ignored{path, "不是表格文件"})
		return
	}
	d.out.Findings = append(d.out.Findings, Finding{Path: path, Sheet: e.Sheet, Code: e.Code, Severity: "error", Message: words[e.Code]})
}

var _ = attachment.Limits{}
