package press

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tongbao/internal/reporting"
)

// Prefill is what a prefilled workbook is made of.
type Prefill struct {
	Submitter reporting.Submitter
	Period    reporting.Period // that is to be reported
	// Last are the tables that counted the month before; of a kind that is not
	// there the form is empty.
	Last map[reporting.Kind]reporting.Table
}

// Prefilled sets the tables that a submitter owes as a workbook to fill in:
// last month's projects with what does not change from month to month, this
// month's cells empty, lists to choose from, the header locked. What comes back
// is read without a guess, for every header is a word of the handbook.
func Prefilled(p Prefill) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w := &blankForm{file: f, p: p, styles: map[blankStyle]int{}}
	for i, k := range p.Submitter.Tables {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", k.Short()); err != nil {
				return nil, fmt.Errorf("write the prefilled workbook: %w", err)
			}
		} else if _, err := f.NewSheet(k.Short()); err != nil {
			return nil, fmt.Errorf("write the prefilled workbook: %w", err)
		}
		if err := w.table(k); err != nil {
			return nil, fmt.Errorf("write the prefilled %s table: %w", k, err)
		}
	}
	yes := true
	if err := f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &yes}); err != nil {
		return nil, fmt.Errorf("write the prefilled workbook: %w", err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write the prefilled workbook: %w", err)
	}
	return out.Bytes(), nil
}

// PrefilledName is the workbook's file name.
func PrefilledName(s reporting.Submitter, p reporting.Period) string {
	return s.Name + p.Chinese() + "份城建项目报表.xlsx"
}

// Bounds of a form.
const (
	spareRows   = 12   // for new projects
	maxFormRows = 2000 // last month's
)

// always are the columns that every form has; those that last month's table
// had beside them are kept.
var always = map[reporting.Kind][]reporting.Field{
	reporting.Progress: {reporting.FSeq, reporting.FProjectName, reporting.FContent, reporting.FNature, reporting.FTotalInvest, reporting.FYearPlan,
		reporting.FMonthDone, reporting.FYTDDone, reporting.FYTDPct, reporting.FProgressText, reporting.FNextPlan, reporting.FIsStarted, reporting.FInStats,
		reporting.FProblemText, reporting.FRespUnit, reporting.FLeader, reporting.FRemark},
	reporting.Issues: {reporting.FSeq, reporting.FProjectName, reporting.FProblem, reporting.FCategory, reporting.FRaisedAt, reporting.FCoordUnit, reporting.FPerson,
		reporting.FMeasure, reporting.FDeadline, reporting.FProgress, reporting.FStatus, reporting.FRemark},
	reporting.Lagging: {reporting.FSeq, reporting.FProjectName, reporting.FRespUnit, reporting.FYearPlan, reporting.FYTDDone, reporting.FYTDPct, reporting.FPlanProgress,
		reporting.FActualProgress, reporting.FReason, reporting.FMeasure, reporting.FCatchUpAt, reporting.FPerson, reporting.FRemark},
}

// monthly are the fields that each month has anew.
var monthly = map[reporting.Field]bool{reporting.FMonthPlan: true, reporting.FMonthDone: true, reporting.FYTDDone: true, reporting.FYTDPct: true, reporting.FAllDone: true,
	reporting.FAllPct: true, reporting.FFundArrivedMonth: true, reporting.FFundArrivedYTD: true, reporting.FProgressText: true, reporting.FNextPlan: true,
	reporting.FProblemText: true, reporting.FNeedHelp: true, reporting.FMeasureText: true, reporting.FStatsInvest: true, reporting.FLight: true, reporting.FRemark: true,
	reporting.FProgress: true, reporting.FStatus: true, reporting.FClosedAt: true, reporting.FSeqPct: true, reporting.FGap: true, reporting.FPlanProgress: true,
	reporting.FActualProgress: true, reporting.FReason: true, reporting.FReasonType: true, reporting.FCatchUpAt: true}

// yearly are those that each year has anew.
var yearly = map[reporting.Field]bool{reporting.FYearPlan: true, reporting.FYearGoal: true, reporting.FDoneToLastYear: true}

// formColumn is one column of a form.
type formColumn struct {
	field reporting.Field
	head  string
	width float64
	list  []string // to choose from
}

var choices = map[reporting.Type][]string{
	reporting.TypeFlag:   {"是", "否"},
	reporting.TypeNature: {"新建", "续建", "改扩建", "前期", "竣工", "停缓建"},
	reporting.TypeStatus: {"推进中", "部分解决", "已办结", "已销号"},
}

