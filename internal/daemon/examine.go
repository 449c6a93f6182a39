package daemon

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/courier"
	"tongbao/internal/letter"
	"tongbao/internal/mailbox"
	"tongbao/internal/store"
)

// verifier finds out for the office whether letters come from whom they name.
type verifier struct{ letter.Verifier }

// Verify answers in the store's words, so that the answer can be kept.
func (v *verifier) Verify(ctx context.Context, raw []byte) store.Proof {
	p := v.Verifier.Verify(ctx, raw)
	return store.Proof{Verdict: string(p.Verdict), From: p.From, By: p.By, Why: p.Why}
}

// Sender is whom a letter names.
func (v *verifier) Sender(raw []byte) string { return letter.SenderOf(raw) }

// Result is what one look of the doctor found. Err is a failure; Note is to be
// heeded and fails nothing. All but What may be empty.
type Result struct {
	What  string // Chinese, as Found and Note
	Found string
	Note  string
	Err   error
}

// Examination is what the doctor is to do beyond looking.
type Examination struct {
	Send   bool          // sends a letter to the mailbox itself and waits for it
	Wait   time.Duration // for that letter at most; 3 minutes
	Look   time.Duration // between two looks for it; 5 s
	Now    func() time.Time
	Report func(Result) // gets each result as it is found; nil is no one
}

// Examine looks at the machine, logs in to the mailbox and to the sending
// server and tells what is there.
func Examine(ctx context.Context, house *House, x Examination) []Result {
	if x.Now == nil {
		x.Now = time.Now
	}
	if x.Wait == 0 {
		x.Wait = 3 * time.Minute
	}
	if x.Look == 0 {
		x.Look = 5 * time.Second
	}
	e := &examiner{Examination: x, house: house, cfg: house.Config}
	e.machine(ctx)
	if e.cfg.Mailbox.Host != "" {
		e.mailbox(ctx)
	}
	if e.cfg.SMTP.Host != "" {
		e.sending(ctx)
	}
	if e.box != nil {
		e.box.Close()
	}
	return e.results
}

type examiner struct {
	Examination
	house   *House
	cfg     *config.Config
	box     *mailbox.Client         // nil where nobody could log in
	last    map[string]mailbox.Mark // by folder: what was there before our own letter
	results []Result
}

func (e *examiner) tell(r Result) {
	if e.results = append(e.results, r); e.Report != nil {
		e.Report(r)
	}
}

func (e *examiner) mailbox(ctx context.Context) {
	r := Result{What: "收信服务器 " + e.cfg.Mailbox.Host}
	mc, err := mailboxConfig(e.cfg)
	if err == nil {
		e.box, err = mailbox.Dial(ctx, mc)
	}
	if err != nil {
		r.Err = err
		e.tell(r)
		return
	}
	r.Found = "已登录，能力 " + strings.Join(e.box.Capabilities(), " ")
	e.tell(r)
	folders, err := e.box.Folders(ctx)
	e.tell(Result{What: "文件夹", Found: strings.Join(folders, "、"), Err: err})
	e.last = map[string]mailbox.Mark{}
	var oldest, newest time.Time
	for _, folder := range e.cfg.Mailbox.Folders {
		r := Result{What: "要读的文件夹 " + folder}
		s, err := e.box.Look(ctx, folder)
		if r.Err = err; err == nil {
			e.last[folder] = s.Last
			r.Found = e.described(s)
		}
		if !s.Oldest.IsZero() && (oldest.IsZero() || s.Oldest.Before(oldest)) {
			oldest = s.Oldest
		}
		if s.Newest.After(newest) {
			newest = s.Newest
		}
		e.tell(r)
	}
	e.reach(oldest)
	if ahead := newest.Sub(e.Now()); ahead > clockMayDiffer {
		e.tell(Result{What: "时钟", Err: fmt.Errorf("邮箱里最新一封信的到达时间比本机时钟晚 %s：请校准本机时钟（timedatectl）", ahead.Round(time.Second))})
	}
}

// clockMayDiffer is by how much the machine's clock and the server's may
// differ: deadlines are a matter of the server's.
const clockMayDiffer = 3 * time.Minute

func (e *examiner) described(s mailbox.Sight) string {
	if s.Letters == 0 {
		return "没有信"
	}
	out := fmt.Sprintf("%d 封", s.Letters)
	if !s.Oldest.IsZero() {
		out += "，看得到的最早一封是 " + s.Oldest.In(e.zone()).Format("2006年1月2日")
	}
	return out
}

