package press_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"tongbao/internal/form"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
	"tongbao/internal/sheet"
)

var counties = reporting.NewRegister(reporting.JiujiangCounties())

// fields are a row's values, written as "key=value".
func row(pairs ...string) reporting.Row {
	r := reporting.Row{Fields: map[reporting.Field]reporting.Value{}}
	for i := 0; i < len(pairs); i += 2 {
		f, s := reporting.Field(pairs[i]), pairs[i+1]
		switch f.Type() {
		case reporting.TypeMoney, reporting.TypePercent:
			r.Fields[f] = reporting.Number(decimal.RequireFromString(s))
		case reporting.TypeFlag:
			r.Fields[f] = reporting.Flag(s == "是")
		default:
			r.Fields[f] = reporting.Text(s)
		}
	}
	return r
}

// lastMonth is what a county reported for February, with every field that a
// progress table can have.
func lastMonth() map[reporting.Kind]reporting.Table {
	full := []string{"seq", "7", "project_name", "滨湖路道路改造工程", "content", "全长2.3公里", "nature", "renewed", "total_invest", "12000.5", "year_plan", "5000", "month_done", "300", "ytd_done", "600"}
	for _, f := range reporting.Fields[reporting.Progress] {
		have := false
		for i := 0; i < len(full); i += 2 {
			have = have || full[i] == string(f)
		}
		value := map[reporting.Type]string{reporting.TypeText: "原" + f.Title(), reporting.TypeMoney: "100", reporting.TypePercent: "12", reporting.TypeDate: "2021-06", reporting.TypeFlag: "是"}[f.Type()]
		if !have && f != reporting.FParentName && f != reporting.FArea && f != reporting.FPhone {
			full = append(full, string(f), value)
		}
	}
	return map[reporting.Kind]reporting.Table{
		reporting.Progress: {Kind: reporting.Progress, Rows: []reporting.Row{row(full...),
			row("project_name", "南门片区老旧小区改造", "nature", "new", "total_invest", "8000", "year_plan", "4000", "resp_unit", "县住建局"),
			row("project_name", "南门一期", "parent_name", "南门片区老旧小区改造", "total_invest", "3000", "year_plan", "1500"),
			row("project_name", "=城北水厂", "nature", "prep", "total_invest", "6000", "year_plan", "100", "plan_finish", "2022")}},
		reporting.Issues: {Kind: reporting.Issues, Rows: []reporting.Row{
			row("project_name", "滨湖路道路改造工程", "problem", "征地未完", "category", "征迁", "deadline", "2021-06", "status", "open"),
			row("project_name", "南门片区老旧小区改造", "problem", "已解决的问题", "category", "资金", "status", "closed")}},
		reporting.Lagging: {Kind: reporting.Lagging, Rows: []reporting.Row{row("project_name", "南门片区老旧小区改造", "resp_unit", "县住建局", "year_plan", "4000", "reason", "资金未到位")}},
	}
}

