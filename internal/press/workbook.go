package press

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
)

// maxUnitSheets is how many units have a sheet of their own; a province's have
// one together.
const maxUnitSheets = 60

// Workbook sets the annex as an .xlsx: contents, ranking, each unit's
// projects, the lagging list, the issue ledger, the submissions.
func Workbook(b bulletin.Bulletin, o Office) ([]byte, error) {
	p := newPaper(b, o)
	return workbookOf(p, heading(p)+"附表", sheetsOf(p), (*workbook).charts)
}

// workbookOf writes a workbook of these sheets, and of those with charts.
func workbookOf(p paper, title string, sheets []sheet, charts func(*workbook, paper) ([]sheet, error)) ([]byte, error) {
	w := &workbook{file: excelize.NewFile(), title: title, names: map[string]bool{}}
	defer func() { _ = w.file.Close() }()
	if err := w.write(p, sheets, charts); err != nil {
		return nil, fmt.Errorf("write the workbook: %w", err)
	}
	out, err := w.file.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write the workbook: %w", err)
	}
	return out.Bytes(), nil
}

// sheet is one sheet of the annex: lists below one another.
type sheet struct {
	name, title, about string
	freeze             int // columns that stay in sight, at least
	lists              []list
}

type workbook struct {
	file   *excelize.File
	title  string
	styles styles
	names  map[string]bool // lower case
}

const contents = "目录"

func (w *workbook) write(p paper, sheets []sheet, charts func(*workbook, paper) ([]sheet, error)) (err error) {
	if w.styles, err = newStyles(w.file); err != nil {
		return err
	}
	if err := w.file.SetSheetName("Sheet1", contents); err != nil {
		return err
	}
	w.names[contents] = true
	for i := range sheets {
		sheets[i].name = w.name(sheets[i].name)
		for j, l := range sheets[i].lists {
			sheets[i].lists[j] = l.full()
		}
		for j, c := range sheets[i].lists[0].columns {
			if c.title == "项目名称" { // up to the name of what the row is about
				sheets[i].freeze = j + 1
			}
		}
		if err := w.sheet(p, sheets[i]); err != nil {
			return fmt.Errorf("sheet %q: %w", sheets[i].name, err)
		}
	}
	drawn, err := charts(w, p)
	if err != nil {
		return fmt.Errorf("charts: %w", err)
	}
	sheets = append(sheets, drawn...)
	if err := w.contents(p, sheets); err != nil {
		return fmt.Errorf("contents: %w", err)
	}
	// The first sheet is the active one as it is: to set it, the library would
	// read all the others that were streamed, and write them anew.
	return w.file.SetDocProps(&excelize.DocProperties{Title: w.title, Creator: p.Office.Name, Identifier: p.Number})
}

func heading(p paper) string {
	return p.Office.City + "城建项目" + p.Period.Chinese() + "份推进情况通报"
}

func sheetsOf(p paper) (out []sheet) {
	b := p.Bulletin
	out = append(out, sheet{"排名表", "各县（市、区）投资完成情况排名表", "投资完成、开工、入统情况和排位", 2, rankings(b)})
	if len(b.Units) <= maxUnitSheets {
		for _, u := range b.Units {
			about := silence(b, u.Name)
			if u.Reported {
				about = fmt.Sprintf("%d个项目", u.Figures.Projects)
			}
			out = append(out, sheet{u.Name, u.Name + p.Period.Chinese() + "份城建项目进度表", about, 1, []list{projects(b, u)}})
		}
	} else {
		all := list{measure: "单位：万元、%", columns: append([]column{{"报送单位", 16, label, false}}, projectColumns...)}
		for _, u := range b.Units {
			for _, x := range projects(b, u).lines {
				all.lines = append(all.lines, line{cells: append([]any{u.Name}, x.cells...), remark: x.remark, total: x.total})
			}
		}
		out = append(out, sheet{"项目明细", p.Period.Chinese() + "份城建项目进度明细表", fmt.Sprintf("%d个单位", len(b.Units)), 1, []list{all}})
	}
	if n := len(b.LateStarts) + len(b.Unregistered); n > 0 {
		out = append(out, sheet{"应开应统", "应开工未开工、应入统未入统项目", fmt.Sprintf("%d个项目", n), 1, []list{
			named("（一）按计划应于"+p.MonthEnd()+"前开工而未开工的项目", b.LateStarts, "没有"),
			named("（二）已开工、达到入统条件而未入统的项目", b.Unregistered, "没有")}})
	}
	sums := issueSums(b)
	out = append(out,
		sheet{"滞后清单", "进度滞后项目清单", fmt.Sprintf("%d个项目", b.Lagging.Count), 1, []list{laggards(b)}},
		sheet{"问题汇总", "问题台账汇总", "分单位的问题数", 1, []list{sums}},
		sheet{"问题台账", "问题台账（按需协调单位）", fmt.Sprintf("%d个问题", b.Issues.Total+b.Issues.Gone), 1, []list{issuesByDepartment(b)}},
		sheet{"报送情况", "信息报送情况表", fmt.Sprintf("%d家单位", b.Submissions.Owed), 2, []list{submissions(b)}},
	)
	if papers, letters := assignmentList(p), orderList(p); len(papers.lines)+len(letters.lines) > 0 {
		out = append(out, sheet{"交办督办", "问题交办单和督办函", "随本期制发的交办、督办文书", 2, numberedLists(papers, letters)})
	}
	return out
}

