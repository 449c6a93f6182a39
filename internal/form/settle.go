package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// sampleRows bounds how many rows are asked about a column.
const sampleRows = 300

// settler settles the columns that their names leave open by the other
// columns and by the figures.
type settler struct {
	t    *table
	lay  *layout
	rows []sheet.Row // that look like projects
	memo map[int]map[int]decimal.Decimal
	// before is what the submitter's earlier tables meant, by the header's word.
	before map[string]reporting.Field
	sure   bool // the column in hand was settled by more than its name
}

// settle gives each asking column a field, or none. What is not certain has a
// finding on the column's header.
func (s *settler) settle() {
	s.memo = map[int]map[int]decimal.Decimal{}
	s.useOtherMonth()
	for _, ask := range []string{"plan", "text", "mcum", "cum", "pct", "start", "finish"} {
		for i := range s.lay.columns {
			c := &s.lay.columns[i]
			if c.asks != ask {
				continue
			}
			open := s.word(*c)
			s.sure = true
			switch ask {
			case "plan":
				open = ""
				s.take(c, reporting.FYearPlan, "“%s”没有写明年度还是月份，按年度计划投资读入，请核对；建议把表头写为“年度计划投资”。")
			case "text":
				open = ""
				s.settleText(c)
			case "mcum":
				s.settleMonthCum(c)
			case "cum":
				s.settleCum(c)
			case "pct":
				s.settleShare(c)
			case "start":
				open = ""
				s.settleDate(c, reporting.FPlanStart, reporting.FActualStart)
			case "finish":
				open = ""
				s.settleDate(c, reporting.FPlanFinish, reporting.FActualFinish)
			}
			s.settled(c, open, s.sure)
		}
	}
	s.lay.columns = slices.DeleteFunc(s.lay.columns, func(c column) bool {
		if c.field == "" {
			c.asks = ""
			s.lay.others = append(s.lay.others, c)
		}
		return c.field == ""
	})
}

// take gives the column the field where it is free. A message, with %s for the
// header, is a finding.
func (s *settler) take(c *column, f reporting.Field, message string) {
	if s.lay.has(f) {
		return
	}
	c.field, c.asks = f, ""
	if message != "" {
		s.t.onHeader(*c, "column-assumed", reporting.Warning, fmt.Sprintf(message, c.String()))
	}
}

// settled keeps how an open column was understood, and says where that differs
// from the submitter's earlier tables.
func (s *settler) settled(c *column, open string, sure bool) {
	if c.field == "" || open == "" {
		return
	}
	s.t.out.Senses = append(s.t.out.Senses, reporting.Sense{Word: open, Field: c.field, Sure: sure})
	if before, ok := s.before[open]; ok && sure && before != c.field {
		s.t.onHeader(*c, "column-changed", reporting.Warning, fmt.Sprintf("“%s”以前是“%s”，从本月的其他栏目和数字看是“%s”，按后者读入，请核对。", c.String(), before.Title(), c.field.Title()))
	}
}

// recall takes an open column that nothing in the table settles as the
// submitter's earlier tables meant it, else as the usual field with a finding.
func (s *settler) recall(c *column, usual reporting.Field, how reporting.Severity, message string) {
	f, ok := s.before[s.word(*c)]
	if !ok || s.lay.has(f) {
		if s.take(c, usual, ""); c.field != "" && (how != reporting.Notice || len(c.levels) == 1) { // 投资完成情况 over 计划 and 完成 is the year's
			s.t.onHeader(*c, "column-assumed", how, fmt.Sprintf(message, c.String()))
		}
		return
	}
	if s.take(c, f, ""); c.field != "" {
		s.t.onHeader(*c, "column-remembered", reporting.Notice, fmt.Sprintf("“%s”本月的数字看不出口径，按该单位以前的报表读作“%s”。如口径已变，请把表头写清楚。", c.String(), f.Title()))
	}
}

