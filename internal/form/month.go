package form

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// titleMonth is the month that the lines above a table name, the title first.
func titleMonth(above []string) month {
	m := inTitle(titleOf(above))
	if !m.none() {
		return m
	}
	for _, line := range above {
		f := fold(line)
		if len(f) > 200 || dateLine.MatchString(f) || fullDate.MatchString(f) && !anySpan.MatchString(f) {
			continue
		}
		if n := inTitle(line); !n.none() {
			if n.year == 0 {
				n.year = m.year
			}
			return n
		} else if m.year == 0 {
			m.year = n.year
		}
	}
	return m
}

// ownSources are what a table, its sheet and its file say of the month.
func (r *reader) ownSources(p *place) []dated {
	name := dated{"工作表名", inName(p.b.v.Name)}
	out := []dated{{"表题", titleMonth(p.b.above)}}
	if p.months {
		out = append(out, name)
	}
	out = append(out, dated{"填报日期", inLines(p.b.above)})
	out = append(out, r.fileMonths(p.doc)...)
	if cover := r.cover(p.doc); len(cover) > 0 {
		m := titleMonth(cover)
		if m.none() {
			m = inLines(cover)
		}
		out = append(out, dated{"封面", m})
	}
	if !p.months {
		out = append(out, name)
	}
	return append(out, dated{headerSource, headerMonth(p.b.heads)})
}

// headerMonth is the month in which the one span from January ends, and the
// year of the plan: 2021年计划投资, 1-3月完成投资. A form with all months has no month.
func headerMonth(heads []head) month {
	var m month
	for _, h := range heads {
		for _, text := range h.levels {
			t := fold(text)
			if y := planYear.FindStringSubmatch(t); y != nil {
				if n, _ := strconv.Atoi(y[1]); n > m.year {
					m.year = n
				}
			}
			if w := word(text, reporting.Period{}); w.span && w.month > 0 {
				if m.month > 0 && m.month != w.month {
					return month{year: m.year}
				}
				m.month = w.month
			}
		}
	}
	return m
}

var planYear = compile(`(20\d\d)年(?:度?(?:计划|投资|目标|任务)|1-)`)

// fileMonths are what the file's name and those of its archives say.
func (r *reader) fileMonths(d *Document) []dated {
	var out []dated
	for i := len(d.Path) - 1; i >= 0; i-- {
		if i > 0 || r.m.Letter == nil {
			out = append(out, dated{"文件名", inName(d.Path[i])})
		}
	}
	return out
}

// ownMonth settles what a table says by itself, for the tables beside it that
// say nothing. A letter's year of arrival is good enough for that.
func (r *reader) ownMonth(p *place) {
	now := r.k.Now
	if r.m.Letter != nil && !r.m.Letter.Received.IsZero() {
		now = r.m.Letter.Received
	}
	p.sources = r.ownSources(p)
	p.own, _, _ = settleMonth(p.sources, now)
}

// besides is the month of most of the other tables that know theirs, those of
// the same file only where that is asked; of as many, the later one.
func (r *reader) besides(p *place, sameFile bool) month {
	count := map[reporting.Period]int{}
	var best reporting.Period
	for _, o := range r.found {
		if o == p || o.own.IsZero() || sameFile && (p == nil || o.doc != p.doc) {
			continue
		}
		count[o.own]++
		if best.IsZero() || count[o.own] > count[best] || count[o.own] == count[best] && best.Before(o.own) {
			best = o.own
		}
	}
	return month{best.Year, int(best.Month)}
}

// month settles the table's reporting month: the title wins, and what
// contradicts it is a finding.
func (r *reader) month(t *table, p *place) {
	own := p.sources
	if own == nil {
		own = r.ownSources(p)
	}
	sources := slices.Concat(own, []dated{{besidesSource, r.besides(p, true)}}, r.letterMonths(p.doc), []dated{{besidesSource, r.besides(p, false)}}, r.arrivalMonth())
	got, from, against := settleMonth(sources, r.k.Now)
	if p.months {
		against = slices.DeleteFunc(against, func(s dated) bool { return s.source != "工作表名" })
	}
	if given := r.k.Period; !given.IsZero() && !(p.months && !got.IsZero() && got != given) {
		if !got.IsZero() && got != given && from != arrivalSource {
			t.say("", "period-conflict", reporting.Warning, fmt.Sprintf("%s写的是%s，按办公室指定的%s读入，请核对。", from, got.Chinese(), given.Chinese()))
		}
		t.period = given
		return
	}
	t.period = got
	if got.IsZero() {
		t.say("", "no-period", reporting.Error, "看不出是哪个月份的表。请在表题写明年份和月份，如“2021年3月”。")
		return
	}
	var others []string
	for _, s := range against {
		if other := s.source + "是" + s.month.String(); !slices.Contains(others, other) {
			others = append(others, other)
		}
	}
	if len(others) > 0 {
		t.say("", "period-conflict", reporting.Warning, fmt.Sprintf("%s写的是%s，%s，月份不一致，按%s读入。如不是%s的表请更正后重报。",
			from, got.Chinese(), strings.Join(others, "、"), got.Chinese(), got.Chinese()))
	}
}

