// Package press sets a bulletin on paper: Word after GB/T 9704-2012, the Excel
// annex, the HTML letter with its plain text. All forms are made of one frozen
// snapshot and print its number and time.
package press

import (
	"tongbao/internal/bulletin"
	"tongbao/templates"
)

// Office is who signs.
type Office struct {
	Name      string // 九江市“城建项目大会战”指挥部办公室
	City      string // 九江市
	Contact   string
	Phone     string
	Signature string // under letters; Name where empty
}

// Word sets the bulletin as a .docx.
func Word(b bulletin.Bulletin, o Office, t *templates.Set) ([]byte, error) { return nil, nil }

// Workbook sets the annex as an .xlsx.
func Workbook(b bulletin.Bulletin, o Office) ([]byte, error) { return nil, nil }

// FileNames are the names under which the two are sent.
func FileNames(b bulletin.Bulletin, o Office) (word, workbook string) { return "", "" }

// Mail sets the letter: its subject, HTML and plain text. Recipient is the
// submitter whose copy it is and begins with; "" is the office's.
func Mail(b bulletin.Bulletin, o Office, t *templates.Set, recipient string) (subject, html, text string, err error) {
	return "", "", "", nil
}
