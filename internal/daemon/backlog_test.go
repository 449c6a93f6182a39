package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	compose "tongbao/internal/letter"
	"tongbao/internal/postoffice/debian"
	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
	"tongbao/internal/sheet"
	"tongbao/internal/years"
)

// backlog is a year's letters of many cities' units.
type backlog struct {
	submitters string // of the configuration
	letters    []arriving
	workbooks  int
}

type arriving struct {
	raw []byte
	at  time.Time
}

// makeBacklog makes so many letters, month by month: each city is a year of
// its own whose units have names of their own.
func makeBacklog(b *testing.B, n int) backlog {
	b.Helper()
	const perCity = 17 * 12
	var out backlog
	type job struct {
		from string
		l    years.Letter
	}
	var jobs []job
	for city := range (n + perCity - 1) / perCity {
		y := years.Make(uint64(city+1), true)
		from := map[string]string{}
		prefix := string([]rune("甲乙丙丁戊己庚辛壬癸")[city%10])
		var names []string
		for i, s := range y.Submitters {
			short := strings.TrimPrefix(s.Name, "九江市")
			names = append(names, short, prefix+short)
			from[s.Name] = fmt.Sprintf("u%d@c%d.example.com", i, city)
			var kinds []string
			for _, k := range s.Tables {
				kinds = append(kinds, string(k))
			}
			out.submitters += fmt.Sprintf("  - {name: %s, group: %s, addresses: [%s], tables: [%s]}\n", strings.Replace(s.Name, short, prefix+short, 1), s.Group, from[s.Name], strings.Join(kinds, ", "))
		}
		rename := strings.NewReplacer(names...)
		for _, l := range y.Letters {
			address := from[l.Submitter]
			l.Subject, l.Body = rename.Replace(l.Subject), rename.Replace(l.Body)
			for i := range l.Files {
				l.Files[i].Name = rename.Replace(l.Files[i].Name)
				for _, g := range l.Files[i].Grids {
					for _, r := range g.Rows {
						for c := range r.Cells {
							r.Cells[c].Text = rename.Replace(r.Cells[c].Text)
						}
					}
				}
			}
			jobs = append(jobs, job{address, l})
		}
	}
	slices.SortStableFunc(jobs, func(a, b job) int { return int(a.l.Period.Month - b.l.Period.Month) })
	jobs = jobs[:n]
	out.letters = make([]arriving, n)
	var wait sync.WaitGroup
	turns := make(chan struct{}, runtime.NumCPU())
	for i, j := range jobs {
		out.workbooks += len(j.l.Files)
		turns <- struct{}{}
		wait.Go(func() {
			at := j.l.Period.Day(24, shanghai).Add(9*time.Hour + time.Duration(i)*time.Second)
			out.letters[i] = arriving{yearLetter(b, j.from, j.l, i, at), at}
			<-turns
		})
	}
	wait.Wait()
	return out
}

// yearLetter is a simulated letter as it is mailed.
func yearLetter(b *testing.B, from string, l years.Letter, n int, at time.Time) []byte {
	d := compose.Draft{From: mail.Address{Address: from}, To: box, Subject: l.Subject, Date: at, MessageID: fmt.Sprintf("%d@backlog.example.com", n), Text: l.Body}
	for _, f := range l.Files {
		d.Attachments = append(d.Attachments, compose.Attachment{Name: f.Name, Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Data: yearBook(b, f)})
	}
	raw, err := compose.Compose(d)
	if err != nil {
		b.Error(err)
	}
	return raw
}

func yearBook(b *testing.B, f years.File) []byte {
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		if err != nil {
			b.Error(err)
		}
	}
	styles := map[string]int{"": 0}
	for i, g := range f.Grids {
		if i == 0 {
			must(x.SetSheetName("Sheet1", g.Name))
		} else {
			_, err := x.NewSheet(g.Name)
			must(err)
		}
		for _, row := range g.Rows {
			for _, c := range row.Cells {
				at := sheet.CellName(c.Col, row.Index)
				if c.Kind == sheet.Text {
					must(x.SetCellStr(g.Name, at, c.Text))
					continue
				}
				must(x.SetCellFloat(g.Name, at, c.Number, -1, 64))
				if _, ok := styles[c.Format]; !ok {
					style, err := x.NewStyle(&excelize.Style{CustomNumFmt: &c.Format})
					must(err)
					styles[c.Format] = style
				}
				must(x.SetCellStyle(g.Name, at, at, styles[c.Format]))
			}
		}
		for _, m := range g.Merges {
			must(x.MergeCell(g.Name, sheet.CellName(m.Left, m.Top), sheet.CellName(m.Right, m.Bottom)))
		}
	}
	var out bytes.Buffer
	must(x.Write(&out))
	return out.Bytes()
}

