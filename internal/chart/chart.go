// Package chart draws a chart as a PNG: columns, lines or both over the same
// labels. It knows no trade. The same chart gives the same bytes.
package chart

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/go-analyze/charts"
)

// Chart is one chart. Values stand over Labels; NaN is none.
type Chart struct {
	Title  string
	Unit   string // of the values, at the axis: %
	Labels []string
	Series []Series
	// Width and Height are in pixels of the PNG, which is meant to be shown at
	// half of that: mail programs of today shrink pictures and show them sharp.
	Width, Height int
}

// Series is one row of columns, or one line.
type Series struct {
	Name   string
	Line   bool
	Values []float64
	Color  string // "#c00000"
	Labels bool   // each value is written beside its column or point, with 2 decimals
}

// microhei is a subset of WenQuanYi Micro Hei (see LICENSE.microhei.txt): the
// library draws glyf fonts only, and its own have no Chinese characters.
//
//go:embed microhei.ttf
var microhei []byte

const family = "microhei"

// install makes the font the library's default, which it has only one of.
var install = sync.OnceValue(func() error {
	if err := charts.InstallFont(family, microhei); err != nil {
		return err
	}
	return charts.SetDefaultFont(family)
})

// PNG draws the chart.
func (c Chart) PNG() ([]byte, error) {
	if err := install(); err != nil {
		return nil, fmt.Errorf("install the chart's font: %w", err)
	}
	small := charts.FontStyle{FontSize: 20, FontColor: charts.ColorBlack}
	format := func(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }
	opt := charts.ChartOption{
		OutputFormat: charts.ChartOutputPNG, Width: c.Width, Height: c.Height,
		Padding:        charts.NewBox(24, 20, 32, 16),
		Title:          charts.TitleOption{Text: c.Title, Offset: charts.OffsetStr{Left: charts.PositionCenter}, FontStyle: charts.FontStyle{FontSize: 26, FontColor: charts.ColorBlack}},
		XAxis:          charts.XAxisOption{Labels: c.labels(), LabelFontStyle: small, LabelCount: len(c.Labels)},
		YAxis:          []charts.YAxisOption{{Title: c.Unit, TitleFontStyle: small, LabelFontStyle: small, Min: c.least(), ValueFormatter: format}},
		ValueFormatter: format, BarSize: 0.55, LineStrokeWidth: 4, Symbol: charts.Symbol{Shape: charts.SymbolCircle},
		Legend: charts.LegendOption{FontStyle: small, Offset: charts.OffsetStr{Left: charts.PositionCenter, Top: "52"}},
	}
	var colors []charts.Color
	for _, s := range c.Series {
		kind := charts.ChartTypeBar
		if s.Line {
			kind = charts.ChartTypeLine
		}
		x := charts.GenericSeries{Type: kind, Name: s.Name, Values: make([]float64, len(s.Values))}
		for i, v := range s.Values {
			if x.Values[i] = v; math.IsNaN(v) || math.IsInf(v, 0) {
				x.Values[i] = charts.GetNullValue()
			}
		}
		if s.Labels {
			x.Label = charts.SeriesLabel{Show: charts.Ptr(true), FontStyle: charts.FontStyle{FontSize: 17, FontColor: charts.ColorBlack}, ValueFormatter: func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }}
		}
		opt.SeriesList = append(opt.SeriesList, x)
		opt.Legend.SeriesNames = append(opt.Legend.SeriesNames, s.Name)
		colors = append(colors, charts.ParseColor(s.Color))
	}
	opt.Theme = charts.GetTheme(charts.ThemeLight).WithSeriesColors(colors).WithBackgroundColor(charts.ColorWhite)
	p, err := charts.Render(opt)
	if err != nil {
		return nil, fmt.Errorf("draw the chart %q: %w", c.Title, err)
	}
	return p.Bytes()
}

// labels are the labels, upright where there are too many to stand side by side.
func (c Chart) labels() []string {
	wide := 0
	for _, l := range c.Labels {
		wide = max(wide, len([]rune(l)))
	}
	if room := c.Width - 150; wide*22*len(c.Labels) <= room {
		return c.Labels
	}
	out := make([]string, len(c.Labels))
	for i, l := range c.Labels {
		out[i] = strings.Join(strings.Split(l, ""), "\n")
	}
	return out
}

// least is nought where no value is below it, so that columns are as long as
// what they stand for.
func (c Chart) least() *float64 {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v < 0 {
				return nil
			}
		}
	}
	return charts.Ptr(0.0)
}
