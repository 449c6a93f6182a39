package reporting

import (
	"strings"
	"testing"
)

// TestNearest asks for the submitters that mistyped names are near to.
func TestNearest(t *testing.T) {
	r := NewRegister(append(JiujiangCounties(), Submitter{Name: "九江市城发集团", Group: Central}))
	for typed, want := range map[string]string{
		"修水": "修水县", "秀水县": "修水县", "修水县城建局": "修水县", "星子": "庐山市", "庐山": "庐山市 濂溪区", "共青": "共青城市",
		"九江城发": "", "九江市城发集团公司": "九江市城发集团", "九江市成发集团": "九江市城发集团", "火星": "", "": "", "市": "",
		"修 水 县": "修水县", strings.Repeat("水", 2000): "",
	} {
		if got := strings.Join(r.Nearest(typed), " "); got != want {
			t.Errorf("%.30q: near are %q, want %q", typed, got, want)
		}
	}
	if got := r.Unknown("修水"); got != "没有名为“修水”的报送单位，您要的是不是 修水县？" {
		t.Error(got)
	}
	if got := r.Unknown("火星"); !strings.Contains(got, "tongbao status") {
		t.Error(got)
	}
}
