// Package form understands tables: which of the three a grid holds, where its
// header stands, what each column means, which rows are projects, and what
// each cell says. It is pure: no clock, no disk, no network.
package form

import (
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Material is one letter or loose file as it was opened, ready to be understood.
type Material struct {
	File      string // the file's name; the first element of every Path
	Letter    *Head  // nil for a loose file
	Documents []Document
	Findings  []reporting.Finding // of opening: locked, damaged, scans, links
	Ignored   []reporting.Ignored
}

// Head is what the letter says of itself.
type Head struct {
	From, FromName, Subject, MessageID string
	Received                           time.Time // arrival
	Automatic                          bool      // automatic mail is not understood at all
}

// Document is one file with tables or text, in the letter's order.
type Document struct {
	Path    []string // from the letter or file through archives and letters in letters
	Body    bool     // the text of the letter itself, or of a letter in it
	Subject string   // of the inner letter, for what a forwarded letter holds
	Book    sheet.Book
}

// Knowledge is what is known beforehand.
type Knowledge struct {
	Register *reporting.Register
	// Submitter is whom the sender's registered address names; "" where it is not registered.
	Submitter string
	// Tables are those the submitter owes; empty means all.
	Tables []reporting.Kind
	// Prose says that the submitter may report its progress in words.
	Prose bool
	// Period and Now: a period given by the operator wins; Now (arrival of a
	// loose file, where known) settles the year where the material has none.
	Period reporting.Period
	Now    time.Time
	// Aliases are further header words of the office by field, Columns those of
	// the submitter, which go before them.
	Aliases, Columns map[reporting.Field][]string
	// Senses are what the submitter's earlier tables meant by columns whose
	// names leave it open, by Sense.Word.
	Senses map[reporting.Kind]map[string]reporting.Field
	// Zone is the office's; nil is Asia/Shanghai.
	Zone *time.Location
}
