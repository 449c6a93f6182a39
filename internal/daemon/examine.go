package daemon

import (
	"context"
	"strings"

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

// Result is what one look of the doctor found.
type Result struct {
	What  string // Chinese
	Found string
	Err   error
}

// Examine logs in to the mailbox and to the sending server and tells what is there.
func Examine(ctx context.Context, cfg *config.Config) []Result {
	var out []Result
	if cfg.Mailbox.Host != "" {
		out = append(out, examineMailbox(ctx, cfg)...)
	}
	if cfg.SMTP.Host != "" {
		r := Result{What: "发信服务器 " + cfg.SMTP.Host}
		var abilities []string
		cc, err := courierConfig(cfg)
		if err == nil {
			c := courier.New(cc)
			abilities, err = c.Check(ctx)
			c.Close()
		}
		r.Found, r.Err = "已登录，能力 "+strings.Join(abilities, " "), err
		out = append(out, r)
	}
	return out
}

func examineMailbox(ctx context.Context, cfg *config.Config) []Result {
	r := Result{What: "收信服务器 " + cfg.Mailbox.Host}
	mc, err := mailboxConfig(cfg)
	if err != nil {
		r.Err = err
		return []Result{r}
	}
	c, err := mailbox.Dial(ctx, mc)
	if err != nil {
		r.Err = err
		return []Result{r}
	}
	defer c.Close()
	r.Found = "已登录，能力 " + strings.Join(c.Capabilities(), " ")
	folders, err := c.Folders(ctx)
	f := Result{What: "文件夹", Found: strings.Join(folders, "、"), Err: err}
	out := []Result{r, f}
	for _, want := range cfg.Mailbox.Folders {
		have := Result{What: "要读的文件夹 " + want, Found: "有"}
		if _, err := c.Count(ctx, want); err != nil {
			have.Err = err
		}
		out = append(out, have)
	}
	return out
}
