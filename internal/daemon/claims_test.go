package daemon_test

import (
	"strings"
	"testing"

	"tongbao/internal/outbox"
	"tongbao/internal/store"
)

// TestKilledOverOneLetter kills the daemon again and again over the same letter
// out. Each death counts as an attempt, because a letter over which the program
// dies must not keep it from all others; so a chaser waits on the ladder, and
// where the submission comes first, or its time is over, it is not sent any
// more: it is not lost, the outbox says what became of it.
func TestKilledOverOneLetter(t *testing.T) {
	o := newOrdeal(t)
	o.deliver(0)
	deaths := 40
	if testing.Short() {
		deaths = 5
	}
	for range deaths {
		if status := o.process(victim{Until: ordealStages[0], Point: "before DATA", Nth: 1}, 0); status != "" {
			break
		}
	}
	o.deliver(1)
	if status := o.process(victim{Until: ordealStages[1]}, 0); status == "" {
		t.Fatal("it was killed")
	}
	sent := map[string]bool{}
	for _, l := range o.post.Sent() {
		sent[strings.Trim(messageID(l.Raw), "<>")] = true
	}
	st, err := store.Open(o.dir + "/data")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	late := 0
	err = st.View(func(tx *store.Tx) error {
		items, err := tx.Items("")
		for _, it := range items {
			went := sent[strings.Trim(it.MessageID, "<>")]
			switch {
			case it.State == outbox.Queued:
				t.Errorf("%s still waits", it.Key)
			case it.State == outbox.Sent != went:
				t.Errorf("%s is %s, it went out: %v", it.Key, it.State, went)
			case it.State != outbox.Sent:
				late++
				if it.State != outbox.Withdrawn && it.State != outbox.Expired || !strings.HasPrefix(it.Key, "chase/") {
					t.Errorf("%s is %s", it.Key, it.State)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v; %d letters were held back until they were pointless", o.kills, late)
}
