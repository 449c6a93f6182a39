package main

import (
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"

	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// paint colours words for a terminal; false leaves them as they are.
type paint bool

// paintFor is the paint of an output: none in a pipe or a file, none where
// NO_COLOR asks for none (no-color.org), and none on a terminal that cannot.
func paintFor(w io.Writer) paint {
	return paint(onTerminal(w) && os.Getenv("NO_COLOR") == "")
}

// onTerminal reports whether an output is a terminal that knows the usual
// control sequences.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return false
	}
	// The old console of Windows shows the sequences as letters.
	return runtime.GOOS != "windows" || os.Getenv("WT_SESSION") != ""
}

func (p paint) in(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string   { return p.in("1", s) }
func (p paint) dim(s string) string    { return p.in("2", s) }
func (p paint) red(s string) string    { return p.in("31", s) }
func (p paint) green(s string) string  { return p.in("32", s) }
func (p paint) yellow(s string) string { return p.in("33", s) }

// head makes the first row of a table bold.
func (p paint) head(row []string) []string {
	out := make([]string, len(row))
	for i, s := range row {
		out[i] = p.bold(s)
	}
	return out
}

// some is a count in a colour, where there is something to count.
func (p paint) some(n int, colour func(string) string) string {
	if n == 0 {
		return count(n)
	}
	return colour(count(n))
}

// gap is how far a share is from the year's pace, red where it is behind.
func (p paint) gap(s string) string {
	if strings.HasPrefix(s, "-") {
		return p.red(s)
	}
	return s
}

// state is a table's state in its colour.
func (p paint) state(s reporting.State) string {
	word := stateWords[s]
	switch s {
	case reporting.OnTime, reporting.NilIn:
		return p.green(word)
	case reporting.Late, reporting.NilLate:
		return p.yellow(word)
	case reporting.Missing, reporting.Rejected:
		return p.red(word)
	}
	return p.dim(word)
}

// severity is a finding's weight in its colour.
func (p paint) severity(s reporting.Severity) string {
	word := severityWords[s]
	switch s {
	case reporting.Error:
		return p.red(word)
	case reporting.Warning:
		return p.yellow(word)
	}
	return p.dim(word)
}

// outState is a letter out's state in its colour.
func (p paint) outState(s outbox.State) string {
	word := outboxWords[s]
	switch s {
	case outbox.Failed:
		return p.red(word)
	case outbox.Sent:
		return p.green(word)
	case outbox.Queued:
		return p.yellow(word)
	}
	return p.dim(word)
}

var outboxWords = map[outbox.State]string{
	outbox.Queued: "待发", outbox.Sent: "已发", outbox.Failed: "发送失败", outbox.Expired: "过期未发", outbox.Withdrawn: "已撤回", outbox.Dropped: "不再发送",
}

// sequence is the length of the control sequence that s begins with, 0 where
// it begins with none.
func sequence(s string) int {
	if len(s) < 2 || s[0] != 0x1b || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}
