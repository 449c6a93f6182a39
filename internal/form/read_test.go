package form

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

var update = flag.Bool("update", false, "write the .want files anew; read them before committing")

// TestRead reads each testdata/NN-name.txt and compares with its .want. A case
// is a letter or file in plain writing; see parseCase.
func TestRead(t *testing.T) {
	files, err := filepath.Glob("testdata/[0-9]*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			m, k := parseCase(t, string(raw))
			got := show(Read(m, k))
			want := strings.TrimSuffix(name, ".txt") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			wanted, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(wanted) {
				t.Errorf("got:\n%s\nwant:\n%s", got, wanted)
			}
		})
	}
}

// parseCase reads a case: "key: value" lines about the letter, then documents.
// "== path" begins a file, "-- name" a sheet ("--" alone a table without one,
// "-- name hidden" a hidden sheet), "P text" running text. In a sheet each line
// is a row, "." a blank one; cells stand between "|": a number, 'text, text,
// value{format}, "=" for a formula without a value, "<" and "^" for a cell
// merged with its left or upper neighbour. "~" before a row hides it.
func parseCase(t *testing.T, text string) (Material, Knowledge) {
	t.Helper()
	m, k := Material{File: "a.xlsx"}, Knowledge{}
	var doc *Document
	var grid *sheet.Grid
	row := 0
	letter := func() *Head {
		if m.Letter == nil {
			m.Letter = &Head{}
		}
		return m.Letter
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "== "):
			m.Documents = append(m.Documents, Document{Path: append([]string{m.File}, strings.Split(line[3:], "/")...)})
			doc, grid = &m.Documents[len(m.Documents)-1], nil
			switch line[3:] {
			case "self", "body":
				doc.Path, doc.Body = doc.Path[:1], line[3:] == "body"
			}
		case strings.HasPrefix(line, "--"):
			name := strings.TrimSpace(line[2:])
			g := sheet.Grid{}
			g.Name, g.Hidden = strings.CutSuffix(name, " hidden")
			if g.Name == "" {
				g.Number = len(doc.Book.Grids) + 1
			}
			doc.Book.Grids = append(doc.Book.Grids, g)
			grid, row = &doc.Book.Grids[len(doc.Book.Grids)-1], 0
		case strings.HasPrefix(line, "P ") && doc != nil:
			doc.Book.Paragraphs = append(doc.Book.Paragraphs, sheet.Paragraph{Text: line[2:], Tables: len(doc.Book.Grids)})
		case grid != nil && line != "":
			row++
			parseRow(grid, row, line)
		case line != "":
			key, value, _ := strings.Cut(line, ": ")
			switch key {
			case "file":
				m.File = value
			case "subject":
				letter().Subject = value
			case "from":
				letter().FromName = value
			case "automatic":
				letter().Automatic = true
			case "received":
				letter().Received = day(t, value)
			case "now":
				k.Now = day(t, value)
			case "submitter":
				k.Submitter = value
			case "period":
				k.Period, _ = reporting.ParsePeriod(value)
			case "sense": // word=field, of the submitter's earlier progress tables
				word, f, _ := strings.Cut(value, "=")
				k.Senses = map[reporting.Kind]map[string]reporting.Field{reporting.Progress: {word: reporting.Field(f)}}
			case "column":
				f, word, _ := strings.Cut(value, "=")
				k.Columns = map[reporting.Field][]string{reporting.Field(f): {word}}
			case "alias":
				f, word, _ := strings.Cut(value, "=")
				k.Aliases = map[reporting.Field][]string{reporting.Field(f): {word}}
			default:
				t.Fatalf("no key %q", key)
			}
		}
	}
	return m, k
}

