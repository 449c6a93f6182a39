package press

import (
	"fmt"
	"slices"

	"tongbao/internal/bulletin"
	"tongbao/templates"
)

// quarterItem is one item of the score over all units that are ranked.
type quarterItem struct {
	Key, Title string
	Full       bulletin.Number
	Rate       string   // what the item follows: 开工率
	Top        []string // full points
	Low        []bulletin.Score
	Untold     []string // no points, for their tables do not tell
	Idle       []string // no task
	Ranked     int
	Even       *bulletin.Number // the rate that all units with the task share
}

// Pct is the item's rate of a unit.
func (x quarterItem) Pct(s bulletin.Score) *bulletin.Number { return s.Item(x.Key).Pct }

var itemRates = map[string]string{"invest": "投资完成率", "start": "开工率", "finish": "竣工率", "stats": "入统率"}

// Items are the items that have a weight, in their order.
func (q quarterly) Items() (out []quarterItem) {
	for _, w := range q.Weights() {
		x := quarterItem{Key: w.Key, Title: w.Title, Full: w.Full, Rate: itemRates[w.Key]}
		for _, s := range q.Listed() {
			it := s.Item(w.Key)
			if it == nil || s.Rank == 0 {
				continue
			}
			x.Ranked++
			switch {
			case it.Untold:
				x.Untold = append(x.Untold, s.Name)
			case it.Points == nil:
				x.Idle = append(x.Idle, s.Name)
			case it.Points.Equal(it.Full.Decimal):
				x.Top = append(x.Top, s.Name)
			case it.Pct != nil:
				x.Low = append(x.Low, s)
			}
		}
		slices.SortStableFunc(x.Low, func(a, b bulletin.Score) int { return a.Item(w.Key).Pct.Cmp(b.Item(w.Key).Pct.Decimal) })
		if n := len(x.Low); n > 1 && len(x.Top) == 0 && x.Pct(x.Low[0]).Equal(x.Pct(x.Low[n-1]).Decimal) {
			x.Even = x.Pct(x.Low[0])
		}
		low := min(3, len(x.Low))
		for low < min(maxNames, len(x.Low)) && x.Pct(x.Low[low]).Equal(x.Pct(x.Low[low-1]).Decimal) {
			low++ // who is named must not depend on the order of the list
		}
		x.Low = x.Low[:low]
		out = append(out, x)
	}
	return out
}

// weight is an item with its full points.
type weight struct {
	Key, Title string
	Full       bulletin.Number
}

// Weights are the items that count.
func (q quarterly) Weights() (out []weight) {
	s := q.Scoring
	for _, w := range []weight{{Key: "invest", Full: s.Invest}, {Key: "start", Full: s.Start}, {Key: "finish", Full: s.Finish}, {Key: "stats", Full: s.Stats}, {Key: "report", Full: s.Report}} {
		if w.Full.IsPositive() {
			w.Title = bulletin.ItemTitle(w.Key)
			out = append(out, w)
		}
	}
	return out
}

// times names units with how often: 修水县（2次）.
func (q quarterly) times(of func(bulletin.Score) int) (out []string) {
	for _, s := range q.Listed() {
		if n := of(s); n > 0 {
			out = append(out, fmt.Sprintf("%s（%d次）", s.Name, n))
		}
	}
	return out
}

// LateOnes, MissingOnes and ReturnedOnes name the units that reported late, not
// or not wholly, and that sent a table again.
func (q quarterly) LateOnes() []string { return q.times(func(s bulletin.Score) int { return s.Late }) }

// MissingOnes see LateOnes.
func (q quarterly) MissingOnes() []string {
	return q.times(func(s bulletin.Score) int { return s.Missing })
}

// ReturnedOnes see LateOnes.
func (q quarterly) ReturnedOnes() []string {
	return q.times(func(s bulletin.Score) int { return s.Returned })
}

// Punctual names the units that reported on time in all months and sent nothing again.
func (q quarterly) Punctual() (out []string) {
	for _, s := range q.Listed() {
		if s.Months > 0 && s.Late+s.Missing+s.Returned == 0 {
			out = append(out, s.Name)
		}
	}
	return out
}

// Ahead names the units that get points for being ahead of the pace.
func (q quarterly) Ahead() (out []string) {
	for _, s := range q.Listed() {
		if s.Excess != nil && s.Excess.IsPositive() {
			out = append(out, s.Name+"（"+pts.show(s.Excess)+"分）")
		}
	}
	return out
}

