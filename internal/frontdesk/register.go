package frontdesk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tongbao/internal/office"
	"tongbao/internal/reporting"
)

// register routes the verbs on the project register, the issue history, the
// versions and the audit log.
func (d Desk) register(mux *http.ServeMux, verb func(string, func(*http.Request) (any, error))) {
	mux.HandleFunc("GET /projects", d.projects)
	verb("GET /project", d.project)
	verb("POST /projects/merge", d.merge)
	verb("POST /projects/split", d.split)
	verb("POST /projects/apart", d.apart)
	verb("GET /problems", d.problems)
	verb("GET /diff", d.diff)
	verb("GET /corrections", d.corrections)
	verb("POST /exclude", d.exclude)
	verb("POST /include", d.include)
	mux.HandleFunc("GET /audit", d.audit)
	mux.HandleFunc("GET /export", d.export)
}

// by is who decides: the person at the command line, where it says so.
func by(r *http.Request) string { return cmp.Or(plain(r.FormValue("by")), "operator") }

// plain is a short text without control characters, fit for a log and a page.
func plain(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, s)
	if rs := []rune(s); len(rs) > 120 {
		s = string(rs[:120])
	}
	return s
}

// Listing is the shape of GET /projects, which is streamed: a province's
// register is not held in memory.
type Listing struct {
	Projects []reporting.ProjectRecord `json:"projects"`
	Doubts   []reporting.Doubt         `json:"doubts"` // questions to the office
}

func (d Desk) projects(w http.ResponseWriter, r *http.Request) {
	who := r.FormValue("submitter")
	if err := d.knows(who); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	doubts, err := d.Office.Doubts(who)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	list := &stream{w: w, begin: "{\"projects\": [\n"}
	err = d.Office.EachProject(who, func(p reporting.ProjectRecord) error { return list.add(p) })
	if err != nil {
		panic(http.ErrAbortHandler) // half a list is none
	}
	rest, err := json.Marshal(doubts)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	list.end("], \"doubts\": " + string(rest) + "}\n")
}

// knows refuses a name that no submitter has; "" is everybody.
func (d Desk) knows(name string) error {
	if _, ok := d.Office.Rules.Register.ByName(name); name != "" && !ok {
		return badRequest{errors.New(d.Office.Rules.Register.Unknown(name))}
	}
	return nil
}

func (d Desk) project(r *http.Request) (any, error) { return d.Office.Project(r.FormValue("id")) }

func (d Desk) merge(r *http.Request) (any, error) {
	return done(d.Office.Merge(r.FormValue("id"), r.FormValue("other"), r.FormValue("reason"), by(r), d.now()))
}

func (d Desk) apart(r *http.Request) (any, error) {
	return done(d.Office.Apart(r.FormValue("id"), r.FormValue("other"), r.FormValue("reason"), by(r), d.now()))
}

func (d Desk) split(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	id, err := d.Office.Split(r.FormValue("id"), p, r.FormValue("name"), r.FormValue("reason"), by(r), d.now())
	return map[string]string{"id": id}, err
}

func (d Desk) problems(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	q := office.ProblemQuery{Period: p, Submitter: r.FormValue("submitter"), Kind: r.FormValue("kind"), Department: r.FormValue("department"), State: r.FormValue("state")}
	if err := d.knows(q.Submitter); err != nil {
		return nil, err
	}
	return d.Office.Problems(q, d.now())
}

// number reads a version's number; 0 where none is given.
func number(r *http.Request, name string) (int, error) {
	s := r.FormValue(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, badRequest{fmt.Errorf("版本号“%s”应是 1、2、3……", s)}
	}
	return n, nil
}

func (d Desk) diff(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	from, err := number(r, "from")
	if err != nil {
		return nil, err
	}
	to, err := number(r, "to")
	if err != nil {
		return nil, err
	}
	return d.Office.Diff(r.FormValue("submitter"), p, reporting.Kind(r.FormValue("table")), from, to)
}

func (d Desk) corrections(r *http.Request) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	return d.Office.Corrections(p)
}

func (d Desk) exclude(r *http.Request) (any, error) { return d.decideVersion(r, d.Office.Exclude) }

func (d Desk) include(r *http.Request) (any, error) { return d.decideVersion(r, d.Office.Include) }

func (d Desk) decideVersion(r *http.Request, decide func(reporting.Period, string, reporting.Kind, int, string, string, time.Time) error) (any, error) {
	p, err := period(r)
	if err != nil {
		return nil, err
	}
	n, err := number(r, "version")
	if err != nil {
		return nil, err
	}
	return done(decide(p, r.FormValue("submitter"), reporting.Kind(r.FormValue("table")), n, r.FormValue("reason"), by(r), d.now()))
}

// audit streams the log: that of years is not held in memory.
func (d Desk) audit(w http.ResponseWriter, r *http.Request) {
	var since time.Time
	if s := r.FormValue("since"); s != "" {
		var err error
		if since, err = time.ParseInLocation(time.DateOnly, s, d.Office.Rules.Terms.Zone); err != nil {
			http.Error(w, fmt.Sprintf("日期“%s”应写成 2021-03-01", s), http.StatusBadRequest)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	list := &stream{w: w, begin: "[\n"}
	if err := d.Office.EachAct(since, func(a office.Act) error { return list.add(a) }); err != nil {
		panic(http.ErrAbortHandler) // half a log is none
	}
	list.end("]\n")
}

// stream writes the values of a JSON list one by one.
type stream struct {
	w     io.Writer
	begin string // what the list begins with
	some  bool
}

func (s *stream) add(v any) error {
	sep := ","
	if !s.some {
		sep, s.some = s.begin, true
	}
	if _, err := io.WriteString(s.w, sep); err != nil {
		return err
	}
	enc := json.NewEncoder(s.w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (s *stream) end(text string) {
	if !s.some {
		text = s.begin + text
	}
	io.WriteString(s.w, text) //nolint:errcheck // the other end is gone
}

// exportTypes are the media types of the formats.
var exportTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// export streams; an error before the first byte is an answer, one after it
// cuts the stream, so that half an export is not taken for a whole one.
func (d Desk) export(w http.ResponseWriter, r *http.Request) {
	x := office.Export{Submitter: r.FormValue("submitter"), Format: r.FormValue("format")}
	from, to, ranged := strings.Cut(r.FormValue("period"), "..")
	if !ranged {
		to = from
	}
	var err1, err2 error
	x.From, err1 = reporting.ParsePeriod(from)
	x.To, err2 = reporting.ParsePeriod(to)
	if errors.Join(err1, err2) != nil {
		http.Error(w, fmt.Sprintf("月份“%s”应写成 2021-03 或 2021-01..2021-12", r.FormValue("period")), http.StatusBadRequest)
		return
	}
	out := &counted{w: w}
	w.Header().Set("Content-Type", exportTypes[x.Format])
	err := d.Office.Export(out, x)
	switch wrong := (office.ErrWrong{}); {
	case err == nil:
	case out.n > 0:
		panic(http.ErrAbortHandler)
	case errors.As(err, &wrong):
		http.Error(w, wrong.Error(), http.StatusBadRequest)
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
