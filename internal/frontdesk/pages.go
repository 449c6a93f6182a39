package frontdesk

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tongbao/internal/bulletin"
	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

//go:embed pages
var files embed.FS

// sheets are the pages, each with the frame around it.
var sheets = func() map[string]*template.Template {
	out := map[string]*template.Template{}
	names, err := files.ReadDir("pages")
	if err != nil {
		panic(err) // embedded
	}
	frame := template.Must(template.New("frame.html").Funcs(functions).ParseFS(files, "pages/frame.html"))
	for _, n := range names {
		if name, ok := strings.CutSuffix(n.Name(), ".html"); ok && name != "frame" {
			out[name] = template.Must(template.Must(frame.Clone()).ParseFS(files, "pages/"+n.Name()))
		}
	}
	return out
}()

// page is what the frame needs, and the page's own data.
type page struct {
	Title string
	Here  string // the navigation's entry
	Bare  bool   // without navigation
	Done  string // what was just done
	Data  any
}

// render writes a page as a whole or, where its template fails, an error.
func render(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := sheets[name].ExecuteTemplate(&b, "frame", p); err != nil {
		http.Error(w, "页面出错："+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes()) //nolint:errcheck // the other end is gone
}

// view makes a page of what a question answers.
type view func(*http.Request) (name string, p page, err error)

func show(v view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, p, err := v(r)
		if err != nil {
			fail(w, err)
			return
		}
		p.Done = plain(r.URL.Query().Get("done"))
		render(w, http.StatusOK, name, p)
	}
}

func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if errors.As(err, &badRequest{}) || errors.As(err, &office.ErrWrong{}) || errors.Is(err, office.ErrUnclear) {
		status = http.StatusBadRequest
	}
	render(w, status, "error", page{Title: "没有办成", Data: err.Error()})
}

// Pages is the office in a browser: everything that a verb can tell, and the
// decisions of every day.
func (d Desk) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", show(d.pageMonth))
	mux.HandleFunc("GET /submitters/{name}", show(d.pageSubmitter))
	mux.HandleFunc("GET /projects", show(d.pageProjects))
	mux.HandleFunc("GET /projects/{id}", show(d.pageProject))
	mux.HandleFunc("GET /problems", show(d.pageProblems))
	mux.HandleFunc("GET /quarantine", show(d.pageQuarantine))
	mux.HandleFunc("GET /bulletins", show(d.pageBulletins))
	mux.HandleFunc("GET /bulletins/{period}/{form}", d.form)
	mux.HandleFunc("GET /outbox", show(d.pageOutbox))
	mux.HandleFunc("GET /audit", show(d.pageAudit))
	mux.HandleFunc("POST /assign", does("/quarantine", d.doAssign))
	mux.HandleFunc("POST /drop", does("/quarantine", d.doDrop))
	mux.HandleFunc("POST /extend", does("/", d.doExtend))
	mux.HandleFunc("POST /exempt", does("/", d.doExempt))
	mux.HandleFunc("POST /bulletins/release", does("/bulletins", d.deed(d.release)))
	mux.HandleFunc("POST /bulletins/hold", does("/bulletins", d.deed(d.hold)))
	mux.HandleFunc("POST /bulletins/draft", does("/bulletins", d.deed(d.redraft)))
	mux.HandleFunc("POST /bulletins/correct", does("/bulletins", d.deed(d.correct)))
	mux.HandleFunc("POST /outbox/retry", does("/outbox", d.doRetry))
	mux.HandleFunc("POST /outbox/drop", does("/outbox", d.doDropItem))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		render(w, http.StatusNotFound, "error", page{Title: "没有这一页", Data: "网址 " + r.URL.Path + " 下没有页面。"})
	})
	return mux
}

// asked is the month that a page shows: what it was asked for, else the one
// that is being collected.
func (d Desk) asked(r *http.Request) (reporting.Period, error) {
	p, err := period(r)
	if err == nil && p.IsZero() {
		p = d.Office.Rules.Terms.CurrentPeriod(d.now())
	}
	return p, err
}

