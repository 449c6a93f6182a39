package office

import (
	"slices"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/notice"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// queueReceipt puts the receipt into the outbox, or the return where nothing
// could be used. One sender gets a bounded number of them an hour; what is over
// is not answered and still taken in.
func (o *Office) queueReceipt(t *store.Tx, l store.Letter, s reporting.Submitter, reading reporting.Reading, back returned) error {
	key := "receipt/" + l.ID + "/" + l.From
	if known, err := t.Known(key); err != nil || known {
		return err
	}
	if o.recentAbout(t, l.From, "receipt/") >= o.Rules.ReceiptsHour {
		o.Log.Warn("receipt withheld: too many to one sender", "letter", l.ID, "to", l.From)
		return nil
	}
	p := reading.Period
	if len(l.For) > 0 {
		if parsed, err := reporting.ParsePeriod(l.For[0]); err == nil {
			p = parsed
		}
	}
	if p.IsZero() {
		p = o.Rules.Terms.CurrentPeriod(l.Arrived.In(o.Rules.Terms.Zone))
	}
	standings, err := o.standings(t, p, s, t.Now, time.Time{})
	if err != nil {
		return err
	}
	r := notice.Receipt{
		Key: key, To: l.From, Submitter: s, Period: p, Standings: standings, Findings: reading.Findings, Ignored: reading.Ignored,
		Origin:   notice.Origin{MessageID: l.MessageID, Subject: l.Subject, References: l.References, Arrived: l.Arrived, Files: fileNames(reading)},
		Deadline: o.deadlineOf(t, p, s.Name), Limit: o.Rules.Terms.Freeze(p), Attachments: back.copies, Opinion: back.opinion,
	}
	for i, table := range reading.Tables {
		r.Tables = append(r.Tables, recognised(table, l.Tables, i))
	}
	write := o.Desk.Receipt
	if l.State == store.Rejected {
		write = o.Desk.Return
	}
	it, err := write(t.Now, r)
	if err != nil {
		return err
	}
	_, err = t.Enqueue(it)
	return err
}

// fileNames are the attachments that something was read from or found in.
func fileNames(r reporting.Reading) []string {
	var out []string
	add := func(path []string) {
		if len(path) > 1 && !slices.Contains(out, path[1]) {
			out = append(out, path[1])
		}
	}
	for _, t := range r.Tables {
		add(t.Path)
	}
	for _, f := range r.Findings {
		add(f.Path)
	}
	for _, i := range r.Ignored {
		add(i.Path)
	}
	return out
}

func recognised(table reporting.Table, stored []store.Stored, i int) notice.Recognised {
	out := notice.Recognised{Kind: table.Kind, Period: table.Period, Path: table.Path, Sheet: table.Sheet, Number: table.Number, Rows: len(table.Rows), Nil: table.Nil, Prose: table.Prose != ""}
	for _, r := range table.Rows {
		if r.Text(reporting.FParentName) != "" {
			out.Parts++
		}
	}
	if i < len(stored) {
		out.Version, out.Reason = stored[i].Version, stored[i].Reason
	}
	return out
}

// writeCall writes a reminder or chaser for one recipient.
func (o *Office) writeCall(c chase.Call, s reporting.Submitter, to Receiver, files []notice.Attachment, now time.Time) (outbox.Item, error) {
	a := notice.Ask{
		Key: to.key, To: to.Address, Submitter: s, Period: c.Period, Deadline: c.Deadline, Limit: o.Rules.Terms.Freeze(c.Period), Day: o.Rules.Terms.DeadlineDay,
		Missing: c.Missing, Arrived: c.Arrived, Rejected: c.Rejected, Template: c.Step.Template, Nth: c.Nth, Formal: c.Step.Letter, Expires: c.Expires,
		Copy: to.Copy, Attachments: files,
	}
	if c.Step.Kind == chase.Chaser {
		return o.Desk.Chaser(now, a)
	}
	return o.Desk.Reminder(now, a)
}

// coverOf is what a bulletin's letter to one recipient consists of.
func coverOf(key, to, submitter string, pub store.Publication, f Forms) notice.Cover {
	b := pub.Bulletin
	var pictures []notice.Inline
	for _, p := range f.Pictures {
		pictures = append(pictures, notice.Inline{ID: p.ID, Name: p.Name, Type: "image/png", Data: p.PNG})
	}
	return notice.Cover{
		Pictures: pictures,
		Key:      key, To: to, Submitter: submitter, Period: b.Period, Number: b.Number, Subject: f.Subject, Text: f.Text, HTML: f.HTML,
		Attachments: attached(f), Correction: pub.Edition.IsCorrection(), Package: f.PackageName,
	}
}

// attached are a bulletin's files; a correction has no workbook.
func attached(f Forms) (out []notice.Attachment) {
	for _, x := range []struct {
		name, kind string
		data       []byte
	}{
		{f.WordName, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", f.Word},
		{f.WorkbookName, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f.Workbook},
		{f.PackageName, "application/zip", f.Package},
	} {
		if len(x.data) > 0 {
			out = append(out, notice.Attachment{Name: x.name, Type: x.kind, Data: x.data})
		}
	}
	return out
}
