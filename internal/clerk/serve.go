package clerk

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// dataVariable names RLIMIT_DATA in the child's environment.
const dataVariable = "TONGBAO_CLERK_DATA"

// Serve is the child's main: letters in, answers out, until the input ends.
func Serve(in io.Reader, out io.Writer) error {
	data, _ := strconv.ParseUint(os.Getenv(dataVariable), 10, 64) //nolint:errcheck // 0 is no limit
	if err := confine(data); err != nil {
		return fmt.Errorf("confine the clerk: %w", err)
	}
	m := &meter{}
	go m.watch()
	r := bufio.NewReader(in)
	for {
		head, err := readFrame(r, 16<<20) // marks may be many
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		raw, err := readFrame(r, 1<<30)
		if err != nil {
			return err
		}
		var q request
		if err := json.Unmarshal(head, &q); err != nil {
			return err
		}
		m.begin(q.Options.CPU)
		if err := serve(q, raw, out); err != nil {
			return err
		}
		m.end()
	}
}

func serve(q request, raw []byte, out io.Writer) error {
	n := 0
	opened := open(q.Name, raw, q.Options, q.Marks, func(path []string) bool {
		n++
		if data, err := json.Marshal(step{Number: n, Path: path}); err == nil {
			writeFrame(out, data) //nolint:errcheck // the answer's error tells
		}
		return !slices.Contains(q.Skip, n) && (!q.HeaderOnly || n == 1)
	})
	rows, err := takeRows(opened.Documents)
	answer, err2 := json.Marshal(step{Answer: &opened})
	if err != nil || err2 != nil || len(answer)+len(rows) > maxAnswer { // a number that is none, or more than the parent takes
		opened.Documents, rows = nil, nil
		opened.Findings = append(opened.Findings, Finding{Path: []string{q.Name}, Code: "unreadable", Severity: "error", Message: faultWords[exhausted]})
		if answer, err = json.Marshal(step{Answer: &opened}); err != nil {
			return err
		}
	}
	if q.Most > 0 && len(answer)+len(rows) > q.Most {
		rows = nil
		if answer, err = json.Marshal(step{Answer: &Opened{Large: true}}); err != nil {
			return err
		}
	}
	return errors.Join(writeFrame(out, answer), writeFrame(out, rows))
}

// meter ends the process when one letter has used up its processor time.
type meter struct {
	limit atomic.Int64 // nanoseconds of the process's whole time; 0 is none
}

func (m *meter) begin(most time.Duration) {
	if most > 0 {
		m.limit.Store(int64(cpuTime() + most))
	}
}

func (m *meter) end() { m.limit.Store(0) }

func (m *meter) watch() {
	for {
		time.Sleep(50 * time.Millisecond)
		if limit := m.limit.Load(); limit > 0 && int64(cpuTime()) > limit {
			os.Exit(exitTime)
		}
	}
}
