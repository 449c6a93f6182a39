package sheet

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the .want files anew")

// TestFiles reads testdata/files/NN-name.* and compares with the .want beside
// it: one line for each cell, merge and paragraph, or the error's code. A
// .docx.xml is a Word file's main part.
func TestFiles(t *testing.T) {
	names, _ := filepath.Glob("testdata/files/*")
	seen := 0
	for _, name := range names {
		if strings.HasSuffix(name, ".want") {
			continue
		}
		seen++
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, ".docx.xml") {
				data = zipOf("word/document.xml", string(data))
			}
			got := spell(Open(name, data, Limits{}, nil))
			if *update {
				os.WriteFile(name+".want", []byte(got), 0o644)
			}
			want, err := os.ReadFile(name + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	if seen < 15 {
		t.Errorf("only %d files", seen)
	}
}

var kinds = [...]string{Empty: "empty", Text: "text", Number: "number", Bool: "bool", Fault: "fault"}

// spell writes a book, or why there is none, line by line.
func spell(b *Book, err error) string {
	if err != nil {
		return "error " + err.(*Error).Code + "\n"
	}
	var w bytes.Buffer
	fmt.Fprintln(&w, b.Format)
	paragraphs := b.Paragraphs
	upTo := func(tables int) {
		for len(paragraphs) > 0 && paragraphs[0].Tables <= tables {
			fmt.Fprintf(&w, "paragraph %d %q\n", paragraphs[0].Tables, paragraphs[0].Text)
			paragraphs = paragraphs[1:]
		}
	}
	for i, g := range b.Grids {
		upTo(i)
		fmt.Fprintf(&w, "grid %q %d", g.Name, g.Number)
		if g.Hidden {
			fmt.Fprint(&w, " hidden")
		}
		if g.Date1904 {
			fmt.Fprint(&w, " 1904")
		}
		fmt.Fprintln(&w)
		for _, m := range g.Merges {
			fmt.Fprintf(&w, "merge %s:%s\n", CellName(m.Left, m.Top), CellName(m.Right, m.Bottom))
		}
		for _, c := range g.HiddenCols {
			fmt.Fprintf(&w, "hidden column %s\n", ColumnName(c))
		}
		for _, r := range g.Rows {
			if r.Hidden {
				fmt.Fprintf(&w, "hidden row %d\n", r.Index)
			}
			for _, c := range r.Cells {
				fmt.Fprintf(&w, "%s %s %q", CellName(c.Col, r.Index), kinds[c.Kind], c.Text)
				if c.Format != "" {
					fmt.Fprintf(&w, " %s", c.Format)
				}
				if c.Formula {
					fmt.Fprint(&w, " formula")
				}
				fmt.Fprintln(&w)
			}
		}
	}
	upTo(len(b.Grids))
	return w.String()
}

// TestPastedText is a plain body with rows of a workbook in it.
func TestPastedText(t *testing.T) {
	text := "各位领导：\r\n修水县2021年3月进度表\r\n序号\t项目名称\t\"总投资\r\n（万元）\"\r\n1\t甲路\t100\r\n2\t乙路\t\r\n联系人：\t张三\r\n以上。\r\na\tb\tc\r\n"
	want := `text
paragraph 0 "各位领导："
paragraph 0 "修水县2021年3月进度表"
grid "" 1
A1 text "序号"
B1 text "项目名称"
C1 text "总投资\n（万元）"
A2 text "1"
B2 text "甲路"
C2 text "100"
A3 text "2"
B3 text "乙路"
paragraph 1 "联系人：\t张三"
paragraph 1 "以上。"
paragraph 1 "a\tb\tc"
`
	if got := spell(OpenText(text, Limits{}), nil); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
