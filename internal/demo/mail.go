package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"time"
)

// file is an attachment.
type file struct {
	name string
	data []byte
}

// mail is a letter of the story, as a clerk's mail program writes it.
type mail struct {
	from, subject, text, html string
	header                    string // further header lines
	files                     []file
}

// raw spells the letter at its time of sending.
func (m mail) raw(at time.Time, n int) []byte {
	var b bytes.Buffer
	domain := m.from[strings.Index(m.from, "@")+1:]
	fmt.Fprintf(&b, "Received: from %s (unknown [192.0.2.7]) by mx.tongbao.example.com; %s\r\n", domain, at.Format(time.RFC1123Z))
	fmt.Fprintf(&b, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <demo-%04d@%s>\r\n%sMIME-Version: 1.0\r\n",
		m.from, boxAddress, mime.BEncoding.Encode("utf-8", m.subject), at.Format(time.RFC1123Z), n, domain, m.header)
	boundary := fmt.Sprintf("----=_demo_%04d", n)
	fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", boundary)
	part := func(header string, data []byte) {
		fmt.Fprintf(&b, "--%s\r\n%s\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary, header)
		s := base64.StdEncoding.EncodeToString(data)
		for len(s) > 76 {
			b.WriteString(s[:76] + "\r\n")
			s = s[76:]
		}
		b.WriteString(s + "\r\n")
	}
	if m.html != "" {
		part("Content-Type: text/html; charset=utf-8", []byte(m.html))
	} else {
		part("Content-Type: text/plain; charset=utf-8", []byte(m.text))
	}
	for _, f := range m.files {
		name := mime.BEncoding.Encode("utf-8", f.name)
		part(fmt.Sprintf("Content-Type: application/octet-stream; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"", name, name), f.data)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes()
}
