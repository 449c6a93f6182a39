package clerk

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// confine holds the child to its limits. RLIMIT_DATA and not RLIMIT_AS, which
// would keep Go from starting.
func confine() error {
	if n, err := strconv.ParseUint(os.Getenv("TONGBAO_CLERK_DATA"), 10, 64); err == nil && n > 0 {
		if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: 64}); err != nil {
		return err
	}
	return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 256 << 20, Max: 256 << 20})
}
