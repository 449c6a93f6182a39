package form

import "tongbao/internal/reporting"

// Read understands all tables of a letter or file.
func Read(m Material, k Knowledge) reporting.Reading {
	return reporting.Reading{File: m.File, Findings: m.Findings, Ignored: m.Ignored}
}
