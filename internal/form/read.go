package form

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Read understands all tables of a letter or file. What it is unsure of is
// left out and has a finding; an automatic letter is not read at all.
func Read(m Material, k Knowledge) reporting.Reading { return *read(m, k).out }

func read(m Material, k Knowledge) *reader {
	out := reporting.Reading{File: m.File, Tables: []reporting.Table{}, Findings: []reporting.Finding{}, Ignored: []reporting.Ignored{}}
	out.Findings, out.Ignored = append(out.Findings, m.Findings...), append(out.Ignored, m.Ignored...)
	if m.Letter != nil {
		out.Letter = &reporting.LetterHead{From: m.Letter.From, Subject: m.Letter.Subject, MessageID: m.Letter.MessageID,
			Received: m.Letter.Received, Automatic: m.Letter.Automatic}
		if m.Letter.Automatic {
			return &reader{out: &out}
		}
	}
	r := &reader{m: m, k: k, names: newNames(k.Register), lex: builtin().with(k.Aliases, k.Columns), out: &out, left: maxWork}
	for i := range m.Documents {
		r.document(&m.Documents[i])
	}
	r.nilBySubject()
	for _, p := range r.found {
		r.ownMonth(p)
	}
	for _, p := range r.found {
		r.block(p)
	}
	r.decideSubmitter()
	r.dropCopies()
	r.addEmpty()
	r.addNil()
	r.addProse()
	r.settleSeveral()
	r.finish()
	return r
}

// reader is one letter or file while it is read.
type reader struct {
	m      Material
	k      Knowledge
	names  *names
	lex    *lexicon
	out    *reporting.Reading
	found  []*place
	read   []*table // all of them, as they were found
	tables []*table
	empty  []*table  // a header and no rows
	none   []nilTold // sheets and texts that say there is nothing to report
	said   []dated   // the months that the letter names, once they were looked for

	left     int  // of maxWork
	leftOut  int  // grids that were not read
	spoken   int  // bytes of running text
	silenced bool // said that there was too much of it
}

// nilTold is a place that says a table has nothing to report.
type nilTold struct {
	doc    *Document
	grid   sheet.Grid // a sheet without a header; empty for running text
	number int
	kind   reporting.Kind
	text   string // the running text
}

// place is a header that was found, and what stands around it.
type place struct {
	doc     *Document
	b       block
	number  int
	months  bool             // the workbook has a sheet for each month
	own     reporting.Period // that the table itself or its file names
	sources []dated          // that they name it by
}

// document finds the tables of one file, and what its text says.
func (r *reader) document(d *Document) {
	months, before := monthSheets(d.Book.Grids), len(r.found)+len(r.none)
	for i := range d.Book.Grids {
		g := &d.Book.Grids[i]
		if !r.affords(d, g) {
			continue
		}
		v, ok := newView(g)
		if !ok {
			r.tooMuch(d, g, "too-many-merges", "合并单元格过多，没有读入。请取消多余的合并单元格后重新发送。")
			continue
		}
		f := &finder{v: v, lex: r.lex}
		number := 0
		if g.Name == "" && len(d.Book.Grids) > 1 {
			number = g.Number
		}
		blocks := f.blocks()
		if room := maxTables - len(r.found); f.more || len(blocks) > room || r.lex.full {
			blocks, r.lex.full = blocks[:min(len(blocks), room)], false
			r.tooMuch(d, g, "too-many-tables", "表格或表头过多，没有读完。请每个工作表只放一张表，分几封重新发送。")
		}
		around := textBefore(d.Book, g.Number)
		for _, b := range blocks {
			cost := rowWork * (b.end - b.first)
			if cost > r.left {
				r.tooMuch(d, g, "table-too-large", largeWords)
				break
			}
			r.left -= cost
			if len(around) > 0 {
				b.above = append(slices.Clone(around), b.above...)
			}
			r.found = append(r.found, &place{doc: d, b: b, number: number, months: months})
		}
		if len(blocks) == 0 {
			if kind := nilSheet(v); kind != "" {
				r.none = append(r.none, nilTold{d, *g, number, kind, ""})
			}
		}
	}
	if found := len(r.found) + len(r.none); !d.Body && found == before && hasRows(d.Book.Grids) {
		r.out.Findings = append(r.out.Findings, reporting.Finding{Path: d.Path, Code: "no-table", Severity: reporting.Warning,
			Message: "没有认出进度表、问题台账或滞后清单的表头，文件未读入。请按下发的表样填写，表头应有“项目名称”等栏目。"})
	}
	said := own(r.talk(d), r.k.Submitter)
	for _, kind := range nilIn(said) {
		r.none = append(r.none, nilTold{d, sheet.Grid{}, 0, kind, words(said, 400)})
	}
	if len(r.found)+len(r.none) == before && !d.Body {
		r.nilByName(d)
	}
}

