package press

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

var flatColumns = []FlatColumn{{"period", "月份", 9}, {"name", "项目名称", 30}, {"plan", "年度计划（万元）", 12}, {"started", "是否开工", 8}, {"row", "行", 6}}

func flatRows() [][]any {
	month := time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)
	return [][]any{
		{month, "滨江路\n改造", decimal.RequireFromString("5000.25"), true, 6},
		{month, `=cmd|'/c calc'!A1`, nil, false, 7},
		{month, "＝1+1", decimal.RequireFromString("-3"), nil, 8},
		{month, "-—未定", nil, nil, 9},
		{month, "\t=1", nil, nil, 10},
		{month, "-12.5", nil, nil, 11},
		{month, "<b>&\x01</b>", nil, nil, 12},
		{month, nil, nil, nil, 13},
	}
}

func flat(t *testing.T, format string) []byte {
	t.Helper()
	var buf bytes.Buffer
	f, err := NewFlat(&buf, format, "项目月报", flatColumns)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range flatRows() {
		if err := f.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestFlatCSV: a byte order mark, plain numbers, and no text that a
// spreadsheet would run.
func TestFlatCSV(t *testing.T) {
	raw := flat(t, "csv")
	body, ok := bytes.CutPrefix(raw, []byte("\ufeff"))
	if !ok || !bytes.Contains(raw, []byte("\r\n")) {
		t.Errorf("no byte order mark or no CRLF: %q", raw[:20])
	}
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"项目名称", "滨江路\n改造", "'=cmd|'/c calc'!A1", "'＝1+1", "'-—未定", "'=1", "-12.5", "<b>&</b>", ""}
	for i, r := range rows {
		if r[1] != want[i] {
			t.Errorf("row %d: %q, want %q", i, r[1], want[i])
		}
	}
	if got := strings.Join(rows[1], "|"); got != "2021-03|滨江路\n改造|5000.25|是|6" {
		t.Errorf("row 1: %q", got)
	}
}

// TestFlatJSON: one document, numbers as numbers, nothing where nothing is.
func TestFlatJSON(t *testing.T) {
	var rows []map[string]any
	if err := json.Unmarshal(flat(t, "json"), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 8 || rows[0]["plan"] != 5000.25 || rows[0]["started"] != true || rows[0]["period"] != "2021-03" || rows[1]["name"] != `=cmd|'/c calc'!A1` {
		t.Errorf("rows: %+v", rows)
	}
	if _, ok := rows[1]["plan"]; ok {
		t.Error("a value that is not there is in the document")
	}
	var buf bytes.Buffer
	f, _ := NewFlat(&buf, "json", "", flatColumns)
	if f.Close(); strings.TrimSpace(buf.String()) != "[]" {
		t.Errorf("no rows: %q", buf.String())
	}
}

// TestFlatWorkbook: typed cells, texts that stay texts, a frozen header, a
// filter, and the same bytes each time.
func TestFlatWorkbook(t *testing.T) {
	raw := flat(t, "xlsx")
	if !bytes.Equal(raw, flat(t, "xlsx")) {
		t.Error("the same rows give other bytes")
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A2": "2021-03", "B2": "滨江路\n改造", "C2": "5000.25", "D2": "是", "E2": "6", "B3": `=cmd|'/c calc'!A1`, "C4": "-3", "B7": "-12.5", "B8": "<b>&</b>", "C1": "年度计划（万元）"} {
		if got, err := f.GetCellValue("项目月报", cell); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", cell, got, err, want)
		}
		if formula, _ := f.GetCellFormula("项目月报", cell); formula != "" {
			t.Errorf("%s is the formula %q", cell, formula)
		}
	}
	for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeUnset, "C2": excelize.CellTypeUnset, "E2": excelize.CellTypeUnset, "B7": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("项目月报", cell); err != nil || got != want {
			t.Errorf("%s has the type %v, %v; want %v", cell, got, err, want)
		}
	}
	if p, err := f.GetPanes("项目月报"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("panes: %+v, %v", p, err)
	}
	if tables, err := f.GetTables("项目月报"); err != nil || len(tables) != 1 || tables[0].Range != "A1:E9" {
		t.Errorf("tables: %+v, %v", tables, err)
	}
}
