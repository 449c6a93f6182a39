package years

import (
	"math/rand/v2"
	"slices"

	"tongbao/internal/reporting"
)

// drop takes rows out of all tables.
func (m *set) drop(gone func(*entry) bool) {
	for k, list := range m.tables {
		m.tables[k] = slices.DeleteFunc(list, gone)
	}
}

// working counts the projects on which something was done this month and last.
func (m *set) working() (n int) {
	for _, e := range m.tables[reporting.Progress] {
		last := m.unit.last.find(reporting.Progress, e.id)
		if last != nil && e.money(reporting.FMonthDone) > 0 && last.money(reporting.FMonthDone) > 0 && e.money(reporting.FMonthDone) != last.money(reporting.FMonthDone) {
			n++
		}
	}
	return n
}

// wrongSum changes a sum of a row by more than rounding could.
func wrongSum(m *set, id string, r *rand.Rand) (planted, bool) {
	f := []reporting.Field{reporting.FYearPlan, reporting.FYTDDone}[r.IntN(2)]
	p := planted{table: reporting.Progress, entry: id, fields: []reporting.Field{f}}
	p.late = func() {
		e := m.find(reporting.Progress, id)
		e.values[f] = e.money(f) + wan(400+r.IntN(3000))
	}
	return p, true
}

func totalWrong(m *set, r *rand.Rand) (planted, bool) {
	if m.unit.noTotal {
		return planted{}, false
	}
	return wrongSum(m, "合计", r)
}

func subtotalWrong(m *set, r *rand.Rand) (planted, bool) {
	id := "一、续建项目"
	if !m.unit.groups || !slices.ContainsFunc(m.tables[reporting.Progress], func(e *entry) bool { return e.p.nature == "续建" }) {
		return planted{}, false
	}
	return wrongSum(m, id, r)
}

func groupCount(m *set, r *rand.Rand) (planted, bool) {
	p, ok := subtotalWrong(m, r)
	p.fields = nil
	more := 1 + r.IntN(3)
	if slices.ContainsFunc(m.tables[reporting.Progress], func(e *entry) bool { return e.part }) {
		more = 1 // two or three more are the package by its parts, or with them
	}
	p.late = func() { m.find(reporting.Progress, p.entry).number += more }
	return p, ok
}

func titleCount(m *set, r *rand.Rand) (planted, bool) {
	return planted{table: reporting.Progress, entry: "title", late: func() { m.counts-- }}, m.unit.titleCount
}

func allZero(m *set, r *rand.Rand) (planted, bool) {
	if m.working() < 4 {
		return planted{}, false
	}
	for _, e := range m.tables[reporting.Progress] {
		raise(e, -e.money(reporting.FMonthDone))
		e.values[reporting.FMonthDone] = money(0)
	}
	return planted{table: reporting.Progress}, true
}

// monthsCopied leaves last month's figures in the month's column.
func monthsCopied(m *set, r *rand.Rand) (planted, bool) {
	return m.copied(reporting.FMonthDone)
}

// ytdCopied leaves last month's sums where the month's figures are new.
func ytdCopied(m *set, r *rand.Rand) (planted, bool) {
	return m.copied(reporting.FYTDDone)
}

func (m *set) copied(f reporting.Field) (planted, bool) {
	if m.working() < 4 {
		return planted{}, false
	}
	for _, e := range m.tables[reporting.Progress] {
		if last := m.unit.last.find(reporting.Progress, e.id); last != nil {
			e.values[f] = last.money(f)
		}
	}
	return planted{table: reporting.Progress}, true
}

// resent sends last month's progress table with this month's title.
func resent(m *set, r *rand.Rand) (planted, bool) {
	if m.working() < 4 {
		return planted{}, false
	}
	old := m.unit.last.clone()
	m.tables[reporting.Progress] = old.tables[reporting.Progress]
	return planted{table: reporting.Progress}, true
}

// inYi writes 总投资 in 亿元 under a header that says 万元.
func inYi(m *set, r *rand.Rand) (planted, bool) {
	return m.rescaled(func(v money) money { return max(v/10000, 1) })
}

// inYuan writes 总投资 in 元 under a header that says 万元.
func inYuan(m *set, r *rand.Rand) (planted, bool) {
	return m.rescaled(func(v money) money { return v * 10000 })
}

