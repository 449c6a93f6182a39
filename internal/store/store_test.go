package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

var (
	march = reporting.Period{Year: 2021, Month: 3}
	noon  = time.Date(2021, 3, 24, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))
)

// childEnv makes this test binary open the directory that it names, and say how that went.
const childEnv = "TONGBAO_TEST_OPEN"

// The child's work stays on the main thread, the one that strace follows.
func init() {
	if os.Getenv(recordEnv) != "" {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(recordEnv); dir != "" {
		dieAt, _ := strconv.Atoi(os.Getenv("TONGBAO_TEST_DIE"))
		if err := takeIn(dir, dieAt); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv("TONGBAO_TEST_READ"); dir != "" {
		readAll(dir)
		os.Exit(0)
	}
	if dir := os.Getenv("TONGBAO_TEST_ROT"); dir != "" {
		rot(dir)
		os.Exit(0)
	}
	if dir := os.Getenv(childEnv); dir != "" {
		s, err := Open(dir)
		if err != nil {
			fmt.Printf("busy=%v %v\n", errors.Is(err, ErrBusy), err)
			os.Exit(0)
		}
		s.Close()
		fmt.Println("opened")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func update(t *testing.T, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.Update(noon, fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *Store, fn func(*Tx) error) {
	t.Helper()
	if err := s.View(fn); err != nil {
		t.Fatal(err)
	}
}

// childOpen opens the directory in another process.
func childOpen(t *testing.T, dir string) string { return child(t, childEnv, dir) }

func childRead(t *testing.T, dir string) string { return child(t, "TONGBAO_TEST_READ", dir) }

func child(t *testing.T, env, dir string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) } // it says where it hangs
	cmd.Env = append(os.Environ(), env+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the child died: %v\n%s", err, out)
	}
	return string(out)
}

// TestSecondOpen: the directory belongs to one process, and the other is told to which.
func TestSecondOpen(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	out := childOpen(t, dir)
	if !strings.HasPrefix(out, "busy=true") || !strings.Contains(out, "by process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("a second open says %q", out)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if out := childOpen(t, dir); out != "opened\n" {
		t.Errorf("after it was closed, an open says %q", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "tongbao.pid")); !os.IsNotExist(err) {
		t.Errorf("the process's id stays behind: %v", err)
	}
}

// TestOrphans: letters or decisions without their database, or with one whose
// rebuild was cut short, are no new store.
func TestOrphans(t *testing.T) {
	opens := func(dir, want string) {
		t.Helper()
		s, err := Open(dir)
		if err == nil {
			s.Close()
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "tongbao rebuild")) {
			t.Errorf("opening says %v, want %q", err, want)
		}
	}
	for name, do := range map[string]func(*Store) error{
		"letter": func(s *Store) error {
			return s.Keep(Arrival{ID: "20210324-1", Arrived: noon}, []byte("Subject: x\r\n\r\n"))
		},
		"decision": func(s *Store) error { return s.Journal(Entry{Action: "extend"}) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			opens(dir, "") // of nothing a new one is made, also again and again
			path := filepath.Join(dir, "tongbao.db")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			opens(dir, "")
			s := openStore(t, dir)
			if err := errors.Join(do(s), s.Close(), os.Remove(path)); err != nil {
				t.Fatal(err)
			}
			opens(dir, "没有数据库")
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("a database was made: %v", err)
			}
			s, err := OpenAnew(dir)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			opens(dir, "没有重建完")
			if _, err := OpenAnew(dir); err == nil {
				t.Error("a database that is there was made anew")
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if s, err = OpenAnew(dir); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Rebuilt(), s.Close()); err != nil {
				t.Fatal(err)
			}
			opens(dir, "")
		})
	}
}

// TestTruncated cuts the database at many places: each is an error that says
// what to do, in a child, because bbolt would die of it.
func TestTruncated(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	for i := range 20 {
		update(t, s, func(tx *Tx) error {
			return tx.PutLetter(Letter{Arrival: Arrival{ID: fmt.Sprint(i), Arrived: noon}, Subject: strings.Repeat("表", 3000)})
		})
	}
	var used int // bytes that hold pages; bbolt makes the file larger beforehand
	view(t, s, func(tx *Tx) error { used = int(tx.kv.(boltTx).tx.Size()); return nil })
	s.Close()
	path := filepath.Join(dir, "tongbao.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 79, 4096, 8192, 3*4096 + 17, used / 2, used * 3 / 4, used - 1} {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if out := childOpen(t, dir); !strings.Contains(out, "已损坏") || !strings.Contains(out, "tongbao rebuild") {
			t.Errorf("%d bytes of %d: %q", size, len(whole), out)
		}
	}
	for name, content := range map[string][]byte{
		"text": []byte(strings.Repeat("no database ", 2000)), "zeros": make([]byte, len(whole)), "no second page": append([]byte{}, whole[:4000]...),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if out := childOpen(t, dir); !strings.Contains(out, "已损坏") {
			t.Errorf("%s: %q", name, out)
		}
	}
	for _, size := range []int{used, len(whole)} {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if out := childOpen(t, dir); out != "opened\n" {
			t.Errorf("%d bytes, %d of them used: %q", size, used, out)
		}
	}
}

