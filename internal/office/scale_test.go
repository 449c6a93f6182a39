package office

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/clerk"
	"tongbao/internal/letter"
	"tongbao/internal/notice"
	"tongbao/internal/press"
	"tongbao/internal/register"
	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
	"tongbao/internal/store"
	"tongbao/templates"
)

// The sizes of the design: a city's first month, and a province's third year.
const (
	scaleProjects = 60
	scaleProblems = 8
	scaleLagging  = 6
)

// opened is an opener in this process: the raw bytes are a sender and three csv
// tables.
type opened struct{}

func (opened) Open(_ context.Context, name string, raw []byte) (clerk.Opened, error) {
	parts := bytes.Split(raw, []byte{0})
	from, _, _ := bytes.Cut(bytes.TrimPrefix(parts[0], []byte("From: ")), []byte("\n"))
	out := clerk.Opened{Header: &letter.Header{From: string(from), Subject: "城建报表", MessageID: name}}
	for i, p := range parts[1:] {
		file := fmt.Sprintf("%d.csv", i+1)
		book, err := sheet.Open(file, p, sheet.Limits{}, nil)
		if err != nil {
			return out, err
		}
		out.Documents = append(out.Documents, clerk.Document{Path: []string{name, file}, Book: *book})
	}
	return out, nil
}

func (o opened) OpenSmall(ctx context.Context, name string, raw []byte, _ int) (clerk.Opened, bool, error) {
	out, err := o.Open(ctx, name, raw)
	return out, true, err
}

func (opened) Mark(context.Context, string, []byte, []clerk.Mark) ([]clerk.Marked, error) {
	return nil, nil
}

// scale is an office with so many submitters and months behind it.
type scale struct {
	office     *Office
	submitters []reporting.Submitter
	first      reporting.Period
	months     int
}

