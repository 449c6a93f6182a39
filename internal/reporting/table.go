package reporting

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// Kind is one of the three tables that are owed each month.
type Kind string

// The tables, in the order in which the work plan names them.
const (
	Progress Kind = "progress" // 城建项目进度表
	Issues   Kind = "issues"   // 城建项目问题台账
	Lagging  Kind = "lagging"  // 进度滞后的项目清单
)

// Kinds lists the tables in the order of the work plan.
var Kinds = []Kind{Progress, Issues, Lagging}

// Title is the table's full Chinese name.
func (k Kind) Title() string {
	switch k {
	case Progress:
		return "城建项目进度表"
	case Issues:
		return "城建项目问题台账"
	case Lagging:
		return "进度滞后的项目清单"
	}
	return string(k)
}

// Short is the table's short Chinese name, for narrow columns.
func (k Kind) Short() string {
	switch k {
	case Progress:
		return "进度表"
	case Issues:
		return "问题台账"
	case Lagging:
		return "滞后清单"
	}
	return string(k)
}

// Value is what stands in one field: a number (money in 万元, percentages in
// percent), a text, a yes or no. A date is a text in the precision that its
// cell gives: 2021-03-25, 2021-03, 2021-Q2, 2021-H1, 2021. A field without a
// certain value has no Value at all; the zero Value is never stored.
type Value struct {
	number *decimal.Decimal
	flag   *bool
	text   string
}

// Number makes a numeric value, rounded to 4 decimals as the contract has it.
func Number(d decimal.Decimal) Value { d = d.Round(4); return Value{number: &d} }

// Text makes a text or date value.
func Text(s string) Value { return Value{text: s} }

// Flag makes a yes or a no.
func Flag(b bool) Value { return Value{flag: &b} }

// Decimal is the number, and whether the value is one.
func (v Value) Decimal() (decimal.Decimal, bool) {
	if v.number == nil {
		return decimal.Decimal{}, false
	}
	return *v.number, true
}

// Bool is the yes or no, and whether the value is one.
func (v Value) Bool() (bool, bool) {
	if v.flag == nil {
		return false, false
	}
	return *v.flag, true
}

// String is the value as a person reads it.
func (v Value) String() string {
	switch {
	case v.number != nil:
		return v.number.String()
	case v.flag != nil && *v.flag:
		return "是"
	case v.flag != nil:
		return "否"
	}
	return v.text
}

// MarshalJSON writes a number, true, false or a string.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.number != nil:
		return []byte(v.number.String()), nil
	case v.flag != nil:
		return json.Marshal(*v.flag)
	}
	return json.Marshal(v.text)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	switch {
	case len(b) == 0:
		return fmt.Errorf("empty value")
	case b[0] == '"':
		return json.Unmarshal(b, &v.text)
	case b[0] == 't' || b[0] == 'f':
		return json.Unmarshal(b, &v.flag)
	}
	d, err := decimal.NewFromString(string(b))
	if err != nil {
		return fmt.Errorf("value %q: %w", b, err)
	}
	v.number = &d
	return nil
}

// Row is one project, issue or lagging row. Row is its 1-based number in the
// sheet; Cells names the cell ("H12") that each field was read from.
type Row struct {
	Row    int              `json:"row"`
	Fields map[Field]Value  `json:"fields"`
	Cells  map[Field]string `json:"cells,omitempty"`
	Hidden bool             `json:"hidden,omitempty"`
	// Aside says that another table of the letter has the row too, and counts.
	Aside bool `json:"aside,omitempty"`
}

// Text is the field as a person reads it, "" where there is none.
func (r Row) Text(f Field) string {
	if v, ok := r.Fields[f]; ok {
		return v.String()
	}
	return ""
}

// Decimal is the field as a number; false where there is none.
func (r Row) Decimal(f Field) (decimal.Decimal, bool) { return r.Fields[f].Decimal() }

// Bool is the field as yes or no; false where there is none.
func (r Row) Bool(f Field) (yes, ok bool) { return r.Fields[f].Bool() }

