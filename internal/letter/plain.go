package letter

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
)

// sealed reports whether a part can be read with a key or a certificate only:
// S/MIME that is enveloped or signed as a whole, PGP. A signature beside the
// text (multipart/signed) is none of it.
func sealed(ct params) bool {
	switch ct.kind {
	case "multipart/encrypted":
		return true
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return strings.ToLower(ct.raw["smime-type"]) != "certs-only"
	}
	return false
}

// pgpText begins an encrypted text; what is only signed can be read.
var pgpText = []byte("-----BEGIN PGP MESSAGE-----")

// external names a file that lies elsewhere (RFC 2017, RFC 4483).
func (r *reader) external(ct params, name string) {
	service := ct.raw["site"]
	if u, err := url.Parse(ct.raw["url"]); err == nil && u.Hostname() != "" {
		service = u.Hostname()
	}
	if service == "" {
		service = ct.raw["access-type"]
	}
	if len(r.elsewhere) < maxLinks {
		r.elsewhere = append(r.elsewhere, Link{Name: name, Service: service})
	}
}

// plain reads a text, and the files that are in it as uuencode.
func (r *reader) plain(ct params, data []byte, at place) {
	if bytes.HasPrefix(bytes.TrimSpace(data), pgpText) {
		r.problem("sealed", "PGP")
		return
	}
	data, files := splitUU(data)
	for _, f := range files {
		if !r.room(at) {
			break
		}
		r.l.Parts = append(r.l.Parts, f)
		if f.Truncated {
			r.problem("truncated", f.Name)
		}
	}
	text := decodeText(data, ct.raw["charset"])
	if strings.EqualFold(ct.raw["format"], "flowed") {
		text = unflow(text, strings.EqualFold(ct.raw["delsp"], "yes"))
	}
	addText(&r.text, text)
}

// unflow joins the lines of format=flowed (RFC 3676): one that ends in a space
// goes on in the next. Quoted lines stay as they are.
func unflow(s string, delete bool) string {
	var out strings.Builder
	flowing := false
	for line := range strings.Lines(s) {
		text := strings.TrimRight(line, "\r\n")
		end := line[len(text):]
		if strings.HasPrefix(text, ">") || text == "-- " {
			if flowing {
				out.WriteString("\n")
			}
			out.WriteString(line)
			flowing = false
			continue
		}
		text = strings.TrimPrefix(text, " ")
		if flowing = strings.HasSuffix(text, " "); flowing {
			end = ""
			if delete {
				text = text[:len(text)-1]
			}
		}
		out.WriteString(text + end)
	}
	return out.String()
}

var uuBegin = regexp.MustCompile(`(?m)^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n`)

// splitUU takes the files out of a text that stand there as uuencode. QUIRK:
// scanners and old business systems that know no MIME.
func splitUU(data []byte) (text []byte, files []Part) {
	for len(files) < maxUU {
		m := uuBegin.FindSubmatchIndex(data)
		if m == nil {
			break
		}
		first, _ := cutLine(data[m[1]:])
		if !uuLine(first) {
			text = append(text, data[:m[1]]...)
			data = data[m[1]:]
			continue
		}
		name := params{raw: map[string]string{"name": plainText(bytes.TrimSpace(data[m[2]:m[3]]))}}.fileName("name")
		text = append(text, data[:m[0]]...)
		content, st := decodeUU(data[m[0]:])
		files = append(files, Part{Name: name, Type: "application/octet-stream", Data: content, Truncated: st == broken})
		data = afterUU(data[m[1]:])
	}
	return append(text, data...), files
}

// maxUU is how many files one text may hold.
const maxUU = 50

// uuLine reports whether a line is as long as its first letter says.
func uuLine(line []byte) bool {
	if len(line) < 2 || line[0] <= ' ' || line[0] > 'M' {
		return false
	}
	n := (int(line[0]-' ')+2)/3*4 + 1
	return len(line) >= n-2 && len(line) <= n+2
}

// afterUU is what stands behind a file's end, nothing where it has none.
func afterUU(data []byte) []byte {
	for len(data) > 0 {
		var line []byte
		if line, data = cutLine(data); bytes.Equal(bytes.TrimSpace(line), []byte("end")) {
			return data
		}
	}
	return nil
}
