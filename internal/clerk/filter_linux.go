package clerk

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// auditArch is the processor's number in seccomp's data, by GOARCH.
var auditArch = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// forbidden are the system calls that a reader of files has no use for: the
// network, other programs, other processes' memory.
var forbidden = []uint32{unix.SYS_SOCKET, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE,
	unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV}

// filter has the kernel refuse the forbidden calls with EPERM, in every thread
// (seccomp(2)). Where the kernel or a container knows no filters there is
// none: it is a second wall, not the first.
func filter() {
	arch, ok := auditArch[runtime.GOARCH]
	if !ok {
		return
	}
	const load, equal, above, give = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const allow, refuse = unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	n := uint8(len(forbidden))
	program := []unix.SockFilter{
		{Code: load, K: 4}, // the architecture
		{Code: equal, Jt: 0, Jf: n + 3, K: arch},
		{Code: load, K: 0},                       // the call's number
		{Code: above, Jt: n + 1, K: 0x4000_0000}, // x32, which has numbers of its own
	}
	for i := range forbidden {
		program = append(program, unix.SockFilter{Code: equal, Jt: n - uint8(i), K: forbidden[i]})
	}
	program = append(program, unix.SockFilter{Code: give, K: allow}, unix.SockFilter{Code: give, K: refuse})
	if unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != nil {
		return
	}
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog))) //nolint:errcheck // see above
	runtime.KeepAlive(program)
}
