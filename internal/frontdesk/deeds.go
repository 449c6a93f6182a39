package frontdesk

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// does makes a form's answer: what was done is told on the page it goes back to.
func does(back string, do func(*http.Request) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		said, err := do(r)
		if err != nil {
			fail(w, err)
			return
		}
		to := ourPath(r.PostFormValue("back"))
		if to == "/" {
			to = back
		}
		at, err := url.Parse(to)
		if err != nil {
			at = &url.URL{Path: back}
		}
		q := at.Query()
		q.Set("done", said)
		at.RawQuery = q.Encode()
		http.Redirect(w, r, at.RequestURI(), http.StatusSeeOther)
	}
}

func (d Desk) doAssign(r *http.Request) (string, error) {
	l, err := d.Office.Assign(r.Context(), r.PostFormValue("id"), r.PostFormValue("as"), r.PostFormValue("remember") != "", user(r), d.now())
	if err != nil {
		return "", err
	}
	if l.State == store.Taken {
		return fmt.Sprintf("已将“%s”认作%s的报送", l.Subject, r.PostFormValue("as")), nil
	}
	return fmt.Sprintf("已将“%s”认作%s的来信，但其中没有可用的报表：%s", l.Subject, r.PostFormValue("as"), l.Reason), nil
}

func (d Desk) doDrop(r *http.Request) (string, error) {
	return "已搁置", d.Office.Drop(r.PostFormValue("id"), r.PostFormValue("reason"), user(r), d.now())
}

func (d Desk) doExtend(r *http.Request) (string, error) {
	p, err := period(r)
	if err != nil {
		return "", err
	}
	until, err := time.ParseInLocation(time.DateOnly, r.PostFormValue("until"), d.Office.Rules.Terms.Zone)
	if err != nil {
		return "", badRequest{fmt.Errorf("日期“%s”应写成 2021-03-28", r.PostFormValue("until"))}
	}
	who := r.PostFormValue("submitter")
	return fmt.Sprintf("已准%s延期至%s", who, until.Format("1月2日")), d.Office.Extend(p, who, until.Add(d.Office.Rules.Terms.DeadlineTime), user(r), d.now())
}

func (d Desk) doExempt(r *http.Request) (string, error) {
	p, err := period(r)
	if err != nil {
		return "", err
	}
	who, k := r.PostFormValue("submitter"), reporting.Kind(r.PostFormValue("table"))
	return fmt.Sprintf("已准%s免报%s%s", who, p.Chinese(), k.Title()), d.Office.Exempt(p, who, k, r.PostFormValue("reason"), user(r), d.now())
}

func (d Desk) doRetry(r *http.Request) (string, error) {
	return "已重新排队", d.Office.RetryItem(r.PostFormValue("key"), user(r), d.now())
}

func (d Desk) doDropItem(r *http.Request) (string, error) {
	return "不再发送", d.Office.DropItem(r.PostFormValue("key"), user(r), d.now())
}
