package daemon_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tongbao/internal/postoffice"
	"tongbao/internal/reporting"
)

// talkative is a county's letter with its telephone number, as people write
// such, wherever there is room for a text.
func talkative(from, name, number string, month int, sent time.Time, id string) string {
	plain, spaced, dashed := number, number[:3]+" "+number[3:7]+" "+number[7:], number[:3]+"-"+number[3:7]+"-"+number[7:]
	progress := fmt.Sprintf("%s2021年城建项目进度表（%d月）,,,,,,,,,,,,\n单位：万元,,,,,,,,,,,,\n序号,项目名称,建设内容,总投资,2021年计划投资,%d月完成投资,1-%d月累计完成投资,形象进度,计划开工时间,是否开工,责任单位,责任领导,联系电话,备注\n"+
		"1,滨江路道路改造工程,全长2公里 %s,12000,5000,300,900,路基完成（联系人%s）,2021-04,否,县住建局+86 %s,李四%s,%s,%s\n2,老城区雨污分流工程%s,管网,8000,4000,20,50,开挖,2021-03,是,县城管局,王五,%s,\n",
		name, month, month, month, plain, spaced, plain, dashed, plain, plain, plain, plain)
	issues := fmt.Sprintf("%s城建项目问题台账（2021年%d月）,,,,,,,,,\n序号,项目名称,存在问题,责任单位,责任人,联系电话,整改措施,整改时限,进展情况,备注\n1,滨江路道路改造工程,征地拆迁尚余3户，找%s,县住建局,张三%s,%s,专人跟踪 %s,2021年3月,已约谈（%s）,%s\n",
		name, month, plain, plain, plain, spaced, dashed, plain)
	lagging := fmt.Sprintf("%s进度滞后的项目清单（2021年%d月）,,,,,,,\n序号,项目名称,责任单位,滞后原因,整改措施,责任人,联系电话,备注\n1,老城区雨污分流工程%s,县城管局%s,资金未到位请电%s,加快拨付%s,赵六%s,%s,%s\n",
		name, month, plain, plain, spaced, plain, plain, plain, plain)
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: <%s>\nTo: <%s>\nSubject: %s\nDate: %s\nMessage-ID: <%s@example.com>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n",
		from, box, mime.BEncoding.Encode("utf-8", fmt.Sprintf("%s%d月城建报表", name, month)), sent.Format(time.RFC1123Z), id)
	for i, text := range []string{progress, issues, lagging} {
		fmt.Fprintf(&b, "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"%d.csv\"\nContent-Transfer-Encoding: base64\n\n%s\n", i+1, wrapped(base64.StdEncoding.EncodeToString([]byte(text))))
	}
	b.WriteString("--b--\n")
	return b.String()
}

