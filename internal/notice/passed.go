package notice

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// maxPassed is how many lines of a passed letter are shown.
const maxPassed = 40

// Passed is a submitter's letter that a person has to answer: it asks for more
// time, or it is no report at all.
type Passed struct {
	Key, To           string
	ID, From, Subject string
	Arrived           time.Time
	Submitter         reporting.Submitter
	Period            reporting.Period // that it is about
	Text              string           // its own words
	Version           int              // of a report in words; 0 where it is none
	Extension         bool
	Until             time.Time // the day that it asks for; zero where that is not certain
}

// passed is the data of the template "passed".
type passed struct {
	Unit, Period               string
	ID, From, Subject, Arrived string
	Lines                      []string
	Cut                        bool
	Prose, Extension           bool
	Until, Command             string
}

// Passed passes a submitter's letter on to one of the office's people. What it
// asks for is theirs to decide; the letter shows the command that grants it.
func (d Desk) Passed(now time.Time, p Passed) (outbox.Item, error) {
	v := passed{Unit: p.Submitter.Name, Period: p.Period.Chinese() + "份", ID: clean(p.ID, maxName), From: clean(p.From, maxName),
		Subject: cmp.Or(clean(p.Subject, maxSubject), "（无主题）"), Arrived: moment(d.local(p.Arrived)), Prose: p.Version > 0, Extension: p.Extension}
	for line := range strings.Lines(p.Text) {
		if line = clean(line, 2*maxWords); line == "" {
			continue
		}
		if len(v.Lines) == maxPassed {
			v.Cut = true
			break
		}
		v.Lines = append(v.Lines, line)
	}
	until := "日期"
	if !p.Until.IsZero() {
		v.Until, until = chineseDay(d.local(p.Until)), d.local(p.Until).Format(time.DateOnly)
	}
	if v.Prose {
		v.Command = "tongbao exclude " + forShell(p.Submitter.Name) + " --period " + p.Period.String() + " --table progress --version " + strconv.Itoa(p.Version) + " --reason 文字材料"
	}
	if p.Extension {
		v.Command = "tongbao extend " + forShell(p.Submitter.Name) + " --period " + p.Period.String() + " --until " + until
	}
	subject := fit("【来信转办】" + p.Submitter.Name + "来信：" + cmp.Or(clean(p.Subject, goodLength), "（无主题）"))
	if v.Prose {
		subject = fit("【文字材料】" + p.Submitter.Name + month(p.Period) + "项目进展情况")
	}
	if p.Extension {
		subject = fit("【延期申请】"+p.Submitter.Name+"申请延期报送"+month(p.Period)+"报表", "【延期申请】"+p.Submitter.Name)
	}
	return d.inside(now, p.Key, "passed", p.To, subject, "passed", v, nil)
}
