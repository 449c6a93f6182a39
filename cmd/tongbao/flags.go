package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongbao/internal/reporting"
)

// mistake is what is wrong with a flag's value, in Chinese.
type mistake struct{ said string }

func (m mistake) Error() string { return m.said }

// text is a flag whose value is read at once: a mistake is told before
// anything is asked. read gives the value as it is to be used; "" is none.
type text struct {
	value string
	read  func(string) (string, error)
}

func (t *text) String() string { return t.value }
func (t *text) Type() string   { return "string" }

func (t *text) Set(s string) (err error) {
	if s = strings.TrimSpace(s); s != "" {
		s, err = t.read(s)
	}
	t.value = s
	return err
}

func textFlag(f *pflag.FlagSet, name, usage string, read func(string) (string, error)) *string {
	t := &text{read: read}
	f.Var(t, name, usage)
	return &t.value
}

var (
	yearAndMonth = regexp.MustCompile(`^(\d{4})\s*[-./年]?\s*(\d{1,2})\s*月?份?([-./]?\d{1,2}日?)?$`)
	monthAlone   = regexp.MustCompile(`^(\d{1,2})\s*月?份?$`)
)

// monthOf is the month that somebody meant who did not write 2021-03, as it is
// to be written; "" where that cannot be told. A month alone is one of this year.
func monthOf(s string) string {
	year, month := strconv.Itoa(time.Now().Year()), ""
	if m := yearAndMonth.FindStringSubmatch(s); m != nil {
		year, month = m[1], m[2]
	} else if m := monthAlone.FindStringSubmatch(s); m != nil {
		month = m[1]
	}
	if n, err := strconv.Atoi(month); err != nil || n < 1 || n > 12 {
		return ""
	} else {
		return fmt.Sprintf("%s-%02d", year, n)
	}
}

// readMonth wants 2021-03.
func readMonth(s string) (string, error) {
	if _, err := reporting.ParsePeriod(s); err == nil {
		return s, nil
	}
	if meant := monthOf(s); meant != "" {
		return "", mistake{fmt.Sprintf("月份“%s”应写成 %s", plain(s, 40), meant)}
	}
	return "", mistake{fmt.Sprintf("月份“%s”看不懂，应写成 2021-03 这样", plain(s, 40))}
}

var quarterWords = regexp.MustCompile(`^(\d{4})\s*[-./年]?\s*(?:第?([1-4一二三四])季度?|[Qq]([1-4]))$`)

// readIssue wants a month or a quarter, 2021-Q1.
func readIssue(s string) (string, error) {
	if _, err := reporting.ParseQuarter(s); err == nil {
		return s, nil
	}
	if m := quarterWords.FindStringSubmatch(s); m != nil {
		n := strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4").Replace(m[2] + m[3])
		return "", mistake{fmt.Sprintf("季度“%s”应写成 %s-Q%s", plain(s, 40), m[1], n)}
	}
	if strings.ContainsAny(s, "Qq季") {
		return "", mistake{fmt.Sprintf("季度“%s”看不懂，应写成 2021-Q1 这样", plain(s, 40))}
	}
	return readMonth(s)
}

// readMonths wants 2021-03 or 2021-01..2021-12.
func readMonths(s string) (string, error) {
	from, to, ranged := strings.Cut(s, "..")
	if _, err := readMonth(from); err != nil {
		return "", mistake{err.Error() + "；几个月写成 2021-01..2021-12"}
	}
	if ranged {
		if _, err := readMonth(to); err != nil {
			return "", mistake{err.Error() + "；几个月写成 2021-01..2021-12"}
		}
	}
	return s, nil
}

// readDay wants 2021-03-28.
func readDay(s string) (string, error) {
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return s, nil
	}
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "20060102", "2006年1月2日"} {
		if t, err := time.Parse(layout, s); err == nil {
			return "", mistake{fmt.Sprintf("日期“%s”应写成 %s", plain(s, 40), t.Format(time.DateOnly))}
		}
	}
	return "", mistake{fmt.Sprintf("日期“%s”看不懂，应写成 2021-03-28 这样", plain(s, 40))}
}

// readMoment wants RFC 3339.
func readMoment(s string) (string, error) {
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return s, nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return "", mistake{fmt.Sprintf("时间“%s”应写成 %s+08:00", plain(s, 40), t.Format("2006-01-02T15:04:05"))}
		}
	}
	return "", mistake{fmt.Sprintf("时间“%s”看不懂，应写成 2021-03-24T10:05:00+08:00 这样", plain(s, 40))}
}

// readTable takes a table by its key or by its Chinese name.
func readTable(s string) (string, error) {
	for _, k := range reporting.Kinds {
		if s == string(k) || s == k.Short() || s == k.Title() {
			return string(k), nil
		}
	}
	return "", mistake{fmt.Sprintf("没有“%s”这张表，请写 progress（进度表）、issues（问题台账）或 lagging（滞后清单）", plain(s, 40))}
}

// oneOf wants one of some words.
func oneOf(words ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		for _, w := range words {
			if s == w {
				return s, nil
			}
		}
		return "", mistake{fmt.Sprintf("“%s”不认识，请写 %s 或 %s", plain(s, 40), strings.Join(words[:len(words)-1], "、"), words[len(words)-1])}
	}
}

// periodFlag adds --period. rest says what follows an absent one.
func periodFlag(c *cobra.Command, rest string) *string {
	v := textFlag(c.Flags(), "period", "`月份`，如 2021-03"+rest, readMonth)
	completeFlag(c, "period", completeMonths)
	return v
}

// issueFlag adds --period of a month's or a quarter's products.
func issueFlag(c *cobra.Command) *string {
	v := textFlag(c.Flags(), "period", "`月份`，如 2021-03；或季度，如 2021-Q1", readIssue)
	completeFlag(c, "period", completeMonths)
	return v
}

// tableFlag adds --table.
func tableFlag(c *cobra.Command, usage string) *string {
	v := textFlag(c.Flags(), "table", "`表`，"+usage+"：progress（进度表）、issues（问题台账）或 lagging（滞后清单）", readTable)
	completeFlag(c, "table", completeTables)
	return v
}

// submitterFlag adds a flag that names a submitter.
func submitterFlag(c *cobra.Command, name, usage string) *string {
	v := c.Flags().String(name, "", usage)
	completeFlag(c, name, completeSubmitters)
	return v
}

// needsMonth and needsTable say which flag is missing.
func needsMonth(period string) error {
	if period == "" {
		return usageError{fmt.Errorf("请写明月份：--period 2021-03")}
	}
	return nil
}

func needsTable(table string) error {
	if table == "" {
		return usageError{fmt.Errorf("请写明哪张表：--table progress（进度表）、issues（问题台账）或 lagging（滞后清单）")}
	}
	return nil
}

// configFlag adds -c to a verb and returns where its value goes.
func configFlag(c *cobra.Command) *string {
	v := c.Flags().StringP("config", "c", usualConfig(), "配置`文件`")
	c.MarkFlagFilename("config", "yaml", "yml") //nolint:errcheck // the flag is there
	return v
}

// packaged is where the Debian package and the service look.
const packaged = "/etc/tongbao/config.yaml"

// usualConfig is the configuration of a command that names none: the one here,
// else the installed one.
func usualConfig() string {
	const here = "config.yaml"
	if _, err := os.Stat(here); err != nil {
		if _, err := os.Stat(packaged); err == nil {
			return packaged
		}
	}
	return here
}
