// Package config reads the one YAML file that an administrator edits into a
// checked Config. All faults are found at once, each with its line, column,
// what is wrong and what to do; an unknown key is a fault.
package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/schedule"
)

// Config is the whole file. Every key has a default but those that differ
// from office to office. Paths are absolute after Load.
type Config struct {
	Office     Office      `yaml:"office"`
	Data       string      `yaml:"data"`
	Mailbox    Mailbox     `yaml:"mailbox"`
	SMTP       SMTP        `yaml:"smtp"`
	Reporting  Reporting   `yaml:"reporting"`
	Submitters []Submitter `yaml:"submitters"`
	Reminders  Reminders   `yaml:"reminders"`
	Bulletins  []Bulletin  `yaml:"bulletins"`
	Quarter    Quarter     `yaml:"quarter"`
	Checks     Checks      `yaml:"checks"`
	Limits     Limits      `yaml:"limits"`
	Senders    Senders     `yaml:"senders"`
	Keep       Keep        `yaml:"keep"`
	Backup     Backup      `yaml:"backup"`
	Privacy    Privacy     `yaml:"privacy"`
	Templates  string      `yaml:"templates"` // a directory that overrides the built-in ones file by file
	Web        Web         `yaml:"web"`
	Log        Log         `yaml:"log"`

	path string
}

// Office is who writes.
type Office struct {
	Name      string   `yaml:"name"`      // as letters are signed
	City      string   `yaml:"city"`      //
	Contact   string   `yaml:"contact"`   // whom clerks may ask
	Phone     string   `yaml:"phone"`     //
	Addresses []string `yaml:"addresses"` // get alarms, the quarantine's list and drafts
}

// Mailbox is where counties send to. An empty host means: no intake by mail.
type Mailbox struct {
	Provider     string            `yaml:"provider"` // fills in what is known of it: 163, 126, qq, exmail, aliyun
	Host         string            `yaml:"host"`
	Port         int               `yaml:"port"`
	Security     string            `yaml:"security"` // tls, starttls, none
	CAFile       string            `yaml:"ca_file"`  // trusted besides the system's, for one's own servers
	User         string            `yaml:"user"`
	Password     Secret            `yaml:"password"`
	Folders      []string          `yaml:"folders"`
	ID           map[string]string `yaml:"id"`
	Poll         time.Duration     `yaml:"poll"`
	NightPoll    time.Duration     `yaml:"night_poll"` // 22:00 to 07:00
	Idle         bool              `yaml:"idle"`       // wait with IDLE where the server has it
	Since        time.Time         `yaml:"since"`      // older letters are passed over
	AnswerWithin time.Duration     `yaml:"answer_within"`
	AlarmAfter   time.Duration     `yaml:"alarm_after"` // intake down that long: the office is told
}

// SMTP is how letters go out. An empty host means: they stay in the outbox.
type SMTP struct {
	Host     string `yaml:"host"`
	Port     int    `yaml:"port"`
	Security string `yaml:"security"`
	CAFile   string `yaml:"ca_file"`
	User     string `yaml:"user"`
	Password Secret `yaml:"password"`
	From     string `yaml:"from"` // equal to the login, or 163 answers 554 DT:SUM
	FromName string `yaml:"from_name"`
	Hello    string `yaml:"hello"`
	Rates    Rates  `yaml:"rates"`
}

// Rates bound how many letters go out.
type Rates struct {
	Minute  int `yaml:"minute"`
	Quarter int `yaml:"quarter"`
	Day     int `yaml:"day"`
}

// Reporting is the rules of time and measure.
type Reporting struct {
	Zone     string `yaml:"zone"`
	Deadline struct {
		Day     int       `yaml:"day"`
		Time    TimeOfDay `yaml:"time"`
		Holiday string    `yaml:"holiday"`
	} `yaml:"deadline"`
	Freeze struct {
		Workdays int       `yaml:"workdays"`
		Time     TimeOfDay `yaml:"time"`
	} `yaml:"freeze"`
	Pace   string `yaml:"pace"`
	Lights struct {
		Yellow decimal.Decimal `yaml:"yellow"` // percentage points behind the pace: from here on
		Red    decimal.Decimal `yaml:"red"`    // more than this
	} `yaml:"lights"`
	Target   decimal.Decimal `yaml:"target"`   // 万元 a year
	Holidays string          `yaml:"holidays"` // a file with later years
	// Aliases are further header words by field key: {ytd_done: [今年完成]}.
	Aliases map[string][]string `yaml:"aliases"`
}