func (m *set) rescaled(scale func(money) money) (planted, bool) {
	if m.unit.yi || m.unit.allYi {
		return planted{}, false
	}
	for _, e := range m.tables[reporting.Progress] {
		e.values[reporting.FTotalInvest] = scale(e.money(reporting.FTotalInvest))
	}
	return planted{table: reporting.Progress}, true
}

// listedRow is a row of a list, any.
func (m *set) listedRow(k reporting.Kind, r *rand.Rand, fits func(*entry) bool) *entry {
	list := m.tables[k]
	for _, i := range r.Perm(len(list)) {
		if fits(list[i]) && m.find(reporting.Progress, list[i].p.name) != nil {
			return list[i]
		}
	}
	return nil
}

// farBehind is a project that any measure takes for lagging.
func (m *set) farBehind(e *entry) bool {
	return e.p.gap(m.month, true) <= -25 && e.p.gap(m.month, false) <= -25
}

func notListed(m *set, r *rand.Rand) (planted, bool) {
	if len(m.tables[reporting.Lagging]) < 2 {
		return planted{}, false // it would be a nil report
	}
	e := m.listedRow(reporting.Lagging, r, m.farBehind)
	if e == nil {
		return planted{}, false
	}
	m.tables[reporting.Lagging] = slices.DeleteFunc(m.tables[reporting.Lagging], func(x *entry) bool { return x == e })
	return planted{table: reporting.Progress, entry: e.id, fields: []reporting.Field{reporting.FYTDDone, reporting.FYTDPct, reporting.FProjectName}}, true
}

const strange = "园区标准厂房及配套设施建设项目"

func listedUnknown(m *set, r *rand.Rand) (planted, bool) { return m.unknown(reporting.Lagging, r) }
func issueUnknown(m *set, r *rand.Rand) (planted, bool)  { return m.unknown(reporting.Issues, r) }

// unknown gives a row of a list to a project that is not in the progress table.
func (m *set) unknown(k reporting.Kind, r *rand.Rand) (planted, bool) {
	if len(m.tables[k]) == 0 {
		return planted{}, false
	}
	x := *m.tables[k][r.IntN(len(m.tables[k]))]
	values := map[reporting.Field]any{}
	for f, v := range x.values {
		values[f] = v
	}
	values[reporting.FProjectName], values[reporting.FProblem] = strange, "围挡外电力管线未迁改，影响临时道路施工"
	x.id, x.values = strange, values
	m.tables[k] = append(m.tables[k], &x)
	return planted{table: k, entry: strange, fields: []reporting.Field{reporting.FProjectName}}, true
}

func noReason(m *set, r *rand.Rand) (planted, bool) {
	e := m.listedRow(reporting.Lagging, r, func(e *entry) bool { return m.farBehind(e) && len(e.p.issues) > 0 })
	others := func(x *entry) bool { return e != nil && x.p != e.p }
	if e == nil || !slices.ContainsFunc(m.tables[reporting.Issues], others) {
		return planted{}, false // without any issue it would be a nil report
	}
	delete(e.values, reporting.FReason)
	m.tables[reporting.Issues] = slices.DeleteFunc(m.tables[reporting.Issues], func(x *entry) bool { return x.p == e.p })
	delete(m.find(reporting.Progress, e.id).values, reporting.FProblemText)
	return planted{table: reporting.Lagging, entry: e.id, fields: []reporting.Field{reporting.FReason, reporting.FProjectName}}, true
}

func nilLagging(m *set, r *rand.Rand) (planted, bool) {
	if m.listedRow(reporting.Lagging, r, m.farBehind) == nil {
		return planted{}, false
	}
	m.tables[reporting.Lagging] = nil
	return planted{table: reporting.Lagging}, true
}

// nilIssues says that there is no problem while last month's are open.
func nilIssues(m *set, r *rand.Rand) (planted, bool) {
	open := 0
	for _, e := range m.tables[reporting.Issues] {
		if e.text(reporting.FStatus) != "已销号" && m.unit.last.find(reporting.Issues, e.id) != nil {
			open++
		}
	}
	if open < 2 {
		return planted{}, false
	}
	m.tables[reporting.Issues] = nil
	return planted{table: reporting.Issues}, true
}
