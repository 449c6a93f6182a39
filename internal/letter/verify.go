package letter

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"
)

// Verdict says whether a letter comes from whom it names.
type Verdict string

// The verdicts.
const (
	Proved   Verdict = "pass" // the sender's domain vouches for it
	Forged   Verdict = "fail" // it looks forged: somebody else's, or altered on the way
	Unproved Verdict = "none" // nobody says anything of it, or it could not be asked for
)

// Proof is what is known of a letter's sender.
type Proof struct {
	Verdict Verdict
	From    string // the address that it is about, in lower case, "" where there is not exactly one
	By      string // who says so: the provider's name, or "dkim"
	Why     string // in the words of the standards: "dkim=pass header.d=example.com"
}

// Verifier finds out whether letters come from whom they name. The zero value
// believes nobody and asks nobody.
type Verifier struct {
	// Authserv are the names under which one's own provider adds
	// Authentication-Results (RFC 8601). Only the letter's topmost such field
	// counts, and only under one of these names: anybody can write those below.
	Authserv []string
	// LookupTXT asks the DNS for a DKIM key; nil asks nobody.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	Timeout   time.Duration // of all look-ups for a letter; 10 s
}

const (
	// longestHeader bounds what DKIM is tried on: its reading of folded lines
	// takes quadratic time.
	longestHeader = 64 << 10
	maxSignatures = 5
	maxResults    = 50
)

// Verify judges a letter by what the own provider says of it, else by its DKIM
// signatures. It never fails: what cannot be found out is Unproved.
func (v *Verifier) Verify(ctx context.Context, raw []byte) (p Proof) {
	p.Verdict = Unproved
	defer func() {
		if r := recover(); r != nil { // a stranger's letter must not end the daemon
			p = Proof{Verdict: Unproved, From: p.From, Why: fmt.Sprint("panic: ", r)}
		}
	}()
	raw = trimFront(raw)
	fields, _ := splitFields(raw)
	from, ok := onlyFrom(fields, raw)
	if p.From = from; !ok {
		p.Why = "the letter has not exactly one plain From"
		return p
	}
	if said, ok := v.provider(fields, from); ok && said.Verdict != Unproved {
		return said
	}
	if v.LookupTXT != nil {
		return v.signatures(ctx, raw, from)
	}
	return p
}

// SenderOf is the address that a letter names as its sender, in lower case, "" where
// there is none or several contradict. Only the header is read.
func SenderOf(raw []byte) string {
	fields, _ := splitFields(trimFront(raw))
	address, _ := sender(fields)
	return address
}

// onlyFrom is the sender where every reader sees the same one. A letter that
// shows one From to a lenient reader and another to a strict one could borrow
// the signature of any other user of the same provider.
func onlyFrom(fields []field, raw []byte) (string, bool) {
	var lenient, strict []string
	for _, f := range fields {
		if f.name == "from" {
			lenient = append(lenient, strings.TrimSpace(unfold(f.value)))
		}
	}
	address, _ := sender(fields)
	for _, f := range strictFields(raw) {
		if name, value, _ := strings.Cut(f, ":"); strings.EqualFold(strings.TrimSpace(name), "from") {
			strict = append(strict, strings.TrimSpace(unfold(value)))
		}
	}
	if len(lenient) != 1 || !slices.Equal(lenient, strict) || len(mailboxes(lenient[0])) != 1 {
		return address, false
	}
	return address, address != ""
}

// strictFields are the header's fields as RFC 5322 and DKIM cut them.
func strictFields(raw []byte) []string {
	var out []string
	for len(raw) > 0 && len(out) <= maxFields {
		line, rest := cutLine(raw)
		if len(line) == 0 {
			break
		}
		if !folded(line) || len(out) == 0 {
			whole := raw[:len(raw)-len(rest)]
			for {
				next, after := cutLine(rest)
				if !folded(next) {
					break
				}
				whole, rest = raw[:len(raw)-len(after)], after
			}
			out = append(out, string(whole))
		}
		raw = rest
	}
	return out
}

