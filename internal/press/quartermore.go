package press

import (
	"fmt"
	"slices"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// startPlace is where projects start: those of the central city at the city's
// main venue, the others at their own.
type startPlace struct {
	Title, Venue string
	List, First  []bulletin.Start
}

// maxStarts is how many projects a sentence names.
const maxStarts = 5

// StartPlaces are the groups that have projects to start.
func (q quarterly) StartPlaces() (out []startPlace) {
	for _, g := range []reporting.Group{reporting.Central, reporting.Counties, reporting.Zones} {
		x := startPlace{Title: g.Title(), Venue: "在各地分会场开工"}
		if g == reporting.Central {
			x.Venue = "在市级主会场开工"
		}
		for _, s := range q.Starts.Planned {
			if s.Group == g {
				x.List = append(x.List, s)
			}
		}
		if x.First = x.List[:min(maxStarts, len(x.List))]; len(x.List) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// VisitsAll are the candidates in order.
func (q quarterly) VisitsAll() []bulletin.Visit { return q.Visits.Entries }

// VisitsFirst are the first three and who shares their ranks; none where there
// are so few that all are named.
func (q quarterly) VisitsFirst() []bulletin.Visit {
	all := q.Visits.Entries
	if len(all) < 6 {
		return nil
	}
	n := 3
	for n < len(all) && all[n].Rank == all[n-1].Rank {
		n++
	}
	return all[:n]
}

// VisitsTied reports whether any rank is shared.
func (q quarterly) VisitsTied() bool {
	for i, e := range q.Visits.Entries {
		if i > 0 && e.Rank == q.Visits.Entries[i-1].Rank {
			return true
		}
	}
	return false
}

func (q quarterly) speakers(why string) (out []bulletin.Speaker) {
	for _, s := range q.Speakers {
		if s.Why == why {
			out = append(out, s)
		}
	}
	return out
}

// First are those who tell of their experience.
func (q quarterly) First() []bulletin.Speaker { return q.speakers("first") }

// Last are those who declare what they will do, for their rank.
func (q quarterly) Last() []bulletin.Speaker { return q.speakers("last") }

// Silents are those who declare it because they sent nothing in the quarter.
func (q quarterly) Silents() (out []string) {
	for _, s := range q.speakers("silent") {
		out = append(out, s.Unit)
	}
	return out
}

// startLists are the projects to start, and those that are late.
func (q quarterly) startLists() []list {
	columns := []column{{"序号", 6, label, false}, {"地区（单位）", 14, label, false}, {"项目名称", 26, words, false}, {"建设规模及内容", 34, words, false},
		{"总投资", 11, wan, false}, {"年度计划投资", 11, wan, false}, {"计划开工", 13, label, false}, {"开工情况", 9, label, false}, {"责任单位", 16, words, false}, {"责任领导", 10, label, false}, {"会场", 10, label, false}}
	of := func(heading, nothing string, starts []bulletin.Start) list {
		l := list{heading: heading, measure: "单位：万元", columns: columns}
		for i, s := range starts {
			state, venue := absent, "县分会场"
			if s.Started != nil {
				state = map[bool]string{true: "已开工", false: "未开工"}[*s.Started]
			}
			switch s.Group {
			case reporting.Central:
				venue = "市主会场"
			case reporting.Zones:
				venue = "区分会场"
			}
			l.lines = append(l.lines, line{cells: []any{i + 1, s.Unit, s.Project, s.Content, s.TotalInvest, s.YearPlan, dated(s.Due), state, s.RespUnit, s.Leader, venue}})
		}
		return filled(l, nothing)
	}
	out := []list{of("（一）本季度计划开工项目", "没有计划于本季度开工的项目", q.Starts.Planned), of("（二）此前应开未开项目", "没有此前应开未开的项目", q.Starts.Overdue)}
	out[0].notes = []string{"注：会场按组别预排，中心城区责任单位的项目列市主会场，其余列属地分会场，由办公室核定。"}
	if len(q.Starts.Vague) > 0 {
		out = append(out, of("（三）计划开工时间未明确到月的项目", "", q.Starts.Vague))
	}
	return out
}

// visitList is the ranking by votes, with the votes for each place.
func (q quarterly) visitList() list {
	l := list{measure: "单位：票、分", columns: []column{{"序位", 7, label, false}, {"项目（单位）", 32, words, false}}}
	places := 0
	for _, e := range q.Visits.Entries {
		places = max(places, len(e.Counts))
	}
	for i := range places {
		l.columns = append(l.columns, column{fmt.Sprintf("第%d名", i+1), 8, count, false})
	}
	l.columns = append(l.columns, column{"得分", 10, pts, false})
	for _, e := range q.Visits.Entries {
		cells := []any{e.Rank, e.Name}
		for i := range places {
			n := 0
			if i < len(e.Counts) {
				n = e.Counts[i]
			}
			cells = append(cells, n)
		}
		l.lines = append(l.lines, line{cells: append(cells, e.Points)})
	}
	if places > maxPlaceColumns { // the others are in the workbook
		for i := 2 + maxPlaceColumns; i < 2+places; i++ {
			l.columns[i].wide = true
		}
		l.notes = []string{fmt.Sprintf("注：此处列前%d名的票数，其余见附表（Excel）。", maxPlaceColumns)}
	}
	return filled(l, "没有录入观摩投票")
}

// maxPlaceColumns is how many places of the votes paper has room for.
const maxPlaceColumns = 10

// speakerList is who speaks.
func (q quarterly) speakerList() list {
	l := list{measure: "单位：分", columns: []column{{"序号", 8, label, false}, {"单位", 24, label, false}, {"组别", 18, label, false}, {"发言类型", 14, label, false}, {"季度序位", 12, label, false}, {"总分", 10, pts, false}, {"事由", 30, words, false}}}
	for i, s := range q.Speakers {
		kind, rank, why := "表态发言", any(absent), "本季度未报送进度表"
		if s.Kind == "experience" {
			kind = "经验发言"
		}
		if s.Rank > 0 {
			rank, why = s.Rank, fmt.Sprintf("季度排位第%d位（共%d家）", s.Rank, s.Of)
		}
		l.lines = append(l.lines, line{cells: []any{i + 1, s.Unit, s.Group.Title(), kind, rank, s.Total, why}})
	}
	return filled(l, "没有需要发言的单位")
}

// peaks are the months in which the most and the least was done.
type peaks struct{ Most, Least bulletin.Month }

// Peaks is nil where no two months differ.
func (q quarterly) Peaks() *peaks {
	months := q.Known()
	if len(months) == 0 {
		return nil
	}
	by := func(a, b bulletin.Month) int { return a.MonthDone.Cmp(b.MonthDone.Decimal) }
	out := &peaks{slices.MaxFunc(months, by), slices.MinFunc(months, by)}
	if by(out.Most, out.Least) == 0 {
		return nil
	}
	return out
}
