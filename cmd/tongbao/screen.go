package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"tongbao/internal/form"
	"tongbao/internal/office"
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// screen is where a sheet is drawn: so many places wide.
type screen struct {
	w     io.Writer
	width int
}

// Bounds of a drawing, in places and rows.
const (
	pipeWidth  = 100 // where nobody can tell
	leastWidth = 60
	mostWidth  = 240
	leadWidth  = 16 // the row's number and kind
	leastCell  = 6
	mostCell   = 18
	mostRows   = 300 // rows without a finding
	rawRows    = 8   // of a sheet without a table
)

// newScreen takes the terminal's width, or COLUMNS where the output is a pipe.
func newScreen(w io.Writer) screen {
	s := screen{w, pipeWidth}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil {
		s.width = n
	} else if f, ok := w.(*os.File); ok {
		if wide, _, err := term.GetSize(int(f.Fd())); err == nil && wide > 0 {
			s.width = wide
		}
	}
	s.width = min(max(s.width, leastWidth), mostWidth)
	return s
}

// explain draws a letter or file as it was understood.
func (s screen) explain(e office.Explanation) {
	r := e.Reading
	s.line(0, plain(r.File, 100))
	if l := r.Letter; l != nil {
		s.line(2, fmt.Sprintf("来自 %s　主题 %s　收到 %s", plain(l.From, 60), plain(l.Subject, 60), clock(l.Received)))
		if l.Automatic {
			s.line(2, "自动邮件，不处理")
		}
	}
	s.line(2, fmt.Sprintf("单位 %s　月份 %s", orDash(r.Submitter), orDash(r.Period.String())))
	if len(e.Drawn) > 0 {
		s.line(2, "记号 !错误 ?提醒 *说明；[ ]内是未读入的原文；读入的金额已折算为万元")
	}
	left := slices.Clone(r.Findings)
	for i, d := range e.Drawn {
		p := picture{screen: s, d: d}
		left = slices.DeleteFunc(left, func(f reporting.Finding) bool { return p.takes(f, e.Drawn[i+1:]) })
		p.draw()
	}
	for _, d := range e.Opened.Documents {
		for i := range d.Book.Grids {
			if g := &d.Book.Grids[i]; !slices.ContainsFunc(e.Drawn, func(x form.Drawn) bool { return sameGrid(x, d.Path, g) }) {
				s.raw(d.Path, g)
			}
		}
	}
	for _, t := range r.Tables {
		if t.Nil && !slices.ContainsFunc(e.Drawn, func(d form.Drawn) bool { return samePlace(d.Table, t) }) {
			fmt.Fprintln(s.w)
			s.line(0, headline("□", t)+"　零报告")
		}
	}
	if len(left) > 0 {
		fmt.Fprintln(s.w)
		s.line(0, "其他疑点")
		for _, f := range left {
			s.finding(2, f, place(f.Path[min(1, len(f.Path)):], f.Sheet, f.Number)+f.Cell)
		}
	}
	for _, i := range r.Ignored {
		s.line(2, fmt.Sprintf("未读 %s：%s", place(i.Path[min(1, len(i.Path)-1):], "", 0), i.Reason))
	}
	fmt.Fprintln(s.w)
}

// headline names a table and where it stands.
func headline(mark string, t reporting.Table) string {
	head := mark + " " + t.Kind.Title()
	if where := place(t.Path[min(1, len(t.Path)):], t.Sheet, t.Number); where != "" {
		head += "　" + where
	}
	return head
}

func samePlace(a, b reporting.Table) bool {
	return slices.Equal(a.Path, b.Path) && a.Sheet == b.Sheet && a.Number == b.Number
}

func sameGrid(d form.Drawn, path []string, g *sheet.Grid) bool {
	return slices.Equal(d.Table.Path, path) && d.Grid.Name == g.Name && d.Grid.Number == g.Number
}

// line prints a text from a column on, wrapped, its further lines two places in.
func (s screen) line(indent int, text string) {
	room := s.width - indent
	for first := true; first || text != ""; first = false {
		head := text
		if width(text) > room {
			head = cut(text, room)
		}
		fmt.Fprintln(s.w, strings.Repeat(" ", indent)+strings.TrimRight(head, " "))
		if text = strings.TrimLeft(text[len(head):], " "); first {
			indent, room = indent+2, room-2
		}
	}
}

// cut is as much of a text as has room, at least one character. It does not
// part a word of letters, nor begin the next line with what closes a phrase.
func cut(text string, room int) string {
	n, end, colour := 0, len(text), 0
	for i, r := range text {
		if k := sequence(text[i:]); k > 0 {
			colour = i + k
		}
		if i < colour {
			continue
		}
		if n += places(r); n > room && i > 0 {
			end = i
			break
		}
	}
	best := end
	for best > 0 && end-best < 40 {
		before, size := utf8.DecodeLastRuneInString(text[:best])
		after, _ := utf8.DecodeRuneInString(text[best:])
		inWord := before < 0x80 && after < 0x80 && before != ' ' && after != ' '
		if best < len(text) && (inWord || strings.ContainsRune("，。；：、！？）》”】", after) || strings.ContainsRune("（《“【", before)) {
			best -= size
			continue
		}
		return text[:best]
	}
	return text[:end]
}

// fitted is a text in exactly so many places.
func fitted(text string, room int) string {
	if width(text) > room {
		n := 1
		for i, r := range text {
			if n += places(r); n > room {
				text = text[:i] + "…"
				break
			}
		}
	}
	return text + strings.Repeat(" ", max(0, room-width(text)))
}

func (s screen) finding(indent int, f reporting.Finding, where string) {
	if where != "" {
		where = " " + where
	}
	s.line(indent, fmt.Sprintf("%s%s：%s（%s）", paintFor(s.w).severity(f.Severity), where, plain(f.Message, 400), f.Code))
}

// raw shows the beginning of a sheet in which no table was found.
func (s screen) raw(path []string, g *sheet.Grid) {
	fmt.Fprintln(s.w)
	what := "没有认出表头"
	if len(g.Rows) == 0 {
		what = "空表"
	}
	s.line(0, fmt.Sprintf("□ %s　%s", place(path[min(1, len(path)):], g.Name, g.Number), what))
	for i, r := range g.Rows {
		if i == rawRows {
			s.line(2, fmt.Sprintf("……其余%d行略", len(g.Rows)-i))
			return
		}
		var texts []string
		for _, c := range r.Cells {
			if t := shownText(c, g.Date1904); t != "" {
				texts = append(texts, t)
			}
		}
		fmt.Fprintln(s.w, strings.TrimRight(fitted(fmt.Sprintf("  %5d  %s", r.Index, strings.Join(texts, " │ ")), s.width), " "))
	}
}