func (e *examiner) zone() *time.Location { return e.house.Office.Rules.Terms.Zone }

// reach judges how far back the mailbox can be seen. NetEase shows programs
// the last 30 days only, unless its web page is set to show all.
func (e *examiner) reach(oldest time.Time) {
	if oldest.IsZero() {
		return
	}
	days := int(e.Now().Sub(oldest).Hours() / 24)
	if days < 28 || days > 31 {
		return
	}
	e.tell(Result{What: "能看多远", Note: fmt.Sprintf("最早一封恰在 %d 天前，多半是邮箱只给程序看最近30天的信。请到网页邮箱“设置→POP3/SMTP/IMAP→收取选项”选“收取全部邮件”，再体检一次", days)})
}

func (e *examiner) sending(ctx context.Context) {
	r := Result{What: "发信服务器 " + e.cfg.SMTP.Host}
	cc, err := courierConfig(e.cfg)
	if err != nil {
		r.Err = err
		e.tell(r)
		return
	}
	c := courier.New(cc)
	defer c.Close()
	abilities, err := c.Check(ctx)
	if r.Err = err; err == nil {
		r.Found = "已登录，能力 " + strings.Join(abilities, " ")
	}
	e.tell(r)
	switch {
	case !e.Send || err != nil:
	case e.box == nil || len(e.last) == 0:
		e.tell(Result{What: "给自己发信", Note: "收信不通，没有发"})
	default:
		e.roundTrip(ctx, c)
	}
}

// roundTrip sends a letter to the mailbox and waits until it is there. The
// letter says that it is automatic, so that the daemon passes it over.
func (e *examiner) roundTrip(ctx context.Context, c *courier.Courier) {
	r := Result{What: "给自己发信"}
	from, to, sent := e.house.Office.Desk.From, e.cfg.Mailbox.User, e.Now()
	id := "doctor-" + strings.ToLower(rand.Text()) + "@" + from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	raw, err := letter.Compose(letter.Draft{From: mail.Address{Name: from.Name, Address: from.Address}, To: to, Date: sent.In(e.zone()), MessageID: id,
		Subject: "tongbao 体检", AutoSubmitted: "auto-generated",
		Text: "这封信由 tongbao doctor --send 发出，用来核对收发是否畅通，可以删去。\n"})
	if err == nil {
		err = c.Send(ctx, from.Address, to, raw)
	}
	if err != nil {
		r.Err = err
		e.tell(r)
		return
	}
	folder, arrived, err := e.await(ctx, id)
	if r.Err = err; err != nil {
		e.tell(r)
		return
	}
	found := e.Now()
	r.Found = fmt.Sprintf("%s 后在 %s 收到（信的主题是“tongbao 体检”，可以删去）", found.Sub(sent).Round(time.Second), folder)
	e.tell(r)
	e.clock(sent, found, arrived)
}

// clock holds the server's time of arrival against the machine's clock: the
// letter arrived after it was sent and before it was found.
func (e *examiner) clock(sent, found, arrived time.Time) {
	r := Result{What: "时钟", Found: "与邮件服务器相符"}
	differs := max(sent.Sub(arrived), arrived.Sub(found), 0)
	if differs > clockMayDiffer {
		r.Err = fmt.Errorf("与邮件服务器相差 %s，按时与否会判错：请校准本机时钟（timedatectl）", differs.Round(time.Second))
	}
	e.tell(r)
}

// await looks for the letter until it is there, in every folder that is read.
func (e *examiner) await(ctx context.Context, id string) (folder string, arrived time.Time, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, e.Wait, fmt.Errorf("已发出，%s 内没有在要读的文件夹里出现：请到网页邮箱看看它在哪个文件夹，把那个文件夹加进 mailbox.folders", e.Wait))
	defer cancel()
	for {
		for _, f := range slices.Sorted(maps.Keys(e.last)) {
			e.last[f], err = e.box.Fetch(ctx, f, e.last[f], time.Time{}, func(m mailbox.Message) error {
				if head, _, _ := bytes.Cut(m.Raw, []byte("\r\n\r\n")); bytes.Contains(head, []byte(id)) {
					folder, arrived = f, m.Arrived
				}
				return nil
			})
			if folder != "" {
				return folder, arrived, nil
			}
			if err != nil {
				return "", arrived, err
			}
		}
		select {
		case <-ctx.Done():
			return "", arrived, context.Cause(ctx)
		case <-time.After(e.Look):
		}
	}
}
