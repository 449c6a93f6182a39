package reporting

import (
	"encoding/json"
	"time"
)

// Version is one table as one letter brought it. Versions are numbered from 1
// per submitter, period and table, in order of arrival, and never removed.
type Version struct {
	Submitter string    `json:"submitter"`
	Period    Period    `json:"period"`
	Kind      Kind      `json:"kind"`
	N         int       `json:"version"`
	Letter    string    `json:"letter"`   // the letter's id
	Received  time.Time `json:"received"` // the server's INTERNALDATE
	Table     Table     `json:"table"`
	Findings  []Finding `json:"findings"`           // on this table
	Unusable  bool      `json:"unusable,omitempty"` // came, and could not be used
	Excluded  string    `json:"excluded,omitempty"` // the office's reason to leave it out
}

// Counts is how many errors and warnings the version has.
func (v Version) Counts() (errors, warnings int) {
	for _, f := range v.Findings {
		switch f.Severity {
		case Error:
			errors++
		case Warning:
			warnings++
		}
	}
	return errors, warnings
}

// Head is a version without its table: what tells whether it counts and how it
// stands. It is kept beside the version, which is a hundred times larger.
type Head struct {
	N        int       `json:"version"`
	Letter   string    `json:"letter"`
	Received time.Time `json:"received"`
	Rows     int       `json:"rows"`
	Errors   int       `json:"errors,omitempty"`
	Warnings int       `json:"warnings,omitempty"`
	Nil      bool      `json:"nil,omitempty"`
	Unusable bool      `json:"unusable,omitempty"`
	Excluded string    `json:"excluded,omitempty"`
}

// Head is the version without its table.
func (v Version) Head() Head {
	h := Head{N: v.N, Letter: v.Letter, Received: v.Received, Rows: len(v.Table.Rows), Nil: v.Table.Nil, Unusable: v.Unusable, Excluded: v.Excluded}
	h.Errors, h.Warnings = v.Counts()
	return h
}

// Counting is the version that counts: the latest usable one that arrived not
// after until (the freeze; zero means no bound). Nil where there is none.
func Counting(versions []Version, until time.Time) *Version {
	heads := make([]Head, len(versions))
	for i, v := range versions {
		heads[i] = Head{N: v.N, Received: v.Received, Unusable: v.Unusable, Excluded: v.Excluded}
	}
	if i := counting(heads, until); i >= 0 {
		return &versions[i]
	}
	return nil
}

// CountingHead is the head of the version that counts; nil where there is none.
func CountingHead(heads []Head, until time.Time) *Head {
	if i := counting(heads, until); i >= 0 {
		return &heads[i]
	}
	return nil
}

// counting is the place of the version that counts, -1 where there is none.
func counting(heads []Head, until time.Time) int {
	best := -1
	for i, v := range heads {
		if v.Unusable || v.Excluded != "" || !until.IsZero() && v.Received.After(until) {
			continue
		}
		if best < 0 || v.Received.After(heads[best].Received) || v.Received.Equal(heads[best].Received) && v.N > heads[best].N {
			best = i
		}
	}
	return best
}

// State is how one table of one submitter stands for one month.
type State string

// The states of the contract.
const (
	OnTime   State = "on-time"
	Late     State = "late"
	NilIn    State = "nil" // a nil report in time
	NilLate  State = "nil-late"
	Missing  State = "missing"  // the deadline has passed
	Due      State = "due"      // it has not
	Exempt   State = "exempt"   //
	Rejected State = "rejected" // something came, and nothing in it could be used
)

// Arrived reports whether something usable came.
func (s State) Arrived() bool { return s == OnTime || s == Late || s == NilIn || s == NilLate }

// InTime reports whether something usable came in time.
func (s State) InTime() bool { return s == OnTime || s == NilIn }

// Standing is a table's state and the figures of the version that counts.
type Standing struct {
	State    State     `json:"state"`
	Received time.Time `json:"received,omitzero"` // of the version that counts
	Version  int       `json:"version,omitempty"`
	Rows     int       `json:"rows,omitempty"`
	Errors   int       `json:"errors,omitempty"`
	Warnings int       `json:"warnings,omitempty"`
}

// MarshalJSON gives the counts wherever there is a version, zeros included: a
// script must tell "no errors" from "nothing came".
func (s Standing) MarshalJSON() ([]byte, error) {
	type plain Standing
	if s.Version == 0 {
		return json.Marshal(plain(s))
	}
	return json.Marshal(struct {
		plain
		Rows     int `json:"rows"`
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
	}{plain(s), s.Rows, s.Errors, s.Warnings})
}

// Stand judges a table by its versions. The state follows the first usable
// version, so that a correction after the deadline does not make it late; the
// figures follow the version that counts. Deadline is the submitter's own,
// extensions included; rejected says that a letter came for the month of which
// nothing could be used.
func Stand(versions []Head, deadline, now time.Time, exempt, rejected bool) Standing {
	var first *Head
	for i := range versions {
		v := &versions[i]
		if v.Unusable || v.Excluded != "" {
			rejected = rejected || v.Unusable
			continue
		}
		if first == nil || v.Received.Before(first.Received) {
			first = v
		}
	}
	if first == nil {
		switch {
		case exempt:
			return Standing{State: Exempt}
		case rejected:
			return Standing{State: Rejected}
		case late(now, deadline):
			return Standing{State: Missing}
		}
		return Standing{State: Due}
	}
	counts := CountingHead(versions, time.Time{})
	s := Standing{Received: counts.Received, Version: counts.N, Rows: counts.Rows, Errors: counts.Errors, Warnings: counts.Warnings}
	behind := late(first.Received, deadline)
	switch {
	case first.Nil && behind:
		s.State = NilLate
	case first.Nil:
		s.State = NilIn
	case behind:
		s.State = Late
	default:
		s.State = OnTime
	}
	return s
}

// late reports whether t is past the deadline, whose whole second is in time.
func late(t, deadline time.Time) bool { return t.Truncate(time.Second).After(deadline) }
