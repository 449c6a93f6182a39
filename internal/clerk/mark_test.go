package clerk

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"tongbao/internal/sheet"
)

// TestMarkInTheChild has copies made of a letter's workbooks: of one that kills
// the child, of a csv and of a file without findings there are none.
func TestMarkInTheChild(t *testing.T) {
	book, err := os.ReadFile("../sheet/testdata/xlsx/d15-xiushui-traps.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile("../sheet/testdata/xls/01-subprojects.xls")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{string(book), table(1), pack(t, "三月/子项.xls", string(old)), "TEST exit\n", pack(t, "其他.xlsx", string(book)+" ")}
	raw := post(files...)
	c := newClerk(t, Options{})
	mark := func(path ...string) Mark {
		return Mark{Path: append([]string{"a.eml"}, path...), Cell: "C5", Severity: "error", Text: "请核对。"}
	}
	marks := []Mark{mark("1.csv"), mark("2.csv"), mark("3.csv", "子项.xls"), mark("4.csv")}
	got, err := c.Mark(context.Background(), "a.eml", raw, marks)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range got {
		names = append(names, strings.Join(m.Path, "/")+m.Ext)
		b, err := sheet.Open("x", m.Data, sheet.Limits{}, nil)
		if err != nil || b.Format != "xlsx" {
			t.Errorf("%v: %v %v", m.Path, b, err)
		}
	}
	if s := strings.Join(names, " "); s != "a.eml/1.csv.xlsx a.eml/3.csv/子项.xls.xlsx" {
		t.Errorf("copies of %s", s)
	}
	if got, err := c.Mark(context.Background(), "a.eml", raw, nil); err != nil || len(got) > 0 {
		t.Errorf("without marks there are %d copies: %v", len(got), err)
	}
	if s := fmt.Sprint(told(must(c.Open(context.Background(), "a.eml", raw)))); !strings.Contains(s, "2.csv") {
		t.Errorf("afterwards it reads %s", s)
	}
}

func must(o Opened, err error) Opened {
	if err != nil {
		panic(err)
	}
	return o
}

// TestManyMarks sends more marks than a letter's request is long.
func TestManyMarks(t *testing.T) {
	book, err := os.ReadFile("../sheet/testdata/xlsx/d15-xiushui-traps.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	var marks []Mark
	for i := range 5000 {
		marks = append(marks, Mark{Path: []string{"a.xlsx"}, Cell: fmt.Sprintf("C%d", i+1), Severity: "warning", Text: strings.Repeat("请核对。", 40)})
	}
	got, err := newClerk(t, Options{}).Mark(context.Background(), "a.xlsx", book, marks)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d copies: %v", len(got), err)
	}
	if n := len(base64.StdEncoding.EncodeToString(got[0].Data)); n > 4<<20 {
		t.Errorf("a copy of %d bytes", n)
	}
}
