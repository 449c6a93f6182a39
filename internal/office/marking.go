package office

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"tongbao/internal/clerk"
	"tongbao/internal/notice"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Bounds of what goes back with a receipt.
const (
	maxReturned  = 4 << 20 // bytes of all copies together
	maxMarks     = 5000    // sentences in copies of one letter's files
	maxFileStem  = 60      // characters of a copy's name
	markedSuffix = "（审核标注）"
)

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// returned is what goes back with a receipt: the clerk's own workbooks with
// the findings in them, and a list of those that no copy can show.
type returned struct {
	copies  []notice.Attachment
	opinion notice.Attachment // without a name where there is none
	read    *understood       // what they were made of; nil where nothing was read yet
}

// understood is a letter as it was read, with what was known by then.
type understood struct {
	sender     reporting.Submitter
	registered bool
	reading    reporting.Reading
}

// understood reads a letter with what is known by now; nil where nobody wrote it.
func (o *Office) understood(l store.Letter, opened clerk.Opened, as string) (u *understood, err error) {
	if o.isAutomatic(l, opened) {
		return nil, nil
	}
	u = &understood{}
	return u, o.Store.View(func(t *store.Tx) (err error) {
		u.sender, u.registered, u.reading, err = o.read(t, l, opened, as)
		return err
	})
}

// mark makes what goes back with the answer to a letter. It stands before the
// letter's transaction, for it waits for the clerk's child. Where a copy fails,
// for whatever reason, its findings are listed instead: an answer never waits
// for a copy.
func (o *Office) mark(ctx context.Context, l store.Letter, opened clerk.Opened, raw []byte, as string) (out returned, err error) {
	if len(opened.Documents) == 0 {
		return out, nil
	}
	u, err := o.understood(l, opened, as)
	if err != nil || u == nil {
		return out, err
	}
	if out.read = u; !u.registered || l.From == "" {
		return out, nil
	}
	reading := u.reading
	var marks []clerk.Mark
	for _, d := range opened.Documents {
		for _, f := range reading.Findings {
			if !d.Body && slices.Equal(f.Path, d.Path) && len(marks) < maxMarks {
				marks = append(marks, clerk.Mark{Path: f.Path, Sheet: f.Sheet, Cell: f.Cell, Severity: string(f.Severity), Text: severityWords[f.Severity] + "：" + f.Message})
			}
		}
	}
	copies, err := o.Opener.Mark(ctx, l.Name, raw, marks)
	if err != nil {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		o.Log.Warn("no copies were marked", "letter", l.ID, "error", err)
	}
	size := 0
	var done [][]string
	for _, c := range copies {
		if size += len(c.Data); size > maxReturned {
			break
		}
		done = append(done, c.Path)
		out.copies = append(out.copies, notice.Attachment{Name: copyName(c, out.copies), Type: workbookType, Data: c.Data})
	}
	if opinions := opinionsOf(reading, opened, done); len(opinions) > 0 {
		name := u.sender.Name + "报表审核意见"
		data, err := press.Opinions(name, opinions)
		if err != nil {
			return out, fmt.Errorf("list the findings of letter %q: %w", l.ID, err)
		}
		out.opinion = notice.Attachment{Name: name + ".xlsx", Type: workbookType, Data: data}
	}
	return out, nil
}

var severityWords = map[reporting.Severity]string{reporting.Error: "需要更正", reporting.Warning: "请核对", reporting.Notice: "提示"}

// copyName is the file's own name with a mark, and a number where another copy
// has the same.
func copyName(c clerk.Marked, before []notice.Attachment) string {
	base := c.Path[len(c.Path)-1]
	stem := []rune(strings.TrimSuffix(strings.TrimSuffix(base, path.Ext(base)), markedSuffix))
	stem = stem[:min(len(stem), maxFileStem)]
	name := string(stem) + markedSuffix + c.Ext
	for n := 2; slices.ContainsFunc(before, func(a notice.Attachment) bool { return a.Name == name }); n++ {
		name = fmt.Sprintf("%s%s%d%s", string(stem), markedSuffix, n, c.Ext)
	}
	return name
}

// opinionsOf lists the findings of the files that were read and of which there
// is no copy: pasted tables, Word, csv, and those where marking failed.
func opinionsOf(r reporting.Reading, opened clerk.Opened, done [][]string) (out []press.Opinion) {
	for _, d := range opened.Documents {
		if slices.ContainsFunc(done, func(p []string) bool { return slices.Equal(p, d.Path) }) {
			continue
		}
		// What is said of a file as a whole the letter says as well.
		if !slices.ContainsFunc(r.Findings, func(f reporting.Finding) bool { return f.Cell != "" && slices.Equal(f.Path, d.Path) }) {
			continue
		}
		for _, f := range r.Findings {
			if !slices.Equal(f.Path, d.Path) || len(out) >= maxMarks {
				continue
			}
			file := d.Path[len(d.Path)-1]
			if d.Body {
				file = "邮件正文"
			}
			where := f.Sheet
			if f.Number > 0 {
				where = fmt.Sprintf("第%d张表", f.Number)
			}
			out = append(out, press.Opinion{File: file, Sheet: where, Cell: f.Cell, Read: d.Text(f.Sheet, f.Number, f.Cell), Grave: f.Severity == reporting.Error,
				Kind: severityWords[f.Severity], Words: f.Message})
		}
	}
	return out
}
