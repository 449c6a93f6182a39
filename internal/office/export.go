package office

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tongbao/internal/press"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// Export is what is wanted of an export: the months from From to To, both
// included, of one submitter or all, as csv, json or xlsx.
type Export struct {
	From, To  reporting.Period
	Submitter string
	Format    string
}

// maxMonths bounds an export's range.
const maxMonths = 600

// Check says what is wrong with an export before anything is written.
func (o *Office) Check(x Export) error {
	switch x.Format {
	case "csv", "json", "xlsx":
	default:
		return wrong("格式“%s”不支持，请写 xlsx、csv 或 json", x.Format)
	}
	if x.From.IsZero() || x.To.Before(x.From) || !x.To.Before(x.From.Add(maxMonths)) {
		return wrong("月份范围应写成 2021-01..2021-12，前面的月份不晚于后面的")
	}
	if _, ok := o.Rules.Register.ByName(x.Submitter); x.Submitter != "" && !ok {
		return o.unknown(x.Submitter)
	}
	return nil
}

// exported is one project in one month.
type exported struct {
	submitter reporting.Submitter
	version   reporting.Version
	row       reporting.Row
	project   string
	parent    string // id of the package's project
	problems  *int
	listed    *bool
	late      bool
}

// exportColumn is a column of the export and how its cell is made.
type exportColumn struct {
	press.FlatColumn
	cell func(exported) any
}

func field(f reporting.Field, unit string, width float64) exportColumn {
	return exportColumn{press.FlatColumn{Key: string(f), Title: f.Title() + unit, Width: width}, func(x exported) any {
		v, ok := x.row.Fields[f]
		if !ok {
			return nil
		}
		if d, ok := v.Decimal(); ok {
			return d
		}
		if b, ok := v.Bool(); ok {
			return b
		}
		return v.String()
	}}
}

func text(key, title string, width float64, cell func(exported) string) exportColumn {
	return exportColumn{press.FlatColumn{Key: key, Title: title, Width: width}, func(x exported) any {
		if s := cell(x); s != "" {
			return s
		}
		return nil
	}}
}

// exportColumns are the export's columns in their order. Telephone numbers have
// none.
var exportColumns = []exportColumn{
	{press.FlatColumn{Key: "period", Title: "月份", Width: 9}, func(x exported) any { return x.version.Period.Day(1, time.UTC) }},
	text("submitter", "报送单位", 14, func(x exported) string { return x.submitter.Name }),
	text("group", "组别", 14, func(x exported) string { return x.submitter.Group.Title() }),
	text("project", "项目编号", 12, func(x exported) string { return x.project }),
	field(reporting.FProjectName, "", 36),
	field(reporting.FParentName, "", 24),
	text("parent", "所属项目编号", 12, func(x exported) string { return x.parent }),
	field(reporting.FCategory, "", 12),
	field(reporting.FProjectCode, "", 16),
	field(reporting.FLocation, "", 16),
	text("nature", "建设性质", 9, func(x exported) string { return natureWord(x.row.Text(reporting.FNature)) }),
	text("stage", "阶段", 8, func(x exported) string { return reporting.StageOf(x.row, x.version.Period).Title() }),
	field(reporting.FTotalInvest, "（万元）", 12),
	field(reporting.FDoneToLastYear, "（万元）", 12),
	field(reporting.FYearPlan, "（万元）", 12),
	field(reporting.FMonthPlan, "（万元）", 12),
	field(reporting.FMonthDone, "（万元）", 12),
	field(reporting.FYTDDone, "（万元）", 12),
	field(reporting.FYTDPct, "（%）", 10),
	field(reporting.FAllDone, "（万元）", 12),
	field(reporting.FFundArrivedYTD, "（万元）", 12),
	field(reporting.FStatsInvest, "（万元）", 12),
	field(reporting.FIsStarted, "", 9),
	field(reporting.FIsFinished, "", 9),
	field(reporting.FInStats, "", 9),
	field(reporting.FPlanStart, "", 12),
	field(reporting.FActualStart, "", 12),
	field(reporting.FPlanFinish, "", 12),
	field(reporting.FActualFinish, "", 12),
	field(reporting.FLeader, "", 10),
	field(reporting.FRespUnit, "", 16),
	field(reporting.FOwnerUnit, "", 16),
	field(reporting.FProgressText, "", 30),
	field(reporting.FYearGoal, "", 20),
	{press.FlatColumn{Key: "problems_open", Title: "未销号问题数", Width: 10}, func(x exported) any {
		if x.problems == nil {
			return nil
		}
		return *x.problems
	}},
	{press.FlatColumn{Key: "lagging", Title: "列入滞后清单", Width: 10}, func(x exported) any {
		if x.listed == nil {
			return nil
		}
		return *x.listed
	}},
	{press.FlatColumn{Key: "version", Title: "版本", Width: 6}, func(x exported) any { return x.version.N }},
	{press.FlatColumn{Key: "late", Title: "冻结后到达", Width: 9}, func(x exported) any { return x.late }},
	text("received", "到达时间", 20, func(x exported) string { return x.version.Received.Format(time.DateTime) }),
	text("letter", "信件号", 24, func(x exported) string { return x.version.Letter }),
	text("path", "文件", 30, func(x exported) string {
		path, _, _, _ := x.version.Table.Stands(x.row.Row)
		return strings.Join(path, " › ")
	}),
	text("sheet", "工作表", 12, func(x exported) string { _, sheet, _, _ := x.version.Table.Stands(x.row.Row); return sheet }),
	{press.FlatColumn{Key: "row", Title: "行", Width: 6}, func(x exported) any { _, _, _, row := x.version.Table.Stands(x.row.Row); return row }},
}