// word is the name by which an open column is remembered.
func (s *settler) word(c column) string { return word(strings.Join(c.levels, ""), s.t.period).key }

// numbers are the column's figures by row, in 万元 or percent.
func (s *settler) numbers(c column, f reporting.Field) map[int]decimal.Decimal {
	if m, ok := s.memo[c.col]; ok {
		return m
	}
	m := map[int]decimal.Decimal{}
	vc := s.t.context(c, f)
	for _, r := range s.rows {
		if len(m) >= sampleRows {
			break
		}
		if v, ok, _ := readValue(f, cellIn(r, c.col), vc); ok {
			if d, ok := v.Decimal(); ok {
				m[r.Index] = d
			}
		}
	}
	s.memo[c.col] = m
	return m
}

func (s *settler) field(f reporting.Field) map[int]decimal.Decimal {
	if c := s.lay.column(f); c != nil {
		return s.numbers(*c, f)
	}
	return nil
}

// count says in how many rows a test holds of all in which both figures stand.
func count(a, b map[int]decimal.Decimal, test func(a, b decimal.Decimal) bool) (holds, all int) {
	for row, x := range a {
		if y, ok := b[row]; ok && !(x.IsZero() && y.IsZero()) {
			all++
			if test(x, y) {
				holds++
			}
		}
	}
	return holds, all
}

// settleCum decides 累计完成投资: since January, or since the project started.
func (s *settler) settleCum(c *column) {
	have := s.numbers(*c, reporting.FYTDDone)
	switch ytd, all := s.lay.has(reporting.FYTDDone), s.lay.has(reporting.FAllDone); {
	case ytd && all:
		return
	case all:
		s.take(c, reporting.FYTDDone, "")
		return
	case ytd:
		less, _ := count(have, s.field(reporting.FYTDDone), decimal.Decimal.LessThan)
		if less == 0 {
			s.take(c, reporting.FAllDone, "")
		}
		return
	}
	more := decimal.RequireFromString("1.5")
	plan, total := s.field(reporting.FYearPlan), s.field(reporting.FTotalInvest)
	overPlan, compared := count(have, plan, func(a, b decimal.Decimal) bool { return b.IsPositive() && a.GreaterThan(b.Mul(more)) })
	overTotal, _ := count(have, total, func(a, b decimal.Decimal) bool { return b.IsPositive() && a.GreaterThan(b) })
	ofPlan, ofTotal := s.shares(have, plan), s.shares(have, total)
	differs := 0
	if s.t.period.Month == 1 {
		differs, _ = count(have, s.field(reporting.FMonthDone), func(a, b decimal.Decimal) bool { return a.GreaterThan(b) })
	}
	switch {
	case ofPlan && !ofTotal:
		s.take(c, reporting.FYTDDone, "")
	case s.allNew(have): // since January is since the start, and the year's is what counts
		s.take(c, reporting.FYTDDone, "")
	case ofTotal && !ofPlan:
		s.take(c, reporting.FAllDone, "")
	case overPlan > 0 && overTotal == 0 || differs > 0:
		s.take(c, reporting.FAllDone, "“%s”没有写明起算时间，从数字看是开工以来累计，按开工以来累计完成投资读入，请核对；如为年初至今累计，请把表头写为“1-本月累计完成投资”。")
	case compared > 0 && overPlan == 0 && len(have) > 0:
		s.sure = false
		s.recall(c, reporting.FYTDDone, reporting.Notice, "“%s”没有写明起算时间，从数字看按年初至今累计完成投资读入；建议把表头写为“1-本月累计完成投资”。")
	default:
		s.sure = false
		s.recall(c, reporting.FYTDDone, reporting.Warning, "“%s”没有写明起算时间，按年初至今累计完成投资读入，请核对；建议把表头写为“1-本月累计完成投资”或“开工以来累计完成投资”。")
	}
}

