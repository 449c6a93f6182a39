package office_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/mail"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/chase"
	"tongbao/internal/letter"
	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// schedules is how many random schedules – one county's month each –
// TestSchedules lives through. The issue asks for 2,000:
// go test ./internal/office -run TestSchedules -schedules 2000 -v
var schedules = flag.Int("schedules", 200, "random schedules to live through")

// event is something that happens to a unit's month.
type event struct {
	at     time.Time
	what   string // letter, bad, stranger, drop, assign, extend, exempt
	unit   int
	period reporting.Period
	tables []reporting.Kind
	until  time.Time // of extend
	of     int       // drop and assign: which stranger's letter
}

// year is a random year of a few counties, with all that befalls them.
type year struct {
	r      *rand.Rand
	rules  office.Rules
	units  []reporting.Submitter
	months []reporting.Period
	events []event        // by time
	down   [][2]time.Time // the daemon does not run
	flaky  bool           // the provider refuses letters for a while
	from   time.Time
	to     time.Time
}

func newYear(r *rand.Rand, rules office.Rules, flaky bool) *year {
	y := &year{r: r, rules: rules, flaky: flaky}
	n := 2021 + r.IntN(5)
	y.from, y.to = time.Date(n, 1, 5, 6, 0, 0, 0, shanghai), time.Date(n+1, 1, 9, 0, 0, 0, 0, shanghai)
	for _, s := range reporting.JiujiangCounties()[:8] {
		s.Addresses, s.Tables = []string{s.Code + "@example.com"}, reporting.Kinds[:1+r.IntN(3)]
		if r.IntN(4) == 0 {
			s.Addresses = append(s.Addresses, s.Code+"b@example.com")
		}
		if r.IntN(2) == 0 {
			s.Copies = []string{fmt.Sprintf("boss%d@example.com", r.IntN(3))}
		}
		y.units = append(y.units, s)
	}
	y.rules.Register = reporting.NewRegister(y.units)
	y.rules.Terms.Shift = []reporting.Shift{reporting.ShiftNone, reporting.ShiftNext, reporting.ShiftPrevious}[r.IntN(3)]
	switch r.IntN(4) {
	case 0:
		y.rules.Quiet = chase.Quiet{}
	case 1:
		y.rules.Quiet = chase.Quiet{From: time.Duration(17+r.IntN(7)) * time.Hour, To: time.Duration(5+r.IntN(5)) * time.Hour, DaysOff: r.IntN(2) == 0}
	}
	if r.IntN(3) == 0 {
		y.rules.Ladder = ownLadder(r)
	}
	for m := 1; m <= 12; m++ {
		y.months = append(y.months, reporting.Period{Year: n, Month: time.Month(m)})
	}
	for range 12 + r.IntN(12) {
		from := y.from.Add(time.Duration(r.Int64N(int64(y.to.Sub(y.from)))))
		y.down = append(y.down, [2]time.Time{from, from.Add(time.Duration(1+r.IntN(80)) * time.Hour)})
	}
	for _, p := range y.months { // and some where they hurt
		if r.IntN(3) == 0 {
			from := time.Date(p.Year, p.Month, 24+r.IntN(6), r.IntN(24), r.IntN(60), 0, 0, shanghai)
			y.down = append(y.down, [2]time.Time{from, from.Add(time.Duration(1+r.IntN(60)) * time.Hour)})
		}
		for u := range y.units {
			y.befall(u, p)
		}
	}
	slices.SortStableFunc(y.events, func(a, b event) int { return a.at.Compare(b.at) })
	return y
}

// ownLadder is a ladder that an office might think of.
func ownLadder(r *rand.Rand) chase.Ladder {
	var l chase.Ladder
	used := map[string]bool{}
	for i := range 2 + r.IntN(5) {
		s := chase.Step{Name: string(rune('a' + i)), Workdays: r.IntN(7) - 4, Time: time.Duration(r.IntN(24*4)) * 15 * time.Minute, Letter: r.IntN(4) == 0, Superior: r.IntN(4) == 0}
		switch {
		case s.Workdays < 0:
			s.Kind, s.Template = chase.Reminder, "reminder"
		case s.Workdays == 0:
			s.Kind, s.Template = chase.Today, "today"
		default:
			s.Kind, s.Template = chase.Chaser, "chaser"
		}
		if at := fmt.Sprint(s.Workdays, s.Time); !used[at] {
			used[at] = true
			l = append(l, s)
		}
	}
	return l
}

