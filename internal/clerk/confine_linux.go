package clerk

import (
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

// confine holds the child to its limits. RLIMIT_DATA and not RLIMIT_AS, which
// would keep Go from starting. The collector works harder before the limit.
func confine(data uint64) error {
	if data > 0 {
		debug.SetMemoryLimit(int64(data / 4 * 3))
		debug.SetGCPercent(400) // a letter leaves little behind
		if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: data, Max: data}); err != nil {
			return err
		}
	}
	filter()
	for limit, n := range map[int]uint64{unix.RLIMIT_NOFILE: 64, unix.RLIMIT_FSIZE: 256 << 20, unix.RLIMIT_CORE: 0} {
		if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	return nil
}

// cpuTime is the processor time that this process has used.
func cpuTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