func (d Desk) pageMonth(r *http.Request) (string, page, error) {
	p, err := d.asked(r)
	if err != nil {
		return "", page{}, err
	}
	s, err := d.Office.Status(p, d.now())
	if err != nil {
		return "", page{}, err
	}
	for i := range s.Forged {
		s.Forged[i].Arrived = s.Forged[i].Arrived.In(d.Office.Rules.Terms.Zone)
	}
	return "month", page{Title: p.Chinese() + "报送情况", Here: "month", Data: struct {
		doubted
		Kinds    []reporting.Kind
		Groups   []group
		Totals   map[string]int // tables by state
		Previous reporting.Period
		Next     reporting.Period
	}{doubted{s}, reporting.Kinds, groups(s.Submitters), totals(s.Submitters), p.Add(-1), p.Add(1)}}, nil
}

// doubted is a month's status whose rows are marked where a letter in the
// submitter's name looks forged.
type doubted struct{ office.Status }

// Doubted lists a submitter's letters that look forged.
func (d doubted) Doubted(submitter string) (out []office.Suspect) {
	for _, f := range d.Forged {
		if f.Submitter == submitter {
			out = append(out, f)
		}
	}
	return out
}

// group is the submitters of one group, in the office's order.
type group struct {
	Title string
	Rows  []office.SubmitterStatus
}

func groups(all []office.SubmitterStatus) (out []group) {
	for _, g := range []struct {
		key   reporting.Group
		title string
	}{{reporting.Counties, "县（市、区）"}, {reporting.Zones, "功能区"}, {reporting.Central, "中心城区责任单位"}} {
		var rows []office.SubmitterStatus
		for _, s := range all {
			if s.Group == g.key {
				rows = append(rows, s)
			}
		}
		if len(rows) > 0 {
			out = append(out, group{g.title, rows})
		}
	}
	return out
}

func totals(all []office.SubmitterStatus) map[string]int {
	out := map[string]int{}
	for _, s := range all {
		for _, t := range s.Tables {
			out[string(t.State)]++
		}
	}
	return out
}

func (d Desk) pageSubmitter(r *http.Request) (string, page, error) {
	name := r.PathValue("name")
	sub, ok := d.Office.Rules.Register.ByName(name)
	if !ok {
		return "", page{}, badRequest{errors.New(d.Office.Rules.Register.Unknown(name))}
	}
	p, err := d.asked(r)
	if err != nil {
		return "", page{}, err
	}
	year, err := d.Office.Year(sub.Name, p.Year, d.now())
	if err != nil {
		return "", page{}, err
	}
	return "submitter", page{Title: fmt.Sprintf("%s %d年", sub.Name, p.Year), Here: "month", Data: struct {
		Submitter reporting.Submitter
		Period    reporting.Period
		Year      []office.MonthOfYear
		Kinds     []reporting.Kind
		Curve     *chart
	}{sub, p, year, sub.Tables, yearChart(year)}}, nil
}

func (d Desk) pageProjects(r *http.Request) (string, page, error) {
	who := r.FormValue("submitter")
	if err := d.knows(who); err != nil {
		return "", page{}, err
	}
	all := d.Office.Rules.Register.All()
	if who == "" && len(all) > 0 {
		who = all[0].Name // a province's whole register is no page
	}
	var list []reporting.ProjectRecord
	err := d.Office.EachProject(who, func(p reporting.ProjectRecord) error { list = append(list, p); return nil })
	if err != nil {
		return "", page{}, err
	}
	doubts, err := d.Office.Doubts(who)
	if err != nil {
		return "", page{}, err
	}
	return "projects", page{Title: who + "项目库", Here: "projects", Data: struct {
		Who        string
		Submitters []reporting.Submitter
		Projects   []reporting.ProjectRecord
		Doubts     []reporting.Doubt
	}{who, all, list, doubts}}, nil
}

func (d Desk) pageProject(r *http.Request) (string, page, error) {
	p, err := d.Office.Project(r.PathValue("id"))
	if err != nil {
		return "", page{}, err
	}
	return "project", page{Title: p.Name, Here: "projects", Data: struct {
		office.Project
		Curve  *chart
		Fields []reporting.Field
	}{p, projectChart(p), reporting.RegisterFields}}, nil
}

