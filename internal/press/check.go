package press

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
	"tongbao/templates"
)

// Check sets the month's texts with sample data, so that a template that asks
// for what is not there, or says nothing, is found at the start and not on the
// day that the bulletin is due. A month in which nothing came is one sample:
// figures that are absent are as usual as those that are there.
func Check(t *templates.Set) error {
	var faults []error
	seen := map[string]bool{}
	add := func(err error) {
		var f *templates.Fault
		if errors.As(err, &f) {
			err = f
		}
		if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			faults = append(faults, err)
		}
	}
	o := Office{Name: "九江市“城建项目大会战”指挥部办公室", City: "九江市"}
	full := sampleMonth(true)
	for _, b := range []bulletin.Bulletin{sampleMonth(false), full} {
		text, err := prose(newPaper(b, o), t)
		add(err)
		if err == nil {
			for name, s := range map[string]string{"title": text.Title, "to": text.To} {
				if s == "" {
					add(&templates.Fault{File: "bulletin/" + name + ".txt.tmpl", Words: "没有写出任何文字"})
				}
			}
		}
		_, _, _, err = Mail(b, o, t, b.Units[0].Name)
		add(err)
	}
	p := newPaper(full, o)
	for _, a := range p.assignments() {
		_, err := reportProse(t, "assignment", a)
		add(err)
	}
	for _, d := range p.orders() {
		_, err := reportProse(t, "order", d)
		add(err)
	}
	_, _, _, err := CorrectionMail(Correction{Bulletin: full, Differences: bulletin.Differences(sampleMonth(false), full), Edition: "correction-1"}, o, t, "")
	add(err)
	return errors.Join(faults...)
}

// sampleMonth is a month that never was: with a figure of each kind, or one in
// which nothing came.
func sampleMonth(came bool) bulletin.Bulletin {
	zone := time.FixedZone("CST", 8*3600)
	in := bulletin.Input{Period: reporting.Period{Year: 2021, Month: 3}, Terms: reporting.DefaultTerms(zone), AsOf: time.Date(2021, 3, 30, 17, 0, 0, 0, zone), Number: "2021-03-0330170000",
		Versions: map[string]map[reporting.Kind]*reporting.Version{}, Standings: map[string]map[reporting.Kind]reporting.Standing{}, PreviousIssues: map[string]*reporting.Version{}}
	for i, name := range []string{"甲县", "乙县", "丙区", "丁区"} {
		s := reporting.Submitter{Name: name, Group: []reporting.Group{reporting.Counties, reporting.Counties, reporting.Zones, reporting.Central}[i], Tables: reporting.Kinds}
		in.Submitters = append(in.Submitters, s)
		if !came || i == 1 {
			continue
		}
		in.Versions[name], in.Standings[name] = map[reporting.Kind]*reporting.Version{}, map[reporting.Kind]reporting.Standing{}
		for k, rows := range sampleRows() {
			in.Versions[name][k] = &reporting.Version{Submitter: name, Period: in.Period, Kind: k, N: 2, Received: in.AsOf.AddDate(0, 0, -6), Table: reporting.Table{Kind: k, Period: in.Period, Rows: rows}}
			in.Standings[name][k] = reporting.Standing{State: []reporting.State{reporting.OnTime, "", reporting.Late, reporting.OnTime}[i], Version: 2, Received: in.AsOf.AddDate(0, 0, -6), Rows: len(rows)}
		}
	}
	b := bulletin.Compute(in)
	if came {
		b.Corrections = []bulletin.Difference{{Unit: bulletin.Whole, Key: "ytd_done", Title: "累计完成投资", Unity: "万元", Old: "900", New: "1000"}, {Unit: "甲县", Key: "rank", Title: "序位", Unity: "位", New: "1"}}
	}
	return b
}

func sampleRows() map[reporting.Kind][]reporting.Row {
	row := func(n int, pairs ...any) reporting.Row {
		r := reporting.Row{Row: n, Fields: map[reporting.Field]reporting.Value{}}
		for i := 0; i+1 < len(pairs); i += 2 {
			f := pairs[i].(reporting.Field)
			switch v := pairs[i+1].(type) {
			case string:
				r.Fields[f] = reporting.Text(v)
			case int:
				r.Fields[f] = reporting.Number(decimal.NewFromInt(int64(v)))
			case bool:
				r.Fields[f] = reporting.Flag(v)
			}
		}
		return r
	}
	var projects []reporting.Row
	for i, nature := range []string{"renewed", "new", "new", "finish", "expand"} {
		projects = append(projects, row(5+i, reporting.FProjectName, fmt.Sprintf("%s%c路工程", strings.Repeat("滨江", i), '甲'+i), reporting.FNature, nature, reporting.FTotalInvest, 3000, reporting.FYearPlan, 1000*(i+1),
			reporting.FMonthDone, 100, reporting.FYTDDone, 300, reporting.FIsStarted, i != 1, reporting.FInStats, i == 0, reporting.FIsFinished, false, reporting.FPlanStart, "2021-02", reporting.FPlanFinish, "2021-03"))
	}
	return map[reporting.Kind][]reporting.Row{
		reporting.Progress: projects,
		reporting.Issues: {
			row(5, reporting.FProjectName, "乙路工程", reporting.FProblem, "征地", reporting.FCoordUnit, "市自然资源局", reporting.FDeadline, "2021-03-01", reporting.FRaisedAt, "2021-03", reporting.FStatus, "open"),
			row(6, reporting.FProjectName, "丙路工程", reporting.FProblem, "资金", reporting.FStatus, "open"),
			row(7, reporting.FProjectName, "丁路工程", reporting.FProblem, "审批", reporting.FStatus, "closed")},
		reporting.Lagging: {
			row(5, reporting.FProjectName, "滨江滨江丙路工程", reporting.FRespUnit, "住建局", reporting.FReason, "征地", reporting.FCatchUpAt, "2021-06"),
			row(6, reporting.FProjectName, "无数字的工程")},
	}
}