// Total is a total or subtotal row.
type Total struct {
	Row    int              `json:"row"`
	Label  string           `json:"label,omitempty"`
	Fields map[Field]Value  `json:"fields"`
	Cells  map[Field]string `json:"cells,omitempty"`
}

// Table is one table as it was read. Path leads from the letter or file
// through archives to the workbook; Sheet is empty where the file has none
// (Word, HTML body, csv), and Number (1-based) tells such tables apart.
type Table struct {
	Path   []string `json:"path"`
	Sheet  string   `json:"sheet,omitempty"`
	Number int      `json:"table,omitempty"`
	Kind   Kind     `json:"kind"`
	Nil    bool     `json:"nil"`
	// Prose is the text of a report in words, which has no rows; "" otherwise.
	Prose     string `json:"prose,omitempty"`
	Submitter string `json:"submitter,omitempty"`
	Period    Period `json:"period,omitzero"`
	// Title is the line above the table that names it, "" where there is none;
	// TitleCell is where it stands, "" outside of sheets.
	Title     string `json:"title,omitempty"`
	TitleCell string `json:"title_cell,omitempty"`
	// Senses are the columns whose names leave open what they mean.
	Senses []Sense `json:"senses,omitempty"`
	// Columns names the header cell and the header text that each field was taken from.
	Columns []Column `json:"columns,omitempty"`
	Rows    []Row    `json:"rows"`
	Totals  []Total  `json:"totals"`
	// Aside is why the table does not count although it was read: the letter
	// holds a revised one. "" where it counts.
	Aside string `json:"aside,omitempty"`
	// Parts are the places of further rows where the table was joined of several.
	Parts []Part `json:"parts,omitempty"`
}

// Column is a column of a table as it was understood.
type Column struct {
	Field  Field  `json:"field"`
	Letter string `json:"letter"`         // "H"
	Header string `json:"header"`         // the composed header, "1-3月完成投资|占年度计划(%)"
	Unit   string `json:"unit,omitempty"` // 万元, 亿元, 元 or %
}

// Sense is how a column was understood whose name alone does not tell:
// 累计完成投资 is since January, or since the project's start.
type Sense struct {
	Word  string `json:"word"` // the header as headers are compared: 累计完成
	Field Field  `json:"field"`
	Sure  bool   `json:"sure"` // the other columns or the figures settled it
}

// Severity says what became of a value that has a finding.
type Severity string

// The severities of the contract.
const (
	Error   Severity = "error"   // the value or file could not be used
	Warning Severity = "warning" // used, and to be checked
	Notice  Severity = "notice"
)

// Finding is something that the submitter should look at: where, what kind
// (Code, lower-case words with hyphens), and a Chinese sentence to act on.
// Cell is "H12", a row "12", a column "H", or empty for the whole sheet or file.
type Finding struct {
	Path     []string `json:"path"`
	Sheet    string   `json:"sheet,omitempty"`
	Number   int      `json:"table,omitempty"`
	Cell     string   `json:"cell,omitempty"`
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
}

// Ignored is a part that holds nothing to read, and why.
type Ignored struct {
	Path   []string `json:"path"`
	Reason string   `json:"reason"`
}

// LetterHead is what a letter says of itself. Received is the time of arrival.
type LetterHead struct {
	From      string    `json:"from,omitempty"`
	Subject   string    `json:"subject,omitempty"`
	MessageID string    `json:"message_id,omitempty"`
	Received  time.Time `json:"received,omitzero"`
	Automatic bool      `json:"automatic"`
}

// Reading is all that was understood of one letter or loose file; its JSON is
// an element of inspect's "files".
type Reading struct {
	File      string      `json:"file"`
	Letter    *LetterHead `json:"letter,omitempty"`
	Submitter string      `json:"submitter,omitempty"`
	Period    Period      `json:"period,omitzero"`
	Tables    []Table     `json:"tables"`
	Findings  []Finding   `json:"findings"`
	Ignored   []Ignored   `json:"ignored"`
}

// Place is the cell of a field, "H12"; the row's number where that is not known.
func (r Row) Place(f Field) string {
	if c := r.Cells[f]; c != "" {
		return c
	}
	return strconv.Itoa(r.Row)
}