// hasRows reports whether some sheet holds more than a few lines.
func hasRows(grids []sheet.Grid) bool {
	return slices.ContainsFunc(grids, func(g sheet.Grid) bool { return len(g.Rows) >= 3 })
}

// textBefore is the running text between the table before and this one: its
// title and the line with the unit.
func textBefore(b sheet.Book, number int) []string {
	var out []string
	for _, p := range b.Paragraphs {
		if number > 0 && p.Tables == number-1 && len(p.Text) < 1000 {
			out = append(out, p.Text)
		}
	}
	return out[max(0, len(out)-8):]
}

func words(paragraphs []sheet.Paragraph, limit int) string {
	var s strings.Builder
	for _, p := range paragraphs {
		if s.Len() > limit {
			break
		}
		s.WriteString(p.Text + "\n")
	}
	return s.String()
}

// monthSheets reports whether the workbook keeps a sheet for each month.
func monthSheets(grids []sheet.Grid) bool {
	seen := map[int]bool{}
	for _, g := range grids {
		if m := inName(g.Name); !m.none() && kindIn(g.Name) == "" {
			seen[m.month] = true
		}
	}
	return len(seen) > 1
}

// block reads one table: month, kind, columns, rows.
func (r *reader) block(p *place) {
	d, b, g := p.doc, p.b, p.b.v.Grid
	t := &table{b: b, unit: unitAbove(b.above), body: d.Body, inner: d.Subject, hiddenSheet: g.Hidden}
	t.out = reporting.Table{Path: d.Path, Sheet: g.Name, Number: p.number, Rows: []reporting.Row{}, Totals: []reporting.Total{}}
	t.out.Title, t.out.TitleCell = titleAt(b)
	r.month(t, p)
	lay, doubtful, ok := r.lex.kindOf(b, d.Path, g.Name, t.period)
	if !ok {
		return
	}
	t.lay, t.out.Kind, t.out.Period = lay, lay.kind, t.period
	r.kindFindings(t, doubtful)
	t.unitBelow()
	t.survey()
	s := &settler{t: t, lay: &t.lay, rows: t.likely(), before: r.k.Senses[t.out.Kind]}
	s.settle()
	t.swapShares(s.rows)
	t.read()
	r.read = append(r.read, t)
	r.submitter(t, g.Name)
	switch {
	case len(t.out.Rows) > 0:
		r.tables = append(r.tables, t)
	case t.saidNone && t.out.Kind != reporting.Progress:
		t.out.Nil, t.out.Totals = true, []reporting.Total{}
		r.tables = append(r.tables, t)
	default:
		r.empty = append(r.empty, t)
	}
}

// kindFindings says where the columns do not settle the table, or say another
// than its title.
func (r *reader) kindFindings(t *table, doubtful bool) {
	if doubtful {
		t.say("", "kind-uncertain", reporting.Warning, fmt.Sprintf("表头像%s，但不能完全确定，请在表题写明表名。", t.out.Kind.Title()))
	}
	if said := kindIn(titleOf(t.b.above)); said != "" && said != t.out.Kind && len(t.b.above) > 0 {
		t.say("", "kind-differs", reporting.Warning, fmt.Sprintf("表题写的是%s，表头是%s的栏目，按%s读入，请核对。", said.Short(), t.out.Kind.Short(), t.out.Kind.Short()))
	}
}

var unitLine = compile(`单位:?\(?(?:[%、,/个项人民币]|计量|金额)*?(百万元|万元|亿元|千元|元|万|亿)`)
var unitTitle = compile(`\((?:单位:)?(百万元|万元|亿元|千元)(?:[、,/]%)?\)`)

// unitAbove is the unit of amounts that the lines above a table name; 万元 where none does.
func unitAbove(lines []string) string {
	for _, re := range []*pattern{&unitLine, &unitTitle} {
		for i := len(lines) - 1; i >= 0; i-- {
			if m := re.FindStringSubmatch(fold(lines[i])); m != nil {
				switch m[1] {
				case "万":
					return "万元"
				case "亿":
					return "亿元"
				}
				return m[1]
			}
		}
	}
	return "万元"
}

// about is what a table is on.
func about(t *table) string {
	return string(t.out.Kind) + t.out.Period.String() + t.out.Submitter
}

// content is what a table says, to know a copy by.
func content(t *table) string {
	fields := make([]map[reporting.Field]reporting.Value, len(t.out.Rows))
	for i, row := range t.out.Rows {
		fields[i] = row.Fields
	}
	raw, _ := json.Marshal(fields)
	return string(raw)
}

