package config

import (
	"fmt"
	"sort"
	"strings"
)

// Fault is one thing that is wrong with the file, for a person to mend.
type Fault struct {
	File         string
	Line, Column int    // 1-based; 0 where the whole file is meant
	Key          string // mailbox.port
	What         string // Chinese: what is wrong
	Mend         string // Chinese: what to do
	Source       string // the line as it stands in the file
}

// Faults is all that is wrong with a file.
type Faults []Fault

// Error lists the faults, one block each: place, what, the line with a pointer, the mend.
func (f Faults) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "配置文件有 %d 处错误：", len(f))
	for _, x := range f {
		b.WriteString("\n" + x.String())
	}
	return b.String()
}

// String is the fault as `tongbao check` prints it.
func (x Fault) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", x.File, x.Line, x.Column)
	if x.Key != "" {
		fmt.Fprintf(&b, "%s：", x.Key)
	}
	b.WriteString(x.What)
	if strings.TrimSpace(x.Source) != "" {
		fmt.Fprintf(&b, "\n    %s\n    %s^", x.Source, pointer(x.Source, x.Column))
	}
	if x.Mend != "" {
		b.WriteString("\n    改法：" + x.Mend)
	}
	return b.String()
}

// pointer is white space as wide as the source up to the column: a Chinese
// character takes two places on a terminal.
func pointer(source string, column int) string {
	var b strings.Builder
	n := 1
	for _, r := range source {
		if n >= column {
			break
		}
		n++
		switch {
		case r == '\t':
			b.WriteRune('\t')
		case r >= 0x1100:
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func (r *reader) sorted() Faults {
	sort.SliceStable(r.faults, func(i, j int) bool {
		a, b := r.faults[i], r.faults[j]
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return r.faults
}
