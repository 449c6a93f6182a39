package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

var cst = time.FixedZone("CST", 8*3600)

var monday = time.Date(2021, 3, 22, 9, 0, 0, 0, cst)

// memory is a queue in a map.
type memory struct {
	items map[string]Item
	fail  func(Item) error // of Put
}

func newMemory(items ...Item) *memory {
	m := &memory{items: map[string]Item{}}
	for _, it := range items {
		m.items[it.Key] = it
	}
	return m
}

func (m *memory) Due(now time.Time) ([]Item, error) {
	var out []Item
	for _, k := range slices.Sorted(maps.Keys(m.items)) {
		if it := m.items[k]; it.State == Queued && !it.Next.After(now) {
			out = append(out, it)
		}
	}
	return out, nil
}

func (m *memory) Bytes(key string) (raw, plain []byte, err error) {
	return m.items[key].Raw, m.items[key].Plain, nil
}

func (m *memory) Next() (next time.Time, err error) {
	for _, it := range m.items {
		if it.State == Queued && (next.IsZero() || it.Next.Before(next)) {
			next = it.Next
		}
	}
	return next, nil
}

func (m *memory) Put(it Item) error {
	if m.fail != nil {
		if err := m.fail(it); err != nil {
			return err
		}
	}
	if m.items[it.Key].State != Queued && it.State == Queued {
		return ErrGone
	}
	m.items[it.Key] = it
	return nil
}

