package store

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tongbao/internal/bulletin"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// indexes are the buckets that follow from others.
var indexes = []string{"arrivals", "taken", "senders", "forged", "heads", "headings", "ranks", "states", "open"}

// dump is all that the buckets hold.
func dump(t *testing.T, s *Store, names ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	view(t, s, func(tx *Tx) error {
		for _, b := range names {
			tx.scan(b, "", "", func(k string, v []byte) bool { out[b+"/"+k] = string(v); return true })
		}
		out["count"] = fmt.Sprint(tx.CountLetters())
		return nil
	})
	return out
}

// busyYear fills a store with some of everything that has an index.
func busyYear(t *testing.T, s *Store) {
	letter := func(n int, state LetterState, verdict string) Letter {
		at := noon.Add(time.Duration(n) * time.Hour)
		l := Letter{Arrival: Arrival{ID: fmt.Sprintf("2021032%d-%d", n, n), Content: fmt.Sprint(n), Arrived: at, Taken: at.Add(time.Minute)},
			From: fmt.Sprintf("%d@xiushui.example.com", n%2), State: state, Sender: "修水县"}
		if verdict != "" {
			l.Proof = &Proof{Verdict: verdict}
		}
		return l
	}
	issue := func(id string, status string) reporting.ProblemRecord {
		return reporting.ProblemRecord{ID: id, Submitter: "修水县", Months: []reporting.ProblemMonth{{Period: march, Status: status}}}
	}
	pct := bulletin.Number{}
	update(t, s, func(tx *Tx) error {
		var err error
		for n, l := range []Letter{letter(1, Taken, "pass"), letter(2, Taken, "fail"), letter(3, Quarantined, ""), letter(4, Taken, "fail")} {
			err = errors.Join(err, tx.PutLetter(l))
			it := item(fmt.Sprintf("receipt/%s/%s", l.ID, l.From))
			_, e := tx.Enqueue(it)
			it.State = []outbox.State{outbox.Queued, outbox.Sent, outbox.Failed, outbox.Withdrawn}[n]
			it.Done, it.Next = noon.Add(time.Duration(n)*time.Minute), noon
			err = errors.Join(err, e, tx.PutItem(it))
			_, e = tx.AddVersion(reporting.Version{Submitter: "修水县", Period: march, Kind: reporting.Progress, Letter: l.ID, Received: l.Arrived,
				Table: reporting.Table{Rows: make([]reporting.Row, n)}, Findings: []reporting.Finding{{Severity: reporting.Error}}})
			err = errors.Join(err, e)
		}
		changed := letter(4, Taken, "fail")
		changed.Sender = "" // it counts for nobody any more
		return errors.Join(err, tx.PutLetter(changed), tx.PutProblem(issue("I1", "open"), true), tx.PutProblem(issue("I2", "closed"), true), tx.PutProblem(issue("I3", "open"), false),
			tx.Publish(Publication{Period: march, Edition: Release, At: noon, Bulletin: bulletin.Bulletin{Period: march, Number: "3",
				Units: []bulletin.Unit{{Name: "修水县", Figures: &bulletin.Figures{YTDPct: &pct}, Rank: 2}, {Name: "永修县"}}}}),
			tx.Publish(Publication{Period: march, Edition: Draft, At: noon, Code: "c"}))
	})
}

// TestMigrateIndexes takes the indexes away, as a database of before them has
// none, and finds the same ones made again.
func TestMigrateIndexes(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	busyYear(t, s)
	want := dump(t, s, indexes...)
	if want["count"] != "4" || len(want) < 25 {
		t.Fatalf("the year is not busy: %v", want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(filepath.Join(dir, "tongbao.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		var err error
		for _, b := range indexes {
			if b != "arrivals" {
				err = errors.Join(err, tx.DeleteBucket([]byte(b)))
			}
		}
		for _, b := range []string{"due", "sent"} {
			_, e := tx.CreateBucket([]byte(b))
			err = errors.Join(err, e)
		}
		meta := tx.Bucket([]byte("meta"))
		return errors.Join(err, meta.Delete([]byte("letters")), meta.Put([]byte("schema"), []byte("4")))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	if got := dump(t, s, indexes...); !maps.Equal(got, want) {
		t.Errorf("the indexes were\n%v\nand are made again as\n%v", want, got)
	}
	view(t, s, func(tx *Tx) error {
		if b := tx.kv.(boltTx).tx; b.Bucket([]byte("due")) != nil || b.Bucket([]byte("sent")) != nil {
			t.Error("the old indexes stay")
		}
		return nil
	})
}

// TestIndexes: what is asked by an index is what reading everything would find.
func TestIndexes(t *testing.T) {
	s := openStore(t, t.TempDir())
	busyYear(t, s)
	view(t, s, func(tx *Tx) error {
		forged, err1 := tx.Forged(march.Day(1, noon.Location()))
		if len(forged) != 1 || forged[0].ID != "20210322-2" {
			t.Errorf("forged: %v", forged)
		}
		var from []string
		tx.LettersFrom("0@xiushui.example.com", noon.Add(2*time.Hour), noon.Add(4*time.Hour), func(id string) bool { from = append(from, id); return true })
		if !slices.Equal(from, []string{"20210322-2", "20210324-4"}) {
			t.Errorf("letters of the address: %v", from)
		}
		fresh, err2 := tx.FreshProblems("修水县")
		if len(fresh) != 3 {
			t.Errorf("fresh issues: %v", fresh)
		}
		heads, err3 := tx.Heads(march, "修水县", reporting.Progress)
		if len(heads) != 4 || heads[3].Rows != 3 || heads[3].Errors != 1 || heads[3].Letter != "20210324-4" {
			t.Errorf("heads: %+v", heads)
		}
		items, more, err4 := tx.ItemsIn(outbox.Sent, 1)
		if len(items) != 1 || more || items[0].State != outbox.Sent {
			t.Errorf("sent: %v, more: %v", items, more)
		}
		if rank, ok, _ := tx.Rank(march, "修水县"); !ok || rank.Rank != 2 {
			t.Errorf("rank: %v %+v", ok, rank)
		}
		return errors.Join(err1, err2, err3, err4)
	})
}

// TestItemsIn lists the newest first and says that there are more.
func TestItemsIn(t *testing.T) {
	s := openStore(t, t.TempDir())
	update(t, s, func(tx *Tx) (err error) {
		for n := range 5 {
			it := item(fmt.Sprintf("receipt/%d/a", n))
			it.State, it.Done = outbox.Sent, noon.Add(time.Duration(-n)*time.Hour)
			err = errors.Join(err, tx.PutItem(it))
		}
		return err
	})
	view(t, s, func(tx *Tx) error {
		items, more, err := tx.ItemsIn(outbox.Sent, 2)
		if len(items) != 2 || !more || items[0].Key != "receipt/0/a" || items[1].Key != "receipt/1/a" {
			t.Errorf("%v, more: %v", items, more)
		}
		return err
	})
}