// befall thinks up what a unit does in a month, and what the office does for it.
func (y *year) befall(u int, p reporting.Period) {
	r := y.r
	around := func() time.Time {
		return time.Date(p.Year, p.Month, 25, 0, 0, 0, 0, shanghai).Add(time.Duration(r.IntN(16*24*3600)-8*24*3600) * time.Second)
	}
	some := func() []reporting.Kind {
		owed := slices.Clone(y.units[u].Tables)
		r.Shuffle(len(owed), func(i, j int) { owed[i], owed[j] = owed[j], owed[i] })
		return owed[:1+r.IntN(len(owed))]
	}
	add := func(e event) int {
		e.unit, e.period = u, p
		y.events = append(y.events, e)
		return len(y.events) - 1
	}
	for range r.IntN(4) {
		add(event{at: around(), what: "letter", tables: some()})
	}
	if r.IntN(4) == 0 {
		add(event{at: around(), what: "bad"})
	}
	if r.IntN(6) == 0 {
		until := y.rules.Terms.Deadline(p).AddDate(0, 0, 1+r.IntN(9)).Add(-time.Duration(r.IntN(20)) * time.Hour)
		at := around()
		for !at.Before(until) {
			at = at.AddDate(0, 0, -5)
		}
		add(event{at: at, what: "extend", until: until})
	}
	if r.IntN(8) == 0 {
		add(event{at: around(), what: "exempt", tables: some()[:1]})
	}
	if r.IntN(8) == 0 {
		at := around()
		i := len(y.events)
		tables := some()
		add(event{at: at, what: "stranger", tables: tables, of: i})
		add(event{at: y.upAt(at).Add(time.Duration(1+r.IntN(60)) * time.Hour), what: []string{"drop", "assign"}[r.IntN(2)], tables: tables, of: i})
	}
}

// upAt is the first moment not before at when the daemon runs.
func (y *year) upAt(at time.Time) time.Time {
	for again := true; again; {
		again = false
		for _, d := range y.down {
			if !at.Before(d[0]) && at.Before(d[1]) {
				at, again = d[1], true
			}
		}
	}
	return at
}

// expectation is one letter that the rules want.
type expectation struct {
	at      time.Time
	missing []reporting.Kind
}

// oracle tells which letters of the ladder the rules want, and when, by the
// words of the issue: what is missing and no more; the latest due step alone;
// none at night and on days off; none for who has reported, is exempt or has a
// letter waiting for the office; an extension moves the ladder; at most two a
// day to one address. It knows the State Council's notices by another file than
// the program, and nothing of package chase but the configuration's types.
type oracle struct {
	y        *year
	days     map[string]bool
	arrived  map[string]bool // unit/period/table, from whatever cause nothing is owed
	paused   map[string]int
	deadline map[string]time.Time
	sent     map[string]expectation
	got      map[string][]time.Time // by address
	done     map[string]time.Time   // by unit and month: since when nothing is owed
}

func (o *oracle) worked(d time.Time) bool {
	if w, ok := o.days[d.Format(time.DateOnly)]; ok {
		return w
	}
	return d.Weekday() >= time.Monday && d.Weekday() <= time.Friday
}

// workday is midnight of the n-th workday after the day of d, or before it.
func (o *oracle) workday(d time.Time, n int) time.Time {
	d = time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, shanghai)
	for ; n > 0; n-- {
		for d = d.AddDate(0, 0, 1); !o.worked(d); d = d.AddDate(0, 0, 1) {
		}
	}
	for ; n < 0; n++ {
		for d = d.AddDate(0, 0, -1); !o.worked(d); d = d.AddDate(0, 0, -1) {
		}
	}
	return d
}

// due is the last day on which the month may be reported, for everybody.
func (o *oracle) due(p reporting.Period) time.Time {
	d := time.Date(p.Year, p.Month, 25, 0, 0, 0, 0, shanghai)
	if !o.worked(d) && o.y.rules.Terms.Shift == reporting.ShiftNext {
		d = o.workday(d, 1)
	} else if !o.worked(d) && o.y.rules.Terms.Shift == reporting.ShiftPrevious {
		d = o.workday(d, -1)
	}
	return d.Add(24*time.Hour - time.Second)
}

