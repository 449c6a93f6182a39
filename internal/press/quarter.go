package press

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// quarterly is the data of the templates bulletin/quarter-*: the snapshot and
// what its sentences need to list from it. It computes no figures but counts
// of lists.
type quarterly struct {
	paper // the office; of the bulletin only what heads and signatures print
	bulletin.Quarterly
}

func newQuarterly(q bulletin.Quarterly, o Office) quarterly {
	o.Issue = strings.NewReplacer("{quarter}", fmt.Sprint(q.Quarter.N)).Replace(o.Issue)
	head := bulletin.Bulletin{Period: q.Quarter.Last(), Number: q.Number, AsOf: q.AsOf, PacePct: q.PacePct}
	return quarterly{newPaper(head, o), cleanQuarter(q)}
}

// cleanQuarter makes a copy whose strangers' texts are fit to print; see clean.
func cleanQuarter(q bulletin.Quarterly) bulletin.Quarterly {
	b := clean(bulletin.Bulletin{Lagging: q.Analysis.Lagging, Issues: bulletin.Ledger{Categories: q.Analysis.Issues.Categories}})
	q.Analysis.Lagging, q.Analysis.Issues.Categories = b.Lagging, b.Issues.Categories
	q.Analysis.Risks = slices.Clone(q.Analysis.Risks)
	for i := range q.Analysis.Risks {
		r := &q.Analysis.Risks[i]
		tidyAll(&r.Unit, &r.Project, &r.RespUnit)
	}
	for _, list := range []*[]bulletin.Start{&q.Starts.Planned, &q.Starts.Overdue, &q.Starts.Vague} {
		*list = slices.Clone(*list)
		for i := range *list {
			s := &(*list)[i]
			tidyAll(&s.Unit, &s.Project, &s.Content, &s.RespUnit, &s.Leader)
		}
	}
	q.Visits.Entries = slices.Clone(q.Visits.Entries)
	for i := range q.Visits.Entries {
		tidyAll(&q.Visits.Entries[i].Name)
	}
	q.Units = slices.Clone(q.Units)
	for i := range q.Units {
		a := slices.Clone(q.Units[i].Awards)
		for j := range a {
			tidyAll(&a[j].Reason)
		}
		q.Units[i].Awards = a
	}
	return q
}

// Name is 2021年一季度.
func (q quarterly) Name() string { return q.Quarter.Chinese() }

// Short is 一季度.
func (q quarterly) Short() string { return q.Quarter.Short() }

// Target is the year's target in 亿元, as short as it can be told: 300.
func (q quarterly) Target() string { return q.City.Target.Shift(-4).String() }

// BaseMonth is 3月份, the month whose tables the year's figures are of.
func (q quarterly) BaseMonth() string { return fmt.Sprintf("%d月份", int(q.Base.Month)) }

// LastMonth is 3月份, the quarter's last one.
func (q quarterly) LastMonth() string { return fmt.Sprintf("%d月份", int(q.Quarter.Last().Month)) }

// Gaps names the quarter's months without data: 1月份、2月份; "" where there is none.
func (q quarterly) Gaps() string {
	var out []string
	for _, p := range q.Lacking() {
		out = append(out, fmt.Sprintf("%d月份", int(p.Month)))
	}
	return strings.Join(out, "、")
}

// Snapshots says which months' snapshots the quarter is made of.
func (q quarterly) Snapshots() string {
	var out []string
	for _, p := range q.Quarter.Months() {
		if m, ok := q.At(p); ok && !m.Empty() {
			out = append(out, m.Number)
		}
	}
	return strings.Join(out, "、")
}

// quarterSubjects are what the subjects of the products' letters say.
var quarterSubjects = map[string]string{
	bulletin.QuarterRanking: "【通报】%s全市城建项目排位情况", bulletin.QuarterAnalysis: "【报告】%s全市城建项目推进情况分析", bulletin.QuarterStarts: "【通知】%s全市城建项目集中开工安排",
	bulletin.QuarterVisits: "【通报】%s全市城建项目观摩评分结果", bulletin.QuarterSpeakers: "【通知】%s全市城建项目会议发言安排",
}

// quarterForms is one product's text with its annexes.
func quarterForms(q quarterly, t *templates.Set) (Prose, []annex, error) {
	if bulletin.QuarterTitle(q.Kind) == "" {
		return Prose{}, nil, fmt.Errorf("there is no product %q of a quarter", q.Kind)
	}
	text, err := reportProse(t, q.Kind, q)
	return text, quarterAnnexes(q), err
}

// QuarterWord sets a quarter's product as a .docx.
func QuarterWord(b bulletin.Quarterly, o Office, t *templates.Set) ([]byte, error) {
	q := newQuarterly(b, o)
	text, list, err := quarterForms(q, t)
	if err != nil {
		return nil, err
	}
	return setWord(q.paper, text, list)
}

