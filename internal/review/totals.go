package review

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
)

// top is a row that is nobody's part, with the parts of its package. A package
// without a row of its own is a top without a row.
type top struct {
	row   *reporting.Row
	parts []*reporting.Row

	// Of its first row, looked up once: a table may have hundreds of totals.
	at       int
	category string
	key      string // of the category
	nature   string
}

// first is the row at which the project stands in the table.
func (p top) first() *reporting.Row {
	if p.row != nil {
		return p.row
	}
	return p.parts[0]
}

// amount is the project's own figure, else the sum of its parts': the parts of
// a packaged project are not counted beside it.
func (p top) amount(f reporting.Field) (sum decimal.Decimal) {
	if p.row != nil {
		if v, ok := p.row.Decimal(f); ok {
			return v
		}
	}
	for _, r := range p.parts {
		if v, ok := r.Decimal(f); ok {
			sum = sum.Add(v)
		}
	}
	return sum
}

// tops are the table's own projects, put together once.
func (d *desk) tops() []top {
	if d.all == nil {
		d.all = tops(d.t.Rows)
	}
	return d.all
}

// tops puts the parts of packages below them: to the last row before it that
// has the package's name, else to the first after it.
func tops(rows []reporting.Row) []top {
	out := make([]top, 0, len(rows))
	var parts []*reporting.Row
	for i := range rows {
		if r := &rows[i]; r.Text(reporting.FParentName) == "" {
			out = append(out, top{row: r})
		} else {
			parts = append(parts, r)
		}
	}
	at := map[string][]int{} // by name, of out
	if len(parts) > 0 {
		for i, p := range out {
			key := reporting.NameKey(nameOf(*p.row))
			at[key] = append(at[key], i)
		}
	}
	for _, r := range parts {
		key, owner := reporting.NameKey(r.Text(reporting.FParentName)), -1
		for _, n := range at[key] {
			if owner < 0 || out[n].row == nil || out[n].row.Row < r.Row {
				owner = n
			}
		}
		if owner < 0 {
			owner = len(out)
			at[key] = append(at[key], owner)
			out = append(out, top{})
		}
		out[owner].parts = append(out[owner].parts, r)
	}
	slices.SortStableFunc(out, func(a, b top) int { return a.first().Row - b.first().Row })
	keys := map[string]string{}
	for i := range out {
		p := &out[i]
		p.at, p.category, p.nature = p.first().Row, p.first().Text(reporting.FCategory), p.first().Text(reporting.FNature)
		if _, ok := keys[p.category]; !ok {
			keys[p.category] = categoryKey(p.category)
		}
		p.key = keys[p.category]
	}
	return out
}

var (
	overall     = regexp.MustCompile(`^(全市|全县|全区|本县|本区|本市|各项目|项目)?(合计|总计|共计|总数|汇总|累计)`)
	subtotal    = regexp.MustCompile(`小计`)
	numbering   = regexp.MustCompile(`^([一二三四五六七八九十]+、|\([一二三四五六七八九十0-9]+\)|第[一二三四五六七八九十]+类:?|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+[、.]?|[A-Za-z甲乙丙丁]类?[、.]|[0-9]+[、.])`)
	totalsWords = strings.NewReplacer("小计", "", "合计", "", "总计", "", "共计", "")
)

// categoryKey is what a category's row and its subtotal have in common:
// 一、道路桥梁类（5个） and 道路桥梁类小计 are one.
func categoryKey(s string) string {
	s = strings.NewReplacer("（", "(", "）", ")", "：", ":", "．", ".").Replace(strings.Join(strings.Fields(s), ""))
	s = numbering.ReplaceAllString(s, "")
	return reporting.NameKey(totalsWords.Replace(counted.ReplaceAllString(s, "")))
}

// What two of the scopes are called.
const (
	wholeTable = "全部项目"
	rowsAbove  = "其上各项目"
)

// scope is rows that a total may mean.
type scope struct {
	name string // 全部项目, 本类项目
	tops []top
}

// rows is how many rows of the table are added up.
func (s scope) rows() int {
	n := len(s.tops)
	for _, p := range s.tops {
		n += len(p.parts)
	}
	return n
}

