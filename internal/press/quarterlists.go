package press

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"tongbao/internal/bulletin"
	"tongbao/internal/chart"
	"tongbao/templates"
)

// numberedHeading is （一）投资完成.
func numberedHeading(n int, s string) string { return "（" + templates.Numeral(n) + "）" + s }

// grounds are what each item's points were reckoned from.
func (q quarterly) grounds() (out []list) {
	of := map[string]bool{}
	for _, w := range q.Weights() {
		of[w.Key] = true
	}
	add := func(title, measure string, columns []column, cells func(bulletin.Score) []any) {
		l := list{heading: numberedHeading(len(out)+1, title), measure: measure, columns: append([]column{{"序位", 6, label, false}, {"地区", 16, label, false}}, columns...)}
		for _, s := range q.Units {
			if s.Rank > 0 {
				l.lines = append(l.lines, line{cells: append([]any{s.Rank, s.Name}, cells(s)...)})
			}
		}
		out = append(out, filled(l, "没有参加排位的单位"))
	}
	if of["invest"] {
		add("投资完成", "单位：亿元、%、分", []column{{"年度计划投资", 12, yi, false}, {"本季度完成", 12, yi, false}, {"年初至今累计完成", 12, yi, false}, {"占年度计划", 11, pct, false},
			{"与序时比（±百分点）", 13, pp, false}, {"得分", 9, pts, false}}, func(s bulletin.Score) []any {
			return []any{s.YearPlan, s.QuarterDone, s.YTDDone, s.YTDPct, s.GapPP, itemPoints(s, "invest")}
		})
	}
	var titles []string
	var columns []column
	var parts []func(bulletin.Score) []any
	for _, x := range []struct {
		key, whole, part, rate string
		counts                 func(bulletin.Score) []any
	}{
		{"start", "计划新开工", "已开工", "开工率", func(s bulletin.Score) []any { return []any{s.NewPlanned, s.NewStarted} }},
		{"finish", "计划竣工", "已竣工", "竣工率", func(s bulletin.Score) []any { return []any{s.FinishPlan, s.Finished} }},
		{"stats", "应入统", "已入统", "入统率", func(s bulletin.Score) []any { return []any{s.StatsDue, s.StatsDone} }},
	} {
		if !of[x.key] {
			continue
		}
		titles = append(titles, bulletin.ItemTitle(x.key))
		columns = append(columns, column{x.whole, 9, count, false}, column{x.part, 8, count, false}, column{x.rate, 9, pct, false}, column{bulletin.ItemTitle(x.key) + "得分", 9, pts, false})
		parts = append(parts, func(s bulletin.Score) []any { return append(x.counts(s), itemPct(s, x.key), itemPoints(s, x.key)) })
	}
	if len(parts) > 0 {
		add(strings.Join(titles, "、"), "单位：个、%、分", columns, func(s bulletin.Score) (cells []any) {
			for _, p := range parts {
				cells = append(cells, p(s)...)
			}
			return cells
		})
	}
	if of["report"] {
		add("信息报送", "单位：个月、分", []column{{"应报", 8, count, false}, {"迟报", 8, count, false}, {"未报或不全", 10, count, false}, {"退改后补正", 10, count, false}, {"得分", 9, pts, false}},
			func(s bulletin.Score) []any {
				return []any{s.Months, s.Late, s.Missing, s.Returned, itemPoints(s, "report")}
			})
	}
	return append(out, q.givenList(len(out)+1))
}

func itemPoints(s bulletin.Score, key string) *bulletin.Number {
	if it := s.Item(key); it != nil {
		return it.Points
	}
	return nil
}

func itemPct(s bulletin.Score, key string) *bulletin.Number {
	if it := s.Item(key); it != nil {
		return it.Pct
	}
	return nil
}

// givenList is what was given and taken beside the items.
func (q quarterly) givenList(n int) list {
	l := list{heading: numberedHeading(n, "加分扣分"), measure: "单位：分", columns: []column{{"序位", 6, label, false}, {"地区", 16, label, false},
		{"加分", 9, pts, false}, {"扣分", 9, pts, false}, {"事由", 50, words, false}}}
	for _, s := range q.Units {
		if s.Rank == 0 || !s.Excess.IsPositive() && len(s.Awards) == 0 {
			continue
		}
		if s.Excess.IsPositive() {
			l.lines = append(l.lines, line{cells: []any{s.Rank, s.Name, s.Excess, absent, "超序时进度" + s.GapPP.StringFixed(2) + "个百分点"}})
		}
		for _, a := range s.Awards {
			given, taken := any(a.Points), any(absent)
			if a.Points.IsNegative() {
				given, taken = absent, bulletin.Number{Decimal: a.Points.Neg()}
			}
			l.lines = append(l.lines, line{cells: []any{s.Rank, s.Name, given, taken, a.Reason}})
		}
	}
	l.notes = []string{"注：加分合计最多" + q.Scoring.BonusMost.String() + "分，超过的不计入总分。"}
	return filled(l, "没有加分扣分")
}