// numberedLists are those that have lines, their headings numbered.
func numberedLists(all ...list) (out []list) {
	for _, l := range all {
		if len(l.lines) > 0 {
			l.heading = "（" + []string{"一", "二", "三"}[len(out)] + "）" + l.heading
			out = append(out, l)
		}
	}
	return out
}

// name makes a valid name of a sheet that no other has: at most 31 characters
// (UTF-16 units), none of : \ / ? * [ ], no apostrophe at the ends.
func (w *workbook) name(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r > 0xffff {
			return '_'
		}
		return r
	}, tidy(s))
	if s == "" || strings.EqualFold(s, "history") { // Excel keeps that name
		s = "单位" + s
	}
	r := []rune(s)
	s = string(r[:min(len(r), 31)])
	for n := 2; w.names[strings.ToLower(s)]; n++ {
		end := fmt.Sprintf("(%d)", n)
		s = string(r[:min(len(r), 31-len(end))]) + end
	}
	w.names[strings.ToLower(s)] = true
	return s
}

// sheet streams one sheet: title, lists with their headers, notes and the
// snapshot's line.
func (w *workbook) sheet(p paper, s sheet) error {
	if _, err := w.file.NewSheet(s.name); err != nil {
		return err
	}
	header := 3 // title, unit of measure, column heads
	if len(s.lists) > 0 && s.lists[0].heading != "" {
		header++
	}
	if err := w.pages(s.name, true, header); err != nil {
		return err
	}
	columns, rows := s.size()
	// Some readers believe the dimension and read no further; the stream's is A1.
	if err := w.file.SetSheetDimension(s.name, "A1:"+cellName(columns, rows)); err != nil {
		return err
	}
	to, err := w.file.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i := range columns {
		width := 8
		for _, l := range s.lists {
			if i < len(l.columns) {
				width = max(width, l.columns[i].width)
			}
		}
		if err := to.SetColWidth(i+1, i+1, float64(width)); err != nil {
			return err
		}
	}
	if err := to.SetPanes(&excelize.Panes{Freeze: true, XSplit: s.freeze, YSplit: header, TopLeftCell: cellName(s.freeze+1, header+1), ActivePane: "bottomRight"}); err != nil {
		return err
	}
	c := &cursor{to: to, row: 1, columns: columns, styles: w.styles}
	c.across(s.title, w.styles.title, 30)
	for i, l := range s.lists {
		c.list(l, i > 0)
	}
	c.across(snapshotLine(p.Bulletin), w.styles.note, 0)
	if c.err != nil {
		return c.err
	}
	return to.Flush()
}

// size is how many columns and rows the sheet's cells take.
func (s sheet) size() (columns, rows int) {
	rows = 2 // the title and the snapshot's line
	for i, l := range s.lists {
		columns = max(columns, len(l.columns))
		rows += 1 + len(l.lines) + len(l.notes)
		if i > 0 {
			rows++
		}
		if l.heading != "" {
			rows++
		}
		if l.measure != "" || i == 0 {
			rows++
		}
	}
	return columns, rows
}

// pages lays the sheet on A4, as wide as a page, and repeats its header.
func (w *workbook) pages(name string, landscape bool, header int) error {
	a4, one, many, orientation := 9, 1, 0, "portrait"
	if landscape {
		orientation = "landscape"
	}
	fit := true
	if err := w.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := w.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &one, FitToHeight: &many}); err != nil {
		return err
	}
	side, end, foot, center := 0.6, 0.7, 0.3, true
	if err := w.file.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &end, Bottom: &end, Header: &foot, Footer: &foot, Horizontally: &center}); err != nil {
		return err
	}
	if err := w.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}); err != nil {
		return err
	}
	if header == 0 {
		return nil
	}
	return w.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name,
		RefersTo: fmt.Sprintf("'%s'!$1:$%d", name, header)})
}

func cellName(column, row int) string {
	s, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "A1"
	}
	return s
}
