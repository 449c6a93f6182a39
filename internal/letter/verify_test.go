package letter

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

const plainLetter = "From: =?utf-8?B?5L+u5rC0?= <xs@county.example>\r\nTo: office@example.com\r\nSubject: 3\r\nDate: Wed, 24 Mar 2021 10:00:00 +0800\r\n\r\nsee attachment\r\n"

// TestVerifyProvider holds the own provider's word, and nobody else's, for what it is.
func TestVerifyProvider(t *testing.T) {
	v := &Verifier{Authserv: []string{"mx.example.com"}}
	ar := func(s string) string { return "Authentication-Results: " + s + "\r\n" }
	for _, c := range []struct {
		name, head string
		want       Verdict
	}{
		{"nobody says anything", "", Unproved},
		{"dkim of the domain", ar("mx.example.com; dkim=pass header.d=county.example"), Proved},
		{"dkim by identity", ar("MX.example.com 1; dkim=pass header.i=@county.example"), Proved},
		{"spf of the sender", ar("mx.example.com; spf=pass smtp.mailfrom=xs@county.example"), Proved},
		{"dmarc", ar("mx.example.com; dmarc=pass (p=NONE) header.from=county.example"), Proved},
		{"folded", ar("mx.example.com;\r\n\tdkim=none;\r\n\tspf=pass smtp.mailfrom=county.example"), Proved},
		{"a domain above", ar("mx.example.com; dkim=pass header.d=example"), Forged},
		{"another domain", ar("mx.example.com; spf=pass smtp.mailfrom=x@evil.example"), Forged},
		{"a domain that ends alike", ar("mx.example.com; dkim=pass header.d=y.example"), Forged},
		{"another user of the domain", ar("mx.example.com; spf=pass smtp.mailfrom=evil@county.example"), Unproved},
		{"failures", ar("mx.example.com; dkim=fail header.d=county.example; spf=softfail smtp.mailfrom=xs@county.example"), Forged},
		{"one pass is enough", ar("mx.example.com; spf=fail smtp.mailfrom=list.example; dkim=pass header.d=county.example"), Proved},
		{"nothing certain", ar("mx.example.com; dkim=temperror; spf=neutral smtp.mailfrom=county.example"), Unproved},
		{"a stranger's word", ar("mx.evil.example; dkim=pass header.d=county.example"), Unproved},
		{"ours below a stranger's", ar("mx.evil.example; dkim=none") + ar("mx.example.com; dkim=pass header.d=county.example"), Unproved},
		{"a forged one below ours", ar("mx.example.com; dkim=fail header.d=county.example") + ar("mx.example.com; dkim=pass header.d=county.example"), Forged},
		{"in a comment", ar("mx.example.com; spf=pass (of a; dkim=pass header.d=county.example ) smtp.mailfrom=x@evil.example"), Forged},
		{"in quotes", ar(`mx.example.com; spf=pass smtp.mailfrom="a; dkim=pass header.d=county.example "@evil.example`), Forged},
		{"in a comment in a comment", ar(`mx.example.com; spf=none (\) ( ; dkim=pass header.d=county.example))`), Unproved},
		{"two senders", ar("mx.example.com; dkim=pass header.d=county.example") + "From: other@county.example\r\n", Unproved},
		{"a second From that only some see", ar("mx.example.com; dkim=pass header.d=county.example") + "From : other@county.example\r\n", Unproved},
	} {
		p := v.Verify(t.Context(), []byte(c.head+plainLetter))
		if p.Verdict != c.want {
			t.Errorf("%s: %q (%s), want %q", c.name, p.Verdict, p.Why, c.want)
		}
		if p.From != "xs@county.example" && c.want != Unproved {
			t.Errorf("%s: from %q", c.name, p.From)
		}
	}
	if p := new(Verifier).Verify(t.Context(), []byte(ar("mx.example.com; dkim=pass header.d=county.example")+plainLetter)); p.Verdict != Unproved {
		t.Errorf("without a configured provider: %v", p)
	}
}

// signed signs a letter and tells the key's record.
func signed(t *testing.T, domain, letter string) (raw []byte, record string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(letter), &dkim.SignOptions{Domain: domain, Selector: "s", Signer: private}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
}

// TestVerifyDKIM signs letters and alters them.
func TestVerifyDKIM(t *testing.T) {
	raw, record := signed(t, "county.example", plainLetter)
	asked := ""
	v := &Verifier{LookupTXT: func(_ context.Context, name string) ([]string, error) {
		asked = name
		return []string{record}, nil
	}}
	verify := func(what string, raw []byte, want Verdict) {
		t.Helper()
		if p := v.Verify(t.Context(), raw); p.Verdict != want {
			t.Errorf("%s: %q (%s), want %q", what, p.Verdict, p.Why, want)
		}
	}
	verify("as it was signed", raw, Proved)
	if asked != "s._domainkey.county.example" {
		t.Errorf("asked for %q", asked)
	}
	verify("from a file with LF", bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), Proved)
	verify("another body", bytes.Replace(raw, []byte("attachment"), []byte("Attachment"), 1), Forged)
	verify("another subject", bytes.Replace(raw, []byte("Subject: 3"), []byte("Subject: 4"), 1), Forged)
	verify("another sender", bytes.Replace(raw, []byte("xs@"), []byte("xx@"), 1), Forged)
	verify("a second From on top", append([]byte("From: evil@county.example\r\n"), raw...), Unproved)
	verify("a From below a blank line", bytes.Replace(raw, []byte("From:"), []byte(" \r\nFrom: evil@county.example\r\n \r\nFrom:"), 1), Unproved)
	verify("unsigned", []byte(plainLetter), Unproved)
	foreign, record2 := signed(t, "evil.example", plainLetter)
	record = record2
	verify("another domain's signature", foreign, Unproved)
	verify("a header without end", []byte("From: a@b.example\r\nX: "+strings.Repeat("a\r\n ", 100_000)), Unproved)
	v.LookupTXT = func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }
	verify("without a key", raw, Unproved)
}

// TestVerifyIsBounded: a name server that says nothing holds nobody up.
func TestVerifyIsBounded(t *testing.T) {
	raw, _ := signed(t, "county.example", plainLetter)
	v := &Verifier{Timeout: time.Millisecond, LookupTXT: func(ctx context.Context, _ string) ([]string, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	if p := v.Verify(t.Context(), raw); p.Verdict != Unproved {
		t.Errorf("%v", p)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte("Authentication-Results: mx.example.com; dkim=pass header.d=county.example\r\n" + plainLetter))
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; d=county.example; s=s; h=from; bh=; b=\r\n" + plainLetter))
	v := &Verifier{Authserv: []string{"mx.example.com"}, LookupTXT: func(context.Context, string) ([]string, error) {
		return []string{"v=DKIM1; k=ed25519; p=" + strings.Repeat("A", 43) + "="}, nil
	}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if p := v.Verify(t.Context(), raw); p.Verdict == Proved && !strings.Contains(p.From, "@") {
			t.Errorf("proved without a sender: %v", p)
		}
	})
}