// filled is the list with one line that says so where it has none.
func filled(l list, nothing string) list {
	if len(l.lines) == 0 {
		l.lines = []line{{cells: []any{absent}, remark: nothing}}
	}
	return l
}

// slim is the list with the columns that a letter has room for.
func (l list) slim() list {
	columns := append([]column{}, l.columns...)
	for i := range columns {
		columns[i].wide = slices.Contains([]string{"小计", "折算后", "上季序位", "建设规模及内容", "责任领导", "责任单位", "会场"}, columns[i].title)
	}
	l.columns = columns
	return l
}

// rhythm is the year month by month.
func (q quarterly) rhythm() list {
	l := list{measure: "单位：家、亿元、%", columns: []column{{"月份", 8, label, false}, {"报送单位", 9, count, false}, {"当月完成", 11, yi, false}, {"当月进度", 10, pct, false},
		{"累计完成", 11, yi, false}, {"占年度计划", 10, pct, false}, {"序时进度", 10, pct, false}, {"与序时比（±百分点）", 12, pp, false}}}
	for _, m := range q.Months {
		x := line{cells: []any{fmt.Sprintf("%d月", int(m.Period.Month))}, remark: "没有数据"}
		if !m.Empty() {
			x = line{cells: append(x.cells, m.Reported, m.MonthDone, m.MonthPct, m.YTDDone, m.YTDPct, m.PacePct, m.GapPP)}
		}
		l.lines = append(l.lines, x)
	}
	return filled(l, "没有数据")
}

// structure are the projects by nature, group, size and source of money.
func (q quarterly) structure() (out []list) {
	add := func(title string, lines []line) {
		l := list{heading: numberedHeading(len(out)+1, title), measure: "单位：个、亿元、%", columns: []column{{"类别", 24, label, false}, {"项目数", 9, count, false},
			{"总投资", 12, yi, false}, {"年度计划投资", 12, yi, false}, {"累计完成", 12, yi, false}, {"占年度计划", 11, pct, false}}, lines: lines}
		out = append(out, filled(l, "没有数据"))
	}
	figures := func(title string, f bulletin.Figures) line {
		return line{cells: []any{title, f.Projects, f.TotalInvest, f.YearPlan, f.YTDDone, f.YTDPct}}
	}
	parts := func(list []bulletin.Slice) (lines []line) {
		for _, s := range list {
			lines = append(lines, line{cells: []any{s.Title, s.Projects, s.TotalInvest, s.YearPlan, s.YTDDone, s.YTDPct}})
		}
		return lines
	}
	var natures, groups []line
	for _, n := range q.Analysis.Natures {
		natures = append(natures, figures(n.Title(), n.Figures))
	}
	for _, g := range q.Analysis.Groups {
		groups = append(groups, figures(g.Name.Title(), g.Figures))
	}
	add("按建设性质", natures)
	add("按区域", groups)
	add("按投资规模", parts(q.Analysis.Sizes))
	add("按资金来源", parts(q.Analysis.Funds))
	out[2].notes = []string{"注：按投资规模和资金来源只统计单列的项目和打包项目的主项目。"}
	out[3].notes = []string{"注：资金来源按进度表“资金来源”栏的文字归类，一个项目有几个来源的分别计入，各类之和大于总数。"}
	return out
}

// shortfalls are the units by what their projects in red and yellow lack.
func (q quarterly) shortfalls() list {
	l := list{heading: "（一）分单位情况", measure: "单位：个、亿元", columns: []column{{"序号", 7, label, false}, {"地区（单位）", 24, label, false}, {"红黄灯项目", 12, count, false}, {"缺口额", 14, yi, false}}}
	for i, b := range q.Analysis.Behind {
		l.lines = append(l.lines, line{cells: []any{i + 1, tidy(b.Unit), b.Projects, b.Shortfall}})
	}
	if len(l.lines) > 0 {
		l.lines = append(l.lines, line{cells: []any{"", "合计", len(q.Analysis.Risks), q.Analysis.Shortfall}, total: true})
	}
	l.notes = []string{"注：缺口额＝年度计划投资×序时进度－累计完成投资，只计投资低于序时进度的红、黄灯项目。"}
	return filled(l, "没有红、黄灯项目")
}

// risks are the projects in red and yellow.
func (q quarterly) risks() list {
	l := list{heading: "（二）红、黄灯项目", measure: "单位：万元、%", columns: []column{{"序号", 7, label, false}, {"地区（单位）", 16, label, false}, {"项目名称", 32, words, false},
		{"责任单位", 18, label, false}, {"年度计划投资", 12, wan, false}, {"累计完成", 12, wan, false}, {"占年度计划", 11, pct, false}, {"与序时比（±百分点）", 12, pp, false}, {"缺口额", 12, wan, false}, {"亮灯", 7, label, false}}}
	for i, r := range q.Analysis.Risks {
		l.lines = append(l.lines, line{cells: []any{i + 1, r.Unit, r.Project, r.RespUnit, r.YearPlan, r.YTDDone, r.YTDPct, r.GapPP, r.Shortfall, r.Light.Title()}})
	}
	return filled(l, "没有红、黄灯项目")
}

