package form

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongbao/internal/reporting"
)

// month is a reporting month as a text names it; the year is 0 where it does not.
type month struct{ year, month int }

func (m month) none() bool { return m.month == 0 }

var (
	anySpan     = compile(monthWord + `月?份?[-~至到]` + monthWord + `月份?`)
	yearIn      = compile(`(20\d\d)(?:年|\.|-|/)?`)
	shortYear   = compile(`(?:^|\D)(2\d)年(?:度|` + monthWord + `月)`) // 21年3月
	bareMonth   = compile(monthWord + `月(?:份|底|末)?(\d{1,2}[日号])?`)
	dottedMonth = compile(`(20\d\d)[./_-](0?[1-9]|1[0-2])(?:[./_-](0?[1-9]|[12]\d|3[01]))?(?:\D|$)`)
	quarter     = compile(`(20\d\d年)?第?([一二三四1-4])季度`)
	fullDate    = compile(`(20\d\d)(?:年|[./-])(\d{1,2})(?:月|[./-])(\d{1,2})日?`)
	monthDay    = compile(monthWord + `月(\d{1,2})[日号]`)
	dateLine    = compile(`(?:填报|填表|报送|上报|制表)(?:日期|时间):?|^日期:?`)
	dateToLine  = compile(`(?:截至|至|统计)(?:日期|时间)?:?`)
	digitDate   = compile(`(?:^|\D)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?(?:\D|$)`)
	shortDate   = compile(`(?:^|[^\d.])(1[0-2]|0?[1-9])[.](3[01]|[12]\d)(?:[^\d.]|\.?$|\.[a-z])`)
	fourDigits  = compile(`(?:^|\D)(0[1-9]|1[0-2])(3[01]|[12]\d)(?:\D|$)`)
)

// inTitle is the month that a title names: 2021年…（3月）, 1-3月, 一季度. A day
// behind the month makes it a date, which only counts where no month stands alone.
func inTitle(text string) month {
	t := fold(text)
	var m month
	if y := yearIn.FindStringSubmatch(t); y != nil {
		m.year, _ = strconv.Atoi(y[1])
	} else if y := shortYear.FindStringSubmatch(t); y != nil {
		m.year, _ = strconv.Atoi("20" + y[1])
	}
	if s := anySpan.FindStringSubmatch(t); s != nil {
		m.month = monthNumber(s[2])
		return m
	}
	dated := 0
	for _, s := range bareMonth.FindAllStringSubmatch(t, 20) {
		n := monthNumber(s[1])
		switch {
		case n == 0:
		case s[2] == "" && m.month == 0:
			m.month = n
		case dated == 0:
			dated = n
		}
	}
	if m.month == 0 {
		m.month = dated
	}
	if m.month == 0 {
		if d := dottedMonth.FindStringSubmatch(t); d != nil {
			m.year, _ = strconv.Atoi(d[1])
			m.month = monthNumber(d[2])
		} else if q := quarter.FindStringSubmatch(t); q != nil {
			m.month = 3 * monthNumber(q[2])
		} else if strings.Contains(t, "上半年") {
			m.month = 6
		}
	}
	return m
}

// reported is the month of which a report of this day is: until the 10th the month before.
func reported(year, mon, day int) month {
	p := reporting.Period{Year: year, Month: time.Month(mon)}
	if day > 0 && day <= 10 {
		if year == 0 {
			return month{0, (mon+10)%12 + 1}
		}
		p = p.Add(-1)
	}
	return month{p.Year, int(p.Month)}
}

// inLines is the month of the lines with 填报日期 or 截至.
func inLines(lines []string) month {
	for _, line := range lines {
		t := fold(line)
		isReport, isTo := dateLine.MatchString(t), dateToLine.MatchString(t)
		d := fullDate.FindStringSubmatch(t)
		short := monthDay.FindStringSubmatch(t)
		whole := d != nil && len(d[0]) == len(t) // a date alone beside 填报单位
		if !isReport && !isTo && !whole || d == nil && short == nil {
			continue
		}
		var year, mon, day int
		if d != nil {
			year, _ = strconv.Atoi(d[1])
			mon, _ = strconv.Atoi(d[2])
			day, _ = strconv.Atoi(d[3])
		} else {
			mon = monthNumber(short[1])
			day, _ = strconv.Atoi(short[2])
		}
		if mon < 1 || mon > 12 {
			continue
		}
		if isTo && !isReport {
			return month{year, mon}
		}
		return reported(year, mon, day)
	}
	return month{}
}

// inName is the month that a file's or a sheet's name gives: 3月, 2021-03,
// 3.25, 0325, 20210325.
func inName(name string) month {
	m := inTitle(name)
	if !m.none() {
		return m
	}
	t := fold(name)
	if d := digitDate.FindStringSubmatch(t); d != nil {
		year, _ := strconv.Atoi(d[1])
		mon, _ := strconv.Atoi(d[2])
		day, _ := strconv.Atoi(d[3])
		return reported(year, mon, day)
	}
	for _, re := range []*pattern{&shortDate, &fourDigits} {
		if d := re.FindStringSubmatch(t); d != nil {
			mon, _ := strconv.Atoi(d[1])
			return month{m.year, mon}
		}
	}
	return m
}

// arrival is the month in which a letter's reports are due: until the 10th the month before.
func arrival(t time.Time) month {
	if t.IsZero() {
		return month{}
	}
	return reported(t.Year(), int(t.Month()), t.Day())
}

// dated is a month and the source that names it.
type dated struct {
	source string
	month
}

// settleMonth takes the first source that names a month, and the first that
// names its year. The others that contradict it are returned.
func settleMonth(sources []dated, now time.Time) (p reporting.Period, from string, against []dated) {
	var first dated
	for _, s := range sources {
		if !s.none() {
			first = s
			break
		}
	}
	if first.none() {
		return p, "", nil
	}
	year := yearOf(first, sources)
	if year == 0 && !now.IsZero() {
		year = now.Year()
		if first.month.month > int(now.Month())+1 {
			year--
		}
	}
	if year == 0 {
		return p, "", nil
	}
	p = reporting.Period{Year: year, Month: time.Month(first.month.month)}
	for _, s := range sources {
		if !s.none() && s.source != arrivalSource && s.source != besidesSource && s.source != headerSource && (s.month.month != first.month.month || s.year != 0 && s.year != year) {
			against = append(against, s)
		}
	}
	return p, first.source, against
}

// yearOf is the year of the month that the first source names: its own, else
// that of the first source with one. A day in the letter's text that is in
// another month (when it was written, until when a link works) tells less of
// the year than the letter's arrival.
func yearOf(first dated, sources []dated) int {
	if first.year != 0 {
		return first.year
	}
	for _, strict := range []bool{true, false} {
		for _, s := range sources {
			switch {
			case s.year == 0 || strict && s.source == bodySource && !s.none() && s.month.month != first.month.month:
			case s.source != besidesSource && !s.none() && first.month.month > s.month.month+1:
				return s.year - 1 // December's report that is told of in January
			default:
				return s.year
			}
		}
	}
	return 0
}

// The sources that never contradict a table.
const (
	arrivalSource = "来件日期"
	bodySource    = "邮件正文" // contradicts, but see yearOf
	besidesSource = "同来的其他表"
	headerSource  = "表头"
)

func (m month) String() string {
	if m.year == 0 {
		return fmt.Sprintf("%d月", m.month)
	}
	return fmt.Sprintf("%d年%d月", m.year, m.month)
}
