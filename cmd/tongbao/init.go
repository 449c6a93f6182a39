package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tongbao/internal/config"
	"tongbao/internal/reporting"
)

func initCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "init",
		Short:   "问几个问题，写出一份检查过的配置文件",
		Example: "  tongbao init --out config.yaml",
		Args:    args(cobra.NoArgs),
	}
	out := c.Flags().String("out", "config.yaml", "写到哪个`文件`（已有的不覆盖）")
	service := c.Flags().Bool("service", false, "为 systemd 服务写：数据在 /var/lib/tongbao，授权码作为凭据")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if _, err := os.Stat(*out); !errors.Is(err, fs.ErrNotExist) {
			return usageError{fmt.Errorf("%s 已经存在，不覆盖；请用 --out 另写一个", *out)}
		}
		q := &asker{in: bufio.NewReader(c.InOrStdin()), out: c.OutOrStdout()}
		answers, err := q.all()
		if err != nil {
			return err
		}
		answers.service = *service
		return answers.write(*out, c.OutOrStdout())
	}
	return c
}

// asker asks on the terminal, or reads lines from a script.
type asker struct {
	in  *bufio.Reader
	out io.Writer
}

// answers is what differs from office to office.
type answers struct {
	user, password   string
	provider         config.Provider
	imap, smtp       string // where the provider is not known
	office, city     string
	contact, phone   string
	addresses        []string
	submitters       []reporting.Submitter
	missingAddresses int
	service          bool
}

// line asks one question until check is content; an empty answer is the preset.
func (q *asker) line(question, preset string, check func(string) error) (string, error) {
	for {
		fmt.Fprint(q.out, question)
		if preset != "" {
			fmt.Fprintf(q.out, "［%s］", preset)
		}
		fmt.Fprint(q.out, "：")
		s, err := q.in.ReadString('\n')
		if err != nil && (s == "" || !errors.Is(err, io.EOF)) {
			fmt.Fprintln(q.out)
			return "", errors.New("没有答完，什么也没有写")
		}
		if s = strings.TrimSpace(s); s == "" {
			s = preset
		}
		if err := check(s); err != nil {
			fmt.Fprintf(q.out, "  %v\n", err)
			continue
		}
		return s, nil
	}
}

func anything(string) error { return nil }

func needed(s string) error {
	if s == "" {
		return errors.New("这一项必须填")
	}
	return nil
}

func address(s string) error {
	if p, err := mail.ParseAddress(s); err != nil || p.Address != s {
		return errors.New("应为邮箱地址，如 name@example.com")
	}
	return nil
}

// addressList checks addresses that are separated by commas or spaces.
func addressList(s string) error {
	for _, a := range split(s) {
		if err := address(a); err != nil {
			return fmt.Errorf("“%s”%w", a, err)
		}
	}
	return nil
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，;；、 \t", r) })
}

// secret asks without showing what is typed, where a terminal answers.
func (q *asker) secret(question string) (string, error) {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return q.line(question, "", anything)
	}
	fmt.Fprint(q.out, question+"：")
	b, err := term.ReadPassword(fd)
	fmt.Fprintln(q.out)
	return strings.TrimSpace(string(b)), err
}

