package daemon_test

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestOfficeOnly: a bulletin that goes to the office alone is told to be final,
// brings the orders, and whoever would release it is told why there is nothing
// to release; its correction is covered as one.
func TestOfficeOnly(t *testing.T) {
	w := approving(t, "\nreminders: {enabled: false}\nbulletins: [{schedule: \"0 9 1 * *\", recipients: [office@tongbao.example.com], release: office-only}]\n")
	const office = "office@tongbao.example.com"
	draft := w.last(office)
	for _, want := range []string{"2021年3月份全市城建项目推进情况通报送审稿已生成", "签发后由办公室自行印发，本系统不向各地各单位发送。", "2021年3月份问题交办单和督办函（送审稿）.zip》内为本月的问题交办单和督办函草稿", "不随通报外发"} {
		if !strings.Contains(draft.Text, want) {
			t.Errorf("the draft does not say %s:\n%.900s", want, draft.Text)
		}
	}
	for name, do := range map[string]func() error{
		"release": func() error { _, err := w.house.Office.Release(march, "operator", w.clock.Now()); return err },
		"hold":    func() error { _, err := w.house.Office.Hold(march, "", "operator", w.clock.Now()); return err },
		"draft":   func() error { _, err := w.house.Office.Redraft(march, "operator", w.clock.Now()); return err },
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), "只发办公室") || !strings.Contains(err.Error(), "on-approval") {
			t.Errorf("%s is answered: %v", name, err)
		}
	}
	if n := w.released(xiushui); n != 0 {
		t.Errorf("the county got %d", n)
	}
	better := strings.Replace(letter(xiushui, "修水县", 3, at(4, 2, 10, 0), "s3"), base64.StdEncoding.EncodeToString([]byte(progressOf("修水县", "900"))),
		base64.StdEncoding.EncodeToString([]byte(progressOf("修水县", "1900"))), 1)
	w.deliver(better, at(4, 2, 10, 1))
	w.until(at(4, 2, 16, 0))
	if _, err := w.house.Office.Correct(march, "operator", w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.until(at(4, 2, 20, 0))
	l := w.last(office)
	if !strings.HasPrefix(l.Subject, "【送审】2021年3月份") || strings.Contains(l.Subject, "【更正】") || !strings.Contains(l.Text, "2021年3月份全市城建项目推进情况更正通报送审稿已生成") ||
		!strings.Contains(l.Text, "更正内容附后。") || strings.Contains(l.Text, "交办单") {
		t.Errorf("the correction's cover: %q\n%.600s", l.Subject, l.Text)
	}
}
