package register

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

var (
	march = reporting.Period{Year: 2021, Month: 3}
	april = reporting.Period{Year: 2021, Month: 4}
)

// row is "name|parent|location|owner|total|code"; what is empty is absent.
func row(n int, spec string) reporting.Row {
	r := reporting.Row{Row: n, Fields: map[reporting.Field]reporting.Value{}, Cells: map[reporting.Field]string{}}
	fields := []reporting.Field{reporting.FProjectName, reporting.FParentName, reporting.FLocation, reporting.FOwnerUnit, reporting.FTotalInvest, reporting.FProjectCode}
	for i, s := range strings.Split(spec, "|") {
		switch {
		case s == "":
		case fields[i] == reporting.FTotalInvest:
			r.Fields[fields[i]] = reporting.Number(decimal.RequireFromString(s))
		default:
			r.Fields[fields[i]] = reporting.Text(s)
		}
	}
	r.Cells[reporting.FProjectName] = fmt.Sprintf("B%d", n)
	return r
}

func rows(specs ...string) (out []reporting.Row) {
	for i, s := range specs {
		out = append(out, row(i+5, s))
	}
	return out
}

// month resolves a table and learns from it, as the office does.
func month(book []reporting.ProjectRecord, p reporting.Period, specs ...string) ([]reporting.ProjectRecord, Match, []string) {
	t := Table{Submitter: "修水县", Period: p, Letter: "l", Rows: rows(specs...)}
	m := Resolve(t, Book{Projects: book, Taken: func(id string) bool {
		return slices.ContainsFunc(book, func(p reporting.ProjectRecord) bool { return p.ID == id })
	}})
	book = append(slices.Clone(book), m.Fresh...)
	var names []string
	for _, r := range t.Rows {
		for i := range book {
			if book[i].ID == m.Rows[r.Row] {
				names = append(names, book[i].Names[0].Name)
				Learn(&book[i], r, p)
			}
		}
	}
	return book, m, names
}

// TestResolve holds an April table against a March one: which project each row
// is, and how many are asked.
func TestResolve(t *testing.T) {
	for _, c := range []struct {
		about        string
		march, april []string
		fresh, asked int
	}{
		{"the same name, spaced and bracketed otherwise", []string{"滨江路（一期）道路改造||||12000"}, []string{"滨江路 (一期)  道路改造||||13000"}, 0, 0},
		{"another ending, the same owner", []string{"滨江路道路改造工程|||市政公司|12000"}, []string{"滨江路道路改造项目|||市政公司|12500"}, 1, 1},
		{"another ending, nothing against it", []string{"滨江路道路改造工程|||市政公司|12000"}, []string{"滨江路道路改造项目|||市政公司|"}, 0, 0},
		{"a longer name, the same amount", []string{"滨江路道路改造||||12000"}, []string{"滨江路道路改造及绿化提升||||12000"}, 0, 0},
		{"a like name, another amount", []string{"滨江路道路改造||||12000"}, []string{"滨江路道路整治||||300"}, 1, 0},
		{"a like name, no evidence", []string{"滨江路道路改造"}, []string{"滨江路道路改建"}, 1, 1},
		{"another phase is another project", []string{"滨江路改造一期||||12000"}, []string{"滨江路改造二期||||12000"}, 1, 0},
		{"two that it may be", []string{"城东污水管网改造||||5000", "城东雨水管网改造||||5000"}, []string{"城东管网改造||||5000"}, 1, 1},
		{"another name, all else the same", []string{"中医院迁建||城南|卫健委|30000"}, []string{"县第一中医医疗中心||城南|卫健委|30000"}, 1, 0},
		{"another name without ordinals, all else the same", []string{"中医院迁建||城郊|卫健委|30000"}, []string{"县中医医疗中心||城郊|卫健委|30000"}, 1, 1},
		{"the same name, everything else another's", []string{"道路改造工程||城郊|甲方公司|12000"}, []string{"道路改造工程||山口镇|路桥集团|90"}, 1, 1},
		{"parts of two packages have one name", []string{"甲片区|||", "道路|甲片区||", "乙片区|||", "道路|乙片区||"}, []string{"乙片区|||", "道路|乙片区||", "甲片区|||", "道路|甲片区||"}, 0, 0},
		{"one code, a like name", []string{"滨江路改造||||12000|2103-360424-04-01-100001"}, []string{"滨江大道改造||||12000|2103-360424-04-01-100001"}, 0, 0},
		{"one code, quite another name", []string{"滨江路改造||||12000|2103-360424-04-01-100001"}, []string{"垃圾填埋场封场||||700|2103-360424-04-01-100001"}, 1, 1},
		{"a code that was dragged down", []string{"滨江路改造|||||2103-360424", "垃圾填埋场封场|||||2103-360424"}, []string{"滨江路改造|||||2103-360424", "垃圾填埋场封场|||||2103-360424"}, 0, 0},
		{"a row without a name is nobody", []string{"滨江路改造"}, []string{"滨江路改造", "||城南||5"}, 0, 0},
	} {
		t.Run(c.about, func(t *testing.T) {
			book, _, _ := month(nil, march, c.march...)
			_, m, _ := month(book, april, c.april...)
			if len(m.Fresh) != c.fresh || len(m.Doubts) != c.asked {
				t.Errorf("%d new, %d asked, want %d and %d: %+v", len(m.Fresh), len(m.Doubts), c.fresh, c.asked, m.Doubts)
			}
		})
	}
}

