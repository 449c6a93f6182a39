package reporting

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestStand(t *testing.T) {
	deadline := time.Date(2021, 3, 25, 23, 59, 59, 0, shanghai)
	in, out := deadline.Add(-time.Hour), deadline.Add(time.Hour)
	table := Table{Rows: make([]Row, 4)}
	nothing := Table{Nil: true}
	errors := []Finding{{Severity: Error}, {Severity: Warning}, {Severity: Warning}, {Severity: Notice}}
	for _, c := range []struct {
		name             string
		versions         []Version
		now              time.Time
		exempt, rejected bool
		want             Standing
	}{
		{name: "nothing yet", now: in, want: Standing{State: Due}},
		{name: "nothing in the deadline's second", now: deadline.Add(999 * time.Millisecond), want: Standing{State: Due}},
		{name: "nothing", now: out, want: Standing{State: Missing}},
		{name: "exempt", now: out, exempt: true, want: Standing{State: Exempt}},
		{name: "rejected", now: in, rejected: true, want: Standing{State: Rejected}},
		{name: "in time", now: out, versions: []Version{{N: 1, Received: in, Table: table}}, want: Standing{State: OnTime, Received: in, Version: 1, Rows: 4}},
		{name: "in the last second", now: out, versions: []Version{{N: 1, Received: deadline, Table: nothing}}, want: Standing{State: NilIn, Received: deadline, Version: 1}},
		{name: "late", now: out, versions: []Version{{N: 1, Received: out, Table: table}}, want: Standing{State: Late, Received: out, Version: 1, Rows: 4}},
		{name: "nil and late", now: out, versions: []Version{{N: 1, Received: deadline.Add(time.Second), Table: nothing}}, want: Standing{State: NilLate, Received: deadline.Add(time.Second), Version: 1}},
		{name: "a correction after the deadline", now: out, versions: []Version{{N: 1, Received: in, Table: nothing}, {N: 2, Received: out, Table: table, Findings: errors}},
			want: Standing{State: NilIn, Received: out, Version: 2, Rows: 4, Errors: 1, Warnings: 2}},
		{name: "an unusable one first", now: out, versions: []Version{{N: 1, Received: in, Unusable: true}, {N: 2, Received: out, Table: table}},
			want: Standing{State: Late, Received: out, Version: 2, Rows: 4}},
		{name: "an unusable one after", now: out, versions: []Version{{N: 1, Received: in, Table: table}, {N: 2, Received: out, Unusable: true}},
			want: Standing{State: OnTime, Received: in, Version: 1, Rows: 4}},
		{name: "only unusable", now: out, versions: []Version{{N: 1, Received: in, Unusable: true}}, want: Standing{State: Rejected}},
		{name: "excluded by the office", now: out, versions: []Version{{N: 1, Received: in, Table: table, Excluded: "误发"}}, want: Standing{State: Missing}},
		{name: "came although exempt", now: out, exempt: true, versions: []Version{{N: 1, Received: in, Table: table}}, want: Standing{State: OnTime, Received: in, Version: 1, Rows: 4}},
	} {
		if got := Stand(heads(c.versions), deadline, c.now, c.exempt, c.rejected); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestStandingTellsNoErrorsFromNothing: a script sees zeros where a version is,
// and no counts where none came.
func TestStandingTellsNoErrorsFromNothing(t *testing.T) {
	for _, c := range []struct {
		standing Standing
		want     string
	}{
		{Standing{State: Missing}, `{"state":"missing"}`},
		{Standing{State: NilIn, Version: 1}, `{"state":"nil","version":1,"rows":0,"errors":0,"warnings":0}`},
		{Standing{State: OnTime, Version: 2, Rows: 41, Warnings: 3}, `{"state":"on-time","version":2,"rows":41,"errors":0,"warnings":3}`},
	} {
		got, err := json.Marshal(c.standing)
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v, want %s", got, err, c.want)
		}
		var back Standing
		if err := json.Unmarshal(got, &back); err != nil || back != c.standing {
			t.Errorf("back: %+v, %v", back, err)
		}
	}
}

func TestCounting(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2021, 3, 25, h, 0, 0, 0, shanghai) }
	versions := []Version{{N: 1, Received: at(9)}, {N: 3, Received: at(11)}, {N: 2, Received: at(11)}, {N: 4, Received: at(12), Unusable: true}, {N: 5, Received: at(13), Excluded: "x"}, {N: 6, Received: at(18)}}
	for _, c := range []struct {
		until time.Time
		want  int
	}{{time.Time{}, 6}, {at(17), 3}, {at(18), 6}, {at(10), 1}, {at(8), 0}} {
		n := 0
		if v := Counting(versions, c.until); v != nil {
			n = v.N
		}
		if n != c.want {
			t.Errorf("until %v version %d counts, want %d", c.until, n, c.want)
		}
	}
}

func TestValueJSON(t *testing.T) {
	for _, c := range []struct {
		value Value
		want  string
	}{
		{Number(decimal.RequireFromString("12000")), "12000"},
		{Number(decimal.RequireFromString("0.00005")), "0.0001"},
		{Number(decimal.RequireFromString("-3.14159265")), "-3.1416"},
		{Number(decimal.New(3, 6)), "3000000"},
		{Number(decimal.Zero), "0"},
		{Flag(true), "true"}, {Flag(false), "false"},
		{Text("2021-03"), `"2021-03"`}, {Text(`“五化”<b>`), `"“五化”\u003cb\u003e"`}, {Text("true"), `"true"`}, {Text("12"), `"12"`},
	} {
		raw, err := json.Marshal(map[Field]Value{FYearPlan: c.value})
		if err != nil || string(raw) != `{"year_plan":`+c.want+`}` {
			t.Errorf("%v is written %s, want %s: %v", c.value, raw, c.want, err)
		}
		var back map[Field]Value
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		if string(again) != string(raw) || back[FYearPlan].String() != c.value.String() {
			t.Errorf("%s comes back as %s", raw, again)
		}
	}
	var v Value
	for _, bad := range []string{`{}`, `[1]`, `nul`, `12a`} {
		if err := json.Unmarshal([]byte(bad), &v); err == nil {
			t.Errorf("%s is read as %v", bad, v)
		}
	}
}

func TestRegister(t *testing.T) {
	r := NewRegister([]Submitter{
		{Name: "修水县", Addresses: []string{"XS@Example.com"}, Tables: Kinds},
		{Name: "永修县", Addresses: []string{"xs@example.com", "yx@example.com"}, Tables: []Kind{Progress}},
	})
	if s, ok := r.ByAddress(" xs@EXAMPLE.com "); !ok || s.Name != "修水县" {
		t.Errorf("the first that names an address has it, got %q", s.Name)
	}
	if _, ok := r.ByAddress("other@example.com"); ok {
		t.Error("a strange address is registered")
	}
	if s, ok := r.ByName("永修县"); !ok || s.Owes(Issues) || !s.Owes(Progress) {
		t.Errorf("永修县 is %+v", s)
	}
	if got := JiujiangCounties(); len(got) != 13 || got[4].Name != "修水县" || got[4].Code != "360424" {
		t.Errorf("the counties are %v", got)
	}
}

func heads(versions []Version) (out []Head) {
	for _, v := range versions {
		out = append(out, v.Head())
	}
	return out
}