// quarterPictures are the charts of a quarter's letter: of the ranking the
// points, of the analysis the months.
func quarterPictures(q quarterly) (out []picture) {
	if q.Office.NoPictures {
		return nil
	}
	switch q.Kind {
	case bulletin.QuarterRanking:
		return q.scorePicture()
	case bulletin.QuarterAnalysis:
		return q.rhythmPicture()
	}
	return nil
}

func (q quarterly) scorePicture() []picture {
	places := q.Places()
	if len(places) == 0 || len(places[0].All) < 2 || len(places[0].All) > maxColumns {
		return nil
	}
	units := places[0].All
	c := chart.Chart{Title: q.Name() + places[0].Title + "排位总分", Unit: "分", Width: 1440, Height: 640, Series: []chart.Series{{Name: "总分", Color: "#5b7fb5", Labels: len(units) <= 15}}}
	var told []string
	for _, u := range units {
		c.Labels = append(c.Labels, clip(tidy(u.Name), 8))
		c.Series[0].Values = append(c.Series[0].Values, u.Total.InexactFloat64())
		told = append(told, tidy(u.Name)+pts.show(u.Total)+"分")
	}
	return []picture{{"score-" + q.Quarterly.Number + "@tongbao", "排位总分.png", "图：" + c.Title + "。" + strings.Join(told, "，") + "。", c}}
}

func (q quarterly) rhythmPicture() []picture {
	c := chart.Chart{Title: fmt.Sprintf("%d年各月完成投资", q.Base.Year), Unit: "亿元", Width: 1440, Height: 560,
		Series: []chart.Series{{Name: "当月完成投资（亿元）", Color: "#5b7fb5", Labels: true}, {Name: "按序时应完成（亿元）", Line: true, Color: "#c00000"}}}
	var told []string
	for _, m := range q.Months {
		if m.Empty() {
			continue
		}
		name := fmt.Sprintf("%d月", int(m.Period.Month))
		c.Labels = append(c.Labels, name)
		c.Series[0].Values = append(c.Series[0].Values, m.MonthDone.Shift(-4).Round(2).InexactFloat64())
		c.Series[1].Values = append(c.Series[1].Values, evenly(m).Shift(-4).Round(2).InexactFloat64())
		told = append(told, name+yi.show(m.MonthDone)+"亿元")
	}
	if len(told) < 2 {
		return nil
	}
	return []picture{{"rhythm-" + q.Quarterly.Number + "@tongbao", "各月完成投资.png", "图：" + c.Title + "。" + strings.Join(told, "，") + "。", c}}
}

// evenly is a twelfth of the year's plan, as the month's tables tell it.
func evenly(m bulletin.Month) decimal.Decimal {
	return m.YearPlan.DivRound(decimal.NewFromInt(12), 4)
}

// quarterCharts adds the workbook's sheet with its chart.
func (w *workbook) quarterCharts(q quarterly) (out []sheet, err error) {
	var g graph
	switch q.Kind {
	case bulletin.QuarterRanking:
		g = graph{sheet: sheet{name: w.name("总分图"), title: q.Name() + "排位总分"}, head: []any{"地区", "总分", "平均分"}, kind: pts, axis: "0", chart: excelize.Col}
		var sum decimal.Decimal
		var units []bulletin.Score
		for _, s := range q.Units {
			if s.Total != nil {
				units = append(units, s)
				sum = sum.Add(s.Total.Decimal)
			}
		}
		for _, s := range units {
			g.rows = append(g.rows, []any{tidy(s.Name), pts.value(s.Total), pts.value(bulletin.Number{Decimal: sum.DivRound(decimal.NewFromInt(int64(len(units))), 2)})})
		}
		g.about = fmt.Sprintf("%d个地方", len(g.rows))
	case bulletin.QuarterAnalysis:
		g = graph{sheet: sheet{name: w.name("月度图"), title: fmt.Sprintf("%d年各月完成投资（亿元）", q.Base.Year)}, head: []any{"月份", "当月完成投资（亿元）", "按序时应完成（亿元）"}, kind: yi, axis: "#,##0", chart: excelize.Col}
		for _, m := range q.Months {
			if !m.Empty() {
				g.rows = append(g.rows, []any{fmt.Sprintf("%d月", int(m.Period.Month)), yi.value(m.MonthDone), yi.value(bulletin.Number{Decimal: evenly(m)})})
			}
		}
		g.about = fmt.Sprintf("%d个月", len(g.rows))
	}
	if len(g.rows) == 0 {
		return nil, nil
	}
	if err := w.graph(q.paper, g); err != nil {
		return nil, fmt.Errorf("sheet %q: %w", g.name, err)
	}
	return []sheet{g.sheet}, nil
}

// QuarterPictures draws the charts of a quarter's letter; see Pictures.
func QuarterPictures(b bulletin.Quarterly, o Office) (out []Picture, err error) {
	return drawn(quarterPictures(newQuarterly(b, o)))
}
