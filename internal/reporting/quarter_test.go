package reporting

import "testing"

func TestQuarter(t *testing.T) {
	q, err := ParseQuarter("2021-Q1")
	if err != nil || q.Chinese() != "2021年一季度" || q.First().String() != "2021-01" || q.Last().String() != "2021-03" {
		t.Errorf("2021-Q1 is %v (%s, %v to %v): %v", q, q.Chinese(), q.First(), q.Last(), err)
	}
	if got := q.Add(-1); got != (Quarter{2020, 4}) || !got.Before(q) || q.Before(q) {
		t.Errorf("the quarter before is %v", got)
	}
	if got := q.Add(5); got != (Quarter{2022, 2}) {
		t.Errorf("five quarters on: %v", got)
	}
	if m := q.Add(3).Months(); len(m) != 3 || m[1].String() != "2021-11" {
		t.Errorf("the months of 2021-Q4: %v", m)
	}
	for _, s := range []string{"", "2021-Q0", "2021-Q5", "2021Q1", "2021-q1", "2021-Q11", "x021-Q1", "2021-03"} {
		if _, err := ParseQuarter(s); err == nil {
			t.Errorf("%q is a quarter", s)
		}
	}
	var back Quarter
	text, _ := q.MarshalText()
	if err := back.UnmarshalText(text); err != nil || back != q {
		t.Errorf("%s reads as %v: %v", text, back, err)
	}
	if QuarterOf(Period{2021, 12}) != (Quarter{2021, 4}) {
		t.Error("December is not in the fourth quarter")
	}
}
