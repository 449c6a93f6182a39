package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"tongbao/internal/reporting"
)

// TestMigrateRegister brings a database of schema 1, of before the register, up:
// the versions stay and say that their projects are still to be entered. One
// without versions has nothing to enter.
func TestMigrateRegister(t *testing.T) {
	for _, versions := range []int{0, 2} {
		dir := t.TempDir()
		db, err := bbolt.Open(filepath.Join(dir, "tongbao.db"), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			for _, b := range []string{"meta", "letters", "arrivals", "contents", "quarantine", "versions", "rejections", "exemptions", "extensions",
				"addresses", "bounced", "bulletins", "outbox", "raw", "plain", "due", "sent", "marks", "jobs"} {
				if _, err := tx.CreateBucket([]byte(b)); err != nil {
					return err
				}
			}
			return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte("1"))
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			for n := range versions {
				v := reporting.Version{Submitter: "甲/乙", Period: march, Kind: reporting.Progress, N: n + 1}
				if err := save(&Tx{kv: boltTx{tx, new(atomic.Int64)}, Now: noon}, "versions", fmt.Sprintf("2021-03/甲/乙/progress/%04d", n+1), v); err != nil {
					return err
				}
			}
			return nil
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		s := openStore(t, dir)
		view(t, s, func(tx *Tx) error {
			if stale := tx.RegisterStale(); stale != (versions > 0) {
				t.Errorf("with %d versions the register is stale: %v", versions, stale)
			}
			places := tx.VersionPlaces()
			if versions == 0 && len(places) != 0 || versions > 0 && (len(places) != 1 || places[0] != VersionPlace{march, "甲/乙", reporting.Progress}) {
				t.Errorf("places: %+v", places)
			}
			return nil
		})
		update(t, s, (*Tx).SetRegisterFilled)
		view(t, s, func(tx *Tx) error {
			if tx.RegisterStale() {
				t.Error("the register stays stale")
			}
			return nil
		})
	}
}

// TestRegisterKeys: ids find their submitter, and nothing of one submitter is
// listed with another whose name begins the same.
func TestRegisterKeys(t *testing.T) {
	s := openStore(t, t.TempDir())
	update(t, s, func(tx *Tx) error {
		for _, who := range []string{"共青", "共青城市"} {
			p := reporting.ProjectRecord{ID: "P" + who, Submitter: who}
			w := reporting.ProblemRecord{ID: "W" + who, Submitter: who}
			r := reporting.Roll{Submitter: who, Kind: reporting.Issues, Period: march, Version: 1, Rows: map[int]string{3: w.ID}}
			d := reporting.Doubt{ID: p.ID, Submitter: who}
			if err := errors.Join(tx.PutProject(p), tx.PutProblem(w, true), tx.PutRoll(r), tx.PutDoubt(d)); err != nil {
				return err
			}
		}
		return tx.SetApart("Pb", "Pa")
	})
	view(t, s, func(tx *Tx) error {
		projects, err1 := tx.Projects("共青")
		live, err2 := tx.LiveProblems("共青")
		doubts, err3 := tx.Doubts("共青")
		all, err4 := tx.Doubts("")
		if err := errors.Join(err1, err2, err3, err4); err != nil || len(projects) != 1 || len(live) != 1 || len(doubts) != 1 || len(all) != 2 {
			t.Errorf("%d projects, %d live, %d and %d doubts: %v", len(projects), len(live), len(doubts), len(all), err)
		}
		if p, ok, err := tx.Project("P共青城市"); !ok || err != nil || p.Submitter != "共青城市" {
			t.Errorf("project: %+v, %v", p, err)
		}
		if !tx.Apart("Pa", "Pb") || tx.Apart("Pa", "Pc") || !tx.Taken("W共青") || tx.Taken("W") {
			t.Error("apart or taken is wrong")
		}
		if m := tx.RollMonths("共青", reporting.Issues); len(m) != 1 || !m[march] {
			t.Errorf("months: %v", m)
		}
		return nil
	})
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutProblem(reporting.ProblemRecord{ID: "W共青", Submitter: "共青"}, false),
			tx.PutRoll(reporting.Roll{Submitter: "共青", Kind: reporting.Issues, Period: march}), tx.DropProject(reporting.ProjectRecord{ID: "P共青", Submitter: "共青"}))
	})
	view(t, s, func(tx *Tx) error {
		live, _ := tx.LiveProblems("共青")
		_, ok, _ := tx.Project("P共青")
		if _, roll, _ := tx.Roll("共青", reporting.Issues, march); len(live) != 0 || ok || roll {
			t.Errorf("%d live, project %v, roll %v", len(live), ok, roll)
		}
		if p, ok, err := tx.Problem("W共青"); !ok || err != nil {
			t.Errorf("a problem that is not live is gone: %+v %v", p, err)
		}
		return nil
	})
}
