package bulletin

import (
	"tongbao/internal/reporting"
)

// Term is a value of a table that a figure was made of.
type Term struct {
	Project string          `json:"project"`
	Field   reporting.Field `json:"field"`
	Title   string          `json:"title"`
	Value   string          `json:"value"`
	Row     int             `json:"row"`            // index into the table's rows, from 0
	Part    bool            `json:"part,omitempty"` // of a package whose own row has no figure
}

// formulas are the figures that can be explained: how each is made, and of
// which fields. Planned are those over projects with a plan for the year only.
var formulas = map[string]struct {
	title, unity, formula string
	fields                []reporting.Field
	planned               bool
}{
	"total_invest": {"总投资", "万元", "各项目总投资之和", []reporting.Field{reporting.FTotalInvest}, false},
	"year_plan":    {"年度计划投资", "万元", "各项目年度计划投资之和", []reporting.Field{reporting.FYearPlan}, false},
	"month_done":   {"本月完成投资", "万元", "各项目本月完成投资之和", []reporting.Field{reporting.FMonthDone}, false},
	"ytd_done":     {"累计完成投资", "万元", "各项目年初至今累计完成投资之和", []reporting.Field{reporting.FYTDDone}, false},
	"ytd_pct":      {"占年度计划", "%", "有年度计划的项目：累计完成投资之和÷年度计划投资之和，保留2位小数", []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, true},
	"month_pct":    {"当月进度", "%", "有年度计划的项目：本月完成投资之和÷年度计划投资之和，保留2位小数", []reporting.Field{reporting.FMonthDone, reporting.FYearPlan}, true},
	"gap_pp":       {"与序时进度比", "个百分点", "占年度计划（公布精度）减序时进度", []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, true},
	"rank":         {"序位", "位", "同组中按占年度计划（公布精度）由高到低排列，相同的并列，其后跳号", []reporting.Field{reporting.FYTDDone, reporting.FYearPlan}, true},
	"target_pct":   {"完成全市年度目标", "%", "全市累计完成投资÷全市年度目标", []reporting.Field{reporting.FYTDDone}, false},
}

// Formula is how a figure is made, in Chinese; false where it cannot be explained.
func Formula(key string) (title, unity, formula string, ok bool) {
	f, ok := formulas[key]
	return f.title, f.unity, f.formula, ok
}

// Explain lists the values of a progress table that a figure of its unit was
// made of, as Compute takes them: a package's own, else those of its parts.
func Explain(t reporting.Table, key string) (out []Term) {
	f := formulas[key]
	index := map[int][]int{}
	for i, r := range t.Rows {
		index[r.Row] = append(index[r.Row], i)
	}
	for _, p := range tree(t) {
		if plan, _ := p.amount(reporting.FYearPlan); f.planned && !plan.IsPositive() {
			continue
		}
		for _, field := range f.fields {
			p.terms(field, false, func(q *project, part bool) {
				term := Term{Project: q.name(), Field: field, Title: field.Title(), Value: q.row.Text(field), Row: -1, Part: part}
				for _, i := range index[q.row.Row] { // rows of joined sheets may share a number
					if t.Rows[i].Text(reporting.FProjectName) == q.row.Text(reporting.FProjectName) {
						term.Row = i
						break
					}
				}
				out = append(out, term)
			})
		}
	}
	return out
}

// terms calls fn with the rows that amount takes the field from.
func (p *project) terms(f reporting.Field, part bool, fn func(*project, bool)) {
	if !p.orphans {
		if _, ok := p.row.Decimal(f); ok {
			fn(p, part)
			return
		}
	}
	for _, q := range p.parts {
		q.terms(f, true, fn)
	}
}

// Printed is a unit's figure, or the city's (Whole), as the bulletin has it;
// "" where it is absent, false where there is no such unit.
func (b Bulletin) Printed(unit, key string) (string, bool) {
	list := cityFigures(b)
	var month *Number
	if unit == Whole {
		month = b.City.MonthPct
	} else {
		u, ok := b.Unit(unit)
		if !ok {
			return "", false
		}
		if list = unitFigures(u); u.Figures != nil {
			month = u.MonthPct
		}
	}
	if key == "month_pct" {
		return shown(month), true
	}
	for _, f := range list {
		if f.key == key {
			return f.value, true
		}
	}
	return "", true
}
