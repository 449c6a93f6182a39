package daemon_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	letterroom "tongbao/internal/letter"
	"tongbao/internal/postoffice"
	"tongbao/internal/sheet"
)

// TestMarkedCopies sends a workbook and a csv with faults: the workbook comes
// back with its cells marked, the csv's faults are listed, and a table without
// any brings nothing back.
func TestMarkedCopies(t *testing.T) {
	book, err := os.ReadFile("../sheet/testdata/xlsx/d15-xiushui-traps.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	ledger := "修水县城建项目问题台账（2021年3月）,,,,\n序号,项目名称,存在问题,责任单位,整改措施,整改时限\n1,百花路人行道及排水改造,征地,县住建局,专人跟踪,二〇二一年十三月\n"
	w.deliver(withFiles("xiushui@xiushui.example.com", "m1", at(3, 24, 10, 0), "进度表.xlsx", string(book), "台账.csv", ledger), at(3, 24, 10, 1))
	w.until(at(3, 24, 11, 0))
	l := w.receipt(t, "xiushui@xiushui.example.com")
	var names []string
	for _, p := range l.Parts {
		names = append(names, p.Name)
	}
	if s := strings.Join(names, " "); s != "进度表（审核标注）.xlsx 修水县报表审核意见.xlsx" {
		t.Fatalf("with the receipt came %q:\n%s", s, l.Text)
	}
	for _, want := range []string{"《进度表（审核标注）.xlsx》", "其余审核意见另列于附件《修水县报表审核意见.xlsx》"} {
		if !strings.Contains(l.Text, want) {
			t.Errorf("the receipt does not say %s:\n%s", want, l.Text)
		}
	}
	marked, err := sheet.Open("a", l.Parts[0].Data, sheet.Limits{}, nil)
	if err != nil || marked.Grids[0].Name != "进度表" {
		t.Errorf("the copy: %v %v", marked, err)
	}
	list, err := sheet.Open("a", l.Parts[1].Data, sheet.Limits{}, nil)
	if err != nil || list.Grids[0].Name != "审核意见" || !strings.Contains(fmt.Sprint(list.Grids[0]), "二〇二一年十三月") {
		t.Errorf("the list: %v %v", list, err)
	}
	w.deliver(letter("yongxiu@yongxiu.example.com", "永修县", 3, at(3, 24, 12, 0), "m2"), at(3, 24, 12, 1))
	w.until(at(3, 24, 13, 0))
	if l := w.receipt(t, "yongxiu@yongxiu.example.com"); len(l.Parts) > 0 && !strings.Contains(l.Text, "审核意见") {
		t.Errorf("a file came back without need:\n%s", l.Text)
	}
}

// TestPrefilledReminder looks at what April's reminder brings: March's projects
// to a county that reported, an empty form to one that did not.
func TestPrefilledReminder(t *testing.T) {
	w := newWorld(t, "", postoffice.Options{})
	w.start(at(3, 24, 8, 0))
	w.deliver(letter("yongxiu@yongxiu.example.com", "永修县", 3, at(3, 24, 12, 0), "p1"), at(3, 24, 12, 1))
	w.until(at(4, 22, 12, 0))
	for to, want := range map[string]bool{"yongxiu@yongxiu.example.com": true, "xiushui@xiushui.example.com": false} {
		l := w.receipt(t, to)
		if !strings.Contains(l.Text, "可直接填写后发回") || len(l.Parts) != 1 || !strings.HasSuffix(l.Parts[0].Name, "县2021年4月份城建项目报表.xlsx") {
			t.Fatalf("%s was reminded so:\n%s\n%d files", to, l.Text, len(l.Parts))
		}
		book, err := sheet.Open("a", l.Parts[0].Data, sheet.Limits{}, nil)
		if err != nil || len(book.Grids) != 3 {
			t.Fatalf("the form: %v, %v", book, err)
		}
		if got := strings.Contains(fmt.Sprint(book.Grids[0]), "滨江路道路改造工程"); got != want {
			t.Errorf("%s: March's projects are in the form: %v", to, got)
		}
	}
}

// receipt is the last letter to an address.
func (w *world) receipt(t *testing.T, to string) (l *letterroom.Letter) {
	t.Helper()
	for _, s := range w.post.Sent() {
		if strings.Contains(string(s.Raw), "To: <"+to+">") {
			var err error
			if l, err = letterroom.Read(s.Raw, letterroom.Limits{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if l == nil {
		t.Fatalf("nothing was sent to %s: %q", to, w.sent(""))
	}
	return l
}

// withFiles spells a letter with files.
func withFiles(from, id string, sent time.Time, files ...string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: <%s>\nTo: <%s>\nSubject: 3\nDate: %s\nMessage-ID: <%s@example.com>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n", from, box, sent.Format(time.RFC1123Z), id)
	for i := 0; i < len(files); i += 2 {
		fmt.Fprintf(&b, "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename*=UTF-8''%s\nContent-Transfer-Encoding: base64\n\n%s\n", percent(files[i]), base64.StdEncoding.EncodeToString([]byte(files[i+1])))
	}
	return b.String() + "--b--\n"
}

func percent(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
