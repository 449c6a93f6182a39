package sheet

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// threadedWorkbook is a workbook as Excel 365 saves it: on two cells of a row
// there are conversations, each with its shadow among the ordinary comments.
func threadedWorkbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range [][]any{{"修水县2021年城建项目进度表（3月）"}, {"序号", "项目名称", "总投资", "年计划"}, {1, "滨湖路", "约3000", "无"}} {
		if err := f.SetSheetRow("Sheet1", CellName(0, i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	const id = "{0C5A2A6E-0000-4A4B-8F2E-00000000000%s}"
	for cell, n := range map[string]string{"C3": "1", "D3": "2"} {
		text := "[线程批注]\n\n你的Excel版本可读取此线程批注; 但如果在更新版本的Excel中打开文件，则对批注所作的任何改动都将被删除。\n\n批注:\n    请核对"
		if err := f.AddComment("Sheet1", excelize.Comment{Cell: cell, Author: "tc=" + strings.Replace(id, "%s", n, 1), Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	const space = `xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"`
	talk := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<ThreadedComments ` + space + `>` +
		`<threadedComment ref="C3" dT="2021-03-20T08:00:00.00" personId="{P}" id="` + strings.Replace(id, "%s", "1", 1) + `"><text>请核对</text></threadedComment>` +
		`<threadedComment ref="C3" dT="2021-03-21T08:00:00.00" personId="{P}" id="{R}" parentId="` + strings.Replace(id, "%s", "1", 1) + `"><text>已核</text></threadedComment>` +
		`<threadedComment ref="D3" dT="2021-03-20T08:01:00.00" personId="{P}" id="` + strings.Replace(id, "%s", "2", 1) + `"><text>请核对</text></threadedComment></ThreadedComments>`
	persons := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<personList ` + space + `><person displayName="填报人" id="{P}" userId="a" providerId="None"/></personList>`
	const relation = `<Relationship Id="rId77" Type="http://schemas.microsoft.com/office/2017/10/relationships/`
	return rewritten(t, raw.Bytes(), map[string]func(string) string{
		"xl/worksheets/_rels/sheet1.xml.rels": func(s string) string {
			return strings.Replace(s, "</Relationships>", relation+`threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>`, 1)
		},
		"xl/_rels/workbook.xml.rels": func(s string) string {
			return strings.Replace(s, "</Relationships>", relation+`person" Target="persons/person.xml"/></Relationships>`, 1)
		},
		"[Content_Types].xml": func(s string) string {
			return strings.Replace(s, "</Types>", `<Override PartName="/xl/threadedComments/threadedComment1.xml" ContentType="application/vnd.ms-excel.threadedcomments+xml"/>`+
				`<Override PartName="/xl/persons/person.xml" ContentType="application/vnd.ms-excel.person+xml"/></Types>`, 1)
		},
	}, map[string]string{"xl/threadedComments/threadedComment1.xml": talk, "xl/persons/person.xml": persons})
}

// rewritten is a zip with parts changed and added.
func rewritten(t *testing.T, data []byte, change map[string]func(string) string, add map[string]string) []byte {
	t.Helper()
	all := parts(t, data)
	for name, fn := range change {
		was := all[name]
		if all[name] = fn(was); all[name] == was {
			t.Fatalf("nothing was changed in %s: %s", name, was)
		}
	}
	for name, s := range add {
		all[name] = s
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		to, err := w.Create(name)
		if err == nil {
			_, err = to.Write([]byte(all[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMarkBesideThreads: a workbook with conversations comes back marked; the
// conversations and their shadows are the same bytes, and what is to be said
// of their cells stands on the next free ones.
func TestMarkBesideThreads(t *testing.T) {
	data := threadedWorkbook(t)
	book, err := Open("a.xlsx", data, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	notes := []Note{{"Sheet1", "C3", "error", "“总投资”写的是“约3000”，请填数字。"}, {"Sheet1", "D3", "warning", "“年计划”没有数。"}, {"Sheet1", "B3", "notice", "名称有变。"}}
	out, _, err := Mark(data, notes, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sameButMarks(t, data, out)
	reads(t, out, book)
	keep(t, "threaded.xlsx", out)
	f, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	comments, err := f.GetComments("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range comments {
		text := c.Text
		for _, r := range c.Paragraph {
			text += r.Text
		}
		got[c.Cell] = text
	}
	for cell, want := range map[string]string{"E3": "（C3格）“总投资”写的是“约3000”，请填数字。", "F3": "（D3格）“年计划”没有数。", "B3": "名称有变。"} {
		if !strings.Contains(got[cell], want) {
			t.Errorf("%s has the comment %q, want %q", cell, got[cell], want)
		}
	}
	for _, cell := range []string{"C3", "D3"} {
		if !strings.Contains(got[cell], "请核对") || strings.Contains(got[cell], "总投资") || strings.Contains(got[cell], "年计划") {
			t.Errorf("the conversation on %s has the shadow %q", cell, got[cell])
		}
		id, err := f.GetCellStyle("Sheet1", cell)
		if err != nil {
			t.Fatal(err)
		}
		if st, err := f.GetStyle(id); err != nil || len(st.Fill.Color) != 1 {
			t.Errorf("%s is not filled (%v)", cell, err)
		}
	}
}
