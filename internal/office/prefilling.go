package office

import (
	"fmt"
	"slices"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/notice"
	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// prefill makes the workbooks that go with reminders before the deadline, by
// the call's key without an address: the tables that are still to come, with
// last month's projects in them. Who gets a copy has a workbook of his own, at
// copyKey: without the telephone numbers, which are the submitter's.
func (o *Office) prefill(calls []Due) (map[string][]notice.Attachment, error) {
	out := map[string][]notice.Attachment{}
	for _, d := range calls {
		if !o.Rules.Prefilled || d.Step.Kind != chase.Reminder || len(d.Missing) == 0 || !slices.ContainsFunc(d.To, Receiver.ready) {
			continue
		}
		p := press.Prefill{Submitter: d.submitter, Period: d.Period, Last: map[reporting.Kind]reporting.Table{}}
		p.Submitter.Tables = d.Missing
		err := o.Store.View(func(t *store.Tx) error {
			for _, k := range d.Missing {
				versions, err := t.Versions(d.Period.Add(-1), d.submitter.Name, k)
				if err != nil {
					return err
				}
				if v := reporting.Counting(versions, time.Time{}); v != nil {
					p.Last[k] = v.Table
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		set := func(key string) error {
			data, err := press.Prefilled(p)
			if err != nil {
				return fmt.Errorf("prefill %s for %s: %w", d.Submitter, d.Period, err)
			}
			out[key] = []notice.Attachment{{Name: press.PrefilledName(d.submitter, d.Period), Type: workbookType, Data: data}}
			return nil
		}
		if err := set(d.Key("")); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(d.To, func(r Receiver) bool { return r.Copy && r.ready() }) {
			continue
		}
		if !o.Rules.KeepPhones {
			for k, table := range p.Last {
				p.Last[k] = table.WithoutPhones()
			}
		}
		if err := set(copyKey(d)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func copyKey(d Due) string { return d.Key("") + "copy" }
