package form

import (
	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// valueContext is what settles a cell's value besides the cell.
type valueContext struct {
	Unit     string           // resolved of the column: "万元", "亿元", "元", "千元", "%" or ""
	Period   reporting.Period // the table's reporting month; settles years; may be zero
	Date1904 bool             // serial dates count from 1904
	Header   string           // composed header, e.g. "1-3月完成投资|占年度计划(%)"
	Ratio    *decimal.Decimal // the percentage computed from the row's amounts, nil where not known
}

// doubt is a complaint about one cell: what kind, how grave, and a Chinese
// sentence that quotes the cell and says what to write instead.
type doubt struct {
	Code     string
	Severity reporting.Severity
	Message  string
}

// readValue reads a cell as a field; ok is false where nothing certain stands
// there: empty, placeholder, ambiguous.
func readValue(f reporting.Field, c sheet.Cell, vc valueContext) (v reporting.Value, ok bool, d *doubt) {
	if c.Kind == sheet.Empty {
		return reporting.Value{}, false, nil
	}
	if c.Kind == sheet.Number && (f.Type() == reporting.TypeMoney || f.Type() == reporting.TypePercent) {
		return reporting.Number(decimal.NewFromFloat(c.Number)), true, nil
	}
	if isPlaceholder(c.Text) {
		return reporting.Value{}, false, nil
	}
	return reporting.Text(c.Text), true, nil
}

// isPlaceholder reports whether a text says that nothing stands there.
func isPlaceholder(s string) bool {
	switch s {
	case "", "—", "——", "-", "/", "\\", "无", "暂无", "待定":
		return true
	}
	return false
}