func (o *oracle) silent(x time.Time) bool {
	q := o.y.rules.Quiet
	x = x.In(shanghai)
	if q.DaysOff && !o.worked(x) {
		return true
	}
	clock := time.Duration(x.Hour())*time.Hour + time.Duration(x.Minute())*time.Minute + time.Duration(x.Second())*time.Second
	if q.From > q.To {
		return clock >= q.From || clock < q.To
	}
	return clock >= q.From && clock < q.To
}

// look lets the rules act at a moment.
func (o *oracle) look(x time.Time) {
	if !o.y.upAt(x).Equal(x) || o.silent(x) {
		return
	}
	for _, p := range o.y.months {
		for u, s := range o.y.units {
			o.lookAt(x, p, u, s)
		}
	}
}

func (o *oracle) lookAt(x time.Time, p reporting.Period, u int, s reporting.Submitter) {
	key := fmt.Sprint(u, p)
	due, own := o.due(p), o.due(p)
	if d, ok := o.deadline[key]; ok {
		own = d
	}
	var step *chase.Step
	var since time.Time
	for i := range o.y.rules.Ladder {
		if at := o.workday(own, o.y.rules.Ladder[i].Workdays).Add(o.y.rules.Ladder[i].Time); !at.After(x) && (step == nil || at.After(since)) {
			step, since = &o.y.rules.Ladder[i], at
		}
	}
	var missing []reporting.Kind
	for _, k := range s.Tables {
		if !o.arrived[key+string(k)] {
			missing = append(missing, k)
		}
	}
	freeze := o.workday(due, 3).Add(17 * time.Hour)
	if step == nil || len(missing) == 0 || o.paused[key] > 0 || step.Kind == chase.Chaser && !x.Before(freeze) || step.Kind != chase.Chaser && !x.Before(own) {
		return
	}
	to := s.Addresses
	if step.Superior {
		to = append(slices.Clone(to), s.Copies...)
	}
	for _, a := range to {
		k := fmt.Sprintf("chase/%s/%s/%s/%s/%s", p, s.Name, own.Format(time.DateOnly), step.Name, a)
		if _, done := o.sent[k]; done {
			continue
		}
		if g := o.got[a]; len(g) >= 2 && x.Sub(g[len(g)-2]) < 24*time.Hour {
			continue
		}
		o.sent[k] = expectation{x, missing}
		o.got[a] = append(o.got[a], x)
	}
}

// learn lets the oracle know what the office knows from an event on.
func (o *oracle) learn(x time.Time, e event) {
	key := fmt.Sprint(e.unit, e.period)
	switch e.what {
	case "letter", "exempt":
		for _, k := range e.tables {
			o.arrived[key+string(k)] = true
		}
	case "stranger":
		o.paused[key]++
	case "drop", "assign":
		o.paused[key]--
		for _, k := range e.tables {
			o.arrived[key+string(k)] = o.arrived[key+string(k)] || e.what == "assign"
		}
	case "extend":
		o.deadline[key] = e.until
	}
	s := o.y.units[e.unit]
	owes := slices.ContainsFunc(s.Tables, func(k reporting.Kind) bool { return !o.arrived[key+string(k)] })
	if id := s.Name + e.period.String(); !owes && o.done[id].IsZero() {
		o.done[id] = x
	}
}

// run lives through the year at every moment at which anything may change.
func (o *oracle) run() {
	moments := map[time.Time][]event{}
	touch := func(at time.Time) { moments[at] = append(moments[at], []event{}...) }
	for _, e := range o.y.events {
		at := e.at
		if e.what == "letter" || e.what == "stranger" {
			at = o.y.upAt(at) // read when the daemon is back
		}
		moments[at] = append(moments[at], e)
	}
	for _, d := range o.y.down {
		touch(o.y.upAt(d[1]))
	}
	for d := time.Date(o.y.from.Year(), 1, 5, 0, 0, 0, 0, shanghai); d.Before(o.y.to); d = d.AddDate(0, 0, 1) {
		for _, t := range []time.Duration{0, o.y.rules.Quiet.From, o.y.rules.Quiet.To} {
			touch(d.Add(t))
		}
		for _, s := range o.y.rules.Ladder {
			touch(d.Add(s.Time))
		}
	}
	all := slices.SortedFunc(maps.Keys(moments), time.Time.Compare)
	var free []time.Time // when an address may get another
	for len(all)+len(free) > 0 {
		slices.SortFunc(free, time.Time.Compare)
		var x time.Time
		if len(free) > 0 && (len(all) == 0 || free[0].Before(all[0])) {
			x, free = free[0], free[1:]
		} else {
			x, all = all[0], all[1:]
		}
		for _, e := range moments[x] {
			o.learn(x, e)
		}
		if x.Before(o.y.from) || !x.Before(o.y.to) {
			continue
		}
		before := len(o.sent)
		o.look(x)
		if len(o.sent) > before {
			free = append(free, x.Add(24*time.Hour))
		}
	}
}

