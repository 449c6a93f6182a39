package office

import (
	"fmt"
	"io"
	"testing"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
	"tongbao/internal/store"
)

// history fills in what else the months before leave: receipts, chasers and a
// bulletin each, of which all went out, some failed, and the journal's lines.
func (s *scale) history(tb testing.TB, from, to int) {
	tb.Helper()
	for n := from; n < to; n++ {
		p, at := s.month(n), s.arrival(n)
		err := s.office.Store.Update(at, func(t *store.Tx) error {
			for i, sub := range s.submitters {
				for _, key := range []string{"receipt/" + s.id(i, n) + "/" + sub.Addresses[0], fmt.Sprintf("chase/%s/%s/25/day/%s", p, sub.Name, sub.Addresses[0])} {
					it := outbox.Item{Key: key, To: sub.Addresses[0], Raw: []byte("Subject: " + key + "\r\n\r\n"), Created: at, Period: p.String(), State: outbox.Sent, Done: at.Add(time.Minute)}
					if i == 0 {
						it.State = outbox.Failed
					}
					if _, err := t.Enqueue(it); err != nil {
						return err
					}
				}
			}
			b := bulletin.Bulletin{Period: p, Number: p.String()}
			for _, sub := range s.submitters {
				b.Units = append(b.Units, bulletin.Unit{Name: sub.Name, Figures: &bulletin.Figures{}})
			}
			return t.Publish(store.Publication{Period: p, Edition: store.Release, At: at.AddDate(0, 0, 8), Bulletin: b})
		})
		if err != nil {
			tb.Fatal(err)
		}
		if err := s.office.Store.Journal(store.Entry{At: at, By: "daemon", Action: "sent", Key: p.String()}); err != nil {
			tb.Fatal(err)
		}
	}
}

func (s *scale) id(i, n int) string {
	return fmt.Sprintf("%s-%06d%06d", s.arrival(n).Format("20060102"), i, n)
}

// job is one thing that the office is asked or does every month or tick.
type job struct {
	name string
	do   func(*Office, reporting.Period, time.Time) error
}

// monthsJobs are asked of the newest month. None of them leaves anything behind
// that another would meet.
var monthsJobs = []job{
	{"tick", func(o *Office, _ reporting.Period, now time.Time) error {
		for _, do := range []func() error{
			func() error { _, err := o.Chase(now); return err },
			func() error { _, err := o.NextChase(now); return err },
			func() error { _, err := o.Bells(now); return err },
			func() error { _, err := o.Lists(now); return err },
			func() error { return o.WatchIntake(now, time.Hour) },
			func() error { return o.KeepQuiet(now.Add(12 * time.Hour)) },
			func() error { return o.Resumed(now) },
			func() error { _, err := store.Queue{Store: o.Store}.SentSince(now.Add(-24 * time.Hour)); return err },
			func() error { _, err := store.Queue{Store: o.Store}.Due(now); return err },
			func() error { _, err := store.Queue{Store: o.Store}.Next(); return err },
		} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}},
	{"status", func(o *Office, p reporting.Period, now time.Time) error { _, err := o.Status(p, now); return err }},
	{"chase", func(o *Office, _ reporting.Period, now time.Time) error { _, err := o.Chasing(now); return err }},
	{"bulletin", func(o *Office, p reporting.Period, now time.Time) error {
		return o.Store.View(func(t *store.Tx) error { _, _, err := o.compute(t, p, now); return err })
	}},
	{"export", func(o *Office, p reporting.Period, _ time.Time) error {
		return o.Export(io.Discard, Export{From: p, To: p, Format: "csv"})
	}},
	{"projects", func(o *Office, _ reporting.Period, _ time.Time) error {
		return o.EachProject("", func(reporting.ProjectRecord) error { return nil })
	}},
	{"audit of a month", func(o *Office, _ reporting.Period, now time.Time) error {
		_, _, err := o.LastActs(now.AddDate(0, 0, -31), 1000)
		return err
	}},
	{"outbox", func(o *Office, _ reporting.Period, _ time.Time) error { _, _, err := o.Outbox("all", 30); return err }},
	{"county's year", func(o *Office, _ reporting.Period, now time.Time) error {
		_, err := o.Year(o.Rules.Register.All()[0].Name, now.Year(), now)
		return err
	}},
}

// TestMonthCostsAMonth counts the keys that a month's jobs and a tick read
// after two months and after two years: the years add nothing.
func TestMonthCostsAMonth(t *testing.T) {
	const submitters = 12
	read := map[string][2]int64{}
	for round, months := range []int{2, 26} {
		s := newScale(t, submitters, months)
		s.history(t, 0, months-1)
		bell, err := schedule.ParseBell("0 9 1 * *", s.office.Rules.Terms.Zone)
		if err != nil {
			t.Fatal(err)
		}
		s.office.Rules.Addresses, s.office.Rules.Chasing = []string{"office@tongbao.example.com"}, true
		s.office.Rules.Bulletins = []BulletinRule{{Name: "month", Bell: bell}}
		p, now := s.month(months-1), s.arrival(months-1).Add(time.Hour)
		for _, j := range monthsJobs {
			for range 2 { // the first time some write what they remember
				before := s.office.Store.Reads()
				if err := j.do(s.office, p, now); err != nil {
					t.Fatalf("%s: %v", j.name, err)
				}
				n := read[j.name]
				n[round] = s.office.Store.Reads() - before
				read[j.name] = n
			}
		}
	}
	for _, j := range monthsJobs {
		few, many := read[j.name][0], read[j.name][1]
		allowed := few + few/10 + 40 // a heading a month, a failed letter in each
		if j.name == "outbox" {
			allowed = 6 * 2 * (30 + 2) // what is shown of each state
		}
		if few == 0 || many > allowed {
			t.Errorf("%s reads %d keys after two years, and %d after two months", j.name, many, few)
		}
		t.Logf("%-20s %6d %6d", j.name, few, many)
	}
}