func (m *memory) SentSince(t time.Time) ([]time.Time, error) {
	var out []time.Time
	for _, it := range m.items {
		if it.State == Sent && !it.Done.Before(t) {
			out = append(out, it.Done)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out, nil
}

// refusal is the server's no.
type refusal struct {
	code int
	text string
}

func (r refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.text) }
func (r refusal) Code() int     { return r.code }
func (r refusal) Text() string  { return r.text }

var errNetwork = errors.New("dial: connection refused")

// script is a courier that follows a list of answers for each recipient; when
// the list is used up it takes everything.
type script struct {
	answers map[string][]error
	tried   []string // recipients, in order
	raw     map[string][][]byte
	closed  int
}

func (s *script) Send(_ context.Context, _, to string, raw []byte) error {
	s.tried = append(s.tried, to)
	if s.raw == nil {
		s.raw = map[string][][]byte{}
	}
	s.raw[to] = append(s.raw[to], raw)
	if a := s.answers[to]; len(a) > 0 {
		s.answers[to] = a[1:]
		return a[0]
	}
	return nil
}

func (s *script) Close() error { s.closed++; return nil }

func letterTo(to string, after time.Duration) Item {
	return Item{Key: "receipt/x/" + to, Kind: "receipt", From: "office@example.com", To: to, Raw: []byte("rich " + to), Plain: []byte("plain " + to),
		Created: monday.Add(after), Next: monday.Add(after), State: Queued}
}

// run drains until nothing is queued or the end comes, sleeping as Drain says,
// and returns the moments of each call.
func run(t *testing.T, q Queue, c Courier, from time.Time, span time.Duration, report func(Item)) (calls []time.Time, pauses []*Pause) {
	t.Helper()
	now := from
	for len(calls) < 20000 {
		calls = append(calls, now)
		next, err := Drain(context.Background(), func() time.Time { return now }, q, c, Rates{}, report)
		var p *Pause
		if errors.As(err, &p) {
			pauses = append(pauses, p)
		} else if err != nil {
			t.Fatal(err)
		}
		if next.IsZero() || next.After(from.Add(span)) {
			return calls, pauses
		}
		if !next.After(now) {
			t.Fatalf("at %s Drain wants to be called again at %s", now, next)
		}
		now = next
	}
	t.Fatal("no end")
	return nil, nil
}

func TestDrainSends(t *testing.T) {
	late := letterTo("late@example.com", 0)
	late.Expires = monday
	later := letterTo("later@example.com", 0)
	later.NotBefore = monday.Add(3 * time.Hour)
	back := letterTo("back@example.com", 0)
	back.State = Withdrawn
	q := newMemory(letterTo("b@example.com", time.Nanosecond), letterTo("a@example.com", 0), late, later, back)
	s := &script{}
	var heard []string
	calls, pauses := run(t, q, s, monday.Add(time.Second), 24*time.Hour, func(it Item) { heard = append(heard, string(it.State)+" "+it.To) })
	if want := []string{"a@example.com", "b@example.com", "later@example.com"}; !slices.Equal(s.tried, want) {
		t.Errorf("sent %v, want %v", s.tried, want)
	}
	if want := []string{"sent a@example.com", "expired late@example.com", "queued later@example.com", "sent b@example.com", "sent later@example.com"}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
	if len(calls) != 2 || len(pauses) != 0 {
		t.Errorf("drained at %v", calls)
	}
	if it := q.items["receipt/x/a@example.com"]; it.Attempts != 1 || !it.Done.Equal(monday.Add(time.Second)) {
		t.Errorf("the sent item says %+v", it)
	}
}

func TestLadder(t *testing.T) {
	var total time.Duration
	n := 1
	for ; ; n++ {
		wait, ok := Backoff(n)
		if !ok {
			break
		}
		total += wait
	}
	if total > 3*24*time.Hour || total < 60*time.Hour {
		t.Errorf("the ladder is %v long", total)
	}
	q := newMemory(letterTo("a@example.com", 0))
	s := &script{answers: map[string][]error{"a@example.com": slices.Repeat([]error{refusal{450, "try later"}}, 100)}}
	calls, _ := run(t, q, s, monday, 30*24*time.Hour, nil)
	var waits []string
	for i := 1; i < 7; i++ {
		waits = append(waits, calls[i].Sub(calls[i-1]).String())
	}
	if want := "1m0s 5m0s 15m0s 1h0m0s 3h0m0s 6h0m0s"; strings.Join(waits, " ") != want {
		t.Errorf("waits %v, want %s", waits, want)
	}
	it := q.items["receipt/x/a@example.com"]
	if it.State != Failed || it.Fault != FaultTime || it.Attempts != n || len(s.tried) != n {
		t.Errorf("in the end %d attempts, %+v", len(s.tried), it)
	}
	for _, raw := range s.raw["a@example.com"] {
		if !bytes.Equal(raw, it.Raw) {
			t.Fatalf("the bytes changed to %q", raw)
		}
	}
}

func TestRates(t *testing.T) {
	q := newMemory()
	for i := range 150 {
		it := letterTo(fmt.Sprintf("%03d@example.com", i), time.Duration(i))
		q.items[it.Key] = it
	}
	run(t, q, &script{}, monday.Add(time.Second), 48*time.Hour, nil)
	sent, _ := q.SentSince(monday)
	if len(sent) != 150 {
		t.Fatalf("%d were sent", len(sent))
	}
	checkRates(t, sent)
	if !sent[119].Before(monday.Add(2*time.Hour)) || sent[120].Before(monday.Add(24*time.Hour)) {
		t.Errorf("the 120th went at %s, the 121st at %s", sent[119], sent[120])
	}
}

func checkRates(t *testing.T, sent []time.Time) {
	t.Helper()
	for _, w := range []struct {
		most int
		span time.Duration
	}{{4, time.Minute}, {30, 15 * time.Minute}, {120, 24 * time.Hour}} {
		for i := w.most; i < len(sent); i++ {
			if sent[i].Sub(sent[i-w.most]) < w.span {
				t.Fatalf("more than %d in %v at %s", w.most, w.span, sent[i])
			}
		}
	}
}

func TestCrashRepeats(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0))
	s := &script{}
	q.fail = func(it Item) error {
		if it.State == Sent {
			return errors.New("power failed")
		}
		return nil
	}
	now := monday
	clock := func() time.Time { return now }
	if _, err := Drain(context.Background(), clock, q, s, Rates{}, nil); err == nil {
		t.Fatal("the failed Put is not told")
	}
	if it := q.items["receipt/x/a@example.com"]; it.State != Queued || it.Attempts != 1 || !it.Next.After(now) {
		t.Errorf("the attempt is not written down: %+v", it)
	}
	q.fail = nil
	now = now.Add(time.Hour)
	if _, err := Drain(context.Background(), clock, q, s, Rates{}, nil); err != nil {
		t.Fatal(err)
	}
	if raw := s.raw["a@example.com"]; len(raw) != 2 || !bytes.Equal(raw[0], raw[1]) {
		t.Errorf("after a crash %q", raw)
	}
	q = newMemory(letterTo("a@example.com", 0))
	q.fail = func(Item) error { return errors.New("disk full") }
	s = &script{}
	if _, err := Drain(context.Background(), clock, q, s, Rates{}, nil); err == nil || len(s.tried) != 0 {
		t.Errorf("a letter went out that could not be written down: %v %v", s.tried, err)
	}
}

// TestWithdrawnMeanwhile takes a letter back after Due listed it.
func TestWithdrawnMeanwhile(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0), letterTo("b@example.com", 1))
	s := &script{}
	q.fail = func(it Item) error {
		if b := q.items["receipt/x/b@example.com"]; it.State == Sent {
			b.State = Withdrawn
			q.items[b.Key] = b
		}
		return nil
	}
	if _, err := Drain(context.Background(), func() time.Time { return monday.Add(time.Second) }, q, s, Rates{}, nil); err != nil {
		t.Fatal(err)
	}
	if len(s.tried) != 1 || q.items["receipt/x/b@example.com"].State != Withdrawn {
		t.Errorf("tried %v, and b is %s", s.tried, q.items["receipt/x/b@example.com"].State)
	}
}

func TestPlainOnce(t *testing.T) {
	spam := refusal{554, "DT:SPM 163 smtp11"}
	for _, c := range []struct {
		name    string
		answers []error
		plain   bool
		state   State
		want    []string
	}{
		{"taken in the plain form", []error{spam}, true, Sent, []string{"rich", "plain"}},
		{"refused twice", []error{spam, spam, spam}, true, Failed, []string{"rich", "plain"}},
		{"no plain form", []error{spam, spam}, false, Failed, []string{"rich"}},
		{"451 waits first", []error{refusal{451, "DT:SPM"}, refusal{451, "DT:SPM"}}, true, Sent, []string{"rich", "rich", "plain"}},
		{"451 to the end", slices.Repeat([]error{refusal{451, "DT:SPM"}}, 9), true, Failed, []string{"rich", "rich", "plain"}},
	} {
		it := letterTo("a@example.com", 0)
		if !c.plain {
			it.Plain = nil
		}
		q, s := newMemory(it), &script{answers: map[string][]error{"a@example.com": c.answers}}
		now := monday
		for range 10 {
			if _, err := Drain(context.Background(), func() time.Time { return now }, q, s, Rates{}, nil); err != nil {
				t.Fatal(err)
			}
			now = now.Add(2 * time.Minute)
		}
		var got []string
		for _, raw := range s.raw["a@example.com"] {
			form, _, _ := strings.Cut(string(raw), " ")
			got = append(got, form)
		}
		it = q.items[it.Key]
		if !slices.Equal(got, c.want) || it.State != c.state || c.state == Failed && it.Fault != FaultSpam {
			t.Errorf("%s: sent %v, then %s (%s)", c.name, got, it.State, it.Fault)
		}
	}
}

func TestReconnect(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0))
	s := &script{answers: map[string][]error{"a@example.com": {refusal{451, "MI:DMC smtp3"}}}}
	run(t, q, s, monday, time.Hour, nil)
	if s.closed != 1 || len(s.tried) != 2 || q.items["receipt/x/a@example.com"].State != Sent {
		t.Errorf("%d connections closed, tried %v", s.closed, s.tried)
	}
}