func (d Desk) pageProblems(r *http.Request) (string, page, error) {
	p, err := d.asked(r)
	if err != nil {
		return "", page{}, err
	}
	q := office.ProblemQuery{Period: p, Submitter: r.FormValue("submitter"), Department: r.FormValue("department"), State: "open"}
	if err := d.knows(q.Submitter); err != nil {
		return "", page{}, err
	}
	problems, err := d.Office.Problems(q, d.now())
	if err != nil {
		return "", page{}, err
	}
	return "problems", page{Title: p.Chinese() + "未办结问题", Here: "problems", Data: struct {
		office.Problems
		Query office.ProblemQuery
	}{problems, q}}, nil
}

func (d Desk) pageQuarantine(*http.Request) (string, page, error) {
	waiting, err := d.Office.Quarantine()
	const most = 100 // each with a list of all submitters
	more := max(0, len(waiting)-most)
	return "quarantine", page{Title: "待认领的来信", Here: "quarantine", Data: struct {
		Letters    []office.Waiting
		Submitters []reporting.Submitter
		More       int
	}{waiting[:min(most, len(waiting))], d.Office.Rules.Register.All(), more}}, err
}

func (d Desk) pageBulletins(*http.Request) (string, page, error) {
	list, err := d.Office.Published()
	slices.Reverse(list)
	return "bulletins", page{Title: "通报", Here: "bulletins", Data: struct {
		Published []office.PublishedBulletin
		Current   reporting.Period
	}{list, d.Office.Rules.Terms.CurrentPeriod(d.now())}}, err
}

// form is one form of a month's bulletin: what went out, where it did, else
// what it would be now.
func (d Desk) form(w http.ResponseWriter, r *http.Request) {
	if q, err := reporting.ParseQuarter(r.PathValue("period")); err == nil {
		d.quarterForm(w, r, q)
		return
	}
	p, err := reporting.ParsePeriod(r.PathValue("period"))
	if err != nil {
		fail(w, badRequest{fmt.Errorf("月份“%s”应写成 2021-03", r.PathValue("period"))})
		return
	}
	b, released, err := d.Office.Bulletin(p, d.now())
	if err != nil {
		fail(w, err)
		return
	}
	forms, err := d.Office.Print(b, "", released)
	if err != nil {
		fail(w, err)
		return
	}
	if r.PathValue("form") == "preview" {
		render(w, http.StatusOK, "preview", page{Title: forms.Subject, Here: "bulletins", Data: struct {
			Period   reporting.Period
			Released bool
			Bulletin bulletin.Bulletin
		}{p, released, b}})
		return
	}
	sendForm(w, r.PathValue("form"), forms)
}

// sendForm answers with one form as a file, or with the letter as a page.
func sendForm(w http.ResponseWriter, form string, forms office.Forms) {
	attach := func(kind, name string, data []byte) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
		w.Write(data) //nolint:errcheck // the other end is gone
	}
	switch form {
	case "word":
		attach("application/vnd.openxmlformats-officedocument.wordprocessingml.document", forms.WordName, forms.Word)
	case "excel":
		attach("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", forms.WorkbookName, forms.Workbook)
	case "letter":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, forms.SelfContained())
	default:
		fail(w, badRequest{fmt.Errorf("通报没有“%s”这种形式", form)})
	}
}

func (d Desk) pageOutbox(r *http.Request) (string, page, error) {
	state := r.FormValue("state")
	items, more, err := d.Office.Outbox(state, 500)
	return "outbox", page{Title: "发件箱", Here: "outbox", Data: struct {
		State string
		Items []outbox.Item
		More  bool
	}{state, items, more}}, err
}

func (d Desk) pageAudit(r *http.Request) (string, page, error) {
	since := d.now().AddDate(0, 0, -31)
	if s := r.FormValue("since"); s != "" {
		var err error
		if since, err = time.ParseInLocation(time.DateOnly, s, d.Office.Rules.Terms.Zone); err != nil {
			return "", page{}, badRequest{fmt.Errorf("日期“%s”应写成 2021-03-28", s)}
		}
	}
	acts, more, err := d.Office.LastActs(since, 1000)
	slices.Reverse(acts)
	return "audit", page{Title: "办理记录", Here: "audit", Data: struct {
		Since time.Time
		Acts  []office.Act
		More  int
	}{since, acts, more}}, err
}
