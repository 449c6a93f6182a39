package office

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"tongbao/internal/store"
)

// identify gives a letter its id and the hash that all its copies share. Two
// copies of a letter differ in what servers write on top of it (Received,
// Return-Path, X-…), so the hash is of what the sender wrote: Message-ID,
// From, Date, Subject and the body. The id begins with the day of arrival in
// zone, so that letters sort and lie in the directory of their month.
func identify(a store.Arrival, raw []byte, zone *time.Location) (id, content string) {
	h := sha256.New()
	if a.Via == "import" && !strings.HasSuffix(strings.ToLower(a.Name), ".eml") {
		// A loose file counts for whom the operator says, so that belongs to what it is.
		h.Write([]byte(a.Name + "\x00" + a.Submitter + "\x00" + a.Period.String() + "\x00"))
		h.Write(raw)
	} else {
		header, body := splitHeader(raw)
		for _, name := range []string{"message-id", "from", "date", "subject"} {
			h.Write([]byte(name + ":" + headerField(header, name) + "\n"))
		}
		h.Write([]byte(a.Submitter + "\x00" + a.Period.String() + "\x00"))
		h.Write(body)
	}
	content = hex.EncodeToString(h.Sum(nil))
	return a.Arrived.In(zone).Format("20060102") + "-" + content[:12], content
}

// splitHeader cuts a letter at its first blank line. It judges nothing: what
// is no letter is all header.
func splitHeader(raw []byte) (header, body []byte) {
	for _, sep := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(sep)); i >= 0 && (len(header) == 0 || i < len(header)) {
			header, body = raw[:i], raw[i+len(sep):]
		}
	}
	if header == nil {
		return raw, nil
	}
	return header, body
}

// headerField is the first field of the name, unfolded, raw.
func headerField(header []byte, name string) string {
	var value strings.Builder
	found := false
	for line := range strings.Lines(string(header)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if found {
				value.WriteString(" " + strings.TrimSpace(line))
			}
			continue
		}
		if found {
			break
		}
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(k), name) {
			found = true
			value.WriteString(strings.TrimSpace(v))
		}
	}
	return value.String()
}