// scopes lists what the total may cover, the likeliest first. Tables are not
// agreed on where a total stands: the overall one opens or closes the table, a
// subtotal stands above its rows or below them.
func (d *desk) scopes(t reporting.Total, all []top) []scope {
	label := strings.Join(strings.Fields(t.Label), "")
	if strings.HasPrefix(label, "其中") {
		return nil // a part of the rows above that only people can tell
	}
	var out []scope
	add := func(name string, keep func(top) bool) {
		var rows []top
		for _, p := range all {
			if keep(p) {
				rows = append(rows, p)
			}
		}
		if len(rows) > 0 {
			out = append(out, scope{name, rows})
		}
	}
	whole := func() { add(wholeTable, func(top) bool { return true }) }
	if overall.MatchString(label) {
		whole()
	}
	if key := categoryKey(label); key != "" && !overall.MatchString(label) {
		add("本类项目", func(p top) bool { return p.key == key })
		if n := natureIn(label); n != "" {
			add("本类项目", func(p top) bool { return p.nature == n })
		}
	}
	before, after := d.neighbours(t)
	between := func(lo, hi int) func(top) bool {
		return func(p top) bool { return p.at > lo && p.at < hi }
	}
	if !overall.MatchString(label) || len(d.t.Totals) > 1 {
		add(rowsAbove, between(before, t.Row))
		add("其下各项目", between(t.Row, after))
		d.ofOneCategory(t, all, add)
	}
	if !overall.MatchString(label) && !subtotal.MatchString(label) {
		whole()
	}
	return out
}

// natureIn is the nature that a label such as 续建项目小计 names, "" where it names none.
func natureIn(label string) string {
	for _, n := range []struct{ word, nature string }{
		{"续建", "renewed"}, {"新建", "new"}, {"新开工", "new"}, {"扩建", "expand"}, {"改建", "expand"},
		{"竣工", "finish"}, {"前期", "prep"}, {"储备", "prep"}, {"停", "paused"}, {"缓建", "paused"},
	} {
		if strings.Contains(label, n.word) {
			return n.nature
		}
	}
	return ""
}

// neighbours are the rows of the totals before and after t; beyond the table where there is none.
func (d *desk) neighbours(t reporting.Total) (before, after int) {
	after = 1 << 30
	for _, o := range d.t.Totals {
		if o.Row < t.Row {
			before = max(before, o.Row)
		}
		if o.Row > t.Row {
			after = min(after, o.Row)
		}
	}
	return before, after
}

// ofOneCategory adds the rows of the category that ends above the total, or begins below it.
func (d *desk) ofOneCategory(t reporting.Total, all []top, add func(string, func(top) bool)) {
	above, below := "", ""
	for _, p := range all {
		c := p.category
		if p.at < t.Row {
			above = c
		} else if below == "" {
			below = c
		}
	}
	for _, c := range []string{above, below} {
		if c != "" {
			add("本类项目", func(p top) bool { return p.category == c })
		}
	}
}

// Bounds on what is added up: a table that is all totals is no table.
const (
	maxTotals = 500
	maxAdded  = 300_000 // rows
)

// totalsAddUp is V7: a total is the sum of the rows that it covers, but for
// half a 万元 that rounding may cost on each. Of the rows that the total may
// mean those are taken with which most of its columns agree. A column with a
// cell that could not be read is not judged.
func totalsAddUp(d *desk) {
	if len(d.t.Totals) == 0 {
		return
	}
	all := d.tops()
	added := 0
	for _, t := range d.t.Totals[:min(len(d.t.Totals), maxTotals)] {
		var best scope
		var wrong []reporting.Field
		right := -1
		for _, s := range d.scopes(t, all) {
			if added += s.rows(); added > maxAdded {
				return
			}
			n, off := d.agree(t, s.tops)
			if n > right {
				best, wrong, right = s, off, n
			}
			if len(off) == 0 {
				break
			}
		}
		for _, f := range wrong {
			told, _ := t.Fields[f].Decimal()
			sum, seen := sumOf(f, best.tops)
			hint := ""
			if told.Sub(seen).Abs().LessThanOrEqual(d.tolerance(f, told, best.tops)) {
				hint = "（不计隐藏行时相符，请核对隐藏行是否计入）"
			}
			d.say(cellOfTotal(t, f), "total-differs", reporting.Warning,
				"“%s”的“%s”为%s万元，%s%d个之和为%s万元，相差%s万元%s。请核对合计和明细。",
				cut(t.Label, 20), f.Title(), told, best.name, len(best.tops), sum, told.Sub(sum).Abs(), hint)
		}
		d.percentOfTotal(t)
	}
}

