package postoffice

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// Fault is what goes wrong with one connection through a Faulty. The zero
// value passes everything on.
type Fault struct {
	// CutAfter ends the connection after so many bytes of what the server says;
	// StallAfter says no more instead, and keeps it open. 0 is never.
	CutAfter, StallAfter int64
	// Drip lets the server's words come one byte at a time, so far apart, from
	// the line on that holds DripFrom.
	Drip     time.Duration
	DripFrom string
	// Rewrite changes a line of the server's; it may return several, or none.
	// It is told which line it is, from 1. Literals come as lines, too.
	Rewrite func(n int, line string) string
	// Answer answers a line of the client's in the server's stead; a BYE ends
	// the connection.
	Answer func(line string) (say string, instead bool)
}

// Faulty stands between a client and a server and lets connections go wrong.
type Faulty struct {
	listen  net.Listener
	server  string
	script  func(n int) Fault
	running sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]bool
	count int
	said  int64
}

// NewFaulty stands before a server; the script tells what goes wrong with the
// nth connection, from 1.
func NewFaulty(server string, script func(n int) Fault) (*Faulty, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Faulty{listen: l, server: server, script: script, open: map[net.Conn]bool{}}
	f.running.Go(f.accept)
	return f, nil
}

// Addr is host:port of the front.
func (f *Faulty) Addr() string { return f.listen.Addr().String() }

// Connections is how many there were.
func (f *Faulty) Connections() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// Said is how many bytes of the servers' were passed on, over all connections.
func (f *Faulty) Said() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.said
}

// Close ends all connections and waits until they have ended.
func (f *Faulty) Close() error {
	err := f.listen.Close()
	f.mu.Lock()
	for c := range f.open {
		c.Close() //nolint:errcheck // it is over either way
	}
	f.mu.Unlock()
	f.running.Wait()
	return err
}

func (f *Faulty) accept() {
	for {
		client, err := f.listen.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", f.server)
		if err != nil {
			client.Close() //nolint:errcheck // it is over either way
			continue
		}
		f.mu.Lock()
		f.count++
		fault := f.script(f.count)
		f.open[client], f.open[server] = true, true
		f.mu.Unlock()
		out := &oneAtATime{to: client}
		end := sync.OnceFunc(func() {
			client.Close() //nolint:errcheck // it is over either way
			server.Close() //nolint:errcheck // likewise
			f.mu.Lock()
			delete(f.open, client)
			delete(f.open, server)
			f.mu.Unlock()
		})
		f.running.Go(func() { defer end(); f.down(server, out, fault) })
		f.running.Go(func() { defer end(); up(client, server, out, fault) })
	}
}

// up passes on what the client says.
func up(client io.Reader, server, out io.Writer, fault Fault) {
	r := bufio.NewReader(client)
	for {
		line, err := r.ReadString('\n')
		if fault.Answer != nil && err == nil {
			if say, instead := fault.Answer(line); instead {
				if _, err := io.WriteString(out, say); err != nil || strings.HasPrefix(say, "* BYE") {
					return
				}
				continue
			}
		}
		if _, werr := io.WriteString(server, line); err != nil || werr != nil {
			return
		}
	}
}

// down passes on what the server says, until the fault ends it.
func (f *Faulty) down(server io.Reader, out io.Writer, fault Fault) {
	r := bufio.NewReader(server)
	left, dripping := fault.CutAfter+fault.StallAfter, fault.Drip > 0 && fault.DripFrom == ""
	for n := 1; ; n++ {
		line, err := r.ReadString('\n')
		if fault.Rewrite != nil && line != "" {
			line = fault.Rewrite(n, line)
		}
		dripping = dripping || fault.Drip > 0 && strings.Contains(line, fault.DripFrom)
		if fault.CutAfter+fault.StallAfter > 0 {
			line = line[:min(int64(len(line)), left)]
			left -= int64(len(line))
		}
		if !f.say(out, line, dripping, fault.Drip) || err != nil {
			return
		}
		if fault.CutAfter > 0 && left == 0 {
			return
		}
		if fault.StallAfter > 0 && left == 0 {
			io.Copy(io.Discard, r) //nolint:errcheck // until somebody gives up
			return
		}
	}
}

func (f *Faulty) say(out io.Writer, line string, dripping bool, every time.Duration) bool {
	f.mu.Lock()
	f.said += int64(len(line))
	f.mu.Unlock()
	if !dripping {
		_, err := io.WriteString(out, line)
		return err == nil
	}
	for i := range len(line) {
		if _, err := io.WriteString(out, line[i:i+1]); err != nil {
			return false
		}
		time.Sleep(every)
	}
	return true
}