func newScale(b testing.TB, submitters, months int) *scale {
	b.Helper()
	st, err := store.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	set, err := templates.Load("")
	if err != nil {
		b.Fatal(err)
	}
	s := &scale{first: reporting.Period{Year: 2021, Month: 1}, months: months}
	for i := range submitters {
		s.submitters = append(s.submitters, reporting.Submitter{Name: fmt.Sprintf("第%d县", i+1), Group: reporting.Counties,
			Addresses: []string{fmt.Sprintf("c%d@county.example.com", i+1)}, Tables: reporting.Kinds})
	}
	zone := time.FixedZone("CST", 8*3600)
	s.office = &Office{Store: st, Opener: opened{}, Templates: set, Log: slog.New(slog.DiscardHandler),
		Desk:  notice.Desk{From: mail.Address{Address: "box@tongbao.example.com"}, Office: press.Office{Name: "办公室"}, Templates: set, Zone: zone},
		Rules: Rules{Register: reporting.NewRegister(s.submitters), Terms: reporting.DefaultTerms(zone), AnswerWithin: 72 * time.Hour, ReceiptsHour: 20}}
	// In the order of the keys, 50 submitters a transaction: each waits for the disk.
	for n := range months {
		for from := 0; from < submitters; from += 50 {
			err := st.Update(s.arrival(n), func(t *store.Tx) error {
				for i := from; i < min(from+50, submitters); i++ {
					if err := s.seed(t, i, n); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	return s
}

func (s *scale) month(n int) reporting.Period { return s.first.Add(n) }

func (s *scale) arrival(n int) time.Time {
	return s.month(n).Day(24, s.office.Rules.Terms.Zone).Add(10 * time.Hour)
}

// seed writes a submitter's month as it would lie in the store.
func (s *scale) seed(t *store.Tx, i, n int) error {
	who := s.submitters[i].Name
	ids := map[int]string{}
	for j := range scaleProjects {
		ids[j+4] = register.NewID("P", func(string) bool { return false }, who, strconv.Itoa(j))
	}
	l := s.id(i, n)
	tables := s.tables(i, n)
	if i%5 != 0 || i >= 5*17 { // never read again: fewer columns make the seeding bearable
		for _, table := range tables {
			for j := range table.Rows {
				table.Rows[j].Cells = nil
				for f := range table.Rows[j].Fields {
					if f != reporting.FProjectName && f != reporting.FProblem && f != reporting.FStatus && f != reporting.FTotalInvest && f != reporting.FYTDDone {
						delete(table.Rows[j].Fields, f)
					}
				}
			}
		}
	}
	for _, table := range tables {
		table.Path = []string{l + ".eml", string(table.Kind) + ".xls"}
		v := reporting.Version{Submitter: who, Period: s.month(n), Kind: table.Kind, Letter: l, Received: s.arrival(n), Table: table}
		var err error
		if v.N, err = t.AddVersion(v); err != nil {
			return err
		}
		switch table.Kind {
		case reporting.Progress:
			err = t.PutRoll(reporting.Roll{Submitter: who, Period: v.Period, Kind: table.Kind, Version: v.N, Letter: l, Rows: ids})
		case reporting.Issues:
			err = s.office.enrol(t, v.Period, who, table.Kind)
		}
		if err != nil {
			return err
		}
	}
	if n == s.months-1 {
		for _, r := range tables[0].Rows {
			p := reporting.ProjectRecord{ID: ids[r.Row], Submitter: who}
			register.Learn(&p, r, s.first)
			register.Learn(&p, r, s.month(n))
			if err := t.PutProject(p); err != nil {
				return err
			}
		}
	}
	return t.PutLetter(store.Letter{Arrival: store.Arrival{ID: l, Content: l, Arrived: s.arrival(n), Taken: s.arrival(n)}, From: s.submitters[i].Addresses[0],
		State: store.Taken, Sender: who})
}

// letter is a submitter's letter for a month: what the tables below read as.
func (s *scale) letter(i, n int) []byte {
	m := s.month(n)
	who := s.submitters[i].Name
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\n\n", s.submitters[i].Addresses[0])
	for _, t := range s.tables(i, n) {
		fmt.Fprintf(&b, "\x00%s%d年%s（%d月）\n单位：万元\n", who, m.Year, t.Kind.Title(), int(m.Month))
		var titles []string
		for _, c := range t.Columns {
			titles = append(titles, c.Header)
		}
		b.WriteString(strings.Join(titles, ",") + "\n")
		for _, r := range t.Rows {
			var cells []string
			for _, c := range t.Columns {
				cells = append(cells, r.Text(c.Field))
			}
			b.WriteString(strings.Join(cells, ",") + "\n")
		}
	}
	return []byte(b.String())
}

// tables are a submitter's three tables of a month.
func (s *scale) tables(i, n int) []reporting.Table {
	m := s.month(n)
	month := int(m.Month)
	table := func(k reporting.Kind, columns string, rows int, cell func(j int, f reporting.Field) string) reporting.Table {
		t := reporting.Table{Kind: k, Submitter: s.submitters[i].Name, Period: m}
		for _, c := range strings.Fields(columns) {
			key, title, _ := strings.Cut(c, ":")
			t.Columns = append(t.Columns, reporting.Column{Field: reporting.Field(key), Header: strings.ReplaceAll(title, "{m}", strconv.Itoa(month)), Letter: string(rune('A' + len(t.Columns)))})
		}
		for j := range rows {
			r := reporting.Row{Row: j + 4, Fields: map[reporting.Field]reporting.Value{}, Cells: map[reporting.Field]string{}}
			for _, c := range t.Columns {
				text := cell(j, c.Field)
				v := reporting.Text(text)
				if d, err := decimal.NewFromString(text); err == nil && c.Field != reporting.FSeq {
					v = reporting.Number(d)
				}
				r.Fields[c.Field], r.Cells[c.Field] = v, fmt.Sprintf("%s%d", c.Letter, r.Row)
			}
			t.Rows = append(t.Rows, r)
		}
		return t
	}
	name := func(j int) string {
		return fmt.Sprintf("%s第%d号道路改造提升工程", "滨江新区"[:3*(1+i%4)], j+1)
	}
	progress := table(reporting.Progress, "seq:序号 project_name:项目名称 location:建设地点 owner_unit:实施主体 category:项目类别 total_invest:总投资 year_plan:年度计划投资 month_done:{m}月完成投资 ytd_done:1-{m}月累计完成投资 progress_text:形象进度 resp_unit:责任单位 leader:责任领导",
		scaleProjects, func(j int, f reporting.Field) string {
			switch f {
			case reporting.FSeq:
				return strconv.Itoa(j + 1)
			case reporting.FProjectName:
				return name(j)
			case reporting.FTotalInvest:
				return strconv.Itoa(20000 + 100*j)
			case reporting.FYearPlan:
				return strconv.Itoa(6000 + 12*j)
			case reporting.FMonthDone:
				return strconv.Itoa(500 + j)
			case reporting.FYTDDone:
				return strconv.Itoa((500 + j) * month)
			case reporting.FProgressText:
				return fmt.Sprintf("第%d段路基完成，第%d段路面正在施工，管线迁改同步推进", n+1, n+2)
			}
			return f.Title() + strconv.Itoa(j%7)
		})
	issues := table(reporting.Issues, "seq:序号 project_name:项目名称 problem:存在问题 coord_unit:责任单位 raised_at:提出时间 deadline:整改时限 status:销号状态",
		scaleProblems, func(j int, f reporting.Field) string {
			switch f { // an issue lives about six months
			case reporting.FSeq:
				return strconv.Itoa(j + 1)
			case reporting.FProjectName:
				return name((j*7 + n/6) % scaleProjects)
			case reporting.FProblem:
				return fmt.Sprintf("征地拆迁尚余%d户未签约，第%d批补偿资金未到位，影响路基施工", 9-n%6, n/6)
			case reporting.FRaisedAt, reporting.FDeadline:
				return m.String()
			case reporting.FStatus:
				if n%6 == 5 {
					return "closed"
				}
				return "open"
			}
			return "市自然资源局"
		})
	lagging := table(reporting.Lagging, "seq:序号 project_name:项目名称 resp_unit:责任单位 plan_progress:计划进度 actual_progress:实际进度 reason:滞后原因 measure:整改措施",
		scaleLagging, func(j int, f reporting.Field) string {
			switch f {
			case reporting.FSeq:
				return strconv.Itoa(j + 1)
			case reporting.FProjectName:
				return name(j)
			}
			return f.Title() + "如前所述"
		})
	return []reporting.Table{progress, issues, lagging}
}

// cost is the time that something took, and the processor's time within it.
type cost struct{ wall, cpu time.Duration }

func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// submit takes a submitter's next letter in and returns what it cost.
func (s *scale) submit(b testing.TB, i int) cost {
	b.Helper()
	raw, at := s.letter(i, s.months), s.arrival(s.months)
	a := store.Arrival{Via: "mail", Folder: "INBOX", Validity: 1, UID: uint32(i + 1), Arrived: at}
	begin, cpu := time.Now(), processor()
	l, err := s.office.Receive(context.Background(), a, raw, at)
	took := cost{time.Since(begin), processor() - cpu}
	if err != nil || l.State != store.Taken || slices.ContainsFunc(l.Tables, func(x store.Stored) bool { return x.Reason != "" }) {
		b.Fatalf("submission: %v, %s %s, %+v", err, l.State, l.Reason, l.Tables)
	}
	err = s.office.Store.View(func(t *store.Tx) error {
		projects, err := t.Projects(s.submitters[i].Name)
		if len(projects) != scaleProjects || projects[0].Last != s.month(s.months) {
			b.Fatalf("%d projects, the first until %s", len(projects), projects[0].Last)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return took
}

// rssAnon is the process's anonymous memory in MiB.
func rssAnon() float64 {
	raw, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return n / 1024
		}
	}
	return 0
}

// BenchmarkScale takes submissions in at 17 submitters and one month, and at
// 1,500 submitters and 36 months, in turn, and reports the ratio of the medians
// and the largest anonymous memory meanwhile. Seeding takes minutes and about
// 4 GB of disk:
//
//	go test ./internal/office -run '^$' -bench Scale -benchtime 1x -timeout 60m
func BenchmarkScale(b *testing.B) {
	small, large := newScale(b, 17, 1), newScale(b, 1500, 36)
	runtime.GC()
	debug.FreeOSMemory()
	before, most := rssAnon(), 0.0
	var took [2][]cost
	for round := range 17 {
		took[0] = append(took[0], small.submit(b, round))
		for k := range 4 { // others write as well
			d := large.submit(b, round*5+k)
			if k == 0 {
				took[1] = append(took[1], d)
			}
		}
		most = max(most, rssAnon())
	}
	median := func(costs []cost, of func(cost) time.Duration) float64 {
		slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(of(a), of(b)) })
		return float64(of(costs[len(costs)/2]).Microseconds()) / 1000
	}
	for name, of := range map[string]func(cost) time.Duration{
		"": func(c cost) time.Duration { return c.wall }, "-cpu": func(c cost) time.Duration { return c.cpu },
	} {
		city, province := median(took[0], of), median(took[1], of)
		b.ReportMetric(city, "ms/city"+name)
		b.ReportMetric(province, "ms/province"+name)
		b.ReportMetric(province/city, "ratio"+name)
	}
	b.ReportMetric(before, "MiB-before")
	b.ReportMetric(most, "MiB-RssAnon")
}