// notices reads the State Council's notices from the copy that tests are held against.
func notices(t *testing.T) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile("../reporting/testdata/notices.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(strings.ReplaceAll(line, ",", " "))
		if len(f) < 3 || f[0] == "#" {
			continue
		}
		for _, span := range f[2:] {
			a, b, ok := strings.Cut(span, "..")
			if !ok {
				b = a
			} else if len(b) == 2 {
				b = a[:3] + b
			}
			from, err1 := time.Parse(time.DateOnly, f[0]+"-"+a)
			to, err2 := time.Parse(time.DateOnly, f[0]+"-"+b)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			for ; !from.After(to); from = from.AddDate(0, 0, 1) {
				out[from.Format(time.DateOnly)] = f[1] == "WORK"
			}
		}
	}
	return out
}

// life is the real office in such a year: store, letters, outbox, restarts.
type life struct {
	t         *testing.T
	y         *year
	dir       string
	now       time.Time
	o         *office.Office
	ids       map[int]string // of strangers' letters
	refusing  time.Time      // until when the provider refuses
	delivered map[string][]time.Time
	asked     map[string][]reporting.Kind // what each key asked for when it was written
}

func (l *life) Send(_ context.Context, _, to string, raw []byte) error {
	if l.now.Before(l.refusing) {
		return refused{}
	}
	id := strings.TrimSpace(between(string(raw), "Message-ID: <", ">"))
	l.delivered[id] = append(l.delivered[id], l.now)
	return nil
}

// open opens the office, or opens it again.
func (l *life) open() {
	if l.o != nil {
		if err := l.o.Store.Close(); err != nil {
			l.t.Fatal(err)
		}
	}
	l.o = newOffice(l.t, l.dir, l.y.units)
	l.o.Rules = l.y.rules
}

// live runs the year turn by turn, as the daemon does: letters in, then what is
// due, then the outbox, and sleeps until something is to be done.
func (l *life) live() {
	l.open()
	defer func() { l.o.Store.Close(); l.o = nil }()
	y, next := l.y, 0
	var mailbox []int // letters that are not read yet
	for l.now = y.from; l.now.Before(y.to); {
		up := y.upAt(l.now).Equal(l.now)
		var verbs []event
		for ; next < len(y.events) && !y.events[next].at.After(l.now); next++ {
			if e := y.events[next]; e.what == "letter" || e.what == "bad" || e.what == "stranger" {
				mailbox = append(mailbox, next)
			} else {
				verbs = append(verbs, e)
			}
		}
		for ; up && len(mailbox) > 0; mailbox = mailbox[1:] {
			l.letter(mailbox[0], y.events[mailbox[0]])
		}
		for _, e := range verbs {
			l.decide(e)
		}
		wake := y.to
		sooner := func(at time.Time) {
			if at.After(l.now) && at.Before(wake) {
				wake = at
			}
		}
		if up {
			if y.r.IntN(40) == 0 {
				l.open()
			}
			l.turn(sooner)
		}
		if next < len(y.events) {
			sooner(y.events[next].at)
		}
		sooner(y.upAt(l.now))
		for _, d := range y.down {
			sooner(d[0])
			sooner(d[1])
		}
		l.now = wake
	}
}

