package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// makeIndexes makes the indexes of what a database of before them holds. It is
// the one time that everything is read.
func makeIndexes(tx *bbolt.Tx) error {
	if err := makeBuckets(tx); err != nil {
		return err
	}
	t := &Tx{kv: boltTx{tx, new(atomic.Int64)}}
	err := errors.Join(
		t.put("meta", "letters", []byte("0")),
		each(t, "letters", func(l Letter) error { return t.indexLetter(l, true) }),
		each(t, "versions", t.putHead),
		each(t, "bulletins", t.putHeading),
		each(t, "outbox", func(it outbox.Item) error { return t.put("states", stateKey(it), nil) }),
		each(t, "problems", t.indexProblem),
	)
	for _, old := range []string{"due", "sent"} {
		if e := tx.DeleteBucket([]byte(old)); e != nil && tx.Bucket([]byte(old)) != nil {
			err = errors.Join(err, e)
		}
	}
	return err
}

// each calls fn for all values of a bucket, which fn must not change.
func each[T any](t *Tx, bucket string, fn func(T) error) (err error) {
	t.scan(bucket, "", "", func(key string, raw []byte) bool {
		var v T
		if err = json.Unmarshal(raw, &v); err != nil {
			err = fmt.Errorf("read %s/%s: %w", bucket, key, err)
		} else {
			err = fn(v)
		}
		return err == nil
	})
	return err
}

// senderKey begins the keys of an address's letters. No address has a NUL.
func senderKey(address string) string { return address + "\x00" }

// indexLetter keeps a letter's indexes in step; fresh says that it is new.
func (t *Tx) indexLetter(l Letter, fresh bool) error {
	at := l.Taken
	if at.IsZero() {
		at = l.Arrived
	}
	err := errors.Join(
		t.put("arrivals", stamp(l.Arrived)+"/"+l.ID, nil),
		t.put("taken", stamp(at)+"/"+l.ID, nil),
		t.put("senders", senderKey(l.From)+stamp(l.Arrived)+"/"+l.ID, nil),
	)
	if fresh {
		err = errors.Join(err, t.put("meta", "letters", []byte(strconv.Itoa(t.CountLetters()+1))))
	}
	if l.Sender != "" && l.Proof != nil && l.Proof.Verdict == "fail" {
		return errors.Join(err, t.put("forged", l.ID, nil))
	}
	return errors.Join(err, t.remove("forged", l.ID))
}

// stateKey is an item's place among those of its state.
func stateKey(it outbox.Item) string {
	at := it.Done
	if it.State == outbox.Queued {
		at = it.Next
	}
	return string(it.State) + "/" + stamp(at) + "/" + it.Key
}

func (t *Tx) putHead(v reporting.Version) error {
	return save(t, "heads", fmt.Sprintf("%s%04d", versionKey(v.Period, v.Submitter, v.Kind), v.N), v.Head())
}

func (t *Tx) indexProblem(p reporting.ProblemRecord) error {
	key := p.Submitter + "/" + p.ID
	if len(p.Months) == 0 || p.Months[len(p.Months)-1].Closed() {
		return t.remove("open", key)
	}
	return t.put("open", key, nil)
}
