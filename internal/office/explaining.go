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
	Unit     string       `json:"unit"`
	Version  int          `json:"version"`
	Letter   string       `json:"letter"`
	Subject  string       `json:"subject,omitempty"`
	From     string       `json:"from,omitempty"`
	Received time.Time    `json:"received"`
	Path     []string     `json:"path"`
	Sheet    string       `json:"sheet,omitempty"`
	Terms    []FigureTerm `json:"terms"`
}

// FigureTerm is one value with its place in the sheet.
type FigureTerm struct {
	bulletin.Term
	SheetRow int    `json:"sheet_row,omitempty"`
	Cell     string `json:"cell,omitempty"`
}

// ExplainFigure tells of a figure such as 修水县.ytd_pct or city.ytd_done what
// it was made of: the formula, the projects, and of each value the letter, the
// file, the sheet and the cell. The versions are those that the bulletin
// remembers, whatever came since.
func (o *Office) ExplainFigure(p reporting.Period, figure string, now time.Time) (out FigureExplained, err error) {
	i := strings.LastIndexByte(figure, '.')
	if i < 0 {
		return out, wrong("请写成 单位.指标，如 修水县.ytd_pct 或 city.ytd_done")
	}
	out = FigureExplained{Period: p, Unit: figure[:i], Key: figure[i+1:], Sources: []FigureSource{}}
	if out.Unit == "city" {
		out.Unit = bulletin.Whole
	}
	var ok bool
	if out.Title, out.Unity, out.Formula, ok = bulletin.Formula(out.Key); !ok {
		return out, wrong("不能说明指标“%s”，可写 total_invest、year_plan、month_done、ytd_done、ytd_pct、month_pct、gap_pp、rank，全市另有 target_pct", out.Key)
	}
	if whole := out.Unit == bulletin.Whole; whole && out.Key == "rank" || !whole && out.Key == "target_pct" {
		return out, wrong("%s没有指标“%s”", out.Unit, out.Key)
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
		if out.Value, ok = b.Printed(out.Unit, out.Key); !ok {
			return wrong("%s份通报里没有“%s”", p.Chinese(), out.Unit)
		}
		if out.Key == "rank" {
			out.rank(b)
		}
		for _, in := range pub.Inputs {
			if in.Kind != reporting.Progress || out.Unit != bulletin.Whole && in.Submitter != out.Unit {
				continue
			}
			src, err := explainTable(t, p, in, out.Key)
			if err != nil {
				return err
			}
			out.Sources = append(out.Sources, src)
		}
		return nil
	})
	return out, err
}

func (f *FigureExplained) rank(b bulletin.Bulletin) {
	own, _ := b.Unit(f.Unit)
	for _, u := range b.Ranked(own.Group) {
		pct, _ := b.Printed(u.Name, "ytd_pct")
		place, _ := b.Printed(u.Name, "rank")
		f.Ranking = append(f.Ranking, FigureRank{u.Name, pct, place})
	}
}

// explainTable lists what a figure took from one version.
func explainTable(t *store.Tx, p reporting.Period, in store.Input, key string) (FigureSource, error) {
	src := FigureSource{Unit: in.Submitter, Version: in.Version, Letter: in.Letter, Terms: []FigureTerm{}}
	v, ok, err := t.Version(p, in.Submitter, in.Kind, in.Version)
	if err != nil || !ok {
		return src, orUnknown(err, "version", in.Submitter)
	}
	src.Received, src.Path, src.Sheet = v.Received, v.Table.Path, v.Table.Sheet
	if l, ok, err := t.Letter(in.Letter); err != nil {
		return src, err
	} else if ok {
		src.Subject, src.From = l.Subject, l.From
	}
	for _, x := range bulletin.Explain(v.Table, key) {
		term := FigureTerm{Term: x}
		if x.Row >= 0 {
			r := v.Table.Rows[x.Row]
			term.SheetRow, term.Cell = r.Row, r.Cells[x.Field]
		}
		src.Terms = append(src.Terms, term)
	}
	return src, nil
}
