package notice

import (
	"testing"
	"time"

	"tongbao/internal/reporting"
)

// TestReceiptView: what is owed, until when, and whether it was late.
func TestReceiptView(t *testing.T) {
	d := Desk{Zone: cst}
	deadline := time.Date(2021, 3, 25, 23, 59, 59, 0, cst)
	freeze := time.Date(2021, 3, 30, 17, 0, 0, 0, cst)
	standings := func(a, b, c reporting.State) map[reporting.Kind]reporting.Standing {
		return map[reporting.Kind]reporting.Standing{reporting.Progress: {State: a}, reporting.Issues: {State: b}, reporting.Lagging: {State: c}}
	}
	table := []Recognised{{Kind: reporting.Progress, Period: sampleMonth, Rows: 3, Version: 1}}
	for _, c := range []struct {
		name                string
		arrived             time.Time
		standings           map[reporting.Kind]reporting.Standing
		owed, again, before string
		late, after         bool
	}{
		{"in time, two owed", deadline.Add(-time.Hour), standings("on-time", "due", "due"), "城建项目问题台账、进度滞后的项目清单", "", "3月25日前（含当日）", false, false},
		{"in the last second", deadline.Add(999 * time.Millisecond), standings("on-time", "nil", "nil"), "", "", "3月30日17:00前", false, false},
		{"late", deadline.Add(time.Second), standings("late", "missing", "rejected"), "城建项目问题台账", "进度滞后的项目清单", "3月30日17:00前", true, false},
		{"a late correction of what was in time", deadline.Add(time.Hour), standings("on-time", "nil", "exempt"), "", "", "3月30日17:00前", false, false},
		{"one is exempt", deadline.Add(-time.Hour), standings("on-time", "exempt", "due"), "进度滞后的项目清单", "", "3月25日前（含当日）", false, false},
		{"after the freeze", freeze.Add(time.Minute), standings("late", "late", "missing"), "进度滞后的项目清单", "", "", true, true},
	} {
		v := d.receipt(c.arrived, Receipt{Submitter: sampleCounty, Period: sampleMonth, Tables: table, Standings: c.standings, Deadline: deadline, Limit: freeze, Origin: Origin{Arrived: c.arrived.UTC()}})
		if v.Owed != c.owed || v.Again != c.again || v.Before != c.before || v.Late != c.late || v.After != c.after || v.Owes != (c.owed+c.again != "") {
			t.Errorf("%s: owed %q again %q before %q late %v after %v", c.name, v.Owed, v.Again, v.Before, v.Late, v.After)
		}
	}
}

// TestRecognised: how a table is listed, and where one that is not used goes.
func TestRecognised(t *testing.T) {
	next := sampleMonth.Add(1)
	v := Desk{Zone: cst}.receipt(time.Date(2021, 4, 1, 9, 0, 0, 0, cst), Receipt{Submitter: sampleCounty, Period: sampleMonth, Tables: []Recognised{
		{Kind: reporting.Progress, Period: next, Rows: 10, Parts: 4, Version: 3},
		{Kind: reporting.Issues, Period: sampleMonth, Nil: true, Version: 1},
		{Kind: reporting.Lagging, Period: sampleMonth, Rows: 2, Reason: "看不出是哪个月份的表"},
		{Kind: reporting.Lagging, Period: sampleMonth, Rows: 2, Reason: "与已收到的第1版内容相同", Repeated: true},
	}})
	if len(v.Tables) != 2 || len(v.Unused) != 1 || len(v.Repeats) != 1 {
		t.Fatalf("tables %v, unused %v, repeats %v", v.Tables, v.Unused, v.Repeats)
	}
	if got := v.Tables[0]; got.What != "2021年4月份，6个项目，另有子项目4个" || got.Note != "第3次报送，以本次为准" {
		t.Errorf("a table of another month is %+v", got)
	}
	if got := v.Tables[1]; got.What != "零报告" || got.Note != "" {
		t.Errorf("a nil report is %+v", got)
	}
}
