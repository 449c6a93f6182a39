package frontdesk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// quarter is which product of which quarter is asked for; is reports whether
// a quarter is asked for at all.
func quarter(r *http.Request) (q reporting.Quarter, kind string, is bool, err error) {
	s := r.FormValue("period")
	if kind = r.FormValue("kind"); kind == "monthly" {
		kind = ""
	}
	if !strings.Contains(s, "Q") {
		if kind != "" {
			return q, kind, true, badRequest{fmt.Errorf("%s 按季度计算，请写 --period 2021-Q1", kind)}
		}
		return q, "", false, nil
	}
	if q, err = reporting.ParseQuarter(s); err != nil {
		return q, kind, true, badRequest{fmt.Errorf("季度“%s”应写成 2021-Q1", s)}
	}
	kind = cmp.Or(kind, bulletin.QuarterRanking)
	if !slices.Contains(bulletin.QuarterKinds, kind) {
		return q, kind, true, badRequest{fmt.Errorf("没有“%s”这一种，可写：%s", kind, strings.Join(bulletin.QuarterKinds, "、"))}
	}
	return q, kind, true, nil
}

// quarterly answers with a quarter's product and, where they are asked for, its forms.
func (d Desk) quarterly(r *http.Request, q reporting.Quarter, kind string) (any, error) {
	v, released, err := d.Office.Quarterly(q, kind, d.now())
	if err != nil {
		return nil, err
	}
	var issue Issue
	if issue.Bulletin, err = json.Marshal(v); err != nil || r.FormValue("forms") == "" {
		return issue, err
	}
	forms, err := d.Office.PrintQuarter(v, "", released)
	if err != nil {
		return nil, err
	}
	html := strings.TrimSuffix(forms.WordName, ".docx") + ".html"
	issue.Files = map[string][]byte{forms.WordName: forms.Word, forms.WorkbookName: forms.Workbook, html: []byte(forms.SelfContained())}
	return issue, nil
}

// quarterEdition decides on a quarter's product; is reports whether one is meant.
func (d Desk) quarterEdition(r *http.Request, do func(q reporting.Quarter, kind, by string, now time.Time) (store.Publication, error), said string) (any, bool, error) {
	q, kind, is, err := quarter(r)
	if err != nil || !is {
		return nil, is, err
	}
	pub, err := do(q, kind, by(r), d.now())
	if err != nil {
		return nil, true, err
	}
	return Edition{Period: pub.Period, Quarter: q.String(), Edition: pub.Edition, Number: pub.Bulletin.Number, At: pub.At.In(d.Office.Rules.Terms.Zone),
		Said: q.Chinese() + bulletin.QuarterTitle(kind) + said}, true, nil
}

// asQuarter is the quarter of a verb that needs one.
func asQuarter(r *http.Request) (reporting.Quarter, error) {
	q, err := reporting.ParseQuarter(r.FormValue("period"))
	if err != nil {
		return q, badRequest{fmt.Errorf("请写明季度，如 --period 2021-Q1")}
	}
	return q, nil
}

// Voted is what a file of votes was read as.
type Voted struct {
	Quarter reporting.Quarter `json:"period"`
	Visits  bulletin.Visits   `json:"visits"`
}

func (d Desk) votes(r *http.Request) (any, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxImport+1))
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	if len(raw) > maxImport {
		return nil, badRequest{fmt.Errorf("文件超过 %d MB", maxImport>>20)}
	}
	q, err := asQuarter(r)
	if err != nil {
		return nil, err
	}
	votes, err := d.Office.Votes(r.Context(), q, r.URL.Query().Get("name"), raw, by(r), d.now())
	if err != nil {
		return nil, err
	}
	return Voted{q, bulletin.VisitsOf(votes)}, nil
}

func (d Desk) award(r *http.Request) (any, error) {
	q, err := asQuarter(r)
	if err != nil {
		return nil, err
	}
	return done(d.Office.Award(q, r.FormValue("unit"), r.FormValue("points"), r.FormValue("reason"), by(r), d.now()))
}

// quarterForm is one form of a quarter's product; its preview is the letter.
func (d Desk) quarterForm(w http.ResponseWriter, r *http.Request, q reporting.Quarter) {
	kind := cmp.Or(r.FormValue("kind"), bulletin.QuarterRanking)
	if bulletin.QuarterTitle(kind) == "" {
		fail(w, badRequest{fmt.Errorf("没有“%s”这一种，可写：%s", kind, strings.Join(bulletin.QuarterKinds, "、"))})
		return
	}
	v, released, err := d.Office.Quarterly(q, kind, d.now())
	if err != nil {
		fail(w, err)
		return
	}
	forms, err := d.Office.PrintQuarter(v, "", released)
	if err != nil {
		fail(w, err)
		return
	}
	form := r.PathValue("form")
	if form == "preview" {
		form = "letter"
	}
	sendForm(w, form, forms)
}