// allNew reports whether a column says of every row with figures that nothing
// was spent before this year.
func (s *settler) allNew(have map[int]decimal.Decimal) bool {
	before := s.field(reporting.FDoneToLastYear)
	for row := range have {
		if d, ok := before[row]; !ok || !d.IsZero() {
			return false
		}
	}
	return len(have) > 0
}

// shares reports whether some percentage column is the figures' share of the
// whole, in nearly all rows.
func (s *settler) shares(part, whole map[int]decimal.Decimal) bool {
	for _, c := range s.lay.columns {
		f := c.field
		if c.asks == "pct" {
			f = reporting.FYTDPct
		}
		if f.Type() != reporting.TypePercent || f == "" {
			continue
		}
		if ok, all := s.agree(c, f, part, whole); all > 0 && ok*10 >= all*8 {
			return true
		}
	}
	return false
}

// agree counts the rows in which the percentage is part over whole, and those
// in which that can be told.
func (s *settler) agree(c column, f reporting.Field, part, whole map[int]decimal.Decimal) (ok, all int) {
	vc := s.t.context(c, f)
	tolerance := decimal.RequireFromString("0.6")
	for _, r := range s.rows {
		p, w := part[r.Index], whole[r.Index]
		if !p.IsPositive() || !w.IsPositive() || all >= sampleRows {
			continue
		}
		ratio := p.Mul(decimal.NewFromInt(100)).DivRound(w, 8)
		vc.Ratio = &ratio
		v, read, _ := readValue(f, cellIn(r, c.col), vc)
		d, isNumber := v.Decimal()
		if !read || !isNumber {
			continue
		}
		all++
		if d.Sub(ratio).Abs().LessThanOrEqual(tolerance) {
			ok++
		}
	}
	return ok, all
}

// settleMonthCum decides 3月累计: the month's where January to March stands
// beside it, else the year's so far.
func (s *settler) settleMonthCum(c *column) {
	if s.lay.has(reporting.FYTDDone) {
		s.take(c, reporting.FMonthDone, "")
		return
	}
	s.take(c, reporting.FYTDDone, "")
}

// settleShare decides 完成率 by computing both shares and taking the nearer.
func (s *settler) settleShare(c *column) {
	ytd, plan := s.field(reporting.FYTDDone), s.field(reporting.FYearPlan)
	done, total := s.field(reporting.FAllDone), s.field(reporting.FTotalInvest)
	ofPlan, all1 := s.agree(*c, reporting.FYTDPct, ytd, plan)
	ofTotal, all2 := s.agree(*c, reporting.FAllPct, done, total)
	switch {
	case all1 > 0 && ofPlan*10 >= all1*6 && ofPlan*max(all2, 1) >= ofTotal*all1:
		s.take(c, reporting.FYTDPct, "")
	case all2 > 0 && ofTotal*10 >= all2*6:
		s.take(c, reporting.FAllPct, "")
	case s.shareOfOther(c, ytd, all1):
	case !s.lay.has(reporting.FAllDone) && !s.lay.has(reporting.FAllPct) && ytd != nil && plan != nil && all1 == 0:
		s.sure = false
		s.take(c, reporting.FYTDPct, "") // nothing to compute with, and nothing else that it could be
	case s.lay.has(reporting.FYTDPct) && s.lay.has(reporting.FAllDone):
		s.sure = false
		s.recall(c, reporting.FAllPct, reporting.Warning, "“%s”没有写明占年度计划还是占总投资，按占总投资比例读入，请核对。")
	default:
		s.sure = false
		s.recall(c, reporting.FYTDPct, reporting.Warning, "“%s”没有写明占年度计划还是占总投资，按占年度计划比例读入，请核对。")
	}
}