func (q *asker) all() (a answers, err error) {
	ask := func(to *string, question, preset string, check func(string) error) {
		if err == nil {
			*to, err = q.line(question, preset, check)
		}
	}
	fmt.Fprintln(q.out, "直接回车采用［］里的内容；其余设置都有默认值，见 config.example.yaml。")
	ask(&a.user, "收报邮箱", "", address)
	if p, ok := config.ProviderOf(a.user); ok {
		a.provider = p
		fmt.Fprintf(q.out, "  %s。%s。\n", p.Title, p.Advice)
	} else {
		var name string
		ask(&name, "服务商（"+strings.Join(config.Providers(), "、")+"，都不是就回车）", "", func(s string) error {
			if _, ok := config.ProviderOf(s); s != "" && !ok {
				return errors.New("没有这个服务商")
			}
			return nil
		})
		if a.provider, ok = config.ProviderOf(name); !ok {
			_, domain, _ := strings.Cut(a.user, "@")
			ask(&a.imap, "IMAP 服务器（993 端口）", "imap."+domain, needed)
			ask(&a.smtp, "SMTP 服务器（465 端口）", "smtp."+domain, needed)
		}
	}
	if err == nil {
		a.password, err = q.secret("授权码（不显示；现在没有就直接回车）")
	}
	ask(&a.office, "办公室名称（落款）", config.Default().Office.Name, needed)
	ask(&a.city, "全市的名称", config.Default().Office.City, needed)
	ask(&a.contact, "县里有疑问找谁", "", needed)
	ask(&a.phone, "联系电话", "", needed)
	var list string
	ask(&list, "收送审稿和告警的邮箱（可几个）", a.user, addressList)
	a.addresses = split(list)
	fmt.Fprintln(q.out, "各县（市、区）报送用的邮箱，可几个，用逗号隔开；还不知道的直接回车，以后再补：")
	for _, s := range reporting.JiujiangCounties() {
		var list string
		ask(&list, "  "+s.Name, "", addressList)
		s.Addresses = split(list)
		if len(s.Addresses) == 0 {
			a.missingAddresses++
		}
		a.submitters = append(a.submitters, s)
	}
	return a, err
}

// write checks the configuration before it is there. The 授权码 goes into a
// file of its own that only its owner can read.
func (a answers) write(path string, out io.Writer) error {
	data, password := "./data", "{env: TONGBAO_PASSWORD}"
	beside := filepath.Join(filepath.Dir(path), "password")
	switch {
	case a.service:
		data, password = "/var/lib/tongbao", "{credential: password}"
	case a.password != "":
		password = "{file: password}"
	}
	text := a.yaml(data, password)
	if _, err := config.Parse([]byte(text), path); err != nil {
		return fmt.Errorf("写出的配置有误：%w", err)
	}
	if a.password != "" {
		if err := writeNew(beside, a.password+"\n"); err != nil {
			return err
		}
		fmt.Fprintf(out, "授权码写在 %s，只有本用户能读\n", beside)
	}
	if err := writeNew(path, text); err != nil {
		return err
	}
	fmt.Fprintf(out, "已写出 %s\n", path)
	if a.service {
		// The daemon is another user; the directory keeps strangers out.
		if err := os.Chmod(path, 0o644); err != nil {
			return fmt.Errorf("写 %s：%w", path, err)
		}
		if a.password == "" {
			fmt.Fprintf(out, "还没有授权码：请写进 %s，权限 0600\n", beside)
		}
		fmt.Fprintln(out, "接着运行：systemctl enable --now tongbao")
	}
	if a.missingAddresses > 0 {
		fmt.Fprintf(out, "还有 %d 个单位没有邮箱：它们的来信要由办公室认领（tongbao assign），也收不到催报\n", a.missingAddresses)
	}
	if !a.service {
		fmt.Fprintf(out, "接着运行：tongbao check -c %s，再 tongbao doctor -c %s\n", path, path)
	}
	return nil
}

// writeNew writes a file that must not be there yet.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("写 %s：%w", path, err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// yaml is the file's text.
func (a answers) yaml(data, password string) string {
	q := strconv.Quote // Go's quotes are YAML's
	server, smtp := "provider: "+q(a.provider.Name), ""
	if a.provider.Name == "" {
		server, smtp = "host: "+q(a.imap), "\nsmtp:\n  host: "+q(a.smtp)+"\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# tongbao 的配置文件。改好后先运行 tongbao check。全部设置及默认值见 config.example.yaml。
data: %s

office:
  name: %s
  city: %s
  contact: %s
  phone: %s
  addresses: [%s]

mailbox:
  %s
  user: %s
  password: %s
%s
reporting:
  deadline: {day: 25, time: "23:59:59", holiday: none}

bulletins:
  - {name: monthly, schedule: "0 9 1 * *", release: office-only}

submitters:
`, data, q(a.office), q(a.city), q(a.contact), q(a.phone), strings.Join(a.addresses, ", "), server, q(a.user), password, smtp)
	for _, s := range a.submitters {
		fmt.Fprintf(&b, "  - {name: %s, group: counties, addresses: [%s]}\n", s.Name, strings.Join(s.Addresses, ", "))
	}
	return b.String()
}
