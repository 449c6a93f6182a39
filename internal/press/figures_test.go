package press

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
)

// TestFigures: each value is rounded once, half away from zero, and a cell
// holds what paper prints.
func TestFigures(t *testing.T) {
	number := func(s string) bulletin.Number { return bulletin.Number{Decimal: decimal.RequireFromString(s)} }
	five, none := 5, (*int)(nil)
	var absentNumber *bulletin.Number
	yes := true
	for _, c := range []struct {
		k     kind
		v     any
		show  string
		value any
	}{
		{yi, number("10050"), "1.01", 1.01}, // 1.005
		{yi, number("10049.9999"), "1.00", 1.0},
		{yi, number("-10050"), "-1.01", -1.01},
		{wan, number("1000.5"), "1001", 1000.5},
		{wan, number("1000.12345"), "1000", 1000.1235},
		{pct, number("12.51"), "12.51", 0.1251},
		{pct, number("122.6"), "122.60", 1.226},
		{pp, number("5.9"), "+5.90", 5.9},
		{pp, number("-12.49"), "-12.49", -12.49},
		{pp, number("0"), "0.00", 0.0},
		{yi, absentNumber, absent, absent},
		{count, &five, "5", 5},
		{count, none, absent, absent},
		{count, 0, "0", 0},
		{label, &yes, "是", "是"},
		{words, "", absent, absent},
		{words, nil, absent, absent},
	} {
		if got := c.k.show(c.v); got != c.show {
			t.Errorf("show(%d, %v) = %s, want %s", c.k, c.v, got, c.show)
		}
		if got := c.k.value(c.v); got != c.value {
			t.Errorf("value(%d, %v) = %v, want %v", c.k, c.v, got, c.value)
		}
	}
}

// TestWorkbookFigures: the workbook's cells are numbers, amounts to the cent.
func TestWorkbookFigures(t *testing.T) {
	f := forms(t, small()).book
	for cell, want := range map[string][2]string{ // shown, raw
		"修水县!B4":  {"第二水厂扩建工程", "第二水厂扩建工程"},
		"修水县!D4":  {"20,000.00", "20000"},
		"修水县!G4":  {"1,000.60", "1000.6"},
		"修水县!H4":  {"12.51%", "0.1251"},
		"修水县!I4":  {"-12.49", "-12.49"},
		"修水县!G5":  {"1,000.60", "1000.6"},
		"排名表!B4":  {"濂溪区", "濂溪区"},
		"排名表!H5":  {"-12.49", "-12.49"},
		"排名表!D5":  {"0.80", "0.8"},
		"排名表!B6":  {"都昌县", "都昌县"},
		"排名表!C6":  {"未报送", "未报送"},
		"排名表!F7":  {"0.50", "0.5"},
		"排名表!G7":  {"20.84%", "0.2084"},
		"滞后清单!F4": {"12.51%", "0.1251"},
	} {
		sheet, name, _ := strings.Cut(cell, "!")
		shown, err := f.GetCellValue(sheet, name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := f.GetCellValue(sheet, name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if shown != want[0] || raw != want[1] {
			t.Errorf("%s = %q (%q), want %q (%q)", cell, shown, raw, want[0], want[1])
		}
	}
}