// QuarterWorkbook sets the annexes of a quarter's product as an .xlsx.
func QuarterWorkbook(b bulletin.Quarterly, o Office) ([]byte, error) {
	q := newQuarterly(b, o)
	var sheets []sheet
	for _, a := range quarterAnnexes(q) {
		for _, l := range a.lists {
			name, title := a.title, a.title
			if l.heading != "" {
				_, name, _ = strings.Cut(l.heading, "）")
				title += "：" + name
			}
			l.heading = ""
			sheets = append(sheets, sheet{clip(name, 31), title, fmt.Sprintf("%d行", len(l.lines)), 2, []list{l}})
		}
	}
	return workbookOf(q.paper, q.title(), sheets, func(w *workbook, _ paper) ([]sheet, error) { return w.quarterCharts(q) })
}

func (q quarterly) title() string {
	return q.Office.City + "城建项目" + q.Name() + bulletin.QuarterTitle(q.Kind) + "附表"
}

// QuarterFileNames are the names under which the two are sent; see FileNames.
func QuarterFileNames(q bulletin.Quarterly, o Office) (word, workbook string) {
	base := "城建项目" + q.Quarter.Chinese() + bulletin.QuarterTitle(q.Kind)
	return fileName(o, base, ".docx"), fileName(o, base+"附表", ".xlsx")
}

// QuarterMail sets the letter of a quarter's product; see Mail.
func QuarterMail(b bulletin.Quarterly, o Office, t *templates.Set, recipient string) (subject, html, text string, err error) {
	q := newQuarterly(b, o)
	m := letter{Snapshot: snapshotLine(q.paper.Bulletin), Signed: o.signature(), Contact: o.Contact, Phone: o.Phone, Draft: !o.Released}
	var list []annex
	if m.Prose, list, err = quarterForms(q, t); err != nil {
		return "", "", "", err
	}
	for _, a := range list[:min(1, len(list))] {
		for _, l := range a.lists {
			if l.heading == "" {
				l.heading = a.title
			}
			m.Rankings = append(m.Rankings, htmlAll(l.slim(), recipient))
		}
	}
	for _, x := range quarterPictures(q) {
		m.Pictures = append(m.Pictures, figure{template.URL("cid:" + x.id), x.alt})
	}
	subject = fmt.Sprintf(quarterSubjects[q.Kind], q.Name())
	if name := tidy(recipient); name != "" {
		if q.Kind == bulletin.QuarterRanking {
			m.Own = q.own(name)
		}
		subject += "（" + clip(name, max(2, 40-len([]rune(subject))-2)) + "）"
	}
	return mailOf(t, subject, m)
}

// QuarterStyle is Style for a quarter's product.
func QuarterStyle(b bulletin.Quarterly, o Office, t *templates.Set) ([]string, error) {
	q := newQuarterly(b, o)
	text, _, err := quarterForms(q, t)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, r := range q.Analysis.Risks {
		known = append(known, clip(r.Project, maxProject))
	}
	for _, list := range [][]bulletin.Start{q.Starts.Planned, q.Starts.Overdue, q.Starts.Vague} {
		for _, s := range list {
			known = append(known, clip(s.Project, maxProject))
		}
	}
	for _, e := range q.Visits.Entries {
		known = append(known, e.Name)
	}
	return text.style(known...), nil
}

// own is what a unit's copy of the ranking begins with.
func (q quarterly) own(name string) *own {
	i := slices.IndexFunc(q.Units, func(s bulletin.Score) bool { return tidy(s.Name) == name })
	if i < 0 {
		return nil
	}
	s := q.Units[i]
	out := &own{Name: name, Span: "本季度"}
	if s.Rank == 0 {
		out.Words = append(out.Words, s.Unranked+"，不参加本季度排位。")
		return out
	}
	add := func(title, value string) { out.Figures = append(out.Figures, pair{title, value}) }
	add(s.Group.Title()+"排位", fmt.Sprintf("第%d位（共%d家参与排位%s）", s.Rank, len(q.Ranked(s.Group)), shifted(s)))
	add("总分", pts.show(s.Total)+"分")
	for _, x := range s.Items {
		add(bulletin.ItemTitle(x.Key), itemWords(x))
	}
	add("加分", pts.show(s.Bonus)+"分")
	add("扣分", pts.show(s.Taken)+"分")
	return out
}

// itemWords is an item's points of its full ones, or why there are none.
func itemWords(x bulletin.Item) string {
	full := pts.show(x.Full) + "分"
	switch {
	case x.Untold:
		return "0.00分（满分" + full + "，表中没有填报）"
	case x.Points == nil:
		return "没有任务，不计"
	}
	return pts.show(x.Points) + "分（满分" + full + "）"
}