// letterMonths are the months that the letter itself names.
func (r *reader) letterMonths(d *Document) []dated {
	var out []dated
	if d != nil && d.Subject != "" {
		out = append(out, dated{"转发件主题", inTitle(d.Subject)})
	}
	if r.m.Letter != nil && r.said == nil {
		r.said = r.sayMonths()
	}
	return append(out, r.said...)
}

// sayMonths are the months of the letter's subject and text.
func (r *reader) sayMonths() []dated {
	out := []dated{{"邮件主题", inTitle(r.m.Letter.Subject)}}
	for i := range r.m.Documents {
		if b := &r.m.Documents[i]; b.Body && len(b.Path) == 1 {
			out = append(out, dated{bodySource, inBody(strings.ReplaceAll(words(own(b.Book.Paragraphs, r.k.Submitter), 300), "\n", "."))})
		}
	}
	return out
}

// inBody is the month that a letter's text names; where it names days alone,
// the month that is reported on the first of them: 2022年1月3日 below a letter
// is of December.
func inBody(text string) month {
	t := fold(text)
	if m := inTitle(monthDay.ReplaceAllString(fullDate.ReplaceAllString(t, "."), ".")); !m.none() {
		return m
	}
	if d := fullDate.FindStringSubmatch(t); d != nil {
		year, _ := strconv.Atoi(d[1])
		mon, _ := strconv.Atoi(d[2])
		day, _ := strconv.Atoi(d[3])
		if mon >= 1 && mon <= 12 {
			return reported(year, mon, day)
		}
	}
	return inTitle(text)
}

func (r *reader) arrivalMonth() []dated {
	at := r.k.Now
	if r.m.Letter != nil && !r.m.Letter.Received.IsZero() {
		at = r.m.Letter.Received
	}
	if at.IsZero() {
		return nil
	}
	return []dated{{arrivalSource, arrival(at.In(r.zone()))}}
}

func (r *reader) zone() *time.Location {
	if r.k.Zone != nil {
		return r.k.Zone
	}
	return time.FixedZone("Asia/Shanghai", 8*3600)
}

// nilMonth is the month of a nil report that stands in no table: that of the
// tables beside it, else what its sheet, its file and the letter say.
func (r *reader) nilMonth(n nilTold) reporting.Period {
	v, _ := newView(&n.grid)
	p := &place{doc: n.doc, b: block{v: v}}
	if n.text != "" {
		p.b.above = strings.Split(n.text, "\n")
	}
	same := r.besides(p, true)
	if !same.none() && n.grid.Name == "" {
		return reporting.Period{Year: same.year, Month: time.Month(same.month)}
	}
	t := &table{}
	r.month(t, p)
	return t.period
}

// commonPeriod is the month of most tables; of as many, the later one.
func (r *reader) commonPeriod() reporting.Period {
	count := map[reporting.Period]int{}
	var best reporting.Period
	for _, t := range r.tables {
		if p := t.out.Period; !p.IsZero() {
			count[p]++
			if best.IsZero() || count[p] > count[best] || count[p] == count[best] && best.Before(p) {
				best = p
			}
		}
	}
	return best
}

// letterPeriod is the month of the letter or file as a whole.
func (r *reader) letterPeriod() reporting.Period {
	if p := r.commonPeriod(); !p.IsZero() {
		return p
	}
	if !r.k.Period.IsZero() || len(r.m.Documents) == 0 {
		return r.k.Period
	}
	d := &r.m.Documents[0]
	p, _, _ := settleMonth(slices.Concat(r.fileMonths(d), r.letterMonths(d), r.arrivalMonth()), r.k.Now)
	return p
}

// cover lists what stands on a workbook's first sheet where that has no table
// and a few lines only.
func (r *reader) cover(d *Document) []string {
	if d == nil || len(d.Book.Grids) < 2 || len(d.Book.Grids[0].Rows) > 15 ||
		slices.ContainsFunc(r.found, func(p *place) bool { return p.doc == d && p.b.v.Grid.Name == d.Book.Grids[0].Name }) {
		return nil
	}
	var out []string
	for _, row := range d.Book.Grids[0].Rows {
		for _, c := range row.Cells {
			if len(out) < 40 && len(c.Text) <= 3*maxHeaderText && !blank(c) {
				out = append(out, c.Text)
			}
		}
	}
	return out
}
