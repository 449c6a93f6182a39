package clerk

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var (
	headerField = regexp.MustCompile(`(?im)^(?:From|To|Subject|Date|Message-ID|MIME-Version|Received|Return-Path|Content-Type|Reply-To|Sender|X-[A-Za-z\-]+)[ \t]*:`)
	fieldFirst  = regexp.MustCompile(`^(?:From [^\r\n]*\r?\n)?[A-Za-z][A-Za-z0-9\-]*[ \t]*:`)
)

// isLetter reports whether a file is a letter: by its name where its bytes do
// not say that it is something else, and by a header of several fields.
func isLetter(name string, raw []byte) bool {
	for _, magic := range []string{"PK\x03\x04", "\xd0\xcf\x11\xe0", "Rar!", "7z\xbc\xaf", "%PDF", "\x89PNG", "\xff\xd8\xff", "\x78\x9f\x3e\x22"} {
		if bytes.HasPrefix(raw, []byte(magic)) {
			return false
		}
	}
	if strings.EqualFold(path.Ext(name), ".eml") {
		return len(raw) > 0
	}
	head := bytes.TrimLeft(raw[:min(len(raw), 8<<10)], "\r\n")
	if i := bytes.Index(head, []byte("\n\n")); i >= 0 {
		head = head[:i]
	}
	if i := bytes.Index(head, []byte("\r\n\r\n")); i >= 0 {
		head = head[:i]
	}
	return fieldFirst.Match(head) && len(headerField.FindAllIndex(head, 3)) == 3
}

// isOutlook reports whether a file is a letter as Outlook keeps it (.msg): an
// OLE file with property streams.
func isOutlook(data []byte) bool {
	name := []byte("_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x001\x00.\x000\x00_\x00")
	return bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) && bytes.Contains(data, name)
}
