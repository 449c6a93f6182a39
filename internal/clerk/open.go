package clerk

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"tongbao/internal/attachment"
	"tongbao/internal/letter"
	"tongbao/internal/sheet"
)

// Of one letter at most: files that are opened, letters in letters.
const (
	maxFiles   = 400
	maxLetters = 10
)

// desk opens one letter or file with all that is in it.
type desk struct {
	o     Options
	marks []Mark            // copies are to be marked; nothing else is read
	lim   attachment.Limits // what archives may still unpack, together
	out   Opened
	seen  map[[32]byte]bool
	files int
	said  int // bytes, of maxSpeech
	full  bool
	// enter is told of everything before it is opened, and may say that it is not to be.
	enter func(path []string) bool
}

// nest is how deep a file lies.
type nest struct {
	letters, archives int
	names             map[string]bool // of the attachments beside the letters around it
}

// names are those of a letter's attachments, and of the letters' around it.
func names(l *letter.Letter, outer map[string]bool) map[string]bool {
	out := maps.Clone(outer)
	for _, p := range l.Parts {
		if out == nil {
			out = map[string]bool{}
		}
		if !p.Letter && p.Name != "" && !p.Inline && !p.Truncated && !isLetter(p.Name, p.Data) {
			out[p.Name] = true
		}
	}
	return out
}

var (
	secret    = regexp.MustCompile(`绝密|机密|(?:^|[^商业工作家人])秘密|[（(【\[]\s*密\s*[】\])）]|^密[:：★☆*]|密[★☆]|密件|密级[:：]`)
	notSecret = regexp.MustCompile(`[不未无非]涉?密|保密|密件袋|解密`)
)

// classified reports whether a letter or one of its files is marked as secret:
// what is, must not travel by a public mailbox, and is not opened.
func classified(l *letter.Letter) bool {
	marked := func(s string) bool { return secret.MatchString(s) && !notSecret.MatchString(s) }
	return marked(l.Subject) || slices.ContainsFunc(l.Parts, func(p letter.Part) bool { return marked(p.Name) })
}

// opening is a hook for tests: it sees a file before it is opened.
var opening func(data []byte)

// open opens a letter or file in this process.
func open(name string, raw []byte, o Options, marks []Mark, enter func(path []string) bool) Opened {
	d := &desk{o: o, marks: marks, lim: o.Attachment.OrDefault(), seen: map[[32]byte]bool{}, enter: enter}
	if isLetter(name, raw) {
		d.letter([]string{name}, raw, nest{}, false)
	} else {
		d.file([]string{name}, raw, nest{})
	}
	d.settleScans()
	return d.out
}

// beside are files that hold what a letter with tables says once more in other
// words: a report, slides.
var beside = []string{"legacy-word", "unsupported", "program"}

// settleScans lets scans and pictures be where tables came: there they are
// the stamp's proof. Reports that cannot be read are a warning there.
func (d *desk) settleScans() {
	table := slices.ContainsFunc(d.out.Documents, func(doc Document) bool { return len(doc.Book.Grids) > 0 })
	if !table {
		return
	}
	for i, f := range d.out.Findings {
		if slices.Contains(beside, f.Code) && f.Sheet == "" {
			d.out.Findings[i].Severity = "warning"
		}
	}
	d.out.Findings = slices.DeleteFunc(d.out.Findings, func(f Finding) bool {
		if f.Code != "scan" {
			return false
		}
		d.out.Ignored = append(d.out.Ignored, Ignored{f.Path, "扫描件或图片，仅作盖章凭证"})
		return true
	})
}

func (d *desk) finding(path []string, code, severity, message string) {
	if message == "" {
		message = otherWords
	}
	d.out.Findings = append(d.out.Findings, Finding{Path: path, Code: code, Severity: severity, Message: message})
}

// guarded runs what reads a stranger's bytes; its panic is a finding.
func (d *desk) guarded(path []string, run func()) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(os.Stderr, "clerk: %q: %v\n", path, v)
			d.finding(path, "unreadable", "error", faultWords[crashed])
		}
	}()
	run()
}

// letter opens a letter. Cut says that its bytes end too early.
func (d *desk) letter(path []string, raw []byte, at nest, cut bool) {
	if !d.enter(path) {
		return
	}
	d.guarded(path, func() {
		lim := d.o.Letter
		lim.Cut = cut
		l, err := letter.Read(raw, lim)
		if err != nil {
			d.finding(path, "not-a-letter", "error", letterWords["not-a-letter"])
			return
		}
		if at.letters == 0 && at.archives == 0 && len(path) == 1 {
			d.out.Header = &l.Header
			if l.Automatic != "" {
				return
			}
		}
		if classified(l) {
			d.finding(path, "classified", "error", letterWords["classified"])
			return
		}
		d.complaints(path, l)
		if d.marks == nil && d.enter(path) {
			d.guarded(path, func() { d.body(path, l) })
		}
		outer := at.names
		at.names = names(l, outer)
		unnamed := 0
		for _, p := range l.Parts {
			if !p.Letter && outer[p.Name] && at.archives == 0 {
				d.out.Ignored = append(d.out.Ignored, Ignored{append(slices.Clone(path), p.Name), "转发的邮件里的同名附件，以外层的为准"})
				continue
			}
			name := p.Name
			if name == "" {
				if unnamed++; unnamed == 1 {
					name = "未命名附件"
				} else {
					name = fmt.Sprintf("未命名附件%d", unnamed)
				}
			}
			d.part(append(slices.Clone(path), name), p, at)
		}
	})
}

