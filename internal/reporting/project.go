package reporting

import (
	"strings"
	"time"
)

// Stage is how far a project is, in the words of the project register.
type Stage string

// The stages. The zero Stage says that nothing in the tables tells it.
const (
	Reserve  Stage = "reserve"  // 储备
	Prep     Stage = "prep"     // 前期
	Building Stage = "building" // 在建
	Finished Stage = "finished" // 竣工
	Paused   Stage = "paused"   // 停缓建
)

// Title is the stage's Chinese name, "" where it is not known.
func (s Stage) Title() string {
	return map[Stage]string{Reserve: "储备", Prep: "前期", Building: "在建", Finished: "竣工", Paused: "停缓建"}[s]
}

// ProjectRecord is one project of the register (项目库): what its newest month
// says of it, and all names that it had. Its figures stay in the versions; a
// Roll says which row of which month is the project's.
type ProjectRecord struct {
	ID        string `json:"id"`
	Submitter string `json:"submitter"`
	// Into is the project that the office said this one is; all else is empty then.
	Into  string  `json:"into,omitempty"`
	Name  string  `json:"name"`
	Stage Stage   `json:"stage,omitempty"`
	Names []Alias `json:"names"`
	Twin  int     `json:"twin,omitempty"` // which of several of its name in the table where it was met first
	First Period  `json:"first"`          // month
	Last  Period  `json:"last"`
	// Known is the newest month's row without its figures of the month:
	// identity, the responsibles, total investment, plan and milestones.
	Known map[Field]Value `json:"known"`
}

// Alias is a name that a project had, and in which months.
type Alias struct {
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"` // the package that it was part of
	First  Period `json:"first"`
	Last   Period `json:"last"`
	Told   bool   `json:"told,omitempty"` // by the office, not by a table alone
}

// RegisterFields are what the register keeps of a project: who it is, the five
// ones of the work plan (一个重大项目、一个责任领导、一个责任部门、一个实施主体、
// 一个实施时间表), amounts in 万元, milestones.
var RegisterFields = []Field{
	FProjectName, FParentName, FCategory, FProjectCode, FArea, FLocation, FContent, FNature, FPeriod,
	FTotalInvest, FYearPlan, FYearGoal, FPlanStart, FActualStart, FPlanFinish, FActualFinish,
	FIsStarted, FIsFinished, FInStats, FRespUnit, FOwnerUnit, FLeader, FPerson,
}

// Text is a known field as a person reads it, "" where there is none.
func (p ProjectRecord) Text(f Field) string { return Row{Fields: p.Known}.Text(f) }

// Roll says of one submitter's counting table of a month which record each of
// its rows is: project ids for the progress table, problem ids for the ledger.
type Roll struct {
	Submitter string         `json:"submitter"`
	Period    Period         `json:"period"`
	Kind      Kind           `json:"kind"`
	Version   int            `json:"version"`
	Letter    string         `json:"letter"`
	Rows      map[int]string `json:"rows"` // by the row's number in the sheet
}

// Doubt is a question to the office: a project that is new in the register may
// be one that is known. Until it is answered they are two.
type Doubt struct {
	ID        string    `json:"id"` // the new project's
	Submitter string    `json:"submitter"`
	Others    []string  `json:"others"` // ids that it may be
	Name      string    `json:"name"`
	Known     string    `json:"known"` // the first other's name
	Why       string    `json:"why"`   // Chinese
	Period    Period    `json:"period"`
	Letter    string    `json:"letter"`
	Cell      string    `json:"cell,omitempty"`
	At        time.Time `json:"at"`
}

// StageOf is how far the row says that the project is.
//
// 停缓建 comes before all else; 竣工 is told by its own column or by a date of
// completion that is not to come; a nature of 竣工 is a plan for the year and
// tells nothing. 续建 and whatever has started is 在建. 储备 and 前期 share one
// nature; only words tell them apart.
func StageOf(r Row, p Period) Stage {
	nature := r.Text(FNature)
	finished, told := r.Bool(FIsFinished)
	started, toldStart := r.Bool(FIsStarted)
	past := func(f Field) bool {
		d := r.Text(f)
		return len(d) >= 4 && d[0] >= '0' && d[0] <= '9' && d <= p.String()+"-31"
	}
	switch {
	case nature == "paused":
		return Paused
	case finished, !told && past(FActualFinish):
		return Finished
	case started, !toldStart && (past(FActualStart) || nature == "renewed"):
		return Building
	case nature == "prep", toldStart:
		for _, f := range []Field{FCategory, FRemark, FProgressText} {
			if t := r.Text(f); strings.Contains(t, "储备") || strings.Contains(t, "谋划") {
				return Reserve
			}
		}
		return Prep
	}
	return ""
}