// agree counts the amounts of the total that are the sum of the rows, and
// names those that are not.
func (d *desk) agree(t reporting.Total, rows []top) (right int, wrong []reporting.Field) {
	for _, f := range d.moneyFields() {
		told, ok := t.Fields[f].Decimal()
		if !ok || d.unread(f) {
			continue
		}
		sum, _ := sumOf(f, rows)
		if told.Sub(sum).Abs().LessThanOrEqual(d.tolerance(f, told, rows)) {
			right++
		} else {
			wrong = append(wrong, f)
		}
	}
	return right, wrong
}

// sumOf adds a field up; seen leaves hidden rows out.
func sumOf(f reporting.Field, rows []top) (sum, seen decimal.Decimal) {
	for _, p := range rows {
		v := p.amount(f)
		sum = sum.Add(v)
		if !p.first().Hidden {
			seen = seen.Add(v)
		}
	}
	return sum, seen
}

// tolerance is what rounding may cost the sum of the rows: half a 万元 each,
// or half of the last digit that is written where that is more. In a column of
// 亿元 people write two digits and more, so at most half of 0.01亿元 is granted:
// 1.2 is 1.20 with its last digit not shown.
func (d *desk) tolerance(f reporting.Field, told decimal.Decimal, rows []top) decimal.Decimal {
	if d.unitOf(f) != "亿元" {
		return d.th.TotalPerRow.Mul(decimal.NewFromInt(int64(len(rows))))
	}
	sum := d.rounding(told)
	for _, p := range rows {
		sum = sum.Add(d.rounding(p.amount(f)))
	}
	return sum
}

// rounding is half of the last digit of an amount (万元) that was written in 亿元.
func (d *desk) rounding(v decimal.Decimal) decimal.Decimal {
	half := decimal.New(5, v.Exponent()-1)
	if v.IsZero() { // 0.00亿元, or nothing
		return fifty
	}
	if v.IsInteger() { // 12000 has an exponent of 0 however it was read
		half = decimal.New(5, -1)
		for ten := v; half.LessThan(fifty); half = half.Shift(1) {
			if ten = ten.Shift(-1); !ten.IsInteger() {
				break
			}
		}
	}
	return decimal.Min(fifty, decimal.Max(half, d.th.TotalPerRow))
}

var fifty = decimal.NewFromInt(50) // half of 0.01亿元

// unread reports whether a cell of the field's column has a finding and no
// value: its sum would be short.
func (d *desk) unread(f reporting.Field) bool {
	if is, ok := d.unreadable[f]; ok {
		return is
	}
	column, hit := d.columnOf(f), d.hit
	is := false
	for _, r := range d.t.Rows {
		if _, ok := r.Fields[f]; ok {
			continue
		}
		n := strconv.Itoa(r.Row)
		is = is || hit[column+n] && column != "" || hit[r.Cells[f]] && r.Cells[f] != "" || hit[n] || hit[column] && column != ""
	}
	d.unreadable[f] = is
	return is
}

// percentOfTotal is V4 of a total: a percentage of sums, not a mean of percentages.
func (d *desk) percentOfTotal(t reporting.Total) {
	percentOf(d, reporting.Row{Row: t.Row, Fields: t.Fields, Cells: t.Cells}, reporting.FYTDPct, reporting.FYTDDone, reporting.FYearPlan)
	percentOf(d, reporting.Row{Row: t.Row, Fields: t.Fields, Cells: t.Cells}, reporting.FAllPct, reporting.FAllDone, reporting.FTotalInvest)
}

func cellOfTotal(t reporting.Total, f reporting.Field) string {
	return cellOf(reporting.Row{Row: t.Row, Cells: t.Cells}, f)
}
