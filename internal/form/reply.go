package form

import (
	"strings"
	"time"
	"unicode/utf8"

	"tongbao/internal/sheet"
)

// Said is what a letter's own words say, besides tables and nil reports. What
// a reply quotes is not the sender's and is not in it.
type Said struct {
	Text      string    // the words, a paragraph a line; "" where there are none
	Extension bool      // they ask for more time
	Until     time.Time // midnight of the day until which, zero where it is not certain
	Courtesy  bool      // nothing but 收到 and 谢谢
}

// maxSaid is how many characters of a letter's words are kept.
const maxSaid = 2000

// Hear tells what the letter's own words say. Now is its arrival, by which days
// without a month are understood.
func Hear(m Material, k Knowledge) Said {
	var out Said
	if m.Letter != nil && m.Letter.Automatic {
		return out
	}
	var text strings.Builder
	for _, d := range m.Documents {
		if !d.Body || len(d.Path) != 1 {
			continue
		}
		for _, p := range own(d.Book.Paragraphs, k.Submitter) {
			line := strings.TrimSpace(p.Text)
			if line == "" || device.MatchString(fold(line)) {
				continue
			}
			if text.Len()+len(line) > 3*maxSaid {
				break
			}
			text.WriteString(line + "\n")
		}
	}
	out.Text = strings.TrimSpace(text.String())
	out.Courtesy = courtesy.MatchString(fold(strings.ReplaceAll(out.Text, "\n", ".")))
	for line := range strings.Lines(out.Text) {
		for _, s := range sentences(line) {
			if !wish.MatchString(s) || ofWorks.MatchString(s) && !ofReports.MatchString(s) || refused.MatchString(s) {
				continue
			}
			until, ok := untilDay(s, k.Now)
			if out.Extension && !out.Until.Equal(until) { // two that differ: neither is certain
				ok, out.Until = false, time.Time{}
			}
			if out.Extension = true; ok {
				out.Until = until
			}
		}
	}
	return out
}

var (
	// device is what telephones and programs put below a letter.
	device = compile(`^(?:发自|来自|Sentfrom|从我的|获取OutlookforiOS|GetOutlook)`)
	// courtesy is a letter that needs no answer, or says no more than what is
	// attached: 附件为盖章版，请查收. That something was sent before (已报送) is
	// for the office to look into.
	courtesy = compile(`^(?:收到|已收到|已收|好的?|谢谢|多谢|感谢|感谢支持|请查收|请查阅|请审阅|请审核|请收|请接收|查收|如附件|见附件|详见附件|附件|辛苦了?|知悉|已知悉|已阅|明白|知道了?|OK|ok|嗯|您好|你好|您|你|领导|老师|同志|办公室|各位|了|啦|附后|附上|随附|现附上|一并|(?:签字盖章|加盖公章|签字|签章|盖章)的?(?:扫描|电子)?(?:件|版|稿|页|表)?|扫描(?:件|版)|电子(?:件|版|表)|纸质(?:件|版)|我[县市区局]|1?\d月份?|本月|城建项目|城建|报表|月报|材料|文件|表格|进度表|问题台账|滞后清单|为|是|系|的|及|和|与|、|/|:|\(|\)|请|审阅|审核|审查|查阅|阅示|!|\.|,|~)+$`)

	wish = compile(`延期|延迟|延后|推迟|推后|顺延|展期|宽限|缓报|缓交|延长|延[至到]|延[一二两三四五六七几\d]+个?(?:天|日|工作日)|(?:晚|迟)(?:些|点|[一二两三四五六七几\d]+个?(?:天|日|工作日)|到)|(?:日|号|天|周[一二三四五六日天]|月底)(?:之?前|左右|以前)?(?:再|才能?)(?:上报|报送|报|交|发|送)`)
	// ofWorks are delays of what is built, ofReports those of what is reported.
	ofWorks   = compile(`项目|工程|施工|开工|完工|竣工|工期|交付|拆迁|建设`)
	ofReports = compile(`报送|上报|报表|填报|材料|补报|再报|才能?报|缓报|截止|截至`)
	refused   = compile(`(?:无需|不需要?|不用|不必|没有|不会|不再)(?:申请)?(?:延期|延迟|推迟|延后|宽限)|是否(?:已)?(?:同意|批准)`)
)

func sentences(text string) []string {
	return strings.FieldsFunc(dottedDay.ReplaceAllString(fold(text), "$1/$2"), func(r rune) bool { return r == '.' || r == ';' || r == '!' || r == '?' })
}

const dayWord = `(?:(20\d\d)年)?(?:(\d{1,2})月|(本|当|这个?|下个?)月)?(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|(\d{1,2})月(\d{1,2})|(\d{1,2})[./](\d{1,2})|(明|后|大后)[天日]|(本|这|下个?)(?:周|星期|礼拜)([一二三四五六日天])|(月底|月末)`

var (
	dayIn  = compile(dayWord)
	dayFor = compile(`(?:[至到]|于|在)(?:` + dayWord + `)`)
	orDay  = compile(`(?:或者?|还是|-|~)(?:` + dayWord + `)`)
	// dottedDay is a date such as 3.28, at which a sentence is not to be cut.
	dottedDay = compile(`(\d)\.(\d)`)
)