func (l *life) turn(sooner func(time.Time)) {
	due, err := l.o.Chase(l.now)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, d := range due {
		for _, to := range d.To { // a call with a letter that is held is listed again, for those that went before, too
			if to.Held.IsZero() && (to.State == "" || to.State == outbox.Withdrawn) {
				l.asked[d.Key(to.Address)] = d.Missing
			}
		}
	}
	at, err := l.o.NextChase(l.now)
	if err != nil {
		l.t.Fatal(err)
	}
	sooner(at)
	if l.y.flaky && l.y.r.IntN(6) == 0 {
		l.refusing = l.now.Add(time.Duration(l.y.r.IntN(300)) * time.Minute)
	}
	if err := l.o.KeepQuiet(l.now); err != nil {
		l.t.Fatal(err)
	}
	at, err = outbox.Drain(l.t.Context(), func() time.Time { return l.now }, store.Queue{Store: l.o.Store}, l, outbox.Rates{Minute: 1e6, Quarter: 1e6, Day: 1e6}, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	sooner(at)
}

// decide is a verb of the office's.
func (l *life) decide(e event) {
	var err error
	switch name := l.y.units[e.unit].Name; e.what {
	case "extend":
		err = l.o.Extend(e.period, name, e.until, "test", l.now)
	case "exempt":
		err = l.o.Exempt(e.period, name, e.tables[0], "x", "test", l.now)
	case "drop":
		err = l.o.Drop(l.ids[e.of], "x", "test", l.now)
	case "assign":
		_, err = l.o.Assign(l.t.Context(), l.ids[e.of], name, false, "test", l.now)
	}
	if err != nil {
		l.t.Fatalf("%s at %s: %v", e.what, l.now, err)
	}
}

// letter lets a unit's letter come in.
func (l *life) letter(n int, e event) {
	s := l.y.units[e.unit]
	draft := letter.Draft{From: mail.Address{Address: s.Addresses[n%len(s.Addresses)]}, To: ours, Date: e.at, MessageID: fmt.Sprintf("%d@example.com", n),
		Subject: fmt.Sprintf("%s%d月城建报表", s.Name, int(e.period.Month))}
	title := fmt.Sprintf("%s%d年%%s（%d月）", s.Name, e.period.Year, int(e.period.Month))
	for _, k := range e.tables {
		body := ""
		switch {
		case k == reporting.Progress:
			body = fmt.Sprintf(title+"\n单位：万元\n序号,项目名称,总投资,%d年计划投资,1-%d月累计完成投资\n1,滨江路道路改造工程,12000,5000,%d\n", "城建项目进度表", e.period.Year, int(e.period.Month), 100+n)
		case n%3 == 0 && e.what == "letter":
			draft.Text += map[reporting.Kind]string{reporting.Issues: "本月无问题。\n", reporting.Lagging: "本月无滞后项目。\n"}[k]
			continue
		case k == reporting.Issues:
			body = fmt.Sprintf(title+"\n序号,项目名称,存在问题,责任单位,整改措施,整改时限\n1,滨江路道路改造工程,征地拆迁尚余%d户,县住建局,专人跟踪,%d年12月\n", "城建项目问题台账", n, e.period.Year)
		default:
			body = fmt.Sprintf(title+"\n序号,项目名称,责任单位,滞后原因,整改措施\n1,老城区雨污分流工程,县城管局,资金缺口%d万元,加快拨付\n", "进度滞后的项目清单", n)
		}
		draft.Attachments = append(draft.Attachments, letter.Attachment{Name: string(k) + ".csv", Type: "text/csv", Data: []byte(body)})
	}
	switch e.what {
	case "bad":
		draft.Attachments = []letter.Attachment{{Name: "进度表.xlsx", Data: fmt.Appendf(nil, "PK\x03\x04 %d", n)}}
	case "stranger":
		draft.From.Address = "somebody@else.example.com"
	}
	raw, err := letter.Compose(draft)
	if err != nil {
		l.t.Fatal(err)
	}
	in, err := l.o.Receive(l.t.Context(), store.Arrival{Via: "mail", Folder: "INBOX", Validity: 1, UID: uint32(n + 1), Arrived: e.at}, raw, l.now)
	if err != nil {
		l.t.Fatal(err)
	}
	if e.what == "stranger" {
		l.ids[e.of] = in.ID
	}
	want := map[string]store.LetterState{"letter": store.Taken, "bad": store.Rejected, "stranger": store.Quarantined}[e.what]
	if in.State != want && (want != store.Taken || in.State != store.Repeated) { // a second nil report is the first again
		l.t.Fatalf("a letter (%s) of %s for %s at %s is %s (%s)", e.what, s.Name, e.period, e.at, in.State, in.Reason)
	}
}

type refused struct{}

func (refused) Error() string { return "450 try later" }
func (refused) Code() int     { return 450 }
func (refused) Text() string  { return "try later" }

func between(s, a, b string) string {
	_, s, _ = strings.Cut(s, a)
	s, _, _ = strings.Cut(s, b)
	return s
}

// TestSchedules lives through random years with the real office and compares
// each letter of the ladder with the oracle's: nobody who submitted is chased,
// nobody who did not is spared, no key is sent twice – across outages,
// restarts, extensions, exemptions, holidays, and letters that wait.
func TestSchedules(t *testing.T) {
	if testing.Short() {
		*schedules = min(*schedules, 40) // as under the race detector
	}
	days := notices(t)
	lived, letters, flakyYears := 0, 0, 0
	for seed := uint64(1); lived < *schedules; seed++ {
		base := newOffice(t, t.TempDir(), units)
		rules := base.Rules
		base.Store.Close()
		rules.ReceiptsHour = 100
		y := newYear(rand.New(rand.NewPCG(seed, 5)), rules, seed%4 == 3)
		dir := quickDir(t)
		l := &life{t: t, y: y, dir: dir, ids: map[int]string{}, delivered: map[string][]time.Time{}, asked: map[string][]reporting.Kind{}}
		l.live()
		lived += len(y.units) * len(y.months)
		if y.flaky {
			flakyYears++
		}
		letters += compare(t, seed, l, days)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d random schedules, %d letters, %d years with a provider that refuses", lived, letters, flakyYears)
	if letters < lived {
		t.Errorf("only %d letters: the years are too quiet to prove anything", letters)
	}
}

// quickDir is a directory in memory where there is one: each of some ten
// thousand transactions is synced.
func quickDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "tongbao-schedules-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// compare holds the letters of a life against the oracle's, and returns how many went out.
func compare(t *testing.T, seed uint64, l *life, days map[string]bool) int {
	t.Helper()
	o := &oracle{y: l.y, days: days, arrived: map[string]bool{}, paused: map[string]int{}, deadline: map[string]time.Time{},
		sent: map[string]expectation{}, got: map[string][]time.Time{}, done: map[string]time.Time{}}
	o.run()
	l.open()
	defer l.o.Store.Close()
	sent := map[string]time.Time{}
	for _, it := range items(t, l.o, "chase/") {
		times := l.delivered[it.MessageID]
		if len(times) > 1 {
			t.Errorf("year %d: %s went out %d times", seed, it.Key, len(times))
		}
		if len(times) == 1 {
			sent[it.Key] = times[0]
		}
		if l.y.flaky { // when a letter goes depends on the provider; whether it may, does not
			done := o.done[it.Submitter+it.Period]
			if len(times) == 1 && !done.IsZero() && !times[0].Before(done) {
				t.Errorf("year %d: %s went out at %s, and nothing was owed since %s", seed, it.Key, times[0], done)
			}
			if len(times) == 1 && (!times[0].Before(it.Expires) || o.silent(times[0])) || len(times) == 0 && it.State != outbox.Expired && it.State != outbox.Withdrawn {
				t.Errorf("year %d: %s was written at %s, went out at %v, was to expire at %s and is %s", seed, it.Key, it.Created, times, it.Expires, it.State)
			}
			continue
		}
		want, ok := o.sent[it.Key]
		switch {
		case !ok:
			t.Errorf("year %d: %s was written at %s, and the rules want none", seed, it.Key, it.Created)
		case len(times) != 1 || !times[0].Equal(want.at):
			t.Errorf("year %d: %s went out at %v, the rules want it at %s", seed, it.Key, times, want.at)
		case !slices.Equal(l.asked[it.Key], want.missing):
			t.Errorf("year %d: %s asks for %v, missing is %v", seed, it.Key, l.asked[it.Key], want.missing)
		}
	}
	if l.y.flaky {
		return len(sent)
	}
	for key, want := range o.sent {
		if _, ok := sent[key]; !ok {
			t.Errorf("year %d: %s was to go at %s and did not", seed, key, want.at)
		}
	}
	return len(sent)
}
