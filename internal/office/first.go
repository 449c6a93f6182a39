package office

import (
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/store"
)

// firstLook is when a mailbox was read to its end for the first time, zero
// where that was before it was noted or where there is no mailbox.
type firstLook time.Time

// lookAround is what the office has at least between the first reading of its
// mailbox and the first letter of the ladder: an hour to see in `status` and
// `chase --dry-run` whose address is missing and whose letters wait.
const lookAround = time.Hour

// forgoes reports whether a step is not sent because its time had come before
// the office knew its mailbox: the past is not answered. Without it, a first
// start on the evening of the 25th would chase every county whose letter came
// from an address that is not registered yet. The next step is sent.
func (f firstLook) forgoes(c chase.Call) bool {
	return !time.Time(f).IsZero() && c.At.Before(time.Time(f).Add(lookAround))
}

func (o *Office) firstLook(t *store.Tx) (firstLook, error) {
	in, _, err := o.intake(t)
	return firstLook(in.First), err
}