// farthest is how many days ahead a day is believed.
const farthest = 62

// untilDay is the day that a sentence asks for: the one behind 至 or 到, or the
// only one. False where there is none, where there are several, and where it is
// past or too far.
func untilDay(s string, now time.Time) (time.Time, bool) {
	if now.IsZero() || orDay.MatchString(s) {
		return time.Time{}, false
	}
	matches := dayFor.FindAllStringSubmatch(s, 5)
	if len(matches) == 0 {
		matches = dayIn.FindAllStringSubmatch(s, 5)
	}
	var found time.Time
	for _, m := range matches {
		d, ok := dayOf(m, now)
		if !ok || !found.IsZero() && !found.Equal(d) {
			return time.Time{}, false
		}
		found = d
	}
	return found, !found.IsZero()
}

// dayOf reads one match of dayWord.
func dayOf(m []string, now time.Time) (time.Time, bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	number := func(s string) int {
		if n := chineseNumber(s); n > 0 {
			return n
		}
		n := 0
		for _, r := range s {
			n = n*10 + int(r-'0')
		}
		return n
	}
	var d time.Time
	year, month, day := now.Year(), 0, 0
	switch {
	case m[4] != "":
		if m[1] != "" {
			year = number(m[1])
		}
		day = number(m[4])
		switch {
		case m[2] != "":
			month = number(m[2])
		case strings.HasPrefix(m[3], "下"):
			month = int(now.Month()) + 1
		case m[3] != "":
			month = int(now.Month())
		default: // the next such day
			month = int(now.Month())
			if day < now.Day() {
				month++
			}
		}
	case m[5] != "":
		month, day = number(m[5]), number(m[6])
	case m[7] != "":
		month, day = number(m[7]), number(m[8])
	case m[9] != "":
		d = today.AddDate(0, 0, map[string]int{"明": 1, "后": 2, "大后": 3}[m[9]])
	case m[10] != "":
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		d = monday.AddDate(0, 0, map[string]int{"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}[m[11]])
		if strings.HasPrefix(m[10], "下") {
			d = d.AddDate(0, 0, 7)
		}
	case m[12] != "":
		d = time.Date(now.Year(), now.Month()+1, 0, 0, 0, 0, 0, now.Location())
	}
	if d.IsZero() {
		d = time.Date(year, time.Month(month), day, 0, 0, 0, 0, now.Location())
		if d.Day() != day { // 2月30日
			return d, false
		}
		if m[1] == "" && d.Before(today.AddDate(0, -6, 0)) { // in December for January
			d = d.AddDate(1, 0, 0)
		}
	}
	return d, !d.Before(today) && d.Sub(today) <= farthest*24*time.Hour
}

// own are the paragraphs before a quoted letter begins. Submitter, where it is
// known, tells our own letters to it by their first line, for programs that
// mark nothing. What stands between or below quoted lines is left out: a line
// that a program broke cannot be told from the sender's.
func own(paragraphs []sheet.Paragraph, submitter string) []sheet.Paragraph {
	for i, p := range paragraphs {
		if i >= 2000 || quotes(p.Text) || greets(p.Text, submitter) {
			return paragraphs[:i]
		}
		// QUIRK: 163 and Outlook break the line that says who wrote what is quoted.
		if text := fold(p.Text); wroteBegins.MatchString(text) {
			for j := i + 1; j < min(i+3, len(paragraphs)); j++ {
				if text += fold(paragraphs[j].Text); wrote.MatchString(text) {
					return paragraphs[:i]
				}
			}
		}
	}
	return paragraphs
}

var (
	quoteStart = compile(`^-{2,}.*(?:原始邮件|转发邮件|原始信息|原邮件|回复的邮件|源邮件|邮件原文|邮件原件|(?i:Original|Forwarded|Replied))|^(?:原始邮件|原邮件|邮件原文)-*$|` +
		`^[>|]|^(?:发件人|寄件人|寄件者|(?i:From))(?:[:|]|$)|^[-_=]{8,}$`)
	wrote       = compile(`^(?:在|于|(?i:On|At))?.*20\d\d.*(?:写道|(?i:wrote))$|<[^<>]+@[^<>]+>.{0,40}(?:写道|(?i:wrote))$`)
	wroteBegins = compile(`^(?:在|于|(?i:On|At)).*20\d\d|<[^<>]+@[^<>]+>`)
)

// quotes reports whether a line is the beginning of a quoted letter.
func quotes(line string) bool {
	text := fold(line)
	return quoteStart.MatchString(text) || wrote.MatchString(text)
}

// greets reports whether a line is that by which our letters begin.
func greets(line, submitter string) bool {
	line = strings.TrimSpace(line)
	if submitter == "" || utf8.RuneCountInString(line) > 60 || !strings.HasPrefix(line, submitter) || !strings.HasSuffix(line, "：") && !strings.HasSuffix(line, ":") {
		return false
	}
	rest := strings.TrimRight(strings.TrimPrefix(line, submitter), ":：")
	return rest == "" || strings.HasSuffix(rest, "指挥部办公室")
}
