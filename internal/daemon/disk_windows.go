package daemon

import "golang.org/x/sys/windows"

// freeBytes is how much of a directory's disk this user may still write.
func freeBytes(dir string) (free uint64, err error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	return free, err
}

// mayWrite allows what the system does: its services inherit the directory's rights.
func mayWrite(string) error { return nil }
