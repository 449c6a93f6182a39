package years_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongbao/internal/form"
	"tongbao/internal/reporting"
	"tongbao/internal/review"
	"tongbao/internal/sheet"
	"tongbao/internal/years"
)

// codes are the findings that tell of a fault; the first is the usual one.
var codes = map[years.Fault][]string{
	years.MonthOverYTD: {"month-exceeds-ytd"}, years.YTDBack: {"goes-backwards"}, years.YTDJump: {"step-mismatch"}, years.PlanChanged: {"plan-changed"},
	years.PctWrong: {"percent-mismatch"}, years.OverPlan: {"over-plan"}, years.AllOverTotal: {"over-total"}, years.AllNotSum: {"all-done-mismatch"},
	years.FinishedWillOpen: {"finished-yet-starting"}, years.IdleDone: {"not-started-yet-spending"}, years.NotInStats: {"not-in-stats"},
	years.Vanished: {"projects-missing"}, years.Renamed: {"project-renamed"}, years.TextCopied: {"progress-unchanged"}, years.TotalTimes: {"unit-jumped", "unit-doubtful", "out-of-range"},
	years.FinishFirst: {"dates-reversed"}, years.FinishAhead: {"date-in-future"},
	years.TotalWrong: {"total-differs"}, years.SubtotalWrong: {"total-differs"}, years.GroupCount: {"count-differs"}, years.TitleCount: {"title-count-differs"},
	years.AllZero: {"month-all-zero"}, years.MonthsCopied: {"last-month-again"}, years.YTDCopied: {"ytd-unchanged"}, years.Resent: {"last-month-again"},
	years.InYi: {"unit-doubtful", "unit-jumped"}, years.InYuan: {"unit-doubtful", "unit-jumped", "out-of-range"},
	years.NotListed: {"lagging-unlisted"}, years.ListedUnknown: {"not-in-progress"}, years.NoReason: {"reason-missing"}, years.IssueUnknown: {"issue-project-unknown"},
	years.NilLagging: {"nil-doubtful"}, years.NilIssues: {"nil-doubtful", "issues-missing"},
}

// named are the faults whose finding must name the project.
var named = map[years.Fault]bool{years.Vanished: true, years.NotListed: true}

var zone = time.FixedZone("CST", 8*3600)

// office reads and checks letters as the office does, with what came before.
type office struct {
	register *reporting.Register
	terms    reporting.Terms
	last     map[string]map[reporting.Kind]*reporting.Table // by submitter
}

func newOffice(y years.Year) *office {
	return &office{reporting.NewRegister(y.Submitters), reporting.DefaultTerms(zone), map[string]map[reporting.Kind]*reporting.Table{}}
}

// receive reads one letter and holds its tables against each other and last month's.
func (o *office) receive(l years.Letter) reporting.Reading {
	s, _ := o.register.ByName(l.Submitter)
	at := l.Period.Day(24, zone).Add(10 * time.Hour)
	m := form.Material{File: "letter.eml", Letter: &form.Head{From: s.Addresses[0], Subject: l.Subject, Received: at}}
	for _, f := range l.Files {
		m.Documents = append(m.Documents, form.Document{Path: []string{m.File, f.Name}, Book: sheet.Book{Format: "xlsx", Grids: f.Grids}})
	}
	if l.Body != "" {
		m.Documents = append(m.Documents, form.Document{Path: []string{m.File}, Body: true, Book: sheet.Book{Format: "text", Paragraphs: []sheet.Paragraph{{Text: l.Body}}}})
	}
	reading := form.Read(m, form.Knowledge{Register: o.register, Submitter: s.Name, Tables: s.Tables, Now: at, Zone: zone})
	now := map[reporting.Kind]*reporting.Table{}
	for i, t := range reading.Tables {
		reading.Findings = append(reading.Findings, review.Check(t, review.Context{Terms: o.terms, Period: t.Period, Now: at,
			Tables: reading.Tables, Previous: o.last[s.Name], Known: reading.Findings})...)
		now[t.Kind] = &reading.Tables[i]
	}
	o.last[s.Name] = now
	return reading
}

// plain makes names comparable: clerks type brackets and spaces as they like.
var plain = strings.NewReplacer("（", "(", "）", ")", " ", "")

