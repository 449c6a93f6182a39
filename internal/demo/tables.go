package demo

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"

	"tongbao/internal/reporting"
)

// grid is a table on its way into a file: text, or int for a number.
type grid struct {
	name   string
	rows   [][]any
	merges []string
}

// progress is a submitter's progress table. With a fault its total does not
// fit its rows.
func (p player) progress(month int, fault bool) grid {
	g := grid{name: "进度表"}
	g.rows = append(g.rows,
		[]any{fmt.Sprintf("%s%d年城建项目进度表（%d月）", p.name, p.year, month)},
		[]any{"填报单位：" + p.name, "", "", "", "", "", "", "", "单位：万元"},
		[]any{"序号", "项目名称", "项目类别", "建设性质", "总投资", fmt.Sprintf("%d年计划投资", p.year), fmt.Sprintf("%d月完成投资", month), fmt.Sprintf("1-%d月累计完成投资", month),
			"占年度计划(%)", "是否开工", "是否入统", "形象进度", "责任单位", "责任领导"})
	g.merges = append(g.merges, "A1:N1")
	var total, plan, now, sum int
	for i, x := range p.projects() {
		u := x.until(month)
		total, plan, now, sum = total+x.total, plan+x.plan, now+x.in(month), sum+u
		text := fmt.Sprintf("完成工程量的%d%%", u*100/max(1, x.total))
		if !x.started {
			text = "正在办理前期手续"
		}
		g.rows = append(g.rows, []any{i + 1, x.name, x.category, x.nature, x.total, x.plan, x.in(month), u,
			fmt.Sprintf("%.2f%%", float64(u)*100/float64(max(1, x.plan))), yes(x.started), yes(x.stats), text, x.unit, x.leader})
	}
	if fault {
		plan += 5000
	}
	g.rows = append(g.rows, []any{"合计", "", "", "", total, plan, now, sum}, []any{"填报人：" + surnames[month%8] + given[month%8] + "　联系电话：13900001234"})
	return g
}

// month names a month of the tables' year; past December it is one of the next.
func (p player) month(n int) string {
	return reporting.Period{Year: p.year, Month: 1}.Add(n - 1).Chinese()
}

func (p player) issues(month int) grid {
	g := grid{name: "问题台账", merges: []string{"A1:I1"}}
	g.rows = append(g.rows, []any{fmt.Sprintf("%s城建项目问题台账（%d年%d月）", p.name, p.year, month)},
		[]any{"序号", "项目名称", "存在问题", "问题类别", "提出时间", "责任单位", "整改措施", "整改时限", "销号状态"})
	n, due := 0, 3
	if month > 5 {
		due = month + 1
	}
	for i, x := range p.projects() {
		if i%3 != 0 {
			continue
		}
		n++
		state := "推进中"
		if month >= 4 && i == 0 {
			state = "已销号"
		}
		g.rows = append(g.rows, []any{n, x.name, []string{"征地拆迁尚余3户未签约", "资金缺口较大，专项债未到位", "用地报批手续尚未办结"}[i/3%3], []string{"征迁", "资金", "用地"}[i/3%3],
			p.month(max(2, month-3)), x.unit, "专人跟踪，逐周调度", p.month(due+i) + "底", state})
	}
	return g
}

func (p player) lagging(month int) grid {
	g := grid{name: "滞后清单", merges: []string{"A1:H1"}}
	g.rows = append(g.rows, []any{fmt.Sprintf("%s进度滞后的项目清单（%d年%d月）", p.name, p.year, month)},
		[]any{"序号", "项目名称", "责任单位", "计划进度", "实际进度", "滞后原因", "整改措施", "预计赶上时间"})
	n := 0
	for _, x := range p.projects() {
		if !x.lags(month) {
			continue
		}
		n++
		g.rows = append(g.rows, []any{n, x.name, x.unit, fmt.Sprintf("完成年度计划的%d%%", month*100/12), fmt.Sprintf("完成年度计划的%d%%", x.until(month)*100/max(1, x.plan)),
			[]string{"征迁未完成", "资金未到位", "雨季影响施工"}[n%3], "增加人员设备，倒排工期", p.month(month + 3)})
	}
	if n == 0 {
		g.rows = append(g.rows, []any{"无"})
	}
	return g
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// xlsx writes tables as a workbook, the plain way.
func xlsx(grids ...grid) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	add := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + text))
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	var types, sheets, rels strings.Builder
	for i, g := range grids {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escape(g.name), n, n)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, n, n)
	}
	add("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`+types.String()+`</Types>`)
	add("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	add("xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>`+sheets.String()+`</sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels.String()+`</Relationships>`)
	for i, g := range grids {
		add(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), g.xml())
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func (g grid) xml() string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for r, row := range g.rows {
		fmt.Fprintf(&b, `<row r="%d">`, r+1)
		for c, v := range row {
			ref := fmt.Sprintf("%c%d", 'A'+c, r+1)
			switch v := v.(type) {
			case int:
				fmt.Fprintf(&b, `<c r="%s"><v>%d</v></c>`, ref, v)
			case string:
				if v != "" {
					fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, escape(v))
				}
			}
		}
		b.WriteString("</row>")
	}
	b.WriteString("</sheetData>")
	if len(g.merges) > 0 {
		fmt.Fprintf(&b, `<mergeCells count="%d">`, len(g.merges))
		for _, m := range g.merges {
			fmt.Fprintf(&b, `<mergeCell ref="%s"/>`, m)
		}
		b.WriteString("</mergeCells>")
	}
	b.WriteString("</worksheet>")
	return b.String()
}

// html writes a table as clerks paste it into a letter, or as web systems
// export it under the name .xls.
func (g grid) html() string {
	var b strings.Builder
	b.WriteString(`<table border="1">`)
	for i, row := range g.rows {
		b.WriteString("<tr>")
		if i == 0 {
			fmt.Fprintf(&b, `<td colspan="14">%s</td>`, escape(fmt.Sprint(row[0])))
			b.WriteString("</tr>")
			continue
		}
		for _, v := range row {
			fmt.Fprintf(&b, "<td>%s</td>", escape(fmt.Sprint(v)))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
	return b.String()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace
