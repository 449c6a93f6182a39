package outbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Refusal is an SMTP server's no, as the courier reports it. Any other error
// of a courier is the network's.
type Refusal interface {
	error
	Code() int    // 450
	Text() string // "MI:DMC …"
}

// Action is what is done about a refusal.
type Action string

// The actions.
const (
	Retry     Action = "retry"     // the letter waits on the ladder
	Halt      Action = "halt"      // the account is the trouble: nothing goes out for a while
	Reconnect Action = "reconnect" // once more on a new connection, then the ladder
	Plain     Action = "plain"     // once more in the plain form, then given up
	GiveUp    Action = "give-up"   // this letter fails
)

// The faults that a failed letter is marked with.
const (
	FaultAddress = "address" // nobody there: the address is to be marked
	FaultSpam    = "spam"    // judged to be spam, in the plain form too
	FaultLetter  = "letter"  // too large, forbidden attachment, bad header
	FaultPolicy  = "policy"  // the recipient's side does not take our mail
	FaultRefused = "refused" // refused for good, and nothing more is known
	FaultTime    = "time"    // retried to the end of the ladder
)

// Verdict is what a refusal means and what is done about it.
type Verdict struct {
	Action   Action
	Wait     time.Duration   // of Halt
	Waits    []time.Duration // of Retry: this ladder instead of the usual one, for as long as the same is said
	Then     Action          // when Waits is used up; "" is GiveUp
	Own      bool            // Halt may be the letter's own fault after all
	Tomorrow bool            // Halt until the provider's next day
	Fault    string          // of a letter that fails
	Alarm    bool            // the office is to be told
	Means    string          // for the office, in Chinese; "" where only the server's words are known
}

// rule is a line of the table of domain.md 4.6.2. The first that fits wins.
type rule struct {
	codes []int    // any of; empty is all
	words []string // any of, in the server's text, case ignored; empty is all
	Verdict
}

const (
	quarter = 15 * time.Minute
	hour    = time.Hour
)

// rules are NetEase's codes first, then what servers say in general.
var rules = []rule{
	{[]int{421}, []string{"HL:REP"}, Verdict{Action: Halt, Wait: 2 * hour, Alarm: true, Means: "不存在的收件人过多，发信地址被临时禁用，请核对通讯录"}},
	{[]int{421}, []string{"HL:ICC"}, Verdict{Action: Halt, Wait: quarter, Means: "并发连接过多"}},
	{[]int{421}, []string{"HL:IFC"}, Verdict{Action: Halt, Wait: 2 * quarter, Means: "短时间内发信过多"}},
	{[]int{421}, []string{"HL:MEP"}, Verdict{Action: Halt, Wait: hour, Own: true, Fault: FaultLetter, Alarm: true, Means: "发件域名被判为伪造，请检查配置中的发件地址"}},
	{[]int{450}, []string{"MI:CEL", "RP:CEL", "MI:CCL", "RP:CCL"}, Verdict{Action: Halt, Wait: quarter, Alarm: true, Means: "错误命令过多，属程序问题，请告知维护人员"}},
	{[]int{450, 451}, []string{"MI:DMC"}, Verdict{Action: Reconnect, Means: "单个连接发信数超限"}},
	{[]int{450}, []string{"RP:DRC"}, Verdict{Action: Reconnect, Means: "单个连接收件人数超限"}},
	{[]int{450}, []string{"DT:RBL"}, Verdict{Action: Halt, Wait: hour, Alarm: true, Means: "本机地址在反垃圾黑名单内，请更换网络或申请移出"}},
	{[]int{450}, []string{"WM:BLI", "WM:BLU"}, Verdict{Action: Halt, Wait: hour, Alarm: true, Means: "本机地址或账号不在允许列表内"}},
	{[]int{451}, []string{"DT:SPM"}, Verdict{Action: Retry, Waits: []time.Duration{2 * time.Minute}, Then: Plain, Fault: FaultSpam, Alarm: true, Means: "信件疑似垃圾邮件"}},
	{nil, []string{"too much fail authentication"}, Verdict{Action: Halt, Wait: 2 * hour, Alarm: true, Means: "密码错误次数过多，请检查授权码"}},
	{[]int{451}, []string{"MI:SFQ"}, Verdict{Action: Halt, Wait: quarter, Means: "15分钟内发信数超限"}},
	{[]int{451}, []string{"RP:QRC"}, Verdict{Action: Halt, Wait: 2 * quarter, Means: "短期内收件人累计超限"}},
	{[]int{451}, []string{"local error in processing"}, Verdict{Action: Retry, Waits: []time.Duration{5 * time.Minute, hour, 6 * hour}, Fault: FaultRefused, Alarm: true, Means: "邮件服务器临时故障"}},
	{[]int{550}, []string{"MI:NHD"}, Verdict{Action: Halt, Wait: hour, Alarm: true, Means: "问候主机名为空，请检查发信配置"}},
	{[]int{550}, []string{"MI:IMF"}, Verdict{Action: Halt, Wait: hour, Own: true, Fault: FaultLetter, Alarm: true, Means: "发件地址不规范，请检查配置中的发件地址"}},
	{[]int{550}, []string{"MI:SPF", "MI:DMA"}, Verdict{Action: GiveUp, Fault: FaultPolicy, Alarm: true, Means: "发件域名未通过收信方校验"}},
	{[]int{550, 554}, []string{"MI:STC"}, Verdict{Action: Halt, Tomorrow: true, Alarm: true, Means: "当天发信量超限，次日继续"}},
	{[]int{550}, []string{"RP:TRC"}, Verdict{Action: Halt, Tomorrow: true, Alarm: true, Means: "当天收件人累计超限，次日继续"}},
	// QUIRK: each of our letters has one recipient, so that "too many in one letter" can only be the day's sum.
	{[]int{550}, []string{"RP:RCL", "too much recipient"}, Verdict{Action: Halt, Tomorrow: true, Alarm: true, Means: "收件人累计超限，次日继续"}},
	{[]int{550, 554}, []string{"DT:SPM"}, Verdict{Action: Plain, Fault: FaultSpam, Alarm: true, Means: "信件被判为垃圾邮件"}},
	{[]int{552}, []string{"illegal attachment"}, Verdict{Action: GiveUp, Fault: FaultLetter, Alarm: true, Means: "附件类型被禁止"}},
	{[]int{552}, []string{"exceeded mailsize", "mailsize limit", "message size", "5.3.4"}, Verdict{Action: GiveUp, Fault: FaultLetter, Alarm: true, Means: "信件超过大小限制"}},
	{[]int{553}, []string{"local user only"}, Verdict{Action: GiveUp, Fault: FaultPolicy, Alarm: true, Means: "收信方只收本站邮件，请检查发信服务器配置"}},
	{nil, []string{"smtp auth error limit exceed"}, Verdict{Action: Halt, Wait: hour, Alarm: true, Means: "认证失败次数过多，发信地址被临时禁用，请检查授权码"}},
	{[]int{553}, []string{"authentication is required"}, Verdict{Action: Reconnect, Wait: quarter, Alarm: true, Means: "发信服务器要求登录，请检查账号和授权码"}},
	{[]int{554}, []string{"DT:SUM"}, Verdict{Action: Halt, Wait: hour, Own: true, Fault: FaultLetter, Alarm: true, Means: "信封发件人与信头发件人不一致，请检查配置中的发件地址"}},
	{[]int{554}, []string{"HL:IHU", "HL:IPB", "IP in blacklist"}, Verdict{Action: Halt, Wait: hour, Alarm: true, Means: "本机地址被挂起，请更换网络"}},
	{[]int{554}, []string{"MI:SPB"}, Verdict{Action: Halt, Wait: hour, Alarm: true, Means: "账号不被允许发信"}},
	{[]int{500}, nil, Verdict{Action: GiveUp, Fault: FaultLetter, Alarm: true, Means: "命令语法错误，属程序问题，请告知维护人员"}},

	{[]int{530, 534, 535, 538, 454}, nil, Verdict{Action: Halt, Wait: quarter, Alarm: true, Means: "发信登录失败，请检查账号和授权码"}},
	{[]int{421}, nil, Verdict{Action: Halt, Wait: quarter, Means: "邮件服务器暂停服务"}},
	{[]int{550, 551, 553, 554}, []string{"invalid user", "user suspended", "user unknown", "user not found", "no such user", "unknown user", "no such recipient",
		"mailbox not found", "mailbox unavailable", "does not exist", "account disabled", "5.1.1", "5.1.10", "5.2.1"},
		Verdict{Action: GiveUp, Fault: FaultAddress, Alarm: true, Means: "收件地址不存在或已停用"}},
	{[]int{452, 552}, []string{"full", "quota", "insufficient", "5.2.2", "4.2.2"}, Verdict{Action: Retry, Fault: FaultAddress, Alarm: true, Means: "对方邮箱已满"}},
}

