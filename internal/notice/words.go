package notice

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongbao/internal/reporting"
)

// Bounds on what strangers wrote, in characters.
const (
	maxSubject = 78
	goodLength = 40 // of a subject of our own
	maxName    = 60 // of a file or sheet
	maxWords   = 240
)

// chineseDay is 2021年3月25日.
func chineseDay(t time.Time) string { return t.Format("2006年1月2日") }

// moment is 2021年3月25日10:05.
func moment(t time.Time) string { return t.Format("2006年1月2日15:04") }

// limit is the end of a term, without the word 前: 3月25日 where the whole day
// is in time, else 3月25日17:00. The year stands only where it is not the
// period's.
func limit(t time.Time, p reporting.Period) string {
	day := t.Format("1月2日")
	if t.Year() != p.Year && !p.IsZero() {
		day = chineseDay(t)
	}
	if wholeDay(t) {
		return day
	}
	return day + t.Format("15:04")
}

// before is limit with 前, and says that the day itself is in time, which 前
// leaves open.
func before(t time.Time, p reporting.Period) string {
	if wholeDay(t) {
		return limit(t, p) + "前（含当日）"
	}
	return limit(t, p) + "前"
}

func wholeDay(t time.Time) bool { return t.Hour() == 23 && t.Minute() == 59 }

// month is 3月份.
func month(p reporting.Period) string { return fmt.Sprintf("%d月份", int(p.Month)) }

// title is a table's name as a submitter knows it. The work plan asks central
// units for how their projects stand and where they are stuck, without a form.
func title(k reporting.Kind, s reporting.Submitter) string {
	if k == reporting.Progress && s.Group == reporting.Central {
		return "项目进展情况及存在的困难（城建项目进度表）"
	}
	return k.Title()
}

// titles joins tables as Chinese lists do.
func titles(kinds []reporting.Kind, s reporting.Submitter) string {
	var out []string
	for _, k := range kinds {
		out = append(out, title(k, s))
	}
	return strings.Join(out, "、")
}

// amount is what a table holds: 41个项目, 6条问题.
func amount(k reporting.Kind, rows int) string {
	if k == reporting.Issues {
		return fmt.Sprintf("%d条问题", rows)
	}
	return fmt.Sprintf("%d个项目", rows)
}

// clean makes a stranger's text fit for a line of ours: no line breaks, no
// control characters, none that turn the direction of writing, and no more
// than most characters.
func clean(s string, most int) string {
	if len(s) > 16*most+64 { // no need to look at all of a megabyte
		s = s[:16*most+64]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return clip(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " "), most)
}

// clip cuts a text at most characters and shows that it did.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)
	return string(r[:most-1]) + "…"
}

// fit is the first of the wordings that is no longer than a good subject, or
// the last one, clipped.
func fit(wordings ...string) string {
	for _, w := range wordings {
		if utf8.RuneCountInString(w) <= goodLength {
			return w
		}
	}
	return clip(wordings[len(wordings)-1], goodLength)
}

// replies are the marks that mail programs put before a subject.
var replies = regexp.MustCompile(`^(?i:(re|fw|fwd|回复|答复|转发)\s*[:：]\s*)+`)

// reply is the subject of an answer.
func reply(subject, tag string) string {
	base := replies.ReplaceAllString(clean(subject, maxSubject), "")
	if base == "" {
		base = "来信"
	}
	return "Re: " + clip(base, goodLength-4-utf8.RuneCountInString(tag)) + tag
}

// identifier is a Message-ID without its brackets, "" where it is none that
// can stand in a header.
func identifier(id string) string {
	id = strings.Trim(strings.TrimSpace(id), "<>")
	if id == "" || len(id) > 250 {
		return ""
	}
	for _, r := range id {
		if r <= ' ' || r >= 0x7f || r == '<' || r == '>' {
			return ""
		}
	}
	return id
}

// thread is In-Reply-To and References of an answer. Of a long thread the
// first and the last letters are named (RFC 5322, 3.6.4 sets no bound; servers do).
func thread(o Origin) (inReplyTo string, references []string) {
	inReplyTo = identifier(o.MessageID)
	for _, r := range o.References {
		if r = identifier(r); r != "" && r != inReplyTo {
			references = append(references, r)
		}
	}
	if len(references) > 20 {
		references = append(references[:1:1], references[len(references)-19:]...)
	}
	if inReplyTo == "" {
		return "", nil
	}
	return inReplyTo, append(references, inReplyTo)
}

// fileName is the last name of a path, in book marks: 《3月材料.zip》.
func fileName(name string) string { return "《" + clean(name, maxName) + "》" }
