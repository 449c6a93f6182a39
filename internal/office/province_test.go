package office

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
	"tongbao/internal/store"
)

// grow adds months to an office, as newScale makes them, and what they leave.
func (s *scale) grow(tb testing.TB, to int) {
	tb.Helper()
	from := s.months
	s.months = to
	for n := from; n < to; n++ {
		for i := 0; i < len(s.submitters); i += 50 {
			err := s.office.Store.Update(s.arrival(n), func(t *store.Tx) error {
				for k := i; k < min(i+50, len(s.submitters)); k++ {
					if err := s.seed(t, k, n); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				tb.Fatal(err)
			}
		}
	}
	s.history(tb, max(from-1, 0), to-1)
}

// BenchmarkProvince grows a province – 1,500 submitters of 60 projects – to 36
// months and, after 2, 12 and 36 of them, does what a month asks for: letters
// in, a quiet tick, chase, status, the bulletin's figures, the export of the
// month, the list of projects, the audit log of a month, a county's year, the
// issues. It prints the processor time of each, that of 36 months against that
// of two, the anonymous memory and the size of the store:
//
//	TMPDIR=/dev/shm go test ./internal/office -run '^$' -bench Province -benchtime 1x -timeout 120m
//
// TONGBAO_SUBMITTERS is how many submitters (1500).
func BenchmarkProvince(b *testing.B) {
	submitters := 1500
	if n, err := strconv.Atoi(os.Getenv("TONGBAO_SUBMITTERS")); err == nil {
		submitters = n
	}
	s := newScale(b, submitters, 2)
	bell, err := schedule.ParseBell("0 9 1 * *", s.office.Rules.Terms.Zone)
	if err != nil {
		b.Fatal(err)
	}
	s.office.Rules.Addresses, s.office.Rules.Chasing = []string{"office@tongbao.example.com"}, true
	s.office.Rules.Bulletins = []BulletinRule{{Name: "month", Bell: bell}}
	jobs := append(slices.Clone(monthsJobs), job{"issues", func(o *Office, p reporting.Period, now time.Time) error {
		_, err := o.Problems(ProblemQuery{Period: p, State: "open"}, now)
		return err
	}})
	first := map[string]time.Duration{}
	for stage, months := range []int{2, 12, 36} {
		if stage > 0 {
			s.grow(b, months)
		}
		debug.FreeOSMemory()
		rest, most := rssAnon(), 0.0
		p, now := s.month(months-1), s.arrival(months-1).Add(time.Hour)
		line := func(name string, c cost, reads int64) {
			if stage == 0 {
				first[name] = c.cpu
			}
			most = max(most, rssAnon())
			fmt.Printf("%2d months  %-17s %8.1f ms  %8.1f ms cpu  %5.2f of two months'  %7d keys\n", months, name, c.wall.Seconds()*1000, c.cpu.Seconds()*1000,
				c.cpu.Seconds()/first[name].Seconds(), reads)
		}
		for _, j := range jobs {
			var costs []cost
			var reads int64
			for range 4 { // the first time some write what they remember
				begin, cpu, before := time.Now(), processor(), s.office.Store.Reads()
				if err := j.do(s.office, p, now); err != nil {
					b.Fatalf("%s: %v", j.name, err)
				}
				costs = append(costs, cost{time.Since(begin), processor() - cpu})
				reads = s.office.Store.Reads() - before
			}
			line(j.name, middle(costs[1:]), reads)
		}
		var costs []cost
		begin := time.Now()
		for round := range 5 {
			costs = append(costs, s.submit(b, min(stage*25+round*5, submitters-1)))
		}
		line("a letter in", middle(costs), 0)
		took := time.Since(begin)
		size := int64(0)
		if info, err := os.Stat(filepath.Join(s.office.Store.Dir(), "tongbao.db")); err == nil {
			size = info.Size()
		}
		fmt.Printf("%2d months  %.1f letters/s one by one, RssAnon %.0f MiB before the jobs, %.0f MiB at most, store %d MiB\n", months, 5/took.Seconds(), rest, most, size>>20)
	}
}

func middle(costs []cost) cost {
	slices.SortFunc(costs, func(a, b cost) int { return int(a.cpu - b.cpu) })
	return costs[len(costs)/2]
}