func day(t *testing.T, s string) time.Time {
	d, err := time.ParseInLocation("2006-01-02", s, time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	return d.Add(10 * time.Hour)
}

var cellFormat = regexp.MustCompile(`^(.*)\{(.*)\}$`)

func parseRow(g *sheet.Grid, index int, line string) {
	r := sheet.Row{Index: index}
	line, r.Hidden = strings.CutPrefix(line, "~")
	for col, text := range strings.Split(line, "|") {
		text = strings.ReplaceAll(strings.TrimSpace(text), `\n`, "\n")
		c := sheet.Cell{Col: col, Kind: sheet.Text, Text: text}
		switch {
		case text == "<" || text == "^":
			widen(g, index, col, text)
			continue
		case text == "" || text == ".":
			continue
		case text == "=":
			c.Kind, c.Text, c.Formula = sheet.Empty, "", true
		case strings.HasPrefix(text, "#"):
			c.Kind = sheet.Fault
		case strings.HasPrefix(text, "'"):
			c.Text = text[1:]
		default:
			if f := cellFormat.FindStringSubmatch(text); f != nil {
				c.Text, c.Format = f[1], f[2]
			}
			if n, err := strconv.ParseFloat(c.Text, 64); err == nil {
				c.Kind, c.Number = sheet.Number, n
			}
		}
		r.Cells = append(r.Cells, c)
	}
	if len(r.Cells) > 0 {
		g.Rows = append(g.Rows, r)
	}
}

// widen lets the merged area of a neighbour cover the cell too.
func widen(g *sheet.Grid, row, col int, to string) {
	at := [2]int{row, col - 1}
	if to == "^" {
		at = [2]int{row - 1, col}
	}
	for i := range g.Merges {
		if m := &g.Merges[i]; m.Top <= at[0] && at[0] <= m.Bottom && m.Left <= at[1] && at[1] <= m.Right {
			m.Bottom, m.Right = max(m.Bottom, row), max(m.Right, col)
			return
		}
	}
	g.Merges = append(g.Merges, sheet.Span{Top: at[0], Left: at[1], Bottom: row, Right: col})
}

// show writes a reading as the .want files have it.
func show(r reporting.Reading) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s\n", or(r.Submitter), or(r.Period.String()))
	for _, t := range r.Tables {
		fmt.Fprintf(&s, "\n%s %s %s %s", t.Kind, strings.TrimSpace(strings.Join(t.Path[1:], "/")+" "+t.Sheet), or(t.Submitter), or(t.Period.String()))
		if t.Number > 0 {
			fmt.Fprintf(&s, " table %d", t.Number)
		}
		if t.Nil {
			s.WriteString(" nil")
		}
		if t.Aside != "" {
			s.WriteString(" aside: " + t.Aside)
		}
		s.WriteString("\n")
		for _, row := range t.Rows {
			mark := ""
			if row.Hidden {
				mark = " hidden"
			}
			if row.Aside {
				mark += " aside"
			}
			fmt.Fprintf(&s, "%d%s%s\n", row.Row, mark, fields(t.Kind, row.Fields, row.Cells, row.Row))
		}
		for _, total := range t.Totals {
			fmt.Fprintf(&s, "%d total %s%s\n", total.Row, strings.Join(strings.Fields(total.Label), ""), fields(t.Kind, total.Fields, total.Cells, total.Row))
		}
	}
	if len(r.Findings) > 0 {
		s.WriteString("\n")
	}
	for _, f := range r.Findings {
		at := strings.TrimSpace(strings.Join(f.Path[min(1, len(f.Path)):], "/") + " " + f.Sheet + " " + f.Cell)
		fmt.Fprintf(&s, "%s: %s %s %s\n", at, f.Severity, f.Code, f.Message)
	}
	return s.String()
}

// fields lists a row's values in the form's order, each with its column.
func fields(k reporting.Kind, values map[reporting.Field]reporting.Value, cells map[reporting.Field]string, row int) string {
	var s strings.Builder
	for _, f := range reporting.Fields[k] {
		if v, ok := values[f]; ok {
			fmt.Fprintf(&s, " %s:%s=%q", strings.TrimSuffix(cells[f], strconv.Itoa(row)), f, v.String())
		}
	}
	for f := range values {
		if !slices.Contains(reporting.Fields[k], f) {
			fmt.Fprintf(&s, " NOT A FIELD %s", f)
		}
	}
	return s.String()
}

func or(s string) string {
	if s == "" {
		return "?"
	}
	return s
}

// TestHiddenUnderMerge: what a merged area covers is not what people see.
func TestHiddenUnderMerge(t *testing.T) {
	rows := [][]string{
		{"修水县2021年3月城建项目进度表"},
		{"序号", "项目名称", "总投资", "年度计划投资", "责任领导"},
		{"1", "甲路工程", "900", "300", "张三"},
		{"2", "乙路工程", "800", "200", "李四"},
		{"3", "丙路工程", "700", "100", "王五"},
	}
	g := sheet.Grid{Number: 1, Name: "Sheet1", Merges: []sheet.Span{{Top: 3, Bottom: 4, Left: 4, Right: 4}}}
	for i, texts := range rows {
		r := sheet.Row{Index: i + 1}
		for col, text := range texts {
			r.Cells = append(r.Cells, sheet.Cell{Col: col, Kind: sheet.Text, Text: text})
		}
		g.Rows = append(g.Rows, r)
	}
	m := Material{File: "a.xlsx", Documents: []Document{{Path: []string{"a.xlsx"}, Book: sheet.Book{Grids: []sheet.Grid{g}}}}}
	got := show(Read(m, Knowledge{}))
	for _, want := range []string{`4 A:seq="2" B:project_name="乙路工程" C:total_invest="800" D:year_plan="200" E:leader="张三"`, `E:leader="王五"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	if g.Rows[3].Cells[4].Text != "李四" {
		t.Error("the caller's grid was changed")
	}
}
