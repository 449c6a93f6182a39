// Package schedule owns time: the clock of the wall, a clock for simulations,
// and the bells that ring by a cron schedule in the office's zone. It is
// robfig/cron's only door, and uses of it the parser and Next; the loop that
// waits is the daemon's.
package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Bell rings by a schedule of five fields (minute, hour, day of the month,
// month, day of the week) or a word such as @monthly, in a zone.
type Bell struct {
	spec string
	zone *time.Location
	cron cron.Schedule
}

// longestSpec bounds a schedule's text; the longest sensible one is far shorter.
const longestSpec = 200

// ParseBell reads a schedule. One that names a zone of its own, that counts
// from a start (@every), or that never rings (31 February), is an error.
func ParseBell(spec string, zone *time.Location) (Bell, error) {
	spec = strings.TrimSpace(spec)
	if zone == nil {
		return Bell{}, fmt.Errorf("bell %q: no zone", spec)
	}
	if len(spec) > longestSpec {
		return Bell{}, fmt.Errorf("bell of %d bytes is too long", len(spec))
	}
	// cron's parser panics on "TZ=0" and takes the zone from the text.
	if strings.Contains(strings.ToUpper(spec), "TZ=") {
		return Bell{}, fmt.Errorf("bell %q: the zone is that of the configuration", spec)
	}
	// After an outage nobody knows when @every would have rung.
	if strings.HasPrefix(spec, "@every") {
		return Bell{}, fmt.Errorf("bell %q: only fixed times can be caught up after an outage", spec)
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return Bell{}, fmt.Errorf("bell %q: %w", spec, err)
	}
	b := Bell{spec: spec, zone: zone, cron: s}
	if b.Next(time.Date(2021, 1, 1, 0, 0, 0, 0, zone)).IsZero() {
		return Bell{}, fmt.Errorf("bell %q never rings", spec)
	}
	return b, nil
}

// String is the schedule as it was written.
func (b Bell) String() string { return b.spec }

// Next is the first time after the given one at which the bell rings, in its
// zone; zero where it does not within five years.
func (b Bell) Next(after time.Time) time.Time {
	if b.cron == nil {
		return time.Time{}
	}
	return b.cron.Next(after.In(b.zone))
}
