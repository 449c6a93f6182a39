package office

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// storeTables stores each table that can be used as a version.
func (o *Office) storeTables(t *store.Tx, l *store.Letter, sender reporting.Submitter, reading reporting.Reading, assigned bool) error {
	rest := reading.Findings
	joined := map[int]store.Stored{} // by position: what became of the first part
	for i, table := range reading.Tables {
		parts := partsOf(reading.Tables, i)
		if table.Aside != "" || parts[0] < i {
			s := store.Stored{Kind: table.Kind, Submitter: sender.Name, Period: table.Period, Rows: len(table.Rows), Nil: table.Nil, Reason: table.Aside}
			if table.Aside == "" {
				s.Version, s.Reason = joined[parts[0]].Version, joined[parts[0]].Reason
			}
			l.Tables = append(l.Tables, s)
			continue
		}
		var own []reporting.Finding
		var all []reporting.Table
		for _, j := range parts {
			var its []reporting.Finding
			its, rest = split(rest, reading.Tables[j])
			own, all = append(own, its...), append(all, reading.Tables[j])
		}
		table = reporting.Join(all)
		s := store.Stored{Kind: table.Kind, Submitter: sender.Name, Period: table.Period, Rows: len(reading.Tables[i].Rows), Nil: table.Nil}
		v := reporting.Version{Submitter: sender.Name, Period: table.Period, Kind: table.Kind, Letter: l.ID, Received: l.Arrived, Table: table, Findings: own}
		s.Reason = o.obstacle(table, sender, l.Arrived, assigned)
		if s.Reason == "" {
			same, err := o.sameAs(t, v, l.Subject)
			if err != nil {
				return err
			}
			if same > 0 {
				s.Reason = fmt.Sprintf("与已收到的第%d版内容相同", same)
			}
		}
		if s.Reason == "" {
			v.Table.Submitter = sender.Name
			v.Unusable = !table.Nil && table.Prose == "" && len(table.Rows) == 0
			n, err := t.AddVersion(v)
			if err != nil {
				return err
			}
			s.Version = n
			if err := learn(t, v); err != nil {
				return err
			}
			if v.Unusable {
				s.Reason = "表中没有可用的行"
			}
		}
		if table.Period != (reporting.Period{}) && !slices.Contains(l.For, table.Period.String()) {
			l.For = append(l.For, table.Period.String())
		}
		l.Tables, joined[i] = append(l.Tables, s), s
	}
	l.Findings = rest
	for _, k := range reporting.Kinds { // the progress table first: a ledger names its projects
		for _, s := range l.Tables {
			if s.Kind == k && s.Version > 0 {
				if err := o.enrol(t, s.Period, s.Submitter, k); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// learn keeps what the table settled of columns whose names leave it open.
func learn(t *store.Tx, v reporting.Version) error {
	for _, s := range v.Table.Senses {
		if !s.Sure {
			continue
		}
		if err := t.Learn(v.Submitter, v.Kind, s.Word, store.Sense{Field: s.Field, Letter: v.Letter}); err != nil {
			return err
		}
	}
	return nil
}

// obstacle is why a table cannot be stored for the sender, "" where it can.
func (o *Office) obstacle(table reporting.Table, sender reporting.Submitter, arrived time.Time, assigned bool) string {
	switch {
	case table.Period.IsZero():
		return "看不出是哪个月份的表"
	case reporting.PeriodOf(arrived.In(o.Rules.Terms.Zone)).Before(table.Period):
		return fmt.Sprintf("表上写的是%s，该月尚未到", table.Period.Chinese())
	case table.Submitter != "" && table.Submitter != sender.Name && !assigned:
		return fmt.Sprintf("表内单位是%s，发件地址登记的是%s", table.Submitter, sender.Name)
	}
	return ""
}

// again are words by which a clerk says that a table counts although it came before.
var again = []string{"更正", "以此为准", "重新报送", "最新", "定稿"}

// sameAs finds the version with the same content: an old attachment in a
// chain of replies is no new report. 0 where there is none.
func (o *Office) sameAs(t *store.Tx, v reporting.Version, subject string) (int, error) {
	for _, word := range again {
		if strings.Contains(subject, word) {
			return 0, nil
		}
	}
	versions, err := t.Versions(v.Period, v.Submitter, v.Kind)
	if err != nil {
		return 0, err
	}
	for _, old := range versions {
		if old.Excluded == "" && sameContent(old.Table, v.Table) {
			return old.N, nil
		}
	}
	return 0, nil
}

// sameContent compares what two tables say, not where they stood.
func sameContent(a, b reporting.Table) bool {
	if a.Nil != b.Nil || a.Prose != b.Prose || len(a.Rows) != len(b.Rows) {
		return false
	}
	says := func(t reporting.Table) string {
		var rows []map[reporting.Field]reporting.Value
		for _, r := range t.Rows {
			rows = append(rows, r.Fields)
		}
		out, _ := json.Marshal(rows) // maps are written in the order of their keys
		return string(out)
	}
	return says(a) == says(b)
}

// split takes the findings that belong to a table.
func split(all []reporting.Finding, table reporting.Table) (own, rest []reporting.Finding) {
	for _, f := range all {
		if slices.Equal(f.Path, table.Path) && f.Sheet == table.Sheet && f.Number == table.Number {
			own = append(own, f)
		} else {
			rest = append(rest, f)
		}
	}
	return own, rest
}