// shifted says how the rank changed: ，较上季度前进2位.
func shifted(s bulletin.Score) string {
	n, ok := s.Moved()
	switch {
	case !ok:
		return ""
	case n > 0:
		return fmt.Sprintf("，较上季度前进%d位", n)
	case n < 0:
		return fmt.Sprintf("，较上季度后退%d位", -n)
	}
	return "，与上季度持平"
}

// Places are the counties and the zones, where there are any.
func (q quarterly) Places() (out []quarterPlace) {
	for _, g := range []reporting.Group{reporting.Counties, reporting.Zones} {
		units := q.UnitsOf(g)
		if len(units) == 0 {
			continue
		}
		x := quarterPlace{Title: g.Title(), Units: units, All: q.Ranked(g)}
		x.First, x.Last = ends(x.All, 3)
		for _, s := range units {
			n, ok := s.Moved()
			switch {
			case s.Rank == 0:
				x.out(s)
			case ok && n > 0:
				x.Up = append(x.Up, s)
			case ok && n < 0:
				x.Down = append(x.Down, s)
			}
		}
		far := func(s bulletin.Score) int { n, _ := s.Moved(); return abs(n) }
		for _, list := range [][]bulletin.Score{x.Up, x.Down} {
			slices.SortStableFunc(list, func(a, b bulletin.Score) int { return far(b) - far(a) })
		}
		out = append(out, x)
	}
	return out
}

// quarterPlace is what is told of a group that is ranked.
type quarterPlace struct {
	Title       string
	Units       []bulletin.Score
	All         []bulletin.Score // with a rank
	First, Last []bulletin.Score // where the ranking is long enough for both
	Up, Down    []bulletin.Score // the farthest first
	Out         []unranked
}

// unranked are units without a rank for one reason.
type unranked struct {
	Names []string
	Why   string
}

func (x *quarterPlace) out(s bulletin.Score) {
	i := slices.IndexFunc(x.Out, func(u unranked) bool { return u.Why == s.Unranked })
	if i < 0 {
		i = len(x.Out)
		x.Out = append(x.Out, unranked{Why: s.Unranked})
	}
	x.Out[i].Names = append(x.Out[i].Names, s.Name)
}

// HasCentral reports whether central units reported.
func (q quarterly) HasCentral() bool {
	return slices.ContainsFunc(q.Analysis.Groups, func(g bulletin.Group) bool { return g.Name == reporting.Central })
}

// ends are the first and the last n of a ranking, with all who share the ranks
// at the cuts; none where it is too short to have both.
func ends(all []bulletin.Score, n int) (first, last []bulletin.Score) {
	if len(all) < 2*n {
		return nil, nil
	}
	to, from := n, len(all)-n
	for to < len(all) && all[to].Rank == all[to-1].Rank {
		to++
	}
	for from > 0 && all[from-1].Rank == all[from].Rank {
		from--
	}
	if to > from {
		return nil, nil
	}
	return all[:to], all[from:]
}

// Known are the months of the year that have data.
func (q quarterly) Known() (out []bulletin.Month) {
	for _, m := range q.Months {
		if !m.Empty() {
			out = append(out, m)
		}
	}
	return out
}

// MonthName is 3月份.
func (q quarterly) MonthName(m bulletin.Month) string {
	return fmt.Sprintf("%d月份", int(m.Period.Month))
}

// silentMonth is a month of the quarter with the units that sent nothing.
type silentMonth struct {
	Month, Names string
	Count        int
}

// SilentMonths are the quarter's months that some units are missing in; those
// in which it is the same units stand together.
func (q quarterly) SilentMonths() (out []silentMonth) {
	for _, p := range q.Quarter.Months() {
		m, ok := q.At(p)
		if !ok || m.Empty() || len(m.Silent) == 0 {
			continue
		}
		names := q.Names(m.Silent)
		if n := len(out) - 1; n >= 0 && out[n].Names == names {
			out[n].Month += "、" + q.MonthName(m)
			continue
		}
		out = append(out, silentMonth{q.MonthName(m), names, len(m.Silent)})
	}
	return out
}

// TopBehind are the three units with the largest shortfall.
func (q quarterly) TopBehind() []bulletin.Behind {
	return q.Analysis.Behind[:min(3, len(q.Analysis.Behind))]
}

// TopRisks are the five projects with the largest shortfall.
func (q quarterly) TopRisks() []bulletin.Risk {
	return q.Analysis.Risks[:min(5, len(q.Analysis.Risks))]
}

// FundsTold reports whether any table tells a source of money.
func (q quarterly) FundsTold() bool { return q.Analysis.FundsTold() }

// CausesTold reports whether any list tells a cause.
func (q quarterly) CausesTold() bool {
	return slices.ContainsFunc(q.Analysis.Lagging.Reasons, func(t bulletin.Tally) bool { return t.Name != reporting.NoCause })
}
