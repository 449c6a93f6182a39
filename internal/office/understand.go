package office

import (
	"context"
	"slices"
	"time"

	"tongbao/internal/clerk"
	"tongbao/internal/form"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
)

// hints is what is known of a letter or file before it is understood.
type hints struct {
	submitter string           // whom the sender's address, or the operator, names
	tables    []reporting.Kind // that it owes
	period    reporting.Period // given by the operator
	arrived   time.Time        // zero where not known
	previous  map[reporting.Kind]*reporting.Table
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
			h.submitter, h.tables = s.Name, s.Tables
		}
	}
	reading, drawn := form.Explain(o.material(name, opened, h))
	reading, err = o.check(reading, h)
	return Explanation{Reading: reading, Opened: opened, Drawn: drawn}, err
}

// understand makes a reading of what the clerk opened and checks it.
func (o *Office) understand(name string, opened clerk.Opened, h hints) (reporting.Reading, error) {
	return o.check(form.Read(o.material(name, opened, h)), h)
}

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
		Register: o.Rules.Register, Submitter: h.submitter, Tables: h.tables, Period: h.period,
		Now: h.arrived, Aliases: o.Rules.Aliases, Zone: o.Rules.Terms.Zone,
	}
}

// check adds what review has to say of the tables.
func (o *Office) check(reading reporting.Reading, h hints) (reporting.Reading, error) {
	for _, t := range reading.Tables {
		others, err := h.beside(t, reading.Tables)
		if err != nil {
			return reading, err
		}
		c := review.Context{Terms: o.Rules.Terms, Period: t.Period, Now: h.arrived, Tables: others, Previous: h.previous, Known: reading.Findings}
		reading.Findings = append(reading.Findings, review.Check(t, c)...)
	}
	return reading, nil
}

// beside are the tables that one is held against: those of its own letter, and
// of the kinds that are not in it, those that came before.
func (h hints) beside(t reporting.Table, letter []reporting.Table) ([]reporting.Table, error) {
	if h.standing == nil || t.Period.IsZero() {
		return letter, nil
	}
	before, err := h.standing(t.Period)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(letter)
	for _, b := range before {
		if !slices.ContainsFunc(letter, func(x reporting.Table) bool { return x.Kind == b.Kind && x.Period == b.Period }) {
			out = append(out, b)
		}
	}
	return out, nil
}