// shareOfOther knows a 完成率 that is the share of what has no field of its
// own: of the plan to date, or of the month's plan. It is not kept.
func (s *settler) shareOfOther(c *column, ytd map[int]decimal.Decimal, compared int) bool {
	if compared == 0 {
		return false
	}
	whole := ""
	try := func(part, of map[int]decimal.Decimal, name string) {
		if ok, all := s.agree(*c, reporting.FYTDPct, part, of); whole == "" && all > 1 && ok*10 >= all*8 {
			whole = name
		}
	}
	if p := s.lay.column(reporting.FMonthPlan); p != nil {
		try(s.field(reporting.FMonthDone), s.field(reporting.FMonthPlan), p.String())
		try(ytd, s.field(reporting.FMonthPlan), p.String())
	}
	for _, o := range slices.Concat(s.lay.others, s.lay.off) {
		if o.field == "" || o.field.Type() == reporting.TypeMoney {
			try(ytd, s.numbers(o, reporting.FYearPlan), o.String())
		}
	}
	if whole != "" {
		c.listed = knownColumn
		s.t.onHeader(*c, "share-of-other", reporting.Notice, fmt.Sprintf("“%s”从数字看是占“%s”的比例，不是占年度计划，没有读入；占年度计划的比例由程序计算。", c.String(), whole))
	}
	return whole != ""
}

// settleDate decides 开工时间 and 竣工时间: the other of the two where one has
// a column of its own, else row by row.
func (s *settler) settleDate(c *column, plan, actual reporting.Field) {
	switch {
	case s.lay.has(plan) && s.lay.has(actual):
	case s.lay.has(plan):
		s.take(c, actual, "")
	case s.lay.has(actual):
		s.take(c, plan, "")
	default:
		s.take(c, plan, "")
		c.other = actual
	}
}

// settleText decides 投资完成情况 and 进度 by what stands below: amounts,
// percentages or words.
func (s *settler) settleText(c *column) {
	numbers, percents, texts := 0, 0, 0
	for i, r := range s.rows {
		if i >= sampleRows {
			break
		}
		cell := cellIn(r, c.col)
		switch text := fold(cell.Text); {
		case blank(cell) || isPlaceholder(cell.Text):
		case sheet.IsPercent(cell.Format) && cell.Kind == sheet.Number, len(text) < 8 && text[len(text)-1] == '%':
			percents++
		case cell.Kind == sheet.Number, isBareNumber(cell):
			numbers++
		default:
			texts++
		}
	}
	switch {
	case texts > numbers+percents:
		s.take(c, reporting.FProgressText, "")
		c.only = looksOther
	case percents > numbers:
		c.asks = "pct"
	case numbers > 0:
		c.asks = "cum"
	}
}

// useOtherMonth takes the rightmost column of another month that has figures
// where the table's own month has none.
func (s *settler) useOtherMonth() {
	for i := len(s.lay.off) - 1; i >= 0; i-- {
		c := s.lay.off[i]
		f := c.field
		if c.asks == "mcum" || c.asks == "cum" {
			f = reporting.FYTDDone
		}
		if f == reporting.FMonthDone && c.month == 1 && s.spansMonths() {
			continue // 1月 begins the row of 1-2月, 1-3月: no month's own amounts
		}
		if f != reporting.FMonthDone && f != reporting.FYTDDone || s.lay.has(f) || s.asked(f) || len(s.numbers(c, f)) == 0 {
			continue
		}
		c.field, c.asks = f, ""
		s.lay.columns = append(s.lay.columns, c)
		s.t.onHeader(c, "other-month", reporting.Warning, fmt.Sprintf(
			"本表是%d月的，却没有%d月的“%s”栏，按最近有数的“%s”读入，请核对；如为上月数字，请更新后重报。", int(s.t.period.Month), int(s.t.period.Month), f.Title(), c.String()))
	}
}

// asked reports whether an open column may still become the field.
func (s *settler) asked(f reporting.Field) bool {
	return f == reporting.FYTDDone && slices.ContainsFunc(s.lay.columns, func(c column) bool { return c.asks == "cum" || c.asks == "mcum" })
}

// spansMonths reports whether columns of other months add up from January.
func (s *settler) spansMonths() bool {
	return slices.ContainsFunc(s.lay.off, func(c column) bool { return c.field == reporting.FYTDDone && c.month > 1 })
}
