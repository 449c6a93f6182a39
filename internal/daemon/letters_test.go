package daemon_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"net/mail"
	"testing"
	"time"

	letterroom "tongbao/internal/letter"
)

// letter spells a county's letter with its three tables pasted as csv files.
func letter(from, name string, month int, sent time.Time, id string) string {
	return letterOf(2021, from, name, month, sent, id)
}

// letterOf is one of any year.
func letterOf(year int, from, name string, month int, sent time.Time, id string) string {
	progress := fmt.Sprintf("%s%[5]d年城建项目进度表（%[2]d月）,,,,\n单位：万元,,,,\n序号,项目名称,总投资,%[5]d年计划投资,%[3]d月完成投资,1-%[4]d月累计完成投资\n1,滨江路道路改造工程,12000,5000,300,900\n2,老城区雨污分流工程,8000,4000,200,500\n", name, month, month, month, year)
	issues := fmt.Sprintf("%s城建项目问题台账（%[3]d年%[2]d月）,,,,\n序号,项目名称,存在问题,责任单位,整改措施,整改时限\n1,滨江路道路改造工程,征地拆迁尚余3户,县住建局,专人跟踪,%[3]d年6月\n", name, month, year)
	lagging := fmt.Sprintf("%s进度滞后的项目清单（%[3]d年%[2]d月）,,,,\n序号,项目名称,责任单位,滞后原因,整改措施\n1,老城区雨污分流工程,县城管局,资金未到位,加快拨付\n", name, month, year)
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: <%s>\nTo: <%s>\nSubject: %s\nDate: %s\nMessage-ID: <%s@example.com>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n",
		from, box, mime.BEncoding.Encode("utf-8", fmt.Sprintf("%s%d月城建报表", name, month)), sent.Format(time.RFC1123Z), id)
	for i, text := range []string{progress, issues, lagging} {
		fmt.Fprintf(&b, "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"%d.csv\"\nContent-Transfer-Encoding: base64\n\n%s\n",
			i+1, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	b.WriteString("--b--\n")
	return b.String()
}

func subject(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return m.Header.Get("Subject")
	}
	return s
}

func messageID(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return m.Header.Get("Message-Id")
}

// textOf is the plain text of a letter out.
func textOf(t *testing.T, raw []byte) string {
	t.Helper()
	l, err := letterroom.Read(raw, letterroom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return l.Text
}