// quarterAward is what the office gave or took, with its unit.
type quarterAward struct {
	Unit   string
	Points bulletin.Number // without its sign
	Taken  bool
	Reason string
}

// Given are the office's own awards and deductions in the order of the table.
func (q quarterly) Given() (out []quarterAward) {
	for _, s := range q.Listed() {
		for _, a := range s.Awards {
			out = append(out, quarterAward{s.Name, bulletin.Number{Decimal: a.Points.Abs()}, a.Points.IsNegative(), a.Reason})
		}
	}
	return out
}

// quarterAnnexes are a product's annexes.
func quarterAnnexes(q quarterly) []annex {
	switch q.Kind {
	case bulletin.QuarterRanking:
		return []annex{{title: q.Short() + "城建项目排位表", lists: q.rankings()}, {title: "分项得分及依据表", lists: q.grounds()}}
	case bulletin.QuarterAnalysis:
		return []annex{{title: "月度投资完成情况表", lists: []list{q.rhythm()}}, {title: "项目结构表", lists: q.structure()},
			{title: "投资缺口情况表", lists: []list{q.shortfalls(), q.risks()}}}
	case bulletin.QuarterStarts:
		return []annex{{title: q.Short() + "城建项目开工清单", lists: q.startLists()}}
	case bulletin.QuarterVisits:
		return []annex{{title: q.Short() + "城建项目观摩评分表", lists: []list{q.visitList()}}}
	case bulletin.QuarterSpeakers:
		return []annex{{title: q.Short() + "调度会议发言名单", lists: []list{q.speakerList()}}}
	}
	return nil
}

// rankings are a table for each group that is ranked.
func (q quarterly) rankings() (out []list) {
	places := q.Places()
	for i, x := range places {
		l := list{measure: "单位：分", columns: []column{{"序位", 6, label, false}, {"地区", 16, label, false}}}
		for _, w := range q.Weights() {
			l.columns = append(l.columns, column{w.Title + "（" + w.Full.String() + "）", 10, pts, false})
		}
		l.columns = append(l.columns, column{"小计", 9, pts, false}, column{"折算后", 9, pts, false}, column{"加分", 8, pts, false}, column{"扣分", 8, pts, false},
			column{"总分", 9, pts, false}, column{"上季序位", 8, label, false}, column{"升降", 8, label, false})
		if len(places) > 1 {
			l.heading = "（" + templates.Numeral(i+1) + "）" + x.Title
		}
		for _, s := range x.Units {
			l.lines = append(l.lines, q.scoreLine(s))
		}
		if i == len(places)-1 {
			l.notes = q.scoreNotes()
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		out = []list{{columns: []column{{"序位", 6, label, false}, {"地区", 16, label, false}, {"总分", 9, pts, false}}, lines: []line{{cells: []any{absent}, remark: "没有参加排位的单位"}}}}
	}
	return out
}

func (q quarterly) scoreLine(s bulletin.Score) line {
	x := line{cells: []any{absent, s.Name}}
	if s.Rank == 0 {
		x.remark = s.Unranked
		return x
	}
	x.cells[0] = s.Rank
	for _, w := range q.Weights() {
		it := s.Item(w.Key)
		switch {
		case it == nil || it.Points == nil:
			x.cells = append(x.cells, absent)
		default:
			x.cells = append(x.cells, it.Points)
		}
	}
	u := bulletin.Unit{Rank: s.Rank, PreviousRank: s.PreviousRank}
	return line{cells: append(x.cells, s.Sum, s.Scaled, s.Bonus, s.Taken, s.Total, placeBefore(u), moved(u))}
}

func (q quarterly) scoreNotes() []string {
	notes := []string{"注：各项括号内为满分。“—”表示没有该项任务，不计该项，其余各项之和按全部满分折算；没有不计的项，不折算。总分＝小计（或折算后）＋加分－扣分，总分相同的序位并列，其后跳号。"}
	for _, x := range q.Items() {
		if len(x.Untold) > 0 {
			notes = append(notes, x.Title+"：进度表没有填报该项，不得分的有"+enumerate(x.Untold, maxNames, "家")+"。")
		}
	}
	return notes
}
