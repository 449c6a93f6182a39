package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

func versionKey(p reporting.Period, submitter string, k reporting.Kind) string {
	return p.String() + "/" + submitter + "/" + string(k) + "/"
}

// fresh is a version that this transaction wrote.
type fresh struct {
	version reporting.Version
	raw     []byte
}

// Versions lists a table's versions in order of arrival. What this transaction
// wrote itself is not read anew: a letter's tables are asked for again and
// again while it is taken in. Their rows are shared and must not be changed.
func (t *Tx) Versions(p reporting.Period, submitter string, k reporting.Kind) (out []reporting.Version, err error) {
	t.scan("versions", versionKey(p, submitter, k), "", func(key string, raw []byte) bool {
		if f, ok := t.written[key]; ok && bytes.Equal(f.raw, raw) {
			out = append(out, f.version)
			return true
		}
		var v reporting.Version
		if err = json.Unmarshal(raw, &v); err != nil {
			err = fmt.Errorf("read versions/%s: %w", key, err)
			return false
		}
		out = append(out, v)
		return true
	})
	return out, err
}

// AddVersion stores a table as the next version and returns its number.
func (t *Tx) AddVersion(v reporting.Version) (int, error) {
	prefix := versionKey(v.Period, v.Submitter, v.Kind)
	v.N = 1
	t.scan("versions", prefix, "", func(string, []byte) bool { v.N++; return true })
	return v.N, t.PutVersion(v)
}

// Heads lists a table's versions without their tables, in order of arrival.
func (t *Tx) Heads(p reporting.Period, submitter string, k reporting.Kind) ([]reporting.Head, error) {
	return list[reporting.Head](t, "heads", versionKey(p, submitter, k))
}

// PutVersion writes a version, or one that is there already, to exclude or
// include it.
func (t *Tx) PutVersion(v reporting.Version) error {
	if err := t.putHead(v); err != nil {
		return err
	}
	key := fmt.Sprintf("%s%04d", versionKey(v.Period, v.Submitter, v.Kind), v.N)
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write versions/%s: %w", key, err)
	}
	if t.written == nil {
		t.written = map[string]fresh{}
	}
	t.written[key] = fresh{v, raw}
	return t.put("versions", key, raw)
}

// Reject records that a letter came for the month of which nothing could be used.
func (t *Tx) Reject(p reporting.Period, submitter, letter string) error {
	return t.put("rejections", p.String()+"/"+submitter+"/"+letter, nil)
}

// Rejections counts such letters.
func (t *Tx) Rejections(p reporting.Period, submitter string) int {
	n := 0
	t.scan("rejections", p.String()+"/"+submitter+"/", "", func(string, []byte) bool { n++; return true })
	return n
}

// Exempt frees a submitter from a table for a month; an empty reason ends it.
func (t *Tx) Exempt(p reporting.Period, submitter string, k reporting.Kind, reason string) error {
	key := p.String() + "/" + submitter + "/" + string(k)
	if reason == "" {
		return t.remove("exemptions", key)
	}
	return t.put("exemptions", key, []byte(reason))
}

// IsExempt reports whether the table is not owed.
func (t *Tx) IsExempt(p reporting.Period, submitter string, k reporting.Kind) bool {
	return t.get("exemptions", p.String()+"/"+submitter+"/"+string(k)) != nil
}

// Extend gives a submitter another deadline for a month.
func (t *Tx) Extend(p reporting.Period, submitter string, until time.Time) error {
	return t.put("extensions", p.String()+"/"+submitter, []byte(until.Format(time.RFC3339)))
}

// Extension is the submitter's own deadline, zero where it has none.
func (t *Tx) Extension(p reporting.Period, submitter string) time.Time {
	d, _ := time.Parse(time.RFC3339, string(t.get("extensions", p.String()+"/"+submitter)))
	return d
}

// Remember notes that letters from an address count for a submitter.
func (t *Tx) Remember(address, submitter string) error {
	return t.put("addresses", address, []byte(submitter))
}

// Assigned is the submitter that the office assigned the address to.
func (t *Tx) Assigned(address string) string { return string(t.get("addresses", address)) }

