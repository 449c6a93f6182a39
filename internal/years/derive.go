package years

import (
	"fmt"
	"math"
	"slices"

	"tongbao/internal/reporting"
)

// summed are the fields that totals and category rows add up.
var summed = []reporting.Field{reporting.FTotalInvest, reporting.FDoneToLastYear, reporting.FYearPlan, reporting.FMonthDone, reporting.FYTDDone, reporting.FAllDone}

// derive fills in what a sheet computes: shares, category rows and totals. A
// part of a package is not counted beside the package.
func (m *set) derive() {
	list := slices.DeleteFunc(m.tables[reporting.Progress], func(e *entry) bool { return e.role != item })
	m.counts = 0
	for _, e := range list {
		share(e)
		if !e.part {
			m.counts++
		}
	}
	if m.unit.groups {
		list = grouped(list)
	}
	total := adding("合计", sum, list)
	switch {
	case m.unit.noTotal:
	case m.unit.totalLast:
		list = append(list, total)
	default:
		list = append([]*entry{total}, list...)
	}
	m.tables[reporting.Progress] = list
	for _, k := range []reporting.Kind{reporting.Issues, reporting.Lagging} {
		m.nothing[k] = m.unit.Owes(k) && len(m.tables[k]) == 0
	}
}

// share computes a row's percentages, to two decimals as typed.
func share(e *entry) {
	of := func(f reporting.Field, part, whole money) {
		delete(e.values, f)
		if whole > 0 {
			e.values[f] = math.Round(float64(part)/float64(whole)*10000) / 100
		}
	}
	of(reporting.FYTDPct, e.money(reporting.FYTDDone), e.money(reporting.FYearPlan))
	of(reporting.FAllPct, e.money(reporting.FAllDone), e.money(reporting.FTotalInvest))
}

// grouped puts a category row above the projects of each nature.
func grouped(list []*entry) []*entry {
	var out []*entry
	for i, n := range []string{"续建", "新建", "前期"} {
		var of []*entry
		count := 0
		for _, e := range list {
			if e.p.nature == n {
				of = append(of, e)
				if !e.part {
					count++
				}
			}
		}
		if len(of) == 0 {
			continue
		}
		g := adding(fmt.Sprintf("%s、%s项目", []string{"一", "二", "三"}[i], n), group, of)
		g.number = count
		out = append(append(out, g), of...)
	}
	return out
}

// adding makes a row of sums over the items of a list.
func adding(id string, r role, list []*entry) *entry {
	t := &entry{id: id, role: r, values: map[reporting.Field]any{}}
	for _, f := range summed {
		var s money
		for _, e := range list {
			if e.role == item && !e.part {
				s += e.money(f)
			}
		}
		t.values[f] = s
	}
	share(t)
	return t
}