// provider reads what the own provider says.
func (v *Verifier) provider(fields []field, from string) (Proof, bool) {
	value := get(fields, "authentication-results")
	if len(v.Authserv) == 0 || value == "" {
		return Proof{}, false
	}
	name, results, err := authres.Parse(spoken(unfold(value)))
	if err != nil && len(results) == 0 || len(results) > maxResults ||
		!slices.ContainsFunc(v.Authserv, func(own string) bool { return strings.EqualFold(own, name) }) {
		return Proof{}, false
	}
	p := Proof{Verdict: Unproved, From: from, By: strings.ToLower(name)}
	for _, r := range results {
		verdict, why := said(r, from)
		if verdict == Proved {
			p.Verdict, p.Why = Proved, why
			return p, true
		}
		if verdict == Forged && p.Verdict == Unproved {
			p.Verdict, p.Why = Forged, why
		}
	}
	return p, true
}

// spoken takes comments and quoted strings out of a field's value: both may
// hold what the letter's sender chose, and authres takes it for results.
func spoken(s string) string {
	var out strings.Builder
	depth, within := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (depth > 0 || within):
			i++
		case within:
			within = c != '"'
		case c == '"' && depth == 0:
			within = true
			out.WriteByte('_')
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// said is what one result means for the sender: a pass proves it only where it
// is about the sender's own domain, and a pass for another domain alone is how
// a forger's letter looks who has a domain of his own.
func said(r authres.Result, from string) (Verdict, string) {
	method, value, about := "", authres.ResultValue(""), ""
	switch r := r.(type) {
	case *authres.DKIMResult:
		method, value, about = "dkim", r.Value, cmp.Or(r.Domain, afterAt(r.Identifier))
	case *authres.SPFResult:
		method, value, about = "spf", r.Value, cmp.Or(r.From, r.Helo)
		if strings.Contains(about, "@") && !strings.EqualFold(about, from) && covers(afterAt(about), from) {
			about = "" // another user of the same domain says nothing of this one
		}
	case *authres.DMARCResult:
		method, value, about = "dmarc", r.Value, r.From
	default:
		return Unproved, ""
	}
	why := strings.TrimSpace(fmt.Sprintf("%s=%s %s", method, value, about))
	switch value {
	case authres.ResultPass:
		if about == "" {
			return Unproved, why
		}
		if covers(afterAt(about), from) {
			return Proved, why
		}
		return Forged, why
	case authres.ResultFail, authres.ResultHardFail, authres.ResultSoftFail:
		return Forged, why
	}
	return Unproved, why
}

// afterAt is the domain of an address, or the domain itself.
func afterAt(s string) string { return s[strings.LastIndexByte(s, '@')+1:] }

// covers reports whether a domain may speak for an address: it is the
// address's own, or one above it.
func covers(domain, address string) bool {
	domain, own := strings.ToLower(strings.Trim(domain, ".<>")), strings.ToLower(afterAt(address))
	return domain != "" && (domain == own || strings.Contains(domain, ".") && strings.HasSuffix(own, "."+domain))
}

// signatures judges by DKIM (RFC 6376). A signature that could not be asked
// about, or is another domain's – a mailing list's – says nothing; the
// sender's own that does not fit says that the letter was altered.
func (v *Verifier) signatures(ctx context.Context, raw []byte, from string) Proof {
	p := Proof{Verdict: Unproved, From: from, By: "dkim"}
	// A letter in a file may have LF alone, which DKIM does not know.
	raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	if end := bytes.Index(raw, []byte("\r\n\r\n")); end < 0 || end > longestHeader {
		p.Why = "the header is too long"
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(v.Timeout, 10*time.Second))
	defer cancel()
	checks, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{MaxVerifications: maxSignatures,
		LookupTXT: func(name string) ([]string, error) { return v.LookupTXT(ctx, name) }})
	if err != nil && len(checks) == 0 {
		p.Why = "dkim: " + err.Error()
		return p
	}
	for _, c := range checks {
		own := covers(c.Domain, from)
		switch {
		case c.Err == nil && own:
			return Proof{Verdict: Proved, From: from, By: "dkim", Why: "dkim=pass header.d=" + c.Domain}
		case own && !dkim.IsTempFail(c.Err) && !dkim.IsPermFail(c.Err):
			p.Verdict, p.Why = Forged, "dkim=fail header.d="+c.Domain+" "+c.Err.Error()
		case p.Why == "" && c.Err != nil:
			p.Why = "dkim=none header.d=" + c.Domain + " " + c.Err.Error()
		}
	}
	return p
}
