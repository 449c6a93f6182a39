package letter

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// reader walks the parts of one letter.
type reader struct {
	l          *Letter
	lim        Limits
	parts      int
	full       bool // said that there are too many parts
	text, html strings.Builder
	elsewhere  []Link // files that a part only names
}

// place is where a part stands.
type place struct {
	depth int
	cut   bool   // its end is not marked: the letter may have been cut there
	kind  string // its type where it names none
}

func (r *reader) problem(code, detail string) {
	r.l.Problems = append(r.l.Problems, Problem{code, detail})
}

// room counts a part and says whether it may still be read.
func (r *reader) room(p place) bool {
	if r.parts++; r.parts <= r.lim.Parts && p.depth <= r.lim.Depth {
		return true
	}
	if !r.full {
		r.full = true
		r.problem("too-many-parts", fmt.Sprintf("depth %d, parts %d", p.depth, r.parts))
	}
	return false
}

// part reads one part and what is in it.
func (r *reader) part(fields []field, body []byte, at place) {
	if !r.room(at) {
		return
	}
	ct := parseParams(get(fields, "content-type"))
	if !strings.Contains(ct.kind, "/") {
		ct.kind = "text/plain"
		if at.kind != "" {
			ct.kind = at.kind
		}
	}
	switch {
	case sealed(ct):
		r.problem("sealed", ct.kind)
		return
	case strings.HasPrefix(ct.kind, "multipart/"):
		boundary := "--" + strings.TrimRight(ct.raw["boundary"], " \t")
		if enc := get(fields, "content-transfer-encoding"); enc != "" && !bytes.Contains(body, []byte(boundary)) {
			body, _ = decodeTransfer(enc, body, false) // QUIRK: programs that encode a multipart as a whole
		}
		r.multipart(ct, body, at)
		return
	}
	cd := parseParams(get(fields, "content-disposition"))
	name := cd.fileName("filename")
	if name == "" {
		name = ct.fileName("name")
	}
	if name == "" { // QUIRK: programs that mix the two parameters up
		if name = cd.fileName("name"); name == "" {
			name = ct.fileName("filename")
		}
	}
	attached := name != "" || cd.kind == "attachment"
	data, state := decodeTransfer(get(fields, "content-transfer-encoding"), body, attached)
	p := Part{Name: name, Type: ct.kind, Data: data, Truncated: state == broken || at.cut && state != ended && !ct.ends(data)}
	switch {
	case ct.kind == "message/rfc822" || ct.kind == "message/global":
		p.Letter = true
		if p.Name == "" {
			p.Name = "转发的邮件.eml"
		}
		r.l.Parts = append(r.l.Parts, p)
	case ct.kind == "message/partial":
		r.problem("partial", ct.raw["number"]+"/"+ct.raw["total"])
		return
	case ct.kind == "message/external-body":
		r.external(ct, name)
		return
	case !attached && ct.kind == "text/html":
		addText(&r.html, decodeText(data, ct.raw["charset"]))
	case !attached && ct.kind == "text/plain":
		r.plain(ct, data, at)
	case !attached && (ct.kind == "text/enriched" || ct.kind == "text/richtext" || ct.kind == "text/x-amp-html"):
		return // another spelling of the text
	case ct.kind == "application/applefile":
		return // what a Mac keeps beside the file that follows
	default:
		p.Inline = strings.HasPrefix(ct.kind, "image/") && cd.kind != "attachment" && (cd.kind == "inline" || get(fields, "content-id") != "")
		r.l.Parts = append(r.l.Parts, p)
	}
	if p.Truncated {
		r.problem("truncated", name)
	}
}

func addText(b *strings.Builder, s string) {
	if b.Len() > 0 && s != "" {
		b.WriteString("\n")
	}
	b.WriteString(s)
}

// boundaryLine is a line that looks like a boundary and has a header behind it.
var boundaryLine = regexp.MustCompile(`(?m)^--(\S[^\r\n]{0,99}?)[ \t]*\r?\n(?i:content-|mime-)`)

// multipart cuts a body at its boundary.
func (r *reader) multipart(ct params, body []byte, at place) {
	boundary := strings.TrimRight(ct.raw["boundary"], " \t")
	if boundary == "" || !bytes.Contains(body, []byte("--"+boundary)) {
		// QUIRK: programs that name no boundary, or another than they use.
		m := boundaryLine.FindSubmatch(body)
		if m == nil {
			r.problem("no-boundary", boundary)
			addText(&r.text, decodeText(body, ""))
			return
		}
		boundary = string(m[1])
	}
	inside := place{depth: at.depth + 1}
	if ct.kind == "multipart/digest" {
		inside.kind = "message/rfc822"
	}
	_, rest, last, closed := nextPart(body, boundary) // what stands before the first boundary is for nobody
	if last && !closed {
		r.problem("no-boundary", boundary)
		return
	}
	for !last && !r.full {
		var part []byte
		part, rest, last, closed = nextPart(rest, boundary)
		// An inner multipart that is not closed ends where its outer one goes on.
		inside.cut = last && !closed && (at.cut || at.depth == 0)
		fields, content := splitFields(part)
		r.part(fields, content, inside)
	}
}

// nextPart cuts the next part at a boundary. Last says that none follows,
// closed that the closing boundary said so.
func nextPart(body []byte, boundary string) (part, rest []byte, last, closed bool) {
	mark := []byte("--" + boundary)
	for at := 0; ; {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			return body, nil, true, false
		}
		start := at + i
		at = start + len(mark)
		if start > 0 && body[start-1] != '\n' {
			continue
		}
		line, after := cutLine(body[at:])
		tail := bytes.TrimSpace(line)
		if len(tail) != 0 && !bytes.Equal(tail, []byte("--")) {
			continue
		}
		part = bytes.TrimSuffix(bytes.TrimSuffix(body[:start], []byte("\n")), []byte("\r"))
		return part, after, len(tail) == 2, len(tail) == 2
	}
}
