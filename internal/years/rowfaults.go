package years

import (
	"math/rand/v2"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

func monthOf(m *set) time.Month { return time.Month(m.month) }

// pick takes any project row that fits, that stood in last month's table and
// has seen no fault this month or the last.
func (m *set) pick(r *rand.Rand, fits func(e, last *entry) bool, needs ...reporting.Field) *entry {
	for _, f := range needs {
		if !m.unit.has(reporting.Progress, f) {
			return nil
		}
	}
	list := m.tables[reporting.Progress]
	for _, i := range r.Perm(len(list)) {
		e := list[i]
		last := m.unit.last.find(reporting.Progress, e.id)
		touched := m.unit.touched[e.id]
		if e.role != item || e.part || last == nil || touched > 0 && touched >= m.month-1 || e.p.name == bundled {
			continue
		}
		if fits(e, last) {
			return e
		}
	}
	return nil
}

// bundled is the package whose parts stand below it; a fault on it would be
// two.
const bundled = "城区背街小巷综合整治工程"

func on(e *entry, fields ...reporting.Field) (planted, bool) {
	if e == nil {
		return planted{}, false
	}
	return planted{table: reporting.Progress, entry: e.id, fields: fields}, true
}

func working(e, last *entry) bool {
	return e.money(reporting.FMonthDone) >= wan(20) && e.money(reporting.FYTDDone) > 0 && !e.p.finished(12) && e.p.started(4) && e.p.cut == 0
}

// raise adds to the year's sum and to what follows from it.
func raise(e *entry, by money) {
	e.values[reporting.FYTDDone] = e.money(reporting.FYTDDone) + by
	e.values[reporting.FAllDone] = e.money(reporting.FAllDone) + by
}

func monthOverYTD(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, working)
	if e != nil {
		e.values[reporting.FMonthDone] = e.money(reporting.FYTDDone) + wan(50+r.IntN(500))
	}
	return on(e, reporting.FMonthDone, reporting.FYTDDone)
}

func ytdBack(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool {
		return working(e, last) && last.money(reporting.FYTDDone)*7/10 > e.money(reporting.FMonthDone) && last.money(reporting.FYTDDone) > wan(100)
	})
	if e != nil {
		last := m.unit.last.find(reporting.Progress, e.id)
		raise(e, last.money(reporting.FYTDDone)*8/10/100*100-e.money(reporting.FYTDDone))
	}
	return on(e, reporting.FYTDDone, reporting.FMonthDone)
}

func ytdJump(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return working(e, last) && e.p.gap(m.month, false) < -2 })
	if e != nil {
		raise(e, e.money(reporting.FYTDDone)/10/100*100+wan(30))
	}
	return on(e, reporting.FYTDDone, reporting.FMonthDone)
}

func planChanged(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return working(e, last) && e.p.adjusted == 0 })
	if e != nil {
		e.values[reporting.FYearPlan] = e.money(reporting.FYearPlan) * 13 / 10 / 100 * 100
	}
	return on(e, reporting.FYearPlan)
}

func pctWrong(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, working)
	p, ok := on(e, reporting.FYTDPct)
	p.late = func() {
		v, _ := e.values[reporting.FYTDPct].(float64)
		e.values[reporting.FYTDPct] = v + []float64{0.8, 3, 11, -0.9}[r.IntN(4)]
	}
	return p, ok
}

func overPlan(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool {
		return working(e, last) && e.money(reporting.FYearPlan)*14/10 < e.money(reporting.FTotalInvest)-e.p.before
	})
	if e != nil {
		by := e.money(reporting.FYearPlan)*135/100/100*100 - e.money(reporting.FYTDDone)
		raise(e, by)
		e.values[reporting.FMonthDone] = e.money(reporting.FMonthDone) + by
	}
	return on(e, reporting.FYTDDone, reporting.FYTDPct)
}

func allOverTotal(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, working, reporting.FAllDone)
	if e != nil {
		e.values[reporting.FAllDone] = e.money(reporting.FTotalInvest) * 13 / 10 / 100 * 100
	}
	return on(e, reporting.FAllDone, reporting.FTotalInvest)
}

