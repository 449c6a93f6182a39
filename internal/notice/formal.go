package notice

import (
	"fmt"
	"strings"
	"time"

	"tongbao/internal/press"
)

// formalName is the formal letter's file name.
const formalName = "催报函.docx"

const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// formal sets the formal letter that goes with a chaser. Its words are the
// template "formal": the first line is the title, each other line a paragraph.
func (d Desk) formal(now time.Time, a Ask) (Attachment, error) {
	text, err := d.Templates.Text("formal", d.view(now, a))
	if err != nil {
		return Attachment{}, fmt.Errorf("write formal letter %q: %w", a.Key, err)
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) < 2 {
		return Attachment{}, fmt.Errorf("write formal letter %q: the template \"formal\" gives no title and text", a.Key)
	}
	raw, err := press.FormalLetter(press.Letter{Title: lines[0], To: greet(a.Submitter), Paragraphs: lines[1:], Mailbox: d.From.Address, Date: now}, d.Office)
	if err != nil {
		return Attachment{}, err
	}
	return Attachment{Name: formalName, Type: wordType, Data: raw}, nil
}