// dropCopies keeps a table that came twice once: in a forwarded letter and in
// the one that forwards it, or pasted into the text and attached.
func (r *reader) dropCopies() {
	first := map[string]int{}
	of := map[string]int{} // tables of one kind, month and submitter: only these are compared
	for _, t := range r.tables {
		if !t.out.Nil {
			of[about(t)]++
		}
	}
	var kept []*table
	for _, t := range r.tables {
		if t.out.Nil {
			kept = append(kept, t)
			continue
		}
		key := about(t)
		if of[key] > 1 {
			key += content(t)
		}
		i, ok := first[key]
		switch {
		case !ok:
			first[key] = len(kept)
			kept = append(kept, t)
		case kept[i].body && !t.body || kept[i].hiddenSheet && !t.hiddenSheet:
			t.copied(kept[i])
			kept[i] = t
		default:
			kept[i].copied(t)
		}
	}
	r.tables = kept
	r.tables = slices.DeleteFunc(r.tables, func(t *table) bool {
		if !t.hiddenSheet || !slices.ContainsFunc(kept, func(o *table) bool { return o != t && !o.hiddenSheet && sameTable(o, t) }) {
			return false
		}
		r.out.Findings = append(r.out.Findings, reporting.Finding{Path: t.out.Path, Sheet: t.out.Sheet, Code: "hidden-sheet", Severity: reporting.Notice,
			Message: "隐藏的工作表“" + t.out.Sheet + "”里有同一个月的另一张表，没有读入。如应以它为准，请取消隐藏后重报。"})
		return true
	})
}

// copied says that another file or sheet holds the same as this table. What is
// pasted into the text or quoted from an older letter is no mistake.
func (t *table) copied(o *table) {
	if t.body || o.body || t.inner != o.inner {
		return
	}
	t.say("", "copy", reporting.Notice, nameOf(o, t)+"与本表内容完全相同，只计一份。")
}

func sameTable(a, b *table) bool {
	return a.out.Kind == b.out.Kind && a.out.Period == b.out.Period && a.out.Submitter == b.out.Submitter
}

// addEmpty judges tables with a header and no rows. On a form for many
// counties another's sheet is nobody's report; one's own empty list is a nil
// report, and one's own empty progress table is a mistake.
func (r *reader) addEmpty() {
	for _, t := range r.empty {
		if t.ownSubmitter && t.out.Submitter != r.out.Submitter || slices.ContainsFunc(r.tables, func(o *table) bool { return sameTable(o, t) && !o.out.Nil }) {
			continue
		}
		lost := slices.ContainsFunc(t.findings, func(f reporting.Finding) bool { return f.Code == "no-name" && f.Severity != reporting.Notice })
		if t.out.Kind != reporting.Progress && !lost {
			t.out.Nil, t.out.Totals = true, []reporting.Total{}
			t.findings = nil
			r.tables = append(r.tables, t)
			continue
		}
		if lost || !slices.ContainsFunc(r.tables, func(o *table) bool { return o.out.Kind == t.out.Kind }) {
			r.out.Findings = append(r.out.Findings, t.findings...)
			r.out.Findings = append(r.out.Findings, reporting.Finding{Path: t.out.Path, Sheet: t.out.Sheet, Number: t.out.Number, Code: "empty-table",
				Severity: reporting.Error, Message: t.out.Kind.Short() + "只有表头，没有一行项目。请填写后重报；确无项目的，请来信说明。"})
		}
	}
}

// addNil adds nil reports that sheets without a table and running texts make,
// where no table of the kind came.
func (r *reader) addNil() {
	for _, n := range r.none {
		i := slices.IndexFunc(r.tables, func(t *table) bool { return t.out.Kind == n.kind && t.out.Sheet != "" == (t.out.Sheet != "") })
		if i >= 0 {
			if have := r.tables[i]; !have.out.Nil && n.grid.Name == "" {
				have.say("", "nil-conflict", reporting.Warning, fmt.Sprintf("文字说明写的是无，却附有%d行的%s，按表读入，请核对。", len(have.out.Rows), n.kind.Short()))
			}
			continue
		}
		t := &table{}
		t.out = reporting.Table{Path: n.doc.Path, Sheet: n.grid.Name, Number: n.number, Kind: n.kind, Nil: true,
			Submitter: r.out.Submitter, Rows: []reporting.Row{}, Totals: []reporting.Total{}}
		t.out.Period = r.nilMonth(n)
		r.tables = append(r.tables, t)
	}
}

// finish hands over the tables with their findings and the letter's month.
func (r *reader) finish() {
	for _, t := range r.tables {
		r.out.Tables = append(r.out.Tables, t.out)
		r.out.Findings = append(r.out.Findings, t.findings...)
	}
	r.out.Period = r.letterPeriod()
}
