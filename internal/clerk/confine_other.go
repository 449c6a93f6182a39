//go:build !linux

package clerk

import "time"

// confine does nothing where the system has no such limits; wall time bounds
// the child there.
func confine(uint64) error { return nil }

func cpuTime() time.Duration { return 0 }
