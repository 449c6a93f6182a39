package years_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/chase"
	"tongbao/internal/clerk"
	"tongbao/internal/letter"
	"tongbao/internal/notice"
	real "tongbao/internal/office"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
	"tongbao/internal/store"
	"tongbao/internal/years"
	"tongbao/templates"
)

// TestThroughTheOffice sends some submitters' faulty year as letters with
// workbooks through the office itself, and compares what is stored with what
// the replay on bare grids says: the quick way is the true one.
func TestThroughTheOffice(t *testing.T) {
	t.Parallel()
	y := years.Make(1, true)
	quick, o := newOffice(y), openOffice(t, y)
	letters, findings := 0, 0
	for _, l := range y.Letters {
		if i := slices.IndexFunc(y.Submitters, func(s reporting.Submitter) bool { return s.Name == l.Submitter }); i%6 != 0 && seeds(t) == 1 {
			continue
		}
		letters++
		at := l.Period.Day(24, zone).Add(10 * time.Hour)
		want := told(quick.receive(l).Findings)
		if _, err := o.Receive(t.Context(), store.Arrival{Via: "import", Name: "letter.eml", Arrived: at}, compose(t, quick, l, at), at); err != nil {
			t.Fatal(err)
		}
		findings += len(want)
		var all []reporting.Finding
		err := o.Store.View(func(tx *store.Tx) error {
			for _, k := range reporting.Kinds {
				versions, err := tx.Versions(l.Period, l.Submitter, k)
				if err != nil {
					return err
				}
				for _, v := range versions {
					all = append(all, v.Findings...)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(all); !slices.Equal(got, want) {
			t.Errorf("%s %s: the office found\n%s\nthe replay\n%s", l.Submitter, l.Period, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	t.Logf("%d letters, %d findings", letters, findings)
	if findings == 0 {
		t.Error("nothing is found in a faulty year")
	}
}

// told lists the findings on tables, in order.
func told(all []reporting.Finding) []string {
	var out []string
	for _, f := range all {
		if len(f.Path) > 1 {
			out = append(out, fmt.Sprintf("%s %s %s %s %s", f.Path[len(f.Path)-1], f.Sheet, f.Cell, f.Code, f.Message))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// compose makes the letter with its workbooks.
func compose(t *testing.T, o *office, l years.Letter, at time.Time) []byte {
	t.Helper()
	s, _ := o.register.ByName(l.Submitter)
	d := letter.Draft{From: mail.Address{Address: s.Addresses[0]}, To: "ours@years.example", Subject: l.Subject, Date: at,
		MessageID: fmt.Sprintf("%s@years.example", l.Period), Text: l.Body}
	for _, f := range l.Files {
		d.Attachments = append(d.Attachments, letter.Attachment{Name: f.Name, Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Data: workbook(t, f)})
	}
	raw, err := letter.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// workbook writes a file's grids as xlsx.
func workbook(t *testing.T, f years.File) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	styles := map[string]int{}
	for i, g := range f.Grids {
		if i == 0 {
			must(x.SetSheetName("Sheet1", g.Name))
		} else {
			_, err := x.NewSheet(g.Name)
			must(err)
		}
		for _, row := range g.Rows {
			for _, c := range row.Cells {
				at := sheet.CellName(c.Col, row.Index)
				if c.Kind == sheet.Text {
					must(x.SetCellStr(g.Name, at, c.Text))
					continue
				}
				must(x.SetCellFloat(g.Name, at, c.Number, -1, 64))
				if c.Format == "" {
					continue
				}
				if _, ok := styles[c.Format]; !ok {
					style, err := x.NewStyle(&excelize.Style{CustomNumFmt: &c.Format})
					must(err)
					styles[c.Format] = style
				}
				must(x.SetCellStyle(g.Name, at, at, styles[c.Format]))
			}
		}
		for _, m := range g.Merges {
			must(x.MergeCell(g.Name, sheet.CellName(m.Left, m.Top), sheet.CellName(m.Right, m.Bottom)))
		}
	}
	var b bytes.Buffer
	must(x.Write(&b))
	return b.Bytes()
}

// inProcess opens letters without a child: they are our own.
type inProcess struct{}

func (inProcess) Open(_ context.Context, name string, raw []byte) (clerk.Opened, error) {
	l, err := letter.Read(raw, letter.Limits{})
	if err != nil {
		return clerk.Opened{}, err
	}
	out := clerk.Opened{Header: &l.Header}
	if book := sheet.OpenText(l.Text, sheet.Limits{}); len(book.Paragraphs) > 0 {
		out.Documents = append(out.Documents, clerk.Document{Path: []string{name}, Body: true, Book: *book})
	}
	for _, p := range l.Parts {
		book, err := sheet.Open(p.Name, p.Data, sheet.Limits{}, nil)
		if err != nil {
			return out, err
		}
		out.Documents = append(out.Documents, clerk.Document{Path: []string{name, p.Name}, Book: *book})
	}
	return out, nil
}

func (o inProcess) OpenSmall(ctx context.Context, name string, raw []byte, _ int) (clerk.Opened, bool, error) {
	out, err := o.Open(ctx, name, raw)
	return out, true, err
}

func (inProcess) Mark(context.Context, string, []byte, []clerk.Mark) ([]clerk.Marked, error) {
	return nil, nil
}

func openOffice(t *testing.T, y years.Year) *real.Office {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	paper := press.Office{Name: "九江市“城建项目大会战”指挥部办公室", City: "九江市"}
	return &real.Office{Store: st, Opener: inProcess{}, Templates: set, Press: paper, Log: slog.New(slog.DiscardHandler),
		Desk:  notice.Desk{From: mail.Address{Name: paper.Name, Address: "ours@years.example"}, Office: paper, Templates: set, Zone: zone},
		Rules: real.Rules{Register: reporting.NewRegister(y.Submitters), Terms: reporting.DefaultTerms(zone), Ladder: chase.DefaultLadder(), Quiet: chase.DefaultQuiet(), AnswerWithin: 72 * time.Hour, ReceiptsHour: 10}}
}