// spelledOut is all that a reader of a letter finds in it: its texts, and the
// texts in its workbooks, documents and archives.
func spelledOut(t *testing.T, raw []byte) string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return subject(raw) + "\n" + ofPart(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func ofPart(t *testing.T, kind, encoding string, r io.Reader) string {
	t.Helper()
	switch strings.ToLower(encoding) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	media, params, _ := mime.ParseMediaType(kind)
	if !strings.HasPrefix(media, "multipart/") {
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return unpacked(t, data)
	}
	var out strings.Builder
	for parts := multipart.NewReader(r, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(ofPart(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p))
	}
}

func unpacked(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if !bytes.HasPrefix(data, []byte("PK")) || err != nil {
		return string(data) + "\n"
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		inner, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(f.Name + "\n" + unpacked(t, inner))
	}
	return out.String()
}

var notDigits = regexp.MustCompile(`<[^>]*>|[ \-]`)

// TestPhonesStay lives through a quarter with telephone numbers in every text
// that counties send, and reads all that goes out: a county's numbers go to
// itself, and where it asks something to the office, and to nobody else.
func TestPhonesStay(t *testing.T) {
	if testing.Short() {
		t.Skip("two months of letters under the race detector take half a minute; the plain run reads them")
	}
	const xiushui, yongxiu = "13900001001", "13900002002"
	whose := map[string]string{"xiushui@xiushui.example.com": xiushui, "yongxiu@yongxiu.example.com": yongxiu}
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprintf("strip_phone %v", !keep), func(t *testing.T) {
			w := newWorld(t, fmt.Sprintf(`
privacy: {strip_phone: %v}
reminders:
  steps:
    - {name: remind, workdays: -3, time: "09:00", kind: reminder, copies: [deputy@city.example.com]}
    - {name: chase, workdays: 1, time: "09:00", kind: chaser, letter: true, superior: true}
submitters:
  - {name: 修水县, addresses: [xiushui@xiushui.example.com], copies: [leader@xiushui.example.com]}
  - {name: 永修县, addresses: [yongxiu@yongxiu.example.com], copies: [leader@yongxiu.example.com]}
  - {name: 都昌县, addresses: [duchang@duchang.example.com]}
bulletins:
  - {name: monthly, schedule: "0 9 1 * *", recipients: [office@tongbao.example.com, mayor@city.example.com], release: automatic}
  - {name: 季度排位, kind: quarter-ranking, recipients: [office@tongbao.example.com], release: automatic}
  - {name: 季度分析, kind: quarter-analysis, recipients: [office@tongbao.example.com], release: automatic}
`, !keep), postoffice.Options{})
			w.start(at(3, 1, 8, 0))
			w.deliver(talkative("xiushui@xiushui.example.com", "修水县", xiushui, 3, at(3, 24, 10, 0), "p1"), at(3, 24, 10, 0))
			w.deliver(talkative("yongxiu@yongxiu.example.com", "永修县", yongxiu, 3, at(3, 24, 11, 0), "p2"), at(3, 24, 11, 0))
			question := strings.Replace(letter("xiushui@xiushui.example.com", "修水县", 3, at(3, 24, 12, 0), "p3"), "multipart/mixed; boundary=\"b\"", "text/plain; charset=utf-8", 1)
			question, _, _ = strings.Cut(question, "\n\n")
			w.deliver(strings.Replace(question, "\nSubject:", "\nX-Subject:", 1)+"\nSubject: =?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte("请示"))+"?=\n\n请问滞后清单是否包括续建项目？请回电"+xiushui+"。\n", at(3, 24, 12, 0))
			w.until(at(4, 7, 12, 0)) // the bulletins of March and of the quarter
			late := talkative("xiushui@xiushui.example.com", "修水县", xiushui, 3, at(4, 8, 10, 0), "p4")
			w.deliver(strings.ReplaceAll(late, "5000,300,900", "5000,400,1000"), at(4, 8, 10, 0))
			w.until(at(4, 27, 12, 0)) // April's reminders with the workbooks, and chasers

			kinds := map[string]int{}
			for _, l := range w.post.Sent() {
				text := notDigits.ReplaceAllString(spelledOut(t, l.Raw), "")
				s := subject(l.Raw)
				for from, number := range whose {
					has := strings.Contains(text, number)
					passed := l.To == "office@tongbao.example.com" && strings.Contains(s, "请示")
					public := strings.Contains(s, "通报") || strings.Contains(s, "季度")
					switch {
					case has && l.To == from && !public:
						kinds["own"]++
					case has && passed:
						kinds["passed"]++
					case has && keep:
						kinds["kept"]++
					case has:
						t.Errorf("%s gets %s's number in %q", l.To, from, s)
					case public:
						kinds["stripped"]++
					case l.To == "deputy@city.example.com" && strings.Contains(text, "滨江路"):
						kinds["copy"]++
					}
				}
				if dir := os.Getenv("TONGBAO_KEEP"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%v-%d.eml", keep, len(kinds))), l.Raw, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			b, err := w.house.Office.Compute(reporting.Period{Year: 2021, Month: 3}, w.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			orders, err := w.house.Office.Orders(b)
			if err != nil || len(orders) < 3 {
				t.Errorf("%d orders: %v", len(orders), err)
			}
			for name, data := range orders {
				text := notDigits.ReplaceAllString(unpacked(t, data), "")
				switch has := strings.Contains(text, xiushui) || strings.Contains(text, yongxiu); {
				case has && keep:
					kinds["in orders"]++
				case has:
					t.Errorf("%s has a number", name)
				}
			}
			t.Logf("%d orders, %d letters out: %v", len(orders), len(w.post.Sent()), kinds)
			if keep != (kinds["in orders"] > 0) || kinds["own"] == 0 || kinds["passed"] == 0 || keep != (kinds["kept"] > 0) || !keep && (kinds["stripped"] < 8 || kinds["copy"] == 0) {
				t.Errorf("%v", kinds)
			}
		})
	}
}