// tells reports whether a finding is the one that a plant calls for.
func tells(p years.Plant, f reporting.Finding) bool {
	if !slices.Contains(codes[p.Fault], f.Code) {
		return false
	}
	if named[p.Fault] {
		return strings.Contains(plain.Replace(f.Message), plain.Replace(p.Project))
	}
	if p.File == "" { // said in the letter alone
		return true
	}
	if f.Sheet != p.Sheet || f.Path[len(f.Path)-1] != p.File {
		return false
	}
	return p.Row == 0 || f.Cell == strconv.Itoa(p.Row) || slices.Contains(p.Cells, f.Cell) || len(p.Cells) == 0 && strings.HasSuffix(f.Cell, strconv.Itoa(p.Row))
}

// seeds is how many years are replayed. One takes a few seconds; the trial of
// all twenty is
//
//	YEARS=20 go test -v -timeout 30m ./internal/years/
func seeds(t *testing.T) uint64 {
	if s := os.Getenv("YEARS"); s != "" {
		n, err := strconv.ParseUint(s, 10, 8)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 1
}

// TestPlantedFaultsAreFound replays years with faults planted in them.
func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	planted, found := map[years.Fault]int{}, map[years.Fault]int{}
	for seed := range seeds(t) {
		y := years.Make(seed+1, true)
		o := newOffice(y)
		for _, l := range y.Letters {
			reading := o.receive(l)
			for _, p := range y.Plants {
				if p.Submitter != l.Submitter || p.Period != l.Period {
					continue
				}
				planted[p.Fault]++
				if slices.ContainsFunc(reading.Findings, func(f reporting.Finding) bool { return tells(p, f) }) {
					found[p.Fault]++
					continue
				}
				t.Errorf("seed %d: not found: %s\n%s", seed+1, p, list(reading.Findings, codes[p.Fault]))
			}
		}
		for _, f := range y.Unplanted {
			if planted[f] == 0 {
				t.Errorf("seed %d: no room for %s", seed+1, f)
			}
		}
	}
	all, hit := 0, 0
	for _, f := range years.Faults() {
		all, hit = all+planted[f], hit+found[f]
		t.Logf("%-55s planted %3d found %3d", f, planted[f], found[f])
	}
	t.Logf("%d faults planted in %d year(s), %d found, %d missed", all, seeds(t), hit, all-hit)
}

// list is what was said instead.
func list(all []reporting.Finding, codes []string) string {
	var b strings.Builder
	for _, f := range all {
		if slices.Contains(codes, f.Code) || f.Severity == reporting.Error {
			fmt.Fprintf(&b, "\t%s %s %s: %s\n", f.Code, f.Sheet, f.Cell, f.Message)
		}
	}
	return b.String()
}

// TestCleanYearsAreQuiet replays years in which nothing is wrong.
func TestCleanYearsAreQuiet(t *testing.T) {
	t.Parallel()
	tables := 0
	count := map[reporting.Severity]int{}
	by, example := map[string]int{}, map[string]string{}
	for seed := range seeds(t) {
		y := years.Make(seed+1, false)
		o := newOffice(y)
		for _, l := range y.Letters {
			s, _ := o.register.ByName(l.Submitter)
			reading := o.receive(l)
			tables += len(reading.Tables)
			if len(reading.Tables) != len(s.Tables) {
				t.Errorf("seed %d: %s %s: %d tables read, %d sent", seed+1, l.Submitter, l.Period, len(reading.Tables), len(s.Tables))
			}
			for _, f := range reading.Findings {
				count[f.Severity]++
				key := string(f.Severity) + " " + f.Code
				by[key]++
				example[key] = cmp.Or(example[key], fmt.Sprintf("seed %d %s %s %s %s: %s", seed+1, l.Submitter, l.Period, f.Sheet, f.Cell, f.Message))
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(by)) {
		t.Logf("%5d %s, e.g. %s", by[k], k, example[k])
	}
	t.Logf("%d tables of %d clean year(s): %d errors, %d warnings (%.3f a table), %d notices", tables, seeds(t),
		count[reporting.Error], count[reporting.Warning], float64(count[reporting.Warning])/float64(tables), count[reporting.Notice])
	if count[reporting.Error] > 0 {
		t.Error("errors are raised on clean years")
	}
	if count[reporting.Warning] >= tables {
		t.Error("a clean table has a warning or more")
	}
}