// Submitter is one that owes tables.
type Submitter struct {
	Name      string   `yaml:"name"`
	Group     string   `yaml:"group"`
	Addresses []string `yaml:"addresses"`
	Tables    []string `yaml:"tables"`
	Aliases   []string `yaml:"aliases"`
	// Columns are its own header words by field key: {ytd_done: [今年完成]}.
	Columns map[string][]string `yaml:"columns"`
	Copies  []string            `yaml:"copies"` // get a copy of the last chaser
}

// Reminders is the ladder of reminders and chasers.
type Reminders struct {
	Enabled   bool `yaml:"enabled"`
	Prefilled bool `yaml:"prefilled"` // the reminder brings last month's projects as a workbook to fill in
	Quiet     struct {
		From    TimeOfDay `yaml:"from"`
		To      TimeOfDay `yaml:"to"`
		DaysOff bool      `yaml:"days_off"` // send on days off, too
	} `yaml:"quiet"`
	Steps []Step `yaml:"steps"`
}

// Step is one step of the ladder. What is nil is as the office's habit has it:
// the formal letter goes from the second chaser on, the superior gets the last.
type Step struct {
	Name     string    `yaml:"name"`
	Workdays int       `yaml:"workdays"` // from the deadline's day; before it is negative
	Time     TimeOfDay `yaml:"time"`
	Kind     string    `yaml:"kind"`     // reminder, today, chaser
	Template string    `yaml:"template"` // "" is the kind's own
	Everyone bool      `yaml:"everyone"`
	Letter   *bool     `yaml:"letter"`   // with a formal letter attached
	Superior *bool     `yaml:"superior"` // the submitter's copies go out
	Copies   []string  `yaml:"copies"`   // who else gets it
}

// Bulletin is one bulletin and its bell.
type Bulletin struct {
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"`     // monthly, or a product of the quarter
	Schedule   string   `yaml:"schedule"` // five cron fields in the zone of reporting
	Recipients []string `yaml:"recipients"`
	Approvers  []string `yaml:"approvers"` // whose reply 同意 releases the draft
	Release    string   `yaml:"release"`   // automatic, on-approval, office-only

	// How it is printed.
	Layout   string `yaml:"layout"`   // brief, document, letter
	Head     string `yaml:"head"`     // in red
	Issue    string `yaml:"issue"`    // 第{month}期, or a document's number
	Dated    string `yaml:"dated"`    // empty: to be filled in when it is signed
	Report   string `yaml:"report"`   // 报：
	CopyTo   string `yaml:"copy_to"`  // 送：, 抄送：
	Pictures *bool  `yaml:"pictures"` // charts in the letter; nil is true
}

// Limits bound what a stranger's letter may cost.
type Limits struct {
	Letter    Size          `yaml:"letter"`
	Unpacked  Size          `yaml:"unpacked"`
	Rows      int           `yaml:"rows"`
	Columns   int           `yaml:"columns"`
	Parts     int           `yaml:"parts"`
	Depth     int           `yaml:"depth"`
	Entries   int           `yaml:"entries"`
	Time      time.Duration `yaml:"time"`
	Memory    Size          `yaml:"memory"`
	Receipts  int           `yaml:"receipts_per_hour"` // to one sender
	Passwords []string      `yaml:"passwords"`         // tried on locked workbooks
}

// Web is the front desk's pages; an empty Listen means only the local socket.
type Web struct {
	Listen     string `yaml:"listen"`      // host:port
	Password   Secret `yaml:"password"`    // asked at the login
	UserHeader string `yaml:"user_header"` // in which a proxy in front says who looks
}

// Log is how the daemon logs.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"` // text, json
}

