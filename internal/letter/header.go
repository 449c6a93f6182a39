package letter

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// readHeader reads what a letter says of itself.
func readHeader(fields []field) Header {
	h := Header{Subject: decodeWords(get(fields, "subject"))}
	h.From, h.FromName = sender(fields)
	if list := mailboxes(get(fields, "reply-to")); len(list) > 0 {
		h.ReplyTo = list[0].address
	}
	h.To, h.Cc = addresses(fields, "to"), addresses(fields, "cc")
	h.MessageID = identifier(get(fields, "message-id"))
	h.InReplyTo = identifier(get(fields, "in-reply-to"))
	for _, m := range angled.FindAllStringSubmatch(unfold(get(fields, "references")), 100) {
		h.References = append(h.References, strings.TrimSpace(m[1]))
	}
	h.Date = parseDate(get(fields, "date"))
	for _, f := range fields {
		switch f.name {
		case "received":
			if i := strings.LastIndexByte(f.value, ';'); i >= 0 && h.Received.IsZero() {
				h.Received = parseDate(f.value[i+1:])
			}
		case "authentication-results":
			h.AuthResults = append(h.AuthResults, unfold(f.value))
		}
	}
	if h.Received.IsZero() {
		h.Received = h.Date
	}
	return h
}

var (
	angled  = regexp.MustCompile(`<([^<>]*)>`)
	bare    = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~\-]+@[A-Za-z0-9.\-]*[A-Za-z0-9]`)
	quoted  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	word    = regexp.MustCompile(`=\?[^?\s]*\?[bBqQ]\?[^?<>]*\?=`) // an encoded word that has its end
	comment = regexp.MustCompile(`\([^()]*\)`)
)

type mailbox struct{ address, name string }

// mailboxes reads a list of addresses. What stands in quotes, in comments or
// in an encoded word is a name, whatever it looks like: an address in it does
// not count.
func mailboxes(v string) []mailbox {
	// Decoded before it is cut: the second byte of GBK may be a backslash.
	v = plainText([]byte(unfold(v)))
	clear := func(s string) string { return strings.Repeat(" ", len(s)) }
	cleared := word.ReplaceAllStringFunc(v, clear)
	cleared = quoted.ReplaceAllStringFunc(cleared, clear)
	cleared = comment.ReplaceAllStringFunc(cleared, clear)
	var out []mailbox
	add := func(address, name string) {
		address = strings.ToLower(strings.TrimSpace(address))
		name = decodeWords(strings.ReplaceAll(strings.Trim(name, `,;"' `), `\"`, `"`))
		if n := len(name); n > 2 && name[0] == '"' && name[n-1] == '"' { // QUIRK: quotes within the encoded word
			name = name[1 : n-1]
		}
		if i := strings.LastIndexByte(address, '@'); i > 0 && i < len(address)-1 && !strings.ContainsAny(address, " \t\"") && len(address) <= 320 && len(out) < 200 {
			out = append(out, mailbox{address, strings.TrimSpace(name)})
		}
	}
	end := 0
	for _, m := range angled.FindAllStringSubmatchIndex(cleared, 200) {
		add(cleared[m[2]:m[3]], v[end:m[0]])
		end = m[1]
	}
	if len(out) == 0 {
		for _, a := range bare.FindAllString(cleared, 200) {
			name := ""
			if c := comment.FindString(v); c != "" {
				name = c[1 : len(c)-1]
			}
			add(a, name)
		}
	}
	return out
}

// sender is the one who a letter is from. Where From names several, Sender
// decides among them; where it does not, nobody is named: an address decides
// whose tables these are, and is no thing to guess.
func sender(fields []field) (address, name string) {
	var list []mailbox
	for _, f := range fields {
		if f.name == "from" {
			list = append(list, mailboxes(f.value)...)
		}
	}
	by := mailboxes(get(fields, "sender"))
	if len(list) == 0 && len(by) > 0 {
		return by[0].address, by[0].name
	}
	for i, m := range list {
		if i > 0 && m.address != list[0].address {
			for _, m := range list {
				if len(by) > 0 && m.address == by[0].address {
					return m.address, m.name
				}
			}
			return "", list[0].name
		}
	}
	if len(list) == 0 {
		return "", decodeWords(get(fields, "from"))
	}
	return list[0].address, list[0].name
}

func addresses(fields []field, name string) []string {
	var out []string
	for _, m := range mailboxes(get(fields, name)) {
		out = append(out, m.address)
	}
	return out
}

// identifier is a Message-ID without its brackets.
func identifier(v string) string {
	v = unfold(v)
	if m := angled.FindStringSubmatch(v); m != nil {
		v = m[1]
	}
	return strings.Trim(strings.TrimSpace(v), "<>")
}

// dateForm is a date as RFC 5322 has it and as programs spell it: with or
// without the day of the week, seconds and zone, two digits for the year.
var (
	dateForm = regexp.MustCompile(`(\d{1,2})[ \-]+([A-Za-z]{3})[A-Za-z]*[ \-]+(\d{2,4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(.*)$`)
	isoForm  = regexp.MustCompile(`(\d{4})-(\d{2})-(\d{2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(.*)$`)
	offset   = regexp.MustCompile(`(?:^|[A-Z])([+\-])(\d{2}):?(\d{2})`)
)

// zones are the names that RFC 5322 knows. QUIRK: CST is China's, as Coremail
// means it, and so is no zone at all.
var zones = map[string]int{"": 8, "CST": 8, "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"HKT": 8, "SGT": 8, "JST": 9}

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// parseDate reads a date, the zero time where it is none.
func parseDate(s string) time.Time {
	s = strings.TrimSpace(comment.ReplaceAllString(unfold(s), " "))
	if len(s) > 200 {
		return time.Time{}
	}
	var month int
	m := dateForm.FindStringSubmatch(s)
	if m != nil {
		i := strings.Index(months, strings.ToLower(m[2]))
		if i < 0 || i%3 != 0 {
			return time.Time{}
		}
		month = i/3 + 1
		m[1], m[3] = m[3], m[1]
	} else if m = isoForm.FindStringSubmatch(s); m == nil {
		return time.Time{}
	} else {
		month, _ = strconv.Atoi(m[2])
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v } //nolint:errcheck // digits
	year := n(1)
	if len(m[1]) == 2 { // RFC 5322, 4.3
		if year += 1900; year < 1950 {
			year += 100
		}
	}
	zone, ok := readZone(m[7])
	t := time.Date(year, time.Month(month), n(3), n(4), n(5), n(6), 0, zone)
	if !ok || month < 1 || month > 12 || t.Day() != n(3) || t.Hour() != n(4) || n(5) > 59 || n(6) > 60 {
		return time.Time{}
	}
	return t
}

func readZone(s string) (*time.Location, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if m := offset.FindStringSubmatch(s); m != nil {
		h, _ := strconv.Atoi(m[2])
		min, _ := strconv.Atoi(m[3])
		seconds := h*3600 + min*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone("", seconds), h <= 14 && min <= 59
	}
	name, _, _ := strings.Cut(s, " ")
	hours, ok := zones[name]
	return time.FixedZone("", hours*3600), ok
}
