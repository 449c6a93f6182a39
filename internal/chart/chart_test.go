package chart

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"testing"
)

func counties() Chart {
	c := Chart{Title: "2021年3月份各县（市、区）投资完成率与序时进度", Unit: "%", Width: 1440, Height: 640,
		Labels: []string{"濂溪区", "浔阳区", "柴桑区", "武宁县", "修水县", "永修县", "德安县", "都昌县", "湖口县", "彭泽县", "瑞昌市", "共青城市", "庐山市"},
		Series: []Series{{Name: "占年度计划（%）", Color: "#5b7fb5", Labels: true}, {Name: "序时进度（%）", Line: true, Color: "#c00000"}}}
	for i := range c.Labels {
		c.Series[0].Values = append(c.Series[0].Values, 17.48+float64(i)*1.37)
		c.Series[1].Values = append(c.Series[1].Values, 25)
	}
	return c
}

// TestPNG: the picture has its size, is drawn on, and comes out the same twice.
func TestPNG(t *testing.T) {
	raw, err := counties().PNG()
	if err != nil {
		t.Fatal(err)
	}
	if name := os.Getenv("TONGBAO_CHART"); name != "" {
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	again, err := counties().PNG()
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("the same chart gave other bytes (%v)", err)
	}
	p, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if b := p.Bounds(); b.Dx() != 1440 || b.Dy() != 640 {
		t.Errorf("the picture is %v", b)
	}
	colors := map[string]int{}
	for y := range 640 {
		for x := range 1440 {
			switch r, g, b, _ := p.At(x, y).RGBA(); [3]uint32{r >> 8, g >> 8, b >> 8} {
			case [3]uint32{0x5b, 0x7f, 0xb5}:
				colors["columns"]++
			case [3]uint32{0xc0, 0, 0}:
				colors["line"]++
			case [3]uint32{0, 0, 0}:
				colors["words"]++
			}
		}
	}
	for _, what := range []string{"columns", "line", "words"} {
		if colors[what] < 1000 {
			t.Errorf("%d dots of the %s", colors[what], what)
		}
	}
	if len(raw) > 200<<10 {
		t.Errorf("the picture has %d KB: too much for a letter", len(raw)>>10)
	}
}

// TestOddCharts: nothing to draw, holes and negative values end no program.
func TestOddCharts(t *testing.T) {
	for name, c := range map[string]Chart{
		"nothing":  {Width: 400, Height: 200},
		"holes":    {Width: 400, Height: 200, Labels: []string{"1", "2", "3"}, Series: []Series{{Name: "x", Line: true, Values: []float64{1, math.NaN(), math.Inf(1)}}}},
		"negative": {Width: 400, Height: 200, Labels: []string{"1"}, Series: []Series{{Name: "x", Values: []float64{-5}}}},
		"nought":   {Width: 400, Height: 200, Labels: []string{"1"}, Series: []Series{{Name: "x", Values: []float64{0}}}},
		"rare":     {Width: 400, Height: 200, Labels: []string{"塅\U00020BB7"}, Series: []Series{{Name: "", Values: []float64{1}}}},
	} {
		if raw, err := c.PNG(); err == nil && len(raw) == 0 {
			t.Errorf("%s: no picture and no error", name)
		} else if err != nil && name != "nothing" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