// Default is the configuration of an office that set nothing.
func Default() Config {
	var c Config
	c.Office.Name = "九江市“城建项目大会战”指挥部办公室"
	c.Office.City = "九江市"
	c.Data = "./data"
	c.Mailbox = Mailbox{
		Security: "tls", Folders: []string{"INBOX"}, Poll: 3 * time.Minute, NightPoll: 15 * time.Minute, Idle: true,
		ID:           map[string]string{"name": "tongbao", "version": "1", "vendor": "tongbao"},
		AnswerWithin: 72 * time.Hour, AlarmAfter: 2 * time.Hour,
	}
	c.SMTP = SMTP{Security: "tls", Hello: "localhost", Rates: Rates{Minute: 4, Quarter: 30, Day: 120}}
	c.Reporting.Zone = "Asia/Shanghai"
	c.Reporting.Deadline.Day = 25
	c.Reporting.Deadline.Time = TimeOfDay(24*time.Hour - time.Second)
	c.Reporting.Deadline.Holiday = "none"
	c.Reporting.Freeze.Workdays = 3
	c.Reporting.Freeze.Time = TimeOfDay(17 * time.Hour)
	c.Reporting.Pace = "month"
	c.Reporting.Target = decimal.NewFromInt(3_000_000)
	c.Reporting.Lights.Yellow, c.Reporting.Lights.Red = decimal.NewFromInt(10), decimal.NewFromInt(30)
	c.Reminders.Enabled, c.Reminders.Prefilled = true, true
	c.Reminders.Quiet.From = TimeOfDay(22 * time.Hour)
	c.Reminders.Quiet.To = TimeOfDay(7 * time.Hour)
	c.Limits = Limits{
		Letter: 70 << 20, Unpacked: 256 << 20, Rows: 20_000, Columns: 1_024, Parts: 200, Depth: 3, Entries: 200,
		Time: 12 * time.Second, Memory: 512 << 20, Receipts: 10,
	}
	c.Checks = defaultChecks()
	c.Quarter = defaultQuarter()
	c.defaultSafety()
	c.Log = Log{Level: "info", Format: "text"}
	return c
}

// Load reads and checks the file. The error is Faults where the file is wrong.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(data, path)
}

// Parse is Load on bytes; path is where relative paths start from.
func Parse(data []byte, path string) (*Config, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("configuration path %q: %w", path, err)
	}
	c := Default()
	c.path = abs
	r := &reader{file: path, places: map[string]place{}, lines: strings.Split(string(data), "\n")}
	r.read(data, &c)
	r.known = r.faults
	if !r.hopeless() {
		c.check(r)
	}
	if len(r.faults) > 0 {
		return nil, r.sorted()
	}
	dir := filepath.Dir(abs)
	for _, p := range []*string{&c.Data, &c.Templates, &c.Reporting.Holidays, &c.Mailbox.Password.File, &c.SMTP.Password.File, &c.Web.Password.File, &c.Mailbox.CAFile, &c.SMTP.CAFile, &c.Backup.Dir} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	return &c, nil
}

// Path is where the configuration was read from.
func (c *Config) Path() string { return c.path }

// Register is the submitters as the rest of the house knows them. The city's
// counties bring their codes and old names along.
func (c *Config) Register() *reporting.Register {
	known := map[string]reporting.Submitter{}
	for _, s := range reporting.JiujiangCounties() {
		known[s.Name] = s
	}
	var list []reporting.Submitter
	for _, s := range c.Submitters {
		out := reporting.Submitter{Name: s.Name, Group: reporting.Group(s.Group), Addresses: lower(s.Addresses), Copies: lower(s.Copies)}
		out.Code = known[s.Name].Code
		out.Aliases = append(append([]string{}, known[s.Name].Aliases...), s.Aliases...)
		for _, t := range s.Tables {
			out.Tables = append(out.Tables, reporting.Kind(t))
		}
		list = append(list, out)
	}
	return reporting.NewRegister(list)
}

// Terms is the rules of time and measure. It reads the file of holidays.
func (c *Config) Terms() (reporting.Terms, error) {
	zone, err := time.LoadLocation(c.Reporting.Zone)
	if err != nil {
		return reporting.Terms{}, fmt.Errorf("reporting.zone: %w", err)
	}
	t := reporting.DefaultTerms(zone)
	if c.Reporting.Holidays != "" {
		f, err := os.Open(c.Reporting.Holidays)
		if err != nil {
			return t, fmt.Errorf("reporting.holidays: %w", err)
		}
		defer f.Close()
		if err := t.Workdays.Load(f); err != nil {
			return t, fmt.Errorf("reporting.holidays %q: %w", c.Reporting.Holidays, err)
		}
	}
	t.DeadlineDay = c.Reporting.Deadline.Day
	t.DeadlineTime = time.Duration(c.Reporting.Deadline.Time)
	t.Shift = reporting.Shift(c.Reporting.Deadline.Holiday)
	t.FreezeWorkdays = c.Reporting.Freeze.Workdays
	t.FreezeTime = time.Duration(c.Reporting.Freeze.Time)
	t.Pace, t.Target = c.Reporting.Pace, c.Reporting.Target
	return t, nil
}

// Bell is the bulletin's bell in the zone.
func (b Bulletin) Bell(zone *time.Location) (schedule.Bell, error) {
	return schedule.ParseBell(b.Schedule, zone)
}

func lower(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, strings.ToLower(strings.TrimSpace(s)))
	}
	return out
}