func allNotSum(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return working(e, last) && e.p.before > wan(200) }, reporting.FAllDone, reporting.FDoneToLastYear)
	if e != nil {
		e.values[reporting.FAllDone] = e.money(reporting.FAllDone) - e.money(reporting.FDoneToLastYear)/4/100*100
	}
	return on(e, reporting.FAllDone, reporting.FDoneToLastYear, reporting.FYTDDone)
}

func finishedWillOpen(m *set, r *rand.Rand) (planted, bool) {
	if !m.unit.has(reporting.Progress, reporting.FIsFinished) && !m.unit.has(reporting.Progress, reporting.FActualFinish) {
		return planted{}, false
	}
	e := m.pick(r, func(e, last *entry) bool { return e.p.finished(m.month) }, reporting.FNextPlan)
	if e != nil {
		e.values[reporting.FNextPlan] = []string{"计划下月开工建设", "下月进场开工", "力争下月正式动工"}[r.IntN(3)]
	}
	return on(e, reporting.FNextPlan)
}

func idleDone(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return !e.p.started(m.month) && e.p.clearing == 0 }, reporting.FIsStarted)
	if e != nil {
		by := wan(80 + r.IntN(200))
		raise(e, by)
		e.values[reporting.FMonthDone] = by
	}
	return on(e, reporting.FMonthDone, reporting.FIsStarted)
}

func notInStats(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool {
		in, _ := e.values[reporting.FInStats].(bool)
		return in && working(e, last)
	}, reporting.FInStats, reporting.FIsStarted)
	if e != nil {
		e.values[reporting.FInStats] = false
	}
	return on(e, reporting.FInStats)
}

func textCopied(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return working(e, last) && e.p.started(m.month-1) })
	if e != nil {
		e.values[reporting.FProgressText] = m.unit.last.find(reporting.Progress, e.id).text(reporting.FProgressText)
	}
	return on(e, reporting.FProgressText)
}

func totalTimes(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, working)
	if e != nil {
		e.values[reporting.FTotalInvest] = e.money(reporting.FTotalInvest) * 10000
	}
	return on(e, reporting.FTotalInvest)
}

func finishFirst(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return !e.p.finished(m.month) }, reporting.FPlanStart, reporting.FPlanFinish)
	if e != nil {
		e.values[reporting.FPlanFinish] = e.p.planStart.add(-2 - r.IntN(12))
	}
	return on(e, reporting.FPlanFinish, reporting.FPlanStart)
}

func finishAhead(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, working, reporting.FActualFinish)
	if e != nil {
		e.values[reporting.FActualFinish], e.values[reporting.FIsFinished] = date{year, m.month}.add(2+r.IntN(5)), true
	}
	return on(e, reporting.FActualFinish)
}

func vanished(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, working)
	if e == nil {
		return planted{}, false
	}
	m.drop(func(x *entry) bool { return x.p == e.p })
	return planted{table: reporting.Progress, entry: e.id}, true
}

// renamed changes a project's name a little: a word dropped, a word put in.
func renamed(m *set, r *rand.Rand) (planted, bool) {
	e := m.pick(r, func(e, last *entry) bool { return working(e, last) && !strings.Contains(e.id, "期）") })
	if e == nil {
		return planted{}, false
	}
	name := e.id
	switch {
	case strings.HasSuffix(name, "工程"):
		name = strings.TrimSuffix(name, "工程") + "项目"
	case strings.HasSuffix(name, "建设项目"):
		name = strings.TrimSuffix(name, "建设项目") + "新建项目"
	default:
		name = strings.TrimSuffix(name, "项目") + "工程"
	}
	for _, k := range []reporting.Kind{reporting.Issues, reporting.Lagging} {
		for _, x := range m.tables[k] {
			if x.p == e.p {
				x.values[reporting.FProjectName] = m.unit.listed(name)
			}
		}
	}
	e.values[reporting.FProjectName] = name
	return on(e, reporting.FProjectName)
}
