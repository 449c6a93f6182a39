package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tongbao/internal/config"
	"tongbao/internal/press"
)

// enoughRoom is what should be free where the data lies: a year of a city's
// letters is some 3 GB.
const enoughRoom = 2 << 30

// machine looks at what of this machine the daemon needs.
func (e *examiner) machine(ctx context.Context) {
	e.tell(e.directory())
	e.tell(e.room())
	for _, s := range []struct {
		what   string
		secret config.Secret
	}{{"mailbox.password", e.cfg.Mailbox.Password}, {"smtp.password", e.cfg.SMTP.Password}, {"web.password", e.cfg.Web.Password}} {
		if s.secret.IsSet() && !(s.what == "smtp.password" && s.secret == e.cfg.Mailbox.Password) {
			e.tell(readable(s.what, s.secret))
		}
	}
	e.tell(e.holidays())
	if r, ok := fonts(ctx); ok {
		e.tell(r)
	}
}

// directory tries the data directory, or where it will be made.
func (e *examiner) directory() Result {
	r := Result{What: "数据目录 " + e.cfg.Data}
	info, err := os.Stat(e.cfg.Data)
	if errors.Is(err, fs.ErrNotExist) {
		r.Found = "还没有，首次运行时建立"
		r.Err = writable(standing(e.cfg.Data))
		return r
	}
	if err == nil && !info.IsDir() {
		err = errors.New("不是目录")
	}
	if err == nil {
		err = writable(e.cfg.Data)
	}
	if r.Err, r.Found = err, "可写"; err == nil && info.Mode().Perm()&0o077 != 0 {
		r.Note = fmt.Sprintf("权限是 %04o，别的用户看得到来信：请 chmod 700 %s", info.Mode().Perm(), e.cfg.Data)
	}
	return r
}

// standing is the nearest directory above a path that is there.
func standing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return fmt.Errorf("写不进去，请用守护程序的用户运行，或改目录的属主：%w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (e *examiner) room() Result {
	r := Result{What: "磁盘空间"}
	free, err := freeBytes(standing(e.cfg.Data))
	if err != nil {
		r.Note = "看不出还有多少：" + err.Error()
		return r
	}
	r.Found = fmt.Sprintf("还有 %.1f GB", float64(free)/(1<<30))
	if free < enoughRoom {
		r.Note = r.Found + "，全市一年的来信约需 3 GB，请腾出空间"
	}
	return r
}

// readable tries a password's source and looks at who else can read it.
func readable(what string, s config.Secret) Result {
	r := Result{What: "密码 " + what, Found: "读到了"}
	if s.Credential != "" && os.Getenv("CREDENTIALS_DIRECTORY") == "" {
		r.Found, r.Note = "", "由 systemd 在启动服务时交给守护程序，这里读不到。要体检收发信，请用 sudo CREDENTIALS_DIRECTORY=/etc/tongbao tongbao doctor"
		return r
	}
	if _, err := s.Read(); err != nil {
		r.Err = err
		return r
	}
	if s.File == "" {
		return r
	}
	info, err := os.Stat(s.File)
	switch {
	case err != nil:
		r.Err = err
	case info.Mode().Perm()&0o007 != 0:
		r.Err = fmt.Errorf("%s 的权限是 %04o，本机的人都能读到：请 chmod 600 %[1]s", s.File, info.Mode().Perm())
	}
	return r
}

// holidays tells whether this year's and the next year's notices are known.
// The State Council gives the next year's in November.
func (e *examiner) holidays() Result {
	now := e.Now().In(e.zone())
	r := Result{What: "放假安排"}
	var known, unknown []string
	for _, year := range []int{now.Year(), now.Year() + 1} {
		if name := fmt.Sprintf("%d年", year); e.house.Office.Rules.Terms.Workdays.Knows(year) {
			known = append(known, name)
		} else if unknown = append(unknown, name); year == now.Year() || now.Month() >= time.November {
			r.Note = strings.Join(unknown, "、") + "未知，只按周一至周五计工作日：请把国务院办公厅的通知写进 reporting.holidays 指的文件"
		}
	}
	r.Found = "已知 " + strings.Join(known, "、")
	if len(unknown) > 0 {
		r.Found += "；" + strings.Join(unknown, "、") + "的通知尚未发布"
	}
	return r
}

// fonts names the documents' fonts that this machine lacks. Nothing fails for
// that: whoever prints the bulletin needs them, not the daemon.
func fonts(ctx context.Context) (Result, bool) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	list, err := exec.CommandContext(ctx, "fc-list", ":", "family").Output()
	if err != nil {
		return Result{}, false // no fontconfig here: there is nothing to look at
	}
	return lacking(string(list)), true
}

// lacking reads what fc-list says: a family's names a line, with commas.
func lacking(list string) Result {
	have := strings.FieldsFunc(strings.ReplaceAll(list, `\-`, "-"), func(r rune) bool { return r == '\n' || r == ',' })
	r := Result{What: "公文字体", Found: "齐全"}
	var missing []string
	for _, names := range press.Fonts() {
		if !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(have, n) }) {
			missing = append(missing, names[0])
		}
	}
	if len(missing) > 0 {
		r.Note = "本机没有 " + strings.Join(missing, "、") + "。程序用不着，打印通报的电脑上要有"
	}
	return r
}