// Judge says what a courier's error means. A 4xx is temporary and a 5xx is
// permanent unless the table says otherwise; all else is the network's.
func Judge(err error) Verdict {
	var no Refusal
	if !errors.As(err, &no) {
		return Verdict{Action: Retry, Fault: FaultTime, Alarm: true, Means: "无法连接发信服务器"}
	}
	text := strings.ToLower(no.Text())
	for _, r := range rules {
		if len(r.codes) > 0 && !slices.Contains(r.codes, no.Code()) {
			continue
		}
		if len(r.words) == 0 || slices.ContainsFunc(r.words, func(w string) bool { return strings.Contains(text, strings.ToLower(w)) }) {
			return r.Verdict
		}
	}
	if no.Code()/100 == 4 {
		return Verdict{Action: Retry, Fault: FaultTime, Alarm: true}
	}
	return Verdict{Action: GiveUp, Fault: FaultRefused, Alarm: true}
}

// Pause is why nothing more goes out before Until. Drain is not to be called
// before then.
type Pause struct {
	Until   time.Time
	Verdict Verdict
	Cause   error // the courier's
}

// Error names the server's words and the end of the pause.
func (p *Pause) Error() string {
	return fmt.Sprintf("sending is paused until %s: %v", p.Until.Format(time.RFC3339), p.Cause)
}

// Unwrap is the courier's error.
func (p *Pause) Unwrap() error { return p.Cause }

// provider is where NetEase's day begins and ends.
var provider = time.FixedZone("CST", 8*3600)

// until is the end of a halt that begins at now. The next day's account is
// opened ten minutes after midnight, for clocks that differ.
func (v Verdict) until(now time.Time) time.Time {
	if !v.Tomorrow {
		return now.Add(v.Wait)
	}
	d := now.In(provider)
	return time.Date(d.Year(), d.Month(), d.Day()+1, 0, 10, 0, 0, provider).In(now.Location())
}

// retries is the ladder; its last rung repeats until giveUp.
var retries = []time.Duration{time.Minute, 5 * time.Minute, quarter, hour, 3 * hour, 6 * hour}

// giveUp is how long the ladder is in all.
const giveUp = 3 * 24 * hour

// Backoff is the wait after the n-th failed attempt, n from 1; false where the
// letter is to be given up.
func Backoff(n int) (time.Duration, bool) {
	var total, wait time.Duration
	for i := range max(n, 1) {
		wait = retries[min(i, len(retries)-1)]
		if total += wait; total > giveUp {
			return 0, false
		}
	}
	return wait, true
}

// wait is the time until the letter's next attempt after attempts failed ones,
// of which the last strikes were refused in the same words.
func (v Verdict) wait(attempts, strikes int) (time.Duration, bool) {
	if v.Waits == nil {
		return Backoff(attempts)
	}
	if strikes > len(v.Waits) {
		return 0, false
	}
	return v.Waits[strikes-1], true
}