var formWidths = map[reporting.Field]float64{reporting.FSeq: 6, reporting.FProjectName: 26, reporting.FContent: 30, reporting.FNature: 9, reporting.FProgressText: 26,
	reporting.FNextPlan: 24, reporting.FProblemText: 24, reporting.FProblem: 34, reporting.FMeasure: 30, reporting.FProgress: 28, reporting.FReason: 28, reporting.FIsStarted: 7,
	reporting.FInStats: 7, reporting.FRespUnit: 15, reporting.FCoordUnit: 15, reporting.FPlanProgress: 20, reporting.FActualProgress: 20, reporting.FRemark: 12}

// columns are the form's, in the order of the handbook.
func (p Prefill) columns(k reporting.Kind, rows []reporting.Row) (out []formColumn) {
	for _, f := range reporting.Fields[k] {
		had := slices.ContainsFunc(rows, func(r reporting.Row) bool { _, ok := r.Fields[f]; return ok })
		if f == reporting.FParentName { // the numbers say it where the package has a row of its own
			had = slices.ContainsFunc(rows, func(r reporting.Row) bool {
				parent := r.Text(f)
				return parent != "" && !slices.ContainsFunc(rows, func(m reporting.Row) bool { return isMain(m) && m.Text(reporting.FProjectName) == parent })
			})
		}
		if !had && !slices.Contains(always[k], f) {
			continue
		}
		c := formColumn{f, p.head(f), 11, choices[f.Type()]}
		if w := formWidths[f]; w > 0 {
			c.width = w
		}
		out = append(out, c)
	}
	return out
}

// head is a column's header, in words that can mean nothing else.
func (p Prefill) head(f reporting.Field) string {
	year, month := p.Period.Year, int(p.Period.Month)
	ytd := fmt.Sprintf("1-%d月", month)
	if month == 1 {
		ytd = "年初至今"
	}
	head := f.Title()
	switch f {
	case reporting.FYearPlan:
		head = fmt.Sprintf("%d年计划投资", year)
	case reporting.FDoneToLastYear:
		head = fmt.Sprintf("至%d年底累计完成投资", year-1)
	case reporting.FMonthPlan:
		head = fmt.Sprintf("%d月计划投资", month)
	case reporting.FMonthDone:
		head = fmt.Sprintf("%d月完成投资", month)
	case reporting.FYTDDone:
		head = ytd + "累计完成投资"
	case reporting.FYTDPct:
		head = "占年度计划"
	case reporting.FAllPct:
		head = "占总投资"
	case reporting.FFundArrivedMonth:
		head = fmt.Sprintf("%d月到位资金", month)
	case reporting.FFundArrivedYTD:
		head = ytd + "到位资金"
	case reporting.FNeedHelp:
		head = "需协调解决的问题"
	case reporting.FParentName:
		head = "所属大项目"
	}
	switch f.Type() {
	case reporting.TypeMoney:
		head += "（万元）"
	case reporting.TypePercent:
		head += "（%）"
	}
	return head
}

func isMain(r reporting.Row) bool { return r.Text(reporting.FParentName) == "" }

// formRow is a line of the form: last month's row under its new number.
type formRow struct {
	number string
	row    reporting.Row
}

// rows are last month's that go on: issues that are closed do not. Parts
// stand below their package and are numbered 1.1, 1.2.
func (p Prefill) rows(k reporting.Kind) (out []formRow) {
	var mains []reporting.Row
	parts := map[string][]reporting.Row{}
	all := p.Last[k].Rows
	all = all[:min(len(all), maxFormRows)]
	for _, r := range all {
		if s := r.Text(reporting.FStatus); k == reporting.Issues && (s == "done" || s == "closed") {
			continue
		}
		parent := r.Text(reporting.FParentName)
		if parent != "" && slices.ContainsFunc(all, func(m reporting.Row) bool { return isMain(m) && m.Text(reporting.FProjectName) == parent }) {
			parts[parent] = append(parts[parent], r)
			continue
		}
		mains = append(mains, r)
	}
	for i, r := range mains {
		out = append(out, formRow{strconv.Itoa(i + 1), r})
		if !isMain(r) {
			continue
		}
		name := r.Text(reporting.FProjectName)
		for j, part := range parts[name] {
			out = append(out, formRow{fmt.Sprintf("%d.%d", i+1, j+1), part})
		}
		delete(parts, name)
	}
	return out
}

// value is what stands in a cell beforehand; nil is nothing.
func (p Prefill) value(f reporting.Field, x formRow) any {
	v, ok := x.row.Fields[f]
	yes, isFlag := v.Bool()
	switch {
	case f == reporting.FSeq:
		if n, err := strconv.Atoi(x.number); err == nil {
			return n
		}
		return x.number
	case f == reporting.FParentName && strings.Contains(x.number, "."):
		return nil // its number says it
	case !ok || monthly[f] || p.Period.Month == 1 && yearly[f]:
		return nil
	case isFlag && !yes:
		return nil // what was not so may be so by now
	}
	if d, ok := v.Decimal(); ok {
		return d.InexactFloat64()
	}
	return clip(strings.TrimSpace(f.Word(v)), maxText)
}