// TestHalt: the account is the trouble, so nothing goes out, nobody's attempts
// count, and all goes when the pause is over.
func TestHalt(t *testing.T) {
	for text, until := range map[string]time.Time{
		"451 MI:SFQ":      monday.Add(15 * time.Minute),
		"554 MI:STC":      time.Date(2021, 3, 23, 0, 10, 0, 0, cst),
		"550 RP:TRC":      time.Date(2021, 3, 23, 0, 10, 0, 0, cst),
		"421 HL:REP":      monday.Add(2 * time.Hour),
		"535 auth failed": monday.Add(15 * time.Minute),
	} {
		var no refusal
		fmt.Sscanf(text, "%d", &no.code)
		no.text = text[4:]
		q := newMemory(letterTo("a@example.com", 0), letterTo("b@example.com", 1), letterTo("c@example.com", 2))
		s := &script{answers: map[string][]error{"a@example.com": {no}}}
		now := monday.Add(time.Nanosecond * 5)
		next, err := Drain(context.Background(), func() time.Time { return now }, q, s, Rates{}, nil)
		var p *Pause
		if !errors.As(err, &p) || !next.Equal(p.Until) || next.Truncate(time.Second) != until.In(next.Location()) || !errors.Is(err, no) {
			t.Errorf("%s: paused until %s (%v), want %s", text, next, err, until)
			continue
		}
		if len(s.tried) != 1 {
			t.Errorf("%s: tried %v", text, s.tried)
		}
		for _, it := range q.items {
			if it.Attempts != 0 || it.Next.Before(next) || it.State != Queued {
				t.Errorf("%s: %s is %s, %d attempts, next %s", text, it.To, it.State, it.Attempts, it.Next)
			}
		}
		run(t, q, s, next, time.Hour, nil)
		if sent, _ := q.SentSince(monday); len(sent) != 3 {
			t.Errorf("%s: after the pause %d went", text, len(sent))
		}
	}
}

// TestPoison: one letter that the server takes for a fault of the account must
// not stop all others for ever.
func TestPoison(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0))
	for i := range 9 {
		it := letterTo(fmt.Sprintf("b%d@example.com", i), time.Minute)
		q.items[it.Key] = it
	}
	s := &script{answers: map[string][]error{"a@example.com": slices.Repeat([]error{refusal{554, "DT:SUM"}}, 50)}}
	_, pauses := run(t, q, s, monday.Add(time.Hour), 24*time.Hour, nil)
	if it := q.items["receipt/x/a@example.com"]; it.State != Failed || it.Fault != FaultLetter {
		t.Errorf("the poison is %s (%s)", it.State, it.Fault)
	}
	if sent, _ := q.SentSince(monday); len(sent) != 9 || len(pauses) > 2 {
		t.Errorf("%d others went, %d pauses", len(sent), len(pauses))
	}
}

func TestNetworkEndsTheRound(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0), letterTo("b@example.com", 1))
	s := &script{answers: map[string][]error{"a@example.com": {errNetwork}}}
	now := monday.Add(time.Second)
	next, err := Drain(context.Background(), func() time.Time { return now }, q, s, Rates{}, nil)
	if err != nil || len(s.tried) != 1 || !next.Equal(now.Add(time.Minute)) {
		t.Errorf("tried %v, next %s, %v", s.tried, next, err)
	}
	if b := q.items["receipt/x/b@example.com"]; b.Attempts != 0 {
		t.Errorf("b has %d attempts", b.Attempts)
	}
}

func TestToldToStop(t *testing.T) {
	q := newMemory(letterTo("a@example.com", 0), letterTo("b@example.com", 1))
	ctx, cancel := context.WithCancel(context.Background())
	c := stopper{cancel}
	_, err := Drain(ctx, func() time.Time { return monday.Add(time.Second) }, q, c, Rates{}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if it := q.items["receipt/x/a@example.com"]; it.State != Queued {
		t.Errorf("a is %s", it.State)
	}
}

type stopper struct{ stop func() }

func (s stopper) Send(ctx context.Context, _, _ string, _ []byte) error { s.stop(); return ctx.Err() }
