package daemon

import (
	"cmp"
	"context"
	"runtime/debug"
	"sync"

	"tongbao/internal/mailbox"
	"tongbao/internal/office"
	"tongbao/internal/store"
)

// Bounds of what is held in memory of a mailbox under way.
const (
	groupLetters = 16
	onTheWay     = 32 << 20 // bytes; one letter may be larger
)

// While a mailbox is read almost all memory is garbage a moment later, so that
// it is collected seldom, and as ever where it comes near the limit.
const (
	passGarbage = 300
	passMemory  = 128 << 20 // bytes
)

// pass is one reading of a folder. While letters are fetched, those before
// them are kept, those before these are opened, and those before these are
// judged and recorded: each waits for something else – the server, the disk, the
// clerk. A letter that comes alone waits for no other.
type pass struct {
	ctx     context.Context
	d       *Daemon
	fetched chan *office.Incoming
	kept    chan []*office.Incoming
	opened  chan []*office.Incoming
	ready   chan piece
	done    sync.WaitGroup
	percent int   // of garbage, and
	limit   int64 // of memory, before and after it

	mu    sync.Mutex
	room  sync.Cond // signals less on the way, or an error
	bytes int
	err   error // the first; what comes after it is not taken in
}

func (d *Daemon) newPass(ctx context.Context) *pass {
	p := &pass{ctx: ctx, d: d, fetched: make(chan *office.Incoming, groupLetters), kept: make(chan []*office.Incoming), opened: make(chan []*office.Incoming), ready: make(chan piece)}
	p.room.L = &p.mu
	p.percent, p.limit = debug.SetGCPercent(passGarbage), debug.SetMemoryLimit(passMemory)
	p.done.Go(p.keep)
	p.done.Go(p.open)
	p.done.Go(p.read)
	p.done.Go(p.take)
	return p
}

// put hands a fetched letter on.
func (p *pass) put(m mailbox.Message) error {
	in := &office.Incoming{Raw: m.Raw, Arrival: store.Arrival{Via: "mail", Folder: m.Folder, Validity: m.Validity, UID: m.UID, Arrived: m.Arrived}}
	switch {
	case m.Unreadable:
		in.Unreadable = cmp.Or(p.d.box.why(m), "unknown")
	case m.TooLarge:
		in.TooLarge = m.Size
	}
	if err := p.d.room(len(m.Raw)); err != nil {
		return err
	}
	p.mu.Lock()
	for p.err == nil && p.bytes > 0 && p.bytes+len(m.Raw) > onTheWay {
		p.room.Wait()
	}
	p.bytes += len(m.Raw)
	err := p.err
	p.mu.Unlock()
	if err == nil {
		p.fetched <- in // keep reads it to the end
	}
	return err
}

// end waits until all that was fetched is recorded.
func (p *pass) end() error {
	close(p.fetched)
	p.done.Wait()
	debug.SetGCPercent(p.percent)
	debug.SetMemoryLimit(p.limit)
	return p.err
}

// fail remembers the first error.
func (p *pass) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.room.Broadcast()
}

func (p *pass) failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err != nil
}

// keep keeps the letters, as many together as have come.
func (p *pass) keep() {
	defer close(p.kept)
	before := map[string]bool{}
	for in := range p.fetched {
		group := []*office.Incoming{in}
		for len(group) < groupLetters && len(p.fetched) > 0 {
			group = append(group, <-p.fetched) // nobody else receives
		}
		if p.failed() {
			continue
		}
		if err := p.d.house.Office.Keep(p.ctx, group, before, p.d.clock.Now()); err != nil {
			p.fail(err)
			continue
		}
		p.kept <- group
	}
}

// open has the clerk open them.
func (p *pass) open() {
	defer close(p.opened)
	for group := range p.kept {
		if p.failed() {
			continue
		}
		if err := p.d.house.Office.Open(p.ctx, group); err != nil {
			p.fail(err)
			continue
		}
		p.opened <- group
	}
}

// read reads the letters, as many as one transaction takes, while those before
// them are recorded.
func (p *pass) read() {
	defer close(p.ready)
	before := piece{recorded: make(chan struct{})}
	close(before.recorded)
	for group := range p.opened {
		for len(group) > 0 && !p.failed() {
			ready, err := p.d.house.Office.Ready(p.ctx, group, before.Prepared, p.d.clock.Now())
			if err != nil {
				p.fail(err)
				break
			}
			if len(ready.Letters) == 0 { // the next is of a sender before it
				<-before.recorded
				before.Prepared = office.Prepared{}
				continue
			}
			before = piece{ready, make(chan struct{})}
			p.ready <- before
			group = group[len(ready.Letters):]
		}
	}
}

// piece are letters that are recorded together.
type piece struct {
	office.Prepared
	recorded chan struct{} // closed when they are, or the pass has failed
}

// take judges and records the letters.
func (p *pass) take() {
	var own office.Watch
	for now := range p.ready {
		for len(now.Letters) > 0 && !p.failed() {
			n, err := p.record(now.Prepared, &own)
			p.d.sweep(n, p.d.clock.Now())
			p.mu.Lock()
			for _, in := range now.Letters[:n] {
				p.bytes -= len(in.Raw)
				in.Raw = nil
			}
			p.room.Broadcast()
			p.mu.Unlock()
			// A person's act may have made one sender of two.
			if now.Letters = now.Letters[n:]; err == nil && len(now.Letters) > 0 {
				now.Prepared, err = p.d.house.Office.Ready(p.ctx, now.Letters, office.Prepared{}, p.d.clock.Now())
			}
			if err != nil {
				p.fail(err)
			}
		}
		close(now.recorded)
	}
}

// record has people wait. In between they have their turn.
func (p *pass) record(now office.Prepared, own *office.Watch) (int, error) {
	p.d.acts.Lock()
	defer p.d.acts.Unlock()
	return p.d.house.Office.Record(p.ctx, now, own, p.d.clock.Now())
}
