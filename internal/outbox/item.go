// Package outbox holds the letters that go out: each with a key that is never
// sent twice, frozen bytes, and a ladder of retries. It knows no clock: every
// call takes now.
package outbox

import "time"

// State is where a letter out stands.
type State string

// The states. All but Queued are final; an operator may put a failed one back,
// and what was withdrawn may be written anew under its key.
const (
	Queued    State = "queued"
	Sent      State = "sent"
	Failed    State = "failed"    // refused for good, or given up
	Withdrawn State = "withdrawn" // what it says is no longer true
	Dropped   State = "dropped"   // a person took it out for good
	Expired   State = "expired"
)

// Item is one letter to one recipient. Raw is made once, with its Message-ID
// and Date, and sent as it stands.
type Item struct {
	Key       string    `json:"key"`  // receipt/<letter>/<address>, chase/2021-04/修水县/<deadline>/<step>/<address>, …
	Kind      string    `json:"kind"` // the key's first word
	From      string    `json:"from"` // of the envelope; the letter's own From
	To        string    `json:"to"`
	Subject   string    `json:"subject"`
	MessageID string    `json:"message_id"`
	Submitter string    `json:"submitter,omitempty"`
	Period    string    `json:"period,omitempty"` // 2021-03
	Raw       []byte    `json:"-"`                // kept apart from the rest
	Plain     []byte    `json:"-"`                // a plainer form, sent where Raw is refused as spam; may be nil
	Created   time.Time `json:"created"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Expires   time.Time `json:"expires,omitzero"` // pointless afterwards
	State     State     `json:"state"`
	Attempts  int       `json:"attempts,omitempty"`
	Next      time.Time `json:"next,omitzero"` // of the next attempt
	Done      time.Time `json:"done,omitzero"` // when it reached its final state
	LastError string    `json:"last_error,omitempty"`
	Means     string    `json:"means,omitempty"`   // what LastError means, in Chinese, where it is known
	Strikes   int       `json:"strikes,omitempty"` // how often in a row it meant the same
	Plainly   bool      `json:"plainly,omitempty"` // Plain is what is sent from now on
	Halted    time.Time `json:"halted,omitzero"`   // when it met a trouble of the whole account
	Fault     string    `json:"fault,omitempty"`   // of a failed letter: FaultAddress, …
}
