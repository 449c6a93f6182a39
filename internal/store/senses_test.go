package store

import (
	"testing"

	"tongbao/internal/reporting"
)

// TestSenses: the last that was learned stands, and one submitter's are not
// another's whose name begins the same.
func TestSenses(t *testing.T) {
	s := openStore(t, t.TempDir())
	update(t, s, func(tx *Tx) error {
		for _, f := range []reporting.Field{reporting.FYTDDone, reporting.FAllDone} {
			if err := tx.Learn("共青", reporting.Progress, "累计完成投资", Sense{Field: f, Letter: "a"}); err != nil {
				return err
			}
		}
		return tx.Learn("共青城市", reporting.Progress, "完成率", Sense{Field: reporting.FYTDPct})
	})
	view(t, s, func(tx *Tx) error {
		got, err := tx.Senses("共青")
		if err != nil || len(got[reporting.Progress]) != 1 || got[reporting.Progress]["累计完成投资"] != reporting.FAllDone || len(got[reporting.Lagging]) != 0 {
			t.Errorf("senses: %v, %v", got, err)
		}
		return nil
	})
}
