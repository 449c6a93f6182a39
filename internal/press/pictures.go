package press

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
	"tongbao/internal/chart"
	"tongbao/internal/reporting"
)

// Picture is a chart of the letter, which names it by cid:ID.
type Picture struct {
	ID, Name string
	Alt      string // what it shows, for those who cannot see it
	PNG      []byte
}

// maxColumns is how many units a chart has room for; more are in the table only.
const maxColumns = 40

// picture is a chart before it is drawn.
type picture struct {
	id, name, alt string
	chart         chart.Chart
}

// Pictures draws the charts of a letter: the counties' completion against the
// pace, and the year's curve against the plan. None where the office wants
// none, or there is nothing to draw.
func Pictures(b bulletin.Bulletin, o Office) (out []Picture, err error) {
	return drawn(pictures(newPaper(b, o)))
}

func drawn(list []picture) (out []Picture, err error) {
	for _, x := range list {
		raw, err := x.chart.PNG()
		if err != nil {
			return nil, fmt.Errorf("set the bulletin's charts: %w", err)
		}
		out = append(out, Picture{x.id, x.name, x.alt, raw})
	}
	return out, nil
}

// SelfContained is the letter's HTML with its pictures in it, for a file that
// a browser opens; a letter carries them beside it.
func SelfContained(html string, pictures []Picture) string {
	for _, p := range pictures {
		html = strings.ReplaceAll(html, "cid:"+p.ID, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(p.PNG))
	}
	return html
}

func pictures(p paper) (out []picture) {
	if p.Office.NoPictures {
		return nil
	}
	if x, ok := completion(p); ok {
		out = append(out, x)
	}
	if x, ok := yearCurve(p); ok {
		out = append(out, x)
	}
	return out
}

// completion is the counties' share of the year's plan, beside the pace.
func completion(p paper) (picture, bool) {
	units := p.Ranked(reporting.Counties)
	if len(units) < 2 || len(units) > maxColumns {
		return picture{}, false
	}
	c := chart.Chart{Title: p.Period.Chinese() + "份各县（市、区）投资完成率与序时进度", Unit: "%", Width: 1440, Height: 640,
		Series: []chart.Series{{Name: "占年度计划（%）", Color: "#5b7fb5", Labels: len(units) <= 15}, {Name: "序时进度（%）", Line: true, Color: "#c00000"}}}
	var told []string
	for _, u := range units {
		c.Labels = append(c.Labels, clip(tidy(u.Name), 8))
		c.Series[0].Values = append(c.Series[0].Values, u.YTDPct.InexactFloat64())
		c.Series[1].Values = append(c.Series[1].Values, p.PacePct.InexactFloat64())
		told = append(told, tidy(u.Name)+pct.show(u.YTDPct)+"%")
	}
	return picture{"completion-" + p.Number + "@tongbao", "投资完成率.png",
		"图：" + c.Title + "。序时进度" + pct.show(p.PacePct) + "%；" + strings.Join(told, "，") + "。", c}, true
}

// yearCurve is what the city has done since January, beside the plan in twelve
// equal parts.
func yearCurve(p paper) (picture, bool) {
	if len(p.Curve) == 0 || !p.City.YearPlan.IsPositive() {
		return picture{}, false
	}
	c := chart.Chart{Title: fmt.Sprintf("%d年全市累计完成投资与年度计划", p.Period.Year), Unit: "亿元", Width: 1440, Height: 560,
		Series: []chart.Series{{Name: "累计完成投资（亿元）", Line: true, Color: "#5b7fb5", Labels: true}, {Name: "年度计划按月均摊（亿元）", Line: true, Color: "#c00000"}}}
	told := []string{}
	for _, row := range curveRows(p) {
		c.Labels = append(c.Labels, row.label)
		v := math.NaN()
		if row.done != nil {
			v = row.done.Shift(-4).Round(2).InexactFloat64()
			told = append(told, row.label+yi.show(row.done)+"亿元")
		}
		c.Series[0].Values = append(c.Series[0].Values, v)
		c.Series[1].Values = append(c.Series[1].Values, row.plan.Shift(-4).Round(2).InexactFloat64())
	}
	return picture{"curve-" + p.Number + "@tongbao", "年度曲线.png",
		"图：" + c.Title + "。年度计划" + yi.show(p.City.YearPlan) + "亿元；累计完成：" + strings.Join(told, "，") + "。", c}, true
}

// curveRow is one of the year's twelve months.
type curveRow struct {
	label string
	done  *bulletin.Number // nil where no bulletin tells it
	plan  bulletin.Number
}

func curveRows(p paper) (out []curveRow) {
	for m := 1; m <= 12; m++ {
		x := curveRow{label: fmt.Sprintf("%d月", m), plan: bulletin.Number{Decimal: p.City.YearPlan.Mul(decimal.NewFromInt(int64(m))).DivRound(decimal.NewFromInt(12), 4)}}
		for i := range p.Curve {
			if p.Curve[i].Month == m {
				x.done = &p.Curve[i].YTDDone
			}
		}
		out = append(out, x)
	}
	return out
}
