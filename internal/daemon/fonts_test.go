package daemon

import "testing"

// TestLacking reads what fc-list prints; a font's complete twin stands in for it.
func TestLacking(t *testing.T) {
	const all = "FangSong,仿宋\nSimHei,黑体\nKaiTi_GB2312,楷体_GB2312\nFZXiaoBiaoSong\\-B05S,方正小标宋简体\nTimes New Roman\n"
	if r := lacking(all); r.Note != "" || r.Err != nil {
		t.Errorf("all are there: %+v", r)
	}
	r := lacking("FangSong,仿宋\nTimes New Roman\n")
	if want := "本机没有 方正小标宋简体、黑体、楷体_GB2312。程序用不着，打印通报的电脑上要有"; r.Note != want || r.Err != nil {
		t.Errorf("got %+v, want the note %q", r, want)
	}
}