// BenchmarkBacklog takes a backlog of county letters in from a real Dovecot –
// from the connection to records committed and receipts queued – beside mbsync,
// with its default fsync, that downloads the same mailbox. Both go in turn, and
// the ratio of the medians counts:
//
//	go test ./internal/daemon -run '^$' -bench Backlog -benchtime 1x -timeout 30m
//
// Beside it stands the processor time of both, which other work on the machine
// does not bend; Dovecot's own is in neither. TONGBAO_LETTERS is how many letters
// (1000), TONGBAO_ROUNDS how often (3).
func BenchmarkBacklog(b *testing.B) {
	if _, err := exec.LookPath("mbsync"); err != nil {
		b.Skip("Debian package isync is not installed")
	}
	n, rounds := setting("TONGBAO_LETTERS", 1000), setting("TONGBAO_ROUNDS", 3)
	lot := makeBacklog(b, n)
	servers := debian.Start(b, box)
	size := 0
	for _, l := range lot.letters {
		servers.Lay(b, box, l.raw, l.at)
		size += len(l.raw)
	}
	mbsync(b, servers, n) // Dovecot makes its index
	var theirs, ours, theirCPU, ourCPU []time.Duration
	var ratios []float64
	for range rounds {
		before := spent()
		theirs = append(theirs, mbsync(b, servers, n))
		between := spent()
		ours = append(ours, takeIn(b, servers, lot))
		theirCPU, ourCPU = append(theirCPU, between-before), append(ourCPU, spent()-between)
		ratios = append(ratios, ours[len(ours)-1].Seconds()/theirs[len(theirs)-1].Seconds())
	}
	b.Logf("%d letters, %d workbooks, %d MB; mbsync %v (processor %v), tongbao %v (processor %v); ratios %.2f", n, lot.workbooks, size>>20, theirs, theirCPU, ours, ourCPU, ratios)
	their, our := median(theirs).Seconds(), median(ours).Seconds()
	b.ReportMetric(their, "s/mbsync")
	b.ReportMetric(our, "s/tongbao")
	b.ReportMetric(our/their, "ratio")
	b.ReportMetric(median(theirCPU).Seconds(), "cpu-s/mbsync")
	b.ReportMetric(median(ourCPU).Seconds(), "cpu-s/tongbao")
	b.ReportMetric(float64(lot.workbooks), "workbooks")
}

func median(list []time.Duration) time.Duration {
	list = slices.Clone(list)
	slices.Sort(list)
	return list[len(list)/2]
}

// spent is the processor time of this process and of its children that ended.
func spent() (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// mbsync downloads the mailbox into a new Maildir.
func mbsync(b *testing.B, s *debian.Servers, n int) time.Duration {
	b.Helper()
	dir := b.TempDir()
	rc := filepath.Join(dir, "rc")
	text := fmt.Sprintf("IMAPAccount a\nHost localhost\nPort %d\nUser %s\nPass %s\nSSLType IMAPS\nSystemCertificates no\nCertificateFile %s\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath %[5]s/mail/\nInbox %[5]s/mail/INBOX\n\nChannel c\nFar :far:\nNear :near:\nSync Pull\nCreate Near\nSyncState *\n",
		s.IMAPSPort, box, s.Password, s.CAFile, dir)
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "mail"), 0o700); err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	if out, err := exec.Command("mbsync", "-q", "-c", rc, "-a").CombinedOutput(); err != nil {
		b.Fatalf("mbsync: %v\n%s", err, out)
	}
	took := time.Since(begin)
	files, _ := filepath.Glob(filepath.Join(dir, "mail", "INBOX", "*", "*"))
	if len(files) < n {
		b.Fatalf("mbsync downloaded %d letters of %d", len(files), n)
	}
	return took
}

// takeIn has a new office take the mailbox in, in one turn.
func takeIn(b *testing.B, s *debian.Servers, lot backlog) time.Duration {
	b.Helper()
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(s.Password+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf(`
data: ./data
mailbox: {host: 127.0.0.1, port: %d, security: tls, ca_file: %q, user: %s, password: {file: password}, since: 2021-01-01, answer_within: 9000h}
reminders: {enabled: false}
submitters:
%s`, s.IMAPSPort, s.CAFile, box, lot.submitters)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := daemon.Open(cfg, daemon.Options{Command: []string{os.Args[0], "clerk"}, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := house.Close(); err != nil { // its children have ended then
			b.Error(err)
		}
	}()
	now := time.Date(2021, 12, 31, 12, 0, 0, 0, shanghai)
	d, err := daemon.New(house, schedule.NewSimulated(now), log)
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	d.Turn(context.Background())
	took := time.Since(begin)
	st, err := house.Office.Status(reporting.PeriodOf(lot.letters[0].at), now)
	if err != nil {
		b.Fatal(err)
	}
	if st.Letters != len(lot.letters) || st.Outbox["queued"] < len(lot.letters)*9/10 || len(st.Quarantine) > len(lot.letters)/20 {
		b.Fatalf("%d letters of %d were taken in, %v, %d in quarantine", st.Letters, len(lot.letters), st.Outbox, len(st.Quarantine))
	}
	return took
}
