package press

import (
	"golang.org/x/text/encoding/simplifiedchinese"

	"tongbao/internal/docx"
)

// complete names the fonts that stand in for those that have only the 6,763
// characters of GB 2312: rare characters of places and persons (塅、堃) are not
// in them and would be lost or set in another font.
var complete = map[string]string{fang: "仿宋", kai: "楷体", song: "方正小标宋_GBK"}

// set makes runs of a text; characters that the font lacks go to its complete twin.
func set(s, font string, size int) (out []docx.Run) {
	other, limited := complete[font]
	from, rare := 0, false
	flush := func(to int) {
		if to == from {
			return
		}
		f := font
		if rare {
			f = other
		}
		out = append(out, docx.Run{Text: s[from:to], Fonts: docx.Fonts{East: f, Latin: latin}, Size: size})
		from = to
	}
	for i, r := range s {
		if x := limited && !inGB2312(r); x != rare {
			flush(i)
			rare = x
		}
	}
	flush(len(s))
	return out
}

// inGB2312 reports whether the character is in GB 2312. GBK has those where
// both of its bytes are from 0xA1, but for the user's areas and a few signs.
func inGB2312(r rune) bool {
	if r < 0x80 {
		return true
	}
	b, err := simplifiedchinese.GBK.NewEncoder().String(string(r))
	if err != nil || len(b) != 2 || b[0] < 0xa1 || b[1] < 0xa1 {
		return false
	}
	return b[0] <= 0xa9 || b[0] >= 0xb0 && b[0] <= 0xf7
}

func colored(runs []docx.Run, color string) []docx.Run {
	for i := range runs {
		runs[i].Color = color
	}
	return runs
}

// Fonts names the fonts that the documents ask for, each with the names under
// which it, or what stands in for it, is installed.
func Fonts() [][]string {
	return [][]string{
		{song, complete[song], "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"},
		{fang, complete[fang], "FangSong_GB2312", "FangSong"},
		{hei, "SimHei"},
		{kai, complete[kai], "KaiTi_GB2312", "KaiTi"},
		{latin},
	}
}
