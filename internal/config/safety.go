package config

import (
	"fmt"
	"strings"
	"time"

	"tongbao/internal/schedule"
)

// Senders is how closely letters from registered addresses are looked at.
type Senders struct {
	Verify   string   `yaml:"verify"`   // off, record, require
	Authserv []string `yaml:"authserv"` // the names under which the own provider adds Authentication-Results
}

// Keep is how much room must be left on the disk.
type Keep struct {
	DiskWarn Size `yaml:"disk_warn"` // free space below which the office is told
	DiskStop Size `yaml:"disk_stop"` // free space below which no letters are taken in
	// Strangers is how much is kept of the letters that count for nobody.
	Strangers Strangers `yaml:"strangers"`
}

// Strangers bounds what is kept of letters that wait for the office, of automatic
// mail, and of what the office put aside.
type Strangers struct {
	Letters int           `yaml:"letters"`
	Bytes   Size          `yaml:"bytes"`
	Age     time.Duration `yaml:"age"`
}

// Backup is the backup that the daemon makes by itself; an empty Dir is none.
type Backup struct {
	Schedule string `yaml:"schedule"` // five cron fields in the zone of reporting
	Dir      string `yaml:"dir"`
	Keep     int    `yaml:"keep"` // how many
}

// Bell is the backup's bell in the zone.
func (b Backup) Bell(zone *time.Location) (schedule.Bell, error) {
	return schedule.ParseBell(b.Schedule, zone)
}

// Privacy is what of the letters does not leave the office.
type Privacy struct {
	StripPhone bool `yaml:"strip_phone"` // telephone numbers go to nobody but the unit that sent them
}

var verifies = []string{"off", "record", "require"}

func (c *Config) defaultSafety() {
	c.Senders.Verify = "record"
	c.Keep = Keep{DiskWarn: 2 << 30, DiskStop: 512 << 20, Strangers: Strangers{Letters: 5000, Bytes: 1 << 30, Age: 180 * 24 * time.Hour}}
	c.Backup = Backup{Schedule: "0 2 * * *", Keep: 14}
	c.Privacy.StripPhone = true
}

func (c *Config) checkSafety(r *reader) {
	r.oneOf("senders.verify", c.Senders.Verify, verifies...)
	for i, a := range c.Senders.Authserv {
		if a == "" || strings.ContainsAny(a, " @;/") {
			key := fmt.Sprintf("senders.authserv[%d]", i)
			r.fault(r.at(key), key, fmt.Sprintf("“%s”不是服务器名", a), "照来信信头 Authentication-Results 冒号后的第一个词写，如 mx.example.com")
		}
	}
	if c.Keep.DiskWarn < c.Keep.DiskStop {
		r.fault(r.at("keep.disk_warn"), "keep.disk_warn", "应不小于 disk_stop", "先告知、后停收，如 disk_warn: 2GB、disk_stop: 512MB")
	}
	for _, x := range []struct {
		key string
		ok  bool
	}{{"letters", c.Keep.Strangers.Letters > 0}, {"bytes", c.Keep.Strangers.Bytes > 0}, {"age", c.Keep.Strangers.Age >= 7*24*time.Hour}} {
		if key := "keep.strangers." + x.key; !x.ok {
			r.fault(r.at(key), key, "太小，办公室来不及认领", "如 strangers: {letters: 5000, bytes: 1GB, age: 4320h}，age 不少于 168h（7天）")
		}
	}
	zone, err := time.LoadLocation(c.Reporting.Zone)
	if err != nil {
		zone = time.UTC
	}
	if _, err := c.Backup.Bell(zone); err != nil {
		r.fault(r.at("backup.schedule"), "backup.schedule", fmt.Sprintf("“%s”不是正确的定时：%v", c.Backup.Schedule, err), `五段：分 时 日 月 周，如 "0 2 * * *" 为每天2时`)
	}
	if c.Backup.Keep < 1 {
		r.fault(r.at("backup.keep"), "backup.keep", "应大于 0", "写保留几份，如 14")
	}
}
