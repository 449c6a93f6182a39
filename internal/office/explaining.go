package office

import (
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// FigureExplained is a bulletin's figure with all that it was made of.
type FigureExplained struct {
	Period    reporting.Period `json:"period"`
	Unit      string           `json:"unit"`
	Key       string           `json:"key"`
	Title     string           `json:"title"`
	Value     string           `json:"value,omitempty"` // as published; absent where there is none
	Unity     string           `json:"unity"`
	Formula   string           `json:"formula"`
	Number    string           `json:"number"`    // the snapshot's
	Published bool             `json:"published"` // false: a draft, or as it would be now
	PacePct   string           `json:"pace_pct"`
	Sources   []FigureSource   `json:"sources"`
	Ranking   []FigureRank     `json:"ranking,omitempty"` // of a rank: the group's
}

// FigureRank is one unit of the group that a rank was made in.
type FigureRank struct {
	Unit   string `json:"unit"`
	YTDPct string `json:"ytd_pct"`
	Rank   string `json:"rank"`
}

// FigureSource is one table that the figure was made of.
type FigureSource struct {
	Unit     string           `json:"unit"`
	Kind     reporting.Kind   `json:"kind"`
	Period   reporting.Period `json:"period"` // the month before for issues_gone
	Nil      bool             `json:"nil,omitempty"`
	Version  int              `json:"version"`
	Letter   string           `json:"letter"`
	Subject  string           `json:"subject,omitempty"`
	From     string           `json:"from,omitempty"`
	Received time.Time        `json:"received"`
	Path     []string         `json:"path"`
	Sheet    string           `json:"sheet,omitempty"`
	Terms    []FigureTerm     `json:"terms"`
}

// FigureTerm is one value with its place in the sheet.
type FigureTerm struct {
	bulletin.Term
	SheetRow int    `json:"sheet_row,omitempty"`
	Cell     string `json:"cell,omitempty"`
}

// ExplainFigure tells of a figure such as 修水县.ytd_pct, city.ytd_done or
// issues.overdue what it was made of: the formula, the projects, and of each
// value the letter, the file, the sheet and the cell. The versions are those
// that the bulletin remembers, whatever came since.
func (o *Office) ExplainFigure(p reporting.Period, figure string, now time.Time) (out FigureExplained, err error) {
	f, unit, err := figureNamed(figure)
	if err != nil {
		return out, err
	}
	out = FigureExplained{Period: p, Unit: unit, Key: f.Key, Title: f.Title, Unity: f.Unity, Formula: f.Formula, Sources: []FigureSource{}}
	if unit == bulletin.Whole && f.Key == "reported" {
		out.Unity = "家"
	}
	err = o.Store.View(func(t *store.Tx) error {
		pub, published, err := standing(t, p)
		if err == nil && !published {
			pub.Bulletin, pub.Inputs, err = o.compute(t, p, now)
		}
		if err != nil {
			return err
		}
		b := pub.Bulletin
		out.Number, out.Published, out.PacePct = b.Number, pub.Edition == store.Release, b.PacePct.StringFixed(2)
		var ok bool
		if out.Value, ok = b.Printed(out.Unit, out.Key); !ok {
			return wrong("%s份通报里没有“%s”；%s", p.Chinese(), out.Unit, unitsOf(b))
		}
		if out.Key == "rank" {
			out.rank(b)
		}
		for _, in := range pub.Inputs {
			if in.Kind != f.Kind || out.Unit != bulletin.Whole && in.Submitter != out.Unit {
				continue
			}
			src, ok, err := sourceOf(t, b, in, out.Key)
			if err != nil {
				return err
			}
			if ok {
				out.Sources = append(out.Sources, src)
			}
		}
		return nil
	})
	return out, err
}

// figureNamed takes 修水县.ytd_pct apart. The city's ledgers go by their names
// in JSON too (issues.new), and what stands beside the city's by its own
// (pace_pct).
func figureNamed(name string) (f bulletin.Figure, unit string, err error) {
	unit, key := bulletin.Whole, name
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		unit, key = name[:i], name[i+1:]
	}
	switch unit {
	case "city":
		unit = bulletin.Whole
	case "issues":
		unit, key = bulletin.Whole, "issues_"+key
	}
	whole := unit == bulletin.Whole
	f, ok := bulletin.FigureOf(key, whole)
	if ok {
		return f, unit, nil
	}
	var keys []string
	for _, f := range bulletin.FiguresFor(whole) {
		keys = append(keys, f.Key+"（"+f.Title+"）")
	}
	if !strings.Contains(name, ".") {
		return f, unit, wrong("请写成 单位.指标，如 修水县.ytd_pct、city.ytd_done；全市的指标有：%s", strings.Join(keys, "、"))
	}
	return f, unit, wrong("%s没有指标“%s”，可写：%s", unit, key, strings.Join(keys, "、"))
}

// unitsOf names the bulletin's units, some where they are many.
func unitsOf(b bulletin.Bulletin) string {
	const most = 40
	var names []string
	for _, u := range b.Units {
		if names = append(names, u.Name); len(names) == most {
			names = append(names, "……")
			break
		}
	}
	return "单位有：city（全市）、" + strings.Join(names, "、")
}

func (f *FigureExplained) rank(b bulletin.Bulletin) {
	own, _ := b.Unit(f.Unit)
	for _, u := range b.Ranked(own.Group) {
		pct, _ := b.Printed(u.Name, "ytd_pct")
		place, _ := b.Printed(u.Name, "rank")
		f.Ranking = append(f.Ranking, FigureRank{u.Name, pct, place})
	}
}

// sourceOf lists what a figure took from one version. Issues that are gone
// are last month's ledger's; false where that has been excluded since.
func sourceOf(t *store.Tx, b bulletin.Bulletin, in store.Input, key string) (src FigureSource, ok bool, err error) {
	v, ok, err := t.Version(b.Period, in.Submitter, in.Kind, in.Version)
	if err != nil || !ok {
		return src, false, orUnknown(err, "version", in.Submitter)
	}
	if key == "issues_gone" {
		before, err := t.Versions(b.Period.Add(-1), in.Submitter, in.Kind)
		if err != nil {
			return src, false, err
		}
		last := reporting.Counting(before, time.Time{})
		if last == nil {
			return src, false, nil
		}
		v = *last
	}
	src = FigureSource{Unit: in.Submitter, Kind: in.Kind, Period: v.Period, Version: v.N, Letter: v.Letter, Terms: []FigureTerm{},
		Received: v.Received, Path: v.Table.Path, Sheet: v.Table.Sheet, Nil: v.Table.Nil}
	if l, ok, err := t.Letter(v.Letter); err != nil {
		return src, false, err
	} else if ok {
		src.Subject, src.From = l.Subject, l.From
	}
	for _, x := range b.Explain(in.Submitter, key, v.Table) {
		term := FigureTerm{Term: x}
		if x.Row >= 0 {
			r := v.Table.Rows[x.Row]
			term.SheetRow, term.Cell = r.Row, r.Cells[x.Field]
		}
		src.Terms = append(src.Terms, term)
	}
	return src, true, nil
}