// natureWord is the nature in Chinese; what fits none stays as it was written.
func natureWord(s string) string {
	return cmp.Or(map[string]string{"new": "新建", "renewed": "续建", "expand": "改扩建", "prep": "前期", "finish": "竣工", "paused": "停缓建"}[s], s)
}

// Export writes one row for each project and month, of the versions that count
// now, by month, submitter in the office's order, and row. It holds no
// transaction while it writes. What was written is worth nothing after an error.
func (o *Office) Export(w io.Writer, x Export) error {
	if err := o.Check(x); err != nil {
		return err
	}
	var columns []press.FlatColumn
	for _, c := range exportColumns {
		columns = append(columns, c.FlatColumn)
	}
	flat, err := press.NewFlat(w, x.Format, "项目月报", columns)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	cells := make([]any, len(exportColumns))
	for p := x.From; !x.To.Before(p); p = p.Add(1) {
		for _, s := range o.Rules.Register.All() {
			if x.Submitter != "" && s.Name != x.Submitter {
				continue
			}
			var rows []exported
			err := o.Store.View(func(t *store.Tx) (err error) { rows, err = o.exportRows(t, s, p); return err })
			for i := 0; err == nil && i < len(rows); i++ {
				for j, c := range exportColumns {
					cells[j] = c.cell(rows[i])
				}
				err = flat.Add(cells)
			}
			if errors.Is(err, press.ErrTooLong) {
				err = wrong("超过一张工作表的行数（%d行），请缩小月份范围，或改用 --format csv", press.MaxFlatRows)
			}
			if err != nil {
				return fmt.Errorf("export %s of %s: %w", p, s.Name, err)
			}
		}
	}
	if err := flat.Close(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func (o *Office) exportRows(t *store.Tx, s reporting.Submitter, p reporting.Period) (out []exported, err error) {
	roll, ok, err := t.Roll(s.Name, reporting.Progress, p)
	if err != nil || !ok {
		return nil, err
	}
	v, ok, err := t.Version(p, s.Name, reporting.Progress, roll.Version)
	if err != nil || !ok {
		return nil, err
	}
	v.Received = v.Received.In(o.Rules.Terms.Zone)
	problems, err := openProblems(t, s.Name, p)
	if err != nil {
		return nil, err
	}
	listed, err := listedProjects(t, s.Name, p)
	if err != nil {
		return nil, err
	}
	ids := map[string]string{} // of the table's packages by name
	for _, r := range v.Table.Rows {
		if k := reporting.NameKey(r.Text(reporting.FProjectName)); r.Text(reporting.FParentName) == "" && ids[k] == "" {
			ids[k] = roll.Rows[r.Row]
		}
	}
	for _, r := range v.Table.Rows {
		id := roll.Rows[r.Row]
		if id == "" {
			continue
		}
		x := exported{submitter: s, version: v, row: r, project: id, late: v.Received.After(o.Rules.Terms.Freeze(p))}
		if parent := r.Text(reporting.FParentName); parent != "" {
			x.parent = ids[reporting.NameKey(parent)]
		}
		if problems != nil {
			n := problems[id]
			x.problems = &n
		}
		if listed != nil {
			is := listed[reporting.NameKey(r.Text(reporting.FProjectName))]
			x.listed = &is
		}
		out = append(out, x)
	}
	return out, nil
}

// openProblems counts a month's open issues by project; nil where no ledger counts.
func openProblems(t *store.Tx, submitter string, p reporting.Period) (map[string]int, error) {
	roll, ok, err := t.Roll(submitter, reporting.Issues, p)
	if err != nil || !ok {
		return nil, err
	}
	out := map[string]int{}
	for _, id := range idsOf(roll) {
		w, ok, err := t.Problem(id)
		if err != nil || !ok {
			return nil, orUnknown(err, "problem", id)
		}
		for _, m := range w.Months {
			if m.Period == p && !m.Closed() && w.ProjectID != "" {
				out[w.ProjectID]++
			}
		}
	}
	return out, nil
}

// listedProjects are the names on a month's lagging list; nil where none counts.
func listedProjects(t *store.Tx, submitter string, p reporting.Period) (map[string]bool, error) {
	versions, err := t.Versions(p, submitter, reporting.Lagging)
	if err != nil {
		return nil, err
	}
	v := reporting.Counting(versions, time.Time{})
	if v == nil {
		return nil, nil
	}
	out := map[string]bool{}
	for _, r := range v.Table.Rows {
		out[reporting.NameKey(r.Text(reporting.FProjectName))] = true
	}
	return out, nil
}