// complaints tells what could not be read of a letter, and the links in it.
func (d *desk) complaints(path []string, l *letter.Letter) {
	for _, link := range l.Links {
		name := "附件"
		if link.Name != "" {
			name = "“" + link.Name + "”"
		}
		d.finding(path, "huge-attachment-link", "error", name+"是超大附件或网盘链接，本邮箱不下载链接。请改用普通附件重新发送。")
	}
	cut := 0
	for _, p := range l.Parts {
		if p.Truncated {
			cut++
		}
	}
	for _, p := range l.Problems {
		switch {
		case p.Code == "truncated" && cut > 0:
			cut-- // told with the part
		case p.Code == "several-senders":
			d.finding(path, p.Code, "warning", letterWords[p.Code])
		default:
			d.finding(path, p.Code, "error", letterWords[p.Code])
		}
	}
}

// body reads a letter's text. Tables in HTML count before the plain text,
// which has them without their columns.
func (d *desk) body(path []string, l *letter.Letter) {
	book := sheet.OpenText(l.Text, d.o.Sheet)
	if l.HTML != "" {
		b, err := sheet.OpenHTML(l.HTML, d.o.Sheet)
		if err == nil && (len(b.Grids) > 0 || strings.TrimSpace(l.Text) == "") {
			book = b
		}
		if err != nil {
			d.fault(path, err, nil)
		}
	}
	if book != nil && (len(book.Grids) > 0 || len(book.Paragraphs) > 0) {
		subject := ""
		if len(path) > 1 {
			subject = l.Subject
		}
		d.document(Document{Path: path, Body: true, Subject: subject, Book: *book})
	}
}

// largePicture is the size in bytes from which a picture in the text may be a
// table that was photographed, and not a logo.
const largePicture = 30 << 10

func (d *desk) part(path []string, p letter.Part, at nest) {
	switch {
	case p.Letter:
		at.letters++
		if at.letters > maxLetters {
			d.finding(path, "too-deep", "error", letterWords["too-deep"])
			return
		}
		d.letter(path, p.Data, at, p.Truncated)
	case p.Truncated && !wholeZip(p.Data):
		d.finding(path, "truncated", "error", fileWords["truncated"])
	case p.Inline && len(p.Data) < largePicture:
		d.out.Ignored = append(d.out.Ignored, Ignored{path, "正文中的图片"})
	case p.Inline:
		d.finding(path, "scan", "error", fileWords["picture"])
	default:
		d.file(path, p.Data, at)
	}
}

// wholeZip reports whether bytes are a zip up to its end, which its directory
// is. QUIRK: programs that leave out a letter's last boundary; their zips and
// workbooks can be told to be whole.
func wholeZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) && bytes.Contains(data[max(0, len(data)-22-512):], []byte("PK\x05\x06"))
}

func (d *desk) file(path []string, data []byte, at nest) {
	name := path[len(path)-1]
	if len(path) > 1 && isLetter(name, data) {
		if at.letters++; at.letters > maxLetters {
			d.finding(path, "too-deep", "error", letterWords["too-deep"])
			return
		}
		d.letter(path, data, at, false)
		return
	}
	if d.files++; d.files > maxFiles {
		if !d.full {
			d.full = true
			d.finding(path[:1], "too-many-files", "error", letterWords["too-many-files"])
		}
		return
	}
	if strings.HasPrefix(name, "~$") || strings.HasPrefix(name, "._") {
		d.out.Ignored = append(d.out.Ignored, Ignored{path, "程序的临时文件"})
		return
	}
	if len(data) == 0 {
		d.finding(path, "empty-file", "error", fileWords["empty-file"])
		return
	}
	sum := sha256.Sum256(data)
	if d.seen[sum] {
		d.out.Ignored = append(d.out.Ignored, Ignored{path, "与同一封信里的另一个附件相同"})
		return
	}
	d.seen[sum] = true
	if !d.enter(path) {
		return
	}
	var inside []attachment.File
	d.guarded(path, func() {
		if opening != nil {
			opening(data)
		}
		var archive bool
		if inside, archive = d.unpack(path, data, at); !archive {
			inside = d.table(path, name, data, at)
		}
	})
	at.archives++
	for i, f := range inside {
		inside[i].Data = nil // one file of an archive at a time
		d.file(append(slices.Clone(path), f.Path...), f.Data, at)
	}
}

// unpack opens an archive; archive is false where the file is none.
func (d *desk) unpack(path []string, data []byte, at nest) (files []attachment.File, archive bool) {
	if at.archives >= d.lim.Depth || d.lim.Unpacked <= 0 || d.lim.Entries <= 0 {
		// Whether it is an archive, one entry tells.
		if _, _, archive = attachment.Unpack(data, attachment.Limits{Entries: 1, Unpacked: 1}, nil); archive {
			code := "too-deep"
			if at.archives < d.lim.Depth {
				code = "too-large"
			}
			d.finding(path, "archive-"+code, "error", archiveWords[code])
		}
		return nil, archive
	}
	files, problems, archive := attachment.Unpack(data, d.lim, d.o.Passwords)
	for _, p := range problems {
		if len(p.Path) > 0 {
			message := entryWords[p.Code]
			if message == "" {
				message = entryWords["damaged"]
			}
			d.finding(append(slices.Clone(path), p.Path...), entryCode(p.Code), "error", message)
			continue
		}
		d.finding(path, entryCode(p.Code), "error", archiveWords[p.Code])
	}
	if archive && len(files)+len(problems) == 0 {
		d.finding(path, "archive-empty", "error", archiveWords["empty"])
	}
	for _, f := range files {
		d.lim.Unpacked -= int64(len(f.Data))
		d.lim.Entries--
	}
	return files, archive
}

// entryCode is a finding's code for a problem with an archive.
func entryCode(code string) string {
	if code == "encrypted" {
		return code
	}
	return "archive-" + code
}