// Bounced is an address that could not be reached.
type Bounced struct {
	Address string    `json:"address"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
}

// Bounce notes an address that failed; true where it was not known.
func (t *Tx) Bounce(b Bounced) (bool, error) {
	known := t.get("bounced", b.Address) != nil
	return !known, save(t, "bounced", b.Address, b)
}

// Unbounce forgets that an address failed: a letter came from it.
func (t *Tx) Unbounce(address string) error {
	if t.get("bounced", address) == nil {
		return nil
	}
	return t.remove("bounced", address)
}

// Bounces lists the addresses that failed.
func (t *Tx) Bounces() ([]Bounced, error) { return list[Bounced](t, "bounced", "") }

// Edition says which form of a month's bulletin something is.
type Edition string

// The editions. A month's corrections are correction-1, correction-2 …
const (
	Draft   Edition = "draft" // of the release
	Release Edition = "release"
)

// Correction is the edition of a month's nth correction (更正通报).
func Correction(n int) Edition { return Edition("correction-" + strconv.Itoa(n)) }

// Draft is the edition under which the draft (送审稿) of another one lies.
func (e Edition) Draft() Edition {
	if e == Release {
		return Draft
	}
	return e + "-draft"
}

// Final is the edition that a draft is to become; an edition that is no draft
// is its own.
func (e Edition) Final() Edition {
	if e == Draft {
		return Release
	}
	return Edition(strings.TrimSuffix(string(e), "-draft"))
}

// Quarter is which product of a quarter (bulletin.QuarterKinds) the edition is;
// "" is the month's bulletin. Its period is the quarter's last month.
func (e Edition) Quarter() string {
	if f := string(e.Final()); strings.HasPrefix(f, "quarter-") {
		return f
	}
	return ""
}

// IsDraft reports whether the edition waits to be released.
func (e Edition) IsDraft() bool { return e.Final() != e }

// IsCorrection reports whether the edition corrects one that was released.
func (e Edition) IsCorrection() bool { return strings.HasPrefix(string(e), "correction-") }

// Publication is a bulletin that went out, with all its figures and the
// versions that it was computed from.
type Publication struct {
	Period   reporting.Period  `json:"period"`
	Edition  Edition           `json:"edition"`
	At       time.Time         `json:"at"`
	Inputs   []Input           `json:"inputs"`
	Bulletin bulletin.Bulletin `json:"bulletin"`
	Rule     string            `json:"rule,omitempty"` // the bulletin's name in the configuration

	// Of a draft: the SHA-256 of the code that releases it, those of the drafts
	// that it took the place of, and that it was sent back (退回).
	Code     string    `json:"code,omitempty"`
	OldCodes []string  `json:"old_codes,omitempty"`
	Held     time.Time `json:"held,omitzero"`
	HeldWhy  string    `json:"held_why,omitempty"`

	// Of a quarter's product: its figures. Bulletin has its period, number and
	// time then, and no more.
	Quarter *bulletin.Quarterly `json:"quarter,omitempty"`

	// Of a correction: what it corrects.
	Differences []bulletin.Difference `json:"differences,omitempty"`
}

// Input names a version that a bulletin was computed from.
type Input struct {
	Submitter string         `json:"submitter"`
	Kind      reporting.Kind `json:"kind"`
	Version   int            `json:"version"`
	Letter    string         `json:"letter"`
}

// Publication finds an edition.
func (t *Tx) Publication(p reporting.Period, e Edition) (Publication, bool, error) {
	return load[Publication](t, "bulletins", p.String()+"/"+string(e))
}

// Publish records an edition.
func (t *Tx) Publish(p Publication) error {
	if err := t.putHeading(p); err != nil {
		return err
	}
	return save(t, "bulletins", p.Period.String()+"/"+string(p.Edition), p)
}

// Mark is what of a folder was taken in: every UID up to UID of the validity.
type Mark struct {
	Validity uint32 `json:"uidvalidity"`
	UID      uint32 `json:"uid"`
}

// Mark finds a folder's mark; zero where there is none.
func (t *Tx) Mark(folder string) (Mark, error) {
	m, _, err := load[Mark](t, "marks", folder)
	return m, err
}

// SetMark moves a folder's mark.
func (t *Tx) SetMark(folder string, m Mark) error { return save(t, "marks", folder, m) }

// Job is when a bell was last served.
func (t *Tx) Job(name string) (time.Time, error) {
	at, _, err := load[time.Time](t, "jobs", name)
	return at, err
}

// SetJob notes that a bell was served.
func (t *Tx) SetJob(name string, at time.Time) error { return save(t, "jobs", name, at) }

// Note reads a value that only the program itself keeps; false where it has none.
func (t *Tx) Note(name string, v any) (bool, error) {
	raw := t.get("jobs", "note/"+name)
	if raw == nil {
		return false, nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("read note %q: %w", name, err)
	}
	return true, nil
}

// SetNote keeps such a value.
func (t *Tx) SetNote(name string, v any) error { return save(t, "jobs", "note/"+name, v) }
