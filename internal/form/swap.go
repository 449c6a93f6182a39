package form

import (
	"fmt"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// A clerk writes the share into the column for the amount, or the amount into
// the one for the share. Where most cells bear their sign (25%, 300万元) the
// column is read as what they say, and a cell without the sign is left out.

// look is what a cell shows itself to be.
type look uint8

const (
	looksEmpty   look = iota
	looksPercent      // bears a %
	looksAmount       // bears a unit of money
	looksNumber       // bare
	looksOther
)

func lookOf(c sheet.Cell) (look, decimal.Decimal) {
	switch {
	case blank(c) || isPlaceholder(c.Text):
		return looksEmpty, decimal.Zero
	case c.Kind == sheet.Number:
		n, ok := exact(c.Number)
		switch {
		case !ok || datePrecision(c.Format) != noDate:
			return looksOther, decimal.Zero
		case isPercentFormat(c.Format):
			return looksPercent, n
		}
		return looksNumber, n
	case c.Kind != sheet.Text || len(c.Text) > cellText:
		return looksOther, decimal.Zero
	}
	a, ok := parseAmount(unwrap(c.Text))
	switch {
	case !ok:
		return looksOther, decimal.Zero
	case a.unit == "%":
		return looksPercent, a.n
	case a.worth != nil:
		return looksAmount, a.n
	}
	return looksNumber, a.n
}

// isBareNumber reports whether a text is nothing but a number.
func isBareNumber(c sheet.Cell) bool {
	l, _ := lookOf(c)
	return l == looksNumber
}

// other half of an amount done: its share, and the reverse.
var shares = []struct{ amount, share reporting.Field }{
	{reporting.FYTDDone, reporting.FYTDPct},
	{reporting.FAllDone, reporting.FAllPct},
}

// swapShares reads columns by what their cells bear where that is the other
// one of amount and share.
func (t *table) swapShares(rows []sheet.Row) {
	for i := 0; i < len(t.lay.columns); i++ {
		c := &t.lay.columns[i]
		for _, s := range shares {
			if c.field != s.amount && c.field != s.share {
				continue
			}
			if t.lay.has(s.amount) && t.lay.has(s.share) {
				break // each is there: none stands for the other
			}
			seen, large := t.looks(*c, rows)
			filled := len(rows) - seen[looksEmpty]
			switch {
			case c.field == s.amount && 2*seen[looksPercent] > filled && !t.lay.has(s.share):
				t.onHeader(*c, "column-assumed", reporting.Warning, fmt.Sprintf(
					"“%s”一栏填的多是百分比，按“%s”读入，没有百分号的未采用，请核对；完成投资请填金额。", c.String(), s.share.Title()))
				c.field, c.only = s.share, looksPercent
			case c.field == s.share && 2*seen[looksAmount] > filled && !t.lay.has(s.amount):
				t.onHeader(*c, "column-assumed", reporting.Warning, fmt.Sprintf(
					"“%s”一栏填的多是金额，按“%s”读入，没有写单位的未采用，请核对；完成比例请填百分数。", c.String(), s.amount.Title()))
				c.field, c.only = s.amount, looksAmount
			case c.field == s.share && 2*seen[looksNumber] > filled && 2*large > filled && !t.lay.has(s.amount):
				t.onHeader(*c, "percent-or-amount", reporting.Error, fmt.Sprintf(
					"“%s”一栏的数字过大，不像百分比，可能填的是金额，没有百分号的未采用；请改填百分数，金额填到完成投资栏。", c.String()))
				c.only = looksPercent
			}
			break
		}
	}
}

var tooLargeForShare = decimal.NewFromInt(200) // percent

// looks counts what the column's cells bear, and the bare numbers that are too
// large for a share.
func (t *table) looks(c column, rows []sheet.Row) (seen [looksOther + 1]int, large int) {
	for _, r := range rows {
		l, n := lookOf(cellIn(r, c.col))
		seen[l]++
		if l == looksNumber && n.GreaterThan(tooLargeForShare) {
			large++
		}
	}
	return seen, large
}

// admits reports whether a cell bears what a column is read for; where it does
// not, the finding says that it was left out.
func (t *table) admits(c *column, cell sheet.Cell, address string) bool {
	if c.only == looksEmpty {
		return true
	}
	l, _ := lookOf(cell)
	if l == looksEmpty || l == c.only || c.only == looksOther && l != looksNumber {
		return true
	}
	want := map[look]string{looksPercent: "没有百分号", looksAmount: "没有写明金额单位", looksOther: "只是一个数字，看不出是金额还是进度"}[c.only]
	d := say(reporting.Error, "unlike-its-column", cell.Text, "%s，与该栏其他各格不同，“%s”未采用；请核对后填写。", want, c.field.Title())
	t.say(address, d.Code, d.Severity, d.Message)
	return false
}
