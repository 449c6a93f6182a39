package office

import (
	"context"
	"runtime/debug"
	"slices"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/form"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
)

// hints is what is known of a letter or file before it is understood.
type hints struct {
	submitter string                                        // whom the sender's address, or the operator, names
	tables    []reporting.Kind                              // that it owes
	prose     bool                                          // it may report its progress in words
	period    reporting.Period                              // given by the operator
	arrived   time.Time                                     // zero where not known
	senses    map[reporting.Kind]map[string]reporting.Field // of earlier tables' open columns
	// standing are the tables of a month that came in earlier letters and count.
	standing func(reporting.Period) ([]reporting.Table, error)
}

// Explanation is a letter or file as it was understood, with the sheets and
// what each of their rows was taken for.
type Explanation struct {
	Reading reporting.Reading
	Opened  clerk.Opened
	Drawn   []form.Drawn
}

// Inspect reads a letter or file as the daemon would and stores nothing. The
// reviewed reading has no knowledge of other letters.
func (o *Office) Inspect(ctx context.Context, name string, raw []byte) (Explanation, error) {
	opened, err := o.Opener.Open(ctx, name, raw)
	if err != nil {
		return Explanation{Opened: opened}, err
	}
	h := hints{}
	if opened.Header != nil {
		h.arrived = opened.Header.Received
		if s, ok := o.Rules.Register.ByAddress(opened.Header.From); ok {
			h.submitter, h.tables, h.prose = s.Name, s.Tables, s.MayTell()
		}
	}
	reading, drawn := form.Explain(o.material(name, opened, h))
	reading, err = o.check(reading, h)
	return Explanation{Reading: reading, Opened: opened, Drawn: drawn}, err
}

// understand makes a reading of what the clerk opened and checks it.
func (o *Office) understand(name string, opened clerk.Opened, h hints) (r reporting.Reading, err error) {
	if !o.think(name, func() {
		if reading != nil {
			reading(name)
		}
		r = form.Read(o.material(name, opened, h))
	}) {
		r = reporting.Reading{Findings: []reporting.Finding{{Path: []string{name}, Code: "unreadable", Severity: reporting.Error,
			Message: "程序读取这封来信时出错，表没有计入。请把表另存为 .xlsx 后重新发送；仍不行请电话告知办公室。"}}}
	}
	return o.check(r, h)
}

// think does what is pure. A panic there is a fault of ours over one letter,
// which must not come at each reading of the mailbox, nor keep the letters
// behind it waiting.
func (o *Office) think(letter string, do func()) (done bool) {
	defer func() {
		if p := recover(); p != nil {
			o.Log.Error("a fault of the program over a letter", "letter", letter, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	do()
	return true
}

// reading is a hook for tests: it is told of a letter before it is read.
var reading func(name string)

// material is what form is told of a letter or file.
func (o *Office) material(name string, opened clerk.Opened, h hints) (form.Material, form.Knowledge) {
	m := form.Material{File: name}
	if head := opened.Header; head != nil {
		received := h.arrived
		if received.IsZero() {
			received = head.Received
		}
		m.Letter = &form.Head{From: head.From, FromName: head.FromName, Subject: head.Subject, MessageID: head.MessageID,
			Received: received.In(o.Rules.Terms.Zone), Automatic: head.Automatic != ""}
	}
	for _, d := range opened.Documents {
		m.Documents = append(m.Documents, form.Document(d))
	}
	for _, f := range opened.Findings {
		m.Findings = append(m.Findings, reporting.Finding{Path: f.Path, Sheet: f.Sheet, Number: f.Number, Cell: f.Cell,
			Code: f.Code, Severity: reporting.Severity(f.Severity), Message: f.Message})
	}
	for _, i := range opened.Ignored {
		m.Ignored = append(m.Ignored, reporting.Ignored(i))
	}
	return m, form.Knowledge{
		Register: o.Rules.Register, Submitter: h.submitter, Tables: h.tables, Prose: h.prose, Period: h.period,
		Now: h.arrived, Aliases: o.Rules.Aliases, Columns: o.Rules.Columns[h.submitter], Senses: h.senses, Zone: o.Rules.Terms.Zone,
	}
}

// check adds what review has to say of the tables.
func (o *Office) check(reading reporting.Reading, h hints) (reporting.Reading, error) {
	known := map[reporting.Period][]reporting.Table{}
	standing := func(p reporting.Period) (tables []reporting.Table, err error) {
		tables, ok := known[p]
		if !ok && h.standing != nil {
			tables, err = h.standing(p)
			known[p] = tables
		}
		return tables, err
	}
	counting := countingOf(reading.Tables)
	for i, t := range reading.Tables {
		if t.Aside != "" {
			continue
		}
		c := review.Context{Terms: o.Rules.Terms, Period: t.Period, Now: h.arrived, Tables: counting, Known: reading.Findings, Thresholds: o.Rules.Checks}
		if !t.Period.IsZero() {
			now, err := standing(t.Period)
			if err != nil {
				return reading, err
			}
			before, err := standing(t.Period.Add(-1))
			if err != nil {
				return reading, err
			}
			c.Tables, c.Earlier = beside(counting, now, t.Period), byKind(now)[t.Kind]
			c.Previous = byKind(beside(counting, before, t.Period.Add(-1)))
			if parts := partsOf(reading.Tables, i); len(parts) > 1 {
				c.Earlier = share(c.Earlier, reading.Tables, parts, i)
				c.Previous[t.Kind] = share(c.Previous[t.Kind], reading.Tables, parts, i)
			}
		}
		reading.Findings = append(reading.Findings, review.Check(t, c)...)
	}
	return reading, nil
}

// beside are the tables of a month that one is held against: those of its own
// letter, and of the kinds that are not in it, those that came before.
func beside(letter, before []reporting.Table, p reporting.Period) []reporting.Table {
	out := slices.Clone(letter)
	for _, b := range before {
		if !slices.ContainsFunc(letter, func(x reporting.Table) bool { return x.Kind == b.Kind && x.Period == p }) {
			out = append(out, b)
		}
	}
	return slices.DeleteFunc(out, func(x reporting.Table) bool { return x.Period != p && !x.Period.IsZero() })
}

func byKind(tables []reporting.Table) map[reporting.Kind]*reporting.Table {
	out := map[reporting.Kind]*reporting.Table{}
	for i := range tables {
		if out[tables[i].Kind] == nil {
			out[tables[i].Kind] = &tables[i]
		}
	}
	return out
}