// fill writes into every empty cell of the body, and computes what formulas
// would give. It says what each row should be read as.
func fill(t *testing.T, raw []byte) ([]byte, map[string]map[string]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[string]map[string]string{}
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		header := rows[2]
		var formulas []string
		for r := 3; r < len(rows); r++ {
			line := rows[r]
			if len(line) > 0 && (strings.HasPrefix(line[0], "填报人") || strings.HasPrefix(line[0], "填表说明")) {
				break
			}
			filled := len(line) > 1 && line[1] != "" && line[1] != "合计"
			for c, head := range header {
				cell, err := excelize.CoordinatesToCellName(c+1, r+1)
				if err != nil {
					t.Fatal(err)
				}
				if formula, err := f.GetCellFormula(name, cell); err == nil && formula != "" {
					formulas = append(formulas, cell)
					continue
				}
				if !filled {
					continue
				}
				value := ""
				if c < len(line) {
					value = line[c]
				}
				if value == "" {
					v := filling(head)
					if v == nil {
						continue
					}
					if err := f.SetCellValue(name, cell, v); err != nil {
						t.Fatal(err)
					}
					value = fmt.Sprint(v)
				}
				want[name+"!"+cell] = map[string]string{head: value}
			}
		}
		for range 2 { // the total's share needs the sums
			for _, cell := range formulas {
				v, err := f.CalcCellValue(name, cell, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatalf("%s!%s: %v", name, cell, err)
				}
				if d, err := decimal.NewFromString(v); err == nil {
					if formula, _ := f.GetCellFormula(name, cell); formula != "" && !strings.Contains(formula, "SUMIF") {
						want[name+"!"+cell] = map[string]string{"share": d.Mul(decimal.NewFromInt(100)).Round(4).String()}
					}
					if err := f.SetCellValue(name, cell, d.InexactFloat64()); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), want
}

// filling is what a clerk writes under a header; nil is nothing.
func filling(head string) any {
	switch {
	case head == "所属大项目" || head == "序号":
		return nil
	case strings.HasSuffix(head, "累计完成投资（万元）"):
		return 1400
	case strings.HasSuffix(head, "（万元）"):
		return 1000
	case strings.HasSuffix(head, "（%）"):
		return 0.25
	case strings.HasPrefix(head, "是否"):
		return "是"
	case head == "建设性质":
		return "续建"
	case head == "销号状态":
		return "推进中"
	case strings.Contains(head, "时间") || strings.Contains(head, "时限"):
		return "2021年12月"
	}
	return "本月" + head
}

func understand(t *testing.T, name, from string, raw []byte) (reporting.Reading, *sheet.Book) {
	t.Helper()
	book, err := sheet.Open(name, raw, sheet.Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := form.Read(form.Material{File: name, Documents: []form.Document{{Path: []string{name}, Book: *book}}}, form.Knowledge{Register: counties, Submitter: from})
	return r, book
}

// TestPrefilledComesBack prefills, fills in all cells, and reads: every cell
// is there, and nothing is to be asked.
func TestPrefilledComesBack(t *testing.T) {
	s, _ := counties.ByName("修水县")
	for _, month := range []time.Month{time.January, time.March, time.December} {
		p := reporting.Period{Year: 2021, Month: month}
		raw, err := press.Prefilled(press.Prefill{Submitter: s, Period: p, Last: lastMonth()})
		if err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("TONGBAO_KEEP"); dir != "" && month == time.March {
			if err := os.WriteFile(dir+"/prefilled.xlsx", raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		filled, want := fill(t, raw)
		r, _ := understand(t, press.PrefilledName(s, p), "", filled)
		if r.Submitter != "修水县" || r.Period != p || len(r.Tables) != 3 {
			t.Fatalf("read as %s of %s, %d tables", r.Submitter, r.Period, len(r.Tables))
		}
		for _, f := range r.Findings {
			t.Errorf("%s %s!%s: %s (%s)", p, f.Sheet, f.Cell, f.Message, f.Code)
		}
		got, sizes := map[string]string{}, map[reporting.Kind]int{}
		for _, table := range r.Tables {
			sizes[table.Kind] = len(table.Rows)
			for _, row := range table.Rows {
				for f, cell := range row.Cells {
					got[table.Sheet+"!"+cell] = f.Word(row.Fields[f])
				}
			}
			for _, total := range table.Totals {
				for f, cell := range total.Cells {
					got[table.Sheet+"!"+cell] = f.Word(total.Fields[f])
				}
			}
			for _, f := range review.Check(table, review.Context{Terms: reporting.DefaultTerms(time.UTC), Period: p, Tables: r.Tables}) {
				if f.Code == "total-differs" || f.Code == "percent-mismatch" {
					t.Errorf("%s %s!%s: %s (%s)", p, f.Sheet, f.Cell, f.Message, f.Code)
				}
			}
		}
		if sizes[reporting.Progress] != 4 || sizes[reporting.Issues] != 1 || sizes[reporting.Lagging] != 1 {
			t.Errorf("rows read: %v", sizes)
		}
		for cell, w := range want {
			for head, value := range w {
				if got[cell] != value && !sameDate(got[cell], value) {
					t.Errorf("%s %s (%s) is read as %q, want %q", p, cell, head, got[cell], value)
				}
			}
		}
		if len(got) < len(want) || len(want) < 80 {
			t.Errorf("%d cells of %d were read", len(got), len(want))
		}
	}
}

func sameDate(got, want string) bool { return want == "2021年12月" && got == "2021-12" }

// TestPrefilledEmpty is the form of a county of which nothing is known: the
// header is read, and unfilled it is no progress report.
func TestPrefilledEmpty(t *testing.T) {
	s, _ := counties.ByName("永修县")
	raw, err := press.Prefilled(press.Prefill{Submitter: s, Period: reporting.Period{Year: 2021, Month: 3}})
	if err != nil {
		t.Fatal(err)
	}
	r, book := understand(t, "a.xlsx", s.Name, raw)
	if len(book.Grids) != 3 || r.Submitter != "永修县" {
		t.Errorf("%d sheets of %q", len(book.Grids), r.Submitter)
	}
	for _, table := range r.Tables {
		if table.Kind == reporting.Progress {
			t.Errorf("an empty form is read as %d projects", len(table.Rows))
		}
	}
	s.Group, s.Tables = reporting.Central, []reporting.Kind{reporting.Progress}
	if raw, err = press.Prefilled(press.Prefill{Submitter: s, Period: reporting.Period{Year: 2021, Month: 3}}); err != nil {
		t.Fatal(err)
	}
	if _, book = understand(t, "a.xlsx", s.Name, raw); len(book.Grids) != 1 || book.Grids[0].Name != "进度表" {
		t.Errorf("a central unit gets %d sheets", len(book.Grids))
	}
}

// TestPrefilledIsLocked checks what can be written in, and how it prints.
func TestPrefilledIsLocked(t *testing.T) {
	s, _ := counties.ByName("修水县")
	raw, err := press.Prefilled(press.Prefill{Submitter: s, Period: reporting.Period{Year: 2021, Month: 3}, Last: lastMonth()})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range f.GetSheetList() {
		first := "B4"
		if name == "进度表" {
			first = "B5"
			if formula, err := f.GetCellFormula(name, "L4"); err != nil || formula != `SUM(L5:L20)-SUMIF($A$5:$A$20,"*.*",L5:L20)` {
				t.Errorf("the total is %q, %v", formula, err)
			}
		}
		for cell, locked := range map[string]bool{"A1": true, "A2": true, "B3": true, first: false} {
			id, err := f.GetCellStyle(name, cell)
			if err != nil {
				t.Fatal(err)
			}
			st, err := f.GetStyle(id)
			if err != nil || st.Protection == nil || st.Protection.Locked != locked {
				t.Errorf("%s!%s: %+v, %v", name, cell, st.Protection, err)
			}
		}
		layout, err := f.GetPageLayout(name)
		if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
			t.Errorf("%s prints on %+v, %v", name, layout, err)
		}
		protection, err := f.GetSheetProtection(name)
		if err != nil || protection.Password != "" || !protection.InsertRows {
			t.Errorf("%s: %+v, %v", name, protection, err)
		}
		lists, err := f.GetDataValidations(name)
		if err != nil || name != "滞后清单" && len(lists) == 0 {
			t.Errorf("%s has %d lists, %v", name, len(lists), err)
		}
	}
}