// TestWho checks that rows find their own projects, not only as many.
func TestWho(t *testing.T) {
	book, _, _ := month(nil, march, "甲片区|||", "道路|甲片区||", "乙片区|||", "道路|乙片区||", "停车场||城南||100", "停车场||城北||200")
	_, m, _ := month(book, april, "停车场||城北||250", "停车场||城南||150", "道路|乙片区||", "乙片区|||", "甲片区|||", "道路|甲片区||")
	want := []string{book[5].ID, book[4].ID, book[3].ID, book[2].ID, book[0].ID, book[1].ID}
	for i := range want {
		if got := m.Rows[i+5]; got != want[i] {
			t.Errorf("row %d is %s, want %s", i+5, got, want[i])
		}
	}
}

// TestTwins: two rows that nothing tells apart are followed in their order, and
// the office is told once.
func TestTwins(t *testing.T) {
	book, m, _ := month(nil, march, "停车场", "停车场")
	if len(m.Fresh) != 2 || len(m.Doubts) != 1 {
		t.Fatalf("%d new, %d asked", len(m.Fresh), len(m.Doubts))
	}
	slices.Reverse(book) // the order of the store says nothing
	_, again, _ := month(book, april, "停车场", "停车场")
	if len(again.Fresh) != 0 || len(again.Doubts) != 0 || again.Rows[5] != m.Rows[5] || again.Rows[6] != m.Rows[6] {
		t.Errorf("April: %+v after %+v", again, m)
	}
}

// TestAliases: once renamed, a project answers to both names, and an answer of
// the office (Into) hides the record that was taken for another.
func TestAliases(t *testing.T) {
	book, _, _ := month(nil, march, "滨江路道路改造||||12000")
	book, _, _ = month(book, april, "滨江路道路改造及绿化提升||||12000")
	if len(book) != 1 || len(book[0].Names) != 2 || book[0].Name != "滨江路道路改造及绿化提升" {
		t.Fatalf("book: %+v", book)
	}
	if _, m, _ := month(book, april.Add(1), "滨江路道路改造||||900"); len(m.Fresh) != 0 {
		t.Errorf("the old name is not known: %+v", m.Doubts)
	}
	gone := reporting.ProjectRecord{ID: "PX", Into: book[0].ID, Names: []reporting.Alias{{Name: "滨江大道"}}}
	if _, m, _ := month(append(book, gone), april.Add(1), "滨江大道"); len(m.Fresh) != 1 {
		t.Errorf("a record that is another is matched: %+v", m)
	}
}

// TestHuge: a table of rows that are like nothing known ends soon, and so does
// one of rows that are all alike.
func TestHuge(t *testing.T) {
	var a, b []string
	for i := range 3000 {
		a = append(a, fmt.Sprintf("关于进一步推进城区第%d号道路及其附属设施综合整治提升的建设工程||城区|市政|%d", i, i))
		b = append(b, fmt.Sprintf("关于进一步推进城区第%d号道路及其附属设施综合整治提升的改造工程||郊区|园林|%d", i+9000, i))
	}
	book, _, _ := month(nil, march, a...)
	if _, m, _ := month(book, april, b...); len(m.Rows) != 3000 {
		t.Errorf("%d rows", len(m.Rows))
	}
}
