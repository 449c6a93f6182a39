package daemon_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"tongbao/internal/config"
	"tongbao/internal/daemon"
	"tongbao/internal/reporting"
)

// What scripts may rely on, written out here and not taken from the program:
// a key that is renamed or dropped in the code must fail against these.
var (
	fieldKeys = map[string][]string{
		"progress": strings.Fields(`seq project_name parent_name category project_code area location content nature period
			total_invest fund_source done_to_last_year year_plan month_plan month_done ytd_done ytd_pct all_done all_pct
			fund_arrived_month fund_arrived_ytd progress_text year_goal next_plan plan_start actual_start plan_finish
			actual_finish is_started is_finished in_stats stats_code stats_invest problem_text need_help measure_text
			resp_unit owner_unit contractor leader person phone remark light`),
		"issues": strings.Fields(`seq area project_name problem category source raised_at level coord_unit leader person
			phone measure deadline progress status closed_at impact remark`),
		"lagging": strings.Fields(`seq area project_name resp_unit year_plan ytd_done ytd_pct seq_pct gap plan_progress
			actual_progress reason reason_type measure catch_up_at leader person phone remark`),
	}
	numberKeys = strings.Fields(`total_invest done_to_last_year year_plan month_plan month_done ytd_done ytd_pct all_done
		all_pct fund_arrived_month fund_arrived_ytd stats_invest seq_pct gap`)
	dateKeys = strings.Fields(`plan_start actual_start plan_finish actual_finish raised_at deadline closed_at catch_up_at`)
	flagKeys = strings.Fields(`is_started is_finished in_stats`)
	// A cell that fits none of the codes stays as written, in Chinese.
	codes = map[string][]string{
		"nature": strings.Fields("new renewed expand prep finish paused"),
		"status": strings.Fields("open partial done closed"),
	}

	// The keys of each object: those that always stand, and those that may.
	objectKeys = map[string]struct{ always, may []string }{
		"file":    {strings.Fields("file tables findings ignored"), strings.Fields("letter submitter period")},
		"letter":  {strings.Fields("automatic"), strings.Fields("from subject message_id received")},
		"table":   {strings.Fields("path kind nil rows totals"), strings.Fields("sheet table submitter period title title_cell senses columns aside parts")},
		"row":     {strings.Fields("row fields"), strings.Fields("cells hidden aside")},
		"total":   {strings.Fields("row fields"), strings.Fields("label cells")},
		"finding": {strings.Fields("path code severity message"), strings.Fields("sheet table cell")},
		"ignored": {strings.Fields("path reason"), nil},
	}
	number  = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d{1,4})?$`)
	date    = regexp.MustCompile(`^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|-Q[1-4]|-H[12])?$`)
	month   = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)
	code    = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	cellRef = regexp.MustCompile(`^([A-Z]{1,3}[1-9]\d*|[A-Z]{1,3}|[1-9]\d*)$`)
)

// TestInspectKeepsTheContract reads letters and workbooks of every family and
// holds each key and value of inspect's JSON to what scripts may rely on.
func TestInspectKeepsTheContract(t *testing.T) {
	cfg := config.Default()
	for _, s := range reporting.JiujiangCounties() {
		cfg.Submitters = append(cfg.Submitters, config.Submitter{Name: s.Name, Group: string(s.Group), Tables: []string{"progress", "issues", "lagging"}})
	}
	house, err := daemon.OpenWithout(&cfg, daemon.Options{Log: slog.New(slog.DiscardHandler), Command: []string{os.Args[0], "clerk"}})
	if err != nil {
		t.Fatal(err)
	}
	defer house.Close()
	seen := map[string]int{}
	for _, glob := range []string{"../sheet/testdata/xlsx/*", "../sheet/testdata/xls/0*", "../letter/testdata/*.eml"} {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatal(glob, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, ".want") {
				continue
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := house.Office.Inspect(t.Context(), filepath.Base(file), raw)
			if err != nil {
				t.Fatal(file, err)
			}
			out, err := json.Marshal(got.Reading)
			if err != nil {
				t.Fatal(file, err)
			}
			dec := json.NewDecoder(strings.NewReader(string(out)))
			dec.UseNumber()
			var doc map[string]any
			if err := dec.Decode(&doc); err != nil {
				t.Fatal(file, err)
			}
			c := contract{T: t, file: filepath.Base(file), seen: seen}
			c.reading(doc)
		}
	}
	for _, what := range []string{"progress", "issues", "lagging", "letter", "total", "finding", "ignored", "date", "number", "flag", "nature", "status"} {
		if seen[what] == 0 {
			t.Errorf("no %s was read: the files no longer try the contract", what)
		}
	}
}

// contract holds one file's JSON to what scripts may rely on, and counts what
// it met.
type contract struct {
	*testing.T
	file string
	seen map[string]int
}

// object wants all keys that always stand and none that is not known.
func (c contract) object(what string, o map[string]any) {
	c.seen[what]++
	keys := objectKeys[what]
	for _, k := range keys.always {
		if o[k] == nil {
			c.Errorf("%s: %s without %q: %v", c.file, what, k, o)
		}
	}
	for k, v := range o {
		if !slices.Contains(keys.always, k) && !slices.Contains(keys.may, k) {
			c.Errorf("%s: %s with unknown key %q", c.file, what, k)
		}
		if s, ok := v.(string); ok && (s == "" || s != strings.TrimSpace(s)) {
			c.Errorf("%s: %s has %s %q", c.file, what, k, s)
		}
	}
	if p := text(o["period"]); p != "" && !month.MatchString(p) {
		c.Errorf("%s: %s has period %q", c.file, what, p)
	}
	if path, ok := o["path"].([]any); ok && (len(path) == 0 || slices.Contains(path, any(""))) {
		c.Errorf("%s: %s has path %q", c.file, what, path)
	}
	if n, ok := o["row"].(json.Number); ok && !cellRef.MatchString(n.String()) {
		c.Errorf("%s: %s has row %s", c.file, what, n)
	}
}

func (c contract) reading(o map[string]any) {
	c.object("file", o)
	if l, ok := o["letter"].(map[string]any); ok {
		c.object("letter", l)
		if at, ok := l["received"]; ok {
			if _, err := time.Parse(time.RFC3339, text(at)); err != nil {
				c.Errorf("%s: received: %v", c.file, err)
			}
		}
	}
	if strings.HasSuffix(c.file, ".eml") != (o["letter"] != nil) {
		c.Errorf("%s: letter is %v", c.file, o["letter"])
	}
	for _, f := range objects(o["findings"]) {
		c.object("finding", f)
		if s := text(f["severity"]); s != "error" && s != "warning" && s != "notice" {
			c.Errorf("%s: severity %q", c.file, s)
		}
		if !code.MatchString(text(f["code"])) {
			c.Errorf("%s: code %q", c.file, f["code"])
		}
		if cell, ok := f["cell"]; ok && !cellRef.MatchString(text(cell)) {
			c.Errorf("%s: cell %q", c.file, cell)
		}
	}
	for _, i := range objects(o["ignored"]) {
		c.object("ignored", i)
	}
	for _, t := range objects(o["tables"]) {
		c.table(t)
	}
}

func (c contract) table(o map[string]any) {
	c.object("table", o)
	kind := text(o["kind"])
	if c.seen[kind]++; fieldKeys[kind] == nil {
		c.Errorf("%s: kind %q", c.file, kind)
	}
	rows := objects(o["rows"])
	if o["nil"] == true && len(rows) > 0 {
		c.Errorf("%s: a nil report with %d rows", c.file, len(rows))
	}
	last := json.Number("0")
	for _, r := range rows {
		c.object("row", r)
		c.fields(kind, r)
		if n, _ := r["row"].(json.Number); o["parts"] == nil && whole(n) <= whole(last) {
			c.Errorf("%s: row %s after %s", c.file, n, last)
		} else {
			last = n
		}
	}
	for _, r := range objects(o["totals"]) {
		c.object("total", r)
		c.fields(kind, r)
	}
}

// fields wants only the kind's fields, each in the form of its type.
func (c contract) fields(kind string, row map[string]any) {
	fields, _ := row["fields"].(map[string]any)
	for k, v := range fields {
		if !slices.Contains(fieldKeys[kind], k) {
			c.Errorf("%s: %s has the field %q", c.file, kind, k)
		}
		n, isNumber := v.(json.Number)
		_, isFlag := v.(bool)
		s, isText := v.(string)
		ok := isText && s != "" && s == strings.TrimSpace(s)
		switch {
		case slices.Contains(numberKeys, k):
			c.seen["number"]++
			ok = isNumber && number.MatchString(n.String())
		case slices.Contains(dateKeys, k):
			c.seen["date"]++
			ok = ok && date.MatchString(s)
		case slices.Contains(flagKeys, k):
			c.seen["flag"]++
			ok = isFlag
		case codes[k] != nil:
			c.seen[k]++
			ok = ok && (slices.Contains(codes[k], s) || strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0)
		}
		if !ok {
			c.Errorf("%s: row %v: %s is %#v", c.file, row["row"], k, v)
		}
	}
	cells, _ := row["cells"].(map[string]any)
	for k, v := range cells {
		if fields[k] == nil || !cellRef.MatchString(text(v)) {
			c.Errorf("%s: row %v: %s was read from %#v", c.file, row["row"], k, v)
		}
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func whole(n json.Number) int64 {
	i, _ := n.Int64()
	return i
}

// objects is a list of objects; a list that is null has none.
func objects(v any) (out []map[string]any) {
	list, _ := v.([]any)
	for _, e := range list {
		o, _ := e.(map[string]any)
		out = append(out, o)
	}
	return out
}