// TestSchema: a newer program's database is refused and left as it is; one of
// before the first migration is brought up.
func TestSchema(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir).Close()
	set := func(version string) {
		db, err := bbolt.Open(filepath.Join(dir, "tongbao.db"), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte(version)) }); err != nil {
			t.Fatal(err)
		}
	}
	newer := strconv.Itoa(len(migrations) + 1)
	set(newer)
	for range 2 {
		if s, err := Open(dir); err == nil || !strings.Contains(err.Error(), "schema "+newer) {
			t.Errorf("a newer schema: %v", err)
			s.Close()
		}
	}
	set(strconv.Itoa(len(migrations)))
	openStore(t, dir)
}

// TestMigrations runs each on the schema before it; a new one needs its test here.
func TestMigrations(t *testing.T) {
	if len(migrations) != 5 {
		t.Fatalf("%d migrations, 5 are tested", len(migrations))
	}
	dir := t.TempDir()
	db, err := bbolt.Open(filepath.Join(dir, "tongbao.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	s := openStore(t, dir) // schema 0: not even meta
	err = s.db.View(func(tx *bbolt.Tx) error {
		for _, b := range buckets {
			if tx.Bucket([]byte(b)) == nil {
				t.Errorf("no bucket %s", b)
			}
		}
		if v := string(tx.Bucket([]byte("meta")).Get([]byte("schema"))); v != "5" {
			t.Errorf("schema %q", v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Of a database of schema 3 the letters of strangers are known.
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutLetter(Letter{Arrival: Arrival{ID: "1", Arrived: noon}, State: Quarantined}), tx.PutLetter(Letter{Arrival: Arrival{ID: "2", Arrived: noon}, State: Taken}))
	})
	err = s.db.Update(func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte("strangers")), tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte("3")))
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	view(t, openStore(t, dir), func(tx *Tx) error {
		if list, err := tx.Strangers(); err != nil || len(list) != 1 || list[0].ID != "1" {
			t.Errorf("strangers: %+v, %v", list, err)
		}
		return nil
	})
}

// TestUpdateIsWhole: what fails in the middle leaves nothing.
func TestUpdateIsWhole(t *testing.T) {
	s := openStore(t, t.TempDir())
	fault := errors.New("fault")
	err := s.Update(noon, func(tx *Tx) error {
		if err := tx.SetMark("INBOX", Mark{7, 9}); err != nil {
			return err
		}
		return fault
	})
	if !errors.Is(err, fault) {
		t.Fatal(err)
	}
	view(t, s, func(tx *Tx) error {
		if m, err := tx.Mark("INBOX"); m != (Mark{}) || err != nil {
			t.Errorf("the mark is %v: %v", m, err)
		}
		return nil
	})
}

func TestMarksAndJobs(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.SetMark("INBOX", Mark{7, 9}), tx.SetMark("垃圾邮件", Mark{8, 1}), tx.SetJob("publish", noon), tx.SetNote("seen", []int{1, 2}))
	})
	s.Close()
	s = openStore(t, dir)
	view(t, s, func(tx *Tx) error {
		a, err1 := tx.Mark("INBOX")
		b, err2 := tx.Mark("垃圾邮件")
		c, err3 := tx.Mark("广告邮件")
		if a != (Mark{7, 9}) || b != (Mark{8, 1}) || c != (Mark{}) {
			t.Errorf("marks %v %v %v", a, b, c)
		}
		at, err4 := tx.Job("publish")
		never, err5 := tx.Job("chase")
		if !at.Equal(noon) || !never.IsZero() {
			t.Errorf("jobs %v %v", at, never)
		}
		var note []int
		ok, err6 := tx.Note("seen", &note)
		if !ok || !slices.Equal(note, []int{1, 2}) {
			t.Errorf("note %v", note)
		}
		missing, err7 := tx.Note("other", &note)
		if missing {
			t.Error("a note that was never kept is there")
		}
		return errors.Join(err1, err2, err3, err4, err5, err6, err7)
	})
}

