package press

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Opinion is one line of the list 审核意见: something to look at in a file that
// came.
type Opinion struct {
	File, Sheet, Cell string
	Read              string // what stands there
	Kind              string // 需要更正, 请核对 or 提示
	Grave             bool
	Words             string // what is wrong and what to do
}

// Opinions sets the list as a workbook with the one sheet 审核意见, for files in
// which the cells themselves could not be marked.
func Opinions(title string, list []Opinion) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w := &workbook{file: f, names: map[string]bool{}}
	if err := w.opinions(title, list); err != nil {
		return nil, fmt.Errorf("write the list of opinions: %w", err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write the list of opinions: %w", err)
	}
	return out.Bytes(), nil
}

func (w *workbook) opinions(title string, all []Opinion) (err error) {
	const name = "审核意见"
	if w.styles, err = newStyles(w.file); err != nil {
		return err
	}
	if err := w.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	l := list{measure: fmt.Sprintf("共%d条", len(all)), columns: []column{{"序号", 6, count, false}, {"文件", 24, words, false}, {"工作表", 14, words, false},
		{"单元格", 9, label, false}, {"表中内容", 22, words, false}, {"类别", 10, label, false}, {"问题与处理", 60, words, false}}}
	for i, o := range all {
		l.lines = append(l.lines, line{cells: []any{i + 1, clip(tidy(o.File), maxText), tidy(o.Sheet), o.Cell, clip(tidy(o.Read), maxText), o.Kind, clip(tidy(o.Words), maxText)}, total: o.Grave})
	}
	if err := w.pages(name, true, 3); err != nil {
		return err
	}
	to, err := w.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, c := range l.columns {
		if err := to.SetColWidth(i+1, i+1, float64(c.width)); err != nil {
			return err
		}
	}
	if err := to.SetPanes(&excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	c := &cursor{to: to, row: 1, columns: len(l.columns), styles: w.styles}
	c.across(title, w.styles.title, 30)
	c.list(l, false)
	c.across("请对照原表逐条核对；“需要更正”的须改正后重新报送，邮件主题注明“更正”。", w.styles.note, 0)
	if c.err != nil {
		return c.err
	}
	return to.Flush()
}
