package press

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tongbao/internal/docx"
)

// Letter is a formal letter (函) of the office.
type Letter struct {
	Title      string   // 关于尽快报送3月份城建项目报表的函
	To         string   // 修水县“城建项目大会战”指挥部办公室
	Paragraphs []string // the text
	Mailbox    string   // where the reports go; "" leaves it out
	Date       time.Time
}

// FormalLetter sets a letter as a .docx in 信函格式 (GB/T 9704-2012, 10.1): the
// office's name in red 30 mm below the page's edge, red double lines above and
// below, no page number on the first page. It has no document number: one is
// never invented, and who wants one writes it in before printing. Nor is it
// sealed, so that the signature is that of papers without a seal (7.3.5.2).
func FormalLetter(l Letter, o Office) ([]byte, error) {
	if l.Title == "" || l.To == "" || len(l.Paragraphs) == 0 {
		return nil, errors.New("formal letter: title, recipient or text is missing")
	}
	d := docx.Document{Title: tidy(l.Title), Author: tidy(o.Name), Created: l.Date,
		Fonts: docx.Fonts{East: fang, Latin: latin}, Size: size3, OddEven: true, Substitutes: complete}
	s := upright()
	s.FirstHead, s.First = letterHead(paper{Office: Office{Name: tidy(o.Name)}})
	s.Header, s.Footer = formalTop, formalEdge
	s.Blocks = []docx.Block{blank(), blank()}
	for _, line := range balance(tidy(l.Title), 20) {
		s.Blocks = append(s.Blocks, docx.Paragraph{Line: lineHeight + 60, OffGrid: true, Align: docx.Center, KeepNext: true, Runs: set(line, song, size2)})
	}
	s.Blocks = append(s.Blocks, blank(),
		docx.Paragraph{Line: lineHeight, OffGrid: true, Align: docx.Left, Runs: full(strings.TrimRight(tidy(l.To), "：:")+"：", fang)})
	for i, text := range l.Paragraphs {
		p := docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200, Runs: full(tidy(text), fang)}
		p.KeepNext = i == len(l.Paragraphs)-1 // no page holds the signature alone
		s.Blocks = append(s.Blocks, p)
	}
	s.Blocks = append(s.Blocks, nameAndDate(tidy(o.signature()), l.Date.Format("2006年1月2日"), false)...)
	for _, note := range notes(l, o) {
		s.Blocks = append(s.Blocks, docx.Paragraph{Line: lineHeight, OffGrid: true, FirstChars: 200, Align: docx.Left, Runs: full(note, fang)})
	}
	d.Sections = []docx.Section{s}
	raw, err := d.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write the formal letter: %w", err)
	}
	return raw, nil
}

// notes stand below the date (附注, 7.3.6). The mailbox has a line of its own:
// an address in the text cannot be broken and would tear its line apart.
func notes(l Letter, o Office) (out []string) {
	var parts []string
	if o.Contact != "" {
		parts = append(parts, "联系人："+tidy(o.Contact))
	}
	if o.Phone != "" {
		parts = append(parts, "联系电话："+tidy(o.Phone))
	}
	if len(parts) > 0 {
		out = append(out, "（"+strings.Join(parts, "，")+"）")
	}
	if l.Mailbox != "" {
		out = append(out, "（报送邮箱："+tidy(l.Mailbox)+"）")
	}
	return out
}