// TestVersions: every version stays, numbered by submitter, month and table.
func TestVersions(t *testing.T) {
	s := openStore(t, t.TempDir())
	add := func(tx *Tx, submitter string, p reporting.Period, k reporting.Kind, letter string, at time.Time) int {
		n, err := tx.AddVersion(reporting.Version{Submitter: submitter, Period: p, Kind: k, Letter: letter, Received: at,
			Table: reporting.Table{Kind: k, Rows: []reporting.Row{{Row: 6, Fields: map[reporting.Field]reporting.Value{reporting.FProjectName: reporting.Text(letter)}}}}})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	update(t, s, func(tx *Tx) error {
		for i, want := range []int{1, 2, 3} {
			if n := add(tx, "修水县", march, reporting.Progress, fmt.Sprint("letter", i), noon.Add(time.Duration(i)*time.Hour)); n != want {
				t.Errorf("version %d, want %d", n, want)
			}
		}
		for _, n := range []int{
			add(tx, "修水县", march, reporting.Issues, "a", noon), add(tx, "修水县", march.Add(1), reporting.Progress, "b", noon),
			add(tx, "永修县", march, reporting.Progress, "c", noon), add(tx, "修水", march, reporting.Progress, "d", noon),
		} {
			if n != 1 {
				t.Errorf("the first version of another table is number %d", n)
			}
		}
		return nil
	})
	view(t, s, func(tx *Tx) error {
		all, err := tx.Versions(march, "修水县", reporting.Progress)
		if err != nil {
			return err
		}
		var letters []string
		for _, v := range all {
			letters = append(letters, fmt.Sprint(v.N, v.Letter, v.Table.Rows[0].Text(reporting.FProjectName)))
		}
		if want := []string{"1letter0letter0", "2letter1letter1", "3letter2letter2"}; !slices.Equal(letters, want) {
			t.Errorf("versions %q, want %q", letters, want)
		}
		if v := reporting.Counting(all, noon.Add(90*time.Minute)); v == nil || v.N != 2 {
			t.Errorf("at half past one %v counts", v)
		}
		return nil
	})
	update(t, s, func(tx *Tx) error {
		all, err := tx.Versions(march, "修水县", reporting.Progress)
		all[2].Excluded = "重复"
		return errors.Join(err, tx.PutVersion(all[2]))
	})
	view(t, s, func(tx *Tx) error {
		all, err := tx.Versions(march, "修水县", reporting.Progress)
		if v := reporting.Counting(all, time.Time{}); len(all) != 3 || v == nil || v.N != 2 {
			t.Errorf("of %d versions %v counts after the third was excluded", len(all), v)
		}
		return err
	})
}

func TestDecisions(t *testing.T) {
	s := openStore(t, t.TempDir())
	until := time.Date(2021, 3, 29, 17, 0, 0, 0, noon.Location())
	update(t, s, func(tx *Tx) error {
		_, err := tx.Bounce(Bounced{Address: "x@example.com", At: noon, Text: "550"})
		return errors.Join(err, tx.Exempt(march, "修水县", reporting.Lagging, "汛情"), tx.Extend(march, "修水县", until),
			tx.Remember("xs@example.com", "修水县"), tx.Reject(march, "修水县", "a"), tx.Reject(march, "修水县", "b"), tx.Reject(march, "修水县", "a"))
	})
	update(t, s, func(tx *Tx) error {
		if !tx.IsExempt(march, "修水县", reporting.Lagging) || tx.IsExempt(march, "修水县", reporting.Issues) || tx.IsExempt(march.Add(1), "修水县", reporting.Lagging) {
			t.Error("exempt is another table than the one")
		}
		if !tx.Extension(march, "修水县").Equal(until) || !tx.Extension(march, "永修县").IsZero() {
			t.Errorf("extended until %v", tx.Extension(march, "修水县"))
		}
		if tx.Assigned("xs@example.com") != "修水县" || tx.Assigned("ys@example.com") != "" {
			t.Error("the address is not remembered")
		}
		if n := tx.Rejections(march, "修水县"); n != 2 {
			t.Errorf("%d letters rejected, want 2", n)
		}
		if fresh, err := tx.Bounce(Bounced{Address: "x@example.com"}); fresh || err != nil {
			t.Errorf("a known bounce is new: %v", err)
		}
		return tx.Exempt(march, "修水县", reporting.Lagging, "")
	})
	view(t, s, func(tx *Tx) error {
		if tx.IsExempt(march, "修水县", reporting.Lagging) {
			t.Error("an exemption that was ended holds")
		}
		return nil
	})
}

// TestPublications: editions are kept apart, with what they were computed from.
func TestPublications(t *testing.T) {
	s := openStore(t, t.TempDir())
	inputs := []Input{{"修水县", reporting.Progress, 2, "l1"}}
	update(t, s, func(tx *Tx) error {
		return errors.Join(
			tx.Publish(Publication{Period: march, Edition: Release, At: noon, Inputs: inputs, Bulletin: bulletin.Bulletin{Period: march, Number: "3"}}),
			tx.Publish(Publication{Period: march, Edition: Draft, At: noon}),
			tx.Publish(Publication{Period: march.Add(-1), Edition: Release, At: noon}))
	})
	view(t, s, func(tx *Tx) error {
		p, ok, err := tx.Publication(march, Release)
		if !ok || !slices.Equal(p.Inputs, inputs) || p.Bulletin.Number != "3" {
			t.Errorf("release: %v %v", ok, p)
		}
		if _, ok, _ := tx.Publication(march.Add(1), Release); ok {
			t.Error("a month that was not published is there")
		}
		all, err2 := tx.Headings()
		if len(all) != 3 || all[0].Period != march.Add(-1) || all[2].Edition != Release || all[2].Number != "3" {
			t.Errorf("headings: %v", all)
		}
		return errors.Join(err, err2)
	})
}
