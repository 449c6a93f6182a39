package frontdesk

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Edition is what became of a bulletin's edition.
type Edition struct {
	Period  reporting.Period `json:"period"`
	Quarter string           `json:"quarter,omitempty"` // 2021-Q1; Period is its last month then
	Edition store.Edition    `json:"edition"`
	Number  string           `json:"number"`
	At      time.Time        `json:"at"`
	Said    string           `json:"said"`              // Chinese
	Changes int              `json:"changes,omitempty"` // of a correction: figures
}

func (d Desk) edition(r *http.Request, do func(p reporting.Period, by string, now time.Time) (store.Publication, error), said func(store.Publication) string) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	if p.IsZero() {
		return nil, badRequest{fmt.Errorf("请写明月份，如 2021-03")}
	}
	pub, err := do(p, by(r), d.now())
	if err != nil {
		return nil, err
	}
	return Edition{Period: p, Edition: pub.Edition, Number: pub.Bulletin.Number, At: pub.At.In(d.Office.Rules.Terms.Zone), Said: said(pub), Changes: len(pub.Differences)}, nil
}

func (d Desk) release(r *http.Request) (any, error) {
	if v, is, err := d.quarterEdition(r, d.Office.ReleaseQuarter, "已外发各地各单位"); is {
		return v, err
	}
	return d.edition(r, d.Office.Release, func(p store.Publication) string {
		return p.Period.Chinese() + "份" + editionTitle(p.Edition) + "已外发各地各单位"
	})
}

func (d Desk) hold(r *http.Request) (any, error) {
	reason := plain(r.FormValue("reason"))
	hold := func(q reporting.Quarter, kind, by string, now time.Time) (store.Publication, error) {
		return d.Office.HoldQuarter(q, kind, reason, by, now)
	}
	if v, is, err := d.quarterEdition(r, hold, "送审稿已退回"); is {
		return v, err
	}
	return d.edition(r, func(p reporting.Period, by string, now time.Time) (store.Publication, error) {
		return d.Office.Hold(p, reason, by, now)
	}, func(p store.Publication) string {
		return p.Period.Chinese() + "份" + editionTitle(p.Edition) + "送审稿已退回"
	})
}

func (d Desk) redraft(r *http.Request) (any, error) {
	if v, is, err := d.quarterEdition(r, d.Office.DraftQuarter, "已送审"); is {
		return v, err
	}
	return d.edition(r, d.Office.Redraft, func(p store.Publication) string {
		return p.Period.Chinese() + "份" + editionTitle(p.Edition) + "已重新送审，原核签码作废"
	})
}

func (d Desk) correct(r *http.Request) (any, error) {
	if _, _, is, err := quarter(r); err != nil || is {
		return nil, badRequest{fmt.Errorf("季度的通报没有更正；送审稿有误的，退回后重新送审")}
	}
	return d.edition(r, d.Office.Correct, func(p store.Publication) string {
		done := "已外发"
		if p.Edition.IsDraft() {
			done = "已送审"
		}
		return fmt.Sprintf("%s份更正通报（更正%d项数据）%s", p.Period.Chinese(), len(p.Differences), done)
	})
}

func editionTitle(e store.Edition) string {
	if e.IsCorrection() {
		return "更正通报"
	}
	return "通报"
}

// deed makes a verb a form's deed: what it said is told on the page.
func (d Desk) deed(verb func(*http.Request) (any, error)) func(*http.Request) (string, error) {
	return func(r *http.Request) (string, error) {
		if err := r.ParseForm(); err != nil {
			return "", badRequest{err}
		}
		r.Form.Set("by", cmp.Or(user(r), "operator"))
		v, err := verb(r)
		if err != nil {
			return "", err
		}
		return v.(Edition).Said, nil
	}
}

// explain tells what one figure of a bulletin was made of.
func (d Desk) explain(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	if p.IsZero() {
		p = d.Office.Rules.Terms.CurrentPeriod(d.now())
	}
	return d.Office.ExplainFigure(p, r.FormValue("figure"), d.now())
}
